// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Upload } from '@/api/client'
import { CHUNK, uploadFile, UploadInterrupted, UploadRefused } from '@/lib/upload'

type Fail = 'network' | 'lost' | number

/** A server that keeps what arrives, and fails as told: before reading (network), after storing
 * (lost: the answer never comes), or with a status. One entry of `plan` a request; then all well. */
function fakeServer(plan: (Fail | undefined)[] = []) {
  const seen: string[] = []
  const uploads = new Map<number, { state: Upload; bytes: Uint8Array[] }>()
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })

  async function handle(path: string, init: RequestInit): Promise<Response> {
    if (init.method === 'POST') {
      const asked = JSON.parse(String(init.body)) as { name: string; size: number }
      const id = uploads.size + 1
      uploads.set(id, { state: { id, ...asked, received: 0, digest: null }, bytes: [] })
      return json(uploads.get(id)!.state, 201)
    }
    const [, id, offset] = /^\/uploads\/(\d+)(?:\?offset=(\d+))?$/.exec(path) ?? []
    const upload = uploads.get(Number(id))
    if (!upload) return json({}, 404)
    if (init.method === 'PUT') {
      if (Number(offset) !== upload.state.received) return json({}, 409)
      const bytes = new Uint8Array(await (init.body as Blob).arrayBuffer())
      const last = upload.state.received + bytes.length === upload.state.size
      if (!last && bytes.length !== CHUNK) return json({}, 400)
      upload.bytes.push(bytes)
      upload.state.received += bytes.length
      if (last) upload.state.digest = 'digest'
    }
    return json(upload.state)
  }

  return {
    seen,
    uploads,
    async fetch(path: string, init: RequestInit): Promise<Response> {
      seen.push(`${init.method} ${path}`)
      const fail = plan.shift()
      if (fail === 'network') throw new TypeError('network')
      if (typeof fail === 'number') {
        return new Response('{}', { status: fail, headers: { 'Retry-After': '3' } })
      }
      const response = await handle(path, init)
      if (fail === 'lost') throw new TypeError('network')
      return response
    },
  }
}

/** Much quicker than toEqual on arrays of this size. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function file(size: number) {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251)
  return {
    name: '方案.docx',
    size,
    bytes,
    slice: (from: number, to: number) => new Blob([bytes.slice(from, to)]),
  }
}

async function send(server: ReturnType<typeof fakeServer>, size: number, known?: number) {
  const waits: number[] = []
  const progress: number[] = []
  const source = file(size)
  const done = await uploadFile(source, {
    fetch: server.fetch,
    known,
    sleep: async (ms) => void waits.push(ms),
    onProgress: (state) => progress.push(state.received),
  })
  const got = server.uploads.get(done.id)!.bytes
  const whole = new Uint8Array(await new Blob(got as BlobPart[]).arrayBuffer())
  return { done, waits, progress, whole, source }
}

describe('a file goes up in chunks', () => {
  it.each([[1], [CHUNK - 1], [CHUNK], [CHUNK + 1], [3 * CHUNK + 17]])(
    'of %d bytes',
    async (size) => {
      const server = fakeServer()
      const { done, whole, source } = await send(server, size)
      expect(done).toMatchObject({ received: size, digest: 'digest' })
      expect(same(whole, source.bytes)).toBe(true)
      expect(server.seen.length).toBe(1 + Math.ceil(size / CHUNK))
    },
  )

  it('goes on where the server says, not where the browser believes', async () => {
    // The second chunk arrives, but its answer is lost: it must not be sent twice.
    const server = fakeServer([undefined, undefined, 'lost'])
    const { whole, source, progress } = await send(server, 3 * CHUNK)
    expect(same(whole, source.bytes)).toBe(true)
    expect(server.seen).toEqual([
      'POST /uploads',
      'PUT /uploads/1?offset=0',
      `PUT /uploads/1?offset=${CHUNK}`,
      'GET /uploads/1',
      `PUT /uploads/1?offset=${2 * CHUNK}`,
    ])
    expect(progress).toEqual([0, CHUNK, 2 * CHUNK, 3 * CHUNK])
  })

  it('outlasts a broken network and a busy server, waiting longer each time', async () => {
    const server = fakeServer([undefined, 'network', 'network', 503])
    const { whole, source, waits } = await send(server, 2 * CHUNK)
    expect(same(whole, source.bytes)).toBe(true)
    expect(waits).toEqual([500, 1000, 3000])
  })

  it('asks the server after a chunk that was there already', async () => {
    const server = fakeServer([undefined, 409])
    const { whole, source } = await send(server, CHUNK)
    expect(same(whole, source.bytes)).toBe(true)
    expect(server.seen[2]).toBe('GET /uploads/1')
  })

  it('begins anew when the upload has gone', async () => {
    const server = fakeServer()
    const { done, whole, source } = await send(server, CHUNK + 5, 77)
    expect(done.id).toBe(1)
    expect(same(whole, source.bytes)).toBe(true)
  })

  it('gives up after six failures in a row and can be gone on with', async () => {
    const server = fakeServer([undefined, undefined, ...Array<Fail>(6).fill('network')])
    const failed = await send(server, 2 * CHUNK).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(UploadInterrupted)
    const { upload } = failed as UploadInterrupted
    const { done, whole, source } = await send(server, 2 * CHUNK, upload)
    expect(done.id).toBe(upload)
    expect(same(whole, source.bytes)).toBe(true)
  })

  it.each([400, 401, 413, 422, 429, 507])('does not insist on a refusal: %d', async (status) => {
    const server = fakeServer([undefined, status])
    const refused = await send(server, 10).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UploadRefused)
    expect(server.seen.length).toBe(2)
  })

  it('stops when cancelled', async () => {
    const stop = new AbortController()
    const server = fakeServer()
    const sending = uploadFile(file(3 * CHUNK), {
      fetch: server.fetch,
      signal: stop.signal,
      onProgress: (state) => state.received && stop.abort(),
    })
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
    expect(server.seen.length).toBe(2)
  })
})

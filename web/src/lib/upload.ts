// SPDX-License-Identifier: Apache-2.0
import type { Upload } from '@/api/client'

/** Sends a file in chunks and goes on where it stopped. Every chunk but the last has exactly
 * CHUNK bytes; the server says how much it holds, and that alone decides where to go on. */

export const CHUNK = 262_144
export const LARGEST_FILE = 52_428_800

/** Failures in a row before a person is asked. */
const TRIES = 6
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000

export interface UploadSource {
  name: string
  size: number
  slice(from: number, to: number): Blob
}

export interface UploadOptions {
  fetch: (path: string, init: RequestInit) => Promise<Response>
  sleep?: (ms: number) => Promise<void>
  onProgress?: (upload: Upload) => void
  signal?: AbortSignal
  /** An upload begun earlier, to be gone on with. */
  known?: number
}

/** A refusal that another try would not change; `response` says why. */
export class UploadRefused extends Error {
  constructor(readonly response: Response) {
    super(`upload refused with ${response.status}`)
  }
}

/** The network failed TRIES times in a row; calling again with `upload` as `known` goes on. */
export class UploadInterrupted extends Error {
  constructor(readonly upload: number | undefined) {
    super('upload interrupted')
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Resolves with the finished upload and its digest. */
export async function uploadFile(file: UploadSource, options: UploadOptions): Promise<Upload> {
  let state: Upload | null = null
  let id = options.known
  let failures = 0
  while (!state || state.received < state.size) {
    if (options.signal?.aborted) throw new DOMException('upload cancelled', 'AbortError')
    let response: Response | null = null
    try {
      response = await request(file, id, state, options)
    } catch (error) {
      if (options.signal?.aborted) throw error
    }
    if (response?.ok) {
      failures = 0
      state = (await response.json()) as Upload
      id = state.id
      options.onProgress?.(state)
      continue
    }
    if (response && !passes(response.status, id)) throw new UploadRefused(response)
    if (response?.status === 404) id = undefined
    state = null
    failures += 1
    if (failures >= TRIES) throw new UploadInterrupted(id)
    await (options.sleep ?? rest)(waitMs(response, failures))
  }
  return state
}

/** The next request: begin, ask how much has arrived, or send what comes next. */
function request(
  file: UploadSource,
  id: number | undefined,
  state: Upload | null,
  options: UploadOptions,
): Promise<Response> {
  const { signal } = options
  if (id === undefined) {
    return options.fetch('/uploads', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: file.name, size: file.size }),
      signal,
    })
  }
  if (!state) return options.fetch(`/uploads/${id}`, { method: 'GET', signal })
  const from = state.received
  return options.fetch(`/uploads/${id}?offset=${from}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file.slice(from, Math.min(from + CHUNK, file.size)),
    signal,
  })
}

/** Whether it may pass: a busy server, a chunk that had arrived already, an upload gone stale.
 * Too many uploads (429) and a full disk (507) do not pass by themselves. */
function passes(status: number, id: number | undefined): boolean {
  if (status === 404 || status === 409) return id !== undefined
  return [500, 502, 503, 504].includes(status)
}

function waitMs(response: Response | null, failures: number): number {
  if (response?.status === 409 || response?.status === 404) return 0
  const asked = Number(response?.headers.get('Retry-After'))
  if (asked > 0) return Math.min(asked * 1000, LONGEST_WAIT_MS)
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS)
}

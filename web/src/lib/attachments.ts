// SPDX-License-Identifier: Apache-2.0
import { reactive } from 'vue'
import { apiFetch, ApiError, isProblem, POST_HEADER, type MaterialSlot } from '@/api/client'
import { LARGEST_FILE, uploadFile, UploadInterrupted, UploadRefused } from '@/lib/upload'

/** The files that a person attaches to one command, each on its way or arrived. */

export const MOST_FILES = 32

export interface Attachment {
  key: number
  material: string
  name: string
  size: number
  received: number
  state: 'sending' | 'done' | 'interrupted' | 'refused'
  /** Of the upload; what a command cites. */
  id: number | null
  digest: string
  /** The server's sentence when refused. */
  why: string
}

export type KeptAttachment = Pick<Attachment, 'material' | 'name' | 'size' | 'id' | 'digest'>

export class Attachments {
  readonly list = reactive<Attachment[]>([])
  private readonly files = new Map<number, { file: File; stop: AbortController }>()
  private nextKey = 1

  /** post: the one that the page was built with. */
  constructor(private readonly post: number) {}

  private readonly fetch = (path: string, init: RequestInit): Promise<Response> => {
    const headers = { ...init.headers, [POST_HEADER]: String(this.post) }
    return apiFetch(path, { ...init, headers })
  }

  of(material: string): Attachment[] {
    return this.list.filter((one) => one.material === material)
  }

  add(material: string, file: File): void {
    const one: Attachment = {
      key: this.nextKey++,
      material,
      name: file.name,
      size: file.size,
      received: 0,
      state: 'sending',
      id: null,
      digest: '',
      why: '',
    }
    this.list.push(one)
    this.files.set(one.key, { file, stop: new AbortController() })
    void this.send(one.key)
  }

  async send(key: number): Promise<void> {
    const held = this.files.get(key)
    const one = this.list.find((item) => item.key === key)
    if (!held || !one) return
    one.state = 'sending'
    try {
      const upload = await uploadFile(held.file, {
        fetch: this.fetch,
        signal: held.stop.signal,
        known: one.id ?? undefined,
        onProgress: (state) => {
          one.id = state.id
          one.received = state.received
        },
      })
      one.digest = upload.digest ?? ''
      one.state = 'done'
      this.files.delete(key)
    } catch (error) {
      if (held.stop.signal.aborted) return
      one.state = error instanceof UploadInterrupted ? 'interrupted' : 'refused'
      one.id = error instanceof UploadInterrupted ? (error.upload ?? null) : null
      if (error instanceof UploadRefused) one.why = await refusal(error.response)
    }
  }

  remove(key: number): void {
    this.files.get(key)?.stop.abort()
    this.files.delete(key)
    const at = this.list.findIndex((one) => one.key === key)
    if (at < 0) return
    const [one] = this.list.splice(at, 1)
    // What cannot be removed now goes by itself a day later.
    if (one?.id) void this.fetch(`/uploads/${one.id}`, { method: 'DELETE' }).catch(() => {})
  }

  clear(): void {
    for (const one of [...this.list]) this.remove(one.key)
  }

  /** What a draft keeps: files that have arrived lie on the server for a day. */
  kept(): KeptAttachment[] {
    return this.list
      .filter((one) => one.state === 'done')
      .map(({ material, name, size, id, digest }) => ({ material, name, size, id, digest }))
  }

  restore(kept: readonly KeptAttachment[], slots: readonly MaterialSlot[]): void {
    for (const one of kept) {
      if (!slots.some((slot) => slot.id === one.material)) continue
      const key = this.nextKey++
      this.list.push({ ...one, key, received: one.size, state: 'done', why: '' })
    }
  }

  cited(): { material: string; upload: number }[] {
    return this.list.flatMap((one) =>
      one.state === 'done' && one.id !== null ? [{ material: one.material, upload: one.id }] : [],
    )
  }
}

async function refusal(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  return new ApiError(response.status, isProblem(body) ? body : null).message
}

/** Why a file cannot be sent at all, as a message key. */
export function fileFault(file: { size: number }, already: number): string | null {
  if (already >= MOST_FILES) return 'material.tooMany'
  if (file.size === 0) return 'material.zero'
  return file.size > LARGEST_FILE ? 'material.tooLarge' : null
}

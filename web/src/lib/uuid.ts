// SPDX-License-Identifier: Apache-2.0
import { toHex } from '@/lib/bytes'

/** A random UUID (version 4). crypto.randomUUID is missing on plain-HTTP intranet pages. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = toHex(bytes)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

/** What was sent last, and under which key. */
export interface Sent {
  body: string
  key: string
}

/** Keys for one submit: the same body keeps its key over retries, also over a reload when `sent`
 * is kept with the draft; another body gets a new one. */
export class IdempotencyKeys {
  constructor(
    public sent: Sent | null = null,
    private readonly make: () => string = uuid,
  ) {}

  of(body: unknown): string {
    const text = JSON.stringify(body)
    if (this.sent?.body !== text) this.sent = { body: text, key: this.make() }
    return this.sent.key
  }

  /** After a refusal the server keeps nothing under the key: the same body may be tried anew. */
  refused(): void {
    this.sent = null
  }
}

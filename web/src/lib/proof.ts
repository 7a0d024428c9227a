// SPDX-License-Identifier: Apache-2.0
import type { Proof } from '@/api/client'
import { fromBase64, fromHex, toHex } from '@/lib/bytes'

/** Checks that a journal entry stands in a signed log, without trusting the server's arithmetic:
 * a Merkle tree of RFC 6962 shape with SM3, a checkpoint as a C2SP signed note, SM2 signatures. */

const SM2_USER = '1234567812345678'

export interface Sm {
  sm3(bytes: Uint8Array): Uint8Array
  verify(message: Uint8Array, der: Uint8Array, publicKey: string): boolean
}

/** The cryptography is loaded only when somebody verifies. */
export async function loadSm(): Promise<Sm> {
  const { sm2, sm3 } = await import('sm-crypto')
  return {
    sm3: (bytes) => fromHex(sm3(bytes))!,
    verify: (message, der, publicKey) =>
      sm2.doVerifySignature(message, toHex(der), publicKey, {
        hash: true,
        der: true,
        userId: SM2_USER,
      }),
  }
}

function joined(prefix: number, ...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0))
  out[0] = prefix
  let at = 1
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function leafHash(sm: Sm, bytes: Uint8Array): Uint8Array {
  return sm.sm3(joined(0x00, bytes))
}

export function nodeHash(sm: Sm, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sm.sm3(joined(0x01, left, right))
}

/** The root that an inclusion path leads to (RFC 9162, 2.1.3.2); null when the path does not fit.
 * Halving instead of shifting: indices may pass 32 bits. */
export function rootOfPath(
  sm: Sm,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0) return null
  if (index >= size) return null
  let at = index
  let last = size - 1
  let hash = leaf
  for (const other of path) {
    if (last === 0) return null
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sm, other, hash)
      while (at % 2 === 0 && at !== 0) {
        at /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(sm, hash, other)
    }
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? hash : null
}

export interface Note {
  origin: string
  size: number
  root: Uint8Array
  signed: Uint8Array
  signature: Uint8Array
}

/** A signed note of three lines; null when it is not one, or its own origin has not signed it. */
export function parseNote(note: string): Note | null {
  const end = note.indexOf('\n\n')
  if (end < 0) return null
  const [origin, sizeText, rootText, ...rest] = note.slice(0, end).split('\n')
  if (!origin || !sizeText || !rootText || rest.length) return null
  const root = fromBase64(rootText)
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText) || root?.length !== 32) return null
  for (const line of note.slice(end + 2).split('\n')) {
    const prefix = `— ${origin} `
    if (!line.startsWith(prefix)) continue
    const raw = fromBase64(line.slice(prefix.length))
    if (!raw || raw.length <= 4) return null
    return {
      origin,
      size: Number(sizeText),
      root,
      signed: new TextEncoder().encode(note.slice(0, end + 1)),
      signature: raw.slice(4),
    }
  }
  return null
}

/** What the bytes of an entry say of themselves. */
export interface EntryFacts {
  index: number
  at: number
  type: string
  /** Whose history it belongs to: a kind and a number, "case/5". */
  stream: string
  /** The person's id; null when the platform itself acted. */
  actor: number | null
}

/** Null when the bytes are no journal entry. */
export function readEntry(bytes: string): EntryFacts | null {
  let map: unknown
  try {
    map = JSON.parse(bytes)
  } catch {
    return null
  }
  if (typeof map !== 'object' || map === null) return null
  const { index, at, type, stream, actor = null } = map as Record<string, unknown>
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(at)) return null
  if (typeof type !== 'string' || typeof stream !== 'string') return null
  if (actor !== null && !Number.isSafeInteger(actor)) return null
  return { index, at, type, stream, actor } as EntryFacts
}

export type ProofStepId = 'same' | 'leaf' | 'path' | 'note' | 'signature'
export interface ProofStep {
  id: ProofStepId
  ok: boolean
  detail: string
}
export interface ProofResult {
  ok: boolean
  steps: ProofStep[]
  /** SM3 of the public point, for comparison with a key known from elsewhere. */
  fingerprint: string
}

/** shown: the entry on the page; stream: the history that the page is about. A proof of another
 * entry, or of an entry of another case, proves nothing here. */
export function checkProof(
  sm: Sm,
  proof: Proof,
  shown: { index: number; bytes: string },
  stream: string,
): ProofResult {
  const steps: ProofStep[] = []
  const add = (id: ProofStepId, ok: boolean, detail: string) => steps.push({ id, ok, detail })
  const { checkpoint } = proof

  const facts = readEntry(shown.bytes)
  const same = proof.index === shown.index && proof.bytes === shown.bytes
  const here = facts?.index === shown.index && facts.stream === stream
  add('same', same && here, facts ? `#${facts.index} ${facts.stream}` : '')

  const leaf = leafHash(sm, new TextEncoder().encode(shown.bytes))
  add('leaf', toHex(leaf) === proof.leaf.toLowerCase(), toHex(leaf))

  const path = proof.hashes.map(fromHex)
  const fits = path.every((hash): hash is Uint8Array => hash?.length === 32)
  const root = fits ? rootOfPath(sm, leaf, shown.index, checkpoint.size, path) : null
  const rootHex = root ? toHex(root) : ''
  add('path', rootHex !== '' && rootHex === checkpoint.root.toLowerCase(), rootHex)

  const note = parseNote(checkpoint.note)
  const agrees = note !== null && note.size === checkpoint.size && toHex(note.root) === rootHex
  add('note', agrees, note ? `${note.origin} · ${note.size}` : '')

  const key = fromHex(checkpoint.public_key)
  const point = key?.length === 65 && key[0] === 4 ? checkpoint.public_key : ''
  const signed = note && point ? sm.verify(note.signed, note.signature, point) : false
  const fingerprint = key ? toHex(sm.sm3(key)) : ''
  add('signature', signed, fingerprint)

  return { ok: steps.every((step) => step.ok), steps, fingerprint }
}

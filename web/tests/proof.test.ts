// SPDX-License-Identifier: Apache-2.0
import { sm2 } from 'sm-crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Proof } from '@/api/client'
import { toHex } from '@/lib/bytes'
import {
  checkProof,
  leafHash,
  loadSm,
  nodeHash,
  parseNote,
  readEntry,
  rootOfPath,
  type Sm,
} from '@/lib/proof'
import { keyState, readFingerprint, readTrust, writeTrust, type Trust } from '@/lib/trust'
import vectors from './proof-vectors.json'

let sm: Sm
beforeAll(async () => {
  sm = await loadSm()
})
const utf8 = (text: string) => new TextEncoder().encode(text)

function proofOf(index: number): Proof {
  const { bytes, leaf, hashes } = vectors.entries[index]!
  return { index, bytes, leaf, hashes: [...hashes], checkpoint: { ...vectors.checkpoint } }
}
const shown = (index: number) => ({ index, bytes: vectors.entries[index]!.bytes })
const failed = (proof: Proof, entry = shown(proof.index)) =>
  checkProof(sm, proof, entry, vectors.stream).steps.flatMap((step) => (step.ok ? [] : [step.id]))

describe('SM3', () => {
  it('gives the digests of GB/T 32905', () => {
    expect(toHex(sm.sm3(utf8('abc')))).toBe(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    )
    expect(toHex(sm.sm3(utf8('abcd'.repeat(16))))).toBe(
      'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732',
    )
  })
})

describe('a proof made by another program', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])('of entry %d holds', (index) => {
    const result = checkProof(sm, proofOf(index), shown(index), vectors.stream)
    expect(result.steps.map((step) => step.id)).toEqual([
      'same',
      'leaf',
      'path',
      'note',
      'signature',
    ])
    expect(result.ok).toBe(true)
  })
})

describe('a tampered proof fails where it was touched', () => {
  it('when the entry on the page is another', () => {
    const entry = { index: 3, bytes: shown(3).bytes.replace('同意', '不同意') }
    expect(failed(proofOf(3), entry)).toEqual(['same', 'leaf', 'path', 'note'])
  })
  it('when server and page agree on forged bytes', () => {
    const proof = proofOf(3)
    proof.bytes = proof.bytes.replace('同意', '不同意')
    expect(failed(proof, { index: 3, bytes: proof.bytes })).toEqual(['leaf', 'path', 'note'])
  })
  it('when the leaf is forged with the bytes', () => {
    const proof = proofOf(3)
    proof.bytes = proof.bytes.replace('同意', '不同意')
    proof.leaf = toHex(leafHash(sm, utf8(proof.bytes)))
    expect(failed(proof, { index: 3, bytes: proof.bytes })).toEqual(['path', 'note'])
  })
  it('when it is the proof of another index', () => {
    expect(failed({ ...proofOf(3), index: 2 }, { ...shown(3), index: 2 })).toContain('path')
  })
  it('when a hash is changed, missing, doubled or malformed', () => {
    const base = proofOf(5)
    const [first = '', ...rest] = base.hashes
    const flipped = (first[0] === '0' ? '1' : '0') + first.slice(1)
    for (const hashes of [
      [flipped, ...rest],
      rest,
      [first, ...base.hashes],
      [first.slice(2), ...rest],
      ['zz', ...rest],
    ]) {
      expect(failed({ ...base, hashes })).toContain('path')
    }
  })
  it('when the root is replaced beside the note', () => {
    const proof = proofOf(0)
    proof.checkpoint.root = '00'.repeat(32)
    expect(failed(proof)).toEqual(['path'])
  })
  it('when a whole forged tree carries the old signature', () => {
    const leaf = leafHash(sm, utf8('forged'))
    const root64 = btoa(String.fromCharCode(...leaf))
    const signature = vectors.checkpoint.note.split('\n\n')[1]
    const proof: Proof = {
      index: 0,
      bytes: 'forged',
      leaf: toHex(leaf),
      hashes: [],
      checkpoint: {
        ...vectors.checkpoint,
        size: 1,
        root: toHex(leaf),
        note: `yunjian/test\n1\n${root64}\n\n${signature}`,
      },
    }
    expect(failed(proof, { index: 0, bytes: 'forged' })).toEqual(['same', 'signature'])
  })
  it('when the key is another, or no point', () => {
    for (const key of [`04${'11'.repeat(64)}`, '', '04', vectors.checkpoint.public_key.slice(2)]) {
      const proof = proofOf(1)
      proof.checkpoint.public_key = key
      expect(failed(proof)).toEqual(['signature'])
    }
  })
  it('when the signature is cut, long or not there', () => {
    const { note } = vectors.checkpoint
    const line = note.split('\n\n')[1]!
    const prefix = '— yunjian/test '
    const raw = atob(line.trim().slice(prefix.length))
    for (const bytes of [raw.slice(0, -1), `${raw}\0`, raw.slice(0, 4), raw.slice(0, 8)]) {
      const proof = proofOf(1)
      proof.checkpoint.note = note.replace(line, `${prefix}${btoa(bytes)}\n`)
      expect(failed(proof)).toContain('signature')
    }
  })
})

describe('what a row says', () => {
  it('is read from the proven bytes', () => {
    expect(readEntry(shown(3).bytes)).toEqual({
      index: 3,
      at: 1600909200003,
      type: 'task.decided',
      stream: 'case/5',
      actor: 21,
    })
  })
  it.each([
    ['type', '"type":"task.decided"', '"type":"case.ended"'],
    ['time', '"at":1600909200003', '"at":1600909299999'],
    ['actor', '"actor":21', '"actor":99'],
  ])('cannot be forged: %s', (_name, from, to) => {
    const proof = proofOf(3)
    proof.bytes = proof.bytes.replace(from, to)
    expect(proof.bytes).not.toBe(shown(3).bytes)
    proof.leaf = toHex(leafHash(sm, utf8(proof.bytes)))
    expect(failed(proof, { index: 3, bytes: proof.bytes })).toEqual(['path', 'note'])
  })
  it.each([
    ['no JSON', 'forged'],
    ['a list', '[1]'],
    ['nothing', 'null'],
    ['no stream', '{"at":1,"index":0,"type":"a"}'],
    ['an actor in words', '{"actor":"21","at":1,"index":0,"stream":"case/5","type":"a"}'],
  ])('is nothing when the bytes are %s', (_name, bytes) => {
    expect(readEntry(bytes)).toBeNull()
  })
  it('without an actor is of the platform', () => {
    expect(readEntry('{"at":1,"index":0,"stream":"case/5","type":"a"}')?.actor).toBeNull()
  })
})

describe('a sound proof of something else', () => {
  const steps = (proof: Proof, stream: string) =>
    checkProof(sm, proof, { index: proof.index, bytes: proof.bytes }, stream)
      .steps.filter((step) => !step.ok)
      .map((step) => step.id)

  it('does not pass on the page of another case', () => {
    expect(steps(proofOf(3), 'case/6')).toEqual(['same'])
    expect(steps(proofOf(3), 'case/55')).toEqual(['same'])
  })

  /** What whoever runs the server can make: any entry, signed with a key of one's own. */
  function ownLog(bytes: string): Proof {
    const { privateKey, publicKey } = sm2.generateKeyPairHex()
    const leaf = leafHash(sm, utf8(bytes))
    const signed = `yunjian/test\n1\n${btoa(String.fromCharCode(...leaf))}\n`
    const options = { hash: true, der: true, userId: '1234567812345678' }
    const der = sm2.doSignature(utf8(signed), privateKey, options)
    const raw = [0, 0, 0, 0, ...der.match(/../g)!.map((two) => Number.parseInt(two, 16))]
    const note = `${signed}\n— yunjian/test ${btoa(String.fromCharCode(...raw))}\n`
    const root = toHex(leaf)
    const checkpoint = { number: 1, size: 1, root, note, public_key: publicKey }
    return { index: 0, bytes, leaf: root, hashes: [], checkpoint }
  }
  const forged = (index: number) =>
    `{"at":1,"index":${index},"stream":"case/5","type":"task.decided"}`

  it('does not pass when the bytes name another index', () => {
    expect(steps(ownLog(forged(4)), 'case/5')).toEqual(['same'])
  })
  it('signed with a key of its own is told by the fingerprint alone', () => {
    const genuine = checkProof(sm, proofOf(0), shown(0), 'case/5').fingerprint
    const proof = ownLog(forged(0))
    const result = checkProof(sm, proof, { index: 0, bytes: proof.bytes }, 'case/5')
    expect(result.ok).toBe(true)
    expect(keyState({ first: genuine, expected: '' }, result.fingerprint)).toBe('changed')
    expect(keyState({ first: genuine, expected: genuine }, result.fingerprint)).toBe('foreign')
    // A confirmed key counts more than what came first.
    expect(keyState({ first: result.fingerprint, expected: genuine }, genuine)).toBe('confirmed')
  })
})

describe('the key', () => {
  const one = 'ab'.repeat(32)
  const two = 'cd'.repeat(32)

  it('is not confirmed by being seen', () => {
    expect(keyState({ first: '', expected: '' }, one)).toBe('seen')
    expect(keyState({ first: one, expected: '' }, one)).toBe('seen')
    expect(keyState({ first: one, expected: '' }, two)).toBe('changed')
  })
  it('is compared however it was copied', () => {
    const pairs = one.toUpperCase().match(/../g)!.join(':')
    expect(readFingerprint(` ${pairs}\n`)).toBe(one)
    for (const text of ['', one.slice(1), `${one}0`, 'zz'.repeat(32)]) {
      expect(readFingerprint(text)).toBeNull()
    }
  })
  it('is remembered, and junk is not believed', () => {
    let kept: string | null = null
    const shelf = { getItem: () => kept, setItem: (_key: string, value: string) => (kept = value) }
    const trust: Trust = { first: one, expected: two }
    expect(readTrust(shelf)).toEqual({ first: '', expected: '' })
    writeTrust(shelf, trust)
    expect(readTrust(shelf)).toEqual(trust)
    for (kept of ['{', '1', 'null', '{"first":1,"expected":"x"}']) {
      expect(readTrust(shelf)).toEqual({ first: '', expected: '' })
    }
  })
})

describe('the tree', () => {
  function root(list: Uint8Array[]): Uint8Array {
    if (list.length === 1) return list[0]!
    const half = 2 ** (Math.ceil(Math.log2(list.length)) - 1)
    return nodeHash(sm, root(list.slice(0, half)), root(list.slice(half)))
  }
  function path(at: number, list: Uint8Array[]): Uint8Array[] {
    if (list.length === 1) return []
    const half = 2 ** (Math.ceil(Math.log2(list.length)) - 1)
    return at < half
      ? [...path(at, list.slice(0, half)), root(list.slice(half))]
      : [...path(at - half, list.slice(half)), root(list.slice(0, half))]
  }
  it('is recomputed for every entry of every size to 20', () => {
    const leaves = Array.from({ length: 20 }, (_, i) => leafHash(sm, utf8(`entry ${i}`)))
    for (let size = 1; size <= leaves.length; size += 1) {
      const list = leaves.slice(0, size)
      const want = toHex(root(list))
      for (let at = 0; at < size; at += 1) {
        const got = rootOfPath(sm, list[at]!, at, size, path(at, list))
        expect(got && toHex(got)).toBe(want)
      }
    }
  })
  it('refuses an index outside it', () => {
    const leaf = leafHash(sm, utf8('x'))
    for (const [at, size] of [
      [1, 1],
      [-1, 1],
      [0, 0],
      [0.5, 2],
    ] as const) {
      expect(rootOfPath(sm, leaf, at, size, [])).toBeNull()
    }
  })
})

describe('a note', () => {
  it('is read whole', () => {
    const note = parseNote(vectors.checkpoint.note)
    expect(note).toMatchObject({ origin: 'yunjian/test', size: 7 })
    expect(new TextDecoder().decode(note?.signed)).toMatch(/^yunjian\/test\n7\n.*=\n$/)
  })
  it.each([
    ['nothing', ''],
    ['no signature', 'a\n1\nAA==\n\n'],
    ['another signer', vectors.checkpoint.note.replace('— yunjian/test', '— other')],
    ['a fourth line', vectors.checkpoint.note.replace('\n\n', '\nmore\n\n')],
    ['a size with a leading zero', vectors.checkpoint.note.replace('\n7\n', '\n07\n')],
  ])('with %s is none', (_name, text) => {
    expect(parseNote(text)).toBeNull()
  })
})

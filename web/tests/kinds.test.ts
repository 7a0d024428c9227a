// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import zh from '@/i18n/zh'

const headers = import.meta.glob<string>('../../src/policy/policy.h', {
  query: '?raw',
  import: 'default',
  eager: true,
})

describe('the kinds of rules', () => {
  it('that a program knows all have a word', () => {
    const header = Object.values(headers)[0]!
    const table = header.slice(header.indexOf('#define RULES(X)'), header.indexOf('enum rule_kind'))
    const words = [...table.matchAll(/X\([A-Z]+, "([a-z-]+)"\)/g)].map((match) => match[1]!)
    expect(words.length).toBeGreaterThan(20)
    expect(words.filter((word) => !(word in zh.policy.kind))).toEqual([])
  })
})

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import en from '@/i18n/en'
import zh from '@/i18n/zh'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(prefix + key, value)
    else for (const [k, v] of flat(value, `${prefix}${key}.`)) out.set(k, v)
  }
  return out
}

const places = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
const chinese = flat(zh)
const english = flat(en)

describe('both languages', () => {
  it('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('fill the same places', () => {
    for (const [key, text] of chinese) {
      expect({ key, places: places(english.get(key) ?? '') }).toEqual({ key, places: places(text) })
    }
  })

  it('leave nothing untranslated', () => {
    for (const [key, text] of english) {
      const han = key !== 'app.language' && /\p{Script=Han}/u.test(text)
      expect({ key, han }).toEqual({ key, han: false })
      expect(text.trim()).not.toBe('')
    }
  })
})

describe('the sources', () => {
  const files = import.meta.glob<string>(['../src/**/*.{vue,ts}', '!../src/i18n/**'], {
    query: '?raw',
    import: 'default',
    eager: true,
  })

  it('name only keys that exist', () => {
    expect(Object.keys(files).length).toBeGreaterThan(20)
    for (const [name, text] of Object.entries(files)) {
      for (const [, key] of text.matchAll(/\bt\(\s*'([\w.-]+)'/g)) {
        expect({ name, key, known: chinese.has(key!) }).toEqual({ name, key, known: true })
      }
    }
  })
})

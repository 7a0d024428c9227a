// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Article, ArticleRow } from '@/api/client'
import { casesAt, groupRules, isShown, markOf, share } from '@/lib/coverage'

const states = (tested: number, declared: number, missing: number, outside: number) => ({
  tested,
  declared,
  missing,
  outside,
})
const label = { zh: '', en: '' }

describe('the mark of an article', () => {
  it('is proven only when everything that is asked is', () => {
    expect(markOf(states(3, 0, 0, 1))).toBe('tested')
    expect(markOf(states(3, 0, 1, 0))).toBe('partly')
    expect(markOf(states(0, 1, 1, 0))).toBe('partly')
    expect(markOf(states(0, 2, 0, 0))).toBe('declared')
    expect(markOf(states(0, 0, 2, 0))).toBe('missing')
    expect(markOf(states(0, 0, 0, 2))).toBe('outside')
    expect(markOf(states(0, 0, 0, 0))).toBe('none')
  })
  it('counts what is asked of the platform', () => {
    expect(share(states(3, 1, 2, 5))).toEqual({ n: 3, all: 6 })
    expect(share(states(0, 1, 2, 5), 'not-shipped')).toEqual({ n: 1, all: 3 })
  })
})

describe('the articles shown', () => {
  const row = (more: object) =>
    ({
      article: '1',
      title: label,
      states: states(0, 0, 0, 0),
      rules: 0,
      running: 0,
      ...more,
    }) as ArticleRow
  it('are all, or those with rules, gaps or running cases', () => {
    expect(isShown(row({}), 'all')).toBe(true)
    expect(isShown(row({}), 'rules')).toBe(false)
    expect(isShown(row({ rules: 1 }), 'rules')).toBe(true)
    expect(isShown(row({ states: states(1, 0, 1, 0) }), 'open')).toBe(true)
    expect(isShown(row({ states: states(1, 0, 0, 0) }), 'open')).toBe(false)
    expect(isShown(row({ running: 2 }), 'running')).toBe(true)
  })
})

describe('rules of an article', () => {
  const part = (id: string) => ({ id, label })
  const rule = (name: string, procedure: string, step: string) => ({
    name,
    procedure: procedure ? part(procedure) : null,
    step: step ? part(step) : null,
  })
  const article = {
    met_by: [
      rule('a', '', ''),
      rule('b', 'onboard', 'review'),
      rule('c', 'onboard', ''),
      rule('d', 'onboard', 'review'),
    ],
    cases: [
      { procedure: 'onboard', step: 'review', version: 'v', shown: true, cases: 2 },
      { procedure: 'exit', step: 'review', version: 'v', shown: true, cases: 9 },
    ],
  } as unknown as Article
  it('stand under the step that they bind, with the cases that stand there', () => {
    const groups = groupRules(article)
    expect(groups.map((one) => one.rules.map((each) => each.name))).toEqual([
      ['a'],
      ['b', 'd'],
      ['c'],
    ])
    expect(groups.map((one) => one.running.map((each) => each.cases))).toEqual([[], [2], []])
  })
  it('lead to the list of those cases', () => {
    expect(casesAt('onboard', 'review', 'v')).toEqual({
      path: '/work/all',
      query: { version: 'v', procedure: 'onboard', step: 'review' },
    })
  })
})

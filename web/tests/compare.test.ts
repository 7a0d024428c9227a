// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Label, PolicySide } from '@/api/client'
import {
  compareCsv,
  mergeOrders,
  narrow,
  numberSections,
  procedureIds,
  registerSections,
  row,
  stepSections,
} from '@/lib/compare'

const say = (zh: string): Label => ({ zh, en: zh.toUpperCase() })
const basis = { article: '7', local: false }

function step(id: string, actors: string[], limit = '', more = {}) {
  const limits = limit
    ? [{ kind: 'within', brief: say(limit), words: say(`within ${limit}`), ...basis }]
    : []
  return {
    id,
    label: say(id),
    ...basis,
    stage: true,
    opinion: false,
    further: false,
    limits,
    actors: actors.map((role) => ({ role, label: say(role), above: role === 'county' })),
    materials: [{ id: 'form', label: say('form'), required: true }],
    outcomes: [{ id: 'ok', label: say('ok'), tone: 'positive', leads: say('end'), tells: [] }],
    ...more,
  }
}
function side(id: string, steps: ReturnType<typeof step>[], more = {}): PolicySide {
  return {
    id,
    title: say(id),
    short: say(id),
    document: `${id} 1`,
    version: id,
    also: [],
    from: '2020-01-01',
    authority: say('bureau'),
    in_force: false,
    proof: 'shipped',
    roles: [],
    registers: [],
    reports: [],
    numbers: [],
    procedures: [
      {
        id: 'onboard',
        label: say('entry'),
        ...basis,
        subject: 'new',
        priority: false,
        withdrawal: true,
        steps,
      },
    ],
    ...more,
  } as unknown as PolicySide
}
const one = side('one', [step('apply', ['unit']), step('review', ['bureau'], '5 days')])
const two = side('two', [
  step('apply', ['unit']),
  step('county', ['county'], '3 days'),
  step('review', ['bureau', 'office'], '5 days'),
])
const cellsOf = (id: string, sides: PolicySide[]) =>
  stepSections(sides)[1]!.rows.find((each) => each.key === id)!

describe('orders', () => {
  it('are merged so that what only one has stands behind what it follows there', () => {
    expect(
      mergeOrders([
        ['a', 'c'],
        ['a', 'b', 'c', 'd'],
        ['x', 'c'],
      ]),
    ).toEqual(['x', 'a', 'b', 'c', 'd'])
  })
  it('of one list stay, and of none are empty', () => {
    expect(mergeOrders([['b', 'a']])).toEqual(['b', 'a'])
    expect(mergeOrders([])).toEqual([])
  })
})

describe('a row', () => {
  const cell = (same: string) => ({ lines: [], article: '', local: false, same })
  it('marks what differs from most', () => {
    const made = row('k', 'h', [cell('a'), cell('a'), cell('b'), null])
    expect([made.differs, made.odd]).toEqual([true, [false, false, true, false]])
  })
  it('that only one has differs, and nothing in it is odd', () => {
    const made = row('k', 'h', [cell('a'), null])
    expect([made.differs, made.odd]).toEqual([true, [false, false]])
  })
  it('marks all where there is no most, and none where all agree', () => {
    expect(row('k', 'h', [cell('a'), cell('b')]).odd).toEqual([true, true])
    expect(row('k', 'h', [cell('a'), cell('a')]).odd).toEqual([false, false])
    expect(row('k', 'h', [cell('a')]).differs).toBe(false)
  })
})

describe('steps side by side', () => {
  it('meet by their id, the others stand in their own order', () => {
    const keys = stepSections([one, two])[1]!.rows.map((each) => each.key)
    expect(keys).toEqual([
      'way',
      'materials',
      'together',
      'above',
      'withdrawal',
      'priority',
      'step.apply',
      'step.county',
      'step.review',
    ])
  })
  it('say who acts, in how long, and which article asks for it', () => {
    const cell = cellsOf('step.review', [one, two]).cells[0]!
    expect(cell.lines.map((line) => line.text.zh)).toEqual(['2. bureau', '5 days', 'ok'])
    expect(cell.article).toBe('7')
  })
  it('differ by who acts and by the limit, not by their article', () => {
    expect(cellsOf('step.apply', [one, two]).differs).toBe(false)
    expect(cellsOf('step.review', [one, two]).differs).toBe(true)
    expect(cellsOf('step.county', [one, two]).cells[0]).toBeNull()
  })
  it('tell who signs together and where the county comes in', () => {
    expect(cellsOf('together', [one, two]).cells[1]!.lines[0]!.text.zh).toBe(
      'review（bureau、office）',
    )
    expect(cellsOf('above', [one, two]).cells.map((each) => each!.lines[0]!.text.zh)).toEqual([
      '无',
      'county',
    ])
  })
  it('of a procedure that another lacks leave its column empty', () => {
    const three = side('three', [step('ask', ['unit'])])
    three.procedures[0]!.id = 'talk'
    const sides = [one, three]
    expect(procedureIds(sides)).toEqual(['talk', 'onboard'])
    expect(procedureIds([one, two, three])).toEqual(['onboard', 'talk'])
    const talk = stepSections(sides).find((each) => each.id === 'talk')!
    expect(talk.rows.every((each) => each.cells[0] === null)).toBe(true)
  })
})

describe('numbers side by side', () => {
  const number = (key: string, zh: string) => ({
    key,
    kind: 'within',
    procedure: 'onboard',
    step: 'review',
    register: '',
    words: say(zh),
    ...basis,
  })
  const sides = [
    side('one', one.procedures[0]!.steps as never, {
      numbers: [number('onboard.review within', '5')],
    }),
    side('two', two.procedures[0]!.steps as never, {
      numbers: [number('onboard.review within', '7')],
    }),
  ]
  it('meet by their key under the procedure that they belong to', () => {
    const [section] = numberSections(sides)
    expect([section!.id, section!.rows[0]!.kind, section!.rows[0]!.differs]).toEqual([
      'onboard',
      'within',
      true,
    ])
  })
})

describe('what is shown', () => {
  it('is one procedure, or only what differs', () => {
    const all = stepSections([one, two])
    expect(narrow(all, 'onboard', false).map((each) => each.id)).toEqual(['onboard'])
    expect(narrow(all, 'onboard', true)[0]!.rows.map((each) => each.key)).toEqual([
      'way',
      'together',
      'above',
      'step.county',
      'step.review',
    ])
    expect(narrow(stepSections([one]), '', true)).toEqual([])
  })
  it('holds together without a single regulation', () => {
    expect(numberSections([])).toEqual([])
    expect(registerSections([])).toEqual([])
  })
  it('goes into a spreadsheet as it stands', () => {
    const words = (of: Label | string) => (typeof of === 'string' ? of : of.zh)
    const csv = compareCsv(
      narrow(stepSections([one, two]), 'onboard', true),
      [one, two],
      words,
      (cell) => cell.article,
    )
    expect(csv.split('\r\n')[0]).toBe(',,one,two')
    expect(csv).toContain('entry,county,—,2. county; 3 days; ok; 7')
  })
})

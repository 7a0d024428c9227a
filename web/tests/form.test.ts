// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { ApiError, type Action, type Field, type Item, type Problem } from '@/api/client'
import { Attachments } from '@/lib/attachments'
import { useCommand } from '@/lib/command'
import { complaintsOf } from '@/lib/complaints'
import { cursorBefore, rememberCursor } from '@/lib/cursors'
import { fieldsFor, formModel, ownOutcomes, printYuan, readForm } from '@/lib/form'
import { IdempotencyKeys, uuid } from '@/lib/uuid'
import { words } from './words'

const label = { zh: '甲', en: 'A' }
const field = (id: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  id,
  label,
  help: { zh: '', en: '' },
  type,
  optional: false,
  outcomes: [],
  multiline: false,
  min: 0,
  max: 0,
  unit: '',
  article: '11',
  choices: [],
  options: [],
  ...more,
})
const items: Item[] = [
  { id: 'vcpu', label, unit: label, group: 'main' },
  { id: 'backup', label, unit: label, group: 'backup' },
]

describe('money, cases and several organisations', () => {
  const fields = [
    field('budget', 'money', { min: 100, max: 100_000_000 }),
    field('plan', 'case'),
    field('units', 'organisations', { min: 2, max: 3 }),
    field('contact', 'person', { optional: true }),
  ]
  const values = { budget: 1234567, plan: 9, units: [3, 4], contact: 7 }
  it('goes out as it came in', () => {
    const model = formModel(fields, values)
    expect(model.budget).toBe('12345.67')
    expect(readForm(fields, model, items).form).toEqual(values)
  })
  it('takes as many organisations as are asked for', () => {
    for (const units of [[3], [3, 4, 5, 6]]) {
      const few = readForm(fields, formModel(fields, { ...values, units }), items)
      expect(few.faults.units!.map((one) => one.key)).toEqual(['fault.bodies'])
    }
  })
  it.each([
    ['12,345.6', 1234560, undefined],
    ['１２', 1200, undefined],
    ['0.99', undefined, 'fault.range'],
    ['1000000.01', undefined, 'fault.range'],
    ['1.234', undefined, 'fault.money'],
    ['-5', undefined, 'fault.money'],
    ['much', undefined, 'fault.money'],
  ])('%s is %s or %s', (text, fen, fault) => {
    const read = readForm(fields.slice(0, 1), { budget: text }, items)
    expect(read.form.budget).toBe(fen)
    expect(read.faults.budget?.[0]?.key).toBe(fault)
  })
  it('asks for what nobody chose', () => {
    const read = readForm(fields, formModel(fields, {}), items)
    expect(read.empty).toEqual(['budget', 'plan', 'units'])
  })
  it('prints yuan', () => {
    expect(printYuan(5)).toBe('0.05')
    expect(printYuan(-5)).toBe('-0.05')
    expect(printYuan(123456789, true)).toBe('1,234,567.89')
  })
})

describe('a form', () => {
  const fields = [
    field('name', 'text', { max: 12 }),
    field('days', 'integer', { min: 15, max: 30 }),
    field('fine', 'bool', { optional: true }),
    field('items', 'quantities'),
    field('provider', 'organisation', { optional: true }),
  ]

  it('sends back what it was filled with', () => {
    const values = { name: '系统', days: 15, fine: false, items: { vcpu: 8_050_000 }, provider: 21 }
    const reading = readForm(fields, formModel(fields, values), items)
    expect(reading).toEqual({ form: values, faults: {}, empty: [] })
  })

  it('leaves out what is empty, and says which of it is asked for', () => {
    const reading = readForm(fields, formModel(fields, {}), items)
    expect(reading).toEqual({ form: {}, faults: {}, empty: ['name', 'days', 'items'] })
  })

  it('sends a zero that was typed', () => {
    const model = { ...formModel(fields, {}), items: { vcpu: '0', backup: '' } }
    expect(readForm(fields, model, items).form).toEqual({ items: { vcpu: 0 } })
  })

  it.each([
    ['name', '五个汉字长', 'fault.long'],
    ['days', '14', 'fault.range'],
    ['days', '十五', 'fault.integer'],
    ['days', '15.5', 'fault.integer'],
  ])('keeps %s = %s back: %s', (id, text, key) => {
    const reading = readForm(fields, { ...formModel(fields, {}), [id]: text }, items)
    expect(reading.faults[id]?.[0]?.key).toBe(key)
    expect(reading.form[id]).toBeUndefined()
  })

  it('names the item whose quantity is wrong', () => {
    const model = { ...formModel(fields, {}), items: { vcpu: '8', backup: '1x' } }
    expect(readForm(fields, model, items).faults.items).toEqual([
      { key: 'fault.quantity.format', item: 'backup' },
    ])
  })
})

describe('the fields of an outcome', () => {
  const form = [
    field('note', 'text'),
    field('granted', 'quantities', { outcomes: ['approve', 'lend'] }),
    field('days', 'integer', { outcomes: ['lend'], min: 1, max: 30 }),
    field('seen', 'bool', { outcomes: ['approve', 'lend', 'refuse'] }),
  ]
  const outcomes = ['approve', 'lend', 'refuse'].map((id) => ({ id }))
  const ids = (list: readonly { id: string }[]) => list.map((one) => one.id)
  const fill = () => {
    const values = { note: '可', granted: { vcpu: 4_000_000 }, days: 5, seen: true }
    const action = { form, values, items, outcomes, materials: [], opinion: false }
    return useCommand(action as unknown as Action, new Attachments(7), words('zh'), (l) => l.zh)
  }

  it('are its own and those of every outcome, in the order of the form', () => {
    expect(ids(fieldsFor(form, 'approve'))).toEqual(['note', 'granted', 'seen'])
    expect(ids(fieldsFor(form, 'lend'))).toEqual(['note', 'granted', 'days', 'seen'])
    expect(ids(fieldsFor(form, 'refuse'))).toEqual(['note', 'seen'])
    expect(ids(fieldsFor(form))).toEqual(ids(form))
  })

  it('are marked only where some outcome goes without', () => {
    const marks = form.map((one) => ids(ownOutcomes(one, outcomes)))
    expect(marks).toEqual([[], ['approve', 'lend'], ['lend'], []])
  })

  it('are all that is sent with it', () => {
    const { parts } = fill()
    expect(parts('refuse')).toEqual({
      outcome: 'refuse',
      form: { note: '可', seen: true },
      materials: [],
    })
    expect(Object.keys(parts('lend').form)).toEqual(['note', 'granted', 'days', 'seen'])
  })

  it('are all that can stand in its way', () => {
    const { model, obstacles, faults } = fill()
    model.days = '31'
    expect(obstacles(false, 'approve')).toEqual([])
    expect(faults.value).toEqual({})
    expect(obstacles(false, 'lend').map((one) => one.target)).toEqual(['field-days'])
    expect(Object.keys(faults.value)).toEqual(['days'])
    model.days = ''
    expect(obstacles(true, 'lend').map((one) => one.target)).toEqual(['field-days'])
    expect(obstacles(true)).toEqual([])
    model.note = ''
    expect(obstacles(true).map((one) => one.target)).toEqual(['field-note'])
  })
})

describe('a material', () => {
  const outcomes = ['approve', 'refuse'].map((id) => ({ id }))
  const slot = (id: string, required_for: string[]) => ({
    id,
    label,
    article: '',
    required_for,
    filed: false,
  })
  const action = {
    form: [],
    values: {},
    items,
    outcomes,
    materials: [slot('plan', ['approve', 'refuse']), slot('report', ['approve']), slot('more', [])],
    opinion: false,
  } as unknown as Action

  it('is missing where the outcome needs it, and before one is chosen where all do', () => {
    const { obstacles } = useCommand(action, new Attachments(7), words('zh'), (l) => l.zh)
    const missing = (chosen?: string) => obstacles(true, chosen).map((one) => one.target)
    expect(missing()).toEqual(['material-plan'])
    expect(missing('approve')).toEqual(['material-plan', 'material-report'])
    expect(missing('refuse')).toEqual(['material-plan'])
  })
})

describe('a refusal', () => {
  const action = {
    form: [field('provider', 'organisation')],
    materials: [{ id: 'plan', label, article: '', required_for: ['submit'], filed: false }],
  } as unknown as Action
  const reason = (code: string, where: string) => ({ code, where, article: '12', text: where })
  const refused = (reasons: Problem['reasons']) =>
    new ApiError(422, { type: '', title: '', status: 422, detail: 'd', code: 'c', reasons })

  it('leads to the field, material or opinion that it is about', () => {
    const list = complaintsOf(
      refused([
        reason('condition', 'provider'),
        reason('missing-material', 'plan'),
        reason('missing-opinion', 'review'),
        reason('bad-field', 'review.provider'),
        reason('condition', 'review'),
      ]),
      words('zh'),
      action,
    )
    expect(list.map((one) => one.target)).toEqual([
      'field-provider',
      'material-plan',
      'opinion',
      'field-provider',
      '',
    ])
  })

  it('is readable without reasons, without a body and without a server', () => {
    const text = (error: ApiError) => complaintsOf(error, words('zh'), null)[0]?.text
    expect(text(refused([]))).toBe('d')
    expect(text(new ApiError(502, null))).toContain('502')
    expect(text(new ApiError(0, null))).toContain('连接不上服务器')
  })
})

describe('idempotency keys', () => {
  it('stay with a body and change with it', () => {
    let n = 0
    const keys = new IdempotencyKeys(null, () => String((n += 1)))
    expect([{ a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }].map((body) => keys.of(body))).toEqual([
      '1',
      '1',
      '2',
      '2',
    ])
  })
  it('outlast a reload with the draft, so that a lost answer makes no second case', () => {
    const before = new IdempotencyKeys()
    const key = before.of({ a: 1 })
    const kept = JSON.parse(JSON.stringify(before.sent)) as typeof before.sent
    expect(new IdempotencyKeys(kept).of({ a: 1 })).toBe(key)
    expect(new IdempotencyKeys(kept).of({ a: 2 })).not.toBe(key)
  })
  it('are new after a refusal', () => {
    const keys = new IdempotencyKeys()
    const key = keys.of({ a: 1 })
    keys.refused()
    expect(keys.of({ a: 1 })).not.toBe(key)
  })
  it('are version 4 UUIDs', () => {
    const hex = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(uuid()).toMatch(hex)
    expect(uuid()).not.toBe(uuid())
  })
})

describe('the way back through pages', () => {
  it('is remembered per box and page size', () => {
    const kept = new Map<string, string>()
    const shelf = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
    rememberCursor('todo', 50, 1, '', shelf)
    rememberCursor('todo', 50, 2, 'c2', shelf)
    rememberCursor('todo', 50, 3, 'c3', shelf)
    expect(cursorBefore('todo', 50, 4, shelf)).toBe('c3')
    expect(cursorBefore('todo', 50, 3, shelf)).toBe('c2')
    expect(cursorBefore('todo', 50, 2, shelf)).toBe('')
    expect(cursorBefore('all', 50, 4, shelf)).toBe('')
  })
})

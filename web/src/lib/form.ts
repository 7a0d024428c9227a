// SPDX-License-Identifier: Apache-2.0
import type { Field, Item } from '@/api/client'
import { utf8Length } from '@/lib/bytes'
import { parseQuantity, printQuantity } from '@/lib/quantity'

/** What the inputs of a form hold: text as typed, so that nothing typed is ever lost. */
export type FieldModel = string | boolean | number | null | number[] | Record<string, string>
export type FormModel = Record<string, FieldModel>

export interface FieldFault {
  /** Key of the message catalogue. */
  key: string
  values?: Record<string, unknown>
  /** The item of a quantities field. */
  item?: string
}

/** Quantities in an answer: a map of item to millionths. */
export function quantitiesOf(value: unknown): Record<string, number> {
  const out: Record<string, number> = {}
  if (value && typeof value === 'object') {
    for (const [item, n] of Object.entries(value)) if (typeof n === 'number') out[item] = n
  }
  return out
}

export function fieldModel(field: Field, value: unknown): FieldModel {
  switch (field.type) {
    case 'quantities': {
      const texts: Record<string, string> = {}
      for (const [item, n] of Object.entries(quantitiesOf(value))) texts[item] = printQuantity(n)
      return texts
    }
    case 'bool':
      return typeof value === 'boolean' ? value : null
    case 'organisation':
    case 'case':
    case 'person':
      return typeof value === 'number' ? value : null
    case 'organisations':
      return Array.isArray(value) ? value.filter((id) => typeof id === 'number') : []
    case 'money':
      return typeof value === 'number' ? printYuan(value) : ''
    case 'integer':
      return typeof value === 'number' ? String(value) : ''
    case 'text':
    case 'date':
    case 'choice':
      return typeof value === 'string' ? value : ''
  }
}

/** Does the field belong to this outcome? */
export function applies(field: Field, outcome: string): boolean {
  return field.outcomes.length === 0 || field.outcomes.includes(outcome)
}

/** The fields to send with an outcome. Without one, when it is not chosen yet: all of them. */
export function fieldsFor(fields: readonly Field[], outcome?: string): readonly Field[] {
  return outcome === undefined ? fields : fields.filter((field) => applies(field, outcome))
}

/** The outcomes to name beside a field; none when it belongs to every one. */
export function ownOutcomes<O extends { id: string }>(field: Field, outcomes: readonly O[]): O[] {
  const own = outcomes.filter((outcome) => applies(field, outcome.id))
  return own.length < outcomes.length ? own : []
}

export function formModel(fields: readonly Field[], values: Record<string, unknown>): FormModel {
  return Object.fromEntries(fields.map((field) => [field.id, fieldModel(field, values[field.id])]))
}

/** Whether a range was given at all. */
export function hasRange(field: Field): boolean {
  return field.min !== 0 || field.max !== 0
}

/** Units of a limit have names; others (%, GB) are signs that every language shares. */
export function unitName(unit: string, t: (key: string) => string): string {
  return ['day', 'working-day', 'month'].includes(unit) ? t(`unit.${unit}`) : unit
}

/** Fen as yuan: 1234567 is 12,345.67; grouped only where it is read, not where it is typed. */
export function printYuan(fen: number, grouped = false): string {
  const yuan = Math.trunc(fen / 100)
  const rest = Math.abs(fen % 100)
  const sign = fen < 0 && yuan === 0 ? '-' : ''
  const whole = grouped ? yuan.toLocaleString('en-US') : String(yuan)
  return `${sign}${whole}.${String(rest).padStart(2, '0')}`
}

/** Does a field offer a choice of what the server names? */
export function isChosen(field: Field): boolean {
  return ['organisation', 'case', 'person'].includes(field.type)
}

type Read = { value?: unknown; faults: FieldFault[] }

function readMoney(field: Field, text: string): Read {
  const plain = text.normalize('NFKC').replaceAll(',', '').trim()
  if (!plain) return { faults: [] }
  const match = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(plain)
  if (!match) return { faults: [{ key: 'fault.money' }] }
  const fen = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  if (hasRange(field) && (fen < field.min || fen > field.max)) {
    const values = { min: printYuan(field.min, true), max: printYuan(field.max, true) }
    return { faults: [{ key: 'fault.range', values }] }
  }
  return { value: fen, faults: [] }
}

function readInteger(field: Field, text: string): Read {
  const plain = text.normalize('NFKC').trim()
  if (!plain) return { faults: [] }
  const n = Number(plain)
  if (!/^-?\d+$/.test(plain) || !Number.isSafeInteger(n)) {
    return { faults: [{ key: 'fault.integer' }] }
  }
  if (hasRange(field) && (n < field.min || n > field.max)) {
    return { faults: [{ key: 'fault.range', values: { min: field.min, max: field.max } }] }
  }
  return { value: n, faults: [] }
}

function readQuantities(texts: Record<string, string>, items: readonly Item[]): Read {
  const value: Record<string, number> = {}
  const faults: FieldFault[] = []
  for (const item of items) {
    const text = texts[item.id]?.trim()
    if (!text) continue
    const parsed = parseQuantity(text)
    if (parsed.ok) value[item.id] = parsed.value
    else faults.push({ key: `fault.quantity.${parsed.fault}`, item: item.id })
  }
  return Object.keys(value).length ? { value, faults } : { faults }
}

function readBodies(field: Field, chosen: readonly unknown[]): Read {
  if (!chosen.length) return { faults: [] }
  if (chosen.length >= field.min && chosen.length <= field.max) return { value: chosen, faults: [] }
  return { faults: [{ key: 'fault.bodies', values: { min: field.min, max: field.max } }] }
}

/** The value to send; undefined when nothing was filled in. Whether something had to be filled in
 * is the server's to say; here only what cannot be sent is a fault. */
export function readField(field: Field, model: FieldModel, items: readonly Item[]): Read {
  switch (field.type) {
    case 'integer':
      return readInteger(field, typeof model === 'string' ? model : '')
    case 'quantities':
      return readQuantities(model as Record<string, string>, items)
    case 'money':
      return readMoney(field, typeof model === 'string' ? model : '')
    case 'organisations':
      return readBodies(field, Array.isArray(model) ? model : [])
    case 'bool':
    case 'organisation':
    case 'case':
    case 'person':
      return model === null ? { faults: [] } : { value: model, faults: [] }
    case 'text': {
      const text = typeof model === 'string' ? model.trim() : ''
      if (field.max > 0 && utf8Length(text) > field.max) {
        return { faults: [{ key: 'fault.long', values: { max: Math.floor(field.max / 3) } }] }
      }
      return text ? { value: text, faults: [] } : { faults: [] }
    }
    case 'date':
    case 'choice':
      return model ? { value: model, faults: [] } : { faults: [] }
  }
}

export interface FormReading {
  form: Record<string, unknown>
  faults: Record<string, FieldFault[]>
  /** Fields that are asked for and empty. */
  empty: string[]
}

export function readForm(
  fields: readonly Field[],
  model: FormModel,
  items: readonly Item[],
): FormReading {
  const reading: FormReading = { form: {}, faults: {}, empty: [] }
  for (const field of fields) {
    const { value, faults } = readField(field, model[field.id] ?? null, items)
    if (faults.length) reading.faults[field.id] = faults
    else if (value !== undefined) reading.form[field.id] = value
    else if (!field.optional) reading.empty.push(field.id)
  }
  return reading
}

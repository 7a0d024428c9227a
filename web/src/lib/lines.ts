// SPDX-License-Identifier: Apache-2.0
import type { Field, Item, Register, SystemRow } from '@/api/client'
import { csvCell, parseCsv } from '@/lib/csv'
import { isChosen } from '@/lib/form'
import { parseQuantity } from '@/lib/quantity'

export interface FiledLine {
  system?: number
  period?: string
  form: Record<string, unknown>
}
export interface LineFault {
  row: number
  column: string
  key: string
}

/** Columns of a register as a table: whose it is, the month, then a column a field; of
 * quantities a column an item. */
export function columnsOf(register: Register, items: Item[]): string[] {
  const fields = register.form.flatMap((field) =>
    field.type === 'quantities' ? items.map((item) => `${field.id}.${item.id}`) : [field.id],
  )
  return [
    ...(register.about === 'system' ? ['system', 'name'] : []),
    ...(register.monthly ? ['period'] : []),
    ...fields,
  ]
}

/** A table to fill in: one row a system. */
export function templateOf(
  register: Register,
  items: Item[],
  systems: Pick<SystemRow, 'id' | 'name'>[],
  period: string,
): string {
  const columns = columnsOf(register, items)
  const rows = register.about === 'system' ? systems : [{ id: 0, name: '' }]
  const cell = (column: string, row: { id: number; name: string }) =>
    column === 'system'
      ? String(row.id)
      : column === 'name'
        ? row.name
        : column === 'period'
          ? period
          : ''
  const lines = rows.map((row) => columns.map((one) => csvCell(cell(one, row))).join(','))
  return [columns.join(','), ...lines].join('\r\n') + '\r\n'
}

function valueOf(field: Field, text: string): unknown {
  if (field.type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : undefined
  if (isChosen(field)) return /^\d+$/.test(text) ? Number(text) : undefined
  if (field.type === 'organisations') {
    return /^\d+( \d+)*$/.test(text) ? text.split(' ').map(Number) : undefined
  }
  if (field.type === 'money') {
    const match = /^(\d{1,13})(?:\.(\d{2}))?$/.exec(text)
    return match ? Number(match[1]) * 100 + Number(match[2] ?? 0) : undefined
  }
  if (field.type === 'bool') return { yes: true, no: false, 是: true, 否: false }[text]
  if (field.type === 'choice') {
    return field.choices.find((one) => one.id === text || one.label.zh === text)?.id
  }
  return text
}

/** Reads a table; every cell that cannot be read is named by row (of the file) and column. */
export function readLines(
  register: Register,
  items: Item[],
  text: string,
): { lines: FiledLine[]; faults: LineFault[] } {
  const [head = [], ...rows] = parseCsv(text)
  const known = columnsOf(register, items)
  const faults: LineFault[] = []
  const columns = head.map((one) => one.trim())
  for (const column of columns)
    if (!known.includes(column)) faults.push({ row: 1, column, key: 'register.faultColumn' })
  for (const column of known)
    if (column !== 'name' && !column.includes('.') && !columns.includes(column))
      faults.push({ row: 1, column, key: 'register.faultMissing' })
  if (faults.length) return { lines: [], faults }
  const lines = rows.map((cells, i) => {
    const line: FiledLine = { form: {} }
    columns.forEach((column, k) => {
      const cell = (cells[k] ?? '').trim()
      if (!cell || column === 'name') return
      if (column === 'period') line.period = cell
      else if (column === 'system') line.system = Number(cell)
      else if (!put(line.form, register, column, cell))
        faults.push({ row: i + 2, column, key: 'register.faultCell' })
    })
    return line
  })
  return { lines, faults }
}

function put(
  form: Record<string, unknown>,
  register: Register,
  column: string,
  cell: string,
): boolean {
  const [id = '', item] = column.split('.')
  const field = register.form.find((one) => one.id === id)
  if (!field) return false
  if (!item) {
    const value = valueOf(field, cell)
    if (value !== undefined) form[id] = value
    return value !== undefined
  }
  const amount = parseQuantity(cell)
  if (!amount.ok) return false
  form[id] = { ...(form[id] as object), [item]: amount.value }
  return true
}

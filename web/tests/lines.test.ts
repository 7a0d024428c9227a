// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Item, Register } from '@/api/client'
import { csvCell, parseCsv } from '@/lib/csv'
import { readLines, templateOf } from '@/lib/lines'

const label = { zh: '', en: '' }
const field = (id: string, type: string) =>
  ({ id, type, label, choices: [{ id: 'low', label: { zh: '低', en: 'Low' } }] }) as never
const items = [{ id: 'vcpu', label, unit: label, group: 'main' }] as Item[]
const register = (form: never[], about = 'system', monthly = true) =>
  ({ id: 'usage', label, article: '', about, monthly, may_file: true, form }) as Register
const usage = register([field('cpu', 'integer'), field('grade', 'choice')])

describe('comma separated values', () => {
  it('keeps quotes, commas and line ends of a quoted cell', () => {
    expect(parseCsv('a,"b,""c""\nd"\r\n\r\ne,')).toEqual([
      ['a', 'b,"c"\nd'],
      ['e', ''],
    ])
  })
  it('drops the mark of a spreadsheet before the first cell', () => {
    expect(parseCsv('\uFEFFa,b')).toEqual([['a', 'b']])
  })
  it('gives a spreadsheet no formula', () => {
    expect(csvCell('=1+1')).toBe("'=1+1")
    expect(csvCell('a,"b"')).toBe('"a,""b"""')
  })
})

describe('lines of a register', () => {
  it('are read back from the table that was downloaded', () => {
    const table = templateOf(usage, items, [{ id: 7, name: '系统, 一' }], '2020-09')
    expect(table).toBe('system,name,period,cpu,grade\r\n7,"系统, 一",2020-09,,\r\n')
    const filled = table.replace('2020-09,,', '2020-09,5,低')
    expect(readLines(usage, items, filled)).toEqual({
      faults: [],
      lines: [{ system: 7, period: '2020-09', form: { cpu: 5, grade: 'low' } }],
    })
  })
  it('have a column for each item of quantities', () => {
    const pool = register([field('free', 'quantities')], 'organisation')
    expect(readLines(pool, items, 'period,free.vcpu\n2020-09,1.5').lines).toEqual([
      { period: '2020-09', form: { free: { vcpu: 1_500_000 } } },
    ])
  })
  it('name the row of the file and the column that cannot be read', () => {
    expect(readLines(usage, items, 'system,period,cpu,grade\n1,2020-09,five,low').faults).toEqual([
      { row: 2, column: 'cpu', key: 'register.faultCell' },
    ])
  })
  it('name columns that are unknown or missing', () => {
    const faults = readLines(usage, items, 'system,period,cpus,grade\n').faults
    expect(faults.map((one) => [one.column, one.key])).toEqual([
      ['cpus', 'register.faultColumn'],
      ['cpu', 'register.faultMissing'],
    ])
  })
})

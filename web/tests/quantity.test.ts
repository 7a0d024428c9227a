// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { parseQuantity, printQuantity, showQuantity } from '@/lib/quantity'

describe('quantities are read from decimal text without floating arithmetic', () => {
  it.each([
    ['8', 8_000_000],
    ['0', 0],
    ['007', 7_000_000],
    ['0.5', 500_000],
    ['0.000001', 1],
    ['1.', 1_000_000],
    ['1.100000000', 1_100_000],
    // Doubles would give 8049999.999… and 1005000.0000000001 here.
    ['8.05', 8_050_000],
    ['1.005', 1_005_000],
    ['4,096.5', 4_096_500_000],
    ['１２．５', 12_500_000],
    [' 3 ', 3_000_000],
    ['1000000000', 1_000_000_000_000_000],
    ['999999999.999999', 999_999_999_999_999],
  ])('%s is %d millionths', (text, value) => {
    expect(parseQuantity(text)).toEqual({ ok: true, value })
  })

  it.each([
    ['', 'format'],
    ['-1', 'format'],
    ['1e3', 'format'],
    ['.5', 'format'],
    ['1,00', 'format'],
    ['8核', 'format'],
    ['0x10', 'format'],
    ['0.0000001', 'digits'],
    ['1000000000.000001', 'range'],
    ['99999999999999999999', 'range'],
  ])('%s is refused: %s', (text, fault) => {
    expect(parseQuantity(text)).toEqual({ ok: false, fault })
  })
})

describe('quantities are printed exactly', () => {
  it.each([
    [0, '0'],
    [1, '0.000001'],
    [8_050_000, '8.05'],
    [64_000_000, '64'],
    [-31_500_000, '-31.5'],
    [999_999_999_999_999, '999999999.999999'],
  ])('%d is %s', (value, text) => {
    expect(printQuantity(value)).toBe(text)
  })

  it('groups thousands for tables, never the fraction', () => {
    expect(showQuantity(4_096_500_000)).toBe('4,096.5')
    expect(showQuantity(1_234_567_123_456)).toBe('1,234,567.123456')
  })

  it('reads back what it printed', () => {
    for (let n = 1; n < 1e15; n = n * 7 + 3) {
      expect(parseQuantity(printQuantity(n))).toEqual({ ok: true, value: n })
      expect(parseQuantity(showQuantity(n))).toEqual({ ok: true, value: n })
    }
  })
})

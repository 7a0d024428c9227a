// SPDX-License-Identifier: Apache-2.0

/** Quantities are whole millionths of their unit: 8 cores are 8000000. They are read from and
 * printed as decimal text by moving the point; no floating arithmetic touches them. */

const DIGITS = 6
/** The server's largest quantity: a thousand million units. */
const LARGEST = 1_000_000_000_000_000

export type QuantityFault = 'format' | 'digits' | 'range'
export type Parsed = { ok: true; value: number } | { ok: false; fault: QuantityFault }

/** Text as people type it, with full-width digits and thousands separators allowed. */
export function parseQuantity(text: string): Parsed {
  let plain = text.normalize('NFKC').trim()
  if (/^\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain)) plain = plain.replaceAll(',', '')
  const match = /^(\d+)(?:\.(\d*))?$/.exec(plain)
  if (!match) return { ok: false, fault: 'format' }
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  if (fraction.length > DIGITS) return { ok: false, fault: 'digits' }
  const digits = (match[1] + fraction.padEnd(DIGITS, '0')).replace(/^0+(?=\d)/, '')
  if (digits.length > 16) return { ok: false, fault: 'range' }
  const value = Number(digits)
  return value <= LARGEST ? { ok: true, value } : { ok: false, fault: 'range' }
}

/** The shortest exact decimal text, without separators: what an input shows. */
export function printQuantity(millionths: number): string {
  const sign = millionths < 0 ? '-' : ''
  const digits = String(Math.abs(millionths)).padStart(DIGITS + 1, '0')
  const whole = digits.slice(0, -DIGITS)
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '')
  return sign + whole + (fraction ? `.${fraction}` : '')
}

/** The same with thousands separators: what a table shows. */
export function showQuantity(millionths: number): string {
  const [whole = '', fraction] = printQuantity(millionths).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction ? `${grouped}.${fraction}` : grouped
}

// SPDX-License-Identifier: Apache-2.0

const NUMERALS = '零一二三四五六七八九'

/** 1..999 in Chinese numerals as laws write them: 10 十, 15 十五, 20 二十, 104 一百零四. */
export function zhNumeral(n: number): string {
  if (n < 10) return NUMERALS[n] ?? ''
  if (n < 20) return `十${n % 10 ? NUMERALS[n % 10] : ''}`
  if (n < 100) return `${NUMERALS[Math.floor(n / 10)]}十${n % 10 ? NUMERALS[n % 10] : ''}`
  const rest = n % 100
  const hundreds = `${NUMERALS[Math.floor(n / 100)]}百`
  if (rest === 0) return hundreds
  if (rest < 10) return `${hundreds}零${NUMERALS[rest]}`
  return `${hundreds}${rest < 20 ? '一' : ''}${zhNumeral(rest)}`
}

/** "AB-12" is article 12 of another regulation that the same policy holds. */
export function articlePrefix(article: string): string {
  return /^([A-Z]+)-/.exec(article)?.[1] ?? ''
}

/** An article as the API names it ("11", "A1", "AB-12") in words, without its regulation; empty
 * stays empty. */
export function articleName(article: string, locale: string): string {
  const own = article.replace(/^[A-Z]+-/, '')
  const zh = locale === 'zh'
  if (!own) return ''
  if (own === 'local') return zh ? '主管部门规定' : 'set by the authority'
  if (own === '0') return zh ? '引言' : 'Introduction'
  const [, letter = '', number = ''] = /^([AC]?)(\d{1,3})$/.exec(own) ?? []
  if (!number) return own
  const n = zhNumeral(Number(number))
  if (letter === 'A') return zh ? `附件${n}` : `Annex ${number}`
  if (letter === 'C') return zh ? `第${n}章末款` : `Closing clause of ch. ${number}`
  return zh ? `第${n}条` : `Art. ${number}`
}

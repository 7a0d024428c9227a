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

/** An article as the API names it ("11") in words; empty stays empty. */
export function articleName(article: string, locale: string): string {
  if (!article) return ''
  if (locale !== 'zh') return `Art. ${article}`
  const n = /^[1-9]\d{0,2}$/.test(article) ? Number(article) : 0
  return `第${n ? zhNumeral(n) : article}条`
}

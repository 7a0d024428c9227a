// SPDX-License-Identifier: Apache-2.0

/** Days are YYYY-MM-DD of China Standard Time; instants are UTC milliseconds. */

const DAY_MS = 86_400_000

function utc(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10)))
}

/** Days from one day to another; negative when `to` comes first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((utc(to) - utc(from)) / DAY_MS)
}

/** 0 Sunday .. 6 Saturday. */
export function weekday(day: string): number {
  return new Date(utc(day)).getUTCDay()
}

const stamp = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** 2020-09-24 09:00:12, in China Standard Time whatever the machine's zone. */
export function showInstant(ms: number): string {
  return stamp.format(new Date(ms))
}

/** 2020年9月24日, or 24 September 2020. */
export function showDay(day: string, locale: string): string {
  if (locale === 'zh') {
    return `${Number(day.slice(0, 4))}年${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`
  }
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'long' }).format(utc(day))
}

// SPDX-License-Identifier: Apache-2.0
import type { Light } from '@/api/client'

/** What a light says in words: always shown beside the shape. Keys of the message catalogue. */
export function lightWord(light: Light): string {
  return `light.${light}`
}

/** In a list, what has been decided needs no light; it says so instead of "no limit". */
export function rowWord(row: { light: Light; outcome: string; ended: boolean }): string {
  if (row.ended) return 'light.ended'
  return row.outcome && row.light === 'none' ? 'light.decided' : lightWord(row.light)
}

export interface Deadline {
  state: 'open' | 'held' | 'closed'
  due: string | null
  days_left: number | null
  light: Light
}

/** How much time is left, as message key and number. `today` is the server's day. */
export function daysLeftWord(row: Deadline, today: string): { key: string; n: number } {
  if (row.state === 'held' || row.light === 'grey') return { key: 'left.stopped', n: 0 }
  if (row.state === 'closed' || row.due === null || row.days_left === null) {
    return { key: 'left.none', n: 0 }
  }
  if (row.days_left < 0) return { key: 'left.late', n: -row.days_left }
  if (row.due === today) return { key: 'left.today', n: 0 }
  // Past a due day with only rest days since: overdue, though no working day has gone by.
  if (row.due < today) return { key: 'left.over', n: 0 }
  return { key: 'left.days', n: row.days_left }
}

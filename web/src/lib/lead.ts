// SPDX-License-Identifier: Apache-2.0
import type { Task } from '@/api/client'

const ORDER = { red: 0, yellow: 1, green: 2, grey: 3, none: 4 } as const

/** The task whose clock the head of a case shows: the most pressing of those not closed. While a
 * case waits for its supplement that is the one whose clock stands still. */
export function leadingTask(tasks: readonly Task[]): Task | undefined {
  return tasks
    .filter((task) => task.state !== 'closed')
    .sort(
      (a, b) =>
        ORDER[a.light] - ORDER[b.light] ||
        (a.due ?? '9999').localeCompare(b.due ?? '9999') ||
        b.id - a.id,
    )[0]
}

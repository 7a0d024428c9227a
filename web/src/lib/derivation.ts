// SPDX-License-Identifier: Apache-2.0
import type { DerivationStep } from '@/api/client'
import { daysBetween } from '@/lib/date'

type Translate = (key: string, values: Record<string, unknown>, plural?: number) => string

export interface DerivationLine {
  kind: string
  /** The day or days that the line is about, for the left column. */
  days: string
  text: string
  /** Whether the days count towards the limit. */
  counts: boolean
}

/** The steps as lines that a person can check with a finger on a wall calendar. */
export function describeDerivation(
  steps: readonly DerivationStep[],
  t: Translate,
  dayName: (day: string) => string,
  locale: string,
): DerivationLine[] {
  let counted = 0
  return steps.map((step) => {
    const from = step.on ?? step.from ?? ''
    const to = step.on ?? step.to ?? ''
    const name = (locale === 'zh' ? step.name_zh : step.name_en) ?? ''
    let text = ''
    if (step.kind === 'count') {
      text = countText(step, counted, t)
      counted = step.n ?? counted
    } else if (step.kind === 'makeup') {
      counted = step.n ?? counted + 1
      text = t('derivation.makeup', { n: counted, name: name || t('derivation.holiday', {}) })
    } else if (step.kind === 'suspended' && !to) {
      text = t('derivation.stopped', {})
    } else if (step.kind === 'roll' || step.kind === 'later') {
      text = t(`derivation.${step.kind}`, { from, to })
    } else if (step.kind === 'estimate') {
      text = t('derivation.estimate', { year: step.year ?? '' })
    } else if (step.kind === 'holiday') {
      text = t('derivation.holidayDays', { name: name || t('derivation.holiday', {}) })
    } else {
      text = t(`derivation.${step.kind}`, {})
    }
    const counts = step.kind === 'count' || step.kind === 'makeup'
    return { kind: step.kind, days: daysText(step, dayName, t), text, counts }
  })
}

/** Counted days grow by one a day; a count that grows slower counts whole months. */
function countText(step: DerivationStep, before: number, t: Translate): string {
  const n = step.n ?? 0
  const days = step.from && step.to ? daysBetween(step.from, step.to) + 1 : 1
  if (n - before !== days) return t('derivation.months', { n }, n)
  return days === 1
    ? t('derivation.count', { n })
    : t('derivation.countRange', { first: before + 1, last: n })
}

function daysText(step: DerivationStep, dayName: (day: string) => string, t: Translate): string {
  if (step.kind === 'estimate') return String(step.year ?? '')
  if (step.kind === 'roll') return step.to ? dayName(step.to) : ''
  const from = step.on ?? step.from
  const to = step.on ?? (step.kind === 'later' ? from : step.to)
  if (!from) return ''
  if (!to) return t('derivation.since', { from: dayName(from) })
  return from === to
    ? dayName(from)
    : t('derivation.span', { from: dayName(from), to: dayName(to) })
}

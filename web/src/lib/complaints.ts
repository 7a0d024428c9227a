// SPDX-License-Identifier: Apache-2.0
import { ApiError, type Action, type Label } from '@/api/client'
import type { FieldFault, FormReading } from '@/lib/form'

type Translate = (key: string, values?: Record<string, unknown>) => string

/** One thing to put right: the sentence, and the element that it is about. */
export interface Complaint {
  text: string
  article: string
  target: string
}

export function fieldTarget(id: string): string {
  return `field-${id}`
}
export function materialTarget(id: string): string {
  return `material-${id}`
}
export const OPINION_TARGET = 'opinion'
export const PAPER_TARGET = 'paper'

/** The element that a reason speaks of; empty when it is about the whole. */
function targetOf(where: string, action: Action | null): string {
  const last = where.slice(where.lastIndexOf('.') + 1)
  for (const id of [where, last]) {
    if (action?.form.some((field) => field.id === id)) return fieldTarget(id)
    if (action?.materials.some((slot) => slot.id === id)) return materialTarget(id)
    if (id === 'opinion') return OPINION_TARGET
    if (id === 'occurred_on' || id === 'paper') return PAPER_TARGET
  }
  return ''
}

/** Everything a failed request says, in the person's language. */
export function complaintsOf(error: unknown, t: Translate, action: Action | null): Complaint[] {
  if (!(error instanceof ApiError)) throw error
  if (error.status === 0) return [{ text: t('error.network'), article: '', target: '' }]
  if (error.status === 401 && !error.problem) {
    return [{ text: t('error.lapsed'), article: '', target: '' }]
  }
  if (error.code === 'post-changed') {
    return [{ text: t('error.postChanged'), article: '', target: '' }]
  }
  if (!error.problem) {
    return [{ text: t('error.unknown', { status: error.status }), article: '', target: '' }]
  }
  if (!error.problem.reasons?.length) {
    return [{ text: error.problem.detail || error.problem.title, article: '', target: '' }]
  }
  // The server's sentence names the article itself.
  return error.problem.reasons.map((reason) => {
    const opinion = reason.code === 'missing-opinion'
    const target = opinion ? OPINION_TARGET : targetOf(reason.where, action)
    return { text: reason.text, article: '', target }
  })
}

export function faultText(fault: FieldFault, t: Translate): string {
  return t(fault.key, fault.values ?? {})
}

/** What cannot be sent as it stands. `complete`: also what is asked for and still empty. */
export function complaintsOfForm(
  action: Action,
  reading: FormReading,
  complete: boolean,
  t: Translate,
  say: (label: Label) => string,
): Complaint[] {
  const list: Complaint[] = []
  for (const field of action.form) {
    for (const fault of reading.faults[field.id] ?? []) {
      const item = action.items.find((one) => one.id === fault.item)
      const place = item ? `${say(field.label)} / ${say(item.label)}` : say(field.label)
      const target = item ? `quantity-${field.id}-${item.id}` : fieldTarget(field.id)
      list.push({ text: `${place}${t('app.colon')}${faultText(fault, t)}`, article: '', target })
    }
    if (complete && reading.empty.includes(field.id)) {
      const text = t('fault.empty', { label: say(field.label) })
      list.push({ text, article: field.article, target: fieldTarget(field.id) })
    }
  }
  return list
}

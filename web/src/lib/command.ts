// SPDX-License-Identifier: Apache-2.0
import { computed, reactive, ref, shallowRef } from 'vue'
import type { Action, Label, MaterialSlot, Paper } from '@/api/client'
import type { Attachments } from '@/lib/attachments'
import { complaintsOfForm, fieldTarget, materialTarget } from '@/lib/complaints'
import { OPINION_TARGET, PAPER_TARGET } from '@/lib/complaints'
import type { Complaint } from '@/lib/complaints'
import { fieldsFor, formModel, ownOutcomes, readForm, type FormModel } from '@/lib/form'

/** An act that took place earlier, on paper. */
export interface PaperModel {
  used: boolean
  on: string
  number: string
  reason: string
}
export function noPaper(): PaperModel {
  return { used: false, on: '', number: '', reason: '' }
}
function paperOf(paper: PaperModel): Paper {
  return { on: paper.on, number: paper.number.trim(), reason: paper.reason.trim() }
}

type Translate = (key: string, values?: Record<string, unknown>) => string

/** What one command is made of while it is typed, and what is wrong with it. Sentences at the
 * fields go as soon as the field is changed; the summary stays until the next try. */
export function useCommand(
  action: Action,
  attachments: Attachments,
  t: Translate,
  say: (label: Label) => string,
) {
  const model = reactive<FormModel>(formModel(action.form, action.values))
  const opinion = ref('')
  const paper = reactive<PaperModel>(noPaper())
  const complaints = shallowRef<Complaint[]>([])
  const tried = ref(false)
  /** What was tried last; undefined while no outcome is chosen. */
  const outcome = ref<string>()
  let seen: Record<string, string> = {}

  function content(target: string): string {
    for (const field of action.form) {
      if (fieldTarget(field.id) === target) return JSON.stringify(model[field.id] ?? null)
    }
    for (const slot of action.materials) {
      if (materialTarget(slot.id) !== target) continue
      return JSON.stringify(attachments.of(slot.id).map((one) => [one.key, one.state]))
    }
    return target === OPINION_TARGET ? opinion.value : ''
  }

  function complain(list: Complaint[]): void {
    seen = Object.fromEntries(list.map((one) => [one.target, content(one.target)]))
    complaints.value = list
  }

  /** target -> sentence, of what was not touched since. */
  const standing = computed(() => {
    const out: Record<string, string> = {}
    for (const one of complaints.value) {
      if (one.target && content(one.target) === seen[one.target]) out[one.target] = one.text
    }
    return out
  })
  const fieldRefusals = computed(() =>
    Object.fromEntries(action.form.map((f) => [f.id, standing.value[fieldTarget(f.id)] ?? ''])),
  )
  const materialRefusals = computed(() =>
    Object.fromEntries(
      action.materials.map((s) => [s.id, standing.value[materialTarget(s.id)] ?? '']),
    ),
  )
  const opinionRefusal = computed(() => standing.value[OPINION_TARGET] ?? '')

  const reading = computed(() =>
    readForm(fieldsFor(action.form, outcome.value), model, action.items),
  )
  const faults = computed(() => (tried.value ? reading.value.faults : {}))

  /** What is asked for and empty; before an outcome is chosen, only what every one asks for. */
  function empty(): string[] {
    if (outcome.value !== undefined) return reading.value.empty
    return action.form
      .filter((field) => !ownOutcomes(field, action.outcomes).length)
      .map((field) => field.id)
      .filter((id) => reading.value.empty.includes(id))
  }

  /** For the chosen outcome; before one is chosen, for every one. */
  function isRequired(slot: MaterialSlot, chosen?: string): boolean {
    return chosen === undefined
      ? slot.required_for.length === action.outcomes.length
      : slot.required_for.includes(chosen)
  }

  /** What stands in the way of sending with an outcome. complete: also what is asked for and
   * empty; without it only what cannot be sent, since what an outcome needs is the server's to
   * say. */
  function obstacles(complete: boolean, chosen?: string): Complaint[] {
    tried.value = true
    outcome.value = chosen
    const list = complaintsOfForm(action, { ...reading.value, empty: empty() }, complete, t, say)
    for (const slot of action.materials) {
      const files = attachments.of(slot.id)
      const target = materialTarget(slot.id)
      const label = say(slot.label)
      if (files.some((one) => one.state !== 'done')) {
        list.push({ text: t('fault.uploading', { label }), article: '', target })
      } else if (complete && isRequired(slot, chosen) && !slot.filed && !files.length) {
        list.push({ text: t('fault.material', { label }), article: slot.article, target })
      }
    }
    if (paper.used && !(paper.on && paper.number.trim() && paper.reason.trim())) {
      list.push({ text: t('paper.incomplete'), article: '', target: PAPER_TARGET })
    }
    if (action.opinion && !opinion.value.trim()) {
      list.push({ text: t('fault.opinion'), article: '', target: OPINION_TARGET })
    }
    return list
  }

  /** The parts of a body that opening and deciding share. */
  function parts(chosen: string) {
    const text = opinion.value.trim()
    return {
      outcome: chosen,
      form: readForm(fieldsFor(action.form, chosen), model, action.items).form,
      materials: attachments.cited(),
      ...(text ? { opinion: text } : {}),
      ...(paper.used ? { paper: paperOf(paper) } : {}),
    }
  }

  function reset(): void {
    Object.assign(model, formModel(action.form, action.values))
    opinion.value = ''
    Object.assign(paper, noPaper())
    attachments.clear()
    complaints.value = []
    tried.value = false
    outcome.value = undefined
  }

  return {
    model,
    opinion,
    paper,
    complaints,
    faults,
    reading,
    fieldRefusals,
    materialRefusals,
    opinionRefusal,
    complain,
    obstacles,
    parts,
    reset,
  }
}

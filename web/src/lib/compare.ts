// SPDX-License-Identifier: Apache-2.0
// Regulations side by side. Nothing here knows one of them: what has the same id in two belongs
// together, the rest stands where its own regulation has it.
import type { Label, PolicySide } from '@/api/client'
import { csvCell } from './csv'

export interface Line {
  text: Label
  /** The same in full, or what else there is to say. */
  hint?: Label
  /** Stands back behind the line before it. */
  small?: boolean
}
export interface Cell {
  lines: Line[]
  article: string
  local: boolean
  /** Two cells that say the same have the same. */
  same: string
}
export interface Row {
  key: string
  /** A label of a regulation, or the key of a message. */
  head: Label | string
  /** Said behind it: the kind of a number. */
  kind?: string
  /** One of a regulation each; null: it has none. */
  cells: (Cell | null)[]
  differs: boolean
  /** Whose cell differs from what most say. */
  odd: boolean[]
}
export interface Section {
  id: string
  head: Label | string
  /** What each regulation calls it; null: it has none. */
  own?: (Label | null)[]
  rows: Row[]
}

type Procedure = PolicySide['procedures'][number]
type Step = Procedure['steps'][number]

const label = (zh: string, en: string): Label => ({ zh, en })
const join = (labels: Label[], zh = '、', en = ', '): Label =>
  label(labels.map((one) => one.zh).join(zh), labels.map((one) => one.en).join(en))

/** All words of the lists, each once, in an order that keeps that of every list where it can: what
 * only a later list has comes behind what stands before it there. */
export function mergeOrders(lists: string[][]): string[] {
  const out: string[] = []
  for (const list of lists) {
    let at = 0
    for (const word of list) {
      const found = out.indexOf(word)
      if (found < 0) {
        out.splice(at, 0, word)
        at += 1
      } else at = found + 1
    }
  }
  return out
}

/** What one regulation has and another lacks differs, but only cells that say otherwise than most
 * are odd. */
export function row(key: string, head: Row['head'], cells: Row['cells'], kind?: string): Row {
  const said = cells.map((cell) => cell?.same)
  const counts = new Map<string, number>()
  for (const one of said) if (one !== undefined) counts.set(one, (counts.get(one) ?? 0) + 1)
  const most = Math.max(0, ...counts.values())
  const usual = [...counts].filter(([, n]) => n === most).map(([one]) => one)
  const odd = said.map(
    (one) =>
      one !== undefined && counts.size > 1 && !(usual.length === 1 && most > 1 && usual[0] === one),
  )
  return { key, head, kind, cells, differs: new Set(said).size > 1, odd }
}

/** What names a regulation differs by itself: no difference worth a mark. */
function naming(key: string, head: string, cells: Cell[]): Row {
  return { key, head, cells, differs: false, odd: cells.map(() => false) }
}

function cell(lines: Line[], same: string, basis?: { article: string; local: boolean }): Cell {
  return { lines, same, article: basis?.article ?? '', local: basis?.local ?? false }
}
const plain = (text: Label, same = text.zh): Cell => cell([{ text }], same)

// ---- the regulations themselves ------------------------------------------------------------------

function headSection(sides: PolicySide[]): Section {
  const roles = (side: PolicySide) => side.roles.map((one) => one.label)
  return {
    id: '',
    head: 'compare.head',
    rows: [
      naming(
        'document',
        'compare.document',
        sides.map((one) => plain(label(one.document, one.document))),
      ),
      naming(
        'from',
        'compare.from',
        sides.map((one) => plain(label(one.from, one.from))),
      ),
      naming(
        'authority',
        'compare.authority',
        sides.map((one) => plain(one.authority)),
      ),
      row(
        'roles',
        'compare.roles',
        sides.map((one) => plain(join(roles(one)))),
      ),
    ],
  }
}

// ---- procedures ----------------------------------------------------------------------------------

function stepCell(step: Step | undefined, order: number): Cell | null {
  if (!step) return null
  const who = join(
    step.actors.map((one) => one.label),
    ' + ',
    ' + ',
  )
  const actors = step.each ? label(`每一${who.zh}`, `each ${who.en}`) : who
  const lines: Line[] = [{ text: label(`${order}. ${actors.zh}`, `${order}. ${actors.en}`) }]
  for (const limit of step.limits) lines.push({ text: limit.brief, hint: limit.words })
  const decisions = join(
    step.outcomes.map((one) => one.label),
    ' / ',
    ' / ',
  )
  lines.push({ text: decisions, hint: leads(step), small: true })
  const limits = step.limits.map((one) => `${one.kind} ${one.brief.zh}`).join('; ')
  return cell(lines, `${actors.zh}: ${limits}`, step)
}

function leads(step: Step): Label {
  const all = step.outcomes.map((one) =>
    label(`${one.label.zh}：${one.leads.zh}`, `${one.label.en}: ${one.leads.en}`),
  )
  return join(all, '\n', '\n')
}

/** The stages of a procedure in order, the first step's materials, who signs together, who of the
 * county takes part, whether it may be taken back. */
function factRows(found: (Procedure | undefined)[]): Row[] {
  const facts = (pick: (one: Procedure) => Cell | null) =>
    found.map((one) => (one ? pick(one) : null))
  const named = (list: { label: Label }[]) => list.map((one) => one.label)
  const several = (one: Procedure) =>
    one.steps
      .filter((step) => step.each || step.actors.length > 1)
      .map((step) => {
        const who = join(named(step.actors))
        return label(`${step.label.zh}（${who.zh}）`, `${step.label.en} (${who.en})`)
      })
  const county = (one: Procedure) =>
    named(one.steps.filter((step) => step.actors.some((actor) => actor.above)))
  const none = label('无', 'none')
  const listed = (labels: Label[]) => plain(labels.length ? join(labels) : none)
  return [
    row(
      'way',
      'compare.way',
      facts((one) => {
        const stages = one.steps.filter((step) => step.stage)
        return cell(
          [{ text: join(named(stages), ' → ', ' → ') }],
          stages.map((step) => step.id).join(' '),
          one,
        )
      }),
    ),
    row(
      'materials',
      'compare.materials',
      facts((one) => listed(named(one.steps[0]!.materials.filter((each) => each.required)))),
    ),
    row(
      'together',
      'compare.together',
      facts((one) => listed(several(one))),
    ),
    row(
      'above',
      'compare.above',
      facts((one) => listed(county(one))),
    ),
    row(
      'withdrawal',
      'compare.withdrawal',
      facts((one) => plain(one.withdrawal ? label('可以', 'yes') : label('不可以', 'no'))),
    ),
    row(
      'priority',
      'compare.priority',
      facts((one) => plain(one.priority ? label('优先办理', 'first') : label('无', 'none'))),
    ),
  ]
}

function ownNames(id: string, sides: PolicySide[]): (Label | null)[] {
  return sides.map((side) => side.procedures.find((one) => one.id === id)?.label ?? null)
}

function procedureSection(id: string, sides: PolicySide[]): Section {
  const found = sides.map((side) => side.procedures.find((one) => one.id === id))
  const steps = mergeOrders(found.map((one) => (one?.steps ?? []).map((step) => step.id)))
  const rows = factRows(found)
  for (const step of steps) {
    const own = found.map((one) => one?.steps.findIndex((each) => each.id === step) ?? -1)
    const first = own.findIndex((at) => at >= 0)
    rows.push(
      row(
        `step.${step}`,
        found[first]!.steps[own[first]!]!.label,
        found.map((one, i) => stepCell(one?.steps[own[i]!], own[i]! + 1)),
      ),
    )
  }
  return { id, head: found.find((one) => one)!.label, own: ownNames(id, sides), rows }
}

const SUBJECTS = ['new', 'system', 'opener'] as const

/** What most regulations have comes first, for there is most to compare; of as many what registers a
 * new system comes before what is about one. */
export function procedureIds(sides: PolicySide[]): string[] {
  const ids = SUBJECTS.flatMap((subject) =>
    mergeOrders(
      sides.map((side) =>
        side.procedures.filter((one) => one.subject === subject).map((one) => one.id),
      ),
    ),
  )
  const having = (id: string) =>
    sides.filter((side) => side.procedures.some((one) => one.id === id)).length
  return [...new Set(ids)].sort((a, b) => having(b) - having(a))
}

export function stepSections(sides: PolicySide[]): Section[] {
  return [headSection(sides), ...procedureIds(sides).map((id) => procedureSection(id, sides))]
}

// ---- numbers -------------------------------------------------------------------------------------

export function numberSections(sides: PolicySide[]): Section[] {
  const keys = mergeOrders(sides.map((side) => side.numbers.map((one) => one.key)))
  const sections = new Map<string, Section>()
  for (const id of procedureIds(sides)) {
    const of = sides.flatMap((side) => side.procedures).find((one) => one.id === id)!
    sections.set(id, { id, head: of.label, own: ownNames(id, sides), rows: [] })
  }
  const registers: Section = { id: '', head: 'compare.registers', rows: [] }
  for (const key of keys) {
    const found = sides.map((side) => side.numbers.find((one) => one.key === key))
    const first = found.findIndex((one) => one)
    const number = found[first]!
    const side = sides[first]!
    const step = side.procedures
      .find((one) => one.id === number.procedure)
      ?.steps.find((one) => one.id === number.step)
    const register = side.registers.find((one) => one.id === number.register)
    const head = step?.label ?? register?.label ?? label(key, key)
    const section = sections.get(number.procedure) ?? registers
    section.rows.push(
      row(
        key,
        head,
        found.map((one) => (one ? cell([{ text: one.words }], one.words.zh, one) : null)),
        number.kind,
      ),
    )
  }
  return [...sections.values(), registers].filter((one) => one.rows.length)
}

// ---- registers -----------------------------------------------------------------------------------

type Register = PolicySide['registers'][number]
type Report = PolicySide['reports'][number]

function registerCell(one: Register): Cell {
  const by = one.by ?? label('由办理事项记入', 'by a procedure')
  const period = one.monthly ? label('每月', 'monthly') : label('不按月', 'not by months')
  const fields = join(one.fields)
  const lines = [{ text: by }, { text: period }, { text: fields, small: true }]
  return cell(lines, `${by.zh} ${period.zh} ${fields.zh}`, one)
}

function reportCell(one: Report): Cell {
  const columns = join(one.columns)
  return cell([{ text: columns }], columns.zh, one)
}

/** Rows of what is named by ids alone. */
function namedRows<T extends { id: string; label: Label }>(lists: T[][], made: (one: T) => Cell) {
  return mergeOrders(lists.map((list) => list.map((one) => one.id))).map((id) => {
    const found = lists.map((list) => list.find((one) => one.id === id))
    const cells = found.map((one) => (one ? made(one) : null))
    return row(id, found.find((one) => one)!.label, cells)
  })
}

export function registerSections(sides: PolicySide[]): Section[] {
  const sections = [
    {
      id: '',
      head: 'compare.registers',
      rows: namedRows(
        sides.map((one) => one.registers),
        registerCell,
      ),
    },
    {
      id: 'reports',
      head: 'compare.reports',
      rows: namedRows(
        sides.map((one) => one.reports),
        reportCell,
      ),
    },
  ]
  return sections.filter((one) => one.rows.length)
}

// ---- what is shown of it -------------------------------------------------------------------------

export function narrow(sections: Section[], procedure: string, differing: boolean): Section[] {
  return sections
    .filter((one) => !procedure || one.id === procedure)
    .map((one) => ({ ...one, rows: one.rows.filter((each) => !differing || each.differs) }))
    .filter((one) => one.rows.length)
}

/** The table as it stands there, for a spreadsheet. */
export function compareCsv(
  sections: Section[],
  sides: PolicySide[],
  say: (head: Label | string) => string,
  article: (cell: Cell) => string,
): string {
  const lines = [['', '', ...sides.map((one) => say(one.short))]]
  for (const section of sections)
    for (const one of section.rows)
      lines.push([
        say(section.head),
        [say(one.head), one.kind ?? ''].filter(Boolean).join(' '),
        ...one.cells.map((each) =>
          each
            ? [...each.lines.map((line) => say(line.text)), article(each)]
                .filter(Boolean)
                .join('; ')
            : '—',
        ),
      ])
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

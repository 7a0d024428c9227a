// SPDX-License-Identifier: Apache-2.0
import type {
  Article,
  ArticleRow,
  CoverageCounts,
  CoverageState,
  PolicyPage,
  Rule,
} from '@/api/client'

type Source = PolicyPage['proof']
/** What a mark says of a whole article: partly, when some of it is proven and some is not. */
export type Mark = CoverageState | 'partly' | 'none'

export const STATES: CoverageState[] = ['tested', 'declared', 'missing', 'outside']

export function markOf(states: CoverageCounts): Mark {
  const { tested, declared, missing, outside } = states
  if (tested + declared + missing + outside === 0) return 'none'
  if (tested + declared + missing === 0) return 'outside'
  if (declared + missing === 0) return 'tested'
  if (tested > 0 || (declared > 0 && missing > 0)) return 'partly'
  return declared > 0 ? 'declared' : 'missing'
}

/** Those that ask something of the platform, and how many of them are proven; claimed, where
 * nothing is known of proofs. */
export function share(states: CoverageCounts, source: Source = 'shipped') {
  const { tested, declared, missing } = states
  const n = source === 'shipped' ? tested : tested + declared
  return { n, all: tested + declared + missing }
}
export const shareKey = (source: Source) =>
  source === 'shipped' ? 'policy.share' : 'policy.shareClaimed'

export type Show = 'all' | 'rules' | 'open' | 'running'
export const SHOWS: Show[] = ['all', 'rules', 'open', 'running']

export function isShown(article: ArticleRow, show: Show): boolean {
  if (show === 'rules') return article.rules > 0
  if (show === 'open') return article.states.declared + article.states.missing > 0
  return show === 'all' || article.running > 0
}

/** Rules of one step, of a procedure beside its steps, or (both null) of the whole regulation. */
export interface RuleGroup {
  key: string
  procedure: Rule['procedure']
  step: Rule['step']
  rules: Rule[]
  running: { version: string; shown: boolean; cases: number }[]
}

export function groupRules(article: Article): RuleGroup[] {
  const groups = new Map<string, RuleGroup>()
  for (const rule of article.met_by) {
    const key = `${rule.procedure?.id ?? ''}.${rule.step?.id ?? ''}`
    let group = groups.get(key)
    if (!group) {
      const running = article.cases.filter(
        (one) => one.procedure === rule.procedure?.id && one.step === rule.step?.id,
      )
      group = { key, procedure: rule.procedure, step: rule.step, rules: [], running }
      groups.set(key, group)
    }
    group.rules.push(rule)
  }
  return [...groups.values()]
}

/** Where the cases that stand at a step are listed. */
export function casesAt(procedure: string, step: string, version: string) {
  return { path: '/work/all', query: { version, procedure, step } }
}

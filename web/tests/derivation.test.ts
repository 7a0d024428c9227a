// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { DerivationStep } from '@/api/client'
import { weekday } from '@/lib/date'
import { describeDerivation } from '@/lib/derivation'
import { words } from './words'

function lines(steps: DerivationStep[], locale: 'zh' | 'en'): string[] {
  const t = words(locale)
  const day = (text: string) => `${text} ${t(`weekday.${weekday(text)}`)}`
  return describeDerivation(steps, t, day, locale).map((one) => `${one.days}: ${one.text}`)
}

const HOLIDAY = { name_zh: '国庆节、中秋节', name_en: 'National Day and Mid-Autumn Festival' }
const autumn: DerivationStep[] = [
  { kind: 'start', on: '2020-09-24' },
  { kind: 'count', from: '2020-09-25', to: '2020-09-25', n: 1 },
  { kind: 'weekend', from: '2020-09-26', to: '2020-09-26' },
  { kind: 'makeup', on: '2020-09-27', n: 2, ...HOLIDAY },
  { kind: 'count', from: '2020-09-28', to: '2020-09-30', n: 5 },
  { kind: 'holiday', from: '2020-10-01', to: '2020-10-08', ...HOLIDAY },
  { kind: 'due', on: '2020-09-30' },
]

describe('a derivation reads like a wall calendar', () => {
  it('in Chinese', () => {
    expect(lines(autumn, 'zh')).toEqual([
      '2020-09-24 周四: 起算日，当日不计',
      '2020-09-25 周五: 计第 1 天',
      '2020-09-26 周六: 休息日，不计',
      '2020-09-27 周日: 调休上班（国庆节、中秋节），计第 2 天',
      '2020-09-28 周一 至 2020-09-30 周三: 计第 3 至第 5 天',
      '2020-10-01 周四 至 2020-10-08 周四: 国庆节、中秋节，不计',
      '2020-09-30 周三: 到期，当日 24 时截止',
    ])
  })

  it('in English', () => {
    expect(lines(autumn, 'en').slice(2, 6)).toEqual([
      '2020-09-26 Sat: rest day, not counted',
      '2020-09-27 Sun: make-up workday (National Day and Mid-Autumn Festival), day 2',
      '2020-09-28 Mon to 2020-09-30 Wed: days 3 to 5',
      '2020-10-01 Thu to 2020-10-08 Thu: National Day and Mid-Autumn Festival, not counted',
    ])
  })

  it('tells days from whole months by how fast the count grows', () => {
    const months: DerivationStep[] = [{ kind: 'count', from: '2020-02-01', to: '2020-04-30', n: 3 }]
    expect(lines(months, 'zh')).toEqual(['2020-02-01 周六 至 2020-04-30 周四: 满 3 个月'])
    const days: DerivationStep[] = [{ kind: 'count', from: '2020-02-01', to: '2020-02-15', n: 15 }]
    expect(lines(days, 'zh')).toEqual(['2020-02-01 周六 至 2020-02-15 周六: 计第 1 至第 15 天'])
  })

  it('shows a clock that stands still, a roll and an estimate', () => {
    const steps: DerivationStep[] = [
      { kind: 'suspended', from: '2020-09-29' },
      { kind: 'roll', from: '2020-10-01', to: '2020-10-09' },
      { kind: 'estimate', year: 2027 },
    ]
    expect(lines(steps, 'zh')).toEqual([
      '2020-09-29 周二 起: 暂停计时，恢复后再推算期限',
      '2020-10-09 周五: 2020-10-01 顺延至下一个工作日',
      '2027: 该年放假安排尚未公布，按周末推算，公布后重新计算',
    ])
  })

  it('shows a count backwards with the proof that no later day would do', () => {
    const steps: DerivationStep[] = [
      { kind: 'latest', on: '2020-10-08' },
      { kind: 'count', from: '2020-10-09', to: '2020-10-10', n: 2 },
      { kind: 'spare', from: '2020-10-11', to: '2020-10-11' },
      { kind: 'end', on: '2020-10-11' },
      { kind: 'later', from: '2020-10-09', to: '2020-10-12' },
    ]
    expect(lines(steps, 'en')).toEqual([
      '2020-10-08 Thu: the latest day, itself not counted',
      '2020-10-09 Fri to 2020-10-10 Sat: days 1 to 2',
      '2020-10-11 Sun: left over, not needed',
      '2020-10-11 Sun: the day by which the count must be over',
      '2020-10-09 Fri: counted from this day it would be over only on 2020-10-12: too late',
    ])
  })

  it('has words for every kind of step', () => {
    const kinds: DerivationStep['kind'][] = ['anchor', 'fixed', 'allowed', 'late']
    for (const kind of kinds)
      for (const locale of ['zh', 'en'] as const)
        expect(lines([{ kind, on: '2020-10-08' }], locale)[0]).not.toContain('derivation.')
  })

  it('marks which lines count', () => {
    const counts = describeDerivation(autumn, words('zh'), (day) => day, 'zh').map((l) => l.counts)
    expect(counts).toEqual([false, true, false, true, true, false, false])
  })
})

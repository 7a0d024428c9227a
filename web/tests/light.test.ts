// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Light, Task } from '@/api/client'
import { articleName, articlePrefix, zhNumeral } from '@/lib/article'
import { leadingTask } from '@/lib/lead'
import { daysLeftWord, lightWord, rowWord, type Deadline } from '@/lib/light'
import { words } from './words'

const zh = words('zh')
const en = words('en')

describe('lights', () => {
  it.each<[Light, string, string]>([
    ['green', '正常', 'On time'],
    ['yellow', '临期', 'Due soon'],
    ['red', '逾期', 'Overdue'],
    ['grey', '暂停', 'Paused'],
    ['none', '无期限', 'No limit'],
  ])('%s is said in words', (light, chinese, english) => {
    expect(zh(lightWord(light))).toBe(chinese)
    expect(en(lightWord(light))).toBe(english)
  })
})

describe('what has been decided', () => {
  const word = (light: Light, outcome: string, ended: boolean) =>
    zh(rowWord({ light, outcome, ended }))
  it('says so instead of no limit', () => {
    expect(word('none', 'approve', false)).toBe('已办')
    expect(word('none', 'go-live', true)).toBe('办结')
    expect(word('none', '', false)).toBe('无期限')
    expect(word('grey', 'return', false)).toBe('暂停')
  })
})

describe('time left', () => {
  const TODAY = '2020-10-09'
  const open = (due: string | null, days_left: number | null, light: Light): Deadline => ({
    state: 'open',
    due,
    days_left,
    light,
  })
  it.each<[string, Deadline, string]>([
    ['days', open('2020-10-14', 4, 'green'), '剩余 4 个工作日'],
    ['today', open(TODAY, 0, 'yellow'), '今日到期'],
    ['due on a rest day ahead', open('2020-10-11', 0, 'yellow'), '剩余 0 个工作日'],
    ['overdue', open('2020-09-27', -3, 'red'), '逾期 3 个工作日'],
    ['overdue with only rest days since', open('2020-10-01', 0, 'red'), '已逾期'],
    ['no limit', open(null, null, 'none'), '—'],
    ['held', { ...open(null, null, 'grey'), state: 'held' }, '暂停计时'],
    ['closed', { ...open('2020-10-14', 4, 'none'), state: 'closed' }, '—'],
  ])('%s', (_name, deadline, text) => {
    const word = daysLeftWord(deadline, TODAY)
    expect(zh(word.key, { n: word.n }, word.n)).toBe(text)
  })

  it('has a singular in English', () => {
    const word = daysLeftWord(open('2020-10-10', 1, 'yellow'), TODAY)
    expect(en(word.key, { n: word.n }, word.n)).toBe('1 working day left')
  })
})

describe('the task at the head of a case', () => {
  const task = (id: number, light: Light, state = 'open', due: string | null = null) =>
    ({ id, light, state, due }) as Task
  it('is the most pressing that is not closed', () => {
    const tasks = [task(1, 'red', 'closed'), task(2, 'green'), task(3, 'yellow')]
    expect(leadingTask(tasks)?.id).toBe(3)
  })
  it('is the one standing still while a supplement without limit is awaited', () => {
    expect(leadingTask([task(1, 'grey', 'held'), task(2, 'none')])?.id).toBe(1)
  })
  it('is the earlier due of equals, and nothing in an ended case', () => {
    const tasks = [task(1, 'green', 'open', '2020-10-20'), task(2, 'green', 'open', '2020-10-12')]
    expect(leadingTask(tasks)?.id).toBe(2)
    expect(leadingTask([task(1, 'none', 'closed')])).toBeUndefined()
  })
})

describe('articles', () => {
  it.each([
    [1, '一'],
    [10, '十'],
    [11, '十一'],
    [20, '二十'],
    [35, '三十五'],
    [100, '一百'],
    [104, '一百零四'],
    [110, '一百一十'],
    [203, '二百零三'],
    [215, '二百一十五'],
  ])('%d is %s', (n, text) => {
    expect(zhNumeral(n)).toBe(text)
  })
  it('keeps what is no plain number', () => {
    expect(articleName('11', 'zh')).toBe('第十一条')
    expect(articleName('11', 'en')).toBe('Art. 11')
    expect(articleName('第11-14条', 'zh')).toBe('第11-14条')
    expect(articleName('A1', 'zh')).toBe('附件一')
    expect(articleName('C10', 'zh')).toBe('第十章末款')
    expect(articleName('0', 'zh')).toBe('引言')
    expect(articleName('AB-12', 'zh')).toBe('第十二条')
    expect(articlePrefix('AB-12')).toBe('AB')
    expect(articlePrefix('A1')).toBe('')
    expect(articleName('', 'zh')).toBe('')
  })
})

// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { regulationOf } from '../src/lib/regulation'

const label = (zh: string) => ({ zh, en: zh })
const cloud = { title: label('云'), short: label('云'), document: '一号' }
const projects = { prefix: 'AB', title: label('项目'), short: label('项目'), document: '二号' }
const policy = { ...cloud, also: [projects] }

test('an article with a prefix is of the other regulation of the policy', () => {
  expect(regulationOf(policy, 'AB-7').document).toBe('二号')
})

test('any other article is of the policy itself', () => {
  for (const article of ['7', 'A1', '', undefined, 'CD-7'])
    expect(regulationOf(policy, article).document).toBe('一号')
})

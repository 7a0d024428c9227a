// SPDX-License-Identifier: Apache-2.0
// Regulations: read article by article down to the cases that run, and laid side by side.
import { readFileSync } from 'node:fs'
import { Person } from './person.mjs'

/** From the list of regulations to an article, a rule, its proof, and the case that stands there. */
export async function readRegulation(person, system, look, check) {
  await person.the('nav-policies').click()
  await person.the('policies').waitFor()
  await look(person, 'policies')
  await person.the('policy-zhengzhou-2019').click()
  await person.the('article').waitFor()
  check('it opens at an article with rules', (await person.the('rule').count()) > 0)
  await person.the('article-12').click()
  await person.page.locator('[data-testid=article][data-article="12"]').waitFor()
  check('the address names the article', new URL(person.page.url()).pathname,
    '/policies/zhengzhou-2019/articles/12')
  await look(person, 'policy-article')
  check('everything it asks is proven',
    new Set(await person.the('requirement').evaluateAll(
      (all) => all.map((one) => one.dataset.state))).size, 1)
  check('a proof is a line of a scenario', (await person.texts('proof-line'))[0], /^\w+\.scn:\d+$/)
  const due = person.page.locator('[data-testid=rule][data-kind=within]').first()
  check('a rule is read aloud', await due.innerText(), /自本环节开始起5个工作日内/)
  await keys(person, check)
  await person.open('/policies/zhengzhou-2019/articles/12')
  await person.the('article').waitFor()
  const link = person.the('running-onboard-review').first()
  const cases = Number((await link.innerText()).match(/\d+/)?.[0])
  await link.click()
  await person.the('work-at').waitFor()
  await person.the('work-row').first().waitFor()
  const rows = await person.texts('work-row')
  check('the count leads to as many cases', rows.length, cases)
  check('among them the new one', rows.some((row) => row.includes(system.slice(0, 6))))
  await look(person, 'worklist-step')
  await empty(person, look, check)
}

/** The list is walked by arrows, the article by its buttons; narrowing leaves what has rules. */
async function keys(person, check) {
  await person.the('article-12').focus()
  await person.page.keyboard.press('ArrowDown')
  check('an arrow goes to the next article', await person.focused(), 'article-13')
  await person.page.keyboard.press('Enter')
  await person.page.locator('[data-testid=article][data-article="13"]').waitFor()
  await person.the('article-next').click()
  await person.page.locator('[data-testid=article][data-article="14"]').waitFor()
  await person.page.goBack()
  await person.page.locator('[data-testid=article][data-article="13"]').waitFor()
  await person.the('article-show').selectOption('rules')
  await person.the('article-1').waitFor({ state: 'detached' })
  check('those with rules stay', await person.the('article-13').count(), 1)
}

/** Where there is nothing to show, the page says so. */
async function empty(person, look, check) {
  await person.open('/policies/zhengzhou-2019/articles/1')
  await person.the('article').waitFor()
  check('an article without rules says so',
    await person.the('article').innerText(), /没有规则依据本条/)
  await look(person, 'policy-article-empty')
  await person.open('/policies/zhengzhou-2019/articles/999')
  await person.the('no-article').waitFor()
  await person.open('/policies/nowhere')
  await person.the('missing').waitFor()
}

/** A county with a policy of its own beside the shipped one. */
export async function layBeside(browser, server, complaints, look, check) {
  await server.start()
  const person = await Person.logIn(browser, server, 'authority', complaints)
  await person.open('/policies/maple/articles/8')
  await person.the('article').waitFor()
  check('what is not shipped has no proofs, and says so',
    await person.the('policy-source').innerText(), /没有验证结果/)
  await look(person, 'policy-not-shipped')
  await person.the('nav-comparison').click()
  await person.the('comparison').waitFor()
  const heads = await person.page.locator('[data-testid=comparison] thead th').allInnerTexts()
  const shipped = server.run('policy', 'list').trim().split('\n').map((line) => line.split(' ')[0])
  check('each has a column', heads.length, 2 + shipped.length)
  await look(person, 'comparison')
  const all = await person.the('compare-row').count()
  await person.the('compare-differing').check()
  await person.page.waitForFunction(
    () => !document.querySelector('[data-testid=compare-row][data-differs=false]'))
  check('only differences are fewer', (await person.the('compare-row').count()) < all)
  await person.the('compare-procedure').selectOption('onboard')
  await person.page.locator('[data-row="step.county-review"]').waitFor()
  check('a step says who and how long',
    await person.page.locator('[data-row="step.review"]').innerText(), /主管部门[\s\S]*5个工作日/)
  await person.the('view-numbers').click()
  await person.page.locator('[data-row="onboard.review within"]').waitFor()
  await look(person, 'comparison-numbers')
  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.the('compare-csv').click(),
  ])
  check('the spreadsheet says the same', readFileSync(await download.path(), 'utf8'),
    /^\uFEFF,,[\s\S]*自本环节开始起5个工作日内/)
  await person.the('language').click()
  await person.page.locator('html[lang=en]').waitFor()
  check('in English too', await person.the('comparison').innerText(), /within 5 working days/)
  await look(person, 'comparison-en')
  for (const name of shipped) await person.the(`side-${name}`).uncheck()
  check('one alone differs from nothing', await person.the('compare-differing').count(), 0)
  await person.the('side-maple').uncheck()
  await person.the('compare-empty').waitFor()
  await look(person, 'comparison-empty')
  await server.stop()
}

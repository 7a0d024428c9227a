// SPDX-License-Identifier: Apache-2.0
// The thread in a real browser: one application through its four parties, from the form to the
// journal proof; then two counties side by side, and one flow of each regulation that is shipped.
// node tests/browser/run.mjs --binary build/yunjian [--db URL] [--shots DIR] [--only WALK[/POLICY]]
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { lookAround, readSystem, tellAndFile } from './beside.mjs'
import { walkCities } from './cities.mjs'
import { Person } from './person.mjs'
import { layBeside, readRegulation } from './regulations.mjs'
import { PASSWORD, PEOPLE, Server } from './server.mjs'

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}
const require = createRequire(import.meta.url)
const { chromium } = require('playwright-core')
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const shots = option('shots')
if (shots) mkdirSync(shots, { recursive: true })

let passed = 0
let failed = 0
const complaints = []
const SYSTEM = '城市生命线安全工程监测预警与应急联动信息系统'

function check(what, found, wanted = true) {
  const ok = wanted instanceof RegExp
    ? wanted.test(String(found))
    : JSON.stringify(found) === JSON.stringify(wanted)
  if (ok) passed += 1
  else {
    failed += 1
    console.log(`failed: ${what}: found ${String(JSON.stringify(found)).slice(0, 300)}, wanted ${wanted}`)
  }
}

const graveFaults = async () =>
  (await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }))
    .violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id} at ${one.nodes[0].target.join(' ')}`)

/** The page as a person sees it: nothing sideways, nothing that axe calls serious, no id twice, so
 * that each label is of its own field; a picture. */
async function look(person, name) {
  const { page } = person
  await page.evaluate(axeSource)
  // What fades in or out has no contrast for a moment; a true fault is still there later.
  let grave = await page.evaluate(graveFaults)
  for (let i = 0; grave.length && i < 3; i += 1) {
    await page.waitForTimeout(300)
    grave = await page.evaluate(graveFaults)
  }
  check(`${name} is accessible`, grave, [])
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map((one) => one.id)
    return ids.filter((id, i) => ids.indexOf(id) < i)
  })
  check(`${name} gives an id once`, twice, [])
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  check(`${name} fits 1366 columns`, sideways <= 0)
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

/** What everybody has before them. */
async function pictures(server, name) {
  const pages = shots && server ? server.people.flatMap((context) => context.pages()) : []
  for (const [i, page] of pages.entries())
    await page.screenshot({ path: join(shots, `${name}-${i}.png`), fullPage: true })
}

/** The case is made, no answer comes, and the page is loaded anew: the draft has to know. */
async function loseAnswers(unit) {
  const keys = new Set()
  unit.cutOff = true
  await unit.page.route('**/api/v1/cases', async (route) => {
    const headers = route.request().headers()
    keys.add(headers['idempotency-key'])
    check('a command names its post', headers['yunjian-post'], /^\d+$/)
    await route.fetch()
    await route.abort()
  })
  await unit.the('outcome-submit').click()
  await unit.the('error-summary').waitFor()
  check('the network is named', await unit.the('error-summary').innerText(), /连接不上服务器/)
  await unit.page.unroute('**/api/v1/cases')
  unit.cutOff = false
  check('every try bears one key', keys.size, 1)
  await unit.page.reload()
  await unit.the('check-page').waitFor()
}

/** At twice the text size nothing of the list lies over its neighbour. */
async function enlarge(person) {
  const session = await person.page.context().newCDPSession(person.page)
  await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } })
  await person.open('/work/todo')
  await person.the('work-row').first().waitFor()
  const faults = await person.page.evaluate(() => {
    const cells = [...document.querySelectorAll('.rows td, .rows th')]
    return cells.filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 1)
      .map((one) => one.innerText)
  })
  check('no cell runs over at 200 %', faults, [])
  check('letters grow', await person.page.evaluate(
    () => parseFloat(getComputedStyle(document.querySelector('.rows td')).fontSize) > 25))
  await look(person, 'worklist-200')
  await session.send('Page.setFontSizes', { fontSizes: { standard: 16, fixed: 13 } })
  await session.detach()
}

/** A second tab of the same browser logs in as somebody else, then logs out. */
async function shareBrowser(browser, server, path) {
  const unit = await Person.logIn(browser, server, 'provider', complaints)
  await unit.page.route('**/api/v1/session', (route) =>
    route.request().method() === 'DELETE' ? route.fulfill({ status: 500 }) : route.continue())
  await unit.the('logout').click()
  await unit.the('shell-fault').waitFor()
  check('a failed log-out says so', await unit.the('shell-fault').innerText(), /没有退出/)
  check('and stays', await unit.the('person').innerText(), PEOPLE.provider)
  await unit.page.unroute('**/api/v1/session')

  const other = await unit.page.context().newPage()
  await other.goto(`${server.address}/login`)
  await other.getByTestId('login-name').fill('auditor')
  await other.getByTestId('login-password').fill(PASSWORD)
  await other.getByTestId('login-submit').click()
  await other.getByTestId('total').waitFor()
  await unit.page.bringToFront()
  await unit.page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await unit.the('replaced').waitFor()
  check('the page knows whose session it is', await unit.the('person').innerText(), PEOPLE.auditor)
  await look(unit, 'session-replaced')
  await unit.open(path)
  await unit.the('case').waitFor()
  await unit.page.evaluate(() => sessionStorage.setItem('yunjian.draft.1.x', '{}'))
  await other.getByTestId('logout').click()
  await unit.the('login-name').waitFor()
  check('a log-out reaches every tab',
    await unit.page.evaluate(() => sessionStorage.getItem('yunjian.draft.1.x')), null)
  await other.close()
}

/** The session turns out to be of another post: nothing is done, nothing typed is lost. */
async function refusePost(authority) {
  const refuse = (route) => route.fulfill({
    status: 409, contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: '', status: 409, detail: 'changed',
      code: 'post-changed', reasons: [] }),
  })
  await authority.page.route('**/decisions', refuse)
  await authority.the('outcome-return').click()
  await authority.the('confirm-return').click()
  await authority.the('error-summary').waitFor()
  check('another post is told',
    await authority.the('error-summary').innerText(), /没有提交.*草稿已保留/s)
  check('the opinion is still there', await authority.the('opinion').inputValue(), /容灾方案/)
  await authority.page.unroute('**/decisions', refuse)
}

async function compareKey(auditor) {
  const confirmed = () => auditor.page.evaluate(() =>
    [...document.querySelectorAll('[data-testid=proof-result]')]
      .map((one) => one.dataset.confirmed))
  check('a key that nobody compared confirms nothing',
    new Set(await confirmed()).has('true'), false)
  check('and the result says so', (await auditor.texts('proof-result'))[0], /公钥未核对/)
  const fingerprint = await auditor.the('fingerprint').innerText()
  await auditor.fill({ 'expected-fingerprint': '0'.repeat(64) })
  await auditor.the('confirm-fingerprint').click()
  check('another key is told in red',
    await auditor.the('key-state').getAttribute('data-state'), 'foreign')
  check('and proves nothing', (await auditor.texts('proof-result'))[0], '不能认定：公钥不符')
  await look(auditor, 'journal-foreign')
  await auditor.fill({ 'expected-fingerprint': fingerprint.toUpperCase() })
  await auditor.the('confirm-fingerprint').click()
  check('the right key confirms', new Set(await confirmed()).has('false'), false)
  check('in so many words', (await auditor.texts('proof-result'))[0], '验证通过')
}

async function apply(unit) {
  await unit.the('nav-new-onboard').click()
  await unit.the('to-check').waitFor()
  await look(unit, 'new-empty')
  await unit.the('to-check').click()
  await unit.the('error-summary').waitFor()
  await look(unit, 'new-errors')
  await unit.fill({
    'field-system-name': SYSTEM,
    'field-need': '对燃气、桥梁、供水、排水管网进行实时监测',
    'quantity-vcpu': '8',
    'quantity-memory': '32.5',
    'field-sizing': '按接入一万路传感器测算',
    'field-redundancy': '20',
    'field-trial-days': '15',
  })
  await unit.the('field-kind-new').check()
  await unit.the('field-service-virtualised').check()
  await unit.attachAll()
  await unit.the('to-check').click()
  await unit.the('check-page').waitFor()
  await look(unit, 'new-check')
  await unit.the('outcome-submit').click()
  // The regulation asks for recovery or backup resources: the server says so, with the article.
  await unit.the('error-summary').waitFor()
  check('the refusal names the article', await unit.the('error-summary').innerText(), /第十一条/)
  check('nothing typed is lost', await unit.the('quantity-memory').inputValue(), '32.5')
  await look(unit, 'new-refused')
  await unit.fill({ 'quantity-backup-storage': '500' })
  await unit.the('to-check').click()
  await loseAnswers(unit)
  await unit.the('outcome-submit').click()
  await unit.the('receipt').waitFor()
  check('it says that it is submitted', await unit.the('receipt').innerText(), /申请已提交/)
  check('the receipt bears the number',
    await unit.the('receipt-number').innerText(), /RY-\d{4}-\d{4}/)
  await look(unit, 'receipt')
  const number = await unit.the('receipt-number').innerText()
  await unit.open(`${new URL(unit.page.url()).pathname}?first=1&n=99`)
  check('an address alone submits nothing', await unit.the('receipt').innerText(), /^(?!.*申请已提交)/s)
  await unit.open('/work/mine')
  await unit.the('work-row').first().waitFor()
  const rows = await unit.texts('work-row')
  check('lost answers make no second case', rows.filter((row) => /城市生命线安全/.test(row)).length, 1)
  check('nor another number', rows.some((row) => row.includes(number)))
  await unit.page.goBack()
  await unit.the('receipt').waitFor()
  await unit.the('receipt-open').click()
  await unit.the('case').waitFor()
  await unit.page.waitForTimeout(100)
  check('reading begins at the title', await unit.focused(), 'case-title')
  check('the applicant has nothing to decide', await unit.the('outcome-approve').count(), 0)
  return new URL(unit.page.url()).pathname
}

async function review(authority, unit, path) {
  await authority.open('/work/todo')
  await authority.the('work-row').first().waitFor()
  await look(authority, 'worklist')
  await enlarge(authority)
  await authority.open('/work/todo')
  await authority.the('work-row').first().waitFor()
  const rows = await authority.texts('work-row')
  check('the review is on the worklist',
    rows.some((row) => /城市生命线.*审核.*剩余 \d+ 个工作日/s.test(row)))
  await authority.openCase(path)
  check('the stage line stands at the review', await authority.stage('review'), /办理中/)
  await authority.the('derivation-open').first().click()
  check('the due date is derived',
    await authority.the('derivation').first().innerText(), /起算.*到期/s)
  await look(authority, 'case-review')
  check('what belongs to approval says so', await authority.the('purpose-granted').innerText(), /同意/)
  await authority.fill({ opinion: '缺少容灾方案，请补正。' })
  await refusePost(authority)
  await authority.decide('return')
  check('reading goes on at the notice', await authority.focusComesTo('decided'), 'decided')
  check('a return holds no amounts', await authority.the('task-review').first().innerText(), /^(?!.*核定资源)/s)
  check('the clock stands still', await authority.the('case').innerText(), /暂停计时/)
  await look(authority, 'case-returned')

  await unit.openCase(path)
  await unit.fill({ 'field-changed': '已补充容灾方案' })
  await unit.attach('technical-plan')
  await unit.decide('resubmit')

  await authority.openCase(path)
  await authority.fill({ opinion: '同意。' })
  await authority.the('outcome-approve').click()
  await authority.the('error-summary').waitFor()
  check('an approval without conclusions is refused',
    await authority.the('error-summary').innerText(), /第十二条/)
  await authority.the('field-feasible-yes').check()
  await authority.the('field-reasonable-yes').check()
  await authority.the('field-provider').selectOption({ index: 1 })
  await authority.decide('approve')
}

async function deliverAndTry(provider, unit, authority, path) {
  await provider.open('/work/todo')
  await provider.openCase(path)
  check('the provider sees the approved amounts',
    await provider.the('quantity-vcpu').inputValue(), '8')
  await provider.fill({ 'quantity-vcpu': '4' })
  await provider.the('outcome-deliver').click()
  await provider.the('error-summary').waitFor()
  check('less than approved is refused', await provider.the('error-summary').innerText(), /第十三条/)
  await look(provider, 'case-deliver-refused')
  await provider.fill({ 'quantity-vcpu': '8' })
  await provider.decide('deliver')

  await unit.openCase(path)
  await unit.fill({ 'field-occupancy': '处理器平均使用率百分之三十五' })
  await unit.attach('deployment-record', 'functional-test', 'performance-test', 'protection-test',
    'test-report')
  await unit.decide('report')

  await authority.openCase(path)
  await authority.fill({ opinion: '日志审计未开启，请整改。', 'field-faults': '日志审计未开启' })
  await authority.decide('rectify')
  await unit.openCase(path)
  await unit.fill({ 'field-measures': '已开启日志审计' })
  await unit.attach('test-report')
  await unit.decide('resubmit')
  await authority.openCase(path)
  await authority.fill({ opinion: '测评通过。' })
  await authority.decide('pass')
  await authority.openCase(path)
  check('opening waits for the trial',
    await authority.the('not-before').innerText(), /\d{4}-\d{2}-\d{2}/)
  await look(authority, 'case-too-early')
}

async function goLive(authority, path) {
  await authority.openCase(path)
  await authority.fill({ opinion: '正式开通上线。' })
  await authority.decide('go-live')
  check('the case has ended', await authority.the('case-state').innerText(), '正式开通上线')
  await look(authority, 'case-ended')
}

async function prove(auditor, path) {
  await auditor.openCase(path)
  check('the auditor decides nothing',
    await auditor.page.locator('[data-testid^=action-]').count(), 0)
  await auditor.the('tab-journal').click()
  await auditor.the('entry').first().waitFor()
  const entries = await auditor.the('entry').count()
  check('the journal tells the whole story', entries > 30)
  for (let i = 0; i < entries; i += 1) await auditor.the('proof-verify').nth(i).click()
  await auditor.page.waitForFunction(
    (n) => document.querySelectorAll('[data-testid=proof-result]').length === n, entries)
  const results = await auditor.texts('proof-result')
  check('every entry is proven', results.filter((text) => !text.includes('验证通过')), [])
  await look(auditor, 'journal')
  await compareKey(auditor)
  await auditor.the('language').click()
  await auditor.page.locator('html[lang=en]').waitFor()
  check('English at once', await auditor.the('case').innerText(), /Applicant:.*Go live|Go live.*Applicant:/s)
  await look(auditor, 'journal-en')
}

/** What the browser was told must be what the record says. */
async function otherPeople(browser, server, path) {
  const provider = await Person.logIn(browser, server, 'provider', complaints)
  await provider.open('/work/done')
  await provider.the('work-row').first().waitFor()
  check('the provider finds what was done', (await provider.texts('work-row')).length, 1)
  await provider.open('/cases/1')
  await provider.the('missing').waitFor()
  await look(provider, 'missing')
  await provider.openCase(path)
  check('a file can be fetched', await provider.page.evaluate(async () => {
    const link = document.querySelector('[data-testid^=download-]')
    const answer = await fetch(link.href)
    return [answer.status, answer.headers.get('content-disposition')?.startsWith('attachment')]
  }), [200, true])
  await provider.the('logout').click()
  await provider.the('login-name').waitFor()
  await look(provider, 'login')
}

async function thread(browser, server) {
  await server.start()
  const unit = await Person.logIn(browser, server, 'using-unit', complaints)
  await look(unit, 'worklist-unit')
  const path = await apply(unit)
  const authority = await Person.logIn(browser, server, 'authority', complaints)
  await readRegulation(authority, SYSTEM, look, check)
  await readSystem(authority, SYSTEM, look, check)
  await review(authority, unit, path)
  const provider = await Person.logIn(browser, server, 'provider', complaints)
  await deliverAndTry(provider, unit, authority, path)
  await server.stop()

  await server.start(16)
  const chief = await Person.logIn(browser, server, 'authority', complaints)
  await goLive(chief, path)
  const supplier = await Person.logIn(browser, server, 'provider', complaints)
  await tellAndFile(supplier, path, SYSTEM, look, check)
  await lookAround(chief, SYSTEM, look, check)
  await prove(await Person.logIn(browser, server, 'auditor', complaints), path)
  await otherPeople(browser, server, path)
  await shareBrowser(browser, server, path)
  await server.stop()
  check('the record is sound', server.run('verify', '--data', server.data), /^sound/)
}

const binary = option('binary') ?? 'build/yunjian'
const [only, city] = option('only')?.split('/') ?? []
const walks = [
  ['thread', () => Server.town(binary, option('db')), (server) => thread(browser, server)],
  ['beside', () => Server.county(binary, 'tests/packs/maple'),
    (server) => layBeside(browser, server, complaints, look, check)],
  ['cities', () => Server.cities(binary),
    (server) => walkCities(browser, server, complaints, look, check, city)],
].filter(([name]) => !only || name === only)
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
for (const [name, found, walk] of walks) {
  let server
  try {
    server = found()
    await walk(server)
  } catch (error) {
    failed += 1
    console.log(`failed: the walk ${name} stopped: ${error.message}`)
    await pictures(server, `stopped-${name}`)
  }
  await server?.end()
}
check('no page complained', complaints, [])
await browser.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)

// SPDX-License-Identifier: Apache-2.0
// One person at a desk: a browser context of its own, 1366x768, and words for what people do.
import { Buffer } from 'node:buffer'
import { PASSWORD } from './server.mjs'

/** The option of a list in which the words stand. */
async function choose(place, words) {
  const all = await place.locator('option').allInnerTexts()
  await place.selectOption({ index: all.findIndex((one) => one.includes(words)) })
}

export class Person {
  static async logIn(browser, server, role, complaints) {
    const person = new Person()
    person.server = server
    person.role = role
    person.fileBytes = 300_000
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
    server.people.push(context)
    person.page = await context.newPage()
    person.page.setDefaultTimeout(15000)
    person.page.on('pageerror', (error) => complaints.push(`${role}: ${error.message}`))
    person.page.on('console', (message) => {
      // A refused request is what some tests are about; anything else is a fault of ours.
      const wanted = message.text().includes('status of') || person.cutOff
      if (message.type() === 'error' && !wanted)
        complaints.push(`${role}: ${message.text()}`)
    })
    await person.open('/')
    await person.the('login-name').waitFor()
    await person.page.waitForTimeout(50)
    if ((await person.focused()) !== 'login-name') complaints.push(`${role}: no focus at log-in`)
    await person.the('login-name').fill(role)
    await person.the('login-password').fill(PASSWORD)
    await person.the('login-submit').click()
    await person.the('total').waitFor()
    return person
  }

  the(id) {
    return this.page.getByTestId(id)
  }

  async open(path) {
    await this.page.goto(this.server.address + path)
  }

  async openCase(path) {
    await this.open(path)
    await this.the('case').waitFor()
  }

  async fill(values) {
    for (const [id, value] of Object.entries(values)) await this.the(id).fill(value)
  }

  /** Fills a form by what stands on the page: a text, a day, the words of a choice, several bodies
   * in a list, an amount as `field.item`. */
  async answer(values, within = this.page) {
    for (const [id, value] of Object.entries(values)) {
      const [field, item] = id.split('.')
      const place = within.getByTestId(`field-${field}`)
      const tag = item ? 'amount' : await place.evaluate((one) => one.tagName)
      if (item) await place.getByTestId(`quantity-${item}`).fill(value)
      else if (tag === 'SELECT') await choose(place, value)
      else if (tag !== 'DIV') await place.fill(value)
      else for (const word of [value].flat()) await place.getByLabel(word, { exact: true }).check()
    }
  }

  /** Whatever the step takes, among it what the authority has asked for besides. */
  async attachAll() {
    const ids = await this.page
      .locator('[data-testid^=material-]')
      .evaluateAll((all) => all.map((one) => one.dataset.testid.slice('material-'.length)))
    await this.attach(...ids)
  }

  /** Chooses one file a material, and for what invented officials ask besides, and waits until all
   * of them have arrived. */
  async attach(...materials) {
    const further = 'further-note'
    if (!materials.includes(further) && (await this.the(`material-${further}`).count()))
      materials.push(further)
    for (const material of materials)
      await this.the(`material-${material}`).setInputFiles({
        name: `${material}.pdf`,
        mimeType: 'application/pdf',
        buffer: Buffer.alloc(this.fileBytes, material.length),
      })
    await this.page.waitForFunction(() =>
      [...document.querySelectorAll('[data-testid=attachment]')].every(
        (one) => one.dataset.state === 'done',
      ),
    )
  }

  /** Presses an outcome's button, confirms where that is asked, waits until it is recorded. */
  async decide(outcome) {
    await this.the(`outcome-${outcome}`).click()
    const confirm = this.the(`confirm-${outcome}`)
    await confirm.or(this.the('decided')).or(this.the('error-summary')).first().waitFor()
    if (await confirm.count()) await confirm.click()
    await this.the('decided').waitFor()
  }

  async texts(id) {
    return this.the(id).allInnerTexts()
  }

  /** Waits until what the page was opened for has come. */
  async settled() {
    await this.page.waitForLoadState('networkidle')
    await this.page.waitForFunction(() => {
      const said = document.querySelector('main')?.innerText ?? ''
      return said.trim() && !said.includes('正在载入')
    })
    return this.page.locator('main').innerText()
  }

  /** The place that has the focus. */
  focused() {
    return this.page.evaluate(() => document.activeElement?.dataset.testid)
  }

  /** What has the focus once it comes to rest: it moves when the page is drawn, a moment later. */
  async focusComesTo(id) {
    await this.page.waitForFunction((wanted) => document.activeElement?.dataset.testid === wanted, id,
      { timeout: 5000 }).catch(() => undefined)
    return this.focused()
  }

  async stage(step) {
    return this.the(`stage-${step}`).innerText()
  }
}

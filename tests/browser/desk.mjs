// SPDX-License-Identifier: Apache-2.0
// What people of one city do with cases: the people themselves, and words for opening a case,
// acting on a step, being refused, and reading who is waited for.
import { Person } from './person.mjs'

/** One jurisdiction of the database, its people by a short name; each logs in when first asked. */
export class City {
  constructor(hall, policy) {
    Object.assign(this, hall)
    this.policy = policy
    this.name = hall.authorities[policy].name
    this.short = policy.split('-')[0]
    this.here = {}
  }

  run(...words) {
    return this.server.run(...words, '--data', this.server.data, '--authority', this.name)
  }

  /** A body that is new here, and one person of it. */
  found(who, role, level, name, person) {
    this.run('organisation', 'add', '--role', role, '--level', level, '--name', name)
    this.seat(who, ['--organisation', name, '--role', role], person)
  }

  /** A person of the body that holds the role alone. */
  join(who, role, person) {
    this.seat(who, ['--first', '--role', role], person)
  }

  /** Somebody in every body that holds one of the roles; gives who sits where. */
  people(...roles) {
    const lines = this.run('organisation', 'list').trim().split('\n')
      .map((line) => line.split('\t'))
    return Object.fromEntries(lines.filter(([, role]) => roles.includes(role)).map(
      ([id, role, , name]) => {
        this.seat(`${role}-${id}`, ['--organisation', id, '--role', role], '周经办')
        return [name, `${role}-${id}`]
      }))
  }

  seat(who, place, person) {
    this.server.seat([...place, '--authority', this.name], `${this.short}.${who}`, person)
  }

  async person(who) {
    if (!this.here[who]) {
      const login = `${this.short}.${who}`
      this.here[who] = await Person.logIn(this.browser, this.server, login, this.complaints)
      this.here[who].fileBytes = 3000
    }
    return this.here[who]
  }

  /** Opens the form of a new case from the menu; `system`: the name of what it is about. */
  async begin(who, procedure, system) {
    const person = await this.person(who)
    await person.the(`nav-new-${procedure}`).click()
    if (system) {
      await person.the('system-find').fill(system)
      await person.the('systems').getByRole('link', { name: system }).first().click()
    }
    await person.the('to-check').waitFor()
    return person
  }

  /** Checks the form and sends it; gives the path of the case, or the sentence of the refusal. */
  async send(who, outcome = 'submit') {
    const person = await this.person(who)
    const refusal = person.the('error-summary')
    await person.the('to-check').click()
    await person.the('check-page').or(refusal).first().waitFor()
    if (!(await refusal.count())) {
      await person.the(`outcome-${outcome}`).click()
      await person.the('receipt-number').or(refusal).first().waitFor()
    }
    if (await refusal.count()) return { refused: await refusal.innerText() }
    const path = new URL(person.page.url()).pathname.replace('/receipt', '')
    return { path, number: await person.the('receipt-number').innerText() }
  }

  /** Opens the case where the step waits, fills what is to be filled, and presses the outcome. */
  async press(who, path, step, outcome, { form = {}, opinion, files = [] } = {}) {
    const person = await this.person(who)
    await person.openCase(path)
    const panel = person.the(`action-${step}`)
    await person.answer(form, panel)
    if (opinion) await panel.getByTestId('opinion').fill(opinion)
    if (files.length) await person.attach(...files)
    await panel.getByTestId(`outcome-${outcome}`).click()
    const confirm = panel.getByTestId(`confirm-${outcome}`)
    await confirm.or(person.the('decided')).or(person.the('error-summary')).first().waitFor()
    if (await confirm.count()) await confirm.click()
    return person
  }

  async act(who, path, step, outcome, what) {
    const person = await this.press(who, path, step, outcome, what)
    await person.the('decided').or(person.the('error-summary')).first().waitFor()
    if (await person.the('error-summary').count())
      throw new Error(`${step} ${outcome}: ${await person.the('error-summary').innerText()}`)
    // Reading goes on at the notice when the case has come anew.
    await person.page.waitForFunction(
      () => document.activeElement?.dataset.testid === 'decided')
    return person
  }

  /** The same, but the page answers with a sentence that says why not. */
  async refused(who, path, step, outcome, what, wanted) {
    const person = await this.press(who, path, step, outcome, what)
    await person.the('error-summary').waitFor()
    const said = await person.the('error-summary').innerText()
    this.check(`${this.short}: ${step} ${outcome} is refused in words`, said, wanted)
    return person
  }

  /** The page says which step waits, for whom, by which day, and by which article, or that the day
   * is of our own setting. */
  async waits(person, step, label, body, article = /本地设定/) {
    const line = await person.texts('current')
    this.check(`${this.short}: ${step} waits for ${body}`,
      line.some((one) => one.includes(`${label} · ${body}`)))
    const task = await person.the(`task-${step}`).first().innerText()
    this.check(`${this.short}: ${step} has its day`, task, /期限\s+\d{4}-\d{2}-\d{2}/)
    this.check(`${this.short}: ${step} has its article`, task, article)
  }

  /** The stage line stands at the step, with its day. */
  async stands(person, step, state = /办理中/) {
    const stage = await person.stage(step)
    this.check(`${this.short}: the stage line stands at ${step}`, stage, state)
    this.check(`${this.short}: ${step} bears a day`, stage, /\d{4}-\d{2}-\d{2}/)
  }

  /** What waits stands on the worklist of who has to do it. */
  async listed(who, number, step) {
    const person = await this.person(who)
    await person.open('/work/todo')
    await person.the('work-row').first().waitFor()
    const rows = await person.texts('work-row')
    this.check(`${this.short}: ${number} is on the worklist of ${who}`,
      rows.some((row) => row.includes(number) && row.includes(step)))
    return person
  }

  /** A notice of the case is there, and is received by name. */
  async told(who, path, wanted) {
    const person = await this.person(who)
    await person.openCase(path)
    this.check(`${this.short}: ${who} is told`, await person.the('notices').innerText(), wanted)
    await person.page.locator('[data-testid^=receive-]').first().click()
    await person.page.waitForFunction(
      () => !document.querySelector('[data-testid^=receive-]'))
    return person
  }

  /** Files one line of a register. */
  async file(who, register, form, system) {
    const person = await this.person(who)
    await person.open(`/registers/${register}`)
    await person.the('register').waitFor()
    if (system) await person.the('line-system').selectOption({ label: system })
    await person.answer(form)
    await person.the('line-send').click()
    await person.the('register-news').waitFor()
    return person
  }

  async leave() {
    for (const person of Object.values(this.here)) await person.page.context().close()
    this.here = {}
  }
}

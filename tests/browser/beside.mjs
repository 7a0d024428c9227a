// SPDX-License-Identifier: Apache-2.0
// What lies beside a case: its notices, its system, the registers, who stands in for whom.

/** A name waits in the menu, is followed, and its page is looked at. */
async function page(person, name, shown, look) {
  await person.the(`nav-${name}`).click()
  await person.page.getByRole('heading', { level: 1, name: shown }).waitFor()
  await look(person, `${name}-${person.role}`)
}

/** The provider receives by name what it was told, and files the month of the new system. */
export async function tellAndFile(provider, path, system, look, check) {
  await page(provider, 'notices', /待签收|通知/, look)
  check('the provider was told of the approval', await provider.the('inbox').innerText(), /同意/)
  await provider.openCase(path)
  await provider.page.locator('[data-testid^=receive-]').first().click()
  await provider.the('notices').getByText(/签收于|已签收|签收/).first().waitFor()
  await provider.page.waitForFunction(
    () => !document.querySelector('[data-testid^=receive-]'))
  await page(provider, 'registers', /台账/, look)
  await provider.the('register-utilisation').click()
  await provider.the('register').waitFor()
  await provider.the('line-system').selectOption({ label: system })
  await provider.fill({ 'field-cpu': '120', 'field-memory': '40', 'field-storage': '55' })
  await provider.the('line-send').click()
  await look(provider, 'register-refused')
  check('120 per cent are no line', await provider.the('register-news').count(), 0)
  await provider.fill({ 'field-cpu': '35' })
  await provider.the('line-send').click()
  await provider.the('register-news').waitFor()
  await look(provider, 'register-filed')
  check('the line is there at once', await provider.the('lines').innerText(), /35/)
}

/** The authority finds the system with what is approved and filed, and lets somebody stand in. */
export async function lookAround(authority, system, look, check) {
  await page(authority, 'systems', /信息系统/, look)
  await authority.the('system-find').fill(system.slice(0, 5))
  await authority.the('systems').getByRole('link', { name: system }).click()
  await authority.the('system-page').waitFor()
  await look(authority, 'system')
  check('the system is live with what was approved', await authority.the('system-page').innerText(),
    /已上线[\s\S]*32\.5/)
  const events = await authority.texts('system-event')
  check('its history ends where it went live', events.slice(0, 2).join(), /上线[\s\S]*办件办结|办件办结[\s\S]*上线/)
  check('and says what was approved by which case', events.join(),
    /核定资源[\s\S]*虚拟处理器 8 核[\s\S]*RY-\d{4}-\d{4}/)
  await page(authority, 'registers', /台账/, look)
  await page(authority, 'delegations', /委托/, look)
  await page(authority, 'further', /材料/, look)
}

/** While the review runs: what the page of the system says of documents, people and dates. */
export async function readSystem(authority, system, look, check) {
  const { page } = authority
  await authority.the('nav-systems').click()
  await authority.the('system-find').fill(system.slice(0, 5))
  await authority.the('systems').getByRole('link', { name: system }).click()
  await authority.the('system-page').waitFor()
  const task = (await authority.texts('system-task'))[0]
  check('a due day with its light', task, /正常|临期/)
  check('and how long is left', task, /\d{4}-\d{2}-\d{2}[\s\S]*剩余 \d+ 个工作日[\s\S]*审核/)
  check('a document with its day', (await authority.texts('system-document'))[0],
    /\.pdf[\s\S]*\d{4}-\d{2}-\d{2}[\s\S]*RY-\d{4}-\d{4}/)
  check('a person', (await authority.texts('system-actor'))[0], /申请[\s\S]*王部门/)
  check('the file comes', await page.evaluate(async () => {
    const link = document.querySelector('[data-testid^=download-]')
    return (await fetch(link.href)).status
  }), 200)
  await look(authority, 'system-open')
  await page.emulateMedia({ media: 'print' })
  const hidden = await page.evaluate(() =>
    [...document.querySelectorAll('.no-print')].every((one) => !one.getClientRects().length))
  check('paper shows no buttons', hidden)
  await look(authority, 'system-print')
  await page.emulateMedia({ media: null })
  await authority.the('language').click()
  await page.locator('html[lang=en]').waitFor()
  check('in English too', await authority.the('system-page').innerText(),
    /Due dates[\s\S]*Documents[\s\S]*People[\s\S]*History/)
  await look(authority, 'system-en')
  await authority.the('language').click()
  await page.locator('html[lang=zh-CN]').waitFor()
  await stretch(authority, look, check)
}

/** Names as long as they may be, and nothing at all: neither pushes the page sideways. */
async function stretch(authority, look, check) {
  const { page } = authority
  const long = '超长名称'.repeat(25)
  const filled = (one) => ({
    ...one,
    name: long,
    owner: { ...one.owner, name: long },
    documents: one.documents.map((each) => ({ ...each, name: `${'long-name-'.repeat(29)}.pdf` })),
    contacts: one.actors.map((each) => ({
      label: { zh: long, en: long }, source: { zh: long, en: long }, case: each.case,
      person: { id: 1, name: '' }, organisation: { id: 1, name: long },
    })),
    actors: one.actors.map((each) => ({
      ...each, person: { id: 1, name: long }, organisation: { id: 1, name: long },
    })),
    tasks: one.tasks.map((each) => ({ ...each, organisation: { id: 1, name: long } })),
    cut: ['cases', 'documents', 'contacts', 'actors', 'tasks', 'history'],
  })
  const empty = (one) => ({
    ...one, cases: [], documents: [], contacts: [], actors: [], tasks: [], history: [], lines: [],
    grants: [], listings: [],
  })
  for (const [name, change, wanted] of [
    ['system-long', filled, /只汇总最近 1 件[\s\S]*姓名已删除/],
    ['system-empty', empty, /没有待办环节[\s\S]*尚无材料[\s\S]*尚无人员/],
  ]) {
    const answer = async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: change(await response.json()) })
    }
    await page.route('**/api/v1/systems/*', answer)
    await page.reload()
    await authority.the('system-page').waitFor()
    check(`${name} says so`, await authority.the('system-page').innerText(), wanted)
    await look(authority, name)
    await page.unroute('**/api/v1/systems/*', answer)
  }
}

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
  await page(authority, 'registers', /台账/, look)
  await page(authority, 'delegations', /委托/, look)
  await page(authority, 'further', /材料/, look)
}

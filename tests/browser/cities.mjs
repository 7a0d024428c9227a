// SPDX-License-Identifier: Apache-2.0
// All shipped regulations in one database: of each, one flow is walked that the others do not have,
// and in the end nobody has seen anything of another city.
import { walkJiuquan } from './cities-projects.mjs'
import { City } from './desk.mjs'
import { day } from './server.mjs'

/** Article 23 of Zhumadian: the provider asks three working days ahead before it changes the
 * platform, and the authority lets it only when normal running is not affected. */
async function walkZhumadian(city) {
  const { check, look } = city
  const provider = await city.begin('provider', 'platform-change')
  await provider.answer({ what: WORK, kind: '升级', start: day(1), interrupts: '是' })
  await provider.attach('platform-change-application', 'impact-analysis', 'change-test-record',
    'verification-record', 'change-plan')
  const short = await city.send('provider')
  check('a short notice is refused with the last day', short.refused,
    /应不迟于\d{4}-\d{2}-\d{2}提出[\s\S]*第二十三条/)
  await look(provider, 'zhumadian-short-notice')
  await provider.answer({ start: day(30) })
  const { path, number } = await city.send('provider')
  check('the application has its number', number, /^PT-\d{4}-\d{4}$/)

  const authority = await city.listed('authority', number, '变更评估与备案')
  await look(authority, 'zhumadian-worklist')
  await authority.openCase(path)
  await city.stands(authority, 'evaluate')
  await city.waits(authority, 'evaluate', '变更评估与备案', city.name)
  check('what is asked stands beside the decision', await authority.the('shown').innerText(),
    /安全影响分析[\s\S]*需要中断服务/)
  const found = { 'no-effect': '否', 'filing-number': '驻政云备〔2026〕9号', affected: ZHUMADIAN_UNIT }
  await city.refused('authority', path, 'evaluate', 'allow', { form: found, opinion: '已评估。' },
    /确保不影响正常运行[\s\S]*第二十三条/)
  await look(authority, 'zhumadian-evaluate')
  await city.act('authority', path, 'evaluate', 'allow', { form: { 'no-effect': '是' } })
  await city.refused('provider', path, 'carry-out', 'finish',
    { form: { result: '割接完成，业务正常。' }, files: ['change-record'] },
    /须到计划实施日期方可实施/)
  await city.waits(provider, 'carry-out', '变更实施', NORTH)
  const unit = await city.told('unit', path, /同意实施/)
  check('who is concerned reads it and decides nothing',
    await unit.page.locator('[data-testid^=action-]').count(), 0)
  await look(unit, 'zhumadian-told')
  return path
}

/** Article 12 of Sichuan: no application without the number that the system was filed under; then
 * experts are asked, each by name (article 13). */
async function walkSichuan(city) {
  const { check, look } = city
  const unit = await city.begin('unit', 'filing')
  await unit.answer({ 'system-name': SICHUAN_SYSTEM, purpose: '疫苗流通全程追溯', kind: '新建',
    platform: '云服务平台', level: '3', 'graded-as': '51000020001', maintainer: '罗医生',
    guardian: '罗医生' })
  const filing = await city.send('unit')

  // The system is there, its number is not yet.
  await city.begin('unit', 'onboard', SICHUAN_SYSTEM)
  check('what is missing is told before anything is filled in',
    await unit.the('obstacles').innerText(), /须先完成省级政务信息系统备案/)
  await look(unit, 'sichuan-obstacles')
  await unit.answer({ 'filing-number': '无', need: '面向全省接种单位', 'why-outside': '省级专项要求',
    'items.vcpu': '16', 'items.memory': '64' })
  await unit.attach('application-form', 'cloud-plan')
  const early = await city.send('unit')
  check('without a filing nothing is applied for', early.refused, /须先完成省级政务信息系统备案/)
  check('and the article says so', early.refused, /第十二条/)
  await look(unit, 'sichuan-not-filed')

  const authority = await city.listed('authority', filing.number, '备案登记')
  await city.act('authority', filing.path, 'record', 'accept',
    { form: { number: '川云备2026001' }, opinion: '准予备案。' })
  check('the filing is done', await authority.the('case-state').innerText(), '准予备案')

  await city.begin('unit', 'onboard', SICHUAN_SYSTEM)
  check('what was typed is still there', await unit.the('field-filing-number').inputValue(), '无')
  const wrong = await city.send('unit')
  check('another number is refused', wrong.refused, /备案号须与本单位该信息系统的备案一致/)
  await unit.answer({ 'filing-number': '川云备2026001' })
  const { path } = await city.send('unit')
  await unit.the('receipt-open').click()
  await unit.the('case').waitFor()
  await city.stands(unit, 'accept')
  await city.waits(unit, 'accept', '受理', city.name)
  await city.act('authority', path, 'accept', 'accept', { opinion: '材料齐全，予以受理。' })
  await city.act('authority', path, 'convene', 'convene', { form: { experts: SICHUAN_EXPERTS } })
  await city.stands(authority, 'appraise')
  for (const body of SICHUAN_EXPERTS)
    check(`${body} is waited for`, (await authority.texts('current')).join(), new RegExp(body))
  check('each by the same day', (await authority.texts('task-appraise')).map(
    (one) => /期限\s+\d{4}-\d{2}-\d{2}/.test(one)), [true, true])
  await look(authority, 'sichuan-appraise')
  const expert = await city.told('expert', path, /组织评审/)
  check('the expert sees the plan', await expert.the('shown').innerText(), /上云方案[\s\S]*16/)
  await city.act('expert', path, 'appraise', 'give', { opinion: '方案可行，建议预留三成容量。' })
  await look(expert, 'sichuan-opinion')
  return path
}

/** Article 18 of Shandong: a system that may not move yet is hosted, but only by a provider whose
 * secrecy qualification is on file and valid, and until a day on which it is looked at again. */
async function walkShandong(city) {
  const { check, look } = city
  const unit = await city.begin('unit', 'defer')
  await unit.answer({ 'system-name': '执法全过程记录系统', zone: '电子政务外网',
    ground: '法律法规明确规定', hosting: '是', reason: '依法不得与其他单位共用存储' })
  await unit.attach('deferral-evidence')
  const { path, number } = await city.send('unit')
  const authority = await city.listed('authority', number, '审核')
  const host = { 'review-on': day(200), provider: NORTH }
  await city.refused('authority', path, 'decide', 'host', { form: host, opinion: '同意托管。' },
    /涉密资质须在有效期内[\s\S]*第十八条/)
  await look(authority, 'shandong-host-refused')
  const provider = await city.file('provider', 'secrecy-qualification',
    { number: 'SM-2026-001', until: day(900) })
  check('the qualification is on file', await provider.the('lines').innerText(), /SM-2026-001/)
  await look(provider, 'shandong-qualification')
  await city.act('authority', path, 'decide', 'host')
  await city.stands(authority, 'look-again')
  await city.waits(authority, 'look-again', '复审', city.name, /第十八条/)
  check('it is looked at again on the day that was set',
    await authority.the('task-look-again').innerText(), new RegExp(`期限\\s+${day(200)}`))
  await look(authority, 'shandong-look-again')
  await city.told('provider', path, /同意运维托管/)
  await city.told('unit', path, /同意运维托管/)
  await unit.the('nav-systems').click()
  await unit.the('systems').waitFor()
  check('the system has its host', await unit.the('systems').innerText(),
    new RegExp(`执法全过程记录系统[\\s\\S]*${NORTH}`))
  return path
}

/** Articles 5 and 6 of Heilongjiang: a machine room of one's own needs a law that is cited and its
 * text, and an application brings its cryptography plan. */
async function walkHeilongjiang(city) {
  const { check, look } = city
  const unit = await city.begin('unit', 'machine-room')
  await unit.answer({ room: '省级气象专用机房', exception: '法律法规',
    citation: '《中华人民共和国保守国家秘密法》第三十条' })
  const bare = await city.send('unit')
  check('the text of the law has to be there', bare.refused, /例外依据文件/)
  check('as article 5 says', bare.refused, /第五条/)
  await look(unit, 'heilongjiang-no-file')
  await unit.attach('exception-document')
  const room = await city.send('unit')
  const authority = await city.listed('authority', room.number, '审核')
  await authority.openCase(room.path)
  await city.stands(authority, 'review')
  await city.waits(authority, 'review', '审核', city.name)
  check('the citation stands beside the decision', await authority.the('shown').innerText(),
    /保守国家秘密法[\s\S]*exception-document\.pdf/)
  await look(authority, 'heilongjiang-exception')
  await city.act('authority', room.path, 'review', 'refuse', { opinion: '所引条款不适用于气象业务。' })
  check('the case has ended', await authority.the('case-state').innerText(), '不得新建')

  await city.begin('unit', 'filing')
  await unit.answer({ 'system-name': '气象预警发布系统', kind: '新建', deployed: '直接在省政务云部署',
    developer: '孟气象', mover: '孟气象', maintainer: '孟气象', guardian: '孟气象' })
  await city.send('unit')
  await city.begin('unit', 'onboard', '气象预警发布系统')
  await unit.answer({ need: '全省预警信息发布', zone: '电子政务外网', 'items.vcpu': '8',
    'items.memory': '32', funding: '部门预算' })
  await unit.attach('application-form')
  const open = await city.send('unit')
  check('no application without a cryptography plan', open.refused, /密码应用方案[\s\S]*第六条/)
  await unit.attach('cryptography-plan')
  const { path } = await city.send('unit')
  await city.act('authority', path, 'accept', 'accept', { opinion: '受理。' })
  await city.stands(authority, 'review')
  check('the plan is before the reviewer', await authority.the('shown').innerText(),
    /密码应用方案[\s\S]*cryptography-plan\.pdf/)
  return path
}

/** Article 19 of Zhengzhou: both sign from which use on resources may be taken back; the provider's
 * table of the month then finds the system, and the unit is heard before anything is taken. */
async function walkZhengzhou(city) {
  const { check, look } = city
  const authority = await city.person('authority')
  await authority.the('nav-systems').click()
  await authority.the('systems').waitFor()
  const rows = await authority.the('systems').locator('tbody tr').evaluateAll((all) => all.map(
    (row) => [...row.cells].map((one) => one.innerText.trim())))
  const [system, , body, cloud] = rows.find((row) => row[1] === '已上线')
  const [unit, provider] = [city.past[body], city.past[cloud]]

  await city.begin('authority', 'confirm-demand', system)
  await authority.answer({ metric: '处理器', below: '80', above: '10', months: '1' })
  await authority.attach('demand-confirmation-form')
  const crossed = await city.send('authority', 'propose')
  check('thresholds that cross are refused', crossed.refused, /回收阈值须低于扩容阈值/)
  await authority.answer({ below: '10', above: '80' })
  const agreed = await city.send('authority', 'propose')
  const owner = await city.listed(unit, agreed.number, '会签')
  // In whichever order: the task opened last is signed first here.
  await city.act('authority', agreed.path, 'sign', 'sign', { opinion: '同意。' })
  await owner.open(agreed.path)
  check('one signature is not both', await owner.the('case-state').innerText(), '办理中')
  await city.stands(owner, 'sign')
  await look(owner, 'zhengzhou-one-signature')
  await city.act(unit, agreed.path, 'sign', 'sign', { opinion: '同意。' })
  check('both have signed', await owner.the('case-state').innerText(), '同意')

  const table = await city.file(provider, 'utilisation',
    { cpu: '3', memory: '20', storage: '30' }, system)
  check('the table of the month is filed', await table.the('lines').innerText(), /3/)
  await authority.open('/systems')
  await authority.the('list-under-used').click()
  await authority.the('systems').getByText(system).first().waitFor()
  await look(authority, 'zhengzhou-under-used')

  await city.begin('authority', 'reclaim', system)
  const amounts = authority.the('field-kept').locator('input')
  const before = await amounts.evaluateAll((all) => all.map((one) => one.value))
  await authority.answer({ grounds: '当月处理器使用率低于约定阈值' })
  const same = await city.send('authority', 'propose')
  check('taking nothing back is no proposal', same.refused, /须提出拟回收的资源[\s\S]*第十九条/)
  const first = before.findIndex((one) => Number(one) > 0)
  await amounts.nth(first).fill(String(Number(before[first]) / 2))
  await look(authority, 'zhengzhou-reclaim')
  const { path } = await city.send('authority', 'propose')
  await authority.openCase(path)
  await city.stands(authority, 'answer')
  await city.waits(authority, 'answer', '使用单位意见', body)
  await city.act(unit, path, 'answer', 'object', { opinion: '年底业务量将回升。' })
  await city.act('authority', path, 'conclude', 'reclaim', { opinion: '按需求确认单回收。' })
  await city.stands(authority, 'take-back')
  await look(authority, 'zhengzhou-decided')
  await city.act(provider, path, 'take-back', 'taken')
  check('it is taken back', await table.the('case-state').innerText(), '已回收')
  return path
}

/** Who has nothing yet is told so on every page of the menu. */
async function haveNothing(city, person, look, check) {
  for (const [name, said] of [
    ['todo', /没有待办/], ['notices', /没有待签收/], ['systems', /没有您可以查看的信息系统/],
    ['delegations', /没有委托/],
  ]) {
    await person.the(`nav-${name}`).click()
    const sentence = person.page.locator('main').getByText(said).first()
    await sentence.waitFor()
    check(`${city.short}: ${name} says that there is nothing`, await sentence.innerText(), said)
    await look(person, `cities-empty-${name}`)
  }
}

/** What one city has done is nowhere in another: not on a worklist, not among the systems, not by
 * its address, be it a unit or the authority that sees everything of its own. */
async function seeNothing(cities, paths, check, look) {
  const [here, ...others] = cities
  const foreign = new RegExp(others.map((city) => MARKS[city.policy]).join('|'))
  for (const who of ['unit', 'authority']) {
    const person = await here.person(who)
    const reads = (what, text) =>
      check(`${who} reads nothing of another city ${what}`, foreign.exec(text), null)
    for (const other of others) {
      await person.open(paths[other.policy])
      await person.the('missing').waitFor()
      reads(`at a case of ${other.policy}`, await person.page.locator('main').innerText())
    }
    await look(person, `cities-missing-${who}`)
    if (who === 'unit') await haveNothing(here, person, look, check)
    for (const list of ['/work/todo', '/work/mine', '/work/done', '/work/all', '/systems']) {
      await person.open(list)
      reads(`at ${list}`, await person.settled())
    }
  }
}

// As long as names are, and longer.
const WORK = '政务云平台核心存储阵列扩容与跨机房双活割接暨历史数据迁移校验工程（二期）第三阶段夜间存储扩容割接'
const NORTH = '天山云海计算科技（集团）股份有限公司政务云事业部'
const ZHUMADIAN_UNIT = '驻马店市住房和城乡建设综合行政执法监督管理服务中心'
const SICHUAN_SYSTEM = '疫苗全程追溯系统'
const SICHUAN_EXPERTS = ['郭教授', '邓研究员']

/** A word by which the cases of each would be found. */
const MARKS = {
  'zhumadian-2020': WORK,
  'sichuan-2020': '疫苗',
  shandong: '执法全过程',
  heilongjiang: '气象',
  'jiuquan-2018': '智慧工业|保密机房',
  'zhengzhou-2019': '郑州',
}

/** Who is there beside those of the invented past. */
const CAST = {
  'zhumadian-2020': (city) => {
    city.found('unit', 'using-unit', 'city', ZHUMADIAN_UNIT, '冯城建')
    city.found('provider', 'provider', 'city', NORTH, '沈云海')
    city.join('authority', 'authority', '蒋主管')
  },
  'sichuan-2020': (city) => {
    city.found('unit', 'using-unit', 'province', '省卫生健康委员会', '罗医生')
    city.found('expert', 'expert', 'province', SICHUAN_EXPERTS[0], '郭教授')
    city.found('second', 'expert', 'province', SICHUAN_EXPERTS[1], '邓研究员')
    city.join('authority', 'authority', '韩主管')
  },
  shandong: (city) => {
    city.found('unit', 'using-unit', 'province', '省交通运输执法总队', '杨执法')
    city.found('provider', 'provider', 'province', NORTH, '朱云海')
    city.join('authority', 'authority', '秦主管')
  },
  heilongjiang: (city) => {
    city.found('unit', 'using-unit', 'province', '省气象局', '孟气象')
    city.join('authority', 'authority', '许主管')
  },
  'jiuquan-2018': (city) => {
    city.found('unit', 'using-unit', 'city', '市工业园区管理委员会', '李工业')
    city.found('provider', 'provider', 'city', '丝路云科技有限公司', '何运营')
    city.found('expert', 'expert', 'city', '赵专家', '赵专家')
    city.found('designer', 'designer', 'city', '陇原设计院有限公司', '吕设计')
    city.found('contractor', 'contractor', 'city', '祁连信息工程有限公司', '施工程')
    city.join('reform', 'development-and-reform', '张发改')
    city.join('authority', 'authority', '孔主管')
  },
  'zhengzhou-2019': (city) => {
    city.past = city.people('using-unit', 'provider')
    city.join('authority', 'authority', '曹主管')
  },
}
const WALKS = {
  'zhumadian-2020': walkZhumadian,
  'sichuan-2020': walkSichuan,
  shandong: walkShandong,
  heilongjiang: walkHeilongjiang,
  'jiuquan-2018': walkJiuquan,
  'zhengzhou-2019': walkZhengzhou,
}

/** alone: the policy of the one city that is walked. */
export async function walkCities(browser, server, complaints, look, check, alone) {
  const authorities = server.authorities()
  check('every shipped regulation is walked', Object.keys(authorities).sort(),
    Object.keys(WALKS).sort())
  const hall = { browser, server, complaints, look, check, authorities }
  const cities = Object.keys(WALKS).filter((policy) => !alone || policy === alone)
    .map((policy) => new City(hall, policy))
  for (const city of cities) CAST[city.policy](city)
  await server.start()
  const paths = {}
  for (const city of cities) {
    paths[city.policy] = await WALKS[city.policy](city)
    await city.leave()
  }
  if (!alone) await seeNothing(cities, paths, check, look)
  await server.stop()
  check('the record of all is sound', server.run('verify', '--data', server.data), /^sound/)
}

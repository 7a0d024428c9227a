// SPDX-License-Identifier: Apache-2.0
// Jiuquan has two regulations in one policy: of its government cloud (annex 2) and of its projects
// (annex 1).
import { day } from './server.mjs'

/** Annex 2, article 14: a unit with demands of secrecy keeps one machine room, and not a second. */
async function keepOneRoom(city) {
  const { check, look } = city
  const unit = await city.begin('unit', 'retained-room')
  await unit.answer({ room: '保密机房', ground: '保密管理要求', why: '涉密终端管理要求' })
  const { path, number } = await city.send('unit')
  const authority = await city.listed('authority', number, '审批')
  await city.act('authority', path, 'review', 'approve', { form: { kept: '是' }, opinion: '同意保留。' })
  await unit.openCase(path)
  check('the case stays open as long as the room is kept',
    await unit.the('case-state').innerText(), '办理中')
  await city.begin('unit', 'retained-room')
  await unit.answer({ room: '安全机房', ground: '安全管理要求', why: '等级保护三级' })
  const second = await city.send('unit')
  check('a second room is refused', second.refused, /每个单位最多保留一个独立机房/)
  await look(unit, 'jiuquan-second-room')
}

const DECLARED = {
  'project-name': '智慧工业监测平台', applicant: '市政府部门', route: '计划外急需', year: '2027',
  category: '信息化软件系统', nature: '新建', classified: '否', arranged: '市级', important: '否',
  responsible: '李工业', leader: '李工业', begin: day(100), finish: day(300), 'on-cloud': '是',
  'data-offered': '企业运行数据', 'data-needed': '法人库、电力数据', 'cost-machine-room': '0',
  'cost-private-network': '0', 'cost-server': '0', 'cost-storage': '0', 'cost-backup': '0',
  'cost-general-security': '0', 'cost-base-software': '0', 'cost-auxiliary': '0', 'base-total': '0',
  'cost-application': '800000', 'cost-protection': '100000', 'cost-services': '90000',
  'cost-office': '10000', estimate: '1000000', 'fund-city': '600000', 'fund-national': '200000',
  'fund-provincial': '100000', 'fund-financing': '60000', 'fund-self': '30000',
  'urgent-ground': '省级要求', 'urgent-text': '甘政办发〔2017〕167号', 'extra-city-money': '600000',
}

/** Annex 1, articles 7 and 8: an urgent project is declared with all its money, examined, seen by
 * the operator and an expert, and reviewed for the first time. */
async function declare(city) {
  const { check, look } = city
  const unit = await city.begin('unit', 'project')
  await unit.answer(DECLARED)
  await unit.attachAll()
  const poor = await city.send('unit')
  check('sources that do not add up are refused', poor.refused, /各资金来源之和须等于投资概算总额/)
  check('by the regulation of the projects', poor.refused, /信息化项目管理办法[\s\S]*第七条/)
  await look(unit, 'jiuquan-declaration')
  await unit.answer({ 'fund-self': '40000' })
  const { path, number } = await city.send('unit')
  const authority = await city.listed('authority', number, '受理审查')
  await authority.openCase(path)
  await city.stands(authority, 'examine')
  await city.waits(authority, 'examine', '受理审查', city.name)
  await city.act('authority', path, 'examine', 'accept', {
    form: { urgent: '是', operator: '丝路云科技有限公司' }, opinion: '确属急需。' })
  await city.act('authority', path, 'convene', 'convene', { form: { experts: '赵专家' } })
  await city.act('provider', path, 'operator-opinion', 'give',
    { form: { feasible: '是' }, opinion: '云平台可以承载。' })
  await city.act('expert', path, 'appraise', 'give', { form: { fit: '是' }, opinion: '可行。' })
  // While the first review runs, the approval is under way: two panels side by side on one page.
  await city.act('unit', path, 'approval-application', 'apply', { files: ['feasibility-report'] })
  await city.act('reform', path, 'feasibility', 'pass', { opinion: '同意。' })
  const four = { 'plan-and-principles': '是', 'built-on-cloud': '是', 'data-sharing': '否',
    'technology-trend': '是' }
  await city.refused('authority', path, 'first-review', 'pass',
    { form: four, opinion: '通过初审。' }, /四项审查要点均须符合/)
  await city.stands(authority, 'first-review')
  check('what each expert answered lies beside the review',
    await authority.the('shown').first().innerText(), /专家[\s\S]*赵专家/)
  await city.waits(authority, 'feasibility', '可研报告评审', city.name)
  check('the text that counts is that of the projects', await authority.the('case').innerText(),
    /适用办法\s+酒泉市信息化及智慧城市项目建设管理办法/)
  await look(authority, 'jiuquan-first-review')
  await city.act('authority', path, 'first-review', 'pass', { form: { 'data-sharing': '是' } })
  return { path, number }
}

/** On to the design and its budget: the approval that two agree to, the design by a qualified firm,
 * its review. */
async function design(city, { path, number }) {
  await city.act('authority', path, 'feasibility', 'pass', { opinion: '同意。' })
  await city.act('reform', path, 'approve', 'approve', {
    form: { number: '酒发改〔2026〕108号', dated: day() }, files: ['project-approval'] })
  const contract = await engage(city, number, { kind: '设计', method: '竞争性谈判', amount: '40000' })
  await city.act('unit', contract.path, 'attach', 'design',
    { form: { reason: '甲级资质', designer: '陇原设计院有限公司' } })
  await city.act('unit', path, 'design', 'submit', {
    form: { contract: contract.number, budget: '1000000' },
    files: ['preliminary-design', 'investment-budget'] })
  await city.act('authority', path, 'convene', 'convene', { form: { experts: '赵专家' } })
  await city.act('expert', path, 'assess', 'give',
    { form: { credential: '高级工程师', sound: '是' }, opinion: '概算合理。' })
  await city.act('authority', path, 'design-review', 'pass', {
    form: { number: '酒数评〔2026〕9号', content: '监测平台一套', standard: '等级保护二级',
      investment: '1000000' },
    files: ['review-opinion'] })
}

/** A contract with a firm is a case of its own that names the project. */
async function engage(city, project, form) {
  const unit = await city.begin('unit', 'project-contract')
  await unit.answer({ project, law: '政府采购法', ...form })
  await unit.attach('tender-record')
  return city.send('unit')
}

/** Article 12: less than a tenth above the budget is recorded, a tenth has to be approved. */
async function changeBudget(city, { path, number }) {
  const { check, look } = city
  const contract = await engage(city, number, { kind: '施工', method: '公开招标', amount: '900000' })
  await city.act('unit', contract.path, 'attach', 'build',
    { form: { reason: '综合评分第一', contractor: '祁连信息工程有限公司' } })
  await city.act('unit', path, 'tender', 'record', {
    form: { contract: contract.number, contractor: '祁连信息工程有限公司', result: 'JQZB2026-090',
      awarded: day() } })
  const more = { 'new-content': '监测平台一套、移动端', 'change-reason': '增加移动端' }
  const unit = await city.refused('unit', path, 'implement', 'minor-change',
    { form: { ...more, 'new-investment': '1100000' } }, /投资超出概算10%以上的须报批准/)
  await look(unit, 'jiuquan-tenth')
  await city.refused('unit', path, 'implement', 'major-change',
    { form: { 'new-investment': '1099999.99', cause: '企业数量增加' } },
    /投资超出概算不足10%的按一般变更记录/)
  await city.act('unit', path, 'implement', 'major-change',
    { form: { 'new-investment': '1100000' } })
  await city.waits(unit, 'change-review', '重大变更审批', city.name)
  const authority = await city.act('authority', path, 'change-review', 'approve',
    { opinion: '情况属实。' })
  check('the new baseline is to be recorded', (await authority.texts('current')).join(),
    /更新建设基线/)
  await city.act('authority', path, 'baseline', 'record')
  await look(authority, 'jiuquan-baseline')
}

/** Both regulations, one unit. */
export async function walkJiuquan(city) {
  await keepOneRoom(city)
  const until = { until: day(900), most: '5000000' }
  await city.file('designer', 'design-qualification',
    { certificate: 'A162000001', grade: '甲级', ...until })
  await city.file('contractor', 'construction-qualification',
    { certificate: 'D262000001', grade: '乙级', ...until })
  const project = await declare(city)
  await design(city, project)
  await changeBudget(city, project)
  return project.path
}

/* SPDX-License-Identifier: Apache-2.0
 * The pack in which expressions are compiled. */
#ifndef YJ_TESTS_EXPRESSION_PACK_H
#define YJ_TESTS_EXPRESSION_PACK_H

static const char PACK[] =
    "policy: sample-2020\n"
    "title: {zh: 样例办法, en: Sample Measures}\n"
    "document: 1\n"
    "from: 2020-01-01\n"
    "authority: {zh: 主管部门, en: Authority, role: authority}\n"
    "due-soon: {working-days: 1, source: local}\n"
    "roles:\n"
    "  unit: {zh: 单位, en: Unit, sees: own, levels: [city]}\n"
    "  authority: {zh: 主管部门, en: Authority, sees: all, levels: [city]}\n"
    "materials:\n"
    "  paper: {zh: 申请表, en: Form, basis: 1}\n"
    "items:\n"
    "  vcpu: {zh: 处理器, en: vCPU, unit: {zh: 核, en: core}, group: main}\n"
    "  spare-vcpu: {zh: 备用, en: Spare, unit: {zh: 核, en: core}, group: backup}\n"
    "  memory: {zh: 内存, en: Memory, unit: {zh: GB, en: GB}, group: main}\n";

static const char CASE[] =
    "procedure: sample\n"
    "code: SP\n"
    "title: {zh: 事项, en: Matter}\n"
    "basis: 1\n"
    "names: apply.name\n"
    "seats: {unit: opener, authority: sole}\n"
    "steps:\n"
    "  - id: apply\n"
    "    zh: 申请\n"
    "    en: Apply\n"
    "    by: unit\n"
    "    basis: 1\n"
    "    form:\n"
    "      name: {type: text, zh: 名称, en: Name, max: 100}\n"
    "      alias: {type: text, zh: 别名, en: Alias, optional: yes}\n"
    "      days: {type: integer, zh: 天数, en: Days, min: -9, max: 30}\n"
    "      on: {type: date, zh: 日期, en: Date}\n"
    "      urgent: {type: bool, zh: 急, en: Urgent}\n"
    "      kind: {type: choice, zh: 类型, en: Kind, choices: {new: {zh: 新, en: New},\n"
    "             days: {zh: 天, en: Days}}}\n"
    "      wanted: {type: quantities, zh: 资源, en: Resources}\n"
    "      plan: {type: case, procedure: sample, zh: 计划, en: Plan}\n"
    "      cost: {type: money, zh: 费用, en: Cost}\n"
    "    outcomes:\n"
    "      submit: {zh: 提交, en: Submit, tone: positive, to: review}\n"
    "  - id: review\n"
    "    zh: 审核\n"
    "    en: Review\n"
    "    by: authority\n"
    "    basis: 1\n"
    "    materials: [paper]\n"
    "    form:\n"
    "      granted: {type: quantities, zh: 核定, en: Granted, optional: yes}\n"
    "      body: {type: organisation, role: unit, zh: 单位, en: Body}\n"
    "      on: {type: date, zh: 日期, en: Date}\n"
    "      left: {type: integer, zh: 余, en: Left, optional: yes}\n"
    "    outcomes:\n"
    "      approve: {zh: 同意, en: Approve, tone: positive, to: end}\n"
    "      refuse: {zh: 不同意, en: Refuse, tone: negative, to: end}\n";

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Conditions read aloud, in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/aloud_priv.h"
#include "policy/expression_priv.h"

#define MORE                                                                                      \
    "registers:\n"                                                                                \
    "  usage: {zh: 用量, en: Usage, basis: 1, by: authority, about: system, every: month,\n"       \
    "    form: {\n"                                                                               \
    "    cpu: {type: integer, zh: 均值, en: Average, unit: \"%\"},\n"                           \
    "    ended: {type: bool, zh: 停, en: Ended}}}\n"                                              \
    "  pool: {zh: 资源池, en: Pool, basis: 1, about: organisation, form: {\n"                     \
    "    free: {type: quantities, zh: 余量, en: Free}}}\n"                                        \
    "lists:\n"                                                                                    \
    "  idle: {zh: 闲置, en: Idle, basis: 1, when: in-a-row(usage where usage.cpu < 10) >= 3}\n"
#include "expression_compile.h"

/* As a condition of step review, said there. */
static str said(str text, enum language language, bool by_id)
{
    const struct expression *expression = compile(arena, text, PLACE_NEEDS);
    const struct procedure *procedure = policy_procedure(policy, S("sample"));
    const struct step *step = procedure_step(procedure, S("review"));
    struct aloud aloud = {.arena = arena, .language = language, .policy = policy,
                          .procedure = procedure, .step = step, .by_id = by_id};
    if (!expression) {
        str printed = diagnostics_print(arena, &found);
        fail_msg("%.*s: %.*s", STR_FMT(text), STR_FMT(printed));
    }
    return expression_in(&aloud, expression);
}

static const struct {
    const char *text, *zh, *en;
} SAID[] = {
    {"apply.urgent", "“申请”所填“急”为是", "\"Urgent\" of \"Apply\" is yes"},
    {"not apply.urgent", "“申请”所填“急”为否", "\"Urgent\" of \"Apply\" is no"},
    {"apply.days == 7", "“申请”所填“天数”等于7", "\"Days\" of \"Apply\" is 7"},
    {"apply.days != 7", "“申请”所填“天数”不等于7", "\"Days\" of \"Apply\" is not 7"},
    {"apply.days < 7", "“申请”所填“天数”小于7", "\"Days\" of \"Apply\" is less than 7"},
    {"apply.days <= 7", "“申请”所填“天数”不超过7", "\"Days\" of \"Apply\" is at most 7"},
    {"apply.days > 7", "“申请”所填“天数”大于7", "\"Days\" of \"Apply\" is more than 7"},
    {"apply.days >= 7", "“申请”所填“天数”不少于7", "\"Days\" of \"Apply\" is at least 7"},
    {"on == apply.on", "“日期”为“申请”所填“日期”", "\"Date\" is \"Date\" of \"Apply\""},
    {"on != today", "“日期”不为办理当日", "\"Date\" is not today"},
    {"on < today", "“日期”早于办理当日", "\"Date\" is before today"},
    {"on <= today", "“日期”不晚于办理当日", "\"Date\" is not after today"},
    {"on > apply.on + 1 month", "“日期”晚于“申请”所填“日期”加1个月",
     "\"Date\" is after \"Date\" of \"Apply\" plus 1 month"},
    {"on >= today - 3 day",
     "“日期”不早于办理当日减3日", "\"Date\" is not before today minus 3 days"},
    {"apply.kind == new", "“申请”所填“类型”为“新”", "\"Kind\" of \"Apply\" is \"New\""},
    {"new != apply.kind", "“申请”所填“类型”不为“新”", "\"Kind\" of \"Apply\" is not \"New\""},
    {"unit.level == county", "单位层级为县级", "the level of the unit is county"},
    {"system.stage != live", "系统状态不为在用", "the stage of the system is not in operation"},
    {"given(granted) and granted <= apply.wanted", "“核定”不超过“申请”所填“资源”",
     "\"Granted\" is at most \"Resources\" of \"Apply\""},
    {"given(granted) and granted.vcpu > 1.5", "“核定”中的处理器大于1.5核",
     "vCPU in \"Granted\" is more than 1.5 core"},
    {"system.granted.vcpu > 0", "系统已批准资源中的处理器大于0核",
     "vCPU in what is approved for the system is more than 0 core"},
    {"given(system.provider)", "系统服务商有值", "the system's provider is given"},
    {"not given(left) or left > 1", "“余”无值，或“余”大于1",
     "\"Left\" is not given, or \"Left\" is more than 1"},
    {"given(left) and apply.urgent", "“余”有值，且“申请”所填“急”为是",
     "\"Left\" is given and \"Urgent\" of \"Apply\" is yes"},
    /* A guard is dropped only where the value is surely asked for. */
    {"given(left) and (left > 1 or apply.urgent)",
     "“余”有值，且（“余”大于1，或“申请”所填“急”为是）",
     "\"Left\" is given and (\"Left\" is more than 1, or \"Urgent\" of \"Apply\" is yes)"},
    {"given(left) and not (left > 1)", "“余”有值，且“余”不超过1",
     "\"Left\" is given and \"Left\" is at most 1"},
    {"not (apply.urgent and has(paper))", "并非（“申请”所填“急”为是，且已提交“申请表”）",
     "not (\"Urgent\" of \"Apply\" is yes and \"Form\" is filed)"},
    {"apply.urgent and given(left) and has(paper) and left > 1",
     "“申请”所填“急”为是，且已提交“申请表”，且“余”大于1",
     "\"Urgent\" of \"Apply\" is yes and \"Form\" is filed and \"Left\" is more than 1"},
    {"has(paper)", "已提交“申请表”", "\"Form\" is filed"},
    {"not has(paper)", "未提交“申请表”", "\"Form\" is not filed"},
    {"done(apply.submit)", "“申请”已作出“提交”", "\"Apply\" came to \"Submit\""},
    {"not done(review.refuse)", "“审核”未作出“不同意”", "\"Review\" did not come to \"Refuse\""},
    {"done(apply.submit) and on(apply.submit) < today",
     "“申请”已作出“提交”，且“申请”已作出“提交”之日早于办理当日",
     "\"Apply\" came to \"Submit\" and the day on which \"Apply\" came to \"Submit\" is before "
     "today"},
    {"open(apply)", "“申请”正在办理", "\"Apply\" is open"},
    {"not open(apply)", "“申请”不在办理中", "\"Apply\" is not open"},
    {"listed(idle)", "系统列入清单“闲置”", "list \"Idle\" finds the system"},
    {"not listed(idle)", "系统未列入清单“闲置”", "list \"Idle\" does not find the system"},
    {"running(sample)", "该系统另有在办的“事项”", "another \"Matter\" of the system is open"},
    {"not running(sample)", "该系统没有其他在办的“事项”",
     "no other \"Matter\" of the system is open"},
    {"in-a-row(usage where usage.cpu < 10) >= 3",
     "台账“用量”连续符合（“均值”小于10%）的月数不少于3个月",
     "the months in a row in which register \"Usage\" says that (\"Average\" is less than 10%) is "
     "at least 3"},
    {"given(usage.cpu) and usage.ended",
     "台账“用量”最近一期的“均值”有值，且台账“用量”最近一期的“停”为是",
     "the latest \"Average\" in register \"Usage\" is given and the latest \"Ended\" in register "
     "\"Usage\" is yes"},
    {"given(pool.free of unit) and pool.free.vcpu of unit > 0",
     "台账“资源池”中单位最近一次的“余量”中的处理器大于0核",
     "vCPU in the latest \"Free\" of the Unit in register \"Pool\" is more than 0 core"},
    {"seat.unit == body", "本办件的单位为“单位”", "the Unit of this case is \"Body\""},
    {"given(apply.days of apply.plan) and apply.days of apply.plan > 3",
     "“申请”所填“计划”所引办件的“申请”所填“天数”大于3",
     "\"Days\" of \"Apply\" in the case \"Plan\" of \"Apply\" is more than 3"},
    {"done(review.approve of apply.plan)", "“申请”所填“计划”所引办件的“审核”已作出“同意”",
     "in the case \"Plan\" of \"Apply\", \"Review\" came to \"Approve\""},
    {"not done(review.approve of apply.plan)", "并非“申请”所填“计划”所引办件的“审核”已作出“同意”",
     "not so that in the case \"Plan\" of \"Apply\", \"Review\" came to \"Approve\""},
    {"given(seat.unit of apply.plan) and seat.unit of apply.plan == body",
     "“申请”所填“计划”所引办件的单位为“单位”",
     "Unit in the case \"Plan\" of \"Apply\" is \"Body\""},
    {"apply.cost * 12.5% > 100", "“申请”所填“费用”的12.5%大于100元",
     "12.5% of \"Cost\" of \"Apply\" is more than 100 yuan"},
    {"(apply.days + 1) * 50% > 3", "（“申请”所填“天数”加1）的50%大于3",
     "50% of (\"Days\" of \"Apply\" plus 1) is more than 3"},
    {"1 + apply.days * 50% > 3", "1加“申请”所填“天数”的50%大于3",
     "1 plus 50% of \"Days\" of \"Apply\" is more than 3"},
    {"(apply.urgent or has(paper)) == apply.urgent",
     "（“申请”所填“急”为是，或已提交“申请表”）为“申请”所填“急”",
     "(\"Urgent\" of \"Apply\" is yes, or \"Form\" is filed) is \"Urgent\" of \"Apply\""},
    {"has(paper) and apply.urgent or apply.days > 7",
     "（已提交“申请表”，且“申请”所填“急”为是），或“申请”所填“天数”大于7",
     "(\"Form\" is filed and \"Urgent\" of \"Apply\" is yes), or \"Days\" of \"Apply\" is more "
     "than 7"},
    /* An empty value is not 3 in plain words, and does not hold here. */
    {"given(left) and left != 3", "“余”有值，且“余”不等于3",
     "\"Left\" is given and \"Left\" is not 3"},
    {"apply.days - (3 - 2) == 6", "“申请”所填“天数”减（3减2）等于6",
     "\"Days\" of \"Apply\" minus (3 minus 2) is 6"},
};

static void a_condition_is_said_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SAID); i++) {
        str zh = said(str_of(SAID[i].text), LANGUAGE_ZH, false);
        str en = said(str_of(SAID[i].text), LANGUAGE_EN, false);
        if (!str_eq(zh, str_of(SAID[i].zh)) || !str_eq(en, str_of(SAID[i].en)))
            fail_msg("%s\nis said: %.*s\n         %.*s", SAID[i].text, STR_FMT(zh), STR_FMT(en));
    }
}

/* A label that changes is no change of a rule. */
static void a_comparison_keeps_to_the_notation(void **state)
{
    (void)state;
    assert_true(str_eq(said(S("apply.days > 7"), LANGUAGE_ZH, true), S("apply.days > 7")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_condition_is_said_in_words),
        TEST(a_comparison_keeps_to_the_notation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0
 * One rule, or one limit, read aloud by itself: for pages that show a program piece by piece. */
#include "policy/aloud_priv.h"

static str quoted_label(const struct aloud *a, struct label label)
{
    str text = label_in(a, label);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "“%.*s”" : "\"%.*s\"", STR_FMT(text));
}

/* ---- limits --------------------------------------------------------------------------------- */

static enum limit_words words_of(const struct step *step, const struct limit *limit)
{
    return limit == &step->not_before ? WORDS_WAIT
           : limit == &step->ahead    ? WORDS_AHEAD
                                      : WORDS_WITHIN;
}

/* The length alone where the rest goes without saying: "5 working days". */
static str brief_limit(const struct aloud *a, const struct limit *limit, enum limit_words words)
{
    bool zh = a->language == LANGUAGE_ZH;
    if (limit->kind != LIMIT_COUNTED && limit->kind != LIMIT_AHEAD)
        return bare_limit_in(a, limit, words);
    str length = length_in(a, &limit->cases[limit->n - 1]);
    switch (words) {
    case WORDS_WITHIN:
        return length;
    case WORDS_WAIT:
        return str_printf(a->arena, zh ? "满%.*s" : "after %.*s", STR_FMT(length));
    case WORDS_AHEAD:
        return str_printf(a->arena, zh ? "提前%.*s" : "%.*s ahead", STR_FMT(length));
    }
    return length;
}

static str except_in(const struct aloud *a, const struct limit_case *one)
{
    str length = length_in(a, one), when = expression_in(a, one->when);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "当%.*s时为%.*s" : "when %.*s, %.*s",
                      STR_FMT(when), STR_FMT(length));
}

static str extend_in(const struct aloud *a, const struct limit *limit)
{
    struct limit_case most = {.count = limit->extend_most, .unit = limit->cases[limit->n - 1].unit};
    str length = length_in(a, &most);
    return str_printf(a->arena,
                      a->language == LANGUAGE_ZH ? "延长合计不超过%.*s"
                                                 : "extensions add at most %.*s in all",
                      STR_FMT(length));
}

static str limit_text(const struct aloud *a, const struct limit *limit, bool brief)
{
    enum limit_words words = words_of(a->step, limit);
    str rule = brief ? brief_limit(a, limit, words) : bare_limit_in(a, limit, words);
    struct buf out = buf_new(a->arena, 128);
    buf_add(&out, rule);
    for (size_t i = 0; i + 1 < limit->n; i++) {
        str except = except_in(a, &limit->cases[i]);
        buf_addf(&out, a->language == LANGUAGE_ZH ? "；%.*s" : "; %.*s", STR_FMT(except));
    }
    if (limit->extend_most) {
        str more = extend_in(a, limit);
        buf_addf(&out, a->language == LANGUAGE_ZH ? "；%.*s" : "; %.*s", STR_FMT(more));
    }
    if (!brief)
        buf_add(&out, displaced_in(a, limit, words));
    return buf_str(&out);
}

struct label limit_aloud(struct arena *arena, const struct policy *policy,
                         const struct procedure *procedure, const struct step *step,
                         const struct limit *limit, bool brief)
{
    struct aloud a = {.arena = arena, .language = LANGUAGE_ZH, .policy = policy,
                      .procedure = procedure, .step = step};
    str zh = limit_text(&a, limit, brief);
    a.language = LANGUAGE_EN;
    return (struct label){zh, limit_text(&a, limit, brief)};
}

struct label outcome_aloud(struct arena *arena, const struct policy *policy,
                           const struct procedure *procedure, const struct step *step,
                           const struct outcome *outcome)
{
    struct aloud a = {.arena = arena, .language = LANGUAGE_ZH, .policy = policy,
                      .procedure = procedure, .step = step};
    str zh = target_words(&a, outcome);
    a.language = LANGUAGE_EN;
    return (struct label){zh, target_words(&a, outcome)};
}

/* ---- rules ---------------------------------------------------------------------------------- */

static str limit_rule(const struct aloud *a, const struct rule *rule)
{
    const struct step *step = rule->step;
    bool wait = rule->kind == RULE_WAIT, ahead = rule->kind == RULE_AHEAD;
    const struct limit *limit = wait ? &step->not_before : ahead ? &step->ahead : &step->within;
    str words = bare_limit_in(a, limit, words_of(step, limit));
    str instead = displaced_in(a, limit, words_of(step, limit));
    str title = wait    ? in(a, "等待期：", "waits: ")
                : ahead ? in(a, "提前期：", "notice: ")
                        : in(a, "时限：", "due: ");
    return str_printf(a->arena, "%.*s%.*s%.*s", STR_FMT(title), STR_FMT(words), STR_FMT(instead));
}

static str extend_rule(const struct aloud *a, const struct rule *rule)
{
    const struct limit *limits[] = {&rule->step->within, &rule->step->not_before,
                                    &rule->step->ahead};
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        if (rule->part == &limits[i]->extend_most)
            return extend_in(a, limits[i]);
    return STR_NONE;
}

static str need_rule(const struct aloud *a, const struct condition *need, bool offer)
{
    bool zh = a->language == LANGUAGE_ZH;
    str say = condition_words(a, need);
    const struct outcome *outcome =
        need->outcome.len && a->step ? step_outcome(a->step, need->outcome) : NULL;
    if (offer)
        return str_printf(a->arena, zh ? "发起条件：%.*s" : "may be opened when %.*s",
                          STR_FMT(say));
    if (!outcome)
        return str_printf(a->arena, zh ? "条件：%.*s" : "needed: %.*s", STR_FMT(say));
    str name = quoted_label(a, outcome->label);
    return str_printf(a->arena, zh ? "%.*s的条件：%.*s" : "needed for %.*s: %.*s", STR_FMT(name),
                      STR_FMT(say));
}

static str field_rule(const struct aloud *a, const struct rule *rule)
{
    const struct form *form = rule->ledger ? &rule->ledger->form : &rule->step->form;
    const struct field *field = &form->fields[rule->at];
    bool zh = a->language == LANGUAGE_ZH;
    str name = quoted_label(a, field->label);
    if (rule->kind == RULE_FIELD) {
        str what = bare_field_words(a, field);
        return str_printf(a->arena, zh ? "填写%.*s：%.*s" : "asks for %.*s: %.*s", STR_FMT(name),
                          STR_FMT(what));
    }
    bool least = rule->kind == RULE_MIN, money = field->type == FIELD_MONEY;
    int64_t bound = (least ? field->min : field->max) / (money ? FEN_PER_YUAN : 1);
    enum unit unit;
    struct limit_case length = {.count = (int32_t)bound};
    if (unit_parse(field->unit, &unit) && bound <= INT32_MAX) {
        length.unit = unit;
        str words = length_in(a, &length);
        return str_printf(a->arena,
                          least ? (zh ? "%.*s不少于%.*s" : "%.*s is at least %.*s")
                                : (zh ? "%.*s不超过%.*s" : "%.*s is at most %.*s"),
                          STR_FMT(name), STR_FMT(words));
    }
    str what = money                               ? in(a, "元", " yuan")
               : field->type == FIELD_ORGANISATIONS ? in(a, "个", " of them")
                                                    : field->unit;
    return str_printf(a->arena,
                      least ? (zh ? "%.*s不小于%lld%.*s" : "%.*s is at least %lld%.*s")
                            : (zh ? "%.*s不大于%lld%.*s" : "%.*s is at most %lld%.*s"),
                      STR_FMT(name), (long long)bound, STR_FMT(what));
}

static str target_rule(const struct aloud *a, const struct rule *rule)
{
    struct outcome one = *rule->outcome;
    str label = quoted_label(a, one.label);
    one.targets = &rule->outcome->targets[rule->at];
    one.n_targets = 1;
    str leads = leads_in(a, rule->outcome), words = target_words(a, &one);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "%.*s：%.*s%.*s" : "%.*s: %.*s%.*s",
                      STR_FMT(label), STR_FMT(leads), STR_FMT(words));
}

static str effect_rule(const struct aloud *a, const struct rule *rule)
{
    str label = quoted_label(a, rule->outcome->label);
    str words = effect_words(a, &rule->outcome->effects[rule->at]);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "%.*s：%.*s" : "%.*s %.*s",
                      STR_FMT(label), STR_FMT(words));
}

static str tell_rule(const struct aloud *a, const struct tell *tell)
{
    bool zh = a->language == LANGUAGE_ZH;
    const struct outcome *outcome = tell->outcome.len ? step_outcome(a->step, tell->outcome) : NULL;
    str role = role_in(a, tell->role);
    str when = outcome ? quoted_label(a, outcome->label) : in(a, "任一决定", "any decision");
    return str_printf(a->arena, zh ? "作出%.*s时告知%.*s" : "%.*s is told to %.*s", STR_FMT(when),
                      STR_FMT(role));
}

static str shown_rule(const struct aloud *a, const struct shown *shown)
{
    str what = shown_words(a, shown);
    return str_printf(a->arena,
                      a->language == LANGUAGE_ZH ? "办理时参阅%.*s，并随决定留痕"
                                                 : "%.*s lies beside it and is noted with it",
                      STR_FMT(what));
}

static str actor_rule(const struct aloud *a, const struct rule *rule)
{
    bool zh = a->language == LANGUAGE_ZH, several = rule->step->n_seats > 1;
    str who = role_in(a, rule->step->seats[rule->at]);
    if (rule->step->each)
        return str_printf(a->arena, zh ? "由每一%.*s会签" : "each %.*s signs", STR_FMT(who));
    return str_printf(a->arena,
                      several ? (zh ? "由%.*s会签" : "%.*s signs, with others")
                              : (zh ? "由%.*s办理" : "%.*s decides"),
                      STR_FMT(who));
}

static str ledger_rule(const struct aloud *a, const struct rule *rule)
{
    bool zh = a->language == LANGUAGE_ZH;
    const struct ledger *ledger = rule->ledger;
    str name = quoted_label(a, ledger->label);
    str by = ledger->by.len ? role_in(a, ledger->by) : in(a, "办理事项", "a procedure");
    if (rule->kind == RULE_EVERY)
        return str_printf(a->arena, zh ? "台账%.*s每月一行" : "register %.*s has a line a month",
                          STR_FMT(name));
    if (rule->kind == RULE_FILER)
        return str_printf(a->arena, zh ? "台账%.*s由%.*s填报" : "register %.*s is filed by %.*s",
                          STR_FMT(name), STR_FMT(by));
    return str_printf(a->arena,
                      zh ? "设台账%.*s，记入者：%.*s" : "there is a register %.*s, from %.*s",
                      STR_FMT(name), STR_FMT(by));
}

static str list_rule(const struct aloud *a, const struct listing_rule *list)
{
    str name = quoted_label(a, list->label), when = expression_in(a, list->when);
    return str_printf(a->arena,
                      a->language == LANGUAGE_ZH ? "清单%.*s列入符合条件的系统：%.*s"
                                                 : "list %.*s finds the systems where %.*s",
                      STR_FMT(name), STR_FMT(when));
}

static str column_rule(const struct aloud *a, const struct rule *rule)
{
    const struct report_column *column = rule->part;
    str report = quoted_label(a, rule->report->label), name = quoted_label(a, column->label);
    str when = expression_in(a, column->when);
    return str_printf(a->arena,
                      a->language == LANGUAGE_ZH ? "统计%.*s的%.*s：符合条件的系统数，即%.*s"
                                                 : "report %.*s counts as %.*s the systems where "
                                                   "%.*s",
                      STR_FMT(report), STR_FMT(name), STR_FMT(when));
}

static str opens_rule(const struct aloud *a, const struct recurrence *opens)
{
    str when = recurrence_words(a, opens);
    bool zh = a->language == LANGUAGE_ZH;
    return str_printf(a->arena, zh ? "%.*s自动发起" : "opens by itself %.*s", STR_FMT(when));
}

static str from_rule(const struct aloud *a)
{
    str day = date_print(a->arena, a->policy->from);
    bool zh = a->language == LANGUAGE_ZH;
    return str_printf(a->arena, zh ? "自%.*s起施行，此前不得发起办件"
                                   : "in force from %.*s: no case is opened before",
                      STR_FMT(day));
}

static str withdraw_rule(const struct aloud *a, const struct procedure *procedure)
{
    str before = withdrawal_words(a, &procedure->withdrawal);
    str undoing = undoing_words(a, &procedure->withdrawal);
    return str_printf(a->arena,
                      a->language == LANGUAGE_ZH ? "%.*s之前可以撤回%.*s"
                                                 : "may be taken back before %.*s%.*s",
                      STR_FMT(before), STR_FMT(undoing));
}

static str rule_text(const struct aloud *a, const struct rule *rule)
{
    switch (rule->kind) {
    case RULE_WITHIN:
    case RULE_WAIT:
    case RULE_AHEAD: return limit_rule(a, rule);
    case RULE_EXCEPT: return except_in(a, rule->part);
    case RULE_EXTEND: return extend_rule(a, rule);
    case RULE_NEED: return need_rule(a, rule->part, false);
    case RULE_OFFER: return need_rule(a, rule->part, true);
    case RULE_WITHDRAW: return withdraw_rule(a, rule->procedure);
    case RULE_FIELD:
    case RULE_MIN:
    case RULE_MAX: return field_rule(a, rule);
    case RULE_TO: return target_rule(a, rule);
    case RULE_EFFECT: return effect_rule(a, rule);
    case RULE_TELL: return tell_rule(a, rule->part);
    case RULE_SHOW: return shown_rule(a, rule->part);
    case RULE_OPINION: return in(a, "须写明意见", "an opinion must be written");
    case RULE_PAPER: return in(a, "可凭纸质件补录", "it may be recorded later from a paper");
    case RULE_FURTHER:
        return in(a, "主管部门可要求其他材料", "the authority may ask for further materials");
    case RULE_BY: return actor_rule(a, rule);
    case RULE_REGISTER:
    case RULE_FILER:
    case RULE_EVERY: return ledger_rule(a, rule);
    case RULE_LIST: return list_rule(a, rule->part);
    case RULE_FROM: return from_rule(a);
    case RULE_OPENS: return opens_rule(a, rule->part);
    case RULE_PRIORITY: return in(a, "优先于其他办件", "comes before all other cases");
    case RULE_COLUMN: return column_rule(a, rule);
    }
    return STR_NONE;
}

struct label rule_aloud(struct arena *arena, const struct policy *policy, const struct rule *rule)
{
    struct aloud a = {.arena = arena, .language = LANGUAGE_ZH, .policy = policy,
                      .procedure = rule->procedure, .step = rule->step};
    str zh = rule_text(&a, rule);
    a.language = LANGUAGE_EN;
    return (struct label){zh, rule_text(&a, rule)};
}

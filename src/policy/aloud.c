/* SPDX-License-Identifier: Apache-2.0
 * A program read aloud, for those who know the regulation and not the notation. */
#include "policy/aloud_priv.h"

/* "     TITLE TEXT": nothing when there is nothing to say. */
static void line(struct aloud *a, const char *zh, const char *en, str text)
{
    str title = in(a, zh, en);
    if (text.len)
        buf_addf(&a->out, a->language == LANGUAGE_ZH ? "     %.*s：%.*s。\n" : "     %.*s: %.*s.\n",
                 STR_FMT(title), STR_FMT(text));
}

static str levels_in(const struct aloud *a, const struct role *role)
{
    static const struct {
        str id;
        const char *zh, *en;
    } LEVELS[] = {{{"province", 8}, "省级", "province"},
                  {{"city", 4}, "市级", "city"},
                  {{"county", 6}, "县级", "county"}};
    struct listing_of_words words = {0};
    for (size_t i = 0; i < role->n_levels; i++)
        for (size_t k = 0; k < COUNT_OF(LEVELS); k++)
            if (str_eq(role->levels[i], LEVELS[k].id))
                add_words(a, &words, in(a, LEVELS[k].zh, LEVELS[k].en));
    return joined_in(a, &words);
}

static void head(struct aloud *a)
{
    const struct policy *policy = a->policy;
    bool zh = a->language == LANGUAGE_ZH;
    str title = label_in(a, policy->title), authority = label_in(a, policy->authority);
    str from = date_print(a->arena, policy->from);
    buf_addf(&a->out,
             zh ? "%.*s（%.*s），自%.*s起施行\n主管部门：%.*s\n"
                : "%.*s (%.*s), in force from %.*s\nIn charge: %.*s\n",
             STR_FMT(title), STR_FMT(policy->document), STR_FMT(from), STR_FMT(authority));
    buf_add(&a->out, in(a, "\n参与方\n", "\nWho takes part\n"));
    for (size_t i = 0; i < policy->n_roles; i++) {
        const struct role *role = &policy->roles[i];
        str label = label_in(a, role->label), levels = levels_in(a, role);
        str sees = role->sees == SEES_ALL
                       ? in(a, "可见全部办件", "sees every case")
                       : in(a, "可见本单位参与的办件", "sees the cases it takes part in");
        buf_addf(&a->out, zh ? "  %.*s（%.*s）：%.*s\n" : "  %.*s (%.*s): %.*s\n", STR_FMT(label),
                 STR_FMT(levels), STR_FMT(sees));
    }
}

static str fields_in(struct aloud *a, const struct form *form)
{
    struct buf out = buf_new(a->arena, 256);
    for (size_t i = 0; i < form->n; i++) {
        str words = field_words(a, &form->fields[i]);
        str between = i ? in(a, "；", "; ") : S("");
        buf_addf(&out, "%.*s%.*s", STR_FMT(between), STR_FMT(words));
    }
    return buf_str(&out);
}

static void registers(struct aloud *a)
{
    bool zh = a->language == LANGUAGE_ZH;
    if (a->policy->n_registers)
        buf_add(&a->out, in(a, "\n台账\n", "\nRegisters\n"));
    for (size_t i = 0; i < a->policy->n_registers; i++) {
        const struct ledger *ledger = &a->policy->registers[i];
        str label = label_in(a, ledger->label), basis = basis_in(a, ledger->basis);
        str by = ledger->by.len ? role_in(a, ledger->by) : in(a, "办理事项", "a procedure");
        str about = ledger->about == ABOUT_SYSTEM ? in(a, "关于系统", "about a system")
                                                  : in(a, "关于单位", "about an organisation");
        str every = ledger->monthly ? in(a, "每月一行", "a line a month")
                                    : in(a, "不按月", "a line each time");
        buf_addf(&a->out,
                 zh ? "  %.*s%.*s：由%.*s填报，%.*s，%.*s\n"
                    : "  %.*s%.*s: filed by %.*s, %.*s, %.*s\n",
                 STR_FMT(label), STR_FMT(basis), STR_FMT(by), STR_FMT(about), STR_FMT(every));
        line(a, "内容", "Says", fields_in(a, &ledger->form));
    }
    if (a->policy->n_lists)
        buf_add(&a->out, in(a, "\n清单\n", "\nLists\n"));
    for (size_t i = 0; i < a->policy->n_lists; i++) {
        const struct listing_rule *list = &a->policy->lists[i];
        str label = label_in(a, list->label), basis = basis_in(a, list->basis);
        str when = expression_in(a, list->when);
        buf_addf(&a->out,
                 zh ? "  %.*s%.*s：列入符合条件的系统，即%.*s\n"
                    : "  %.*s%.*s: finds the systems where %.*s\n",
                 STR_FMT(label), STR_FMT(basis), STR_FMT(when));
    }
}

static void reports(struct aloud *a)
{
    bool zh = a->language == LANGUAGE_ZH;
    if (a->policy->n_reports)
        buf_add(&a->out, in(a, "\n统计\n", "\nReports\n"));
    for (size_t i = 0; i < a->policy->n_reports; i++) {
        const struct report *report = &a->policy->reports[i];
        str label = label_in(a, report->label), basis = basis_in(a, report->basis);
        buf_addf(&a->out, zh ? "  %.*s%.*s：按使用单位统计系统数\n"
                             : "  %.*s%.*s: counts systems by their owner\n",
                 STR_FMT(label), STR_FMT(basis));
        for (size_t k = 0; k < report->n_columns; k++) {
            str column = label_in(a, report->columns[k].label);
            str when = expression_in(a, report->columns[k].when);
            buf_addf(&a->out, zh ? "     %.*s：%.*s\n" : "     %.*s: %.*s\n", STR_FMT(column),
                     STR_FMT(when));
        }
    }
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void needs(struct aloud *a)
{
    const struct step *step = a->step;
    bool zh = a->language == LANGUAGE_ZH;
    for (size_t i = 0; i < step->n_needs; i++) {
        const struct condition *need = &step->needs[i];
        const struct outcome *outcome =
            need->outcome.len ? step_outcome(step, need->outcome) : NULL;
        str say = condition_words(a, need), basis = basis_in(a, need->basis);
        str when = outcome ? label_in(a, outcome->label) : STR_NONE;
        if (outcome)
            buf_addf(&a->out,
                     zh ? "     %.*s的条件：%.*s%.*s。\n" : "     Needed for %.*s: %.*s%.*s.\n",
                     STR_FMT(when), STR_FMT(say), STR_FMT(basis));
        else
            buf_addf(&a->out, zh ? "     条件：%.*s%.*s。\n" : "     Needed: %.*s%.*s.\n",
                     STR_FMT(say), STR_FMT(basis));
    }
}

static str materials_in(struct aloud *a)
{
    struct listing_of_words words = {0};
    for (size_t i = 0; i < a->step->n_materials; i++) {
        const struct material_kind *kind = policy_material(a->policy, a->step->materials[i]);
        add_words(a, &words, kind ? label_in(a, kind->label) : a->step->materials[i]);
    }
    return joined_in(a, &words);
}

static str shown_in(struct aloud *a)
{
    struct listing_of_words words = {0};
    for (size_t i = 0; i < a->step->n_shows; i++)
        add_words(a, &words, shown_words(a, &a->step->shows[i]));
    return joined_in(a, &words);
}

static str told_in(struct aloud *a, const struct outcome *outcome)
{
    struct listing_of_words words = {0};
    for (size_t i = 0; i < a->step->n_tells; i++) {
        const struct tell *tell = &a->step->tells[i];
        if (!tell->outcome.len || str_eq(tell->outcome, outcome->id))
            add_words(a, &words, role_in(a, tell->role));
    }
    return joined_in(a, &words);
}

static void outcomes(struct aloud *a)
{
    bool zh = a->language == LANGUAGE_ZH;
    for (size_t i = 0; i < a->step->n_outcomes; i++) {
        const struct outcome *outcome = &a->step->outcomes[i];
        str label = label_in(a, outcome->label), to = target_words(a, outcome);
        str told = told_in(a, outcome);
        buf_addf(&a->out, zh ? "     -> %.*s：%.*s" : "     -> %.*s %.*s", STR_FMT(label),
                 STR_FMT(to));
        for (size_t k = 0; k < outcome->n_effects; k++) {
            str effect = effect_words(a, &outcome->effects[k]);
            buf_addf(&a->out, zh ? "；%.*s" : "; %.*s", STR_FMT(effect));
        }
        if (told.len)
            buf_addf(&a->out, zh ? "；告知%.*s" : "; tells %.*s", STR_FMT(told));
        if (!same_basis(outcome->basis, a->step->basis))
            buf_add(&a->out, basis_in(a, outcome->basis));
        buf_add(&a->out, in(a, "。\n", ".\n"));
    }
}

static str marks_in(struct aloud *a)
{
    struct listing_of_words words = {0};
    if (a->step->opinion)
        add_words(a, &words, in(a, "须写明意见", "an opinion must be written"));
    if (a->step->paper)
        add_words(a, &words, in(a, "可凭纸质件补录", "it may be recorded later from a paper"));
    if (a->step->further)
        add_words(a, &words,
                  in(a, "主管部门可要求其他材料", "the authority may ask for further materials"));
    return joined_in(a, &words);
}

static void step(struct aloud *a, size_t number)
{
    const struct step *one = a->step;
    bool zh = a->language == LANGUAGE_ZH;
    struct listing_of_words by = {0};
    for (size_t i = 0; i < one->n_seats; i++)
        add_words(a, &by, role_in(a, one->seats[i]));
    str who = joined_in(a, &by), label = label_in(a, one->label), basis = basis_in(a, one->basis);
    buf_addf(&a->out, zh ? "  %zu. %.*s %.*s：由%.*s%s%.*s\n" : "  %zu. %.*s (%.*s): %.*s %s%.*s\n",
             number, STR_FMT(label), STR_FMT(one->id), STR_FMT(who),
             one->each          ? (zh ? "逐一会签" : "each sign")
             : one->n_seats > 1 ? (zh ? "会签" : "sign")
                                : (zh ? "办理" : "decides"),
             STR_FMT(basis));
    if (one->within.present)
        line(a, "时限", "Due", limit_in(a, &one->within, WORDS_WITHIN));
    if (one->not_before.present)
        line(a, "等待期", "Waits", limit_in(a, &one->not_before, WORDS_WAIT));
    if (one->ahead.present)
        line(a, "提前期", "Notice", limit_in(a, &one->ahead, WORDS_AHEAD));
    line(a, "参阅", "Shows", shown_in(a));
    line(a, "填写", "Asks for", fields_in(a, &one->form));
    line(a, "材料", "Takes", materials_in(a));
    needs(a);
    line(a, "另", "Also", marks_in(a));
    outcomes(a);
}

/* ---- procedures ----------------------------------------------------------------------------- */

static str subject_in(const struct aloud *a, enum subject subject)
{
    switch (subject) {
    case SUBJECT_SYSTEM:
        return in(a, "  关于已有系统。\n", "  About a system that there is.\n");
    case SUBJECT_OPENER:
        return in(a, "  关于发起单位。\n", "  About whoever opens it.\n");
    case SUBJECT_NEW:
        return in(a, "  登记一个新系统。\n", "  Registers a new system.\n");
    }
    return STR_NONE;
}

static void procedure(struct aloud *a)
{
    const struct procedure *one = a->procedure;
    bool zh = a->language == LANGUAGE_ZH;
    str label = label_in(a, one->label), basis = basis_in(a, one->basis);
    buf_addf(&a->out, "\n%.*s %.*s (%.*s)%.*s\n", STR_FMT(one->code), STR_FMT(label),
             STR_FMT(one->id), STR_FMT(basis));
    buf_add(&a->out, subject_in(a, one->subject));
    if (one->opens.present) {
        str when = recurrence_words(a, &one->opens), by = basis_in(a, one->opens.basis);
        buf_addf(&a->out, zh ? "  %.*s自动发起%.*s。\n" : "  Opens by itself %.*s%.*s.\n",
                 STR_FMT(when), STR_FMT(by));
    }
    if (one->priority)
        buf_add(&a->out, in(a, "  优先于其他办件。\n", "  Comes before all other cases.\n"));
    for (size_t i = 0; i < one->n_offered; i++) {
        str say = condition_words(a, &one->offered[i]);
        str by = basis_in(a, one->offered[i].basis);
        buf_addf(&a->out, zh ? "  发起条件：%.*s%.*s。\n" : "  May be opened when %.*s%.*s.\n",
                 STR_FMT(say), STR_FMT(by));
    }
    if (one->withdrawal.present) {
        str before = withdrawal_words(a, &one->withdrawal), by = basis_in(a, one->withdrawal.basis);
        str undoing = undoing_words(a, &one->withdrawal);
        buf_addf(&a->out,
                 zh ? "  %.*s之前可以撤回%.*s%.*s。\n"
                    : "  May be taken back before %.*s%.*s%.*s.\n",
                 STR_FMT(before), STR_FMT(undoing), STR_FMT(by));
    }
    for (size_t i = 0; i < one->n_seats; i++) {
        str role = role_in(a, one->seats[i].role), who = seat_words(a, &one->seats[i]);
        buf_addf(&a->out, zh ? "  %.*s：%.*s。\n" : "  %.*s: %.*s.\n", STR_FMT(role), STR_FMT(who));
    }
    for (size_t i = 0; i < one->n_steps; i++) {
        a->step = &one->steps[i];
        step(a, i + 1);
    }
    a->step = NULL;
}

str policy_aloud(struct arena *arena, const struct policy *policy, enum language language)
{
    struct aloud a = {.arena = arena, .language = language, .policy = policy};
    a.out = buf_new(arena, 16 * 1024);
    head(&a);
    registers(&a);
    reports(&a);
    for (size_t i = 0; i < policy->n_procedures; i++) {
        a.procedure = &policy->procedures[i];
        procedure(&a);
    }
    return buf_str(&a.out);
}

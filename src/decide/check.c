/* SPDX-License-Identifier: Apache-2.0
 * What a submitted act must satisfy: its form, its materials, its conditions. Every failed part
 * becomes a reason, so that a person mends all of them at once. */
#include "decide/act_priv.h"

static const struct words NO_WORDS;

/* The article of a part, or of the step when the part names none. */
str article_of(struct basis basis, const struct step *step)
{
    if (!basis.local && basis.article.len)
        return basis.article;
    return basis.local || step->basis.local ? ARTICLE_LOCAL : step->basis.article;
}

static void bad_field(struct act *act, const struct field *field, str zh, str en)
{
    act_refuse(act, REFUSAL_BAD_FIELD, field->id, article_of(field->basis, act->step),
               (struct words){.first = field->label, .second = {zh, en}});
}

bool has_control(str text, bool multiline)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < 0x20 && !(multiline && (c == '\n' || c == '\t'))) || c == 0x7f)
            return true;
    }
    return false;
}

static void check_text(struct act *act, const struct field *field, str text)
{
    int64_t max = field->max > 0 ? field->max : LIMIT_TEXT_BYTES;
    if ((int64_t)text.len > max)
        bad_field(act, field,
                  str_printf(act->arena, "不得超过%lld个汉字", (long long)(max / 3)),
                  str_printf(act->arena, "at most %lld bytes of text", (long long)max));
    else if (has_control(text, field->multiline))
        bad_field(act, field, S("含有不可见的控制字符"), S("it contains control characters"));
}

static void check_integer(struct act *act, const struct field *field, int64_t value)
{
    if (value >= field->min && value <= field->max)
        return;
    str range = str_printf(act->arena, "%lld-%lld", (long long)field->min, (long long)field->max);
    bad_field(act, field, str_printf(act->arena, "应在%.*s之间", STR_FMT(range)),
              str_printf(act->arena, "it must be within %.*s", STR_FMT(range)));
}

static void check_quantities(struct act *act, const struct field *field, const struct doc *value)
{
    for (size_t i = 0; i < value->map.len; i++) {
        const struct doc_member *member = &value->map.items[i];
        if (!policy_item(act->policy, member->key))
            bad_field(act, field,
                      str_printf(act->arena, "目录中没有资源项“%.*s”", STR_FMT(member->key)),
                      str_printf(act->arena, "the catalogue has no item \"%.*s\"",
                                 STR_FMT(member->key)));
        else if (member->value->kind != DOC_INT || member->value->integer < 0 ||
                 member->value->integer > LIMIT_QUANTITY)
            bad_field(act, field, S("数量须为不小于零的数"),
                      S("amounts are numbers from zero up"));
    }
}

static void check_organisation(struct act *act, const struct field *field, int64_t id)
{
    const struct organisation *organisation = authority_organisation(act->facts->authority, id);
    if (!organisation || !str_eq(organisation->role, field->role))
        act_refuse(act, REFUSAL_UNKNOWN_ORGANISATION, field->id,
                   article_of(field->basis, act->step), NO_WORDS);
}

static void check_organisations(struct act *act, const struct field *field, const struct doc *list)
{
    if (list->list.len > LIMIT_SEATS) {
        bad_field(act, field, str_printf(act->arena, "不得超过%d个单位", (int)LIMIT_SEATS),
                  str_printf(act->arena, "at most %d organisations", (int)LIMIT_SEATS));
        return;
    }
    for (size_t i = 0; i < list->list.len; i++) {
        const struct doc *one = list->list.items[i];
        for (size_t k = 0; k < i; k++)
            if (one->kind == DOC_INT && list->list.items[k]->kind == DOC_INT &&
                one->integer == list->list.items[k]->integer) {
                bad_field(act, field, S("同一单位列了两次"), S("an organisation stands twice"));
                return;
            }
        check_organisation(act, field, one->kind == DOC_INT ? one->integer : 0);
    }
    long long n = (long long)list->list.len, min = field->min, max = field->max;
    if (n > 0 && n < min)
        bad_field(act, field, str_printf(act->arena, "须至少%lld个单位", min),
                  str_printf(act->arena, "it takes at least %lld", min));
    if (n > max)
        bad_field(act, field, str_printf(act->arena, "不得超过%lld个单位", max),
                  str_printf(act->arena, "it takes at most %lld", max));
}

static void check_money(struct act *act, const struct field *field, int64_t fen)
{
    if (fen >= field->min && fen <= field->max)
        return;
    long long min = field->min / FEN_PER_YUAN, max = field->max / FEN_PER_YUAN;
    bad_field(act, field, str_printf(act->arena, "应在%lld至%lld元之间", min, max),
              str_printf(act->arena, "it must be within %lld-%lld yuan", min, max));
}

/* A case of that procedure, which the actor may see. */
static void check_cited(struct act *act, const struct field *field, int64_t id)
{
    const struct case_state *cited = cited_case(act, id);
    struct facts facts = *act->facts;
    facts.kase = cited;
    if (!cited || !str_eq(cited->procedure, field->procedure) || !decide_may_see(&facts))
        act_refuse(act, REFUSAL_UNKNOWN_CASE, field->id, article_of(field->basis, act->step),
                   NO_WORDS);
}

/* Somebody who holds the same post as the actor. */
static void check_person(struct act *act, const struct field *field, int64_t id)
{
    for (size_t i = 0; i < act->facts->n_members; i++)
        if (act->facts->members[i].person == id)
            return;
    act_refuse(act, REFUSAL_BAD_ASSIGNEE, field->id, article_of(field->basis, act->step), NO_WORDS);
}

static void check_choice(struct act *act, const struct field *field, str id)
{
    for (size_t i = 0; i < field->n_choices; i++)
        if (str_eq(field->choices[i].id, id))
            return;
    bad_field(act, field, S("请从给出的选项中选择"), S("choose one of the given options"));
}

bool fits_kind(enum field_type type, enum doc_kind kind)
{
    switch (type) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_DATE:
        return kind == DOC_TEXT;
    case FIELD_INTEGER:
    case FIELD_ORGANISATION:
    case FIELD_MONEY:
    case FIELD_CASE:
    case FIELD_PERSON:
        return kind == DOC_INT;
    case FIELD_BOOL:
        return kind == DOC_BOOL;
    case FIELD_QUANTITIES:
        return kind == DOC_MAP;
    case FIELD_ORGANISATIONS:
        return kind == DOC_LIST;
    }
    return false;
}

static void check_value(struct act *act, const struct field *field, const struct doc *value)
{
    date day;
    if (!fits_kind(field->type, value->kind)) {
        str type = str_of(field_type_name(field->type));
        bad_field(act, field, str_printf(act->arena, "类型应为 %.*s", STR_FMT(type)),
                  str_printf(act->arena, "it must be of type %.*s", STR_FMT(type)));
        return;
    }
    switch (field->type) {
    case FIELD_TEXT: check_text(act, field, value->text); return;
    case FIELD_INTEGER: check_integer(act, field, value->integer); return;
    case FIELD_BOOL: return;
    case FIELD_DATE:
        if (!date_parse(value->text, &day))
            bad_field(act, field, S("日期应写作 年-月-日"), S("write dates as YYYY-MM-DD"));
        return;
    case FIELD_CHOICE: check_choice(act, field, value->text); return;
    case FIELD_QUANTITIES: check_quantities(act, field, value); return;
    case FIELD_ORGANISATION: check_organisation(act, field, value->integer); return;
    case FIELD_ORGANISATIONS: check_organisations(act, field, value); return;
    case FIELD_MONEY: check_money(act, field, value->integer); return;
    case FIELD_CASE: check_cited(act, field, value->integer); return;
    case FIELD_PERSON: check_person(act, field, value->integer); return;
    }
}

/* Nothing was filled in: absent, null, blank text, no amount above zero. */
static bool is_empty(const struct doc *value)
{
    if (!value || value->kind == DOC_NULL)
        return true;
    if (value->kind == DOC_TEXT)
        return str_trim(value->text).len == 0;
    if (value->kind == DOC_LIST)
        return value->list.len == 0;
    if (value->kind != DOC_MAP)
        return false;
    for (size_t i = 0; i < value->map.len; i++)
        if (value->map.items[i].value->kind != DOC_INT || value->map.items[i].value->integer != 0)
            return false;
    return true;
}

/* The field exists, but not for this outcome: the sentence names both. */
static void refuse_other_outcome(struct act *act, const struct field *field)
{
    struct label outcome = act->outcome->label, label = {
        str_printf(act->arena, "%.*s（%.*s）", STR_FMT(field->label.zh), STR_FMT(outcome.zh)),
        str_printf(act->arena, "%.*s (%.*s)", STR_FMT(field->label.en), STR_FMT(outcome.en)),
    };
    act_refuse(act, REFUSAL_UNKNOWN_FIELD, field->id, article_of(field->basis, act->step),
               (struct words){.first = label});
}

static void check_surplus(struct act *act, const struct doc *given)
{
    for (size_t i = 0; given && given->kind == DOC_MAP && i < given->map.len; i++) {
        str id = given->map.items[i].key;
        const struct field *field = form_field(&act->step->form, id);
        if (!field)
            act_refuse(act, REFUSAL_UNKNOWN_FIELD, id, act->step->basis.article,
                       (struct words){.first = same_label(id)});
        else if (act->outcome && !field_applies(field, act->outcome->id))
            refuse_other_outcome(act, field);
    }
}

/* The values of act->step's form that belong to the outcome; every fault is a reason. */
static struct doc *check_fields(struct act *act, const struct doc *given)
{
    const struct form *form = &act->step->form;
    str outcome = act->outcome ? act->outcome->id : STR_NONE;
    struct doc *clean = doc_map(act->arena);
    check_surplus(act, given);
    for (size_t i = 0; i < form->n; i++) {
        const struct field *field = &form->fields[i];
        if (!field_applies(field, outcome))
            continue;
        act_note(act, field);
        struct doc *value = doc_get(given, field->id);
        if (is_empty(value)) {
            if (!field->optional)
                act_refuse(act, REFUSAL_MISSING_FIELD, field->id,
                           article_of(field->basis, act->step),
                           (struct words){.first = field->label});
            continue;
        }
        check_value(act, field, value);
        doc_put(act->arena, clean, field->id, value);
    }
    return clean;
}

void check_form(struct act *act)
{
    act->form = check_fields(act, act->command->form);
}

struct doc *check_line(struct act *act, const struct form *form, const struct doc *given,
                       struct basis basis)
{
    const struct step line = {.form = *form, .basis = basis};
    struct act of = *act;
    of.step = &line;
    of.outcome = NULL;
    return check_fields(&of, given);
}

/* What the authority asks for beyond the regulation, in this step; NULL when it does not. */
static const struct asked_material *asked_here(const struct act *act, size_t i)
{
    const struct asked_material *asked = &act->facts->authority->asked_materials.items[i];
    return act->step->further && asked->asked && str_eq(asked->procedure, act->procedure->id) &&
                   str_eq(asked->step, act->step->id)
               ? asked
               : NULL;
}

static bool takes_material(const struct act *act, str id)
{
    for (size_t i = 0; i < act->step->n_materials; i++)
        if (str_eq(act->step->materials[i], id))
            return true;
    for (size_t i = 0; i < act->facts->authority->asked_materials.len; i++) {
        const struct asked_material *asked = asked_here(act, i);
        if (asked && str_eq(asked->material, id))
            return true;
    }
    return false;
}

/* Once in the case is enough: a later round of the step need not file it again. */
static void check_asked(struct act *act)
{
    for (size_t i = 0; i < act->facts->authority->asked_materials.len; i++) {
        const struct asked_material *asked = asked_here(act, i);
        bool filed = !asked || has_material(act, asked->material);
        for (size_t k = 0; !filed && k < act->kase->materials.len; k++)
            filed = str_eq(act->kase->materials.items[k].material, asked->material);
        if (!filed)
            act_refuse(act, REFUSAL_MISSING_MATERIAL, asked->material, act->step->basis.article,
                       (struct words){.first = {asked->zh, asked->en}});
    }
}

void check_materials(struct act *act)
{
    int64_t total = 0;
    for (size_t i = 0; i < act->kase->materials.len; i++)
        total += act->kase->materials.items[i].size;
    for (size_t i = 0; i < act->command->materials.len; i++) {
        const struct cited_material *cited = &act->command->materials.items[i];
        if (!takes_material(act, cited->material))
            act_refuse(act, REFUSAL_UNKNOWN_MATERIAL, cited->material, act->step->basis.article,
                       (struct words){.first = same_label(cited->material)});
        total += cited->size;
    }
    act_note(act, &act->step->further);
    act_note(act, &act->step->opinion);
    check_asked(act);
    if (total > LIMIT_CASE_BYTES)
        act_refuse(act, REFUSAL_CASE_TOO_LARGE, S("materials"), STR_NONE, NO_WORDS);
    if (act->step->opinion && str_trim(act->command->opinion).len == 0)
        act_refuse(act, REFUSAL_MISSING_OPINION, S("opinion"), act->step->basis.article, NO_WORDS);
    if (act->command->opinion.len > LIMIT_TEXT_BYTES || has_control(act->command->opinion, true))
        act_refuse(act, REFUSAL_BAD_FIELD, S("opinion"), act->step->basis.article,
                   (struct words){.first = {S("办理意见"), S("opinion")},
                                  .second = {S("过长或含有控制字符"),
                                             S("it is too long or contains control characters")}});
}

/* ---- conditions ----------------------------------------------------------------------------- */

static bool is_refused(const struct act *act, str where)
{
    for (size_t i = 0; i < act->out->refusal.reasons.len; i++)
        if (str_eq(act->out->refusal.reasons.items[i].where, where))
            return true;
    return false;
}

static bool cites(struct basis basis)
{
    return basis.local || basis.article.len > 0;
}

static void refuse_condition(struct act *act, const struct condition *condition)
{
    str article = article_of(condition->basis, act->step);
    const struct field *asked = form_field(&act->step->form, expression_field(condition->when));
    if (asked) {
        /* A value that was refused is not missing as well. */
        if (!is_refused(act, asked->id))
            act_refuse(act, REFUSAL_MISSING_FIELD, asked->id,
                       cites(asked->basis) ? article_of(asked->basis, act->step) : article,
                       (struct words){.first = asked->label});
        return;
    }
    str missing = expression_material(condition->when);
    if (missing.len) {
        const struct material_kind *material = policy_material(act->policy, missing);
        act_refuse(act, REFUSAL_MISSING_MATERIAL, missing,
                   material && cites(material->basis) ? article_of(material->basis, act->step)
                                                      : article,
                   (struct words){.first = material ? material->label : same_label(missing)});
        return;
    }
    struct label say = condition->say;
    if (!say.zh.len)
        say = same_label(expression_text(condition->when));
    str field = expression_own_field(condition->when);
    act_refuse(act, REFUSAL_CONDITION, field.len ? field : act->step->id, article,
               (struct words){.first = say});
}

static bool check_condition(struct act *act, const struct condition *condition)
{
    struct environment environment = act_environment(act);
    bool holds = false;
    str why;
    act_note(act, condition);
    bool judged = expression_holds(act->arena, condition->when, &environment, &holds, &why);
    /* What lacks a value that was asked for already says nothing new. */
    if (!holds && (judged || !act->out->refused))
        refuse_condition(act, condition);
    return holds;
}

static void advise(struct act *act)
{
    struct environment environment = act_environment(act);
    const struct doc *submitted = act->form;
    const struct unmet unmet = {act->step, act->outcome, &environment, &act->form};
    act->command->adviser->unmet(act->command->adviser->ctx, &unmet);
    act->form = submitted;
}

void check_conditions(struct act *act)
{
    bool all = true;
    for (size_t i = 0; i < act->step->n_needs; i++) {
        const struct condition *condition = &act->step->needs[i];
        if (condition->outcome.len && !str_eq(condition->outcome, act->outcome->id))
            continue;
        all = check_condition(act, condition) && all;
    }
    if (!all && act->command->adviser)
        advise(act);
    const struct task *task = case_task_by_id(act->kase, act->task);
    date wait = task->not_before;
    if (!date_is_none(wait) && date_cmp(act->day, wait) < 0)
        act_refuse(act, REFUSAL_TOO_EARLY, act->step->id,
                   article_of(act->step->not_before.basis, act->step),
                   (struct words){.first = same_label(date_print(act->arena, wait))});
}

void check_offered(struct act *act)
{
    date from = act->policy->from;
    act_note(act, &act->policy->from);
    if (date_cmp(act->day, from) < 0)
        act_refuse(act, REFUSAL_NOT_IN_FORCE, S("procedure"), act->policy->from_basis.article,
                   (struct words){.first = same_label(date_print(act->arena, from))});
    for (size_t i = 0; i < act->procedure->n_offered; i++) {
        const struct condition *offered = &act->procedure->offered[i];
        act_note(act, offered);
        if (!act_holds(act, offered->when))
            act_refuse(act, REFUSAL_NOT_OFFERED, S("procedure"),
                       article_of(offered->basis, act->step),
                       (struct words){.first = offered->say});
    }
}

/* ---- days ----------------------------------------------------------------------------------- */

static void bad_day(struct act *act, const char *zh, const char *en)
{
    act_refuse(act, REFUSAL_BAD_DAY, S("occurred_on"), act->step->basis.article,
               (struct words){.first = {str_of(zh), str_of(en)}});
}

/* A paper's day lies between the case's previous step and today. */
static void check_paper(struct act *act)
{
    const struct command *command = act->command;
    const struct task *task = case_task_by_id(act->kase, act->task);
    date earliest = task->opened_on;
    if (!act->step->paper) {
        act_refuse(act, REFUSAL_NO_PAPER, S("occurred_on"), act->step->basis.article,
                   (struct words){.first = act->step->label});
        return;
    }
    for (size_t i = 0; i < act->kase->decisions.len; i++)
        earliest = date_max(earliest, act->kase->decisions.items[i].on);
    if (date_cmp(act->day, act->facts->today) > 0)
        bad_day(act, "不得晚于今日", "it may not be after today");
    else if (act->kase->decisions.len && date_cmp(act->day, earliest) < 0)
        bad_day(act, "不得早于上一环节", "it may not be before the step before");
    if (str_trim(command->paper).len == 0 || command->paper.len > LIMIT_NAME_BYTES ||
        has_control(command->paper, false))
        act_refuse(act, REFUSAL_BAD_FIELD, S("paper"), act->step->basis.article,
                   (struct words){.first = {S("纸质材料编号"), S("number of the paper")},
                                  .second = {S("请填写编号"), S("write its number")}});
    has_reason(act, command->reason);
}

static void check_ahead(struct act *act)
{
    const struct limit *ahead = &act->step->ahead;
    struct value on = form_value(form_field(&act->step->form, ahead->date_field), act->form);
    if (!ahead->refuses || on.kind != VALUE_DATE)
        return;
    date latest = latest_notice(act, ahead, on.day);
    if (date_cmp(act->day, latest) > 0)
        act_refuse(act, REFUSAL_SHORT_NOTICE, ahead->date_field,
                   article_of(ahead->basis, act->step),
                   (struct words){.first = same_label(date_print(act->arena, latest))});
}

void check_days(struct act *act)
{
    if (act->command->from_paper) {
        act_note(act, &act->step->paper);
        check_paper(act);
    }
    if (act->step->ahead.present) {
        act_note(act, &act->step->ahead);
        check_ahead(act);
    }
}

bool outcome_requires_material(const struct step *step, const struct outcome *outcome,
                               str material)
{
    for (size_t i = 0; i < step->n_needs; i++)
        if ((!step->needs[i].outcome.len || str_eq(step->needs[i].outcome, outcome->id)) &&
            str_eq(expression_material(step->needs[i].when), material))
            return true;
    return false;
}

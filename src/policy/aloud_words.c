/* SPDX-License-Identifier: Apache-2.0
 * Words for the parts of a program, Chinese and English. */
#include "policy/aloud_priv.h"

str in(const struct aloud *a, const char *zh, const char *en)
{
    return str_of(a->language == LANGUAGE_ZH ? zh : en);
}

str label_in(const struct aloud *a, struct label label)
{
    return a->language == LANGUAGE_ZH ? label.zh : label.en;
}

str cited_article_in(const struct aloud *a, str article)
{
    str words = article_words(a->arena, article, a->language);
    struct label regulation = policy_regulation(a->policy, article);
    str title = label_in(a, regulation);
    if (!article_prefix(article).len)
        return words;
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "《%.*s》%.*s" : "%.*s, %.*s",
                      STR_FMT(title), STR_FMT(words));
}

str basis_in(const struct aloud *a, struct basis basis)
{
    if (basis.local)
        return in(a, "（主管部门自定）", " (set by the authority)");
    if (!basis.article.len)
        return S("");
    str words = cited_article_in(a, basis.article);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "（%.*s）" : " (%.*s)",
                      STR_FMT(words));
}

bool same_basis(struct basis a, struct basis b)
{
    return str_eq(a.article, b.article) && a.local == b.local;
}

static str quoted(const struct aloud *a, str text)
{
    return a->language == LANGUAGE_ZH ? str_printf(a->arena, "“%.*s”", STR_FMT(text))
                                      : str_printf(a->arena, "\"%.*s\"", STR_FMT(text));
}

/* The label, or the id where labels do not count. */
static str named(const struct aloud *a, struct label label, str id)
{
    return a->by_id ? id : label_in(a, label);
}

str role_in(const struct aloud *a, str role)
{
    const struct role *found = policy_role(a->policy, role);
    return found && !a->by_id ? label_in(a, found->label) : role;
}

str step_in(const struct aloud *a, str step)
{
    const struct step *found = procedure_step(a->procedure, step);
    return quoted(a, found ? named(a, found->label, step) : step);
}

static str outcome_in(const struct aloud *a, str step, str outcome)
{
    const struct step *at = procedure_step(a->procedure, step);
    const struct outcome *found = at ? step_outcome(at, outcome) : NULL;
    return quoted(a, found ? named(a, found->label, outcome) : outcome);
}

str field_in(const struct aloud *a, str step, str field)
{
    const struct step *at = step.len ? procedure_step(a->procedure, step) : a->step;
    const struct field *found = at ? form_field(&at->form, field) : NULL;
    str name = quoted(a, found ? named(a, found->label, field) : field);
    if (!at || at == a->step)
        return name;
    str where = step_in(a, step);
    return a->language == LANGUAGE_ZH
               ? str_printf(a->arena, "%.*s所填%.*s", STR_FMT(where), STR_FMT(name))
               : str_printf(a->arena, "%.*s of %.*s", STR_FMT(name), STR_FMT(where));
}

void add_words(const struct aloud *a, struct listing_of_words *list, str words)
{
    VEC_PUSH(a->arena, &list->items, words);
}

static str join(const struct aloud *a, const struct listing_of_words *list, str between_last)
{
    struct buf out = buf_new(a->arena, 128);
    for (size_t i = 0; i < list->items.len; i++) {
        bool last = i + 1 == list->items.len;
        if (i)
            buf_add(&out, last ? between_last : in(a, "、", ", "));
        buf_add(&out, list->items.items[i]);
    }
    return buf_str(&out);
}

str joined_in(const struct aloud *a, const struct listing_of_words *list)
{
    return join(a, list, in(a, "、", " and "));
}

str either_in(const struct aloud *a, const struct listing_of_words *list)
{
    return join(a, list, in(a, "或", " or "));
}

/* ---- limits --------------------------------------------------------------------------------- */

str unit_in(const struct aloud *a, enum unit unit, bool one)
{
    switch (unit) {
    case UNIT_WORKING_DAY:
        return in(a, "个工作日", one ? " working day" : " working days");
    case UNIT_DAY:
        return in(a, "日", one ? " day" : " days");
    case UNIT_MONTH:
        return in(a, "个月", one ? " month" : " months");
    }
    return STR_NONE;
}

str length_in(const struct aloud *a, const struct limit_case *length)
{
    str unit = unit_in(a, length->unit, length->count == 1 && !length->count_field.len);
    if (!length->count_field.len)
        return str_printf(a->arena, "%d%.*s", (int)length->count, STR_FMT(unit));
    str field = field_in(a, length->count_step, length->count_field);
    return a->language == LANGUAGE_ZH
               ? str_printf(a->arena, "%.*s（%.*s）", STR_FMT(field), STR_FMT(unit))
               : str_printf(a->arena, "as many%.*s as %.*s says", STR_FMT(unit), STR_FMT(field));
}

static str anchor_in(const struct aloud *a, const struct limit *limit)
{
    if (limit->anchor == ANCHOR_OPENED)
        return in(a, "本环节开始", "it was opened");
    if (limit->anchor == ANCHOR_DAY) {
        str day = field_in(a, limit->date_step, limit->date_field);
        return str_printf(a->arena, a->language == LANGUAGE_ZH ? "%.*s之日" : "the day of %.*s",
                          STR_FMT(day));
    }
    str step = step_in(a, limit->step), outcome = outcome_in(a, limit->step, limit->outcome);
    return a->language == LANGUAGE_ZH
               ? str_printf(a->arena, "%.*s作出%.*s", STR_FMT(step), STR_FMT(outcome))
               : str_printf(a->arena, "%.*s was decided as %.*s", STR_FMT(step), STR_FMT(outcome));
}

/* Of every year or month where the case opens as often, else of the next. */
static str by_in(const struct aloud *a, struct by_date by)
{
    bool zh = a->language == LANGUAGE_ZH;
    const struct recurrence *opens = &a->procedure->opens;
    bool ever = opens->present && opens->every == (by.month ? EVERY_YEAR : EVERY_MONTH);
    if (by.month && ever)
        return str_printf(a->arena, zh ? "每年%d月%d日前" : "by %02d-%02d of the year", by.month,
                          by.day);
    if (by.month)
        return str_printf(a->arena, zh ? "本环节开始后首个%d月%d日前" : "by the next %02d-%02d",
                          by.month, by.day);
    return ever ? str_printf(a->arena, zh ? "每月%d日前" : "by day %d of the month", by.day)
                : str_printf(a->arena,
                             zh ? "本环节开始后首个%d日前" : "by the next day %d of a month",
                             by.day);
}

str bare_limit_in(const struct aloud *a, const struct limit *limit, enum limit_words words)
{
    bool zh = a->language == LANGUAGE_ZH;
    if (limit->kind == LIMIT_UNTIL) {
        str day = field_in(a, limit->date_step, limit->date_field);
        return str_printf(a->arena, zh ? "至%.*s为止" : "until the day of %.*s", STR_FMT(day));
    }
    if (limit->kind == LIMIT_BY)
        return by_in(a, limit->by);
    str length = length_in(a, &limit->cases[limit->n - 1]);
    if (limit->kind == LIMIT_BEFORE) {
        str day = field_in(a, limit->date_step, limit->date_field);
        return zh ? str_printf(a->arena, "%.*s前%.*s", STR_FMT(day), STR_FMT(length))
                  : str_printf(a->arena, "%.*s before the day of %.*s", STR_FMT(length),
                               STR_FMT(day));
    }
    if (words == WORDS_AHEAD) {
        str day = field_in(a, STR_NONE, limit->date_field);
        str miss = limit->refuses
                       ? in(a, "，不足的不予受理", "; a shorter notice is refused")
                       : in(a, "，不足的予以标注", "; a shorter notice is taken and marked");
        return zh ? str_printf(a->arena, "至少提前%.*s（以%.*s计）%.*s", STR_FMT(length),
                               STR_FMT(day), STR_FMT(miss))
                  : str_printf(a->arena, "at least %.*s before %.*s%.*s", STR_FMT(length),
                               STR_FMT(day), STR_FMT(miss));
    }
    str anchor = anchor_in(a, limit);
    if (words == WORDS_WAIT)
        return zh ? str_printf(a->arena, "自%.*s起满%.*s后方可办理", STR_FMT(anchor),
                               STR_FMT(length))
                  : str_printf(a->arena, "not before %.*s have passed since %.*s", STR_FMT(length),
                               STR_FMT(anchor));
    const struct limit_case *rule = &limit->cases[limit->n - 1];
    const char *stays = rule->roll || rule->unit == UNIT_WORKING_DAY ? ""
                        : zh ? "，最后一日遇休息日不顺延" : ", also when it ends on a rest day";
    return zh ? str_printf(a->arena, "自%.*s起%.*s内%s", STR_FMT(anchor), STR_FMT(length), stays)
              : str_printf(a->arena, "within %.*s after %.*s%s", STR_FMT(length), STR_FMT(anchor),
                           stays);
}

static void add_exceptions(const struct aloud *a, struct buf *out, const struct limit *limit)
{
    for (size_t i = 0; i + 1 < limit->n; i++) {
        str length = length_in(a, &limit->cases[i]);
        str when = expression_in(a, limit->cases[i].when);
        buf_addf(out, a->language == LANGUAGE_ZH ? "；当%.*s时为%.*s" : "; when %.*s, %.*s",
                 STR_FMT(when), STR_FMT(length));
    }
}

str displaced_in(const struct aloud *a, const struct limit *limit, enum limit_words words)
{
    struct buf out = buf_new(a->arena, 64);
    for (const struct limit *one = limit; one->displaced; one = one->displaced) {
        const struct annexed *law = policy_annexed(a->policy, one->basis.article);
        str rule = bare_limit_in(a, one->displaced, words);
        str basis = basis_in(a, one->displaced->basis);
        str by = law ? basis_in(a, law->basis) : STR_NONE;
        buf_addf(&out, a->language == LANGUAGE_ZH ? "；上位法优先%.*s，不适用：%.*s%.*s"
                                                  : "; by higher law%.*s, in place of: %.*s%.*s",
                 STR_FMT(by), STR_FMT(rule), STR_FMT(basis));
        add_exceptions(a, &out, one->displaced);
    }
    return buf_str(&out);
}

str limit_in(const struct aloud *a, const struct limit *limit, enum limit_words words)
{
    bool zh = a->language == LANGUAGE_ZH;
    str rule = bare_limit_in(a, limit, words), basis = basis_in(a, limit->basis);
    struct buf out = buf_new(a->arena, 128);
    buf_addf(&out, "%.*s%.*s", STR_FMT(rule), STR_FMT(basis));
    add_exceptions(a, &out, limit);
    if (limit->extend_most) {
        struct limit_case most = {.count = limit->extend_most,
                                  .unit = limit->cases[limit->n - 1].unit};
        str length = length_in(a, &most), by = basis_in(a, limit->extend_basis);
        buf_addf(&out, zh ? "；延长合计不超过%.*s%.*s" : "; extensions add at most %.*s in all%.*s",
                 STR_FMT(length), STR_FMT(by));
    }
    buf_add(&out, displaced_in(a, limit, words));
    return buf_str(&out);
}

/* ---- forms ---------------------------------------------------------------------------------- */

static str money_in(const struct aloud *a, const struct field *field)
{
    bool zh = a->language == LANGUAGE_ZH;
    long long min = field->min / FEN_PER_YUAN, max = field->max / FEN_PER_YUAN;
    if (a->by_id || (field->min == 0 && field->max == LIMIT_JSON_INTEGER))
        return in(a, "金额", "money");
    if (field->max == LIMIT_JSON_INTEGER)
        return str_printf(a->arena, zh ? "金额，%lld元起" : "money, %lld yuan or more", min);
    return str_printf(a->arena, zh ? "金额，%lld-%lld元" : "money, %lld-%lld yuan", min, max);
}

static str cited_in(const struct aloud *a, str procedure)
{
    const struct procedure *cited = policy_procedure(a->policy, procedure);
    str name = quoted(a, cited ? named(a, cited->label, procedure) : procedure);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "一件%.*s" : "a case of %.*s",
                      STR_FMT(name));
}

static str type_in(const struct aloud *a, const struct field *field)
{
    struct buf out = buf_new(a->arena, 64);
    enum unit unit;
    switch (field->type) {
    case FIELD_TEXT:
        return in(a, "文本", "text");
    case FIELD_BOOL:
        return in(a, "是或否", "yes or no");
    case FIELD_DATE:
        return in(a, "日期", "a date");
    case FIELD_QUANTITIES:
        return in(a, "各类资源数量", "amounts of resources");
    case FIELD_ORGANISATION:
        return role_in(a, field->role);
    case FIELD_ORGANISATIONS:
        buf_add(&out, role_in(a, field->role));
        if (a->by_id || (field->min <= 1 && field->max == LIMIT_SEATS))
            buf_add(&out, in(a, "（可多选）", ", one or more"));
        else if (field->max == LIMIT_SEATS)
            buf_addf(&out, a->language == LANGUAGE_ZH ? "（%d个以上）" : ", %d or more",
                     (int)field->min);
        else
            buf_addf(&out, a->language == LANGUAGE_ZH ? "（%d-%d个）" : ", %d-%d of them",
                     (int)field->min, (int)field->max);
        return buf_str(&out);
    case FIELD_MONEY:
        return money_in(a, field);
    case FIELD_CASE:
        return cited_in(a, field->procedure);
    case FIELD_PERSON:
        return in(a, "本单位人员", "a person of one's own office");
    case FIELD_INTEGER:
        if (a->by_id)
            return in(a, "整数", "a number");
        buf_addf(&out, "%lld", (long long)field->min);
        if (field->max < LIMIT_JSON_INTEGER)
            buf_addf(&out, "-%lld", (long long)field->max);
        else
            buf_add(&out, in(a, "起", " or more"));
        if (unit_parse(field->unit, &unit))
            buf_add(&out, unit_in(a, unit, false));
        else if (field->unit.len)
            buf_addf(&out, " %.*s", STR_FMT(field->unit));
        return buf_str(&out);
    case FIELD_CHOICE:
        for (size_t i = 0; i < field->n_choices; i++) {
            str choice = named(a, field->choices[i].label, field->choices[i].id);
            buf_addf(&out, "%s%.*s", i ? "/" : "", STR_FMT(choice));
        }
        return buf_str(&out);
    }
    return STR_NONE;
}

str bare_field_words(const struct aloud *a, const struct field *field)
{
    str type = type_in(a, field);
    str optional = field->optional ? in(a, "，可不填", ", may be empty") : S("");
    struct listing_of_words outcomes = {0};
    for (size_t i = 0; i < field->n_outcomes; i++) {
        const struct outcome *outcome = a->step ? step_outcome(a->step, field->outcomes[i]) : NULL;
        add_words(a, &outcomes,
                  outcome ? named(a, outcome->label, outcome->id) : field->outcomes[i]);
    }
    str only = joined_in(a, &outcomes);
    str when = !only.len ? S("")
               : a->language == LANGUAGE_ZH
                   ? str_printf(a->arena, "，仅%.*s时", STR_FMT(only))
                   : str_printf(a->arena, ", for %.*s only", STR_FMT(only));
    return str_printf(a->arena, "%.*s%.*s%.*s", STR_FMT(type), STR_FMT(optional), STR_FMT(when));
}

str field_words(const struct aloud *a, const struct field *field)
{
    str label = label_in(a, field->label), what = bare_field_words(a, field);
    str basis = basis_in(a, field->basis);
    return str_printf(a->arena, a->language == LANGUAGE_ZH ? "%.*s：%.*s%.*s" : "%.*s: %.*s%.*s",
                      STR_FMT(label), STR_FMT(what), STR_FMT(basis));
}

/* ---- outcomes ------------------------------------------------------------------------------- */

static str target_in(const struct aloud *a, const struct target *target)
{
    bool zh = a->language == LANGUAGE_ZH;
    str step = target->step.len ? step_in(a, target->step) : STR_NONE;
    switch (target->kind) {
    case TARGET_STEP:
        return str_printf(a->arena, zh ? "进入%.*s" : "opens %.*s", STR_FMT(step));
    case TARGET_HOLD:
        return str_printf(a->arena,
                          zh ? "本环节中止计时，进入%.*s"
                             : "stops the clock of this step and opens %.*s",
                          STR_FMT(step));
    case TARGET_BACK:
        return in(a, "回到中止的环节，继续计时", "the step that was held goes on");
    case TARGET_STAY:
        return in(a, "本环节仍待办理", "the step is still owed");
    case TARGET_DONE:
        return in(a, "本环节办结", "closes the step");
    case TARGET_END:
        return in(a, "办件办结", "ends the case");
    }
    return STR_NONE;
}

str leads_in(const struct aloud *a, const struct outcome *outcome)
{
    if (outcome->n_targets < 2)
        return S("");
    switch (outcome->leads) {
    case LEADS_ALL: return S("");
    case LEADS_FIRST: return in(a, "依次判断、取首个符合的：", "the first that holds: ");
    case LEADS_EACH: return in(a, "分别判断、同时开启：", "each that holds, side by side: ");
    }
    return STR_NONE;
}

str target_words(const struct aloud *a, const struct outcome *outcome)
{
    struct buf out = buf_new(a->arena, 128);
    bool zh = a->language == LANGUAGE_ZH;
    buf_add(&out, leads_in(a, outcome));
    for (size_t i = 0; i < outcome->n_targets; i++) {
        const struct target *target = &outcome->targets[i];
        str words = target_in(a, target);
        bool all = outcome->leads == LEADS_ALL;
        if (i)
            buf_add(&out, all ? in(a, "，并", " and ") : in(a, "；", "; "));
        if (target->when) {
            str when = expression_in(a, target->when);
            buf_addf(&out, zh ? "当%.*s时" : "when %.*s, ", STR_FMT(when));
        } else if (target->otherwise) {
            buf_add(&out, in(a, "其余情形", "otherwise "));
        }
        buf_add(&out, words);
    }
    return buf_str(&out);
}

str condition_words(const struct aloud *a, const struct condition *condition)
{
    str say = label_in(a, condition->say);
    if (expression_material(condition->when).len || expression_field(condition->when).len)
        return say;
    str rule = expression_in(a, condition->when);
    return str_printf(a->arena,
                      a->language == LANGUAGE_ZH ? "%.*s（即%.*s）" : "%.*s (that is, %.*s)",
                      STR_FMT(say), STR_FMT(rule));
}

str shown_words(const struct aloud *a, const struct shown *shown)
{
    const struct material_kind *kind = policy_material(a->policy, shown->id);
    const struct ledger *ledger = policy_register(a->policy, shown->id);
    str what = shown->kind == SHOWN_FIELD ? field_in(a, shown->step, shown->id)
               : kind                     ? label_in(a, kind->label)
               : ledger                   ? label_in(a, ledger->label)
                                          : shown->id;
    str role = shown->role.len ? role_in(a, shown->role) : S("");
    return role.len ? str_printf(a->arena,
                                 a->language == LANGUAGE_ZH ? "%.*s（%.*s）" : "%.*s (%.*s)",
                                 STR_FMT(what), STR_FMT(role))
                    : what;
}

str effect_words(const struct aloud *a, const struct effect *effect)
{
    bool zh = a->language == LANGUAGE_ZH;
    str field = effect->field.len ? field_in(a, effect->step, effect->field) : STR_NONE;
    const struct ledger *ledger = policy_register(a->policy, effect->target);
    const struct procedure *started = policy_procedure(a->policy, effect->target);
    str name = ledger    ? named(a, ledger->label, ledger->id)
               : started ? named(a, started->label, started->id)
                         : step_in(a, effect->target);
    str body = effect->role.len ? role_in(a, effect->role) : STR_NONE;
    switch (effect->kind) {
    case EFFECT_grant:
        return str_printf(a->arena, zh ? "增加批准%.*s" : "adds %.*s to what is approved",
                          STR_FMT(field));
    case EFFECT_regrant:
        return str_printf(a->arena, zh ? "批准资源改为%.*s" : "makes %.*s all that is approved",
                          STR_FMT(field));
    case EFFECT_ungrant:
        return str_printf(a->arena, zh ? "减去批准%.*s" : "takes %.*s off what is approved",
                          STR_FMT(field));
    case EFFECT_lend:
        return str_printf(a->arena, zh ? "临时批准%.*s" : "approves %.*s for a time",
                          STR_FMT(field));
    case EFFECT_take_back:
        return str_printf(a->arena,
                          zh ? "收回临时批准的%.*s" : "takes back %.*s, approved for a time",
                          STR_FMT(field));
    case EFFECT_release:
        return in(a, "批准资源清零", "leaves nothing approved");
    case EFFECT_provide:
        return str_printf(a->arena,
                          zh ? "以%.*s为系统的服务商" : "makes %.*s the system's provider",
                          STR_FMT(field));
    case EFFECT_set_live:
        return in(a, "系统正式上线", "puts the system into formal operation");
    case EFFECT_retire:
        return in(a, "终止系统服务", "ends the system's service");
    case EFFECT_file:
        return body.len
                   ? str_printf(a->arena, zh ? "就%.*s记入台账“%.*s”"
                                             : "files a line about the %.*s, of \"%.*s\"",
                                STR_FMT(body), STR_FMT(name))
                   : str_printf(a->arena, zh ? "记入台账“%.*s”" : "files a line of \"%.*s\"",
                                STR_FMT(name));
    case EFFECT_extend:
        return zh ? str_printf(a->arena, "按%.*s延长%.*s的时限", STR_FMT(field), STR_FMT(name))
                  : str_printf(a->arena, "gives %.*s the time of %.*s", STR_FMT(name),
                               STR_FMT(field));
    case EFFECT_start:
        return str_printf(a->arena, zh ? "发起“%.*s”" : "starts \"%.*s\"", STR_FMT(name));
    }
    return STR_NONE;
}

str recurrence_words(const struct aloud *a, const struct recurrence *opens)
{
    static const struct {
        const char *zh, *en;
    } EVERY[] = {{"每月", "every month"},
                 {"每季度", "every quarter"},
                 {"每半年", "every half-year"},
                 {"每年", "every year"}};
    bool zh = a->language == LANGUAGE_ZH;
    str every = in(a, EVERY[opens->every].zh, EVERY[opens->every].en);
    if (opens->month)
        return str_printf(a->arena, zh ? "%.*s%d月%d日起" : "%.*s from %02d-%02d", STR_FMT(every),
                          opens->month, opens->day);
    return opens->every == EVERY_MONTH
               ? str_printf(a->arena, zh ? "%.*s%d日起" : "%.*s from day %d", STR_FMT(every),
                            opens->day)
               : str_printf(a->arena, zh ? "%.*s首月%d日起" : "%.*s from day %d of its first month",
                            STR_FMT(every), opens->day);
}

str seat_words(const struct aloud *a, const struct seat *seat)
{
    switch (seat->kind) {
    case SEAT_OPENER:
        return in(a, "发起办件的单位", "the organisation that opens the case");
    case SEAT_PARENT:
        return in(a, "发起单位的县级主管部门", "the county authority above the opener");
    case SEAT_SOLE:
        return in(a, "该角色的唯一单位", "the only one that holds the role");
    case SEAT_OWNER:
        return in(a, "系统的使用单位", "the system's owner");
    case SEAT_PROVIDER:
        return in(a, "系统的服务商", "the system's provider");
    case SEAT_FIELD:
        return field_in(a, seat->step, seat->field);
    }
    return STR_NONE;
}

str withdrawal_words(const struct aloud *a, const struct withdrawal *withdrawal)
{
    struct listing_of_words words = {0};
    for (size_t i = 0; i < withdrawal->n_before; i++) {
        const struct fact *fact = &withdrawal->before[i];
        str where = step_in(a, fact->step), what = outcome_in(a, fact->step, fact->outcome);
        bool zh = a->language == LANGUAGE_ZH;
        add_words(a, &words,
                  str_printf(a->arena, zh ? "%.*s作出%.*s" : "%.*s comes to %.*s", STR_FMT(where),
                             STR_FMT(what)));
    }
    return words.items.len ? either_in(a, &words) : in(a, "办结", "the end");
}

str undoing_words(const struct aloud *a, const struct withdrawal *withdrawal)
{
    struct buf out = buf_new(a->arena, 64);
    if (withdrawal->releases)
        buf_add(&out, in(a, "，撤回时批准资源清零", ", which leaves nothing approved"));
    if (withdrawal->retires)
        buf_add(&out, in(a, withdrawal->releases ? "、服务终止" : "，撤回时服务终止",
                         withdrawal->releases ? " and ends the service"
                                              : ", which ends the service"));
    return buf_str(&out);
}

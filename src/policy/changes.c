/* SPDX-License-Identifier: Apache-2.0
 * Two programs compared, rule by rule. */
#include "policy/aloud_priv.h"

struct side {
    struct aloud aloud;
    struct rule *rules;
    str *keys; /* where a rule stands, without what it says */
    str *says; /* what it says, by ids; equal when nothing changed */
    size_t n;
};

struct change {
    enum weight weight;
    str article; /* empty: set by the authority itself */
    str text;
};

struct comparing {
    struct arena *arena;
    enum language language;
    struct side from, to;
    VEC(struct change) changes;
    VEC(str) wordings;
};

/* ---- what a rule says ------------------------------------------------------------------------ */

static const struct field *field_of(const struct rule *rule)
{
    const struct form *form = rule->ledger ? &rule->ledger->form : &rule->step->form;
    return &form->fields[rule->at];
}

static str number(const struct aloud *a, int64_t value)
{
    return str_printf(a->arena, "%lld", (long long)value);
}

static str seats_in(const struct aloud *a, const struct step *step)
{
    struct listing_of_words words = {0};
    for (size_t i = 0; i < step->n_seats; i++)
        add_words(a, &words, role_in(a, step->seats[i]));
    if (step->each)
        return str_printf(a->arena, "each %.*s", STR_FMT(step->by));
    return joined_in(a, &words);
}

static str withdrawal_in(const struct aloud *a, const struct withdrawal *withdrawal)
{
    str before = withdrawal_words(a, withdrawal), undoing = undoing_words(a, withdrawal);
    return str_printf(a->arena, "%.*s%.*s", STR_FMT(before), STR_FMT(undoing));
}

static str says(struct aloud *a, const struct rule *rule)
{
    a->procedure = rule->procedure;
    a->step = rule->step;
    switch (rule->kind) {
    case RULE_WITHIN:
        return bare_limit_in(a, &rule->step->within, WORDS_WITHIN);
    case RULE_WAIT:
        return bare_limit_in(a, &rule->step->not_before, WORDS_WAIT);
    case RULE_AHEAD:
        return bare_limit_in(a, &rule->step->ahead, WORDS_AHEAD);
    case RULE_EXTEND:
        return number(a, rule->step->within.extend_most);
    case RULE_EXCEPT:
        return length_in(a, rule->part);
    case RULE_FIELD:
        return bare_field_words(a, field_of(rule));
    case RULE_MIN:
        return number(a, field_of(rule)->min);
    case RULE_MAX:
        return number(a, field_of(rule)->max);
    case RULE_BY:
        return seats_in(a, rule->step);
    case RULE_FILER:
        return role_in(a, rule->ledger->by);
    case RULE_TO:
        return target_words(a, rule->outcome);
    case RULE_EFFECT:
        return effect_words(a, &rule->outcome->effects[rule->at]);
    case RULE_LIST:
        return expression_text(a->policy->lists[rule->at].when);
    case RULE_WITHDRAW:
        return withdrawal_in(a, &rule->procedure->withdrawal);
    case RULE_FROM:
        return date_print(a->arena, a->policy->from);
    case RULE_OPENS:
        return recurrence_words(a, &rule->procedure->opens);
    case RULE_COLUMN:
        return expression_text(rule->report->columns[rule->at].when);
    case RULE_NEED:
    case RULE_OFFER:
    case RULE_TELL:
    case RULE_SHOW:
    case RULE_OPINION:
    case RULE_PAPER:
    case RULE_FURTHER:
    case RULE_REGISTER:
    case RULE_EVERY:
    case RULE_PRIORITY:
        return S("");
    }
    return S("");
}

/* Rules that say who or where are found again by their place alone; the others by their words. */
static str key_of(const struct aloud *a, const struct rule *rule)
{
    str place = rule->step ? str_printf(a->arena, "%.*s.%.*s", STR_FMT(rule->procedure->id),
                                        STR_FMT(rule->step->id))
                           : STR_NONE;
    if (rule->kind == RULE_BY)
        return str_printf(a->arena, "%.*s by", STR_FMT(place));
    if (rule->kind == RULE_TO)
        return str_printf(a->arena, "%.*s.%.*s to", STR_FMT(place), STR_FMT(rule->outcome->id));
    return rule->name;
}

static struct side side_of(struct comparing *c, struct policy *policy)
{
    struct side side = {
        .aloud = {.arena = c->arena, .language = c->language, .policy = policy, .by_id = true},
    };
    side.rules = policy_rules(c->arena, policy, &side.n);
    side.keys = NEWS(c->arena, str, side.n + 1);
    side.says = NEWS(c->arena, str, side.n + 1);
    for (size_t i = 0; i < side.n; i++) {
        side.keys[i] = key_of(&side.aloud, &side.rules[i]);
        side.says[i] = says(&side.aloud, &side.rules[i]);
    }
    return side;
}

/* SIZE_MAX: not there. */
static size_t find(const struct side *side, str key)
{
    for (size_t i = 0; i < side->n; i++)
        if (str_eq(side->keys[i], key))
            return i;
    return SIZE_MAX;
}

/* ---- weights -------------------------------------------------------------------------------- */

static enum weight by_size(int64_t before, int64_t after, bool more_is_tighter)
{
    return (after > before) == more_is_tighter ? WEIGHT_TIGHTER : WEIGHT_LOOSER;
}

/* The later of two days of a year, or of a month, leaves more time. */
static enum weight of_days(struct by_date before, struct by_date after, bool longer)
{
    int b = (before.ahead * 12 + before.month) * 32 + before.day;
    int a = (after.ahead * 12 + after.month) * 32 + after.day;
    return (before.month == 0) == (after.month == 0) && a != b ? by_size(b, a, longer)
                                                               : WEIGHT_STRUCTURE;
}

/* Lengths of one unit that are counted from the same fact differ in size alone. */
static enum weight of_limits(const struct limit *before, const struct limit *after, bool longer)
{
    const struct limit_case *b = before->n ? &before->cases[before->n - 1] : NULL;
    const struct limit_case *a = after->n ? &after->cases[after->n - 1] : NULL;
    bool alike = a && b && before->kind == after->kind && before->kind != LIMIT_UNTIL &&
                 before->kind != LIMIT_BY && before->kind != LIMIT_BEFORE &&
                 before->anchor == after->anchor && str_eq(before->step, after->step) &&
                 str_eq(before->outcome, after->outcome) && !a->count_field.len &&
                 !b->count_field.len && a->unit == b->unit;
    if (before->kind == LIMIT_BY && after->kind == LIMIT_BY)
        return of_days(before->by, after->by, longer);
    if (!alike)
        return WEIGHT_STRUCTURE;
    if (a->count != b->count)
        return by_size(b->count, a->count, longer);
    if (before->refuses != after->refuses)
        return after->refuses ? WEIGHT_TIGHTER : WEIGHT_LOOSER;
    return WEIGHT_STRUCTURE;
}

static bool is_case_of(const struct limit *limit, const void *part)
{
    for (size_t i = 0; i < limit->n; i++)
        if (&limit->cases[i] == part)
            return true;
    return false;
}

static enum weight of_exceptions(const struct limit_case *before, const struct limit_case *after,
                                 bool waits)
{
    bool alike = !before->count_field.len && !after->count_field.len &&
                 before->unit == after->unit && before->count != after->count;
    return alike ? by_size(before->count, after->count, waits) : WEIGHT_STRUCTURE;
}

static enum weight of_fields(const struct field *before, const struct field *after)
{
    if (before->type == after->type && before->optional != after->optional)
        return after->optional ? WEIGHT_LOOSER : WEIGHT_TIGHTER;
    return WEIGHT_STRUCTURE;
}

/* More facts end it earlier; other ones weigh differently. */
static enum weight of_withdrawals(const struct withdrawal *before, const struct withdrawal *after)
{
    return before->n_before == after->n_before || before->releases != after->releases ||
                   before->retires != after->retires
               ? WEIGHT_STRUCTURE
               : by_size((int64_t)before->n_before, (int64_t)after->n_before, true);
}

static enum weight of_change(const struct rule *before, const struct rule *after)
{
    const struct step *b = before->step, *a = after->step;
    switch (before->kind) {
    case RULE_WITHIN:
        return of_limits(&b->within, &a->within, false);
    case RULE_WAIT:
        return of_limits(&b->not_before, &a->not_before, true);
    case RULE_AHEAD:
        return of_limits(&b->ahead, &a->ahead, true);
    case RULE_EXCEPT:
        return of_exceptions(before->part, after->part, is_case_of(&b->not_before, before->part));
    case RULE_EXTEND:
        return by_size(b->within.extend_most, a->within.extend_most, false);
    case RULE_FIELD:
        return of_fields(field_of(before), field_of(after));
    case RULE_MIN:
        return by_size(field_of(before)->min, field_of(after)->min, true);
    case RULE_MAX:
        return by_size(field_of(before)->max, field_of(after)->max, false);
    case RULE_BY:
    case RULE_FILER:
        return WEIGHT_RIGHTS;
    case RULE_WITHDRAW:
        return of_withdrawals(&before->procedure->withdrawal, &after->procedure->withdrawal);
    case RULE_NEED:
    case RULE_OFFER:
    case RULE_TO:
    case RULE_EFFECT:
    case RULE_TELL:
    case RULE_SHOW:
    case RULE_OPINION:
    case RULE_PAPER:
    case RULE_FURTHER:
    case RULE_REGISTER:
    case RULE_EVERY:
    case RULE_LIST:
    case RULE_FROM:
    case RULE_OPENS:
    case RULE_PRIORITY:
    case RULE_COLUMN:
        return WEIGHT_STRUCTURE;
    }
    return WEIGHT_STRUCTURE;
}

/* Of a rule that comes; one that goes weighs the other way. */
static enum weight of_coming(const struct rule *rule, bool comes)
{
    enum weight tighter = comes ? WEIGHT_TIGHTER : WEIGHT_LOOSER;
    enum weight looser = comes ? WEIGHT_LOOSER : WEIGHT_TIGHTER;
    switch (rule->kind) {
    case RULE_WITHIN:
    case RULE_WAIT:
    case RULE_AHEAD:
    case RULE_NEED:
    case RULE_OFFER:
    case RULE_MIN:
    case RULE_MAX:
    case RULE_OPINION:
    case RULE_FURTHER:
    case RULE_EVERY:
    case RULE_OPENS:
        return tighter;
    case RULE_EXTEND:
    case RULE_WITHDRAW:
    case RULE_PAPER:
        return looser;
    case RULE_FIELD:
        return field_of(rule)->optional ? WEIGHT_STRUCTURE : tighter;
    case RULE_TELL:
    case RULE_BY:
    case RULE_FILER:
        return WEIGHT_RIGHTS;
    case RULE_EXCEPT:
    case RULE_TO:
    case RULE_EFFECT:
    case RULE_SHOW:
    case RULE_REGISTER:
    case RULE_LIST:
    case RULE_FROM:
    case RULE_PRIORITY:
    case RULE_COLUMN:
        return WEIGHT_STRUCTURE;
    }
    return WEIGHT_STRUCTURE;
}

/* ---- changes -------------------------------------------------------------------------------- */

static void tell(struct comparing *c, enum weight weight, struct basis basis, str text)
{
    struct change *change = VEC_ADD(c->arena, &c->changes);
    *change = (struct change){weight, basis.article, text};
}

static str changed_text(struct comparing *c, str key, str before, str after)
{
    return str_printf(c->arena, "%.*s: %.*s -> %.*s", STR_FMT(key), STR_FMT(before),
                      STR_FMT(after));
}

static str basis_of(const struct aloud *a, struct basis basis)
{
    if (basis.local)
        return in(a, "主管部门自定", "set by the authority");
    return cited_article_in(a, basis.article);
}

/* What a part has from its step is told once, with who acts in it. */
static bool inherited(const struct rule *rule)
{
    return rule->kind != RULE_BY && rule->step && same_basis(rule->basis, rule->step->basis);
}

/* For people: by labels, where that tells the two apart. */
static str in_words(const struct side *side, size_t i)
{
    struct aloud words = side->aloud;
    const struct rule *rule = &side->rules[i];
    words.by_id = false;
    if (rule->kind == RULE_NEED || rule->kind == RULE_OFFER)
        return label_in(&words, ((const struct condition *)rule->part)->say);
    if (rule->kind == RULE_LIST)
        return expression_in(&words, words.policy->lists[rule->at].when);
    if (rule->kind == RULE_COLUMN)
        return expression_in(&words, rule->report->columns[rule->at].when);
    return says(&words, rule);
}

static void compare_pair(struct comparing *c, size_t before, size_t after)
{
    const struct rule *old = &c->from.rules[before], *new = &c->to.rules[after];
    str key = c->to.keys[after];
    if (!str_eq(c->from.says[before], c->to.says[after])) {
        str was = in_words(&c->from, before), is = in_words(&c->to, after);
        bool apart = !str_eq(was, is);
        tell(c, of_change(old, new), new->basis,
             changed_text(c, key, apart ? was : c->from.says[before],
                          apart ? is : c->to.says[after]));
        return;
    }
    if (!same_basis(old->basis, new->basis) && !(inherited(old) && inherited(new)))
        tell(c, WEIGHT_STRUCTURE, new->basis,
             changed_text(c, key, basis_of(&c->from.aloud, old->basis),
                          basis_of(&c->to.aloud, new->basis)));
}

/* Is there on the other side what the rule stands in? Else that is told as a whole. */
static bool is_elsewhere(const struct policy *policy, const struct rule *rule)
{
    if (rule->ledger)
        return policy_register(policy, rule->ledger->id) != NULL;
    if (rule->report)
        return policy_report(policy, rule->report->id) != NULL;
    const struct procedure *procedure =
        rule->procedure ? policy_procedure(policy, rule->procedure->id) : NULL;
    if (!rule->procedure || !procedure)
        return !rule->procedure;
    return !rule->step || procedure_step(procedure, rule->step->id);
}

static void one_sided(struct comparing *c, const struct side *side, const struct side *other,
                      bool comes)
{
    str word = in(&side->aloud, comes ? "新增" : "取消", comes ? "comes" : "goes");
    for (size_t i = 0; i < side->n; i++) {
        const struct rule *rule = &side->rules[i];
        if (find(other, side->keys[i]) != SIZE_MAX || find(side, side->keys[i]) != i ||
            !is_elsewhere(other->aloud.policy, rule))
            continue;
        str says = in_words(side, i);
        tell(c, of_coming(rule, comes), rule->basis,
             str_printf(c->arena, "%.*s %.*s%s%.*s", STR_FMT(side->keys[i]), STR_FMT(word),
                        says.len ? ": " : "", STR_FMT(says)));
    }
}

/* Whole procedures and steps of one side. */
static void whole(struct comparing *c, const struct side *side, const struct policy *other,
                  bool comes)
{
    const struct policy *policy = side->aloud.policy;
    const char *word = side->aloud.language == LANGUAGE_ZH ? (comes ? "新增" : "取消")
                                                           : (comes ? "comes" : "goes");
    for (size_t i = 0; i < policy->n_procedures; i++) {
        const struct procedure *own = &policy->procedures[i];
        const struct procedure *found = policy_procedure(other, own->id);
        if (!found)
            tell(c, WEIGHT_STRUCTURE, own->basis,
                 str_printf(c->arena, "%.*s %s", STR_FMT(own->id), word));
        for (size_t k = 0; found && k < own->n_steps; k++)
            if (!procedure_step(found, own->steps[k].id))
                tell(c, WEIGHT_STRUCTURE, own->steps[k].basis,
                     str_printf(c->arena, "%.*s.%.*s %s", STR_FMT(own->id),
                                STR_FMT(own->steps[k].id), word));
    }
    for (size_t i = 0; i < policy->n_reports; i++)
        if (!policy_report(other, policy->reports[i].id))
            tell(c, WEIGHT_STRUCTURE, policy->reports[i].basis,
                 str_printf(c->arena, "report %.*s %s", STR_FMT(policy->reports[i].id), word));
    for (size_t i = 0; i < policy->n_registers; i++)
        if (!policy_register(other, policy->registers[i].id))
            tell(c, WEIGHT_STRUCTURE, policy->registers[i].basis,
                 str_printf(c->arena, "register %.*s %s", STR_FMT(policy->registers[i].id), word));
}

static void seats(struct comparing *c, const struct procedure *before,
                  const struct procedure *after)
{
    struct aloud from = c->from.aloud, to = c->to.aloud;
    from.procedure = before;
    to.procedure = after;
    for (size_t i = 0; i < after->n_seats; i++)
        for (size_t k = 0; k < before->n_seats; k++) {
            if (!str_eq(after->seats[i].role, before->seats[k].role))
                continue;
            str old = seat_words(&from, &before->seats[k]), new = seat_words(&to, &after->seats[i]);
            str key = str_printf(c->arena, "%.*s seat %.*s", STR_FMT(after->id),
                                 STR_FMT(after->seats[i].role));
            if (!str_eq(old, new))
                tell(c, WEIGHT_RIGHTS, after->basis, changed_text(c, key, old, new));
        }
}

static void roles(struct comparing *c)
{
    const struct policy *after = c->to.aloud.policy;
    for (size_t i = 0; i < after->n_roles; i++) {
        const struct role *role = &after->roles[i];
        const struct role *before = policy_role(c->from.aloud.policy, role->id);
        str key = str_printf(c->arena, "role %.*s", STR_FMT(role->id));
        if (before && before->sees != role->sees)
            tell(c, WEIGHT_RIGHTS, (struct basis){S(""), true},
                 role->sees == SEES_ALL ? changed_text(c, key, S("own"), S("all"))
                                        : changed_text(c, key, S("all"), S("own")));
    }
}

/* ---- wordings ------------------------------------------------------------------------------- */

static void wording(struct comparing *c, str what, struct label before, struct label after)
{
    if (str_eq(before.zh, after.zh) && str_eq(before.en, after.en))
        return;
    VEC_PUSH(c->arena, &c->wordings,
             str_printf(c->arena, "%.*s: %.*s / %.*s -> %.*s / %.*s", STR_FMT(what),
                        STR_FMT(before.zh), STR_FMT(before.en), STR_FMT(after.zh),
                        STR_FMT(after.en)));
}

static void wordings_of_step(struct comparing *c, str place, const struct step *before,
                             const struct step *after)
{
    wording(c, place, before->label, after->label);
    for (size_t i = 0; i < after->n_outcomes; i++) {
        const struct outcome *old = step_outcome(before, after->outcomes[i].id);
        if (old)
            wording(c, str_printf(c->arena, "%.*s.%.*s", STR_FMT(place), STR_FMT(old->id)),
                    old->label, after->outcomes[i].label);
    }
    for (size_t i = 0; i < after->n_needs; i++)
        for (size_t k = 0; k < before->n_needs; k++) {
            str text = expression_text(after->needs[i].when);
            if (str_eq(text, expression_text(before->needs[k].when)) &&
                str_eq(after->needs[i].outcome, before->needs[k].outcome))
                wording(c, str_printf(c->arena, "%.*s needs %.*s", STR_FMT(place), STR_FMT(text)),
                        before->needs[k].say, after->needs[i].say);
        }
}

static void pairs_of_procedures(struct comparing *c)
{
    const struct policy *after = c->to.aloud.policy;
    for (size_t i = 0; i < after->n_procedures; i++) {
        const struct procedure *new = &after->procedures[i];
        const struct procedure *old = policy_procedure(c->from.aloud.policy, new->id);
        if (!old)
            continue;
        seats(c, old, new);
        wording(c, new->id, old->label, new->label);
        for (size_t k = 0; k < new->n_steps; k++) {
            const struct step *step = procedure_step(old, new->steps[k].id);
            if (step)
                wordings_of_step(
                    c, str_printf(c->arena, "%.*s.%.*s", STR_FMT(new->id), STR_FMT(step->id)), step,
                    &new->steps[k]);
        }
    }
}

/* ---- in order ------------------------------------------------------------------------------- */

static int64_t order_of(str article)
{
    int64_t n;
    return !article.len ? INT64_MAX : str_to_i64(article, &n) ? n : INT64_MAX - 1;
}

/* By article, those of the authority itself last; within one as they came. */
static void sort(struct comparing *c)
{
    for (size_t i = 1; i < c->changes.len; i++) {
        struct change one = c->changes.items[i];
        size_t at = i;
        for (; at > 0 && order_of(c->changes.items[at - 1].article) > order_of(one.article); at--)
            c->changes.items[at] = c->changes.items[at - 1];
        c->changes.items[at] = one;
    }
}

static str print(struct comparing *c)
{
    static const struct label NAMES[] = {
#define X(symbol, zh, en) {{zh, sizeof(zh) - 1}, {en, sizeof(en) - 1}},
        WEIGHTS(X)
#undef X
    };
    const struct aloud *a = &c->to.aloud;
    struct buf out = buf_new(c->arena, 1024);
    for (size_t i = 0; i < c->changes.len; i++) {
        const struct change *change = &c->changes.items[i];
        if (i == 0 || !str_eq(change->article, c->changes.items[i - 1].article)) {
            if (change->article.len) {
                str words = cited_article_in(a, change->article);
                buf_addf(&out, "%.*s\n", STR_FMT(words));
            } else {
                buf_add(&out, in(a, "主管部门自定\n", "set by the authority\n"));
            }
        }
        str weight = label_in(a, NAMES[change->weight]);
        buf_addf(&out, "  [%.*s] %.*s\n", STR_FMT(weight), STR_FMT(change->text));
    }
    if (c->wordings.len)
        buf_add(&out, in(a, "文字\n", "wordings\n"));
    for (size_t i = 0; i < c->wordings.len; i++)
        buf_addf(&out, "  %.*s\n", STR_FMT(c->wordings.items[i]));
    return buf_str(&out);
}

str policy_changes(struct arena *arena, struct policy *from, struct policy *to,
                   enum language language)
{
    struct comparing c = {.arena = arena, .language = language};
    c.from = side_of(&c, from);
    c.to = side_of(&c, to);
    wording(&c, S("title"), from->title, to->title);
    wording(&c, S("authority"), from->authority, to->authority);
    roles(&c);
    whole(&c, &c.from, to, false);
    whole(&c, &c.to, from, true);
    for (size_t i = 0; i < c.to.n; i++) {
        size_t before = find(&c.from, c.to.keys[i]);
        if (before != SIZE_MAX && find(&c.to, c.to.keys[i]) == i)
            compare_pair(&c, before, i);
    }
    one_sided(&c, &c.from, &c.to, false);
    one_sided(&c, &c.to, &c.from, true);
    pairs_of_procedures(&c);
    sort(&c);
    return print(&c);
}

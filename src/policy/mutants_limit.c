/* SPDX-License-Identifier: Apache-2.0
 * Mutants of limits: how long, in what, from when, and what else the sentence says. */
#include "policy/mutants_priv.h"

/* ---- the sentence -------------------------------------------------------------------------- */

enum { SENTENCE_WORDS = 4 };

static size_t split(str text, str words[SENTENCE_WORDS])
{
    str rest = text;
    size_t n = 0;
    while (rest.len && n < SENTENCE_WORDS) {
        str_cut(rest, ' ', &words[n], &rest);
        n += words[n].len > 0;
    }
    return n;
}

static str joined(struct making *making, const str words[SENTENCE_WORDS], size_t n)
{
    struct buf out = buf_new(making->arena, 64);
    for (size_t i = 0; i < n; i++)
        buf_addf(&out, "%s%.*s", i ? " " : "", STR_FMT(words[i]));
    return buf_str(&out);
}

/* The sentence with another word. */
static void exchange(struct making *making, enum mutation kind, struct node *is, size_t at, str to)
{
    str words[SENTENCE_WORDS];
    size_t n = split(is->text, words);
    must(at < n);
    if (!to.len || str_eq(words[at], to))
        return;
    words[at] = to;
    change_text(making, kind, is, joined(making, words, n));
}

/* STEP.FIELD, or a field of the step itself. */
static const struct field *named_field(const struct making *making, str path)
{
    str step_id, field_id;
    const struct step *step = making->step;
    if (str_cut(path, '.', &step_id, &field_id))
        step = procedure_step(making->procedure, step_id);
    else
        field_id = path;
    return step ? form_field(&step->form, field_id) : NULL;
}

/* The path with the next field of that type in the same form; empty when there is no other. */
static str next_field(struct making *making, str path)
{
    str step_id, field_id;
    bool far = str_cut(path, '.', &step_id, &field_id);
    const struct step *step = far ? procedure_step(making->procedure, step_id) : making->step;
    const struct field *field = named_field(making, path);
    if (!field)
        return STR_NONE;
    size_t at = (size_t)(field - step->form.fields);
    for (size_t i = 1; i < step->form.n; i++) {
        const struct field *other = &step->form.fields[(at + i) % step->form.n];
        if (other->type == field->type)
            return far ? str_printf(making->arena, "%.*s.%.*s", STR_FMT(step_id),
                                    STR_FMT(other->id))
                       : other->id;
    }
    return STR_NONE;
}

/* ---- where it is counted from -------------------------------------------------------------- */

static bool leads_to(const struct outcome *outcome, str step)
{
    for (size_t i = 0; i < outcome->n_targets; i++)
        if (str_eq(outcome->targets[i].step, step))
            return true;
    return false;
}

/* When nothing but this fact opens the step, to count from it is to count from the opening. */
static bool only_way(const struct making *making, str step_id, str outcome_id)
{
    const struct procedure *procedure = making->procedure;
    bool leads = false, others = false;
    for (size_t i = 0; i < procedure->n_steps; i++)
        for (size_t k = 0; k < procedure->steps[i].n_outcomes; k++) {
            const struct outcome *outcome = &procedure->steps[i].outcomes[k];
            bool same = str_eq(procedure->steps[i].id, step_id) && str_eq(outcome->id, outcome_id);
            bool here = leads_to(outcome, making->step->id);
            leads |= same && here;
            others |= !same && here;
        }
    return leads && !others;
}

/* Another fact: the opening, and the first act of the case. */
static void change_anchor(struct making *making, struct node *is, size_t at)
{
    str words[SENTENCE_WORDS], step_id, outcome_id;
    split(is->text, words);
    const struct step *first = &making->procedure->steps[0];
    str start = str_printf(making->arena, "%.*s.%.*s", STR_FMT(first->id),
                           STR_FMT(first->outcomes[0].id));
    bool fact = str_cut(words[at], '.', &step_id, &outcome_id);
    if (fact && !only_way(making, step_id, outcome_id))
        exchange(making, MUTATION_ANCHOR, is, at, S("opened"));
    if (first != making->step && !only_way(making, first->id, first->outcomes[0].id))
        exchange(making, MUTATION_ANCHOR, is, at, start);
}

/* ---- how long ------------------------------------------------------------------------------ */

/* `holder` is the map that the limit, the exception or the extension stands in. */
static void change_unit(struct making *making, struct node *holder, struct node *is, size_t at)
{
    str words[SENTENCE_WORDS];
    size_t n = split(is->text, words);
    bool months = str_eq(words[at], S("month"));
    str before = is->text;
    words[at] = str_eq(words[at], S("working-day")) ? S("day")
                : months                            ? S("day")
                                                    : S("working-day");
    str to = joined(making, words, n);
    if (!months || !child(holder, "round")) {
        change_text(making, MUTATION_UNIT, is, to);
        return;
    }
    /* round goes with months alone. */
    struct node *changed = without_key(making, holder, "round");
    const char *key = child(holder, "is") ? "is" : "most";
    changed = with_key(making, changed, str_of(key), text_node(making, to));
    mutate(making, MUTATION_UNIT, is, holder, changed, before, to);
}

static void change_length(struct making *making, struct node *holder, struct node *is)
{
    str words[SENTENCE_WORDS];
    split(is->text, words);
    const struct field *field = named_field(making, words[0]);
    if (str_has(words[0], S(".")) && field)
        exchange(making, MUTATION_COUNT, is, 0,
                 str_printf(making->arena, "%lld", (long long)field->min));
    else
        change_number(making, MUTATION_COUNT, is, 1);
    change_unit(making, holder, is, 1);
}

static void mutate_sentence(struct making *making, struct node *holder, struct node *is)
{
    str words[SENTENCE_WORDS];
    size_t n = split(is->text, words);
    if (n == 2 && str_eq(words[0], S("until"))) {
        exchange(making, MUTATION_ANCHOR, is, 1, next_field(making, words[1]));
        return;
    }
    change_length(making, holder, is);
    if (n < 4)
        return;
    if (str_eq(words[2], S("before")))
        exchange(making, MUTATION_ANCHOR, is, 3, next_field(making, words[3]));
    else
        change_anchor(making, is, 3);
}

static void mutate_exceptions(struct making *making, struct node *list)
{
    for (size_t i = 0; list && i < list->items.len; i++) {
        struct node *item = list->items.items[i];
        struct making_mark mark = enter_item(making, i, item);
        drop_item(making, MUTATION_LIMIT, list, i);
        mutate_expression(making, child(item, "when"));
        change_length(making, item, child(item, "is"));
        leave(making, mark);
    }
}

/* Days and months roll unless the limit says otherwise; a wait never does. */
static void change_roll(struct making *making, struct node *limit, const struct node *is)
{
    str words[SENTENCE_WORDS];
    split(is->text, words);
    struct node *roll = child(limit, "roll");
    if (str_eq(words[1], S("working-day")) || str_eq(words[0], S("until")))
        return;
    if (roll)
        change_text(making, MUTATION_ROLL, roll,
                    str_eq(roll->text, S("none")) ? S("next") : S("none"));
    else
        mutate(making, MUTATION_ROLL, is, limit,
               with_key(making, limit, S("roll"), text_node(making, S("none"))), S("roll: next"),
               S("roll: none"));
}

static void mutate_limit(struct making *making, struct node *step, const char *key)
{
    struct node *limit = child(step, key);
    if (!limit)
        return;
    struct making_mark mark = enter(making, str_of(key), limit);
    struct node *is = child(limit, "is"), *extend = child(limit, "extend");
    struct node *miss = child(limit, "miss");
    drop_key(making, MUTATION_LIMIT, step, key);
    mutate_sentence(making, limit, is);
    if (str_eq(str_of(key), S("within")))
        change_roll(making, limit, is);
    if (miss)
        change_text(making, MUTATION_MISS, miss,
                    str_eq(miss->text, S("mark")) ? S("refuse") : S("mark"));
    struct making_mark inner = enter(making, S("except"), NULL);
    mutate_exceptions(making, child(limit, "except"));
    leave(making, inner);
    if (extend) {
        inner = enter(making, S("extend"), extend);
        change_number(making, MUTATION_COUNT, child(extend, "most"), 1);
        drop_key(making, MUTATION_LIMIT, limit, "extend");
        leave(making, inner);
    }
    leave(making, mark);
}

void mutate_limits(struct making *making, struct node *step)
{
    mutate_limit(making, step, "within");
    mutate_limit(making, step, "not-before");
    mutate_limit(making, step, "ahead");
}

/* SPDX-License-Identifier: Apache-2.0
 * Mutants of limits: how long, in what, from when, and what else the sentence says. */
#include "policy/mutants_priv.h"

/* ---- the sentence -------------------------------------------------------------------------- */

enum { SENTENCE_WORDS = 8 };

struct sentence {
    str words[SENTENCE_WORDS];
    size_t n;
};

static struct sentence split(str text)
{
    struct sentence sentence = {.n = 0};
    str word, rest = text;
    while (rest.len && sentence.n < SENTENCE_WORDS) {
        str_cut(rest, ' ', &word, &rest);
        if (word.len)
            sentence.words[sentence.n++] = word;
    }
    return sentence;
}

/* The sentence with another word. */
static str exchanged(struct making *making, str text, size_t at, str to)
{
    struct sentence sentence = split(text);
    struct buf out = buf_new(making->arena, 64);
    sentence.words[at] = to;
    for (size_t i = 0; i < sentence.n; i++)
        buf_addf(&out, "%s%.*s", i ? " " : "", STR_FMT(sentence.words[i]));
    return buf_str(&out);
}

/* Empty: there is nothing to exchange the word for. */
static void exchange(struct making *making, enum mutation kind, struct node *is, size_t at, str to)
{
    if (to.len && !str_eq(split(is->text).words[at], to))
        change_text(making, kind, is, exchanged(making, is->text, at, to));
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
static void change_anchor(struct making *making, struct node *is, size_t at, str fact)
{
    str step_id, outcome_id;
    const struct step *first = &making->procedure->steps[0];
    str start = str_printf(making->arena, "%.*s.%.*s", STR_FMT(first->id),
                           STR_FMT(first->outcomes[0].id));
    if (str_cut(fact, '.', &step_id, &outcome_id) && !only_way(making, step_id, outcome_id))
        exchange(making, MUTATION_ANCHOR, is, at, S("opened"));
    if (first != making->step && !only_way(making, first->id, first->outcomes[0].id))
        exchange(making, MUTATION_ANCHOR, is, at, start);
}

/* ---- how long ------------------------------------------------------------------------------ */

static void change_count(struct making *making, struct node *is, size_t at, int64_t number)
{
    for (int by = 1; by >= -1; by -= 2)
        if (number + by >= 1)
            exchange(making, MUTATION_COUNT, is, at,
                     str_printf(making->arena, "%lld", (long long)number + by));
}

/* The day after, moved off a rest day, is the next working day. */
static bool is_next_day(const struct node *is, size_t unit_at, enum unit unit, bool rolls)
{
    struct sentence sentence = split(is->text);
    return rolls && unit == UNIT_WORKING_DAY && unit_at > 0 &&
           str_eq(sentence.words[unit_at - 1], S("1")) && unit_at + 1 < sentence.n &&
           str_eq(sentence.words[unit_at + 1], S("after"));
}

/* `holder` is the map that the limit or the exception stands in. */
static void change_unit(struct making *making, struct node *holder, struct node *is, size_t at,
                        enum unit unit)
{
    str to = exchanged(making, is->text, at, unit == UNIT_DAY ? S("working-day") : S("day"));
    if (unit != UNIT_MONTH || !child(holder, "round")) {
        change_text(making, MUTATION_UNIT, is, to);
        return;
    }
    /* round goes with months alone. */
    const struct node *changed = without_key(making, holder, "round");
    changed = with_key(making, changed, S("is"), text_node(making, to));
    mutate(making, MUTATION_UNIT, is, holder, changed, is->text, to);
}

/* COUNT UNIT, and what it is counted from, wherever they stand. */
static void mutate_sentence(struct making *making, struct node *holder, struct node *is,
                            bool rolls)
{
    struct sentence sentence = split(is->text);
    for (size_t i = 0; i < sentence.n; i++) {
        str word = sentence.words[i], before = i > 0 ? sentence.words[i - 1] : S("");
        const struct field *field = named_field(making, word);
        enum unit unit;
        int64_t number;
        if (str_to_i64(word, &number))
            change_count(making, is, i, number);
        else if (change_day(making, is, word))
            continue;
        else if (unit_parse(word, &unit) && is_next_day(is, i, unit, rolls))
            continue; /* would be the same limit */
        else if (unit_parse(word, &unit))
            change_unit(making, holder, is, i, unit);
        else if (str_eq(before, S("after")))
            change_anchor(making, is, i, word);
        else if (str_eq(before, S("until")) || str_eq(before, S("before")))
            exchange(making, MUTATION_ANCHOR, is, i, next_field(making, word));
        else if (field && field->type == FIELD_INTEGER)
            exchange(making, MUTATION_COUNT, is, i,
                     str_printf(making->arena, "%lld", (long long)field->min));
    }
}

static void mutate_exceptions(struct making *making, struct node *list, bool rolls)
{
    for (size_t i = 0; list && i < list->items.len; i++) {
        struct node *item = list->items.items[i];
        struct making_mark mark = enter_item(making, i, item);
        drop_item(making, MUTATION_LIMIT, list, i);
        mutate_expression(making, child(item, "when"));
        mutate_sentence(making, item, child(item, "is"), rolls);
        leave(making, mark);
    }
}

/* Days and months roll unless the limit says otherwise; a wait never does. */
static void change_roll(struct making *making, struct node *limit, const struct node *is)
{
    struct sentence sentence = split(is->text);
    struct node *roll = child(limit, "roll");
    bool rolls = false;
    enum unit unit;
    for (size_t i = 0; i < sentence.n; i++)
        rolls |= unit_parse(sentence.words[i], &unit) && unit != UNIT_WORKING_DAY;
    if (!rolls)
        return;
    if (roll)
        change_text(making, MUTATION_ROLL, roll,
                    str_eq(roll->text, S("none")) ? S("next") : S("none"));
    else
        mutate(making, MUTATION_ROLL, is, limit,
               with_key(making, limit, S("roll"), text_node(making, S("none"))), S("roll: next"),
               S("roll: none"));
}

static bool same_place(const struct node *node, struct pos pos)
{
    return node && str_eq(node->pos.file, pos.file) && node->pos.line == pos.line &&
           node->pos.column == pos.column;
}

/* The item of an override list that acts, by where its sentence stands; NULL: the limit itself. */
static struct node *acting_override(const struct node *list, struct pos pos, size_t *out_at)
{
    for (*out_at = 0; list && *out_at < list->items.len; ++*out_at)
        if (same_place(child(list->items.items[*out_at], "is"), pos))
            return list->items.items[*out_at];
    return NULL;
}

static void mutate_parts(struct making *making, struct node *limit, const char *key)
{
    struct node *is = child(limit, "is"), *extend = child(limit, "extend");
    struct node *miss = child(limit, "miss");
    bool rolls = str_eq(str_of(key), S("within")) && !child(limit, "roll");
    mutate_sentence(making, limit, is, rolls);
    if (str_eq(str_of(key), S("within")))
        change_roll(making, limit, is);
    if (miss)
        change_text(making, MUTATION_MISS, miss,
                    str_eq(miss->text, S("mark")) ? S("refuse") : S("mark"));
    struct making_mark inner = enter(making, S("except"), NULL);
    mutate_exceptions(making, child(limit, "except"), rolls);
    leave(making, inner);
    if (extend) {
        inner = enter(making, S("extend"), extend);
        change_number(making, MUTATION_COUNT, child(extend, "most"), 1);
        drop_key(making, MUTATION_LIMIT, limit, "extend");
        leave(making, inner);
    }
}

/* What higher law displaces binds nobody: only what acts is changed. */
static void mutate_limit(struct making *making, struct node *step, const char *key,
                         const struct limit *acts)
{
    struct node *limit = child(step, key), *list = limit ? child(limit, "override") : NULL;
    size_t at;
    if (!limit)
        return;
    struct making_mark mark = enter(making, str_of(key), limit);
    struct node *higher = acting_override(list, acts->pos, &at);
    drop_key(making, MUTATION_LIMIT, step, key);
    if (higher) {
        struct making_mark inner = enter(making, S("override"), NULL);
        struct making_mark item = enter_item(making, at, higher);
        drop_item(making, MUTATION_LIMIT, list, at);
        mutate_parts(making, higher, key);
        leave(making, item);
        leave(making, inner);
    } else {
        mutate_parts(making, limit, key);
    }
    leave(making, mark);
}

void mutate_limits(struct making *making, struct node *step)
{
    mutate_limit(making, step, "within", &making->step->within);
    mutate_limit(making, step, "not-before", &making->step->not_before);
    mutate_limit(making, step, "ahead", &making->step->ahead);
}

/* SPDX-License-Identifier: Apache-2.0
 * Mutants of expressions: made on the tokens, so that what is changed is what a person reads. */
#include "policy/mutants_priv.h"

struct reading {
    struct making *making;
    struct node *item;           /* what is exchanged: the expression, or the condition around it */
    struct node *that;           /* the expression */
    bool condition;              /* one of a list of conditions, which somebody has to read */
    const struct token *tokens;
    size_t n;                    /* without the end */
};

/* ---- the changed text ---------------------------------------------------------------------- */

/* A changed condition needs words of its own where has() or given() spoke for itself. */
static const struct node *around(struct reading *r, struct node *scalar)
{
    struct making *making = r->making;
    if (!r->condition)
        return scalar;
    struct node *bare = NEW(making->arena, struct node);
    struct node *map = r->item->kind == NODE_MAP ? r->item : bare;
    bare->kind = NODE_MAP;
    if (!child(map, "zh")) {
        map = with_key(making, map, S("zh"), text_node(making, S("条件")));
        map = with_key(making, map, S("en"), text_node(making, S("condition")));
    }
    return with_key(making, map, S("that"), scalar);
}

static void put(struct reading *r, enum mutation kind, str from, str to, str whole)
{
    mutate(r->making, kind, r->that, r->item, around(r, text_node(r->making, whole)), from, to);
}

/* Begin and end of the tokens i..k in the text. */
static size_t begin_of(const struct reading *r, size_t i)
{
    return r->tokens[i].at;
}

static size_t end_of(const struct reading *r, size_t k)
{
    return r->tokens[k].at + r->tokens[k].text.len;
}

static bool splits_path(const struct reading *r, size_t before)
{
    return r->tokens[before].kind == TOKEN_DOT || r->tokens[before - 1].kind == TOKEN_DOT;
}

/* A few words to either side, so that a person finds the place. */
static void around_token(const struct reading *r, size_t *from, size_t *to)
{
    enum { WORDS_BESIDE = 3 };
    *from = *from > WORDS_BESIDE ? *from - WORDS_BESIDE : 0;
    *to = *to + WORDS_BESIDE < r->n ? *to + WORDS_BESIDE : r->n - 1;
    while (*from > 0 && splits_path(r, *from))
        --*from;
    while (*to + 1 < r->n && splits_path(r, *to + 1))
        ++*to;
}

/* Tokens i..k give way to `to`. */
static void splice(struct reading *r, enum mutation kind, size_t i, size_t k, const char *to)
{
    struct arena *arena = r->making->arena;
    str text = r->that->text;
    size_t at = begin_of(r, i), end = end_of(r, k), left = i, right = k;
    around_token(r, &left, &right);
    size_t first = begin_of(r, left), last = end_of(r, right);
    str head = {text.ptr, at}, tail = {text.ptr + end, text.len - end};
    str near = {text.ptr + first, at - first}, far = {text.ptr + end, last - end};
    put(r, kind, (str){text.ptr + first, last - first},
        str_printf(arena, "%.*s%s%.*s", STR_FMT(near), to, STR_FMT(far)),
        str_printf(arena, "%.*s%s%.*s", STR_FMT(head), to, STR_FMT(tail)));
}

static void exchange(struct reading *r, enum mutation kind, size_t i, str to)
{
    if (to.len && !str_eq(to, r->tokens[i].text))
        splice(r, kind, i, i, str_to_cstr(r->making->arena, to));
}

/* ---- words --------------------------------------------------------------------------------- */

static str next_word(const str *words, size_t n, str word)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i], word))
            return words[(i + 1) % n];
    return STR_NONE;
}

static str next_choice(const struct field *field, str word)
{
    for (size_t i = 0; field && i < field->n_choices; i++)
        if (str_eq(field->choices[i].id, word))
            return field->choices[(i + 1) % field->n_choices].id;
    return STR_NONE;
}

/* The field that the path up to token `last` names; NULL when it is none of a form. */
static const struct field *path_field(const struct reading *r, size_t last)
{
    const struct making *making = r->making;
    str name = r->tokens[last].text;
    if (last < 2 || r->tokens[last - 1].kind != TOKEN_DOT)
        return making->step ? form_field(&making->step->form, name) : NULL;
    str head = r->tokens[last - 2].text;
    const struct ledger *ledger = policy_register(making->policy, head);
    const struct step *step = making->procedure ? procedure_step(making->procedure, head) : NULL;
    return step     ? form_field(&step->form, name)
           : ledger ? form_field(&ledger->form, name)
                    : NULL;
}

/* PATH == WORD, at the operator. */
static void change_choice(struct reading *r, size_t i)
{
    static const str LEVELS[] = {{"province", 8}, {"city", 4}, {"county", 6}};
    static const str STAGES[] = {{"planned", 7}, {"live", 4}, {"retired", 7}};
    if (i == 0 || r->tokens[i - 1].kind != TOKEN_NAME || r->tokens[i + 1].kind != TOKEN_NAME ||
        r->tokens[i + 2].kind == TOKEN_DOT || r->tokens[i + 2].kind == TOKEN_OPEN)
        return;
    str word = r->tokens[i + 1].text, last = r->tokens[i - 1].text;
    str to = next_choice(path_field(r, i - 1), word);
    if (!to.len && str_eq(last, S("level")))
        to = next_word(LEVELS, COUNT_OF(LEVELS), word);
    if (!to.len && str_eq(last, S("stage")))
        to = next_word(STAGES, COUNT_OF(STAGES), word);
    exchange(r, MUTATION_WORD, i + 1, to);
}

static str next_outcome(const struct making *making, str step_id, str outcome)
{
    const struct step *step = procedure_step(making->procedure, step_id);
    for (size_t i = 0; step && i < step->n_outcomes; i++)
        if (str_eq(step->outcomes[i].id, outcome))
            return step->outcomes[(i + 1) % step->n_outcomes].id;
    return STR_NONE;
}

/* The next outcome of that step, in the procedure whose cases the field before `close` cites. */
static str next_cited(const struct reading *r, size_t at, size_t close)
{
    const struct field *field = path_field(r, close - 1);
    struct making cited = *r->making;
    cited.procedure = field && field->procedure.len
                          ? policy_procedure(cited.policy, field->procedure) : NULL;
    return cited.procedure ? next_outcome(&cited, r->tokens[at].text, r->tokens[at + 2].text)
                           : STR_NONE;
}

static str next_list(const struct policy *policy, str list)
{
    for (size_t i = 0; i < policy->n_lists; i++)
        if (str_eq(policy->lists[i].id, list))
            return policy->lists[(i + 1) % policy->n_lists].id;
    return STR_NONE;
}

static str next_procedure(const struct policy *policy, str procedure)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (str_eq(policy->procedures[i].id, procedure))
            return policy->procedures[(i + 1) % policy->n_procedures].id;
    return STR_NONE;
}

/* ---- tokens -------------------------------------------------------------------------------- */

/* NAME( ... ), at the name: another word inside, and the question turned round. */
static void change_question(struct reading *r, size_t i)
{
    const struct making *making = r->making;
    str name = r->tokens[i].text;
    if (str_eq(name, S("has")))
        exchange(r, MUTATION_MATERIAL, i + 2,
                 next_word(making->step->materials, making->step->n_materials,
                           r->tokens[i + 2].text));
    size_t close = i;
    while (close < r->n && r->tokens[close].kind != TOKEN_CLOSE)
        close++;
    if (str_eq(name, S("done")) && i + 5 == close)
        exchange(r, MUTATION_WORD, i + 4,
                 next_outcome(making, r->tokens[i + 2].text, r->tokens[i + 4].text));
    else if (str_eq(name, S("done")))
        exchange(r, MUTATION_WORD, i + 4, next_cited(r, i + 2, close));
    if (str_eq(name, S("listed")))
        exchange(r, MUTATION_WORD, i + 2, next_list(making->policy, r->tokens[i + 2].text));
    if (str_eq(name, S("running")))
        exchange(r, MUTATION_WORD, i + 2, next_procedure(making->policy, r->tokens[i + 2].text));
    bool number = str_eq(name, S("in-a-row")), whole = i == 0 && close + 1 == r->n;
    if (!number && !whole && (i == 0 || r->tokens[i - 1].kind != TOKEN_NOT))
        splice(r, MUTATION_NEGATION, i, i,
               str_printf(making->arena, "not %.*s", STR_FMT(name)).ptr);
}

/* The unit behind the number of a length of time. */
static void change_span(struct reading *r, size_t i)
{
    enum unit unit;
    if (r->tokens[i].kind == TOKEN_NAME && unit_parse(r->tokens[i].text, &unit))
        exchange(r, MUTATION_UNIT, i, unit == UNIT_DAY ? S("month") : S("day"));
}

/* Before the point; a number is never below 0. */
static void change_whole(struct reading *r, size_t i)
{
    str head, rest;
    int64_t number;
    bool point = str_cut(r->tokens[i].text, '.', &head, &rest);
    if (!str_to_i64(head, &number))
        return;
    for (int by = 1; by >= -1; by -= 2)
        if (number + by >= 0)
            splice(r, MUTATION_NUMBER, i, i,
                   str_printf(r->making->arena, "%lld%s%.*s", (long long)number + by,
                              point ? "." : "", STR_FMT(rest)).ptr);
}

static void change_token(struct reading *r, size_t i)
{
    switch (r->tokens[i].kind) {
    case TOKEN_EQ:
        splice(r, MUTATION_COMPARISON, i, i, "!=");
        change_choice(r, i);
        return;
    case TOKEN_NE:
        splice(r, MUTATION_COMPARISON, i, i, "==");
        change_choice(r, i);
        return;
    case TOKEN_LT: splice(r, MUTATION_COMPARISON, i, i, "<="); return;
    case TOKEN_LE:
        splice(r, MUTATION_COMPARISON, i, i, "<");
        splice(r, MUTATION_COMPARISON, i, i, "=="); /* quantities know no < */
        return;
    case TOKEN_GT: splice(r, MUTATION_COMPARISON, i, i, ">="); return;
    case TOKEN_GE:
        splice(r, MUTATION_COMPARISON, i, i, ">");
        splice(r, MUTATION_COMPARISON, i, i, "==");
        return;
    case TOKEN_AND: splice(r, MUTATION_JOIN, i, i, "or"); return;
    case TOKEN_OR: splice(r, MUTATION_JOIN, i, i, "and"); return;
    case TOKEN_PLUS: splice(r, MUTATION_JOIN, i, i, "-"); return;
    case TOKEN_MINUS: splice(r, MUTATION_JOIN, i, i, "+"); return;
    case TOKEN_NOT: splice(r, MUTATION_NEGATION, i, i, ""); return;
    case TOKEN_NUMBER:
        change_whole(r, i);
        change_span(r, i + 1);
        return;
    case TOKEN_NAME:
        if (r->tokens[i + 1].kind == TOKEN_OPEN)
            change_question(r, i);
        return;
    case TOKEN_END:
    case TOKEN_OPEN:
    case TOKEN_CLOSE:
    case TOKEN_DOT:
    case TOKEN_TIMES:
    case TOKEN_PERCENT: return;
    }
}

static void change_text_of(struct reading *r)
{
    struct token *tokens;
    struct fault fault = {PROBLEM_EXPRESSION, 0, STR_NONE};
    bool read = expression_lex(r->making->arena, r->that->text, &tokens, &fault);
    must(read);
    r->tokens = tokens;
    bool joins = false;
    for (; tokens[r->n].kind != TOKEN_END; r->n++)
        joins |= tokens[r->n].kind == TOKEN_AND || tokens[r->n].kind == TOKEN_OR;
    str not = str_printf(r->making->arena, "not (%.*s)", STR_FMT(r->that->text));
    if (joins || tokens[0].kind != TOKEN_NOT)
        put(r, MUTATION_NEGATION, r->that->text, not, not);
    for (size_t i = 0; i < r->n; i++)
        change_token(r, i);
}

/* ---- conditions ---------------------------------------------------------------------------- */

void mutate_expression(struct making *making, struct node *item)
{
    struct reading r = {.making = making, .item = item, .that = item};
    put(&r, MUTATION_ALWAYS, item->text, S("always"), S("0 == 0"));
    change_text_of(&r);
}

void mutate_conditions(struct making *making, struct node *list)
{
    for (size_t i = 0; list && i < list->items.len; i++) {
        struct node *item = list->items.items[i], *that = child(item, "that");
        struct making_mark mark = enter_item(making, i, item);
        struct reading r = {.making = making, .item = item, .that = that ? that : item,
                            .condition = true};
        mutate(making, MUTATION_ALWAYS, r.that, list, without_item(making, list, i), r.that->text,
               S("always"));
        change_text_of(&r);
        leave(making, mark);
    }
}

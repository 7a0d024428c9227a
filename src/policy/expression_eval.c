/* SPDX-License-Identifier: Apache-2.0
 * Evaluating a typed expression. The environment is not trusted: a value of another kind than the
 * type says, or none at all, stops the evaluation with a reason. */
#include "policy/expression_priv.h"

struct evaluation {
    struct arena *arena;
    const struct environment *env;
    int steps;
    str why;                     /* set: stopped */
};

static struct value truth_value(bool b)
{
    return (struct value){.kind = VALUE_BOOL, .boolean = b};
}

static struct value stop(struct evaluation *ev, str why)
{
    if (!ev->why.ptr)
        ev->why = why;
    return (struct value){.kind = VALUE_NONE};
}

static bool count_step(struct evaluation *ev, size_t n)
{
    if (ev->why.ptr)
        return false;
    if (n > (size_t)(LIMIT_EXPRESSION_STEPS - ev->steps)) {
        stop(ev, S("the expression takes more steps than the limit"));
        return false;
    }
    ev->steps += (int)n;
    return true;
}

static enum value_kind value_kind(enum type type)
{
    switch (type) {
    case TYPE_BOOL: return VALUE_BOOL;
    case TYPE_INTEGER:
    case TYPE_LITERAL:
    case TYPE_QUANTITY:
    case TYPE_MONEY:
    case TYPE_CASE:
    case TYPE_PERSON:
    case TYPE_ORGANISATION: return VALUE_INTEGER;
    case TYPE_TEXT:
    case TYPE_CHOICE: return VALUE_TEXT;
    case TYPE_DATE: return VALUE_DATE;
    case TYPE_QUANTITIES: return VALUE_QUANTITIES;
    case TYPE_ORGANISATIONS:
    case TYPE_SPAN:
    case TYPE_BAD: return VALUE_NONE;
    }
    return VALUE_NONE;
}

static struct value ask(const struct evaluation *ev, const struct term *term)
{
    const struct environment *env = ev->env;
    return term->n_of ? env->path_of(env->facts, term->whose, term->head, term->name)
                      : env->path(env->facts, term->head, term->name);
}

static struct value eval_path(struct evaluation *ev, const struct term *term)
{
    struct value value = ask(ev, term);
    str dot = term->head.len ? S(".") : S("");
    enum value_kind expected = term->item.ptr ? VALUE_QUANTITIES : value_kind(term->type);
    if (value.kind == VALUE_NONE)
        return stop(ev, str_printf(ev->arena, "%.*s%.*s%.*s has no value", STR_FMT(term->head),
                                   STR_FMT(dot), STR_FMT(term->name)));
    if (value.kind != expected)
        return stop(ev, str_printf(ev->arena, "%.*s%.*s%.*s has a value of another kind",
                                   STR_FMT(term->head), STR_FMT(dot), STR_FMT(term->name)));
    if (!term->item.ptr)
        return value;
    int64_t amount = doc_get_int(value.quantities, term->item, 0);
    return (struct value){.kind = VALUE_INTEGER, .integer = amount};
}

static bool order_holds(enum operation op, int order)
{
    switch ((int)op) {
    case OP_EQ: return order == 0;
    case OP_NE: return order != 0;
    case OP_LT: return order < 0;
    case OP_LE: return order <= 0;
    case OP_GT: return order > 0;
    case OP_GE: return order >= 0;
    }
    must(false && "not a comparison");
    return false;
}

/* Whether a op b for every item of a (an absent item is 0). */
static bool items_hold(enum operation op, const struct doc *a, const struct doc *b)
{
    for (size_t i = 0; a && a->kind == DOC_MAP && i < a->map.len; i++) {
        str item = a->map.items[i].key;
        int64_t x = doc_get_int(a, item, 0), y = doc_get_int(b, item, 0);
        if (!order_holds(op, (x > y) - (x < y)))
            return false;
    }
    return true;
}

static enum operation mirrored(enum operation op)
{
    return op == OP_LE ? OP_GE : op == OP_GE ? OP_LE : op;
}

static size_t doc_size(const struct doc *doc)
{
    return doc && doc->kind == DOC_MAP ? doc->map.len : 0;
}

static struct value compare_quantities(struct evaluation *ev, enum operation op,
                                       const struct doc *a, const struct doc *b)
{
    /* Finding an item walks the map, so a comparison costs the product. */
    size_t n = doc_size(a), m = doc_size(b);
    if (n > LIMIT_EXPRESSION_STEPS || m > LIMIT_EXPRESSION_STEPS ||
        !count_step(ev, (n + m) * (n > m ? n : m)))
        return stop(ev, S("the expression takes more steps than the limit"));
    enum operation each = op == OP_NE ? OP_EQ : op;
    bool holds = items_hold(each, a, b) && items_hold(mirrored(each), b, a);
    return truth_value(op == OP_NE ? !holds : holds);
}

static struct value compare(struct evaluation *ev, const struct term *term, struct value a,
                            struct value b)
{
    int order = 0;
    if (a.kind != b.kind)
        return stop(ev, S("values of two kinds were compared"));
    switch (a.kind) {
    case VALUE_BOOL: order = a.boolean - b.boolean; break;
    case VALUE_INTEGER: order = (a.integer > b.integer) - (a.integer < b.integer); break;
    case VALUE_TEXT: order = str_cmp(a.text, b.text); break;
    case VALUE_DATE: order = date_cmp(a.day, b.day); break;
    case VALUE_QUANTITIES: return compare_quantities(ev, term->op, a.quantities, b.quantities);
    case VALUE_NONE: return a;
    }
    return truth_value(order_holds(term->op, order));
}

static struct value add_span(struct evaluation *ev, const struct term *term, struct value day,
                             int64_t count)
{
    if (day.kind != VALUE_DATE)
        return stop(ev, S("a length of time was added to what is no date"));
    int32_t signed_count = (int32_t)(term->op == OP_PLUS ? count : -count);
    day.day = term->right->unit == UNIT_MONTH ? date_plus_months(day.day, signed_count)
                                              : date_plus(day.day, signed_count);
    return day;
}

static struct value sum(struct evaluation *ev, const struct term *term, struct value a,
                        struct value b)
{
    int64_t result;
    if (term->right->op == OP_SPAN)
        return add_span(ev, term, a, b.integer);
    if (a.kind != VALUE_INTEGER || b.kind != VALUE_INTEGER)
        return stop(ev, S("values that are no numbers were added"));
    bool fits = term->op == OP_PLUS ? i64_add(a.integer, b.integer, &result)
                                    : !__builtin_sub_overflow(a.integer, b.integer, &result);
    if (!fits)
        return stop(ev, S("a sum is too large"));
    return (struct value){.kind = VALUE_INTEGER, .integer = result};
}

static bool scale(int64_t amount, int64_t percent, int64_t *out)
{
    /* percent is in millionths of a percent: a whole is 100 * 1000000. */
    __extension__ typedef __int128 wide;
    wide exact = (wide)amount * percent / (100 * QUANTITY_ONE);
    *out = (int64_t)exact;
    return exact <= INT64_MAX && exact >= INT64_MIN;
}

static struct value percent_of(struct evaluation *ev, struct value of, int64_t percent)
{
    int64_t part;
    if (of.kind == VALUE_INTEGER)
        return scale(of.integer, percent, &part)
                   ? (struct value){.kind = VALUE_INTEGER, .integer = part}
                   : stop(ev, S("a product is too large"));
    if (of.kind != VALUE_QUANTITIES)
        return stop(ev, S("a percentage of what is no amount"));
    struct doc *scaled = doc_map(ev->arena);
    for (size_t i = 0; i < doc_size(of.quantities); i++) {
        const struct doc_member *member = &of.quantities->map.items[i];
        if (!count_step(ev, 1) || !scale(member->value->integer, percent, &part))
            return stop(ev, S("a product is too large"));
        doc_put_int(ev->arena, scaled, member->key, part);
    }
    return (struct value){.kind = VALUE_QUANTITIES, .quantities = scaled};
}

static struct value eval(struct evaluation *ev, const struct term *term);

/* and, or: the right side is not asked when the left one decides, so given() guards it. */
static struct value eval_logic(struct evaluation *ev, const struct term *term)
{
    struct value left = eval(ev, term->left);
    if (ev->why.ptr || left.kind != VALUE_BOOL)
        return stop(ev, S("a value that is no condition was joined"));
    if (term->op == OP_NOT)
        return truth_value(!left.boolean);
    if (left.boolean == (term->op == OP_OR))
        return left;
    return eval(ev, term->right);
}

/* How many lines of the register hold the condition one after the other, from the latest back. */
static struct value eval_in_a_row(struct evaluation *ev, const struct term *term)
{
    const struct environment *env = ev->env;
    int64_t n = 0;
    bool holds = true;
    while (holds && !ev->why.ptr && env->line(env->facts, term->parts[0], (size_t)n)) {
        struct value value = eval(ev, term->left);
        holds = value.kind == VALUE_BOOL && value.boolean;
        n += holds;
    }
    env->line(env->facts, term->parts[0], 0);
    return (struct value){.kind = VALUE_INTEGER, .integer = n};
}

static struct value eval(struct evaluation *ev, const struct term *term)
{
    const struct environment *env = ev->env;
    if (!count_step(ev, 1))
        return (struct value){.kind = VALUE_NONE};
    switch (term->op) {
    case OP_NUMBER:
    case OP_SPAN: return (struct value){.kind = VALUE_INTEGER, .integer = term->number};
    case OP_ON: {
        struct value day = env->on(env->facts, term->parts[0], term->parts[1]);
        return day.kind == VALUE_DATE ? day : stop(ev, S("the step was not decided so"));
    }
    case OP_WORD: return (struct value){.kind = VALUE_TEXT, .text = term->parts[0]};
    case OP_PATH: return eval_path(ev, term);
    case OP_TODAY: {
        struct value today = env->path(env->facts, S(""), S("today"));
        return today.kind == VALUE_DATE ? today : stop(ev, S("today is not known"));
    }
    case OP_GIVEN:
        return truth_value(ask(ev, term).kind != VALUE_NONE);
    case OP_HAS: return truth_value(env->has(env->facts, term->parts[0]));
    case OP_DONE:
        return truth_value(term->n_of ? env->done_of(env->facts, term->whose, term->parts[0],
                                                     term->parts[1])
                                      : env->done(env->facts, term->parts[0], term->parts[1]));
    case OP_OPEN: return truth_value(env->done(env->facts, term->parts[0], STR_NONE));
    case OP_SHORT: return truth_value(env->shorter(env->facts, term->parts[0]));
    case OP_LISTED: return truth_value(env->listed(env->facts, term->parts[0]));
    case OP_RUNNING: return truth_value(env->running(env->facts, term->parts[0]));
    case OP_IN_A_ROW: return eval_in_a_row(ev, term);
    case OP_PERCENT: {
        struct value of = eval(ev, term->left);
        return ev->why.ptr ? of : percent_of(ev, of, term->number);
    }
    case OP_NOT:
    case OP_AND:
    case OP_OR: return eval_logic(ev, term);
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
    case OP_PLUS:
    case OP_MINUS: {
        struct value a = eval(ev, term->left);
        struct value b = eval(ev, term->right);
        if (ev->why.ptr)
            return b;
        bool adds = term->op == OP_PLUS || term->op == OP_MINUS;
        return adds ? sum(ev, term, a, b) : compare(ev, term, a, b);
    }
    }
    return stop(ev, S("the expression is damaged"));
}

struct value expression_value(struct arena *arena, const struct term *term,
                              const struct environment *environment, bool *out_known)
{
    struct evaluation ev = {.arena = arena, .env = environment};
    struct value value = eval(&ev, term);
    *out_known = !ev.why.ptr;
    return value;
}

bool expression_holds(struct arena *arena, const struct expression *expression,
                      const struct environment *environment, bool *out, str *out_why)
{
    struct evaluation ev = {.arena = arena, .env = environment};
    struct value value = eval(&ev, expression->root);
    if (!ev.why.ptr && value.kind != VALUE_BOOL)
        stop(&ev, S("the expression is no condition"));
    if (ev.why.ptr) {
        *out_why = ev.why;
        return false;
    }
    *out = value.boolean;
    return true;
}

str expression_text(const struct expression *expression)
{
    return expression->text;
}

struct pos expression_pos(const struct expression *expression)
{
    return expression->pos;
}

str expression_material(const struct expression *expression)
{
    const struct term *root = expression->root;
    return root->op == OP_HAS ? root->parts[0] : STR_NONE;
}

str expression_field(const struct expression *expression)
{
    const struct term *root = expression->root;
    return root->op == OP_GIVEN && root->own && !root->n_of ? root->name : STR_NONE;
}

/* False when it asks for a material, or for a second field. */
static bool reads_only(const struct term *term, str *field)
{
    if (!term)
        return true;
    if (term->op == OP_HAS)
        return false;
    /* A value of the own form, or what a case cited there says: its field is what one mends. */
    bool cites = term->n_of == 1 && term->own;
    if (cites) {
        if (field->ptr && !str_eq(*field, term->whose.name))
            return false;
        *field = term->whose.name;
    } else if (term->own && (term->op == OP_PATH || term->op == OP_GIVEN)) {
        if (field->ptr && !str_eq(*field, term->name))
            return false;
        *field = term->name;
    }
    return reads_only(term->left, field) && reads_only(term->right, field);
}

str expression_own_field(const struct expression *expression)
{
    str field = STR_NONE;
    return reads_only(expression->root, &field) ? field : STR_NONE;
}

static bool term_ensures(const struct term *term, str step, str field)
{
    if (term->op == OP_AND)
        return term_ensures(term->left, step, field) || term_ensures(term->right, step, field);
    return term->op == OP_GIVEN && !term->n_of && str_eq(term->head, step) &&
           str_eq(term->name, field);
}

bool expression_ensures(const struct expression *expression, str step, str field)
{
    return term_ensures(expression->root, step, field);
}

/* ---- what is known before there is data ------------------------------------------------------ */

static bool term_asks(const struct term *term, enum operation op)
{
    return term && (term->op == op || term_asks(term->left, op) || term_asks(term->right, op));
}

bool expression_asks_today(const struct expression *expression)
{
    return term_asks(expression->root, OP_TODAY);
}

/* A day that nothing can move: values of earlier acts, and spans. */
static bool is_fixed(const struct term *term, const struct known *known)
{
    if (!term)
        return true;
    bool path = term->op == OP_PATH || term->op == OP_GIVEN;
    if (term->op == OP_TODAY || (path && (term->own || term->ledger || !term->field)))
        return false;
    if (path && (term->n_of || known->again(known->states, term->head)))
        return false; /* of a cited case, or of a step that can still be decided */
    if (term->op == OP_ON && known->again(known->states, term->parts[0]))
        return false;
    return is_fixed(term->left, known) && is_fixed(term->right, known);
}

/* today against a fixed day, long after it. */
static enum truth compare_truth(const struct term *term, const struct known *known)
{
    bool left = term_asks(term->left, OP_TODAY), right = term_asks(term->right, OP_TODAY);
    if (!known->again || left == right || !is_fixed(left ? term->right : term->left, known))
        return TRUTH_FREE;
    if (term->op == OP_EQ || term->op == OP_NE)
        return term->op == OP_NE ? TRUTH_YES : TRUTH_NO;
    bool less = term->op == OP_LT || term->op == OP_LE;
    return less == left ? TRUTH_NO : TRUTH_YES;
}

static enum truth term_truth(const struct term *term, const struct known *known)
{
    if (term->op == OP_DONE && term->n_of)
        return TRUTH_FREE;
    if (term->op == OP_DONE)
        return known->done(known->states, term->parts[0], term->parts[1]) ? TRUTH_YES : TRUTH_NO;
    if (term->op == OP_OPEN)
        return known->done(known->states, term->parts[0], STR_NONE) ? TRUTH_YES : TRUTH_NO;
    /* A value that may be empty may be there, and then its day is over. */
    if (known->again && term->op == OP_GIVEN && is_fixed(term, known) && term->field)
        return TRUTH_YES;
    if (term->op == OP_NOT) {
        enum truth inner = term_truth(term->left, known);
        return inner == TRUTH_FREE ? TRUTH_FREE : inner == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
    }
    if (term->op >= OP_EQ && term->op <= OP_GE)
        return compare_truth(term, known);
    if (term->op != OP_AND && term->op != OP_OR)
        return TRUTH_FREE;
    enum truth decides = term->op == OP_AND ? TRUTH_NO : TRUTH_YES;
    enum truth left = term_truth(term->left, known);
    enum truth right = term_truth(term->right, known);
    if (left == decides || right == decides)
        return decides;
    return left == TRUTH_FREE ? TRUTH_FREE : right;
}

enum truth expression_truth(const struct expression *expression, const struct known *known)
{
    return term_truth(expression->root, known);
}

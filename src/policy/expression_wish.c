/* SPDX-License-Identifier: Apache-2.0
 * What a person would fill in so that a condition holds. Nothing here is certain: a form is mended
 * condition by condition, and whoever asked judges the result anew. */
#include "policy/expression_priv.h"

enum { WISH_STEPS = 2000 };      /* of one condition: sums are tried from both sides */

static bool make(struct wish *w, const struct term *term, bool want);
static bool aim(struct wish *w, const struct term *term, int64_t target);

/* ---- reading -------------------------------------------------------------------------------- */

static struct value value_of(const struct wish *w, const struct term *term, bool *out_known)
{
    return expression_value(w->arena, term, w->environment, out_known);
}

static bool holds(const struct wish *w, const struct term *term)
{
    bool known;
    struct value value = value_of(w, term, &known);
    return known && value.kind == VALUE_BOOL && value.boolean;
}

static bool is_own(const struct term *term)
{
    return term->op == OP_PATH && term->own && !term->n_of && term->field;
}

/* Does anything that the form says change it? */
static bool moves(const struct term *term)
{
    return term && (is_own(term) || moves(term->left) || moves(term->right));
}

static bool is_settled(const struct wish *w, str field)
{
    for (size_t i = 0; i < w->settled.len; i++)
        if (str_eq(w->settled.items[i], field))
            return true;
    return false;
}

static void settle(struct wish *w, const struct term *term)
{
    if (!term)
        return;
    if (is_own(term) && !is_settled(w, term->field->id))
        VEC_PUSH(w->arena, &w->settled, term->field->id);
    settle(w, term->left);
    settle(w, term->right);
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool put(struct wish *w, const struct field *field, struct doc *value)
{
    if (!value || (w->spare && is_settled(w, field->id)))
        return false;
    doc_put(w->arena, w->form, field->id, value);
    return true;
}

static bool leave_out(struct wish *w, const struct field *field)
{
    if (!field->optional)
        return false;
    for (size_t i = 0; i < w->form->map.len; i++)
        if (str_eq(w->form->map.items[i].key, field->id)) {
            w->form->map.items[i] = w->form->map.items[w->form->map.len - 1];
            w->form->map.len--;
            break;
        }
    return true;
}

static bool put_number(struct wish *w, const struct term *term, int64_t number)
{
    const struct field *field = term->field;
    bool ranged = field->type == FIELD_INTEGER || field->type == FIELD_MONEY;
    if (!term->item.ptr)
        return (!ranged || (number >= field->min && number <= field->max)) &&
               put(w, field, doc_int(w->arena, number));
    if (number < 0 || number > LIMIT_QUANTITY)
        return false;
    const struct doc *before = doc_get(w->form, field->id);
    struct doc *quantities = before ? doc_copy(w->arena, before) : doc_map(w->arena);
    doc_put_int(w->arena, quantities, term->item, number);
    return put(w, field, quantities);
}

static bool number_of(const struct wish *w, const struct term *term, int64_t *out)
{
    bool known;
    struct value value = value_of(w, term, &known);
    *out = value.integer;
    return known && value.kind == VALUE_INTEGER;
}

/* The part becomes what is left of the target when the other has its share. */
static bool aim_part(struct wish *w, const struct term *sum, bool left, int64_t target)
{
    const struct term *part = left ? sum->left : sum->right;
    const struct term *other = left ? sum->right : sum->left;
    int64_t share;
    if (!moves(part) || !number_of(w, other, &share))
        return false;
    bool adds = sum->op == OP_PLUS;
    int64_t rest = adds ? target - share : left ? target + share : share - target;
    return aim(w, part, rest);
}

static bool aim_sum(struct wish *w, const struct term *sum, int64_t target)
{
    bool left = prng_chance(w->prng, 50);
    if (aim_part(w, sum, left, target) || aim_part(w, sum, !left, target))
        return true;
    /* The one takes too much of it: half is left for the other. */
    const struct term *other = left ? sum->right : sum->left;
    return sum->op == OP_PLUS && moves(sum->left) && moves(sum->right) &&
           aim(w, other, target / 2) && aim_part(w, sum, left, target);
}

static bool aim(struct wish *w, const struct term *term, int64_t target)
{
    __extension__ typedef __int128 wide;
    if (++w->steps > WISH_STEPS || target > LIMIT_JSON_INTEGER || target < -LIMIT_JSON_INTEGER)
        return false;
    switch ((int)term->op) {
    case OP_PATH: return is_own(term) && put_number(w, term, target);
    case OP_PLUS:
    case OP_MINUS: return aim_sum(w, term, target);
    case OP_PERCENT:
        return term->number > 0 &&
               aim(w, term->left, (int64_t)((wide)target * 100 * QUANTITY_ONE / term->number));
    }
    return false;
}

/* ---- comparisons ---------------------------------------------------------------------------- */

static enum operation contrary(enum operation op)
{
    switch ((int)op) {
    case OP_EQ: return OP_NE;
    case OP_NE: return OP_EQ;
    case OP_LT: return OP_GE;
    case OP_LE: return OP_GT;
    case OP_GT: return OP_LE;
    }
    return OP_LT;
}

static enum operation mirror(enum operation op)
{
    switch ((int)op) {
    case OP_LT: return OP_GT;
    case OP_LE: return OP_GE;
    case OP_GT: return OP_LT;
    case OP_GE: return OP_LE;
    }
    return op;
}

/* How far from the other value one goes: often just as far as it takes. */
static int64_t distance(struct wish *w, enum operation op)
{
    int64_t slack = prng_chance(w->prng, 30) ? (int64_t)prng_below(w->prng, 10) : 0;
    switch ((int)op) {
    case OP_LT: return -1 - slack;
    case OP_LE: return -slack;
    case OP_GT: return 1 + slack;
    case OP_GE: return slack;
    case OP_NE: return 1;
    }
    return 0;
}

static bool choose_word(struct wish *w, const struct field *field, enum operation op, str word)
{
    size_t n = field->n_choices, from = n ? (size_t)prng_below(w->prng, n) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct choice *choice = &field->choices[(from + i) % n];
        if (str_eq(choice->id, word) == (op == OP_EQ))
            return put(w, field, doc_text(w->arena, choice->id));
    }
    return false;
}

/* One more of something than there; something where there is nothing. */
static bool vary_quantities(struct wish *w, const struct field *field, const struct doc *other)
{
    if (other->map.len == 0)
        return put(w, field, w->invent(w->ctx, field));
    const struct doc_member *one =
        &other->map.items[prng_below(w->prng, other->map.len)];
    int64_t amount = one->value->integer;
    struct doc *varied = doc_copy(w->arena, other);
    doc_put_int(w->arena, varied, one->key,
                amount < LIMIT_QUANTITY ? amount + QUANTITY_ONE : amount - QUANTITY_ONE);
    return put(w, field, varied);
}

/* No more of each than there, or no less. */
static bool fit_quantities(struct wish *w, const struct field *field, enum operation op,
                           const struct doc *other)
{
    if (op == OP_NE)
        return vary_quantities(w, field, other);
    const struct doc *own = doc_get(w->form, field->id);
    struct doc *fitted = doc_map(w->arena);
    for (size_t i = 0; op == OP_EQ && i < other->map.len; i++)
        doc_put_int(w->arena, fitted, other->map.items[i].key,
                    other->map.items[i].value->integer);
    const struct doc *from = op == OP_GE || op == OP_GT || !own ? other : own;
    for (size_t i = 0; op != OP_EQ && i < from->map.len; i++) {
        str item = from->map.items[i].key;
        int64_t there = doc_get_int(other, item, 0), here = doc_get_int(own, item, there);
        int64_t strict = op == OP_LT ? -QUANTITY_ONE : op == OP_GT ? QUANTITY_ONE : 0;
        bool less = op == OP_LT || op == OP_LE;
        int64_t bound = there + strict, fit = less == (here < bound) ? here : bound;
        doc_put_int(w->arena, fitted, item, fit > 0 ? fit : 0);
    }
    return put(w, field, fitted);
}

/* The side comes to stand so to the value. */
static bool move(struct wish *w, const struct term *side, enum operation op, struct value value)
{
    int64_t far = distance(w, op);
    switch (value.kind) {
    case VALUE_INTEGER:
        if (side->type == TYPE_QUANTITY)
            far *= QUANTITY_ONE;
        return aim(w, side, value.integer + far) ||
               ((op == OP_LE || op == OP_GE) && aim(w, side, value.integer));
    case VALUE_DATE:
        return is_own(side) &&
               put(w, side->field, doc_text(w->arena, date_print(w->arena,
                                                    date_plus(value.day, (int32_t)far))));
    case VALUE_TEXT:
        return is_own(side) &&
               (side->field->n_choices ? choose_word(w, side->field, op, value.text)
                                       : op == OP_EQ && put(w, side->field,
                                                            doc_text(w->arena, value.text)));
    case VALUE_BOOL:
        return is_own(side) &&
               put(w, side->field, doc_bool(w->arena, value.boolean == (op == OP_EQ)));
    case VALUE_QUANTITIES:
        return is_own(side) && !side->item.ptr &&
               fit_quantities(w, side->field, op, value.quantities);
    case VALUE_NONE: break;
    }
    return false;
}

static bool make_comparison(struct wish *w, const struct term *term, bool want)
{
    enum operation op = want ? term->op : contrary(term->op);
    bool left = prng_chance(w->prng, 50);
    /* What earlier conditions hold by is changed only when nothing else helps. */
    for (int i = 0; i < 4; i++, left = !left) {
        bool known;
        const struct term *side = left ? term->left : term->right;
        struct value value = value_of(w, left ? term->right : term->left, &known);
        w->spare = i < 2;
        bool moved = known && moves(side) && move(w, side, left ? op : mirror(op), value);
        w->spare = false;
        if (moved)
            return true;
    }
    return false;
}

/* ---- conditions ----------------------------------------------------------------------------- */

/* A cited case says what it says: another one may say it. */
static bool cite_another(struct wish *w, const struct term *term)
{
    const struct field *field = NULL;
    for (size_t i = 0; i < w->fields->n && term->own; i++)
        if (str_eq(w->fields->fields[i].id, term->whose.name))
            field = &w->fields->fields[i];
    return field && put(w, field, w->invent(w->ctx, field));
}

static bool cites(const struct term *term)
{
    return term && ((term->n_of && term->whose.head.len && term->own) || cites(term->left) ||
                    cites(term->right));
}

static bool make_given(struct wish *w, const struct term *term, bool want)
{
    if (term->n_of)
        return cites(term) && cite_another(w, term);
    if (!term->own || !term->field)
        return false;
    return want ? put(w, term->field, w->invent(w->ctx, term->field)) : leave_out(w, term->field);
}

/* both: all parts are made so, else one of them. */
static bool make_joined(struct wish *w, const struct term *term, bool want)
{
    if ((term->op == OP_AND) == want) {
        bool made = make(w, term->left, want);
        return make(w, term->right, want) && made;
    }
    bool left = prng_chance(w->prng, 50);
    for (int i = 0; i < 2; i++, left = !left)
        if (make(w, left ? term->left : term->right, want) && holds(w, term) == want)
            return true;
    return false;
}

static bool make(struct wish *w, const struct term *term, bool want)
{
    bool known;
    struct value value = value_of(w, term, &known);
    if (known && value.kind == VALUE_BOOL && value.boolean == want)
        return true;
    if (++w->steps > WISH_STEPS)
        return false;
    switch ((int)term->op) {
    case OP_NOT: return make(w, term->left, !want);
    case OP_AND:
    case OP_OR: return make_joined(w, term, want);
    case OP_PATH: return is_own(term) && put(w, term->field, doc_bool(w->arena, want));
    case OP_GIVEN: return make_given(w, term, want);
    case OP_DONE: return cites(term) && cite_another(w, term);
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE: return make_comparison(w, term, want);
    }
    return false;
}

bool expression_wish(struct wish *wish, const struct expression *expression)
{
    const struct term *root = expression->root;
    wish->steps = 0;
    bool held = holds(wish, root);
    if (!held)
        make(wish, root, true);
    settle(wish, root);
    return held;
}

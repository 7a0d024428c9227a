/* SPDX-License-Identifier: Apache-2.0
 * Tokens -> tree, by recursive descent. Depth counts what is open at the same time, so the
 * recursion is bounded; a chain of and, or, + is read in a loop. */
#include "policy/expression_priv.h"

struct parser {
    struct arena *arena;
    const struct token *tokens;
    size_t i;
    int depth;
    struct fault *fault;
};

static const struct token *peek(const struct parser *p)
{
    return &p->tokens[p->i];
}

static bool take(struct parser *p, enum token_kind kind)
{
    if (peek(p)->kind != kind)
        return false;
    p->i++;
    return true;
}

static struct term *expect(struct parser *p, const char *expected)
{
    const struct token *t = peek(p);
    str found = t->kind == TOKEN_END ? S("the end") : str_printf(p->arena, "\"%.*s\"",
                                                                  STR_FMT(t->text));
    *p->fault = (struct fault){PROBLEM_EXPRESSION, t->at,
                               str_printf(p->arena, "expected %s, found %.*s.", expected,
                                          STR_FMT(found))};
    return NULL;
}

static struct term *new_term(struct parser *p, enum operation op, size_t at)
{
    struct term *term = NEW(p->arena, struct term);
    term->op = op;
    term->at = at;
    return term;
}

static struct term *join(struct parser *p, enum operation op, size_t at, struct term *left,
                         struct term *right)
{
    if (!left || !right)
        return NULL;
    struct term *term = new_term(p, op, at);
    term->left = left;
    term->right = right;
    return term;
}

static struct term *parse_or(struct parser *p);

/* Guards every way down; up is done by the callers that went in. */
static bool deeper(struct parser *p)
{
    if (++p->depth <= LIMIT_EXPRESSION_DEPTH)
        return true;
    *p->fault = (struct fault){PROBLEM_EXPRESSION_LIMIT, peek(p)->at,
                               str_printf(p->arena, "the expression is nested deeper than %d.",
                                          (int)LIMIT_EXPRESSION_DEPTH)};
    return false;
}

static bool parse_names(struct parser *p, struct term *term, size_t most)
{
    do {
        const struct token *t = peek(p);
        if (t->kind != TOKEN_NAME) {
            expect(p, "a name");
            return false;
        }
        if (term->n_parts == most) {
            *p->fault = (struct fault){PROBLEM_EXPRESSION, t->at,
                                       S("a path has at most three names: step.field.item.")};
            return false;
        }
        term->parts[term->n_parts++] = t->text;
        p->i++;
    } while (take(p, TOKEN_DOT));
    return true;
}

/* How many names stand between the brackets, and what to say of another number. */
static bool check_names(struct parser *p, const struct term *term, size_t inner)
{
    const char *wrong = NULL;
    if (term->op == OP_HAS && term->n_parts != 1)
        wrong = "has() takes the name of one material.";
    else if (term->op == OP_DONE && term->n_parts != 2)
        wrong = "done() takes STEP.OUTCOME.";
    else if (term->op == OP_ON && term->n_parts != 2)
        wrong = "on() takes STEP.OUTCOME.";
    else if (term->op == OP_GIVEN && term->n_parts > 2)
        wrong = "given() takes FIELD or STEP.FIELD.";
    else if ((term->op == OP_OPEN || term->op == OP_SHORT) && term->n_parts != 1)
        wrong = "open() and short() take the name of one step.";
    else if (term->op == OP_LISTED && term->n_parts != 1)
        wrong = "listed() takes the name of one list.";
    else if (term->op == OP_RUNNING && term->n_parts != 1)
        wrong = "running() takes the name of one procedure.";
    else if (term->op == OP_IN_A_ROW && term->n_parts != 1)
        wrong = "in-a-row() takes REGISTER where CONDITION.";
    if (wrong)
        *p->fault = (struct fault){PROBLEM_EXPRESSION, inner, str_of(wrong)};
    return !wrong;
}

/* of FIELD, of STEP.FIELD, of ROLE; nothing when no "of" follows. */
static bool parse_of(struct parser *p, struct term *term)
{
    if (peek(p)->kind != TOKEN_NAME || !str_eq(peek(p)->text, S("of")))
        return true;
    p->i++;
    do {
        const struct token *t = peek(p);
        if (t->kind != TOKEN_NAME || term->n_of == COUNT_OF(term->of_parts)) {
            expect(p, "FIELD, STEP.FIELD or a role after \"of\"");
            return false;
        }
        term->of_parts[term->n_of++] = t->text;
        p->i++;
    } while (take(p, TOKEN_DOT));
    return true;
}

/* in-a-row(REGISTER where CONDITION), after the name. */
static bool parse_where(struct parser *p, struct term *term)
{
    if (peek(p)->kind != TOKEN_NAME || !str_eq(peek(p)->text, S("where"))) {
        expect(p, "where");
        return false;
    }
    if (!deeper(p))
        return false;
    p->i++;
    term->left = parse_or(p);
    p->depth--;
    return term->left != NULL;
}

/* given(PATH), has(NAME), done(NAME.NAME), open(NAME), short(NAME), listed(NAME), running(NAME),
 * in-a-row(...), on(NAME.NAME) */
static struct term *parse_call(struct parser *p)
{
    static const str names[] = {{"given", 5}, {"has", 3},    {"done", 4},    {"open", 4},
                                {"short", 5}, {"listed", 6}, {"running", 7}, {"in-a-row", 8},
                                {"on", 2}};
    static const enum operation ops[] = {OP_GIVEN, OP_HAS,    OP_DONE,    OP_OPEN,
                                         OP_SHORT, OP_LISTED, OP_RUNNING, OP_IN_A_ROW,
                                         OP_ON};
    const struct token *word = peek(p);
    size_t which = 0;
    while (which < COUNT_OF(names) && !str_eq(names[which], word->text))
        which++;
    if (which == COUNT_OF(names)) {
        str hint = expected_words(p->arena, word->text, names, COUNT_OF(names));
        *p->fault = (struct fault){PROBLEM_EXPRESSION, word->at,
                                   str_printf(p->arena, "there is no \"%.*s(...)\"%.*s",
                                              STR_FMT(word->text), STR_FMT(hint))};
        return NULL;
    }
    struct term *term = new_term(p, ops[which], word->at);
    p->i += 2;
    size_t inner = peek(p)->at;
    if (!parse_names(p, term, 3))
        return NULL;
    if (!check_names(p, term, inner) || (term->op == OP_IN_A_ROW && !parse_where(p, term)) ||
        ((term->op == OP_GIVEN || term->op == OP_DONE) && !parse_of(p, term)))
        return NULL;
    if (take(p, TOKEN_CLOSE))
        return term;
    return expect(p, "\")\"");
}

/* A number, or the length of time that it becomes with a unit behind it. */
static struct term *parse_span(struct parser *p, struct term *number)
{
    if (peek(p)->kind != TOKEN_NAME || !unit_parse(peek(p)->text, &number->unit))
        return number;
    int64_t most = number->unit == UNIT_MONTH ? LIMIT_CLOCK_UNITS / 31 : LIMIT_CLOCK_UNITS;
    if (number->unit == UNIT_WORKING_DAY || number->number % QUANTITY_ONE != 0 ||
        number->number > most * QUANTITY_ONE)
        return expect(p, "a whole number of day (36600 at most) or month (1180)");
    number->op = OP_SPAN;
    number->number /= QUANTITY_ONE;
    p->i++;
    return number;
}

static struct term *parse_atom(struct parser *p)
{
    const struct token *t = peek(p);
    if (t->kind == TOKEN_NUMBER) {
        struct term *term = new_term(p, OP_NUMBER, t->at);
        term->number = t->millionths;
        p->i++;
        return parse_span(p, term);
    }
    if (t->kind == TOKEN_NAME) {
        if (p->tokens[p->i + 1].kind == TOKEN_OPEN)
            return parse_call(p);
        struct term *term = new_term(p, OP_PATH, t->at);
        return parse_names(p, term, 3) && parse_of(p, term) ? term : NULL;
    }
    if (t->kind != TOKEN_OPEN)
        return expect(p, "a value");
    if (!deeper(p))
        return NULL;
    p->i++;
    struct term *inner = parse_or(p);
    if (!inner)
        return NULL;
    p->depth--;
    return take(p, TOKEN_CLOSE) ? inner : expect(p, "\")\"");
}

/* ATOM * NUMBER % */
static struct term *parse_part(struct parser *p)
{
    struct term *left = parse_atom(p);
    if (!left || peek(p)->kind != TOKEN_TIMES)
        return left;
    struct term *term = new_term(p, OP_PERCENT, peek(p)->at);
    p->i++;
    term->left = left;
    if (peek(p)->kind != TOKEN_NUMBER)
        return expect(p, "a number of percent");
    term->number = peek(p)->millionths;
    p->i++;
    return take(p, TOKEN_PERCENT)
               ? term
               : expect(p, "% (the only multiplication is with a percentage, as in * 90%)");
}

static struct term *parse_sum(struct parser *p)
{
    struct term *left = parse_part(p);
    while (left && (peek(p)->kind == TOKEN_PLUS || peek(p)->kind == TOKEN_MINUS)) {
        size_t at = peek(p)->at;
        enum operation op = peek(p)->kind == TOKEN_PLUS ? OP_PLUS : OP_MINUS;
        p->i++;
        left = join(p, op, at, left, parse_part(p));
    }
    return left;
}

static bool compare_operation(enum token_kind kind, enum operation *out)
{
    static const struct {
        enum token_kind kind;
        enum operation op;
    } table[] = {{TOKEN_EQ, OP_EQ}, {TOKEN_NE, OP_NE}, {TOKEN_LT, OP_LT},
                 {TOKEN_LE, OP_LE}, {TOKEN_GT, OP_GT}, {TOKEN_GE, OP_GE}};
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (table[i].kind == kind) {
            *out = table[i].op;
            return true;
        }
    return false;
}

static struct term *parse_compare(struct parser *p)
{
    struct term *left = parse_sum(p);
    enum operation op;
    if (!left || !compare_operation(peek(p)->kind, &op))
        return left;
    size_t at = peek(p)->at;
    p->i++;
    struct term *term = join(p, op, at, left, parse_sum(p));
    if (!term || !compare_operation(peek(p)->kind, &op))
        return term;
    *p->fault = (struct fault){PROBLEM_EXPRESSION, peek(p)->at,
                               S("comparisons cannot be chained; join two with and.")};
    return NULL;
}

static struct term *parse_not(struct parser *p)
{
    if (peek(p)->kind != TOKEN_NOT)
        return parse_compare(p);
    if (!deeper(p))
        return NULL;
    struct term *term = new_term(p, OP_NOT, peek(p)->at);
    p->i++;
    term->left = parse_not(p);
    p->depth--;
    return term->left ? term : NULL;
}

static struct term *parse_and(struct parser *p)
{
    struct term *left = parse_not(p);
    while (left && peek(p)->kind == TOKEN_AND) {
        size_t at = peek(p)->at;
        p->i++;
        left = join(p, OP_AND, at, left, parse_not(p));
    }
    return left;
}

static struct term *parse_or(struct parser *p)
{
    struct term *left = parse_and(p);
    while (left && peek(p)->kind == TOKEN_OR) {
        size_t at = peek(p)->at;
        p->i++;
        left = join(p, OP_OR, at, left, parse_and(p));
    }
    return left;
}

struct term *expression_parse(struct arena *arena, str text, struct fault *fault)
{
    struct token *tokens;
    if (!expression_lex(arena, text, &tokens, fault))
        return NULL;
    struct parser p = {.arena = arena, .tokens = tokens, .fault = fault};
    struct term *root = parse_or(&p);
    if (root && peek(&p)->kind != TOKEN_END)
        return expect(&p, "and, or, or the end");
    return root;
}

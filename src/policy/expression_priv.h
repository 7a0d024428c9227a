/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the expression language: text -> tokens -> tree -> typed tree, evaluated against an
 * environment. Expressions stand in YAML flow without quotes, so the language has no commas,
 * quotes, braces or colons.
 *
 *     or      := and { "or" and }
 *     and     := not { "and" not }
 *     not     := "not" not | compare
 *     compare := sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum ]
 *     sum     := part { ("+" | "-") part }            both with blanks on either side
 *     span    := NUMBER ("day" | "month")             an atom too, added to a date
 *     part    := atom [ "*" NUMBER "%" ]              of an amount, down to the millionth
 *     atom    := NUMBER | PATH [of] | "given" "(" PATH [of] ")" | "has" "(" NAME ")"
 *              | "done" "(" NAME "." NAME [of] ")" | "open" "(" NAME ")" | "short" "(" NAME ")"
 *              | "on" "(" NAME "." NAME ")" | "listed" "(" NAME ")"
 *              | "running" "(" NAME ")" | "(" or ")"
 *              | "in-a-row" "(" NAME "where" or ")"
 *     of      := "of" PATH                            a field that cites a case, or a role
 *     PATH    := NAME [ "." NAME [ "." NAME ] ]
 *     NUMBER  := digits [ "." one to six digits ]
 */
#ifndef YJ_POLICY_EXPRESSION_PRIV_H
#define YJ_POLICY_EXPRESSION_PRIV_H

#include "policy/load_priv.h"

enum token_kind {
    TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_DOT, TOKEN_EQ, TOKEN_NE,
    TOKEN_LT, TOKEN_LE, TOKEN_GT, TOKEN_GE, TOKEN_PLUS, TOKEN_MINUS, TOKEN_TIMES,
    TOKEN_PERCENT, TOKEN_AND, TOKEN_OR,
    TOKEN_NOT
};
struct token {
    enum token_kind kind;
    str text;
    size_t at;                   /* byte in the expression */
    int64_t millionths;          /* NUMBER */
};

enum operation {
    OP_NUMBER, OP_SPAN, OP_PATH, OP_WORD, OP_TODAY, OP_ON, OP_GIVEN, OP_HAS, OP_DONE, OP_OPEN,
    OP_SHORT, OP_LISTED, OP_RUNNING, OP_IN_A_ROW, OP_NOT, OP_AND, OP_OR,
    OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_PLUS, OP_MINUS, OP_PERCENT
};

enum type {
    TYPE_BAD,                    /* reported already: agrees with everything */
    TYPE_BOOL, TYPE_INTEGER, TYPE_LITERAL, TYPE_TEXT, TYPE_CHOICE, TYPE_DATE, TYPE_QUANTITY,
    TYPE_QUANTITIES, TYPE_ORGANISATION, TYPE_ORGANISATIONS, TYPE_MONEY, TYPE_CASE, TYPE_PERSON,
    TYPE_SPAN                    /* a length of time, to be added to a date */
};

struct term {
    enum operation op;
    size_t at;                   /* byte in the expression, for findings */
    struct term *left, *right;
    str parts[3];                /* PATH, GIVEN, DONE as written; else the first: the one name */
    size_t n_parts;
    enum unit unit;              /* SPAN: day or month */
    int64_t number;              /* NUMBER: millionths until typed, then in the unit of its type;
                                  * PERCENT: millionths of a percent; SPAN: how many */
    enum type type;
    str head, name, item;        /* PATH, GIVEN: step (or "unit"), field, item of quantities */
    const struct field *field;   /* PATH, GIVEN of a form field, else NULL */
    const struct item *unit_of;  /* QUANTITY: an item whose unit it has */
    bool own;                    /* PATH: of the step's own form */
    bool always;                 /* PATH: a seat that somebody holds in every case */
    const struct ledger *ledger; /* PATH, GIVEN of a register's field */
    str of_parts[2];             /* PATH, GIVEN, DONE: of what, as written */
    size_t n_of;                 /* 0: of the case itself */
    struct whose whose;          /* the same, linked */
};

/* A value of another step's form that the expression takes for granted. */
struct use {
    str step, field;
    struct pos pos;
};

struct expression {
    str text;
    struct pos pos;
    struct term *root;
    VEC(struct use) uses;
};

/* LIMIT: judged when the step opens, before its own form; OFFER: before there is a case; LIST: of
 * a system alone. The last two have no step, LIST no procedure either. */
enum place { PLACE_NEEDS, PLACE_CHOICE, PLACE_LIMIT, PLACE_OFFER, PLACE_LIST };
struct scope {
    const struct procedure *procedure;
    const struct step *step;
    enum place place;
    str outcome;                 /* judged for this outcome of the step; empty: for every one */
};

/* Why a text cannot be read, and at which byte. */
struct fault {
    enum problem problem;
    size_t at;
    str sentence;
};
/* The tokens end with a TOKEN_END. */
bool expression_lex(struct arena *arena, str text, struct token **out, struct fault *fault);
struct term *expression_parse(struct arena *arena, str text, struct fault *fault); /* or NULL */
/* NULL when something was reported, here or about the form that it asks. */
struct expression *expression_compile(struct load *load, const struct node *node,
                                      const struct scope *scope);
/* Types the tree and fills uses; false when something was reported. */
bool expression_type(struct load *load, const struct node *node, const struct scope *scope,
                     struct expression *expression);

/* When the expression holds, is STEP.FIELD surely given? (given() among its conjuncts) */
bool expression_ensures(const struct expression *expression, str step, str field);

/* *out_known false: an operand had no value, or the limit was passed. */
struct value expression_value(struct arena *arena, const struct term *term,
                              const struct environment *environment, bool *out_known);

/* What is known of a condition when only the steps' states are: data is free. */
enum truth { TRUTH_NO, TRUTH_YES, TRUTH_FREE };
struct known {
    void *states;
    bool (*done)(void *states, str step, str outcome); /* as in struct environment */
    /* NULL, or: it is late, every day that stands fixed is over and today lies behind it. A day
     * that the act itself names is not fixed, nor a register's, nor that of a step that can be
     * decided again, as this says. */
    bool (*again)(void *states, str step);
};
enum truth expression_truth(const struct expression *expression, const struct known *known);
/* Does it ask what day it is? */
bool expression_asks_today(const struct expression *expression);

#endif

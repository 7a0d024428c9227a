/* SPDX-License-Identifier: Apache-2.0
 *
 * What the makers of mutants share: where they are in the pack, and trees that differ in one
 * place. */
#ifndef YJ_POLICY_MUTANTS_PRIV_H
#define YJ_POLICY_MUTANTS_PRIV_H

#include "policy/expression_priv.h"

struct making {
    struct arena *arena;
    const struct policy *policy;
    VEC(struct mutant) mutants;
    size_t file;
    const struct node *root;
    const struct procedure *procedure; /* NULL in pack.yaml */
    const struct step *step;           /* NULL outside of steps */
    str place;                         /* "onboard.review.within" */
    struct basis basis;
};

/* ---- trees --------------------------------------------------------------------------------- */

struct node *child(const struct node *map, const char *key); /* NULL when absent */
struct node *text_node(struct making *making, str text);
/* Shallow copies that lack an item or entry, or have an entry more (or another value of it). */
struct node *without_item(struct making *making, const struct node *list, size_t at);
struct node *without_key(struct making *making, const struct node *map, const char *key);
struct node *with_key(struct making *making, const struct node *map, str key, struct node *value);
/* YAML that reads back as the tree, without meets. */
str node_print(struct arena *arena, const struct node *root);
/* One line for a person: texts as they stand, of a condition its expression. */
str node_brief(struct making *making, const struct node *node);

/* ---- making -------------------------------------------------------------------------------- */

/* Goes into a part: place and source are its own until leave. */
struct making_mark {
    str place;
    struct basis basis;
};
struct making_mark enter(struct making *making, str name, const struct node *part);
struct making_mark enter_item(struct making *making, size_t at, const struct node *part);
void leave(struct making *making, struct making_mark mark);

/* `where` gives the position that is printed. A change that was made already is left out. */
void mutate(struct making *making, enum mutation kind, const struct node *where, struct node *at,
            const struct node *instead, str from, str to);
void change_text(struct making *making, enum mutation kind, struct node *scalar, str to);
void drop_item(struct making *making, enum mutation kind, struct node *list, size_t at);
void drop_key(struct making *making, enum mutation kind, struct node *map, const char *key);
/* The whole number that a text is, or begins with up to a blank, more and less by one; never below
 * `least`. */
void change_number(struct making *making, enum mutation kind, struct node *scalar, int64_t least);
/* A day, YYYY-MM-DD or MM-DD, that is a word of the scalar: one later, one earlier. False: the word
 * is no day. */
bool change_day(struct making *making, struct node *scalar, str word);
/* The next role of the pack; NULL is no role. */
void change_role(struct making *making, struct node *role);

/* ---- parts --------------------------------------------------------------------------------- */

/* An expression; `item` is its scalar. */
void mutate_expression(struct making *making, struct node *item);
/* A list of needs or offers. */
void mutate_conditions(struct making *making, struct node *list);
/* filled: somebody fills the form in; else only an effect does, after another form. */
void mutate_form(struct making *making, const struct node *form, bool filled);
void mutate_limits(struct making *making, struct node *step);
void mutate_outcomes(struct making *making, const struct node *outcomes);
void mutate_steps(struct making *making, const struct node *steps);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Working copies: facts are never changed. */
#include "decide/act_priv.h"

/* The list of `to` becomes one of its own. */
#define COPY_LIST(arena, to, from)                                                                \
    do {                                                                                          \
        (to).items = NULL;                                                                        \
        (to).len = (to).cap = 0;                                                                  \
        for (size_t copied_ = 0; copied_ < (from).len; copied_++)                                 \
            VEC_PUSH((arena), &(to), (from).items[copied_]);                                      \
    } while (0)

struct case_state *copy_case(struct arena *arena, const struct case_state *from)
{
    struct case_state *copy = NEW(arena, struct case_state);
    *copy = *from;
    COPY_LIST(arena, copy->tasks, from->tasks);
    for (size_t i = 0; i < from->tasks.len; i++) {
        COPY_LIST(arena, copy->tasks.items[i].suspensions, from->tasks.items[i].suspensions);
        COPY_LIST(arena, copy->tasks.items[i].holds, from->tasks.items[i].holds);
    }
    COPY_LIST(arena, copy->decisions, from->decisions);
    COPY_LIST(arena, copy->materials, from->materials);
    COPY_LIST(arena, copy->notices, from->notices);
    return copy;
}

struct system_state *copy_system(struct arena *arena, const struct system_state *from)
{
    struct system_state *copy = NEW(arena, struct system_state);
    *copy = *from;
    COPY_LIST(arena, copy->grants, from->grants);
    COPY_LIST(arena, copy->listings, from->listings);
    COPY_LIST(arena, copy->records, from->records);
    return copy;
}

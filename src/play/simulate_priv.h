/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_PLAY_SIMULATE_PRIV_H
#define YJ_PLAY_SIMULATE_PRIV_H

#include "play/play.h"
#include "project/project.h"
#include "view/view.h"

struct player {
    int64_t organisation, person, post;
    str role, level;
};

/* Something that somebody will do. kase 0: open a case. */
struct agenda {
    int64_t at_ms, kase;
    size_t who;              /* index of the member who opens */
    int number;              /* order of planning: breaks ties */
};

struct town {
    struct clerk *clerk;
    struct library *library;
    struct arena *arena;     /* whole run */
    struct arena *scratch;   /* one act */
    const struct policy *policy;
    const struct simulation *plan;
    struct simulation_result *result;
    struct prng prng;
    int64_t authority, keys;
    VEC(struct player) members;
    VEC(struct agenda) agenda; /* a binary heap, earliest first */
    int planned;
};

/* people.c: names of nobody, and values for any form. */
str invent_person(struct town *town);
str invent_unit(struct town *town, str level, int n);
str invent_system(struct town *town, int n);
str invent_opinion(struct town *town, enum tone tone);
/* A form for that outcome of the step, as a busy but honest person would fill it: presets kept. */
struct doc *invent_form(struct town *town, const struct facts *facts, const struct step *step,
                        str outcome);

/* agenda.c */
void plan(struct town *town, int64_t at_ms, int64_t kase, size_t who);
bool next_planned(struct town *town, struct agenda *out);

/* check.c: what must hold of a case at every moment; aborts with the case when it does not. */
void check_case(const struct case_state *kase);

#endif

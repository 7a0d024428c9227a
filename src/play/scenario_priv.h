/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the scenario language. A file is read line by line; a line ending in a backslash goes
 * on; # begins a comment. Words are parted by blanks, "..." holds a text, name="..." a value.
 *
 *   policy NAME
 *   at 2020-09-24 09:00                            the clock; never backwards; warns of due tasks
 *   organisation ALIAS ROLE LEVEL "NAME" [under ALIAS]
 *   form NAME [FIELD=VALUE ...]
 *   ALIAS opens PROCEDURE as CASE [with FORM] [FIELD=VALUE ...] [attaching MATERIAL ...]
 *   ALIAS OUTCOME[s] CASE [at STEP] ["OPINION"] [with FORM] [FIELD=VALUE ...] [attaching ...]
 *   expect task STEP of CASE [due DATE|none] [state S] [by ALIAS] [round N] [light L] [left N]
 *                            [waits DATE|none] [late N] [outcome O] [article A] [estimated yes|no]
 *   expect case CASE open|ended [outcome STEP.OUTCOME] [number N]
 *   expect system CASE planned|live [on DATE]
 *   expect granted CASE ITEM QUANTITY
 *   expect warned STEP of CASE soon|overdue|none
 *   expect todo ALIAS N
 *   expect hidden CASE from ALIAS
 *   expect refused ALIAS ... because CODE [where PLACE] [article A]
 *   expect sound                                   the whole journal verifies
 */
#ifndef YJ_PLAY_SCENARIO_PRIV_H
#define YJ_PLAY_SCENARIO_PRIV_H

#include "play/play.h"
#include "project/project.h"
#include "view/view.h"

struct word {
    str text;                /* without quotes; for name="..." the value */
    str name;                /* of a name=value word, else empty */
    bool quoted;
};
struct line {
    struct word *words;
    size_t n;
    int number;
};

struct seat_holder {
    str alias;
    int64_t organisation, person, post;
    str role;
};
struct named_case {
    str alias;
    int64_t id;
};
struct named_form {
    str name;
    struct word *words;
    size_t n;
};

struct scene {
    struct arena *arena;
    const char *path;
    FILE *out;
    struct clerk *clerk;
    struct library *library;
    const char *database;
    int64_t now_ms, authority;
    const struct policy *policy;
    VEC(struct seat_holder) holders;
    VEC(struct named_case) cases;
    VEC(struct named_form) forms;
    int line, keys;
    struct play_result result;
};

bool scene_error(struct scene *scene, struct err *e, const char *fmt, ...) PRINTF_LIKE(3, 4);
struct seat_holder *scene_holder(struct scene *scene, str alias);
int64_t scene_case(struct scene *scene, str alias); /* -1: unknown */
/* The case as its authority's organisation loads it. NULL with e. */
struct case_state *scene_load(struct scene *scene, int64_t id, struct err *e);
struct reader scene_reader(struct scene *scene, const struct seat_holder *holder);

/* Carries out an act line from word `from` on; the answer is handed back. */
bool scene_act(struct scene *scene, const struct line *line, size_t from, size_t to,
               struct answer *answer, struct err *e) WARN_UNUSED;
bool scene_expect(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;

#endif

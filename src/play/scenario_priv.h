/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the scenario language. A file is read line by line; a line ending in a backslash goes
 * on; # begins a comment. Words are parted by blanks, "..." holds a text, name="..." a value.
 *
 *   policy NAME
 *   at 2020-09-24 09:00                            the clock; never backwards; warns of due tasks
 *   organisation ALIAS ROLE LEVEL "NAME" [under ALIAS]
 *   form NAME [FIELD=VALUE ...]
 *   person ALIAS of ALIAS                          another holder of the same post
 *   started CASE as CASE                           an act in the first started one: names it
 *   ALIAS opens PROCEDURE as CASE [about CASE] CLAUSES
 *   ALIAS OUTCOME[s] CASE [at STEP] CLAUSES
 *   ALIAS files REGISTER [about CASE] [month YYYY-MM] [FIELD=VALUE ...]
 *   ALIAS withdraws CASE "REASON"
 *   ALIAS hands CASE at STEP to ALIAS|all "REASON"
 *   ALIAS urges CASE at STEP "TEXT"
 *   ALIAS receives CASE                            the oldest notice that it has not received
 *   ALIAS corrects CASE at STEP on DATE "REASON"   the last decision of the step
 *   ALIAS delegates to ALIAS from DATE until DATE "REASON"
 *   ALIAS recalls ALIAS                            ends that delegation
 *   ALIAS asks PROCEDURE.STEP for MATERIAL "ZH" "EN"
 *   ALIAS drops PROCEDURE.STEP MATERIAL
 *   ALIAS for ALIAS ...                            acts as the other's post
 *   CLAUSES: ["OPINION"] [with FORM] [FIELD=VALUE ...] [attaching MATERIAL ...]
 *            [on DATE paper "NUMBER" reason "TEXT"]
 *   expect task STEP of CASE [due DATE|none] [state S] [by ALIAS] [round N] [light L] [left N]
 *                            [waits DATE|none] [late N] [outcome O] [article A] [estimated yes|no]
 *                            [opened DATE] [on DATE] [extended N] [short N] [person ALIAS|none]
 *                            [urged DATE|none]       of several seats the one named by `by`
 *   expect case CASE open|ended [outcome STEP.OUTCOME] [number N] [withdrawn yes|no]
 *   expect system CASE planned|live|retired [on DATE] [provider ALIAS|none]
 *   expect granted CASE ITEM QUANTITY
 *   expect listed|unlisted CASE LIST
 *   expect notice CASE to ALIAS sent DATE received DATE|none
 *   expect shown STEP of CASE PATH VALUE           what the last decision relied on; VALUE or some
 *   expect line REGISTER of CASE FIELD VALUE       of the latest line about the system
 *   expect warned STEP of CASE soon|overdue|none
 *   expect todo ALIAS N
 *   expect hidden CASE from ALIAS
 *   expect refused ALIAS ... because CODE [where PLACE] [article A]
 *   expect sound                                   the whole journal verifies
 */
#ifndef YJ_PLAY_SCENARIO_PRIV_H
#define YJ_PLAY_SCENARIO_PRIV_H

#include "decide/decide.h"
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
    const struct trial *trial;   /* NULL: the pack is found, the whole file played */
    struct rehearsal rehearsal;
    int64_t now_ms, authority;
    const struct policy *policy;
    VEC(struct seat_holder) holders;
    VEC(struct named_case) cases;
    VEC(struct named_form) forms;
    int line, keys;
    struct play_result result;
};

/* What a clause of an act may use. */
struct acting {
    const struct seat_holder *holder; /* who acts, and whose post it is */
    const struct line *line;
    size_t from, to;         /* words of the act: from is the verb */
};
bool is_word(const struct line *line, size_t at, const char *text);
/* A verb beside the flow; *out_known false: it is none of them. */
bool scene_beside(struct scene *scene, const struct acting *acting, struct command *command,
                  bool *out_known, struct err *e) WARN_UNUSED;
/* NAME=VALUE words into the form, as the fields' types want them. */
void put_fields(struct scene *scene, const struct form *fields, struct doc *form,
                const struct word *words, size_t n);
/* The value as the field's type wants it; what does not fit goes as text, so that a scenario can
 * show how a wrong value is refused. field may be NULL. */
struct doc *scene_value(struct scene *scene, const struct field *field, str text);
/* The same the other way round: 1200.50, vcpu=8, yes, an ALIAS; "nothing" for NULL. */
str value_words(struct scene *scene, const struct field *field, const struct doc *value);
bool value_is(struct scene *scene, const struct field *field, str wanted, const struct doc *value);
/* Millionths as "8" or "0.5". */
str quantity_words(struct arena *arena, int64_t quantity);
bool read_day(struct scene *scene, str text, date *out, struct err *e);
/* The system of a named case; 0 with e when there is no such case. */
int64_t scene_system(struct scene *scene, str alias, struct err *e);

bool scene_error(struct scene *scene, struct err *e, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* what: "the policy has no role"; then the word, the nearest right one, and all of them. */
bool scene_unknown(struct scene *scene, struct err *e, const char *what, str word,
                   const str *words, size_t n);
struct seat_holder *scene_holder(struct scene *scene, str alias);
int64_t scene_case(struct scene *scene, str alias); /* -1: unknown */
/* The case as its authority's organisation loads it. NULL with e. */
struct case_state *scene_load(struct scene *scene, int64_t id, struct err *e);
struct reader scene_reader(struct scene *scene, const struct seat_holder *holder);

/* Carries out an act line from word `from` on; the answer is handed back. */
bool scene_act(struct scene *scene, const struct line *line, size_t from, size_t to,
               struct answer *answer, struct err *e) WARN_UNUSED;
bool scene_expect(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;
/* What an expectation names. NULL with e when there is no such thing: a word that names nothing
 * would hold of it, always. */
struct case_state *named_case(struct scene *scene, str alias, struct err *e);
struct system_state *system_of(struct scene *scene, str alias, struct err *e);
const struct step *named_step(struct scene *scene, const struct case_state *kase, str id,
                              struct err *e);
/* expect_values.c */
bool expect_line(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;
bool expect_lines(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;
bool expect_shown(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;
/* expect_lists.c */
bool expect_duty(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;
bool expect_report(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;
bool expect_first(struct scene *scene, const struct line *line, struct err *e) WARN_UNUSED;
/* What an expectation found; false: it failed, and `what` says how. */
void scene_tell(struct scene *scene, bool held, str what);
/* The duty of that procedure that the organisation owes, the last that opened; NULL: none. */
bool scene_duty(struct scene *scene, str procedure, int64_t organisation,
                struct row_duty_last **out, struct err *e) WARN_UNUSED;

#endif

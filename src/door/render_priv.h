/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to the room door: views as documents, exactly as docs/api/openapi.yaml names them. Texts
 * are borrowed; everything lives in the arena. */
#ifndef YJ_DOOR_RENDER_PRIV_H
#define YJ_DOOR_RENDER_PRIV_H

#include "door/priv.h"

struct doc *render_label(struct arena *arena, struct label label);
/* null when both languages are empty */
struct doc *render_label_or_null(struct arena *arena, struct label label);
struct doc *render_named(struct arena *arena, struct named named);
struct doc *render_regulation(struct arena *arena, const struct policy *policy, str digest);
/* The same with what is known of it, as one of several. */
struct doc *render_regulation_row(struct arena *arena, const struct regulation *one);
struct doc *render_items(struct arena *arena, const struct policy *policy);
const char *render_tone(enum tone tone);
const char *render_state(enum task_state state);

/* facts: for what a field offers. value: what it holds where it is only shown, else NULL. */
struct doc *render_field(struct reader *reader, const struct facts *facts,
                         const struct field *field, const struct doc *value);
/* task NULL: the first step of a procedure not yet opened. */
struct doc *render_action(struct reader *reader, const struct facts *facts,
                          const struct procedure *procedure, const struct step *step,
                          const struct task *task);

struct doc *render_session(struct arena *arena, const struct person_view *person, int64_t post,
                           date today, bool demo);
struct doc *render_worklist(struct arena *arena, const struct worklist *list);
struct doc *render_case(struct reader *reader, const struct case_view *view);
struct doc *render_task(struct reader *reader, const struct case_view *view,
                        const struct task_view *task);
/* null for NULL: the case is about no system. */
struct doc *render_system(struct arena *arena, const struct system_state *system);
/* What the page of a system gathers from its cases and the log. */
void put_system_page(struct arena *arena, struct doc *doc, const struct system_view *view);
/* A line of a register; policy names it. */
struct doc *render_line(struct arena *arena, const struct policy *policy,
                        const struct record *record);
struct doc *render_upload(struct arena *arena, const struct row_upload *upload);

/* Puts an integer, or null when it is not there. */
void put_int_or_null(struct arena *arena, struct doc *map, str key, bool present, int64_t value);

#endif

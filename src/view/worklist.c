/* SPDX-License-Identifier: Apache-2.0
 * The worklist: what is mine to do, done, opened by us, and all that the role may see. */
#include "view/view.h"

#include "view/view_priv.h"

const char *light_name(enum light light)
{
    switch (light) {
    case LIGHT_NONE: return "none";
    case LIGHT_GREEN: return "green";
    case LIGHT_YELLOW: return "yellow";
    case LIGHT_RED: return "red";
    case LIGHT_GREY: return "grey";
    }
    return "none";
}

static enum light light_of(const struct calendar *calendar, const struct policy *policy,
                           enum task_state state, date due, date today, bool *out_has_days,
                           int32_t *out_days)
{
    *out_has_days = false;
    *out_days = 0;
    if (state == TASK_HELD)
        return LIGHT_GREY;
    if (state == TASK_CLOSED || date_is_none(due))
        return LIGHT_NONE;
    *out_has_days = true;
    *out_days = calendar_count_work(calendar, today, due);
    if (date_cmp(today, due) > 0) {
        /* Overdue over a holiday only is still overdue: say so with at least one day. */
        *out_days = *out_days < 0 ? *out_days : -1;
        return LIGHT_RED;
    }
    return *out_days <= policy->due_soon_days ? LIGHT_YELLOW : LIGHT_GREEN;
}

enum light view_light(const struct calendar *calendar, const struct policy *policy,
                      const struct task *task, date today, bool *out_has_days, int32_t *out_days)
{
    return light_of(calendar, policy, task->state, task->due, today, out_has_days, out_days);
}

/* ---- cursors: "N" or "DUE.N" --------------------------------------------------------------- */

struct cursor {
    int64_t due, id;
};

static bool parse_cursor(str text, bool with_due, struct cursor *out, struct err *e)
{
    str head, tail;
    bool ok = with_due ? str_cut(text, '.', &head, &tail) && str_to_i64(head, &out->due) &&
                             str_to_i64(tail, &out->id)
                       : str_to_i64(text, &out->id);
    return ok || RAISE(e, INPUT, "after", "this is no page cursor; start from the first page");
}

static str print_cursor(struct arena *arena, enum box box, const struct row_work *row)
{
    if (box == BOX_TODO)
        return str_printf(arena, "%lld.%lld", (long long)row->sort_due, (long long)row->cursor);
    return str_printf(arena, "%lld", (long long)row->cursor);
}

/* Titles alone may be long: their sum is bounded, so that the page and its JSON fit a request. */
static size_t rows_that_fit(const struct row_work *rows, size_t n, size_t limit)
{
    enum { TITLES_BYTES = 512 * 1024 };
    size_t fit = 0, bytes = 0;
    while (fit < n && fit < limit && (fit == 0 || bytes + rows[fit].title.len <= TITLES_BYTES))
        bytes += rows[fit++].title.len;
    return fit;
}

static bool fetch(struct reader *reader, enum box box, bool all, struct cursor cursor, int limit,
                  struct row_work **rows, size_t *n, struct err *e)
{
    const struct actor *actor = reader->actor;
    switch (box) {
    case BOX_TODO:
        return q_work_todo(reader->db, reader->arena, actor->organisation, actor->role, cursor.due,
                           cursor.id, limit, rows, n, e);
    case BOX_DONE:
        return q_work_done(reader->db, reader->arena, actor->person, actor->post, cursor.id, limit,
                           rows, n, e);
    case BOX_MINE:
        return q_work_mine(reader->db, reader->arena, actor->organisation, cursor.id, limit, rows,
                           n, e);
    case BOX_ALL:
        return all ? q_work_all(reader->db, reader->arena, actor->authority, cursor.id, limit,
                                rows, n, e)
                   : q_work_party(reader->db, reader->arena, actor->organisation, cursor.id,
                                  limit, rows, n, e);
    }
    return false;
}

static bool count_boxes(struct reader *reader, bool all, struct work_counts *out, struct err *e)
{
    const struct actor *actor = reader->actor;
    struct db *db = reader->db;
    struct arena *arena = reader->arena;
    struct row_count *todo, *overdue, *done, *mine, *every, *notices;
    if (!q_count_todo(db, arena, actor->organisation, actor->role, &todo, e) ||
        !q_count_overdue(db, arena, actor->organisation, actor->role, reader->today.day, &overdue,
                         e) ||
        !q_count_done(db, arena, actor->person, actor->post, &done, e) ||
        !q_count_mine(db, arena, actor->organisation, &mine, e) ||
        !q_count_notices(db, arena, actor->organisation, actor->role, &notices, e) ||
        !(all ? q_count_all(db, arena, actor->authority, &every, e)
              : q_count_party(db, arena, actor->organisation, &every, e)))
        return false;
    *out = (struct work_counts){todo->count, overdue->count, done->count, mine->count,
                                every->count, notices->count};
    return true;
}

static bool fill_row(struct reader *reader, const struct authority_state *authority,
                     const struct row_work *from, struct work_row *row, struct err *e)
{
    const struct policy *policy = library_policy(reader->library, reader->db, from->policy, e);
    if (!policy)
        return false;
    if (!from->due_null && !is_shown_day(from->due))
        return RAISE(e, CORRUPT, "tasks", "the due day of task %lld is none; run verify",
                     (long long)from->task);
    const struct procedure *procedure = policy_procedure(policy, from->procedure);
    const struct step *step = procedure ? procedure_step(procedure, from->step) : NULL;
    const struct outcome *outcome = step ? step_outcome(step, from->outcome) : NULL;
    *row = (struct work_row){
        .kase = from->kase,
        .number = from->number,
        .title = from->title,
        .procedure = from->procedure,
        .procedure_label = procedure ? procedure->label : (struct label){.zh = STR_NONE},
        .step = from->step,
        .step_label = step ? step->label : (struct label){.zh = STR_NONE},
        .outcome = from->outcome,
        .outcome_label = outcome ? outcome->label : (struct label){.zh = STR_NONE},
        .opener = organisation_named(authority, from->opener),
        .handler = organisation_named(authority, from->organisation),
        .round = (int32_t)from->round,
        .state = (enum task_state)from->state,
        .opened_on = {(int32_t)from->opened_on},
        .due = from->due_null ? DATE_NONE : (date){(int32_t)from->due},
        .decided_on = from->decided_on_null ? DATE_NONE : (date){(int32_t)from->decided_on},
        .local = from->local != 0,
        .ended = from->ended != 0,
        .priority = from->priority != 0,
    };
    row->light = light_of(&authority->calendar, policy, row->state, row->due, reader->today,
                          &row->has_days_left, &row->days_left);
    return true;
}

/* One row more than asked tells whether there is a next page. */
static bool fill_page(struct reader *reader, const struct authority_state *authority, enum box box,
                      const struct row_work *rows, size_t n, int limit, struct worklist *list,
                      struct err *e)
{
    list->n = rows_that_fit(rows, n, (size_t)limit);
    list->rows = NEWS(reader->arena, struct work_row, list->n + 1);
    for (size_t i = 0; i < list->n; i++)
        if (!fill_row(reader, authority, &rows[i], &list->rows[i], e))
            return false;
    if (list->n < n)
        list->next = print_cursor(reader->arena, box, &rows[list->n - 1]);
    return true;
}

bool view_worklist(struct reader *reader, enum box box, str after, int limit,
                   struct worklist *out, struct err *e)
{
    must(limit >= 1 && limit <= LIMIT_PAGE_ROWS);
    struct cursor cursor = {.due = INT64_MIN, .id = box == BOX_TODO ? INT64_MIN : INT64_MAX};
    if (after.len && !parse_cursor(after, box == BOX_TODO, &cursor, e))
        return false;
    struct authority_state *authority;
    const struct policy *policy;
    if (!authority_in_force(reader, reader->actor->authority, &authority, &policy, e))
        return false;
    enum sight sight = decide_sight(policy, reader->actor->role);
    *out = (struct worklist){.next = S("")};
    if (sight == SIGHT_NONE)
        return true;
    struct row_work *rows;
    size_t n;
    return fetch(reader, box, sight == SIGHT_ALL, cursor, limit + 1, &rows, &n, e) &&
           count_boxes(reader, sight == SIGHT_ALL, &out->counts, e) &&
           fill_page(reader, authority, box, rows, n, limit, out, e);
}

bool view_worklist_at(struct reader *reader, const struct at_step *at, str after, int limit,
                      struct worklist *out, struct err *e)
{
    must(limit >= 1 && limit <= LIMIT_PAGE_ROWS);
    const struct actor *actor = reader->actor;
    struct cursor cursor = {.id = INT64_MAX};
    struct authority_state *authority;
    const struct policy *policy;
    if ((after.len && !parse_cursor(after, false, &cursor, e)) ||
        !authority_in_force(reader, actor->authority, &authority, &policy, e))
        return false;
    enum sight sight = decide_sight(policy, actor->role);
    *out = (struct worklist){.next = S("")};
    if (sight == SIGHT_NONE)
        return true;
    struct row_work *rows;
    size_t n;
    bool ok = sight == SIGHT_ALL
                  ? q_work_at_all(reader->db, reader->arena, actor->authority, at->version,
                                  at->procedure, at->step, cursor.id, limit + 1, &rows, &n, e)
                  : q_work_at_party(reader->db, reader->arena, actor->organisation, at->version,
                                    at->procedure, at->step, cursor.id, limit + 1, &rows, &n, e);
    return ok && count_boxes(reader, sight == SIGHT_ALL, &out->counts, e) &&
           fill_page(reader, authority, BOX_ALL, rows, n, limit, out, e);
}

/* SPDX-License-Identifier: Apache-2.0
 * Reports: systems counted by their owner, as the conditions of the policy find them today. */
#include "view/view.h"

#include "view/view_priv.h"

enum { SYSTEMS_A_PAGE = 200 };

struct counting {
    struct reader *reader;
    const struct authority_state *authority;
    const struct policy *policy;
    enum sight sight;
    struct report_view *view;
    size_t room;
};

/* Bodies below a county authority are its own to look after. */
static bool is_counted(const struct counting *c, int64_t owner)
{
    const struct organisation *body = authority_organisation(c->authority, owner);
    return body && (c->sight == SIGHT_ALL || owner == c->reader->actor->organisation ||
                    body->parent == c->reader->actor->organisation);
}

static struct report_row *row_of(struct counting *c, int64_t owner)
{
    struct report_view *view = c->view;
    for (size_t i = 0; i < view->n; i++)
        if (view->rows[i].owner.id == owner)
            return &view->rows[i];
    must(view->n < c->room);
    struct report_row *row = &view->rows[view->n++];
    *row = (struct report_row){
        .owner = organisation_named(c->authority, owner),
        .counts = NEWS(c->reader->arena, int64_t, view->report->n_columns),
        .cells = NEWS(c->reader->arena, struct report_cell, view->report->n_columns),
    };
    return row;
}

/* What one system needed is given back before the next: there may be thousands. */
static bool count_system(struct counting *c, int64_t id, struct arena *scratch, struct err *e)
{
    struct world world = {.db = c->reader->db, .arena = scratch};
    struct system_state *system;
    if (!world_system(&world, id, &system, e) || !world_records(&world, system, e))
        return false;
    if (!is_counted(c, system->owner))
        return true;
    struct facts facts = {.actor = c->reader->actor, .authority = c->authority,
                          .policy = c->policy, .system = system, .today = c->reader->today};
    struct report_row *row = row_of(c, system->owner);
    for (size_t i = 0; i < c->view->report->n_columns; i++) {
        if (!decide_holds(scratch, &facts, c->view->report->columns[i].when))
            continue;
        row->counts[i]++;
        if (row->cells[i].systems.len < REPORT_NAMED) {
            struct named named = {id, str_dup(c->reader->arena, system->name)};
            VEC_PUSH(c->reader->arena, &row->cells[i].systems, named);
        }
    }
    return true;
}

static bool count_all(struct counting *c, struct err *e)
{
    struct arena *scratch = arena_new(LIMIT_ARENA_REQUEST);
    int64_t before = INT64_MAX;
    bool ok = true;
    size_t n = SYSTEMS_A_PAGE;
    while (ok && n == SYSTEMS_A_PAGE) {
        struct row_system *rows;
        ok = q_systems_of_authority(c->reader->db, c->reader->arena, c->authority->id, before,
                                    SYSTEMS_A_PAGE, &rows, &n, e);
        for (size_t i = 0; ok && i < n; i++) {
            arena_reset(scratch);
            ok = count_system(c, rows[i].id, scratch, e);
            before = rows[i].id;
        }
    }
    arena_free(scratch);
    return ok;
}

bool view_report(struct reader *reader, str id, struct report_view **out, struct err *e)
{
    struct authority_state *authority;
    const struct policy *policy;
    *out = NULL;
    if (!authority_in_force(reader, reader->actor->authority, &authority, &policy, e))
        return false;
    struct counting c = {.reader = reader, .authority = authority, .policy = policy};
    c.sight = decide_sight(policy, reader->actor->role);
    const struct report *report = policy ? policy_report(policy, id) : NULL;
    if (!report || c.sight == SIGHT_NONE)
        return true;
    c.room = authority->organisations.len;
    c.view = NEW(reader->arena, struct report_view);
    *c.view = (struct report_view){report, NEWS(reader->arena, struct report_row, c.room + 1), 0};
    if (!count_all(&c, e))
        return false;
    *out = c.view;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * Information systems, and the registers with lines about them. */
#include "view/view.h"

#include "view/view_priv.h"

static enum sight sight_of(struct reader *reader, struct authority_state **out_authority,
                           const struct policy **out_policy, bool *out_ok, struct err *e)
{
    *out_ok = authority_in_force(reader, reader->actor->authority, out_authority, out_policy, e);
    return *out_ok ? decide_sight(*out_policy, reader->actor->role) : SIGHT_NONE;
}

static bool is_seen(const struct reader *reader, enum sight sight,
                    const struct system_state *system)
{
    if (!system || system->authority != reader->actor->authority || sight == SIGHT_NONE)
        return false;
    return sight == SIGHT_ALL || system->owner == reader->actor->organisation ||
           system->provider == reader->actor->organisation;
}

static struct system_row row_of(const struct authority_state *authority,
                                const struct system_state *system)
{
    return (struct system_row){
        .system = system,
        .owner = organisation_named(authority, system->owner),
        .provider = organisation_named(authority, system->provider),
    };
}

static bool load_rows(struct reader *reader, const struct authority_state *authority,
                      const struct row_system *rows, size_t n, struct systems_page *out,
                      struct err *e)
{
    out->rows = NEWS(reader->arena, struct system_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct world world = {.db = reader->db, .arena = reader->arena};
        struct system_state *system;
        if (!world_system(&world, rows[i].id, &system, e))
            return false;
        must(system != NULL); /* one snapshot */
        out->rows[out->n++] = row_of(authority, system);
    }
    return true;
}

bool view_systems(struct reader *reader, str list, int64_t before, int limit,
                  struct systems_page *out, struct err *e)
{
    *out = (struct systems_page){0};
    struct authority_state *authority;
    const struct policy *policy;
    const struct actor *actor = reader->actor;
    struct row_system *rows = NULL;
    size_t n = 0;
    bool ok;
    enum sight sight = sight_of(reader, &authority, &policy, &ok, e);
    if (!ok || sight == SIGHT_NONE || (list.len && sight != SIGHT_ALL))
        return ok;
    int64_t from = before ? before : INT64_MAX;
    if (list.len)
        ok = q_systems_listed(reader->db, reader->arena, list, actor->authority, from, limit + 1,
                              &rows, &n, e);
    else if (sight == SIGHT_ALL)
        ok = q_systems_of_authority(reader->db, reader->arena, actor->authority, from, limit + 1,
                                    &rows, &n, e);
    else
        ok = q_systems_of_body(reader->db, reader->arena, actor->organisation,
                               actor->organisation, from, limit + 1, &rows, &n, e);
    if (!ok)
        return false;
    bool more = n > (size_t)limit;
    n = more ? (size_t)limit : n;
    out->next = more ? rows[n - 1].id : 0;
    return load_rows(reader, authority, rows, n, out, e);
}

bool view_system(struct reader *reader, int64_t id, struct system_view **out, struct err *e)
{
    *out = NULL;
    struct authority_state *authority;
    struct system_view *view = NEW(reader->arena, struct system_view);
    struct world world = {.db = reader->db, .arena = reader->arena};
    struct system_state *system;
    bool ok;
    enum sight sight = sight_of(reader, &authority, &view->policy, &ok, e);
    if (!ok || !world_system(&world, id, &system, e))
        return false;
    if (!is_seen(reader, sight, system))
        return true;
    view->row = row_of(authority, system);
    if (!world_records(&world, system, e) || !fill_system(reader, authority, view, e))
        return false;
    *out = view;
    return true;
}

bool view_facts_about(struct reader *reader, int64_t id, struct facts *out, bool *out_visible,
                      struct err *e)
{
    struct world world = {.db = reader->db, .arena = reader->arena};
    struct system_state *system = NULL;
    if (!view_facts(reader, 0, out, out_visible, e))
        return false;
    if (!id)
        return true;
    if (!world_system(&world, id, &system, e) || (system && !world_records(&world, system, e)))
        return false;
    *out_visible = is_seen(reader, decide_sight(out->in_force, reader->actor->role), system);
    out->system = *out_visible ? system : NULL;
    return true;
}

bool view_facts_lines(struct reader *reader, struct facts *facts, struct err *e)
{
    struct world world = {.db = reader->db, .arena = reader->arena};
    struct record *lines = NULL;
    if (facts->policy && !world_lines(&world, reader->actor->authority, facts->policy, &lines,
                                      &facts->n_lines, e))
        return false;
    facts->lines = lines;
    return true;
}

/* ---- registers ------------------------------------------------------------------------------- */

static bool load_line(struct reader *reader, const struct authority_state *authority,
                      const struct row_record *row, struct line_row *out, struct err *e)
{
    struct row_system *system = NULL;
    *out = (struct line_row){.replaced = row->replaced != 0};
    if (!record_of_row(reader->arena, row, &out->record, e) ||
        (row->system && !q_system(reader->db, reader->arena, row->system, &system, e)) ||
        !view_person_name(reader, row->person, &out->person.name, e))
        return false;
    out->person.id = row->person;
    out->system = (struct named){row->system, system ? system->name : S("")};
    out->organisation = organisation_named(authority, row->organisation);
    return true;
}

bool view_lines(struct reader *reader, const struct ledger *ledger, int64_t before, int limit,
                struct lines_page *out, struct err *e)
{
    *out = (struct lines_page){0};
    struct authority_state *authority;
    const struct policy *policy;
    const struct actor *actor = reader->actor;
    struct row_record *rows = NULL;
    size_t n = 0;
    bool ok;
    enum sight sight = sight_of(reader, &authority, &policy, &ok, e);
    if (!ok || sight == SIGHT_NONE)
        return ok;
    int64_t from = before ? before : INT64_MAX;
    ok = sight == SIGHT_ALL
             ? q_records_of_register(reader->db, reader->arena, actor->authority, ledger->id, from,
                                     limit + 1, &rows, &n, e)
             : q_records_of_organisation(reader->db, reader->arena, actor->organisation, ledger->id,
                                         from, limit + 1, &rows, &n, e);
    if (!ok)
        return false;
    bool more = n > (size_t)limit;
    n = more ? (size_t)limit : n;
    out->rows = NEWS(reader->arena, struct line_row, n + 1);
    for (size_t i = 0; i < n; i++)
        if (!load_line(reader, authority, &rows[i], &out->rows[out->n++], e))
            return false;
    out->next = more ? rows[n - 1].id : 0;
    return true;
}

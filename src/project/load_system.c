/* SPDX-License-Identifier: Apache-2.0
 * Systems, with what is approved for them and the register lines about them. */
#include "project/load_priv.h"

static bool load_grants(struct world *world, struct system_state *system, struct err *e)
{
    struct row_grant *grants;
    size_t n;
    if (!q_grants_of(world->db, world->arena, system->id, &grants, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (grants[i].quantity < 0 || grants[i].lent < 0)
            return RAISE(e, CORRUPT, "grants", "the quantity of %.*s of system %lld is below "
                         "nothing; run verify, then rebuild", STR_FMT(grants[i].item),
                         (long long)system->id);
        struct grant grant = {grants[i].item, grants[i].quantity, grants[i].lent, false};
        VEC_PUSH(world->arena, &system->grants, grant);
    }
    return true;
}

static bool load_listings(struct world *world, struct system_state *system, struct err *e)
{
    struct row_listing *rows;
    size_t n;
    if (!q_listings_of(world->db, world->arena, system->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct column columns[] = {
            {"since", is_day(rows[i].since)},
            {"gone", in_range(rows[i].gone, 0, 1)},
        };
        if (!columns_good("listings", system->id, columns, COUNT_OF(columns), e))
            return false;
        struct listing listing = {rows[i].list, {(int32_t)rows[i].since}, rows[i].record,
                                  rows[i].gone != 0, false};
        VEC_PUSH(world->arena, &system->listings, listing);
    }
    return true;
}

bool world_system(struct world *world, int64_t id, struct system_state **out, struct err *e)
{
    *out = NULL;
    if (world->system && world->system->id == id) {
        *out = world->system;
        return true;
    }
    if (!world_save(world, e))
        return false;
    world->system = NULL;
    struct row_system *row;
    if (!q_system(world->db, world->arena, id, &row, e))
        return false;
    if (!row)
        return true;
    const struct column columns[] = {
        {"stage", in_range(row->stage, SYSTEM_PLANNED, SYSTEM_RETIRED)},
        {"live_on", row->live_on_null || is_day(row->live_on)},
        {"retired_on", row->retired_on_null || is_day(row->retired_on)},
    };
    if (!columns_good("systems", id, columns, COUNT_OF(columns), e))
        return false;
    struct system_state *system = NEW(world->arena, struct system_state);
    *system = (struct system_state){
        .id = row->id,
        .authority = row->authority,
        .owner = row->owner,
        .provider = row->provider,
        .name = row->name,
        .stage = (enum system_stage)row->stage,
        .live_on = day_or_none(row->live_on_null, row->live_on),
        .retired_on = day_or_none(row->retired_on_null, row->retired_on),
    };
    if (!load_grants(world, system, e) || !load_listings(world, system, e))
        return false;
    world->system = *out = system;
    return true;
}

/* ---- register lines -------------------------------------------------------------------------- */

bool record_of_row(struct arena *arena, const struct row_record *row, struct record *out,
                   struct err *e)
{
    const struct column columns[] = {
        {"period", in_range(row->period, 0, LIMIT_YEAR_MAX * 100 + 12)},
        {"filed_on", is_day(row->filed_on)},
    };
    if (!columns_good("records", row->id, columns, COUNT_OF(columns), e))
        return false;
    *out = (struct record){
        .id = row->id,
        .system = row->system,
        .organisation = row->organisation,
        .person = row->person,
        .register_id = row->register_id,
        .period = (int32_t)row->period,
        .on = {(int32_t)row->filed_on},
    };
    return parse_kept(arena, row->form, DOC_MAP, &out->form) ||
           bad_column("records", row->id, "form", e);
}

static bool count_running(struct world *world, struct system_state *system, struct err *e)
{
    struct row_running_of_system *rows;
    size_t n;
    system->running.len = 0;
    if (!q_running_of_system(world->db, world->arena, system->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        *VEC_ADD(world->arena, &system->running) =
            (struct open_cases){rows[i].procedure, rows[i].count};
    return true;
}

bool world_records(struct world *world, struct system_state *system, struct err *e)
{
    struct row_record *rows;
    size_t n;
    system->records.len = 0;
    if (!q_records_of_system(world->db, world->arena, system->id, LIMIT_RECORDS, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!record_of_row(world->arena, &rows[i], VEC_ADD(world->arena, &system->records), e))
            return false;
    return count_running(world, system, e);
}

bool world_lines(struct world *world, int64_t authority, const struct policy *policy,
                 struct record **out, size_t *out_n, struct err *e)
{
    VEC(struct record) lines = {NULL, 0, 0};
    for (size_t k = 0; k < policy->n_registers; k++) {
        const struct ledger *ledger = &policy->registers[k];
        struct row_record *rows;
        size_t n;
        if (ledger->about != ABOUT_ORGANISATION)
            continue;
        if (!q_records_latest(world->db, world->arena, authority, ledger->id, &rows, &n, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!record_of_row(world->arena, &rows[i], VEC_ADD(world->arena, &lines), e))
                return false;
    }
    *out = lines.items;
    *out_n = lines.len;
    return true;
}

bool world_line(struct world *world, int64_t authority, str register_id, int64_t organisation,
                int32_t period, struct record **out, struct err *e)
{
    struct row_record *rows;
    size_t n;
    *out = NULL;
    if (!q_record_in_force(world->db, world->arena, authority, register_id, organisation, period,
                           &rows, &n, e))
        return false;
    if (n == 0)
        return true;
    *out = NEW(world->arena, struct record);
    return record_of_row(world->arena, &rows[0], *out, e);
}

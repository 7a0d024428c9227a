/* SPDX-License-Identifier: Apache-2.0
 * Rows become aggregates again. */
#include "project/load_priv.h"

#include "json/json.h"

/* ---- cases ------------------------------------------------------------------------------- */

static bool parse_suspension(const struct doc *pair, struct suspension *out,
                             struct hold *out_hold)
{
    if (pair->kind != DOC_LIST || pair->list.len != 4 ||
        pair->list.items[2]->kind != DOC_INT || pair->list.items[3]->kind != DOC_INT)
        return false;
    *out_hold = (struct hold){pair->list.items[2]->integer, pair->list.items[3]->integer};
    const struct doc *from = pair->list.items[0], *to = pair->list.items[1];
    if (from->kind != DOC_INT || !is_day(from->integer) ||
        (to->kind != DOC_NULL && (to->kind != DOC_INT || !is_day(to->integer))))
        return false;
    *out = (struct suspension){
        .from = {(int32_t)from->integer},
        .to = day_or_none(to->kind == DOC_NULL, to->integer),
    };
    return true;
}

static bool parse_suspensions(struct arena *arena, str text, struct task *task)
{
    struct doc *list;
    struct err inner = {0};
    if (!json_parse(arena, text, &list, &inner) || list->kind != DOC_LIST)
        return false;
    for (size_t i = 0; i < list->list.len; i++) {
        struct suspension suspension;
        struct hold hold;
        if (!parse_suspension(list->list.items[i], &suspension, &hold))
            return false;
        VEC_PUSH(arena, &task->suspensions, suspension);
        VEC_PUSH(arena, &task->holds, hold);
    }
    return true;
}

static bool check_task(const struct row_task *row, struct err *e)
{
    const struct column columns[] = {
        {"round", in_range(row->round, 1, LIMIT_TASKS)},
        {"state", in_range(row->state, TASK_OPEN, TASK_CLOSED)},
        {"opened_on", is_day(row->opened_on)},
        {"anchor", row->anchor_null || is_day(row->anchor)},
        {"due", row->due_null || is_day(row->due)},
        {"not_before", row->not_before_null || is_day(row->not_before)},
        {"local", in_range(row->local, 0, 1)},
        {"estimated", in_range(row->estimated, 0, 1)},
        {"extended", in_range(row->extended, 0, LIMIT_CLOCK_UNITS)},
        {"urged_on", row->urged_on_null || is_day(row->urged_on)},
        {"closed_on", row->closed_on_null || is_day(row->closed_on)},
        {"warned_soon", in_range(row->warned_soon, 0, 1)},
        {"warned_overdue", in_range(row->warned_overdue, 0, 1)},
    };
    return columns_good("tasks", row->id, columns, COUNT_OF(columns), e);
}

static bool load_task(struct arena *arena, const struct row_task *row, struct task *task,
                      struct err *e)
{
    if (!check_task(row, e))
        return false;
    *task = (struct task){
        .id = row->id,
        .step = row->step,
        .round = (int32_t)row->round,
        .role = row->role,
        .organisation = row->organisation,
        .state = (enum task_state)row->state,
        .opened_on = {(int32_t)row->opened_on},
        .opened_at_ms = row->opened_at,
        .anchor = day_or_none(row->anchor_null, row->anchor),
        .due = day_or_none(row->due_null, row->due),
        .not_before = day_or_none(row->not_before_null, row->not_before),
        .basis = row->basis,
        .local = row->local != 0,
        .estimated = row->estimated != 0,
        .opened_by = row->opened_by,
        .anchored_by = row->anchored_by,
        .extended = (int32_t)row->extended,
        .person = row->person,
        .urged_on = day_or_none(row->urged_on_null, row->urged_on),
        .outcome = row->outcome,
        .closed_on = day_or_none(row->closed_on_null, row->closed_on),
        .warned_soon = row->warned_soon != 0,
        .warned_overdue = row->warned_overdue != 0,
    };
    if (!parse_kept(arena, row->derivation, DOC_LIST, &task->derivation))
        return bad_column("tasks", row->id, "derivation", e);
    return parse_suspensions(arena, row->suspensions, task) ||
           bad_column("tasks", row->id, "suspensions", e);
}

static bool load_tasks(struct world *world, struct case_state *kase, struct err *e)
{
    struct row_task *rows;
    size_t n;
    if (!q_tasks_of(world->db, world->arena, kase->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!load_task(world->arena, &rows[i], VEC_ADD(world->arena, &kase->tasks), e))
            return false;
    return true;
}

static bool load_decisions(struct world *world, struct case_state *kase, struct err *e)
{
    struct row_decision *rows;
    size_t n;
    if (!q_decisions_of(world->db, world->arena, kase->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct column columns[] = {
            {"task", case_task_by_id(kase, rows[i].task) != NULL},
            {"decided_on", is_day(rows[i].decided_on)},
            {"late_days", in_range(rows[i].late_days, 0, INT32_MAX)},
            {"decides", in_range(rows[i].decides, 0, 1)},
            {"short_days", in_range(rows[i].short_days, 0, INT32_MAX)},
        };
        if (!columns_good("decisions", rows[i].id, columns, COUNT_OF(columns), e))
            return false;
        struct task_decision *decision = VEC_ADD(world->arena, &kase->decisions);
        *decision = (struct task_decision){
            .id = rows[i].id,
            .task = rows[i].task,
            .step = rows[i].step,
            .outcome = rows[i].outcome,
            .opinion = rows[i].opinion,
            .on = {(int32_t)rows[i].decided_on},
            .at_ms = rows[i].decided_at,
            .person = rows[i].person,
            .post = rows[i].post,
            .late_days = (int32_t)rows[i].late_days,
            .decides = rows[i].decides != 0,
            .short_days = (int32_t)rows[i].short_days,
            .paper = rows[i].paper,
            .paper_reason = rows[i].paper_reason,
            .corrected = rows[i].corrected,
        };
        if (!parse_kept(world->arena, rows[i].form, DOC_MAP, &decision->form))
            return bad_column("decisions", rows[i].id, "form", e);
        if (!parse_kept(world->arena, rows[i].shown, DOC_MAP, &decision->shown))
            return bad_column("decisions", rows[i].id, "shown", e);
    }
    return true;
}

static bool load_materials(struct world *world, struct case_state *kase, struct err *e)
{
    struct row_material *rows;
    size_t n;
    if (!q_materials_of(world->db, world->arena, kase->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct column columns[] = {
            {"task", case_task_by_id(kase, rows[i].task) != NULL},
            {"size", in_range(rows[i].size, 0, LIMIT_ATTACHMENT_BYTES)},
        };
        if (!columns_good("materials", rows[i].id, columns, COUNT_OF(columns), e))
            return false;
        struct material *material = VEC_ADD(world->arena, &kase->materials);
        *material = (struct material){
            .id = rows[i].id,
            .task = rows[i].task,
            .material = rows[i].material,
            .name = rows[i].name,
            .digest = rows[i].digest,
            .size = rows[i].size,
        };
    }
    return true;
}

static bool load_notices(struct world *world, struct case_state *kase, struct err *e)
{
    struct row_notice *rows;
    size_t n;
    if (!q_notices_of(world->db, world->arena, kase->id, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct column columns[] = {
            {"sent_on", is_day(rows[i].sent_on)},
            {"received_on", rows[i].received_on_null || is_day(rows[i].received_on)},
        };
        if (!columns_good("notices", rows[i].id, columns, COUNT_OF(columns), e))
            return false;
        struct notice *notice = VEC_ADD(world->arena, &kase->notices);
        *notice = (struct notice){
            .id = rows[i].id,
            .decision = rows[i].decision,
            .organisation = rows[i].organisation,
            .role = rows[i].role,
            .sent_on = {(int32_t)rows[i].sent_on},
            .received_on = day_or_none(rows[i].received_on_null, rows[i].received_on),
            .received_by = rows[i].received_by,
        };
    }
    return true;
}

bool world_case(struct world *world, int64_t id, struct case_state **out, struct err *e)
{
    *out = NULL;
    if (world->kase && world->kase->id == id) {
        *out = world->kase;
        return true;
    }
    if (!world_save(world, e))
        return false;
    world->kase = NULL;
    struct row_kase *row;
    if (!q_kase(world->db, world->arena, id, &row, e))
        return false;
    if (!row)
        return true;
    const struct column columns[] = {
        {"opened_on", is_day(row->opened_on)},
        {"ended", in_range(row->ended, 0, 1)},
        {"ended_on", row->ended_on_null || is_day(row->ended_on)},
        {"period", in_range(row->period, 0, LIMIT_YEAR_MAX * 100 + 12)},
        {"priority", in_range(row->priority, 0, 1)},
    };
    if (!columns_good("cases", id, columns, COUNT_OF(columns), e))
        return false;
    struct case_state *kase = NEW(world->arena, struct case_state);
    *kase = (struct case_state){
        .id = row->id,
        .authority = row->authority,
        .system = row->system,
        .opener = row->opener,
        .number = row->number,
        .procedure = row->procedure,
        .policy = row->policy,
        .title = row->title,
        .opened_on = {(int32_t)row->opened_on},
        .opened_at_ms = row->opened_at,
        .ended = row->ended != 0,
        .outcome = row->outcome,
        .ended_on = day_or_none(row->ended_on_null, row->ended_on),
        .cause = row->cause,
        .period = (int32_t)row->period,
        .priority = row->priority != 0,
        .withdrawn = row->withdrawn,
    };
    if (!load_tasks(world, kase, e) || !load_decisions(world, kase, e) ||
        !load_materials(world, kase, e) || !load_notices(world, kase, e))
        return false;
    world->kase = *out = kase;
    return true;
}

static bool load_lists(struct world *world, struct arena *arena, struct authority_state *authority,
                       struct err *e)
{
    struct row_organisation *organisations;
    struct row_case_counter *counters;
    struct row_calendar_year *years;
    size_t n_organisations, n_counters, n_years;
    if (!q_organisations_of(world->db, arena, authority->id, &organisations, &n_organisations, e) ||
        !q_counters_of(world->db, arena, authority->id, &counters, &n_counters, e) ||
        !q_calendar_years_of(world->db, arena, authority->id, &years, &n_years, e))
        return false;
    for (size_t i = 0; i < n_organisations; i++) {
        struct organisation organisation = {
            .id = organisations[i].id,
            .name = organisations[i].name,
            .role = organisations[i].role,
            .level = organisations[i].level,
            .parent = organisations[i].parent,
        };
        VEC_PUSH(arena, &authority->organisations, organisation);
    }
    for (size_t i = 0; i < n_counters; i++) {
        if (!is_year(counters[i].year) || counters[i].count < 0)
            return bad_column("case_counters", authority->id, "year or count", e);
        struct case_counter counter = {counters[i].code, (int32_t)counters[i].year,
                                       counters[i].count, false};
        VEC_PUSH(arena, &authority->counters, counter);
    }
    for (size_t i = 0; i < n_years; i++) {
        if (!is_year(years[i].year))
            return bad_column("calendar_years", authority->id, "year", e);
        struct calendar_ref ref = {(int32_t)years[i].year, years[i].digest, false};
        VEC_PUSH(arena, &authority->calendar_refs, ref);
    }
    struct row_asked_material *asked;
    size_t n_asked;
    if (!q_asked_materials_of(world->db, arena, authority->id, &asked, &n_asked, e))
        return false;
    for (size_t i = 0; i < n_asked; i++) {
        struct asked_material one = {asked[i].procedure, asked[i].step,       asked[i].material,
                                     asked[i].zh,        asked[i].en,         asked[i].asked != 0,
                                     false};
        VEC_PUSH(arena, &authority->asked_materials, one);
    }
    return true;
}

bool world_authority(struct world *world, int64_t id, struct authority_state **out, struct err *e)
{
    *out = NULL;
    if (world->authority && world->authority->id == id) {
        *out = world->authority;
        return true;
    }
    if (!world_save(world, e))
        return false;
    world->authority = NULL;
    struct arena *arena = world->authority_arena ? world->authority_arena : world->arena;
    struct row_authority *row;
    if (!q_authority(world->db, arena, id, &row, e))
        return false;
    if (!row)
        return true;
    struct authority_state *authority = NEW(arena, struct authority_state);
    *authority = (struct authority_state){
        .id = row->id,
        .name = row->name,
        .name_en = row->name_en,
        .policy_name = row->policy_name,
        .policy_digest = row->policy_digest,
        .calendar_entry = row->calendar_entry,
        .calendar_applied = row->calendar_applied,
        .last_entry = row->last_entry,
    };
    if (!load_lists(world, arena, authority, e))
        return false;
    world->authority = *out = authority;
    return true;
}

bool world_calendar(struct world *world, struct err *e)
{
    struct authority_state *authority = world->authority;
    must(authority != NULL);
    struct arena *arena = world->authority_arena ? world->authority_arena : world->arena;
    if (authority->calendar.years.len == authority->calendar_refs.len)
        return true;
    for (size_t i = 0; i < authority->calendar_refs.len; i++) {
        const struct calendar_ref *ref = &authority->calendar_refs.items[i];
        struct row_calendar *row;
        struct calendar parsed = {0};
        if (!q_calendar(world->db, arena, ref->digest, &row, e))
            return false;
        if (!row)
            return RAISE(e, CORRUPT, "calendars", "the arrangement of %d is missing; restore it",
                         ref->year);
        struct err inner = {0};
        if (!calendar_parse(arena, S("calendar"), row->text, &parsed, &inner))
            return RAISE(e, CORRUPT, "calendars", "the arrangement of %d cannot be read; run "
                         "verify and restore it: %s", ref->year, inner.msg);
        for (size_t k = 0; k < parsed.years.len; k++)
            calendar_put(arena, &authority->calendar, &parsed.years.items[k]);
    }
    return true;
}

/* Another's post, on a day for which its holder has delegated it; *out stays NULL otherwise. */
static bool delegated_actor(struct world *world, const struct row_post *post, int64_t person,
                            struct actor *actor, struct actor **out, struct err *e)
{
    struct row_delegation *rows;
    size_t n;
    if (!q_delegation_for(world->db, world->arena, post->id, person, world->today.day,
                          world->today.day, &rows, &n, e))
        return false;
    if (n == 0 || !is_day(rows[0].valid_from) || !is_day(rows[0].valid_until))
        return true;
    actor->from = (date){(int32_t)rows[0].valid_from};
    actor->until = (date){(int32_t)rows[0].valid_until};
    *out = actor;
    return true;
}

bool world_actor(struct world *world, int64_t person, int64_t post, struct actor **out,
                 struct err *e)
{
    *out = NULL;
    struct row_post *row;
    if (!q_post(world->db, world->arena, post, &row, e))
        return false;
    if (!row)
        return true;
    struct actor *actor = NEW(world->arena, struct actor);
    *actor = (struct actor){
        .person = person,
        .post = post,
        .organisation = row->organisation,
        .authority = row->authority,
        .role = row->role,
        .holder = row->person,
        .from = DATE_NONE,
        .until = DATE_NONE,
    };
    if (row->person != person)
        return delegated_actor(world, row, person, actor, out, e);
    *out = actor;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * What must hold of every case after every command, whoever did what on whatever day. */
#include "play/simulate_priv.h"

/* A case that nobody acts on changes by what time brings only: it is looked at once a week. */
enum { SAMPLE_PERCENT = 6, CHECK_PAGE = 25, CHECK_DAYS = 7 };

/* ---- cases ---------------------------------------------------------------------------------- */

/* Somebody can act: its organisation has people of the role, and who it was handed to is one. */
static void check_seat(struct town *town, const struct task *task)
{
    bool found = false;
    for (size_t i = 0; i < town->players.len; i++) {
        const struct player *player = &town->players.items[i];
        found |= player->organisation == task->organisation &&
                 str_eq(player->role, task->role) &&
                 (!task->person || task->person == player->person);
    }
    must(found);
}

static void check_task(const struct case_state *kase, const struct task *task)
{
    size_t n = task->suspensions.len;
    /* No due date without a derivation, no standing clock with one. */
    must(date_is_none(task->due) || task->derivation != NULL);
    must(date_is_none(task->due) || !date_is_none(task->anchor));
    must(task->state != TASK_HELD || date_is_none(task->due));
    must(!task->opened_by || case_decision_by_id(kase, task->opened_by) != NULL);
    /* Each suspension has the decisions that began and ended it; only the last may still last. */
    must(task->holds.len == n);
    for (size_t i = 0; i < n; i++) {
        const struct suspension *s = &task->suspensions.items[i];
        const struct hold *hold = &task->holds.items[i];
        bool lasts = date_is_none(s->to);
        must(case_decision_by_id(kase, hold->from) != NULL);
        must(lasts ? hold->to == 0 : case_decision_by_id(kase, hold->to) != NULL);
        must(!lasts || (i + 1 == n && task->state != TASK_OPEN));
        must(lasts || date_cmp(s->from, s->to) <= 0);
    }
    must(task->state != TASK_HELD || (n > 0 && date_is_none(task->suspensions.items[n - 1].to)));
}

/* A step is open at most once; of several seats each signs for itself, in the same round. */
static void check_exclusive(const struct task *a, const struct task *b)
{
    must(a->state == TASK_CLOSED || b->state == TASK_CLOSED || !str_eq(a->step, b->step) ||
         (a->round == b->round &&
          (!str_eq(a->role, b->role) || a->organisation != b->organisation)));
}

static void check_parts(const struct case_state *kase)
{
    for (size_t i = 0; i < kase->decisions.len; i++)
        must(case_task_by_id(kase, kase->decisions.items[i].task) != NULL);
    for (size_t i = 0; i < kase->materials.len; i++)
        must(case_task_by_id(kase, kase->materials.items[i].task) != NULL);
    for (size_t i = 0; i < kase->notices.len; i++)
        must(case_decision_by_id(kase, kase->notices.items[i].decision) != NULL);
}

void check_case(struct town *town, const struct case_state *kase)
{
    int open = 0, owed = 0;
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        check_task(kase, task);
        open += task->state == TASK_OPEN;
        owed += task->state != TASK_CLOSED;
        if (task->state == TASK_OPEN)
            check_seat(town, task);
        for (size_t k = i + 1; task->state != TASK_CLOSED && k < kase->tasks.len; k++)
            check_exclusive(task, &kase->tasks.items[k]);
    }
    /* Somebody can act in every open case, nobody in an ended one. */
    must(kase->ended ? owed == 0 : open > 0);
    check_parts(kase);
}

static bool is_due(int64_t kase, int64_t at_ms)
{
    return (kase + date_of_instant(at_ms).day) % CHECK_DAYS == 0;
}

bool check_day(struct town *town, int64_t at_ms, struct err *e)
{
    struct db *db = clerk_db(town->clerk);
    int64_t after = 0;
    size_t n = CHECK_PAGE;
    while (n == CHECK_PAGE) {
        struct row_cases_to_warn *rows;
        arena_reset(town->scratch);
        struct world world = {.db = db, .arena = town->scratch};
        VEC(int64_t) strange = {NULL, 0, 0};
        bool ok = db_begin(db, e) &&
                  q_cases_open(db, town->scratch, town->authority, after, CHECK_PAGE, &rows, &n, e);
        for (size_t i = 0; ok && i < n; i++) {
            struct case_state *kase;
            after = rows[i].kase;
            if (is_due(after, at_ms)) {
                ok = world_case(&world, after, &kase, e);
                if (ok)
                    check_case(town, kase);
            }
            if (!knows_case(town, after))
                VEC_PUSH(town->scratch, &strange, after);
        }
        db_rollback(db);
        for (size_t i = 0; ok && i < strange.len; i++)
            ok = look_new(town, strange.items[i], at_ms, e);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- load(project(apply(s, e))) = apply(s, e) ----------------------------------------------- */

static bool fold(struct town *town, const struct row_entry *row, struct case_state *kase,
                 struct system_state *system, struct err *e)
{
    struct entry entry;
    if (!entry_parse(town->scratch, row->bytes, &entry, e))
        return false;
    must(entry.event.at_ms >= town->last_entry_ms);
    town->last_entry_ms = entry.event.at_ms;
    enum stream_kind stream = event_stream(entry.event.kind);
    if (stream == STREAM_CASE && entry.event.stream == kase->id)
        apply_case(town->scratch, kase, &entry.event);
    if (stream == STREAM_SYSTEM && system && entry.event.stream == system->id)
        apply_system(town->scratch, system, &entry.event);
    return true;
}

bool check_law(struct town *town, struct case_state *kase, struct system_state *system,
               const struct answer *answer, struct err *e)
{
    struct world world = {.db = clerk_db(town->clerk), .arena = town->scratch};
    struct row_entry *rows;
    struct case_state *loaded;
    struct system_state *loaded_system = NULL;
    size_t n = 0;
    if (!prng_chance(&town->prng, SAMPLE_PERCENT))
        return true;
    bool ok = db_begin(world.db, e) && q_entries_from(world.db, town->scratch, answer->first_entry,
                                                      answer->entries, &rows, &n, e);
    for (size_t i = 0; ok && i < n; i++)
        ok = fold(town, &rows[i], kase, system, e);
    ok = ok && world_case(&world, kase->id, &loaded, e) &&
         (!system || world_system(&world, system->id, &loaded_system, e));
    db_rollback(world.db);
    if (!ok)
        return false;
    must((int64_t)n == answer->entries);
    must(doc_equal(case_doc(town->scratch, kase), case_doc(town->scratch, loaded)));
    must(!system ||
         doc_equal(system_doc(town->scratch, system), system_doc(town->scratch, loaded_system)));
    return true;
}

/* ---- lists ---------------------------------------------------------------------------------- */

static bool is_listed(const struct system_state *system, str list)
{
    for (size_t i = 0; i < system->listings.len; i++)
        if (str_eq(system->listings.items[i].list, list))
            return !system->listings.items[i].gone;
    return false;
}

bool check_lists(struct town *town, int64_t id, int64_t at_ms, struct err *e)
{
    struct world world = {.db = clerk_db(town->clerk), .arena = town->scratch};
    const struct authority_state *authority;
    struct system_state *system = NULL;
    if (!town_authority(town, &authority, e))
        return false;
    bool ok = db_begin(world.db, e) && world_system(&world, id, &system, e) &&
              world_records(&world, system, e);
    db_rollback(world.db);
    if (!ok)
        return false;
    struct facts facts = {
        .authority = authority,
        .system = system,
        .policy = town->policy,
        .today = date_of_instant(at_ms),
    };
    for (size_t i = 0; i < town->policy->n_lists; i++) {
        const struct listing_rule *list = &town->policy->lists[i];
        must(decide_holds(town->scratch, &facts, list->when) == is_listed(system, list->id));
    }
    return true;
}

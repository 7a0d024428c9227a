/* SPDX-License-Identifier: Apache-2.0
 *
 * A hamlet that lives in memory: bodies and people for any policy, cases and systems folded from
 * events by apply alone, random commands, honest and dishonest, for every kind there is, and the
 * laws that hold whatever is tried. decide.c lets decide answer them; law.c the clerk, and compares
 * the hamlet with the rows. */
#ifndef YJ_TEST_HAMLET_H
#define YJ_TEST_HAMLET_H

#include "town.h"

enum { AUTHORITY = 1, FIRST_PERSON = 200, FIRST_ENTRY = 1000 };

struct hamlet {
    struct prng *prng;
    const struct policy *policy;
    struct authority_state authority;
    VEC(struct actor) actors;         /* everybody as their own post */
    VEC(struct case_state *) cases;
    VEC(struct system_state *) systems;
    VEC(struct record) lines;         /* in force, about bodies */
    VEC(struct delegation) delegations;
    struct calendar calendars[2];     /* the shipped one, and one with other days */
    int64_t next, now_ms, uploads;
    date today;
    bool honest;                      /* the command under way is to be right */
    int accepted, refused;
    int done[32];                     /* accepted commands by kind */
};

/* ---- who is there --------------------------------------------------------------------------- */

static inline bool is_sole(const struct policy *policy, str role)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        for (size_t k = 0; k < policy->procedures[i].n_seats; k++)
            if (policy->procedures[i].seats[k].kind == SEAT_SOLE &&
                str_eq(policy->procedures[i].seats[k].role, role))
                return true;
    return str_eq(role, policy->authority_role);
}

static inline str parent_role(const struct policy *policy)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        for (size_t k = 0; k < policy->procedures[i].n_seats; k++)
            if (policy->procedures[i].seats[k].kind == SEAT_PARENT)
                return policy->procedures[i].seats[k].role;
    return STR_NONE;
}

/* The same years without the first weekday off of each. */
static inline struct calendar other_calendar(const struct calendar *shipped)
{
    struct calendar other = {0};
    for (size_t i = 0; i < shipped->years.len; i++) {
        struct calendar_year year = shipped->years.items[i];
        size_t n = 0;
        bool dropped = false;
        year.days = NEWS(arena, struct calendar_day, year.n);
        for (size_t k = 0; k < year.n; k++) {
            const struct calendar_day *day = &shipped->years.items[i].days[k];
            bool drop = !dropped && !day->work && date_weekday(day->on) <= 5;
            dropped |= drop;
            if (!drop)
                year.days[n++] = *day;
        }
        year.n = n;
        calendar_put(arena, &other, &year);
    }
    return other;
}

/* The bodies of a policy, those above others first: one of each sole role, else two, the second of
 * the role's last level. */
static inline void hamlet_bodies(const struct policy *policy, struct organisation *out, size_t *n)
{
    str above = parent_role(policy);
    int64_t parent = 0;
    *n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < policy->n_roles; i++) {
            const struct role *role = &policy->roles[i];
            if (str_eq(role->id, above) != (pass == 0))
                continue;
            for (int k = 0; k < (is_sole(policy, role->id) ? 1 : 2); k++) {
                bool below = k == 1 && role->n_levels > 1;
                out[*n] = (struct organisation){
                    .id = AUTHORITY + 1 + (int64_t)*n,
                    .name = str_printf(arena, "%.*s %d", STR_FMT(role->id), k + 1),
                    .role = role->id,
                    .level = role->levels[below ? role->n_levels - 1 : 0],
                    .parent = below ? parent : 0,
                };
                if (pass == 0 && k == 0)
                    parent = out[*n].id;
                if (str_eq(role->id, policy->authority_role))
                    out[*n].id = AUTHORITY;
                ++*n;
            }
        }
}

static inline void hamlet_found(struct hamlet *hamlet)
{
    struct organisation bodies[64];
    size_t n;
    hamlet_bodies(hamlet->policy, bodies, &n);
    hamlet->authority = (struct authority_state){
        .id = AUTHORITY, .calendar = hamlet->calendars[0], .policy_digest = S("digest")};
    for (size_t i = 0; i < n; i++) {
        VEC_PUSH(arena, &hamlet->authority.organisations, bodies[i]);
        for (int k = 0; k < 2; k++) {
            int64_t person = FIRST_PERSON + 2 * (int64_t)hamlet->actors.len;
            struct actor actor = {person, person + 1, bodies[i].id, AUTHORITY, bodies[i].role,
                                  person, DATE_NONE, DATE_NONE};
            VEC_PUSH(arena, &hamlet->actors, actor);
        }
    }
    hamlet->next = FIRST_ENTRY;
}

static inline struct case_state *hamlet_case(const struct hamlet *hamlet, int64_t id)
{
    for (size_t i = 0; i < hamlet->cases.len; i++)
        if (hamlet->cases.items[i]->id == id)
            return hamlet->cases.items[i];
    return NULL;
}

static inline struct system_state *hamlet_system(const struct hamlet *hamlet, int64_t id)
{
    for (size_t i = 0; i < hamlet->systems.len; i++)
        if (hamlet->systems.items[i]->id == id)
            return hamlet->systems.items[i];
    return NULL;
}

/* ---- folding: by apply alone, and as load would order what belongs to no fold ---------------- */

static inline void fold_line(struct hamlet *hamlet, const struct event *event)
{
    const struct event_record_filed *filed = &event->record_filed;
    struct record line = {
        .id = event->index, .system = filed->system, .organisation = filed->organisation,
        .person = event->actor, .register_id = filed->register_id,
        .period = (int32_t)filed->period, .on = filed->on, .form = filed->form,
    };
    struct system_state *system = hamlet_system(hamlet, filed->system);
    struct record **items = system ? &system->records.items : &hamlet->lines.items;
    size_t *len = system ? &system->records.len : &hamlet->lines.len, n = 0;
    for (size_t i = 0; i < *len; i++)
        if ((*items)[i].id != filed->replaces)
            (*items)[n++] = (*items)[i];
    *len = n;
    if (system)
        VEC_PUSH(arena, &system->records, line);
    else
        VEC_PUSH(arena, &hamlet->lines, line);
    /* Latest period first, latest line first. */
    for (size_t i = *len - 1; i > 0 && (*items)[i - 1].period <= line.period; i--) {
        (*items)[i] = (*items)[i - 1];
        (*items)[i - 1] = line;
    }
}

static inline void fold_person(struct hamlet *hamlet, const struct event *event)
{
    if (event->kind == EVENT_post_delegated) {
        struct delegation delegation = {
            event->index, event->post_delegated.post, event->stream,
            event->post_delegated.person, event->post_delegated.from,
            event->post_delegated.until, DATE_NONE};
        VEC_PUSH(arena, &hamlet->delegations, delegation);
    }
    for (size_t i = 0; i < hamlet->delegations.len; i++)
        if (event->kind == EVENT_delegation_ended &&
            hamlet->delegations.items[i].id == event->delegation_ended.delegation)
            hamlet->delegations.items[i].ended_on = event->delegation_ended.on;
}

static inline void hamlet_fold(struct hamlet *hamlet, const struct event *event)
{
    enum stream_kind stream = event_stream(event->kind);
    if (event->kind == EVENT_case_opened)
        VEC_PUSH(arena, &hamlet->cases, NEW(arena, struct case_state));
    if (event->kind == EVENT_system_registered)
        VEC_PUSH(arena, &hamlet->systems, NEW(arena, struct system_state));
    if (event->kind == EVENT_case_opened)
        apply_case(arena, hamlet->cases.items[hamlet->cases.len - 1], event);
    else if (event->kind == EVENT_system_registered)
        apply_system(arena, hamlet->systems.items[hamlet->systems.len - 1], event);
    else if (stream == STREAM_CASE)
        apply_case(arena, hamlet_case(hamlet, event->stream), event);
    else if (stream == STREAM_SYSTEM)
        apply_system(arena, hamlet_system(hamlet, event->stream), event);
    else if (stream == STREAM_RECORD)
        fold_line(hamlet, event);
    else if (stream == STREAM_PERSON)
        fold_person(hamlet, event);
    if (stream == STREAM_AUTHORITY || stream == STREAM_ORGANISATION ||
        event->kind == EVENT_case_opened)
        apply_authority(arena, &hamlet->authority, event);
}

/* ---- facts ---------------------------------------------------------------------------------- */

/* Of each body's lines in each register the latest. */
static inline void latest_lines(const struct hamlet *hamlet, struct facts *facts)
{
    struct record *latest = NEWS(arena, struct record, hamlet->lines.len + 1);
    for (size_t i = 0; i < hamlet->lines.len; i++) {
        const struct record *line = &hamlet->lines.items[i];
        bool later = false;
        for (size_t k = 0; k < facts->n_lines; k++)
            later |= latest[k].organisation == line->organisation &&
                     str_eq(latest[k].register_id, line->register_id);
        if (!later)
            latest[facts->n_lines++] = *line;
    }
    facts->lines = latest;
}

/* What the clerk would gather for the command. */
static inline struct facts hamlet_facts(const struct hamlet *hamlet, const struct actor *actor,
                                        const struct command *command)
{
    struct facts facts = {.actor = actor, .authority = &hamlet->authority,
                          .policy = hamlet->policy, .in_force = hamlet->policy,
                          .today = hamlet->today, .now_ms = hamlet->now_ms};
    facts.kase = hamlet_case(hamlet, command->kase);
    facts.system = hamlet_system(hamlet, facts.kase ? facts.kase->system : command->system);
    struct member *members = NEWS(arena, struct member, hamlet->actors.len);
    for (size_t i = 0; i < hamlet->actors.len; i++) {
        const struct actor *one = &hamlet->actors.items[i];
        if (actor && one->organisation == actor->organisation && str_eq(one->role, actor->role))
            members[facts.n_members++] =
                (struct member){one->person, one->organisation, one->role};
    }
    facts.members = members;
    facts.cited = (const struct case_state *const *)hamlet->cases.items;
    facts.n_cited = hamlet->cases.len;
    for (size_t i = 0; command->kind == COMMAND_open_duty && i < hamlet->cases.len; i++)
        facts.duty_opened |= hamlet->cases.items[i]->opener == command->organisation &&
                             hamlet->cases.items[i]->period == command->period &&
                             str_eq(hamlet->cases.items[i]->procedure, command->procedure);
    struct system_state **systems =
        NEWS(arena, struct system_state *, command->records.len + 1);
    for (size_t i = 0; i < command->records.len; i++)
        systems[i] = hamlet_system(hamlet, command->records.items[i].system);
    facts.systems = systems;
    latest_lines(hamlet, &facts);
    struct record *own = NEWS(arena, struct record, hamlet->lines.len + 1);
    for (size_t i = 0; i < hamlet->lines.len; i++)
        if (actor && hamlet->lines.items[i].organisation == actor->organisation)
            own[facts.n_own++] = hamlet->lines.items[i];
    facts.own = own;
    for (size_t i = 0; i < hamlet->delegations.len; i++)
        if (hamlet->delegations.items[i].id == command->object &&
            date_is_none(hamlet->delegations.items[i].ended_on))
            facts.delegation = &hamlet->delegations.items[i];
    return facts;
}

/* ---- laws ----------------------------------------------------------------------------------- */

/* What was decided holds the fields of that outcome: those it asks for, and no other. */
static inline void laws_of_form(const struct step *step, const struct task_decision *decision)
{
    for (size_t i = 0; i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        bool filled = doc_get(decision->form, field->id) != NULL;
        if (!field_applies(field, decision->outcome))
            assert_false(filled);
        else if (!field->optional)
            assert_true(filled);
    }
}

static inline void laws_of_task(const struct hamlet *hamlet, const struct case_state *kase,
                                const struct task *task)
{
    assert_non_null(authority_organisation(&hamlet->authority, task->organisation));
    /* No due date without a derivation that ends in it, none while the clock stands still. */
    if (!date_is_none(task->due)) {
        assert_non_null(task->derivation);
        const struct doc *last = task->derivation->list.items[task->derivation->list.len - 1];
        assert_int_equal(doc_get_date(last, S("on")).day, task->due.day);
        assert_int_not_equal(task->state, TASK_HELD);
    }
    assert_int_equal(task->suspensions.len, task->holds.len);
    bool somebody = task->state != TASK_OPEN;
    for (size_t i = 0; i < hamlet->actors.len; i++) {
        const struct actor *actor = &hamlet->actors.items[i];
        somebody |= actor->organisation == task->organisation &&
                    str_eq(actor->role, task->role) &&
                    (!task->person || task->person == actor->person);
    }
    assert_true(somebody);
    /* A step is open once; of several seats each signs for itself, in the same round. */
    for (size_t k = 0; k < kase->tasks.len; k++) {
        const struct task *other = &kase->tasks.items[k];
        if (other->id > task->id && task->state != TASK_CLOSED && other->state != TASK_CLOSED &&
            str_eq(task->step, other->step))
            assert_true(task->round == other->round &&
                        (!str_eq(task->role, other->role) ||
                         task->organisation != other->organisation));
    }
}

static inline void laws_of_case(const struct hamlet *hamlet, const struct case_state *kase)
{
    const struct procedure *procedure = policy_procedure(hamlet->policy, kase->procedure);
    bool open = false;
    for (size_t i = 0; i < kase->tasks.len; i++) {
        laws_of_task(hamlet, kase, &kase->tasks.items[i]);
        open |= kase->tasks.items[i].state == TASK_OPEN;
        assert_true(!kase->ended || kase->tasks.items[i].state == TASK_CLOSED);
    }
    assert_int_equal(kase->ended, !open);
    for (size_t i = 0; i < kase->decisions.len; i++) {
        const struct task_decision *decision = &kase->decisions.items[i];
        assert_non_null(case_task_by_id(kase, decision->task));
        laws_of_form(procedure_step(procedure, decision->step), decision);
    }
    for (size_t i = 0; i < kase->notices.len; i++)
        assert_non_null(case_decision_by_id(kase, kase->notices.items[i].decision));
    const struct system_state *system = hamlet_system(hamlet, kase->system);
    assert_int_equal(system != NULL, kase->system != 0);
    for (size_t i = 0; system && i < system->grants.len; i++)
        assert_true(system->grants.items[i].quantity >= 0 && system->grants.items[i].lent >= 0);
}

/* ---- random forms --------------------------------------------------------------------------- */

static inline bool chance(const struct hamlet *hamlet, int percent)
{
    return prng_chance(hamlet->prng, percent);
}

/* Something goes wrong, in percent of the commands that are not honest. */
static inline bool wrong(const struct hamlet *hamlet, int percent)
{
    return !hamlet->honest && chance(hamlet, percent);
}

static inline size_t below(const struct hamlet *hamlet, size_t limit)
{
    return (size_t)prng_below(hamlet->prng, limit);
}

static inline struct doc *random_quantities(const struct hamlet *hamlet)
{
    struct doc *map = doc_map(arena);
    for (size_t i = 0; i < hamlet->policy->n_items; i++)
        if (chance(hamlet, 80))
            doc_put_int(arena, map, hamlet->policy->items[i].id,
                        (int64_t)below(hamlet, 16) * QUANTITY_ONE);
    return map;
}

static inline int64_t random_body(const struct hamlet *hamlet, str role)
{
    int64_t chosen = 0;
    size_t seen = 0;
    for (size_t i = 0; i < hamlet->authority.organisations.len; i++) {
        const struct organisation *body = &hamlet->authority.organisations.items[i];
        if ((str_eq(body->role, role) || wrong(hamlet, 3)) && below(hamlet, ++seen) == 0)
            chosen = body->id;
    }
    return chosen;
}

static inline struct doc *random_value(const struct hamlet *hamlet, const struct field *field)
{
    if (wrong(hamlet, 4))
        return doc_text(arena, S("\x01 not what is wanted"));
    switch (field->type) {
    case FIELD_TEXT: return doc_text(arena, wrong(hamlet, 4) ? S(" ") : S("文字"));
    case FIELD_INTEGER:
        return doc_int(arena,
                       field->min + (int64_t)below(hamlet, (size_t)(field->max - field->min) +
                                                            (hamlet->honest ? 1 : 2)));
    case FIELD_BOOL: return doc_bool(arena, chance(hamlet, 85));
    case FIELD_DATE:
        return doc_text(arena, wrong(hamlet, 4)
                                   ? S("2026-02-30")
                                   : date_print(arena, date_plus(hamlet->today,
                                                                 (int)below(hamlet, 30) - 5)));
    case FIELD_CHOICE:
        return doc_text(arena, field->choices[below(hamlet, field->n_choices)].id);
    case FIELD_QUANTITIES: return random_quantities(hamlet);
    case FIELD_ORGANISATION: return doc_int(arena, random_body(hamlet, field->role));
    case FIELD_ORGANISATIONS: {
        struct doc *list = doc_list(arena);
        for (size_t n = below(hamlet, 3); n + 1 > 0; n--)
            doc_push(arena, list, doc_int(arena, random_body(hamlet, field->role)));
        return list;
    }
    case FIELD_MONEY:
        return doc_int(arena, field->min + (int64_t)below(hamlet, 1000000) -
                                  (wrong(hamlet, 4) ? 2000000 : 0));
    case FIELD_CASE:
        return doc_int(arena, hamlet->cases.len
                                  ? hamlet->cases.items[below(hamlet, hamlet->cases.len)]->id
                                  : 7);
    case FIELD_PERSON: return doc_int(arena, (int64_t)below(hamlet, 50));
    }
    return NULL;
}

/* Right often enough to get somewhere, and wrong often enough to be refused: also with a field of
 * another outcome. */
static inline struct doc *random_form(const struct hamlet *hamlet, const struct facts *facts,
                                      const struct form *fields, const struct step *step,
                                      str outcome)
{
    struct doc *presets = step ? decide_presets(arena, facts, step) : NULL;
    struct doc *form = doc_map(arena);
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *field = &fields->fields[i];
        struct doc *preset = chance(hamlet, 92) ? doc_get(presets, field->id) : NULL;
        if (field_applies(field, outcome) ? wrong(hamlet, 4) : !wrong(hamlet, 2))
            continue;
        struct doc *value = preset ? preset : random_value(hamlet, field);
        if (field->type == FIELD_PERSON && facts && facts->n_members && !wrong(hamlet, 4))
            value = doc_int(arena, facts->members[below(hamlet, facts->n_members)].person);
        doc_put(arena, form, field->id, value);
    }
    if (wrong(hamlet, 2))
        doc_put_text(arena, form, S("surplus"), S("x"));
    return form;
}

#endif

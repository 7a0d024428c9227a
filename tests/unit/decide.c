/* SPDX-License-Identifier: Apache-2.0
 * The laws of decide, over random walks through the real procedure: whatever people try on whatever
 * day, what is decided folds, and what must hold of a case holds. */
#include "town.h"

enum { AUTHORITY = 1, COUNTY, CITY_UNIT, COUNTY_UNIT, PROVIDER, OTHER_PROVIDER, AUDITOR, BODIES };
enum { WALKS = 300, ACTS = 40, TODAY_FROM = 18262 /* 2020-01-01 */ };

static struct authority_state authority;
static const struct policy *policy;
static struct actor actors[BODIES];

static int found_town(void **state)
{
    (void)state;
    arena = arena_new((size_t)1 << 30);
    policy = town_policy();
    authority = (struct authority_state){
        .id = AUTHORITY, .calendar = town_calendar(), .policy_digest = S("digest")};
    const struct organisation bodies[] = {
        {AUTHORITY, S("主管"), S("authority"), S("city"), 0, false},
        {COUNTY, S("县主管"), S("county-authority"), S("county"), 0, false},
        {CITY_UNIT, S("市局"), S("using-unit"), S("city"), 0, false},
        {COUNTY_UNIT, S("县局"), S("using-unit"), S("county"), COUNTY, false},
        {PROVIDER, S("云甲"), S("provider"), S("city"), 0, false},
        {OTHER_PROVIDER, S("云乙"), S("provider"), S("city"), 0, false},
        {AUDITOR, S("审计"), S("auditor"), S("city"), 0, false},
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        VEC_PUSH(arena, &authority.organisations, bodies[i]);
        actors[bodies[i].id] = (struct actor){100 + bodies[i].id, 200 + bodies[i].id, bodies[i].id,
                                              AUTHORITY, bodies[i].role, 100 + bodies[i].id,
                                              DATE_NONE, DATE_NONE};
    }
    return 0;
}

/* The procedure that founds a system; the others run about one. */
static const struct procedure *onboard(void)
{
    return policy_procedure(policy, S("onboard"));
}

static int leave_town(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- laws ----------------------------------------------------------------------------------- */

static int open_tasks(const struct case_state *kase)
{
    int open = 0;
    for (size_t i = 0; i < kase->tasks.len; i++)
        open += kase->tasks.items[i].state == TASK_OPEN;
    return open;
}

/* What was decided holds the fields of that outcome: those it asks for, and no other. */
static void laws_of_form(const struct case_state *kase, const struct task_decision *decision)
{
    const struct task *task = case_task_by_id(kase, decision->task);
    assert_non_null(task);
    const struct step *step = procedure_step(onboard(), task->step);
    for (size_t i = 0; i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        bool filled = doc_get(decision->form, field->id) != NULL;
        if (!field_applies(field, decision->outcome))
            assert_false(filled);
        else if (!field->optional)
            assert_true(filled);
    }
}

static void laws_of_case(const struct case_state *kase)
{
    assert_int_equal(kase->ended ? 0 : 1, open_tasks(kase) > 0 ? 1 : 0);
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        assert_non_null(authority_organisation(&authority, task->organisation));
        /* No due date without a derivation that ends in it. */
        if (!date_is_none(task->due)) {
            assert_non_null(task->derivation);
            const struct doc *last =
                task->derivation->list.items[task->derivation->list.len - 1];
            assert_int_equal(doc_get_date(last, S("on")).day, task->due.day);
        }
        /* No two tasks of one step at once. */
        for (size_t k = i + 1; k < kase->tasks.len; k++)
            assert_false(task->state != TASK_CLOSED &&
                         kase->tasks.items[k].state != TASK_CLOSED &&
                         str_eq(task->step, kase->tasks.items[k].step));
    }
    for (size_t i = 0; i < kase->decisions.len; i++)
        laws_of_form(kase, &kase->decisions.items[i]);
}

static void laws_of_decision(const struct decision *decision, int64_t next)
{
    if (decision->refused) {
        assert_int_equal(decision->events.len, 0);
        assert_true(decision->refusal.reasons.len > 0);
        for (size_t i = 0; i < decision->refusal.reasons.len; i++) {
            const struct refusal_reason *reason = &decision->refusal.reasons.items[i];
            assert_true(refusal_text(arena, reason, LANGUAGE_ZH, S("办法")).len > 0);
            assert_true(refusal_text(arena, reason, LANGUAGE_EN, S("Measures")).len > 0);
        }
        return;
    }
    for (size_t i = 0; i < decision->events.len; i++)
        assert_int_equal(decision->events.items[i].index, next + (int64_t)i);
}

/* The same facts and command give the same events, to the byte of their payloads. */
static void decides_the_same(const struct facts *facts, const struct command *command, int64_t next,
                             const struct decision *first)
{
    struct decision again;
    decide(arena, facts, command, next, &again);
    assert_int_equal(again.refused, first->refused);
    assert_int_equal(again.events.len, first->events.len);
    for (size_t i = 0; i < again.events.len; i++)
        assert_true(doc_equal(event_payload(arena, &again.events.items[i]),
                              event_payload(arena, &first->events.items[i])));
}

/* ---- walks ---------------------------------------------------------------------------------- */

struct walk {
    struct prng *prng;
    struct case_state kase;
    struct system_state system;
    struct facts facts;
    int64_t next;
    int accepted, refused;
};

static void fold(struct walk *walk, const struct decision *decision)
{
    for (size_t i = 0; i < decision->events.len; i++) {
        const struct event *event = &decision->events.items[i];
        if (event_stream(event->kind) == STREAM_CASE)
            apply_case(arena, &walk->kase, event);
        if (event_stream(event->kind) == STREAM_SYSTEM)
            apply_system(arena, &walk->system, event);
    }
    walk->next += (int64_t)decision->events.len;
    walk->accepted++;
    laws_of_case(&walk->kase);
}

static void try_command(struct walk *walk, const struct command *command)
{
    struct decision decision;
    decide(arena, &walk->facts, command, walk->next, &decision);
    laws_of_decision(&decision, walk->next);
    decides_the_same(&walk->facts, command, walk->next, &decision);
    if (decision.refused)
        walk->refused++;
    else
        fold(walk, &decision);
}

static void cite(struct walk *walk, const struct step *step, struct command *command)
{
    for (size_t i = 0; i < step->n_materials; i++) {
        struct cited_material cited = {step->materials[i], (int64_t)i + 1, S("a.pdf"), S("00"), 9};
        if (prng_chance(walk->prng, 97))
            VEC_PUSH(arena, &command->materials, cited);
    }
}

static bool open_case(struct walk *walk, const struct actor *unit)
{
    const struct step *step = &onboard()->steps[0];
    walk->facts = (struct facts){.actor = unit,
                                 .authority = &authority,
                                 .policy = policy,
                                 .today = walk->facts.today};
    struct command command = {.kind = COMMAND_open_case,
                              .authority = AUTHORITY,
                              .actor = unit->person,
                              .post = unit->post,
                              .procedure = onboard()->id,
                              .outcome = S("submit")};
    command.form = random_form(walk->prng, &walk->facts, step, command.outcome, PROVIDER);
    cite(walk, step, &command);
    try_command(walk, &command);
    return walk->accepted > 0;
}

/* Somebody, often but not always the right one, decides some step in some way. */
static void act(struct walk *walk)
{
    const struct procedure *procedure = onboard();
    const struct task *task = NULL;
    for (size_t i = 0; i < walk->kase.tasks.len; i++)
        if (walk->kase.tasks.items[i].state == TASK_OPEN)
            task = &walk->kase.tasks.items[i];
    const struct step *step = task && prng_chance(walk->prng, 90)
                                  ? procedure_step(procedure, task->step)
                                  : &procedure->steps[prng_below(walk->prng, procedure->n_steps)];
    int64_t who = task && prng_chance(walk->prng, 90)
                      ? task->organisation
                      : AUTHORITY + (int64_t)prng_below(walk->prng, BODIES - AUTHORITY);
    walk->facts.actor = &actors[who];
    walk->facts.kase = &walk->kase;
    walk->facts.system = &walk->system;
    struct command command = {
        .kind = prng_chance(walk->prng, 10) ? COMMAND_tick : COMMAND_decide_task,
        .authority = AUTHORITY,
        .actor = actors[who].person,
        .post = actors[who].post,
        .kase = walk->kase.id,
        .step = step->id,
        .outcome = step->outcomes[prng_below(walk->prng, step->n_outcomes)].id,
        .opinion = prng_chance(walk->prng, 95) ? S("意见") : STR_NONE,
    };
    command.form = random_form(walk->prng, &walk->facts, step, command.outcome, PROVIDER);
    cite(walk, step, &command);
    try_command(walk, &command);
}

static void whatever_is_tried_the_laws_hold(void **state)
{
    (void)state;
    struct prng prng;
    prng_seed(&prng, town_seed(20200924));
    int accepted = 0, refused = 0, ended = 0, live = 0;
    for (int i = 0; i < WALKS; i++) {
        struct walk walk = {.prng = &prng, .next = 1000};
        walk.facts.today = (date){TODAY_FROM + (int32_t)prng_below(&prng, 2500)};
        while (!open_case(&walk, &actors[prng_chance(&prng, 50) ? CITY_UNIT : COUNTY_UNIT]))
            continue;
        for (int k = 0; k < ACTS && !walk.kase.ended; k++) {
            walk.facts.today = date_plus(walk.facts.today, (int32_t)prng_below(&prng, 7));
            act(&walk);
        }
        accepted += walk.accepted;
        refused += walk.refused;
        ended += walk.kase.ended;
        live += walk.system.stage == SYSTEM_LIVE;
    }
    print_message("%d acts accepted, %d refused, %d cases ended, %d systems live\n", accepted,
                  refused, ended, live);
    /* A walk that never gets anywhere would prove nothing. */
    assert_true(accepted > WALKS * 3 && refused > WALKS && ended > WALKS / 10 && live > 0);
}

static struct decision decide_one(struct facts *facts, struct command *command)
{
    struct decision decision;
    decide(arena, facts, command, 50, &decision);
    return decision;
}

/* ---- reasons -------------------------------------------------------------------------------- */

/* A case of the city unit whose review is open. */
static void walk_to_review(struct walk *walk, struct prng *prng)
{
    prng_seed(prng, 12);
    *walk = (struct walk){.prng = prng, .next = 1000, .facts = {.today = {TODAY_FROM}}};
    while (!open_case(walk, &actors[CITY_UNIT]))
        continue;
    walk->facts.actor = &actors[AUTHORITY];
    walk->facts.kase = &walk->kase;
    walk->facts.system = &walk->system;
}

static struct doc *approval(struct walk *walk)
{
    const struct step *review = procedure_step(onboard(), S("review"));
    struct doc *form = decide_presets(arena, &walk->facts, review);
    doc_put_bool(arena, form, S("feasible"), true);
    doc_put_bool(arena, form, S("reasonable"), true);
    doc_put_int(arena, form, S("provider"), PROVIDER);
    return form;
}

/* "missing-field feasible, condition granted": what was refused and where, in order. */
static str review_reasons(struct walk *walk, const char *outcome, struct doc *form)
{
    struct command command = {.kind = COMMAND_decide_task, .authority = AUTHORITY,
                              .kase = walk->kase.id, .step = S("review"),
                              .outcome = str_of(outcome), .opinion = S("意见"), .form = form};
    struct decision decision = decide_one(&walk->facts, &command);
    struct buf out = buf_new(arena, 64);
    for (size_t i = 0; i < decision.refusal.reasons.len; i++) {
        const struct refusal_reason *reason = &decision.refusal.reasons.items[i];
        buf_addf(&out, "%s%s %.*s", i ? ", " : "", refusal_name(reason->code),
                 STR_FMT(reason->where));
    }
    return buf_str(&out);
}

static void assert_reasons(struct walk *walk, const char *outcome, struct doc *form,
                           const char *expected)
{
    str found = review_reasons(walk, outcome, form);
    if (!str_eq(found, str_of(expected)))
        fail_msg("%s: expected \"%s\", found \"%.*s\"", outcome, expected, STR_FMT(found));
}

static void an_outcome_takes_its_own_fields_and_no_other(void **state)
{
    (void)state;
    struct prng prng;
    struct walk walk;
    walk_to_review(&walk, &prng);
    assert_reasons(&walk, "approve", approval(&walk), "");
    assert_reasons(&walk, "return", NULL, "");
    struct doc *form = doc_map(arena);
    doc_put_bool(arena, form, S("feasible"), true);
    assert_reasons(&walk, "return", form, "unknown-field feasible");
    doc_put(arena, form, S("granted"), doc_null(arena));
    assert_reasons(&walk, "refuse", form, "unknown-field feasible, unknown-field granted");
}

static void a_reason_points_at_the_field_to_mend(void **state)
{
    (void)state;
    struct prng prng;
    struct walk walk;
    walk_to_review(&walk, &prng);
    /* What is missing is told once, not again by every condition that reads it. */
    assert_reasons(&walk, "approve", NULL,
                   "missing-field feasible, missing-field reasonable, missing-field granted, "
                   "missing-field provider");
    struct doc *form = approval(&walk);
    doc_put_bool(arena, form, S("feasible"), false);
    assert_reasons(&walk, "approve", form, "condition feasible");
    form = approval(&walk);
    struct doc *more = doc_map(arena);
    doc_put_int(arena, more, policy->items[0].id, 1000 * QUANTITY_ONE);
    doc_put(arena, form, S("granted"), more);
    assert_reasons(&walk, "approve", form, "condition granted, condition review");
}

/* given(FIELD) among the needs is a missing field, unless the form has refused its value. */
static void a_needed_field_is_missing(void **state)
{
    (void)state;
    const struct policy *shipped = policy;
    struct pack pack = town_pack();
    struct diagnostics diagnostics = {0};
    str before = S("        - {that: feasible,"), head, rest;
    size_t at = 0, onboarding = 0;
    while (!str_eq(pack.files.items[onboarding].name, S("onboard.yaml")))
        onboarding++;
    str text = pack.files.items[onboarding].bytes;
    while (at < text.len && !str_starts((str){text.ptr + at, text.len - at}, before))
        at++;
    head = (str){text.ptr, at};
    rest = (str){text.ptr + at, text.len - at};
    pack.files.items[onboarding].bytes = str_printf(arena, "%.*s        - given(why-less)\n%.*s",
                                           STR_FMT(head), STR_FMT(rest));
    policy = policy_load(arena, &pack, &diagnostics);
    assert_non_null(policy);
    struct prng prng;
    struct walk walk;
    walk_to_review(&walk, &prng);
    struct doc *form = approval(&walk);
    assert_reasons(&walk, "approve", form, "missing-field why-less");
    doc_put_int(arena, form, S("why-less"), 7);
    assert_reasons(&walk, "approve", form, "bad-field why-less");
    doc_put_text(arena, form, S("why-less"), S("够用"));
    assert_reasons(&walk, "approve", form, "");
    policy = shipped;
}

static void a_case_of_another_authority_is_no_case(void **state)
{
    (void)state;
    struct actor stranger = actors[AUTHORITY];
    stranger.authority = 77;
    struct case_state kase = {.id = 9, .authority = AUTHORITY, .procedure = S("onboard")};
    struct facts facts = {.actor = &stranger, .authority = &authority, .policy = policy,
                          .kase = &kase};
    struct command command = {.kind = COMMAND_decide_task, .kase = 9, .step = S("review"),
                              .outcome = S("approve")};
    struct decision decision = decide_one(&facts, &command);
    assert_true(decision.refused);
    assert_int_equal(decision.refusal.reasons.items[0].code, REFUSAL_UNKNOWN_CASE);
}

static void only_the_security_administrator_registers(void **state)
{
    (void)state;
    struct actor unit = actors[CITY_UNIT];
    struct facts facts = {.actor = &unit, .authority = &authority, .policy = policy};
    struct command command = {.kind = COMMAND_register_organisation, .name = S("新单位"),
                              .role = S("using-unit"), .level = S("city")};
    assert_true(decide_one(&facts, &command).refused);
    unit.role = ROLE_SECURITY_ADMINISTRATOR;
    assert_false(decide_one(&facts, &command).refused);
    command.level = S("village");
    assert_true(decide_one(&facts, &command).refused);
    command.level = S("city");
    command.name = S("市局");
    struct decision twice = decide_one(&facts, &command);
    assert_true(twice.refused);
    assert_int_equal(twice.refusal.reasons.items[0].code, REFUSAL_ALREADY_EXISTS);
    /* A second authority would leave open cases between two chairs. */
    command.name = S("第二主管");
    command.role = S("authority");
    struct decision second = decide_one(&facts, &command);
    assert_true(second.refused);
    assert_int_equal(second.refusal.reasons.items[0].code, REFUSAL_SOLE_SEAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_tried_the_laws_hold),
        cmocka_unit_test(an_outcome_takes_its_own_fields_and_no_other),
        cmocka_unit_test(a_reason_points_at_the_field_to_mend),
        cmocka_unit_test(a_needed_field_is_missing),
        cmocka_unit_test(a_case_of_another_authority_is_no_case),
        cmocka_unit_test(only_the_security_administrator_registers),
    };
    return cmocka_run_group_tests(tests, found_town, leave_town);
}

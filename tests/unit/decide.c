/* SPDX-License-Identifier: Apache-2.0
 * The laws of decide, over random lives of a hamlet under every pack there is: whatever people try
 * on whatever day, what is decided folds, and what must hold of a case holds. */
#include "hamlet_acts.h"

enum { COMMANDS = 40000, LIFE = 400, TODAY_FROM = 18262 /* 2020-01-01 */, TODAY_DAYS = 1800 };

static const char *const PACKS[] = {"policies/zhengzhou-2019", "tests/packs/willow",
                                    "tests/packs/heron"};
static const struct policy *policies[COUNT_OF(PACKS)];
static const struct policy *policy; /* the shipped one */
static struct calendar calendars[2];
static struct arena *lasting;

static int found_policies(void **state)
{
    (void)state;
    arena = lasting = arena_new((size_t)1 << 28);
    for (size_t i = 0; i < COUNT_OF(PACKS); i++)
        policies[i] = town_policy_of(PACKS[i]);
    policy = policies[0];
    calendars[0] = town_calendar();
    calendars[1] = other_calendar(&calendars[0]);
    arena = arena_new((size_t)1 << 28);
    return 0;
}

static int leave_policies(void **state)
{
    (void)state;
    arena_free(arena);
    arena_free(lasting);
    return 0;
}

/* A fresh hamlet; the one before is forgotten. */
static struct hamlet *fresh_hamlet(struct prng *prng, const struct policy *under)
{
    arena_reset(arena);
    struct hamlet *hamlet = NEW(arena, struct hamlet);
    hamlet->prng = prng;
    hamlet->policy = under;
    hamlet->calendars[0] = calendars[0];
    hamlet->calendars[1] = calendars[1];
    hamlet_found(hamlet);
    return hamlet;
}

/* ---- laws of one decision ------------------------------------------------------------------- */

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
    /* What decides is a task of the case, and only then. */
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
    assert_int_equal(again.refusal.reasons.len, first->refusal.reasons.len);
    assert_int_equal(again.events.len, first->events.len);
    for (size_t i = 0; i < again.events.len; i++)
        assert_true(doc_equal(event_payload(arena, &again.events.items[i]),
                              event_payload(arena, &first->events.items[i])));
}

/* An event survives its own encoding, which is all that apply sees of it after a restart. */
static struct event reread(const struct event *event)
{
    struct err e = {0};
    struct event copy = *event;
    struct doc *payload = doc_copy(arena, event_payload(arena, event));
    if (!event_from_payload(arena, payload, &copy, &e))
        fail_msg("%s: %s", e.where, e.msg);
    return copy;
}

/* After lines were filed, each system is on the lists whose conditions hold, and has one line in
 * force for a month of a register. */
static void laws_of_filing(const struct hamlet *hamlet, const struct command *command)
{
    const struct policy *version = hamlet->policy;
    const struct ledger *ledger = policy_register(version, command->register_id);
    for (size_t i = 0; i < command->records.len; i++) {
        struct system_state *system = hamlet_system(hamlet, command->records.items[i].system);
        struct facts facts = {.authority = &hamlet->authority, .system = system,
                              .policy = version, .today = hamlet->today};
        if (!system)
            continue;
        for (size_t k = 0; k < version->n_lists; k++) {
            bool listed = false;
            for (size_t n = 0; n < system->listings.len; n++)
                listed |= str_eq(system->listings.items[n].list, version->lists[k].id) &&
                          !system->listings.items[n].gone;
            assert_int_equal(listed, decide_holds(arena, &facts, version->lists[k].when));
        }
        for (size_t a = 0; ledger->monthly && a < system->records.len; a++)
            for (size_t b = 0; b < a; b++)
                assert_false(str_eq(system->records.items[a].register_id, ledger->id) &&
                             str_eq(system->records.items[b].register_id, ledger->id) &&
                             system->records.items[a].period == system->records.items[b].period);
    }
}

/* ---- lives ---------------------------------------------------------------------------------- */

static void fold_decision(struct hamlet *hamlet, const struct command *command,
                          const struct decision *decision)
{
    for (size_t i = 0; i < decision->events.len; i++) {
        struct event event = reread(&decision->events.items[i]);
        hamlet_fold(hamlet, &event);
        if (event.kind == EVENT_calendar_loaded)
            hamlet->authority.calendar =
                hamlet->calendars[str_eq(command->digest, S("01"))];
    }
    hamlet->next += (int64_t)decision->events.len;
    hamlet->accepted++;
    hamlet->done[command->kind]++;
    if (command->kind == COMMAND_file_records)
        laws_of_filing(hamlet, command);
    for (size_t i = 0; i < hamlet->cases.len; i++)
        if (hamlet->cases.items[i]->changed) {
            laws_of_case(hamlet, hamlet->cases.items[i]);
            hamlet->cases.items[i]->changed = false;
        }
}

static void try_command(struct hamlet *hamlet)
{
    const struct actor *wanted;
    struct command command = random_command(hamlet, &wanted);
    struct actor actor = {0};
    if (wanted)
        actor = stand_in(hamlet, wanted, &command);
    struct facts facts = hamlet_facts(hamlet, wanted ? &actor : NULL, &command);
    struct doc *before = facts.kase ? case_doc(arena, facts.kase) : NULL;
    struct decision decision;
    decide(arena, &facts, &command, hamlet->next, &decision);
    laws_of_decision(&decision, hamlet->next);
    decides_the_same(&facts, &command, hamlet->next, &decision);
    /* Facts are never changed. */
    if (before)
        assert_true(doc_equal(before, case_doc(arena, facts.kase)));
    if (decision.refused)
        hamlet->refused++;
    else
        fold_decision(hamlet, &command, &decision);
}

static void whatever_is_tried_the_laws_hold(void **state)
{
    (void)state;
    struct prng prng;
    prng_seed(&prng, town_seed(20200924));
    int accepted = 0, refused = 0, ended = 0, done[32] = {0};
    for (int n = 0; n < COMMANDS;) {
        /* The shipped pack has more to try than the others. */
        size_t which = prng_chance(&prng, 80) ? 0 : prng_below(&prng, COUNT_OF(PACKS));
        struct hamlet *hamlet = fresh_hamlet(&prng, policies[which]);
        hamlet->today = (date){TODAY_FROM + (int32_t)prng_below(&prng, TODAY_DAYS)};
        if (date_cmp(hamlet->today, policies[which]->from) < 0)
            hamlet->today = date_plus(policies[which]->from, (int32_t)prng_below(&prng, 60));
        for (int k = 0; k < LIFE; k++, n++) {
            if (prng_chance(&prng, 25))
                hamlet->today = date_plus(hamlet->today, (int32_t)prng_below(&prng, 5));
            hamlet->now_ms = instant_of_date(hamlet->today, 9, 0);
            try_command(hamlet);
        }
        accepted += hamlet->accepted;
        refused += hamlet->refused;
        for (size_t i = 0; i < hamlet->cases.len; i++)
            ended += hamlet->cases.items[i]->ended;
        for (size_t i = 0; i < COUNT_OF(done); i++)
            done[i] += hamlet->done[i];
    }
    print_message("%d accepted, %d refused, %d cases ended\n", accepted, refused, ended);
    /* Lives that never get anywhere would prove nothing: every kind was accepted now and then. */
    static const enum command_kind KINDS[] = {
        COMMAND_open_case, COMMAND_decide_task, COMMAND_withdraw_case, COMMAND_assign_task,
        COMMAND_urge_task, COMMAND_receive_notice, COMMAND_correct_decision, COMMAND_file_records,
        COMMAND_delegate_post, COMMAND_end_delegation, COMMAND_ask_material,
        COMMAND_load_calendar, COMMAND_open_duty, COMMAND_tick};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        print_message("  %-20s %d\n", command_name(KINDS[i]), done[KINDS[i]]);
        assert_true(done[KINDS[i]] > 10);
    }
    assert_true(accepted > COMMANDS / 4 && refused > COMMANDS / 10 && ended > 100);
}

static struct decision decide_one(struct facts *facts, struct command *command)
{
    struct decision decision;
    decide(arena, facts, command, 50, &decision);
    return decision;
}

/* ---- reasons -------------------------------------------------------------------------------- */

/* A case of the city unit whose review is open, and the facts of the authority's person. */
struct walk {
    struct hamlet *hamlet;
    struct facts facts;
};

static const struct actor *the(const struct hamlet *hamlet, const char *role)
{
    for (size_t i = 0; i < hamlet->actors.len; i++)
        if (str_eq(hamlet->actors.items[i].role, str_of(role)))
            return &hamlet->actors.items[i];
    fail_msg("nobody is %s", role);
    return NULL;
}

static void walk_to_review(struct walk *walk, struct prng *prng)
{
    prng_seed(prng, 12);
    struct hamlet *hamlet = fresh_hamlet(prng, policy);
    hamlet->today = (date){TODAY_FROM};
    const struct actor *unit = the(hamlet, "using-unit");
    for (int i = 0; i < 1000 && hamlet->cases.len == 0; i++) {
        struct command command = command_of(unit, COMMAND_open_case);
        command.procedure = S("onboard");
        fill_act(hamlet, unit, policy_procedure(policy, S("onboard"))->steps, &command);
        command.from_paper = false;
        struct facts facts = hamlet_facts(hamlet, unit, &command);
        struct decision decision;
        decide(arena, &facts, &command, hamlet->next, &decision);
        if (!decision.refused)
            fold_decision(hamlet, &command, &decision);
    }
    assert_int_equal(hamlet->cases.len, 1);
    struct command command = {.kase = hamlet->cases.items[0]->id};
    walk->hamlet = hamlet;
    walk->facts = hamlet_facts(hamlet, the(hamlet, "authority"), &command);
}

static struct doc *approval(struct walk *walk)
{
    const struct step *review = procedure_step(policy_procedure(policy, S("onboard")), S("review"));
    struct doc *form = decide_presets(arena, &walk->facts, review);
    doc_put_bool(arena, form, S("feasible"), true);
    doc_put_bool(arena, form, S("reasonable"), true);
    doc_put_int(arena, form, S("provider"), the(walk->hamlet, "provider")->organisation);
    return form;
}

/* "missing-field feasible, condition granted": what was refused and where, in order. */
static str review_reasons(struct walk *walk, const char *outcome, struct doc *form)
{
    struct command command = {.kind = COMMAND_decide_task, .authority = AUTHORITY,
                              .kase = walk->facts.kase->id, .step = S("review"),
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
    struct arena *work = arena;
    arena = lasting; /* it outlives the hamlets below */
    struct pack pack = town_pack();
    struct diagnostics diagnostics = {0};
    size_t file = 0;
    while (!str_eq(pack.files.items[file].name, S("onboard.yaml")))
        file++;
    str before = S("        - {that: feasible,"), head, rest;
    str text = pack.files.items[file].bytes;
    size_t at = 0;
    while (at < text.len && !str_starts((str){text.ptr + at, text.len - at}, before))
        at++;
    head = (str){text.ptr, at};
    rest = (str){text.ptr + at, text.len - at};
    pack.files.items[file].bytes = str_printf(arena, "%.*s        - given(why-less)\n%.*s",
                                           STR_FMT(head), STR_FMT(rest));
    policy = policy_load(arena, &pack, &diagnostics);
    assert_non_null(policy);
    arena = work;
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
    struct prng prng;
    struct walk walk;
    walk_to_review(&walk, &prng);
    struct actor stranger = *walk.facts.actor;
    stranger.authority = 77;
    walk.facts.actor = &stranger;
    assert_reasons(&walk, "approve", approval(&walk), "unknown-case case");
}

static void only_the_security_administrator_registers(void **state)
{
    (void)state;
    struct prng prng;
    struct hamlet *hamlet = fresh_hamlet(&prng, policy);
    struct actor unit = *the(hamlet, "using-unit");
    struct facts facts = {.actor = &unit, .authority = &hamlet->authority, .policy = policy};
    struct command command = {.kind = COMMAND_register_organisation, .name = S("新单位"),
                              .role = S("using-unit"), .level = S("city")};
    assert_true(decide_one(&facts, &command).refused);
    unit.role = ROLE_SECURITY_ADMINISTRATOR;
    assert_false(decide_one(&facts, &command).refused);
    command.level = S("village");
    assert_true(decide_one(&facts, &command).refused);
    command.level = S("city");
    command.name = hamlet->authority.organisations.items[1].name;
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

/* What is approved, lent beside it and taken off again, event by event. */
static void quantities_are_granted_and_lent(void **state)
{
    (void)state;
    static const struct {
        const char *how;
        int64_t items, quantity, lent; /* vcpu of the event, then of the system */
    } life[] = {
        {"add", 5, 5, 0},        {"lend", 4, 5, 4},        {"instead", 2, 2, 4},
        {"off", 3, 0, 4},        {"off", 1, 0, 4},         {"take-back", 3, 0, 1},
        {"take-back", 3, 0, 0},  {"lend", 7, 0, 7},        {"add", 6, 6, 7},
        {"release", 0, 0, 0},    {"add", 1, 1, 0},         {"instead", 0, 0, 0},
    };
    struct prng prng;
    (void)fresh_hamlet(&prng, policy); /* and its arena */
    struct system_state *system = NEW(arena, struct system_state);
    for (size_t i = 0; i < COUNT_OF(life); i++) {
        struct doc *items = doc_map(arena);
        doc_put_int(arena, items, S("vcpu"), life[i].items);
        struct event event = {
            .kind = EVENT_resource_granted,
            .resource_granted = {.items = items, .how = str_of(life[i].how)},
        };
        apply_system(arena, system, &event);
        assert_int_equal(system->grants.len, 1);
        assert_int_equal(system->grants.items[0].quantity, life[i].quantity);
        assert_int_equal(system->grants.items[0].lent, life[i].lent);
    }
}

/* Three low months make a list's condition true, filed one by one or at once. */
static void a_list_sees_every_line_of_a_command(void **state)
{
    (void)state;
    struct prng prng;
    struct hamlet *hamlet = fresh_hamlet(&prng, policy);
    const struct actor *provider = the(hamlet, "provider");
    struct system_state *system = NEW(arena, struct system_state);
    struct doc *confirmed = doc_map(arena), *used = doc_map(arena);
    doc_put_text(arena, confirmed, S("metric"), S("cpu"));
    doc_put_int(arena, confirmed, S("below"), 10);
    doc_put_int(arena, confirmed, S("months"), 3);
    doc_put_int(arena, used, S("cpu"), 5);
    doc_put_int(arena, used, S("memory"), 5);
    doc_put_int(arena, used, S("storage"), 5);
    *system = (struct system_state){.id = 900, .authority = AUTHORITY, .stage = SYSTEM_LIVE,
                                    .provider = provider->organisation};
    struct record confirmation = {.id = 901, .system = 900, .form = confirmed,
                                  .register_id = S("demand-confirmation"), .on = hamlet->today};
    VEC_PUSH(arena, &system->records, confirmation);
    struct system_state *systems[] = {system, system, system};
    struct facts facts = {.actor = provider, .authority = &hamlet->authority, .policy = policy,
                          .in_force = policy, .systems = systems, .today = hamlet->today};
    struct command command = {.kind = COMMAND_file_records, .actor = provider->person,
                              .register_id = S("utilisation")};
    int year, month, day, listed = 0;
    date_to_ymd(hamlet->today, &year, &month, &day);
    for (int i = 0; i < 3; i++) {
        struct filed_record line = {.system = 900, .period = (year - 1) * 100 + 9 - i,
                                    .form = used};
        VEC_PUSH(arena, &command.records, line);
    }
    struct decision decision = decide_one(&facts, &command);
    assert_false(decision.refused);
    for (size_t i = 0; i < decision.events.len; i++)
        listed += decision.events.items[i].kind == EVENT_system_listed;
    assert_int_equal(listed, 1);
    assert_int_equal(system->records.len, 1);
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
        cmocka_unit_test(quantities_are_granted_and_lent),
        cmocka_unit_test(a_list_sees_every_line_of_a_command),
    };
    return cmocka_run_group_tests(tests, found_policies, leave_policies);
}

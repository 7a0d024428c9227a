/* SPDX-License-Identifier: Apache-2.0
 * The expression language: what holds, what is refused and where, and that no text can hurt it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "policy/expression_priv.h"

#include "expression_compile.h"

/* ---- a world ------------------------------------------------------------------------------- */

struct world {
    struct doc *wanted, *granted;
    bool damaged;                /* answers values of other kinds */
    struct prng *prng;           /* set: answers anything */
};

static struct value integer(int64_t i)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = i};
}

static struct value any_value(struct world *world)
{
    struct value value = {.kind = (enum value_kind)prng_below(world->prng, VALUE_NONE + 1)};
    value.boolean = prng_chance(world->prng, 50);
    value.integer = (int64_t)prng_next(world->prng);
    value.text = S("new");
    value.day = (date){18000};
    value.quantities = prng_chance(world->prng, 50) ? world->wanted : NULL;
    return value;
}

static struct value path(void *facts, str head, str name)
{
    struct world *world = facts;
    str full = str_printf(arena, "%.*s.%.*s", STR_FMT(head), STR_FMT(name));
    if (world->prng)
        return any_value(world);
    if (world->damaged)
        return (struct value){.kind = VALUE_TEXT, .text = S("x")};
    if (str_eq(full, S(".today")) || str_eq(full, S("apply.on")))
        return (struct value){.kind = VALUE_DATE, .day = {18000}};
    if (str_eq(full, S("review.on")))
        return (struct value){.kind = VALUE_DATE, .day = {18001}};
    if (str_eq(full, S("unit.level")))
        return (struct value){.kind = VALUE_TEXT, .text = S("county")};
    if (str_eq(full, S("apply.kind")))
        return (struct value){.kind = VALUE_TEXT, .text = S("new")};
    if (str_eq(full, S("apply.days")))
        return integer(7);
    if (str_eq(full, S("review.body")))
        return integer(42);
    if (str_eq(full, S("apply.cost")))
        return integer(1200050);
    if (str_eq(full, S("apply.urgent")))
        return (struct value){.kind = VALUE_BOOL, .boolean = true};
    if (str_eq(full, S("apply.wanted")))
        return (struct value){.kind = VALUE_QUANTITIES, .quantities = world->wanted};
    if (str_eq(full, S("review.granted")) && world->granted)
        return (struct value){.kind = VALUE_QUANTITIES, .quantities = world->granted};
    return (struct value){.kind = VALUE_NONE};
}

/* The case that apply.plan cites: 30 days, approved. */
static struct value path_of(void *facts, struct whose whose, str head, str name)
{
    struct world *world = facts;
    if (world->prng)
        return any_value(world);
    bool plan = str_eq(whose.head, S("apply")) && str_eq(whose.name, S("plan"));
    return plan && str_eq(head, S("apply")) && str_eq(name, S("days"))
               ? integer(30) : (struct value){.kind = VALUE_NONE};
}

static bool done_of(void *facts, struct whose whose, str step, str outcome)
{
    (void)facts;
    return str_eq(whose.name, S("plan")) && str_eq(step, S("review")) &&
           str_eq(outcome, S("approve"));
}

static bool done(void *facts, str step, str outcome)
{
    (void)facts;
    return str_eq(step, S("apply")) && str_eq(outcome, S("submit"));
}

/* Decided on 2020-01-31, if at all. */
static struct value on(void *facts, str step, str outcome)
{
    struct value value = {.kind = VALUE_NONE};
    if (done(facts, step, outcome))
        value = (struct value){.kind = VALUE_DATE, .day = {18292}};
    return value;
}

static bool has(void *facts, str material)
{
    (void)facts;
    return str_eq(material, S("paper"));
}

/* No notice was short, no list finds anything, no case is open, no register has a line. */
static bool nothing(void *facts, str word)
{
    (void)facts;
    (void)word;
    return false;
}

static bool no_line(void *facts, str register_id, size_t n)
{
    (void)facts;
    (void)register_id;
    (void)n;
    return false;
}

static struct doc *amounts(int64_t vcpu, int64_t memory)
{
    struct doc *map = doc_map(arena);
    if (vcpu)
        doc_put_int(arena, map, S("vcpu"), vcpu);
    if (memory)
        doc_put_int(arena, map, S("memory"), memory);
    return map;
}

static bool evaluate(struct world *world, const char *text, bool *out, str *out_why)
{
    struct environment env = {world, path, path_of, done_of, done, on, has, nothing, nothing,
                              nothing, no_line};
    struct expression *expression = compile(arena, str_of(text), PLACE_NEEDS);
    if (!expression) {
        str printed = diagnostics_print(arena, &found);
        fail_msg("%s: %.*s", text, STR_FMT(printed));
    }
    return expression_holds(arena, expression, &env, out, out_why);
}

/* ---- what holds ---------------------------------------------------------------------------- */

/* wanted: 8.5 vcpu and 32 memory; granted: 8.5 vcpu and 16 memory. */
static const struct {
    const char *text;
    bool holds;
} HOLDS[] = {
    {"apply.days == 7", true},
    {"apply.days != 7", false},
    {"apply.days < 7", false},
    {"apply.days <= 7", true},
    {"apply.days + 1 > 7", true},
    {"apply.days - 8 < 0", true},
    {"apply.days - 3 - 2 == 2", true},
    {"apply.days - (3 - 2) == 6", true},
    {"2 + 3 == 5", true},
    {"apply.days == 7.000", true},
    {"apply.kind == new", true},
    {"new == apply.kind", true},
    {"apply.kind != days", true},
    {"unit.level == county", true},
    {"unit.level == city", false},
    {"apply.urgent", true},
    {"not apply.urgent", false},
    {"not not apply.urgent", true},
    {"apply.urgent == apply.urgent", true},
    {"apply.urgent and not apply.urgent or apply.urgent", true},
    {"apply.urgent or apply.urgent and not apply.urgent", true},
    {"(apply.urgent or apply.urgent) and not apply.urgent", false},
    {"not apply.urgent or apply.urgent", true},
    {"apply.on == today", true},
    {"on > today", true},
    {"review.on > apply.on", true},
    {"apply.on + 1 day > today", true},
    {"apply.on + 0 day == today", true},
    {"apply.on - 1 month + 40 day > today", true},
    {"done(apply.submit) and on(apply.submit) + 1 month == on(apply.submit) + 29 day", true},
    {"done(apply.submit) and on(apply.submit) + 13 month == on(apply.submit) + 394 day", true},
    {"done(apply.submit) and on(apply.submit) - 2 month == on(apply.submit) - 62 day", true},
    {"done(review.refuse) and on(review.refuse) > today", false},
    {"not done(review.refuse) or on(review.refuse) > today", true},
    {"body == body", true},
    {"apply.wanted.vcpu > 8", true},
    {"apply.wanted.vcpu == 8.5", true},
    {"apply.wanted.vcpu == 8.500000", true},
    {"apply.wanted.vcpu < 8.500001", true},
    {"apply.wanted.spare-vcpu == 0", true},
    {"apply.wanted.vcpu + apply.wanted.spare-vcpu + 0.5 == 9", true},
    {"1 + 1 < apply.wanted.vcpu", true},
    {"given(granted) and granted <= apply.wanted", true},
    {"given(granted) and granted >= apply.wanted", false},
    {"given(granted) and granted == apply.wanted", false},
    {"given(granted) and granted != apply.wanted", true},
    {"given(granted) and granted.vcpu == apply.wanted.vcpu", true},
    {"apply.wanted == apply.wanted", true},
    {"given(left)", false},
    {"given(left) and left > 1", false},
    {"not given(left) or left > 1", true},
    {"not (given(left) and left > 1)", true},
    {"given(apply.name)", false},
    {"given(apply.days)", true},
    {"has(paper)", true},
    {"done(apply.submit)", true},
    {"done(review.refuse)", false},
    {"done(review.approve of apply.plan)", true},
    {"done(review.refuse of apply.plan)", false},
    {"given(apply.days of apply.plan) and apply.days of apply.plan == 30", true},
    {"given(apply.days of apply.plan) and apply.days of apply.plan > apply.days", true},
    {"given(apply.cost of apply.plan)", false},
    {"apply.cost == 12000.50", true},
    {"apply.cost + 0.50 == 12001", true},
    {"apply.cost * 110% > apply.cost", true},
    {"apply.cost < 12000.51", true},
    {"given(system.provider) and system.provider == body", false},
    {"done(apply.submit) and has(paper) and apply.days > 5", true},
};

static void expressions_hold_or_not(void **state)
{
    (void)state;
    struct world world = {.wanted = amounts(8500000, 32000000),
                          .granted = amounts(8500000, 16000000)};
    for (size_t i = 0; i < COUNT_OF(HOLDS); i++) {
        bool holds = false;
        str why;
        if (!evaluate(&world, HOLDS[i].text, &holds, &why))
            fail_msg("%s: %.*s", HOLDS[i].text, STR_FMT(why));
        if (holds != HOLDS[i].holds)
            fail_msg("%s should be %s", HOLDS[i].text, HOLDS[i].holds ? "true" : "false");
    }
}

static void an_absent_item_counts_as_zero_on_either_side(void **state)
{
    static const struct {
        int64_t granted, wanted;
        bool le, ge, eq;
    } rows[] = {{0, 0, true, true, true}, {0, 5, true, false, false}, {5, 0, false, true, false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world world = {.wanted = amounts(rows[i].wanted, 1),
                              .granted = amounts(rows[i].granted, 1)};
        bool le, ge, eq;
        str why;
        assert_true(evaluate(&world, "given(granted) and granted <= apply.wanted", &le, &why));
        assert_true(evaluate(&world, "given(granted) and granted >= apply.wanted", &ge, &why));
        assert_true(evaluate(&world, "given(granted) and granted == apply.wanted", &eq, &why));
        assert_int_equal(le, rows[i].le);
        assert_int_equal(ge, rows[i].ge);
        assert_int_equal(eq, rows[i].eq);
    }
}

static void what_cannot_be_evaluated_says_why(void **state)
{
    (void)state;
    struct world world = {.wanted = amounts(1, 1)}, damaged = {.damaged = true};
    bool holds;
    str why;
    assert_false(evaluate(&world, "apply.name == apply.name", &holds, &why));
    assert_true(str_eq(why, S("apply.name has no value")));
    assert_false(evaluate(&damaged, "apply.days > 1", &holds, &why));
    assert_true(str_eq(why, S("apply.days has a value of another kind")));
    assert_false(evaluate(&damaged, "today > apply.on", &holds, &why));
    assert_true(str_eq(why, S("today is not known")));
}

static void comparing_endless_tables_meets_the_step_limit(void **state)
{
    (void)state;
    struct doc *many = doc_map(arena);
    for (int i = 0; i < 200; i++)
        doc_put_int(arena, many, str_printf(arena, "item-%d", i), i);
    struct world world = {.wanted = many, .granted = many};
    bool holds;
    str why;
    assert_false(evaluate(&world, "given(granted) and granted == apply.wanted", &holds, &why));
    assert_true(str_eq(why, S("the expression takes more steps than the limit")));
}

/* ---- what is refused ----------------------------------------------------------------------- */

static const struct {
    const char *text;
    int column;
    const char *printed;         /* code and sentence */
} FAULTS[] = {
    {"", 1, "P102: a condition is empty; write a value."},
    {"apply.days >", 13, "P201: expected a value, found the end."},
    {"(apply.days > 1", 16, "P201: expected \")\", found the end."},
    {"apply.days > 1)", 15, "P201: expected and, or, or the end, found \")\"."},
    {"apply.days > 1 has(paper)", 16, "P201: expected and, or, or the end, found \"has\"."},
    {"and apply.urgent", 1, "P201: expected a value, found \"and\"."},
    {"apply. > 1", 8, "P201: expected a name, found \">\"."},
    {"apply.wanted.vcpu.x > 1", 19, "P201: a path has at most three names: step.field.item."},
    {"apply.days = 1", 12, "P201: one \"=\" is no operator; write == to compare."},
    {"apply.urgent && on > today", 14, "P201: operators are words here; write not, and, or."},
    {"!apply.urgent", 1, "P201: operators are words here; write not, and, or."},
    {"apply.days / 2 > 1", 12, "P201: there is no division; expected +, - or * NUMBER%."},
    {"apply.days * 2 > 1", 16,
     "P201: expected % (the only multiplication is with a percentage, as in * 90%), "
     "found \">\"."},
    {"apply.name == \"x\"", 15,
     "P201: an expression has no commas, quotes, braces or colons, YAML would split it there; "
     "write words and operators only."},
    {"has(a, b)", 6,
     "P201: an expression has no commas, quotes, braces or colons, YAML would split it there; "
     "write words and operators only."},
    {"Apply.days > 1", 1, "P201: names are written in small letters."},
    {"apply.days > 云", 14,
     "P201: \"云\" cannot stand in an expression; write ids, as of a field or a choice."},
    {"apply.days -1 > 1", 12,
     "P201: + and - stand between two values with a blank on both sides, since names contain "
     "hyphens."},
    {"apply.days - -1 > 1", 14,
     "P201: + and - stand between two values with a blank on both sides, since names contain "
     "hyphens."},
    {"apply.days > 1.", 15, "P201: a number has digits after its point."},
    {"apply.days > 1.2.3", 17, "P201: a number has digits after its point."},
    {"apply.days > 0.1234567", 22, "P201: a number has at most six decimals."},
    {"apply.days > 01", 14, "P201: a number does not begin with 0."},
    {"apply.days > 1day", 15, "P201: a blank is missing after the number."},
    {"apply.days > 99999999999999999999", 14, "P201: the number is too large."},
    {"apply.days > 1000000001", 14, "P201: the number is too large."},
    {"1 < apply.days < 3", 16, "P201: comparisons cannot be chained; join two with and."},
    {"size(granted) > 1", 1, "P201: there is no \"size(...)\"; expected given, has, done, open, "
     "short, listed, running, in-a-row or on."},
    {"has(paper.x)", 5, "P201: has() takes the name of one material."},
    {"done(apply)", 6, "P201: done() takes STEP.OUTCOME."},
    {"on(apply)", 4, "P201: on() takes STEP.OUTCOME."},
    {"on(apply.submit) > today", 1,
     "P203: step apply may not have been decided so; write done(apply.submit) and ... before."},
    {"done(review.refuse) and on(apply.submit) > today", 25,
     "P203: step apply may not have been decided so; write done(apply.submit) and ... before."},
    {"apply.on + 5 working-day > today", 14,
     "P201: expected a whole number of day (36600 at most) or month (1180), found "
     "\"working-day\"."},
    {"apply.on + 0.5 month > today", 16,
     "P201: expected a whole number of day (36600 at most) or month (1180), found \"month\"."},
    {"apply.on + 5 > today", 10,
     "P202: a date and a number cannot be added or subtracted; only numbers and "
     "quantities of one item can, and a length of time to a date."},
    {"apply.days + 5 day > 3", 12,
     "P202: a number and a length of time cannot be added or subtracted; only numbers and "
     "quantities of one item can, and a length of time to a date."},
    {"5 day > 3", 7, "P202: cannot compare a length of time with a number."},
    {"5 day == 5 day", 7, "P202: a length of time is not compared; add it to a date."},
    {"running(sample.apply)", 9, "P201: running() takes the name of one procedure."},
    {"running(sampel)", 1, "P120: no procedure \"sampel\"; there is none."},
    {"given(apply.wanted.vcpu)", 7, "P201: given() takes FIELD or STEP.FIELD."},
    {"given(today)", 1, "P204: today is always given; remove given(today)."},
    {"given(unit.level)", 1,
     "P204: of the unit only unit.level can be asked, not \"unit.level\"."},
    {"unit.name == city", 1, "P204: of the unit only unit.level can be asked, not \"unit.name\"."},
    {"aply.days > 1", 1,
     "P101: no step \"aply\" in procedure sample; expected apply or review. Did you mean "
     "\"apply\"?"},
    {"apply.day > 1", 1,
     "P204: step apply has no field \"day\"; expected name, alias, days, on, urgent, kind, "
     "wanted, plan or cost. Did you mean \"days\"?"},
    {"apply.days.vcpu > 1", 1, "P204: days is of type integer and has no parts."},
    {"apply.wanted.cpu > 1", 1,
     "P204: the catalogue has no item \"cpu\"; expected vcpu, spare-vcpu or memory. Did you mean "
     "\"vcpu\"?"},
    {"apply.kind == nev", 15,
     "P204: \"nev\" is no choice of apply.kind; expected new or days. Did you mean \"new\"?"},
    {"unit.level == town", 15,
     "P204: \"town\" is no choice of unit.level; expected province, city or county."},
    {"done(apply.send)", 1, "P104: step apply has no outcome \"send\"; expected submit."},
    {"has(papr)", 1, "P106: no material \"papr\"; expected paper. Did you mean \"paper\"?"},
    {"apply.days", 1, "P202: this is a number, not a condition; compare it with something."},
    {"7", 1, "P202: this is a number, not a condition; compare it with something."},
    {"apply.cost > 0.001", 14, "P202: money is yuan with two decimals at most."},
    {"apply.cost > apply.days", 12, "P202: cannot compare money with a number."},
    {"apply.days of apply.plan > 1", 1,
     "P203: apply.days of apply.plan may have no value. Write \"given(apply.days of apply.plan) "
     "and ...\" before it."},
    {"done(review.approve of apply.days)", 1,
     "P519: days is of type integer; what stands behind \"of\" is a field of type case, or a "
     "role."},
    {"given(apply.nothing of apply.plan)", 1,
     "P107: step apply has no field \"nothing\"; expected name, alias, days, on, urgent, kind, "
     "wanted, plan or cost."},
    {"done(review.approve of apply.plan.x)", 35,
     "P201: expected FIELD, STEP.FIELD or a role after \"of\", found \"x\"."},
    {"given(apply.days of authority)", 1,
     "P519: of a role only REGISTER.FIELD can be asked, of a register about organisations."},
    {"system.provider == body", 1,
     "P203: system.provider may have no value. Write \"given(system.provider) and ...\" before "
     "it."},
    {"not apply.days", 5,
     "P202: this is a number, not a condition; compare it with something."},
    {"apply.urgent and on", 18,
     "P202: this is a date, not a condition; compare it with something."},
    {"on > 5", 4, "P202: cannot compare a date with a number."},
    {"apply.wanted > 5", 14,
     "P202: cannot compare a table of quantities with a number. Name one item, such as "
     "items.vcpu."},
    {"apply.wanted < apply.wanted", 14,
     "P202: a table of quantities has no such order; expected ==, !=, <= or >= (item by item)."},
    {"apply.name < apply.name", 12, "P202: a text has no such order; expected == or !=."},
    {"apply.urgent < apply.urgent", 14,
     "P202: a condition has no such order; expected == or !=."},
    {"on + 1 > today", 4,
     "P202: a date and a number cannot be added or subtracted; only numbers and "
     "quantities of one item can, and a length of time to a date."},
    {"apply.days > 1.5", 14,
     "P202: this is compared with a whole number; write it without decimals."},
    {"apply.days < apply.wanted.vcpu", 12,
     "P202: cannot compare a number with a quantity of one item."},
    {"apply.wanted.vcpu > apply.wanted.memory", 19,
     "P206: vcpu counts core, memory counts GB; they cannot be compared or added."},
    {"apply.wanted.vcpu + apply.wanted.memory > 1", 19,
     "P206: vcpu counts core, memory counts GB; they cannot be compared or added."},
    {"left > 1", 1, "P203: left may be empty here. Write \"given(left) and ...\" before it."},
    {"left > 1 and given(left)", 1,
     "P203: left may be empty here. Write \"given(left) and ...\" before it."},
    {"given(left) or left > 1", 16,
     "P203: left may be empty here. Write \"given(left) and ...\" before it."},
    {"given(granted) and left > 1", 20,
     "P203: left may be empty here. Write \"given(left) and ...\" before it."},
    {"not (given(left) or left > 1)", 21,
     "P203: left may be empty here. Write \"given(left) and ...\" before it."},
    {"left-1 > 2", 1,
     "P204: step review has no field \"left-1\"; expected granted, body, on or left. Did you mean "
     "\"left\"? For minus put blanks on both sides: left - 1."},
};

static void faults_point_at_the_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
        if (compile(arena, str_of(FAULTS[i].text), PLACE_NEEDS))
            fail_msg("compiled: %s", FAULTS[i].text);
        const struct diagnostic *first = &found.items.items[0];
        str printed = str_printf(arena, "%.*s: %.*s", STR_FMT(first->code),
                                 STR_FMT(first->message));
        if (!str_eq(printed, str_of(FAULTS[i].printed)) ||
            first->pos.column != FAULTS[i].column)
            fail_msg("%s\nprinted  %d %.*s\nexpected %d %s", FAULTS[i].text, first->pos.column,
                     STR_FMT(printed), FAULTS[i].column, FAULTS[i].printed);
    }
}

static void a_limit_sees_neither_its_own_form_nor_materials(void **state)
{
    static const char *const own[] = {"left > 1", "review.left > 1", "given(left)", "has(paper)",
                                      "granted.vcpu > 1"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        assert_null(compile(arena, str_of(own[i]), PLACE_LIMIT));
        assert_true(str_eq(found.items.items[0].code, S("P207")));
    }
    assert_non_null(compile(arena, S("apply.days > 1 and done(apply.submit)"), PLACE_LIMIT));
}

/* What an expression takes for granted of other steps, for the audit. */
static void uses_are_the_unguarded_values_of_other_steps(void **state)
{
    static const struct {
        const char *text;
        size_t uses;
    } rows[] = {
        {"apply.days > 1", 1},
        {"given(apply.days)", 0},
        {"given(apply.days) and apply.days > 1", 0},
        {"not given(apply.alias) or apply.alias == apply.name", 1},
        {"apply.days > 1 and apply.days < 5", 2},
        {"unit.level == city and on > today", 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct expression *expression = compile(arena, str_of(rows[i].text), PLACE_NEEDS);
        assert_non_null(expression);
        assert_int_equal(expression->uses.len, rows[i].uses);
    }
}

/* A refusal points at the one field that a person would mend. */
static void the_only_own_field_is_found(void **state)
{
    static const struct {
        const char *text, *own, *given;
    } rows[] = {
        {"given(left)", "left", "left"},
        {"given(review.left)", "left", "left"},
        {"not given(left)", "left", ""},
        {"given(apply.alias)", "", ""},
        {"given(left) and left > apply.days", "left", ""},
        {"given(granted) and granted.vcpu + 1 > granted.vcpu", "granted", ""},
        {"given(granted) and review.granted <= apply.wanted", "granted", ""},
        {"given(left) or given(granted)", "", ""},
        {"given(left) or has(paper)", "", ""},
        {"on > today and done(apply.submit)", "on", ""},
        {"has(paper)", "", ""},
        {"apply.kind == days", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct expression *expression = compile(arena, str_of(rows[i].text), PLACE_NEEDS);
        assert_non_null(expression);
        if (!str_eq(expression_own_field(expression), str_of(rows[i].own)) ||
            !str_eq(expression_field(expression), str_of(rows[i].given)))
            fail_msg("%s: %.*s, %.*s", rows[i].text, STR_FMT(expression_own_field(expression)),
                     STR_FMT(expression_field(expression)));
    }
}

/* ---- limits -------------------------------------------------------------------------------- */

static str repeat(const char *before, size_t n, const char *inside, const char *after)
{
    struct buf out = buf_new(arena, 256);
    for (size_t i = 0; i < n; i++)
        buf_add(&out, str_of(before));
    buf_add(&out, str_of(inside));
    for (size_t i = 0; i < n; i++)
        buf_add(&out, str_of(after));
    return buf_str(&out);
}

static void depth_and_length_are_limited_from_both_sides(void **state)
{
    (void)state;
    size_t deep = LIMIT_EXPRESSION_DEPTH, length = LIMIT_EXPRESSION_BYTES;
    assert_non_null(compile(arena, repeat("(", deep, "apply.urgent", ")"), PLACE_NEEDS));
    assert_null(compile(arena, repeat("(", deep + 1, "apply.urgent", ")"), PLACE_NEEDS));
    assert_true(str_eq(found.items.items[0].code, S("P205")));
    assert_non_null(compile(arena, repeat("not ", deep, "apply.urgent", ""), PLACE_NEEDS));
    assert_null(compile(arena, repeat("not ", deep + 1, "apply.urgent", ""), PLACE_NEEDS));
    assert_non_null(compile(arena, repeat("", length - 12, "apply.urgent", " "), PLACE_NEEDS));
    assert_null(compile(arena, repeat("", length - 11, "apply.urgent", " "), PLACE_NEEDS));
    assert_true(str_eq(found.items.items[0].code, S("P205")));
    /* A long chain is not deep. */
    assert_non_null(compile(arena, repeat("", 60, "apply.urgent", " or has(paper)"),
                            PLACE_NEEDS));
}

/* ---- anything at all ----------------------------------------------------------------------- */

static const char *const PIECES[] = {
    "apply", "review", "days", "on", "kind", "new", "wanted", "granted", "left", "vcpu", "memory",
    "today", "unit", "level", "city", "paper", "submit", "body", "urgent", "given", "has", "done",
    "and", "or", "not", "==", "!=", "<", "<=", ">", ">=", " + ", " - ", "(", ")", ".", " ", " ",
    "0", "1", "7.5", "99999999999999999999", "0.000001", "-", "云", "\x80", ",", "\"", "\n", "{",
    "apply.days", "apply.wanted.vcpu", "given(left) and left", "given(granted)", "has(paper)",
    "done(apply.submit)", "unit.level == city", "apply.kind == new", "apply.urgent", "on > today",
};

static str random_text(struct arena *into, struct prng *prng)
{
    struct buf out = buf_new(into, 256);
    for (uint64_t n = prng_below(prng, 12); n > 0; n--) {
        buf_add(&out, str_of(PIECES[prng_below(prng, COUNT_OF(PIECES))]));
        if (prng_chance(prng, 60))
            buf_addc(&out, ' ');
    }
    return buf_str(&out);
}

static void random_texts_and_answers_do_no_harm(void **state)
{
    (void)state;
    const char *given = getenv("YUNJIAN_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 410;
    struct prng prng;
    struct world world = {.wanted = amounts(8500000, 1), .prng = &prng};
    struct environment env = {&world, path, path_of, done_of, done, on, has, nothing, nothing,
                              nothing, no_line};
    struct arena *work = arena_new(LIMIT_ARENA_POLICY), *kept = arena;
    int compiled = 0, held = 0;
    print_message("seed %llu (YUNJIAN_SEED)\n", (unsigned long long)seed);
    prng_seed(&prng, seed);
    arena = work;
    for (int i = 0; i < 50000; i++) {
        struct expression *expression = compile(work, random_text(work, &prng), PLACE_NEEDS);
        assert_int_equal(expression == NULL, found.errors > 0);
        for (int k = 0; expression && k < 5; k++) {
            bool out;
            str why = STR_NONE;
            held += expression_holds(work, expression, &env, &out, &why);
            compiled++;
        }
        arena_reset(work);
        world.wanted = amounts((int64_t)prng_next(&prng), 1);
    }
    arena = kept;
    arena_free(work);
    print_message("%d evaluations, %d with a value\n", compiled, held);
    assert_true(compiled > 1000 && held > 100 && held < compiled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(expressions_hold_or_not),
        TEST(an_absent_item_counts_as_zero_on_either_side),
        TEST(what_cannot_be_evaluated_says_why),
        TEST(comparing_endless_tables_meets_the_step_limit),
        TEST(faults_point_at_the_word),
        TEST(a_limit_sees_neither_its_own_form_nor_materials),
        TEST(uses_are_the_unguarded_values_of_other_steps),
        TEST(the_only_own_field_is_found),
        TEST(depth_and_length_are_limited_from_both_sides),
        TEST(random_texts_and_answers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

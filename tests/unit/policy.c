/* SPDX-License-Identifier: Apache-2.0
 * Loading packs: the shipped regulation is sound, each kind of fault is refused with the sentence
 * that policy-golden/ holds word for word, and the limits are met from both sides.
 *
 * policy-golden/NAME.yaml stands in for case.yaml of policy-golden/base (for pack.yaml when its
 * name begins with pack-), policy-golden/NAME/ is a whole pack; NAME.expected is the print. */
#include "policy_files.h"

/* ---- the shipped regulation ---------------------------------------------------------------- */

static void zhengzhou_loads_without_a_finding(void **state)
{
    (void)state;
    struct pack pack = zhengzhou();
    struct diagnostics found;
    struct policy *policy = policy_load(arena, &pack, &found);
    str text = diagnostics_print(arena, &found);
    if (text.len)
        fail_msg("%.*s", STR_FMT(text));
    assert_non_null(policy);
    assert_int_equal(found.items.len, 0);
    assert_true(str_eq(policy->id, S("zhengzhou-2019")));
    size_t files = 0;
    for (size_t i = 0; i < pack.files.len; i++)
        files += str_has(pack.files.items[i].bytes, S("\nprocedure: "));
    assert_true(files > 0);
    assert_int_equal(policy->n_procedures, files);
}

static const struct step *zhengzhou_step(str id)
{
    struct pack pack = zhengzhou();
    struct diagnostics found;
    struct policy *policy = policy_load(arena, &pack, &found);
    assert_non_null(policy);
    const struct step *step = procedure_step(policy_procedure(policy, S("onboard")), id);
    assert_non_null(step);
    return step;
}

static void the_program_says_what_the_file_says(void **state)
{
    (void)state;
    const struct step *review = zhengzhou_step(S("review"));
    assert_true(review->within.present);
    assert_int_equal(review->within.anchor, ANCHOR_OPENED);
    assert_int_equal(review->within.cases[0].count, 5);
    assert_int_equal(review->within.cases[0].unit, UNIT_WORKING_DAY);
    assert_true(str_eq(review->within.basis.article, S("12")));
    assert_true(review->opinion);
    const struct outcome *back = step_outcome(review, S("return"));
    assert_int_equal(back->targets[0].kind, TARGET_HOLD);
    assert_true(str_eq(back->targets[0].step, S("supplement")));
    const struct outcome *approve = step_outcome(review, S("approve"));
    assert_int_equal(approve->effects[0].kind, EFFECT_regrant);
    assert_true(str_eq(approve->effects[0].field, S("granted")));
    const struct field *granted = form_field(&review->form, S("granted"));
    assert_false(granted->optional);
    assert_int_equal(granted->n_outcomes, 1);
    assert_true(field_applies(granted, S("approve")));
    assert_false(field_applies(granted, S("return")));
    assert_true(field_applies(form_field(&zhengzhou_step(S("supplement"))->form, S("changed")),
                              S("resubmit")));
    assert_true(str_eq(granted->preset.step, S("apply")));
    assert_false(zhengzhou_step(S("supplement"))->stage);
}

static void limits_have_exceptions_first_and_lengths_from_fields(void **state)
{
    (void)state;
    const struct limit *allocate = &zhengzhou_step(S("allocate"))->within;
    assert_int_equal(allocate->n, 2);
    assert_non_null(allocate->cases[0].when);
    assert_int_equal(allocate->cases[0].count, 15);
    assert_null(allocate->cases[1].when);
    assert_int_equal(allocate->cases[1].count, 5);
    assert_int_equal(allocate->anchor, ANCHOR_FACT);
    assert_true(str_eq(allocate->step, S("review")));
    assert_true(str_eq(allocate->outcome, S("approve")));
    const struct limit *trial = &zhengzhou_step(S("trial"))->within;
    assert_true(str_eq(trial->cases[0].count_field, S("trial-days")));
    assert_false(trial->cases[0].roll);
    const struct limit *wait = &zhengzhou_step(S("open"))->not_before;
    assert_true(wait->present);
    assert_int_equal(wait->cases[0].unit, UNIT_DAY);
    assert_false(wait->cases[0].roll);
}

static void conditions_inherit_the_article_and_say_what_is_missing(void **state)
{
    (void)state;
    const struct step *rectification = zhengzhou_step(S("rectification"));
    const struct condition *need = &rectification->needs[0];
    assert_true(str_eq(need->basis.article, S("14")));
    assert_true(str_eq(need->say.zh, S("须提交测评报告")));
    assert_true(str_eq(expression_material(need->when), S("test-report")));
    const struct step *review = zhengzhou_step(S("review"));
    assert_true(str_eq(review->needs[2].outcome, S("approve")));
    assert_true(str_eq(expression_own_field(review->needs[2].when), S("granted")));
    assert_null(expression_own_field(review->needs[3].when).ptr);
}

/* ---- rules ---------------------------------------------------------------------------------- */

static struct policy *loaded(struct pack *pack)
{
    struct diagnostics found;
    struct policy *policy = policy_load(arena, pack, &found);
    assert_non_null(policy);
    return policy;
}

static const struct rule *rule_called(const struct rule *rules, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rules[i].name, str_of(name)))
            return &rules[i];
    fail_msg("there is no rule %s", name);
    return NULL;
}

static void every_rule_has_a_name_of_its_own_and_a_place(void **state)
{
    (void)state;
    struct pack pack = zhengzhou();
    size_t n;
    const struct rule *rules = policy_rules(arena, loaded(&pack), &n);
    assert_true(n > 300);
    for (size_t i = 0; i < n; i++) {
        assert_true(rules[i].pos.line > 0);
        for (size_t k = 0; k < i; k++)
            if (str_eq(rules[i].name, rules[k].name))
                fail_msg("two rules are called %.*s", STR_FMT(rules[i].name));
    }
}

/* Its own before those of what it stands in: as with the article. */
static void a_rule_claims_what_its_part_or_its_step_says(void **state)
{
    (void)state;
    struct pack pack = zhengzhou();
    size_t n;
    const struct rule *rules = policy_rules(arena, loaded(&pack), &n);
    const struct rule *limit = rule_called(rules, n, "onboard.review within");
    assert_int_equal(limit->n_meets, 1);
    assert_true(str_eq(limit->meets[0], S("ZZ-12.4")));
    const struct rule *opinion = rule_called(rules, n, "onboard.review opinion");
    assert_int_equal(opinion->n_meets, 2);
    assert_true(str_eq(opinion->meets[0], S("ZZ-12.2")));
    const struct rule *way = rule_called(rules, n, "onboard.review to allocate from approve");
    assert_true(str_eq(way->meets[way->n_meets - 1], S("ZZ-10")));
}

/* What it leaves is a program that can be taken apart again. Most rules are gone from it; a bound
 * or a limit is still there and says something laxer. */
static void a_rule_can_be_left_out_of_a_program(void **state)
{
    (void)state;
    struct pack pack = read_pack(source_path("tests/packs/maple"));
    size_t n;
    policy_rules(arena, loaded(&pack), &n);
    for (size_t i = 0; i < n; i++) {
        struct arena *outer = arena;
        arena = arena_new(LIMIT_ARENA_POLICY);
        size_t before, after;
        struct policy *policy = loaded(&pack);
        struct rule *rules = policy_rules(arena, policy, &before);
        str changed = policy_changes(arena, loaded(&pack), policy, LANGUAGE_EN);
        assert_int_equal(changed.len, 0);
        rule_neutralise(policy, &rules[i]);
        policy_rules(arena, policy, &after);
        assert_true(after <= before);
        changed = policy_changes(arena, loaded(&pack), policy, LANGUAGE_EN);
        if (!changed.len)
            fail_msg("nobody would notice that %.*s is gone", STR_FMT(rules[i].name));
        arena_free(arena);
        arena = outer;
    }
}

/* ---- golden refusals ----------------------------------------------------------------------- */

static struct pack golden_pack(str name)
{
    str folder = golden_folder();
    DIR *whole = opendir(str_to_cstr(arena, str_printf(arena, "%.*s/%.*s", STR_FMT(folder),
                                                       STR_FMT(name))));
    if (whole) {
        closedir(whole);
        return read_pack(str_printf(arena, "%.*s/%.*s", STR_FMT(folder), STR_FMT(name)));
    }
    struct pack pack = read_pack(str_printf(arena, "%.*s/base", STR_FMT(folder)));
    str replaced = str_starts(name, S("pack-")) ? S("pack.yaml") : S("case.yaml");
    str path = str_printf(arena, "%.*s/%.*s.yaml", STR_FMT(folder), STR_FMT(name));
    for (size_t i = 0; i < pack.files.len; i++)
        if (str_eq(pack.files.items[i].name, replaced))
            pack.files.items[i].bytes = read_file(path);
    return pack;
}

static str golden_name(str file)
{
    return (str){file.ptr, file.len - S(".expected").len};
}

/* What the table of requirements has. */
static const str TABLE[] = {{"AB-1.1", 6}, {"AB-1.2", 6}, {"AB-1.3", 6}, {"CD-1", 4}};

/* Warnings are expected texts too; what has only those loads. */
static bool only_warnings(const struct diagnostics *found)
{
    for (size_t i = 0; i < found->items.len; i++)
        if (!found->items.items[i].warning)
            return false;
    return true;
}

static void every_fault_is_refused_word_for_word(void **state)
{
    (void)state;
    struct names names = list_folder(golden_folder(), S(".expected"));
    int wrong = 0;
    assert_true(names.items.len >= 35);
    for (size_t i = 0; i < names.items.len; i++) {
        str name = golden_name(names.items.items[i]);
        struct pack pack = golden_pack(name);
        struct diagnostics found;
        struct policy *policy = policy_load(arena, &pack, &found);
        if (policy)
            policy_check_claims(arena, &pack, policy, TABLE, COUNT_OF(TABLE), &found);
        str text = diagnostics_print(arena, &found);
        str expected = read_file(str_printf(arena, "%.*s/%.*s", STR_FMT(golden_folder()),
                                            STR_FMT(names.items.items[i])));
        bool loads = only_warnings(&found) || str_starts(name, S("meets-unknown"));
        bool right = str_eq(text, expected) && text.len > 0 && (policy != NULL) == loads;
        if (!right)
            print_error("%.*s: %s, printed:\n%.*sexpected:\n%.*s", STR_FMT(name),
                        policy ? "loaded" : "refused", STR_FMT(text), STR_FMT(expected));
        wrong += !right;
    }
    assert_int_equal(wrong, 0);
}

static void the_golden_base_itself_loads(void **state)
{
    (void)state;
    struct pack pack = read_pack(str_printf(arena, "%.*s/base", STR_FMT(golden_folder())));
    struct diagnostics found;
    assert_non_null(policy_load(arena, &pack, &found));
    assert_int_equal(found.items.len, 0);
}

/* Pairs of those that are refused. */
static void what_is_sound_loads_without_a_word(void **state)
{
    (void)state;
    struct names names = list_folder(golden_folder(), S("-loads.yaml"));
    assert_true(names.items.len >= 2);
    for (size_t i = 0; i < names.items.len; i++) {
        str file = names.items.items[i];
        struct pack pack = golden_pack((str){file.ptr, file.len - S(".yaml").len});
        struct diagnostics found;
        struct policy *policy = policy_load(arena, &pack, &found);
        str text = diagnostics_print(arena, &found);
        if (!policy || text.len)
            fail_msg("%.*s: %.*s", STR_FMT(file), STR_FMT(text));
    }
}

/* Guards, choices, effects, seats, limits, presets and later steps: wherever a field of some
 * outcomes surely has its value, nothing is asked of the author. */
static void a_field_of_some_outcomes_is_given_where_they_are(void **state)
{
    (void)state;
    struct pack pack = golden_pack(S("for-loads"));
    struct diagnostics found;
    struct policy *policy = policy_load(arena, &pack, &found);
    str text = diagnostics_print(arena, &found);
    if (!policy || text.len)
        fail_msg("%.*s", STR_FMT(text));
    const struct step *review = procedure_step(&policy->procedures[0], S("review"));
    const struct field *provider = form_field(&review->form, S("provider"));
    assert_int_equal(provider->n_outcomes, 2);
    assert_true(field_applies(provider, S("lend")));
    assert_false(field_applies(provider, S("refuse")));
}

/* The regulation, a rule of the province, the state's regulations and a law set the same limit: the
 * law acts, and says in whose place; left out, the next one does. */
static void the_highest_law_sets_the_limit(void **state)
{
    (void)state;
    static const char *const ARTICLES[] = {"CD-2", "EF-2", "AB-2", "1"};
    struct pack pack = golden_pack(S("override-loads"));
    struct diagnostics found;
    struct policy *policy = policy_load(arena, &pack, &found);
    str faults = diagnostics_print(arena, &found);
    if (!policy || faults.len)
        fail_msg("%.*s", STR_FMT(faults));
    struct procedure *procedure = &policy->procedures[0];
    struct step *review = &procedure->steps[1];
    str said = limit_aloud(arena, policy, procedure, review, &review->within, false).en;
    assert_string_equal(
        str_to_cstr(arena, said),
        "within 2 working days after it was opened"
        "; by higher law (article 9), in place of: within 3 working days after it was opened "
        "(Regulation, article 2)"
        "; by higher law (article 9), in place of: within 4 working days after it was opened "
        "(Rule of the Province, article 2)"
        "; by higher law (article 9), in place of: within 5 working days after it was opened "
        "(article 1)");
    struct rule law = {.kind = RULE_WITHIN, .procedure = procedure, .step = review};
    for (size_t i = 0; i < COUNT_OF(ARTICLES); i++, rule_neutralise(policy, &law)) {
        assert_string_equal(str_to_cstr(arena, review->within.basis.article), ARTICLES[i]);
        assert_int_equal(review->within.cases[0].count, 2 + i);
    }
}

/* A code without an example is a sentence that nobody has read. */
static void every_code_has_a_golden(void **state)
{
    static const char *const codes[] = {
#define X(symbol, code, warning) code,
        PROBLEMS(X)
#undef X
    };
    (void)state;
    struct names names = list_folder(golden_folder(), S(".expected"));
    struct buf all = buf_new(arena, 64 * 1024);
    for (size_t i = 0; i < names.items.len; i++)
        buf_add(&all, read_file(str_printf(arena, "%.*s/%.*s", STR_FMT(golden_folder()),
                                           STR_FMT(names.items.items[i]))));
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        str wanted = str_printf(arena, ": %s: ", codes[i]);
        bool by_bytes = strcmp(codes[i], "P001") == 0 || strcmp(codes[i], "P002") == 0;
        if (!by_bytes && !str_has(buf_str(&all), wanted))
            fail_msg("no golden shows %s", codes[i]);
    }
}

/* A comment of so many bytes, then an empty map. */
static str padded(size_t bytes)
{
    char *text = NEWS(arena, char, bytes);
    memset(text, '#', bytes);
    memcpy(text + bytes - 4, "\n{}\n", 4);
    return (str){text, bytes};
}

static void sizes_are_limited_from_both_sides(void **state)
{
    (void)state;
    assert_true(str_eq(first_code(S("pack.yaml"), padded(LIMIT_YAML_BYTES)), S("P109")));
    assert_true(str_eq(first_code(S("pack.yaml"), padded(LIMIT_YAML_BYTES + 1)), S("P002")));
    struct buf many = buf_new(arena, 1 << 16);
    buf_add(&many, S("policy: ["));
    for (int i = 0; i < 1001; i++)
        buf_add(&many, S("a,"));
    buf_add(&many, S("]\n"));
    assert_true(str_eq(first_code(S("pack.yaml"), buf_str(&many)), S("P002")));
}

/* A chain of so many steps, the first with so many fields beside its name. */
static struct pack chain(int steps, int fields)
{
    struct pack pack = read_pack(str_printf(arena, "%.*s/base", STR_FMT(golden_folder())));
    struct buf text = buf_new(arena, 1 << 16);
    buf_add(&text, S("procedure: chain\ncode: CH\ntitle: {zh: 链, en: Chain}\nbasis: 1\n"
                     "names: s1.name\nseats: {unit: opener}\nsteps:\n"));
    for (int i = 1; i <= steps; i++) {
        buf_addf(&text, "  - {id: s%d, zh: 环节, en: Step, by: unit, basis: 1, materials: [paper],"
                        " outcomes: {on: {zh: 下一步, en: On, tone: positive, to: ", i);
        buf_add(&text, i == steps ? S("end") : str_printf(arena, "s%d", i + 1));
        buf_add(&text, S("}}"));
        buf_add(&text, i > 1 ? S("}\n") : S(", form: {name: {type: text, zh: 名称, en: Name, "
                                            "max: 9}"));
        for (int f = 0; i == 1 && f < fields; f++)
            buf_addf(&text, ", f%d: {type: bool, zh: 项, en: Field}", f);
        buf_add(&text, i == 1 ? S("}}\n") : S(""));
    }
    for (size_t i = 0; i < pack.files.len; i++)
        if (str_eq(pack.files.items[i].name, S("case.yaml")))
            pack.files.items[i].bytes = buf_str(&text);
    return pack;
}

static void steps_and_fields_are_limited_from_both_sides(void **state)
{
    (void)state;
    struct diagnostics found;
    struct pack largest = chain(LIMIT_STEPS, LIMIT_FIELDS - 1);
    struct policy *policy = policy_load(arena, &largest, &found);
    str text = diagnostics_print(arena, &found);
    if (!policy)
        fail_msg("%.*s", STR_FMT(text));
    struct pack steps = chain(LIMIT_STEPS + 1, 0), fields = chain(1, LIMIT_FIELDS);
    assert_null(policy_load(arena, &steps, &found));
    assert_true(str_eq(found.items.items[0].code, S("P115")));
    assert_null(policy_load(arena, &fields, &found));
    assert_true(str_eq(found.items.items[0].code, S("P115")));
}

/* Wherever the arena runs out, what is not arena memory is given back (the leak check of the
 * sanitizer build sees it). */
static void a_full_arena_leaves_nothing_behind(void **state)
{
    (void)state;
    struct pack pack = zhengzhou();
    volatile int caught = 0;
    for (volatile size_t cap = 24 * 1024; cap < 320 * 1024; cap += 3000) {
        struct arena *volatile small = arena_new(cap);
        jmp_buf frame;
        if (setjmp(frame)) {
            caught++;
        } else {
            struct diagnostics found;
            arena_on_overflow(small, &frame);
            assert_non_null(policy_load(small, &pack, &found));
        }
        arena_free(small);
    }
    assert_true(caught > 10);
}

static void file_names_are_checked(void **state)
{
    static const char *const names[] = {"Pack.yaml", "a/pack.yaml", "..yaml", ".pack.yaml",
                                        "pack.yml", "", "a b.yaml", "\xe4\xba\x91.yaml"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_true(str_eq(first_code(str_of(names[i]), S("policy: a\n")), S("P007")));
    struct pack pack = {0};
    struct diagnostics found;
    for (int i = 0; i < LIMIT_PACK_FILES + 1; i++)
        pack_add(arena, &pack, str_printf(arena, "f%d.yaml", i), S("{}"));
    assert_null(policy_load(arena, &pack, &found));
    assert_true(str_eq(found.items.items[0].code, S("P007")));
}

static void at_most_a_hundred_findings_are_kept(void **state)
{
    (void)state;
    struct buf bytes = buf_new(arena, 8192);
    for (int i = 0; i < 150; i++)
        buf_addf(&bytes, "wrong-%d: x\n", i);
    struct pack pack = {0};
    struct diagnostics found;
    pack_add(arena, &pack, S("pack.yaml"), buf_str(&bytes));
    assert_null(policy_load(arena, &pack, &found));
    assert_int_equal(found.items.len, DIAGNOSTICS_MAX);
    assert_true(found.errors >= 150);
}

/* ---- the reference ------------------------------------------------------------------------- */

/* The fenced blocks of docs/policy-language.md that begin with ```yaml NAME.yaml, as a pack. */
static struct pack pack_of_the_reference(void)
{
    struct pack pack = {0};
    str rest = read_file(source_path("docs/policy-language.md")), line;
    while (rest.len) {
        str_cut(rest, '\n', &line, &rest);
        str open = S("```yaml ");
        if (!str_starts(line, open))
            continue;
        str name = {line.ptr + open.len, line.len - open.len}, block = {rest.ptr, 0};
        while (rest.len) {
            str_cut(rest, '\n', &line, &rest);
            if (str_eq(line, S("```")))
                break;
            block.len += line.len + 1;
        }
        pack_add(arena, &pack, name, block);
    }
    return pack;
}

static void the_examples_of_the_reference_load(void **state)
{
    (void)state;
    struct pack pack = pack_of_the_reference();
    struct diagnostics found;
    assert_int_equal(pack.files.len, 2);
    struct policy *policy = policy_load(arena, &pack, &found);
    str text = diagnostics_print(arena, &found);
    if (!policy || text.len)
        fail_msg("%.*s", STR_FMT(text));
}

static void the_reference_lists_every_code(void **state)
{
    static const char *const codes[] = {
#define X(symbol, code, warning) code,
        PROBLEMS(X)
#undef X
    };
    (void)state;
    str text = read_file(source_path("docs/policy-language.md"));
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (!str_has(text, str_of(codes[i])))
            fail_msg("docs/policy-language.md does not explain %s", codes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(zhengzhou_loads_without_a_finding),
        TEST(every_rule_has_a_name_of_its_own_and_a_place),
        TEST(a_rule_claims_what_its_part_or_its_step_says),
        TEST(a_rule_can_be_left_out_of_a_program),
        TEST(the_program_says_what_the_file_says),
        TEST(limits_have_exceptions_first_and_lengths_from_fields),
        TEST(conditions_inherit_the_article_and_say_what_is_missing),
        TEST(every_fault_is_refused_word_for_word),
        TEST(what_is_sound_loads_without_a_word),
        TEST(the_golden_base_itself_loads),
        TEST(a_field_of_some_outcomes_is_given_where_they_are),
        TEST(the_highest_law_sets_the_limit),
        TEST(every_code_has_a_golden),
        TEST(sizes_are_limited_from_both_sides),
        TEST(steps_and_fields_are_limited_from_both_sides),
        TEST(a_full_arena_leaves_nothing_behind),
        TEST(file_names_are_checked),
        TEST(at_most_a_hundred_findings_are_kept),
        TEST(the_examples_of_the_reference_load),
        TEST(the_reference_lists_every_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

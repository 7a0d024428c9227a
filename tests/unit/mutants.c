/* SPDX-License-Identifier: Apache-2.0
 * The mutants of a pack: each operator makes what it says, and no value of a pack is left alone. */
#include "policy_files.h"

#include "policy/mutants_priv.h"

/* ---- a small regulation that has every kind of value ---------------------------------------- */

static const char HEAD[] =
    "policy: elm-2024\n"
    "title: {zh: 榆市办法, en: Elm Measures}\n"
    "document: 榆〔2024〕1号\n"
    "from: 2024-01-01\n"
    "authority: {zh: 榆市数据局, en: Elm Bureau, role: office}\n"
    "due-soon: {working-days: 2, source: local}\n"
    "roles:\n"
    "  unit: {zh: 单位, en: Unit, sees: own, levels: [city, county]}\n"
    "  office: {zh: 主管, en: Office, sees: all, levels: [city]}\n"
    "materials:\n"
    "  form: {zh: 表, en: Form, basis: 1}\n"
    "  plan: {zh: 方案, en: Plan, basis: 1}\n"
    "items:\n"
    "  core: {zh: 核, en: Core, unit: {zh: 核, en: core}, group: main}\n"
    "registers:\n"
    "  use: {zh: 用量, en: Use, basis: 9, by: unit, about: system, every: month,\n"
    "        form: {cpu: {type: integer, zh: 率, en: Rate, min: 1, max: 9}}}\n"
    "lists:\n"
    "  idle: {zh: 闲, en: Idle, basis: 9, when: in-a-row(use where use.cpu < 3) >= 2}\n";

static const char CASE[] =
    "procedure: apply\n"
    "code: SQ\n"
    "title: {zh: 申请, en: Apply}\n"
    "basis: 2\n"
    "names: ask.name\n"
    "withdraw: {before: [judge.yes], source: local}\n"
    "seats: {unit: opener, office: sole}\n"
    "steps:\n"
    "  - id: ask\n"
    "    zh: 申请\n"
    "    en: Ask\n"
    "    by: unit\n"
    "    basis: 3\n"
    "    ahead: {is: 4 day before start, miss: mark, basis: 8}\n"
    "    form:\n"
    "      name: {type: text, zh: 名, en: Name, max: 150}\n"
    "      start: {type: date, zh: 始, en: Start}\n"
    "      stop: {type: date, zh: 止, en: Stop}\n"
    "      kind: {type: choice, zh: 类, en: Kind,\n"
    "             choices: {old: {zh: 旧, en: Old}, new: {zh: 新, en: New}}}\n"
    "      items: {type: quantities, zh: 资源, en: Items}\n"
    "    materials: [form, plan]\n"
    "    needs:\n"
    "      - has(form)\n"
    "      - {that: start <= stop and kind == new, zh: 序, en: order}\n"
    "    outcomes:\n"
    "      submit: {zh: 提交, en: Submit, tone: positive, to: judge}\n"
    "  - id: judge\n"
    "    zh: 审\n"
    "    en: Judge\n"
    "    by: {all: [office, unit]}\n"
    "    basis: 4\n"
    "    within:\n"
    "      is: 5 day after opened\n"
    "      except: [{when: ask.kind == old, is: 2 month}]\n"
    "      round: down\n"
    "      extend: {most: 7 day, source: local}\n"
    "      basis: 5\n"
    "    opinion: yes\n"
    "    shows: [ask.items]\n"
    "    tell: {yes: [unit]}\n"
    "    form:\n"
    "      why: {type: text, zh: 由, en: Why, for: [yes]}\n"
    "    outcomes:\n"
    "      yes: {zh: 同意, en: Yes, tone: positive, to: run, effects: [grant(ask.items)]}\n"
    "      no: {zh: 否, en: No, tone: negative, to: end}\n"
    "  - id: run\n"
    "    zh: 办\n"
    "    en: Run\n"
    "    by: office\n"
    "    basis: 6\n"
    "    within: {is: 3 working-day after judge.yes, basis: 6}\n"
    "    outcomes:\n"
    "      done: {zh: 毕, en: Done, tone: positive, to: end}\n";

static const char DUTY[] =
    "procedure: plan\n"
    "code: JH\n"
    "title: {zh: 计划, en: Plan}\n"
    "basis: 7\n"
    "about: opener\n"
    "opens: {every: year, from: 09-01, basis: 7}\n"
    "seats: {unit: opener}\n"
    "steps:\n"
    "  - id: file\n"
    "    zh: 报\n"
    "    en: File\n"
    "    by: unit\n"
    "    basis: 7\n"
    "    within: {is: by 09-30, basis: 7}\n"
    "    outcomes:\n"
    "      file: {zh: 报, en: File, tone: positive, to: end}\n";

static struct pack elm(void)
{
    struct pack pack = {0};
    pack_add(arena, &pack, S("pack.yaml"), str_of(HEAD));
    pack_add(arena, &pack, S("apply.yaml"), str_of(CASE));
    pack_add(arena, &pack, S("plan.yaml"), str_of(DUTY));
    return pack;
}

static struct policy *loaded(const struct pack *pack)
{
    struct diagnostics found;
    struct policy *policy = policy_load(arena, pack, &found);
    str text = diagnostics_print(arena, &found);
    if (!policy)
        fail_msg("%.*s", STR_FMT(text));
    return policy;
}

/* ---- each operator --------------------------------------------------------------------------- */

struct wanted {
    const char *id, *from, *to;
};
static const struct wanted WANTED[] = {
    {"apply.judge.within:count", "5 day after opened", "6 day after opened"},
    {"apply.judge.within:count.2", "5 day after opened", "4 day after opened"},
    {"apply.judge.within.except.1:count.2", "2 month", "1 month"},
    {"apply.judge.within.extend:count", "7 day", "8 day"},
    {"apply.run.within:unit", "3 working-day after judge.yes", "3 day after judge.yes"},
    {"apply.ask.ahead:unit", "4 day before start", "4 working-day before start"},
    {"apply.ask.ahead:anchor", "4 day before start", "4 day before stop"},
    {"apply.run.within:anchor", "3 working-day after judge.yes", "3 working-day after ask.submit"},
    {"apply.judge.within:limit", "within: 5 day after opened", "nothing"},
    {"apply.judge.within.except.1:limit", "2 month", "nothing"},
    {"apply.judge.within:roll", "roll: next", "roll: none"},
    {"apply.ask.ahead:miss", "mark", "refuse"},
    {"apply.run.by:actor", "office", "unit"},
    {"apply.seats.office:actor", "sole", "opener"},
    {"registers.use:actor", "unit", "office"},
    {"apply.judge.by:signer", "office, unit", "unit"},
    {"apply.ask.materials:material.2", "plan", "nothing"},
    {"apply.ask.needs.1:material", "has(form)", "has(plan)"},
    {"apply.ask.needs.1:always", "has(form)", "always"},
    {"lists.idle:always", "in-a-row(use where use.cpu < 3) >= 2", "always"},
    {"apply.ask.needs.1:negation", "has(form)", "not (has(form))"},
    {"apply.ask.needs.2:comparison", "start <= stop and kind", "start < stop and kind"},
    {"apply.ask.needs.2:comparison.3", "stop and kind == new", "stop and kind != new"},
    {"lists.idle:number", "use.cpu < 3) >= 2", "use.cpu < 4) >= 2"},
    {"apply.ask.needs.2:join", "start <= stop and kind == new", "start <= stop or kind == new"},
    {"apply.ask.needs.2:word", "and kind == new", "and kind == old"},
    {"apply.ask.form.kind:word", "old", "old-x"},
    {"apply.judge.outcomes.yes.to:target", "run", "ask"},
    {"apply.judge.outcomes.yes.to:target.2", "run", "end"},
    {"apply.judge.outcomes.yes.effects.1:effect", "grant(ask.items)", "nothing"},
    {"apply.judge.outcomes.yes.effects.1:effect.2", "grant(ask.items)", "regrant(ask.items)"},
    {"apply.ask.form.items:optional", "required", "optional"},
    {"registers.use.cpu.min:range.2", "1", "0"},
    {"apply.judge.form.why:for", "for: yes", "nothing"},
    {"apply.judge.shows:show", "ask.items", "nothing"},
    {"apply.judge.tell.yes:tell", "unit", "nothing"},
    {"apply.judge.opinion:mark", "yes", "no"},
    {"apply.ask.paper:mark", "no", "yes"},
    {"apply.withdraw:withdraw.2", "judge.yes", "nothing"},
    {"registers.use:about", "system", "organisation"},
    {"registers.use:every", "every: month", "nothing"},
    {"due-soon:due-soon.2", "2", "1"},
    {"plan.opens:opens", "opens: every: year, from: 09-01", "nothing"},
    {"plan.opens:every", "year", "month"},
    {"plan.file.within:day", "by 09-30", "by 10-01"},
    {"from:day", "2024-01-01", "2024-01-02"},
    {"from:day.2", "2024-01-01", "2023-12-31"},
    {"roles.unit:sees", "own", "all"},
    {"roles.unit:level.2", "county", "nothing"},
    {"roles.office:level", "city", "province"},
};

static const struct mutant *find(const struct mutant *mutants, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(mutants[i].id, str_of(id)))
            return &mutants[i];
    for (size_t i = 0; i < n; i++)
        print_message("%.*s: %.*s -> %.*s\n", STR_FMT(mutants[i].id), STR_FMT(mutants[i].from),
                      STR_FMT(mutants[i].to));
    fail_msg("no mutant %s", id);
    return NULL;
}

static void each_operator_makes_what_it_says(void **state)
{
    (void)state;
    size_t n;
    struct pack pack = elm();
    const struct mutant *mutants = policy_mutants(arena, &pack, loaded(&pack), &n);
    bool made[COUNT_OF(WANTED)] = {false};
    for (size_t i = 0; i < COUNT_OF(WANTED); i++) {
        const struct mutant *mutant = find(mutants, n, WANTED[i].id);
        assert_string_equal(str_to_cstr(arena, mutant->from), WANTED[i].from);
        assert_string_equal(str_to_cstr(arena, mutant->to), WANTED[i].to);
        assert_true((size_t)mutant->kind < COUNT_OF(made));
        made[mutant->kind] = true;
    }
    static const char *const KINDS[] = {
#define X(symbol, word) word,
#include "policy/mutations.def"
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (!made[i])
            fail_msg("no test of the operator %s", KINDS[i]);
}

/* What changes is the place that is named, and nothing else. */
static void a_mutant_is_the_pack_with_one_value_changed(void **state)
{
    (void)state;
    size_t n;
    struct pack pack = elm();
    struct policy *before = loaded(&pack);
    const struct mutant *mutants = policy_mutants(arena, &pack, before, &n);
    const struct mutant *longer = find(mutants, n, "apply.run.within:count");
    assert_string_equal(str_to_cstr(arena, longer->basis.article), "6");
    assert_true(str_eq(longer->pos.file, S("apply.yaml")));
    struct pack changed = mutant_pack(arena, &pack, longer);
    struct policy *after = loaded(&changed);
    const struct step *run = procedure_step(policy_procedure(after, S("apply")), S("run"));
    assert_int_equal(run->within.cases[0].count, 4);
    str text = policy_changes(arena, before, after, LANGUAGE_EN);
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    assert_true(str_has(text, S("4 working days")));
    assert_true(lines <= 3);
    /* The tree is as it was: the next one starts from the same pack. */
    struct mutant none = *longer;
    none.instead = none.at;
    changed = mutant_pack(arena, &pack, &none);
    text = policy_changes(arena, before, loaded(&changed), LANGUAGE_EN);
    assert_string_equal(str_to_cstr(arena, text), "");
}

static void two_mutants_are_never_the_same(void **state)
{
    (void)state;
    size_t n;
    struct pack pack = zhengzhou();
    const struct mutant *mutants = policy_mutants(arena, &pack, loaded(&pack), &n);
    struct map *ids = map_new(arena), *texts = map_new(arena);
    for (size_t i = 0; i < n; i++) {
        str id = mutants[i].id, *kept = NEW(arena, str);
        struct pack changed = mutant_pack(arena, &pack, &mutants[i]);
        str bytes = changed.files.items[mutants[i].file].bytes;
        const str *same = map_get(texts, bytes);
        *kept = id;
        if (map_get(ids, id) || same)
            fail_msg("%.*s is made twice, also as %.*s", STR_FMT(id), same ? (int)same->len : 0,
                     same ? same->ptr : "");
        map_put(ids, id, kept);
        map_put(texts, bytes, kept);
    }
}

/* ---- nothing forgotten ----------------------------------------------------------------------- */

/* Keys whose values decide nothing: names and words, sources and claims, what only a page shows,
 * what a value is made of. Everything else in a pack is changed by an operator. */
static const char SILENT[] =
    "zh en help title short document policy also uses procedure code id names basis source meets "
    "tone side multiline unit group type preset round";

static bool is_silent(str key)
{
    str *words;
    size_t n = split_words(arena, str_of(SILENT), &words);
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i], key))
            return true;
    return false;
}

static bool reaches(const struct node *from, const struct node *scalar)
{
    if (from == scalar)
        return true;
    for (size_t i = 0; i < from->items.len; i++)
        if (reaches(from->items.items[i], scalar))
            return true;
    for (size_t i = 0; i < from->entries.len; i++)
        if (reaches(from->entries.items[i].value, scalar))
            return true;
    return false;
}

/* Either another text takes its place, or it is not reached any more. */
static bool is_changed(const struct mutant *mutants, size_t n, const struct node *root,
                       const struct node *scalar)
{
    for (size_t i = 0; i < n; i++)
        if (mutants[i].root == root && reaches(mutants[i].at, scalar) &&
            (mutants[i].at == scalar || !reaches(mutants[i].instead, scalar)))
            return true;
    return false;
}

static void want_changed(const struct mutant *mutants, size_t n, const struct node *root,
                         const struct node *node)
{
    if (node->kind == NODE_SCALAR && !str_eq(node->text, S("otherwise")) &&
        !is_changed(mutants, n, root, node))
        fail_msg("%.*s:%d:%d: no operator changes \"%.*s\"", STR_FMT(node->pos.file),
                 node->pos.line, node->pos.column, STR_FMT(node->text));
    for (size_t i = 0; i < node->items.len; i++)
        want_changed(mutants, n, root, node->items.items[i]);
    /* The form of a register that only effects file is filled in by nobody. */
    bool idle = node_get(node, "about") && node_get(node, "form") && !node_get(node, "by");
    for (size_t i = 0; i < node->entries.len; i++) {
        str key = node->entries.items[i].key->text;
        if (!is_silent(key) && !(idle && str_eq(key, S("form"))))
            want_changed(mutants, n, root, node->entries.items[i].value);
    }
}

static void check_whole(struct pack pack)
{
    size_t n;
    const struct mutant *mutants = policy_mutants(arena, &pack, loaded(&pack), &n);
    const struct node *last = NULL;
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        if (mutants[i].root != last)
            want_changed(mutants, n, mutants[i].root, mutants[i].root);
        last = mutants[i].root;
    }
}

static void no_value_is_left_alone(void **state)
{
    (void)state;
    check_whole(elm());
    check_whole(zhengzhou());
    check_whole(read_pack(source_path("tests/packs/heron")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_operator_makes_what_it_says, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mutant_is_the_pack_with_one_value_changed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(two_mutants_are_never_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(no_value_is_left_alone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

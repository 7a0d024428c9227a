/* SPDX-License-Identifier: Apache-2.0
 * policy: what is shipped, whether it is sound, what of it is proven. */
#include "cli/cli_priv.h"

#include "json/json.h"

static int list_policies(struct arena *arena, struct err *e)
{
    size_t n;
    str *names = pack_names(arena, &n);
    for (size_t i = 0; i < n; i++) {
        struct pack pack = {0};
        struct diagnostics diagnostics = {0};
        if (!pack_find(arena, names[i], &pack, e))
            return EXIT_CANNOT;
        const struct policy *policy = policy_load(arena, &pack, &diagnostics);
        printf("%.*s  %.*s\n", STR_FMT(names[i]),
               STR_FMT(policy ? policy->title.zh : S("(does not load)")));
    }
    return EXIT_DONE;
}

/* Requirements that the table lacks, of cities that it knows. */
static bool check_claims(struct arena *arena, const struct pack *pack, const struct policy *policy,
                         struct diagnostics *diagnostics, struct err *e)
{
    struct requirement *table;
    size_t n;
    if (!requirements_shipped(arena, &table, &n, e))
        return false;
    str *known = NEWS(arena, str, n + 1);
    for (size_t i = 0; i < n; i++)
        known[i] = table[i].id;
    policy_check_claims(arena, pack, policy, known, n, diagnostics);
    return true;
}

int load_pack(struct arena *arena, str name, struct pack *pack, const struct policy **out,
              size_t *out_warnings, struct err *e)
{
    struct diagnostics diagnostics = {0};
    if (!pack_find(arena, name, pack, e))
        return EXIT_CANNOT;
    *out = policy_load(arena, pack, &diagnostics);
    if (*out && !check_claims(arena, pack, *out, &diagnostics, e))
        return EXIT_CANNOT;
    *out_warnings = diagnostics.items.len - diagnostics.errors;
    str text = diagnostics_print(arena, &diagnostics);
    fwrite(text.ptr, 1, text.len, stdout);
    if (!diagnostics.errors)
        return EXIT_DONE;
    printf("%zu error%s: nothing was loaded\n", diagnostics.errors,
           diagnostics.errors == 1 ? "" : "s");
    return EXIT_NO;
}

static int policy_check(struct arena *arena, str name, struct err *e)
{
    struct pack pack = {0};
    const struct policy *policy;
    size_t warnings;
    int done = load_pack(arena, name, &pack, &policy, &warnings, e);
    if (done != EXIT_DONE)
        return done;
    str digest = digest_hex(arena, sm3(pack_to_blob(arena, &pack)));
    printf("%.*s is sound: %zu procedure%s, %zu warning%s, version %.*s\n", STR_FMT(policy->id),
           policy->n_procedures, policy->n_procedures == 1 ? "" : "s", warnings,
           warnings == 1 ? "" : "s", STR_FMT(digest));
    return EXIT_DONE;
}

/* ---- coverage ------------------------------------------------------------------------------- */

static str joined(struct arena *arena, const struct doc *list, const char *between)
{
    struct buf out = buf_new(arena, 256);
    for (size_t i = 0; i < list->list.len; i++)
        buf_addf(&out, "%s%.*s", i ? between : "", STR_FMT(list->list.items[i]->text));
    return buf_str(&out);
}

static void add_once(struct arena *arena, struct doc *list, str text)
{
    for (size_t i = 0; i < list->list.len; i++)
        if (str_eq(list->list.items[i]->text, text))
            return;
    doc_push(arena, list, doc_text(arena, text));
}

/* Why it is not tested; of a tested one, the rules whose loss nobody would notice. */
static str reason_of(struct arena *arena, const struct covered *row)
{
    struct buf out = buf_new(arena, 256);
    const struct requirement *requirement = row->requirement;
    switch (row->state) {
    case COVERAGE_MISSING:
        return S("no rule claims it");
    case COVERAGE_OUTSIDE:
        return str_eq(requirement->kind, S("none"))
                   ? requirement->text
                   : str_printf(arena, "a neighbouring system's: %.*s", STR_FMT(requirement->text));
    case COVERAGE_TESTED:
    case COVERAGE_DECLARED:
        break;
    }
    for (size_t i = 0; i < row->rules.len; i++) {
        const struct proof_of_rule *proof = row->rules.items[i];
        if (proof->proven_line)
            continue;
        buf_addf(&out, "%s%.*s ", out.len ? "; " : "", STR_FMT(proof->rule->name));
        if (proof->read_path)
            buf_addf(&out, "(read at %s:%d, nothing fails without it)", proof->read_path,
                     proof->read_line);
        else
            buf_add(&out, S("(no scenario reads it)"));
    }
    return buf_str(&out);
}

static struct doc *covered_doc(struct arena *arena, const struct covered *row)
{
    struct doc *doc = doc_map(arena), *rules = doc_list(arena), *lines = doc_list(arena);
    for (size_t i = 0; i < row->rules.len; i++) {
        const struct proof_of_rule *proof = row->rules.items[i];
        doc_push(arena, rules, doc_text(arena, proof->rule->name));
        if (proof->proven_line)
            add_once(arena, lines,
                     str_printf(arena, "%s:%d", proof->proven_path, proof->proven_line));
    }
    doc_put_text(arena, doc, S("id"), row->requirement->id);
    doc_put_text(arena, doc, S("state"), str_of(coverage_name(row->state)));
    doc_put(arena, doc, S("rules"), rules);
    doc_put(arena, doc, S("scenarios"), lines);
    doc_put_text(arena, doc, S("reason"), reason_of(arena, row));
    return doc;
}

static void print_coverage(struct arena *arena, const struct coverage *coverage, bool json)
{
    struct doc *all = doc_list(arena);
    if (!json)
        printf("id\tstate\trules\tscenarios\treason\n");
    for (size_t i = 0; i < coverage->rows.len; i++) {
        struct doc *row = covered_doc(arena, &coverage->rows.items[i]);
        str rules = joined(arena, doc_get(row, S("rules")), "; ");
        str lines = joined(arena, doc_get(row, S("scenarios")), " ");
        str id = doc_get_text(row, S("id")), state = doc_get_text(row, S("state"));
        str reason = doc_get_text(row, S("reason"));
        doc_push(arena, all, row);
        if (!json)
            printf("%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", STR_FMT(id), STR_FMT(state), STR_FMT(rules),
                   STR_FMT(lines), STR_FMT(reason));
    }
    if (!json)
        return;
    str text = json_canonical(arena, all);
    printf("%.*s\n", STR_FMT(text));
}

static int coverage_of(const struct args *args, struct err *e)
{
    struct arena *arena = args->arena;
    struct coverage coverage = {0};
    str findings = STR_NONE, format = args_get(args, "format");
    size_t n = 1;
    const str *packs = &args->words.items[1];
    bool json = str_eq(format, S("json")), named = args->words.len == 2;
    if (format.len && !json && !str_eq(format, S("tsv"))) {
        RAISE(e, INPUT, "--format", "the format is tsv or json");
        return EXIT_CANNOT;
    }
    if (!named)
        packs = pack_names(arena, &n);
    bool ok = policy_coverage(arena, packs, n, !named, &coverage, &findings, e);
    fprintf(stderr, "%.*s", STR_FMT(findings));
    if (!ok)
        return EXIT_CANNOT;
    if (!coverage.rows.len)
        fprintf(stderr, "no rule claims a requirement (meets), so there is nothing to cover\n");
    for (size_t i = 0; i < coverage.idle.len && coverage.rows.len; i++)
        fprintf(stderr, "%s: this scenario reads no rule of any requirement\n",
                coverage.idle.items[i]);
    print_coverage(arena, &coverage, json);
    return EXIT_DONE;
}

/* ---- show and diff -------------------------------------------------------------------------- */

static bool read_language(const struct args *args, enum language *out, struct err *e)
{
    str text = args_get(args, "language");
    *out = str_eq(text, S("en")) ? LANGUAGE_EN : LANGUAGE_ZH;
    return !text.len || str_eq(text, S("en")) || str_eq(text, S("zh")) ||
           RAISE(e, INPUT, "--language", "the language is zh or en");
}

/* What is to be read is sound, or its findings are all there is to print. */
static int load_quietly(struct arena *arena, str name, struct policy **out, struct err *e)
{
    struct pack *pack = NEW(arena, struct pack);
    struct diagnostics diagnostics = {0};
    if (!pack_find(arena, name, pack, e))
        return EXIT_CANNOT;
    *out = policy_load(arena, pack, &diagnostics);
    if (*out)
        return EXIT_DONE;
    str text = diagnostics_print(arena, &diagnostics);
    fprintf(stderr, "%.*s", STR_FMT(text));
    return EXIT_NO;
}

static int show(const struct args *args, struct err *e)
{
    enum language language;
    struct policy *policy;
    if (!read_language(args, &language, e))
        return EXIT_CANNOT;
    int done = load_quietly(args->arena, args->words.items[1], &policy, e);
    if (done != EXIT_DONE)
        return done;
    str text = policy_aloud(args->arena, policy, language);
    fwrite(text.ptr, 1, text.len, stdout);
    return EXIT_DONE;
}

static int diff(const struct args *args, struct err *e)
{
    enum language language;
    struct policy *from, *to;
    if (!read_language(args, &language, e))
        return EXIT_CANNOT;
    int done = load_quietly(args->arena, args->words.items[1], &from, e);
    if (done == EXIT_DONE)
        done = load_quietly(args->arena, args->words.items[2], &to, e);
    if (done != EXIT_DONE)
        return done;
    str text = policy_changes(args->arena, from, to, language);
    if (!text.len)
        text = language == LANGUAGE_ZH ? S("两者规则相同。\n") : S("Both say the same.\n");
    fwrite(text.ptr, 1, text.len, stdout);
    if (!args_has(args, "data"))
        return EXIT_DONE;
    return policy_effect(args, to, language, e) ? EXIT_DONE : EXIT_CANNOT;
}

/* --------------------------------------------------------------------------------------------- */

int run_policy(const struct args *args, struct err *e)
{
    str verb = args->words.len ? args->words.items[0] : STR_NONE;
    if (args->words.len == 1 && str_eq(verb, S("list")))
        return list_policies(args->arena, e);
    if (args->words.len == 2 && str_eq(verb, S("check")))
        return policy_check(args->arena, args->words.items[1], e);
    if (args->words.len == 2 && str_eq(verb, S("activate")))
        return policy_activate(args, args->words.items[1], e);
    if (args->words.len == 2 && str_eq(verb, S("show")))
        return show(args, e);
    if (args->words.len == 3 && str_eq(verb, S("diff")))
        return diff(args, e);
    if (args->words.len <= 2 && str_eq(verb, S("coverage")))
        return coverage_of(args, e);
    if (args->words.len <= 2 && str_eq(verb, S("mutate")))
        return policy_mutants_of(args, e);
    RAISE(e, INPUT, "",
          "write: yunjian policy list, or policy show, check, coverage or mutate NAME|PATH, or "
          "policy diff A B [--data DIR], or policy activate NAME|PATH --data DIR");
    return EXIT_CANNOT;
}

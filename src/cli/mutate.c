/* SPDX-License-Identifier: Apache-2.0
 * policy mutate: which values of a policy no test would miss. */
#include "cli/cli_priv.h"

/* A tab inside a reason would part it. */
static str one_line(struct arena *arena, str text)
{
    struct buf out = buf_new(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        buf_addc(&out, text.ptr[i] == '\t' || text.ptr[i] == '\n' ? ' ' : text.ptr[i]);
    return buf_str(&out);
}

static str article_of(const struct mutant *mutant)
{
    return mutant->basis.local ? S("local") : mutant->basis.article;
}

static void print_row(struct arena *arena, const struct judged *row, bool tsv)
{
    const struct mutant *mutant = row->mutant;
    str from = mutant->from, to = mutant->to;
    str article = article_of(mutant), by = one_line(arena, row->by);
    if (tsv)
        printf("%.*s\t%.*s:%d\t%.*s\t%.*s -> %.*s\t%s\t%.*s\n", STR_FMT(mutant->id),
               STR_FMT(mutant->pos.file), mutant->pos.line, STR_FMT(article), STR_FMT(from),
               STR_FMT(to), fate_name(row->fate), STR_FMT(by));
    else
        printf("%-14s %.*s  %.*s:%d  %s%.*s  %.*s -> %.*s%s%.*s\n", fate_name(row->fate),
               STR_FMT(mutant->id), STR_FMT(mutant->pos.file), mutant->pos.line,
               mutant->basis.local ? "" : "article ", STR_FMT(article), STR_FMT(from), STR_FMT(to),
               by.len ? "  | " : "", STR_FMT(by));
}

/* The summary stays apart from the table. */
static void print_report(struct arena *arena, str name, const struct mutation_report *report,
                         int64_t seed, bool tsv)
{
    FILE *out = tsv ? stderr : stdout;
    const size_t *n = report->counts;
    for (size_t i = 0; i < report->rows.len; i++)
        print_row(arena, &report->rows.items[i], tsv);
    for (size_t i = 0; i < report->stale.len; i++)
        fprintf(out, "%.*s\n", STR_FMT(report->stale.items[i]));
    fprintf(out, "%.*s: %zu of %zu mutants, seed %lld: %zu killed, %zu by an act, %zu by load, "
            "%zu accepted, %zu survived\n", STR_FMT(name), report->rows.len, report->made,
            (long long)seed, n[FATE_KILLED], n[FATE_VAIN], n[FATE_LOAD],
            n[FATE_ACCEPTED], n[FATE_SURVIVED]);
}

int policy_mutants_of(const struct args *args, struct err *e)
{
    struct arena *arena = args->arena;
    str format = args_get(args, "format");
    bool tsv = str_eq(format, S("tsv")), named = args->words.len == 2, bad = false;
    const str *packs = &args->words.items[1];
    int64_t sample, seed;
    size_t n = 1;
    if (format.len && !tsv && !str_eq(format, S("text"))) {
        RAISE(e, INPUT, "--format", "the format is text or tsv");
        return EXIT_CANNOT;
    }
    if (!args_number(args, "sample", 0, 1, 1000000, &sample, e) ||
        !args_number(args, "seed", 1, 0, INT64_MAX, &seed, e))
        return EXIT_CANNOT;
    const struct mutation_choice choice = {args_get(args, "only"), (size_t)sample, (uint64_t)seed};
    if (!named)
        packs = pack_names(arena, &n);
    if (tsv)
        printf("id\tat\tarticle\tchange\tfate\tby\n");
    for (size_t i = 0; i < n; i++) {
        /* A large pack has thousands of mutants, and as many states. */
        struct arena *work = arena_new((size_t)1 << 30);
        struct mutation_report report = {0};
        str findings = STR_NONE;
        bool ok = policy_mutate(work, packs[i], &choice, &report, &findings, e);
        fprintf(stderr, "%.*s", STR_FMT(findings));
        if (ok)
            print_report(work, packs[i], &report, seed, tsv);
        arena_free(work);
        if (!ok)
            return EXIT_CANNOT;
        bad |= report.counts[FATE_SURVIVED] || report.stale.len;
    }
    return bad ? EXIT_NO : EXIT_DONE;
}

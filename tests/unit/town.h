/* SPDX-License-Identifier: Apache-2.0
 *
 * A small town for the tests of decide, project and clerk: the Zhengzhou pack from the source
 * tree, four organisations, and random but honest or dishonest commands. */
#ifndef YJ_TEST_TOWN_H
#define YJ_TEST_TOWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide/decide.h"

static struct arena *arena;

static inline str town_file(const char *path)
{
    const char *root = getenv("YUNJIAN_SOURCE");
    FILE *file = fopen(str_printf(arena, "%s/%s", root ? root : ".", path).ptr, "rb");
    if (!file)
        fail_msg("cannot open %s; set YUNJIAN_SOURCE to the project's folder", path);
    char *bytes = NEWS(arena, char, LIMIT_YAML_BYTES);
    size_t len = fread(bytes, 1, LIMIT_YAML_BYTES, file);
    fclose(file);
    return (str){bytes, len};
}

/* The procedures of the pack, beside its head. */
static inline void town_procedures(struct pack *pack)
{
    static const char *const NAMES[] = {"change",  "confirm", "exit", "onboard",
                                        "reclaim", "support", "talk"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        str path = str_printf(arena, "policies/zhengzhou-2019/%s.yaml", NAMES[i]);
        pack_add(arena, pack, str_printf(arena, "%s.yaml", NAMES[i]), town_file(path.ptr));
    }
}

static inline struct pack town_pack(void)
{
    struct pack pack = {0};
    pack_add(arena, &pack, S("pack.yaml"), town_file("policies/zhengzhou-2019/pack.yaml"));
    town_procedures(&pack);
    return pack;
}

static inline const struct policy *town_policy(void)
{
    struct pack pack = town_pack();
    struct diagnostics diagnostics = {0};
    const struct policy *policy = policy_load(arena, &pack, &diagnostics);
    assert_non_null(policy);
    return policy;
}

static inline struct calendar town_calendar(void)
{
    struct calendar calendar = {0};
    struct err e = {0};
    assert_true(calendar_parse(arena, S("china-holidays.tsv"),
                               town_file("data/china-holidays.tsv"), &calendar, &e));
    return calendar;
}

static inline uint64_t town_seed(uint64_t usual)
{
    const char *text = getenv("YUNJIAN_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : usual;
    print_message("seed %llu (set YUNJIAN_SEED to replay another)\n", (unsigned long long)seed);
    return seed;
}

/* What is filled in when a system is applied for. */
static inline struct doc *town_form(void)
{
    struct doc *form = doc_map(arena), *items = doc_map(arena);
    doc_put_text(arena, form, S("system-name"), S("自行车系统"));
    doc_put_text(arena, form, S("need"), S("便民"));
    doc_put_text(arena, form, S("kind"), S("new"));
    doc_put_text(arena, form, S("service"), S("virtualised"));
    doc_put_int(arena, items, S("vcpu"), 8 * QUANTITY_ONE);
    doc_put_int(arena, items, S("backup-storage"), 8 * QUANTITY_ONE);
    doc_put(arena, form, S("items"), items);
    doc_put_text(arena, form, S("sizing"), S("测算"));
    doc_put_int(arena, form, S("redundancy"), 10);
    doc_put_int(arena, form, S("trial-days"), 20);
    return form;
}

/* ---- random commands ------------------------------------------------------------------------ */

static inline struct doc *random_quantities(struct prng *prng, const struct policy *policy)
{
    struct doc *map = doc_map(arena);
    for (size_t i = 0; i < policy->n_items; i++)
        if (prng_chance(prng, 70))
            doc_put_int(arena, map, policy->items[i].id,
                        (int64_t)prng_below(prng, 16) * QUANTITY_ONE);
    return map;
}

static inline struct doc *random_value(struct prng *prng, const struct policy *policy,
                                       const struct field *field, int64_t provider)
{
    if (prng_chance(prng, 3))
        return doc_text(arena, S("\x01 not what is wanted"));
    switch (field->type) {
    case FIELD_TEXT: return doc_text(arena, prng_chance(prng, 95) ? S("文字") : S(" "));
    case FIELD_INTEGER:
        return doc_int(arena, field->min + (int64_t)prng_below(
                                               prng, (uint64_t)(field->max - field->min + 2)));
    case FIELD_BOOL: return doc_bool(arena, prng_chance(prng, 90));
    case FIELD_DATE: return doc_text(arena, S("2026-02-30"));
    case FIELD_CHOICE:
        return doc_text(arena, field->choices[prng_below(prng, field->n_choices)].id);
    case FIELD_QUANTITIES: return random_quantities(prng, policy);
    case FIELD_ORGANISATION: return doc_int(arena, provider);
    }
    return NULL;
}

/* A form for that outcome, right often enough to get somewhere, and wrong often enough to be
 * refused: also with a field of another outcome. */
static inline struct doc *random_form(struct prng *prng, const struct facts *facts,
                                      const struct step *step, str outcome, int64_t provider)
{
    struct doc *presets = decide_presets(arena, facts, step), *form = doc_map(arena);
    for (size_t i = 0; i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        struct doc *preset = doc_get(presets, field->id);
        if (!prng_chance(prng, field_applies(field, outcome) ? preset ? 100 : 96 : 2))
            continue;
        doc_put(arena, form, field->id,
                preset ? preset : random_value(prng, facts->policy, field, provider));
    }
    if (prng_chance(prng, 2))
        doc_put_text(arena, form, S("surplus"), S("x"));
    return form;
}

#endif

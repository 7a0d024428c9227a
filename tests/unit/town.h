/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of decide, project, view and clerk share: packs and the calendar from the source
 * tree, and a seed. */
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
    fseek(file, 0, SEEK_END);
    size_t most = (size_t)ftell(file);
    rewind(file);
    char *bytes = NEWS(arena, char, most + 1);
    size_t len = fread(bytes, 1, most, file);
    fclose(file);
    return (str){bytes, len};
}

static inline void town_add(struct pack *pack, const char *folder, str before)
{
    const char *root = getenv("YUNJIAN_SOURCE");
    str path = str_printf(arena, "%s/%s", root ? root : ".", folder);
    DIR *dir = opendir(path.ptr);
    if (!dir)
        fail_msg("cannot open %s; set YUNJIAN_SOURCE to the project's folder", folder);
    for (struct dirent *entry; (entry = readdir(dir));) {
        str name = str_dup(arena, str_of(entry->d_name));
        if (str_ends(name, S(".yaml")))
            pack_add(arena, pack, str_printf(arena, "%.*s%.*s", STR_FMT(before), STR_FMT(name)),
                     town_file(str_printf(arena, "%s/%s", folder, entry->d_name).ptr));
    }
    closedir(dir);
}

/* The files of a folder's pack, and of the packs beside it that it uses. */
static inline struct pack town_folder(const char *folder)
{
    struct pack pack = {0};
    str *uses;
    town_add(&pack, folder, S(""));
    size_t n = pack_uses(arena, &pack, &uses);
    for (size_t i = 0; i < n; i++)
        town_add(&pack, str_printf(arena, "%s/../%.*s", folder, STR_FMT(uses[i])).ptr,
                 str_printf(arena, "%.*s.", STR_FMT(uses[i])));
    return pack;
}

static inline struct pack town_pack(void)
{
    return town_folder("policies/zhengzhou-2019");
}

static inline const struct policy *town_policy_of(const char *folder)
{
    struct pack pack = town_folder(folder);
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

#endif

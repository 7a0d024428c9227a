/* SPDX-License-Identifier: Apache-2.0
 * Files and packs for the tests of the policy room. */
#ifndef YJ_TEST_POLICY_FILES_H
#define YJ_TEST_POLICY_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/load_priv.h"

static struct arena *arena;

static inline int setup(void **state)
{
    (void)state;
    arena = arena_new(LIMIT_ARENA_POLICY);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- files --------------------------------------------------------------------------------- */

static inline str source_path(const char *path)
{
    const char *root = getenv("YUNJIAN_SOURCE");
    return str_printf(arena, "%s/%s", root ? root : ".", path);
}

static inline str read_file(str path)
{
    FILE *file = fopen(str_to_cstr(arena, path), "rb");
    if (!file)
        fail_msg("cannot open %.*s", STR_FMT(path));
    struct buf out = buf_new(arena, 4096);
    char chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&out, (str){chunk, n});
    fclose(file);
    return buf_str(&out);
}

struct names {
    VEC(str) items;
};

static inline int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* The files of a folder that end so, in order. */
static inline struct names list_folder(str folder, str ending)
{
    struct names names = {0};
    DIR *dir = opendir(str_to_cstr(arena, folder));
    if (!dir)
        fail_msg("cannot open folder %.*s", STR_FMT(folder));
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        str name = str_of(entry->d_name);
        if (str_ends(name, ending))
            VEC_PUSH(arena, &names.items, str_dup(arena, name));
    }
    closedir(dir);
    if (names.items.len > 1)
        qsort(names.items.items, names.items.len, sizeof(str), by_name);
    return names;
}

static inline void add_folder(struct pack *pack, str folder, str before)
{
    struct names names = list_folder(folder, S(".yaml"));
    for (size_t i = 0; i < names.items.len; i++) {
        str name = names.items.items[i];
        str path = str_printf(arena, "%.*s/%.*s", STR_FMT(folder), STR_FMT(name));
        str own = str_printf(arena, "%.*s%.*s", STR_FMT(before), STR_FMT(name));
        pack_add(arena, pack, own, read_file(path));
    }
}

/* With the packs beside it that it uses. */
static inline struct pack read_pack(str folder)
{
    struct pack pack = {0};
    str *uses;
    add_folder(&pack, folder, S(""));
    size_t n = pack_uses(arena, &pack, &uses);
    for (size_t i = 0; i < n; i++)
        if (!str_has(folder, S("golden")))
            add_folder(&pack, str_printf(arena, "%.*s/../%.*s", STR_FMT(folder), STR_FMT(uses[i])),
                       str_printf(arena, "%.*s.", STR_FMT(uses[i])));
    return pack;
}

static inline struct pack zhengzhou(void)
{
    return read_pack(source_path("policies/zhengzhou-2019"));
}

static inline str golden_folder(void)
{
    return source_path("tests/unit/policy-golden");
}

static inline str first_code(str name, str bytes)
{
    struct pack pack = {0};
    struct diagnostics found;
    pack_add(arena, &pack, name, bytes);
    assert_null(policy_load(arena, &pack, &found));
    assert_true(found.items.len > 0);
    return found.items.items[0].code;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif

/* SPDX-License-Identifier: Apache-2.0
 * A test's own pack, and conditions of it. */
#ifndef YJ_TESTS_EXPRESSION_COMPILE_H
#define YJ_TESTS_EXPRESSION_COMPILE_H

#include "expression_pack.h"

/* A file more, of registers and lists. */
#ifndef MORE
#define MORE ""
#endif

static struct arena *arena;
static struct pack pack;
static struct policy *policy;
static struct diagnostics found;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(LIMIT_ARENA_POLICY);
    pack = (struct pack){0};
    pack_add(arena, &pack, S("pack.yaml"), (str){PACK, sizeof PACK - 1});
    pack_add(arena, &pack, S("case.yaml"), (str){CASE, sizeof CASE - 1});
    if (sizeof MORE > 1)
        pack_add(arena, &pack, S("more.yaml"), (str){MORE, sizeof MORE - 1});
    policy = policy_load(arena, &pack, &found);
    str text = diagnostics_print(arena, &found);
    if (!policy)
        print_error("%.*s", STR_FMT(text));
    return policy ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* Compiles as a condition of step review. Faults point into a file of that one line. */
static struct expression *compile(struct arena *into, str text, enum place place)
{
    struct pack line = {0};
    pack_add(into, &line, S("line.yaml"), text);
    struct load load = {.arena = into, .pack = &line, .diagnostics = &found, .policy = policy};
    struct node node = {.kind = NODE_SCALAR, .pos = {S("line.yaml"), 1, 1}, .text = text,
                        .plain = true};
    const struct procedure *procedure = policy_procedure(policy, S("sample"));
    struct scope scope = {procedure, procedure_step(procedure, S("review")), place, STR_NONE};
    found = (struct diagnostics){.errors = 0};
    return expression_compile(&load, &node, &scope);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif

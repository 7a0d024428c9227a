/* SPDX-License-Identifier: Apache-2.0
 *
 * The shipped pack that the targets of the policy room put an input into, or judge one by. It is
 * the real one, so that these targets follow the language as it grows. */
#ifndef YJ_FUZZ_POLICY_H
#define YJ_FUZZ_POLICY_H

#include "embed/embed.h"
#include "fuzz.h"
#include "policy/load_priv.h"

/* A pack of the binary with what it shares; the file of that name is left out when it is given. */
static inline struct pack fuzz_pack(struct arena *arena, const char *without)
{
    struct pack pack = {0};
    for (size_t i = 0; i < embedded_policies_n; i++) {
        const struct embedded *from = &embedded_policies[i];
        str folder, file, bytes = {(const char *)from->bytes, from->len};
        str_cut(str_of(from->path), '/', &folder, &file);
        if (str_eq(folder, S("common")))
            file = str_printf(arena, "common.%.*s", STR_FMT(file));
        else if (!str_eq(folder, S("zhengzhou-2019")))
            continue;
        if (!without || !str_eq(file, str_of(without)))
            pack_add(arena, &pack, file, bytes);
    }
    must(pack.files.len > 0);
    return pack;
}

/* The whole pack as a program, made once. */
static inline const struct policy *fuzz_policy(void)
{
    static struct policy *policy;
    static struct arena *arena;
    if (!policy) {
        struct diagnostics diagnostics;
        arena = arena_new(LIMIT_ARENA_POLICY);
        struct pack pack = fuzz_pack(arena, NULL);
        policy = policy_load(arena, &pack, &diagnostics);
        must(policy != NULL);
    }
    return policy;
}

/* What loads can be read aloud, each rule of it, and is no change of itself. */
static inline void fuzz_read(struct arena *arena, struct policy *policy)
{
    size_t n;
    struct rule *rules = policy_rules(arena, policy, &n);
    for (size_t i = 0; i < n; i++) {
        struct label said = rule_aloud(arena, policy, &rules[i]);
        must(said.zh.len > 0 && said.en.len > 0);
    }
    must(policy_aloud(arena, policy, LANGUAGE_ZH).len > 0);
    must(policy_aloud(arena, policy, LANGUAGE_EN).len > 0);
    must(policy_changes(arena, policy, policy, LANGUAGE_ZH).len == 0);
}

/* Loads a pack: it is refused with findings, or it is not; either way they can be printed. */
static inline void fuzz_load(struct arena *arena, const struct pack *pack, str input)
{
    struct diagnostics found;
    struct policy *policy = policy_load(arena, pack, &found);
    must((policy == NULL) == (found.errors > 0));
    str text = diagnostics_print(arena, &found);
    must(policy || text.len > 0);
    must(!utf8_valid(input) || utf8_valid(text));
    if (policy)
        fuzz_read(arena, policy);
}

#endif

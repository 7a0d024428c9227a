/* SPDX-License-Identifier: Apache-2.0
 * Keys and signatures from files: a text that is a key prints to one that is the same key; no
 * made-up signature holds. */
#include "crypt/crypt.h"
#include "fuzz.h"

static void run(struct arena *arena, str input)
{
    static struct sm2_key *own;
    struct err e = {0};
    struct sm2_key *key = NULL, *again = NULL;
    uint8_t a[65], b[65];
    if (!own)
        must(crypt_init(&e) && sm2_key_generate(&own, &e));
    must(!sm2_verify(own, S("log"), input));
    if (!sm2_key_load(input, &key, &e)) {
        must(e.code != ERR_NONE && e.msg[0]);
        return;
    }
    str pem;
    must(sm2_public_pem(arena, key, &pem, &e) && sm2_key_load(pem, &again, &e));
    must(sm2_public_point(key, a, &e) && sm2_public_point(again, b, &e));
    must(str_eq((str){(const char *)a, sizeof a}, (str){(const char *)b, sizeof b}));
    sm2_key_free(again);
    sm2_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}

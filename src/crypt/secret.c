/* SPDX-License-Identifier: Apache-2.0
 * Randomness and passwords. */
#include "crypt/crypt.h"

#include <sodium.h>
#include <string.h>

void random_bytes(void *out, size_t n)
{
    randombytes_buf(out, n);
}

str random_token(struct arena *arena, size_t bytes)
{
    uint8_t *raw = NEWS(arena, uint8_t, bytes);
    random_bytes(raw, bytes);
    str token = hex_encode(arena, raw, bytes);
    wipe(raw, bytes);
    return token;
}

str random_words(struct arena *arena, int groups)
{
    /* No i, l, o, 0, 1: read aloud or copied from paper they are taken for one another. */
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    must(groups > 0);
    struct buf words = buf_new(arena, (size_t)groups * 5);
    for (int i = 0; i < groups * 4; i++) {
        if (i && i % 4 == 0)
            buf_addc(&words, '-');
        buf_addc(&words, letters[randombytes_uniform(sizeof letters - 1)]);
    }
    return buf_str(&words);
}

/* ---- passwords --------------------------------------------------------------------------- */

enum { ARGON_PASSES = 2, ARGON_BYTES = 19 * 1024 * 1024 };

/* The method and libsodium's text after it; that text begins with "$" and names the method
 * again, its version and its costs, so that later costs can differ. */
static const str METHOD = {"argon2id$", 9};

bool password_hash(struct arena *arena, str password, str *out_stored, struct err *e)
{
    char text[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(text, password.len ? password.ptr : "", password.len, ARGON_PASSES,
                              ARGON_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return RAISE(e, IO, "password",
                     "there is no memory to hash a password (%d MiB are needed); try again",
                     ARGON_BYTES / 1024 / 1024);
    struct buf stored = buf_new(arena, METHOD.len + sizeof text);
    buf_add(&stored, METHOD);
    buf_add(&stored, str_of(text));
    *out_stored = buf_str(&stored);
    return true;
}

bool password_matches(struct arena *arena, str password, str stored)
{
    (void)arena;
    char text[crypto_pwhash_STRBYTES] = {0};
    if (!str_starts(stored, METHOD) || stored.len - METHOD.len >= sizeof text)
        return false;
    memcpy(text, stored.ptr + METHOD.len, stored.len - METHOD.len);
    return crypto_pwhash_str_verify(text, password.len ? password.ptr : "", password.len) == 0;
}

void wipe(void *bytes, size_t n)
{
    if (n)
        sodium_memzero(bytes, n);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * crypt: SM3 digests, SM2 signatures, salted MACs, passwords and randomness, each behind a small
 * call so that a certified module can take its place.
 *
 * Contract of the room: the only place that sees OpenSSL and libsodium. SM2 signatures always set
 * the identity 1234567812345678 (GM/T 0009); every stored secret names its method.
 */
#ifndef YJ_CRYPT_H
#define YJ_CRYPT_H

#include "base/base.h"

enum { SM3_BYTES = 32 };

struct digest {
    uint8_t bytes[SM3_BYTES];
};

struct digest sm3(str bytes);                            /* GB/T 32905 */
bool digest_equal(struct digest a, struct digest b);     /* constant time */
str digest_hex(struct arena *arena, struct digest digest);
bool digest_parse(str hex, struct digest *out) WARN_UNUSED;
struct digest hmac_sm3(str key, str bytes);

/* Incremental digest: sm3_start .. sm3_add .. sm3_end frees; sm3_drop frees unfinished. Both
 * take NULL. Heap, because it outlives units of work. */
struct sm3_stream;
struct sm3_stream *sm3_start(void);
void sm3_add(struct sm3_stream *stream, str bytes);
struct digest sm3_end(struct sm3_stream *stream);
void sm3_drop(struct sm3_stream *stream);

void random_bytes(void *out, size_t n);                  /* operating system randomness */
str random_token(struct arena *arena, size_t bytes);     /* hexadecimal */
/* A password or code a person can type: groups of letters and digits without look-alikes. */
str random_words(struct arena *arena, int groups);       /* "k7fd-m2xq-9rtw" */

/* SM2 key pair. Errors: CONFIG (not an SM2 key), IO. Heap; sm2_key_free takes NULL. */
struct sm2_key;
bool sm2_key_generate(struct sm2_key **out, struct err *e) WARN_UNUSED;
/* PKCS#8 PEM, unencrypted: the caller keeps the file at mode 0600. */
bool sm2_private_pem(struct arena *arena, const struct sm2_key *key, str *out, struct err *e)
    WARN_UNUSED;
bool sm2_public_pem(struct arena *arena, const struct sm2_key *key, str *out, struct err *e)
    WARN_UNUSED;
bool sm2_key_load(str pem, struct sm2_key **out, struct err *e) WARN_UNUSED; /* either kind */
void sm2_key_free(struct sm2_key *key);
/* The public point, 65 bytes uncompressed (04 x y). */
bool sm2_public_point(const struct sm2_key *key, uint8_t out[65], struct err *e) WARN_UNUSED;
bool sm2_sign(struct arena *arena, const struct sm2_key *key, str bytes, str *out_der,
              struct err *e) WARN_UNUSED;
bool sm2_verify(const struct sm2_key *key, str bytes, str der);

/* Stored form names the method: "argon2id$..." (19 MiB, t=2). Errors: IO (no memory). */
bool password_hash(struct arena *arena, str password, str *out_stored, struct err *e) WARN_UNUSED;
bool password_matches(struct arena *arena, str password, str stored);
void wipe(void *bytes, size_t n);
/* Call once before anything else of the room. */
bool crypt_init(struct err *e) WARN_UNUSED;

#endif

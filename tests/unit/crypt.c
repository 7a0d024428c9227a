/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypt/crypt.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    struct err e = {0};
    arena = arena_new(16 * 1024 * 1024);
    return crypt_init(&e) && crypt_init(&e) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_hex(struct digest digest, const char *hex)
{
    char *got = str_to_cstr(arena, digest_hex(arena, digest));
    assert_string_equal(got, hex);
}

/* ---- digests ----------------------------------------------------------------------------- */

static const char OF_NOTHING[] =
    "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";
static const char ABCD_16[] = "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd";

static void sm3_gives_the_published_vectors(void **state)
{
    (void)state;
    /* GB/T 32905-2016, annex A. */
    assert_hex(sm3(S("abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_hex(sm3(str_of(ABCD_16)),
               "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    assert_hex(sm3(S("")), OF_NOTHING);
    assert_hex(sm3(STR_NONE), OF_NOTHING);
}

static void a_stream_gives_the_digest_of_the_whole(void **state)
{
    (void)state;
    struct sm3_stream *stream = sm3_start();
    size_t at = 0;
    for (size_t piece = 1; at < 64; piece++) { /* 1, 2, 3 ... bytes, and the rest */
        size_t n = piece < 64 - at ? piece : 64 - at;
        sm3_add(stream, (str){ABCD_16 + at, n});
        at += n;
    }
    assert_true(digest_equal(sm3_end(stream), sm3(str_of(ABCD_16))));
    assert_hex(sm3_end(sm3_start()), OF_NOTHING);
    assert_hex(sm3_end(NULL), OF_NOTHING);
    stream = sm3_start();
    sm3_add(stream, S("unfinished"));
    sm3_drop(stream);
    sm3_drop(NULL);
}

static void hmac_gives_what_another_program_gives(void **state)
{
    (void)state;
    /* Python's hmac over the same digest. */
    assert_hex(hmac_sm3(S("key"), S("Hi There")),
               "e29c6bc1f954c7edd5cacc383092f5407dcde6b91d7556f9e8215550aa482420");
    char key[100];
    memset(key, 'k', sizeof key);
    assert_hex(hmac_sm3((str){key, sizeof key}, S("abc")),
               "2d87dd3ffa1452e8e40d9123a02824fb7dd98ae4a52683287245f1736dc610ef");
    assert_hex(hmac_sm3(STR_NONE, STR_NONE),
               "0d23f72ba15e9c189a879aefc70996b06091de6e64d31b7a84004356dd915261");
}

static void digests_are_read_strictly(void **state)
{
    (void)state;
    struct digest digest = sm3(S("abc")), read = {{0}};
    assert_true(digest_parse(digest_hex(arena, digest), &read));
    assert_true(digest_equal(read, digest));
    str bad[] = {S(""), S("66c7"),
                 S("66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0"),
                 S("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0 "),
                 S("g6c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(digest_parse(bad[i], &read));
    assert_true(digest_equal(read, digest)); /* a failure leaves what was there */
    for (int bit = 0; bit < SM3_BYTES * 8; bit++) {
        struct digest other = digest;
        other.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(digest_equal(other, digest));
    }
}

/* What the tree costs: printed for the record, and far below any sane machine's figure so that
 * a look-up of the digest in every call is noticed. */
static void digests_are_fast(void **state)
{
    (void)state;
    char node[65] = {1};
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    int n = 200000;
    for (int i = 0; i < n; i++) {
        struct digest digest = sm3((str){node, sizeof node});
        memcpy(node + 1, digest.bytes, SM3_BYTES);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    print_message("%.0f node digests a second\n", n / seconds);
    assert_true(n / seconds > 40000);
}

/* ---- randomness -------------------------------------------------------------------------- */

static void random_texts_have_their_form(void **state)
{
    (void)state;
    str token = random_token(arena, 32);
    assert_int_equal(token.len, 64);
    struct digest read;
    assert_true(digest_parse(token, &read));
    assert_false(str_eq(token, random_token(arena, 32)));

    bool seen[256] = {false};
    for (int i = 0; i < 200; i++) {
        str words = random_words(arena, 3);
        assert_int_equal(words.len, 14);
        for (size_t k = 0; k < words.len; k++) {
            assert_int_equal(words.ptr[k] == '-', k == 4 || k == 9);
            seen[(unsigned char)words.ptr[k]] = true;
        }
    }
    assert_false(seen['i'] || seen['l'] || seen['o'] || seen['0'] || seen['1']);
    assert_true(seen['a'] && seen['z'] && seen['2'] && seen['9']); /* 2,400 draws of 31 */
    assert_int_equal(random_words(arena, 1).len, 4);
}

static void wiped_bytes_are_gone(void **state)
{
    (void)state;
    char secret[] = "a secret";
    wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++)
        assert_int_equal(secret[i], 0);
    wipe(NULL, 0);
}

/* ---- SM2 --------------------------------------------------------------------------------- */

/* GB/T 32918.5-2017, annex A.2: the key and the signature of "message digest" under the identity
 * 1234567812345678. */
static const char GB_KEY[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAECfnfMR5UIaFQ3X0WHkvFxnIXn60Y\n"
    "M/wHa7CP81bzUCDM6kkM4md1pS3G6nGMwapgCu0F+/NeCEpmMvYHLamtEw==\n"
    "-----END PUBLIC KEY-----\n";
static const char GB_SIGNATURE[] =
    "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

/* Made by the openssl command for this test, and by it a signature of "abc" without identity. */
static const char TEST_KEY[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgG4J4d7MXaCb9Vwhr\n"
    "8vfiFoOy2wGHlPfq78KEKsZSV1yhRANCAASZfnQUDIH9tGEul8mTs0mZCjbdv99G\n"
    "hMV8vOvSYtqDFlYUcQNtfckRS3M1ha7JbxbFVBCL00u6Q2r91l+eylWL\n"
    "-----END PRIVATE KEY-----\n";
static const char SIGNATURE_WITHOUT_IDENTITY[] =
    "3044022008ae87f3b55ad2666180fcdb8a522f95419d966427c8fc77f092a5f3203fd4cb"
    "022018198880f199fc61f650a09ac9ba5431306fdb9d06abe17f868d57250e96b2c2";

/* A key on another curve. */
static const char P256_KEY[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgmhffqPU28Ku7eKe4\n"
    "HqdOZImEOITp+R4bHMDbLfafnE2hRANCAARbCP9EaB1GlVbLkfIVqEURa/e4/kBK\n"
    "tFSbFSklJhwvxfUvBdsw6+xLrEXoWeZmMERpqXM0JtcX5NOuoP6rTyub\n"
    "-----END PRIVATE KEY-----\n";

static str unhex(const char *hex)
{
    size_t n = strlen(hex) / 2;
    uint8_t *bytes = NEWS(arena, uint8_t, n);
    assert_true(hex_decode(str_of(hex), bytes, n));
    return (str){(const char *)bytes, n};
}

static struct sm2_key *loaded(const char *pem)
{
    struct err e = {0};
    struct sm2_key *key = NULL;
    if (!sm2_key_load(str_of(pem), &key, &e))
        fail_msg("%s: %s", e.where, e.msg);
    return key;
}

static void the_published_signature_holds(void **state)
{
    (void)state;
    struct sm2_key *key = loaded(GB_KEY);
    str der = unhex(GB_SIGNATURE);
    assert_true(sm2_verify(key, S("message digest"), der));
    assert_false(sm2_verify(key, S("message digesT"), der));
    uint8_t point[65];
    struct err e = {0};
    assert_true(sm2_public_point(key, point, &e));
    assert_int_equal(point[0], 4);
    assert_int_equal(point[1], 0x09);
    assert_int_equal(point[64], 0x13);
    sm2_key_free(key);
}

/* OpenSSL's own default: were the identity not set, this signature would hold. */
static void a_signature_without_identity_is_refused(void **state)
{
    (void)state;
    struct sm2_key *key = loaded(TEST_KEY);
    assert_false(sm2_verify(key, S("abc"), unhex(SIGNATURE_WITHOUT_IDENTITY)));
    sm2_key_free(key);
}

static void signatures_hold_until_they_are_altered(void **state)
{
    (void)state;
    struct err e = {0};
    struct sm2_key *key = NULL, *stranger = NULL;
    assert_true(sm2_key_generate(&key, &e) && sm2_key_generate(&stranger, &e));
    str text = S("yunjian/test\n1\nAAAA\n"), der = STR_NONE;
    assert_true(sm2_sign(arena, key, text, &der, &e));
    assert_in_range(der.len, 68, 72);
    assert_true(sm2_verify(key, text, der));
    assert_false(sm2_verify(stranger, text, der));
    char *bytes = str_to_cstr(arena, text);
    for (size_t bit = 0; bit < text.len * 8; bit += 3) {
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        assert_false(sm2_verify(key, (str){bytes, text.len}, der));
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    char *altered = NEWS(arena, char, der.len + 1);
    memcpy(altered, der.ptr, der.len);
    for (size_t bit = 0; bit < der.len * 8; bit++) {
        altered[bit / 8] ^= (char)(1 << bit % 8);
        assert_false(sm2_verify(key, text, (str){altered, der.len}));
        altered[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t n = 0; n < der.len; n++)
        assert_false(sm2_verify(key, text, (str){altered, n}));
    assert_false(sm2_verify(key, text, (str){altered, der.len + 1}));
    assert_true(sm2_sign(arena, key, STR_NONE, &der, &e) && sm2_verify(key, STR_NONE, der));
    sm2_key_free(key);
    sm2_key_free(stranger);
}

static void keys_survive_their_files(void **state)
{
    (void)state;
    struct err e = {0};
    struct sm2_key *key = NULL;
    assert_true(sm2_key_generate(&key, &e));
    str private = STR_NONE, public = STR_NONE, der = STR_NONE, again = STR_NONE;
    assert_true(sm2_private_pem(arena, key, &private, &e));
    assert_true(sm2_public_pem(arena, key, &public, &e));
    assert_true(str_starts(private, S("-----BEGIN PRIVATE KEY-----\n")));
    assert_true(str_starts(public, S("-----BEGIN PUBLIC KEY-----\n")));
    struct sm2_key *signer = loaded(str_to_cstr(arena, private));
    struct sm2_key *reader = loaded(str_to_cstr(arena, public));
    assert_true(sm2_sign(arena, signer, S("text"), &der, &e));
    assert_true(sm2_verify(reader, S("text"), der) && sm2_verify(key, S("text"), der));
    assert_true(sm2_private_pem(arena, signer, &again, &e) && str_eq(again, private));
    uint8_t a[65], b[65];
    assert_true(sm2_public_point(key, a, &e) && sm2_public_point(reader, b, &e));
    assert_memory_equal(a, b, sizeof a);

    assert_false(sm2_sign(arena, reader, S("text"), &der, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    assert_string_equal(e.msg, "a public key cannot sign; give the private key of the log instead");
    e = (struct err){0};
    assert_false(sm2_private_pem(arena, reader, &again, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    sm2_key_free(key);
    sm2_key_free(signer);
    sm2_key_free(reader);
    sm2_key_free(NULL);
}

static void other_keys_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *pem, *msg;
    } refused[] = {
        {P256_KEY, "the key is of the kind EC; give a key on the curve SM2"},
        {"", "no key can be read; expected an unencrypted PEM block PRIVATE KEY (PKCS#8) or "
             "PUBLIC KEY"},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
         "no key can be read; expected an unencrypted PEM block PRIVATE KEY (PKCS#8) or "
         "PUBLIC KEY"},
        {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
         "no key can be read; expected an unencrypted PEM block PRIVATE KEY (PKCS#8) or "
         "PUBLIC KEY"},
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct err e = {0};
        struct sm2_key *key = NULL;
        assert_false(sm2_key_load(str_of(refused[i].pem), &key, &e));
        assert_null(key);
        assert_int_equal(e.code, ERR_CONFIG);
        assert_string_equal(e.msg, refused[i].msg);
    }
}

/* ---- passwords --------------------------------------------------------------------------- */

static void passwords_match_only_themselves(void **state)
{
    (void)state;
    struct err e = {0};
    str stored = STR_NONE, second = STR_NONE, password = S("云鉴 correct horse");
    assert_true(password_hash(arena, password, &stored, &e));
    assert_true(password_hash(arena, password, &second, &e));
    assert_true(str_starts(stored, S("argon2id$$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_false(str_eq(stored, second)); /* salted */
    assert_true(utf8_valid(stored));
    assert_true(password_matches(arena, password, stored));
    assert_true(password_matches(arena, password, second));
    assert_false(password_matches(arena, S("云鉴 correct horsE"), stored));
    assert_false(password_matches(arena, STR_NONE, stored));

    char *altered = str_to_cstr(arena, stored);
    altered[stored.len - 2] = altered[stored.len - 2] == 'A' ? 'B' : 'A';
    assert_false(password_matches(arena, password, str_of(altered)));
    /* A text that names no method, or another, never matches. */
    assert_false(password_matches(arena, password, STR_NONE));
    assert_false(password_matches(arena, password, (str){stored.ptr + 9, stored.len - 9}));
    assert_false(password_matches(arena, password, S("plain$云鉴 correct horse")));
    assert_false(password_matches(arena, password, S("argon2id$")));
    char *long_text = NEWS(arena, char, 4096);
    memset(long_text, 'x', 4096);
    memcpy(long_text, "argon2id$", 9);
    assert_false(password_matches(arena, password, (str){long_text, 4096}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm3_gives_the_published_vectors),
        cmocka_unit_test(a_stream_gives_the_digest_of_the_whole),
        cmocka_unit_test(hmac_gives_what_another_program_gives),
        cmocka_unit_test(digests_are_read_strictly),
        cmocka_unit_test(digests_are_fast),
        cmocka_unit_test(random_texts_have_their_form),
        cmocka_unit_test(wiped_bytes_are_gone),
        cmocka_unit_test(the_published_signature_holds),
        cmocka_unit_test(a_signature_without_identity_is_refused),
        cmocka_unit_test(signatures_hold_until_they_are_altered),
        cmocka_unit_test(keys_survive_their_files),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(passwords_match_only_themselves),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

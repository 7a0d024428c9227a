/* SPDX-License-Identifier: Apache-2.0 */
#include "crypt/crypt_priv.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <sodium.h>
#include <string.h>

/* Set once at start, before there are threads; read by all of them. */
static EVP_MD *md_sm3;
static EVP_MAC_CTX *mac_hmac;    /* HMAC with SM3 and no bytes of key: what each use copies */

static bool make_hmac(void)
{
    char name[] = "SM3";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    mac_hmac = mac ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac);
    return mac_hmac && EVP_MAC_init(mac_hmac, (const unsigned char *)"", 0, params);
}

bool crypt_init(struct err *e)
{
    if (sodium_init() < 0)
        return RAISE(e, IO, "libsodium", "libsodium cannot start; reinstall the library");
    if (!md_sm3)
        md_sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
    if (!md_sm3 || (!mac_hmac && !make_hmac()))
        return RAISE(e, CONFIG, "OpenSSL",
                     "OpenSSL offers no SM3; use a build of it with the default provider");
    return true;
}

const EVP_MD *vendor_sm3(void)
{
    must(md_sm3 != NULL);
    return md_sm3;
}

bool vendor_failed(struct err *e, const char *what)
{
    char reason[160];
    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
    ERR_clear_error();
    return RAISE(e, IO, "OpenSSL", "%s: %s", what, reason);
}

/* ---- digests ----------------------------------------------------------------------------- */

struct digest sm3(str bytes)
{
    struct digest digest;
    unsigned int n = 0;
    must(EVP_Digest(bytes.len ? bytes.ptr : "", bytes.len, digest.bytes, &n, vendor_sm3(), NULL));
    must(n == SM3_BYTES);
    return digest;
}

bool digest_equal(struct digest a, struct digest b)
{
    return CRYPTO_memcmp(a.bytes, b.bytes, SM3_BYTES) == 0;
}

str digest_hex(struct arena *arena, struct digest digest)
{
    return hex_encode(arena, digest.bytes, SM3_BYTES);
}

bool digest_parse(str hex, struct digest *out)
{
    struct digest digest;
    if (!hex_decode(hex, digest.bytes, SM3_BYTES))
        return false;
    *out = digest;
    return true;
}

struct digest hmac_sm3(str key, str bytes)
{
    must(mac_hmac != NULL);
    struct digest digest;
    size_t n = 0;
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_dup(mac_hmac);
    /* A NULL key would mean "the key set before". */
    must(ctx);
    must(EVP_MAC_init(ctx, (const unsigned char *)(key.len ? key.ptr : ""), key.len, NULL));
    must(EVP_MAC_update(ctx, (const unsigned char *)(bytes.len ? bytes.ptr : ""), bytes.len));
    must(EVP_MAC_final(ctx, digest.bytes, &n, SM3_BYTES) && n == SM3_BYTES);
    EVP_MAC_CTX_free(ctx);
    return digest;
}

struct sm3_stream {
    EVP_MD_CTX *ctx;
};

struct sm3_stream *sm3_start(void)
{
    struct sm3_stream *stream = OPENSSL_zalloc(sizeof *stream);
    must(stream != NULL);
    stream->ctx = EVP_MD_CTX_new();
    must(stream->ctx && EVP_DigestInit_ex2(stream->ctx, vendor_sm3(), NULL));
    return stream;
}

void sm3_add(struct sm3_stream *stream, str bytes)
{
    must(EVP_DigestUpdate(stream->ctx, bytes.ptr, bytes.len));
}

struct digest sm3_end(struct sm3_stream *stream)
{
    if (!stream)
        return sm3(STR_NONE);
    struct digest digest;
    unsigned int n = 0;
    must(EVP_DigestFinal_ex(stream->ctx, digest.bytes, &n) && n == SM3_BYTES);
    sm3_drop(stream);
    return digest;
}

void sm3_drop(struct sm3_stream *stream)
{
    if (!stream)
        return;
    EVP_MD_CTX_free(stream->ctx);
    OPENSSL_free(stream);
}

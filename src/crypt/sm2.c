/* SPDX-License-Identifier: Apache-2.0
 * SM2 (GB/T 32918) with SM3. OpenSSL's identity is empty unless it is set, and a signature made
 * with one identity fails under another, so every operation sets it here and nowhere else. */
#include "crypt/crypt_priv.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

static const char IDENTITY[] = "1234567812345678"; /* GM/T 0009 */
enum { POINT_BYTES = 65, DER_MAX = 80, PEM_MAX = 1024 };

struct sm2_key {
    EVP_PKEY *pkey;
    bool private;
};

static struct sm2_key *key_of(EVP_PKEY *pkey, bool private)
{
    struct sm2_key *key = OPENSSL_zalloc(sizeof *key);
    must(key != NULL);
    *key = (struct sm2_key){pkey, private};
    return key;
}

bool sm2_key_generate(struct sm2_key **out, struct err *e)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    if (!pkey)
        return vendor_failed(e, "no SM2 key can be made");
    *out = key_of(pkey, true);
    return true;
}

void sm2_key_free(struct sm2_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    OPENSSL_free(key);
}

/* ---- PEM --------------------------------------------------------------------------------- */

/* The secret passes through one buffer that OpenSSL wipes when it frees it. */
static bool take_pem(struct arena *arena, BIO *bio, str *out)
{
    char *text;
    long n = BIO_get_mem_data(bio, &text);
    if (n <= 0 || n > PEM_MAX)
        return false;
    char copy[PEM_MAX];
    memcpy(copy, text, (size_t)n);
    BIO_free(bio);
    *out = str_dup(arena, (str){copy, (size_t)n});
    OPENSSL_cleanse(copy, sizeof copy);
    return true;
}

static bool write_pem(struct arena *arena, const struct sm2_key *key, bool private, str *out,
                      struct err *e)
{
    BIO *bio = BIO_new(BIO_s_mem());
    must(bio != NULL);
    int written = private
        ? PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL)
        : PEM_write_bio_PUBKEY(bio, key->pkey);
    if (written == 1 && take_pem(arena, bio, out))
        return true;
    BIO_free(bio);
    return vendor_failed(e, "the SM2 key cannot be written as PEM");
}

bool sm2_private_pem(struct arena *arena, const struct sm2_key *key, str *out, struct err *e)
{
    if (!key->private)
        return RAISE(e, CONFIG, "SM2 key",
                     "this is a public key; give the private key of the log instead");
    return write_pem(arena, key, true, out, e);
}

bool sm2_public_pem(struct arena *arena, const struct sm2_key *key, str *out, struct err *e)
{
    return write_pem(arena, key, false, out, e);
}

/* Without this OpenSSL would ask for a passphrase on the terminal. */
static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
    (void)buf, (void)size, (void)writing, (void)ctx;
    return -1;
}

bool sm2_key_load(str pem, struct sm2_key **out, struct err *e)
{
    bool private = str_has(pem, S("-----BEGIN PRIVATE KEY-----"));
    if (pem.len > PEM_MAX * 4)
        return RAISE(e, CONFIG, "SM2 key", "%zu bytes are too many for one key in PEM; give the "
                     "file of the key alone", pem.len);
    BIO *bio = BIO_new_mem_buf(pem.len ? pem.ptr : "", (int)pem.len);
    must(bio != NULL);
    EVP_PKEY *pkey = private ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL)
                             : PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    ERR_clear_error();
    if (!pkey)
        return RAISE(e, CONFIG, "SM2 key",
                     "no key can be read; expected an unencrypted PEM block PRIVATE KEY (PKCS#8) "
                     "or PUBLIC KEY");
    if (!EVP_PKEY_is_a(pkey, "SM2")) {
        bool no = RAISE(e, CONFIG, "SM2 key",
                        "the key is of the kind %s; give a key on the curve SM2",
                        EVP_PKEY_get0_type_name(pkey));
        EVP_PKEY_free(pkey);
        return no;
    }
    *out = key_of(pkey, private);
    return true;
}

bool sm2_public_point(const struct sm2_key *key, uint8_t out[65], struct err *e)
{
    uint8_t point[POINT_BYTES];
    size_t n = 0;
    /* A key file may hold the point compressed; the name of the key must not depend on that. */
    EVP_PKEY *copy = EVP_PKEY_dup(key->pkey);
    bool got = copy
        && EVP_PKEY_set_utf8_string_param(copy, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                          "uncompressed")
        && EVP_PKEY_get_octet_string_param(copy, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n)
        && n == POINT_BYTES && point[0] == 4;
    EVP_PKEY_free(copy);
    if (!got)
        return vendor_failed(e, "the public point of the SM2 key cannot be read");
    memcpy(out, point, POINT_BYTES);
    return true;
}

/* ---- signatures -------------------------------------------------------------------------- */

struct operation {
    EVP_MD_CTX *md;
    EVP_PKEY_CTX *pkey;
};

static void operation_end(struct operation *operation)
{
    EVP_MD_CTX_free(operation->md);
    EVP_PKEY_CTX_free(operation->pkey);
}

static bool operation_start(struct operation *operation, const struct sm2_key *key)
{
    operation->md = EVP_MD_CTX_new();
    operation->pkey = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    must(operation->md && operation->pkey);
    EVP_MD_CTX_set_pkey_ctx(operation->md, operation->pkey);
    return EVP_PKEY_CTX_set1_id(operation->pkey, IDENTITY, sizeof IDENTITY - 1) == 1;
}

bool sm2_sign(struct arena *arena, const struct sm2_key *key, str bytes, str *out_der,
              struct err *e)
{
    if (!key->private)
        return RAISE(e, CONFIG, "SM2 key",
                     "a public key cannot sign; give the private key of the log instead");
    unsigned char der[DER_MAX];
    size_t n = sizeof der;
    struct operation sign;
    bool done = operation_start(&sign, key)
        && EVP_DigestSignInit(sign.md, NULL, vendor_sm3(), NULL, key->pkey) == 1
        && EVP_DigestSign(sign.md, der, &n, (const unsigned char *)(bytes.len ? bytes.ptr : ""),
                          bytes.len) == 1;
    operation_end(&sign);
    if (!done)
        return vendor_failed(e, "the SM2 signature cannot be made");
    *out_der = str_dup(arena, (str){(const char *)der, n});
    return true;
}

bool sm2_verify(const struct sm2_key *key, str bytes, str der)
{
    if (der.len == 0 || der.len > DER_MAX)
        return false;
    struct operation verify;
    bool good = operation_start(&verify, key)
        && EVP_DigestVerifyInit(verify.md, NULL, vendor_sm3(), NULL, key->pkey) == 1
        && EVP_DigestVerify(verify.md, (const unsigned char *)der.ptr, der.len,
                            (const unsigned char *)(bytes.len ? bytes.ptr : ""), bytes.len) == 1;
    operation_end(&verify);
    ERR_clear_error();
    return good;
}

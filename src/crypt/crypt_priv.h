/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_CRYPT_PRIV_H
#define YJ_CRYPT_PRIV_H

#include "crypt/crypt.h"

#include <openssl/evp.h>

/* Looked up once by crypt_init: the lookup costs more than a digest does. */
const EVP_MD *vendor_sm3(void);
/* Raises IO with OpenSSL's own reason, and empties its queue of errors. */
bool vendor_failed(struct err *e, const char *what);

#endif

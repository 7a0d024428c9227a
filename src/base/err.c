/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void must_fail(const char *expression, const char *file, int line)
{
    char text[512];
    int n = snprintf(text, sizeof text, "yunjian: broken invariant at %s:%d: %s\n", file, line,
                     expression);
    if (n > 0) {
        /* Nothing sensible is left to do when standard error is gone too. */
        ssize_t ignored = write(2, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
        (void)ignored;
    }
    abort();
}

/* Cuts at a whole UTF-8 character, so that a long Chinese message stays readable. No character has
 * more than three bytes behind its first: what goes on longer is none, and is cut where it is. */
static void copy_text(char *to, size_t cap, const char *from)
{
    size_t len = strlen(from);
    if (len >= cap) {
        size_t whole = len = cap - 1;
        for (int i = 0; i < 3 && whole > 0 && ((unsigned char)from[whole] & 0xc0) == 0x80; i++)
            whole--;
        if (((unsigned char)from[whole] & 0xc0) != 0x80)
            len = whole;
    }
    memcpy(to, from, len);
    to[len] = 0;
}

bool err_raise(struct err *e, enum err_code code, const char *file, int line, const char *where,
               const char *fmt, ...)
{
    if (!e || e->code != ERR_NONE)
        return false;
    char msg[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    e->code = code;
    e->file = file;
    e->line = line;
    copy_text(e->where, sizeof e->where, where ? where : "");
    copy_text(e->msg, sizeof e->msg, msg);
    return false;
}

int err_status(enum err_code code)
{
    switch (code) {
#define X(symbol, status, retry) case ERR_##symbol: return status;
        ERR_CODES(X)
#undef X
    }
    return 500;
}

bool err_retryable(enum err_code code)
{
    switch (code) {
#define X(symbol, status, retry) case ERR_##symbol: return retry;
        ERR_CODES(X)
#undef X
    }
    return false;
}

const char *err_name(enum err_code code)
{
    switch (code) {
    case ERR_NONE: return "none";
    case ERR_INPUT: return "bad-input";
    case ERR_DENIED: return "denied";
    case ERR_NOT_FOUND: return "not-found";
    case ERR_CONFLICT: return "conflict";
    case ERR_LIMIT: return "over-limit";
    case ERR_BUSY: return "busy";
    case ERR_FULL: return "storage-full";
    case ERR_UNKNOWN: return "unknown";
    case ERR_CORRUPT: return "corrupt";
    case ERR_CONFIG: return "configuration";
    case ERR_IO: return "input-output";
    }
    return "unknown";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

str str_of(const char *c)
{
    return c ? (str){c, strlen(c)} : STR_NONE;
}

bool str_eq(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int str_cmp(str a, str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(str s, str prefix)
{
    return s.len >= prefix.len && str_eq((str){s.ptr, prefix.len}, prefix);
}

bool str_ends(str s, str suffix)
{
    return s.len >= suffix.len && str_eq((str){s.ptr + (s.len - suffix.len), suffix.len}, suffix);
}

bool str_has(str s, str part)
{
    if (part.len == 0)
        return true;
    for (size_t i = 0; i + part.len <= s.len; i++)
        if (memcmp(s.ptr + i, part.ptr, part.len) == 0)
            return true;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    while (s.len && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool str_cut(str s, char at, str *out_head, str *out_tail)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == at) {
            *out_head = (str){s.ptr, i};
            *out_tail = (str){s.ptr + i + 1, s.len - i - 1};
            return true;
        }
    }
    *out_head = s;
    *out_tail = STR_NONE;
    return false;
}

str str_dup(struct arena *arena, str s)
{
    if (s.len == 0)
        return (str){"", 0};
    char *copy = NEWS(arena, char, s.len);
    memcpy(copy, s.ptr, s.len);
    return (str){copy, s.len};
}

char *str_to_cstr(struct arena *arena, str s)
{
    must(s.len == 0 || memchr(s.ptr, 0, s.len) == NULL);
    char *copy = NEWS(arena, char, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    return copy;
}

str str_vprintf(struct arena *arena, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    must(len >= 0);
    char *text = NEWS(arena, char, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return (str){text, (size_t)len};
}

str str_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str s = str_vprintf(arena, fmt, args);
    va_end(args);
    return s;
}

bool str_to_i64(str s, int64_t *out)
{
    bool minus = s.len > 0 && s.ptr[0] == '-';
    str digits = minus ? (str){s.ptr + 1, s.len - 1} : s;
    if (digits.len == 0 || (digits.ptr[0] == '0' && (digits.len > 1 || minus)))
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.ptr[i];
        if (c < '0' || c > '9')
            return false;
        /* Built downwards, so that INT64_MIN parses and overflow is one check. */
        if (!i64_mul(value, 10, &value) || !i64_add(value, -(c - '0'), &value))
            return false;
    }
    if (!minus && value == INT64_MIN)
        return false;
    *out = minus ? value : -value;
    return true;
}

enum { NEAREST_WORD_MAX = 64 };

static size_t distance(str a, str b)
{
    size_t row[NEAREST_WORD_MAX + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t above = row[j];
            size_t best = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[b.len];
}

str str_nearest(str word, const str *candidates, size_t n)
{
    str best = STR_NONE;
    size_t best_distance = 1 + word.len / 3;
    if (word.len > NEAREST_WORD_MAX)
        return best;
    for (size_t i = 0; i < n; i++) {
        if (candidates[i].len > NEAREST_WORD_MAX)
            continue;
        size_t d = distance(word, candidates[i]);
        if (d < best_distance || (d == best_distance && !best.ptr)) {
            best = candidates[i];
            best_distance = d;
        }
    }
    return best;
}

uint64_t str_hash(str s)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    return hash;
}

struct buf buf_new(struct arena *arena, size_t cap_hint)
{
    size_t cap = cap_hint < 64 ? 64 : cap_hint;
    return (struct buf){.arena = arena, .ptr = NEWS(arena, char, cap), .len = 0, .cap = cap};
}

static void reserve(struct buf *buf, size_t more)
{
    if (more <= buf->cap - buf->len)
        return;
    size_t cap = buf->cap * 2;
    if (cap < buf->len + more)
        cap = buf->len + more;
    char *grown = NEWS(buf->arena, char, cap);
    memcpy(grown, buf->ptr, buf->len);
    buf->ptr = grown;
    buf->cap = cap;
}

void buf_add(struct buf *buf, str s)
{
    if (s.len == 0)
        return;
    reserve(buf, s.len);
    memcpy(buf->ptr + buf->len, s.ptr, s.len);
    buf->len += s.len;
}

void buf_addc(struct buf *buf, char c)
{
    reserve(buf, 1);
    buf->ptr[buf->len++] = c;
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    buf_add(buf, str_vprintf(buf->arena, fmt, args));
    va_end(args);
}

void buf_add_i64(struct buf *buf, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    buf_add(buf, (str){digits + at, sizeof digits - at});
}

str buf_str(const struct buf *buf)
{
    return (str){buf->ptr, buf->len};
}

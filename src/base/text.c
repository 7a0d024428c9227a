/* SPDX-License-Identifier: Apache-2.0
 * Encodings (UTF-8, hexadecimal, base64) and the seeded generator. */
#include "base/base.h"

#include <string.h>
#include <utf8proc.h>

/* Are these eight bytes ASCII, none of them zero? */
static bool eight_ascii(const char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return ((word | (word - ones)) & tops) == 0;
}

bool utf8_valid(str s)
{
    size_t at = 0;
    while (at < s.len) {
        /* Most bytes are ASCII and need no library. */
        if (s.len - at >= 8 && eight_ascii(s.ptr + at)) {
            at += 8;
            continue;
        }
        unsigned char c = (unsigned char)s.ptr[at];
        if (c > 0 && c < 0x80) {
            at++;
            continue;
        }
        utf8proc_int32_t point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)s.ptr + at,
                                                 (utf8proc_ssize_t)(s.len - at), &point);
        if (used <= 0 || point == 0)
            return false;
        at += (size_t)used;
    }
    return true;
}

str hex_encode(struct arena *arena, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;
    char *text = NEWS(arena, char, len * 2 + 1);
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 15];
    }
    return (str){text, len * 2};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool hex_decode(str hex, uint8_t *out, size_t len)
{
    if (hex.len != len * 2)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(hex.ptr[2 * i]), low = hex_digit(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

str base64_encode(struct arena *arena, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    struct buf out = buf_new(arena, (len + 2) / 3 * 4);
    for (size_t i = 0; i < len; i += 3) {
        uint32_t group = (uint32_t)from[i] << 16;
        group |= i + 1 < len ? (uint32_t)from[i + 1] << 8 : 0;
        group |= i + 2 < len ? from[i + 2] : 0;
        buf_addc(&out, BASE64[group >> 18]);
        buf_addc(&out, BASE64[(group >> 12) & 63]);
        buf_addc(&out, i + 1 < len ? BASE64[(group >> 6) & 63] : '=');
        buf_addc(&out, i + 2 < len ? BASE64[group & 63] : '=');
    }
    return buf_str(&out);
}

static int base64_digit(char c)
{
    for (int i = 0; i < 64; i++)
        if (BASE64[i] == c)
            return i;
    return -1;
}

bool base64_decode(struct arena *arena, str text, str *out)
{
    if (text.len % 4 != 0)
        return false;
    struct buf bytes = buf_new(arena, text.len / 4 * 3);
    for (size_t i = 0; i < text.len; i += 4) {
        bool last = i + 4 == text.len;
        int pad = !last ? 0 : (text.ptr[i + 3] == '=') + (text.ptr[i + 2] == '=');
        if (pad == 1 && text.ptr[i + 3] != '=')
            return false;
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            int digit = (int)k >= 4 - pad ? 0 : base64_digit(text.ptr[i + k]);
            if (digit < 0)
                return false;
            group = group << 6 | (uint32_t)digit;
        }
        /* One encoding per value: the bits under the padding must be zero. */
        if ((pad == 1 && group & 0xff) || (pad == 2 && group & 0xffff))
            return false;
        for (int k = 0; k < 3 - pad; k++)
            buf_addc(&bytes, (char)(group >> (16 - 8 * k) & 0xff));
    }
    *out = buf_str(&bytes);
    return true;
}

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void prng_seed(struct prng *prng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15u;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        prng->state[i] = z ^ (z >> 31);
    }
}

uint64_t prng_next(struct prng *prng)
{
    uint64_t *s = prng->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t prng_below(struct prng *prng, uint64_t limit)
{
    must(limit > 0);
    uint64_t reject = UINT64_MAX - UINT64_MAX % limit;
    uint64_t draw;
    do {
        draw = prng_next(prng);
    } while (draw >= reject);
    return draw % limit;
}

bool prng_chance(struct prng *prng, int percent)
{
    return prng_below(prng, 100) < (uint64_t)percent;
}

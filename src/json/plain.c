/* SPDX-License-Identifier: Apache-2.0
 * The journal and the documents in rows are read far more often than anything from outside, and
 * they are of one plain form. First the whole text is proven to be of it, then the document is
 * made, whose texts lie in one copy. What is not of this form is for parse.c to read or refuse. */
#include "json/json.h"

#include <string.h>

enum {
    DIGITS_MAX = 16,         /* of 2^53 - 1 */
    COUNTS_MAX = 128,        /* lists and maps whose length is remembered; few texts have more */
};

struct plain {
    str text;
    size_t at;
    struct json_limits limits;
    int depth;
    int64_t members;
    struct arena *arena;
    size_t containers;       /* begun so far, in both passes */
    uint32_t *counts;        /* items of each, as the proof found them; NULL: nobody asks */
};

static char next(const struct plain *p)
{
    return p->at < p->text.len ? p->text.ptr[p->at] : 0;
}

static bool skip(struct plain *p, char c)
{
    if (next(p) != c)
        return false;
    p->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- the proof --------------------------------------------------------------------------- */

static bool prove_value(struct plain *p);

static bool prove_text(struct plain *p, str *out)
{
    if (!skip(p, '"'))
        return false;
    size_t start = p->at;
    for (; p->at < p->text.len; p->at++) {
        unsigned char c = (unsigned char)p->text.ptr[p->at];
        if (c == '"') {
            *out = (str){p->text.ptr + start, p->at - start};
            p->at++;
            return true;
        }
        if (c < 0x20 || c == '\\')
            return false;
    }
    return false;
}

static bool prove_word(struct plain *p, str word)
{
    str rest = {p->text.ptr + p->at, p->text.len - p->at};
    p->at += word.len;
    return str_starts(rest, word);
}

/* Zero is written one way only, and the rest must fit. */
static bool take_number(struct plain *p, int64_t *out)
{
    bool minus = skip(p, '-');
    size_t start = p->at;
    int64_t value = 0;
    while (is_digit(next(p)) && p->at - start < DIGITS_MAX)
        value = value * 10 + (p->text.ptr[p->at++] - '0');
    size_t digits = p->at - start;
    *out = minus ? -value : value;
    return digits > 0 && value <= LIMIT_JSON_INTEGER &&
           (p->text.ptr[start] != '0' || (digits == 1 && !minus));
}

/* The items of a list, or the members of a map with their keys ascending. */
static bool prove_items(struct plain *p, bool is_map, char end)
{
    str key, before = STR_NONE;
    size_t self = p->containers++;
    int64_t n = 0;
    p->at++;
    if (++p->depth > p->limits.depth)
        return false;
    for (; !skip(p, end); n++) {
        if ((n && !skip(p, ',')) || ++p->members > p->limits.members)
            return false;
        if (is_map && (!prove_text(p, &key) || (n && str_cmp(before, key) >= 0) ||
                       !skip(p, ':')))
            return false;
        before = is_map ? key : before;
        if (!prove_value(p))
            return false;
    }
    p->depth--;
    if (p->counts && self < COUNTS_MAX)
        p->counts[self] = (uint32_t)n;
    return true;
}

static bool prove_value(struct plain *p)
{
    str text;
    int64_t number;
    switch (next(p)) {
    case '{': return prove_items(p, true, '}');
    case '[': return prove_items(p, false, ']');
    case '"': return prove_text(p, &text);
    case 't': return prove_word(p, S("true"));
    case 'f': return prove_word(p, S("false"));
    case 'n': return prove_word(p, S("null"));
    }
    return take_number(p, &number);
}

/* ---- the document, of a text that was proven ---------------------------------------------- */

static struct doc *make_value(struct plain *p);

static str make_text(struct plain *p)
{
    const char *start = p->text.ptr + ++p->at;
    const char *end = memchr(start, '"', p->text.len - p->at);
    must(end != NULL);
    str text = {start, (size_t)(end - start)};
    p->at += text.len + 1;
    return text;
}

/* How many items stand from here to the end of the list or map. */
static size_t count_items(struct plain *p)
{
    size_t self = p->containers++, start = p->at, n = 1;
    if (self < COUNTS_MAX)
        return p->counts[self];
    if (next(p) == ']' || next(p) == '}')
        return 0;
    for (int depth = 0; depth >= 0;) {
        char c = next(p);
        if (c == '"') {
            (void)make_text(p);
            continue;
        }
        depth += (c == '[' || c == '{') - (c == ']' || c == '}');
        n += c == ',' && depth == 0;
        p->at++;
    }
    p->at = start;
    return n;
}

static struct doc *make_list(struct plain *p)
{
    struct doc *list = doc_list(p->arena);
    p->at++;
    size_t n = count_items(p);
    if (skip(p, ']'))
        return list;
    list->list.items = NEWS(p->arena, struct doc *, n);
    list->list.len = list->list.cap = n;
    for (size_t i = 0; i < n; i++, p->at++) /* and the comma or the end behind it */
        list->list.items[i] = make_value(p);
    return list;
}

static struct doc *make_map(struct plain *p)
{
    struct doc *map = doc_map(p->arena);
    p->at++;
    size_t n = count_items(p);
    if (skip(p, '}'))
        return map;
    map->map.items = NEWS(p->arena, struct doc_member, n);
    map->map.len = map->map.cap = n;
    for (size_t i = 0; i < n; i++, p->at++) {
        map->map.items[i].key = make_text(p);
        p->at++;
        map->map.items[i].value = make_value(p);
    }
    return map;
}

static struct doc *make_number(struct plain *p)
{
    int64_t number;
    must(take_number(p, &number));
    return doc_int(p->arena, number);
}

static struct doc *make_value(struct plain *p)
{
    switch (next(p)) {
    case '{': return make_map(p);
    case '[': return make_list(p);
    case '"': return doc_text(p->arena, make_text(p));
    case 't': p->at += 4; return doc_bool(p->arena, true);
    case 'f': p->at += 5; return doc_bool(p->arena, false);
    case 'n': p->at += 4; return doc_null(p->arena);
    }
    return make_number(p);
}

static bool prove(struct plain *p)
{
    return p->text.len <= p->limits.bytes && prove_value(p) && p->at == p->text.len &&
           utf8_valid(p->text);
}

bool json_is_plain(str text, struct json_limits limits)
{
    struct plain p = {.text = text, .limits = limits};
    return prove(&p);
}

bool json_read_plain(struct arena *arena, str text, struct json_limits limits, struct doc **out)
{
    uint32_t counts[COUNTS_MAX];
    struct plain p = {.text = text, .limits = limits, .arena = arena, .counts = counts};
    if (!prove(&p))
        return false;
    p.text = str_dup(arena, text);
    p.at = p.containers = 0;
    *out = make_value(&p);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/doc.h"

#include <string.h>

static struct doc *doc_new(struct arena *arena, enum doc_kind kind)
{
    struct doc *doc = NEW(arena, struct doc);
    doc->kind = kind;
    return doc;
}

struct doc *doc_null(struct arena *arena)
{
    return doc_new(arena, DOC_NULL);
}

struct doc *doc_bool(struct arena *arena, bool value)
{
    struct doc *doc = doc_new(arena, DOC_BOOL);
    doc->boolean = value;
    return doc;
}

struct doc *doc_int(struct arena *arena, int64_t value)
{
    struct doc *doc = doc_new(arena, DOC_INT);
    doc->integer = value;
    return doc;
}

struct doc *doc_text(struct arena *arena, str value)
{
    struct doc *doc = doc_new(arena, DOC_TEXT);
    doc->text = value;
    return doc;
}

struct doc *doc_list(struct arena *arena)
{
    return doc_new(arena, DOC_LIST);
}

struct doc *doc_map(struct arena *arena)
{
    return doc_new(arena, DOC_MAP);
}

/* ---- building ------------------------------------------------------------------------------ */

void doc_push(struct arena *arena, struct doc *list, struct doc *value)
{
    must(list->kind == DOC_LIST && value != NULL);
    VEC_PUSH(arena, &list->list, value);
}

static struct doc_member *find(const struct doc *map, str key)
{
    for (size_t i = 0; i < map->map.len; i++)
        if (str_eq(map->map.items[i].key, key))
            return &map->map.items[i];
    return NULL;
}

void doc_put(struct arena *arena, struct doc *map, str key, struct doc *value)
{
    must(map->kind == DOC_MAP && value != NULL);
    struct doc_member *member = find(map, key);
    if (member)
        member->value = value;
    else
        VEC_PUSH(arena, &map->map, ((struct doc_member){key, value}));
}

void doc_put_int(struct arena *arena, struct doc *map, str key, int64_t value)
{
    doc_put(arena, map, key, doc_int(arena, value));
}

void doc_put_bool(struct arena *arena, struct doc *map, str key, bool value)
{
    doc_put(arena, map, key, doc_bool(arena, value));
}

void doc_put_text(struct arena *arena, struct doc *map, str key, str value)
{
    doc_put(arena, map, key, doc_text(arena, value));
}

void doc_put_date(struct arena *arena, struct doc *map, str key, date value)
{
    doc_put(arena, map, key,
            date_is_none(value) ? doc_null(arena) : doc_text(arena, date_print(arena, value)));
}

/* ---- reading ------------------------------------------------------------------------------- */

struct doc *doc_get(const struct doc *map, str key)
{
    if (!map || map->kind != DOC_MAP)
        return NULL;
    struct doc_member *member = find(map, key);
    return member ? member->value : NULL;
}

static struct doc *get_kind(const struct doc *map, str key, enum doc_kind kind)
{
    struct doc *value = doc_get(map, key);
    return value && value->kind == kind ? value : NULL;
}

str doc_get_text(const struct doc *map, str key)
{
    const struct doc *value = get_kind(map, key, DOC_TEXT);
    return value ? value->text : STR_NONE;
}

int64_t doc_get_int(const struct doc *map, str key, int64_t fallback)
{
    const struct doc *value = get_kind(map, key, DOC_INT);
    return value ? value->integer : fallback;
}

bool doc_get_bool(const struct doc *map, str key)
{
    const struct doc *value = get_kind(map, key, DOC_BOOL);
    return value && value->boolean;
}

date doc_get_date(const struct doc *map, str key)
{
    date d;
    return date_parse(doc_get_text(map, key), &d) ? d : DATE_NONE;
}

static bool list_equal(const struct doc *a, const struct doc *b)
{
    if (a->list.len != b->list.len)
        return false;
    for (size_t i = 0; i < a->list.len; i++)
        if (!doc_equal(a->list.items[i], b->list.items[i]))
            return false;
    return true;
}

/* Keys are unique, so equal sizes and one direction are enough. */
static bool map_equal(const struct doc *a, const struct doc *b)
{
    if (a->map.len != b->map.len)
        return false;
    for (size_t i = 0; i < a->map.len; i++) {
        const struct doc *other = doc_get(b, a->map.items[i].key);
        if (!other || !doc_equal(a->map.items[i].value, other))
            return false;
    }
    return true;
}

bool doc_equal(const struct doc *a, const struct doc *b)
{
    if (a == b || !a || !b)
        return a == b;
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case DOC_NULL: return true;
    case DOC_BOOL: return a->boolean == b->boolean;
    case DOC_INT: return a->integer == b->integer;
    case DOC_TEXT: return str_eq(a->text, b->text);
    case DOC_LIST: return list_equal(a, b);
    case DOC_MAP: return map_equal(a, b);
    }
    return false;
}

struct doc *doc_copy(struct arena *arena, const struct doc *doc)
{
    if (!doc)
        return NULL;
    struct doc *copy = doc_new(arena, doc->kind);
    copy->boolean = doc->boolean;
    copy->integer = doc->integer;
    copy->text = str_dup(arena, doc->text);
    for (size_t i = 0; i < doc->list.len; i++)
        VEC_PUSH(arena, &copy->list, doc_copy(arena, doc->list.items[i]));
    for (size_t i = 0; i < doc->map.len; i++)
        VEC_PUSH(arena, &copy->map,
                 ((struct doc_member){str_dup(arena, doc->map.items[i].key),
                                      doc_copy(arena, doc->map.items[i].value)}));
    return copy;
}

/* ---- sticky reading ------------------------------------------------------------------------ */

/* A key as the place of an error: NUL-terminated, though a reader has no arena to make it in, and
 * cut at a whole character, since a key may come from anybody. */
struct place {
    char text[sizeof ((struct err *)0)->where];
};

static struct place place_of(str key)
{
    struct place place = {{0}};
    size_t len = key.len;
    if (len >= sizeof place.text) {
        len = sizeof place.text - 1;
        while (len > 0 && ((unsigned char)key.ptr[len] & 0xc0) == 0x80)
            len--;
    }
    if (len)
        memcpy(place.text, key.ptr, len);
    return place;
}

static bool refuse(struct err *e, str key, const char *what)
{
    struct place place = place_of(key);
    return RAISE(e, INPUT, place.text, "\"%s\" %s", place.text, what);
}

static struct doc *read_value(struct doc_reader *reader, str key)
{
    must(reader->e != NULL);
    return reader->e->code == ERR_NONE ? doc_get(reader->map, key) : NULL;
}

/* Both are NULL after a failure; only the first failure is kept by RAISE. */
static struct doc *read_kind(struct doc_reader *reader, str key, enum doc_kind kind,
                             const char *missing, const char *wrong)
{
    struct doc *value = read_value(reader, key);
    if (value && value->kind == kind)
        return value;
    (void)refuse(reader->e, key, value ? wrong : missing);
    return NULL;
}

int64_t doc_read_int(struct doc_reader *reader, str key)
{
    const struct doc *value = read_kind(reader, key, DOC_INT, "is missing: give a whole number",
                                        "must be a whole number");
    return value ? value->integer : 0;
}

bool doc_read_bool(struct doc_reader *reader, str key)
{
    const struct doc *value = read_kind(reader, key, DOC_BOOL, "is missing: give true or false",
                                        "must be true or false");
    return value && value->boolean;
}

str doc_read_text(struct doc_reader *reader, str key)
{
    const struct doc *value = read_kind(reader, key, DOC_TEXT, "is missing: give a text",
                                        "must be a text");
    return value ? value->text : STR_NONE;
}

date doc_read_date(struct doc_reader *reader, str key)
{
    const struct doc *value = read_value(reader, key);
    date d;
    if (!value || value->kind == DOC_NULL)
        return DATE_NONE;
    if (value->kind == DOC_TEXT && date_parse(value->text, &d))
        return d;
    (void)refuse(reader->e, key, "must be a date written YYYY-MM-DD, or null");
    return DATE_NONE;
}

struct doc *doc_read_doc(struct doc_reader *reader, str key)
{
    struct doc *value = read_value(reader, key);
    return value && value->kind != DOC_NULL ? value : NULL;
}

static bool is_known(str key, const str *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(key, known[i]))
            return true;
    return false;
}

bool doc_refuse_unknown(const struct doc *map, const str *known, size_t n, struct err *e)
{
    for (size_t i = 0; map && i < map->map.len; i++) {
        str key = map->map.items[i].key;
        if (is_known(key, known, n))
            continue;
        str near = str_nearest(key, known, n);
        if (near.len == 0)
            return refuse(e, key, "is not known here: remove it");
        struct place place = place_of(key);
        return RAISE(e, INPUT, place.text, "\"%s\" is not known here: did you mean \"%.*s\"?",
                     place.text, STR_FMT(near));
    }
    return true;
}

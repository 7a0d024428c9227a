/* SPDX-License-Identifier: Apache-2.0
 * Reading. One pass of our own over the raw text measures what jansson cannot be told: depth,
 * members, and numbers, whose spelling is lost once they are values. Then jansson decides what
 * is JSON at all. */
#include "json/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* ---- places ------------------------------------------------------------------------------ */

struct place {
    char text[64];
};

static struct place place_at(int64_t line, int64_t column)
{
    struct place place;
    snprintf(place.text, sizeof place.text, "line %lld, column %lld", (long long)line,
             (long long)(column < 1 ? 1 : column));
    return place;
}

/* Columns count characters, as jansson's do: continuation bytes are none. */
static struct place place_of(str text, size_t at)
{
    int64_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\n') {
            line++;
            column = 1;
        } else if ((c & 0xc0) != 0x80) {
            column++;
        }
    }
    return place_at(line, column);
}

/* ---- the first pass ---------------------------------------------------------------------- */

struct scan {
    str text;
    size_t at;
    struct json_limits limits;
    int depth;
    int64_t members;
    bool fresh;              /* a list or map was opened and nothing stands in it yet */
    struct err *e;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number_part(char c)
{
    return is_digit(c) || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

static size_t skip_digits(str s, size_t at)
{
    while (at < s.len && is_digit(s.ptr[at]))
        at++;
    return at;
}

/* How a number is spelled, by the grammar of RFC 8259. */
enum spelling { SPELLED_WRONG, SPELLED_INTEGER, SPELLED_REAL };

static enum spelling spelling_of(str token)
{
    bool real = false;
    size_t start = token.ptr[0] == '-' ? 1 : 0, at = skip_digits(token, start);
    if (at == start || (token.ptr[start] == '0' && at > start + 1))
        return SPELLED_WRONG;
    if (at < token.len && token.ptr[at] == '.') {
        real = true;
        size_t end = skip_digits(token, at + 1);
        if (end == at + 1)
            return SPELLED_WRONG;
        at = end;
    }
    if (at < token.len && (token.ptr[at] == 'e' || token.ptr[at] == 'E')) {
        real = true;
        at++;
        if (at < token.len && (token.ptr[at] == '+' || token.ptr[at] == '-'))
            at++;
        size_t end = skip_digits(token, at);
        if (end == at)
            return SPELLED_WRONG;
        at = end;
    }
    if (at < token.len)
        return SPELLED_WRONG;
    return real ? SPELLED_REAL : SPELLED_INTEGER;
}

/* Leaves a wrong spelling to jansson. */
static bool scan_number(struct scan *scan)
{
    size_t start = scan->at;
    while (scan->at < scan->text.len && is_number_part(scan->text.ptr[scan->at]))
        scan->at++;
    str token = {scan->text.ptr + start, scan->at - start};
    enum spelling spelling = spelling_of(token);
    if (spelling == SPELLED_WRONG)
        return true;
    str shown = {token.ptr, token.len < 40 ? token.len : 40};
    const char *dots = token.len > shown.len ? "..." : "";
    if (spelling == SPELLED_REAL)
        return RAISE(scan->e, INPUT, place_of(scan->text, start).text,
                     "%.*s%s is not an integer; only whole numbers are accepted, so count in a "
                     "smaller unit", STR_FMT(shown), dots);
    int64_t value;
    bool minus_zero = str_eq(token, S("-0"));
    if (minus_zero || (str_to_i64(token, &value) && value >= -LIMIT_JSON_INTEGER
                       && value <= LIMIT_JSON_INTEGER))
        return true;
    return RAISE(scan->e, INPUT, place_of(scan->text, start).text,
                 "%.*s%s is outside -%lld..%lld; send a smaller number or a text", STR_FMT(shown),
                 dots, (long long)LIMIT_JSON_INTEGER, (long long)LIMIT_JSON_INTEGER);
}

static void scan_text(struct scan *scan)
{
    for (scan->at++; scan->at < scan->text.len; scan->at++) {
        char c = scan->text.ptr[scan->at];
        if (c == '\\') {
            scan->at++;
        } else if (c == '"') {
            scan->at++;
            return;
        }
    }
}

static bool count_member(struct scan *scan)
{
    if (++scan->members <= scan->limits.members)
        return true;
    return RAISE(scan->e, LIMIT, place_of(scan->text, scan->at).text,
                 "there are more than %lld items and members; send less at once",
                 (long long)scan->limits.members);
}

static bool scan_open(struct scan *scan)
{
    if (++scan->depth > scan->limits.depth)
        return RAISE(scan->e, LIMIT, place_of(scan->text, scan->at).text,
                     "lists and maps stand in one another more than %d deep; send a flatter "
                     "document", scan->limits.depth);
    scan->fresh = true;
    scan->at++;
    return true;
}

static bool scan_value(struct scan *scan, char c)
{
    /* jansson passes over one that it has looked at and put back. */
    if (c == 0)
        return RAISE(scan->e, INPUT, place_of(scan->text, scan->at).text,
                     "here stands a NUL byte; take it out");
    if (scan->fresh && c != ']' && c != '}' && !count_member(scan))
        return false;
    scan->fresh = false;
    if (c == '{' || c == '[')
        return scan_open(scan);
    if (c == '"') {
        scan_text(scan);
        return true;
    }
    if (c == '-' || is_digit(c))
        return scan_number(scan);
    if (c == ']' || c == '}')
        scan->depth--;
    else if (c == ',' && !count_member(scan))
        return false;
    scan->at++;
    return true;
}

static bool scan_limits(str text, struct json_limits limits, struct err *e)
{
    if (text.len > limits.bytes)
        return RAISE(e, LIMIT, "line 1, column 1",
                     "%zu bytes are more than the %zu that are accepted; send less at once",
                     text.len, limits.bytes);
    struct scan scan = {.text = text, .limits = limits, .e = e};
    while (scan.at < text.len) {
        char c = text.ptr[scan.at];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            scan.at++;
        else if (!scan_value(&scan, c))
            return false;
    }
    return true;
}

/* ---- jansson ----------------------------------------------------------------------------- */

/* jansson quotes up to the byte that it did not like, which may be amid a character. */
static str whole_characters(str text)
{
    while (!utf8_valid(text))
        text.len--;
    return text;
}

/* What jansson quotes of the text (... near 'x'), or nothing. */
static str quoted(const json_error_t *error)
{
    const char *near = strstr(error->text, " near '");
    str quote = str_of(near ? near + 7 : "");
    return whole_characters(quote.len ? (str){quote.ptr, quote.len - 1} : quote);
}

static bool refuse(const json_error_t *error, struct err *e)
{
    struct place place = place_at(error->line, error->column);
    /* Fewer codes than words: the others all mean that the grammar was left. */
    enum json_error_code code = json_error_code(error);
    if (code == json_error_out_of_memory)
        return RAISE(e, IO, place.text, "there is no memory to read the text; try again");
    if (code == json_error_invalid_utf8)
        return RAISE(e, INPUT, place.text, "the text is not UTF-8; send it as UTF-8");
    if (code == json_error_premature_end_of_input)
        return RAISE(e, INPUT, place.text,
                     "the text ends too early; close every quote, list and map");
    if (code == json_error_end_of_input_expected)
        return RAISE(e, INPUT, place.text,
                     "something follows the end of the document; send one document");
    str key = code == json_error_duplicate_key ? quoted(error) : STR_NONE;
    if (code == json_error_duplicate_key)
        return RAISE(e, INPUT, place.text, "the key %.*s stands twice in one map; keep one",
                     STR_FMT(key));
    if (code == json_error_null_character || code == json_error_null_byte_in_key)
        return RAISE(e, INPUT, place.text, "a text holds the character U+0000; take it out");
    str said = whole_characters(str_of(error->text));
    return RAISE(e, INPUT, place.text, "this is not JSON: %.*s", STR_FMT(said));
}

static struct doc *convert(struct arena *arena, const json_t *json);

static struct doc *convert_list(struct arena *arena, const json_t *json)
{
    struct doc *list = doc_list(arena);
    size_t n = json_array_size(json);
    if (n == 0)
        return list;
    list->list.items = NEWS(arena, struct doc *, n);
    list->list.len = list->list.cap = n;
    for (size_t i = 0; i < n; i++)
        list->list.items[i] = convert(arena, json_array_get(json, i));
    return list;
}

/* Keys are unique already, so members are put down without looking for each one. */
static struct doc *convert_map(struct arena *arena, json_t *json)
{
    struct doc *map = doc_map(arena);
    size_t n = json_object_size(json), at = 0;
    if (n == 0)
        return map;
    map->map.items = NEWS(arena, struct doc_member, n);
    map->map.len = map->map.cap = n;
    for (void *i = json_object_iter(json); i; i = json_object_iter_next(json, i))
        map->map.items[at++] = (struct doc_member){
            str_dup(arena, (str){json_object_iter_key(i), json_object_iter_key_len(i)}),
            convert(arena, json_object_iter_value(i))};
    must(at == n);
    return map;
}

static struct doc *convert(struct arena *arena, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT: return convert_map(arena, (json_t *)(uintptr_t)json);
    case JSON_ARRAY: return convert_list(arena, json);
    case JSON_STRING:
        return doc_text(arena, str_dup(arena, (str){json_string_value(json),
                                                    json_string_length(json)}));
    case JSON_INTEGER: return doc_int(arena, json_integer_value(json));
    case JSON_TRUE: return doc_bool(arena, true);
    case JSON_FALSE: return doc_bool(arena, false);
    case JSON_NULL: return doc_null(arena);
    case JSON_REAL: break;
    }
    must_not_reach("a number with a fraction came past the first pass");
}

/* The arena may jump away when it is full; the deferral then frees what jansson holds. */
static void drop(void *held)
{
    json_t **json = held;
    json_decref(*json);
    *json = NULL;
}

bool json_parse_within(struct arena *arena, str text, struct json_limits limits,
                       struct doc **out, struct err *e)
{
    if (json_read_plain(arena, text, limits, out))
        return true;
    if (!scan_limits(text, limits, e))
        return false;
    json_t **held = NEW(arena, json_t *);
    arena_defer(arena, drop, held);
    json_error_t error;
    *held = json_loadb(text.len ? text.ptr : "", text.len,
                       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!*held)
        return refuse(&error, e);
    *out = convert(arena, *held);
    drop(held);
    return true;
}

bool json_parse(struct arena *arena, str text, struct doc **out, struct err *e)
{
    struct json_limits limits = {LIMIT_JSON_BYTES, LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS};
    return json_parse_within(arena, text, limits, out, e);
}

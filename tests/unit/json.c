/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json/json.h"

static struct doc *parsed(struct arena *arena, str text)
{
    struct err e = {0};
    struct doc *doc = NULL;
    if (!json_parse(arena, text, &doc, &e))
        fail_msg("%.*s: %s: %s", STR_FMT(text), e.where, e.msg);
    return doc;
}

static void assert_text(str got, str expected)
{
    if (!str_eq(got, expected))
        fail_msg("got      %.*s\nexpected %.*s", STR_FMT(got), STR_FMT(expected));
}

/* ---- what is refused, where, and in which words ------------------------------------------ */

#define T(literal) literal, sizeof literal - 1

static const struct {
    const char *text;
    size_t len;
    enum err_code code;
    const char *where, *msg;
} REFUSED[] = {
    {T("1.5"), ERR_INPUT, "line 1, column 1",
     "1.5 is not an integer; only whole numbers are accepted, so count in a smaller unit"},
    {T("{\"a\":\n [1, -0.0]}"), ERR_INPUT, "line 2, column 6",
     "-0.0 is not an integer; only whole numbers are accepted, so count in a smaller unit"},
    {T("[\"云\", 1e3]"), ERR_INPUT, "line 1, column 7",
     "1e3 is not an integer; only whole numbers are accepted, so count in a smaller unit"},
    {T("9007199254740992"), ERR_INPUT, "line 1, column 1",
     "9007199254740992 is outside -9007199254740991..9007199254740991; send a smaller number or "
     "a text"},
    {T("-9007199254740992"), ERR_INPUT, "line 1, column 1",
     "-9007199254740992 is outside -9007199254740991..9007199254740991; send a smaller number or "
     "a text"},
    {T("[99999999999999999999999999999999999999999999]"), ERR_INPUT, "line 1, column 2",
     "9999999999999999999999999999999999999999... is outside "
     "-9007199254740991..9007199254740991; send a smaller number or a text"},
    {T("01"), ERR_INPUT, "line 1, column 1", "this is not JSON: invalid token near '0'"},
    {T("+1"), ERR_INPUT, "line 1, column 1", "this is not JSON: invalid token near '+'"},
    {T("-"), ERR_INPUT, "line 1, column 1", "this is not JSON: invalid token near '-'"},
    {T(".5"), ERR_INPUT, "line 1, column 1", "this is not JSON: invalid token near '.'"},
    {T("1."), ERR_INPUT, "line 1, column 2", "this is not JSON: invalid token near '1.'"},
    {T("1e"), ERR_INPUT, "line 1, column 2", "this is not JSON: invalid token near '1e'"},
    {T("NaN"), ERR_INPUT, "line 1, column 3", "this is not JSON: invalid token near 'NaN'"},
    {T("[1,]"), ERR_INPUT, "line 1, column 4",
     "this is not JSON: unexpected token near ']'"},
    {T("{\"a\" 1}"), ERR_INPUT, "line 1, column 6", "this is not JSON: ':' expected near '1'"},
    {T("{a:1}"), ERR_INPUT, "line 1, column 2",
     "this is not JSON: string or '}' expected near 'a'"},
    {T("'a'"), ERR_INPUT, "line 1, column 1", "this is not JSON: invalid token near '''"},
    {T("[1] // no"), ERR_INPUT, "line 1, column 5",
     "something follows the end of the document; send one document"},
    {T("1 2"), ERR_INPUT, "line 1, column 3",
     "something follows the end of the document; send one document"},
    {T(""), ERR_INPUT, "line 1, column 1",
     "the text ends too early; close every quote, list and map"},
    {T("[1, {"), ERR_INPUT, "line 1, column 5",
     "the text ends too early; close every quote, list and map"},
    {T("\"open"), ERR_INPUT, "line 1, column 5",
     "the text ends too early; close every quote, list and map"},
    {T("{\"a\":1,\"b\":2,\"a\":3}"), ERR_INPUT, "line 1, column 16",
     "the key \"a\" stands twice in one map; keep one"},
    /* The same key, spelled in two ways. */
    {T("{\"a\":1,\"\\u0061\":3}"), ERR_INPUT, "line 1, column 15",
     "the key \"\\u0061\" stands twice in one map; keep one"},
    {T("\"a\\u0000b\""), ERR_INPUT, "line 1, column 10",
     "a text holds the character U+0000; take it out"},
    {T("{\"a\\u0000\":1}"), ERR_INPUT, "line 1, column 10",
     "a text holds the character U+0000; take it out"},
    {T("\"a\0b\""), ERR_INPUT, "line 1, column 2",
     "this is not JSON: control character 0x0 near '\"a'"},
    {T("[1]\0"), ERR_INPUT, "line 1, column 4", "here stands a NUL byte; take it out"},
    {T("[1\0,2]"), ERR_INPUT, "line 1, column 3", "here stands a NUL byte; take it out"},
    {T("\"\\\xd0\xab"), ERR_INPUT, "line 1, column 3",
     "this is not JSON: invalid escape near '\"\\"},
    {T("\"a\nb\""), ERR_INPUT, "line 1, column 2",
     "this is not JSON: unexpected newline near '\"a'"},
    {T("\"\\x\""), ERR_INPUT, "line 1, column 3",
     "this is not JSON: invalid escape near '\"\\x'"},
    {T("\"\\ud800\""), ERR_INPUT, "line 1, column 8",
     "this is not JSON: invalid Unicode '\\uD800' near '\"\\ud800\"'"},
    {T("\"\\udc00\""), ERR_INPUT, "line 1, column 8",
     "this is not JSON: invalid Unicode '\\uDC00' near '\"\\udc00\"'"},
    {T("\"\xff\""), ERR_INPUT, "line 1, column 1", "the text is not UTF-8; send it as UTF-8"},
    {T("\"\xc0\xaf\""), ERR_INPUT, "line 1, column 1", "the text is not UTF-8; send it as UTF-8"},
    {T("\"\xed\xa0\x80\""), ERR_INPUT, "line 1, column 1",
     "the text is not UTF-8; send it as UTF-8"},
    {T("\"\xe4\xba"), ERR_INPUT, "line 1, column 1", "the text is not UTF-8; send it as UTF-8"},
    {T("\xef\xbb\xbf[1]"), ERR_INPUT, "line 1, column 1",
     "this is not JSON: invalid token near '\xef\xbb\xbf'"},
};

static void refusals_say_what_and_where(void **state)
{
    (void)state;
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    for (size_t i = 0; i < COUNT_OF(REFUSED); i++) {
        struct err e = {0};
        struct doc *doc = NULL;
        str text = {REFUSED[i].text, REFUSED[i].len};
        if (json_parse(arena, text, &doc, &e))
            fail_msg("%.*s was accepted", STR_FMT(text));
        assert_null(doc);
        if (e.code != REFUSED[i].code || strcmp(e.where, REFUSED[i].where) != 0
            || strcmp(e.msg, REFUSED[i].msg) != 0)
            fail_msg("%.*s\ngot      %s: %s\nexpected %s: %s", STR_FMT(text), e.where, e.msg,
                     REFUSED[i].where, REFUSED[i].msg);
    }
    arena_free(arena);
}

/* ---- what is accepted, and its one text -------------------------------------------------- */

static const struct {
    const char *text, *canonical;
} ACCEPTED[] = {
    {"null", "null"},
    {" true ", "true"},
    {"-0", "0"},
    {"9007199254740991", "9007199254740991"},
    {"-9007199254740991", "-9007199254740991"},
    {"\"1.5 is a text\"", "\"1.5 is a text\""},
    {"\"\\\" \\\\ \\/ 1e9\"", "\"\\\" \\\\ / 1e9\""},
    {"[]", "[]"},
    {"{ }", "{}"},
    {"[ 1 ,\t2 ,\r\n[ ] ]", "[1,2,[]]"},
    {"{\"b\":1,\"a\":{\"d\":[],\"c\":null},\"B\":2,\"\":0,\"aa\":3}",
     "{\"\":0,\"B\":2,\"a\":{\"c\":null,\"d\":[]},\"aa\":3,\"b\":1}"},
    {"\"\\u4e91\\u9274 \\ud83d\\ude00\"", "\"云鉴 😀\""},
    {"{\"云\":1,\"\\u00e9\":2,\"z\":3}", "{\"z\":3,\"é\":2,\"云\":1}"},
    {"\"\\u0008\\u000c\\u000a\\u000d\\u0009\"", "\"\\b\\f\\n\\r\\t\""},
    {"\"\\u0001\\u001F\\u007f\"", "\"\\u0001\\u001f\x7f\""},
};

static void one_document_has_one_text(void **state)
{
    (void)state;
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    for (size_t i = 0; i < COUNT_OF(ACCEPTED); i++) {
        str canonical = str_of(ACCEPTED[i].canonical);
        assert_text(json_canonical(arena, parsed(arena, str_of(ACCEPTED[i].text))), canonical);
        assert_text(json_canonical(arena, parsed(arena, canonical)), canonical);
    }
    assert_text(json_canonical(arena, NULL), S("null"));
    arena_free(arena);
}

/* ---- random documents -------------------------------------------------------------------- */

static str random_text(struct arena *arena, struct prng *prng)
{
    static const char *const pieces[] = {"a", "b", "Z", "\"", "\\", "/", "\n", "\x01", "\x1f",
                                         "\x7f", "é", "云", "鉴", "😀", "\xef\xbf\xbf", " "};
    struct buf text = buf_new(arena, 16);
    for (uint64_t n = prng_below(prng, 9); n; n--)
        buf_add(&text, str_of(pieces[prng_below(prng, COUNT_OF(pieces))]));
    return buf_str(&text);
}

static struct doc *random_doc(struct arena *arena, struct prng *prng, int depth)
{
    switch (prng_below(prng, depth < 6 ? 7 : 4)) {
    case 0: return doc_null(arena);
    case 1: return doc_bool(arena, prng_chance(prng, 50));
    case 2: return doc_int(arena, (int64_t)prng_below(prng, 2 * (uint64_t)LIMIT_JSON_INTEGER + 1)
                                      - LIMIT_JSON_INTEGER);
    case 3: return doc_text(arena, random_text(arena, prng));
    case 4: {
        struct doc *list = doc_list(arena);
        for (uint64_t n = prng_below(prng, 5); n; n--)
            doc_push(arena, list, random_doc(arena, prng, depth + 1));
        return list;
    }
    }
    struct doc *map = doc_map(arena);
    for (uint64_t n = prng_below(prng, 12); n; n--)
        doc_put(arena, map, random_text(arena, prng), random_doc(arena, prng, depth + 1));
    return map;
}

static void print_then_parse_gives_the_document_back(void **state)
{
    (void)state;
    const char *given = getenv("YUNJIAN_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)now.tv_sec;
    print_message("seed %llu (set YUNJIAN_SEED to repeat)\n", (unsigned long long)seed);
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    struct prng prng;
    prng_seed(&prng, seed);
    for (int i = 0; i < 3000; i++) {
        struct doc *doc = random_doc(arena, &prng, 0);
        str text = json_canonical(arena, doc);
        struct doc *again = parsed(arena, text);
        if (!doc_equal(doc, again))
            fail_msg("document %d of seed %llu changed: %.*s", i, (unsigned long long)seed,
                     STR_FMT(text));
        assert_text(json_canonical(arena, again), text);
        arena_reset(arena);
    }
    arena_free(arena);
}

/* Any bytes at all: an answer, never a crash; what is accepted has a stable text. */
static void mangled_texts_are_answered(void **state)
{
    (void)state;
    static const char seed_text[] =
        "{\"a\":[1,-20,{\"b\":\"\\u4e91 \\\\ x\"}],\"c\":null,\"d\":true,\"云\":\"鉴\"}";
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    struct prng prng;
    prng_seed(&prng, 7);
    for (int i = 0; i < 20000; i++) {
        char text[sizeof seed_text];
        memcpy(text, seed_text, sizeof text);
        for (uint64_t n = prng_below(&prng, 4) + 1; n; n--)
            text[prng_below(&prng, sizeof text - 1)] = (char)prng_below(&prng, 256);
        struct err e = {0};
        struct doc *doc = NULL;
        if (json_parse(arena, (str){text, prng_below(&prng, sizeof text)}, &doc, &e)) {
            str canonical = json_canonical(arena, doc);
            assert_text(json_canonical(arena, parsed(arena, canonical)), canonical);
        } else {
            assert_int_equal(e.code, ERR_INPUT);
            assert_true(strncmp(e.where, "line ", 5) == 0);
        }
        arena_reset(arena);
    }
    arena_free(arena);
}

/* ---- limits, from both sides ------------------------------------------------------------- */

static str repeated(struct arena *arena, const char *head, const char *piece, int n,
                    const char *tail)
{
    struct buf text = buf_new(arena, strlen(piece) * (size_t)n + 64);
    buf_add(&text, str_of(head));
    for (int i = 0; i < n; i++)
        buf_add(&text, str_of(piece));
    buf_add(&text, str_of(tail));
    return buf_str(&text);
}

/* A blank in front sends the same text past the reader for plain texts: both must agree about
 * every text, sound or mangled. */
static void the_two_readers_agree(void **state)
{
    (void)state;
    struct prng prng;
    int plain = 0;
    prng_seed(&prng, 11);
    for (int round = 0; round < 20000; round++) {
        struct arena *arena = arena_new((size_t)16 * 1024 * 1024);
        str whole = json_canonical(arena, random_doc(arena, &prng, 0));
        char *text = NEWS(arena, char, whole.len + 1);
        text[0] = ' ';
        memcpy(text + 1, whole.ptr, whole.len);
        for (uint64_t n = prng_below(&prng, 3); n; n--)
            text[1 + prng_below(&prng, whole.len)] = prng_chance(&prng, 50)
                ? "{}[]\",:0-1.e\\ u"[prng_below(&prng, 15)] : (char)prng_below(&prng, 256);
        struct doc *one = NULL, *other = NULL;
        struct err first = {0}, second = {0};
        bool a = json_parse(arena, (str){text + 1, whole.len}, &one, &first);
        bool b = json_parse(arena, (str){text, whole.len + 1}, &other, &second);
        if (a != b || (a && !doc_equal(one, other)) || first.code != second.code)
            fail_msg("%.*s", (int)whole.len, text + 1);
        plain += a;
        arena_free(arena);
    }
    assert_in_range(plain, 5000, 19000);
}

/* Its borders, one by one: each of these is read or refused as the other reader does it. */
static void plain_texts_have_hard_edges(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "{", "[", "\"", "-", "-0", "0", "00", "01", "-1", "10", "9007199254740991",
        "9007199254740992", "-9007199254740991", "-9007199254740992", "99999999999999999999",
        "1 ", "tru", "true", "truee", "nul", "null", "[]", "[1]", "[1,]", "[,1]", "[1 ]", "[1}",
        "{}", "{\"a\":1}", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{\"b\":1,\"a\":2}",
        "{\"a\" :1}", "{\"a\"}", "{\"\":{\"\":[]}}",
        "\"\xff\"", "\"\x01\"", "\"\\n\"", "\"a\"\"b\"", "1.0", "1e1",
        "[\"]\",{\"},\":\"[\"}]"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct arena *arena = arena_new(1024 * 1024);
        str plain = str_of(texts[i]), spaced = str_printf(arena, " %s", texts[i]);
        struct doc *one = NULL, *other = NULL;
        struct err first = {0}, second = {0};
        bool a = json_parse(arena, plain, &one, &first);
        bool b = json_parse(arena, spaced, &other, &second);
        if (a != b || (a && !doc_equal(one, other)) || first.code != second.code)
            fail_msg("%s", texts[i]);
        arena_free(arena);
    }
}

/* More lists and maps than the reader for plain texts remembers the lengths of. */
static void a_text_of_many_lists_is_read(void **state)
{
    (void)state;
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    for (int n = 0; n < 200; n += 3) {
        str plain = repeated(arena, "[[],{},", "[{\"a\":[1,[2,\"]\"]],\"b\":{}}],", n, "[]]");
        struct doc *one = parsed(arena, plain);
        struct doc *other = parsed(arena, str_printf(arena, " %.*s", STR_FMT(plain)));
        assert_int_equal(one->list.len, n + 3);
        assert_true(doc_equal(one, other));
        assert_text(json_canonical(arena, one), plain);
        arena_reset(arena);
    }
    arena_free(arena);
}

static void assert_limit(struct arena *arena, str text, const char *where, const char *msg)
{
    struct err e = {0};
    struct doc *doc = NULL;
    assert_false(json_parse(arena, text, &doc, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.msg, msg);
    assert_string_equal(e.where, where);
}

static void limits_hold_from_both_sides(void **state)
{
    (void)state;
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    (void)parsed(arena, repeated(arena, "", "[", LIMIT_JSON_DEPTH,
                                 "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"));
    assert_limit(arena, repeated(arena, "", "[", LIMIT_JSON_DEPTH + 1, ""), "line 1, column 33",
                 "lists and maps stand in one another more than 32 deep; send a flatter document");
    assert_limit(arena, repeated(arena, "", "{\"a\":", 100000, ""), "line 1, column 161",
                 "lists and maps stand in one another more than 32 deep; send a flatter document");
    /* Closing gives depth back. */
    (void)parsed(arena, repeated(arena, "[0", ",[[]]", 500, "]"));

    struct doc *full = parsed(arena, repeated(arena, "[0", ",0", LIMIT_JSON_MEMBERS - 1, "]"));
    assert_int_equal(full->list.len, LIMIT_JSON_MEMBERS);
    assert_limit(arena, repeated(arena, "[0", ",0", LIMIT_JSON_MEMBERS, "]"),
                 "line 1, column 20001",
                 "there are more than 10000 items and members; send less at once");
    (void)parsed(arena, repeated(arena, "[0", ",{}", LIMIT_JSON_MEMBERS - 1, "]"));
    assert_limit(arena, repeated(arena, "[0", ",[{\"a\":1}]", LIMIT_JSON_MEMBERS / 2, "]"),
                 "line 1, column 33333",
                 "there are more than 10000 items and members; send less at once");

    (void)parsed(arena, repeated(arena, "1", " ", LIMIT_JSON_BYTES - 1, ""));
    assert_limit(arena, repeated(arena, "1", " ", LIMIT_JSON_BYTES, ""), "line 1, column 1",
                 "1048577 bytes are more than the 1048576 that are accepted; send less at once");
    arena_free(arena);
}

/* The most that a request may send: every byte, every level and every member used. */
static void the_largest_request_fits_its_arena(void **state)
{
    (void)state;
    struct arena *outside = arena_new(64 * 1024 * 1024), *arena = arena_new(LIMIT_ARENA_REQUEST);
    struct buf text = buf_new(outside, LIMIT_JSON_BYTES);
    for (int i = 1; i < LIMIT_JSON_DEPTH; i++)
        buf_add(&text, S("{\"a\":"));
    buf_addc(&text, '{');
    int members = LIMIT_JSON_MEMBERS - (LIMIT_JSON_DEPTH - 1), each = LIMIT_JSON_BYTES / members;
    for (int i = 0; i < members; i++) {
        /* Backwards, so that printing has to sort. */
        buf_addf(&text, "%s\"k%08d\":\"", i ? "," : "", members - i);
        for (int fill = each - 16; fill > 0; fill--)
            buf_addc(&text, 'x');
        buf_addc(&text, '"');
    }
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_addc(&text, '}');
    while (text.len < LIMIT_JSON_BYTES)
        buf_addc(&text, ' ');
    assert_int_equal(text.len, LIMIT_JSON_BYTES);

    /* As a request does: the body is received, parsed, and printed again. */
    str body = str_dup(arena, buf_str(&text));
    struct doc *doc = parsed(arena, body);
    str canonical = json_canonical(arena, doc);
    assert_true(canonical.len > LIMIT_JSON_BYTES - 16 * 1024);
    print_message("1 MiB of JSON takes %zu KiB\n", arena_used(arena) / 1024);
    arena_free(arena);
    arena_free(outside);
}

/* A full arena jumps out of the middle of a conversion; nothing may leak (build B watches). */
static void a_full_arena_leaks_nothing(void **state)
{
    (void)state;
    struct arena *outside = arena_new(LIMIT_ARENA_REQUEST), *arena = arena_new(64 * 1024);
    str text = repeated(outside, "[0", ",\"a text\"", 5000, "]");
    jmp_buf frame;
    struct err e = {0};
    struct doc *doc = NULL;
    bool jumped = false;
    if (setjmp(frame)) {
        jumped = true;
    } else {
        arena_on_overflow(arena, &frame);
        (void)!json_parse(arena, text, &doc, &e);
    }
    assert_true(jumped);
    arena_free(arena);
    arena_free(outside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_say_what_and_where),
        cmocka_unit_test(one_document_has_one_text),
        cmocka_unit_test(print_then_parse_gives_the_document_back),
        cmocka_unit_test(mangled_texts_are_answered),
        cmocka_unit_test(the_two_readers_agree),
        cmocka_unit_test(plain_texts_have_hard_edges),
        cmocka_unit_test(a_text_of_many_lists_is_read),
        cmocka_unit_test(limits_hold_from_both_sides),
        cmocka_unit_test(the_largest_request_fits_its_arena),
        cmocka_unit_test(a_full_arena_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

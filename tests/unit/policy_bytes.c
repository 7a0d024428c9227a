/* SPDX-License-Identifier: Apache-2.0
 * Packs as bytes: what nobody can see is refused, no bytes whatever can hurt the loader, and a
 * pack has exactly one blob. */
#include "policy_files.h"

/* ---- bytes --------------------------------------------------------------------------------- */

/* What a text editor would not keep in a golden file. */
static const struct {
    const char *bytes;
    size_t len;
    const char *printed;
} BYTES[] = {
#define ROW(bytes, printed) {bytes, sizeof(bytes) - 1, printed}
    ROW("policy: a\n\tb: c\n", "pack.yaml:2:1: P001: here stands a tab; indent with blanks."),
    ROW("policy: a\r\n", "pack.yaml:1:10: P001: here stands a carriage return; save the file with "
                         "line ends of Unix (LF)."),
    ROW("\xef\xbb\xbfpolicy: a\n", "pack.yaml:1:1: P001: here stands a byte order mark; save the "
                                   "file as UTF-8 without it."),
    ROW("policy: \xe4\xba\n", "pack.yaml:1:9: P001: byte 9 is not valid UTF-8; save the file as "
                              "UTF-8."),
    ROW("policy: \xc0\xaf\n", "pack.yaml:1:9: P001: byte 9 is not valid UTF-8; save the file as "
                              "UTF-8."),
    ROW("policy: \0\n", "pack.yaml:1:9: P001: byte 9 is not valid UTF-8; save the file as UTF-8."),
    ROW("title: \xe4\xba\x91 \x07\n", "pack.yaml:1:10: P001: here stands a control character; "
                                      "remove it."),
    ROW("a: b\xe2\x80\xa8" "c\n", "pack.yaml:1:5: P001: here stands an invisible character; "
                                  "remove it."),
    ROW("a: b\xc2\x85" "c\n", "pack.yaml:1:5: P001: here stands a control character; remove it."),
    ROW("a: \xe2\x80\xae" "b\n", "pack.yaml:1:4: P001: here stands an invisible character; "
                                 "remove it."),
    ROW("a: \"\\0\"\n", "pack.yaml:1:4: P001: an escape stands for a character that is not "
                        "allowed; write the text plainly."),
#undef ROW
};

static void bytes_that_nobody_can_see_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BYTES); i++) {
        struct pack pack = {0};
        struct diagnostics found;
        pack_add(arena, &pack, S("pack.yaml"), (str){BYTES[i].bytes, BYTES[i].len});
        assert_null(policy_load(arena, &pack, &found));
        str text = diagnostics_print(arena, &found), head, rest;
        str_cut(text, '\n', &head, &rest);
        if (!str_eq(head, str_of(BYTES[i].printed)))
            fail_msg("row %zu printed %.*s", i, STR_FMT(head));
    }
}

/* ---- mutations ----------------------------------------------------------------------------- */

enum { MUTATIONS = 2000 };

static uint64_t test_seed(void)
{
    const char *given = getenv("YUNJIAN_SEED");
    return given ? strtoull(given, NULL, 10) : 20190911;
}

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static str word_at(str text, size_t at)
{
    size_t from = at, to = at;
    while (from > 0 && in_word(text.ptr[from - 1]))
        from--;
    while (to < text.len && in_word(text.ptr[to]))
        to++;
    return (str){text.ptr + from, to - from};
}

/* One word becomes another word of the text: what reaches the linker and the audits. */
static size_t exchange_word(struct prng *prng, str bytes, char *text, size_t len, size_t room)
{
    str other = word_at(bytes, (size_t)prng_below(prng, bytes.len));
    str word = word_at((str){text, len}, (size_t)prng_below(prng, len));
    size_t at = (size_t)(word.ptr - text), rest = len - at - word.len;
    if (other.len == 0 || word.len == 0 || len - word.len + other.len > room)
        return len;
    memmove(text + at + other.len, text + at + word.len, rest);
    memcpy(text + at, other.ptr, other.len);
    return at + other.len + rest;
}

/* One to three changes: a byte, a deletion, a repetition, or a word for another. */
static str mutate(struct arena *into, struct prng *prng, str bytes)
{
    size_t room = bytes.len * 2 + 64;
    char *text = NEWS(into, char, room);
    size_t len = bytes.len;
    memcpy(text, bytes.ptr, len);
    static const char interesting[] = "{}[]:,-.#&*!|>'\"%@` \n0159aZ()<=";
    for (uint64_t n = 1 + prng_below(prng, 3); n > 0; n--) {
        size_t at = (size_t)prng_below(prng, len), span = 1 + (size_t)prng_below(prng, 40);
        if (span > len - at)
            span = len - at;
        switch (prng_below(prng, 8)) {
        case 0:
            text[at] = (char)prng_below(prng, 256);
            break;
        case 1:
            text[at] = interesting[prng_below(prng, sizeof interesting - 1)];
            break;
        case 2:
            if (len > span + 1) {
                memmove(text + at, text + at + span, len - at - span);
                len -= span;
            }
            break;
        case 3:
            if (len + span <= room) {
                memmove(text + at + span, text + at, len - at);
                len += span;
            }
            break;
        default:
            len = exchange_word(prng, bytes, text, len, room);
            break;
        }
    }
    return (str){text, len};
}

static void mutated_packs_load_or_are_refused_with_a_reason(void **state)
{
    (void)state;
    uint64_t seed = test_seed();
    struct prng prng;
    struct pack pack = zhengzhou();
    struct arena *work = arena_new(LIMIT_ARENA_POLICY);
    int loaded = 0;
    print_message("seed %llu (YUNJIAN_SEED)\n", (unsigned long long)seed);
    prng_seed(&prng, seed);
    for (int i = 0; i < MUTATIONS; i++) {
        struct pack changed = {0};
        struct diagnostics found;
        size_t which = (size_t)prng_below(&prng, pack.files.len);
        for (size_t f = 0; f < pack.files.len; f++) {
            str bytes = pack.files.items[f].bytes;
            pack_add(work, &changed, pack.files.items[f].name,
                     f == which ? mutate(work, &prng, bytes) : bytes);
        }
        struct policy *policy = policy_load(work, &changed, &found);
        if ((policy != NULL) != (found.errors == 0))
            fail_msg("mutation %d: %zu errors, but %s", i, found.errors,
                     policy ? "loaded" : "refused");
        for (size_t d = 0; d < found.items.len; d++) {
            const struct diagnostic *one = &found.items.items[d];
            assert_true(one->pos.line >= 1 && one->pos.column >= 1 && one->message.len > 0);
            assert_true(utf8_valid(one->message));
        }
        assert_true(utf8_valid(diagnostics_print(work, &found)));
        loaded += policy != NULL;
        arena_reset(work);
    }
    print_message("%d of %d mutations still load\n", loaded, MUTATIONS);
    assert_true(loaded > 0 && loaded < MUTATIONS);
    arena_free(work);
}

/* ---- blobs --------------------------------------------------------------------------------- */

static void a_pack_survives_its_blob(void **state)
{
    (void)state;
    struct pack pack = zhengzhou(), back;
    struct err e = {0};
    str blob = pack_to_blob(arena, &pack);
    assert_true(pack_from_blob(arena, blob, &back, &e));
    assert_int_equal(back.files.len, pack.files.len);
    for (size_t i = 0; i < pack.files.len; i++) {
        assert_true(str_eq(back.files.items[i].name, pack.files.items[i].name));
        assert_true(str_eq(back.files.items[i].bytes, pack.files.items[i].bytes));
    }
    assert_true(str_eq(pack_to_blob(arena, &back), blob));
}

static void the_order_of_adding_does_not_matter(void **state)
{
    (void)state;
    struct pack a = {0}, b = {0};
    pack_add(arena, &a, S("a.yaml"), S("1"));
    pack_add(arena, &a, S("b.yaml"), S("2"));
    pack_add(arena, &b, S("b.yaml"), S("2"));
    pack_add(arena, &b, S("a.yaml"), S("1"));
    assert_true(str_eq(pack_to_blob(arena, &a), pack_to_blob(arena, &b)));
}

static void only_the_one_canonical_blob_is_read(void **state)
{
    static const char *const wrong[] = {
        "",
        "yunjian-pack 2\n",
        "yunjian-pack 1",
        "yunjian-pack 1\nfile b.yaml 1\nxfile a.yaml 1\nx",       /* out of order */
        "yunjian-pack 1\nfile a.yaml 1\nxfile a.yaml 1\nx",       /* twice */
        "yunjian-pack 1\nfile a.yaml 1\nxtail",                   /* trailing bytes */
        "yunjian-pack 1\nfile a.yaml 1\nx\n",
        "yunjian-pack 1\nfile a.yaml 2\nx",                       /* cut off */
        "yunjian-pack 1\nfile a.yaml 1",
        "yunjian-pack 1\nfile a.yaml 01\nx",                      /* two spellings of a size */
        "yunjian-pack 1\nfile a.yaml +1\nx",
        "yunjian-pack 1\nfile a.yaml -1\nx",
        "yunjian-pack 1\nfile a.yaml 1 \nx",
        "yunjian-pack 1\nfile  a.yaml 1\nx",
        "yunjian-pack 1\nfile ../a.yaml 1\nx",                    /* leaves the folder */
        "yunjian-pack 1\nfile b/a.yaml 1\nx",
        "yunjian-pack 1\nfile . 1\nx",
        "yunjian-pack 1\nfile .. 1\nx",
        "yunjian-pack 1\nfile .a.yaml 1\nx",
        "yunjian-pack 1\nfile A.yaml 1\nx",
        "yunjian-pack 1\nfile a.yaml 9223372036854775807\nx",
        "yunjian-pack 1\nfile a.yaml 99999999999999999999\nx",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct pack pack = {0};
        struct err e = {0};
        if (pack_from_blob(arena, str_of(wrong[i]), &pack, &e))
            fail_msg("row %zu was read", i);
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_int_equal(pack.files.len, 0);
    }
}

static void what_is_read_from_a_changed_blob_packs_to_the_same_blob(void **state)
{
    (void)state;
    struct prng prng;
    struct pack pack = read_pack(str_printf(arena, "%.*s/base", STR_FMT(golden_folder())));
    str blob = pack_to_blob(arena, &pack);
    struct arena *work = arena_new(LIMIT_ARENA_POLICY);
    prng_seed(&prng, test_seed());
    for (int i = 0; i < MUTATIONS; i++) {
        struct pack back;
        struct err e = {0};
        str changed = mutate(work, &prng, blob);
        if (pack_from_blob(work, changed, &back, &e))
            assert_true(str_eq(pack_to_blob(work, &back), changed));
        else
            assert_int_equal(e.code, ERR_CORRUPT);
        arena_reset(work);
    }
    arena_free(work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_that_nobody_can_see_are_refused),
        TEST(mutated_packs_load_or_are_refused_with_a_reason),
        TEST(a_pack_survives_its_blob),
        TEST(the_order_of_adding_does_not_matter),
        TEST(only_the_one_canonical_blob_is_read),
        TEST(what_is_read_from_a_changed_blob_packs_to_the_same_blob),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

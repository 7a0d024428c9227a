/* SPDX-License-Identifier: Apache-2.0
 * base: what every other room takes for granted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAP ((size_t)1024 * 1024)

static int setup(void **state)
{
    *state = arena_new(CAP);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void assert_str(str got, str want)
{
    if (!str_eq(got, want))
        fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(got), STR_FMT(want));
}

/* Whether fn ends the process by abort(): what a broken invariant must do, in every build. */
static bool aborts(void (*fn)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)!freopen("/dev/null", "w", stderr);
        (void)signal(SIGABRT, SIG_DFL);
        fn();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* ---- must and err ---------------------------------------------------------------------------- */

static void break_invariant(void)
{
    must(1 + 1 == 3);
}

static void keep_invariant(void)
{
    must(1 + 1 == 2);
}

static void a_broken_invariant_aborts(void **state)
{
    (void)state;
    assert_true(aborts(break_invariant));
    assert_false(aborts(keep_invariant));
}

static void the_first_error_wins(void **state)
{
    (void)state;
    struct err e = {.code = ERR_NONE};
    assert_false(RAISE(&e, IO, "first.txt", "cannot read %d bytes", 7));
    assert_false(RAISE(&e, INPUT, "second.txt", "later"));
    assert_int_equal(e.code, ERR_IO);
    assert_string_equal(e.where, "first.txt");
    assert_string_equal(e.msg, "cannot read 7 bytes");
    assert_false(RAISE(NULL, IO, "nowhere", "nobody listens"));
}

static void a_long_error_stays_valid_text(void **state)
{
    (void)state;
    char text[901];
    for (size_t i = 0; i < 900; i += 3)
        memcpy(text + i, "云", 3);
    text[900] = 0;
    for (size_t shift = 0; shift < 3; shift++) {
        struct err e = {.code = ERR_NONE};
        assert_false(RAISE(&e, INPUT, text, "%.*s%s", (int)shift, "ab", text));
        assert_true(utf8_valid(str_of(e.where)) && strlen(e.where) > sizeof e.where - 4);
        assert_true(utf8_valid(str_of(e.msg)) && strlen(e.msg) > sizeof e.msg - 4);
    }
    struct err e = {.code = ERR_NONE};
    memset(text, 0x92, 900); /* no character begins anywhere: cut, but not away */
    assert_false(RAISE(&e, INPUT, text, "%s", text));
    assert_true(strlen(e.where) > 0 && strlen(e.msg) > 0);
}

static void every_error_has_a_status_and_a_name(void **state)
{
    (void)state;
#define X(symbol, status, retry)                                                                   \
    assert_int_equal(err_status(ERR_##symbol), status);                                            \
    assert_int_equal(err_retryable(ERR_##symbol), retry);                                          \
    assert_true(strlen(err_name(ERR_##symbol)) > 0);
    ERR_CODES(X)
#undef X
    assert_string_equal(err_name(ERR_NOT_FOUND), "not-found");
}

/* ---- arena ----------------------------------------------------------------------------------- */

static void memory_is_zeroed_and_aligned(void **state)
{
    struct arena *arena = *state;
    for (int round = 0; round < 3; round++) {
        for (size_t align = 1; align <= _Alignof(max_align_t); align *= 2) {
            unsigned char *bytes = arena_alloc(arena, 5000, align);
            assert_int_equal((uintptr_t)bytes % align, 0);
            for (size_t i = 0; i < 5000; i++)
                assert_int_equal(bytes[i], 0);
            memset(bytes, 0xaa, 5000);
        }
        arena_reset(arena);   /* what is used again must be zero again */
    }
}

int __asan_address_is_poisoned(const volatile void *address) __attribute__((weak));

/* In its build a step past a piece is a fault, and so is memory that was taken back; in others
 * pieces lie side by side. */
static void a_sanitizer_knows_what_is_given_out(void **state)
{
    struct arena *arena = *state;
    const char *first = arena_alloc(arena, 5, 1), *second = arena_alloc(arena, 3, 1);
    if (!__asan_address_is_poisoned) {
        assert_ptr_equal(second, first + 5);
        return;
    }
    assert_false(__asan_address_is_poisoned(first + 4));
    assert_true(__asan_address_is_poisoned(first + 5));
    assert_true(__asan_address_is_poisoned(second + 3));
    arena_reset(arena);
    assert_true(__asan_address_is_poisoned(first));
    assert_ptr_equal(arena_alloc(arena, 5, 1), first);
    assert_false(__asan_address_is_poisoned(first));
}

static void past_the_cap_it_jumps_to_the_frame(void **state)
{
    (void)state;
    struct arena *arena = arena_new(100 * 1000);
    jmp_buf frame;
    volatile size_t given = 0;
    if (setjmp(frame) == 0) {
        arena_on_overflow(arena, &frame);
        for (;;) {
            memset(arena_alloc(arena, 1000, 1), 1, 1000);
            given += 1000;
            assert_true(given <= 100 * 1000);
        }
    }
    /* Chunks waste little: most of the cap was given out, and never more than the cap. */
    assert_true(given > 90 * 1000);
    assert_true(arena_used(arena) <= 100 * 1000);
    if (setjmp(frame) == 0) {
        (void)arena_array(arena, SIZE_MAX / 2, 16, 16);
        fail_msg("a size that overflows must not be given");
    }
    arena_reset(arena);
    assert_non_null(arena_alloc(arena, 1000, 1));
    arena_free(arena);
}

static void overflow_without_frame(void)
{
    struct arena *arena = arena_new(1000);
    (void)arena_alloc(arena, 1001, 1);
}

static void past_the_cap_without_a_frame_it_aborts(void **state)
{
    (void)state;
    assert_true(aborts(overflow_without_frame));
}

struct trace {
    char text[8];
    size_t len;
};

static void trace_a(void *arg)
{
    struct trace *trace = arg;
    trace->text[trace->len++] = 'a';
}

static void trace_b(void *arg)
{
    struct trace *trace = arg;
    trace->text[trace->len++] = 'b';
}

static void deferrals_run_once_last_first(void **state)
{
    struct arena *arena = *state;
    struct trace trace = {{0}, 0};
    arena_defer(arena, trace_a, &trace);
    arena_defer(arena, trace_b, &trace);
    assert_int_equal(trace.len, 0);
    arena_reset(arena);
    assert_string_equal(trace.text, "ba");
    arena_reset(arena);
    assert_string_equal(trace.text, "ba");

    struct arena *other = arena_new(CAP);
    arena_defer(other, trace_b, &trace);
    arena_free(other);
    assert_string_equal(trace.text, "bab");
    arena_free(NULL);
}

/* ---- str ------------------------------------------------------------------------------------- */

static void strings_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(str_eq(S("云"), S("云")) && !str_eq(S("a"), S("ab")));
    assert_true(str_eq(STR_NONE, S("")) && str_eq(str_of(NULL), S("")));
    assert_true(str_cmp(S("a"), S("b")) < 0 && str_cmp(S("ab"), S("a")) > 0);
    assert_true(str_cmp(S("\xff"), S("a")) > 0 && str_cmp(S("x"), S("x")) == 0);
    assert_true(str_starts(S("case/12"), S("case/")) && !str_starts(S("ca"), S("case")));
    assert_true(str_ends(S("case/12"), S("12")) && !str_ends(S("2"), S("12")));
    assert_true(str_has(S("abcabd"), S("abd")) && !str_has(S("ab"), S("abc")));
    assert_true(str_has(S(""), S("")));
}

static void strings_are_trimmed_cut_and_copied(void **state)
{
    struct arena *arena = *state;
    str head = STR_NONE, tail = STR_NONE;
    assert_str(str_trim(S(" \t\r\n a b \n")), S("a b"));
    assert_str(str_trim(S(" \t ")), S(""));
    assert_true(str_cut(S("a=b=c"), '=', &head, &tail));
    assert_str(head, S("a"));
    assert_str(tail, S("b=c"));
    assert_false(str_cut(S("abc"), '=', &head, &tail));
    assert_str(head, S("abc"));
    assert_str(tail, S(""));

    char changing[] = "abc";
    str copy = str_dup(arena, str_of(changing));
    changing[0] = 'x';
    assert_str(copy, S("abc"));
    assert_string_equal(str_to_cstr(arena, (str){"abcdef", 3}), "abc");
    assert_str(str_printf(arena, "%d/%.*s", 12, STR_FMT(S("云鉴"))), S("12/云鉴"));
}

static void integers_have_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0}, {"7", 7}, {"-1", -1}, {"100", 100},
                {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}};
    static const char *const bad[] = {"", "-", "-0", "00", "01", "-01", "+1", " 1", "1 ", "1a",
                                      "0x1", "1.0", "9223372036854775808", "-9223372036854775809",
                                      "99999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t value = 42;
        assert_true(str_to_i64(str_of(good[i].text), &value));
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t value = 42;
        if (str_to_i64(str_of(bad[i]), &value))
            fail_msg("\"%s\" was taken for %lld", bad[i], (long long)value);
        assert_true(value == 42);
    }
}

static void the_nearest_word_is_found_or_none(void **state)
{
    (void)state;
    const str words[] = {S("review"), S("allocate"), S("supplement"), S("renew")};
    static const struct {
        const char *word, *nearest;
    } table[] = {
        {"review", "review"}, {"reviw", "review"}, {"rewiev", "review"}, {"renow", "renew"},
        {"alocate", "allocate"}, {"suplment", "supplement"}, {"zzz", ""}, {"x", ""},
        {"archive-of-the-province", ""},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        assert_str(str_nearest(str_of(table[i].word), words, COUNT_OF(words)),
                   str_of(table[i].nearest));
    assert_null(str_nearest(S("review"), words, 0).ptr);
    char wide[2000];
    memset(wide, 'r', sizeof wide);
    assert_null(str_nearest((str){wide, sizeof wide}, words, COUNT_OF(words)).ptr);
}

static void a_buffer_grows_and_prints_numbers(void **state)
{
    struct arena *arena = *state;
    struct buf buf = buf_new(arena, 1);
    for (int i = 0; i < 1000; i++)
        buf_addf(&buf, "%d,", i % 10);
    assert_int_equal(buf_str(&buf).len, 2000);
    assert_str((str){buf_str(&buf).ptr + 1980, 20}, S("0,1,2,3,4,5,6,7,8,9,"));

    struct buf numbers = buf_new(arena, 0);
    static const int64_t values[] = {0, -1, 10, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        buf_add_i64(&numbers, values[i]);
        buf_addc(&numbers, ' ');
    }
    buf_add(&numbers, STR_NONE);
    assert_str(buf_str(&numbers), S("0 -1 10 9223372036854775807 -9223372036854775808 "));
}

/* ---- encodings ------------------------------------------------------------------------------- */

static void only_valid_utf8_passes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        bool valid;
    } table[] = {
        {"", 0, true}, {"abc", 3, true}, {"云鉴", 6, true}, {"\xf0\x9f\x98\x80", 4, true},
        {"\xc2\x80", 2, true}, {"\xef\xbf\xbf", 3, true}, {"\xf4\x8f\xbf\xbf", 4, true},
        {"a\0b", 3, false},                 /* NUL */
        {"\xc0\x80", 2, false},             /* overlong NUL */
        {"\xc1\xbf", 2, false},             /* overlong */
        {"\xe0\x9f\xbf", 3, false},         /* overlong */
        {"\xf0\x8f\xbf\xbf", 4, false},     /* overlong */
        {"\xed\xa0\x80", 3, false},         /* surrogate */
        {"\xed\xbf\xbf", 3, false},         /* surrogate */
        {"\xf4\x90\x80\x80", 4, false},     /* past U+10FFFF */
        {"\xf8\x88\x80\x80\x80", 5, false}, /* five bytes */
        {"\x80", 1, false},                 /* continuation alone */
        {"\xe4\xba", 2, false},             /* cut */
        {"\xe4\xba" "a", 3, false},         /* broken off */
        {"\xff", 1, false},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (utf8_valid((str){table[i].bytes, table[i].len}) != table[i].valid)
            fail_msg("row %zu", i);
}

static void hexadecimal_goes_both_ways(void **state)
{
    struct arena *arena = *state;
    const uint8_t bytes[] = {0x00, 0x1f, 0xa0, 0xff};
    uint8_t back[4] = {0};
    str hex = hex_encode(arena, bytes, sizeof bytes);
    assert_str(hex, S("001fa0ff"));
    assert_true(hex_decode(hex, back, sizeof back));
    assert_memory_equal(back, bytes, sizeof bytes);
    assert_false(hex_decode(S("001fa0"), back, sizeof back));
    assert_false(hex_decode(S("001fa0ff00"), back, sizeof back));
    assert_false(hex_decode(S("001FA0FF"), back, sizeof back));   /* one spelling */
    assert_false(hex_decode(S("001fa0fg"), back, sizeof back));
}

static void base64_follows_rfc_4648(void **state)
{
    struct arena *arena = *state;
    static const char *const vectors[][2] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "+/+/"},
    };
    static const char *const bad[] = {"Z", "Zg", "Zg=", "Zg===", "=Zg=", "Z===", "====", "Zg==Zg==",
                                      "Zm8=Zm8=", "Zh==", "Zm9=", "Zm 9", "Zm-v", "Zm=v"};
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        str plain = str_of(vectors[i][0]), back = S("?");
        assert_str(base64_encode(arena, plain.ptr, plain.len), str_of(vectors[i][1]));
        assert_true(base64_decode(arena, str_of(vectors[i][1]), &back));
        assert_str(back, plain);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        str out = S("?");
        if (base64_decode(arena, str_of(bad[i]), &out))
            fail_msg("\"%s\" was taken", bad[i]);
        assert_str(out, S("?"));
    }
}

/* ---- containers ------------------------------------------------------------------------------ */

static void a_vector_keeps_what_was_added(void **state)
{
    struct arena *arena = *state;
    VEC(int64_t) numbers = {0};
    for (int64_t i = 0; i < 1000; i++)
        VEC_PUSH(arena, &numbers, i * i);
    int64_t *fresh = VEC_ADD(arena, &numbers);
    assert_true(*fresh == 0);
    assert_int_equal(numbers.len, 1001);
    for (int64_t i = 0; i < 1000; i++)
        assert_true(numbers.items[i] == i * i);
}

static void a_map_finds_replaces_and_grows(void **state)
{
    struct arena *arena = *state;
    struct map *map = map_new(arena);
    enum { N = 2000 };
    int *values = NEWS(arena, int, N);
    assert_null(map_get(map, S("0")));
    for (int i = 0; i < N; i++)
        map_put(map, str_printf(arena, "%d", i), &values[i]);
    assert_int_equal(map_len(map), N);
    for (int i = 0; i < N; i++)
        assert_ptr_equal(map_get(map, str_printf(arena, "%d", i)), &values[i]);
    assert_null(map_get(map, S("2000")));
    map_put(map, S("7"), &values[0]);
    assert_ptr_equal(map_get(map, S("7")), &values[0]);
    assert_int_equal(map_len(map), N);
    map_put(map, S(""), &values[1]);
    assert_ptr_equal(map_get(map, STR_NONE), &values[1]);
}

static void checked_integers_refuse_overflow(void **state)
{
    (void)state;
    int64_t out = 0;
    assert_true(i64_add(INT64_MAX, -1, &out) && out == INT64_MAX - 1);
    assert_false(i64_add(INT64_MAX, 1, &out));
    assert_false(i64_add(INT64_MIN, -1, &out));
    assert_true(i64_mul(INT64_MAX, -1, &out) && out == -INT64_MAX);
    assert_false(i64_mul(INT64_MIN, -1, &out));
}

/* ---- prng ------------------------------------------------------------------------------------ */

/* The published test vectors of splitmix64 (seed 1234567) and xoshiro256** (state 1 2 3 4). */
static void the_generator_is_the_published_one(void **state)
{
    (void)state;
    static const uint64_t seeded[] = {6457827717110365317u, 3203168211198807973u,
                                      9817491932198370423u, 4593380528125082431u};
    static const uint64_t drawn[] = {11520u, 0u, 1509978240u, 1215971899390074240u,
                                     1216172134540287360u, 607988272756665600u};
    struct prng prng;
    prng_seed(&prng, 1234567);
    for (size_t i = 0; i < COUNT_OF(seeded); i++)
        assert_true(prng.state[i] == seeded[i]);
    prng = (struct prng){{1, 2, 3, 4}};
    for (size_t i = 0; i < COUNT_OF(drawn); i++)
        assert_true(prng_next(&prng) == drawn[i]);
}

static void draws_below_a_limit_are_even(void **state)
{
    (void)state;
    enum { DRAWS = 60000, FACES = 6 };
    struct prng prng;
    int seen[FACES] = {0}, chance = 0;
    prng_seed(&prng, 20201001);
    for (int i = 0; i < DRAWS; i++)
        seen[prng_below(&prng, FACES)]++;
    /* 10,000 expected, standard deviation 91: five of them are never passed by a sound one. */
    for (int i = 0; i < FACES; i++)
        assert_in_range(seen[i], 9540, 10460);
    /* Two thirds of the range: a plain modulo would give the lower third twice as often. */
    uint64_t limit = UINT64_MAX / 3 * 2;
    int low = 0;
    for (int i = 0; i < DRAWS; i++)
        low += prng_below(&prng, limit) < limit / 2;
    assert_in_range(low, 29400, 30600);
    for (int i = 0; i < DRAWS; i++)
        chance += prng_chance(&prng, 25);
    assert_in_range(chance, 14450, 15550);
    for (int i = 0; i < 1000; i++) {
        assert_true(prng_below(&prng, 1) == 0);
        assert_true(prng_chance(&prng, 100) && !prng_chance(&prng, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_invariant_aborts),
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(a_long_error_stays_valid_text),
        cmocka_unit_test(every_error_has_a_status_and_a_name),
        cmocka_unit_test_setup_teardown(memory_is_zeroed_and_aligned, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sanitizer_knows_what_is_given_out, setup, teardown),
        cmocka_unit_test(past_the_cap_it_jumps_to_the_frame),
        cmocka_unit_test(past_the_cap_without_a_frame_it_aborts),
        cmocka_unit_test_setup_teardown(deferrals_run_once_last_first, setup, teardown),
        cmocka_unit_test(strings_compare_by_bytes),
        cmocka_unit_test_setup_teardown(strings_are_trimmed_cut_and_copied, setup, teardown),
        cmocka_unit_test(integers_have_one_spelling),
        cmocka_unit_test(the_nearest_word_is_found_or_none),
        cmocka_unit_test_setup_teardown(a_buffer_grows_and_prints_numbers, setup, teardown),
        cmocka_unit_test(only_valid_utf8_passes),
        cmocka_unit_test_setup_teardown(hexadecimal_goes_both_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(base64_follows_rfc_4648, setup, teardown),
        cmocka_unit_test_setup_teardown(a_vector_keeps_what_was_added, setup, teardown),
        cmocka_unit_test_setup_teardown(a_map_finds_replaces_and_grows, setup, teardown),
        cmocka_unit_test(checked_integers_refuse_overflow),
        cmocka_unit_test(the_generator_is_the_published_one),
        cmocka_unit_test(draws_below_a_limit_are_even),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}

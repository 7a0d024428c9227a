/* SPDX-License-Identifier: Apache-2.0
 * The words that queries, files and settings are made of: whole numbers, days, instants, units,
 * hexadecimal, base64. What is read as one is written as it was. */
#include "fuzz.h"

static void numbers(struct arena *arena, str input)
{
    int64_t number, at_ms;
    date day;
    enum unit unit;
    if (str_to_i64(input, &number))
        must(str_eq(str_printf(arena, "%lld", (long long)number), input));
    if (date_parse(input, &day)) {
        must(str_eq(date_print(arena, day), input));
        must(date_year(day) >= LIMIT_YEAR_MIN && date_year(day) <= LIMIT_YEAR_MAX);
    }
    if (instant_parse(input, &at_ms))
        must(str_eq(instant_print(arena, at_ms), input));
    if (unit_parse(input, &unit))
        must(str_eq(str_of(unit_name(unit)), input));
}

static void bytes(struct arena *arena, str input)
{
    str decoded;
    uint8_t raw[32];
    if (base64_decode(arena, input, &decoded))
        must(str_eq(base64_encode(arena, decoded.ptr, decoded.len), input));
    if (hex_decode(input, raw, sizeof raw)) {
        str text = hex_encode(arena, raw, sizeof raw);
        must(text.len == input.len);
        for (size_t i = 0; i < text.len; i++)
            must(text.ptr[i] == (input.ptr[i] | 0x20)); /* small letters */
    }
    str again;
    must(base64_decode(arena, base64_encode(arena, input.ptr, input.len), &again));
    must(str_eq(again, input));
}

/* The nearest of some words is one of them, whatever is asked. */
static void nearest(str input)
{
    static const str words[] = {{"working-day", 11}, {"day", 3}, {"month", 5}, {"材料", 6}};
    str near = str_nearest(input, words, COUNT_OF(words));
    bool known = !near.ptr;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        known |= str_eq(near, words[i]);
    must(known);
}

static void run(struct arena *arena, str input)
{
    numbers(arena, input);
    bytes(arena, input);
    nearest(input);
    must(str_trim(input).len <= input.len);
    str head, tail;
    must(str_cut(input, '=', &head, &tail) == (head.len + tail.len + 1 == input.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}

/* SPDX-License-Identifier: Apache-2.0
 * JSON of a request: what is accepted has one text, and that text says the same. */
#include "fuzz.h"
#include "json/json.h"

static void run(struct arena *arena, str input)
{
    struct err e = {0};
    struct doc *doc = NULL, *again = NULL;
    if (!json_parse(arena, input, &doc, &e)) {
        must(e.code == ERR_INPUT || e.code == ERR_LIMIT);
        fuzz_refused(input, &e);
        return;
    }
    must(utf8_valid(input));
    str text = json_canonical(arena, doc);
    must(json_parse(arena, text, &again, &e));
    must(doc_equal(doc, again));
    must(str_eq(json_canonical(arena, again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * json: strict JSON in, canonical JSON out.
 *
 * Contract of the room: the only place that sees jansson. Input is refused when it has duplicate
 * keys, invalid UTF-8, a NUL, a float, an integer outside +-(2^53-1), trailing bytes, more depth
 * or members than terms/limits.h allows. Output has sorted keys, no blanks, shortest escapes, so
 * one document has one text: what the journal hashes.
 */
#ifndef YJ_JSON_H
#define YJ_JSON_H

#include "base/base.h"
#include "terms/terms.h"

/* Errors: INPUT with where = "line L, column C" and what is wrong; LIMIT. Lives in the arena. */
bool json_parse(struct arena *arena, str text, struct doc **out, struct err *e) WARN_UNUSED;

/* The same with other limits, for texts that the program itself wrote: bytes of text, levels of
 * lists and maps inside one another, items and members of all lists and maps together. */
struct json_limits {
    size_t bytes;
    int depth;
    int64_t members;
};
bool json_parse_within(struct arena *arena, str text, struct json_limits limits,
                       struct doc **out, struct err *e) WARN_UNUSED;

/* Is it a text as json_canonical makes nearly all of them: within the limits, no blanks, keys
 * ascending and none twice, no escapes, valid UTF-8? Then json_parse_within takes it, and
 * json_canonical prints it again. A text that is not plain may be sound all the same. */
bool json_is_plain(str text, struct json_limits limits);
/* Reads a plain text. False: it is none; nothing was taken from the arena. */
bool json_read_plain(struct arena *arena, str text, struct json_limits limits, struct doc **out)
    WARN_UNUSED;

/* Prints what it is given: texts must be valid UTF-8, and an integer outside +-(2^53-1) makes a
 * text that json_parse refuses. NULL prints null. */
void json_print(struct buf *buf, const struct doc *doc);
str json_canonical(struct arena *arena, const struct doc *doc);

#endif

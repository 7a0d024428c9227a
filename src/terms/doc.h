/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_DOC_H
#define YJ_TERMS_DOC_H

#include "base/base.h"
#include "terms/date.h"

/* A document: the value model of JSON without floats. Forms, derivations, event payloads and
 * HTTP bodies are documents; json/ reads and writes their bytes. */
enum doc_kind { DOC_NULL, DOC_BOOL, DOC_INT, DOC_TEXT, DOC_LIST, DOC_MAP };

struct doc;
struct doc_member {
    str key;
    struct doc *value;
};
struct doc {
    enum doc_kind kind;
    bool boolean;
    int64_t integer;
    str text;
    VEC(struct doc *) list;
    VEC(struct doc_member) map;  /* insertion order; unique keys; canonical output sorts */
};

struct doc *doc_null(struct arena *arena);
struct doc *doc_bool(struct arena *arena, bool value);
struct doc *doc_int(struct arena *arena, int64_t value);
struct doc *doc_text(struct arena *arena, str value);     /* borrows the bytes */
struct doc *doc_list(struct arena *arena);
struct doc *doc_map(struct arena *arena);

void doc_push(struct arena *arena, struct doc *list, struct doc *value);
/* Adds or replaces. */
void doc_put(struct arena *arena, struct doc *map, str key, struct doc *value);
void doc_put_int(struct arena *arena, struct doc *map, str key, int64_t value);
void doc_put_bool(struct arena *arena, struct doc *map, str key, bool value);
void doc_put_text(struct arena *arena, struct doc *map, str key, str value);
void doc_put_date(struct arena *arena, struct doc *map, str key, date value); /* null for none */

/* NULL when map is NULL, not a map, or has no such key. */
struct doc *doc_get(const struct doc *map, str key);
/* The value, or the fallback when it is absent or of another kind. */
str doc_get_text(const struct doc *map, str key);         /* STR_NONE when absent */
int64_t doc_get_int(const struct doc *map, str key, int64_t fallback);
bool doc_get_bool(const struct doc *map, str key);
date doc_get_date(const struct doc *map, str key);        /* DATE_NONE when absent or null */
bool doc_equal(const struct doc *a, const struct doc *b); /* maps compare without order */
struct doc *doc_copy(struct arena *arena, const struct doc *doc); /* deep, bytes too; NULL: NULL */

/* Sticky reading: the first value that is absent or of the wrong kind fills e (INPUT, where =
 * the key) and every later read gives the empty value; read all fields, check e once. */
struct doc_reader {
    const struct doc *map;
    struct err *e;
};
int64_t doc_read_int(struct doc_reader *reader, str key);
bool doc_read_bool(struct doc_reader *reader, str key);
str doc_read_text(struct doc_reader *reader, str key);
date doc_read_date(struct doc_reader *reader, str key);   /* null or absent gives DATE_NONE */
struct doc *doc_read_doc(struct doc_reader *reader, str key); /* null or absent gives NULL */
/* Refuses the first member whose key is not among the n known ones, with the nearest word. */
bool doc_refuse_unknown(const struct doc *map, const str *known, size_t n, struct err *e)
    WARN_UNUSED;

#endif

/* SPDX-License-Identifier: Apache-2.0
 * JSON bodies, member by member. */
#include "door/priv.h"

bool body_map(struct request *r, const str *known, size_t n, struct doc **out)
{
    struct err e = {0};
    struct doc *doc = NULL;
    if (!utf8_valid(buf_str(&r->body))) {
        problem(r, PROBLEM_BAD_TEXT, S("body"), (struct words){S("请求内容"), S("content")},
                NO_WORDS);
        return false;
    }
    if (!json_parse(r->arena, buf_str(&r->body), &doc, &e)) {
        problem_input(r, PROBLEM_BAD_JSON,
                      S("语法有误、键重复、数字或字符不可接受，或内容过深过多，请更正。"), &e);
        return false;
    }
    if (doc->kind != DOC_MAP)
        RAISE(&e, INPUT, "body", "a map of members in { } is wanted");
    else
        *out = doc;
    if (e.code == ERR_NONE && doc_refuse_unknown(doc, known, n, &e))
        return true;
    problem_err(r, &e);
    return false;
}

str body_text(struct doc_reader *reader, str key, bool optional, size_t max_bytes)
{
    if (optional && !doc_get(reader->map, key))
        return S("");
    str text = doc_read_text(reader, key);
    if (text.len > max_bytes) {
        RAISE(reader->e, INPUT, key.ptr, "the text has %zu bytes and may have %zu; shorten it",
              text.len, max_bytes);
        return S("");
    }
    return text;
}

int64_t body_int(struct doc_reader *reader, str key, bool optional, int64_t min, int64_t max)
{
    if (optional && !doc_get(reader->map, key))
        return 0;
    int64_t value = doc_read_int(reader, key);
    if (reader->e->code == ERR_NONE && (value < min || value > max))
        RAISE(reader->e, INPUT, key.ptr, "an integer from %lld to %lld is wanted", (long long)min,
              (long long)max);
    return value;
}

struct doc *body_doc(struct doc_reader *reader, str key, bool optional, enum doc_kind kind)
{
    const struct doc *found = doc_get(reader->map, key);
    if (optional && !found)
        return NULL;
    struct doc *doc = doc_read_doc(reader, key);
    if (reader->e->code == ERR_NONE && (!doc || doc->kind != kind))
        RAISE(reader->e, INPUT, key.ptr, "%s is wanted",
              kind == DOC_MAP    ? "a map of members in { }"
              : kind == DOC_BOOL ? "true or false"
                                 : "a list in [ ]");
    return doc;
}

/* SPDX-License-Identifier: Apache-2.0
 * One document, one text: keys sorted by their bytes, no blanks, the shortest escape. */
#include "json/json.h"

#include <stdlib.h>

enum { SHORT_MAP = 32 };

static void print_escape(struct buf *buf, unsigned char c)
{
    switch (c) {
    case '"': buf_add(buf, S("\\\"")); return;
    case '\\': buf_add(buf, S("\\\\")); return;
    case '\b': buf_add(buf, S("\\b")); return;
    case '\f': buf_add(buf, S("\\f")); return;
    case '\n': buf_add(buf, S("\\n")); return;
    case '\r': buf_add(buf, S("\\r")); return;
    case '\t': buf_add(buf, S("\\t")); return;
    }
    static const char digits[] = "0123456789abcdef";
    const char code[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    buf_add(buf, (str){code, sizeof code});
}

static void print_text(struct buf *buf, str text)
{
    buf_addc(buf, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(buf, (str){text.ptr + from, i - from});
        print_escape(buf, c);
        from = i + 1;
    }
    if (from < text.len)
        buf_add(buf, (str){text.ptr + from, text.len - from});
    buf_addc(buf, '"');
}

static void print_list(struct buf *buf, const struct doc *doc)
{
    buf_addc(buf, '[');
    for (size_t i = 0; i < doc->list.len; i++) {
        if (i)
            buf_addc(buf, ',');
        json_print(buf, doc->list.items[i]);
    }
    buf_addc(buf, ']');
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct doc_member *)a)->key, ((const struct doc_member *)b)->key);
}

/* Nearly all maps are short, and nearly in order. */
static void sort_members(struct doc_member *members, size_t n)
{
    if (n > SHORT_MAP) {
        qsort(members, n, sizeof *members, by_key);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct doc_member moved = members[i];
        size_t at = i;
        for (; at > 0 && by_key(&members[at - 1], &moved) > 0; at--)
            members[at] = members[at - 1];
        members[at] = moved;
    }
}

static bool is_sorted(const struct doc_member *members, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (by_key(&members[i - 1], &members[i]) > 0)
            return false;
    return true;
}

static void print_map(struct buf *buf, const struct doc *doc)
{
    const struct doc_member *members = doc->map.items;
    size_t n = doc->map.len;
    /* What came out of a canonical text is sorted already: no copy then. */
    if (!is_sorted(members, n)) {
        struct doc_member *sorted = NEWS(buf->arena, struct doc_member, n);
        for (size_t i = 0; i < n; i++)
            sorted[i] = members[i];
        sort_members(sorted, n);
        members = sorted;
    }
    buf_addc(buf, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(buf, ',');
        print_text(buf, members[i].key);
        buf_addc(buf, ':');
        json_print(buf, members[i].value);
    }
    buf_addc(buf, '}');
}

void json_print(struct buf *buf, const struct doc *doc)
{
    if (!doc) {
        buf_add(buf, S("null"));
        return;
    }
    switch (doc->kind) {
    case DOC_NULL: buf_add(buf, S("null")); return;
    case DOC_BOOL: buf_add(buf, doc->boolean ? S("true") : S("false")); return;
    case DOC_INT: buf_add_i64(buf, doc->integer); return;
    case DOC_TEXT: print_text(buf, doc->text); return;
    case DOC_LIST: print_list(buf, doc); return;
    case DOC_MAP: print_map(buf, doc); return;
    }
    must_not_reach("a kind of document");
}

str json_canonical(struct arena *arena, const struct doc *doc)
{
    struct buf buf = buf_new(arena, 512);
    json_print(&buf, doc);
    return buf_str(&buf);
}

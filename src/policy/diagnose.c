/* SPDX-License-Identifier: Apache-2.0
 * Findings about a pack: collecting, hints, and how a person reads them. */
#include <stdarg.h>

#include "policy/load_priv.h"

static const struct {
    const char *code;
    bool warning;
} PROBLEM_TABLE[] = {
#define X(symbol, code, warning) {code, warning},
    PROBLEMS(X)
#undef X
};

bool problem_is_warning(enum problem problem)
{
    return PROBLEM_TABLE[problem].warning;
}

str source_line(str bytes, int line)
{
    str head = STR_NONE, rest = bytes;
    for (int i = 0; i < line; i++) {
        if (rest.len == 0)
            return S("");
        str_cut(rest, '\n', &head, &rest);
    }
    return head;
}

static str file_bytes(const struct load *load, str name)
{
    for (size_t i = 0; i < load->pack->files.len; i++)
        if (str_eq(load->pack->files.items[i].name, name))
            return load->pack->files.items[i].bytes;
    return STR_NONE;
}

void diagnose(struct load *load, enum problem problem, struct pos pos, const char *fmt, ...)
{
    struct diagnostics *all = load->diagnostics;
    bool warning = problem_is_warning(problem);
    if (all->items.len >= DIAGNOSTICS_MAX) {
        /* The list is full, but an error still refuses the pack. */
        all->errors += warning ? 0 : 1;
        return;
    }
    va_list args;
    va_start(args, fmt);
    str message = str_vprintf(load->arena, fmt, args);
    va_end(args);
    str source = source_line(file_bytes(load, pos.file), pos.line);
    struct diagnostic found = {
        .warning = warning,
        .code = str_of(PROBLEM_TABLE[problem].code),
        .pos = pos,
        .message = message,
        .source = utf8_valid(source) ? source : S(""),
    };
    VEC_PUSH(load->arena, &all->items, found);
    all->errors += warning ? 0 : 1;
}

enum { EXPECTED_SHOWN = 24 };

str expected_words(struct arena *arena, str word, const str *words, size_t n)
{
    struct buf out = buf_new(arena, 128);
    if (n == 0) {
        buf_add(&out, S("; there is none."));
        return buf_str(&out);
    }
    buf_add(&out, S("; expected "));
    size_t shown = n > EXPECTED_SHOWN ? EXPECTED_SHOWN : n;
    for (size_t i = 0; i < shown; i++) {
        if (i > 0)
            buf_add(&out, i + 1 == n ? S(" or ") : S(", "));
        buf_add(&out, words[i]);
    }
    if (shown < n)
        buf_addf(&out, " or %zu more", n - shown);
    buf_addc(&out, '.');
    str near = str_nearest(word, words, n);
    if (near.ptr)
        buf_addf(&out, " Did you mean \"%.*s\"?", STR_FMT(near));
    return buf_str(&out);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n';
}

/* A plain scalar may run over several lines, which YAML folds into one blank each: both are
 * walked together. Whatever does not walk (escapes, blocks) keeps the scalar's own mark. */
struct pos node_pos_at(const struct load *load, const struct node *scalar, size_t at)
{
    struct pos pos = scalar->pos;
    str bytes = file_bytes(load, pos.file);
    str line = source_line(bytes, pos.line);
    if (line.len == 0)
        return pos;
    const char *from = line.ptr, *end = bytes.ptr + bytes.len;
    for (int column = 1; column < pos.column && from < end; column++)
        do {
            from++;
        } while (from < end && ((unsigned char)*from & 0xc0) == 0x80);
    if (!scalar->plain && from < end && (*from == '"' || *from == '\'')) {
        from++;
        pos.column++;
    }
    for (size_t i = 0; i < at && i < scalar->text.len; i++) {
        char c = scalar->text.ptr[i];
        if (from >= end)
            return scalar->pos;
        if (c == ' ' && i + 1 < scalar->text.len && !is_space(scalar->text.ptr[i + 1])) {
            const char *next = from;
            while (next < end && *next == ' ')
                next++;
            if (next < end && *next == '\n') {
                while (next < end && is_space(*next)) {
                    pos.column = *next == '\n' ? 1 : pos.column + 1;
                    pos.line += *next == '\n';
                    next++;
                }
                from = next;
                continue;
            }
        }
        if (*from != c)
            return scalar->pos;
        from++;
        if (((unsigned char)c & 0xc0) != 0x80)
            pos.column++;
    }
    return pos;
}

/* Blanks under the text before the caret; Chinese characters take two columns on a terminal. */
static void print_caret(struct buf *out, str line, int column)
{
    int at = 1;
    for (size_t i = 0; i < line.len && at < column; at++) {
        bool wide = (unsigned char)line.ptr[i] >= 0xe2;
        buf_add(out, wide ? S("  ") : S(" "));
        do {
            i++;
        } while (i < line.len && ((unsigned char)line.ptr[i] & 0xc0) == 0x80);
    }
    buf_add(out, S("^\n"));
}

str diagnostics_print(struct arena *arena, const struct diagnostics *diagnostics)
{
    struct buf out = buf_new(arena, 1024);
    for (size_t i = 0; i < diagnostics->items.len; i++) {
        const struct diagnostic *d = &diagnostics->items.items[i];
        buf_addf(&out, "%.*s:%d:%d: %.*s: %s%.*s\n", STR_FMT(d->pos.file), d->pos.line,
                 d->pos.column, STR_FMT(d->code), d->warning ? "warning: " : "",
                 STR_FMT(d->message));
        if (d->source.len == 0)
            continue;
        buf_addf(&out, "%.*s\n", STR_FMT(d->source));
        print_caret(&out, d->source, d->pos.column);
    }
    return buf_str(&out);
}

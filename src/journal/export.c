/* SPDX-License-Identifier: Apache-2.0
 * Writing an export: some streams in clear, the rest of the tree as few hashes as will do. */
#include "journal/journal_priv.h"

#include "journal/verify_priv.h"
#include "json/json.h"

#include <stdlib.h>

enum { LEVEL_MAX = TILE_BITS * TILE_LEVELS - 1, STREAM_ROWS = 64 };
static const size_t EXPORT_BYTES = (size_t)1024 * 1024 * 1024;

struct exporter {
    struct db *db;
    const struct export_wish *wish;
    bool (*put)(void *ctx, str line, struct err *e);
    void *ctx;
    struct arena *arena, *scratch;
    struct log_reader reader;
    struct checkpoint *checkpoint;
    struct line *line;       /* what the lines written so far add up to */
    VEC(int64_t) clear;      /* indices, in order */
    struct exported told;
};

static bool put_head(struct exporter *x, struct err *e)
{
    struct doc *head = doc_map(x->arena), *streams = doc_list(x->arena);
    for (size_t i = 0; i < x->wish->n; i++)
        doc_push(x->arena, streams, doc_text(x->arena, x->wish->streams[i]));
    doc_put_text(x->arena, head, S("checkpoint"), x->checkpoint->note);
    doc_put_text(x->arena, head, S("format"), S("yunjian-export-1"));
    doc_put_text(x->arena, head, S("key"), x->wish->key_pem);
    doc_put(x->arena, head, S("streams"), streams);
    str line = json_canonical(x->arena, head);
    return x->put(x->ctx, str_printf(x->arena, "%.*s\n", STR_FMT(line)), e);
}

static bool put_entry(void *ctx, const struct row_entry *row, struct err *e)
{
    struct exporter *x = ctx;
    arena_reset(x->scratch);
    struct digest leaf = line_leaf(x->scratch, row->bytes);
    str hex = digest_hex(x->scratch, leaf);
    line_push(x->line, 0, leaf);
    x->told.clear++;
    return x->put(x->ctx, str_printf(x->scratch, "{\"entry\":%.*s,\"leaf\":\"%.*s\"}\n",
                                     STR_FMT(row->bytes), STR_FMT(hex)), e);
}

/* The largest full subtree that begins here and ends before `end`, until there is none left. */
static bool put_foreign(struct exporter *x, int64_t end, struct err *e)
{
    while (x->line->size < end) {
        int64_t at = x->line->size, since = x->wish->since;
        int64_t stop = since > at && since < end ? since : end;
        int level = at ? __builtin_ctzll((unsigned long long)at) : LEVEL_MAX;
        while (level > LEVEL_MAX || at + (INT64_C(1) << level) > stop)
            level--;
        struct digest hash;
        if (!log_read(&x->reader, level, at >> level, &hash, e))
            return false;
        arena_reset(x->scratch);
        line_push(x->line, level, hash);
        str hex = digest_hex(x->scratch, hash);
        if (!x->put(x->ctx, str_printf(x->scratch, "{\"hash\":\"%.*s\",\"level\":%d}\n",
                                       STR_FMT(hex), level), e))
            return false;
    }
    return true;
}

static bool find_stream(struct exporter *x, str stream, struct err *e)
{
    int64_t after = 0;
    size_t before = x->clear.len;
    for (size_t n = STREAM_ROWS; n == STREAM_ROWS;) {
        struct row_entry *rows = NULL;
        arena_reset(x->scratch);
        if (!q_entries_of_stream(x->db, x->scratch, stream, after, STREAM_ROWS, &rows, &n, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            after = rows[i].seq;
            if (rows[i].idx < x->checkpoint->size)
                VEC_PUSH(x->arena, &x->clear, rows[i].idx);
            else
                x->told.later++;
        }
    }
    if (x->clear.len > before)
        return true;
    return RAISE(e, NOT_FOUND, "checkpoints", "%.*s has no entry under the last checkpoint yet, so "
                 "nothing of it can be proven: let the server sign, and come again",
                 STR_FMT(stream));
}

static int by_index(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static bool put_streams(struct exporter *x, struct err *e)
{
    for (size_t i = 0; i < x->wish->n; i++)
        if (!find_stream(x, x->wish->streams[i], e))
            return false;
    if (x->clear.len > 1)
        qsort(x->clear.items, x->clear.len, sizeof *x->clear.items, by_index);
    for (size_t i = 0; i < x->clear.len; i++) {
        int64_t index = x->clear.items[i];
        if (!put_foreign(x, index, e) ||
            !q_entries_between(x->db, index, index + 1, put_entry, x, e))
            return false;
    }
    return put_foreign(x, x->checkpoint->size, e);
}

static bool put_all(struct exporter *x, struct err *e)
{
    struct row_entry *last = NULL;
    if (!q_entry_last(x->db, x->arena, &last, e))
        return false;
    x->told.later = last ? last->idx + 1 - x->checkpoint->size : 0;
    return q_entries_between(x->db, 0, x->checkpoint->size, put_entry, x, e);
}

static bool run(struct exporter *x, struct err *e)
{
    if (!checkpoint_last(x->db, x->arena, &x->checkpoint, e))
        return false;
    if (!x->checkpoint)
        return RAISE(e, NOT_FOUND, "checkpoints", "nothing is signed yet, so nothing can be "
                     "proven: start the server once, or wait a minute");
    if (!put_head(x, e) || !(x->wish->n ? put_streams(x, e) : put_all(x, e)))
        return false;
    x->told.size = x->checkpoint->size;
    if (x->line->size == x->checkpoint->size
        && digest_equal(line_root(x->line), x->checkpoint->root))
        return true;
    return RAISE(e, CORRUPT, "journal", "the log is not the one that checkpoint %lld signed, so "
                 "the export would not prove itself; run verify",
                 (long long)x->checkpoint->number);
}

bool journal_export(struct db *db, const struct export_wish *wish,
                    bool (*put)(void *ctx, str line, struct err *e), void *ctx,
                    struct exported *out, struct err *e)
{
    struct exporter x = {.db = db, .wish = wish, .put = put, .ctx = ctx};
    x.arena = arena_new(EXPORT_BYTES);
    x.scratch = arena_new(EXPORT_BYTES);
    x.line = NEW(x.arena, struct line);
    x.reader = log_reader_open(db);
    bool ok = run(&x, e);
    *out = x.told;
    log_reader_close(&x.reader);
    arena_free(x.scratch);
    arena_free(x.arena);
    return ok;
}

/* SPDX-License-Identifier: Apache-2.0
 * The tree as the database holds it: full tiles, and entries where no tile is full yet. */
#include "journal/journal_priv.h"

#include <string.h>

struct digest tile_combine(const struct digest *hashes, int64_t n)
{
    struct digest row[TILE_HASHES / 2];
    must(n > 0 && n <= TILE_HASHES && (n & (n - 1)) == 0);
    if (n == 1)
        return hashes[0];
    for (int64_t i = 0; i < n / 2; i++)
        row[i] = tree_node(hashes[2 * i], hashes[2 * i + 1]);
    for (n /= 2; n > 1; n /= 2)
        for (int64_t i = 0; i < n / 2; i++)
            row[i] = tree_node(row[2 * i], row[2 * i + 1]);
    return row[0];
}

struct log_reader log_reader_open(struct db *db)
{
    return (struct log_reader){db, arena_new((size_t)4 * 1024 * 1024)};
}

void log_reader_close(struct log_reader *reader)
{
    arena_free(reader->scratch);
}

/* *out_found is false when the tile is not full yet; then out is left alone. */
static bool read_tile(struct log_reader *reader, int level, int64_t number,
                      struct digest out[TILE_HASHES], bool *out_found, struct err *e)
{
    struct row_tile *row = NULL;
    arena_reset(reader->scratch);
    if (!q_tile(reader->db, reader->scratch, level, number, &row, e))
        return false;
    if (row && row->hashes.len != TILE_BYTES)
        return RAISE(e, CORRUPT, "tiles",
                     "tile %lld of level %d holds %zu bytes instead of %d; run verify",
                     (long long)number, level, row->hashes.len, TILE_BYTES);
    if (row)
        memcpy(out, row->hashes.ptr, TILE_BYTES);
    *out_found = row != NULL;
    return true;
}

static bool read_leaves(struct log_reader *reader, int64_t begin, int64_t n, struct digest *out,
                        struct err *e)
{
    struct row_leaf *rows = NULL;
    size_t rows_n = 0;
    arena_reset(reader->scratch);
    if (!q_leaves_from(reader->db, reader->scratch, begin, n, &rows, &rows_n, e))
        return false;
    for (int64_t i = 0; i < n; i++) {
        if ((size_t)i >= rows_n || rows[i].idx != begin + i || rows[i].leaf.len != SM3_BYTES)
            return RAISE(e, CORRUPT, "entries", "row %lld is missing or has no leaf hash; run "
                         "verify", (long long)(begin + i));
        memcpy(out[i].bytes, rows[i].leaf.ptr, SM3_BYTES);
    }
    return true;
}

/* The hash at one place of a tile that is not full: the root of the full tile below it. */
static bool read_root_of_tile(struct log_reader *reader, int level, int64_t number,
                              struct digest *out, struct err *e)
{
    struct digest hashes[TILE_HASHES];
    bool found = false;
    if (!read_tile(reader, level, number, hashes, &found, e))
        return false;
    if (!found)
        return RAISE(e, CORRUPT, "tiles", "tile %lld of level %d is missing; run verify",
                     (long long)number, level);
    *out = tile_combine(hashes, TILE_HASHES);
    return true;
}

bool log_read(void *ctx, int level, int64_t number, struct digest *out, struct err *e)
{
    struct log_reader *reader = ctx;
    int tile_level = level / TILE_BITS;
    int64_t n = INT64_C(1) << level % TILE_BITS, begin = number * n;
    struct digest hashes[TILE_HASHES];
    bool found = false;
    must(tile_level < TILE_LEVELS);
    if (!read_tile(reader, tile_level, begin >> TILE_BITS, hashes, &found, e))
        return false;
    if (found) {
        *out = tile_combine(hashes + (begin & (TILE_HASHES - 1)), n);
        return true;
    }
    if (tile_level == 0 && !read_leaves(reader, begin, n, hashes, e))
        return false;
    for (int64_t i = 0; tile_level > 0 && i < n; i++)
        if (!read_root_of_tile(reader, tile_level - 1, begin + i, &hashes[i], e))
            return false;
    *out = tile_combine(hashes, n);
    return true;
}

bool log_read_tree(struct log_reader *reader, int64_t size, struct tree *tree, struct err *e)
{
    while (tree->size < size) {
        /* The largest subtree that begins here and does not reach beyond size. */
        int level = 63 - __builtin_clzll((unsigned long long)(size - tree->size));
        while (tree->size & ((INT64_C(1) << level) - 1))
            level--;
        struct digest root;
        if (!log_read(reader, level, tree->size >> level, &root, e))
            return false;
        tree_append_full(tree, level, root);
    }
    return true;
}

bool journal_prove(struct db *db, struct arena *arena, int64_t index, int64_t size,
                   struct proof *out, struct err *e)
{
    struct row_head *head = NULL;
    if (!q_head(db, arena, &head, e))
        return false;
    int64_t log_size = head ? head->size : 0;
    if (size > log_size || index < 0 || index >= size)
        return RAISE(e, NOT_FOUND, "journal",
                     "there is no proof of entry %lld among the first %lld: the log holds %lld "
                     "entries", (long long)index, (long long)size, (long long)log_size);
    struct log_reader reader = log_reader_open(db);
    bool proven = tree_prove_inclusion(log_read, &reader, index, size, out, e);
    log_reader_close(&reader);
    return proven;
}

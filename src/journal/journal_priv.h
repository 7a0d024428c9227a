/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to the room journal. verify.c includes it for the sizes of tiles only. */
#ifndef YJ_JOURNAL_PRIV_H
#define YJ_JOURNAL_PRIV_H

#include "journal/journal.h"

/* Tiles: level 0, number n holds the leaf hashes 256n..256n+255; level L, number n the roots of
 * the tiles 256n..256n+255 of the level below. A row is written once, when its tile is full. */
enum {
    TILE_BITS = 8,
    TILE_HASHES = 1 << TILE_BITS,
    TILE_BYTES = TILE_HASHES * SM3_BYTES,
    TILE_LEVELS = 6,         /* enough for 2^48 entries */
};

/* Where the log stands. Two of them make a transaction: one that was committed, one that runs. */
struct log_state {
    struct tree tree;
    int64_t at_ms;
    int64_t checkpoint_number; /* of the last one; 0: none */
    struct tree signed_tree; /* what it signed, as it was read from the database */
    /* The hashes of the tiles that are not full yet, one tile a level. Last: see journal_keep. */
    struct digest open[TILE_LEVELS][TILE_HASHES];
};

struct journal {
    struct arena *arena;     /* holds the journal itself */
    str origin;
    const struct sm2_key *key;
    str head_key;            /* empty: the head row is not sealed */
    int64_t epoch;
    struct log_state now, kept;
    int64_t settled;         /* size that the head row has in this transaction */
    struct arena *ends_arena;
    struct map *ends;        /* stream -> int64_t: its last counter, as this transaction sees it */
};

/* Appends a full subtree of 2^level leaves; tree->size is a multiple of as many. */
void tree_append_full(struct tree *tree, int level, struct digest root);
/* Root of n hashes, n a power of two. */
struct digest tile_combine(const struct digest *hashes, int64_t n);

/* Reads the tree out of the database: tree_reader over tiles, and over entries where no tile is
 * full yet. ctx is a struct log_reader. */
struct log_reader {
    struct db *db;
    struct arena *scratch;   /* emptied at every read */
};
struct log_reader log_reader_open(struct db *db);
void log_reader_close(struct log_reader *reader);
tree_reader log_read;
/* Lets a tree of the first entries grow to size by what the database holds of the others. */
bool log_read_tree(struct log_reader *reader, int64_t size, struct tree *tree, struct err *e)
    WARN_UNUSED;
/* The root of any n leaves from begin on; begin a multiple of the largest power of two <= n. */
bool tree_range(tree_reader *reader, void *ctx, int64_t begin, int64_t n, struct digest *out,
                struct err *e) WARN_UNUSED;

/* Are the entries from..size-1 in the database what their leaf hashes say? CORRUPT if not. */
bool log_recheck(struct db *db, int64_t from, int64_t size, struct err *e) WARN_UNUSED;

/* The seal of the head row, as it stands there. The peaks of a tree of this size are in it, of
 * which its root is made, so it vouches for every entry; the root itself would cost a commit of
 * one command a twentieth of its time. Empty when key is. */
str head_mac(struct arena *arena, str key, int64_t size, const struct digest *peaks, int64_t at_ms,
             int64_t epoch);

/* Can it be the name of a log in a signed note? CONFIG if not. */
bool origin_check(str origin, struct err *e) WARN_UNUSED;
/* The text of a note, signed. */
bool checkpoint_sign(struct arena *arena, const struct sm2_key *key, str origin, int64_t size,
                     struct digest root, str *out_note, struct err *e) WARN_UNUSED;

static inline str digest_bytes(const struct digest *digest)
{
    return (str){(const char *)digest->bytes, SM3_BYTES};
}

#endif

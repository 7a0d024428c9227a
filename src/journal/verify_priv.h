/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to verification, the second way through the same record: it hashes entries itself, keeps
 * its own tree, and shares nothing with tree.c and proof.c but SM3. verify.c goes through entries
 * and tiles, verify_claims.c holds what was signed against them. */
#ifndef YJ_JOURNAL_VERIFY_PRIV_H
#define YJ_JOURNAL_VERIFY_PRIV_H

#include "journal/journal_priv.h"

struct line {
    int64_t size;
    struct digest peaks[63];
    struct digest open[TILE_LEVELS][TILE_HASHES];
};

/* Somebody's signed word about the first `size` entries. */
struct claim {
    int64_t size;
    struct digest root;
    str note;
    int64_t place;           /* row number, or line of checkpoints.log */
};

/* How the claims of one source fared so far. */
struct track {
    int64_t held;            /* size of the last that held */
    int64_t lost, lost_to;   /* how many in a row did not, and the size of the last of them */
};
enum source { SOURCE_TABLE, SOURCE_FILE };

struct verifier {
    struct db *db;
    const struct evidence *evidence;
    struct findings *findings;
    size_t untold;           /* findings past FINDINGS_MAX */
    struct arena *scratch;   /* of one entry */

    int64_t expected;        /* index of the next entry */
    int64_t end;             /* index after the last row */
    struct line seen, told;
    bool differs;            /* told is in use */
    bool broken;             /* entries are missing whose hashes nobody keeps: no roots any more */
    int64_t last_at_ms;
    struct arena *streams_arena;
    struct map *streams;     /* stream -> int64_t: last counter */

    struct digest tile[TILE_HASHES]; /* level 0, the one that `expected` falls into */
    int64_t tile_number;
    bool has_tile, tile_named;

    str origin;
    struct arena *rows_arena, *claim_arena;
    struct row_checkpoint *rows;
    size_t rows_n, rows_at;
    int64_t rows_from;       /* number that the next batch begins at */
    bool rows_end;
    int64_t next_row, last_row_size;
    struct claim stored;     /* the next of the table; size 0: no more */
    VEC(struct claim) notes; /* of checkpoints.log, by size */
    size_t notes_at;
    int64_t unnoted, first_unnoted; /* rows in a row whose notes the file lacks, up to here */
    struct claim since;      /* of the note that somebody kept; size 0: none, or judged */

    struct track tracks[2];  /* by source */
};

/* A sentence into the findings; what is too much is counted. */
void say(struct verifier *v, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- the second tree --------------------------------------------------------------------- */

struct digest line_leaf(struct arena *arena, str bytes);
/* Adds the root of a full subtree of 2^level leaves; its place must be a multiple of that. */
void line_push(struct line *line, int level, struct digest hash);
struct digest line_root(const struct line *line);        /* size > 0 */

/* ---- what was signed, verify_claims.c ------------------------------------------------------ */

/* Before the first entry: what stands outside the database, and the first row of checkpoints. */
bool claims_open(struct verifier *v, struct err *e) WARN_UNUSED;
/* After each entry: every claim about exactly so many. */
bool claims_judge(struct verifier *v, struct err *e) WARN_UNUSED;
/* After the last entry; and then what was signed over more entries than there are. */
void claims_end(struct verifier *v);
bool claims_beyond(struct verifier *v, struct err *e) WARN_UNUSED;
/* "TABLE row 7 is missing", "TABLE rows 7 to 9 are missing". */
const char *claims_missing(struct verifier *v, const char *table, int64_t first, int64_t last);

#endif

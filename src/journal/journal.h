/* SPDX-License-Identifier: Apache-2.0
 *
 * journal: the record. Every change is an entry of one Merkle log (RFC 6962 shape with SM3);
 * signed checkpoints and proofs let anybody who holds one check the rest.
 *
 * Contract of the room: entries, tiles and checkpoints are only ever inserted. An entry is hashed
 * as stored. One structure only: no hash chain beside the tree. Verification recomputes by a
 * second code path (verify.c shares nothing with tree.c but the hash).
 */
#ifndef YJ_JOURNAL_H
#define YJ_JOURNAL_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "store/store.h"
#include "terms/terms.h"

/* ---- the tree, pure ---------------------------------------------------------------------- */

struct digest tree_leaf(str bytes);                      /* SM3(00 || bytes) */
struct digest tree_node(struct digest left, struct digest right); /* SM3(01 || l || r) */
struct digest tree_empty(void);                          /* SM3("") */

/* Appending keeps only the roots of the full subtrees: one per set bit of size. */
struct tree {
    int64_t size;
    struct digest peaks[63]; /* [k]: the full subtree of 2^k leaves, where bit k of size is set */
};
void tree_append(struct tree *tree, struct digest leaf);
struct digest tree_root(const struct tree *tree);

/* Where proofs get their hashes: the root of the full subtree of 2^level leaves that begins at
 * leaf number << level. False: e is filled. */
typedef bool tree_reader(void *ctx, int level, int64_t number, struct digest *out, struct err *e);

enum { PROOF_HASHES_MAX = 128 };
struct proof {
    struct digest hashes[PROOF_HASHES_MAX];
    size_t n;
};
/* RFC 9162 2.1.3 and 2.1.4. 0 <= index < size; 0 < old_size <= size. */
bool tree_prove_inclusion(tree_reader *reader, void *ctx, int64_t index, int64_t size,
                          struct proof *out, struct err *e) WARN_UNUSED;
bool tree_prove_consistency(tree_reader *reader, void *ctx, int64_t old_size, int64_t size,
                            struct proof *out, struct err *e) WARN_UNUSED;
bool tree_check_inclusion(struct digest leaf, int64_t index, int64_t size, struct digest root,
                          const struct proof *proof);
bool tree_check_consistency(int64_t old_size, struct digest old_root, int64_t size,
                            struct digest root, const struct proof *proof);

/* ---- entries ----------------------------------------------------------------------------- */

/* Canonical bytes of an event as journal entry, and back. key and body: idempotency key and body
 * digest of the command, on the first entry of a command only (else empty). */
struct entry {
    struct event event;
    int64_t seq;             /* counter of its stream, from 1 */
    str key, body;
};
str entry_print(struct arena *arena, const struct entry *entry);
/* The same bytes, when entry_parse takes them again. Errors: CORRUPT (it would not). */
bool entry_print_readable(struct arena *arena, const struct entry *entry, str *out,
                          struct err *e) WARN_UNUSED;
/* Errors: CORRUPT (not canonical, unknown type or version, missing field). */
bool entry_parse(struct arena *arena, str bytes, struct entry *out, struct err *e) WARN_UNUSED;
str entry_stream(struct arena *arena, const struct event *event); /* "case/12" */

/* ---- the log in a database --------------------------------------------------------------- */

struct journal;
/* For the writer, outside a transaction. origin names the log in checkpoints ("yunjian/NAME", no
 * blanks, no "+"); key is borrowed and may be NULL (then no checkpoint can be signed). head_key:
 * a secret kept outside the database that seals the head row, copied; empty: no seal is written
 * or checked. Reads the end of the log; creates the head row in an empty one, in a transaction of
 * its own. Heap. Errors: CORRUPT when head, entries, tiles and the last checkpoint disagree, the
 * seal is not the program's, or the last checkpoint is not this origin's and key's; CONFIG
 * (origin). */
bool journal_open(struct db *db, str origin, const struct sm2_key *key, str head_key,
                  struct journal **out, struct err *e) WARN_UNUSED;
void journal_close(struct journal *journal);
int64_t journal_size(const struct journal *journal);     /* next index */
int64_t journal_time(const struct journal *journal);     /* at_ms of the last entry */
/* Appends inside the writer's transaction: entry row, tiles when full. event.index must be
 * journal_size(), event.at_ms >= journal_time(). Errors: LIMIT (the entry could not be read back),
 * IO; after any of them roll back and take back. */
bool journal_append(struct journal *journal, struct db *db, struct arena *arena,
                    const struct event *event, str key, str body, struct err *e) WARN_UNUSED;
/* Call before db_commit: moves and seals the head row conditionally (CONFLICT at commit when a
 * stranger wrote). */
bool journal_settle(struct journal *journal, struct db *db, struct err *e) WARN_UNUSED;
/* After a commit that held, or one that did not: forget or take back what was appended since. */
void journal_keep(struct journal *journal);
void journal_take_back(struct journal *journal);

/* Signs and stores a checkpoint of the whole log (in the writer's transaction; then commit) and
 * hands back its note for DIR/checkpoints.log, to be appended there as it is once the commit has
 * held. No new entries since the last: *out_note is empty. What is signed is read again from the
 * database first. Errors: CONFIG (no key), CORRUPT (database and memory disagree; nothing was
 * signed). */
bool journal_checkpoint(struct journal *journal, struct db *db, struct arena *arena,
                        str *out_note, struct err *e) WARN_UNUSED;

struct checkpoint {
    int64_t number, size;
    struct digest root;
    str origin, note;
};
/* C2SP signed note. key NULL: the signature is not checked. Errors: INPUT (form), CORRUPT
 * (signature). */
bool checkpoint_parse(struct arena *arena, str note, const struct sm2_key *key,
                      struct checkpoint *out, struct err *e) WARN_UNUSED;
/* The last checkpoint, or the first that covers an entry; NULL when there is none yet. */
bool checkpoint_last(struct db *db, struct arena *arena, struct checkpoint **out, struct err *e)
    WARN_UNUSED;
bool checkpoint_covering(struct db *db, struct arena *arena, int64_t index,
                         struct checkpoint **out, struct err *e) WARN_UNUSED;
/* Proofs out of the database; size must be a checkpoint's (or at most the log's). Errors:
 * NOT_FOUND (no such entry among the first size), CORRUPT. */
bool journal_prove(struct db *db, struct arena *arena, int64_t index, int64_t size,
                   struct proof *out, struct err *e) WARN_UNUSED;

/* Calls fn with every entry from index on, in order, in batches, each in a fresh arena; fn may
 * write. Errors: CORRUPT (where = the row), fn's own. */
bool journal_each(struct db *db, int64_t from,
                  bool (*fn)(void *ctx, struct arena *arena, const struct entry *entry,
                             struct err *e),
                  void *ctx, struct err *e) WARN_UNUSED;

/* ---- verification of the log ------------------------------------------------------------- */

/* What verification found, each a sentence that names table, row and what is wrong. */
struct findings {
    struct arena *arena;
    VEC(str) items;
    int64_t entries;         /* checked */
    int64_t checkpoints;
    int64_t covered;         /* entries under the last signed root that held; later ones are not */
    struct digest root;      /* of all entries; zeros when some are missing or there are none */
};
/* What stands outside the database and can convict it. All zero: a database by itself. */
struct evidence {
    const struct sm2_key *key;   /* public; NULL: signatures are not checked */
    str head_key;                /* as in journal_open; empty: the seal is not checked */
    const str *checkpoints_log;  /* contents of DIR/checkpoints.log, empty when the file is missing;
                                  * NULL: there is no folder that could hold one */
    str since;                   /* a checkpoint that somebody kept elsewhere: today's log must
                                  * begin with the entries that it signed. Empty: none */
};
/* Every leaf, gapless indices and stream counters, times in order, canonical bytes, tiles, head and
 * its seal, root at every stored checkpoint, every note of checkpoints.log (a last note without
 * its end is passed over) and none missing from it but the newest two, which a running server may
 * be about to write. Call it inside db_begin, so that one snapshot is judged. findings:
 * arena set by the caller, the rest zero. true: the work was done (look at findings); false: it
 * could not be, also because since is no checkpoint (INPUT). */
bool journal_verify_log(struct db *db, const struct evidence *evidence, struct findings *findings,
                        struct err *e) WARN_UNUSED;

/* ---- export: a part of the log that proves itself ------------------------------------------- */

/* Lines, each ending in a newline: a head {"checkpoint","format","key","streams"}, then the log in
 * order up to the checkpoint, each line either an entry in clear with its leaf hash,
 *     {"entry":ENTRY,"leaf":HEX}
 * or the root of a full subtree of 2^N foreign entries, which tells nothing but its hash:
 *     {"hash":HEX,"level":N}
 * The hash of a tree (RFC 6962) over all of it is the root that the checkpoint signed. */
struct export_wish {
    const str *streams;      /* "case/12": entries of these are in clear, each stream as a whole */
    size_t n;                /* 0: every entry is */
    str key_pem;             /* public, put into the head */
    int64_t since;           /* the lines can be cut at this size, so that a checkpoint of it can be
                              * compared; 0: not asked for */
};
struct exported {
    int64_t size, clear;     /* of the checkpoint; entries in clear */
    int64_t later;           /* entries of the streams after the checkpoint, left out */
};
/* Inside db_begin. Errors: NOT_FOUND (no checkpoint over any entry of a stream yet), CORRUPT (the
 * lines would not prove themselves; run verify), put's own. */
bool journal_export(struct db *db, const struct export_wish *wish,
                    bool (*put)(void *ctx, str line, struct err *e), void *ctx,
                    struct exported *out, struct err *e) WARN_UNUSED;

/* Checks an export line by line, without a database. In the arena. findings as above (entries:
 * those in clear; covered: the same when the signed root held). key NULL: the one in the head,
 * which proves only that the file is of one piece. since: as in struct evidence. */
struct export_check;
struct export_check *export_check_new(struct arena *arena, const struct sm2_key *key, str since,
                                      struct findings *findings);
/* line without its newline. Errors: INPUT (the first line is not the head of an export, or since
 * is no checkpoint): nothing can be said. */
bool export_check_line(struct export_check *check, str line, struct err *e) WARN_UNUSED;
/* *out_key: SM3 of the public point that the head names, to be compared with what the owner
 * publishes. Errors: INPUT (since lies where the lines cannot be cut). */
bool export_check_end(struct export_check *check, str *out_key, struct err *e) WARN_UNUSED;

/* How many bytes of DIR/checkpoints.log are whole notes, from its beginning. What follows is a
 * note that was being written when the machine stopped: the writer cuts it off when it opens.
 * False: more follows than one torn note; cut nothing, verify will name it. Pure. */
bool checkpoints_log_repair(str text, size_t *out_keep) WARN_UNUSED;
/* The last whole note of a copy of checkpoints.log, which vouches for all before it; the text
 * itself when it is one note or none. Pure, borrows. */
str checkpoints_log_newest(str text);

#endif

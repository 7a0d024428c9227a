/* SPDX-License-Identifier: Apache-2.0
 * The log as its one writer sees it. Memory holds the end of the tree; the database holds all. */
#include "journal/journal_priv.h"

#include <string.h>

enum {
    ENDS_MAX = 2048,         /* streams whose last counter is remembered */
    EACH_ROWS = 64,          /* entries of one batch of journal_each */
    SEAL_BYTES = 64 * 1024,  /* the texts of one seal */
};
static const size_t ENDS_BYTES = (size_t)16 * 1024 * 1024;
static const size_t EACH_BYTES = (size_t)1024 * 1024 * 1024;

/* ---- opening ----------------------------------------------------------------------------- */

struct recheck {
    int64_t expected;
};

static bool recheck_entry(void *ctx, const struct row_entry *row, struct err *e)
{
    struct recheck *recheck = ctx;
    if (row->idx != recheck->expected)
        return RAISE(e, CORRUPT, "entries", "row %lld is missing; stop and run verify",
                     (long long)recheck->expected);
    struct digest leaf = tree_leaf(row->bytes);
    if (!str_eq(row->leaf, digest_bytes(&leaf)))
        return RAISE(e, CORRUPT, "entries", "row %lld does not hold the bytes that its leaf hash "
                     "was made of; stop and run verify", (long long)row->idx);
    recheck->expected++;
    return true;
}

bool log_recheck(struct db *db, int64_t from, int64_t size, struct err *e)
{
    struct recheck recheck = {from};
    if (!q_entries_between(db, from, size, recheck_entry, &recheck, e))
        return false;
    if (recheck.expected == size)
        return true;
    return RAISE(e, CORRUPT, "entries", "row %lld is missing; stop and run verify",
                 (long long)recheck.expected);
}

/* Fills the tiles that are not full yet, and from them the peaks. */
static bool read_open_tiles(struct log_reader *reader, struct log_state *state, struct err *e)
{
    int64_t size = state->tree.size;
    must(size >> (TILE_BITS * TILE_LEVELS) == 0);
    if (!log_recheck(reader->db, size & ~(int64_t)(TILE_HASHES - 1), size, e))
        return false;
    for (int level = 0; level < TILE_LEVELS; level++) {
        int64_t here = size >> (TILE_BITS * level), first = here & ~(int64_t)(TILE_HASHES - 1);
        for (int64_t number = first; number < here; number++)
            if (!log_read(reader, TILE_BITS * level, number, &state->open[level][number - first],
                          e))
                return false;
    }
    for (int bit = 0; bit < TILE_BITS * TILE_LEVELS; bit++) {
        if (!(size >> bit & 1))
            continue;
        /* The full subtree of this bit lies behind those of the higher ones. */
        int64_t before = (size >> (bit + 1)) << 1, n = INT64_C(1) << bit % TILE_BITS;
        int64_t at = before * n & (TILE_HASHES - 1);
        state->tree.peaks[bit] = tile_combine(&state->open[bit / TILE_BITS][at], n);
    }
    return true;
}

/* Nobody signs on where another began: the last note must be of this log and of this key. */
static bool own_checkpoint(struct journal *journal, struct arena *arena,
                           const struct checkpoint *last, struct err *e)
{
    struct checkpoint checked;
    struct err inner = {0};
    if (!str_eq(last->origin, journal->origin))
        return RAISE(e, CORRUPT, "journal", "the database holds the log \"%.*s\", not \"%.*s\"; "
                     "open it from its own folder", STR_FMT(last->origin),
                     STR_FMT(journal->origin));
    if (!journal->key || checkpoint_parse(arena, last->note, journal->key, &checked, &inner))
        return true;
    return RAISE(e, CORRUPT, "journal", "checkpoint %lld was not signed with the key of this "
                 "folder: the key or the database is another's, or the checkpoint was changed; "
                 "restore the right one and run verify", (long long)last->number);
}

/* The end of the log must be what was last signed: a log that was cut or swapped while the
 * program stood still is noticed before anything is added to it. */
static bool match_checkpoint(struct journal *journal, struct log_reader *reader,
                             struct arena *arena, struct err *e)
{
    struct log_state *state = &journal->now;
    struct checkpoint *last = NULL;
    if (!checkpoint_last(reader->db, arena, &last, e))
        return false;
    if (!last)
        return true;
    if (!own_checkpoint(journal, arena, last, e))
        return false;
    if (last->size > state->tree.size)
        return RAISE(e, CORRUPT, "journal", "checkpoint %lld signed %lld entries, but the log "
                     "holds %lld: it was cut; run verify and restore the log",
                     (long long)last->number, (long long)last->size, (long long)state->tree.size);
    if (!log_read_tree(reader, last->size, &state->signed_tree, e))
        return false;
    if (!digest_equal(tree_root(&state->signed_tree), last->root))
        return RAISE(e, CORRUPT, "journal", "the log is not the one that checkpoint %lld signed; "
                     "run verify to find what was changed", (long long)last->number);
    state->checkpoint_number = last->number;
    return true;
}

str head_mac(struct arena *arena, str key, int64_t size, const struct digest *peaks, int64_t at_ms,
             int64_t epoch)
{
    if (key.len == 0)
        return S("");
    struct buf text = buf_new(arena, 512);
    buf_addf(&text, "%lld\n%lld\n%lld\n", (long long)size, (long long)at_ms, (long long)epoch);
    for (int bit = 0; bit < 63; bit++)
        if (size >> bit & 1)
            buf_add(&text, digest_bytes(&peaks[bit]));
    return digest_hex(arena, hmac_sm3(key, buf_str(&text)));
}

static str seal(const struct journal *journal, struct arena *arena)
{
    const struct log_state *now = &journal->now;
    return head_mac(arena, journal->head_key, now->tree.size, now->tree.peaks, now->at_ms,
                    journal->epoch);
}

/* Between two checkpoints only the seal tells the program's entries from a stranger's. */
static bool match_seal(const struct journal *journal, struct arena *arena,
                       const struct row_head *head, struct err *e)
{
    if (journal->head_key.len == 0 || str_eq(head->mac, seal(journal, arena)))
        return true;
    return RAISE(e, CORRUPT, "head", "its seal was not made with the key of this folder: somebody "
                 "wrote into the log outside the program, or the key is another's; run verify");
}

static bool start_log(struct journal *journal, struct db *db, struct arena *arena, struct err *e)
{
    if (!db_begin(db, e))
        return false;
    if (q_insert_head(db, 0, 0, journal->epoch, seal(journal, arena), e))
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

static bool read_end(struct journal *journal, struct log_reader *reader, struct arena *arena,
                     struct err *e)
{
    struct log_state *state = &journal->now;
    struct row_head *head = NULL;
    struct row_entry *last = NULL;
    if (!q_head(reader->db, arena, &head, e) || !q_entry_last(reader->db, arena, &last, e))
        return false;
    if (!head && !last) {
        journal->epoch = 1;
        return start_log(journal, reader->db, arena, e);
    }
    if (last && (last->idx < 0 || last->idx >> (TILE_BITS * TILE_LEVELS) != 0))
        return RAISE(e, CORRUPT, "entries", "no log has a row %lld; run verify",
                     (long long)last->idx);
    int64_t size = last ? last->idx + 1 : 0;
    if (!head || head->size != size)
        return RAISE(e, CORRUPT, "head", "the log ends at %lld entries, its head row says %lld; "
                     "run verify", (long long)size, (long long)(head ? head->size : 0));
    journal->epoch = head->epoch;
    state->tree.size = size;
    if (last) {
        struct entry entry;
        if (!entry_parse(arena, last->bytes, &entry, e))
            return false;
        state->at_ms = entry.event.at_ms;
    }
    if (head->at_ms != state->at_ms)
        return RAISE(e, CORRUPT, "head", "the last entry is of another time than its head row "
                     "says; run verify");
    return read_open_tiles(reader, state, e) && match_checkpoint(journal, reader, arena, e)
        && match_seal(journal, arena, head, e);
}

bool journal_open(struct db *db, str origin, const struct sm2_key *key, str head_key,
                  struct journal **out, struct err *e)
{
    if (!origin_check(origin, e))
        return false;
    struct arena *arena = arena_new(sizeof(struct journal) + 64 * 1024);
    struct journal *journal = NEW(arena, struct journal);
    journal->arena = arena;
    journal->origin = str_dup(arena, origin);
    journal->key = key;
    journal->head_key = str_dup(arena, head_key);
    struct arena *scratch = arena_new(LIMIT_ARENA_BATCH);
    struct log_reader reader = log_reader_open(db);
    bool read = read_end(journal, &reader, scratch, e);
    log_reader_close(&reader);
    arena_free(scratch);
    if (!read) {
        arena_free(arena);
        return false;
    }
    journal->ends_arena = arena_new(ENDS_BYTES);
    journal->ends = map_new(journal->ends_arena);
    journal_keep(journal);
    *out = journal;
    return true;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    arena_free(journal->ends_arena);
    arena_free(journal->arena);
}

int64_t journal_size(const struct journal *journal)
{
    return journal->now.tree.size;
}

int64_t journal_time(const struct journal *journal)
{
    return journal->now.at_ms;
}

/* ---- appending --------------------------------------------------------------------------- */

static void forget_ends(struct journal *journal)
{
    arena_reset(journal->ends_arena);
    journal->ends = map_new(journal->ends_arena);
}

/* *out_end: where the last counter of the stream is kept. */
static bool stream_end(struct journal *journal, struct db *db, struct arena *arena, str stream,
                       bool fresh, int64_t **out_end, struct err *e)
{
    int64_t *end = map_get(journal->ends, stream);
    if (!end) {
        struct row_stream_end *row = NULL;
        /* A stream is named after the entry that began it: before that there is none to look
         * for. */
        if (!fresh && !q_stream_end(db, arena, stream, &row, e))
            return false;
        if (map_len(journal->ends) >= ENDS_MAX)
            forget_ends(journal);
        end = NEW(journal->ends_arena, int64_t);
        *end = row ? row->seq : 0;
        map_put(journal->ends, str_dup(journal->ends_arena, stream), end);
    }
    *out_end = end;
    return true;
}

/* The root of the tile that the hash fills: the peaks of its level are the rest of the tile. */
static struct digest end_tile(const struct tree *tree, int level, struct digest last)
{
    for (int bit = TILE_BITS * level; bit < TILE_BITS * (level + 1); bit++)
        last = tree_node(tree->peaks[bit], last);
    return last;
}

/* Writes each tile that this leaf fills: at most one a level. */
static bool add_leaf(struct log_state *now, struct db *db, struct digest leaf, struct err *e)
{
    int64_t number = now->tree.size;
    struct digest hash = leaf;
    for (int level = 0; level < TILE_LEVELS; level++, number >>= TILE_BITS) {
        struct digest *tile = now->open[level];
        tile[number & (TILE_HASHES - 1)] = hash;
        if ((number & (TILE_HASHES - 1)) != TILE_HASHES - 1)
            break;
        if (!q_append_tile(db, level, number >> TILE_BITS, (str){(const char *)tile, TILE_BYTES},
                           e))
            return false;
        hash = end_tile(&now->tree, level, hash);
    }
    tree_append(&now->tree, leaf);
    return true;
}

bool journal_append(struct journal *journal, struct db *db, struct arena *arena,
                    const struct event *event, str key, str body, struct err *e)
{
    struct log_state *now = &journal->now;
    must(event->index == now->tree.size && event->at_ms >= now->at_ms);
    str stream = entry_stream(arena, event);
    int64_t *end = NULL;
    if (!stream_end(journal, db, arena, stream, event->stream == event->index, &end, e))
        return false;
    struct entry entry = {*event, *end + 1, key, body};
    struct err inner = {0};
    str bytes;
    /* What cannot be read again must never be written: it could not be taken out any more. */
    if (!entry_print_readable(arena, &entry, &bytes, &inner))
        return RAISE(e, LIMIT, "journal", "an event %s cannot become an entry: %s",
                     event_name(event->kind), inner.msg);
    struct digest leaf = tree_leaf(bytes);
    if (!q_append_entry(db, event->index, stream, entry.seq, bytes, digest_bytes(&leaf), e)
        || !add_leaf(now, db, leaf, e))
        return false;
    *end = entry.seq;
    now->at_ms = event->at_ms;
    return true;
}

bool journal_settle(struct journal *journal, struct db *db, struct err *e)
{
    const struct log_state *now = &journal->now;
    if (now->tree.size == journal->settled)
        return true;
    struct arena *arena = arena_new(SEAL_BYTES);
    bool moved = q_move_head(db, now->tree.size, now->at_ms, seal(journal, arena),
                             journal->settled, journal->epoch, e);
    arena_free(arena);
    if (!moved)
        return false;
    journal->settled = now->tree.size;
    return true;
}

/* The tiles are large, and a transaction changes few of their hashes. */
void journal_keep(struct journal *journal)
{
    struct log_state *kept = &journal->kept;
    const struct log_state *now = &journal->now;
    for (int level = 0; level < TILE_LEVELS; level++) {
        int64_t from = kept->tree.size >> TILE_BITS * level;
        int64_t to = now->tree.size >> TILE_BITS * level;
        if (to - from > TILE_HASHES)
            from = to - TILE_HASHES;
        for (; from < to; from++)
            kept->open[level][from & (TILE_HASHES - 1)] =
                now->open[level][from & (TILE_HASHES - 1)];
    }
    memcpy(kept, now, offsetof(struct log_state, open));
    journal->settled = journal->now.tree.size;
}

void journal_take_back(struct journal *journal)
{
    journal->now = journal->kept;
    journal->settled = journal->kept.tree.size;
    forget_ends(journal);
}

/* ---- reading ----------------------------------------------------------------------------- */

static bool each_row(const struct row_entry *row, struct arena *arena,
                     bool (*fn)(void *ctx, struct arena *arena, const struct entry *entry,
                                struct err *e),
                     void *ctx, struct err *e)
{
    struct err inner = {0};
    struct entry entry;
    if (!entry_parse(arena, row->bytes, &entry, &inner) || entry.event.index != row->idx) {
        str where = str_printf(arena, "entries row %lld", (long long)row->idx);
        return RAISE(e, CORRUPT, str_to_cstr(arena, where), "%s; run verify",
                     inner.code ? inner.msg : "it is not the entry of this index");
    }
    return fn(ctx, arena, &entry, e);
}

bool journal_each(struct db *db, int64_t from,
                  bool (*fn)(void *ctx, struct arena *arena, const struct entry *entry,
                             struct err *e),
                  void *ctx, struct err *e)
{
    struct arena *batch = arena_new(EACH_BYTES), *arena = arena_new(LIMIT_ARENA_BATCH);
    size_t n = EACH_ROWS;
    bool good = true;
    while (good && n == EACH_ROWS) {
        struct row_entry *rows = NULL;
        arena_reset(batch);
        good = q_entries_from(db, batch, from, EACH_ROWS, &rows, &n, e);
        for (size_t i = 0; good && i < n; i++) {
            arena_reset(arena);
            good = each_row(&rows[i], arena, fn, ctx, e);
            from = rows[i].idx + 1;
        }
    }
    arena_free(arena);
    arena_free(batch);
    return good;
}

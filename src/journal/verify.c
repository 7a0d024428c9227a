/* SPDX-License-Identifier: Apache-2.0
 * Verification: a second way through the same record. It hashes entries itself, keeps its own
 * tree, and shares nothing with tree.c and proof.c but SM3. Memory does not grow with the log
 * (one counter for each stream apart).
 *
 * Two lines run side by side from the first disagreement on: `seen`, what the entries give, and
 * `told`, what tiles and leaf hashes say they gave. The next signed root says which is true. */
#include "journal/journal_priv.h"

#include <stdlib.h>
#include <string.h>

enum {
    FINDINGS_MAX = 500,      /* the rest is counted */
    CHECKPOINT_ROWS = 64,
};
static const size_t STREAMS_BYTES = (size_t)8 * 1024 * 1024 * 1024;
static const size_t SCRATCH_BYTES = (size_t)1024 * 1024 * 1024;

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
static const char *const SOURCES[] = {"checkpoints row", "checkpoints.log line"};

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

    struct track tracks[2];  /* by source */
};

/* ---- findings ---------------------------------------------------------------------------- */

static void find(struct verifier *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void find(struct verifier *v, const char *fmt, ...)
{
    struct findings *f = v->findings;
    if (f->items.len >= FINDINGS_MAX) {
        v->untold++;
        return;
    }
    va_list args;
    va_start(args, fmt);
    VEC_PUSH(f->arena, &f->items, str_vprintf(f->arena, fmt, args));
    va_end(args);
}

/* ---- the second tree --------------------------------------------------------------------- */

static struct digest hash_leaf(struct arena *arena, str bytes)
{
    struct buf tagged = buf_new(arena, bytes.len + 1);
    buf_addc(&tagged, '\0');
    buf_add(&tagged, bytes);
    return sm3(buf_str(&tagged));
}

static struct digest hash_pair(const struct digest *left, const struct digest *right)
{
    struct {
        uint8_t tag;
        struct digest left, right;
    } pair = {1, *left, *right};
    _Static_assert(sizeof pair == 1 + 2 * SM3_BYTES, "hashed as it lies");
    return sm3((str){(const char *)&pair, sizeof pair});
}

/* Like carrying when one is added to a binary number: where the old size has ones, two subtrees
 * become one. What stands at a multiple of eight levels belongs into a tile. */
static void line_push(struct line *line, struct digest leaf)
{
    int64_t number = line->size;
    struct digest hash = leaf;
    for (int level = 0;; level++, number >>= 1) {
        if (level % TILE_BITS == 0 && level / TILE_BITS < TILE_LEVELS)
            line->open[level / TILE_BITS][number & (TILE_HASHES - 1)] = hash;
        if (!(number & 1)) {
            line->peaks[level] = hash;
            break;
        }
        hash = hash_pair(&line->peaks[level], &hash);
    }
    line->size++;
}

static struct digest line_root(const struct line *line)
{
    int level = __builtin_ctzll((unsigned long long)line->size);
    struct digest root = line->peaks[level];
    while (++level < 63)
        if (line->size >> level & 1)
            root = hash_pair(&line->peaks[level], &root);
    return root;
}

/* ---- signed roots ------------------------------------------------------------------------ */

/* "checkpoints row 7" or "checkpoints.log line 12". */
static str claim_name(struct verifier *v, const struct claim *claim, enum source source)
{
    return str_printf(v->claim_arena, "%s %lld", SOURCES[source], (long long)claim->place);
}

/* Parses and checks the signature; false: found wanting, and said so. */
static bool claim_read(struct verifier *v, struct claim *claim, enum source source)
{
    struct checkpoint checkpoint = {0};
    struct err inner = {0};
    arena_reset(v->claim_arena);
    str name = claim_name(v, claim, source);
    if (!checkpoint_parse(v->claim_arena, claim->note, v->evidence->key, &checkpoint, &inner)) {
        find(v, "%.*s: %s", STR_FMT(name), inner.msg);
        return false;
    }
    if (v->origin.len == 0)
        v->origin = str_dup(v->findings->arena, checkpoint.origin);
    if (!str_eq(v->origin, checkpoint.origin)) {
        find(v, "%.*s: it is of the log \"%.*s\", not of \"%.*s\"", STR_FMT(name),
             STR_FMT(checkpoint.origin), STR_FMT(v->origin));
        return false;
    }
    claim->size = checkpoint.size;
    claim->root = checkpoint.root;
    return true;
}

static const char *missing_text(struct verifier *v, const char *table, int64_t first, int64_t last)
{
    arena_reset(v->claim_arena);
    str text = first == last
        ? str_printf(v->claim_arena, "%s row %lld is missing", table, (long long)first)
        : str_printf(v->claim_arena, "%s rows %lld to %lld are missing", table, (long long)first,
                     (long long)last);
    return str_to_cstr(v->claim_arena, text);
}

/* One row of the table: true when it is sound and to be compared with the entries. */
static bool stored_row(struct verifier *v, const struct row_checkpoint *row)
{
    struct claim claim = {.note = row->note, .place = row->number};
    v->findings->checkpoints++;
    if (row->number < v->next_row)
        find(v, "checkpoints row %lld: numbers begin at 1 and none stands twice",
             (long long)row->number);
    else if (row->number > v->next_row)
        find(v, "%s", missing_text(v, "checkpoints", v->next_row, row->number - 1));
    if (row->number >= v->next_row && row->number < INT64_MAX)
        v->next_row = row->number + 1;
    if (!claim_read(v, &claim, SOURCE_TABLE))
        return false;
    if (claim.size != row->size) {
        find(v, "checkpoints row %lld: its note is about %lld entries, its column says %lld",
             (long long)row->number, (long long)claim.size, (long long)row->size);
        return false;
    }
    if (claim.size <= v->last_row_size) {
        find(v, "checkpoints row %lld: it is about %lld entries, the one before already about %lld",
             (long long)row->number, (long long)claim.size, (long long)v->last_row_size);
        return false;
    }
    v->last_row_size = claim.size;
    v->stored = claim;
    return true;
}

static bool next_stored(struct verifier *v, struct err *e)
{
    v->stored = (struct claim){0};
    for (;;) {
        while (v->rows_at < v->rows_n)
            if (stored_row(v, &v->rows[v->rows_at++]))
                return true;
        if (v->rows_end)
            return true;
        arena_reset(v->rows_arena);
        v->rows_at = v->rows_n = 0;
        if (!q_checkpoints_from(v->db, v->rows_arena, v->rows_from, CHECKPOINT_ROWS, &v->rows,
                                &v->rows_n, e))
            return false;
        int64_t last = v->rows_n ? v->rows[v->rows_n - 1].number : INT64_MAX;
        v->rows_end = v->rows_n < CHECKPOINT_ROWS || last == INT64_MAX;
        v->rows_from = v->rows_end ? last : last + 1;
    }
}

/* What the next signed root after a disagreement shows; true when it settles it. */
static bool settle(struct verifier *v, const struct claim *claim, str name)
{
    if (digest_equal(line_root(&v->seen), claim->root)) {
        find(v, "%.*s confirms the entries up to row %lld: what was changed is the tiles and leaf "
             "hashes named above", STR_FMT(name), (long long)claim->size - 1);
    } else if (digest_equal(line_root(&v->told), claim->root)) {
        find(v, "%.*s confirms the tiles and leaf hashes up to row %lld: what was changed is the "
             "entries named above", STR_FMT(name), (long long)claim->size - 1);
        v->seen = v->told;
    } else {
        return false;
    }
    v->differs = false;
    return true;
}

static void say_lost(struct verifier *v, enum source source)
{
    struct track *track = &v->tracks[source];
    if (track->lost > 1)
        find(v, "%s: %lld more up to %lld entries were signed over another log too",
             source == SOURCE_TABLE ? "checkpoints" : "checkpoints.log", (long long)track->lost - 1,
             (long long)track->lost_to);
    track->lost = 0;
}

/* seen holds exactly the entries that the claim is about. Does it hold? */
static bool judge(struct verifier *v, const struct claim *claim, enum source source)
{
    if (v->broken)
        return false;
    struct track *track = &v->tracks[source];
    str name = claim_name(v, claim, source);
    bool holds = v->differs ? settle(v, claim, name)
                            : digest_equal(line_root(&v->seen), claim->root);
    if (holds) {
        say_lost(v, source);
        track->held = v->findings->covered = claim->size;
        return true;
    }
    track->lost_to = claim->size;
    if (track->lost++ == 0)
        find(v, "%.*s: it signed another root for its %lld entries: the log was rewritten, "
             "somewhere in the entries rows %lld to %lld", STR_FMT(name), (long long)claim->size,
             (long long)track->held, (long long)claim->size - 1);
    return false;
}

/* A note of checkpoints.log; the row with the same text has been judged already. */
static void judge_note(struct verifier *v, struct claim *note, bool stored_too)
{
    if (stored_too && str_eq(v->stored.note, note->note)) {
        v->tracks[SOURCE_FILE] = v->tracks[SOURCE_TABLE];
        v->tracks[SOURCE_FILE].lost = 0; /* said once is enough */
        return;
    }
    if (!claim_read(v, note, SOURCE_FILE))
        return;
    if (!stored_too)
        find(v, "checkpoints.log line %lld: the table checkpoints has no sound row for these %lld "
             "entries: it was taken out or changed", (long long)note->place,
             (long long)note->size);
    if (judge(v, note, SOURCE_FILE) && stored_too)
        find(v, "checkpoints row %lld: its note is not the one that checkpoints.log keeps in line "
             "%lld: one of them was changed", (long long)v->stored.place, (long long)note->place);
}

static bool judge_all(struct verifier *v, struct err *e)
{
    bool stored = v->stored.size == v->seen.size;
    if (stored)
        (void)judge(v, &v->stored, SOURCE_TABLE);
    for (; v->notes_at < v->notes.len && v->notes.items[v->notes_at].size <= v->seen.size;
         v->notes_at++)
        judge_note(v, &v->notes.items[v->notes_at], stored);
    return stored ? next_stored(v, e) : true;
}

/* ---- tiles ------------------------------------------------------------------------------- */

/* *out_found: the row is there and has the right length; said when it is not but must_be. */
static bool read_tile(struct verifier *v, int level, int64_t number, bool must_be,
                      struct digest out[TILE_HASHES], bool *out_found, struct err *e)
{
    struct row_tile *row = NULL;
    if (!q_tile(v->db, v->scratch, level, number, &row, e))
        return false;
    *out_found = row && row->hashes.len == TILE_BYTES;
    if (*out_found)
        memcpy(out, row->hashes.ptr, TILE_BYTES);
    else if (row && must_be)
        find(v, "tiles row level %d number %lld: it holds %zu bytes instead of %d", level,
             (long long)number, row->hashes.len, TILE_BYTES);
    else if (must_be)
        find(v, "tiles row level %d number %lld is missing (entries rows %lld to %lld)", level,
             (long long)number, (long long)(number << TILE_BITS * (level + 1)),
             (long long)((number + 1) << TILE_BITS * (level + 1)) - 1);
    return true;
}

/* Loads the tile of level 0 that an index falls into, when the log is long enough to fill it. */
static bool turn_to(struct verifier *v, int64_t index, struct err *e)
{
    if (v->tile_number == index >> TILE_BITS)
        return true;
    v->tile_number = index >> TILE_BITS;
    v->tile_named = v->has_tile = false;
    if (v->tile_number >= v->end >> TILE_BITS)
        return true;
    return read_tile(v, 0, v->tile_number, false, v->tile, &v->has_tile, e);
}

static void compare_tile(struct verifier *v, int level, int64_t number,
                         const struct digest tile[TILE_HASHES])
{
    for (int64_t k = 0; k < TILE_HASHES; k++) {
        if (digest_equal(tile[k], v->seen.open[level][k])
            || (v->differs && digest_equal(tile[k], v->told.open[level][k])))
            continue;
        int64_t first = ((number << TILE_BITS) + k) << TILE_BITS * level;
        find(v, "tiles row level %d number %lld: its hash of the entries rows %lld to %lld is not "
             "theirs: the tile was changed", level, (long long)number, (long long)first,
             (long long)(first + (INT64_C(1) << TILE_BITS * level) - 1));
        return;
    }
}

/* The tiles that the last leaf filled. Those of level 0 have been compared hash by hash. */
static bool check_full_tiles(struct verifier *v, struct err *e)
{
    int64_t here = v->seen.size;
    for (int level = 0; level < TILE_LEVELS && (here & (TILE_HASHES - 1)) == 0; level++) {
        struct digest tile[TILE_HASHES];
        bool found = false;
        here >>= TILE_BITS;
        if (level == 0 && v->has_tile)
            continue;
        if (!read_tile(v, level, here - 1, true, tile, &found, e))
            return false;
        if (level > 0 && found)
            compare_tile(v, level, here - 1, tile);
    }
    return true;
}

/* A row that should not be: in a level, beyond its end; or in a level that is not. */
static bool check_extra_tiles(struct verifier *v, struct err *e)
{
    for (int level = 0; level < TILE_LEVELS; level++) {
        int64_t end = v->seen.size >> TILE_BITS * (level + 1);
        struct row_tile_name *below = NULL, *beyond = NULL;
        if (!q_tile_from(v->db, v->scratch, level, INT64_MIN, &below, e)
            || !q_tile_from(v->db, v->scratch, level, end, &beyond, e))
            return false;
        if (below && below->number < 0)
            beyond = below;
        if (beyond)
            find(v, "tiles row level %d number %lld: there are no entries that fill it", level,
                 (long long)beyond->number);
    }
    struct row_tile_name *outside = NULL;
    if (!q_tile_outside(v->db, v->scratch, TILE_LEVELS - 1, &outside, e))
        return false;
    if (outside)
        find(v, "tiles row level %lld number %lld: there is no such level",
             (long long)outside->level, (long long)outside->number);
    return true;
}

/* ---- entries ----------------------------------------------------------------------------- */

static bool push(struct verifier *v, struct digest seen, struct digest told, struct err *e)
{
    if (v->broken)
        return true;
    if (!v->differs && !digest_equal(seen, told)) {
        v->told = v->seen;
        v->differs = true;
    }
    line_push(&v->seen, seen);
    if (v->differs)
        line_push(&v->told, told);
    return check_full_tiles(v, e) && judge_all(v, e);
}

/* Rows before `index` are not there. Where a tile keeps their hashes the tree can go on. */
static bool skip_missing(struct verifier *v, int64_t index, struct err *e)
{
    bool whole = !v->broken;
    find(v, "%s", missing_text(v, "entries", v->expected, index - 1));
    for (; v->expected < index && !v->broken; v->expected++) {
        arena_reset(v->scratch);
        if (!turn_to(v, v->expected, e))
            return false;
        struct digest hash = v->tile[v->expected & (TILE_HASHES - 1)];
        if (!v->has_tile)
            v->broken = true;
        else if (!push(v, hash, hash, e))
            return false;
    }
    if (whole && v->broken)
        find(v, "entries row %lld: no tile keeps the hash of the missing entry, so no later signed "
             "root can be compared", (long long)v->expected - 1);
    v->expected = index;
    return true;
}

static void check_stream(struct verifier *v, const struct row_entry *row)
{
    int64_t *last = map_get(v->streams, row->stream);
    if (!last) {
        last = NEW(v->streams_arena, int64_t);
        map_put(v->streams, str_dup(v->streams_arena, row->stream), last);
    }
    if (row->seq != *last + 1)
        find(v, "entries row %lld: it is number %lld of stream %.*s, after number %lld",
             (long long)row->idx, (long long)row->seq, STR_FMT(row->stream), (long long)*last);
    *last = row->seq < INT64_MAX ? row->seq : 0;
}

static void check_content(struct verifier *v, const struct row_entry *row)
{
    struct err inner = {0};
    struct entry entry;
    if (!entry_parse(v->scratch, row->bytes, &entry, &inner)) {
        find(v, "entries row %lld: %s", (long long)row->idx, inner.msg);
        return;
    }
    if (entry.event.index != row->idx)
        find(v, "entries row %lld: its bytes are those of entry %lld", (long long)row->idx,
             (long long)entry.event.index);
    if (entry.seq != row->seq || !str_eq(entry_stream(v->scratch, &entry.event), row->stream))
        find(v, "entries row %lld: its columns stream and seq are not those of its bytes",
             (long long)row->idx);
    if (entry.event.at_ms < v->last_at_ms)
        find(v, "entries row %lld: it is earlier than the entry before it", (long long)row->idx);
    else
        v->last_at_ms = entry.event.at_ms;
}

/* Hashes the bytes and holds them against the leaf column and the tile. */
static bool check_leaf(struct verifier *v, const struct row_entry *row, struct err *e)
{
    struct digest leaf = hash_leaf(v->scratch, row->bytes), told = leaf;
    bool own = row->leaf.len == SM3_BYTES;
    if (own)
        memcpy(told.bytes, row->leaf.ptr, SM3_BYTES);
    if (!own || !digest_equal(leaf, told))
        find(v, "entries row %lld: its bytes do not give its leaf hash: one of them was changed",
             (long long)row->idx);
    if (v->has_tile) {
        struct digest kept = v->tile[row->idx & (TILE_HASHES - 1)];
        if (!digest_equal(kept, leaf) && !digest_equal(kept, told) && !v->tile_named) {
            find(v, "entries row %lld: it gives another hash than stands in tiles row level 0 "
                 "number %lld: the entry or the tile was changed", (long long)row->idx,
                 (long long)v->tile_number);
            v->tile_named = true;
        }
        told = kept;
    }
    return push(v, leaf, told, e);
}

static bool check_row(void *ctx, const struct row_entry *row, struct err *e)
{
    struct verifier *v = ctx;
    arena_reset(v->scratch);
    v->findings->entries++;
    if (row->idx < v->expected) {
        find(v, "entries row %lld: indices begin at 0 and none stands twice", (long long)row->idx);
        return true;
    }
    if (row->idx > v->expected && !skip_missing(v, row->idx, e))
        return false;
    if (!turn_to(v, row->idx, e))
        return false;
    check_content(v, row);
    check_stream(v, row);
    v->expected = row->idx + 1;
    return check_leaf(v, row, e);
}

/* ---- checkpoints.log --------------------------------------------------------------------- */

/* One line with its newline; what is left of a last line without one. */
static str next_line(str text, size_t at)
{
    const char *end = memchr(text.ptr + at, '\n', text.len - at);
    size_t to = end ? (size_t)(end - text.ptr) + 1 : text.len;
    return (str){text.ptr + at, to - at};
}

static int by_size(const void *a, const void *b)
{
    const struct claim *left = a, *right = b;
    if (left->size != right->size)
        return left->size < right->size ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static void add_note(struct verifier *v, str note, int64_t line)
{
    struct checkpoint checkpoint = {0};
    struct err inner = {0};
    if (checkpoint_parse(v->scratch, note, NULL, &checkpoint, &inner)) {
        struct claim claim = {checkpoint.size, checkpoint.root, note, line};
        VEC_PUSH(v->findings->arena, &v->notes, claim);
    } else {
        find(v, "checkpoints.log line %lld: %s", (long long)line, inner.msg);
    }
}

/* Notes follow one another; each ends with its last line of signature. A last note that lacks its
 * end was being written when the machine stopped, which is no tampering. */
static void read_notes(struct verifier *v, str text)
{
    static const str dash = {"\xe2\x80\x94 ", 4};
    size_t start = 0, at = 0, keep;
    int64_t number = 1, first = 1;
    bool is_signed = false;
    if (checkpoints_log_repair(text, &keep))
        text.len = keep;
    else
        find(v, "checkpoints.log: what follows its last note is no note: the file was changed");
    while (at < text.len) {
        str line = next_line(text, at);
        bool signature = str_starts(line, dash);
        if (is_signed && !signature) {
            add_note(v, (str){text.ptr + start, at - start}, first);
            start = at;
            first = number;
        }
        is_signed = signature;
        at += line.len;
        number++;
        arena_reset(v->scratch);
    }
    if (is_signed)
        add_note(v, (str){text.ptr + start, text.len - start}, first);
    if (v->notes.len > 1)
        qsort(v->notes.items, v->notes.len, sizeof *v->notes.items, by_size);
}

/* ---- the end of the log ------------------------------------------------------------------ */

/* Between the last checkpoint and the end only the seal tells whose the entries are. */
static void check_seal(struct verifier *v, const struct row_head *head)
{
    struct digest root = line_root(&v->seen);
    str mac = head_mac(v->scratch, v->evidence->head_key, head->size, root, head->at_ms,
                       head->epoch);
    int64_t covered = v->findings->covered;
    if (str_eq(head->mac, mac))
        return;
    if (covered < v->expected)
        find(v, "head row: its seal is not the program's: entries rows %lld to %lld were appended, "
             "changed or cut outside the program", (long long)covered, (long long)v->expected - 1);
    else
        find(v, "head row: its seal is not the program's: the row was changed, or the log after it "
             "was cut");
}

static bool check_head(struct verifier *v, struct err *e)
{
    struct row_head *head = NULL;
    if (!q_head(v->db, v->scratch, &head, e))
        return false;
    if (v->end > v->expected)
        find(v, "entries row %lld: it stands where no log can reach", (long long)v->end);
    if (head && head->size != v->expected)
        find(v, "head: it says %lld entries, the log ends after %lld", (long long)head->size,
             (long long)v->expected);
    else if (head && head->at_ms != (v->expected > 0 ? v->last_at_ms : 0))
        find(v, "head: it says another time than the last entry");
    else if (!head && v->expected > 0)
        find(v, "head: the row is missing");
    else if (head && v->evidence->head_key.len > 0 && !v->broken && v->expected > 0)
        check_seal(v, head);
    return true;
}

/* What was signed over more entries than there are. */
static bool check_cut(struct verifier *v, struct err *e)
{
    int64_t rows = 0, notes = 0;
    while (v->stored.size > 0) {
        if (v->stored.size > v->expected && rows++ == 0)
            find(v, "checkpoints row %lld: it signed %lld entries, the log holds %lld: the log was "
                 "cut, entries rows %lld to %lld are gone", (long long)v->stored.place,
                 (long long)v->stored.size, (long long)v->expected, (long long)v->expected,
                 (long long)v->stored.size - 1);
        if (!next_stored(v, e))
            return false;
    }
    for (; v->notes_at < v->notes.len; v->notes_at++) {
        struct claim *note = &v->notes.items[v->notes_at];
        if (note->size <= v->expected || !claim_read(v, note, SOURCE_FILE))
            continue;
        if (notes++ == 0)
            find(v, "checkpoints.log line %lld: it signed %lld entries, the log holds %lld: the "
                 "log was cut, entries rows %lld to %lld are gone", (long long)note->place,
                 (long long)note->size, (long long)v->expected, (long long)v->expected,
                 (long long)note->size - 1);
    }
    return true;
}

static bool run(struct verifier *v, struct err *e)
{
    struct row_entry *last = NULL;
    if (!q_entry_last(v->db, v->scratch, &last, e))
        return false;
    if (last && last->idx >= 0)
        v->end = last->idx < INT64_MAX ? last->idx + 1 : last->idx;
    if (v->evidence->checkpoints_log)
        read_notes(v, *v->evidence->checkpoints_log);
    if (!next_stored(v, e) || !q_entries_between(v->db, INT64_MIN, INT64_MAX, check_row, v, e))
        return false;
    arena_reset(v->scratch);
    say_lost(v, SOURCE_TABLE);
    say_lost(v, SOURCE_FILE);
    if (v->evidence->checkpoints_log && v->notes.len == 0 && v->findings->checkpoints > 0)
        find(v, "checkpoints.log: it is missing or holds no note, though the table checkpoints has "
             "%lld rows: restore it", (long long)v->findings->checkpoints);
    return check_head(v, e) && (v->broken || check_extra_tiles(v, e)) && check_cut(v, e);
}

bool journal_verify_log(struct db *db, const struct evidence *evidence, struct findings *findings,
                        struct err *e)
{
    struct arena *arena = arena_new(sizeof(struct verifier) + 4096);
    struct verifier *v = NEW(arena, struct verifier);
    *v = (struct verifier){.db = db, .evidence = evidence, .findings = findings,
                           .tile_number = -1, .last_at_ms = INT64_MIN, .next_row = 1,
                           .rows_from = INT64_MIN};
    v->scratch = arena_new(SCRATCH_BYTES);
    v->claim_arena = arena_new(SCRATCH_BYTES);
    v->rows_arena = arena_new(SCRATCH_BYTES);
    v->streams_arena = arena_new(STREAMS_BYTES);
    v->streams = map_new(v->streams_arena);
    findings->entries = findings->checkpoints = findings->covered = 0;
    struct err inner = {0};
    bool done = run(v, &inner);
    if (!done && inner.code == ERR_CORRUPT) {
        /* A value that no program of ours wrote ends the reading: that is what was looked for. */
        find(v, "%s: nothing after entries row %lld could be checked: %s", inner.where,
             (long long)v->expected - 1, inner.msg);
        done = true;
    } else if (!done && e->code == ERR_NONE) {
        *e = inner;
    }
    if (v->untold > 0)
        VEC_PUSH(findings->arena, &findings->items,
                 str_printf(findings->arena, "and %zu more findings", v->untold));
    arena_free(v->streams_arena);
    arena_free(v->rows_arena);
    arena_free(v->claim_arena);
    arena_free(v->scratch);
    arena_free(arena);
    return done;
}

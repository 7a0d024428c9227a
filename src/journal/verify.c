/* SPDX-License-Identifier: Apache-2.0
 * Verification of the entries and tiles. Memory does not grow with the log (one counter for each
 * stream apart).
 *
 * Two lines run side by side from the first disagreement on: `seen`, what the entries give, and
 * `told`, what tiles and leaf hashes say they gave. The next signed root says which is true. */
#include "journal/verify_priv.h"

#include <string.h>

enum { FINDINGS_MAX = 500 }; /* the rest is counted */
static const size_t STREAMS_BYTES = (size_t)8 * 1024 * 1024 * 1024;
static const size_t SCRATCH_BYTES = (size_t)1024 * 1024 * 1024;

/* ---- findings ---------------------------------------------------------------------------- */

void say(struct verifier *v, const char *fmt, ...)
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

struct digest line_leaf(struct arena *arena, str bytes)
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
void line_push(struct line *line, int level, struct digest hash)
{
    int64_t added = INT64_C(1) << level, number = line->size >> level;
    must((line->size & (added - 1)) == 0);
    for (;; level++, number >>= 1) {
        if (level % TILE_BITS == 0 && level / TILE_BITS < TILE_LEVELS)
            line->open[level / TILE_BITS][number & (TILE_HASHES - 1)] = hash;
        if (!(number & 1)) {
            line->peaks[level] = hash;
            break;
        }
        hash = hash_pair(&line->peaks[level], &hash);
    }
    line->size += added;
}

struct digest line_root(const struct line *line)
{
    int level = __builtin_ctzll((unsigned long long)line->size);
    struct digest root = line->peaks[level];
    while (++level < 63)
        if (line->size >> level & 1)
            root = hash_pair(&line->peaks[level], &root);
    return root;
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
        say(v, "tiles row level %d number %lld: it holds %zu bytes instead of %d", level,
            (long long)number, row->hashes.len, TILE_BYTES);
    else if (must_be)
        say(v, "tiles row level %d number %lld is missing (entries rows %lld to %lld)", level,
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
        say(v, "tiles row level %d number %lld: its hash of the entries rows %lld to %lld is not "
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
            say(v, "tiles row level %d number %lld: there are no entries that fill it", level,
                (long long)beyond->number);
    }
    struct row_tile_name *outside = NULL;
    if (!q_tile_outside(v->db, v->scratch, TILE_LEVELS - 1, &outside, e))
        return false;
    if (outside)
        say(v, "tiles row level %lld number %lld: there is no such level",
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
    line_push(&v->seen, 0, seen);
    if (v->differs)
        line_push(&v->told, 0, told);
    return check_full_tiles(v, e) && claims_judge(v, e);
}

/* Rows before `index` are not there. Where a tile keeps their hashes the tree can go on. */
static bool skip_missing(struct verifier *v, int64_t index, struct err *e)
{
    bool whole = !v->broken;
    say(v, "%s", claims_missing(v, "entries", v->expected, index - 1));
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
        say(v, "entries row %lld: no tile keeps the hash of the missing entry, so no later signed "
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
        say(v, "entries row %lld: it is number %lld of stream %.*s, after number %lld",
            (long long)row->idx, (long long)row->seq, STR_FMT(row->stream), (long long)*last);
    *last = row->seq < INT64_MAX ? row->seq : 0;
}

static void check_content(struct verifier *v, const struct row_entry *row)
{
    struct err inner = {0};
    struct entry entry;
    if (!entry_parse(v->scratch, row->bytes, &entry, &inner)) {
        say(v, "entries row %lld: %s", (long long)row->idx, inner.msg);
        return;
    }
    if (entry.event.index != row->idx)
        say(v, "entries row %lld: its bytes are those of entry %lld", (long long)row->idx,
            (long long)entry.event.index);
    if (entry.seq != row->seq || !str_eq(entry_stream(v->scratch, &entry.event), row->stream))
        say(v, "entries row %lld: its columns stream and seq are not those of its bytes",
            (long long)row->idx);
    if (entry.event.at_ms < v->last_at_ms)
        say(v, "entries row %lld: it is earlier than the entry before it", (long long)row->idx);
    else
        v->last_at_ms = entry.event.at_ms;
}

/* Hashes the bytes and holds them against the leaf column and the tile. */
static bool check_leaf(struct verifier *v, const struct row_entry *row, struct err *e)
{
    struct digest leaf = line_leaf(v->scratch, row->bytes), told = leaf;
    bool own = row->leaf.len == SM3_BYTES;
    if (own)
        memcpy(told.bytes, row->leaf.ptr, SM3_BYTES);
    if (!own || !digest_equal(leaf, told))
        say(v, "entries row %lld: its bytes do not give its leaf hash: one of them was changed",
            (long long)row->idx);
    if (v->has_tile) {
        struct digest kept = v->tile[row->idx & (TILE_HASHES - 1)];
        if (!digest_equal(kept, leaf) && !digest_equal(kept, told) && !v->tile_named) {
            say(v, "entries row %lld: it gives another hash than stands in tiles row level 0 "
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
        say(v, "entries row %lld: indices begin at 0 and none stands twice", (long long)row->idx);
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

/* ---- the end of the log ------------------------------------------------------------------ */

/* Between the last checkpoint and the end only the seal tells whose the entries are. */
static void check_seal(struct verifier *v, const struct row_head *head)
{
    str mac = head_mac(v->scratch, v->evidence->head_key, head->size, v->seen.peaks, head->at_ms,
                       head->epoch);
    int64_t covered = v->findings->covered;
    if (str_eq(head->mac, mac))
        return;
    if (covered < v->expected)
        say(v, "head row: its seal is not the program's: entries rows %lld to %lld were appended, "
            "changed or cut outside the program", (long long)covered, (long long)v->expected - 1);
    else
        say(v, "head row: its seal is not the program's: the row was changed, or the log after it "
            "was cut");
}

static bool check_head(struct verifier *v, struct err *e)
{
    struct row_head *head = NULL;
    if (!q_head(v->db, v->scratch, &head, e))
        return false;
    if (v->end > v->expected)
        say(v, "entries row %lld: it stands where no log can reach", (long long)v->end);
    if (head && head->size != v->expected)
        say(v, "head: it says %lld entries, the log ends after %lld", (long long)head->size,
            (long long)v->expected);
    else if (head && head->at_ms != (v->expected > 0 ? v->last_at_ms : 0))
        say(v, "head: it says another time than the last entry");
    else if (!head && v->expected > 0)
        say(v, "head: the row is missing");
    else if (head && v->evidence->head_key.len > 0 && !v->broken && v->expected > 0)
        check_seal(v, head);
    return true;
}

static bool run(struct verifier *v, struct err *e)
{
    struct row_entry *last = NULL;
    if (!q_entry_last(v->db, v->scratch, &last, e))
        return false;
    if (last && last->idx >= 0)
        v->end = last->idx < INT64_MAX ? last->idx + 1 : last->idx;
    if (!claims_open(v, e) || !q_entries_between(v->db, INT64_MIN, INT64_MAX, check_row, v, e))
        return false;
    arena_reset(v->scratch);
    claims_end(v);
    if (!v->broken && v->seen.size > 0)
        v->findings->root = line_root(&v->seen);
    return check_head(v, e) && (v->broken || check_extra_tiles(v, e)) && claims_beyond(v, e);
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
        say(v, "%s: nothing after entries row %lld could be checked: %s", inner.where,
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

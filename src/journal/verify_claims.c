/* SPDX-License-Identifier: Apache-2.0
 * What was signed, in the table checkpoints, in checkpoints.log and on a note that somebody kept,
 * held against what the entries give. */
#include "journal/verify_priv.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHECKPOINT_ROWS = 64,
    NOTES_LATE = 2,          /* a server that runs may write its newest notes a moment from now */
};

static const char *const SOURCES[] = {"checkpoints row", "checkpoints.log line"};

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
        say(v, "%.*s: %s", STR_FMT(name), inner.msg);
        return false;
    }
    if (v->origin.len == 0)
        v->origin = str_dup(v->findings->arena, checkpoint.origin);
    if (!str_eq(v->origin, checkpoint.origin)) {
        say(v, "%.*s: it is of the log \"%.*s\", not of \"%.*s\"", STR_FMT(name),
            STR_FMT(checkpoint.origin), STR_FMT(v->origin));
        return false;
    }
    claim->size = checkpoint.size;
    claim->root = checkpoint.root;
    return true;
}

const char *claims_missing(struct verifier *v, const char *table, int64_t first, int64_t last)
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
        say(v, "checkpoints row %lld: numbers begin at 1 and none stands twice",
            (long long)row->number);
    else if (row->number > v->next_row)
        say(v, "%s", claims_missing(v, "checkpoints", v->next_row, row->number - 1));
    if (row->number >= v->next_row && row->number < INT64_MAX)
        v->next_row = row->number + 1;
    if (!claim_read(v, &claim, SOURCE_TABLE))
        return false;
    if (claim.size != row->size) {
        say(v, "checkpoints row %lld: its note is about %lld entries, its column says %lld",
            (long long)row->number, (long long)claim.size, (long long)row->size);
        return false;
    }
    if (claim.size <= v->last_row_size) {
        say(v, "checkpoints row %lld: it is about %lld entries, the one before already about %lld",
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
        say(v, "%.*s confirms the entries up to row %lld: what was changed is the tiles and leaf "
            "hashes named above", STR_FMT(name), (long long)claim->size - 1);
    } else if (digest_equal(line_root(&v->told), claim->root)) {
        say(v, "%.*s confirms the tiles and leaf hashes up to row %lld: what was changed is the "
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
        say(v, "%s: %lld more up to %lld entries were signed over another log too",
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
        say(v, "%.*s: it signed another root for its %lld entries: the log was rewritten, "
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
        say(v, "checkpoints.log line %lld: the table checkpoints has no sound row for these %lld "
            "entries: it was taken out or changed", (long long)note->place,
            (long long)note->size);
    if (judge(v, note, SOURCE_FILE) && stored_too)
        say(v, "checkpoints row %lld: its note is not the one that checkpoints.log keeps in line "
            "%lld: one of them was changed", (long long)v->stored.place, (long long)note->place);
}

/* A row whose note the file lacks is found as soon as the file goes on behind it. */
static void miss_notes(struct verifier *v, int64_t tolerated)
{
    if (v->unnoted > tolerated)
        say(v, "checkpoints.log: the notes of %lld rows of checkpoints are missing, from "
            "checkpoints row %lld on: they were taken out; restore the file",
            (long long)v->unnoted, (long long)v->first_unnoted);
    v->unnoted = 0;
}

static void judge_since(struct verifier *v)
{
    struct claim *since = &v->since;
    if (since->size != v->seen.size || v->broken)
        return;
    if (!digest_equal(line_root(&v->seen), since->root))
        say(v, "the note kept outside: the first %lld entries are not those that it "
            "signed: the log was rewritten since, in the entries rows 0 to %lld",
            (long long)since->size, (long long)since->size - 1);
    since->size = 0;
}

bool claims_judge(struct verifier *v, struct err *e)
{
    bool stored = v->stored.size == v->seen.size, noted = false;
    if (stored)
        (void)judge(v, &v->stored, SOURCE_TABLE);
    for (; v->notes_at < v->notes.len && v->notes.items[v->notes_at].size <= v->seen.size;
         v->notes_at++) {
        miss_notes(v, 0);
        judge_note(v, &v->notes.items[v->notes_at], stored);
        noted = true;
    }
    judge_since(v);
    if (!stored)
        return true;
    if (!noted && v->notes.len > 0 && v->unnoted++ == 0)
        v->first_unnoted = v->stored.place;
    return next_stored(v, e);
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
        say(v, "checkpoints.log line %lld: %s", (long long)line, inner.msg);
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
        say(v, "checkpoints.log: what follows its last note is no note: the file was changed");
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

/* What was signed over more entries than there are. */
static bool check_cut(struct verifier *v, struct err *e)
{
    int64_t rows = 0, notes = 0;
    while (v->stored.size > 0) {
        if (v->stored.size > v->expected && rows++ == 0)
            say(v, "checkpoints row %lld: it signed %lld entries, the log holds %lld: the log was "
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
            say(v, "checkpoints.log line %lld: it signed %lld entries, the log holds %lld: the "
                "log was cut, entries rows %lld to %lld are gone", (long long)note->place,
                (long long)note->size, (long long)v->expected, (long long)v->expected,
                (long long)note->size - 1);
    }
    return true;
}

/* The note was given as evidence: one that is none is the asker's mistake, not a finding. */
static bool read_since(struct verifier *v, struct err *e)
{
    struct checkpoint checkpoint;
    str note = v->evidence->since;
    if (note.len == 0)
        return true;
    struct err inner = {0};
    if (!checkpoint_parse(v->findings->arena, note, NULL, &checkpoint, e))
        return false;
    if (!checkpoint_parse(v->findings->arena, note, v->evidence->key, &checkpoint, &inner)) {
        say(v, "the note kept outside: %s", inner.msg);
        return true;
    }
    v->since = (struct claim){.size = checkpoint.size, .root = checkpoint.root, .note = note};
    v->origin = str_dup(v->findings->arena, checkpoint.origin);
    return true;
}

bool claims_open(struct verifier *v, struct err *e)
{
    if (v->evidence->checkpoints_log)
        read_notes(v, *v->evidence->checkpoints_log);
    return read_since(v, e) && next_stored(v, e);
}

void claims_end(struct verifier *v)
{
    say_lost(v, SOURCE_TABLE);
    say_lost(v, SOURCE_FILE);
    miss_notes(v, NOTES_LATE);
    if (v->evidence->checkpoints_log && v->notes.len == 0 && v->findings->checkpoints > 0)
        say(v, "checkpoints.log: it is missing or holds no note, though the table "
            "checkpoints has %lld rows: restore it",
            (long long)v->findings->checkpoints);
}

bool claims_beyond(struct verifier *v, struct err *e)
{
    if (v->since.size > v->expected)
        say(v, "the note kept outside: it signed %lld entries, the log holds %lld: the "
            "log was cut, or an old copy was put back", (long long)v->since.size,
            (long long)v->expected);
    else if (v->since.size > 0)
        say(v, "the note kept outside: it could not be compared, for entries before it "
            "are missing");
    return check_cut(v, e);
}

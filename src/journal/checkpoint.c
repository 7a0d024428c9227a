/* SPDX-License-Identifier: Apache-2.0
 * Checkpoints: what the log was at one moment, in the form of a C2SP signed note:
 *
 *     ORIGIN
 *     SIZE
 *     ROOT in base64
 *
 *     — ORIGIN base64(key id, 4 bytes; DER signature of the three lines)
 */
#include "journal/journal_priv.h"

#include <string.h>

enum {
    KEY_ID_BYTES = 4,
    POINT_BYTES = 65,
    LINES_UNSIGNED = 4,      /* of a note, before its signature */
};

/* U+2014 and a blank begin a line of signature. */
static const str DASH = {"\xe2\x80\x94 ", 4};

bool origin_check(str origin, struct err *e)
{
    bool good = origin.len > 0 && origin.len <= LIMIT_NAME_BYTES && utf8_valid(origin);
    for (size_t i = 0; good && i < origin.len; i++)
        good = (unsigned char)origin.ptr[i] > ' ' && origin.ptr[i] != '+' && origin.ptr[i] != 0x7f;
    if (good)
        return true;
    return RAISE(e, CONFIG, "journal", "\"%.*s\" cannot name a log: give a name without blanks "
                 "and \"+\", such as yunjian/city", STR_FMT(origin));
}

/* Names the key in a note, so that a reader with several keys knows which to try. */
static bool key_id(struct arena *arena, const struct sm2_key *key, str origin,
                   uint8_t out[KEY_ID_BYTES], struct err *e)
{
    uint8_t point[POINT_BYTES];
    if (!sm2_public_point(key, point, e))
        return false;
    struct buf named = buf_new(arena, origin.len + 96);
    buf_add(&named, origin);
    buf_add(&named, S("\n\xff" "SM2-SM3"));
    buf_add(&named, (str){(const char *)point, sizeof point});
    memcpy(out, sm3(buf_str(&named)).bytes, KEY_ID_BYTES);
    return true;
}

bool checkpoint_sign(struct arena *arena, const struct sm2_key *key, str origin, int64_t size,
                     struct digest root, str *out_note, struct err *e)
{
    uint8_t id[KEY_ID_BYTES];
    str der = STR_NONE;
    struct buf note = buf_new(arena, 512);
    buf_add(&note, origin);
    buf_addc(&note, '\n');
    buf_add_i64(&note, size);
    buf_addc(&note, '\n');
    buf_add(&note, base64_encode(arena, root.bytes, SM3_BYTES));
    buf_addc(&note, '\n');
    if (!key_id(arena, key, origin, id, e) || !sm2_sign(arena, key, buf_str(&note), &der, e))
        return false;
    struct buf signature = buf_new(arena, 96);
    buf_add(&signature, (str){(const char *)id, KEY_ID_BYTES});
    buf_add(&signature, der);
    buf_addc(&note, '\n');
    buf_add(&note, DASH);
    buf_add(&note, origin);
    buf_addc(&note, ' ');
    buf_add(&note, base64_encode(arena, signature.ptr, signature.len));
    buf_addc(&note, '\n');
    *out_note = buf_str(&note);
    return true;
}

/* ---- reading ----------------------------------------------------------------------------- */

static bool bad_form(struct err *e, const char *what)
{
    return RAISE(e, INPUT, "checkpoint", "this is not a checkpoint: %s", what);
}

/* Takes one line that ends in a newline off the text. */
static bool take_line(str *text, str *out)
{
    const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
    if (!end)
        return false;
    *out = (str){text->ptr, (size_t)(end - text->ptr)};
    *text = (str){end + 1, text->len - out->len - 1};
    return true;
}

/* The bytes of the signature that a line carries in the log's own name; others (witnesses) are
 * somebody else's to check. */
static bool own_signature(struct arena *arena, str line, str origin, str *out)
{
    str name, base64;
    line = (str){line.ptr + DASH.len, line.len - DASH.len};
    return str_cut(line, ' ', &name, &base64) && str_eq(name, origin)
        && base64_decode(arena, base64, out) && out->len > KEY_ID_BYTES;
}

static bool check_signatures(struct arena *arena, str lines, str text, const struct sm2_key *key,
                             str origin, struct err *e)
{
    uint8_t id[KEY_ID_BYTES] = {0};
    bool some = false, known = false, holds = false;
    str line, signature;
    if (key && !key_id(arena, key, origin, id, e))
        return false;
    if (lines.len == 0)
        return bad_form(e, "it is not signed");
    while (lines.len > 0) {
        if (!take_line(&lines, &line) || !str_starts(line, DASH))
            return bad_form(e, "a line of signature begins with a dash (U+2014) and a blank");
        if (!own_signature(arena, line, origin, &signature))
            continue;
        some = true;
        if (!key || memcmp(signature.ptr, id, KEY_ID_BYTES) != 0)
            continue;
        known = true;
        holds |= sm2_verify(key, text, (str){signature.ptr + KEY_ID_BYTES,
                                             signature.len - KEY_ID_BYTES});
    }
    if (!some)
        return bad_form(e, "no signature is made in the name of its origin");
    if (!key || holds)
        return true;
    return RAISE(e, CORRUPT, "checkpoint", "%s",
                 known ? "its signature does not hold: it was changed after it was signed"
                       : "it is signed with another key than the one given");
}

bool checkpoint_parse(struct arena *arena, str note, const struct sm2_key *key,
                      struct checkpoint *out, struct err *e)
{
    struct checkpoint checkpoint = {.note = note};
    struct err inner = {0};
    str rest = note, size, root, blank, bytes;
    if (!take_line(&rest, &checkpoint.origin) || !take_line(&rest, &size)
        || !take_line(&rest, &root))
        return bad_form(e, "it needs three lines, origin, size and root");
    str text = {note.ptr, note.len - rest.len};
    if (!origin_check(checkpoint.origin, &inner))
        return bad_form(e, "its first line is not the name of a log");
    if (!str_to_i64(size, &checkpoint.size) || checkpoint.size <= 0)
        return bad_form(e, "its second line is not a number of entries");
    if (!base64_decode(arena, root, &bytes) || bytes.len != SM3_BYTES)
        return bad_form(e, "its third line is not a root in base64");
    memcpy(checkpoint.root.bytes, bytes.ptr, SM3_BYTES);
    if (!take_line(&rest, &blank) || blank.len != 0)
        return bad_form(e, "an empty line stands before the signatures");
    if (!check_signatures(arena, rest, text, key, checkpoint.origin, e))
        return false;
    *out = checkpoint;
    return true;
}

bool checkpoints_log_repair(str text, size_t *out_keep)
{
    str rest = text, line;
    size_t keep = 0;
    int lines = 0;           /* whole ones behind the last whole note */
    while (take_line(&rest, &line)) {
        bool end = str_starts(line, DASH);
        keep = end ? text.len - rest.len : keep;
        lines = end ? 0 : lines + 1;
    }
    if (lines > LINES_UNSIGNED)
        return false;
    *out_keep = keep;
    return true;
}

str checkpoints_log_newest(str text)
{
    str rest = text, line, newest = text;
    size_t start = 0;
    bool is_signed = false;  /* the line before was a signature */
    while (take_line(&rest, &line)) {
        bool signature = str_starts(line, DASH);
        size_t end = text.len - rest.len;
        if (is_signed && !signature)
            start = end - line.len - 1;
        if (signature)
            newest = (str){text.ptr + start, end - start};
        is_signed = signature;
    }
    return newest;
}

/* ---- in the database --------------------------------------------------------------------- */

static bool from_row(struct arena *arena, const struct row_checkpoint *row,
                     struct checkpoint **out, struct err *e)
{
    if (!row) {
        *out = NULL;
        return true;
    }
    struct checkpoint *checkpoint = NEW(arena, struct checkpoint);
    struct err inner = {0};
    if (!checkpoint_parse(arena, row->note, NULL, checkpoint, &inner)
        || checkpoint->size != row->size)
        return RAISE(e, CORRUPT, "checkpoints", "row %lld does not hold the note it should; run "
                     "verify", (long long)row->number);
    checkpoint->number = row->number;
    *out = checkpoint;
    return true;
}

bool checkpoint_last(struct db *db, struct arena *arena, struct checkpoint **out, struct err *e)
{
    struct row_checkpoint *row = NULL;
    return q_checkpoint_last(db, arena, &row, e) && from_row(arena, row, out, e);
}

bool checkpoint_covering(struct db *db, struct arena *arena, int64_t index,
                         struct checkpoint **out, struct err *e)
{
    struct row_checkpoint *row = NULL;
    must(index >= 0 && index < INT64_MAX);
    return q_checkpoint_covering(db, arena, index + 1, &row, e) && from_row(arena, row, out, e);
}

/* ---- making one -------------------------------------------------------------------------- */

/* What is signed is what the database gives back, not what memory believes: one flipped bit here
 * would otherwise be vouched for for ever. What was signed before is not read again: its hashes
 * are kept apart from those that appending uses, so a checkpoint costs what is new. */
static bool reread(const struct log_state *now, struct db *db, struct tree *out, struct err *e)
{
    *out = now->signed_tree;
    if (!log_recheck(db, out->size, now->tree.size, e))
        return false;
    struct log_reader reader = log_reader_open(db);
    bool read = log_read_tree(&reader, now->tree.size, out, e);
    log_reader_close(&reader);
    if (!read)
        return false;
    if (!digest_equal(tree_root(out), tree_root(&now->tree)))
        return RAISE(e, CORRUPT, "journal", "the log in the database is not the one in memory; "
                     "nothing was signed: stop, run verify, and check the machine's memory");
    return true;
}

bool journal_checkpoint(struct journal *journal, struct db *db, struct arena *arena,
                        str *out_note, struct err *e)
{
    struct log_state *now = &journal->now;
    if (!journal->key)
        return RAISE(e, CONFIG, "journal", "there is no key to sign a checkpoint with; give the "
                     "log's private key");
    if (now->tree.size == now->signed_tree.size) {
        *out_note = STR_NONE;
        return true;
    }
    struct tree tree;
    str note = STR_NONE;
    if (!reread(now, db, &tree, e)
        || !checkpoint_sign(arena, journal->key, journal->origin, tree.size, tree_root(&tree),
                            &note, e)
        || !q_append_checkpoint(db, now->checkpoint_number + 1, tree.size, note, e))
        return false;
    now->checkpoint_number++;
    now->signed_tree = tree;
    *out_note = note;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * What somebody takes home: checkpoints and inclusion proofs. */
#include "door/priv.h"

static struct doc *render_checkpoint(struct request *r, const struct checkpoint *checkpoint,
                                     struct err *e)
{
    struct arena *arena = r->arena;
    struct doc *doc = doc_map(arena);
    uint8_t point[65];
    if (!sm2_public_point(r->door->options.public_key, point, e))
        return NULL;
    doc_put_int(arena, doc, S("number"), checkpoint->number);
    doc_put_int(arena, doc, S("size"), checkpoint->size);
    doc_put_text(arena, doc, S("root"), digest_hex(arena, checkpoint->root));
    doc_put_text(arena, doc, S("note"), checkpoint->note);
    doc_put_text(arena, doc, S("public_key"), hex_encode(arena, point, sizeof point));
    return doc;
}

void get_checkpoint(struct request *r)
{
    struct err e = {0};
    struct checkpoint *checkpoint = NULL;
    struct doc *doc = NULL;
    if (!read_begin(r) || !session_actor(r))
        return;
    if (!r->door->options.public_key ||
        (checkpoint_last(r->reader.db, r->arena, &checkpoint, &e) && !checkpoint))
        problem_plain(r, PROBLEM_NOT_FOUND);
    else if (checkpoint && (doc = render_checkpoint(r, checkpoint, &e)))
        reply_read(r, doc);
    else
        problem_err(r, &e);
}

/* The entry, when it belongs to a case that the reader may see. */
static bool read_entry(struct request *r, int64_t index, struct row_entry **out, struct err *e)
{
    struct row_entry *row = NULL;
    struct entry entry;
    bool visible = false;
    *out = NULL;
    if (!q_entry(r->reader.db, r->arena, index, &row, e))
        return false;
    if (!row)
        return true;
    if (!entry_parse(r->arena, row->bytes, &entry, e))
        return false;
    if (event_stream(entry.event.kind) != STREAM_CASE || !entry.event.stream)
        return true;
    if (!view_case_visible(&r->reader, entry.event.stream, &visible, e))
        return false;
    *out = visible ? row : NULL;
    return true;
}

static bool render_proof(struct request *r, const struct row_entry *row,
                         const struct checkpoint *checkpoint, struct doc **out, struct err *e)
{
    struct arena *arena = r->arena;
    struct proof *proof = NEW(arena, struct proof);
    struct doc *doc = doc_map(arena), *hashes = doc_list(arena);
    if (!journal_prove(r->reader.db, arena, row->idx, checkpoint->size, proof, e))
        return false;
    for (size_t i = 0; i < proof->n; i++)
        doc_push(arena, hashes, doc_text(arena, digest_hex(arena, proof->hashes[i])));
    struct doc *signed_root = render_checkpoint(r, checkpoint, e);
    if (!signed_root)
        return false;
    doc_put_int(arena, doc, S("index"), row->idx);
    doc_put_text(arena, doc, S("bytes"), row->bytes);
    doc_put_text(arena, doc, S("leaf"), hex_encode(arena, row->leaf.ptr, row->leaf.len));
    doc_put(arena, doc, S("hashes"), hashes);
    doc_put(arena, doc, S("checkpoint"), signed_root);
    *out = doc;
    return true;
}

void get_proof(struct request *r)
{
    struct err e = {0};
    int64_t index;
    struct row_entry *row = NULL;
    struct checkpoint *checkpoint = NULL;
    struct doc *doc = NULL;
    if (!var_id(r, 0, &index) || !read_begin(r) || !session_actor(r))
        return;
    if (!read_entry(r, index, &row, &e))
        problem_err(r, &e);
    else if (!row)
        problem_plain(r, PROBLEM_NOT_FOUND);
    else if (!checkpoint_covering(r->reader.db, r->arena, index, &checkpoint, &e))
        problem_err(r, &e);
    else if (!checkpoint || !r->door->options.public_key)
        problem_plain(r, PROBLEM_NO_CHECKPOINT);
    else if (render_proof(r, row, checkpoint, &doc, &e))
        reply_read(r, doc);
    else
        problem_err(r, &e);
}

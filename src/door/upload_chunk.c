/* SPDX-License-Identifier: Apache-2.0
 * One chunk of an upload, durable before the answer. The digest is computed here, before the clerk
 * is asked, so that the one thread that writes does not hash megabytes. */
#include "door/priv.h"
#include "door/render_priv.h"
#include "door/upload_priv.h"

#include <string.h>

struct chunk {
    struct row_upload upload;    /* as it stands, then as it will stand */
    str chain;                   /* as it stands */
    int64_t offset, number;
    str bytes;
    struct sm3_stream *stream;   /* of all bytes up to the end of this chunk; NULL at the end */
    bool moved;                  /* another request wrote meanwhile */
    int64_t received;            /* what had arrived then */
};

static void drop_stream(void *ctx)
{
    struct chunk *chunk = ctx;
    sm3_drop(chunk->stream);
    chunk->stream = NULL;
}

static void wrong_offset(struct request *r, int64_t received)
{
    problem_number(r, PROBLEM_WRONG_OFFSET, received);
    problem_more(r, S("received"), doc_int(r->arena, received));
}

/* The chain with one more chunk. */
static str link_chunk(struct arena *arena, str chain, str bytes)
{
    str digest = digest_hex(arena, sm3(bytes));
    return digest_hex(arena, sm3(str_printf(arena, "%.*s\n%.*s", STR_FMT(chain),
                                            STR_FMT(digest))));
}

/* Read again from the stored chunks: after a restart, or when the table was full. They must be
 * those that came, of which the chain tells. */
static bool rebuild_stream(struct request *r, struct chunk *chunk, struct err *e)
{
    struct arena *arena = arena_new(4 * LIMIT_CHUNK_BYTES);
    chunk->stream = sm3_start();
    str chain = S("");
    bool ok = true;
    for (int64_t number = 0; ok && number < chunk->number; number++) {
        struct row_upload_chunk *row = NULL;
        arena_reset(arena);
        ok = q_upload_chunk(r->reader.db, arena, chunk->upload.id, number, &row, e);
        if (ok && (!row || row->bytes.len != LIMIT_CHUNK_BYTES))
            ok = RAISE(e, CORRUPT, "upload_chunks", "chunk %lld of upload %lld is not there",
                       (long long)number, (long long)chunk->upload.id);
        if (ok) {
            sm3_add(chunk->stream, row->bytes);
            chain = link_chunk(r->arena, chain, row->bytes);
        }
    }
    arena_free(arena);
    if (ok && !str_eq(chain, chunk->chain))
        return RAISE(e, CORRUPT, "upload_chunks", "the chunks of upload %lld are not those that "
                     "came: somebody wrote into the database; upload the file again",
                     (long long)chunk->upload.id);
    return ok;
}

static bool chunk_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    (void)now_ms;
    struct request *r = job->ctx;
    struct chunk *chunk = r->ctx;
    struct row_upload *row = NULL;
    if (!q_upload(db, job->arena, chunk->upload.id, &row, e))
        return false;
    struct clerk *clerk = r->door->options.clerk;
    chunk->moved = !row || row->person != chunk->upload.person || row->received != chunk->offset ||
                   !str_eq(row->chain, chunk->chain) ||
                   !clerk_upload_sealed(clerk, job->arena, row);
    chunk->received = row ? row->received : 0;
    if (chunk->moved)
        return true;
    if (!q_insert_upload_chunk(db, chunk->upload.id, chunk->number, chunk->bytes, e))
        return false;
    KILL_POINT("chunk");
    struct row_upload *upload = &chunk->upload;
    clerk_seal_upload(clerk, job->arena, upload);
    return q_advance_upload(db, upload->received, upload->digest, upload->chain, upload->mac,
                            upload->id, e);
}

static void chunk_stored(struct request *r)
{
    struct chunk *chunk = r->ctx;
    if (chunk->moved) {
        wrong_offset(r, chunk->received);
        return;
    }
    if (chunk->stream)
        stream_put(r->door, chunk->upload.id, chunk->upload.received, chunk->stream, r->now_ms);
    chunk->stream = NULL;
    reply_doc(r, 200, render_upload(r->arena, &chunk->upload));
}

static void take_chunk(struct request *r, struct chunk *chunk)
{
    struct err e = {0};
    struct row_upload *upload = &chunk->upload;
    arena_defer(r->arena, drop_stream, chunk);
    chunk->stream = stream_take(r->door, upload->id, chunk->offset);
    if (!chunk->stream && !rebuild_stream(r, chunk, &e)) {
        problem_err(r, &e);
        return;
    }
    sm3_add(chunk->stream, chunk->bytes);
    upload->chain = link_chunk(r->arena, upload->chain, chunk->bytes);
    upload->received += (int64_t)chunk->bytes.len;
    if (upload->received == upload->size) {
        upload->digest = digest_hex(r->arena, sm3_end(chunk->stream));
        chunk->stream = NULL;
    }
    r->ctx = chunk;
    r->job = (struct job){.work = chunk_work};
    park_for_clerk(r, chunk_stored);
}

/* The chunk before, sent again because its answer was lost. */
static void repeat_chunk(struct request *r, const struct chunk *chunk)
{
    struct err e = {0};
    struct row_upload_chunk *row = NULL;
    if (!q_upload_chunk(r->reader.db, r->arena, chunk->upload.id, chunk->number, &row, &e))
        problem_err(r, &e);
    else if (!row || !str_eq(row->bytes, chunk->bytes))
        problem_plain(r, PROBLEM_OTHER_CHUNK);
    else
        reply_doc(r, 200, render_upload(r->arena, &chunk->upload));
}

void put_chunk(struct request *r)
{
    int64_t offset;
    struct row_upload *upload = NULL;
    if (!param_i64(r, S("offset"), 0, LIMIT_ATTACHMENT_BYTES, -1, &offset))
        return;
    if (offset < 0) {
        problem(r, PROBLEM_BAD_PARAMETER, S("offset"), SAME_WORDS(S("offset")),
                (struct words){S("缺少该参数"), S("it is missing")});
        return;
    }
    if (!own_upload(r, &upload))
        return;
    struct chunk *chunk = NEW(r->arena, struct chunk);
    *chunk = (struct chunk){.upload = *upload, .chain = upload->chain, .offset = offset,
                            .number = offset / LIMIT_CHUNK_BYTES, .bytes = buf_str(&r->body)};
    int64_t last = upload->received ? (upload->received - 1) / LIMIT_CHUNK_BYTES : -1;
    bool next = offset == upload->received && offset < upload->size;
    bool again = last >= 0 && offset == last * LIMIT_CHUNK_BYTES;
    if (!next && !again) {
        wrong_offset(r, upload->received);
        return;
    }
    int64_t left = upload->size - offset;
    int64_t wanted = left < LIMIT_CHUNK_BYTES ? left : LIMIT_CHUNK_BYTES;
    if ((int64_t)chunk->bytes.len != wanted)
        problem(r, PROBLEM_BAD_CHUNK, S("offset"),
                SAME_WORDS(str_printf(r->arena, "%lld", (long long)wanted)),
                SAME_WORDS(str_printf(r->arena, "%zu", chunk->bytes.len)));
    else if (next)
        take_chunk(r, chunk);
    else
        repeat_chunk(r, chunk);
}

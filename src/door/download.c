/* SPDX-License-Identifier: Apache-2.0
 * A filed material as a download: chunk by chunk, each read on its own, for kept bytes never
 * change. Never rendered by us: the browser is told to save it. */
#include "door/priv.h"

#include <string.h>

struct download {
    struct door *door;
    struct arena *arena;         /* of this struct */
    struct arena *chunk_arena;
    int64_t material, number;    /* chunk in memory; -1: none */
    str bytes;
    uint64_t size;
};

static bool load_chunk(struct download *download, int64_t number)
{
    struct err e = {0};
    struct reading *reading = NULL;
    struct row_attachment_chunk *row = NULL;
    arena_reset(download->chunk_arena);
    download->number = -1;
    bool ok = reading_take(download->door, &reading, &e) &&
              q_attachment_chunk(reading->db, download->chunk_arena, download->material, number,
                                 &row, &e);
    if (reading)
        reading_give(download->door, reading, ok);
    if (ok && !row)
        ok = RAISE(&e, CORRUPT, "attachment_chunks", "material %lld has no chunk %lld",
                   (long long)download->material, (long long)number);
    if (!ok) {
        log_err("download", &e);
        return false;
    }
    download->bytes = row->bytes;
    download->number = number;
    return true;
}

static ssize_t read_download(void *ctx, uint64_t at, char *out, size_t max)
{
    struct download *download = ctx;
    int64_t number = (int64_t)(at / LIMIT_CHUNK_BYTES);
    size_t skip = (size_t)(at % LIMIT_CHUNK_BYTES);
    if (at >= download->size)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (download->number != number && !load_chunk(download, number))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (skip >= download->bytes.len)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = download->bytes.len - skip;
    n = n < max ? n : max;
    memcpy(out, download->bytes.ptr + skip, n);
    return (ssize_t)n;
}

static void end_download(void *ctx)
{
    struct download *download = ctx;
    arena_free(download->chunk_arena);
    arena_free(download->arena);
}

/* RFC 8187: every byte that is not a letter, a digit or plain goes as %XX. */
static const char *disposition(struct arena *arena, const struct row_material *material)
{
    struct buf out = buf_new(arena, 128);
    buf_addf(&out, "attachment; filename=\"material-%lld\"; filename*=UTF-8''",
             (long long)material->id);
    for (size_t i = 0; i < material->name.len; i++) {
        unsigned char c = (unsigned char)material->name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_';
        if (plain)
            buf_addc(&out, (char)c);
        else
            buf_addf(&out, "%%%02X", c);
    }
    return str_to_cstr(arena, buf_str(&out));
}

static void start_download(struct request *r, const struct row_material *material)
{
    struct arena *arena = arena_new(64 * 1024);
    struct download *download = NEW(arena, struct download);
    *download = (struct download){.door = r->door, .arena = arena, .material = material->id,
                                  .number = -1, .size = (uint64_t)material->size};
    download->chunk_arena = arena_new(4 * LIMIT_CHUNK_BYTES);
    r->reply.stream = MHD_create_response_from_callback(
        (uint64_t)material->size, 64 * 1024, read_download, download, end_download);
    if (!r->reply.stream) {
        end_download(download);
        problem_plain(r, PROBLEM_FAILURE);
        return;
    }
    r->reply.status = 200;
    r->reply.type = "application/octet-stream";
    MHD_add_response_header(r->reply.stream, "Content-Security-Policy",
                            "sandbox; default-src 'none'");
    MHD_add_response_header(r->reply.stream, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(r->reply.stream, "Referrer-Policy", "same-origin");
    MHD_add_response_header(r->reply.stream, "Cache-Control", "no-store");
    reply_header(r, "Content-Disposition", disposition(r->arena, material));
}

void get_material(struct request *r)
{
    struct err e = {0};
    int64_t kase, id;
    struct row_material *material = NULL;
    if (!var_id(r, 0, &kase) || !var_id(r, 1, &id) || !read_begin(r) || !session_actor(r))
        return;
    if (kase && !view_material(&r->reader, kase, id, &material, &e))
        problem_err(r, &e);
    else if (!material)
        problem_plain(r, PROBLEM_NOT_FOUND);
    else
        start_download(r, material);
}

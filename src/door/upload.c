/* SPDX-License-Identifier: Apache-2.0
 * Uploads: announced, asked for, swept away. Rows are work: nothing is proven by them; what the
 * journal cites is the digest of the bytes. */
#include "door/priv.h"
#include "door/render_priv.h"
#include "door/upload_priv.h"

#include <string.h>

/* ---- digests on the way --------------------------------------------------------------------- */

struct sm3_stream *stream_take(struct door *door, int64_t upload, int64_t hashed)
{
    struct sm3_stream *found = NULL, *stale = NULL;
    pthread_mutex_lock(&door->lock);
    for (size_t i = 0; i < DOOR_STREAMS; i++) {
        struct upload_stream *slot = &door->streams[i];
        if (slot->upload != upload)
            continue;
        *(slot->hashed == hashed ? &found : &stale) = slot->stream;
        *slot = (struct upload_stream){0};
        break;
    }
    pthread_mutex_unlock(&door->lock);
    sm3_drop(stale);
    return found;
}

/* The slot of an upload, or the one to give it: free, or the one not used for longest. */
static struct upload_stream *slot_for(struct door *door, int64_t upload)
{
    struct upload_stream *best = &door->streams[0];
    for (struct upload_stream *slot = best; slot < door->streams + DOOR_STREAMS; slot++) {
        if (slot->upload == upload)
            return slot;
        if (best->upload && (!slot->upload || slot->used_ms < best->used_ms))
            best = slot;
    }
    return best;
}

void stream_put(struct door *door, int64_t upload, int64_t hashed, struct sm3_stream *stream,
                int64_t now_ms)
{
    pthread_mutex_lock(&door->lock);
    struct upload_stream *slot = slot_for(door, upload);
    struct sm3_stream *gone = slot->stream;
    *slot = (struct upload_stream){upload, hashed, now_ms, stream};
    pthread_mutex_unlock(&door->lock);
    sm3_drop(gone);              /* made anew from the chunks should that upload go on */
}

void streams_drop(struct door *door)
{
    for (size_t i = 0; i < DOOR_STREAMS; i++)
        sm3_drop(door->streams[i].stream);
    memset(door->streams, 0, sizeof door->streams);
}

/* ---- the routes ----------------------------------------------------------------------------- */

bool own_upload(struct request *r, struct row_upload **out)
{
    struct err e = {0};
    int64_t id;
    struct row_upload *row = NULL;
    if (!var_id(r, 0, &id) || !read_begin(r))
        return false;
    if (!q_upload(r->reader.db, r->arena, id, &row, &e))
        problem_err(r, &e);
    else if (!row || row->person != r->session.person ||
             !clerk_upload_sealed(r->door->options.clerk, r->arena, row))
        problem_plain(r, PROBLEM_NOT_FOUND);
    else
        *out = row;
    return r->reply.status == 0;
}

static bool is_file_name(str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f || name.ptr[i] == '/' ||
            name.ptr[i] == '\\')
            return false;
    return str_trim(name).len > 0;
}

static bool has_room(struct db *db, struct arena *arena, const struct row_upload *upload,
                     bool *out, struct err *e)
{
    struct row_uploads_of *held = NULL;
    if (!q_uploads_of(db, arena, upload->person, &held, e))
        return false;
    *out = held->count < DOOR_UPLOADS && held->bytes + upload->size <= LIMIT_CASE_BYTES;
    return true;
}

static void too_many(struct request *r)
{
    problem(r, PROBLEM_TOO_MANY_UPLOADS, S("size"),
            SAME_WORDS(str_printf(r->arena, "%d", DOOR_UPLOADS)),
            SAME_WORDS(str_printf(r->arena, "%d", LIMIT_CASE_BYTES / (1024 * 1024))));
}

/* Asks for the room once more: of several announced at once each saw it free. */
static bool insert_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    struct request *r = job->ctx;
    struct row_upload *upload = r->ctx, *other = NULL;
    bool room = false;
    if (!has_room(db, job->arena, upload, &room, e))
        return false;
    job->answer.object = room;
    if (!room)
        return true;
    upload->created_at = now_ms;
    do {
        uint64_t random;
        random_bytes(&random, sizeof random);
        upload->id = (int64_t)(random & (uint64_t)LIMIT_JSON_INTEGER);
        if (!q_upload(db, job->arena, upload->id, &other, e))
            return false;
    } while (other || upload->id == 0);
    clerk_seal_upload(r->door->options.clerk, job->arena, upload);
    return q_insert_upload(db, upload, e);
}

static void upload_started(struct request *r)
{
    if (r->job.answer.object)
        reply_doc(r, 201, render_upload(r->arena, r->ctx));
    else
        too_many(r);
    sweep_sometimes(r->door, r->now_ms);
}

void post_upload(struct request *r)
{
    static const str known[] = {{"name", 4}, {"size", 4}};
    struct doc *body = NULL;
    struct err e = {0};
    if (!body_map(r, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    struct row_upload *upload = NEW(r->arena, struct row_upload);
    upload->name = body_text(&reader, S("name"), false, LIMIT_NAME_BYTES);
    upload->size = body_int(&reader, S("size"), false, 1, LIMIT_JSON_INTEGER);
    upload->person = r->session.person;
    upload->digest = upload->chain = S("");
    bool room = false;
    if (e.code) {
        problem_err(r, &e);
    } else if (!is_file_name(upload->name)) {
        problem(r, PROBLEM_BAD_BODY, S("name"), SAME_WORDS(S("name")),
                (struct words){S("文件名不得为空，也不得含有斜杠和控制字符。"),
                               S("a file name without slashes and control characters is wanted")});
    } else if (upload->size > LIMIT_ATTACHMENT_BYTES) {
        problem_number(r, PROBLEM_FILE_TOO_LARGE, LIMIT_ATTACHMENT_BYTES / (1024 * 1024));
    } else if (!read_begin(r)) {
        return;
    } else if (!has_room(r->reader.db, r->arena, upload, &room, &e)) {
        problem_err(r, &e);
    } else if (!room) {
        too_many(r);
    } else {
        r->ctx = upload;
        r->job = (struct job){.work = insert_work};
        park_for_clerk(r, upload_started);
    }
}

void get_upload(struct request *r)
{
    struct row_upload *upload = NULL;
    if (own_upload(r, &upload))
        reply_read(r, render_upload(r->arena, upload));
}

static bool drop_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    (void)now_ms;
    struct request *r = job->ctx;
    const struct row_upload *upload = r->ctx;
    struct row_upload *row = NULL;
    if (!q_upload(db, job->arena, upload->id, &row, e))
        return false;
    job->answer.object = row && row->person == upload->person;
    return !job->answer.object || (q_delete_upload_chunks(db, upload->id, e) &&
                                   q_delete_upload(db, upload->id, e));
}

static void upload_dropped(struct request *r)
{
    const struct row_upload *upload = r->ctx;
    sm3_drop(stream_take(r->door, upload->id, upload->received));
    if (r->job.answer.object)
        r->reply.status = 204;
    else
        problem_plain(r, PROBLEM_NOT_FOUND);
}

void delete_upload(struct request *r)
{
    struct row_upload *upload = NULL;
    if (!own_upload(r, &upload))
        return;
    r->ctx = upload;
    r->job = (struct job){.work = drop_work};
    park_for_clerk(r, upload_dropped);
}

/* ---- sweeping ------------------------------------------------------------------------------- */

enum { SWEEP_UPLOADS = 8, SWEEP_SESSIONS = 500 };

static bool sweep_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    struct row_old_uploads *rows;
    size_t n = 0;
    int64_t before = now_ms - INT64_C(3600000) * LIMIT_UPLOAD_HOURS;
    if (!q_delete_old_sessions(db, now_ms - INT64_C(1000) * LIMIT_SESSION_IDLE_S,
                               now_ms - INT64_C(1000) * LIMIT_SESSION_S, SWEEP_SESSIONS, e) ||
        !q_old_uploads(db, job->arena, before, SWEEP_UPLOADS, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!q_delete_upload_chunks(db, rows[i].id, e) || !q_delete_upload(db, rows[i].id, e))
            return false;
    return true;
}

void door_sweep_uploads(struct door *door)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct job *job = NEW(arena, struct job);
    *job = (struct job){.arena = arena, .work = sweep_work};
    submit_alone(door, job);
}

void sweep_sometimes(struct door *door, int64_t now_ms)
{
    pthread_mutex_lock(&door->lock);
    bool due = now_ms - door->swept_ms >= DOOR_SWEEP_MS;
    if (due)
        door->swept_ms = now_ms;
    pthread_mutex_unlock(&door->lock);
    if (due)
        door_sweep_uploads(door);
}

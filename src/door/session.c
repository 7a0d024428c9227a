/* SPDX-License-Identifier: Apache-2.0
 * Sessions. The cookie holds 256 random bits, the row their digest and a MAC under a key that is
 * not in the database: whoever edits the row only logs somebody out. Rows are written by the clerk,
 * which reads them again first, for another request may have changed them meanwhile. */
#include "door/priv.h"
#include "door/render_priv.h"

#define COOKIE "yunjian_session"

str cookie_token(struct request *r)
{
    const char *value = NULL;
    size_t len = 0;
    uint8_t bytes[DOOR_TOKEN_BYTES];
    if (MHD_lookup_connection_value_n(r->connection, MHD_COOKIE_KIND, COOKIE, sizeof COOKIE - 1,
                                      &value, &len) != MHD_YES ||
        !value || !hex_decode((str){value, len}, bytes, sizeof bytes))
        return STR_NONE;
    return digest_hex(r->arena, sm3((str){value, len}));
}

str session_mac(struct arena *arena, const struct door *door, const struct row_session *row)
{
    str text = str_printf(arena, "%.*s|%lld|%lld|%lld|%lld", STR_FMT(row->token),
                          (long long)row->person, (long long)row->post, (long long)row->created_at,
                          (long long)row->seen_at);
    return digest_hex(arena, hmac_sm3(door->options.session_key, text));
}

bool session_read(struct db *db, struct arena *arena, const struct door *door, str token,
                  int64_t now_ms, struct row_session **out, struct err *e)
{
    struct row_session *row = NULL;
    struct digest want, have;
    if (!q_session(db, arena, token, &row, e))
        return false;
    *out = NULL;
    if (!row || !digest_parse(row->mac, &have) ||
        !digest_parse(session_mac(arena, door, row), &want) || !digest_equal(want, have))
        return true;
    if (now_ms - row->seen_at > INT64_C(1000) * LIMIT_SESSION_IDLE_S ||
        now_ms - row->created_at > INT64_C(1000) * LIMIT_SESSION_S)
        return true;
    *out = row;
    return true;
}

/* ---- writing rows, in the clerk's thread ---------------------------------------------------- */

static bool session_write(struct db *db, struct arena *arena, const struct door *door,
                          struct row_session *row, struct err *e)
{
    row->mac = session_mac(arena, door, row);
    return q_save_session(db, row, e);
}

struct touch {
    struct job job;
    const struct door *door;
    str token;
};

static bool touch_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    const struct touch *touch = (const struct touch *)job;
    struct row_session *row = NULL;
    if (!session_read(db, job->arena, touch->door, touch->token, now_ms, &row, e))
        return false;
    if (!row || row->seen_at >= now_ms)
        return true;
    row->seen_at = now_ms;
    return session_write(db, job->arena, touch->door, row, e);
}

void session_touch(struct request *r)
{
    if (r->now_ms - r->session.seen_at <= DOOR_SEEN_MS ||
        str_eq(header_value(r, "Yunjian-Background"), S("1")))
        return;
    struct arena *arena = arena_new(256 * 1024);
    struct touch *touch = NEW(arena, struct touch);
    touch->job.arena = arena;
    touch->job.work = touch_work;
    touch->door = r->door;
    touch->token = str_dup(arena, r->session.token);
    submit_alone(r->door, &touch->job);
}

/* Opens a session; one that the same browser had before ends with it. */
static bool open_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    struct request *r = job->ctx;
    struct row_session row = {.token = r->session.token, .person = r->session.person,
                              .post = r->session.post, .created_at = now_ms, .seen_at = now_ms};
    r->session.created_at = r->session.seen_at = now_ms;
    if (r->old_token.len && !q_delete_session(db, r->old_token, e))
        return false;
    return session_write(db, job->arena, r->door, &row, e);
}

static bool post_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    struct request *r = job->ctx;
    struct row_session *row = NULL;
    if (!session_read(db, job->arena, r->door, r->session.token, now_ms, &row, e))
        return false;
    job->answer.object = row != NULL;
    if (!row)
        return true;
    row->post = r->session.post;
    row->seen_at = now_ms;
    return session_write(db, job->arena, r->door, row, e);
}

static bool end_work(struct job *job, struct db *db, int64_t now_ms, struct err *e)
{
    (void)now_ms;
    struct request *r = job->ctx;
    return q_delete_session(db, r->session.token, e);
}

/* ---- who asks ------------------------------------------------------------------------------- */

bool session_check(struct request *r)
{
    struct err e = {0};
    struct row_session *row = NULL;
    str token = cookie_token(r);
    if (token.len == 0) {
        problem_plain(r, PROBLEM_NO_SESSION);
        return false;
    }
    if (!read_begin(r))
        return false;
    if (!session_read(r->reader.db, r->arena, r->door, token, r->now_ms, &row, &e)) {
        problem_err(r, &e);
        return false;
    }
    if (!row) {
        problem_plain(r, PROBLEM_NO_SESSION);
        return false;
    }
    r->session = (struct session){row->token, row->person, row->post, row->created_at,
                                  row->seen_at};
    return true;
}

bool session_is_post(struct request *r)
{
    int64_t post;
    str text = header_value(r, "Yunjian-Post");
    if (header_count(r, "Yunjian-Post") != 1 || !str_to_i64(text, &post) || post < 1 ||
        post > LIMIT_JSON_INTEGER)
        problem(r, PROBLEM_NO_POST_HEADER, S("Yunjian-Post"), NO_WORDS, NO_WORDS);
    else if (post != r->session.post)
        problem(r, PROBLEM_POST_CHANGED, S("Yunjian-Post"), NO_WORDS, NO_WORDS);
    return r->reply.status == 0;
}

/* Nobody holds a post of an authority that is none. */
static bool find_actor(struct request *r, struct err *e)
{
    struct world world = {
        .db = r->reader.db, .arena = r->arena, .today = date_of_instant(r->now_ms)};
    struct actor *actor;
    struct row_authority *authority = NULL;
    if (!world_actor(&world, r->session.person, r->session.post, &actor, e) ||
        (actor && !q_authority(r->reader.db, r->arena, actor->authority, &authority, e)))
        return false;
    r->actor = authority ? actor : NULL;
    return true;
}

bool session_actor(struct request *r)
{
    struct err e = {0};
    if (!r->actor && !find_actor(r, &e)) {
        problem_err(r, &e);
        return false;
    }
    r->reader.actor = r->actor;
    if (!r->actor)
        problem_plain(r, PROBLEM_NO_SESSION);
    return r->actor != NULL;
}

/* NULL: answered. */
static struct person_view *read_person(struct request *r)
{
    struct err e = {0};
    struct person_view *person = NULL;
    if (!read_begin(r) || !session_actor(r))
        return NULL;
    if (!view_person(&r->reader, r->session.person, &person, &e))
        problem_err(r, &e);
    else if (!person)
        problem_plain(r, PROBLEM_NO_SESSION);
    return person;
}

void reply_session(struct request *r, unsigned status)
{
    struct person_view *person = read_person(r);
    if (person)
        reply_doc(r, status, render_session(r->arena, person, r->session.post, r->reader.today,
                                            r->door->options.demo));
}

static void set_cookie(struct request *r, str value, bool over)
{
    str cookie = str_printf(r->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s", COOKIE,
                            STR_FMT(value), r->door->options.behind_tls ? "; Secure" : "",
                            over ? "; Max-Age=0" : "");
    reply_header(r, "Set-Cookie", str_to_cstr(r->arena, cookie));
}

/* ---- the routes ----------------------------------------------------------------------------- */

static void session_opened(struct request *r)
{
    reply_session(r, 201);
    if (r->reply.status == 201)
        set_cookie(r, r->fresh_token, false);
    sweep_sometimes(r->door, r->now_ms);
}

void session_open(struct request *r)
{
    r->old_token = cookie_token(r);
    r->fresh_token = random_token(r->arena, DOOR_TOKEN_BYTES);
    r->session.token = digest_hex(r->arena, sm3(r->fresh_token));
    r->actor = NULL;
    r->job = (struct job){.work = open_work};
    park_for_clerk(r, session_opened);
}

void get_session(struct request *r)
{
    struct person_view *person = read_person(r);
    if (person)
        reply_read(r, render_session(r->arena, person, r->session.post, r->reader.today,
                                     r->door->options.demo));
}

static void post_taken(struct request *r)
{
    if (r->job.answer.object)
        reply_session(r, 200);
    else
        problem_plain(r, PROBLEM_NO_SESSION);
}

void put_session(struct request *r)
{
    static const str known[] = {{"post", 4}};
    struct doc *body = NULL;
    struct err e = {0};
    if (!body_map(r, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    int64_t post = body_int(&reader, S("post"), false, 0, LIMIT_JSON_INTEGER);
    if (e.code) {
        problem_err(r, &e);
        return;
    }
    struct person_view *person = read_person(r);
    if (!person)
        return;
    bool own = false;
    for (size_t i = 0; i < person->n_posts; i++)
        own |= person->posts[i].id == post;
    if (!own) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    r->session.post = post;
    r->actor = NULL;
    r->job = (struct job){.work = post_work};
    park_for_clerk(r, post_taken);
}

static void session_ended(struct request *r)
{
    r->reply.status = 204;
    set_cookie(r, S(""), true);
}

void delete_session(struct request *r)
{
    r->job = (struct job){.work = end_work};
    park_for_clerk(r, session_ended);
}

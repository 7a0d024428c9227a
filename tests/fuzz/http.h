/* SPDX-License-Identifier: Apache-2.0
 *
 * A request as text, in the place of libmicrohttpd and of the database: the head line by line, an
 * empty line, the body. What the door would ask libmicrohttpd is answered from it; there is no
 * database, so nobody is logged in unless a target says so. */
#ifndef YJ_FUZZ_HTTP_H
#define YJ_FUZZ_HTTP_H

#include "door/priv.h"
#include "fuzz.h"

enum { LINES_MAX = 200 };

struct MHD_Connection {
    struct header lines[LINES_MAX];
    size_t n;
    bool logged_in;
};

/* libmicrohttpd hands over a line of the head only as far as a NUL in it. */
static inline const char *cut_at_nul(struct arena *arena, str text)
{
    char *copy = NEWS(arena, char, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = text.ptr[i];
    return copy;
}

static inline str next_line(str *rest)
{
    str line;
    str_cut(*rest, '\n', &line, rest);
    return str_ends(line, S("\r")) ? (str){line.ptr, line.len - 1} : line;
}

/* Takes the header lines and the empty one off the text. */
static inline struct MHD_Connection *read_headers(struct arena *arena, str *rest)
{
    struct MHD_Connection *connection = NEW(arena, struct MHD_Connection);
    while (rest->len) {
        str line = next_line(rest), name, value;
        if (line.len == 0)
            break;
        if (!str_cut(line, ':', &name, &value) || connection->n == LINES_MAX)
            continue;            /* libmicrohttpd answers that */
        connection->lines[connection->n++] = (struct header){
            cut_at_nul(arena, name), cut_at_nul(arena, str_trim(value))};
    }
    return connection;
}

static inline struct door *some_door(void)
{
    static struct door door;
    if (!door.arena) {
        struct err e = {0};
        must(crypt_init(&e));
        pthread_mutex_init(&door.lock, NULL);
        door.arena = arena_new(1024);
        door.options.behind_tls = true;
        door.options.session_key = S("0123456789abcdef0123456789abcdef");
    }
    return &door;
}

static inline struct request *some_request(struct arena *arena)
{
    struct request *r = NEW(arena, struct request);
    r->arena = arena;
    r->door = some_door();
    r->now_ms = INT64_C(1600000000000);
    r->method_name = "POST";
    r->method = METHOD_POST;
    return r;
}

/* An answer can be sent: it is a status, and its JSON and its headers are well formed. */
static inline void check_reply(struct request *r)
{
    struct err e = {0};
    struct doc *doc = NULL;
    must(r->reply.status >= 200 && r->reply.status < 600);
    if (r->reply.type && str_starts(str_of(r->reply.type), S("application/")))
        must(json_parse(r->arena, r->reply.body, &doc, &e));
    for (size_t i = 0; i < r->reply.n_headers; i++)
        must(!str_has(str_of(r->reply.headers[i].value), S("\n")) &&
             !str_has(str_of(r->reply.headers[i].value), S("\r")));
    must(reply_send(r));
}

/* ---- instead of libmicrohttpd --------------------------------------------------------------- */

static inline bool same_name(str a, const char *b)
{
    str other = str_of(b);
    bool same = a.len == other.len;
    for (size_t i = 0; same && i < a.len; i++)
        same = (a.ptr[i] | 0x20) == (b[i] | 0x20);
    return same;
}

static inline bool find_cookie(str cookies, str name, str *out)
{
    while (cookies.len) {
        str one, key;
        str_cut(cookies, ';', &one, &cookies);
        if (str_cut(str_trim(one), '=', &key, out) && str_eq(key, name))
            return true;
    }
    return false;
}

enum MHD_Result MHD_lookup_connection_value_n(struct MHD_Connection *connection,
                                              enum MHD_ValueKind kind, const char *key,
                                              size_t key_size, const char **value_ptr,
                                              size_t *value_size_ptr)
{
    str wanted = {key, key_size}, cookie;
    for (size_t i = 0; i < connection->n; i++) {
        str value = str_of(connection->lines[i].value);
        if (kind == MHD_COOKIE_KIND && same_name(S("Cookie"), connection->lines[i].name) &&
            find_cookie(value, wanted, &cookie))
            value = cookie;
        else if (kind == MHD_COOKIE_KIND || !same_name(wanted, connection->lines[i].name))
            continue;
        *value_ptr = value.ptr;
        *value_size_ptr = value.len;
        return MHD_YES;
    }
    return MHD_NO;
}

int MHD_get_connection_values_n(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                                MHD_KeyValueIteratorN iterator, void *iterator_cls)
{
    for (size_t i = 0; i < connection->n; i++) {
        str name = str_of(connection->lines[i].name), value = str_of(connection->lines[i].value);
        iterator(iterator_cls, kind, name.ptr, name.len, value.ptr, value.len);
    }
    return (int)connection->n;
}

int MHD_get_connection_values(struct MHD_Connection *connection, enum MHD_ValueKind kind,
                              MHD_KeyValueIterator iterator, void *iterator_cls)
{
    for (size_t i = 0; i < connection->n; i++)
        iterator(iterator_cls, kind, connection->lines[i].name, connection->lines[i].value);
    return (int)connection->n;
}

const union MHD_ConnectionInfo *MHD_get_connection_info(struct MHD_Connection *connection,
                                                        enum MHD_ConnectionInfoType info_type, ...)
{
    (void)connection, (void)info_type;
    return NULL;
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status_code,
                                   struct MHD_Response *response)
{
    (void)connection, (void)status_code;
    return response ? MHD_YES : MHD_NO;
}

/* ---- instead of the database ---------------------------------------------------------------- */

bool read_begin(struct request *r)
{
    if (!r->connection->logged_in)
        problem_plain(r, PROBLEM_NO_SESSION);
    return r->connection->logged_in;
}

void read_end(struct request *r)
{
    (void)r;
}

void read_drop(struct request *r)
{
    (void)r;
}

bool reading_take(struct door *door, struct reading **out, struct err *e)
{
    (void)door, (void)out;
    return RAISE(e, BUSY, "database", "there is none");
}

void reading_give(struct door *door, struct reading *reading, bool sound)
{
    (void)door, (void)reading, (void)sound;
}

void readings_close(struct door *door)
{
    (void)door;
}

#endif

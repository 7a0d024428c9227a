/* SPDX-License-Identifier: Apache-2.0
 * What goes out. Every answer passes here, so every answer has the headers. */
#include "door/priv.h"

#include <string.h>

static const char PAGE_POLICY[] = "default-src 'self'; img-src 'self' data:; object-src 'none'; "
                                  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

void reply_doc(struct request *r, unsigned status, const struct doc *doc)
{
    r->reply.status = status;
    r->reply.type = "application/json";
    r->reply.body = json_canonical(r->arena, doc);
}

void reply_read(struct request *r, const struct doc *doc)
{
    reply_doc(r, 200, doc);
    r->reply.etag = true;
}

void reply_header(struct request *r, const char *name, const char *value)
{
    must(r->reply.n_headers < COUNT_OF(r->reply.headers));
    r->reply.headers[r->reply.n_headers++] = (struct header){name, value};
}

str etag_of(struct arena *arena, str body)
{
    str hex = digest_hex(arena, sm3(body));
    return str_printf(arena, "\"%.*s\"", 32, hex.ptr);
}

void add_security_headers(struct MHD_Response *response, bool page)
{
    MHD_add_response_header(response, "Content-Security-Policy", PAGE_POLICY);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "same-origin");
    if (!page)
        MHD_add_response_header(response, "Cache-Control", "no-store");
}

/* Does If-None-Match name this tag? */
static bool is_known(struct request *r, str etag)
{
    str rest = header_value(r, "If-None-Match");
    while (rest.len) {
        str item;
        str_cut(rest, ',', &item, &rest);
        item = str_trim(item);
        if (str_starts(item, S("W/")))
            item = (str){item.ptr + 2, item.len - 2};
        if (str_eq(item, etag) || str_eq(item, S("*")))
            return true;
    }
    return false;
}

static struct MHD_Response *make_response(struct request *r)
{
    struct reply *reply = &r->reply;
    if (reply->stream)
        return reply->stream;
    /* libmicrohttpd only reads the bytes; its type says otherwise. */
    union {
        const char *ptr;
        void *bytes;
    } body = {reply->body.len ? reply->body.ptr : ""};
    return MHD_create_response_from_buffer(reply->body.len, body.bytes, MHD_RESPMEM_PERSISTENT);
}

bool reply_send(struct request *r)
{
    struct reply *reply = &r->reply;
    must(reply->status >= 200 && reply->status < 600);
    const char *etag = NULL;
    if (reply->etag) {
        str tag = etag_of(r->arena, reply->body);
        etag = str_to_cstr(r->arena, tag);
        if (is_known(r, tag)) {
            reply->status = 304;
            reply->body = STR_NONE;
        }
    }
    struct MHD_Response *response = make_response(r);
    if (!response)
        return false;
    if (reply->type && reply->status != 204 && reply->status != 304)
        MHD_add_response_header(response, "Content-Type", reply->type);
    if (etag)
        MHD_add_response_header(response, "ETag", etag);
    if (!reply->stream)
        add_security_headers(response, reply->page);
    for (size_t i = 0; i < reply->n_headers; i++)
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    unsigned class = reply->status / 100;
    atomic_fetch_add(&r->door->answers[class < COUNT_OF(r->door->answers) ? class : 0], 1);
    enum MHD_Result queued = MHD_queue_response(r->connection, reply->status, response);
    MHD_destroy_response(response);
    reply->stream = NULL;
    return queued == MHD_YES;
}

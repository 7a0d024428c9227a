/* SPDX-License-Identifier: Apache-2.0
 * A whole request up to its handler: framing, headers, cookie, address, query, body. What would be
 * read in two ways is refused, and every refusal can be sent. */
#include "http.h"

#include <string.h>

enum { ADDRESS_BYTES = 46 };     /* INET6_ADDRSTRLEN */

static enum method method_of(const char *name)
{
    static const char *const names[] = {"GET", "POST", "PUT", "DELETE"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum method)i;
    return METHOD_OTHER;
}

static struct request *read_request(struct arena *arena, str *rest)
{
    struct request *r = some_request(arena);
    str line = next_line(rest), method, uri, version;
    str_cut(line, ' ', &method, &line);
    str_cut(line, ' ', &uri, &version);
    r->method_name = cut_at_nul(arena, method);
    r->method = method_of(r->method_name);
    r->uri = str_of(cut_at_nul(arena, uri));
    r->is_old = !str_eq(version, S("HTTP/1.1"));
    r->connection = read_headers(arena, rest);
    return r;
}

/* What went on has one end in everybody's eyes. */
static void check_framing(struct request *r)
{
    int lengths = header_count(r, "Content-Length"), codings = header_count(r, "Transfer-Encoding");
    must(lengths + codings <= 1 && header_count(r, "Host") <= 1);
    must(r->is_old || header_count(r, "Host") == 1);
    str length = header_value(r, "Content-Length");
    for (size_t i = 0; i < length.len; i++)
        must(length.ptr[i] >= '0' && length.ptr[i] <= '9');
}

static void take_pieces(struct request *r, str body)
{
    for (size_t n = 1; body.len > 0; n = n * 3 + 1) {
        str piece = {body.ptr, n < body.len ? n : body.len};
        if (!take_body(r, piece))
            return;
        must(r->drop_body || r->body.len <= r->body_limit);
        body = (str){body.ptr + piece.len, body.len - piece.len};
    }
}

static void run(struct arena *arena, str input)
{
    struct request *r = read_request(arena, &input);
    bool close = check_head(r);
    must(!close || r->reply.status != 0);
    /* An address behind a gateway is one in digits, or none. */
    must(client_address(r).len < ADDRESS_BYTES && utf8_valid(client_address(r)));
    if (!close) {
        check_framing(r);
        take_pieces(r, input);
    }
    if (r->reply.status == 0 && r->route) {
        must(utf8_valid(r->path));
        for (size_t i = 0; i < r->n_params; i++)
            must(utf8_valid(r->params[i].value));
        if (r->route->body == BODY_SHORT)
            r->route->handler(r);
        else if (r->route->need != NEED_OPEN && session_check(r))
            must_not_reach("a session without a database");
    }
    if (r->reply.status)
        check_reply(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * door: the HTTP interface. Strict about what comes in (framing, encoding, members, types, limits),
 * exact about what goes out (docs/api/openapi.yaml), and the embedded browser application.
 *
 * Contract of the room: the only place that sees libmicrohttpd. Decides nothing: commands go to
 * the clerk, reads come from view inside one snapshot each, who may see what is view's answer. No
 * pool thread ever waits for a commit or a password: such connections are parked and resumed.
 * Scope comes from the session alone; what is not yours answers 404.
 *
 * Errors that libmicrohttpd finds before the door is asked (a header line without a colon, a
 * Content-Length that is no number, headers larger than its buffer) are answered by it with the
 * right status and a plain sentence, and the connection closes. A line of the head that holds a NUL
 * reaches the door only as far as that: a gateway in front has to refuse it.
 */
#ifndef YJ_DOOR_H
#define YJ_DOOR_H

#include "base/base.h"
#include "clerk/clerk.h"
#include "crypt/crypt.h"

struct door;

struct door_options {
    struct clerk *clerk;     /* started; outlives the door */
    const char *database;    /* as db_open; only readers are opened here */
    const char *host;        /* numeric address or "localhost"; not loopback needs behind_tls */
    int port;                /* 0 chooses one */
    bool behind_tls;         /* a TLS gateway stands in front: Secure cookies, its
                              * X-Forwarded-For names the client */
    bool demo;               /* sessions say so, and the browser shows a banner */
    const struct sm2_key *public_key; /* of the checkpoints */
    str session_key;         /* 32 random bytes kept outside the database */
    int64_t (*now)(void *ctx); /* UTC milliseconds, any thread */
    void *ctx;
};

/* Listens and serves in threads of its own. The options are copied, what they point to must stay.
 * Errors: CONFIG (address, key), IO (cannot listen), those of db_open. */
bool door_open(const struct door_options *options, struct door **out, struct err *e) WARN_UNUSED;
int door_port(const struct door *door);
/* Removes a bounded number of uploads nobody cited in LIMIT_UPLOAD_HOURS, and of ended sessions, as
 * a job of the clerk. The door calls it by itself now and then. */
void door_sweep_uploads(struct door *door);
/* Takes no new connection, waits until every parked one has its answer, then stops; call it before
 * clerk_close. NULL is fine. */
void door_close(struct door *door);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to the room door.
 *
 * Life of a request. libmicrohttpd names the address (open_request), then the headers are complete
 * (check_head), then the body comes (take_body), then the route's handler runs once. A handler ends
 * in one of two ways: it fills r->reply, or it parks: it names the step that goes on and what it
 * waits for (park_for_clerk, park_for_password). The connection is suspended before the job is
 * handed over, so the other thread may resume it at any moment; until then nobody here touches the
 * request. Every step runs under one overflow frame, and its snapshot ends with it. */
#ifndef YJ_DOOR_PRIV_H
#define YJ_DOOR_PRIV_H

#include "door/door.h"
#include "embed/embed.h"
#include "json/json.h"
#include "journal/journal.h"
#include "terms/terms.h"
#include "view/view.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    DOOR_THREADS = 2,
    DOOR_VARS = 2,               /* variables of a path pattern */
    DOOR_PARAMS = 8,             /* parameters of a query */
    DOOR_STREAMS = 64,           /* uploads whose digest is kept up to date in memory */
    DOOR_THROTTLE = 4096,        /* counted logins and addresses */
    DOOR_UPLOADS = 256,          /* of one person, not yet cited; and the bytes of a case at most */
    DOOR_PAGE_BYTES = 4 * 1024 * 1024, /* entries of one page */
    DOOR_SWEEP_MS = 10 * 60 * 1000,
    DOOR_SEEN_MS = 60 * 1000,    /* a session's last sight is written this often */
    DOOR_TOKEN_BYTES = 32,
    DOOR_SHORT_BYTES = 4 * 1024, /* a body of a few members */
    DOOR_HEAD_S = 10,            /* without a byte before the first head is complete */
    DOOR_REQUEST_S = 30,         /* from the first line to the last byte of the body, */
    DOOR_CHUNK_S = 120,          /* when that is a chunk of a file */
};

/* ---- problems of the door's own ------------------------------------------------------------- */

enum problem_code {
#define X(symbol, code, status, zh, en) PROBLEM_##symbol,
#include "door/problems.def"
#undef X
};

/* ---- requests ------------------------------------------------------------------------------- */

struct request;
typedef void step_fn(struct request *r);

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_DELETE, METHOD_OTHER };
enum body_kind { BODY_NONE, BODY_SHORT, BODY_JSON, BODY_BYTES };
enum need { NEED_OPEN, NEED_SESSION, NEED_POST };

struct route {
    enum method method;
    str pattern;
    step_fn *handler;
    enum need need;
    enum body_kind body;
    str parameters;
};

struct param {
    str name, value;
};

struct header {
    const char *name, *value;
};

/* What goes out. The body lives in the request's arena or for ever. */
struct reply {
    unsigned status;             /* 0: nothing said yet */
    const char *type;
    str body;
    bool etag;                   /* a read: answer If-None-Match */
    bool page;                   /* not the API: no "no-store" */
    struct MHD_Response *stream; /* instead of a body, with its own security headers */
    struct header headers[6];
    size_t n_headers;
};

/* A reading connection with its library; in the pool when no request holds it. */
struct reading {
    struct db *db;
    struct library *library;
    struct arena *arena;         /* holds this struct */
    struct reading *next;
};

struct session {
    str token;                   /* SM3 of the cookie's token, hexadecimal: the row's key */
    int64_t person, post, created_at, seen_at;
};

/* For the one thread that computes passwords. */
struct password_check {
    str password, stored;        /* stored: "argon2id$..." */
    str fresh;                   /* when not empty and the check held: hash this one too */
    bool matches;
    str fresh_stored;
    char fresh_bytes[256];
    struct err err;
    struct request *next;
};

enum wait { WAIT_NONE, WAIT_CLERK, WAIT_PASSWORD };

struct request {
    struct door *door;
    struct arena *arena;         /* holds this struct */
    struct MHD_Connection *connection;
    str uri;                     /* as it came */
    str path;                    /* decoded */
    enum method method;
    const char *method_name;
    bool is_old;                 /* HTTP/1.0 */
    const struct route *route;   /* NULL: a page, or nothing */
    str vars[DOOR_VARS];
    struct param params[DOOR_PARAMS];
    size_t n_params;
    bool has_head, begun;        /* check_head ran; the handler ran */
    bool late;                   /* it came when the door was closing */
    bool close_now;              /* the connection ends with, or without, the answer */
    str piece;                   /* of the body, during body_step */
    bool drop_body;              /* an answer is known, the rest of the body is thrown away */
    size_t body_limit, dropped;
    struct buf body;
    enum language language;
    int64_t now_ms;
    int64_t opened_ms;           /* of the first line, on a clock that nobody sets */

    struct reply reply;
    struct doc *problem;         /* what reply.body says, when it is a problem */
    step_fn *next;               /* the step after parking */
    enum wait wait;
    bool not_taken;              /* the queue was full */
    struct job job;
    struct password_check check;

    struct reading *reading;     /* between read_begin and read_end */
    struct reader reader;
    struct session session;
    struct actor *actor;
    struct command command;
    str fresh_token, old_token;  /* of the session being opened; digest of the one it replaces */
    void *ctx;                   /* of the handler */
};

/* ---- the door ------------------------------------------------------------------------------- */

/* Failures of one login, one address or both together, in a window. */
struct throttle_slot {
    uint64_t key;                /* 0: free */
    int failures;
    int64_t since_ms;
};

/* The digest of an upload so far; it belongs to a request while it is out of the table. */
struct upload_stream {
    int64_t upload, hashed;      /* bytes; upload 0: free */
    int64_t used_ms;
    struct sm3_stream *stream;
};

struct door {
    struct door_options options;
    struct arena *arena;         /* holds this struct and what lives as long */
    struct MHD_Daemon *daemon;
    int port;
    str dummy_secret;            /* checked for unknown logins, so that they take as long */
    str dummy_password;

    pthread_mutex_t lock;        /* everything below */
    pthread_cond_t quiet;        /* parked or active fell to 0 */
    pthread_cond_t work;         /* a password waits, or the door stops */
    int64_t parked;              /* requests parked and jobs of nobody under way */
    int64_t active;              /* requests from their first line to the end of their answer */
    bool stopping;               /* nothing is parked any more */
    struct reading *readings;
    pthread_t worker;
    bool has_worker;
    struct request *first, *last; /* waiting for the password thread */
    int n_passwords;             /* waiting and under way */
    uint8_t throttle_key[16];    /* so that nobody can aim at a slot */
    struct throttle_slot throttle[DOOR_THROTTLE];
    struct upload_stream streams[DOOR_STREAMS];
    int64_t swept_ms;

    atomic_llong answers[6];     /* by status class; [0] all others */
};

int64_t door_now(const struct door *door);

/* ---- head.c: what a request may look like --------------------------------------------------- */

/* Framing, headers, address, route, origin, expected body. Fills r->reply when something is wrong;
 * returns true when that answer must go out at once, without reading the body. */
bool check_head(struct request *r);
/* Takes a piece of the body; false: close the connection, too much came. */
bool take_body(struct request *r, str piece);
str header_value(struct request *r, const char *name);       /* STR_NONE when absent; borrowed */
int header_count(struct request *r, const char *name);
/* Percent-decoding; false: a bad escape, NUL or control character, or not UTF-8. */
bool url_decode(struct arena *arena, str text, bool plus_is_blank, str *out) WARN_UNUSED;
enum language wanted_language(str accept_language);

/* ---- route.c -------------------------------------------------------------------------------- */

/* NULL: no such path; *out_allow then empty, or the methods that the path takes. */
const struct route *route_find(struct arena *arena, enum method method, str path,
                               str vars[DOOR_VARS], str *out_allow);
str param_of(const struct request *r, str name);             /* STR_NONE when absent */
/* A parameter as integer between min and max; absent gives the fallback. False: answered. */
bool param_i64(struct request *r, str name, int64_t min, int64_t max, int64_t fallback,
               int64_t *out) WARN_UNUSED;
/* A path variable as id; false: answered with 404. */
bool var_id(struct request *r, size_t n, int64_t *out) WARN_UNUSED;

/* ---- reply.c -------------------------------------------------------------------------------- */

void reply_doc(struct request *r, unsigned status, const struct doc *doc);
void reply_read(struct request *r, const struct doc *doc);   /* 200 with ETag */
void reply_header(struct request *r, const char *name, const char *value); /* value lives on */
bool reply_send(struct request *r);                          /* false: close the connection */
str etag_of(struct arena *arena, str body);
/* Adds the headers that every answer has. */
void add_security_headers(struct MHD_Response *response, bool page);

/* ---- problem.c ------------------------------------------------------------------------------ */

struct words {
    str zh, en;
};
#define NO_WORDS ((struct words){STR_NONE, STR_NONE})
#define SAME_WORDS(s) ((struct words){(s), (s)})
/* where: field, parameter or header, may be empty; first and second fill {1} and {2}. */
void problem(struct request *r, enum problem_code code, str where, struct words first,
             struct words second);
void problem_plain(struct request *r, enum problem_code code);
void problem_number(struct request *r, enum problem_code code, int64_t number);
/* An operating error: what the caller can mend is said, the rest is logged and named generally. */
void problem_err(struct request *r, const struct err *e);
/* What was read wrongly, at its place: zh stands for the sentence, which is English. */
void problem_input(struct request *r, enum problem_code code, str zh, const struct err *e);
/* kase: whose regulation is named in the reasons; 0: the one in force. Reads. */
void problem_refusal(struct request *r, const struct refusal *refusal, int64_t kase);
/* Puts another member into the problem that r->reply holds already. */
void problem_more(struct request *r, str key, struct doc *value);
/* The request's arena is full: an answer that needs no memory. */
void problem_overflow(struct request *r);
void log_err(const char *what, const struct err *e);         /* one JSON line on standard error */

/* ---- reading.c ------------------------------------------------------------------------------ */

/* Takes a reader and begins a snapshot; r->reader is then complete but for the actor. Once more is
 * fine. False: answered. */
bool read_begin(struct request *r) WARN_UNUSED;
void read_end(struct request *r);
void read_drop(struct request *r);                           /* ends, and the connection closes */
bool reading_take(struct door *door, struct reading **out, struct err *e) WARN_UNUSED;
void reading_give(struct door *door, struct reading *reading, bool sound);
void readings_close(struct door *door);

/* ---- park.c: waiting without a thread ------------------------------------------------------- */

void park_for_clerk(struct request *r, step_fn *next);       /* r->job.command or .work is set */
void park_for_password(struct request *r, step_fn *next);    /* r->check is set */
/* Suspends and hands over what the step asked for; false: the door closes, call park_over now. */
bool park_now(struct request *r);
/* Runs the step that was parked for; answers when the wait itself failed. */
void park_over(struct request *r);
/* A job that answers nobody; drops it when the queue is full. Owns its arena. */
void submit_alone(struct door *door, struct job *job);
bool password_thread_start(struct door *door, struct err *e) WARN_UNUSED;
void password_thread_stop(struct door *door);

/* ---- session.c, login.c --------------------------------------------------------------------- */

/* Fills r->session from the cookie; false: answered 401. */
bool session_check(struct request *r) WARN_UNUSED;
/* The session is in use, unless the page asks by itself ("Yunjian-Background: 1"). */
void session_touch(struct request *r);
/* Is Yunjian-Post the session's post? Two pages of one browser share a session: what one of them
 * shows must not be done as whoever the other has become. False: answered. */
bool session_is_post(struct request *r) WARN_UNUSED;
/* Fills r->actor and r->reader.actor; false: answered. */
bool session_actor(struct request *r) WARN_UNUSED;
str session_mac(struct arena *arena, const struct door *door, const struct row_session *row);
bool session_read(struct db *db, struct arena *arena, const struct door *door, str token,
                  int64_t now_ms, struct row_session **out, struct err *e) WARN_UNUSED;
/* Opens a session for r->session.person as r->session.post and answers 201. */
void session_open(struct request *r);
void reply_session(struct request *r, unsigned status);
str cookie_token(struct request *r);     /* digest of the cookie's token, or empty */

/* Counts an attempt before it is made, so that many at once are no more than one after another.
 * False: not counted, *out_wait_s until it may be tried. */
bool throttle_take(struct door *door, str login, str address, int64_t now_ms, int *out_wait_s);
/* The attempt was not to be counted; good: and the login is who it says. */
void throttle_give(struct door *door, str login, str address, bool good);
str client_address(struct request *r);

/* ---- body.c: JSON bodies -------------------------------------------------------------------- */

/* The body as a map with known members only; false: answered. */
bool body_map(struct request *r, const str *known, size_t n, struct doc **out) WARN_UNUSED;
/* Sticky readers; an optional member that is absent gives the empty value. */
str body_text(struct doc_reader *reader, str key, bool optional, size_t max_bytes);
int64_t body_int(struct doc_reader *reader, str key, bool optional, int64_t min, int64_t max);
struct doc *body_doc(struct doc_reader *reader, str key, bool optional, enum doc_kind kind);

/* ---- cases.c: what every command shares ------------------------------------------------------ */

/* Key, body with known members only, and actor; false: answered. */
bool command_begin(struct request *r, enum command_kind kind, const str *known, size_t n,
                   struct doc **out) WARN_UNUSED;
/* Sends r->command to the clerk and answers with its receipt, or with what e says. */
void command_submit(struct request *r, struct err *e);
/* A day, YYYY-MM-DD; sticky. */
date body_day(struct doc_reader *reader, str key);

/* ---- upload.c ------------------------------------------------------------------------------- */

void streams_drop(struct door *door);
void sweep_sometimes(struct door *door, int64_t now_ms);

/* ---- assets.c ------------------------------------------------------------------------------- */

void answer_page(struct request *r);

/* ---- handlers ------------------------------------------------------------------------------- */

#define X(method, pattern, handler, session, body, parameters, description) step_fn handler;
#include "door/routes.def"
#undef X

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Opening and closing, and the way of a request through libmicrohttpd's callbacks. */
#include "door/priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DOOR_ARENA = 8 * 1024 * 1024, DOOR_BACKLOG = 511, DOOR_CLOSE_S = 2 };

int64_t door_now(const struct door *door)
{
    return door->options.now(door->options.ctx);
}

int door_port(const struct door *door)
{
    return door->port;
}

/* ---- the way of a request ------------------------------------------------------------------- */

static int64_t steady_ms(void)
{
    struct timespec now;
    must(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False: too much time has gone since the first line. Otherwise a silence may last as long as what
 * is left, so that neither many small pieces nor none hold a connection. */
static bool in_time(struct request *r)
{
    bool chunk = r->route && r->route->body == BODY_BYTES;
    int64_t left = r->opened_ms + INT64_C(1000) * (chunk ? DOOR_CHUNK_S : DOOR_REQUEST_S) -
                   steady_ms();
    if (left <= 0)
        return false;
    MHD_set_connection_option(r->connection, MHD_CONNECTION_OPTION_TIMEOUT,
                              (unsigned)((left + 999) / 1000));
    return true;
}

/* The first that is heard of a request; what it returns is the request's context from then on. */
static void *open_request(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct door *door = ctx;
    pthread_mutex_lock(&door->lock);
    door->active++;
    bool late = door->stopping;
    pthread_mutex_unlock(&door->lock);
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    struct request *r = NEW(arena, struct request);
    r->door = door;
    r->arena = arena;
    r->connection = connection;
    r->uri = str_dup(arena, str_of(uri ? uri : ""));
    r->opened_ms = steady_ms();
    r->late = late;
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)DOOR_HEAD_S);
    return r;
}

static void close_request(void *ctx, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code)
{
    (void)connection, (void)code;
    struct door *door = ctx;
    struct request *r = *request;
    *request = NULL;
    if (!r)
        return;
    arena_free(r->arena);
    pthread_mutex_lock(&door->lock);
    if (--door->active == 0)
        pthread_cond_broadcast(&door->quiet);
    pthread_mutex_unlock(&door->lock);
}

static enum method method_of(const char *name)
{
    static const struct {
        const char *name;
        enum method method;
    } known[] = {{"GET", METHOD_GET}, {"HEAD", METHOD_GET}, {"POST", METHOD_POST},
                 {"PUT", METHOD_PUT}, {"DELETE", METHOD_DELETE}};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].method;
    return METHOD_OTHER;
}

/* Runs one step under the frame that catches a full arena; its snapshot ends with it. */
static void run_step(struct request *r, step_fn *step)
{
    jmp_buf frame;
    arena_on_overflow(r->arena, &frame);
    if (setjmp(frame) == 0) {
        step(r);
        read_end(r);
    } else {
        problem_overflow(r);
        read_drop(r);            /* left in the middle of a statement, perhaps */
    }
    arena_on_overflow(r->arena, NULL);
}

static void head_step(struct request *r)
{
    r->close_now = check_head(r);
    if (!r->late || r->close_now)
        return;
    r->reply = (struct reply){0};
    problem_plain(r, PROBLEM_BUSY);
    r->close_now = true;
}

static void body_step(struct request *r)
{
    r->close_now = !take_body(r, r->piece);
}

static void handler_step(struct request *r)
{
    if (!r->route) {
        answer_page(r);
        return;
    }
    /* Also when it was checked before the body, which may have taken its time. */
    if (r->route->need != NEED_OPEN) {
        if (!session_check(r))
            return;
        session_touch(r);
    }
    if (r->route->need == NEED_POST && !session_is_post(r))
        return;
    r->route->handler(r);
}

static void send_step(struct request *r)
{
    r->close_now = !reply_send(r);
}

static enum MHD_Result send_reply(struct request *r)
{
    run_step(r, send_step);
    return r->close_now ? MHD_NO : MHD_YES;
}

/* The request is complete, or a parked one goes on. */
static enum MHD_Result go_on(struct request *r)
{
    if (r->reply.status == 0) {
        r->now_ms = door_now(r->door);
        run_step(r, r->begun ? park_over : handler_step);
        r->begun = true;
    }
    while (r->wait != WAIT_NONE) {
        if (park_now(r))
            return MHD_YES;
        run_step(r, park_over);
    }
    must(r->reply.status != 0);
    return send_reply(r);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **request)
{
    (void)ctx, (void)url;
    struct request *r = *request;
    if (!r->has_head) {
        r->method_name = method;
        r->method = method_of(method);
        r->is_old = strcmp(version, MHD_HTTP_VERSION_1_1) != 0;
        r->now_ms = door_now(r->door);
        run_step(r, head_step);
        if (!in_time(r))
            return MHD_NO;
        return r->close_now ? send_reply(r) : MHD_YES;
    }
    if (*data_len > 0) {
        r->piece = (str){data, *data_len};
        *data_len = 0;
        if (!in_time(r))
            return MHD_NO;
        run_step(r, body_step);
        return r->close_now ? MHD_NO : MHD_YES;
    }
    if (!r->begun)               /* the answer has its own time */
        MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                                  (unsigned)LIMIT_CONNECTION_IDLE_S);
    return go_on(r);
}

/* ---- opening -------------------------------------------------------------------------------- */

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const void *)address;
    return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static bool read_address(const struct door_options *options, struct sockaddr_storage *out,
                         socklen_t *out_len, struct err *e)
{
    const char *host = strcmp(options->host, "localhost") == 0 ? "127.0.0.1" : options->host;
    struct sockaddr_in *in = (void *)out;
    struct sockaddr_in6 *in6 = (void *)out;
    memset(out, 0, sizeof *out);
    if (options->port < 0 || options->port > 65535)
        return RAISE(e, CONFIG, "listen", "port %d does not exist; choose one from 0 to 65535",
                     options->port);
    if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)options->port);
        *out_len = sizeof *in;
    } else if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)options->port);
        *out_len = sizeof *in6;
    } else {
        return RAISE(e, CONFIG, "listen", "\"%s\" is no numeric address; write for example "
                     "127.0.0.1 or ::1", options->host);
    }
    if (!options->behind_tls && !is_loopback(out))
        return RAISE(e, CONFIG, "listen", "%s can be reached from outside, and passwords would "
                     "cross the network in clear; put a TLS gateway in front and say --behind-tls, "
                     "or listen on 127.0.0.1", options->host);
    return true;
}

static bool listen_on(struct door *door, const struct sockaddr_storage *address, socklen_t len,
                      int *out, struct err *e)
{
    struct sockaddr_storage bound = {0};
    socklen_t bound_len = sizeof bound;
    int on = 1;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return RAISE(e, IO, "listen", "cannot make a socket: %s", strerror(errno));
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (const void *)address, len) || listen(fd, DOOR_BACKLOG) ||
        getsockname(fd, (void *)&bound, &bound_len)) {
        RAISE(e, IO, "listen", "cannot listen on %s port %d: %s; choose another port or stop what "
              "holds it", door->options.host, door->options.port, strerror(errno));
        close(fd);
        return false;
    }
    const struct sockaddr_in *in = (const void *)&bound;
    const struct sockaddr_in6 *in6 = (const void *)&bound;
    door->port = ntohs(bound.ss_family == AF_INET ? in->sin_port : in6->sin6_port);
    *out = fd;
    return true;
}

/* Each connection is a descriptor, and so is a database; the soft limit is often 1,024. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    const rlim_t wanted = LIMIT_CONNECTIONS + 256;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    /* Fewer connections than wished are still served. */
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static bool start_daemon(struct door *door, struct err *e)
{
    struct sockaddr_storage address;
    socklen_t len = 0;
    int fd;
    if (!read_address(&door->options, &address, &len, e) ||
        !listen_on(door, &address, len, &fd, e))
        return false;
    raise_descriptors();
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    if (address.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    door->daemon = MHD_start_daemon(
        flags, (uint16_t)door->port, NULL, NULL, on_request, door, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)DOOR_THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)LIMIT_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)DOOR_HEAD_S, MHD_OPTION_URI_LOG_CALLBACK, open_request, door,
        MHD_OPTION_NOTIFY_COMPLETED, close_request, door, MHD_OPTION_END);
    if (!door->daemon) {
        close(fd);
        return RAISE(e, IO, "listen", "cannot start the HTTP server: %s", strerror(errno));
    }
    return true;
}

bool door_open(const struct door_options *options, struct door **out, struct err *e)
{
    must(options->clerk && options->database && options->host && options->now);
    if (options->session_key.len < SM3_BYTES)
        return RAISE(e, CONFIG, "session key", "the session key has %zu bytes and needs %d; make a "
                     "new one", options->session_key.len, SM3_BYTES);
    struct arena *arena = arena_new(DOOR_ARENA);
    struct door *door = NEW(arena, struct door);
    door->options = *options;
    door->options.session_key = str_dup(arena, options->session_key);
    door->arena = arena;
    must(pthread_mutex_init(&door->lock, NULL) == 0 && pthread_cond_init(&door->quiet, NULL) == 0 &&
         pthread_cond_init(&door->work, NULL) == 0);
    random_bytes(door->throttle_key, sizeof door->throttle_key);
    door->dummy_password = random_token(arena, DOOR_TOKEN_BYTES);
    struct reading *reading = NULL;
    bool opened = password_hash(arena, door->dummy_password, &door->dummy_secret, e) &&
                  reading_take(door, &reading, e);
    if (reading)
        reading_give(door, reading, true);
    if (!opened || !password_thread_start(door, e) || !start_daemon(door, e)) {
        door_close(door);
        return false;
    }
    *out = door;
    return true;
}

/* Parked requests get their answer however long it takes; sending answers has a time limit, for a
 * client may read slowly or never. */
static void wait_until_quiet(struct door *door)
{
    struct timespec until;
    must(clock_gettime(CLOCK_REALTIME, &until) == 0);
    until.tv_sec += DOOR_CLOSE_S;
    pthread_mutex_lock(&door->lock);
    while (door->parked > 0)
        pthread_cond_wait(&door->quiet, &door->lock);
    int timed_out = 0;
    while (door->active > 0 && !timed_out)
        timed_out = pthread_cond_timedwait(&door->quiet, &door->lock, &until);
    pthread_mutex_unlock(&door->lock);
}

void door_close(struct door *door)
{
    if (!door)
        return;
    /* Who comes now is asked to come again. MHD_quiesce_daemon would turn them away at the socket,
     * but it races with libmicrohttpd's own threads for that socket, and who loses aborts. */
    password_thread_stop(door);
    wait_until_quiet(door);
    if (door->daemon)
        MHD_stop_daemon(door->daemon);
    readings_close(door);
    streams_drop(door);
    pthread_cond_destroy(&door->work);
    pthread_cond_destroy(&door->quiet);
    pthread_mutex_destroy(&door->lock);
    arena_free(door->arena);
}

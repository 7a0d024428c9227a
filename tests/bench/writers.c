/* SPDX-License-Identifier: Apache-2.0
 * Writers over HTTP, as many as connections, each with one command on its way at a time: opens a
 * case of the willow pack and takes it through a return. One thread, so that the load leaves the
 * machine to the server.
 *
 *     writers PORT CONNECTIONS COMMANDS UNIT_COOKIE UNIT_POST AUTHORITY_COOKIE AUTHORITY_POST
 *
 * Prints one JSON object. Any answer but 201 ends it with that answer. */
#include "base/base.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, ANSWER_BYTES = 16384 };

/* One case's way; the first opens it. */
static const struct {
    bool authority;
    const char *body;
} STEPS[] = {
    {false, "{\"procedure\":\"joint\",\"outcome\":\"submit\","
            "\"form\":{\"name\":\"学籍管理系统\"}}"},
    {true, "{\"step\":\"plan\",\"outcome\":\"return\","
           "\"opinion\":\"材料不完整，请补充后重新提交。\"}"},
    {false, "{\"step\":\"mend-plan\",\"outcome\":\"mend\"}"},
    {true, "{\"step\":\"plan\",\"outcome\":\"agree\",\"opinion\":\"经审核，方案可行，同意。\"}"},
    {true, "{\"step\":\"safety\",\"outcome\":\"agree\",\"opinion\":\"同意。\"}"},
};

struct connection {
    int fd;
    size_t step, len;
    long long kase, sent_ns;
    char answer[ANSWER_BYTES + 1];
};

static const char *cookies[2], *posts[2];
static int port, poll_fd;
static long long wanted, sent, done, begun_ns;
static long long *latencies;
static struct connection connections[CONNECTIONS_MAX];

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "writers: %s: %s\n", what, why);
    exit(1);
}

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void connect_one(struct connection *c)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("connect", "the server does not answer");
}

static void send_next(struct connection *c)
{
    char request[2048], path[64] = "/api/v1/cases";
    const char *body = STEPS[c->step].body;
    bool authority = STEPS[c->step].authority;
    if (sent == wanted)
        return;
    if (c->step > 0)
        snprintf(path, sizeof path, "/api/v1/cases/%lld/decisions", c->kase);
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                     "Cookie: yunjian_session=%s\r\nYunjian-Post: %s\r\n"
                     "Idempotency-Key: bench-%d-%lld\r\nContent-Length: %zu\r\n\r\n%s",
                     path, port, cookies[authority], posts[authority], (int)getpid(), sent,
                     strlen(body), body);
    c->len = 0;
    c->sent_ns = now_ns();
    sent++;
    if (write(c->fd, request, (size_t)n) != n)
        die("write", "the server takes no more");
}

/* The whole answer is there: its head, and as much behind it as it says. */
static bool is_whole(const struct connection *c)
{
    const char *end = strstr(c->answer, "\r\n\r\n");
    const char *length = strstr(c->answer, "Content-Length: ");
    if (!end)
        return false;
    if (!length || length > end)
        die("an answer without Content-Length", c->answer);
    return c->len >= (size_t)(end + 4 - c->answer) + strtoul(length + 16, NULL, 10);
}

static void take_answer(struct connection *c)
{
    ssize_t n = read(c->fd, c->answer + c->len, ANSWER_BYTES - c->len);
    if (n <= 0)
        die("read", "the server closed a connection");
    c->len += (size_t)n;
    c->answer[c->len] = 0;
    if (!is_whole(c))
        return;
    if (strncmp(c->answer, "HTTP/1.1 201 ", 13) != 0)
        die("not 201", c->answer);
    latencies[done++] = now_ns() - c->sent_ns;
    const char *kase = strstr(c->answer, "\"case\":");
    if (c->step == 0 && kase)
        c->kase = strtoll(kase + 7, NULL, 10);
    c->step = (c->step + 1) % COUNT_OF(STEPS);
    send_next(c);
}

static int by_value(const void *a, const void *b)
{
    long long x = *(const long long *)a, y = *(const long long *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 8)
        die("usage", "see the head of tests/bench/writers.c");
    port = (int)strtol(argv[1], NULL, 10);
    int n = (int)strtol(argv[2], NULL, 10);
    wanted = strtoll(argv[3], NULL, 10);
    if (n < 1 || n > CONNECTIONS_MAX || wanted < n)
        die("usage", "1 to 256 connections, at least a command for each");
    for (int i = 0; i < 2; i++) {
        cookies[i] = argv[4 + 2 * i];
        posts[i] = argv[5 + 2 * i];
    }
    latencies = calloc((size_t)wanted, sizeof *latencies);
    poll_fd = epoll_create1(0);
    if (!latencies || poll_fd < 0)
        die("start", "no memory");
    for (int i = 0; i < n; i++)
        connect_one(&connections[i]);
    begun_ns = now_ns();
    for (int i = 0; i < n; i++)
        send_next(&connections[i]);
    while (done < wanted) {
        struct epoll_event events[CONNECTIONS_MAX];
        int ready = epoll_wait(poll_fd, events, CONNECTIONS_MAX, 20000);
        if (ready <= 0)
            die("wait", "the server has not answered for 20 s");
        for (int i = 0; i < ready; i++)
            take_answer(events[i].data.ptr);
    }
    long long took_ns = now_ns() - begun_ns;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    qsort(latencies, (size_t)done, sizeof *latencies, by_value);
    printf("{\"commands\": %lld, \"ns\": %lld, \"p50_us\": %lld, \"p99_us\": %lld, "
           "\"own_cpu_ms\": %lld}\n", done, took_ns, latencies[done / 2] / 1000,
           latencies[done * 99 / 100] / 1000,
           (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
               (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
    return 0;
}

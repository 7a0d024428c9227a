/* SPDX-License-Identifier: Apache-2.0
 * For those who watch the process. No personal data, no session. */
#include "door/priv.h"

static void reply_text(struct request *r, unsigned status, str text)
{
    r->reply.status = status;
    r->reply.type = "text/plain; charset=utf-8";
    r->reply.body = text;
}

void get_health(struct request *r)
{
    reply_text(r, 200, S("ok\n"));
}

void get_ready(struct request *r)
{
    if (!clerk_sound(r->door->options.clerk))
        reply_text(r, 503, S("the clerk cannot write; restart the service and read its log\n"));
    else if (read_begin(r))
        reply_text(r, 200, S("ready\n"));
}

static void add(struct buf *out, const char *name, const char *type, const char *help,
                int64_t value)
{
    bool counter = type[0] == 'c';
    buf_addf(out, "# TYPE yunjian_%s %s\n# HELP yunjian_%s %s\nyunjian_%s%s %lld\n", name, type,
             name, help, name, counter ? "_total" : "", (long long)value);
}

void get_metrics(struct request *r)
{
    static const char *const classes[] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
    struct clerk_counts counts = clerk_counts(r->door->options.clerk);
    struct buf out = buf_new(r->arena, 4096);
    add(&out, "commands", "counter", "Commands carried out.", counts.commands);
    add(&out, "refusals", "counter", "Commands refused.", counts.refusals);
    add(&out, "failures", "counter", "Commands that failed.", counts.failures);
    add(&out, "commits", "counter", "Transactions; commands divided by these is the batch size.",
        counts.commits);
    add(&out, "syncs", "counter", "Waits for the disk: by commits that changed something, and by "
        "notes in checkpoints.log.", counts.syncs);
    add(&out, "entries", "counter", "Journal entries appended since the start.", counts.entries);
    add(&out, "checkpoints", "counter", "Checkpoints signed.", counts.checkpoints);
    add(&out, "queue", "gauge", "Commands waiting.", counts.queue);
    add(&out, "sound", "gauge", "1 while the clerk can write.",
        clerk_sound(r->door->options.clerk));
    buf_addf(&out, "# TYPE yunjian_http_requests counter\n"
                   "# HELP yunjian_http_requests Answers by class of status.\n");
    for (size_t i = 0; i < COUNT_OF(classes); i++)
        buf_addf(&out, "yunjian_http_requests_total{class=\"%s\"} %lld\n", classes[i],
                 (long long)atomic_load(&r->door->answers[i]));
    buf_add(&out, S("# EOF\n"));
    r->reply.status = 200;
    r->reply.type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    r->reply.body = buf_str(&out);
}

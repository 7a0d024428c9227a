/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_EVENT_H
#define YJ_TERMS_EVENT_H

#include "base/base.h"
#include "terms/date.h"
#include "terms/doc.h"

/* A stream is one aggregate's history with its own gapless counter. Its name is the kind and the
 * id: "case/123". ACTOR is the person who was refused. */
enum stream_kind { STREAM_JOURNAL, STREAM_AUTHORITY, STREAM_ORGANISATION, STREAM_PERSON,
                   STREAM_SYSTEM, STREAM_CASE, STREAM_RECORD, STREAM_ACTOR };
const char *stream_kind_name(enum stream_kind kind);

enum event_kind {
#define EVENT(symbol, name, version, stream) EVENT_##symbol,
#define INT(name)
#define TEXT(name)
#define DATE(name)
#define DOC(name)
#define END(symbol)
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END
    EVENT_KINDS
};

#define EVENT(symbol, name, version, stream) struct event_##symbol {
#define INT(name) int64_t name;
#define TEXT(name) str name;
#define DATE(name) date name;
#define DOC(name) struct doc *name;
#define END(symbol) };
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END

/* One event with its envelope. `index` is the journal's; the id of whatever the event creates is
 * this index. */
struct event {
    enum event_kind kind;
    int64_t index;
    int64_t at_ms;           /* max(now, time of the entry before) */
    int64_t authority;       /* the jurisdiction it belongs to */
    int64_t stream;          /* id of the stream's aggregate; kind from the table */
    int64_t actor, post;     /* 0: the program itself (init, ticker) */
    str policy;              /* digest of the version decided under, or empty */
    union {
#define EVENT(symbol, name, version, stream) struct event_##symbol symbol;
#define INT(name)
#define TEXT(name)
#define DATE(name)
#define DOC(name)
#define END(symbol)
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END
    };
};

const char *event_name(enum event_kind kind);            /* "case.opened" */
int event_version(enum event_kind kind);
enum stream_kind event_stream(enum event_kind kind);
bool event_kind_parse(str name, enum event_kind *out) WARN_UNUSED;
/* The payload as a document, and back into the fields of event->kind; texts and documents inside
 * are borrowed both ways (errors: INPUT, where = event.field; a field not in the table is one). */
struct doc *event_payload(struct arena *arena, const struct event *event);
bool event_from_payload(struct arena *arena, const struct doc *payload, struct event *event,
                        struct err *e) WARN_UNUSED;

#endif

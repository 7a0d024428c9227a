/* SPDX-License-Identifier: Apache-2.0
 * Everything that is said about events is expanded from events.def; nothing is listed here. */
#include "terms/event.h"

static const struct entry {
    str name;
    int version;
    enum stream_kind stream;
} TABLE[] = {
#define EVENT(symbol, name, version, stream) {{name, sizeof name - 1}, version, STREAM_##stream},
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

static const struct entry *entry_of(enum event_kind kind)
{
    must((size_t)kind < COUNT_OF(TABLE));
    return &TABLE[kind];
}

const char *stream_kind_name(enum stream_kind kind)
{
    switch (kind) {
    case STREAM_JOURNAL: return "journal";
    case STREAM_AUTHORITY: return "authority";
    case STREAM_ORGANISATION: return "organisation";
    case STREAM_PERSON: return "person";
    case STREAM_SYSTEM: return "system";
    case STREAM_CASE: return "case";
    case STREAM_RECORD: return "record";
    case STREAM_ACTOR: return "actor";
    }
    must_fail("a stream kind", __FILE__, __LINE__);
    return "";
}

const char *event_name(enum event_kind kind)
{
    return entry_of(kind)->name.ptr;
}

int event_version(enum event_kind kind)
{
    return entry_of(kind)->version;
}

enum stream_kind event_stream(enum event_kind kind)
{
    return entry_of(kind)->stream;
}

bool event_kind_parse(str name, enum event_kind *out)
{
    for (size_t i = 0; i < COUNT_OF(TABLE); i++) {
        if (str_eq(TABLE[i].name, name)) {
            *out = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

/* ---- to a document ------------------------------------------------------------------------- */

#define EVENT(symbol, name, version, stream)                                                       \
    static void encode_##symbol(struct arena *arena, const struct event_##symbol *from,            \
                                struct doc *to)                                                    \
    {
#define INT(name) doc_put_int(arena, to, S(#name), from->name);
#define TEXT(name) doc_put_text(arena, to, S(#name), from->name);
#define DATE(name) doc_put_date(arena, to, S(#name), from->name);
#define DOC(name) doc_put(arena, to, S(#name), from->name ? from->name : doc_null(arena));
#define END(symbol) }
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END

struct doc *event_payload(struct arena *arena, const struct event *event)
{
    struct doc *payload = doc_map(arena);
    switch (event->kind) {
#define EVENT(symbol, name, version, stream)                                                       \
    case EVENT_##symbol: encode_##symbol(arena, &event->symbol, payload); break;
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
    case EVENT_KINDS: must_fail("an event kind", __FILE__, __LINE__);
    }
    return payload;
}

/* ---- from a document ----------------------------------------------------------------------- */

#define EVENT(symbol, name, version, stream)                                                       \
    static void read_##symbol(struct doc_reader *reader, struct event_##symbol *to)                \
    {
#define INT(name) to->name = doc_read_int(reader, S(#name));
#define TEXT(name) to->name = doc_read_text(reader, S(#name));
#define DATE(name) to->name = doc_read_date(reader, S(#name));
#define DOC(name) to->name = doc_read_doc(reader, S(#name));
#define END(symbol) }
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END

/* Strict both ways: a field that is not in the table would be lost at the next encoding. */
#define EVENT(symbol, name, version, stream) static const str FIELDS_##symbol[] = {
#define INT(name) {#name, sizeof #name - 1},
#define TEXT(name) {#name, sizeof #name - 1},
#define DATE(name) {#name, sizeof #name - 1},
#define DOC(name) {#name, sizeof #name - 1},
#define END(symbol) };
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END

static bool read_payload(struct doc_reader *reader, struct event *event)
{
    const str *fields = NULL;
    size_t n = 0;
    switch (event->kind) {
#define EVENT(symbol, name, version, stream)                                                       \
    case EVENT_##symbol:                                                                           \
        read_##symbol(reader, &event->symbol);                                                     \
        fields = FIELDS_##symbol;                                                                  \
        n = COUNT_OF(FIELDS_##symbol);                                                             \
        break;
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
    case EVENT_KINDS: must_fail("an event kind", __FILE__, __LINE__);
    }
    return reader->e->code == ERR_NONE && doc_refuse_unknown(reader->map, fields, n, reader->e);
}

bool event_from_payload(struct arena *arena, const struct doc *payload, struct event *event,
                        struct err *e)
{
    struct err field = {.code = ERR_NONE};
    struct doc_reader reader = {.map = payload, .e = &field};
    struct event read = *event;
    if (!payload || payload->kind != DOC_MAP)
        return RAISE(e, INPUT, event_name(event->kind), "the payload must be an object");
    if (!read_payload(&reader, &read)) {
        str where = str_printf(arena, "%s.%s", event_name(event->kind), field.where);
        return RAISE(e, INPUT, str_to_cstr(arena, where), "%s", field.msg);
    }
    *event = read;
    return true;
}

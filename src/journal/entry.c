/* SPDX-License-Identifier: Apache-2.0
 * An entry and its bytes. The bytes are the record: whatever is read must print to them again. */
#include "journal/journal_priv.h"

#include "json/json.h"

/* Wider than a request may be: an entry wraps what a request brought, and a derivation over a
 * hundred years names every weekend. */
static const struct json_limits ENTRY_LIMITS = {4 * 1024 * 1024, LIMIT_JSON_DEPTH + 8, 1000000};

str entry_stream(struct arena *arena, const struct event *event)
{
    struct buf name = buf_new(arena, 32);
    buf_add(&name, str_of(stream_kind_name(event_stream(event->kind))));
    buf_addc(&name, '/');
    buf_add_i64(&name, event->stream);
    return buf_str(&name);
}

/* What is empty is left out, so that there is one way to say it. */
static void put_some_int(struct arena *arena, struct doc *map, str key, int64_t value)
{
    if (value != 0)
        doc_put_int(arena, map, key, value);
}

static void put_some_text(struct arena *arena, struct doc *map, str key, str value)
{
    if (value.len > 0)
        doc_put_text(arena, map, key, value);
}

static struct doc *entry_doc(struct arena *arena, const struct entry *entry)
{
    const struct event *event = &entry->event;
    struct doc *map = doc_map(arena);
    put_some_int(arena, map, S("actor"), event->actor);
    doc_put_int(arena, map, S("at"), event->at_ms);
    doc_put_int(arena, map, S("authority"), event->authority);
    put_some_text(arena, map, S("body"), entry->body);
    doc_put(arena, map, S("data"), event_payload(arena, event));
    doc_put_int(arena, map, S("index"), event->index);
    put_some_text(arena, map, S("key"), entry->key);
    put_some_text(arena, map, S("policy"), event->policy);
    put_some_int(arena, map, S("post"), event->post);
    doc_put_int(arena, map, S("seq"), entry->seq);
    doc_put_text(arena, map, S("stream"), entry_stream(arena, event));
    doc_put_text(arena, map, S("type"), str_of(event_name(event->kind)));
    doc_put_int(arena, map, S("v"), event_version(event->kind));
    return map;
}

str entry_print(struct arena *arena, const struct entry *entry)
{
    return json_canonical(arena, entry_doc(arena, entry));
}

/* The id behind the slash; the kind before it is proven when the bytes are compared. */
static bool read_stream(str name, struct event *event, struct err *e)
{
    str kind, id;
    if (str_cut(name, '/', &kind, &id) && str_to_i64(id, &event->stream))
        return true;
    return RAISE(e, CORRUPT, "entry", "its stream \"%.*s\" is not a kind and a number",
                 STR_FMT(name));
}

static bool read_fields(struct arena *arena, const struct doc *map, struct entry *entry,
                        struct err *e)
{
    struct err inner = {0};
    struct doc_reader reader = {map, &inner};
    struct event *event = &entry->event;
    str type = doc_read_text(&reader, S("type")), stream = doc_read_text(&reader, S("stream"));
    int64_t version = doc_read_int(&reader, S("v"));
    event->index = doc_read_int(&reader, S("index"));
    event->at_ms = doc_read_int(&reader, S("at"));
    event->authority = doc_read_int(&reader, S("authority"));
    entry->seq = doc_read_int(&reader, S("seq"));
    const struct doc *data = doc_read_doc(&reader, S("data"));
    if (inner.code != ERR_NONE)
        return RAISE(e, CORRUPT, "entry", "%s", inner.msg);
    if (!event_kind_parse(type, &event->kind))
        return RAISE(e, CORRUPT, "entry",
                     "its type \"%.*s\" is not known to this program; use one as new as the log",
                     STR_FMT(type));
    if (version != event_version(event->kind))
        return RAISE(e, CORRUPT, "entry",
                     "it is version %lld of %s, this program reads version %d; use one as new as "
                     "the log", (long long)version, event_name(event->kind),
                     event_version(event->kind));
    if (!read_stream(stream, event, e))
        return false;
    event->actor = doc_get_int(map, S("actor"), 0);
    event->post = doc_get_int(map, S("post"), 0);
    event->policy = doc_get_text(map, S("policy"));
    entry->key = doc_get_text(map, S("key"));
    entry->body = doc_get_text(map, S("body"));
    if (!event_from_payload(arena, data, event, &inner))
        return RAISE(e, CORRUPT, "entry", "%s: %s", inner.where, inner.msg);
    return true;
}

bool entry_parse(struct arena *arena, str bytes, struct entry *out, struct err *e)
{
    struct err inner = {0};
    struct doc *map = NULL;
    bool plain = json_read_plain(arena, bytes, ENTRY_LIMITS, &map);
    if (!plain && !json_parse_within(arena, bytes, ENTRY_LIMITS, &map, &inner))
        return RAISE(e, CORRUPT, "entry", "its bytes cannot be read: %s: %s", inner.where,
                     inner.msg);
    struct entry entry = {0};
    if (!read_fields(arena, map, &entry, e))
        return false;
    /* A plain text is canonical already: it is left to see that it says nothing else. */
    struct doc *again = entry_doc(arena, &entry);
    if (plain ? !doc_equal(again, map) : !str_eq(json_canonical(arena, again), bytes))
        return RAISE(e, CORRUPT, "entry",
                     "its bytes are not in the one canonical form of what they say");
    *out = entry;
    return true;
}

/* A plain text is read as the document that it was printed from, and of a document that was made of
 * an event an event can be made again: there is nothing else to ask. */
bool entry_print_readable(struct arena *arena, const struct entry *entry, str *out, struct err *e)
{
    struct entry read;
    *out = entry_print(arena, entry);
    return json_is_plain(*out, ENTRY_LIMITS) || entry_parse(arena, *out, &read, e);
}

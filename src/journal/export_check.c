/* SPDX-License-Identifier: Apache-2.0
 * Checking an export offline: every line, the leaf hashes, the counters of the streams, and the
 * signed root, with the tree of verification. */
#include "journal/verify_priv.h"

#include "json/json.h"

#include <string.h>

enum { LEVEL_MAX = 40, HEX_BYTES = 2 * SM3_BYTES, FINDINGS_MAX = 100 };
static const int64_t SIZE_MAX_LOG = INT64_C(1) << 48;

struct export_check {
    struct arena *arena;
    const struct sm2_key *key;   /* that was given, or NULL */
    struct sm2_key *own;         /* that travels with the export */
    struct findings *findings;
    str since_note;
    struct checkpoint head, since;
    str key_name;
    int64_t lines;
    struct line *line;
    struct map *streams;     /* of those in clear: int64_t, the last counter */
    VEC(str) named;          /* those that the head names */
    bool all;                /* every stream is in clear */
    bool since_done;
    struct arena *scratch;
};

static void found(struct export_check *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void found(struct export_check *c, const char *fmt, ...)
{
    if (c->findings->items.len >= FINDINGS_MAX)
        return;
    va_list args;
    va_start(args, fmt);
    str text = str_vprintf(c->arena, fmt, args);
    va_end(args);
    str line = str_printf(c->arena, "line %lld: %.*s", (long long)c->lines, STR_FMT(text));
    VEC_PUSH(c->findings->arena, &c->findings->items, line);
}

static void let_go(void *check)
{
    struct export_check *c = check;
    sm2_key_free(c->own);
    arena_free(c->scratch);
}

struct export_check *export_check_new(struct arena *arena, const struct sm2_key *key, str since,
                                      struct findings *findings)
{
    struct export_check *c = NEW(arena, struct export_check);
    *c = (struct export_check){.arena = arena, .key = key, .since_note = since,
                               .findings = findings};
    c->line = NEW(arena, struct line);
    c->streams = map_new(arena);
    c->scratch = arena_new((size_t)256 * 1024 * 1024);
    arena_defer(arena, let_go, c);
    return c;
}

/* ---- the head ---------------------------------------------------------------------------- */

static bool no_export(struct err *e)
{
    return RAISE(e, INPUT, "line 1", "this is not the head of an export of this program");
}

static bool read_key(struct export_check *c, str pem)
{
    uint8_t point[65];
    str printed;
    struct err inner = {0};
    if (!sm2_key_load(pem, &c->own, &inner) || !sm2_public_point(c->own, point, &inner)
        || !sm2_public_pem(c->arena, c->own, &printed, &inner) || !str_eq(printed, pem)) {
        found(c, "the key in it is none");
        return false;
    }
    c->key_name = digest_hex(c->arena, sm3((str){(const char *)point, sizeof point}));
    return true;
}

/* The note must hold under the key that travels with it, and under the one that was given. */
static void read_note(struct export_check *c, const struct doc *head)
{
    struct err inner = {0};
    str note = str_dup(c->arena, doc_get_text(head, S("checkpoint")));
    if (!read_key(c, doc_get_text(head, S("key"))))
        return;
    if (!checkpoint_parse(c->arena, note, c->own, &c->head, &inner)
        || (c->key && !checkpoint_parse(c->arena, note, c->key, &c->head, &inner)))
        found(c, "its checkpoint does not hold: %s", inner.msg);
}

/* Streams that are said to be in clear must have entries, else one could be said to have none. */
static void read_streams(struct export_check *c, const struct doc *streams)
{
    if (!streams || streams->kind != DOC_LIST) {
        found(c, "it does not say which streams are in clear");
        return;
    }
    for (size_t i = 0; i < streams->list.len; i++) {
        VEC_PUSH(c->arena, &c->named, streams->list.items[i]->text);
        map_put(c->streams, streams->list.items[i]->text, NEW(c->arena, int64_t));
    }
    c->all = c->named.len == 0;
    if (map_len(c->streams) != c->named.len)
        found(c, "it names a stream twice");
}

static bool read_since(struct export_check *c, struct err *e)
{
    struct err inner = {0};
    if (c->since_note.len == 0)
        return true;
    if (!checkpoint_parse(c->arena, c->since_note, NULL, &c->since, e))
        return false;
    if (c->own && !checkpoint_parse(c->arena, c->since_note, c->key ? c->key : c->own, &c->since,
                                    &inner))
        found(c, "the note kept outside: %s", inner.msg);
    if (!str_eq(c->since.origin, c->head.origin))
        found(c, "the note kept outside is of another log");
    if (c->since.size > c->head.size)
        found(c, "the note kept outside signed %lld entries, this export knows %lld",
              (long long)c->since.size, (long long)c->head.size);
    return true;
}

static bool read_head(struct export_check *c, str line, struct err *e)
{
    struct err inner = {0};
    struct doc *head = NULL;
    if (!json_parse(c->arena, line, &head, &inner)
        || !str_eq(doc_get_text(head, S("format")), S("yunjian-export-1")))
        return no_export(e);
    if (!str_eq(json_canonical(c->arena, head), line) || head->map.len != 4)
        found(c, "it is not in the one form of a head");
    read_streams(c, doc_get(head, S("streams")));
    read_note(c, head);
    return read_since(c, e);
}

/* ---- the lines ---------------------------------------------------------------------------- */

/* What stands between a beginning and an end; false: the line has not this form. */
static bool between(str line, str begin, str end, str *out)
{
    if (line.len < begin.len + end.len || !str_starts(line, begin) || !str_ends(line, end))
        return false;
    *out = (str){line.ptr + begin.len, line.len - begin.len - end.len};
    return true;
}

static void push(struct export_check *c, int level, struct digest hash)
{
    int64_t n = INT64_C(1) << level;
    if ((c->line->size & (n - 1)) != 0 || c->line->size + n > SIZE_MAX_LOG) {
        found(c, "its hash cannot stand at entry %lld", (long long)c->line->size);
        return;
    }
    line_push(c->line, level, hash);
    if (c->since.size != c->line->size || c->since_done)
        return;
    c->since_done = true;
    if (!digest_equal(line_root(c->line), c->since.root))
        found(c, "the note kept outside: the first %lld entries are not those that it signed: the "
              "log was rewritten since", (long long)c->since.size);
}

static void check_stream(struct export_check *c, const struct entry *entry)
{
    str stream = entry_stream(c->scratch, &entry->event);
    int64_t *last = map_get(c->streams, stream), index = entry->event.index;
    if (!last && c->all)
        map_put(c->streams, str_dup(c->arena, stream), last = NEW(c->arena, int64_t));
    if (!last) {
        found(c, "entry %lld: its stream %.*s is not one of those in clear", (long long)index,
              STR_FMT(stream));
        return;
    }
    if (entry->seq != *last + 1)
        found(c, "entry %lld: it is number %lld of stream %.*s, after number %lld: entries are "
              "missing", (long long)index, (long long)entry->seq, STR_FMT(stream),
              (long long)*last);
    *last = entry->seq;
}

static void check_entry(struct export_check *c, str bytes, str leaf_hex)
{
    struct err inner = {0};
    struct entry entry;
    struct digest leaf = line_leaf(c->scratch, bytes);
    int64_t index = c->line->size;
    c->findings->entries++;
    if (!str_eq(digest_hex(c->scratch, leaf), leaf_hex))
        found(c, "entry %lld: its bytes do not give its leaf hash: one of them was changed",
              (long long)index);
    if (!entry_parse(c->scratch, bytes, &entry, &inner))
        found(c, "entry %lld: %s", (long long)index, inner.msg);
    else if (entry.event.index != index)
        found(c, "entry %lld: it is entry %lld", (long long)index, (long long)entry.event.index);
    else
        check_stream(c, &entry);
    push(c, 0, leaf);
}

/* False: the line is no hash in its one form. */
static bool check_hash(struct export_check *c, str line)
{
    str inner, hex, level;
    struct digest hash;
    int64_t n = 0;
    if (!between(line, S("{\"hash\":\""), S("}"), &inner) || !str_cut(inner, '"', &hex, &level)
        || !digest_parse(hex, &hash) || !between(level, S(",\"level\":"), S(""), &level)
        || !str_to_i64(level, &n) || n < 0 || n > LEVEL_MAX)
        return false;
    str again = digest_hex(c->scratch, hash);
    again = str_printf(c->scratch, "{\"hash\":\"%.*s\",\"level\":%lld}", STR_FMT(again),
                       (long long)n);
    if (!str_eq(again, line))
        return false;
    if (c->all)
        found(c, "a hash stands for entries that should be in clear");
    push(c, (int)n, hash);
    return true;
}

bool export_check_line(struct export_check *c, str line, struct err *e)
{
    str inner, bytes;
    arena_reset(c->scratch);
    c->lines++;
    if (c->lines == 1)
        return read_head(c, line, e);
    if (between(line, S("{\"entry\":"), S("\"}"), &inner) && inner.len > HEX_BYTES
        && between((str){inner.ptr, inner.len - HEX_BYTES}, S(""), S(",\"leaf\":\""), &bytes))
        check_entry(c, bytes, (str){inner.ptr + inner.len - HEX_BYTES, HEX_BYTES});
    else if (!check_hash(c, line))
        found(c, "it is neither an entry nor a hash");
    return true;
}

/* ---- the end ------------------------------------------------------------------------------- */

bool export_check_end(struct export_check *c, str *out_key, struct err *e)
{
    if (c->lines == 0)
        return no_export(e);
    bool whole = c->line->size == c->head.size && c->head.size > 0;
    if (!whole)
        found(c, "the lines hold %lld entries, the checkpoint signed %lld: some are missing or too "
              "many", (long long)c->line->size, (long long)c->head.size);
    else if (!digest_equal(line_root(c->line), c->head.root))
        found(c, "the entries and hashes do not give the root that was signed: one of them was "
              "changed");
    for (size_t i = 0; i < c->named.len; i++)
        if (*(int64_t *)map_get(c->streams, c->named.items[i]) == 0)
            found(c, "stream %.*s is said to be in clear but has no entry",
                  STR_FMT(c->named.items[i]));
    if (c->findings->items.len == 0)
        c->findings->covered = c->findings->entries;
    c->findings->checkpoints = 1;
    c->findings->root = c->head.root;
    *out_key = c->key_name;
    if (c->since.size > 0 && !c->since_done && c->findings->items.len == 0)
        return RAISE(e, INPUT, "--since", "this export does not show the log at %lld entries; ask "
                     "for one that is made with --since and that checkpoint",
                     (long long)c->since.size);
    return true;
}

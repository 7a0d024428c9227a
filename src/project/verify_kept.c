/* SPDX-License-Identifier: Apache-2.0
 * Kept rows cannot be remade, so each has its digest in a journal entry: what is missing, changed
 * or extra is named. */
#include "project/project.h"

#include "project/rebuild_priv.h"

enum { SALT_BYTES = 32 };    /* of a person's MACs */

/* What the journal says should be there. Keys are texts, values the expectation. */
struct expectation {
    str digest, second;      /* second: phone MAC of a person, name of a policy */
    int64_t size, index;     /* index of the entry that says so */
    bool seen;
};
enum kept { KEPT_POLICY, KEPT_CALENDAR, KEPT_PERSONAL, KEPT_CREDENTIAL, KEPT_ATTACHMENT, KEPT_N };
struct expectations {
    struct arena *arena;
    struct map *rows[KEPT_N];
    VEC(str) order[KEPT_N];  /* keys in order of the journal, one list a table */
};
static const char *const KEPT_TABLES[] = {"policies", "calendars", "personal", "credentials",
                                          "attachment_chunks"};

static void expect(struct expectations *all, enum kept kept, str key,
                   struct expectation expectation)
{
    struct map *map = all->rows[kept];
    struct expectation *row = map_get(map, key);
    if (!row) {
        row = NEW(all->arena, struct expectation);
        key = str_dup(all->arena, key);
        map_put(map, key, row);
        VEC_PUSH(all->arena, &all->order[kept], key);
    }
    *row = expectation;
    row->digest = str_dup(all->arena, expectation.digest);
    row->second = str_dup(all->arena, expectation.second);
}

static str id_key(struct arena *arena, int64_t id)
{
    return str_printf(arena, "%lld", (long long)id);
}

static bool collect(void *ctx, struct arena *arena, const struct entry *entry, struct err *e)
{
    (void)e;
    struct expectations *all = ctx;
    const struct event *event = &entry->event;
    struct expectation row = {.index = event->index};
    if (event->kind == EVENT_policy_activated) {
        row.digest = event->policy_activated.digest;
        row.second = event->policy_activated.policy;
        if (!map_get(all->rows[KEPT_POLICY], row.digest)) /* kept once, at the first */
            expect(all, KEPT_POLICY, row.digest, row);
    } else if (event->kind == EVENT_calendar_loaded) {
        row.digest = event->calendar_loaded.digest;
        expect(all, KEPT_CALENDAR, row.digest, row);
    } else if (event->kind == EVENT_person_registered) {
        row.digest = event->person_registered.name_mac;
        row.second = event->person_registered.phone_mac;
        expect(all, KEPT_PERSONAL, id_key(arena, event->index), row);
    } else if (event->kind == EVENT_credential_set) {
        row.digest = event->credential_set.digest;
        expect(all, KEPT_CREDENTIAL, id_key(arena, event->credential_set.person), row);
    } else if (event->kind == EVENT_material_filed) {
        row.digest = event->material_filed.digest;
        row.size = event->material_filed.size;
        expect(all, KEPT_ATTACHMENT, id_key(arena, event->index), row);
    }
    return true;
}

str credential_digest(struct arena *arena, int64_t person, str login, str secret)
{
    /* Lengths first, so that no letter moves from one part into the other. */
    str bytes = str_printf(arena, "%lld\n%zu:%.*s\n%zu:%.*s", (long long)person, login.len,
                           STR_FMT(login), secret.len, STR_FMT(secret));
    return digest_hex(arena, sm3(bytes));
}

/* ---- comparing rows ------------------------------------------------------------------------- */

struct checking {
    struct expectations *all;
    struct findings *findings;
    struct arena *arena;     /* of one row */
    struct sm3_stream *stream; /* of the attachment being read */
    int64_t material, size, next_chunk;
    size_t last_chunk;       /* bytes of the chunk before */
};

static struct expectation *expected(struct checking *checking, enum kept kept, str key)
{
    struct expectation *row = map_get(checking->all->rows[kept], key);
    if (!row)
        find(checking->findings, "%s row %.*s: no journal entry knows it", KEPT_TABLES[kept],
             STR_FMT(key));
    else
        row->seen = true;
    return row;
}

static struct expectation *check_digest(struct checking *checking, enum kept kept, str key,
                                        str digest)
{
    struct expectation *row = expected(checking, kept, key);
    if (row && !str_eq(row->digest, digest))
        find(checking->findings, "%s row %.*s: changed, its digest differs from entry %lld",
             KEPT_TABLES[kept], STR_FMT(key), (long long)row->index);
    return row;
}

static str mac(struct arena *arena, str salt, str text)
{
    return digest_hex(arena, hmac_sm3(salt, text));
}

static bool check_policy(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct checking *checking = ctx;
    /* Keyed by digest, so the bytes must give the key itself. */
    if (!str_eq(cells[0].bytes, digest_hex(checking->arena, sm3(cells[2].bytes))))
        find(checking->findings, "policies row %.*s: changed, its bytes give another digest",
             STR_FMT(cells[0].bytes));
    struct expectation *row = check_digest(checking, KEPT_POLICY, cells[0].bytes, cells[0].bytes);
    if (row && !str_eq(row->second, cells[1].bytes))
        find(checking->findings, "policies row %.*s: changed, entry %lld names it \"%.*s\"",
             STR_FMT(cells[0].bytes), (long long)row->index, STR_FMT(row->second));
    arena_reset(checking->arena);
    return true;
}

static bool check_calendar(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct checking *checking = ctx;
    if (!str_eq(cells[0].bytes, digest_hex(checking->arena, sm3(cells[1].bytes))))
        find(checking->findings, "calendars row %.*s: changed, its text gives another digest",
             STR_FMT(cells[0].bytes));
    (void)check_digest(checking, KEPT_CALENDAR, cells[0].bytes, cells[0].bytes);
    arena_reset(checking->arena);
    return true;
}

static bool check_personal(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct checking *checking = ctx;
    str key = id_key(checking->arena, cells[0].integer), salt = cells[1].bytes;
    struct expectation *row = expected(checking, KEPT_PERSONAL, key);
    if (row && (!str_eq(row->digest, mac(checking->arena, salt, cells[2].bytes)) ||
                !str_eq(row->second, mac(checking->arena, salt, cells[3].bytes))))
        find(checking->findings, "personal row %.*s: changed, its MAC differs from entry %lld",
             STR_FMT(key), (long long)row->index);
    /* A MAC pads its key with zeros, so zeros behind the salt would not show in it. */
    if (salt.len != SALT_BYTES)
        find(checking->findings, "personal row %.*s: changed, its salt has %zu bytes instead of %d",
             STR_FMT(key), salt.len, SALT_BYTES);
    arena_reset(checking->arena);
    return true;
}

static bool check_credential(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct checking *checking = ctx;
    str key = id_key(checking->arena, cells[0].integer);
    (void)check_digest(checking, KEPT_CREDENTIAL, key,
                       credential_digest(checking->arena, cells[0].integer, cells[1].bytes,
                                         cells[2].bytes));
    arena_reset(checking->arena);
    return true;
}

static void end_attachment(struct checking *checking)
{
    if (!checking->stream)
        return;
    struct digest digest = sm3_end(checking->stream);
    checking->stream = NULL;
    str key = id_key(checking->arena, checking->material);
    struct expectation *row = expected(checking, KEPT_ATTACHMENT, key);
    if (row && (row->size != checking->size ||
                !str_eq(row->digest, digest_hex(checking->arena, digest))))
        find(checking->findings,
             "attachment_chunks material=%.*s: changed, the bytes differ from entry %lld",
             STR_FMT(key), (long long)row->index);
    arena_reset(checking->arena);
}

static bool check_chunk(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct checking *checking = ctx;
    if (!checking->stream || checking->material != cells[0].integer) {
        end_attachment(checking);
        checking->stream = sm3_start();
        checking->material = cells[0].integer;
        checking->size = checking->next_chunk = 0;
        checking->last_chunk = LIMIT_CHUNK_BYTES;
    }
    if (cells[1].integer != checking->next_chunk++)
        find(checking->findings, "attachment_chunks material=%lld number=%lld: out of order",
             (long long)cells[0].integer, (long long)cells[1].integer);
    /* Bytes pushed over the border between two chunks would give the same digest. */
    if (checking->last_chunk != LIMIT_CHUNK_BYTES || cells[2].bytes.len == 0 ||
        cells[2].bytes.len > LIMIT_CHUNK_BYTES)
        find(checking->findings,
             "attachment_chunks material=%lld number=%lld: changed, chunks are of %d bytes, the "
             "last one of what is left", (long long)cells[0].integer, (long long)cells[1].integer,
             LIMIT_CHUNK_BYTES);
    checking->last_chunk = cells[2].bytes.len;
    sm3_add(checking->stream, cells[2].bytes);
    checking->size += (int64_t)cells[2].bytes.len;
    return true;
}

static void report_unseen(struct checking *checking, enum kept kept)
{
    struct expectations *all = checking->all;
    for (size_t i = 0; i < all->order[kept].len; i++) {
        str key = all->order[kept].items[i];
        const struct expectation *row = map_get(all->rows[kept], key);
        if (!row->seen)
            find(checking->findings, "%s row %.*s: missing, entry %lld says it was kept",
                 KEPT_TABLES[kept], STR_FMT(key), (long long)row->index);
    }
}

static const struct db_table *table_named(const char *name)
{
    for (size_t i = 0; i < db_tables_n; i++)
        if (str_eq(str_of(db_tables[i].name), str_of(name)))
            return &db_tables[i];
    must_not_reach("a kept table of the schema");
}

bool verify_kept(struct db *db, struct findings *findings, struct err *e)
{
    static bool (*const CHECKS[])(void *, const struct db_cell *, struct err *) = {
        check_policy, check_calendar, check_personal, check_credential, check_chunk};
    struct expectations all = {.arena = arena_new((size_t)4 << 30)};
    for (int kept = 0; kept < KEPT_N; kept++)
        all.rows[kept] = map_new(all.arena);
    struct checking checking = {
        .all = &all, .findings = findings, .arena = arena_new(LIMIT_ARENA_REQUEST)};
    bool ok = journal_each(db, 0, collect, &all, e);
    for (int kept = 0; ok && kept < KEPT_N; kept++) {
        ok = db_dump_table(db, table_named(KEPT_TABLES[kept]), CHECKS[kept], &checking, e);
        if (kept == KEPT_ATTACHMENT)
            end_attachment(&checking);
        if (ok)
            report_unseen(&checking, (enum kept)kept);
    }
    sm3_drop(checking.stream);
    arena_free(checking.arena);
    arena_free(all.arena);
    return ok;
}

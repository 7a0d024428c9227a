/* SPDX-License-Identifier: Apache-2.0
 * What is read often and changes seldom: compiled policies, authorities with their calendars. Each
 * has an arena of its own, and none goes while a read may hold it: only library_rest frees. */
#include "view/view.h"

struct kept_policy {
    str digest;
    struct arena *arena;
    struct policy *policy;
    int64_t used;            /* when, in askings of this library */
};

struct shelf {
    int64_t id;
    struct arena *arena;
    struct authority_state *authority;
    int64_t version;
};

struct shipped {
    str name, digest;
};

struct library {
    struct arena *arena;     /* of the lists alone */
    VEC(struct shipped) shipped; /* whose digest is known */
    VEC(struct kept_policy) policies;
    VEC(struct shelf) shelves;
    VEC(struct arena *) retired; /* of authorities that were loaded anew */
    int64_t askings;
    const struct policy *stand_in;
};

struct library *library_new(void)
{
    struct arena *arena = arena_new(LIMIT_ARENA_POLICY);
    struct library *library = NEW(arena, struct library);
    library->arena = arena;
    return library;
}

static void free_retired(struct library *library)
{
    for (size_t i = 0; i < library->retired.len; i++)
        arena_free(library->retired.items[i]);
    library->retired.len = 0;
}

void library_free(struct library *library)
{
    if (!library)
        return;
    free_retired(library);
    for (size_t i = 0; i < library->policies.len; i++)
        arena_free(library->policies.items[i].arena);
    for (size_t i = 0; i < library->shelves.len; i++)
        arena_free(library->shelves.items[i].arena);
    arena_free(library->arena);
}

static size_t least_used(const struct library *library)
{
    size_t least = 0;
    for (size_t i = 1; i < library->policies.len; i++)
        if (library->policies.items[i].used < library->policies.items[least].used)
            least = i;
    return least;
}

void library_rest(struct library *library)
{
    free_retired(library);
    while (library->policies.len > LIBRARY_POLICIES) {
        size_t least = least_used(library);
        arena_free(library->policies.items[least].arena);
        library->policies.items[least] = library->policies.items[--library->policies.len];
    }
}

/* ---- policies ------------------------------------------------------------------------------- */

static struct policy *load_policy(struct arena *arena, struct db *db, str digest, struct err *e)
{
    struct row_policy *row;
    struct pack pack = {0};
    struct diagnostics diagnostics = {0};
    if (!q_policy(db, arena, digest, &row, e))
        return NULL;
    if (!row) {
        RAISE(e, CORRUPT, "policies", "policy version %.*s is missing; restore it",
              STR_FMT(digest));
        return NULL;
    }
    if (!pack_from_blob(arena, row->blob, &pack, e))
        return NULL;
    struct policy *policy = policy_load_again(arena, &pack, &diagnostics);
    if (!policy)
        RAISE(e, CORRUPT, "policies", "policy version %.*s does not load with this program",
              STR_FMT(digest));
    return policy;
}

static struct policy *load_shipped(struct arena *arena, str name, struct err *e)
{
    struct pack pack = {0};
    struct diagnostics diagnostics = {0};
    struct policy *policy = pack_shipped(arena, name, &pack)
                                ? policy_load_again(arena, &pack, &diagnostics) : NULL;
    if (!policy)
        RAISE(e, CORRUPT, "policies", "the shipped policy %.*s does not load", STR_FMT(name));
    return policy;
}

/* Of the database, or (shipped) of the binary. A pack that the writer took may still be too large
 * to keep: an error, not the end. */
static struct policy *load_guarded(struct arena *arena, struct db *db, str digest, str shipped,
                                   struct err *e)
{
    jmp_buf frame;
    if (setjmp(frame)) {
        RAISE(e, LIMIT, "policies", "policy version %.*s takes more memory than one may",
              STR_FMT(digest));
        return NULL;
    }
    arena_on_overflow(arena, &frame);
    struct policy *policy = shipped.len ? load_shipped(arena, shipped, e)
                                        : load_policy(arena, db, digest, e);
    arena_on_overflow(arena, NULL);
    return policy;
}

void library_stand_in(struct library *library, const struct policy *policy)
{
    library->stand_in = policy;
}

static struct kept_policy *kept_of(struct library *library, str digest)
{
    for (size_t i = 0; i < library->policies.len; i++)
        if (str_eq(library->policies.items[i].digest, digest))
            return &library->policies.items[i];
    return NULL;
}

static const struct policy *keep(struct library *library, struct db *db, str digest, str shipped,
                                 struct err *e)
{
    struct kept_policy *kept = kept_of(library, digest);
    if (kept) {
        kept->used = ++library->askings;
        return kept->policy;
    }
    struct arena *arena = arena_new(LIMIT_ARENA_POLICY);
    struct policy *policy = load_guarded(arena, db, digest, shipped, e);
    if (!policy) {
        arena_free(arena);
        return NULL;
    }
    struct kept_policy fresh = {str_dup(arena, digest), arena, policy, ++library->askings};
    VEC_PUSH(library->arena, &library->policies, fresh);
    return policy;
}

const struct policy *library_policy(struct library *library, struct db *db, str digest,
                                    struct err *e)
{
    return library->stand_in ? library->stand_in : keep(library, db, digest, STR_NONE, e);
}

/* Empty when no pack of that name is shipped. */
static str shipped_digest(struct library *library, str name)
{
    for (size_t i = 0; i < library->shipped.len; i++)
        if (str_eq(library->shipped.items[i].name, name))
            return library->shipped.items[i].digest;
    struct arena *arena = arena_new(LIMIT_ARENA_POLICY);
    struct pack pack = {0};
    struct shipped found = {STR_NONE, STR_NONE};
    if (pack_shipped(arena, name, &pack)) {
        found.name = str_dup(library->arena, name);
        found.digest = digest_hex(library->arena, sm3(pack_to_blob(arena, &pack)));
        VEC_PUSH(library->arena, &library->shipped, found);
    }
    arena_free(arena);
    return found.digest;
}

bool library_shipped(struct library *library, str name, const struct policy **out,
                     str *out_digest, struct err *e)
{
    *out = NULL;
    *out_digest = shipped_digest(library, name);
    if (!out_digest->len)
        return true;
    *out = keep(library, NULL, *out_digest, name, e);
    return *out != NULL;
}

struct rule *library_rules(struct library *library, struct arena *arena, str digest, size_t *out_n)
{
    struct kept_policy *kept = kept_of(library, digest);
    must(kept != NULL);
    return policy_rules(arena, kept->policy, out_n);
}

/* ---- authorities ---------------------------------------------------------------------------- */

/* The last entry that changed anything that a reader relies on: while it is the same, the loaded
 * authority is still true. 0: there is none. */
static bool version_of(struct db *db, struct arena *arena, int64_t id, int64_t *out,
                       struct err *e)
{
    struct row_authority *authority;
    if (!q_authority(db, arena, id, &authority, e))
        return false;
    *out = authority ? authority->last_entry : 0;
    return true;
}

static struct shelf *shelf_of(struct library *library, int64_t id)
{
    for (size_t i = 0; i < library->shelves.len; i++)
        if (library->shelves.items[i].id == id)
            return &library->shelves.items[i];
    struct shelf *shelf = VEC_ADD(library->arena, &library->shelves);
    shelf->id = id;
    return shelf;
}

bool library_authority(struct library *library, struct db *db, struct arena *arena, int64_t id,
                       struct authority_state **out, struct err *e)
{
    *out = NULL;
    int64_t version;
    if (!version_of(db, arena, id, &version, e))
        return false;
    if (!version)
        return true;
    struct shelf *shelf = shelf_of(library, id);
    if (shelf->authority && shelf->version == version) {
        *out = shelf->authority;
        return true;
    }
    if (shelf->arena)
        VEC_PUSH(library->arena, &library->retired, shelf->arena);
    *shelf = (struct shelf){.id = id, .arena = arena_new(LIMIT_ARENA_POLICY)};
    struct world world = {.db = db, .arena = shelf->arena};
    struct authority_state *authority;
    if (!world_authority(&world, id, &authority, e) || !world_calendar(&world, e))
        return false;
    shelf->authority = *out = authority;
    shelf->version = version;
    return true;
}

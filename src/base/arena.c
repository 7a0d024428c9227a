/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

/* The only malloc and free of the program outside vendor edges. */

enum { CHUNK_MIN = 16 * 1024, CHUNK_MAX = 1024 * 1024 };

/* A sanitizer sees chunks; told what of them is given out, it finds a step past one piece too. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELL_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TELL_SANITIZER
#endif
#ifdef TELL_SANITIZER
#include <sanitizer/asan_interface.h>
enum { GAP = 16, ALIGN_MIN = 8 };
#define CLOSE_BYTES(from, n) ASAN_POISON_MEMORY_REGION((from), (n))
#define OPEN_BYTES(from, n) ASAN_UNPOISON_MEMORY_REGION((from), (n))
#else
enum { GAP = 0, ALIGN_MIN = 1 };
#define CLOSE_BYTES(from, n) ((void)(from), (void)(n))
#define OPEN_BYTES(from, n) ((void)(from), (void)(n))
#endif

struct chunk {
    struct chunk *prev;
    size_t cap, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct deferral {
    struct deferral *prev;
    void (*fn)(void *);
    void *arg;
};

struct arena {
    struct chunk *last;
    struct deferral *deferrals;
    jmp_buf *overflow;
    size_t cap, held;
};

/* Of all arenas, whatever thread they belong to. */
static size_t held_now, held_most;

static void count_held(size_t bytes)
{
    size_t now = __atomic_add_fetch(&held_now, bytes, __ATOMIC_RELAXED);
    size_t most = __atomic_load_n(&held_most, __ATOMIC_RELAXED);
    while (now > most && !__atomic_compare_exchange_n(&held_most, &most, now, true,
                                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
}

static void free_chunk(struct chunk *chunk)
{
    __atomic_sub_fetch(&held_now, chunk->cap, __ATOMIC_RELAXED);
    free(chunk);
}

size_t arena_held_now(void)
{
    return __atomic_load_n(&held_now, __ATOMIC_RELAXED);
}

size_t arena_held_most(void)
{
    return __atomic_load_n(&held_most, __ATOMIC_RELAXED);
}

struct arena *arena_new(size_t cap_bytes)
{
    must(cap_bytes > 0);
    struct arena *arena = calloc(1, sizeof *arena);
    must(arena != NULL);
    arena->cap = cap_bytes;
    return arena;
}

static void run_deferrals(struct arena *arena)
{
    /* A deferral may register none, but it may be the one that still reads arena memory:
     * run all of them before a single chunk goes. */
    while (arena->deferrals) {
        struct deferral *d = arena->deferrals;
        arena->deferrals = d->prev;
        d->fn(d->arg);
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    run_deferrals(arena);
    while (arena->last) {
        struct chunk *prev = arena->last->prev;
        free_chunk(arena->last);
        arena->last = prev;
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    run_deferrals(arena);
    arena->overflow = NULL;
    /* The newest chunk is the largest: with it, the next unit of work of this size needs no
     * other. One made for a single large piece is not worth keeping. */
    struct chunk **gone = &arena->last;
    if (arena->last && arena->last->cap <= CHUNK_MAX)
        gone = &arena->last->prev;
    while (*gone) {
        struct chunk *prev = (*gone)->prev;
        arena->held -= (*gone)->cap;
        free_chunk(*gone);
        *gone = prev;
    }
    if (arena->last) {
        OPEN_BYTES(arena->last->bytes, arena->last->used);
        memset(arena->last->bytes, 0, arena->last->used);
        CLOSE_BYTES(arena->last->bytes, arena->last->cap);
        arena->last->used = 0;
    }
}

size_t arena_used(const struct arena *arena)
{
    return arena->held;
}

static _Noreturn void overflow(struct arena *arena)
{
    must(arena->overflow != NULL);
    longjmp(*arena->overflow, 1);
}

static void add_chunk(struct arena *arena, size_t size)
{
    size_t cap = arena->last ? arena->last->cap * 2 : CHUNK_MIN;
    if (cap > CHUNK_MAX)
        cap = CHUNK_MAX;
    if (cap < size)
        cap = size;
    if (arena->held + cap > arena->cap)
        cap = size;
    if (size > arena->cap || arena->held + cap > arena->cap)
        overflow(arena);
    struct chunk *chunk = calloc(1, sizeof *chunk + cap);
    if (!chunk)
        overflow(arena);
    chunk->cap = cap;
    chunk->prev = arena->last;
    arena->last = chunk;
    arena->held += cap;
    count_held(cap);
    CLOSE_BYTES(chunk->bytes, cap);
}

void *arena_alloc(struct arena *arena, size_t size, size_t align)
{
    must(align > 0 && align <= _Alignof(max_align_t) && (align & (align - 1)) == 0);
    if (size > arena->cap)
        overflow(arena);
    size_t unit = align > ALIGN_MIN ? align : ALIGN_MIN, taken = size + GAP;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (arena->last) {
            size_t at = (arena->last->used + unit - 1) & ~(unit - 1);
            if (at <= arena->last->cap && taken <= arena->last->cap - at) {
                arena->last->used = at + taken;
                OPEN_BYTES(arena->last->bytes + at, size);
                return arena->last->bytes + at;
            }
        }
        add_chunk(arena, taken ? taken : 1);
    }
    must_not_reach("a fresh chunk always fits");
}

void *arena_array(struct arena *arena, size_t n, size_t size, size_t align)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        overflow(arena);
    return arena_alloc(arena, bytes, align);
}

void arena_on_overflow(struct arena *arena, jmp_buf *frame)
{
    arena->overflow = frame;
}

void arena_defer(struct arena *arena, void (*fn)(void *), void *arg)
{
    struct deferral *d = NEW(arena, struct deferral);
    d->fn = fn;
    d->arg = arg;
    d->prev = arena->deferrals;
    arena->deferrals = d;
}

void *vec_grow(struct arena *arena, void *items, size_t *cap, size_t len, size_t size)
{
    size_t grown = *cap ? *cap * 2 : 8;
    void *fresh = arena_array(arena, grown, size, _Alignof(max_align_t));
    if (len)
        memcpy(fresh, items, len * size);
    *cap = grown;
    return fresh;
}

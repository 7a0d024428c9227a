/* SPDX-License-Identifier: Apache-2.0
 *
 * base: the ground everything stands on. Strings that carry their length, arenas that own
 * memory, errors that carry a place and a sentence, containers, checked integers, a seeded
 * generator and UTF-8.
 *
 * Contract of the room: no input or output, no clock, no threads, no hidden randomness. What a
 * unit of work allocates dies with its arena; nothing here is freed singly. Three kinds of
 * failure are never mixed: a programmer error is must() and aborts, an operating error is a
 * false return with a filled struct err, and a refusal (a value, see decide/) is not an error.
 */
#ifndef YJ_BASE_H
#define YJ_BASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- must: programmer errors ------------------------------------------------------------- */

/* Always on, in production too: prints the expression and its place, then aborts. The journal
 * makes a restart safe; going on with a broken invariant is not. */
#define must(x) ((x) ? (void)0 : must_fail(#x, __FILE__, __LINE__))
/* A place that no run reaches; `why` says what would have to be broken. */
#define must_not_reach(why) must_fail((why), __FILE__, __LINE__)
_Noreturn void must_fail(const char *expression, const char *file, int line);

/* ---- err: operating errors --------------------------------------------------------------- */

/* symbol, HTTP status, may a caller retry */
#define ERR_CODES(X)                                                                              \
    X(NONE, 200, false)                                                                           \
    X(INPUT, 400, false)     /* the caller sent something that cannot be read */                  \
    X(DENIED, 403, false)                                                                         \
    X(NOT_FOUND, 404, false)                                                                      \
    X(CONFLICT, 409, true)   /* somebody else wrote first */                                      \
    X(LIMIT, 413, false)     /* a limit of terms/limits.h was passed */                           \
    X(BUSY, 503, true)                                                                            \
    X(FULL, 507, true)       /* no space to write */                                              \
    X(UNKNOWN, 503, true)    /* lost in a commit: it may hold or not */                           \
    X(CORRUPT, 500, false)   /* stored data contradicts itself */                                 \
    X(CONFIG, 500, false)                                                                         \
    X(IO, 500, true)

enum err_code {
#define X(symbol, status, retry) ERR_##symbol,
    ERR_CODES(X)
#undef X
};

/* One operating error. `where` is a place a person can go to (policy file:line:column, JSON path,
 * statement name, file name), `msg` one sentence: what is wrong and what to do. */
struct err {
    enum err_code code;
    const char *file;
    int line;
    char where[96];
    char msg[320];
};

/* Fills e (first failure wins: a filled e is kept) and returns false, so that
 * `return RAISE(e, IO, path, "cannot read: %s", text);` is the whole error path. */
#define RAISE(e, code, where, ...)                                                                \
    err_raise((e), ERR_##code, __FILE__, __LINE__, (where), __VA_ARGS__)
bool err_raise(struct err *e, enum err_code code, const char *file, int line, const char *where,
               const char *fmt, ...) PRINTF_LIKE(6, 7);
int err_status(enum err_code code);         /* HTTP status, 200..599 */
bool err_retryable(enum err_code code);
const char *err_name(enum err_code code);   /* "bad-input", "not-found": static */

/* ---- arena: memory of one unit of work ---------------------------------------------------- */

struct arena;

/* cap_bytes is the most that the arena may ever hold (0 < cap). The arena owns itself. */
struct arena *arena_new(size_t cap_bytes);
void arena_free(struct arena *arena);       /* runs the deferrals, NULL is fine */
void arena_reset(struct arena *arena);      /* runs the deferrals, keeps 1 MiB at most */
size_t arena_used(const struct arena *arena);
/* Bytes that all arenas of the process hold together: now, and the most so far. */
size_t arena_held_now(void);
size_t arena_held_most(void);

/* Zeroed memory, never NULL. Past the cap: jumps to the frame given to arena_on_overflow, or
 * aborts when there is none. */
void *arena_alloc(struct arena *arena, size_t size, size_t align)
    __attribute__((returns_nonnull, malloc));
/* The one frame that catches an overflow: `jmp_buf frame; if (setjmp(frame)) ...413...;` */
void arena_on_overflow(struct arena *arena, jmp_buf *frame);
/* Runs fn(arg) at reset or free, last registered first: for what is not memory. */
void arena_defer(struct arena *arena, void (*fn)(void *), void *arg);

#define NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T), _Alignof(T)))
#define NEWS(arena, T, n) ((T *)arena_array((arena), (size_t)(n), sizeof(T), _Alignof(T)))
void *arena_array(struct arena *arena, size_t n, size_t size, size_t align)
    __attribute__((returns_nonnull));

/* ---- str: bytes with a length ------------------------------------------------------------- */

/* Not NUL-terminated; valid UTF-8 once it has passed an edge (door, cli, policy). */
typedef struct {
    const char *ptr;
    size_t len;
} str;

#define S(literal) ((str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((str){NULL, 0})
#define STR_FMT(s) (int)(s).len, (s).ptr /* for "%.*s"; s is taken twice: never a call */

str str_of(const char *c);                              /* borrows; NULL gives STR_NONE */
bool str_eq(str a, str b);
int str_cmp(str a, str b);                              /* bytewise, as memcmp, shorter first */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_has(str s, str part);
str str_trim(str s);                                    /* blanks, tabs, CR, LF at both ends */
bool str_cut(str s, char at, str *out_head, str *out_tail); /* false: head = s, no tail */
str str_dup(struct arena *arena, str s);
/* NUL-terminated copy for a vendor edge; an inner NUL is a programmer error. */
char *str_to_cstr(struct arena *arena, str s);
str str_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
str str_vprintf(struct arena *arena, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
/* Decimal, optional minus, no blanks, no plus, no leading zeros, fits int64; false otherwise. */
bool str_to_i64(str s, int64_t *out) WARN_UNUSED;
/* The candidate nearest to word by edit distance, or STR_NONE when none is near enough
 * (distance <= 1 + len/3): the "did you mean" of every loader. */
str str_nearest(str word, const str *candidates, size_t n);
uint64_t str_hash(str s);                               /* FNV-1a, not for untrusted maps */
bool utf8_valid(str s);                                 /* RFC 3629, refuses NUL and surrogates */
str hex_encode(struct arena *arena, const void *bytes, size_t len); /* lower case */
bool hex_decode(str hex, uint8_t *out, size_t len) WARN_UNUSED;     /* exactly len bytes */
str base64_encode(struct arena *arena, const void *bytes, size_t len); /* RFC 4648, padded */
bool base64_decode(struct arena *arena, str text, str *out) WARN_UNUSED;

/* ---- buf: a string being built ------------------------------------------------------------ */

struct buf {
    struct arena *arena;
    char *ptr;
    size_t len, cap;
};

struct buf buf_new(struct arena *arena, size_t cap_hint);
void buf_add(struct buf *buf, str s);
void buf_addc(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_add_i64(struct buf *buf, int64_t value);
str buf_str(const struct buf *buf);                     /* borrows; valid until the next add */

/* ---- vec and map: containers that live in an arena ---------------------------------------- */

#define VEC(T)                                                                                    \
    struct {                                                                                      \
        T *items;                                                                                 \
        size_t len, cap;                                                                          \
    }
/* Appends a zeroed item and yields its address; earlier addresses may move. */
#define VEC_ADD(arena, vec)                                                                       \
    ((vec)->len == (vec)->cap                                                                     \
         ? (void)((vec)->items = vec_grow((arena), (vec)->items, &(vec)->cap, (vec)->len,         \
                                          sizeof *(vec)->items))                                  \
         : (void)0,                                                                               \
     &(vec)->items[(vec)->len++])
#define VEC_PUSH(arena, vec, item) (*VEC_ADD((arena), (vec)) = (item))
void *vec_grow(struct arena *arena, void *items, size_t *cap, size_t len, size_t size);

struct map;                                             /* str -> pointer, keys are borrowed */
struct map *map_new(struct arena *arena);
void map_put(struct map *map, str key, void *value);    /* value must not be NULL; replaces */
void *map_get(const struct map *map, str key);          /* NULL when absent */
size_t map_len(const struct map *map);

/* ---- checked integers ---------------------------------------------------------------------- */

static inline WARN_UNUSED bool i64_add(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}
static inline WARN_UNUSED bool i64_mul(int64_t a, int64_t b, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

/* ---- prng: seeded, never for secrets -------------------------------------------------------- */

struct prng {
    uint64_t state[4];
};
void prng_seed(struct prng *prng, uint64_t seed);       /* xoshiro256**, seeded by splitmix64 */
uint64_t prng_next(struct prng *prng);
uint64_t prng_below(struct prng *prng, uint64_t limit); /* 0 <= r < limit, limit > 0, unbiased */
bool prng_chance(struct prng *prng, int percent);       /* true in percent of 100 draws */

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The Merkle tree of RFC 6962 and RFC 9162, with SM3: appending, proofs, and their checks. */
#include "journal/journal_priv.h"

#include <string.h>

struct digest tree_leaf(str bytes)
{
    /* One call for short entries, which nearly all are; long ones are not worth a copy. */
    char stack[4096];
    if (bytes.len < sizeof stack) {
        stack[0] = 0;
        if (bytes.len)
            memcpy(stack + 1, bytes.ptr, bytes.len);
        return sm3((str){stack, bytes.len + 1});
    }
    struct sm3_stream *stream = sm3_start();
    sm3_add(stream, (str){"", 1});
    sm3_add(stream, bytes);
    return sm3_end(stream);
}

struct digest tree_node(struct digest left, struct digest right)
{
    char bytes[1 + 2 * SM3_BYTES];
    bytes[0] = 1;
    memcpy(bytes + 1, left.bytes, SM3_BYTES);
    memcpy(bytes + 1 + SM3_BYTES, right.bytes, SM3_BYTES);
    return sm3((str){bytes, sizeof bytes});
}

struct digest tree_empty(void)
{
    return sm3(STR_NONE);
}

void tree_append(struct tree *tree, struct digest leaf)
{
    must(tree->size < INT64_MAX);
    tree_append_full(tree, 0, leaf);
}

void tree_append_full(struct tree *tree, int level, struct digest root)
{
    int64_t n = INT64_C(1) << level;
    must(tree->size >= 0 && (tree->size & (n - 1)) == 0);
    for (int64_t rest = tree->size >> level; rest & 1; rest >>= 1)
        root = tree_node(tree->peaks[level++], root);
    tree->peaks[level] = root;
    tree->size += n;
}

struct digest tree_root(const struct tree *tree)
{
    bool some = false;
    struct digest root = {{0}};
    for (int level = 0; level < 63; level++) {
        if (!(tree->size >> level & 1))
            continue;
        root = some ? tree_node(tree->peaks[level], root) : tree->peaks[level];
        some = true;
    }
    return some ? root : tree_empty();
}

/* ---- making proofs ----------------------------------------------------------------------- */

/* The largest power of two below n, as an exponent; n > 1. */
static int split_level(int64_t n)
{
    return 63 - __builtin_clzll((unsigned long long)(n - 1));
}

/* The hash of n leaves from begin on. In a tree of this shape every range that a proof names
 * begins at a multiple of its largest full subtree, so the reader can be asked for all parts. */
bool tree_range(tree_reader *reader, void *ctx, int64_t begin, int64_t n, struct digest *out,
                struct err *e)
{
    struct digest parts[63];
    int parts_n = 0;
    while (n > 0) {
        int level = 63 - __builtin_clzll((unsigned long long)n);
        must((begin & ((INT64_C(1) << level) - 1)) == 0);
        if (!reader(ctx, level, begin >> level, &parts[parts_n++], e))
            return false;
        begin += INT64_C(1) << level;
        n -= INT64_C(1) << level;
    }
    must(parts_n > 0);
    struct digest hash = parts[--parts_n];
    while (parts_n > 0)
        hash = tree_node(parts[--parts_n], hash);
    *out = hash;
    return true;
}

/* Ranges are met from the root down, a proof lists hashes from the leaf up. */
struct ranges {
    struct {
        int64_t begin, n;
    } items[PROOF_HASHES_MAX];
    size_t n;
};

static void add_range(struct ranges *ranges, int64_t begin, int64_t n)
{
    must(ranges->n < PROOF_HASHES_MAX);
    ranges->items[ranges->n].begin = begin;
    ranges->items[ranges->n++].n = n;
}

static bool read_ranges(tree_reader *reader, void *ctx, const struct ranges *ranges,
                        struct proof *out, struct err *e)
{
    struct proof proof = {.n = ranges->n};
    for (size_t i = 0; i < ranges->n; i++) {
        size_t from = ranges->n - 1 - i;
        if (!tree_range(reader, ctx, ranges->items[from].begin, ranges->items[from].n,
                        &proof.hashes[i], e))
            return false;
    }
    *out = proof;
    return true;
}

bool tree_prove_inclusion(tree_reader *reader, void *ctx, int64_t index, int64_t size,
                          struct proof *out, struct err *e)
{
    must(index >= 0 && index < size);
    struct ranges ranges = {.n = 0};
    int64_t begin = 0, n = size;
    while (n > 1) {
        int64_t left = INT64_C(1) << split_level(n);
        if (index - begin < left) {
            add_range(&ranges, begin + left, n - left);
            n = left;
        } else {
            add_range(&ranges, begin, left);
            begin += left;
            n -= left;
        }
    }
    return read_ranges(reader, ctx, &ranges, out, e);
}

bool tree_prove_consistency(tree_reader *reader, void *ctx, int64_t old_size, int64_t size,
                            struct proof *out, struct err *e)
{
    must(old_size > 0 && old_size <= size);
    struct ranges ranges = {.n = 0};
    int64_t begin = 0, n = size, old = old_size;
    bool whole = true;       /* the old tree is this very subtree: its root is known to the asker */
    while (old != n) {
        int64_t left = INT64_C(1) << split_level(n);
        if (old <= left) {
            add_range(&ranges, begin + left, n - left);
            n = left;
        } else {
            add_range(&ranges, begin, left);
            begin += left;
            n -= left;
            old -= left;
            whole = false;
        }
    }
    if (!whole)
        add_range(&ranges, begin, n);
    return read_ranges(reader, ctx, &ranges, out, e);
}

/* ---- checking them (RFC 9162, 2.1.3.2 and 2.1.4.2) --------------------------------------- */

bool tree_check_inclusion(struct digest leaf, int64_t index, int64_t size, struct digest root,
                          const struct proof *proof)
{
    if (index < 0 || index >= size || proof->n > PROOF_HASHES_MAX)
        return false;
    int64_t at = index, last = size - 1;
    struct digest hash = leaf;
    for (size_t i = 0; i < proof->n; i++) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            hash = tree_node(proof->hashes[i], hash);
            while (!(at & 1) && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = tree_node(hash, proof->hashes[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && digest_equal(hash, root);
}

bool tree_check_consistency(int64_t old_size, struct digest old_root, int64_t size,
                            struct digest root, const struct proof *proof)
{
    if (old_size <= 0 || old_size > size || proof->n > PROOF_HASHES_MAX)
        return false;
    if (old_size == size)
        return proof->n == 0 && digest_equal(old_root, root);
    /* A full old tree is its own first hash, which the proof leaves out. */
    bool full = (old_size & (old_size - 1)) == 0;
    if (!full && proof->n == 0)
        return false;
    int64_t at = old_size - 1, last = size - 1;
    while (at & 1) {
        at >>= 1;
        last >>= 1;
    }
    struct digest old_hash = full ? old_root : proof->hashes[0], hash = old_hash;
    for (size_t i = full ? 0 : 1; i < proof->n; i++) {
        if (last == 0)
            return false;
        if ((at & 1) || at == last) {
            old_hash = tree_node(proof->hashes[i], old_hash);
            hash = tree_node(proof->hashes[i], hash);
            while (!(at & 1) && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = tree_node(hash, proof->hashes[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && digest_equal(old_hash, old_root) && digest_equal(hash, root);
}

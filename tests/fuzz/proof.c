/* SPDX-License-Identifier: Apache-2.0
 * Proofs as an offline reader gets them: any sizes, any hashes. None of them proves a leaf that the
 * tree has not, and a proof of the tree holds for nothing else than what it proves. */
#include "fuzz.h"
#include "journal/journal.h"

enum { LEAVES = 64 };

struct grown {
    struct digest leaves[LEAVES], roots[LEAVES + 1];
    struct tree tree;
};

static bool read_node(void *ctx, int level, int64_t number, struct digest *out, struct err *e)
{
    const struct grown *grown = ctx;
    int64_t n = INT64_C(1) << level, begin = number * n;
    must(level >= 0 && level < 7 && begin >= 0 && begin + n <= LEAVES);
    (void)e;
    struct tree tree = {0};
    for (int64_t i = begin; i < begin + n; i++)
        tree_append(&tree, grown->leaves[i]);
    *out = tree_root(&tree);
    return true;
}

static struct grown *grown_tree(void)
{
    static struct grown grown;
    struct err e = {0};
    must(grown.tree.size > 0 || crypt_init(&e));
    for (int i = 0; grown.tree.size < LEAVES; i++) {
        char byte = (char)i;
        grown.leaves[i] = tree_leaf((str){&byte, 1});
        grown.roots[i] = tree_root(&grown.tree);
        tree_append(&grown.tree, grown.leaves[i]);
    }
    grown.roots[LEAVES] = tree_root(&grown.tree);
    return &grown;
}

static int64_t any_size(str *input)
{
    uint64_t value = 0;
    unsigned bytes = fuzz_byte(input) % 9;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | fuzz_byte(input);
    return (int64_t)value;
}

/* A proof of the tree with some of its bytes exchanged; true when any was. */
static bool spoil(struct proof *proof, str *input)
{
    const struct proof before = *proof;
    unsigned times = fuzz_byte(input) % 4;
    for (unsigned i = 0; i < times && proof->n > 0; i++) {
        unsigned hash = fuzz_byte(input) % (unsigned)proof->n;
        proof->hashes[hash].bytes[fuzz_byte(input) % SM3_BYTES] ^= (uint8_t)fuzz_byte(input);
    }
    unsigned cut = fuzz_byte(input) % 8;
    if (cut < 3 && proof->n > 0)
        proof->n -= 1;
    else if (cut == 3)
        proof->n += 1;
    bool changed = proof->n != before.n;
    for (size_t i = 0; !changed && i < proof->n; i++)
        changed = !digest_equal(proof->hashes[i], before.hashes[i]);
    return changed;
}

static void run(struct arena *arena, str input)
{
    (void)arena;
    struct err e = {0};
    struct grown *grown = grown_tree();
    struct proof proof = {.n = 0};
    int64_t size = 1 + fuzz_byte(&input) % LEAVES, index = fuzz_byte(&input) % size;
    must(tree_prove_inclusion(read_node, grown, index, size, &proof, &e));
    must(tree_check_inclusion(grown->leaves[index], index, size, grown->roots[size], &proof));
    if (spoil(&proof, &input))
        must(!tree_check_inclusion(grown->leaves[index], index, size, grown->roots[size], &proof));
    int64_t old = 1 + fuzz_byte(&input) % size;
    must(tree_prove_consistency(read_node, grown, old, size, &proof, &e));
    must(tree_check_consistency(old, grown->roots[old], size, grown->roots[size], &proof));
    if (spoil(&proof, &input))
        must(!tree_check_consistency(old, grown->roots[old], size, grown->roots[size], &proof));
    int64_t any_old = any_size(&input), any_new = any_size(&input);
    proof.n = fuzz_byte(&input) % (PROOF_HASHES_MAX + 1);
    (void)tree_check_inclusion(grown->leaves[0], any_old, any_new, grown->roots[1], &proof);
    (void)tree_check_consistency(any_old, grown->roots[1], any_new, grown->roots[2], &proof);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}

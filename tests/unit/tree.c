/* SPDX-License-Identifier: Apache-2.0
 * The tree against a second implementation, written here from the recursive definitions of RFC
 * 9162 (2.1.1 to 2.1.4) while tree.c follows its loops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "journal/journal.h"

enum { LEAVES = 257, ALL_ALTERED = 80 };

static struct digest leaves[LEAVES + 1];
static struct digest hashes[LEAVES + 1][LEAVES + 2]; /* of a range: begin, n */
static bool known[LEAVES + 1][LEAVES + 2];

/* ---- the second implementation ----------------------------------------------------------- */

static struct digest pair(struct digest left, struct digest right)
{
    char text[65] = {1};
    memcpy(text + 1, left.bytes, 32);
    memcpy(text + 33, right.bytes, 32);
    return sm3((str){text, sizeof text});
}

static int64_t split(int64_t n)
{
    int64_t k = 1;
    while (k < n - k) /* 2 * k may not fit */
        k *= 2;
    return k;
}

static struct digest range(int64_t begin, int64_t n)
{
    if (n == 1)
        return leaves[begin];
    if (!known[begin][n]) {
        int64_t k = split(n);
        hashes[begin][n] = pair(range(begin, k), range(begin + k, n - k));
        known[begin][n] = true;
    }
    return hashes[begin][n];
}

static void path(int64_t m, int64_t begin, int64_t n, struct proof *out)
{
    if (n == 1)
        return;
    int64_t k = split(n);
    if (m < k)
        path(m, begin, k, out);
    else
        path(m - k, begin + k, n - k, out);
    out->hashes[out->n++] = m < k ? range(begin + k, n - k) : range(begin, k);
}

static void subproof(int64_t m, int64_t begin, int64_t n, bool whole, struct proof *out)
{
    if (m == n) {
        if (!whole)
            out->hashes[out->n++] = range(begin, n);
        return;
    }
    int64_t k = split(n);
    if (m <= k)
        subproof(m, begin, k, whole, out);
    else
        subproof(m - k, begin + k, n - k, false, out);
    out->hashes[out->n++] = m <= k ? range(begin + k, n - k) : range(begin, k);
}

/* Proofs are consumed from their end, the side of the root. */
struct rest {
    const struct proof *proof;
    size_t n;
    bool short_of;
};

static struct digest take(struct rest *rest)
{
    if (rest->n == 0) {
        rest->short_of = true;
        return (struct digest){{0}};
    }
    return rest->proof->hashes[--rest->n];
}

static struct digest root_of_path(struct digest leaf, int64_t m, int64_t n, struct rest *rest)
{
    if (n == 1 || rest->short_of)
        return leaf;
    int64_t k = split(n);
    struct digest other = take(rest);
    return m < k ? pair(root_of_path(leaf, m, k, rest), other)
                 : pair(other, root_of_path(leaf, m - k, n - k, rest));
}

static bool holds_inclusion(struct digest leaf, int64_t m, int64_t n, struct digest root,
                            const struct proof *proof)
{
    struct rest rest = {proof, proof->n, false};
    if (m < 0 || m >= n)
        return false;
    struct digest found = root_of_path(leaf, m, n, &rest);
    return !rest.short_of && rest.n == 0 && memcmp(found.bytes, root.bytes, 32) == 0;
}

static void roots_of_subproof(int64_t m, int64_t n, bool whole, struct digest old_root,
                              struct rest *rest, struct digest out[2])
{
    if (m == n || rest->short_of) {
        out[0] = out[1] = whole ? old_root : take(rest);
        return;
    }
    int64_t k = split(n);
    struct digest other = take(rest);
    if (m <= k) {
        roots_of_subproof(m, k, whole, old_root, rest, out);
    } else {
        roots_of_subproof(m - k, n - k, false, old_root, rest, out);
        out[0] = pair(other, out[0]);
        other = pair(other, out[1]);
        out[1] = other;
        return;
    }
    out[1] = pair(out[1], other);
}

static bool holds_consistency(int64_t m, struct digest old_root, int64_t n, struct digest root,
                              const struct proof *proof)
{
    struct rest rest = {proof, proof->n, false};
    struct digest found[2];
    if (m <= 0 || m > n)
        return false;
    roots_of_subproof(m, n, true, old_root, &rest, found);
    return !rest.short_of && rest.n == 0 && memcmp(found[0].bytes, old_root.bytes, 32) == 0
        && memcmp(found[1].bytes, root.bytes, 32) == 0;
}

/* ---- what is tested gets its hashes from here -------------------------------------------- */

static int64_t asked;

static bool reader(void *ctx, int level, int64_t number, struct digest *out, struct err *e)
{
    int64_t size = *(const int64_t *)ctx, n = INT64_C(1) << level;
    asked++;
    if ((number + 1) * n > size)
        return RAISE(e, CORRUPT, "reader", "asked beyond the end of the tree");
    *out = range(number * n, n);
    return true;
}

static int set_up(void **state)
{
    (void)state;
    struct err e = {0};
    if (!crypt_init(&e))
        return -1;
    for (int i = 0; i <= LEAVES; i++) {
        char text[16];
        int n = snprintf(text, sizeof text, "%d", i);
        leaves[i] = tree_leaf((str){text, (size_t)n});
    }
    return 0;
}

/* ---- roots ------------------------------------------------------------------------------- */

/* Leaves "0", "1", ..., computed once with Python's hashlib: stored logs depend on them. */
static const struct {
    int64_t size;
    const char *root;
} ROOTS[] = {
    {0, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
    {1, "60146ab299cc53e6a62d39b208382a111be2c35ef947df173892a72ef0a28cab"},
    {2, "a443ac2430ce98769f43fa8f00183a1576d16f3df89f1ec0318b89a7b0c19119"},
    {3, "bd0bbe7d9e3323d0b2feef1524f3c73a8f0845716eb8940bd4b9c819e5b8849f"},
    {7, "d22102ee2c43722ff6ff7a1da602b51e80d73612a96f64514f93144603ff0166"},
    {8, "04760269d487a2fa6cf688d34a4e380026ca4a0e652af512cc84c34259357bfd"},
    {257, "d47ec907eedbc04ecc775f5dc209226917d1a7ccf93e3c309f295de0522d31d8"},
};

static void roots_are_those_of_another_program(void **state)
{
    (void)state;
    struct tree tree = {0};
    size_t at = 0;
    for (int64_t size = 0; size <= LEAVES; size++) {
        struct digest root = tree_root(&tree), expected;
        if (size > 0)
            assert_true(digest_equal(root, range(0, size)));
        if (at < COUNT_OF(ROOTS) && ROOTS[at].size == size) {
            assert_true(digest_parse(str_of(ROOTS[at].root), &expected));
            assert_true(digest_equal(root, expected));
            at++;
        }
        tree_append(&tree, leaves[size]);
    }
    assert_int_equal(at, COUNT_OF(ROOTS));
    assert_true(digest_equal(tree_empty(), sm3(S(""))));
}

static void long_leaves_are_hashed_like_short_ones(void **state)
{
    (void)state;
    static char text[10001];
    memset(text + 1, 'x', sizeof text - 1);
    for (size_t n = 4000; n <= 10000; n += n < 4200 ? 1 : 1000)
        assert_true(digest_equal(tree_leaf((str){text + 1, n}), sm3((str){text, n + 1})));
}

/* ---- proofs ------------------------------------------------------------------------------ */

static bool same_proof(const struct proof *a, const struct proof *b)
{
    return a->n == b->n && memcmp(a->hashes, b->hashes, a->n * sizeof a->hashes[0]) == 0;
}

static void flip(struct digest *digest, int64_t salt)
{
    digest->bytes[salt % 32] ^= (uint8_t)(1 << salt % 8);
}

/* Alters one thing after the other. Indices and sizes that differ may still describe the same
 * path; the second implementation says which. */
static void alter_inclusion(int64_t index, int64_t size, const struct proof *proof)
{
    struct digest leaf = leaves[index], root = range(0, size);
    for (size_t i = 0; i < proof->n; i++) {
        struct proof bad = *proof;
        flip(&bad.hashes[i], index + size + (int64_t)i);
        assert_false(tree_check_inclusion(leaf, index, size, root, &bad));
    }
    struct proof cut = *proof, longer = *proof;
    if (cut.n > 0) {
        cut.n--;
        assert_false(tree_check_inclusion(leaf, index, size, root, &cut));
        memmove(cut.hashes, proof->hashes + 1, cut.n * sizeof cut.hashes[0]);
        assert_false(tree_check_inclusion(leaf, index, size, root, &cut));
    }
    longer.hashes[longer.n++] = root;
    assert_false(tree_check_inclusion(leaf, index, size, root, &longer));
    memmove(longer.hashes + 1, proof->hashes, proof->n * sizeof proof->hashes[0]);
    longer.hashes[0] = leaf;
    assert_false(tree_check_inclusion(leaf, index, size, root, &longer));

    struct proof none = {.n = 0}, swapped = *proof;
    assert_int_equal(tree_check_inclusion(leaf, index, size, root, &none), size == 1);
    if (proof->n > 1) {
        size_t at = (size_t)index % (proof->n - 1);
        swapped.hashes[at] = proof->hashes[at + 1];
        swapped.hashes[at + 1] = proof->hashes[at];
        assert_false(tree_check_inclusion(leaf, index, size, root, &swapped));
    }
    for (int bit = 0; bit < 12; bit++) {
        int64_t other = bit < 10 ? index ^ (INT64_C(1) << bit) : index + (bit == 10 ? 1 : -1);
        assert_int_equal(tree_check_inclusion(leaf, other, size, root, proof),
                         holds_inclusion(leaf, other, size, root, proof));
    }
    const int64_t sizes[] = {size - 1, size + 1, size * 2, size / 2, 0, -size, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        assert_int_equal(tree_check_inclusion(leaf, index, sizes[i], root, proof),
                         holds_inclusion(leaf, index, sizes[i], root, proof));
    assert_false(tree_check_inclusion(leaf, -1, size, root, proof));
    assert_false(tree_check_inclusion(leaf, size, size, root, proof));
    flip(&leaf, index);
    assert_false(tree_check_inclusion(leaf, index, size, root, proof));
    flip(&root, size);
    assert_false(tree_check_inclusion(leaves[index], index, size, root, proof));
}

static bool to_be_altered(int64_t size)
{
    return size <= ALL_ALTERED || (size >= 127 && size <= 129) || size >= 255;
}

static void every_inclusion_is_proven_and_no_other(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= LEAVES; size++) {
        for (int64_t index = 0; index < size; index++) {
            struct proof proof, expected = {.n = 0};
            struct err e = {0};
            assert_true(tree_prove_inclusion(reader, &size, index, size, &proof, &e));
            path(index, 0, size, &expected);
            assert_true(same_proof(&proof, &expected));
            assert_true(tree_check_inclusion(leaves[index], index, size, range(0, size), &proof));
            if (to_be_altered(size))
                alter_inclusion(index, size, &proof);
        }
    }
}

static void alter_consistency(int64_t old, int64_t size, const struct proof *proof)
{
    struct digest old_root = range(0, old), root = range(0, size);
    for (size_t i = 0; i < proof->n; i++) {
        struct proof bad = *proof;
        flip(&bad.hashes[i], old + size + (int64_t)i);
        assert_false(tree_check_consistency(old, old_root, size, root, &bad));
    }
    struct proof cut = *proof, longer = *proof;
    if (cut.n > 0) {
        cut.n--;
        assert_false(tree_check_consistency(old, old_root, size, root, &cut));
        memmove(cut.hashes, proof->hashes + 1, cut.n * sizeof cut.hashes[0]);
        assert_false(tree_check_consistency(old, old_root, size, root, &cut));
    }
    longer.hashes[longer.n++] = root;
    assert_false(tree_check_consistency(old, old_root, size, root, &longer));
    memmove(longer.hashes + 1, proof->hashes, proof->n * sizeof proof->hashes[0]);
    longer.hashes[0] = old_root;
    assert_false(tree_check_consistency(old, old_root, size, root, &longer));

    struct proof none = {.n = 0}, swapped = *proof;
    assert_int_equal(tree_check_consistency(old, old_root, size, root, &none), old == size);
    if (proof->n > 1) {
        size_t at = (size_t)old % (proof->n - 1);
        swapped.hashes[at] = proof->hashes[at + 1];
        swapped.hashes[at + 1] = proof->hashes[at];
        assert_false(tree_check_consistency(old, old_root, size, root, &swapped));
    }
    const int64_t olds[] = {old - 1, old + 1, old ^ 2, old * 2, old / 2, 0, -old, size};
    for (size_t i = 0; i < COUNT_OF(olds); i++)
        assert_int_equal(tree_check_consistency(olds[i], old_root, size, root, proof),
                         holds_consistency(olds[i], old_root, size, root, proof));
    const int64_t sizes[] = {size - 1, size + 1, size ^ 2, size * 2, size / 2, old, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        assert_int_equal(tree_check_consistency(old, old_root, sizes[i], root, proof),
                         holds_consistency(old, old_root, sizes[i], root, proof));
    struct digest bad = old_root;
    flip(&bad, old);
    assert_false(tree_check_consistency(old, bad, size, root, proof));
    bad = root;
    flip(&bad, size);
    assert_false(tree_check_consistency(old, old_root, size, bad, proof));
    if (old != size)
        assert_false(tree_check_consistency(old, root, size, old_root, proof));
}

static void every_consistency_is_proven_and_no_other(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= LEAVES; size++) {
        for (int64_t old = 1; old <= size; old++) {
            struct proof proof, expected = {.n = 0};
            struct err e = {0};
            assert_true(tree_prove_consistency(reader, &size, old, size, &proof, &e));
            subproof(old, 0, size, true, &expected);
            assert_true(same_proof(&proof, &expected));
            assert_true(tree_check_consistency(old, range(0, old), size, range(0, size), &proof));
            if (to_be_altered(size))
                alter_consistency(old, size, &proof);
        }
    }
}

/* A proof out of another proof's length field must not be read past its end. */
static void oversized_proofs_are_refused(void **state)
{
    (void)state;
    struct proof proof = {.n = PROOF_HASHES_MAX + 1};
    assert_false(tree_check_inclusion(leaves[0], 0, 2, range(0, 2), &proof));
    assert_false(tree_check_consistency(1, leaves[0], 2, range(0, 2), &proof));
}

static void a_failing_reader_fails_the_proof(void **state)
{
    (void)state;
    int64_t shorter = 100;
    struct err e = {0};
    struct proof proof = {.n = 7};
    assert_false(tree_prove_inclusion(reader, &shorter, 3, 200, &proof, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_int_equal(proof.n, 7); /* left alone */
    e = (struct err){0};
    assert_false(tree_prove_consistency(reader, &shorter, 99, 200, &proof, &e));
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_int_equal(proof.n, 7);
}

/* A proof in a log of a thousand million entries: some thirty hashes, and no more reads than
 * the shape demands. */
static bool any_reader(void *ctx, int level, int64_t number, struct digest *out, struct err *e)
{
    (void)ctx, (void)level, (void)number, (void)e;
    asked++;
    *out = leaves[0];
    return true;
}

static void proofs_of_large_logs_are_short(void **state)
{
    (void)state;
    const int64_t sizes[] = {1000000000, INT64_C(1) << 40, (INT64_C(1) << 62) + 1, INT64_MAX};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct proof proof;
        struct err e = {0};
        asked = 0;
        assert_true(tree_prove_inclusion(any_reader, NULL, sizes[i] - 1, sizes[i], &proof, &e));
        assert_true(tree_prove_inclusion(any_reader, NULL, 0, sizes[i], &proof, &e));
        assert_true(proof.n <= 63 && asked <= 63 * 3);
        assert_true(tree_prove_consistency(any_reader, NULL, sizes[i] / 3, sizes[i], &proof, &e));
        assert_true(proof.n <= 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_those_of_another_program),
        cmocka_unit_test(long_leaves_are_hashed_like_short_ones),
        cmocka_unit_test(every_inclusion_is_proven_and_no_other),
        cmocka_unit_test(every_consistency_is_proven_and_no_other),
        cmocka_unit_test(oversized_proofs_are_refused),
        cmocka_unit_test(a_failing_reader_fails_the_proof),
        cmocka_unit_test(proofs_of_large_logs_are_short),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

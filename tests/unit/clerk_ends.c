/* SPDX-License-Identifier: Apache-2.0
 * What ends the writer, and what a full disk leaves behind: clerks of their own, in memory. */
#include "town.h"

#include "clerk/clerk.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static const int64_t now_ms = INT64_C(1767225600000);

/* The length of a file, -1 when there is none. */
static long length_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    long length = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (file)
        fclose(file);
    return length;
}

static enum answer_kind register_one(struct clerk *own)
{
    struct answer answer;
    struct command command = {.kind = COMMAND_register_authority, .name = S("主管"),
                              .name_en = S("Authority"), .role = S("authority"),
                              .level = S("city")};
    clerk_run(own, arena, &command, now_ms, &answer);
    return answer.kind;
}

static bool sign(struct clerk *signing, struct err *e)
{
    assert_int_equal(register_one(signing), ANSWER_DONE);
    return clerk_checkpoint(signing, now_ms, e);
}

/* The head is moved on the condition that it is as it was left: a stranger's move ends the
 * process, whatever else it is that he did. */
static void a_moved_head_ends_the_clerk(void **state)
{
    (void)state;
    struct err e = {0};
    struct clerk *own;
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/head")};
    assert_true(clerk_open(&options, &own, &e));
    assert_int_equal(register_one(own), ANSWER_DONE);
    struct db *db = clerk_db(own);
    struct row_head *head = NULL;
    assert_true(db_begin(db, &e) && q_head(db, arena, &head, &e));
    assert_true(q_move_head(db, head->size + 1, head->at_ms, head->mac, head->size, head->epoch,
                            &e) &&
                db_commit(db, &e));
    assert_int_equal(register_one(own), ANSWER_FAILED);
    assert_false(clerk_sound(own));
    assert_int_equal(clerk_error(own).code, ERR_CONFLICT);
    clerk_close(own);
}

/* The disk takes a part of a note and no more: it is FULL, not a broken disk; nothing stays of the
 * part, and with space again the note is completed before the next. */
static void a_full_disk_takes_no_half_a_note(void **state)
{
    (void)state;
    char path[] = "/tmp/clerk-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct err e = {0}, full = {0};
    struct clerk *signing;
    struct sm2_key *key;
    assert_true(sm2_key_generate(&key, &e));
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/notes"),
                                    .key = key, .checkpoints_log = path};
    assert_true(clerk_open(&options, &signing, &e));
    assert_true(sign(signing, &e));
    long one = length_of(path);
    assert_true(one > 100);
    struct rlimit old, tight;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = (struct rlimit){(rlim_t)one + 50, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    bool held = sign(signing, &full);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(held);
    assert_int_equal(full.code, ERR_FULL);
    assert_int_equal(length_of(path), one);
    assert_true(sign(signing, &e));
    assert_true(length_of(path) > 2 * one + 50);
    clerk_close(signing);
    sm2_key_free(key);
    unlink(path);
}

int main(void)
{
    struct err e = {0};
    arena = arena_new((size_t)1 << 26);
    if (!crypt_init(&e))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moved_head_ends_the_clerk),
        cmocka_unit_test(a_full_disk_takes_no_half_a_note),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole record to work on: an authority with a simulated past, in which every table that carries
 * a proof has rows and at least one tile is full. */
#ifndef YJ_TESTS_RECORD_H
#define YJ_TESTS_RECORD_H

#include "store_engines.h"

#include "play/play.h"
#include "project/project.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
/* Under sanitizers, where each verification takes several times as long. */
enum { SLOW_BUILD = __has_feature(address_sanitizer) };

static const str HEAD_KEY = {"outside the database, 32 bytes..", 32};

static struct sm2_key *key;
static struct clerk *clerk;
static char notes_path[64];
static int64_t authority;

/* The first half is under a checkpoint, the second not yet. */
static inline void fill_record(void)
{
    struct err e = {0};
    struct pack pack = {0};
    struct diagnostics diagnostics = {0};
    struct simulation_result result = {0};
    int64_t now_ms = instant_of_date((date){20454}, 9, 0), person;
    OK(pack_find(arena, S("zhengzhou-2019"), &pack, &e));
    const struct policy *policy = policy_load(arena, &pack, &diagnostics);
    assert_non_null(policy);
    OK(found_authority(clerk, arena, &pack, policy, now_ms, &authority, &e));
    struct command registering = {
        .kind = COMMAND_register_person, .authority = authority, .organisation = authority,
        .role = policy->authority_role, .name = S("王明"), .phone = S("13900000000")};
    OK(run_trusted(clerk, arena, &registering, now_ms, &person, &e));
    struct command credential = {.kind = COMMAND_set_credential, .authority = authority,
                                 .person = person, .login = S("wang"), .secret = S("none")};
    OK(run_trusted(clerk, arena, &credential, now_ms, NULL, &e));
    OK(clerk_checkpoint(clerk, now_ms, &e));
    struct simulation plan = {.units = 5, .systems = 9, .days = 130, .seed = 5,
                              .from = {20454}, .until_ms = now_ms + INT64_C(86400000) * 140};
    struct jurisdiction town = {.policy = policy, .authority = authority};
    OK(simulate(clerk, arena, &town, 1, &plan, &result, &e));
}

/* `where` says where. db is the clerk's connection afterwards. */
static inline void make_record(void)
{
    struct err e = {0};
    snprintf(notes_path, sizeof notes_path, "/tmp/record-notes-XXXXXX");
    int fd = mkstemp(notes_path);
    assert_true(fd >= 0);
    close(fd);
    OK(crypt_init(&e));
    if (!key)
        OK(sm2_key_generate(&key, &e));
    struct clerk_options options = {.database = where, .origin = S("yunjian/test"), .key = key,
                                    .checkpoints_log = notes_path, .head_key = HEAD_KEY};
    OK(clerk_open(&options, &clerk, &e));
    fill_record();
    db = clerk_db(clerk);
}

/* What stands in the folder beside the database. */
static inline str read_notes(void)
{
    enum { CAP = 1 << 20 };
    FILE *file = fopen(notes_path, "rb");
    assert_non_null(file);
    char *bytes = NEWS(arena, char, CAP);
    size_t len = fread(bytes, 1, CAP, file);
    fclose(file);
    return (str){bytes, len};
}

#endif

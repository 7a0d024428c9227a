/* SPDX-License-Identifier: Apache-2.0
 * A body becomes a command. The first lines are headers (Idempotency-Key, Yunjian-Post), then comes
 * an empty line and the body, which every handler that takes one is given in turn. */
#include "http.h"

static void check_command(const struct request *r)
{
    const struct command *command = &r->command;
    must(r->job.command == command && command->form && command->form->kind == DOC_MAP);
    must(command->key.len >= 8 && command->key.len <= LIMIT_KEY_BYTES);
    must(command->round >= 0 && command->materials.len <= LIMIT_MATERIALS);
    for (size_t i = 0; i < command->materials.len; i++)
        must(command->materials.items[i].upload > 0);
    must(utf8_valid(command->opinion) && utf8_valid(command->outcome));
}

static void give(struct arena *arena, str headers, step_fn *handler, bool logged_in)
{
    static struct actor actor = {.person = 3, .post = 4, .organisation = 2, .authority = 1};
    struct request *r = some_request(arena);
    r->connection = read_headers(arena, &headers);
    r->connection->logged_in = logged_in;
    r->actor = &actor;
    r->session = (struct session){.person = 3, .post = 4};
    r->path = S("/api/v1/cases/12/decisions");
    r->vars[0] = S("12");
    /* Passwords are wiped in place: each handler has its own bytes. */
    r->body = buf_new(arena, headers.len + 1);
    buf_add(&r->body, headers);
    if (!session_is_post(r))
        r->reply = (struct reply){0};
    handler(r);
    must((r->reply.status != 0) != (r->wait != WAIT_NONE));
    if (r->reply.status)
        check_reply(r);
    else if (logged_in)
        check_command(r);
}

static void run(struct arena *arena, str input)
{
    give(arena, input, post_case, true);
    give(arena, input, post_decision, true);
    give(arena, input, post_upload, false);
    give(arena, input, put_session, false);
    give(arena, input, post_session, false);
    give(arena, input, post_activation, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}

/* SPDX-License-Identifier: Apache-2.0
 * Logging in, and the first password by activation code. An unknown login takes as long as a known
 * one, and so does one that is not activated yet: all compute one hash. */
#include "door/priv.h"

#define ACTIVATION S("activation$")

struct attempt {
    struct door *door;
    str login, address;
    bool counted;                /* and no verdict yet */
    int64_t person;              /* 0: nobody with that login */
    bool waiting;                /* the account has an activation code, no password */
};

/* The bytes go from this memory, not only from our sight. */
static void forget(str secret)
{
    union {
        const char *ptr;
        void *bytes;
    } at = {secret.ptr};
    if (secret.len)
        wipe(at.bytes, secret.len);
}

/* At the end of the request: an attempt that nobody judged was none. */
static void uncount(void *ctx)
{
    const struct attempt *attempt = ctx;
    if (attempt->counted)
        throttle_give(attempt->door, attempt->login, attempt->address, false);
}

static bool may_try(struct request *r, struct attempt *attempt)
{
    int wait_s;
    attempt->counted = throttle_take(r->door, attempt->login, attempt->address, r->now_ms,
                                     &wait_s);
    if (attempt->counted) {
        arena_defer(r->arena, uncount, attempt);
        return true;
    }
    problem_number(r, PROBLEM_TOO_MANY_FAILURES, (wait_s + 59) / 60);
    reply_header(r, "Retry-After", str_to_cstr(r->arena, str_printf(r->arena, "%d", wait_s)));
    return false;
}

static void failed(struct request *r, enum problem_code code)
{
    struct attempt *attempt = r->ctx;
    attempt->counted = false;
    problem_plain(r, code);
}

static void succeeded(struct request *r)
{
    struct attempt *attempt = r->ctx;
    attempt->counted = false;
    throttle_give(r->door, attempt->login, attempt->address, true);
}

/* Reads the kept secret and has one hash computed, whatever was found. */
static void check_secret(struct request *r, str login, str given, bool activation, step_fn *next)
{
    struct err e = {0};
    struct attempt *attempt = NEW(r->arena, struct attempt);
    *attempt = (struct attempt){.door = r->door, .login = login,
                                .address = client_address(r)};
    r->ctx = attempt;
    str secret = STR_NONE;
    if (!may_try(r, attempt) || !read_begin(r))
        return;
    if (!view_credential(r->reader.db, r->arena, login, &attempt->person, &secret, &e)) {
        problem_err(r, &e);
        return;
    }
    attempt->waiting = attempt->person && str_starts(secret, ACTIVATION);
    if (attempt->waiting)
        secret = (str){secret.ptr + ACTIVATION.len, secret.len - ACTIVATION.len};
    bool usable = attempt->person && attempt->waiting == activation;
    r->check.password = given;
    r->check.stored = usable ? secret : r->door->dummy_secret;
    if (!usable)
        r->check.fresh = STR_NONE;
    park_for_password(r, next);
}

/* Fills r->session and r->actor with the first post of the person; false: answered. */
static bool begin_as(struct request *r, int64_t person)
{
    struct err e = {0};
    struct row_first_post *post = NULL;
    if (!read_begin(r))
        return false;
    if (!q_first_post(r->reader.db, r->arena, person, &post, &e)) {
        problem_err(r, &e);
        return false;
    }
    r->session = (struct session){.person = person, .post = post ? post->id : 0};
    if (post)
        return session_actor(r);
    struct refusal refusal = {0};
    VEC_PUSH(r->arena, &refusal.reasons,
             ((struct refusal_reason){.code = REFUSAL_NO_POST, .where = S("post")}));
    problem_refusal(r, &refusal, 0);
    return false;
}

/* ---- log in --------------------------------------------------------------------------------- */

static void login_checked(struct request *r)
{
    const struct attempt *attempt = r->ctx;
    forget(r->check.password);
    if (!attempt->person || attempt->waiting || !r->check.matches) {
        failed(r, PROBLEM_BAD_CREDENTIALS);
    } else {
        succeeded(r);
        if (begin_as(r, attempt->person))
            session_open(r);
    }
}

void post_session(struct request *r)
{
    static const str known[] = {{"login", 5}, {"password", 8}};
    struct doc *body = NULL;
    struct err e = {0};
    bool is_map = body_map(r, known, COUNT_OF(known), &body);
    forget(buf_str(&r->body));
    if (!is_map)
        return;
    struct doc_reader reader = {body, &e};
    str login = body_text(&reader, S("login"), false, LIMIT_LOGIN_BYTES);
    str password = body_text(&reader, S("password"), false, LIMIT_PASSWORD_BYTES);
    if (e.code)
        problem_err(r, &e);
    else
        check_secret(r, login, password, false, login_checked);
}

/* ---- activation ----------------------------------------------------------------------------- */

static size_t characters(str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n;
}

static str lower_case(struct arena *arena, str text)
{
    char *to = NEWS(arena, char, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        to[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32) : text.ptr[i];
    return (str){to, text.len};
}

static void activated(struct request *r)
{
    succeeded(r);
    session_open(r);
}

static void code_checked(struct request *r)
{
    const struct attempt *attempt = r->ctx;
    forget(r->check.password);
    forget(r->check.fresh);
    if (!attempt->waiting || !r->check.matches) {
        failed(r, PROBLEM_BAD_ACTIVATION);
        return;
    }
    if (!begin_as(r, attempt->person))
        return;
    /* The code opens the account once, so nobody repeats this: the key is fresh, and the digest
     * says nothing about the password. */
    str fresh = random_token(r->arena, 16);
    str key = str_printf(r->arena, "activation-%.*s", STR_FMT(fresh));
    r->command = (struct command){
        .kind = COMMAND_set_credential,
        .authority = r->actor->authority,
        .actor = attempt->person,
        .post = r->session.post,
        .key = key,
        .body_digest = digest_hex(r->arena, sm3(key)),
        .person = attempt->person,
        .login = attempt->login,
        .secret = r->check.fresh_stored,
    };
    r->job = (struct job){.command = &r->command};
    park_for_clerk(r, activated);
}

void post_activation(struct request *r)
{
    static const str known[] = {{"login", 5}, {"code", 4}, {"password", 8}};
    struct doc *body = NULL;
    struct err e = {0};
    bool is_map = body_map(r, known, COUNT_OF(known), &body);
    forget(buf_str(&r->body));
    if (!is_map)
        return;
    struct doc_reader reader = {body, &e};
    str login = body_text(&reader, S("login"), false, LIMIT_LOGIN_BYTES);
    str code = body_text(&reader, S("code"), false, LIMIT_LOGIN_BYTES);
    str password = body_text(&reader, S("password"), false, LIMIT_PASSWORD_BYTES);
    if (e.code) {
        problem_err(r, &e);
        return;
    }
    if (characters(password) < LIMIT_PASSWORD_CHARACTERS_MIN ||
        str_eq(lower_case(r->arena, password), lower_case(r->arena, login))) {
        str n = str_printf(r->arena, "%d", LIMIT_PASSWORD_CHARACTERS_MIN);
        problem(r, PROBLEM_WEAK_PASSWORD, S("password"), SAME_WORDS(n), NO_WORDS);
        return;
    }
    r->check.fresh = password;
    /* Typed from paper: codes have no capitals. */
    check_secret(r, login, lower_case(r->arena, str_trim(code)), true, code_checked);
}

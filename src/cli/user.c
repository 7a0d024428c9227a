/* SPDX-License-Identifier: Apache-2.0
 * user: people with logins. */
#include "cli/cli_priv.h"

#include "decide/decide.h"
#include "view/view.h"

int add_user(struct clerk *clerk, struct arena *arena, const struct new_user *user, str *out_code,
             struct err *e)
{
    str hash, other_secret, login = user->login, password = user->password;
    int64_t other, person;
    struct db *db = clerk_db(clerk);
    /* Looked up first: a person without the login asked for would be half of a user. */
    bool ok = db_begin(db, e) && view_credential(db, arena, login, &other, &other_secret, e);
    db_rollback(db);
    if (!ok)
        return EXIT_CANNOT;
    if (other) {
        struct refusal refusal = {0};
        struct refusal_reason taken = {
            .code = REFUSAL_ALREADY_EXISTS, .where = S("login"), .zh1 = login, .en1 = login};
        VEC_PUSH(arena, &refusal.reasons, taken);
        print_refusal(arena, &refusal);
        return EXIT_NO;
    }
    *out_code = password.len ? STR_NONE : random_words(arena, 4);
    if (!password_hash(arena, password.len ? password : *out_code, &hash, e))
        return EXIT_CANNOT;
    struct command registering = {
        .kind = COMMAND_register_person,
        .authority = user->authority,
        .organisation = user->organisation,
        .role = user->role,
        .name = user->name,
    };
    int code = ask(clerk, arena, &registering, user->now_ms, &person, e);
    if (code != EXIT_DONE)
        return code;
    struct command credential = {
        .kind = COMMAND_set_credential,
        .authority = user->authority,
        .person = person,
        .login = login,
        .secret = password.len ? hash : str_printf(arena, "activation$%.*s", STR_FMT(hash)),
    };
    return ask(clerk, arena, &credential, user->now_ms, NULL, e);
}

/* ---- what is given -------------------------------------------------------------------------- */

static bool check_login(str login, struct err *e)
{
    bool sound = login.len > 0 && login.len <= LIMIT_LOGIN_BYTES;
    for (size_t i = 0; i < login.len; i++) {
        char c = login.ptr[i];
        sound = sound && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@');
    }
    return sound || RAISE(e, INPUT, "--login",
                          "a login has 1 to %d of the characters A-Z a-z 0-9 . - _ @",
                          LIMIT_LOGIN_BYTES);
}

static str lower_case(struct arena *arena, str text)
{
    char *to = NEWS(arena, char, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        to[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32) : text.ptr[i];
    return (str){to, text.len};
}

/* The same rule as at the first login in the browser. */
static bool check_password(struct arena *arena, str password, str login, struct err *e)
{
    size_t characters = 0;
    for (size_t i = 0; i < password.len; i++)
        characters += ((unsigned char)password.ptr[i] & 0xc0) != 0x80;
    if (!utf8_valid(password))
        return RAISE(e, INPUT, "--password-stdin", "the password is not valid UTF-8");
    if (characters < LIMIT_PASSWORD_CHARACTERS_MIN || password.len > LIMIT_PASSWORD_BYTES)
        return RAISE(e, INPUT, "--password-stdin",
                     "a password has at least %d characters and at most %d bytes",
                     LIMIT_PASSWORD_CHARACTERS_MIN, LIMIT_PASSWORD_BYTES);
    return !str_eq(lower_case(arena, password), lower_case(arena, login)) ||
           RAISE(e, INPUT, "--password-stdin", "the password must not be the login");
}

/* The first line of standard input, all of it but its end; blanks belong to the password. */
static bool read_password(struct arena *arena, str login, str *out, struct err *e)
{
    char *line = NEWS(arena, char, LIMIT_PASSWORD_BYTES + 2);
    size_t len = 0;
    int c;
    while (len < LIMIT_PASSWORD_BYTES + 2 && (c = getchar()) != EOF && c != '\n')
        line[len++] = (char)c;
    if (len && line[len - 1] == '\r')
        len--;
    if (!len)
        return RAISE(e, INPUT, "--password-stdin", "no password on standard input");
    *out = (str){line, len};
    return check_password(arena, *out, login, e);
}

static bool read_user(const struct args *args, struct new_user *out, struct err *e)
{
    bool first = args_has(args, "first");
    *out = (struct new_user){
        .now_ms = wall_clock(NULL),
        .role = args_get(args, "role"),
        .name = str_trim(args_get(args, "name")),
        .login = args_get(args, "login"),
    };
    if (first == args_has(args, "organisation"))
        return RAISE(e, INPUT, "--organisation", "name either --organisation ID|NAME or --first");
    if (!out->role.len)
        return RAISE(e, INPUT, "--role", "name the role with --role ROLE");
    if (!out->name.len || out->name.len > LIMIT_NAME_BYTES)
        return RAISE(e, INPUT, "--name", "a name has 1 to %d bytes and is not blank",
                     LIMIT_NAME_BYTES);
    return check_login(out->login, e) &&
           (!args_has(args, "password-stdin") ||
            read_password(args->arena, out->login, &out->password, e));
}

/* ---- the organisation ----------------------------------------------------------------------- */

static bool find_first(struct clerk *clerk, struct arena *arena, int64_t authority, str role,
                       int64_t *out, struct err *e)
{
    struct db *db = clerk_db(clerk);
    struct row_organisation *rows;
    size_t n = 0;
    bool ok = db_begin(db, e) && q_organisations_of(db, arena, authority, &rows, &n, e);
    db_rollback(db);
    for (size_t i = 0; ok && i < n; i++) {
        if (str_eq(rows[i].role, role)) {
            *out = rows[i].id;
            return true;
        }
    }
    return ok && RAISE(e, NOT_FOUND, "--first", "no organisation holds the role \"%.*s\"",
                       STR_FMT(role));
}

static bool find_place(const struct args *args, const struct site *site, struct new_user *user,
                       struct err *e)
{
    user->authority = site->authority;
    if (args_has(args, "first"))
        return find_first(site->clerk, args->arena, site->authority, user->role,
                          &user->organisation, e);
    if (!find_organisation(site->clerk, args->arena, site->authority, "--organisation",
                           args_get(args, "organisation"), &user->organisation, e))
        return false;
    bool administers = str_eq(user->role, ROLE_SYSTEM_ADMINISTRATOR) ||
                       str_eq(user->role, ROLE_SECURITY_ADMINISTRATOR) ||
                       str_eq(user->role, ROLE_AUDIT_ADMINISTRATOR);
    return !administers || user->organisation == site->authority ||
           RAISE(e, INPUT, "--role", "administrators belong to the authority; name it with "
                                     "--organisation %lld", (long long)site->authority);
}

int run_user(const struct args *args, struct err *e)
{
    struct site site;
    struct new_user user;
    str code;
    if (args->words.len != 1 || !str_eq(args->words.items[0], S("add"))) {
        RAISE(e, INPUT, "", "the only thing to do is: yunjian user add; see --help");
        return EXIT_CANNOT;
    }
    int done = EXIT_CANNOT;
    if (read_user(args, &user, e) && site_open(args, &site, e)) {
        if (find_place(args, &site, &user, e))
            done = add_user(site.clerk, args->arena, &user, &code, e);
        site_close(&site);
    }
    if (user.password.len)
        wipe((void *)(uintptr_t)user.password.ptr, user.password.len);
    else if (done == EXIT_DONE)
        printf("activation code of %.*s: %.*s\n", STR_FMT(user.login), STR_FMT(code));
    return done;
}

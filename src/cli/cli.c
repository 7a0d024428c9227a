/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include "cli/cli_priv.h"

#include <string.h>
#include <time.h>

struct command_row {
    const char *name, *usage, *options, *help;
    int (*run)(const struct args *args, struct err *e);
};
static const struct command_row COMMANDS_TABLE[] = {
#define COMMAND(symbol, name, usage, options, help) {name, usage, options, help, run_##symbol},
#include "cli/commands.def"
#undef COMMAND
};

int64_t wall_clock(void *ctx)
{
    (void)ctx;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

str args_get(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->options.len; i++)
        if (str_eq(args->options.items[i].name, str_of(name)))
            return args->options.items[i].value;
    return STR_NONE;
}

bool args_has(const struct args *args, const char *name)
{
    return args_get(args, name).ptr != NULL;
}

bool args_number(const struct args *args, const char *name, int64_t fallback, int64_t lowest,
                 int64_t highest, int64_t *out, struct err *e)
{
    str text = args_get(args, name);
    int64_t value = fallback;
    if (text.ptr && (!str_to_i64(text, &value) || value < lowest || value > highest))
        return RAISE(e, INPUT, name, "--%s takes a whole number from %lld to %lld, not \"%.*s\"",
                     name, (long long)lowest, (long long)highest, STR_FMT(text));
    *out = value;
    return true;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* libpq repeats parts of a URL that it cannot read. What it would take apart otherwise than its
 * author meant (a sign of a password that stands there plainly) does not get that far. */
static bool is_plain_url(str url)
{
    bool after = false; /* the host: a slash or question mark was passed */
    int ats = 0;
    for (size_t i = 0; i < url.len; i++) {
        char c = url.ptr[i];
        if ((unsigned char)c <= ' ' || c == 0x7f)
            return false;
        if (c == '%' && (url.len - i < 3 || !is_hex(url.ptr[i + 1]) || !is_hex(url.ptr[i + 2]) ||
                         (url.ptr[i + 1] == '0' && url.ptr[i + 2] == '0')))
            return false;
        after = after || c == '/' || c == '?';
        if (c == '@' && (after || ++ats > 1))
            return false;
    }
    return true;
}

bool args_database(const struct args *args, str *out, struct err *e)
{
    static const str schemes[] = {{"postgres://", 11}, {"postgresql://", 13}};
    str url = args_get(args, "db");
    bool sound = url.ptr == NULL;
    for (size_t i = 0; !sound && i < COUNT_OF(schemes); i++)
        sound = str_starts(url, schemes[i]) && is_plain_url((str){url.ptr + schemes[i].len,
                                                                  url.len - schemes[i].len});
    if (!sound)
        return RAISE(e, INPUT, "--db", "write the URL of a PostgreSQL database, "
                     "postgresql://USER@HOST/NAME, with @ / ? %% of a user or password as %%40 "
                     "%%2f %%3f %%25; without --db the data live in the data folder");
    *out = url;
    return true;
}

/* ASCII without blanks. */
static bool is_visible(str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f)
            return false;
    return true;
}

bool split_listen(struct arena *arena, str listen, const char **out_host, int *out_port,
                  struct err *e)
{
    size_t colon = listen.len;
    while (colon > 0 && listen.ptr[colon - 1] != ':')
        colon--;
    int64_t port;
    if (colon < 2 || !str_to_i64((str){listen.ptr + colon, listen.len - colon}, &port) ||
        port < 0 || port > 65535 || !is_visible((str){listen.ptr, colon - 1}))
        return RAISE(e, INPUT, "--listen", "write HOST:PORT, for example 127.0.0.1:8080");
    *out_host = str_to_cstr(arena, (str){listen.ptr, colon - 1});
    *out_port = (int)port;
    return true;
}

/* Is the option known, and does it take a value? */
static bool find_option(const struct command_row *row, str name, bool *out_takes_value,
                        str *names, size_t *out_n)
{
    str rest = str_of(row->options), word;
    bool found = false;
    *out_n = 0;
    while (rest.len && *out_n < 32) {
        str_cut(rest, ' ', &word, &rest);
        bool takes = str_ends(word, S("="));
        str bare = takes ? (str){word.ptr, word.len - 1} : word;
        names[(*out_n)++] = bare;
        if (str_eq(bare, name)) {
            *out_takes_value = takes;
            found = true;
        }
    }
    return found;
}

static bool parse_option(const struct command_row *row, struct args *args, int argc, char **argv,
                         int *at, struct err *e)
{
    str text = str_of(argv[*at] + 2), name, value, names[32];
    bool given = str_cut(text, '=', &name, &value), takes = false;
    size_t n;
    if (!find_option(row, name, &takes, names, &n)) {
        str nearest = str_nearest(name, names, n);
        if (nearest.ptr)
            return RAISE(e, INPUT, row->name, "unknown option --%.*s; did you mean --%.*s?",
                         STR_FMT(name), STR_FMT(nearest));
        return RAISE(e, INPUT, row->name, "unknown option --%.*s; see yunjian %s --help",
                     STR_FMT(name), row->name);
    }
    if (takes && !given) {
        if (*at + 1 >= argc)
            return RAISE(e, INPUT, row->name, "--%.*s needs a value", STR_FMT(name));
        value = str_of(argv[++*at]);
    } else if (!takes && given) {
        return RAISE(e, INPUT, row->name, "--%.*s takes no value", STR_FMT(name));
    }
    if (args_has(args, str_to_cstr(args->arena, name)))
        return RAISE(e, INPUT, row->name, "--%.*s is given twice", STR_FMT(name));
    struct option_given option = {name, takes ? value : S("yes")};
    VEC_PUSH(args->arena, &args->options, option);
    return true;
}

static bool parse(const struct command_row *row, struct args *args, int argc, char **argv,
                  struct err *e)
{
    for (int i = 2; i < argc; i++) {
        if (!utf8_valid(str_of(argv[i])))
            return RAISE(e, INPUT, row->name, "argument %d is not valid UTF-8", i);
        if (strncmp(argv[i], "--", 2) != 0)
            VEC_PUSH(args->arena, &args->words, str_of(argv[i]));
        else if (!parse_option(row, args, argc, argv, &i, e))
            return false;
    }
    return true;
}

static void print_usage(FILE *out)
{
    fprintf(out, "yunjian " YUNJIAN_VERSION ": supervision of a shared government cloud\n\n");
    for (size_t i = 0; i < COUNT_OF(COMMANDS_TABLE); i++)
        fprintf(out, "  yunjian %s %s\n", COMMANDS_TABLE[i].name, COMMANDS_TABLE[i].usage);
    fprintf(out, "\nyunjian COMMAND --help says more. Exit codes: 0 done, 1 the answer is no, "
                 "2 it could not be done.\n");
}

static const struct command_row *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(COMMANDS_TABLE); i++)
        if (strcmp(COMMANDS_TABLE[i].name, name) == 0)
            return &COMMANDS_TABLE[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    str names[COUNT_OF(COMMANDS_TABLE)];
    for (size_t i = 0; i < COUNT_OF(COMMANDS_TABLE); i++)
        names[i] = str_of(COMMANDS_TABLE[i].name);
    str nearest = str_nearest(str_of(name), names, COUNT_OF(names));
    fprintf(stderr, "yunjian: no command \"%s\"%s%.*s; see yunjian --help\n", name,
            nearest.ptr ? "; did you mean " : "", STR_FMT(nearest.ptr ? nearest : S("")));
    return EXIT_CANNOT;
}

int cli_main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_CANNOT : EXIT_DONE;
    }
    const struct command_row *row =
        find_command(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
    if (!row)
        return unknown_command(argv[1]);
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            printf("usage: yunjian %s %s\n\n%s\n", row->name, row->usage, row->help);
            return EXIT_DONE;
        }
    }
    struct args args = {.arena = arena_new(LIMIT_ARENA_BATCH)};
    struct err e = {0};
    int code = EXIT_CANNOT;
    if (crypt_init(&e) && parse(row, &args, argc, argv, &e))
        code = row->run(&args, &e);
    if (e.code != ERR_NONE)
        fprintf(stderr, "yunjian %s: %s%s%s\n", row->name, e.where, e.where[0] ? ": " : "", e.msg);
    arena_free(args.arena);
    return code;
}

int run_version(const struct args *args, struct err *e)
{
    (void)args;
    (void)e;
    printf("yunjian " YUNJIAN_VERSION "\n");
    return EXIT_DONE;
}

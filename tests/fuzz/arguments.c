/* SPDX-License-Identifier: Apache-2.0
 * A command line, one argument a line, up to the moment at which the command would run; and the
 * addresses in it. What is said of a bad URL is the same of every one: it may hold a password. */
#include "cli/cli.c"

#include "fuzz.h"

enum { WORDS_MAX = 64 };

static void addresses(const struct args *args)
{
    struct err e = {0}, other_e = {0}, listen_e = {0}, number_e = {0};
    struct args other = {.arena = args->arena};
    struct option_given bad = {S("db"), S("mysql://")};
    VEC_PUSH(args->arena, &other.options, bad);
    str url;
    must(!args_database(&other, &url, &other_e));
    if (!args_database(args, &url, &e))
        must(str_eq(str_of(e.msg), str_of(other_e.msg)) && strcmp(e.where, other_e.where) == 0);
    const char *host;
    int port;
    str listen = args_get(args, "listen");
    if (listen.ptr && split_listen(args->arena, listen, &host, &port, &listen_e))
        must(port >= 0 && port <= 65535 && host[0] && str_starts(listen, str_of(host)));
    int64_t number;
    if (args_number(args, "days", 7, 1, 100, &number, &number_e))
        must(number >= 1 && number <= 100);
    else
        must(number_e.msg[0]);
}

static void run(struct arena *arena, str input)
{
    char *words[WORDS_MAX + 1] = {str_to_cstr(arena, S("yunjian"))};
    int n = 1;
    while (n < WORDS_MAX && input.len) {
        str line, word;
        str_cut(input, '\n', &line, &input);
        str_cut(line, 0, &word, &line); /* an argument ends at a NUL */
        words[n++] = str_to_cstr(arena, word);
    }
    const struct command_row *row = n > 1 ? find_command(words[1]) : NULL;
    if (!row)
        return;
    struct err e = {0};
    struct args args = {.arena = arena};
    if (parse(row, &args, n, words, &e))
        addresses(&args);
    else
        must(e.msg[0] && utf8_valid(str_of(e.msg)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_BATCH, run, data, size);
}

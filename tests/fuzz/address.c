/* SPDX-License-Identifier: Apache-2.0
 * The address to listen on: what can be reached from outside needs a gateway in front. */
#include "door/door.c"

#include "fuzz.h"

static bool is_this_machine(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           strncmp(host, "127.", 4) == 0;
}

static void run(struct arena *arena, str input)
{
    struct err e = {0}, tls_e = {0};
    struct sockaddr_storage address;
    socklen_t len = 0;
    str host, rest;
    str_cut(input, 0, &host, &rest); /* an argument ends at a NUL */
    struct door_options options = {.host = str_to_cstr(arena, host), .port = 8080};
    bool inside = read_address(&options, &address, &len, &e);
    options.behind_tls = true;
    bool any = read_address(&options, &address, &len, &tls_e);
    must(any || !inside);
    if (!inside)
        must(e.code == ERR_CONFIG && e.msg[0]);
    if (!any)
        must(tls_e.code == ERR_CONFIG && tls_e.msg[0]);
    /* ::1 has other spellings; all of them are made of these. */
    if (inside && !is_this_machine(options.host))
        for (size_t i = 0; i < host.len; i++)
            must(host.ptr[i] == ':' || host.ptr[i] == '0' || host.ptr[i] == '1' ||
                 host.ptr[i] == '.');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/command.h"

const char *command_name(enum command_kind kind)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        COMMANDS(X)
#undef X
    };
    must((size_t)kind < COUNT_OF(names));
    return names[kind];
}

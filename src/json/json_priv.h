/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_JSON_PRIV_H
#define YJ_JSON_PRIV_H

#include "json/json.h"

/* Reads a plain text. False: it is another text, sound or not; nothing was taken from the arena. */
bool json_read_plain(struct arena *arena, str text, struct json_limits limits, struct doc **out)
    WARN_UNUSED;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_COMMAND_H
#define YJ_TERMS_COMMAND_H

#include "base/base.h"
#include "terms/date.h"
#include "terms/doc.h"

/* What somebody wants done. Symbol, name, who may ask (see decide/). */
#define COMMANDS(X)                                                                               \
    X(register_authority, "register-authority")                                                   \
    X(register_organisation, "register-organisation")                                             \
    X(register_person, "register-person")                                                         \
    X(set_credential, "set-credential")                                                           \
    X(activate_policy, "activate-policy")                                                         \
    X(load_calendar, "load-calendar")                                                             \
    X(open_case, "open-case")                                                                     \
    X(decide_task, "decide-task")                                                                 \
    X(tick, "tick")

enum command_kind {
#define X(symbol, name) COMMAND_##symbol,
    COMMANDS(X)
#undef X
};
const char *command_name(enum command_kind kind);

/* A file that the command cites by the finished upload that holds its bytes; the clerk fills in
 * name, size and digest from it. */
struct cited_material {
    str material;
    int64_t upload;
    str name, digest;            /* digest: SM3, hexadecimal */
    int64_t size;
};

struct command {
    enum command_kind kind;
    int64_t authority;           /* jurisdiction it acts in; 0 for register_authority */
    int64_t actor, post;         /* person and post it is done as; 0: the program itself */
    str key;                     /* idempotency key, unique per actor for ever; empty for 0 */
    str body_digest;             /* SM3 of the request body, hexadecimal: same key, same body */

    /* open_case, decide_task */
    int64_t kase;                /* decide_task */
    str procedure;               /* open_case */
    str step, outcome, opinion;  /* step: decide_task only */
    int32_t round;               /* decide_task: the round that the actor saw, 0: any */
    struct doc *form;
    VEC(struct cited_material) materials;

    /* register_*: names; set_credential */
    str name, name_en, role, level;
    int64_t parent;              /* organisation above (county authority), or 0 */
    int64_t organisation, person;
    str name_mac, phone_mac, digest;      /* what the journal says of them */
    str salt, phone, login, secret;       /* kept beside the journal */

    /* activate_policy, load_calendar */
    str policy_name, bytes;      /* bytes: the blob or the year's text */
    int32_t year;
    str notice;
};

#endif

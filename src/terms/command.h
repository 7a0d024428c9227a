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
    X(withdraw_case, "withdraw-case")                                                             \
    X(assign_task, "assign-task")                                                                 \
    X(urge_task, "urge-task")                                                                     \
    X(receive_notice, "receive-notice")                                                           \
    X(correct_decision, "correct-decision")                                                       \
    X(file_records, "file-records")                                                               \
    X(delegate_post, "delegate-post")                                                             \
    X(end_delegation, "end-delegation")                                                           \
    X(ask_material, "ask-material")                                                               \
    X(apply_calendar, "apply-calendar")                                                           \
    X(open_duty, "open-duty")                                                                     \
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

/* One line of a register, as somebody files it. */
struct filed_record {
    int64_t system;              /* 0: about the organisation that files */
    int32_t period;              /* year * 100 + month; 0: the register has no periods */
    struct doc *form;
};

struct command {
    enum command_kind kind;
    int64_t authority;           /* jurisdiction it acts in; 0 for register_authority */
    int64_t actor, post;         /* person and post it is done as; 0: the program itself */
    str key;                     /* idempotency key, unique per actor for ever; empty for 0 */
    str body_digest;             /* SM3 of the request body, hexadecimal: same key, same body */

    /* open_case, decide_task; the acts beside them name the case, a task, and why */
    int64_t kase;                /* all but open_case */
    str procedure;               /* open_case, ask_material */
    int64_t system;              /* open_case about a system that there is, else 0 */
    str step, outcome, opinion;  /* step: not of open_case */
    int32_t round;               /* decide_task: the round that the actor saw, 0: any */
    struct doc *form;
    VEC(struct cited_material) materials;
    bool from_paper;             /* the act took place on occurred_on, as a paper says */
    date occurred_on;
    str paper, reason;           /* number of the paper; why (also of the acts beside) */
    int64_t object;              /* notice, decision or delegation that the act is about */
    date from, until;            /* delegate_post; correct_decision: from is the right day */

    /* file_records */
    str register_id;
    VEC(struct filed_record) records;

    /* ask_material: the label; asked false: no more */
    str material, zh, en;
    bool asked;

    /* register_*: names; set_credential */
    str name, name_en, role, level;
    int64_t parent;              /* organisation above (county authority), or 0 */
    int64_t organisation, person; /* organisation: also of open_duty, who owes it */
    int32_t period;              /* open_duty: year * 100 + month */
    str name_mac, phone_mac, digest;      /* what the journal says of them */
    str salt, phone, login, secret;       /* kept beside the journal */

    /* activate_policy, load_calendar */
    str policy_name, bytes;      /* bytes: the blob or the year's text */
    int32_t year;
    str document;

    const struct adviser *adviser; /* decide/decide.h; NULL, but for invented people */
};

#endif

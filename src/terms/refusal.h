/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_REFUSAL_H
#define YJ_TERMS_REFUSAL_H

#include "base/base.h"

enum language { LANGUAGE_ZH, LANGUAGE_EN };

enum refusal_code {
#define X(symbol, code, status, zh, en) REFUSAL_##symbol,
#include "terms/refusals.def"
#undef X
    REFUSAL_CODES
};

/* One failed part. The article is the one that asks for it ("11"), empty when no article does;
 * `where` is the field, material or step a person can go to. */
struct refusal_reason {
    enum refusal_code code;
    str where, article;
    str zh1, zh2, en1, en2;  /* what fills {1} and {2}; an empty one takes the other language's */
};

/* All failed parts at once; the first one gives the answer its code and status. */
struct refusal {
    VEC(struct refusal_reason) reasons;
};

const char *refusal_name(enum refusal_code code);        /* "not-your-task" */
int refusal_status(enum refusal_code code);              /* HTTP */
/* The sentence of one reason, with the article named at its end. regulation: short title of the
 * regulation in that language, may be empty. */
str refusal_text(struct arena *arena, const struct refusal_reason *reason, enum language language,
                 str regulation);

#endif

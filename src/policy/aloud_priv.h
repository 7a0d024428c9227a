/* SPDX-License-Identifier: Apache-2.0
 * Reading a program aloud: words that both its reading and the comparison of two use. */
#ifndef YJ_POLICY_ALOUD_PRIV_H
#define YJ_POLICY_ALOUD_PRIV_H

#include "policy/policy.h"

struct aloud {
    struct arena *arena;
    enum language language;
    const struct policy *policy;
    const struct procedure *procedure; /* what names in the sentence belong to */
    const struct step *step;
    const struct ledger *ledger; /* whose line the sentence is about */
    bool by_id;              /* names by their ids: a label that changes is no change of a rule */
    struct buf out;
};

/* The text of the reader's language. */
str in(const struct aloud *a, const char *zh, const char *en);
str label_in(const struct aloud *a, struct label label);
/* " (article 12)", " (set by the authority)", or nothing. */
str basis_in(const struct aloud *a, struct basis basis);
bool same_basis(struct basis a, struct basis b);
str role_in(const struct aloud *a, str role);
str step_in(const struct aloud *a, str step);
/* STEP.FIELD, or the field of the step itself. */
str field_in(const struct aloud *a, str step, str field);
/* "a, b and c", "a, b or c"; the list grows in place. */
struct listing_of_words {
    VEC(str) items;
};
void add_words(const struct aloud *a, struct listing_of_words *list, str words);
str joined_in(const struct aloud *a, const struct listing_of_words *list);
str either_in(const struct aloud *a, const struct listing_of_words *list);

/* One sentence each, without its end. */
enum limit_words { WORDS_WITHIN, WORDS_WAIT, WORDS_AHEAD };
str limit_in(const struct aloud *a, const struct limit *limit, enum limit_words words);
/* The same without article, exceptions and extensions. */
str bare_limit_in(const struct aloud *a, const struct limit *limit, enum limit_words words);
/* "; by higher law, in place of: ..." for each limit that it displaces; else empty. */
str displaced_in(const struct aloud *a, const struct limit *limit, enum limit_words words);
str length_in(const struct aloud *a, const struct limit_case *length);
str field_words(const struct aloud *a, const struct field *field);
/* "个工作日", " working days": to stand behind a number. */
str unit_in(const struct aloud *a, enum unit unit, bool one);
/* The same without name, article and bounds. */
str bare_field_words(const struct aloud *a, const struct field *field);
/* Which of several targets are followed, as a beginning of the sentence; empty: all. */
str leads_in(const struct aloud *a, const struct outcome *outcome);
str target_words(const struct aloud *a, const struct outcome *outcome);
/* What it is called, and what it asks where that is more than a paper or a value. */
str condition_words(const struct aloud *a, const struct condition *condition);
/* What a step shows, a register with whose line it is. */
str shown_words(const struct aloud *a, const struct shown *shown);
/* The condition in words; by_id: as it is written. */
str expression_in(const struct aloud *a, const struct expression *expression);
str effect_words(const struct aloud *a, const struct effect *effect);
str seat_words(const struct aloud *a, const struct seat *seat);
/* "article 12", with its regulation when it is not the pack's own. */
str cited_article_in(const struct aloud *a, str article);
/* When a procedure opens by itself. */
str recurrence_words(const struct aloud *a, const struct recurrence *opens);
/* The facts after which it is too late. */
str withdrawal_words(const struct aloud *a, const struct withdrawal *withdrawal);
/* ", which leaves nothing approved": what is undone; empty: nothing. */
str undoing_words(const struct aloud *a, const struct withdrawal *withdrawal);
#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_ARTICLE_H
#define YJ_TERMS_ARTICLE_H

#include "base/base.h"
#include "terms/refusal.h"

/* How rules cite where they come from: "12" an article, "0" the introduction, "A1" an annexed
 * form, "C10" the closing clause of chapter 10; "AB-12" article 12 of the regulation AB, which the
 * same pack holds. Anything else stands for itself. */

/* In place of an article: the regulation leaves it open, the authority has set it. */
#define ARTICLE_LOCAL S("local")

/* 第十二条 / article 12, without the regulation's prefix; in the arena. */
str article_words(struct arena *arena, str article, enum language language);
/* "AB" of "AB-12"; empty when the article belongs to the pack's own regulation. */
str article_prefix(str article);

#endif

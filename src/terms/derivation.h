/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_DERIVATION_H
#define YJ_TERMS_DERIVATION_H

#include "base/base.h"
#include "terms/clock.h"
#include "terms/refusal.h"

/* The steps of a derivation (terms/clock.h), a line each: the day or days with their weekdays, then
 * what they are, so that a person can follow with a finger on a wall calendar. unit: that of the
 * limit, which says whether n counts days or whole months. A step of a kind that is unknown here is
 * a programmer error. The text lives in the arena and ends with a line feed. */
str derivation_print(struct arena *arena, const struct doc *steps, enum unit unit,
                     enum language language);

#endif

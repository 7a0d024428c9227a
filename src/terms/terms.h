/* SPDX-License-Identifier: Apache-2.0
 *
 * terms: the nouns of the field, shared by every room: dates and the working-day calendar, the
 * legal clock, documents, events, commands, refusals, the aggregates that facts are made of, and
 * every limit of the program.
 *
 * Contract of the room: pure values. No input or output, no wall clock, no floats. Only structs
 * of this room cross between rooms, and the tables that must be written once (events.def,
 * refusals.def) are written here.
 */
#ifndef YJ_TERMS_H
#define YJ_TERMS_H

#include "base/base.h"

#include "terms/limits.h"

#include "terms/calendar.h"
#include "terms/clock.h"
#include "terms/date.h"
#include "terms/derivation.h"
#include "terms/doc.h"

#include "terms/aggregate.h"
#include "terms/article.h"
#include "terms/command.h"
#include "terms/event.h"
#include "terms/refusal.h"

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_PROJECT_REBUILD_PRIV_H
#define YJ_PROJECT_REBUILD_PRIV_H

#include "project/project.h"

/* Folds the whole journal of one database into the derived tables of another (or the same). */
bool replay_journal(struct db *from, struct db *to, struct err *e) WARN_UNUSED;
str row_bytes(struct arena *arena, const struct db_table *table, const struct db_cell *cells);
bool digest_table(struct db *db, const struct db_table *table, struct digest *out,
                  int64_t *out_rows, struct err *e) WARN_UNUSED;

/* verify_kept.c: the kept rows against their digests in the journal, both ways. */
bool verify_kept(struct db *db, struct findings *findings, struct err *e) WARN_UNUSED;
/* verify.c: a sentence into the findings. */
void find(struct findings *findings, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif

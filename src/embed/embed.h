/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that travel inside the binary: the browser application, the shipped policy packs with their
 * scenarios and the tables of what these prove, the published holidays, the table of requirements.
 * tools/embed.py writes the tables; the library `embed` stands beside the rooms and needs none of
 * them, so any of them can use it. */
#ifndef YJ_EMBED_H
#define YJ_EMBED_H

#include <stddef.h>

struct embedded {
    const char *path;            /* see each table */
    const unsigned char *bytes;
    size_t len;
    const unsigned char *gzip;   /* NULL where packing does not pay */
    size_t gzip_len;
    const char *type;            /* media type */
};

/* Ascending by path (bytewise). Empty tables are fine: the counts say so. */
extern const struct embedded embedded_web[];      /* "/index.html", "/assets/main-1a2b3c4d.js" */
extern const size_t embedded_web_n;               /* 0: built without the browser application */
extern const struct embedded embedded_policies[]; /* "NAME/pack.yaml" */
extern const size_t embedded_policies_n;
extern const struct embedded embedded_scenarios[]; /* "NAME/scenarios/FILE.scn" */
extern const size_t embedded_scenarios_n;
extern const struct embedded embedded_accepted[]; /* "NAME/mutants.tsv" */
extern const size_t embedded_accepted_n;
/* "china-holidays.tsv", "requirements.tsv", "NAME/coverage.tsv" */
extern const struct embedded embedded_data[];
extern const size_t embedded_data_n;

#endif

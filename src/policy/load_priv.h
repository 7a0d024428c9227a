/* SPDX-License-Identifier: Apache-2.0
 *
 * What the stages of the loader share: the codes of findings, the node tree with its marks, the
 * drafts that parse hands to link, and the entry of every stage. */
#ifndef YJ_POLICY_LOAD_PRIV_H
#define YJ_POLICY_LOAD_PRIV_H

#include "policy/policy.h"

/* ---- codes --------------------------------------------------------------------------------- */

/* symbol, code, is it a warning. P0 the file, P1 words and names, P2 expressions, P3 limits,
 * P4 sources, P5 how a case can run. Codes are stable: people look them up in
 * docs/policy-language.md; a code is never given a second meaning. */
#define PROBLEMS(X)                                                                               \
    X(CHARACTER, "P001", false)       /* not UTF-8, or a character that nobody can see */         \
    X(FILE_SIZE, "P002", false)       /* a file, a list or a map is larger than the limit */      \
    X(DEPTH, "P003", false)           /* nested deeper than the limit */                          \
    X(SYNTAX, "P004", false)          /* libyaml cannot read it */                                \
    X(YAML_FEATURE, "P005", false)    /* anchor, alias, tag, merge, directive, documents */      \
    X(DUPLICATE_KEY, "P006", false)   /* a key stands twice in one map */                         \
    X(PACK_FILES, "P007", false)      /* pack.yaml is missing, or a file name is not allowed */   \
    X(UNKNOWN_STEP, "P101", false)                                                                \
    X(UNKNOWN_REGISTER, "P118", false)                                                            \
    X(UNKNOWN_LIST, "P119", false)                                                                \
    X(UNKNOWN_PROCEDURE, "P120", false)                                                           \
    X(UNKNOWN_PACK, "P121", false)    /* uses: a pack that is not there */                        \
    X(SHAPE, "P102", false)           /* a map where a text is wanted, and the like */            \
    X(UNKNOWN_KEY, "P103", false)                                                                 \
    X(UNKNOWN_OUTCOME, "P104", false)                                                             \
    X(UNKNOWN_ROLE, "P105", false)                                                                \
    X(UNKNOWN_MATERIAL, "P106", false)                                                            \
    X(UNKNOWN_FIELD, "P107", false)                                                               \
    X(DUPLICATE_ID, "P108", false)                                                                \
    X(MISSING_KEY, "P109", false)                                                                 \
    X(BAD_ID, "P110", false)          /* not a word of letters, digits and hyphens; or reserved */ \
    X(LABEL, "P111", false)           /* zh or en missing, empty, too long or swapped */          \
    X(UNKNOWN_WORD, "P112", false)    /* not a word of a closed list */                           \
    X(NUMBER, "P113", false)          /* not a number, or outside its range */                    \
    X(DATE_FORM, "P114", false)       /* no such day */                                           \
    X(TOO_MANY, "P115", false)        /* more steps, fields or outcomes than the limit */         \
    X(TARGET, "P116", false)          /* where an outcome leads cannot be read */                 \
    X(FIELD_KEY, "P117", false)       /* a key that the type of the field does not take */        \
    X(EXPRESSION, "P201", false)      /* an expression cannot be read */                          \
    X(TYPES, "P202", false)           /* kinds of values that cannot be compared or joined */     \
    X(UNGUARDED, "P203", false)       /* a value that may be empty, used without given(...) */    \
    X(UNKNOWN_PATH, "P204", false)    /* no such field, item or word in an expression */          \
    X(EXPRESSION_LIMIT, "P205", false) /* too long or nested too deeply */                        \
    X(UNITS, "P206", false)           /* quantities of different units */                         \
    X(OWN_FIELD, "P207", false)       /* a limit that depends on the very act it times */         \
    X(NOT_TAKEN, "P208", false)       /* has() of a material that the step does not take */       \
    X(OTHER_OUTCOME, "P209", false)   /* a field where it is never filled in (its for) */         \
    X(LIMIT_SENTENCE, "P300", false)                                                              \
    X(MONTH_ROUND, "P301", false)     /* a month limit that does not say how it rounds */         \
    X(ANCHOR_LATE, "P302", false)     /* the anchor can be missing when the step opens */         \
    X(COUNT_FIELD, "P303", false)     /* a field that cannot hold the length of a limit */        \
    X(WAIT_OUTLASTS, "P304", false)   /* forced to be late, on every day of the year */           \
    X(WAIT_MAY_OUTLAST, "P305", true) /* forced to be late, on some days */                       \
    X(NO_BASIS, "P401", false)        /* neither an article nor source: local */                  \
    X(BASIS_FORM, "P402", false)      /* article not a number, or both basis and source */        \
    X(MEETS_FORM, "P403", false)                                                                  \
    X(MEETS_ARTICLE, "P404", false)   /* meets a requirement of an article not cited */           \
    X(MEETS_UNKNOWN, "P405", false)   /* a requirement that the table does not have */            \
    X(UNREACHABLE, "P501", false)                                                                 \
    X(DEAD_OUTCOME, "P502", false)                                                                \
    X(STUCK, "P503", false)           /* a case that cannot end */                                \
    X(OPENED_TWICE, "P504", false)                                                                \
    X(HOLD_BACK, "P505", false)       /* hold without back, or back without hold */               \
    X(OTHERWISE, "P506", false)       /* a choice that can leave a case nowhere */                \
    X(SEAT, "P507", false)            /* no seat for a role, or one that does not fit */          \
    X(SEAT_UNDECIDED, "P508", false)  /* nobody was named yet when the step opens */              \
    X(UNUSED_MATERIAL, "P509", false)                                                             \
    X(UNDECIDED, "P510", false)       /* a field used before it is decided */                     \
    X(STATES, "P511", false)          /* more states than can be explored */                      \
    X(EFFECT, "P512", false)          /* unknown effect, or wrong argument */                     \
    X(TITLE_FIELD, "P513", false)     /* names: a field that cannot name a system */              \
    X(PRESET, "P514", false)          /* preset of another type */                                \
    X(SEVERAL_SEATS, "P515", false)   /* signed by several: it holds or stays, or is asked */     \
    X(TELL, "P516", false)            /* nobody to tell, or nothing to show */                    \
    X(NO_SYSTEM, "P517", false)       /* a rule about a system where there is none */             \
    X(EXTENSION, "P518", false)       /* an extension of what cannot be extended */               \
    X(CITED, "P519", false)           /* what a cited case, or the body in a seat, cannot say */  \
    X(OPENING, "P520", false)         /* a procedure that cannot open by itself */                \
    X(OVERRIDE, "P521", false)        /* an override that no higher law commands */               \
    X(WITHDRAWAL, "P522", false)      /* taken back, the case leaves behind what it did */

enum problem {
#define X(symbol, code, warning) PROBLEM_##symbol,
    PROBLEMS(X)
#undef X
};

enum { DIAGNOSTICS_MAX = 100 };
/* Outcomes of one step: what an explored state notes in one byte. Targets of one outcome. */
enum { OUTCOMES_MAX = 16, TARGETS_MAX = 16, EACH_MAX = 8 };

/* ---- nodes --------------------------------------------------------------------------------- */

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST };
struct node;
struct node_entry {
    struct node *key, *value;
};
struct node {
    enum node_kind kind;
    struct pos pos;
    str text;                    /* SCALAR: as written, without quotes */
    bool plain;                  /* SCALAR: without quotes, not a block */
    VEC(struct node_entry) entries;
    VEC(struct node *) items;
};

/* ---- drafts: structs filled, names not yet linked ------------------------------------------ */

struct draft_step {
    const struct node *node;
    bool form_broken;            /* a field failed to parse: expressions over it are not judged */
};
struct draft_procedure {
    struct procedure *procedure;
    const struct node *node;
    struct draft_step *steps;    /* beside procedure->steps */
};

struct load {
    struct arena *arena;
    const struct pack *pack;
    struct diagnostics *diagnostics;
    struct policy *policy;
    str changed;                 /* procedure: all that differs from a pack that was audited */
    const struct node *head;     /* of pack.yaml */
    bool pack_missing;           /* one that `uses` names */
    VEC(const struct node *) roots; /* files with sections: pack.yaml first */
    /* Beside policy->registers, lists and reports. */
    VEC(const struct node *) registers, lists, reports;
    VEC(struct draft_procedure) drafts;
};

/* ---- findings ------------------------------------------------------------------------------ */

void diagnose(struct load *load, enum problem problem, struct pos pos, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
bool problem_is_warning(enum problem problem);
/* "; expected a, b or c." with ` Did you mean "b"?` when one is near; ends the sentence. */
str expected_words(struct arena *arena, str word, const str *words, size_t n);
/* The position of byte `at` of a scalar's text in its file. */
struct pos node_pos_at(const struct load *load, const struct node *scalar, size_t at);
/* The line without its end; empty past the end. */
str source_line(str bytes, int line);

/* ---- yaml ---------------------------------------------------------------------------------- */

/* NULL when the file was refused (reported). */
struct node *yaml_read(struct load *load, const struct pack_file *file);

/* ---- reading nodes (schema) ---------------------------------------------------------------- */

const struct node *node_get(const struct node *map, const char *key);   /* NULL when absent */
/* Refuses another shape than a map and keys outside the blank-separated list. */
bool check_map(struct load *load, const struct node *node, const char *what, const char *keys);
bool check_list(struct load *load, const struct node *node, const char *what, size_t most);
/* Required; STR_NONE when absent or not a text (reported). */
str read_text(struct load *load, const struct node *map, const char *key, const char *what);
/* The text of a scalar, STR_NONE when it is none or empty (reported). */
str scalar_text(struct load *load, const struct node *node, const char *what);
void read_label(struct load *load, const struct node *map, const char *what, struct label *out);
bool read_flag(struct load *load, const struct node *map, const char *key, bool *out);
bool read_int(struct load *load, const struct node *node, const char *what, int64_t min,
              int64_t max, int64_t *out);
/* 12, A1, C10, 0: an article as regulations number them, without a prefix. */
bool article_form(str s);
/* Index in the blank-separated list, or -1 (reported). */
int read_word(struct load *load, const struct node *node, const char *what, const char *words);
/* Checks the form of an id and that it is not among the reserved words (blank-separated). */
void check_id(struct load *load, const struct node *node, const char *what, const char *reserved);
enum basis_need { BASIS_REQUIRED, BASIS_OPTIONAL };
/* Reads basis and source. inherit (may be NULL) stands in when the map has neither. */
struct basis read_basis(struct load *load, const struct node *map, const char *what,
                        const struct basis *inherit, enum basis_need need);
size_t split_words(struct arena *arena, str list, str **out);

/* Is it the name of a file that a blob may hold? */
bool pack_name_allowed(str name);
/* Is it a file that came from the pack `other`, "OTHER.FILE.yaml"? */
bool pack_file_is_of(str name, str other);
/* ... from any other pack? */
bool pack_file_is_shared(str name);

/* ---- stages -------------------------------------------------------------------------------- */

/* pack.yaml (load->roots holds it and every other file of sections). */
void parse_head(struct load *load);
/* The entries of a section of all files, in their order; a name that stands twice is reported. */
struct section {
    VEC(const struct node_entry *) entries;
};
struct section read_section(struct load *load, const char *key, size_t most);
void parse_procedure(struct load *load, const struct node *root);
/* meets of a map; empty when it has none. */
struct claims parse_meets(struct load *load, const struct node *map);
/* Each requirement belongs to an article that the step, or the register, cites. */
void check_step_claims(struct load *load, const struct procedure *procedure,
                       const struct step *step);
void check_register_claims(struct load *load, const struct ledger *ledger);
void parse_registers(struct load *load);
void link_registers(struct load *load);
/* Its offered conditions and when it may be withdrawn. */
void link_offer(struct load *load, const struct node *root, struct procedure *procedure);
/* "09-30" with a month, "5" without; false when it is neither. */
bool by_date_parse(str text, bool month, struct by_date *out) WARN_UNUSED;
/* opens and priority. */
void parse_opening(struct load *load, const struct node *root, struct procedure *procedure);
/* The step's shows and tell. */
void link_shows(struct load *load, const struct procedure *procedure, const struct node *node,
                struct step *step);
void parse_form(struct load *load, const struct node *node, struct form *out, bool *out_broken);
void link_policy(struct load *load);
void audit_policy(struct load *load);

/* within, not-before and ahead; node may be NULL. */
enum direction { DIRECTION_WITHIN, DIRECTION_WAIT, DIRECTION_AHEAD };
void link_limit(struct load *load, const struct procedure *procedure, const struct step *step,
                const struct node *node, enum direction direction, struct limit *out);
/* Where an outcome leads and what it does. */
void link_outcome(struct load *load, const struct procedure *procedure, const struct step *step,
                  const struct node *node, struct outcome *out);

/* Shared by link, limits and audits: names the steps, outcomes and fields when one is unknown. */
const struct step *want_step(struct load *load, const struct procedure *procedure, str id,
                             struct pos pos);
const struct outcome *want_outcome(struct load *load, const struct step *step, str id,
                                   struct pos pos);
const struct field *want_field(struct load *load, const struct step *step, str id,
                               struct pos pos);
/* A value of a step signed by several is as many: reported where one is wanted. */
bool want_single(struct load *load, const struct step *step, str field, struct pos pos);
bool want_role(struct load *load, str id, struct pos pos);
/* Has the role one organisation in this procedure? Reports when there is no such seat. */
bool want_seat(struct load *load, const struct procedure *procedure, str role, struct pos pos);
/* procedure: of a field that cites a case. */
void link_cited_procedure(struct load *load, const struct field *field, const struct node *node);
const struct procedure *want_procedure(struct load *load, str id, struct pos pos);
bool form_is_broken(const struct load *load, const struct step *step);
/* Does the field belong to every outcome of its step? */
bool field_always(const struct step *step, const struct field *field);
/* "approve or return": the outcomes that a field belongs to, as a sentence names them. */
str field_outcomes(struct arena *arena, const struct field *field);

#endif

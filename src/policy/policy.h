/* SPDX-License-Identifier: Apache-2.0
 *
 * policy: a regulation as a file. parse (YAML with marks) -> link (names) -> audit (does it make
 * sense) -> program, and the expression language of its conditions.
 *
 * Contract of the room: pure. Bytes in, a program or diagnostics out; a pack with any error is
 * refused as a whole. No regulation's name, number or day count stands in C. Every node knows its
 * file:line:column. yaml.h is included in policy_yaml.c alone.
 */
#ifndef YJ_POLICY_H
#define YJ_POLICY_H

#include "base/base.h"
#include "terms/terms.h"

struct pos {
    str file;
    int line, column;        /* from 1 */
};

struct label {
    str zh, en;
};

/* Where a rule comes from: an article of the regulation, or the authority's own setting. */
struct basis {
    str article;             /* "12"; empty for a local one */
    bool local;
};

/* ---- expressions --------------------------------------------------------------------------- */

struct expression;           /* typed, linked; see expression.c for the grammar */

enum value_kind { VALUE_BOOL, VALUE_INTEGER, VALUE_TEXT, VALUE_DATE, VALUE_QUANTITIES, VALUE_NONE };
struct value {
    enum value_kind kind;    /* VALUE_NONE: an optional path without a value */
    bool boolean;
    int64_t integer;
    str text;                /* texts and choice words */
    date day;
    const struct doc *quantities; /* map item -> millionths; an absent item is 0 */
};

/* What an expression may ask of the world; decide/ answers from its facts.
 * path: "review.granted" is {head: review, name: granted}; a bare field is asked with the id of
 * its own step as head; "unit.level" has head "unit"; "today" an empty head and name "today"
 * (VALUE_DATE). An organisation field answers its id (VALUE_INTEGER). */
struct environment {
    void *facts;
    struct value (*path)(void *facts, str head, str name);
    bool (*done)(void *facts, str step, str outcome);    /* last round closed with that outcome */
    bool (*has)(void *facts, str material);              /* filed in the step's current round */
};

/* False when the step limit was passed or an operand had no value (VALUE_NONE): out_why says so. */
bool expression_holds(struct arena *arena, const struct expression *expression,
                      const struct environment *environment, bool *out, str *out_why) WARN_UNUSED;
str expression_text(const struct expression *expression);
struct pos expression_pos(const struct expression *expression);
/* The material when the whole expression is has(MATERIAL), the field when it is given(FIELD) of
 * the step's own form, else STR_NONE: a refusal then says "missing" instead of "condition". */
str expression_material(const struct expression *expression);
str expression_field(const struct expression *expression);
/* The one field of the step's own form that the expression reads, when it asks nothing else of the
 * act (no other field of that form, no material); else STR_NONE. It is what a person would mend. */
str expression_own_field(const struct expression *expression);

/* ---- the program --------------------------------------------------------------------------- */

enum field_type {
    FIELD_TEXT, FIELD_INTEGER, FIELD_BOOL, FIELD_DATE, FIELD_CHOICE, FIELD_QUANTITIES,
    FIELD_ORGANISATION       /* id of an organisation that holds `role` */
};
const char *field_type_name(enum field_type type);

struct choice {
    str id;
    struct label label;
};

struct field {
    str id;
    struct label label, help;    /* help may be empty */
    enum field_type type;
    bool optional, multiline;
    int64_t min, max;            /* INTEGER: range; TEXT: bytes */
    str unit;                    /* INTEGER: shown after the number (day), may be empty */
    struct choice *choices;
    size_t n_choices;
    str role;                    /* FIELD_ORGANISATION */
    struct {                     /* where its first value is copied from: STEP.FIELD, or empty */
        str step, field;
    } preset;
    struct basis basis;          /* article that asks for it */
    str *outcomes;               /* outcomes of its step that it belongs to */
    size_t n_outcomes;           /* 0: every outcome */
    struct pos pos;
};

struct form {
    struct field *fields;
    size_t n;
};

struct material_kind {
    str id;
    struct label label;
    struct basis basis;
    struct pos pos;
};

/* A resource of the catalogue: what quantities fields are made of. */
struct item {
    str id;
    struct label label, unit;
    str group;                   /* "main" or "backup": shown apart in forms */
    struct pos pos;
};

struct condition {
    struct expression *when;
    struct label say;            /* what a person reads when it does not hold */
    struct basis basis;
    str outcome;                 /* empty: for every outcome of the step */
};

enum anchor_kind { ANCHOR_OPENED, ANCHOR_FACT }; /* the task's own opening, or STEP.OUTCOME */

struct limit_case {
    struct expression *when;     /* NULL: the rule itself (always the last one) */
    int32_t count;               /* when field is empty */
    str count_step, count_field; /* else the INTEGER field that holds the count */
    enum unit unit;
    bool roll;
};

struct limit {
    bool present;
    struct limit_case *cases;    /* exceptions first, then the rule */
    size_t n;
    enum anchor_kind anchor;
    str step, outcome;           /* ANCHOR_FACT */
    struct basis basis;
    struct pos pos;
};

enum target_kind { TARGET_STEP, TARGET_HOLD, TARGET_BACK, TARGET_DONE, TARGET_END };

struct target {
    enum target_kind kind;       /* HOLD opens `step` and stops the holder's clock */
    str step;
    struct expression *when;     /* NULL: otherwise; a choice takes the first that holds */
};

/* What an outcome does to things outside the case; a closed list. */
#define EFFECTS(X)                                                                                \
    X(grant, "grant")            /* grant(STEP.FIELD): become the system's approved quantities */ \
    X(set_live, "set-live")      /* the system goes into formal operation today */

enum effect_kind {
#define X(symbol, name) EFFECT_##symbol,
    EFFECTS(X)
#undef X
};

struct effect {
    enum effect_kind kind;
    str step, field;             /* argument, where it takes one */
    struct pos pos;
};

/* How an outcome sounds to the one who waits for it: the browser shows it so. */
enum tone { TONE_POSITIVE, TONE_NEUTRAL, TONE_NEGATIVE };

struct outcome {
    str id;
    struct label label;
    enum tone tone;
    struct target *targets;      /* all of one choice, or several opened side by side */
    size_t n_targets;
    bool choice;                 /* targets are alternatives */
    struct effect *effects;
    size_t n_effects;
    struct pos pos;
};

struct step {
    str id;
    struct label label;
    str by;                      /* role */
    struct basis basis;
    str *meets;                  /* requirement ids */
    size_t n_meets;
    struct form form;
    str *materials;              /* ids this step may take; needs say which are required */
    size_t n_materials;
    struct condition *needs;
    size_t n_needs;
    struct limit within, not_before;
    struct outcome *outcomes;
    size_t n_outcomes;
    bool opinion;                /* an opinion must be written */
    bool stage;                  /* shown on the stage line; a supplement or rectification is not */
    struct pos pos;
};

/* How the organisation of a role is found in a case. */
enum seat_kind {
    SEAT_OPENER,                 /* the organisation that opened the case */
    SEAT_PARENT,                 /* the county authority above the opener */
    SEAT_SOLE,                   /* the only organisation with the role */
    SEAT_FIELD                   /* named in an organisation field, STEP.FIELD */
};
struct seat {
    str role;
    enum seat_kind kind;
    str step, field;
    struct pos pos;
};

struct procedure {
    str id, code;                /* code: letters in the case number */
    struct label label;
    struct basis basis;
    str title_step, title_field; /* the text field of the first step that names the system */
    struct seat *seats;
    size_t n_seats;
    struct step *steps;          /* the first one opens the case */
    size_t n_steps;
    struct pos pos;
};

enum sees { SEES_OWN, SEES_ALL };

struct role {
    str id;
    struct label label;
    enum sees sees;              /* cases that its organisation takes part in, or all */
    str *levels;                 /* of its organisations */
    size_t n_levels;
    struct pos pos;
};

struct policy {
    str id;                      /* CITY-YEAR */
    struct label title, authority; /* authority: the body in charge, e.g. a data bureau */
    str short_zh, short_en;      /* title in refusals */
    str document;                /* number of the document */
    date from;                   /* in force from */
    str authority_role;          /* the role that the authority itself holds */
    int32_t due_soon_days;       /* working days left at which a light turns yellow */
    struct role *roles;
    size_t n_roles;
    struct material_kind *materials;
    size_t n_materials;
    struct item *items;
    size_t n_items;
    struct procedure *procedures;
    size_t n_procedures;
};

/* ---- loading ------------------------------------------------------------------------------- */

struct pack_file {
    str name;                    /* "pack.yaml", "onboard.yaml" */
    str bytes;
};
struct pack {
    VEC(struct pack_file) files; /* ascending by name */
};

/* One finding about a pack: `file:line:column: CODE: sentence`, the source line and a caret. */
struct diagnostic {
    bool warning;
    str code;                    /* P101 ... */
    struct pos pos;
    str message;
    str source;                  /* the offending line, without its end */
};
struct diagnostics {
    VEC(struct diagnostic) items;
    size_t errors;
};
str diagnostics_print(struct arena *arena, const struct diagnostics *diagnostics);

/* Parses, links and audits. NULL when any error was found (all are in out_diagnostics, at most
 * 100); warnings alone do not refuse. The program lives in the arena and borrows the pack. */
struct policy *policy_load(struct arena *arena, const struct pack *pack,
                           struct diagnostics *out_diagnostics) WARN_UNUSED;

/* The closure of a pack as one canonical blob, and back; its SM3 digest is the version. Packing
 * takes a pack that policy_load accepted (else must). Errors of unpacking: CORRUPT. */
str pack_to_blob(struct arena *arena, const struct pack *pack);
bool pack_from_blob(struct arena *arena, str blob, struct pack *out, struct err *e) WARN_UNUSED;
void pack_add(struct arena *arena, struct pack *pack, str name, str bytes); /* keeps the order */

/* NULL when there is none. */
const struct procedure *policy_procedure(const struct policy *policy, str id);
const struct step *procedure_step(const struct procedure *procedure, str id);
const struct outcome *step_outcome(const struct step *step, str id);
const struct field *form_field(const struct form *form, str id);
/* Is the field filled in when its step is decided so? Where not, it is not part of the form. */
bool field_applies(const struct field *field, str outcome);
const struct role *policy_role(const struct policy *policy, str id);
const struct material_kind *policy_material(const struct policy *policy, str id);
const struct item *policy_item(const struct policy *policy, str id);

#endif

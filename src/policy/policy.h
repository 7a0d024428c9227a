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

/* A requirement that a rule fulfils, and where the pack says so. */
struct claim {
    str id;                  /* PREFIX-ARTICLE or PREFIX-ARTICLE.NUMBER */
    struct pos pos;
};
struct claims {
    struct claim *items;
    size_t n;
};

/* ---- expressions --------------------------------------------------------------------------- */

struct expression;           /* typed, linked; see expression.c for the grammar */

enum value_kind { VALUE_BOOL, VALUE_INTEGER, VALUE_TEXT, VALUE_DATE, VALUE_QUANTITIES, VALUE_NONE };

/* Of what else a path is asked, `PATH of FIELD` or `REGISTER.FIELD of ROLE`: a field that cites a
 * case (head: its step), or a role that has a seat (head: empty). */
struct whose {
    str head, name;
};

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
 * its own step as head; "unit.level" has head "unit", "system.stage" head "system", "seat.ROLE"
 * head "seat"; "today" an empty head and name "today" (VALUE_DATE); a register's field has the
 * register as head. An organisation is its id (VALUE_INTEGER). */
struct environment {
    void *facts;
    struct value (*path)(void *facts, str head, str name);
    /* The same of a cited case, or of the body in a seat. */
    struct value (*path_of)(void *facts, struct whose whose, str head, str name);
    /* Is the cited case's last round of the step decided so? */
    bool (*done_of)(void *facts, struct whose whose, str step, str outcome);
    /* The last round closed with that outcome; an empty outcome asks whether it is open or held. */
    bool (*done)(void *facts, str step, str outcome);
    /* The day on which the step's last round was decided so; VALUE_NONE when it was not. */
    struct value (*on)(void *facts, str step, str outcome);
    bool (*has)(void *facts, str material);              /* filed in the step's current round */
    bool (*shorter)(void *facts, str step);              /* its notice was shorter than it ought */
    bool (*listed)(void *facts, str list);               /* the list finds the system */
    bool (*running)(void *facts, str procedure);         /* another open case about the system */
    /* From now on paths of the register mean its n-th line, latest first; false when there is
     * none, or a period is missing between it and the one before. */
    bool (*line)(void *facts, str register_id, size_t n);
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
    FIELD_ORGANISATION,      /* id of an organisation that holds `role` */
    FIELD_ORGANISATIONS,     /* several of them */
    FIELD_MONEY,             /* fen */
    FIELD_CASE,              /* id of a case of `procedure` that the actor may see */
    FIELD_PERSON             /* id of a holder of the actor's own post */
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
    int64_t min, max;            /* INTEGER: range; MONEY: in fen; TEXT: bytes */
    str unit;                    /* INTEGER: shown after the number (day), may be empty */
    struct choice *choices;
    size_t n_choices;
    str role;                    /* ORGANISATION, ORGANISATIONS */
    str procedure;               /* CASE */
    struct {                     /* where its first value is copied from: STEP.FIELD, or empty */
        str step, field;
    } preset;
    struct basis basis;          /* article that asks for it */
    struct claims meets;
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
    struct claims meets;
    str outcome;                 /* empty: for every outcome of the step */
};

/* The task's own opening, STEP.OUTCOME, or the day in a date field, STEP.FIELD. */
enum anchor_kind { ANCHOR_OPENED, ANCHOR_FACT, ANCHOR_DAY };

enum limit_kind {
    LIMIT_COUNTED,               /* COUNT UNIT after FACT */
    LIMIT_UNTIL,                 /* until a date that a field holds */
    LIMIT_BY,                    /* by a date that comes again every year or month */
    LIMIT_BEFORE,                /* COUNT UNIT before a date that a field holds */
    LIMIT_AHEAD                  /* COUNT UNIT before a date of the step's own form */
};

struct limit_case {
    struct expression *when;     /* NULL: the rule itself (always the last one) */
    int32_t count;               /* when field is empty */
    str count_step, count_field; /* else the INTEGER field that holds the count */
    enum unit unit;
    bool roll;
    struct claims meets;         /* of an exception */
    struct pos pos;
};

struct limit {
    bool present;
    enum limit_kind kind;
    str date_step, date_field;   /* UNTIL, BEFORE, AHEAD, and what ANCHOR_DAY counts from */
    struct by_date by;           /* BY */
    bool refuses;                /* AHEAD: too short a notice is refused, else marked */
    int32_t extend_most;         /* units that extensions may add in all; 0: no extension */
    struct basis extend_basis;
    struct claims extend_meets;
    struct limit_case *cases;    /* exceptions first, then the rule */
    size_t n;
    enum anchor_kind anchor;
    str step, outcome;           /* ANCHOR_FACT */
    struct basis basis;
    struct claims meets;
    struct limit *displaced;       /* what this one, of higher law, takes the place of, and so on
                                    * down to the regulation's own; NULL: nothing */
    struct pos pos;
};

enum target_kind { TARGET_STEP, TARGET_HOLD, TARGET_BACK, TARGET_STAY, TARGET_DONE, TARGET_END };

struct target {
    enum target_kind kind;       /* HOLD opens `step` and stops the holder's clock; STAY: the task
                                  * is still owed, its clock runs on */
    str step;
    struct expression *when;     /* NULL: always, or otherwise */
    bool otherwise;              /* when no condition beside it holds */
};

/* Which targets of an outcome are followed: all, the first that holds, or each that holds. */
enum leading { LEADS_ALL, LEADS_FIRST, LEADS_EACH };

/* What an outcome does to things outside the case; a closed list. Symbol, name, argument. */
#define EFFECTS(X)                                                                                \
    X(grant, "grant", QUANTITIES)       /* are added to the system's approved quantities */       \
    X(regrant, "regrant", QUANTITIES)   /* become the system's approved quantities */             \
    X(ungrant, "ungrant", QUANTITIES)   /* are taken off the system's approved quantities */      \
    X(lend, "lend", QUANTITIES)         /* are approved for a time, beside all of these */        \
    X(take_back, "take-back", QUANTITIES) /* are not any more */                                  \
    X(release, "release", NOTHING)      /* nothing is approved for the system any more */         \
    X(provide, "provide", ORGANISATION) /* becomes the system's provider */                       \
    X(set_live, "set-live", NOTHING)    /* the system goes into formal operation */               \
    X(retire, "retire", NOTHING)        /* its service and its metering end */                    \
    X(file, "file", REGISTER)           /* REGISTER of STEP about ROLE: a line */                 \
    X(extend, "extend", EXTENSION)      /* a running task gets more time: STEP by STEP.FIELD */   \
    X(start, "start", PROCEDURE)        /* opens a case about the same system, for its owner */

enum effect_kind {
#define X(symbol, name, argument) EFFECT_##symbol,
    EFFECTS(X)
#undef X
};
enum effect_argument {
    ARGUMENT_NOTHING, ARGUMENT_QUANTITIES, ARGUMENT_ORGANISATION, ARGUMENT_REGISTER,
    ARGUMENT_EXTENSION, ARGUMENT_PROCEDURE
};

struct effect {
    enum effect_kind kind;
    str step, field;             /* STEP.FIELD, where it takes one */
    str target;                  /* register, procedure, or step that gets more time */
    str role;                    /* file: in whose seat the line's body sits; empty: who decides */
    struct pos pos;
};

/* How an outcome sounds to the one who waits for it: the browser shows it so. */
enum tone { TONE_POSITIVE, TONE_NEUTRAL, TONE_NEGATIVE };

struct outcome {
    str id;
    struct label label;
    enum tone tone;
    struct target *targets;
    size_t n_targets;
    enum leading leads;
    struct effect *effects;
    size_t n_effects;
    struct basis basis;          /* its own, else the step's */
    struct claims meets;         /* also of where it leads and what it does */
    struct pos pos;
};

/* What the page lays beside the form, and the journal notes with the decision. */
enum shown_kind { SHOWN_FIELD, SHOWN_MATERIAL, SHOWN_REGISTER };
struct shown {
    enum shown_kind kind;
    str step, id;                /* FIELD: of that step; MATERIAL, REGISTER: empty step */
    str role;                    /* REGISTER: of the body in this seat alone, or empty */
    struct claims meets;
    struct pos pos;
};

/* Who is told of an outcome, and has to receive it. */
struct tell {
    str outcome, role;           /* outcome empty: every one */
    struct claims meets;
    struct pos pos;
};

struct step {
    str id;
    struct label label;
    str by;                      /* role; the first of several */
    str *seats;                  /* roles that sign, each by itself; the first outcome needs all */
    size_t n_seats;
    bool each;                   /* every organisation that the role's seat names signs */
    struct basis basis;
    struct claims meets;         /* of every part that makes none of its own */
    struct form form;
    str *materials;              /* ids this step may take; needs say which are required */
    size_t n_materials;
    struct condition *needs;
    size_t n_needs;
    struct limit within, not_before, ahead;
    struct shown *shows;
    size_t n_shows;
    struct tell *tells;
    size_t n_tells;
    struct outcome *outcomes;
    size_t n_outcomes;
    bool opinion;                /* an opinion must be written */
    bool paper;                  /* may be recorded later, from a paper */
    bool further;                /* the authority may ask for materials beyond these */
    struct claims opinion_meets, paper_meets, further_meets;
    bool stage;                  /* shown on the stage line; a supplement or rectification is not */
    struct pos pos;
};

/* How the organisation of a role is found in a case. */
enum seat_kind {
    SEAT_OPENER,                 /* the organisation that opened the case */
    SEAT_PARENT,                 /* the county authority above the opener */
    SEAT_SOLE,                   /* the only organisation with the role */
    SEAT_OWNER,                  /* the system's owner */
    SEAT_PROVIDER,               /* the system's provider */
    SEAT_FIELD                   /* named in an organisation field, STEP.FIELD */
};
struct seat {
    str role;
    enum seat_kind kind;
    str step, field;
    bool several;                /* the field names organisations */
    struct pos pos;
};

/* What a case is about. */
enum subject {
    SUBJECT_NEW,                 /* a system that its first step registers */
    SUBJECT_SYSTEM,              /* a system that there is */
    SUBJECT_OPENER               /* the organisation that opens it; no system at all */
};

/* A duty that comes again: in every period a case opens by itself, for each organisation that
 * holds the role of the first step. */
enum every { EVERY_MONTH, EVERY_QUARTER, EVERY_HALF_YEAR, EVERY_YEAR };
struct recurrence {
    bool present;
    enum every every;
    int month, day;              /* it opens on this day: of each year; month 0: of the first month
                                  * of each period */
    struct basis basis;
    struct claims meets;
    struct pos pos;
};

struct procedure {
    str id, code;                /* code: letters in the case number */
    struct label label;
    struct basis basis;
    struct claims meets;         /* of what stands beside the steps, and of the way through them */
    enum subject subject;
    struct recurrence opens;
    bool priority;               /* before all other cases in every worklist */
    struct claims priority_meets;
    str title_step, title_field; /* what names case and new system; empty: the procedure's title */
    struct condition *offered;   /* what must hold for a case to be opened */
    size_t n_offered;
    struct withdrawal {
        bool present;
        struct basis basis;
        struct claims meets;
        struct pos pos;
        struct fact { str step, outcome; } *before; /* not after any of these */
        size_t n_before;
        bool releases, retires;  /* effects */
    } withdrawal;
    struct seat *seats;
    size_t n_seats;
    struct step *steps;          /* the first one opens the case */
    size_t n_steps;
    struct pos pos;
};

/* A ledger of lines with the same fields. */
enum register_about { ABOUT_SYSTEM, ABOUT_ORGANISATION };
struct ledger {
    str id;
    struct label label;
    struct basis basis;
    str by;                      /* role that files lines; empty: only effects do */
    enum register_about about;
    bool monthly;                /* one line a month; a later one for the month takes its place */
    struct form form;
    struct claims meets;
    struct pos pos;
};

/* How many systems of each owner fulfil the condition of each column, judged when it is read. */
struct report_column {
    str id;
    struct label label;
    struct expression *when;
    struct claims meets;
    struct pos pos;
};
struct report {
    str id;
    struct label label;
    struct basis basis;
    struct claims meets;
    struct report_column *columns;
    size_t n_columns;
    struct pos pos;
};

/* Systems that fulfil a condition, found anew whenever a line about them is filed. */
struct listing_rule {
    str id;
    struct label label;
    struct basis basis;
    struct expression *when;
    struct claims meets;
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

/* Another regulation whose rules the same pack holds; its articles are cited PREFIX-12. */
/* What prevails over the regulation (上位法优先), the highest last. */
enum rank {
    RANK_SAME,                   /* another regulation of the same standing */
    RANK_PROVINCIAL_RULE,        /* 省政府规章 */
    RANK_REGULATION,             /* 法规 */
    RANK_LAW                     /* 法律 */
};

struct annexed {
    str prefix;                  /* capital letters, as its requirements have it */
    struct label title, brief;
    str document;
    enum rank rank;
    struct basis basis;          /* the article by which one of higher rank prevails */
    struct pos pos;
};

struct policy {
    str id;                      /* CITY-YEAR */
    struct label title, authority; /* authority: the body in charge, e.g. a data bureau */
    str short_zh, short_en;      /* title in refusals */
    str document;                /* number of the document */
    date from;                   /* in force from: no case is opened before */
    struct claims from_meets;
    struct basis from_basis;
    struct pos from_pos;
    struct annexed *also;
    size_t n_also;
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
    struct ledger *registers;
    size_t n_registers;
    struct listing_rule *lists;
    size_t n_lists;
    struct report *reports;
    size_t n_reports;
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
/* The same for a pack that differs from a sound one in that procedure alone: the states of others
 * are not explored again, but of those that start it. Empty: anywhere. */
struct policy *policy_load_changed(struct arena *arena, const struct pack *pack, str procedure,
                                   struct diagnostics *out_diagnostics) WARN_UNUSED;
/* The same without the audit, which takes most of the time: for a pack that policy_load accepts
 * before or afterwards, as a version in the record or one that is shipped. */
struct policy *policy_load_again(struct arena *arena, const struct pack *pack,
                                 struct diagnostics *out_diagnostics) WARN_UNUSED;

/* The other packs whose files pack.yaml asks for (uses), in its order; whoever gathers a pack lays
 * their files beside its own as NAME.FILE.yaml. Nothing is reported here: the loader does. */
size_t pack_uses(struct arena *arena, const struct pack *pack, str **out);

/* Requirements that the table lacks although it knows their prefix: each is an error (P405) with
 * the nearest that it has. A prefix that it does not know is of a city that keeps its own table. */
void policy_check_claims(struct arena *arena, const struct pack *pack, const struct policy *policy,
                         const str *known, size_t n, struct diagnostics *diagnostics);

/* The closure of a pack as one canonical blob, and back; its SM3 digest is the version. Packing
 * takes a pack that policy_load accepted (else must). Errors of unpacking: CORRUPT. */
str pack_to_blob(struct arena *arena, const struct pack *pack);
bool pack_from_blob(struct arena *arena, str blob, struct pack *out, struct err *e) WARN_UNUSED;
void pack_add(struct arena *arena, struct pack *pack, str name, str bytes); /* keeps the order */

/* ---- the rules of a program ---------------------------------------------------------------- */

/* What a pack demands, taken apart into what can be left out alone. Symbol, word, and what
 * rule_neutralise makes of it: always the laxer reading, so that only a test of it can notice. */
#define RULES(X)                                                                                  \
    X(WITHIN, "within")          /* one unit longer; none when a field gives it */                \
    X(EXCEPT, "except")          /* the exception is forgotten */                                 \
    X(EXTEND, "extend")          /* one unit more */                                              \
    X(WAIT, "not-before")        /* one unit shorter; none when a field gives it */               \
    X(AHEAD, "ahead")            /* one unit shorter */                                           \
    X(NEED, "needs")             /* always holds */                                               \
    X(OFFER, "offered")          /* always holds */                                               \
    X(WITHDRAW, "withdraw")      /* a case is taken back at any time */                           \
    X(FIELD, "field")            /* need not be filled in; an optional one is not taken */        \
    X(MIN, "min")                /* one less */                                                   \
    X(MAX, "max")                /* one more */                                                   \
    X(TO, "to")                  /* leads nowhere; an end is none */                              \
    X(EFFECT, "effect")          /* does nothing */                                               \
    X(TELL, "tell")              /* nobody is told */                                             \
    X(SHOW, "shows")             /* is not shown */                                               \
    X(OPINION, "opinion")        /* need not be written */                                        \
    X(PAPER, "paper")            /* nothing is recorded from a paper */                           \
    X(FURTHER, "further")        /* nothing further is asked for */                               \
    X(BY, "by")                  /* another role acts; of several one signs less */               \
    X(REGISTER, "register")      /* its lines say nothing */                                      \
    X(FILER, "filer")            /* another role files */                                         \
    X(EVERY, "every")            /* a line of the same month stands beside the first */           \
    X(FROM, "from")              /* in force a day earlier */                                     \
    X(LIST, "list")              /* never finds a system */                                       \
    X(OPENS, "opens")            /* nothing opens by itself */                                    \
    X(PRIORITY, "priority")      /* waits its turn */                                             \
    X(COLUMN, "column")          /* counts nothing */

enum rule_kind {
#define X(symbol, word) RULE_##symbol,
    RULES(X)
#undef X
};
const char *rule_word(enum rule_kind kind);

struct rule {
    enum rule_kind kind;
    str name;                /* "onboard.review within", unlike any other of the pack */
    struct pos pos;
    struct basis basis;
    str *meets;              /* its own claims, or those of what it stands in */
    size_t n_meets;
    const void *part;        /* what a decision notes when it reads the rule; some share one */
    struct procedure *procedure;
    struct step *step;
    struct outcome *outcome;
    struct ledger *ledger;   /* of a field: in whose form it stands, else step's */
    struct report *report;   /* of a column */
    size_t at;               /* index in the list that it stands in */
};
/* Every rule, in the order of the pack. */
struct rule *policy_rules(struct arena *arena, struct policy *policy, size_t *out_n);
/* Changes the program: afterwards the rule says nothing any more. Other rules of that program may
 * point to what has moved; take a fresh one for each. */
void rule_neutralise(struct policy *policy, const struct rule *rule);

/* ---- the mutants of a pack ----------------------------------------------------------------- */

enum mutation {
#define X(symbol, word) MUTATION_##symbol,
#include "policy/mutations.def"
#undef X
};
const char *mutation_word(enum mutation kind);

struct node;
struct mutant {
    enum mutation kind;
    str id;                  /* "onboard.review.within:count.2": place, word, which of several */
    struct pos pos;
    struct basis basis;      /* of the rule that the value stands in */
    str procedure;           /* empty: of pack.yaml */
    str from, to;            /* one line each */
    size_t file;             /* index in the pack */
    const struct node *root; /* of that file */
    struct node *at;
    const struct node *instead;
};
/* Every mutant of a pack that policy_load accepted as `policy` (else must), in the order of its
 * files. */
struct mutant *policy_mutants(struct arena *arena, const struct pack *pack,
                              const struct policy *policy, size_t *out_n);
/* The pack with that one value changed, its file printed anew without what it claims to meet: no
 * mutant shall be refused for a claim. Whether it is a regulation at all, policy_load says. */
struct pack mutant_pack(struct arena *arena, const struct pack *pack, const struct mutant *mutant);

/* ---- for people ---------------------------------------------------------------------------- */

/* The whole program in sentences: who takes part, registers, each procedure step by step. */
str policy_aloud(struct arena *arena, const struct policy *policy, enum language language);

/* One rule in a sentence of its own, without its article. */
struct label rule_aloud(struct arena *arena, const struct policy *policy, const struct rule *rule);
/* A limit of the step without its article; brief: its length, where the rest is plain. */
struct label limit_aloud(struct arena *arena, const struct policy *policy,
                         const struct procedure *procedure, const struct step *step,
                         const struct limit *limit, bool brief);
/* Where an outcome of the step leads. */
struct label outcome_aloud(struct arena *arena, const struct policy *policy,
                           const struct procedure *procedure, const struct step *step,
                           const struct outcome *outcome);

/* How a change weighs on whom the rules bind. Symbol, zh, en. */
#define WEIGHTS(X)                                                                                \
    X(TIGHTER, "收紧", "tighter")                                                                 \
    X(LOOSER, "放宽", "looser")                                                                   \
    X(RIGHTS, "权责", "other right-holder") /* another acts, decides, files, sees or is told */   \
    X(STRUCTURE, "结构", "structural")
enum weight {
#define X(symbol, zh, en) WEIGHT_##symbol,
    WEIGHTS(X)
#undef X
};
/* What the second program says otherwise than the first, by article, each line with its weight;
 * wordings apart at the end. Empty when they say the same. */
str policy_changes(struct arena *arena, struct policy *from, struct policy *to,
                   enum language language);

/* NULL when there is none. */
const struct procedure *policy_procedure(const struct policy *policy, str id);
const struct step *procedure_step(const struct procedure *procedure, str id);
const struct outcome *step_outcome(const struct step *step, str id);
bool step_is_signed(const struct step *step); /* by several, each with a form of its own */
const struct field *form_field(const struct form *form, str id);
/* Is the field filled in when its step is decided so? Where not, it is not part of the form. */
bool field_applies(const struct field *field, str outcome);
const struct role *policy_role(const struct policy *policy, str id);
const struct material_kind *policy_material(const struct policy *policy, str id);
const struct item *policy_item(const struct policy *policy, str id);
const struct ledger *policy_register(const struct policy *policy, str id);
const struct listing_rule *policy_list(const struct policy *policy, str id);
/* The other regulation of the pack that the article belongs to; NULL: the pack's own. */
const struct annexed *policy_annexed(const struct policy *policy, str article);
/* The short title of the regulation that an article of the pack belongs to. */
struct label policy_regulation(const struct policy *policy, str article);
const struct report *policy_report(const struct policy *policy, str id);
/* The organisation fields, whose values name who holds a role. */
bool field_names_bodies(const struct field *field);
/* The period of a duty that the day falls into, year * 100 + the month in which it opens; false on
 * days on which none is open: before the regulation is in force, and after the first `by`. */
bool duty_period(const struct policy *policy, const struct procedure *procedure, date day,
                 int32_t *out_period);
enum effect_argument effect_argument(enum effect_kind kind);

/* Somebody who fills in a form by what the conditions ask: the invented people of a simulation. */
struct wish {
    struct arena *arena;
    struct prng *prng;
    const struct form *fields;
    const struct environment *environment; /* reads the form that follows, a map changed in place */
    struct doc *form;
    /* A value for the field from what its page offers; NULL: there is none. */
    struct doc *(*invent)(void *ctx, const struct field *field);
    void *ctx;
    VEC(str) settled;        /* fields that the conditions so far hold by; empty them every round */
    bool spare;              /* own: these stay as they are */
    int steps;               /* own */
};
/* Changes the form so that the condition may hold; true when it held as it was. It may break one
 * before, so go round until all hold. What the form cannot change stays. */
bool expression_wish(struct wish *wish, const struct expression *expression);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * view: read models as plain structs, for the door, the command line and the scenarios.
 *
 * Contract of the room: reads only, inside the caller's transaction. Who may see what follows from
 * the post and the policy in force, by decide_sight, for lists and single cases alike. What is not
 * visible does not exist. Rows that contradict each other are CORRUPT, never a crash.
 */
#ifndef YJ_VIEW_H
#define YJ_VIEW_H

#include "base/base.h"
#include "decide/decide.h"
#include "journal/journal.h"
#include "policy/policy.h"
#include "project/project.h"
#include "store/store.h"
#include "terms/terms.h"

enum { LIBRARY_POLICIES = 32 }; /* versions kept between reads: about 300 KiB each */

/* Policies by digest and authorities by id, read from the database once and kept as long as they
 * are true. One per connection, used by one thread. What it gives lives until library_rest. */
struct library;
struct library *library_new(void);
void library_free(struct library *library);              /* NULL is fine */
/* Between two reads, when nobody holds anything of it: lets go what is stale, and the policies
 * asked for longest ago beyond LIBRARY_POLICIES. */
void library_rest(struct library *library);
/* NULL with e filled when the digest is unknown or the stored blob does not load. */
const struct policy *library_policy(struct library *library, struct db *db, str digest,
                                    struct err *e);

/* A shipped pack as program, with its version; *out NULL: there is none of that name. */
bool library_shipped(struct library *library, str name, const struct policy **out,
                     str *out_digest, struct err *e) WARN_UNUSED;
/* The rules of a version that was asked for since the last rest. */
struct rule *library_rules(struct library *library, struct arena *arena, str digest,
                           size_t *out_n);

/* From now on this program, which outlives the library, is every version: one is tried out. */
void library_stand_in(struct library *library, const struct policy *policy);

/* The authority with its parsed calendar; NULL in *out when there is none with that id. */
bool library_authority(struct library *library, struct db *db, struct arena *arena, int64_t id,
                       struct authority_state **out, struct err *e) WARN_UNUSED;

/* One reader's frame: everything a view needs. today and now come from the caller. */
struct reader {
    struct db *db;
    struct library *library;
    struct arena *arena;
    const struct actor *actor;
    date today;
};

/* Light of a task: GREY while its clock stands still, NONE when it has no limit or is closed. */
enum light { LIGHT_NONE, LIGHT_GREEN, LIGHT_YELLOW, LIGHT_RED, LIGHT_GREY };
const char *light_name(enum light light);

struct named {
    int64_t id;
    str name;
};

/* ---- who is there ---------------------------------------------------------------------------- */

struct post_view {
    int64_t id;
    struct named organisation;
    str role;
    struct label role_label;
    struct named holder;     /* who has delegated it; id 0: one's own */
};
struct person_view {
    struct named person;
    struct post_view *posts; /* one's own ascending by id, then those delegated for today */
    size_t n_posts;
    struct named authority;
    str authority_en;
    const struct policy *policy; /* in force; NULL before one is activated */
    str policy_digest;
};
/* *out NULL: no such person. */
bool view_person(struct reader *reader, int64_t person, struct person_view **out, struct err *e)
    WARN_UNUSED;
/* The kept credential of a login name; *out_person 0 when there is none. */
bool view_credential(struct db *db, struct arena *arena, str login, int64_t *out_person,
                     str *out_secret, struct err *e) WARN_UNUSED;
/* Name of a person, empty after erasure or for 0. */
bool view_person_name(struct reader *reader, int64_t person, str *out, struct err *e) WARN_UNUSED;

/* ---- worklist -------------------------------------------------------------------------------- */

enum box { BOX_TODO, BOX_DONE, BOX_MINE, BOX_ALL };

struct work_row {
    int64_t kase;
    str number, title, procedure, step, outcome;
    struct label procedure_label, step_label, outcome_label;
    struct named opener, handler;
    int32_t round;
    enum task_state state;
    date opened_on, due, decided_on;
    enum light light;
    bool has_days_left, local, ended, priority;
    int32_t days_left;       /* working days, negative when overdue */
};
struct work_counts {
    int64_t todo, overdue, done, mine, all, notices;
};
struct worklist {
    struct work_row *rows;
    size_t n;
    str next;                /* cursor of the next page, empty at the end */
    struct work_counts counts;
};
/* after: cursor of an earlier page or empty (INPUT when it is none of ours); 1 <= limit <=
 * LIMIT_PAGE_ROWS. A page of very long titles ends before its limit. Empty, with counts of 0, for
 * who sees no cases. */
bool view_worklist(struct reader *reader, enum box box, str after, int limit,
                   struct worklist *out, struct err *e) WARN_UNUSED;

/* The open cases that stand at a step of that version, newest first; after, limit as above. */
struct at_step {
    str version, procedure, step;
};
bool view_worklist_at(struct reader *reader, const struct at_step *at, str after, int limit,
                      struct worklist *out, struct err *e) WARN_UNUSED;

/* ---- a procedure to apply for --------------------------------------------------------------- */

/* The procedures in force; NULL and an empty digest before a policy is active. */
bool view_policy(struct reader *reader, const struct policy **out, str *out_digest, struct err *e)
    WARN_UNUSED;
/* What decide needs to answer "may I?" for the actor; kase 0: none. *out_visible false: the case
 * does not exist for this actor. */
bool view_facts(struct reader *reader, int64_t kase, struct facts *out, bool *out_visible,
                struct err *e) WARN_UNUSED;
/* The same for a case that is not opened yet, about that system (0: none). *out_visible false: the
 * system does not exist for this actor. */
bool view_facts_about(struct reader *reader, int64_t system, struct facts *out,
                      bool *out_visible, struct err *e) WARN_UNUSED;
/* Lines of registers about bodies, into facts: for what a step shows. */
bool view_facts_lines(struct reader *reader, struct facts *facts, struct err *e) WARN_UNUSED;
/* What a field offers for choice: organisations of its role, cases that it may cite, persons of the
 * reader's own post; nothing for fields of other types. value (or NULL): what it holds, which is
 * named even where it is not offered any more. */
bool view_options(struct reader *reader, const struct facts *facts, const struct field *field,
                  const struct doc *value, struct named **out, size_t *out_n,
                  struct err *e) WARN_UNUSED;

/* ---- systems and registers ------------------------------------------------------------------ */

enum { REPORT_NAMED = 200 };
/* A report of the policy in force: for each owner of systems that the reader may see (of a county
 * authority also the bodies below it), how many systems fulfil each column. */
struct report_row {
    struct named owner;
    int64_t *counts;             /* one for each column */
    struct report_cell {
        VEC(struct named) systems; /* which they are, the first REPORT_NAMED of them */
    } *cells;
};
struct report_view {
    const struct report *report;
    struct report_row *rows;
    size_t n;
};
/* *out NULL: the policy in force has no such report, or the reader sees no systems. */
bool view_report(struct reader *reader, str id, struct report_view **out,
                 struct err *e) WARN_UNUSED;

/* A system with what is approved and which lists find it. */
struct system_row {
    const struct system_state *system;
    struct named owner, provider;        /* provider.id 0: none */
};
struct systems_page {
    struct system_row *rows;
    size_t n;
    int64_t next;            /* id to go on before; 0: the end */
};
/* Systems that the reader may see, newest first: all, or those that its organisation owns or
 * provides for. list: only those that the list finds, empty: all; before: 0 for the first page. */
bool view_systems(struct reader *reader, str list, int64_t before, int limit,
                  struct systems_page *out, struct err *e) WARN_UNUSED;

struct system_case {
    int64_t id;
    str number, procedure;
    struct label procedure_label;
    date opened_on;
    bool ended;
};
/* The case that something comes from; id 0: none. */
struct case_ref {
    int64_t id;
    str number;
};
struct system_document {
    struct case_ref kase;
    const struct material *material;
    struct label label;
    date filed_on;               /* of the act that cites it; DATE_NONE before there is one */
};
/* Somebody whom a form names in a field of persons. */
struct system_contact {
    struct case_ref kase;        /* none: a register line */
    struct label label, source;  /* the field's; its register's or procedure's */
    struct named person, organisation;
};
/* Who acted last in a step. */
struct system_actor {
    struct case_ref kase;
    int64_t decision;
    str procedure, step;
    struct label procedure_label, step_label, outcome_label;
    struct named person, organisation;
    date on;
};
/* What is still owed. */
struct system_task {
    struct case_ref kase;
    const struct task *task;
    struct label procedure_label, step_label;
    struct named organisation;
    enum light light;
    bool has_days_left;
    int32_t days_left;
};
#define SYSTEM_EVENTS(X)                                                                          \
    X(REGISTERED, "registered")                                                                   \
    X(OPENED, "opened")         /* a case */                                                      \
    X(PROVIDED, "provided")     /* who provides for it was settled */                             \
    X(GRANTED, "granted")       /* approved, lent, or no longer */                                \
    X(LIVE, "live")                                                                               \
    X(RETIRED, "retired")                                                                         \
    X(ENDED, "ended")           /* a case */
enum system_event_kind {
#define X(symbol, name) SYSTEM_EVENT_##symbol,
    SYSTEM_EVENTS(X)
#undef X
};
const char *system_event_name(enum system_event_kind kind);
struct system_event {
    enum system_event_kind kind;
    int64_t index;               /* entry of the log from which on it holds */
    date on;
    struct case_ref kase;
    struct label label;          /* procedure of a case that opened, outcome of one that ended */
    struct named body;           /* who opened or provides; id 0: none */
    str how;                     /* of GRANTED as in the event; of ENDED "withdrawn" or empty */
    const struct doc *items;     /* of GRANTED, by item; NULL: of all */
};
/* What one page takes up, and the lists that had more than that. */
enum { SYSTEM_CASES_MAX = 200, SYSTEM_CASES_BYTES = 6 * 1024 * 1024, SYSTEM_ROWS_MAX = 200,
       SYSTEM_CONTACTS_MAX = 100, SYSTEM_ENTRIES_MAX = 500 };
#define SYSTEM_LISTS(X)                                                                           \
    X(CASES, "cases") X(DOCUMENTS, "documents") X(CONTACTS, "contacts") X(ACTORS, "actors")       \
    X(TASKS, "tasks") X(HISTORY, "history")
enum system_list {
#define X(symbol, name) SYSTEM_LIST_##symbol,
    SYSTEM_LISTS(X)
#undef X
};
enum {
#define X(symbol, name) + 1
    SYSTEM_LISTS_N = 0 SYSTEM_LISTS(X)
#undef X
};
const char *system_list_name(enum system_list list);

/* All from the cases that the reader may see, the latest SYSTEM_CASES_MAX of them. */
struct system_view {
    struct system_row row;   /* with the register lines about it */
    VEC(struct system_case) cases;          /* newest first */
    VEC(struct system_document) documents;  /* newest first */
    VEC(struct system_contact) contacts;    /* each once: register lines, then cases newest first */
    VEC(struct system_actor) actors;        /* latest first */
    VEC(struct system_task) tasks;          /* the most urgent first */
    VEC(struct system_event) history;       /* latest first */
    bool cut[SYSTEM_LISTS_N];               /* by enum system_list */
    const struct policy *policy; /* in force */
};
/* *out NULL: there is none for this reader. */
bool view_system(struct reader *reader, int64_t id, struct system_view **out, struct err *e)
    WARN_UNUSED;

struct line_row {
    struct record record;
    struct named system, organisation, person; /* system.id 0: about the organisation */
    bool replaced;
};
struct lines_page {
    struct line_row *rows;
    size_t n;
    int64_t next;
};
/* Lines of a register, newest first: all for who sees all, else those of its organisation. */
bool view_lines(struct reader *reader, const struct ledger *ledger, int64_t before, int limit,
                struct lines_page *out, struct err *e) WARN_UNUSED;

/* ---- people beside --------------------------------------------------------------------------- */

/* Who else holds the reader's post. */
bool view_colleagues(struct reader *reader, struct named **out, size_t *out_n, struct err *e)
    WARN_UNUSED;

struct delegation_view {
    struct delegation delegation;
    struct named holder, person;
    struct post_view post;
    str reason;
};
/* Given and taken by the reader's person, latest first. */
bool view_delegations(struct reader *reader, struct delegation_view **out, size_t *out_n,
                      struct err *e) WARN_UNUSED;

struct notice_view {
    int64_t id, kase;
    str number, title;
    struct label procedure_label, step_label, outcome_label;
    date sent_on;
};
enum { NOTICES_SHOWN = 100 };
/* Those that the reader's post has still to receive, oldest first, at most NOTICES_SHOWN. */
bool view_notices(struct reader *reader, struct notice_view **out, size_t *out_n, struct err *e)
    WARN_UNUSED;

/* ---- regulations ----------------------------------------------------------------------------- */

/* Names of the packs that travel in the binary, ascending. */
str *pack_names(struct arena *arena, size_t *out_n);
/* With the files of what it uses. False: there is none of that name. */
bool pack_shipped(struct arena *arena, str name, struct pack *out) WARN_UNUSED;
/* What lies in its folder alone. */
bool pack_shipped_files(struct arena *arena, str name, struct pack *out);

/* A line of docs/requirements.tsv, which travels in the binary. */
struct requirement {
    str id, article, kind, capability, actor, text, parameters, zh;
};
/* In the order of the table. Errors: CONFIG when there is none, INPUT when a line is broken. */
bool requirements_shipped(struct arena *arena, struct requirement **out, size_t *out_n,
                          struct err *e) WARN_UNUSED;
/* Nothing to build, or a neighbouring system's. */
bool requirement_outside(const struct requirement *requirement);

#define COVERAGES(X)                                                                              \
    X(TESTED, "tested")          /* a line of a scenario fails without one of its rules */        \
    X(DECLARED, "declared")      /* rules claim it, and nothing fails without them */             \
    X(MISSING, "missing")        /* no rule claims it */                                          \
    X(OUTSIDE, "outside")        /* nothing to build, or a neighbouring system's */
enum coverage_state {
#define X(symbol, name) COVERAGE_##symbol,
    COVERAGES(X)
#undef X
};
enum {
#define X(symbol, name) + 1
    COVERAGE_STATES = 0 COVERAGES(X)
#undef X
};
const char *coverage_name(enum coverage_state state);

/* A line of policies/NAME/coverage.tsv: rules parted by "; ", scenarios (PATH:LINE) by blanks. */
struct proven {
    str id, state, rules, scenarios, reason;
};
/* None when the pack has no table. INPUT when a line is broken. */
bool coverage_shipped(struct arena *arena, str pack, struct proven **out, size_t *out_n,
                      struct err *e) WARN_UNUSED;
/* What stands at a line of a shipped scenario, PATH:LINE; empty when there is none. */
str scenario_line(struct arena *arena, str place);

/* Whether the table of coverage speaks of the version that is shown, or why it does not. */
enum proof_source { PROOF_SHIPPED, PROOF_OTHER_VERSION, PROOF_NOT_SHIPPED };
const char *proof_source_name(enum proof_source source);
/* A regulation that may be read: shipped, or in force for the reader's authority. A version in
 * force takes the place of a shipped one with its name. */
struct regulation {
    const struct policy *policy;
    str version;
    bool in_force;
    enum proof_source proof;
};
bool view_regulations(struct reader *reader, struct regulation **out, size_t *out_n,
                      struct err *e) WARN_UNUSED;

struct requirement_view {
    const struct requirement *requirement;
    str article;             /* as the policy cites it: "5" of "5(2)" */
    enum coverage_state state;
    str reason;
    str *scenarios;          /* PATH:LINE, that fail without one of its rules */
    size_t n_scenarios;
};
/* What is known of a rule: some line fails without it, lines read it and none fails, none reads it;
 * nothing when it claims no requirement or there is no table. */
enum rule_proof { RULE_PROOF_NONE, RULE_PROOF_PROVEN, RULE_PROOF_READ, RULE_PROOF_UNREAD };
const char *rule_proof_name(enum rule_proof proof);
struct rule_view {
    const struct rule *rule;
    enum rule_proof proof;
    str read;                /* PATH:LINE of the first line that reads it */
};
/* Cases that the reader may see and that stand at a step now. */
struct running {
    str version, procedure, step;
    int64_t cases;
};
struct article_view {
    str article;             /* "local": what the authority has set itself */
    struct label title;      /* in our words */
    size_t states[COVERAGE_STATES];
    size_t n_rules;
    int64_t running;         /* open steps under its rules */
};
struct regulation_view {
    struct regulation regulation;
    struct requirement_view *requirements;
    size_t n_requirements;
    struct rule_view *rules;
    size_t n_rules;
    struct running *running; /* of every version of this regulation */
    size_t n_running;
    struct article_view *articles; /* in the order of the text, "local" last */
    size_t n_articles;
    size_t states[COVERAGE_STATES];
};
#define ARTICLE_LOCAL S("local")
/* *out NULL: there is none of that name. */
bool view_regulation(struct reader *reader, str id, struct regulation_view **out, struct err *e)
    WARN_UNUSED;
/* Does the rule cite the article, or meet a requirement of it? */
bool rule_of_article(const struct policy *policy, const struct rule *rule, str article);

/* ---- a case --------------------------------------------------------------------------------- */

struct task_view {
    const struct task *task;
    const struct task_decision *decision; /* NULL: not decided (yet) */
    const struct step *step;
    const struct outcome *outcome;        /* of the decision, else NULL */
    enum task_state state;                /* closed for every act but the running one */
    struct named organisation, decided_by, assigned; /* assigned.id 0: any holder of the post */
    struct label role_label;
    enum light light;
    bool has_days_left;
    int32_t days_left;
};

enum stage_state { STAGE_DONE, STAGE_CURRENT, STAGE_HELD, STAGE_WAITING, STAGE_REFUSED };
const char *stage_state_name(enum stage_state state);
struct stage_view {
    const struct step *step;
    enum stage_state state;
    date on;                 /* decided on, or due, or DATE_NONE */
};

struct case_view {
    struct facts facts;      /* case, system, authority, policy */
    const struct procedure *procedure;
    struct named opener;
    const struct outcome *outcome; /* of the ended case, or NULL */
    struct stage_view *stages;
    size_t n_stages;
    struct task_view *tasks; /* one for each act, and one for each task still to be decided */
    size_t n_tasks;
    struct allowed *allowed;
    size_t n_allowed;
    bool may_withdraw;
    bool may_urge;           /* some task of another's is open, and nobody urged today */
    int64_t entries;         /* of its stream */
};
/* *out NULL: there is none for this actor. */
bool view_case(struct reader *reader, int64_t id, struct case_view **out, struct err *e)
    WARN_UNUSED;
bool view_case_visible(struct reader *reader, int64_t id, bool *out, struct err *e) WARN_UNUSED;
/* Of the regulation's own materials, or of one that the authority asks for beyond them. */
struct label view_material_label(const struct policy *policy,
                                 const struct authority_state *authority, str id);
/* The material of a visible case; *out NULL when there is none. */
bool view_material(struct reader *reader, int64_t kase, int64_t material,
                   struct row_material **out, struct err *e) WARN_UNUSED;

/* Light and working days left of a running task. */
enum light view_light(const struct calendar *calendar, const struct policy *policy,
                      const struct task *task, date today, bool *out_has_days, int32_t *out_days);

#endif

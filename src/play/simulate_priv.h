/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_PLAY_SIMULATE_PRIV_H
#define YJ_PLAY_SIMULATE_PRIV_H

#include "play/play.h"
#include "project/project.h"
#include "view/view.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* One person in one post. The people of an organisation stand side by side, PEOPLE of them. */
enum { PEOPLE = 2 };
struct player {
    int64_t organisation, person, post;
    str role, level;
    int64_t delegation;      /* that this person has given and not recalled, else 0 */
    size_t stand_in;         /* index of who may act as this post meanwhile, */
    date from, until;        /* between these days */
};

/* A system as far as the town goes by it: whom it belongs to, and how much is open about it. */
struct place {
    int64_t id, owner, provider;
    enum system_stage stage;
    bool watched;            /* a DO_SYSTEM stands in the agenda */
    int open;                /* cases */
};

/* What somebody will do. */
enum doing {
    DO_FOUND,                /* try `id` of opening procedure number `object`, about no system */
    DO_SYSTEM,               /* somebody opens a case about system `id` */
    DO_CASE,                 /* the next act in case `id`: one stands in the agenda for each */
    DO_RECEIVE,              /* notice `object` of case `id` is received */
    DO_CORRECT,              /* the day of decision `object` of case `id` is put right */
    DO_FILE,                 /* who files register number `object`, from place number `id` on */
    DO_DELEGATE,             /* who lets a colleague act as their post */
    DO_RECALL,               /* who takes that back */
    DO_ASK,                  /* who asks for a further material, or drops it */
    DO_CALENDAR,             /* a year's arrangement is loaded anew */
    DO_CLOCK                 /* the machine's clock goes wrong for some hours */
};
struct agenda {
    int64_t at_ms;
    enum doing doing;
    size_t who;              /* index of a player */
    int64_t id, object;
    int number;              /* order of planning: breaks ties */
};

/* What the towns of a run share: one clerk, one clock, one agenda of days. */
struct machine {
    struct clerk *clerk;
    struct library *library;
    struct arena *arena;     /* whole run */
    struct arena *scratch;   /* one act */
    const struct simulation *plan;
    struct simulation_result *result;
    struct town *towns;
    size_t n;
    int64_t uploads;
    struct {                 /* the clock of the machine until an instant */
        bool still;
        int64_t from_ms, until_ms, behind_ms;
    } odd;
};

struct town {
    struct machine *machine;
    struct clerk *clerk;     /* these five are the machine's */
    struct library *library;
    struct arena *arena;
    struct arena *scratch;
    const struct simulation *plan;
    const struct authority_state *state; /* of the authority; NULL: it has to be asked again */
    const struct policy *policy;
    struct jurisdiction *told;
    struct prng prng;
    int64_t authority, keys;
    size_t companies;        /* that were invented */
    VEC(struct player) players;
    VEC(struct place) places; /* ascending by id */
    VEC(int64_t) cases;      /* that are in the agenda or over, ascending */
    VEC(struct agenda) agenda; /* a binary heap, earliest first */
    int planned;
    struct {                 /* the one further material asked for, or a NULL step */
        const struct procedure *procedure;
        const struct step *step;
        str material;
    } asked;
    int64_t last_entry_ms;   /* time of the latest entry looked at */
};

/* What a page offers for a field that names cases or persons. */
struct offer {
    const struct field *field;
    struct named *items;
    size_t n;
};

/* One act: its player, and the case and system it starts from, loaded (NULL: none). */
struct act {
    const struct player *player;
    struct case_state *kase;
    struct system_state *system;
    const struct procedure *procedure;
    const struct step *step;
    int64_t at_ms;
    struct offer *offers;
    size_t n_offers;
};

/* people.c: names of nobody, and values for any form. */
str invent_person(struct town *town);
str invent_unit(struct town *town, bool of_county, int n);
/* A body of another role, the n-th of it from 0; companies are numbered through all roles. */
str invent_body(struct town *town, const struct role *role, int n);
str invent_system(struct town *town, int n);
str invent_opinion(struct town *town, enum tone tone);
str invent_sentence(struct town *town);
/* Fills in what the page of the act's step offers. */
bool look_offers(struct town *town, struct act *act, struct err *e) WARN_UNUSED;
/* A form for that outcome of the step, as a busy but honest person fills it: presets kept. before
 * and refused (NULL: none): the form of the last try, and why it was refused; what is named there
 * is put otherwise, the rest stays. */
struct doc *invent_form(struct town *town, const struct act *act, const struct outcome *outcome,
                        const struct doc *before, const struct refusal *refused);
/* The adviser of an act: puts into `form` what its conditions would take, as far as it goes. */
struct mending {
    struct town *town;
    const struct act *act;
    struct doc *form;        /* NULL: nobody was asked */
};
void mend_form(void *ctx, const struct unmet *unmet);
/* A line of the register; habit 0 to 2: a system little, fairly or much used. */
struct doc *invent_line(struct town *town, const struct ledger *ledger, int habit, date today);

/* town.c: bodies and people. */
bool people_town(struct town *town, struct err *e) WARN_UNUSED;
/* Somebody of the organisation with that role; NULL when nobody is. */
struct player *town_player(struct town *town, int64_t organisation, str role);
/* Somebody with that role, of any organisation; NULL when nobody is. */
struct player *town_any(struct town *town, str role);
struct player *town_person(struct town *town, int64_t person);
struct place *town_place(struct town *town, int64_t system); /* NULL when unknown */
/* Does it begin without a system that there is? */
bool town_founds(const struct procedure *procedure);

/* agenda.c */
void plan(struct town *town, struct agenda item);
bool next_planned(struct town *town, struct agenda *out);
/* When the first of them is; INT64_MAX when nothing is planned. */
int64_t first_planned_ms(const struct town *town);

/* reach.c: how far the town comes in its policy. */
void reach_begin(struct arena *arena, struct jurisdiction *told);
void reach_refused(struct town *town, const struct act *act, const struct outcome *outcome,
                   const struct refusal *refusal);
struct reached_step *reached_of(const struct town *town, str procedure, str step);
void reach_opened(struct town *town, const struct case_state *kase);
void reach_taken(struct town *town, const struct act *act, const struct outcome *outcome);
void reach_seen(struct town *town, const struct case_state *kase);
void reach_ended(struct town *town, const struct case_state *kase);

/* simulate.c */
/* What the machine's clock says then. */
int64_t town_clock(const struct town *town, int64_t at_ms);
/* The authority as it is now, and its calendar. Both live until the end of the act. */
bool town_authority(struct town *town, const struct authority_state **out, struct err *e)
    WARN_UNUSED;
bool town_calendar(struct town *town, const struct calendar **out, struct err *e) WARN_UNUSED;
/* Office hours of a working day, some days on. */
int64_t town_later(struct town *town, const struct calendar *calendar, int64_t at_ms, int days);
/* Signs the command with the player, or with who stands in, and has the clerk carry it out; counts.
 * False: an operating error. */
void town_sign(struct town *town, const struct player *player, int64_t at_ms,
               struct command *command);
bool town_send(struct town *town, struct command *command, int64_t at_ms, struct answer *answer,
               struct err *e) WARN_UNUSED;

/* doings.c: cases. */
bool do_case(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
bool do_receive(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
bool do_correct(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
/* The command as the act's player would do it, mended and tried again while it is refused. */
bool try_act(struct town *town, struct act *act, struct command command,
             const struct outcome **out_outcome, struct answer *answer, struct err *e) WARN_UNUSED;
/* After a command in the case: what must hold is checked, what follows is planned. act: what it
 * was done from, which is spent. resume: the case's own turn in the agenda was used up. */
bool look_again(struct town *town, struct act *act, int64_t kase_id, const struct answer *answer,
                bool resume, struct err *e) WARN_UNUSED;
/* A case that nobody of the town has opened, by an act of another case or by the clock. */
bool look_new(struct town *town, int64_t kase, int64_t at_ms, struct err *e) WARN_UNUSED;
bool knows_case(const struct town *town, int64_t kase);

/* opening.c */
bool do_found(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
bool do_system(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
/* Somebody will open something about the system, sooner when it is in use. */
void plan_system(struct town *town, const struct calendar *calendar, struct place *place,
                 int64_t at_ms);
/* The first of everything that begins without a system. */
void plan_foundings(struct town *town);

/* office.c: what is done beside cases. */
bool do_file(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
bool do_delegate(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
bool do_recall(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
bool do_ask(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
bool do_calendar(struct town *town, const struct agenda *item, struct err *e) WARN_UNUSED;
void do_clock(struct town *town, const struct agenda *item);
/* The first of everything above. */
void plan_office(struct town *town);

/* check.c: what must hold at every moment; aborts when it does not. */
void check_case(struct town *town, const struct case_state *kase);
/* The rows of case and system say what their entries make of what was there before (both are
 * folded on, and spent); entry times do not run back. */
bool check_law(struct town *town, struct case_state *kase, struct system_state *system,
               const struct answer *answer, struct err *e) WARN_UNUSED;
/* The lists of the policy find the system now if and only if its rows say so. */
bool check_lists(struct town *town, int64_t system, int64_t at_ms, struct err *e) WARN_UNUSED;
/* Every open case, a part of them each day; one that nobody knows of yet is looked at at once. */
bool check_day(struct town *town, int64_t at_ms, struct err *e) WARN_UNUSED;

#endif

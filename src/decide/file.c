/* SPDX-License-Identifier: Apache-2.0
 * Registers: lines that are filed, and the lists of systems that follow from them. */
#include "decide/act_priv.h"

static const struct words NO_WORDS;

/* ---- lists ---- */

static const struct listing *listing_of(const struct system_state *system, str list)
{
    for (size_t i = 0; i < system->listings.len; i++)
        if (str_eq(system->listings.items[i].list, list) && !system->listings.items[i].gone)
            return &system->listings.items[i];
    return NULL;
}

static void tell_list(struct act *act, const struct listing_rule *list, bool found, int64_t record)
{
    struct event *event = act_emit(act, found ? EVENT_system_listed : EVENT_system_unlisted);
    event->stream = act->system->id;
    if (found)
        event->system_listed =
            (struct event_system_listed){act->system->id, list->id, act->day, record};
    else
        event->system_unlisted =
            (struct event_system_unlisted){act->system->id, list->id, act->day, record};
    apply_system(act->arena, act->system, event);
}

void look_through_lists(struct act *act, int64_t cause)
{
    struct act of = *act;
    const struct policy *policy = act->facts->in_force ? act->facts->in_force : act->policy;
    of.policy = policy;
    for (size_t i = 0; policy && i < policy->n_lists; i++) {
        const struct listing_rule *list = &policy->lists[i];
        act_note(act, list);
        bool found = act_holds(&of, list->when);
        if (found != (listing_of(act->system, list->id) != NULL))
            tell_list(act, list, found, cause);
    }
}

/* ---- lines ---- */

/* The entry of the line in force that one for the month takes the place of, or 0. A body's own may
 * have been filed a moment ago, by the same act; a system remembers those itself. */
static int64_t line_for(const struct act *act, str register_id, int64_t organisation,
                        int32_t period)
{
    const struct record *records = act->system ? act->system->records.items : act->facts->own;
    size_t n = act->system ? act->system->records.len : act->facts->n_own;
    for (size_t i = act->system ? 0 : act->out->events.len; i > 0; i--) {
        const struct event *event = &act->out->events.items[i - 1];
        const struct event_record_filed *filed = &event->record_filed;
        if (event->kind == EVENT_record_filed && !filed->system && filed->period == period &&
            filed->organisation == organisation && str_eq(filed->register_id, register_id))
            return event->index;
    }
    for (size_t i = 0; i < n; i++)
        if (str_eq(records[i].register_id, register_id) && records[i].period == period &&
            (act->system || records[i].organisation == organisation))
            return records[i].id;
    return 0;
}

/* Puts the line where the facts would have it: latest period first, in place of the one before. */
static void remember(struct act *act, struct record record, int64_t replaces)
{
    struct system_state *system = act->system;
    size_t at = 0;
    for (size_t i = 0; i < system->records.len; i++)
        if (system->records.items[i].id == replaces) {
            system->records.items[i] = record;
            return;
        }
    while (at < system->records.len && system->records.items[at].period > record.period)
        at++;
    VEC_PUSH(act->arena, &system->records, record);
    for (size_t i = system->records.len - 1; i > at; i--)
        system->records.items[i] = system->records.items[i - 1];
    system->records.items[at] = record;
}

void file_line(struct act *act, const struct ledger *ledger, int64_t organisation, int32_t period,
               const struct doc *form)
{
    struct system_state *system = act->system;
    act_note(act, ledger);
    if (ledger->about == ABOUT_ORGANISATION)
        act->system = NULL;
    int64_t before = ledger->monthly ? line_for(act, ledger->id, organisation, period) : 0;
    struct event *event = act_emit(act, EVENT_record_filed);
    event->stream = event->index;
    event->record_filed = (struct event_record_filed){
        .register_id = ledger->id,
        .system = act->system ? act->system->id : 0,
        .organisation = organisation,
        .period = period,
        .form = doc_copy(act->arena, form),
        .on = act->day,
        .replaces = before,
    };
    if (act->system) {
        int64_t id = event->index;
        struct record record = {
            .id = id,
            .system = act->system->id,
            .organisation = organisation,
            .register_id = ledger->id,
            .period = period,
            .on = act->day,
            .form = event->record_filed.form,
        };
        remember(act, record, event->record_filed.replaces);
        look_through_lists(act, id);
    }
    act->system = system;
}

/* ---- the command ---- */

static void bad_period(struct act *act, size_t row, const char *zh, const char *en)
{
    act_refuse(act, REFUSAL_BAD_PERIOD, str_printf(act->arena, "lines.%zu.period", row), STR_NONE,
               (struct words){.first = {str_of(zh), str_of(en)}});
}

static void check_period(struct act *act, const struct ledger *ledger, size_t row, int32_t period)
{
    int year, month, day;
    date_to_ymd(act->day, &year, &month, &day);
    if (!ledger->monthly) {
        if (period)
            bad_period(act, row, "该台账不按月填报", "this register is not filed by month");
        return;
    }
    int32_t months = period % 100;
    if (months < 1 || months > 12 || period / 100 < LIMIT_YEAR_MIN)
        bad_period(act, row, "应写作 年-月", "write it as YYYY-MM");
    else if (period > year * 100 + month)
        bad_period(act, row, "不得填报将来的月份", "a month to come cannot be filed");
    else if (period / 100 < year - LIMIT_YEARS_BACK)
        bad_period(act, row, "不得填报多年以前的月份",
                   "a month of so many years ago cannot be filed");
}

/* A line is about a system that its filer serves or owns, or that it oversees; or about the
 * filer, and then about no system. */
static bool may_file(struct act *act, const struct ledger *ledger, int64_t id,
                     const struct system_state *system)
{
    const struct actor *actor = act->facts->actor;
    if (ledger->about == ABOUT_ORGANISATION)
        return id == 0;
    return system && (system->provider == actor->organisation ||
                      system->owner == actor->organisation ||
                      decide_sight(act->policy, actor->role) == SIGHT_ALL);
}

static struct doc *check_record(struct act *act, const struct ledger *ledger, size_t row)
{
    const struct filed_record *record = &act->command->records.items[row];
    const struct system_state *system =
        ledger->about == ABOUT_SYSTEM ? act->facts->systems[row] : NULL;
    check_period(act, ledger, row, record->period);
    if (!may_file(act, ledger, record->system, system)) {
        act_refuse(act, REFUSAL_UNKNOWN_SYSTEM, str_printf(act->arena, "lines.%zu.system", row),
                   ledger->basis.article, NO_WORDS);
        return NULL;
    }
    for (size_t i = 0; i < row; i++)
        if (act->command->records.items[i].system == record->system &&
            act->command->records.items[i].period == record->period && ledger->monthly)
            bad_period(act, row, "与前一行重复", "an earlier line says the same");
    size_t before = act->out->refusal.reasons.len;
    struct doc *line = check_line(act, &ledger->form, record->form, ledger->basis);
    for (size_t i = before; i < act->out->refusal.reasons.len; i++) {
        struct refusal_reason *reason = &act->out->refusal.reasons.items[i];
        reason->where = str_printf(act->arena, "lines.%zu.form.%.*s", row,
                                   STR_FMT(reason->where));
    }
    return line;
}

static const struct ledger *find_register(struct act *act)
{
    const struct actor *actor = act->facts->actor;
    str id = act->command->register_id;
    const struct ledger *ledger = act->policy ? policy_register(act->policy, id) : NULL;
    if (!ledger) {
        act_refuse(act, REFUSAL_UNKNOWN_REGISTER, S("register"), STR_NONE,
                   (struct words){.first = same_label(id)});
        return NULL;
    }
    act_note(act, ledger);
    if (ledger->by.len && str_eq(actor->role, ledger->by))
        return ledger;
    struct label by = ledger->by.len ? role_label(act, ledger->by)
                                     : (struct label){S("办理事项"), S("procedures")};
    act_refuse(act, REFUSAL_NOT_YOUR_REGISTER, S("register"), ledger->basis.article,
               (struct words){.first = by});
    return NULL;
}

/* The system of a line, as the lines before it have left it. */
static struct system_state *system_of_line(struct act *act, struct system_state **systems,
                                           size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (systems[i]->id == act->facts->systems[row]->id)
            return systems[i];
    return copy_system(act->arena, act->facts->systems[row]);
}

void decide_file_records(struct act *act)
{
    const struct command *command = act->command;
    const struct ledger *ledger = find_register(act);
    if (!ledger)
        return;
    struct doc **lines = NEWS(act->arena, struct doc *, command->records.len + 1);
    for (size_t i = 0; i < command->records.len; i++)
        lines[i] = check_record(act, ledger, i);
    if (command->records.len == 0)
        act_refuse(act, REFUSAL_MISSING_FIELD, S("lines"), STR_NONE,
                   (struct words){.first = ledger->label});
    if (act->out->refused)
        return;
    struct system_state **systems =
        NEWS(act->arena, struct system_state *, command->records.len + 1);
    for (size_t i = 0; i < command->records.len; i++) {
        const struct filed_record *record = &command->records.items[i];
        if (ledger->about == ABOUT_SYSTEM)
            act->system = systems[i] = system_of_line(act, systems, i);
        file_line(act, ledger, act->facts->actor->organisation, record->period, lines[i]);
    }
    act->out->object = act->out->events.items[0].index;
}

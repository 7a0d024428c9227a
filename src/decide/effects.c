/* SPDX-License-Identifier: Apache-2.0
 * What an outcome does to things outside the case. */
#include "decide/act_priv.h"

/* The form that an effect takes its value from. */
static const struct doc *form_of(const struct act *act, const struct effect *effect)
{
    const struct task_decision *decision = case_decision(act->kase, effect->step);
    return decision ? decision->form : NULL;
}

static struct event *emit_system(struct act *act, enum event_kind kind)
{
    struct event *event = act_emit(act, kind);
    event->stream = act->kase->system;
    return event;
}

static void grant(struct act *act, struct doc *items, const char *how)
{
    struct event *event = emit_system(act, EVENT_resource_granted);
    event->resource_granted = (struct event_resource_granted){
        .system = act->kase->system,
        .kase = act->kase->id,
        .items = items,
        .how = str_of(how),
    };
    act_fold(act, event);
}

static struct doc *items_of(const struct act *act, const struct effect *effect)
{
    return doc_get(form_of(act, effect), effect->field);
}

static int64_t there(const struct act *act, str item, bool lent)
{
    for (size_t i = 0; i < act->system->grants.len; i++) {
        const struct grant *grant = &act->system->grants.items[i];
        if (str_eq(grant->item, item))
            return lent ? grant->lent : grant->quantity;
    }
    return 0;
}

/* Each grant is within the limit, but many of them may add up to more than a record can hold. */
static void add(struct act *act, const struct effect *effect, bool lent)
{
    struct doc *items = items_of(act, effect);
    for (size_t i = 0; items && i < items->map.len; i++) {
        str id = items->map.items[i].key;
        if (items->map.items[i].value->integer <= LIMIT_QUANTITY - there(act, id, lent))
            continue;
        const struct item *item = policy_item(act->policy, id);
        act_refuse(act, REFUSAL_TOO_MUCH, effect->field, act->step->basis.article,
                   (struct words){.first = item ? item->label : same_label(id)});
        return;
    }
    grant(act, items, lent ? "lend" : "add");
}

static void provide(struct act *act, const struct effect *effect)
{
    struct event *event = emit_system(act, EVENT_system_provided);
    event->system_provided = (struct event_system_provided){
        act->kase->system, doc_get_int(form_of(act, effect), effect->field, 0)};
    act_fold(act, event);
}

static void set_live(struct act *act)
{
    struct event *event = emit_system(act, EVENT_system_live);
    event->system_live = (struct event_system_live){act->kase->system, act->day};
    act_fold(act, event);
}

static void retire(struct act *act)
{
    struct event *event = emit_system(act, EVENT_system_retired);
    event->system_retired = (struct event_system_retired){act->kase->system, act->day};
    act_fold(act, event);
}

/* The form of the step's last decision, without what the register does not ask for; a line for each
 * body in the seat that it is about. */
static void file(struct act *act, const struct effect *effect)
{
    const struct ledger *ledger = policy_register(act->policy, effect->target);
    struct doc *line = doc_map(act->arena);
    for (size_t i = 0; i < ledger->form.n; i++) {
        struct doc *value = doc_get(form_of(act, effect), ledger->form.fields[i].id);
        if (value)
            doc_put(act->arena, line, ledger->form.fields[i].id, value);
    }
    int year, month, day;
    date_to_ymd(act->day, &year, &month, &day);
    int64_t decides = act->facts->actor ? act->facts->actor->organisation : 0;
    int64_t *bodies = &decides;
    size_t n = effect->role.len ? act_seats(act, effect->role, &bodies) : 1;
    if (n == 0)
        act_refuse(act, REFUSAL_NO_SEAT, act->step->id, act->step->basis.article,
                   (struct words){.first = role_label(act, effect->role)});
    for (size_t i = 0; i < n; i++)
        file_line(act, ledger, bodies[i], ledger->monthly ? year * 100 + month : 0, line);
}

static const struct task *running(const struct case_state *kase, str step)
{
    const struct task *task = case_task(kase, step);
    return task && task->state == TASK_OPEN && !date_is_none(task->due) ? task : NULL;
}

static const char *unit_zh(enum unit unit)
{
    switch (unit) {
    case UNIT_WORKING_DAY: return "个工作日";
    case UNIT_DAY: return "日";
    case UNIT_MONTH: return "个月";
    }
    return "";
}

/* Before the limit has passed, and never past what the policy allows in all. */
static void extend(struct act *act, const struct effect *effect)
{
    const struct step *step = procedure_step(act->procedure, effect->target);
    const struct limit *limit = &step->within;
    act_note(act, &limit->extend_most);
    const struct task *task = running(act->kase, effect->target);
    int64_t more = doc_get_int(form_of(act, effect), effect->field, 0);
    str article = article_of(limit->extend_basis, act->step);
    if (!task || date_cmp(act->day, task->due) > 0) {
        act_refuse(act, REFUSAL_LIMIT_PASSED, act->step->id, article,
                   (struct words){.first = step->label});
        return;
    }
    const char *unit = unit_name(limit->cases[limit->n - 1].unit);
    if (more < 1 || more > limit->extend_most - task->extended) {
        struct label most = {
            str_printf(act->arena, "%d%s", (int)limit->extend_most,
                       unit_zh(limit->cases[limit->n - 1].unit)),
            str_printf(act->arena, "%d %s", (int)limit->extend_most, unit)};
        act_refuse(act, REFUSAL_EXTENDED_ENOUGH, effect->field, article,
                   (struct words){.first = most});
        return;
    }
    struct task longer = *task;
    longer.extended += (int32_t)more;
    struct armed armed = rearm_limits(act, step, &longer);
    struct event *event = act_emit(act, EVENT_task_extended);
    event->task_extended = (struct event_task_extended){
        .task = task->id,
        .on = act->day,
        .count = more,
        .unit = str_of(unit),
        .due = armed.due,
        .derivation = armed.derivation,
        .estimated = armed.estimated,
    };
    act_fold(act, event);
}

/* A case of its own, under the version in force, for whoever sits here for its first step's role.
 * The loader has asked for all this of the case's own version, not of the one in force. */
static void start(struct act *act, const struct effect *effect)
{
    const struct facts *facts = act->facts;
    struct act other = *act;
    other.policy = facts->in_force ? facts->in_force : act->policy;
    other.procedure = policy_procedure(other.policy, effect->target);
    bool about_system = other.procedure && other.procedure->subject != SUBJECT_OPENER;
    int64_t beginner;
    if (!other.procedure || (about_system && !act->system) ||
        !act_seat_of(act, other.procedure->steps[0].by, &beginner)) {
        act_refuse(act, REFUSAL_UNKNOWN_PROCEDURE, act->step->id, STR_NONE,
                   (struct words){.first = same_label(effect->target)});
        return;
    }
    other.step = &other.procedure->steps[0];
    other.form = NULL;
    open_case(&other, (struct opening){
                          .opener = beginner,
                          .system = about_system ? act->system->id : 0,
                          .title = about_system ? act->system->name : other.procedure->label.zh,
                          .cause = act->kase->id,
                      });
    if (!about_system)
        other.system = NULL;
    open_task(&other, other.step);
}

void run_effects(struct act *act)
{
    for (size_t i = 0; i < act->outcome->n_effects; i++) {
        const struct effect *effect = &act->outcome->effects[i];
        act_note(act, effect);
        switch (effect->kind) {
        case EFFECT_grant: add(act, effect, false); break;
        case EFFECT_regrant: grant(act, items_of(act, effect), "instead"); break;
        case EFFECT_ungrant: grant(act, items_of(act, effect), "off"); break;
        case EFFECT_lend: add(act, effect, true); break;
        case EFFECT_take_back: grant(act, items_of(act, effect), "take-back"); break;
        case EFFECT_release: grant(act, NULL, "release"); break;
        case EFFECT_provide: provide(act, effect); break;
        case EFFECT_set_live: set_live(act); break;
        case EFFECT_retire: retire(act); break;
        case EFFECT_file: file(act, effect); break;
        case EFFECT_extend: break; /* after the targets, see below */
        case EFFECT_start: start(act, effect); break;
        }
    }
    if (act->system)
        look_through_lists(act, act->decision);
}

void undo_effects(struct act *act, const struct withdrawal *withdrawal)
{
    if (withdrawal->releases && act->system->grants.len)
        grant(act, NULL, "release");
    if (withdrawal->retires && act->system->stage != SYSTEM_RETIRED)
        retire(act);
    if (withdrawal->releases || withdrawal->retires)
        look_through_lists(act, 0);
}

/* More time is given to what is owed once the outcome has led where it leads: a step that stays has
 * been decided for a moment, and is owed again only then. */
void run_extensions(struct act *act)
{
    for (size_t i = 0; i < act->outcome->n_effects; i++)
        if (act->outcome->effects[i].kind == EFFECT_extend)
            extend(act, &act->outcome->effects[i]);
}

/* SPDX-License-Identifier: Apache-2.0
 * A case as its page shows it: acts in order, stages, what the reader may do. */
#include "view/view.h"

#include "view/view_priv.h"

const char *stage_state_name(enum stage_state state)
{
    switch (state) {
    case STAGE_DONE: return "done";
    case STAGE_CURRENT: return "current";
    case STAGE_HELD: return "held";
    case STAGE_WAITING: return "waiting";
    case STAGE_REFUSED: return "refused";
    }
    return "waiting";
}

static bool load_case(struct reader *reader, int64_t id, struct facts *facts, struct err *e)
{
    struct world world = {.db = reader->db, .arena = reader->arena};
    struct case_state *kase;
    struct system_state *system;
    if (!world_case(&world, id, &kase, e))
        return false;
    if (!kase)
        return true;
    if (!world_system(&world, kase->system, &system, e))
        return false;
    if (kase->system && !system)
        return RAISE(e, CORRUPT, "systems",
                     "system %lld of case %lld is missing; verify the data and rebuild it",
                     (long long)kase->system, (long long)id);
    facts->policy = library_policy(reader->library, reader->db, kase->policy, e);
    if (!facts->policy || (system && !world_records(&world, system, e)))
        return false;
    facts->kase = kase;
    facts->system = system;
    return true;
}

bool view_facts(struct reader *reader, int64_t kase, struct facts *out, bool *out_visible,
                struct err *e)
{
    struct authority_state *authority;
    const struct policy *in_force;
    *out_visible = false;
    if (!authority_in_force(reader, reader->actor->authority, &authority, &in_force, e))
        return false;
    *out = (struct facts){.actor = reader->actor, .authority = authority, .policy = in_force,
                          .in_force = in_force, .today = reader->today};
    if (kase && !load_case(reader, kase, out, e))
        return false;
    *out_visible = kase == 0 || (in_force && decide_may_see(out));
    if (!*out_visible) {
        out->kase = NULL;
        out->system = NULL;
        out->policy = in_force;
    }
    return true;
}

bool view_case_visible(struct reader *reader, int64_t id, bool *out, struct err *e)
{
    struct facts facts;
    *out = false;
    return id == 0 || view_facts(reader, id, &facts, out, e);
}

/* ---- the acts ------------------------------------------------------------------------------- */

static bool add_task(struct reader *reader, struct case_view *view, const struct task *task,
                     const struct task_decision *decision, enum task_state state, struct err *e)
{
    struct task_view *shown = &view->tasks[view->n_tasks++];
    *shown = (struct task_view){
        .task = task,
        .decision = decision,
        .step = procedure_step(view->procedure, task->step),
        .state = state,
        .organisation = organisation_named(view->facts.authority, task->organisation),
        .role_label = role_label_of(view->facts.policy, task->role),
    };
    if (state != TASK_CLOSED)
        shown->light = view_light(&view->facts.authority->calendar, view->facts.policy, task,
                                  reader->today, &shown->has_days_left, &shown->days_left);
    shown->assigned.id = task->person;
    if (task->person && !view_person_name(reader, task->person, &shown->assigned.name, e))
        return false;
    if (!decision)
        return true;
    shown->outcome = shown->step ? step_outcome(shown->step, decision->outcome) : NULL;
    shown->decided_by.id = decision->person;
    return view_person_name(reader, decision->person, &shown->decided_by.name, e);
}

static bool is_last_decision(const struct case_state *kase, size_t at)
{
    for (size_t i = at + 1; i < kase->decisions.len; i++)
        if (kase->decisions.items[i].task == kase->decisions.items[at].task)
            return false;
    return true;
}

static bool was_decided(const struct case_state *kase, int64_t task)
{
    for (size_t i = 0; i < kase->decisions.len; i++)
        if (kase->decisions.items[i].task == task)
            return true;
    return false;
}

/* Each act in order, then what is still to be done: a held task stands where it was returned. */
static bool list_tasks(struct reader *reader, struct case_view *view, struct err *e)
{
    const struct case_state *kase = view->facts.kase;
    view->tasks =
        NEWS(reader->arena, struct task_view, kase->tasks.len + kase->decisions.len + 1);
    for (size_t i = 0; i < kase->decisions.len; i++) {
        const struct task_decision *decision = &kase->decisions.items[i];
        const struct task *task = case_task_by_id(kase, decision->task);
        if (!task)
            return RAISE(e, CORRUPT, "tasks",
                         "task %lld of case %lld is missing; verify the data and rebuild it",
                         (long long)decision->task, (long long)kase->id);
        bool held = task->state == TASK_HELD && is_last_decision(kase, i);
        if (!add_task(reader, view, task, decision, held ? TASK_HELD : TASK_CLOSED, e))
            return false;
    }
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        bool owed = task->state == TASK_OPEN ||
                    (task->state == TASK_CLOSED && !was_decided(kase, task->id));
        if (owed && !add_task(reader, view, task, NULL, task->state, e))
            return false;
    }
    return true;
}

/* ---- the stage line ------------------------------------------------------------------------- */

static bool later_stage_opened(const struct case_view *view, size_t at)
{
    for (size_t i = at + 1; i < view->procedure->n_steps; i++)
        if (view->procedure->steps[i].stage &&
            case_task(view->facts.kase, view->procedure->steps[i].id))
            return true;
    return false;
}

static enum stage_state stage_of(const struct case_view *view, size_t at, const struct task *task)
{
    const struct step *step = &view->procedure->steps[at];
    if (task->state != TASK_CLOSED)
        return task->state == TASK_HELD ? STAGE_HELD : STAGE_CURRENT;
    const struct outcome *outcome = step_outcome(step, task->outcome);
    if (outcome && outcome->tone == TONE_NEGATIVE)
        return STAGE_REFUSED;
    /* Sent back to be mended: the stage is not over, and not its turn either. */
    bool mending = outcome && outcome->tone == TONE_NEUTRAL && !view->facts.kase->ended &&
                   !later_stage_opened(view, at);
    return mending ? STAGE_HELD : STAGE_DONE;
}

/* Of the step's last round the task that says where the stage stands: one that somebody still owes,
 * else the one decided last. */
static const struct task *stage_task(const struct case_state *kase, str step)
{
    const struct task *found = case_task(kase, step);
    for (size_t i = 0; found && i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        if (task->round == found->round && str_eq(task->step, step) &&
            task->state != TASK_CLOSED)
            return task;
    }
    const struct task_decision *last = found ? case_decision(kase, step) : NULL;
    const struct task *decided = last ? case_task_by_id(kase, last->task) : NULL;
    return decided && decided->round == found->round ? decided : found;
}

static void list_stages(struct reader *reader, struct case_view *view)
{
    view->stages = NEWS(reader->arena, struct stage_view, view->procedure->n_steps + 1);
    for (size_t i = 0; i < view->procedure->n_steps; i++) {
        const struct step *step = &view->procedure->steps[i];
        if (!step->stage)
            continue;
        const struct task *task = stage_task(view->facts.kase, step->id);
        if (!task) {
            /* A stage that this case went past does not concern it. */
            if (!later_stage_opened(view, i))
                view->stages[view->n_stages++] =
                    (struct stage_view){step, STAGE_WAITING, DATE_NONE};
            continue;
        }
        enum stage_state state = stage_of(view, i, task);
        view->stages[view->n_stages++] =
            (struct stage_view){step, state, task->state == TASK_CLOSED ? task->closed_on
                                                                        : task->due};
    }
}

const struct outcome *ending_of(const struct procedure *procedure, const struct case_state *kase)
{
    str step_id, outcome_id;
    if (!kase->ended || !str_cut(kase->outcome, '.', &step_id, &outcome_id))
        return NULL;
    const struct step *step = procedure_step(procedure, step_id);
    return step ? step_outcome(step, outcome_id) : NULL;
}

bool view_case(struct reader *reader, int64_t id, struct case_view **out, struct err *e)
{
    *out = NULL;
    struct case_view *view = NEW(reader->arena, struct case_view);
    bool visible;
    if (id == 0)
        return true;
    if (!view_facts(reader, id, &view->facts, &visible, e))
        return false;
    if (!visible)
        return true;
    const struct case_state *kase = view->facts.kase;
    view->procedure = policy_procedure(view->facts.policy, kase->procedure);
    if (!view->procedure)
        return RAISE(e, CORRUPT, "cases", "case %lld follows a procedure that its policy lacks",
                     (long long)id);
    view->opener = organisation_named(view->facts.authority, kase->opener);
    view->outcome = ending_of(view->procedure, kase);
    if (!list_tasks(reader, view, e))
        return false;
    list_stages(reader, view);
    if (!view_facts_lines(reader, &view->facts, e))
        return false;
    view->allowed = decide_allowed(reader->arena, &view->facts, &view->n_allowed);
    view->may_withdraw = decide_may_withdraw(&view->facts, view->procedure);
    view->may_urge = decide_may_urge(&view->facts);
    struct row_stream_end *end;
    if (!q_stream_end(reader->db, reader->arena,
                      str_printf(reader->arena, "case/%lld", (long long)id), &end, e))
        return false;
    view->entries = end->seq;
    *out = view;
    return true;
}

struct label view_material_label(const struct policy *policy,
                                 const struct authority_state *authority, str id)
{
    const struct material_kind *kind = policy_material(policy, id);
    if (kind)
        return kind->label;
    for (size_t i = 0; i < authority->asked_materials.len; i++)
        if (str_eq(authority->asked_materials.items[i].material, id))
            return (struct label){authority->asked_materials.items[i].zh,
                                  authority->asked_materials.items[i].en};
    return (struct label){id, id};
}

bool view_material(struct reader *reader, int64_t kase, int64_t material,
                   struct row_material **out, struct err *e)
{
    bool visible;
    *out = NULL;
    struct row_material *row;
    if (!view_case_visible(reader, kase, &visible, e) ||
        !q_material(reader->db, reader->arena, material, &row, e))
        return false;
    if (visible && row && row->kase == kase)
        *out = row;
    return true;
}

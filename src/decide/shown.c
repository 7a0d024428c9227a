/* SPDX-License-Identifier: Apache-2.0
 * What a page lays beside a form, so that the record says what a decision relied on. */
#include "decide/act_priv.h"

/* The last file of that kind in the case, whoever filed it. */
static const struct material *last_material(const struct case_state *kase, str kind)
{
    for (size_t i = kase->materials.len; i-- > 0;)
        if (str_eq(kase->materials.items[i].material, kind))
            return &kase->materials.items[i];
    return NULL;
}

static void put_lines(struct act *act, struct doc *list, const struct record *records, size_t n,
                      str register_id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(records[i].register_id, register_id))
            doc_push(act->arena, list, doc_int(act->arena, records[i].id));
}

/* Lines about the system; of a register about bodies, the latest line of each, or of the one in the
 * role's seat. */
static struct doc *lines_of(struct act *act, str register_id, str role)
{
    const struct ledger *ledger = policy_register(act->policy, register_id);
    struct doc *list = doc_list(act->arena);
    int64_t body = 0;
    if (role.len) {
        bool seated = act_seat_of(act, role, &body);
        for (size_t i = 0; seated && i < act->facts->n_lines; i++)
            if (act->facts->lines[i].organisation == body)
                put_lines(act, list, &act->facts->lines[i], 1, register_id);
        return list;
    }
    if (ledger && ledger->about == ABOUT_ORGANISATION)
        put_lines(act, list, act->facts->lines, act->facts->n_lines, register_id);
    else if (act->system)
        put_lines(act, list, act->system->records.items, act->system->records.len, register_id);
    return list;
}

/* Of a step signed by several, what each of them filled in. */
static struct doc *signed_values(struct act *act, const struct shown *one)
{
    const struct task_decision *decision;
    struct doc *list = doc_list(act->arena);
    for (size_t i = 0; (decision = case_signature(act->kase, one->step, i)); i++) {
        struct doc *value = doc_get(decision->form, one->id);
        struct doc *item = value ? doc_map(act->arena) : NULL;
        if (!item)
            continue;
        doc_put_int(act->arena, item, S("organisation"),
                    case_task_by_id(act->kase, decision->task)->organisation);
        doc_put(act->arena, item, S("value"), value);
        doc_push(act->arena, list, item);
    }
    return list->list.len ? list : NULL;
}

static struct doc *shown_value(struct act *act, const struct shown *one)
{
    if (step_is_signed(procedure_step(act->procedure, one->step)))
        return signed_values(act, one);
    const struct task_decision *decision = case_decision(act->kase, one->step);
    return decision ? doc_get(decision->form, one->id) : NULL;
}

struct doc *shown_to(struct act *act)
{
    if (act->step->n_shows == 0)
        return NULL;
    struct doc *shown = doc_map(act->arena);
    for (size_t i = 0; i < act->step->n_shows; i++) {
        const struct shown *one = &act->step->shows[i];
        act_note(act, one);
        const struct material *material;
        struct doc *value;
        switch (one->kind) {
        case SHOWN_FIELD:
            value = shown_value(act, one);
            if (value)
                doc_put(act->arena, shown,
                        str_printf(act->arena, "%.*s.%.*s", STR_FMT(one->step), STR_FMT(one->id)),
                        value);
            break;
        case SHOWN_MATERIAL:
            material = last_material(act->kase, one->id);
            if (material)
                doc_put_text(act->arena, shown, one->id, material->digest);
            break;
        case SHOWN_REGISTER:
            doc_put(act->arena, shown, one->id, lines_of(act, one->id, one->role));
            break;
        }
    }
    return shown;
}

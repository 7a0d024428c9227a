/* SPDX-License-Identifier: Apache-2.0
 * The smaller documents: labels, fields, actions, sessions, lists. */
#include "door/render_priv.h"

struct doc *render_label(struct arena *arena, struct label label)
{
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("zh"), label.zh.ptr ? label.zh : S(""));
    doc_put_text(arena, doc, S("en"), label.en.ptr ? label.en : S(""));
    return doc;
}

struct doc *render_label_or_null(struct arena *arena, struct label label)
{
    return label.zh.len || label.en.len ? render_label(arena, label) : doc_null(arena);
}

struct doc *render_named(struct arena *arena, struct named named)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), named.id);
    doc_put_text(arena, doc, S("name"), named.name.ptr ? named.name : S(""));
    return doc;
}

void put_int_or_null(struct arena *arena, struct doc *map, str key, bool present, int64_t value)
{
    doc_put(arena, map, key, present ? doc_int(arena, value) : doc_null(arena));
}

const char *render_tone(enum tone tone)
{
    switch (tone) {
    case TONE_POSITIVE: return "positive";
    case TONE_NEUTRAL: return "neutral";
    case TONE_NEGATIVE: return "negative";
    }
    return "neutral";
}

const char *render_state(enum task_state state)
{
    switch (state) {
    case TASK_OPEN: return "open";
    case TASK_HELD: return "held";
    case TASK_CLOSED: return "closed";
    }
    return "closed";
}

struct doc *render_regulation(struct arena *arena, const struct policy *policy, str digest)
{
    if (!policy)
        return doc_null(arena);
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("id"), policy->id);
    doc_put(arena, doc, S("title"), render_label(arena, policy->title));
    doc_put(arena, doc, S("short"),
            render_label(arena, (struct label){policy->short_zh, policy->short_en}));
    doc_put_text(arena, doc, S("document"), policy->document);
    doc_put_text(arena, doc, S("version"), digest);
    struct doc *also = doc_list(arena);
    for (size_t k = 0; k < policy->n_also; k++) {
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("prefix"), policy->also[k].prefix);
        doc_put(arena, one, S("title"), render_label(arena, policy->also[k].title));
        doc_put(arena, one, S("short"), render_label(arena, policy->also[k].brief));
        doc_put_text(arena, one, S("document"), policy->also[k].document);
        doc_push(arena, also, one);
    }
    doc_put(arena, doc, S("also"), also);
    return doc;
}

struct doc *render_items(struct arena *arena, const struct policy *policy)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < policy->n_items; i++) {
        const struct item *item = &policy->items[i];
        struct doc *doc = doc_map(arena);
        doc_put_text(arena, doc, S("id"), item->id);
        doc_put(arena, doc, S("label"), render_label(arena, item->label));
        doc_put(arena, doc, S("unit"), render_label(arena, item->unit));
        doc_put_text(arena, doc, S("group"), item->group);
        doc_push(arena, list, doc);
    }
    return list;
}

/* ---- forms ---------------------------------------------------------------------------------- */

static struct doc *render_choices(struct arena *arena, const struct field *field)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < field->n_choices; i++) {
        struct doc *doc = doc_map(arena);
        doc_put_text(arena, doc, S("id"), field->choices[i].id);
        doc_put(arena, doc, S("label"), render_label(arena, field->choices[i].label));
        doc_push(arena, list, doc);
    }
    return list;
}

/* A choice that cannot be read is none: the page can still be used, and says that it is empty. */
static struct doc *render_options(struct reader *reader, const struct facts *facts,
                                  const struct field *field, const struct doc *value)
{
    struct doc *list = doc_list(reader->arena);
    struct named *options;
    size_t n = 0;
    struct err e = {0};
    if (!view_options(reader, facts, field, value, &options, &n, &e))
        return list;
    for (size_t i = 0; i < n; i++)
        doc_push(reader->arena, list, render_named(reader->arena, options[i]));
    return list;
}

struct doc *render_field(struct reader *reader, const struct facts *facts,
                         const struct field *field, const struct doc *value)
{
    struct arena *arena = reader->arena;
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("id"), field->id);
    doc_put(arena, doc, S("label"), render_label(arena, field->label));
    doc_put(arena, doc, S("help"), render_label(arena, field->help));
    doc_put_text(arena, doc, S("type"), str_of(field_type_name(field->type)));
    doc_put_bool(arena, doc, S("optional"), field->optional);
    struct doc *outcomes = doc_list(arena);
    for (size_t i = 0; i < field->n_outcomes; i++)
        doc_push(arena, outcomes, doc_text(arena, field->outcomes[i]));
    doc_put(arena, doc, S("outcomes"), outcomes);
    doc_put_bool(arena, doc, S("multiline"), field->multiline);
    doc_put_int(arena, doc, S("min"), field->min);
    doc_put_int(arena, doc, S("max"), field->max);
    doc_put_text(arena, doc, S("unit"), field->unit.ptr ? field->unit : S(""));
    doc_put_text(arena, doc, S("article"), field->basis.article.ptr ? field->basis.article : S(""));
    doc_put(arena, doc, S("choices"), render_choices(arena, field));
    doc_put(arena, doc, S("options"), render_options(reader, facts, field, value));
    return doc;
}

static bool is_filed(const struct facts *facts, const struct task *task, str material)
{
    if (!task || !facts->kase)
        return false;
    for (size_t i = 0; i < facts->kase->materials.len; i++)
        if (facts->kase->materials.items[i].task == task->id &&
            str_eq(facts->kase->materials.items[i].material, material))
            return true;
    return false;
}

/* The outcomes that cannot be decided without it; asked: the authority asks for it, whatever is
 * decided. */
static struct doc *render_required(struct arena *arena, const struct step *step, str material,
                                   bool asked)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < step->n_outcomes; i++)
        if (asked || outcome_requires_material(step, &step->outcomes[i], material))
            doc_push(arena, list, doc_text(arena, step->outcomes[i].id));
    return list;
}

static struct doc *render_slots(struct arena *arena, const struct facts *facts,
                                const struct procedure *procedure, const struct step *step,
                                const struct task *task)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < step->n_materials; i++) {
        str id = step->materials[i];
        const struct material_kind *kind = policy_material(facts->policy, id);
        struct doc *doc = doc_map(arena);
        doc_put_text(arena, doc, S("id"), id);
        doc_put(arena, doc, S("label"), render_label(arena, kind ? kind->label
                                                                 : (struct label){id, id}));
        doc_put_text(arena, doc, S("article"),
                     kind && kind->basis.article.ptr ? kind->basis.article : S(""));
        doc_put(arena, doc, S("required_for"), render_required(arena, step, id, false));
        doc_put_bool(arena, doc, S("filed"), is_filed(facts, task, id));
        doc_push(arena, list, doc);
    }
    const struct authority_state *authority = facts->authority;
    for (size_t i = 0; step->further && i < authority->asked_materials.len; i++) {
        const struct asked_material *asked = &authority->asked_materials.items[i];
        if (!asked->asked || !str_eq(asked->step, step->id) ||
            !str_eq(asked->procedure, procedure->id))
            continue;
        struct doc *doc = doc_map(arena);
        doc_put_text(arena, doc, S("id"), asked->material);
        doc_put(arena, doc, S("label"),
                render_label(arena, (struct label){asked->zh, asked->en}));
        doc_put_text(arena, doc, S("article"), step->basis.article);
        doc_put(arena, doc, S("required_for"),
                render_required(arena, step, asked->material, true));
        doc_put_bool(arena, doc, S("filed"), is_filed(facts, task, asked->material));
        doc_push(arena, list, doc);
    }
    return list;
}

static struct doc *render_outcomes(struct arena *arena, const struct step *step)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < step->n_outcomes; i++) {
        struct doc *doc = doc_map(arena);
        doc_put_text(arena, doc, S("id"), step->outcomes[i].id);
        doc_put(arena, doc, S("label"), render_label(arena, step->outcomes[i].label));
        doc_put_text(arena, doc, S("tone"), str_of(render_tone(step->outcomes[i].tone)));
        doc_push(arena, list, doc);
    }
    return list;
}

/* ---- what lies beside a form ---------------------------------------------------------------- */

static struct doc *shown_item(struct arena *arena, const char *kind, struct label label)
{
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("kind"), str_of(kind));
    doc_put(arena, doc, S("label"), render_label(arena, label));
    return doc;
}

static struct doc *shown_field(struct reader *reader, const struct facts *facts,
                               const struct step *step, const struct field *field)
{
    const struct task_decision *decision =
        facts->kase ? case_decision(facts->kase, step->id) : NULL;
    struct doc *value = decision ? doc_get(decision->form, field->id) : NULL;
    if (!value)
        return NULL;
    struct doc *doc = shown_item(reader->arena, "field", field->label);
    doc_put(reader->arena, doc, S("field"), render_field(reader, facts, field, value));
    doc_put(reader->arena, doc, S("value"), value);
    return doc;
}

/* A line for each who signed the step, whole: whatever is shown of it stands in one table. */
static struct doc *shown_signatures(struct reader *reader, const struct facts *facts,
                                    const struct step *step, const struct step *showing)
{
    struct arena *arena = reader->arena;
    struct doc *doc = shown_item(arena, "signed", step->label);
    struct doc *fields = doc_list(arena), *lines = doc_list(arena);
    const struct task_decision *decision;
    for (size_t i = 0; i < showing->n_shows; i++) {
        const struct shown *shown = &showing->shows[i];
        if (shown->kind == SHOWN_FIELD && str_eq(shown->step, step->id))
            doc_push(arena, fields,
                     render_field(reader, facts, form_field(&step->form, shown->id), NULL));
    }
    for (size_t i = 0; facts->kase && (decision = case_signature(facts->kase, step->id, i)); i++) {
        const struct task *task = case_task_by_id(facts->kase, decision->task);
        const struct organisation *by =
            authority_organisation(facts->authority, task->organisation);
        struct doc *line = doc_map(arena);
        doc_put_int(arena, line, S("id"), decision->id);
        doc_put_text(arena, line, S("register"), step->id);
        doc_put(arena, line, S("register_label"), render_label(arena, step->label));
        doc_put_text(arena, line, S("period"), S(""));
        doc_put_date(arena, line, S("filed_on"), decision->on);
        doc_put(arena, line, S("form"), decision->form ? decision->form : doc_map(arena));
        doc_put_text(arena, line, S("organisation"), by ? by->name : S(""));
        doc_push(arena, lines, line);
    }
    doc_put(arena, doc, S("fields"), fields);
    doc_put(arena, doc, S("lines"), lines);
    return doc;
}

/* The at-th of what the step shows; NULL: nothing, or shown with one before. */
static struct doc *shown_value(struct reader *reader, const struct facts *facts,
                               const struct procedure *procedure, const struct step *showing,
                               size_t at)
{
    const struct shown *shown = &showing->shows[at];
    const struct step *step = procedure_step(procedure, shown->step);
    const struct field *field = step ? form_field(&step->form, shown->id) : NULL;
    if (!field || !step_is_signed(step))
        return field ? shown_field(reader, facts, step, field) : NULL;
    for (size_t i = 0; i < at; i++)
        if (showing->shows[i].kind == SHOWN_FIELD && str_eq(showing->shows[i].step, step->id))
            return NULL;
    return shown_signatures(reader, facts, step, showing);
}

static struct doc *shown_material(struct arena *arena, const struct facts *facts, str id)
{
    const struct material_kind *kind = policy_material(facts->policy, id);
    const struct material *found = NULL;
    for (size_t i = 0; facts->kase && i < facts->kase->materials.len; i++)
        if (str_eq(facts->kase->materials.items[i].material, id))
            found = &facts->kase->materials.items[i];
    if (!found || !kind)
        return NULL;
    struct doc *doc = shown_item(arena, "material", kind->label);
    doc_put_int(arena, doc, S("material"), found->id);
    doc_put_text(arena, doc, S("name"), found->name);
    return doc;
}

static void push_lines(struct arena *arena, struct doc *list, const struct facts *facts,
                       const struct record *records, size_t n, str register_id)
{
    enum { LINES_SHOWN = 12 };
    for (size_t i = 0; i < n && list->list.len < LINES_SHOWN; i++)
        if (str_eq(records[i].register_id, register_id)) {
            struct doc *line = render_line(arena, facts->policy, &records[i]);
            const struct organisation *by =
                authority_organisation(facts->authority, records[i].organisation);
            doc_put_text(arena, line, S("organisation"), by ? by->name : S(""));
            doc_push(arena, list, line);
        }
}

/* Of the body in a seat alone, where the step says so. */
static int64_t seated(struct arena *arena, const struct facts *facts,
                      const struct procedure *procedure, const struct shown *shown)
{
    return shown->role.len ? decide_seat(arena, facts, procedure, shown->role) : 0;
}

static struct doc *shown_register(struct reader *reader, const struct facts *facts,
                                  const struct procedure *procedure, const struct shown *shown)
{
    struct arena *arena = reader->arena;
    str id = shown->id;
    int64_t body = seated(arena, facts, procedure, shown);
    const struct ledger *ledger = policy_register(facts->policy, id);
    if (!ledger)
        return NULL;
    struct doc *doc = shown_item(arena, "register", ledger->label), *lines = doc_list(arena);
    struct doc *fields = doc_list(arena);
    for (size_t i = 0; ledger->about == ABOUT_ORGANISATION && i < facts->n_lines; i++)
        if (!shown->role.len || facts->lines[i].organisation == body)
            push_lines(arena, lines, facts, &facts->lines[i], 1, id);
    if (ledger->about == ABOUT_SYSTEM && facts->system)
        push_lines(arena, lines, facts, facts->system->records.items, facts->system->records.len,
                   id);
    for (size_t i = 0; i < ledger->form.n; i++)
        doc_push(arena, fields, render_field(reader, facts, &ledger->form.fields[i], NULL));
    doc_put(arena, doc, S("fields"), fields);
    doc_put(arena, doc, S("lines"), lines);
    return doc;
}

static struct doc *render_shows(struct reader *reader, const struct facts *facts,
                                const struct procedure *procedure, const struct step *step)
{
    struct doc *list = doc_list(reader->arena);
    for (size_t i = 0; i < step->n_shows; i++) {
        const struct shown *shown = &step->shows[i];
        struct doc *one = NULL;
        switch (shown->kind) {
        case SHOWN_FIELD: one = shown_value(reader, facts, procedure, step, i); break;
        case SHOWN_MATERIAL: one = shown_material(reader->arena, facts, shown->id); break;
        case SHOWN_REGISTER: one = shown_register(reader, facts, procedure, shown); break;
        }
        if (one)
            doc_push(reader->arena, list, one);
    }
    return list;
}

struct doc *render_action(struct reader *reader, const struct facts *facts,
                          const struct procedure *procedure, const struct step *step,
                          const struct task *task)
{
    struct arena *arena = reader->arena;
    struct doc *doc = doc_map(arena), *form = doc_list(arena);
    for (size_t i = 0; i < step->form.n; i++)
        doc_push(arena, form, render_field(reader, facts, &step->form.fields[i], NULL));
    struct doc *values = decide_presets(arena, facts, step);
    doc_put_text(arena, doc, S("step"), step->id);
    doc_put(arena, doc, S("step_label"), render_label(arena, step->label));
    doc_put_int(arena, doc, S("round"), task ? task->round : 1);
    doc_put_text(arena, doc, S("article"), step->basis.article.ptr ? step->basis.article : S(""));
    doc_put_bool(arena, doc, S("opinion"), step->opinion);
    doc_put(arena, doc, S("form"), form);
    doc_put(arena, doc, S("values"), values ? values : doc_map(arena));
    doc_put(arena, doc, S("materials"), render_slots(arena, facts, procedure, step, task));
    doc_put(arena, doc, S("shows"), render_shows(reader, facts, procedure, step));
    doc_put_bool(arena, doc, S("paper"), step->paper);
    doc_put_bool(arena, doc, S("assigned"), task && task->person);
    doc_put(arena, doc, S("outcomes"), render_outcomes(arena, step));
    doc_put(arena, doc, S("items"), render_items(arena, facts->policy));
    doc_put_date(arena, doc, S("not_before"), task ? task->not_before : DATE_NONE);
    return doc;
}

/* ---- sessions, lists, uploads --------------------------------------------------------------- */

struct doc *render_session(struct arena *arena, const struct person_view *person, int64_t post,
                           date today, bool demo)
{
    struct doc *doc = doc_map(arena), *posts = doc_list(arena), *authority = doc_map(arena);
    for (size_t i = 0; i < person->n_posts; i++) {
        const struct post_view *held = &person->posts[i];
        struct doc *one = doc_map(arena);
        doc_put_int(arena, one, S("id"), held->id);
        doc_put(arena, one, S("organisation"), render_named(arena, held->organisation));
        doc_put_text(arena, one, S("role"), held->role);
        doc_put(arena, one, S("role_label"), render_label(arena, held->role_label));
        doc_put(arena, one, S("holder"),
                held->holder.id ? render_named(arena, held->holder) : doc_null(arena));
        doc_push(arena, posts, one);
    }
    doc_put_int(arena, authority, S("id"), person->authority.id);
    doc_put_text(arena, authority, S("name"), person->authority.name);
    doc_put_text(arena, authority, S("name_en"), person->authority_en);
    doc_put(arena, doc, S("person"), render_named(arena, person->person));
    doc_put_int(arena, doc, S("post"), post);
    doc_put(arena, doc, S("posts"), posts);
    doc_put(arena, doc, S("authority"), authority);
    doc_put(arena, doc, S("regulation"),
            render_regulation(arena, person->policy, person->policy_digest));
    doc_put_date(arena, doc, S("today"), today);
    doc_put_bool(arena, doc, S("demo"), demo);
    return doc;
}

static struct doc *render_work_row(struct arena *arena, const struct work_row *row)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("case"), row->kase);
    doc_put_text(arena, doc, S("number"), row->number);
    doc_put_text(arena, doc, S("title"), row->title);
    doc_put_text(arena, doc, S("procedure"), row->procedure);
    doc_put(arena, doc, S("procedure_label"), render_label(arena, row->procedure_label));
    doc_put(arena, doc, S("opener"), render_named(arena, row->opener));
    doc_put(arena, doc, S("handler"), render_named(arena, row->handler));
    doc_put_text(arena, doc, S("step"), row->step);
    doc_put(arena, doc, S("step_label"), render_label(arena, row->step_label));
    doc_put_int(arena, doc, S("round"), row->round);
    doc_put_text(arena, doc, S("state"), str_of(render_state(row->state)));
    doc_put_date(arena, doc, S("opened_on"), row->opened_on);
    doc_put_date(arena, doc, S("due"), row->due);
    doc_put_text(arena, doc, S("light"), str_of(light_name(row->light)));
    put_int_or_null(arena, doc, S("days_left"), row->has_days_left, row->days_left);
    doc_put_bool(arena, doc, S("local"), row->local);
    doc_put_text(arena, doc, S("outcome"), row->outcome.ptr ? row->outcome : S(""));
    doc_put(arena, doc, S("outcome_label"), render_label_or_null(arena, row->outcome_label));
    doc_put_date(arena, doc, S("decided_on"), row->decided_on);
    doc_put_bool(arena, doc, S("ended"), row->ended);
    doc_put_bool(arena, doc, S("priority"), row->priority);
    return doc;
}

struct doc *render_worklist(struct arena *arena, const struct worklist *list)
{
    struct doc *doc = doc_map(arena), *rows = doc_list(arena), *counts = doc_map(arena);
    for (size_t i = 0; i < list->n; i++)
        doc_push(arena, rows, render_work_row(arena, &list->rows[i]));
    doc_put_int(arena, counts, S("todo"), list->counts.todo);
    doc_put_int(arena, counts, S("overdue"), list->counts.overdue);
    doc_put_int(arena, counts, S("done"), list->counts.done);
    doc_put_int(arena, counts, S("mine"), list->counts.mine);
    doc_put_int(arena, counts, S("all"), list->counts.all);
    doc_put_int(arena, counts, S("notices"), list->counts.notices);
    doc_put(arena, doc, S("rows"), rows);
    doc_put(arena, doc, S("next"),
            list->next.len ? doc_text(arena, list->next) : doc_null(arena));
    doc_put(arena, doc, S("counts"), counts);
    return doc;
}

struct doc *render_upload(struct arena *arena, const struct row_upload *upload)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), upload->id);
    doc_put_text(arena, doc, S("name"), upload->name);
    doc_put_int(arena, doc, S("size"), upload->size);
    doc_put_int(arena, doc, S("received"), upload->received);
    doc_put(arena, doc, S("digest"),
            upload->digest.len ? doc_text(arena, upload->digest) : doc_null(arena));
    return doc;
}

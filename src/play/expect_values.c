/* SPDX-License-Identifier: Apache-2.0
 * What must have been written down: lines of registers, and what lay beside a form. */
#include "play/scenario_priv.h"

/* vcpu=8 is a value here, and no field of a form. */
static str wanted_text(struct scene *scene, const struct word *word)
{
    return word->name.len ? str_printf(scene->arena, "%.*s=%.*s", STR_FMT(word->name),
                                       STR_FMT(word->text))
                          : word->text;
}

static void tell_value(struct scene *scene, const char *clause, const struct field *field,
                       str wanted, const struct doc *value)
{
    bool held = value_is(scene, field, wanted, value);
    str found = value_words(scene, field, value);
    scene_tell(scene, held,
               held ? STR_NONE
                    : str_printf(scene->arena, "expected %s %.*s, found %.*s", clause,
                                 STR_FMT(wanted), STR_FMT(found)));
}

/* ---- lines of registers --------------------------------------------------------------------- */

/* Lines in force about the organisation, or about the case's system; *out is the latest of them. */
static bool lines_about(struct scene *scene, str register_id, str of, const struct record **out,
                        int64_t *n, struct err *e)
{
    struct world world = {.db = clerk_db(scene->clerk), .arena = scene->arena};
    struct seat_holder *body = scene_holder(scene, of);
    struct system_state *system = body ? NULL : system_of(scene, of, e);
    struct row_record *rows = NULL;
    size_t n_rows = 0;
    if (!body && !system)
        return false;
    bool ok = db_begin(world.db, e) &&
              (body ? q_records_of_organisation(world.db, scene->arena, body->organisation,
                                                register_id, INT64_MAX, LIMIT_RECORDS, &rows,
                                                &n_rows, e)
                    : world_records(&world, system, e));
    db_rollback(world.db);
    struct record *lines = NEWS(scene->arena, struct record, n_rows + 1);
    for (size_t i = 0; ok && i < n_rows; i++)
        ok = record_of_row(scene->arena, &rows[i], &lines[i], e);
    for (size_t i = 0; ok && i < n_rows; i++) {
        *n += !rows[i].replaced && !rows[i].system;
        if (rows[i].latest)
            *out = &lines[i];
    }
    for (size_t i = 0; ok && system && i < system->records.len; i++)
        if (str_eq(system->records.items[i].register_id, register_id) && (*n)++ == 0)
            *out = &system->records.items[i];
    return ok;
}

/* The register, when the word after "expect line" is one and has lines about what is named. */
static const struct ledger *named_register(struct scene *scene, const struct line *line,
                                           struct err *e)
{
    const struct ledger *ledger = policy_register(scene->policy, line->words[2].text);
    bool body = scene_holder(scene, line->words[4].text) != NULL;
    if (!ledger)
        (void)scene_error(scene, e, "the policy has no register \"%.*s\"",
                          STR_FMT(line->words[2].text));
    else if (body != (ledger->about == ABOUT_ORGANISATION))
        (void)scene_error(scene, e, "register %.*s is about %s; name one of those",
                          STR_FMT(ledger->id), body ? "systems" : "organisations");
    else
        return ledger;
    return NULL;
}

/* expect lines REGISTER of WHOM N */
bool expect_lines(struct scene *scene, const struct line *line, struct err *e)
{
    const struct record *latest = NULL;
    int64_t n = 0;
    if (line->n != 6)
        return scene_error(scene, e, "write: expect lines REGISTER of CASE|ALIAS N");
    if (!named_register(scene, line, e) ||
        !lines_about(scene, line->words[2].text, line->words[4].text, &latest, &n, e))
        return false;
    str found = str_printf(scene->arena, "%lld", (long long)n), wanted = line->words[5].text;
    scene_tell(scene, str_eq(found, wanted),
               str_printf(scene->arena, "expected lines %.*s, found %.*s", STR_FMT(wanted),
                          STR_FMT(found)));
    return true;
}

bool expect_line(struct scene *scene, const struct line *line, struct err *e)
{
    const struct record *latest = NULL;
    int64_t n = 0;
    if (line->n != 7)
        return scene_error(scene, e, "write: expect line REGISTER of CASE|ALIAS FIELD VALUE");
    const struct ledger *ledger = named_register(scene, line, e);
    if (!ledger)
        return false;
    if (!form_field(&ledger->form, line->words[5].text))
        return scene_error(scene, e, "register %.*s has no field \"%.*s\"", STR_FMT(ledger->id),
                           STR_FMT(line->words[5].text));
    if (!lines_about(scene, line->words[2].text, line->words[4].text, &latest, &n, e))
        return false;
    tell_value(scene, "line", form_field(&ledger->form, line->words[5].text),
               wanted_text(scene, &line->words[6]),
               latest ? doc_get(latest->form, line->words[5].text) : NULL);
    return true;
}

/* ---- beside the form ------------------------------------------------------------------------ */

/* An empty table or text is nothing to look at. */
static bool is_some(const struct doc *value)
{
    if (!value)
        return false;
    return value->kind == DOC_LIST   ? value->list.len > 0
           : value->kind == DOC_MAP  ? value->map.len > 0
           : value->kind == DOC_TEXT ? value->text.len > 0
                                     : value->kind != DOC_NULL;
}

/* Of a step signed by several what the named one of them filled in, else the value itself. */
static bool signed_value(struct scene *scene, const struct line *line, bool several,
                         const struct doc **value, struct err *e)
{
    const struct doc *list = *value;
    bool by = line->n == 9 && is_word(line, 7, "by");
    const struct seat_holder *holder = by ? scene_holder(scene, line->words[8].text) : NULL;
    if (line->n == 9 && !holder)
        return scene_error(scene, e, "write: expect shown STEP of CASE PATH VALUE by ALIAS");
    if (several != by)
        return scene_error(scene, e, "%s",
                           several ? "several sign that; write: expect shown STEP of CASE PATH "
                                     "VALUE by ALIAS"
                                   : "one alone fills that in; leave out \"by\"");
    if (!by)
        return true;
    *value = NULL;
    for (size_t i = 0; list && i < list->list.len; i++)
        if (doc_get(list->list.items[i], S("organisation"))->integer == holder->organisation)
            *value = doc_get(list->list.items[i], S("value"));
    return true;
}

static bool shows_path(struct scene *scene, const struct step *step, str path)
{
    for (size_t i = 0; i < step->n_shows; i++) {
        const struct shown *shown = &step->shows[i];
        str own = shown->kind != SHOWN_FIELD
                      ? shown->id
                      : str_printf(scene->arena, "%.*s.%.*s", STR_FMT(shown->step),
                                   STR_FMT(shown->id));
        if (str_eq(own, path))
            return true;
    }
    return false;
}

bool expect_shown(struct scene *scene, const struct line *line, struct err *e)
{
    struct case_state *kase =
        line->n == 7 || line->n == 9 ? named_case(scene, line->words[4].text, e) : NULL;
    if (!kase)
        return scene_error(scene, e, "write: expect shown STEP of CASE PATH VALUE");
    const struct step *showing = named_step(scene, kase, line->words[2].text, e);
    if (!showing)
        return false;
    if (!shows_path(scene, showing, line->words[5].text)) {
        scene_tell(scene, false, str_printf(scene->arena, "step %.*s does not show %.*s",
                                            STR_FMT(showing->id), STR_FMT(line->words[5].text)));
        return true;
    }
    const struct task_decision *decision = case_decision(kase, showing->id);
    const struct doc *value = decision ? doc_get(decision->shown, line->words[5].text) : NULL;
    str step_id, field_id;
    const struct procedure *procedure = policy_procedure(scene->policy, kase->procedure);
    const struct step *step = str_cut(line->words[5].text, '.', &step_id, &field_id) && procedure
                                  ? procedure_step(procedure, step_id) : NULL;
    if (!signed_value(scene, line, step && step_is_signed(step), &value, e))
        return false;
    if (is_some(value) && is_word(line, 6, "some"))
        scene_tell(scene, true, STR_NONE);
    else
        tell_value(scene, "shown", step ? form_field(&step->form, field_id) : NULL,
                   wanted_text(scene, &line->words[6]), value);
    return true;
}

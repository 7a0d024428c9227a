/* SPDX-License-Identifier: Apache-2.0
 * What must hold of lists: duties that opened, reports, who comes first. */
#include "play/scenario_priv.h"

bool scene_duty(struct scene *scene, str procedure, int64_t organisation,
                struct row_duty_last **out, struct err *e)
{
    struct db *db = clerk_db(scene->clerk);
    *out = NULL;
    if (!policy_procedure(scene->policy, procedure))
        return scene_error(scene, e, "there is no procedure %.*s", STR_FMT(procedure));
    bool ok = db_begin(db, e) && q_duty_last(db, scene->arena, scene->authority, procedure,
                                             organisation, out, e);
    db_rollback(db);
    return ok;
}

/* expect duty PROCEDURE of ALIAS YYYY-MM, or none. */
bool expect_duty(struct scene *scene, const struct line *line, struct err *e)
{
    struct seat_holder *holder =
        line->n == 6 && is_word(line, 3, "of") ? scene_holder(scene, line->words[4].text) : NULL;
    struct row_duty_last *row;
    if (!holder)
        return scene_error(scene, e, "write: expect duty PROCEDURE of ALIAS YYYY-MM, or none");
    if (!scene_duty(scene, line->words[2].text, holder->organisation, &row, e))
        return false;
    str found = row ? str_printf(scene->arena, "%04d-%02d", (int)(row->period / 100),
                                 (int)(row->period % 100))
                    : S("none");
    str wanted = line->words[5].text;
    scene_tell(scene, str_eq(found, wanted),
               str_printf(scene->arena, "expected duty %.*s, found %.*s", STR_FMT(wanted),
                          STR_FMT(found)));
    return true;
}

static const struct report_row *row_of(const struct report_view *view, int64_t owner)
{
    for (size_t i = 0; i < view->n; i++)
        if (view->rows[i].owner.id == owner)
            return &view->rows[i];
    return NULL;
}

static bool has_column(const struct report *report, str id)
{
    for (size_t i = 0; i < report->n_columns; i++)
        if (str_eq(report->columns[i].id, id))
            return true;
    return false;
}

/* expect report REPORT by ALIAS of ALIAS COLUMN N ...: the first reads of the second's systems. */
bool expect_report(struct scene *scene, const struct line *line, struct err *e)
{
    bool form = line->n >= 9 && line->n % 2 == 1 && is_word(line, 3, "by") &&
                is_word(line, 5, "of");
    struct seat_holder *reads = form ? scene_holder(scene, line->words[4].text) : NULL;
    struct seat_holder *owner = form ? scene_holder(scene, line->words[6].text) : NULL;
    struct report_view *view;
    if (!reads || !owner)
        return scene_error(scene, e, "write: expect report REPORT by ALIAS of ALIAS COLUMN "
                           "N|nothing ...");
    const struct report *report = policy_report(scene->policy, line->words[2].text);
    if (!report)
        return scene_error(scene, e, "there is no report %.*s", STR_FMT(line->words[2].text));
    for (size_t i = 7; i + 1 < line->n; i += 2)
        if (!has_column(report, line->words[i].text))
            return scene_error(scene, e, "report %.*s has no column %.*s", STR_FMT(report->id),
                               STR_FMT(line->words[i].text));
    struct reader reader = scene_reader(scene, reads);
    bool ok = db_begin(reader.db, e) && view_report(&reader, report->id, &view, e);
    db_rollback(reader.db);
    if (!ok)
        return false;
    for (size_t k = 0; scene->rehearsal.note && k < report->n_columns; k++)
        scene->rehearsal.note(scene->rehearsal.ctx, &report->columns[k]);
    const struct report_row *row = view ? row_of(view, owner->organisation) : NULL;
    for (size_t i = 7; i + 1 < line->n; i += 2) {
        str column = line->words[i].text, wanted = line->words[i + 1].text, found = S("nothing");
        for (size_t k = 0; row && k < report->n_columns; k++)
            if (str_eq(report->columns[k].id, column))
                found = str_printf(scene->arena, "%lld", (long long)row->counts[k]);
        scene_tell(scene, str_eq(found, wanted),
                   str_printf(scene->arena, "expected %.*s %.*s, found %.*s", STR_FMT(column),
                              STR_FMT(wanted), STR_FMT(found)));
    }
    return true;
}

/* expect first CASE of ALIAS: it stands at the top of what they have to do. */
bool expect_first(struct scene *scene, const struct line *line, struct err *e)
{
    struct seat_holder *holder =
        line->n == 5 && is_word(line, 3, "of") ? scene_holder(scene, line->words[4].text) : NULL;
    int64_t wanted = holder ? scene_case(scene, line->words[2].text) : -1;
    struct worklist list = {0};
    if (wanted < 0)
        return scene_error(scene, e, "write: expect first CASE of ALIAS");
    struct reader reader = scene_reader(scene, holder);
    bool ok = db_begin(reader.db, e) && view_worklist(&reader, BOX_TODO, STR_NONE, 1, &list, e);
    db_rollback(reader.db);
    if (!ok)
        return false;
    bool first = list.n > 0 && list.rows[0].kase == wanted;
    scene_tell(scene, first, S("another case comes first"));
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * Reports: systems counted by their owner. */
#include "door/render_priv.h"

static struct doc *render_columns(struct arena *arena, const struct report *report)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < report->n_columns; i++) {
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("id"), report->columns[i].id);
        doc_put(arena, one, S("label"), render_label(arena, report->columns[i].label));
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_cells(struct arena *arena, const struct report *report,
                                const struct report_row *row)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < report->n_columns; i++) {
        struct doc *cell = doc_map(arena), *systems = doc_list(arena);
        for (size_t k = 0; k < row->cells[i].systems.len; k++)
            doc_push(arena, systems, render_named(arena, row->cells[i].systems.items[k]));
        doc_put_int(arena, cell, S("count"), row->counts[i]);
        doc_put(arena, cell, S("systems"), systems);
        doc_push(arena, list, cell);
    }
    return list;
}

void get_report(struct request *r)
{
    struct err e = {0};
    struct report_view *view;
    if (!read_begin(r) || !session_actor(r))
        return;
    if (!view_report(&r->reader, r->vars[0], &view, &e)) {
        problem_err(r, &e);
        return;
    }
    if (!view) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    struct arena *arena = r->arena;
    struct doc *doc = doc_map(arena), *rows = doc_list(arena);
    for (size_t i = 0; i < view->n; i++) {
        struct doc *row = doc_map(arena);
        doc_put(arena, row, S("owner"), render_named(arena, view->rows[i].owner));
        doc_put(arena, row, S("cells"), render_cells(arena, view->report, &view->rows[i]));
        doc_push(arena, rows, row);
    }
    doc_put_text(arena, doc, S("id"), view->report->id);
    doc_put(arena, doc, S("label"), render_label(arena, view->report->label));
    doc_put_text(arena, doc, S("article"),
                 view->report->basis.article.ptr ? view->report->basis.article : S(""));
    doc_put(arena, doc, S("columns"), render_columns(arena, view->report));
    doc_put(arena, doc, S("rows"), rows);
    reply_read(r, doc);
}

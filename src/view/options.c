/* SPDX-License-Identifier: Apache-2.0
 * What the fields of a form offer for choice. */
#include "view/view.h"

#include "view/view_priv.h"

enum { CASES_OFFERED = 200 };

struct options {
    VEC(struct named) items;
};

static bool holds(const struct options *options, int64_t id)
{
    for (size_t i = 0; i < options->items.len; i++)
        if (options->items.items[i].id == id)
            return true;
    return false;
}

static void add(struct reader *reader, struct options *options, int64_t id, str name)
{
    VEC_PUSH(reader->arena, &options->items, ((struct named){id, name}));
}

static void add_organisations(struct reader *reader, const struct authority_state *authority,
                              const struct field *field, struct options *options)
{
    for (size_t i = 0; authority && i < authority->organisations.len; i++) {
        const struct organisation *organisation = &authority->organisations.items[i];
        if (str_eq(organisation->role, field->role))
            add(reader, options, organisation->id, organisation->name);
    }
}

static str case_name(struct reader *reader, str number, str title)
{
    return str_printf(reader->arena, "%.*s %.*s", STR_FMT(number), STR_FMT(title));
}

/* Newest first; whoever sees his own cases alone is offered those. */
static bool add_cases(struct reader *reader, const struct facts *facts, const struct field *field,
                      struct options *options, struct err *e)
{
    struct row_offered *rows;
    size_t n;
    enum sight sight =
        decide_sight(facts->in_force ? facts->in_force : facts->policy, reader->actor->role);
    bool ok = sight == SIGHT_ALL
                  ? q_cases_offered(reader->db, reader->arena, reader->actor->authority,
                                    field->procedure, CASES_OFFERED, &rows, &n, e)
                  : q_cases_offered_to(reader->db, reader->arena, reader->actor->authority,
                                       field->procedure, reader->actor->organisation,
                                       CASES_OFFERED, &rows, &n, e);
    for (size_t i = 0; ok && sight != SIGHT_NONE && i < n; i++)
        add(reader, options, rows[i].id, case_name(reader, rows[i].number, rows[i].title));
    return ok;
}

static bool add_persons(struct reader *reader, struct options *options, struct err *e)
{
    struct named *people;
    size_t n;
    if (!view_colleagues(reader, &people, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        add(reader, options, people[i].id, people[i].name);
    return true;
}

/* Somebody who has gone to another office, or a case too old to be offered. */
static bool add_held(struct reader *reader, const struct field *field, const struct doc *value,
                     struct options *options, struct err *e)
{
    if (!value || value->kind != DOC_INT || holds(options, value->integer))
        return true;
    if (field->type == FIELD_PERSON) {
        str name;
        if (!view_person_name(reader, value->integer, &name, e))
            return false;
        add(reader, options, value->integer, name);
    } else if (field->type == FIELD_CASE) {
        struct row_kase *row;
        if (!q_kase(reader->db, reader->arena, value->integer, &row, e))
            return false;
        if (row && row->authority == reader->actor->authority)
            add(reader, options, row->id, case_name(reader, row->number, row->title));
    }
    return true;
}

bool view_options(struct reader *reader, const struct facts *facts, const struct field *field,
                  const struct doc *value, struct named **out, size_t *out_n, struct err *e)
{
    struct options options = {0};
    bool ok = true;
    if (field_names_bodies(field))
        add_organisations(reader, facts->authority, field, &options);
    else if (field->type == FIELD_CASE && !value)
        ok = add_cases(reader, facts, field, &options, e);
    else if (field->type == FIELD_PERSON && !value)
        ok = add_persons(reader, &options, e);
    ok = ok && add_held(reader, field, value, &options, e);
    *out = options.items.items;
    *out_n = options.items.len;
    return ok;
}

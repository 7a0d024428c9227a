/* SPDX-License-Identifier: Apache-2.0
 * Information systems and registers. */
#include "door/priv.h"
#include "door/render_priv.h"

static void put_row(struct arena *arena, struct doc *doc, const struct system_row *row)
{
    doc_put(arena, doc, S("owner"), render_named(arena, row->owner));
    doc_put(arena, doc, S("provider"),
            row->provider.id ? render_named(arena, row->provider) : doc_null(arena));
}

/* The lists that find the system, with the day since when. */
static struct doc *render_listings(struct arena *arena, const struct policy *policy,
                                   const struct system_state *system)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < system->listings.len; i++) {
        const struct listing *listing = &system->listings.items[i];
        const struct listing_rule *rule = policy ? policy_list(policy, listing->list) : NULL;
        if (listing->gone || !rule)
            continue;
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("list"), listing->list);
        doc_put(arena, one, S("label"), render_label(arena, rule->label));
        doc_put_date(arena, one, S("since"), listing->since);
        doc_push(arena, list, one);
    }
    return list;
}

static bool read_policy(struct request *r, const struct policy **out)
{
    struct err e = {0};
    str digest;
    if (!read_begin(r) || !session_actor(r))
        return false;
    if (view_policy(&r->reader, out, &digest, &e))
        return true;
    problem_err(r, &e);
    return false;
}

static bool read_page(struct request *r, int64_t *before, int64_t *limit)
{
    return param_i64(r, S("before"), 1, LIMIT_JSON_INTEGER, 0, before) &&
           param_i64(r, S("limit"), 1, LIMIT_PAGE_ROWS, LIMIT_PAGE_ROWS_DEFAULT, limit);
}

void get_systems(struct request *r)
{
    struct err e = {0};
    const struct policy *policy;
    struct systems_page page;
    int64_t before, limit;
    str list = param_of(r, S("list"));
    if (!read_page(r, &before, &limit) || !read_policy(r, &policy))
        return;
    if (list.len && !(policy && policy_list(policy, list))) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    if (!view_systems(&r->reader, list, before, (int)limit, &page, &e)) {
        problem_err(r, &e);
        return;
    }
    struct doc *doc = doc_map(r->arena), *rows = doc_list(r->arena);
    for (size_t i = 0; i < page.n; i++) {
        struct doc *one = render_system(r->arena, page.rows[i].system);
        put_row(r->arena, one, &page.rows[i]);
        doc_put(r->arena, one, S("listings"),
                render_listings(r->arena, policy, page.rows[i].system));
        doc_push(r->arena, rows, one);
    }
    doc_put(r->arena, doc, S("systems"), rows);
    put_int_or_null(r->arena, doc, S("next"), page.next != 0, page.next);
    reply_read(r, doc);
}

/* ---- one system ----------------------------------------------------------------------------- */

static str period_text(struct arena *arena, int32_t period)
{
    return period ? str_printf(arena, "%04d-%02d", period / 100, period % 100) : S("");
}

struct doc *render_line(struct arena *arena, const struct policy *policy,
                        const struct record *record)
{
    const struct ledger *ledger = policy ? policy_register(policy, record->register_id) : NULL;
    struct label plain = {record->register_id, record->register_id};
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), record->id);
    doc_put_text(arena, doc, S("register"), record->register_id);
    doc_put(arena, doc, S("register_label"), render_label(arena, ledger ? ledger->label : plain));
    doc_put_text(arena, doc, S("period"), period_text(arena, record->period));
    doc_put_date(arena, doc, S("filed_on"), record->on);
    doc_put(arena, doc, S("form"), record->form ? record->form : doc_map(arena));
    return doc;
}

static struct doc *render_ledger(struct reader *reader, const struct facts *facts,
                                 const struct ledger *ledger)
{
    struct arena *arena = reader->arena;
    struct doc *doc = doc_map(arena), *form = doc_list(arena);
    for (size_t i = 0; i < ledger->form.n; i++)
        doc_push(arena, form, render_field(reader, facts, &ledger->form.fields[i], NULL));
    doc_put_text(arena, doc, S("id"), ledger->id);
    doc_put(arena, doc, S("label"), render_label(arena, ledger->label));
    doc_put_text(arena, doc, S("article"), ledger->basis.article.ptr ? ledger->basis.article
                                                                     : S(""));
    doc_put_text(arena, doc, S("about"),
                 ledger->about == ABOUT_SYSTEM ? S("system") : S("organisation"));
    doc_put_bool(arena, doc, S("monthly"), ledger->monthly);
    doc_put_bool(arena, doc, S("may_file"),
                 ledger->by.len > 0 && str_eq(ledger->by, reader->actor->role));
    doc_put(arena, doc, S("form"), form);
    return doc;
}

static bool read_facts(struct request *r, struct facts *facts)
{
    struct err e = {0};
    bool visible;
    if (!read_begin(r) || !session_actor(r))
        return false;
    if (view_facts(&r->reader, 0, facts, &visible, &e))
        return true;
    problem_err(r, &e);
    return false;
}

static struct doc *render_ledgers(struct request *r, const struct facts *facts)
{
    struct doc *list = doc_list(r->arena);
    for (size_t i = 0; facts->policy && i < facts->policy->n_registers; i++)
        doc_push(r->arena, list, render_ledger(&r->reader, facts, &facts->policy->registers[i]));
    return list;
}

void get_system(struct request *r)
{
    struct err e = {0};
    struct facts facts = {0};
    struct system_view *view = NULL;
    int64_t id;
    if (!var_id(r, 0, &id) || !read_facts(r, &facts))
        return;
    if (!view_system(&r->reader, id, &view, &e)) {
        problem_err(r, &e);
        return;
    }
    if (!view) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    const struct system_state *system = view->row.system;
    struct doc *doc = render_system(r->arena, system), *lines = doc_list(r->arena);
    for (size_t i = 0; i < system->records.len; i++)
        doc_push(r->arena, lines,
                 render_line(r->arena, view->policy, &system->records.items[i]));
    put_row(r->arena, doc, &view->row);
    doc_put(r->arena, doc, S("listings"), render_listings(r->arena, view->policy, system));
    doc_put(r->arena, doc, S("lines"), lines);
    put_system_page(r->arena, doc, view);
    doc_put(r->arena, doc, S("registers"), render_ledgers(r, &facts));
    doc_put(r->arena, doc, S("items"),
            view->policy ? render_items(r->arena, view->policy) : doc_list(r->arena));
    reply_read(r, doc);
}

/* ---- registers ------------------------------------------------------------------------------ */

static struct doc *render_reports(struct arena *arena, const struct policy *policy)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; policy && i < policy->n_reports; i++) {
        const struct report *report = &policy->reports[i];
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("id"), report->id);
        doc_put(arena, one, S("label"), render_label(arena, report->label));
        doc_put_text(arena, one, S("article"), report->basis.article.ptr ? report->basis.article
                                                                         : S(""));
        doc_push(arena, list, one);
    }
    return list;
}

void get_registers(struct request *r)
{
    struct facts facts = {0};
    if (!read_facts(r, &facts))
        return;
    struct arena *arena = r->arena;
    struct doc *doc = doc_map(arena), *lists = doc_list(arena);
    for (size_t i = 0; facts.policy && i < facts.policy->n_lists; i++) {
        const struct listing_rule *rule = &facts.policy->lists[i];
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("id"), rule->id);
        doc_put(arena, one, S("label"), render_label(arena, rule->label));
        doc_put_text(arena, one, S("article"), rule->basis.article.ptr ? rule->basis.article
                                                                       : S(""));
        doc_push(arena, lists, one);
    }
    doc_put(arena, doc, S("registers"), render_ledgers(r, &facts));
    doc_put(arena, doc, S("lists"), lists);
    doc_put(arena, doc, S("reports"), render_reports(arena, facts.policy));
    reply_read(r, doc);
}

void get_register(struct request *r)
{
    struct err e = {0};
    struct facts facts = {0};
    struct lines_page page;
    int64_t before, limit;
    if (!read_page(r, &before, &limit) || !read_facts(r, &facts))
        return;
    const struct ledger *ledger =
        facts.policy ? policy_register(facts.policy, r->vars[0]) : NULL;
    if (!ledger) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    if (!view_lines(&r->reader, ledger, before, (int)limit, &page, &e)) {
        problem_err(r, &e);
        return;
    }
    struct arena *arena = r->arena;
    struct doc *doc = render_ledger(&r->reader, &facts, ledger), *lines = doc_list(arena);
    for (size_t i = 0; i < page.n; i++) {
        const struct line_row *row = &page.rows[i];
        struct doc *one = render_line(arena, facts.policy, &row->record);
        doc_put(arena, one, S("system"),
                row->system.id ? render_named(arena, row->system) : doc_null(arena));
        doc_put(arena, one, S("organisation"), render_named(arena, row->organisation));
        doc_put(arena, one, S("person"), render_named(arena, row->person));
        doc_put_bool(arena, one, S("replaced"), row->replaced);
        doc_push(arena, lines, one);
    }
    doc_put(arena, doc, S("lines"), lines);
    doc_put(arena, doc, S("items"), render_items(arena, facts.policy));
    put_int_or_null(arena, doc, S("next"), page.next != 0, page.next);
    reply_read(r, doc);
}

/* YYYY-MM, or empty. */
static int32_t read_period(struct arena *arena, str text, struct err *e)
{
    date first;
    int year, month, day;
    if (!text.len)
        return 0;
    if (!date_parse(str_printf(arena, "%.*s-01", STR_FMT(text)), &first)) {
        RAISE(e, INPUT, "period", "a month is written YYYY-MM");
        return 0;
    }
    date_to_ymd(first, &year, &month, &day);
    return year * 100 + month;
}

static void read_lines(struct request *r, const struct doc *body, struct err *e)
{
    static const str known[] = {{"system", 6}, {"period", 6}, {"form", 4}};
    struct doc_reader reader = {body, e};
    const struct doc *list = body_doc(&reader, S("lines"), false, DOC_LIST);
    if (e->code)
        return;
    if (list->list.len > LIMIT_LINES) {
        RAISE(e, INPUT, "lines", "one command files at most %d lines", LIMIT_LINES);
        return;
    }
    for (size_t i = 0; i < list->list.len && e->code == ERR_NONE; i++) {
        const struct doc *item = list->list.items[i];
        struct doc_reader one = {item, e};
        if (item->kind != DOC_MAP) {
            RAISE(e, INPUT, "lines", "line %zu: a map of members in { } is wanted", i + 1);
            return;
        }
        if (!doc_refuse_unknown(item, known, COUNT_OF(known), e))
            return;
        struct filed_record *line = VEC_ADD(r->arena, &r->command.records);
        line->system = body_int(&one, S("system"), true, 0, LIMIT_JSON_INTEGER);
        line->period = read_period(r->arena,
                                   body_text(&one, S("period"), true, LIMIT_NAME_BYTES), e);
        line->form = body_doc(&one, S("form"), false, DOC_MAP);
    }
}

void post_lines(struct request *r)
{
    static const str known[] = {{"lines", 5}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!command_begin(r, COMMAND_file_records, known, COUNT_OF(known), &body))
        return;
    r->command.register_id = r->vars[0];
    read_lines(r, body, &e);
    command_submit(r, &e);
}

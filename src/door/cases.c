/* SPDX-License-Identifier: Apache-2.0
 * Cases: opening, deciding, reading, and their entries. */
#include "door/priv.h"
#include "door/render_priv.h"

/* ---- commands ------------------------------------------------------------------------------- */

static bool read_key(struct request *r, str *out)
{
    enum { KEY_MIN = 8 };
    str key = header_value(r, "Idempotency-Key");
    bool good = header_count(r, "Idempotency-Key") == 1 && key.len >= KEY_MIN &&
                key.len <= LIMIT_KEY_BYTES;
    for (size_t i = 0; good && i < key.len; i++)
        good = key.ptr[i] > 0x20 && key.ptr[i] < 0x7f;
    if (good)
        *out = str_dup(r->arena, key);
    else
        problem(r, PROBLEM_NO_KEY, S("Idempotency-Key"),
                SAME_WORDS(str_printf(r->arena, "%d", LIMIT_KEY_BYTES)), NO_WORDS);
    return good;
}

/* The same key with the same digest is the same wish. */
static str body_digest(struct request *r)
{
    str body = buf_str(&r->body);
    str text = str_printf(r->arena, "%s %.*s\n%.*s", r->method_name, STR_FMT(r->path),
                          STR_FMT(body));
    return digest_hex(r->arena, sm3(text));
}

/* Whether the uploads are whole and the actor's own is the clerk's to say, in its transaction. */
static void read_materials(struct request *r, const struct doc *body, struct err *e)
{
    static const str known[] = {{"material", 8}, {"upload", 6}};
    struct doc_reader reader = {body, e};
    const struct doc *list = body_doc(&reader, S("materials"), true, DOC_LIST);
    if (e->code || !list)
        return;
    if (list->list.len > LIMIT_MATERIALS) {
        RAISE(e, INPUT, "materials", "one command cites at most %d files", LIMIT_MATERIALS);
        return;
    }
    for (size_t i = 0; i < list->list.len; i++) {
        const struct doc *item = list->list.items[i];
        struct doc_reader one = {item, e};
        if (item->kind != DOC_MAP) {
            RAISE(e, INPUT, "materials", "item %zu: a map of members in { } is wanted", i + 1);
            return;
        }
        if (!doc_refuse_unknown(item, known, COUNT_OF(known), e))
            return;
        struct cited_material cited = {
            .material = body_text(&one, S("material"), false, LIMIT_NAME_BYTES),
            .upload = body_int(&one, S("upload"), false, 1, LIMIT_JSON_INTEGER),
        };
        if (e->code)
            return;
        VEC_PUSH(r->arena, &r->command.materials, cited);
    }
}

static void command_done(struct request *r)
{
    const struct answer *answer = &r->job.answer;
    struct doc *doc = doc_map(r->arena);
    doc_put_int(r->arena, doc, S("case"), answer->object);
    doc_put_text(r->arena, doc, S("number"), answer->number.ptr ? answer->number : S(""));
    doc_put_int(r->arena, doc, S("first_entry"), answer->first_entry);
    doc_put_int(r->arena, doc, S("entries"), answer->entries);
    reply_doc(r, 201, doc);
}

bool command_begin(struct request *r, enum command_kind kind, const str *known, size_t n,
                   struct doc **out)
{
    r->command = (struct command){.kind = kind};
    return read_key(r, &r->command.key) && body_map(r, known, n, out) && read_begin(r) &&
           session_actor(r);
}

void command_submit(struct request *r, struct err *e)
{
    struct command *command = &r->command;
    if (e->code) {
        problem_err(r, e);
        return;
    }
    if (!command->form)
        command->form = doc_map(r->arena);
    command->authority = r->actor->authority;
    command->actor = r->session.person;
    command->post = r->session.post;
    command->body_digest = body_digest(r);
    r->job = (struct job){.command = command};
    park_for_clerk(r, command_done);
}

date body_day(struct doc_reader *reader, str key)
{
    date day = DATE_NONE;
    str text = body_text(reader, key, false, LIMIT_NAME_BYTES);
    if (reader->e->code == ERR_NONE && !date_parse(text, &day))
        RAISE(reader->e, INPUT, key.ptr, "a day is written YYYY-MM-DD");
    return day;
}

/* What opening and deciding share. */
static void submit_act(struct request *r, const struct doc *body, struct err *e)
{
    struct doc_reader reader = {body, e};
    struct command *command = &r->command;
    command->outcome = body_text(&reader, S("outcome"), false, LIMIT_NAME_BYTES);
    command->opinion = body_text(&reader, S("opinion"), true, LIMIT_JSON_BYTES);
    const struct doc *paper = body_doc(&reader, S("paper"), true, DOC_MAP);
    if (e->code == ERR_NONE)
        read_materials(r, body, e);
    if (paper && e->code == ERR_NONE) {
        static const str known[] = {{"on", 2}, {"number", 6}, {"reason", 6}};
        struct doc_reader inner = {paper, e};
        if (doc_refuse_unknown(paper, known, COUNT_OF(known), e)) {
            command->from_paper = true;
            command->occurred_on = body_day(&inner, S("on"));
            command->paper = body_text(&inner, S("number"), false, LIMIT_NAME_BYTES);
            command->reason = body_text(&inner, S("reason"), false, LIMIT_JSON_BYTES);
        }
    }
    command_submit(r, e);
}

void post_case(struct request *r)
{
    static const str known[] = {{"procedure", 9}, {"system", 6},  {"outcome", 7}, {"form", 4},
                                {"opinion", 7},   {"materials", 9}, {"paper", 5}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!command_begin(r, COMMAND_open_case, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.procedure = body_text(&reader, S("procedure"), false, LIMIT_NAME_BYTES);
    r->command.system = body_int(&reader, S("system"), true, 0, LIMIT_JSON_INTEGER);
    r->command.form = body_doc(&reader, S("form"), false, DOC_MAP);
    submit_act(r, body, &e);
}

void post_decision(struct request *r)
{
    static const str known[] = {{"step", 4},    {"round", 5},     {"outcome", 7}, {"form", 4},
                                {"opinion", 7}, {"materials", 9}, {"paper", 5}};
    struct err e = {0};
    struct doc *body = NULL;
    int64_t kase;
    if (!var_id(r, 0, &kase) ||
        !command_begin(r, COMMAND_decide_task, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.kase = kase;
    r->command.step = body_text(&reader, S("step"), false, LIMIT_NAME_BYTES);
    r->command.round = (int32_t)body_int(&reader, S("round"), true, 0, INT32_MAX);
    r->command.form = body_doc(&reader, S("form"), true, DOC_MAP);
    submit_act(r, body, &e);
}

/* ---- reading -------------------------------------------------------------------------------- */

void get_case(struct request *r)
{
    struct err e = {0};
    int64_t id;
    struct case_view *view = NULL;
    if (!var_id(r, 0, &id) || !read_begin(r) || !session_actor(r))
        return;
    if (!view_case(&r->reader, id, &view, &e))
        problem_err(r, &e);
    else if (!view)
        problem_plain(r, PROBLEM_NOT_FOUND);
    else
        reply_read(r, render_case(&r->reader, view));
}

struct page {
    struct arena *arena;
    VEC(struct row_entry) rows;
    size_t limit, bytes;
    bool full;                   /* there is more */
};

static bool take_entry(void *ctx, const struct row_entry *row, struct err *e)
{
    (void)e;
    struct page *page = ctx;
    /* An entry may be large: a page ends early rather than grow without bound. */
    if (page->rows.len == page->limit ||
        (page->rows.len > 0 && page->bytes + row->bytes.len > DOOR_PAGE_BYTES)) {
        page->full = true;
        return false;
    }
    struct row_entry copy = *row;
    copy.bytes = str_dup(page->arena, row->bytes);
    copy.leaf = str_dup(page->arena, row->leaf);
    VEC_PUSH(page->arena, &page->rows, copy);
    page->bytes += row->bytes.len;
    return true;
}

static bool render_entry(struct request *r, const struct row_entry *row, struct doc **out,
                         struct err *e)
{
    struct arena *arena = r->arena;
    struct entry entry;
    struct doc *doc = doc_map(arena), *actor = doc_null(arena);
    if (!entry_parse(arena, row->bytes, &entry, e))
        return false;
    if (entry.event.actor) {
        struct named named = {.id = entry.event.actor};
        if (!view_person_name(&r->reader, named.id, &named.name, e))
            return false;
        actor = render_named(arena, named);
    }
    doc_put_int(arena, doc, S("index"), row->idx);
    doc_put_int(arena, doc, S("seq"), row->seq);
    doc_put_int(arena, doc, S("at"), entry.event.at_ms);
    doc_put_text(arena, doc, S("type"), str_of(event_name(entry.event.kind)));
    doc_put(arena, doc, S("actor"), actor);
    doc_put_text(arena, doc, S("bytes"), row->bytes);
    doc_put_text(arena, doc, S("leaf"), hex_encode(arena, row->leaf.ptr, row->leaf.len));
    *out = doc;
    return true;
}

static bool render_entries(struct request *r, const struct page *page, struct doc **out,
                           struct err *e)
{
    struct doc *doc = doc_map(r->arena), *list = doc_list(r->arena);
    for (size_t i = 0; i < page->rows.len; i++) {
        struct doc *one;
        if (!render_entry(r, &page->rows.items[i], &one, e))
            return false;
        doc_push(r->arena, list, one);
    }
    doc_put(r->arena, doc, S("entries"), list);
    put_int_or_null(r->arena, doc, S("next"), page->full,
                    page->full ? page->rows.items[page->rows.len - 1].seq : 0);
    *out = doc;
    return true;
}

void get_entries(struct request *r)
{
    struct err e = {0};
    int64_t id, after, limit;
    bool visible = false;
    struct doc *doc = NULL;
    if (!var_id(r, 0, &id) ||
        !param_i64(r, S("after"), 0, LIMIT_JSON_INTEGER, 0, &after) ||
        !param_i64(r, S("limit"), 1, LIMIT_PAGE_ROWS, LIMIT_PAGE_ROWS_DEFAULT, &limit) ||
        !read_begin(r) || !session_actor(r))
        return;
    if (!id || !view_case_visible(&r->reader, id, &visible, &e) || !visible) {
        e.code ? problem_err(r, &e) : problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    struct page page = {.arena = r->arena, .limit = (size_t)limit};
    str stream = str_printf(r->arena, "case/%lld", (long long)id);
    bool read = q_entries_page(r->reader.db, stream, after, limit + 1, take_entry, &page, &e) ||
                (page.full && e.code == ERR_NONE);
    if (read && render_entries(r, &page, &doc, &e))
        reply_read(r, doc);
    else
        problem_err(r, &e);
}

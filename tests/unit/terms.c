/* SPDX-License-Identifier: Apache-2.0
 * terms: documents, events, refusals and the small tables. Days and the clock have files of their
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "terms/terms.h"

#include <string.h>

static int setup(void **state)
{
    *state = arena_new((size_t)16 * 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void assert_str(str got, str want)
{
    if (!str_eq(got, want))
        fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(got), STR_FMT(want));
}

static void assert_err(const struct err *e, const char *where, const char *msg)
{
    assert_int_equal(e->code, ERR_INPUT);
    assert_string_equal(e->where, where);
    assert_string_equal(e->msg, msg);
}

static date day(const char *text)
{
    date d = DATE_NONE;
    if (!date_parse(str_of(text), &d))
        fail_msg("\"%s\" is no date: the test is wrong", text);
    return d;
}

/* ---- documents ------------------------------------------------------------------------------- */

static struct doc *sample(struct arena *arena)
{
    struct doc *map = doc_map(arena), *list = doc_list(arena);
    doc_push(arena, list, doc_int(arena, 1));
    doc_push(arena, list, doc_null(arena));
    doc_put_text(arena, map, S("name"), S("云鉴"));
    doc_put_int(arena, map, S("size"), -7);
    doc_put_bool(arena, map, S("major"), true);
    doc_put_date(arena, map, S("on"), day("2020-09-24"));
    doc_put_date(arena, map, S("until"), DATE_NONE);
    doc_put(arena, map, S("list"), list);
    return map;
}

static void a_document_gives_what_was_put(void **state)
{
    struct arena *arena = *state;
    struct doc *map = sample(arena);
    assert_str(doc_get_text(map, S("name")), S("云鉴"));
    assert_true(doc_get_int(map, S("size"), 0) == -7);
    assert_true(doc_get_bool(map, S("major")));
    assert_int_equal(date_cmp(doc_get_date(map, S("on")), day("2020-09-24")), 0);
    assert_int_equal(doc_get(map, S("until"))->kind, DOC_NULL);
    assert_true(date_is_none(doc_get_date(map, S("until"))));
    assert_int_equal(doc_get(map, S("list"))->list.len, 2);

    doc_put_int(arena, map, S("size"), 8);                 /* replaces, in its place */
    assert_int_equal(map->map.len, 6);
    assert_str(map->map.items[1].key, S("size"));
    assert_true(doc_get_int(map, S("size"), 0) == 8);

    /* Absent, of another kind, or no map at all: the fallback. */
    assert_null(doc_get(map, S("other")));
    assert_null(doc_get(NULL, S("name")));
    assert_null(doc_get(doc_list(arena), S("name")));
    assert_null(doc_get_text(map, S("size")).ptr);
    assert_true(doc_get_int(map, S("name"), 42) == 42);
    assert_false(doc_get_bool(map, S("size")));
    assert_true(date_is_none(doc_get_date(map, S("name"))));
}

static void documents_are_equal_without_order(void **state)
{
    struct arena *arena = *state;
    struct doc *a = sample(arena), *b = doc_map(arena);
    for (size_t i = a->map.len; i-- > 0;)
        doc_put(arena, b, a->map.items[i].key, doc_copy(arena, a->map.items[i].value));
    assert_true(doc_equal(a, b) && doc_equal(b, a) && doc_equal(NULL, NULL));
    assert_false(doc_equal(a, NULL));
    assert_false(doc_equal(doc_int(arena, 0), doc_bool(arena, false)));
    doc_push(arena, doc_get(b, S("list")), doc_null(arena));
    assert_false(doc_equal(a, b));
    b = sample(arena);
    doc_put_text(arena, b, S("more"), S(""));
    assert_false(doc_equal(a, b) || doc_equal(b, a));
    b = sample(arena);
    b->map.items[0].key = S("title");                      /* same size, another key */
    assert_false(doc_equal(a, b));
    b = sample(arena);
    struct doc *swapped = doc_get(b, S("list"));
    struct doc *first = swapped->list.items[0];
    swapped->list.items[0] = swapped->list.items[1];
    swapped->list.items[1] = first;                        /* lists keep their order */
    assert_false(doc_equal(a, b));
}

static void a_copy_shares_no_byte(void **state)
{
    struct arena *arena = *state;
    char key[] = "name", value[] = "before";
    struct doc *map = doc_map(arena);
    doc_put_text(arena, map, str_of(key), str_of(value));
    struct doc *copy = doc_copy(arena, map);
    memset(key, 'x', 4);
    memset(value, 'x', 6);
    assert_str(doc_get_text(copy, S("name")), S("before"));
    assert_null(doc_copy(arena, NULL));
}

static void reading_stops_at_the_first_mistake(void **state)
{
    struct arena *arena = *state;
    struct err e = {.code = ERR_NONE};
    struct doc_reader reader = {.map = sample(arena), .e = &e};
    assert_str(doc_read_text(&reader, S("name")), S("云鉴"));
    assert_true(doc_read_int(&reader, S("size")) == -7);
    assert_true(doc_read_bool(&reader, S("major")));
    assert_int_equal(date_cmp(doc_read_date(&reader, S("on")), day("2020-09-24")), 0);
    assert_true(date_is_none(doc_read_date(&reader, S("until"))));
    assert_true(date_is_none(doc_read_date(&reader, S("absent"))));
    assert_non_null(doc_read_doc(&reader, S("list")));
    assert_null(doc_read_doc(&reader, S("until")));
    assert_int_equal(e.code, ERR_NONE);

    assert_true(doc_read_int(&reader, S("name")) == 0);
    assert_err(&e, "name", "\"name\" must be a whole number");
    assert_str(doc_read_text(&reader, S("name")), S(""));   /* right, but too late */
    assert_true(doc_read_int(&reader, S("size")) == 0);
    assert_false(doc_read_bool(&reader, S("major")));
    assert_true(date_is_none(doc_read_date(&reader, S("on"))));
    assert_null(doc_read_doc(&reader, S("list")));
    assert_err(&e, "name", "\"name\" must be a whole number");
}

static void a_reader_says_what_it_wants(void **state)
{
    struct doc *map = sample(*state);
    struct err e[6] = {{.code = ERR_NONE}};
    (void)doc_read_int(&(struct doc_reader){map, &e[0]}, S("count"));
    assert_err(&e[0], "count", "\"count\" is missing: give a whole number");
    (void)doc_read_text(&(struct doc_reader){map, &e[1]}, S("size"));
    assert_err(&e[1], "size", "\"size\" must be a text");
    (void)doc_read_bool(&(struct doc_reader){map, &e[2]}, S("open"));
    assert_err(&e[2], "open", "\"open\" is missing: give true or false");
    (void)doc_read_date(&(struct doc_reader){map, &e[3]}, S("name"));
    assert_err(&e[3], "name", "\"name\" must be a date written YYYY-MM-DD, or null");
    (void)doc_read_text(&(struct doc_reader){NULL, &e[4]}, S("name"));
    assert_err(&e[4], "name", "\"name\" is missing: give a text");
    char wide[301] = "a";                                   /* a place is cut at a character */
    for (size_t i = 1; i + 3 < sizeof wide; i += 3)
        memcpy(wide + i, "云", 3);
    (void)doc_read_int(&(struct doc_reader){map, &e[5]}, str_of(wide));
    assert_true(utf8_valid(str_of(e[5].where)) && strlen(e[5].where) > 90);
    assert_true(utf8_valid(str_of(e[5].msg)));
}

static void an_unknown_key_is_refused_with_the_nearest(void **state)
{
    struct arena *arena = *state;
    const str known[] = {S("procedure"), S("title"), S("form")};
    struct err e = {.code = ERR_NONE};
    struct doc *map = doc_map(arena);
    doc_put_text(arena, map, S("title"), S("x"));
    doc_put_text(arena, map, S("form"), S("x"));
    assert_true(doc_refuse_unknown(map, known, COUNT_OF(known), &e));
    doc_put_text(arena, map, S("procedur"), S("x"));
    doc_put_text(arena, map, S("tittle"), S("x"));          /* the first one is named */
    assert_false(doc_refuse_unknown(map, known, COUNT_OF(known), &e));
    assert_err(&e, "procedur", "\"procedur\" is not known here: did you mean \"procedure\"?");
    struct doc *far = doc_map(arena);
    struct err e2 = {.code = ERR_NONE};
    doc_put_text(arena, far, S("attachments"), S("x"));
    assert_false(doc_refuse_unknown(far, known, COUNT_OF(known), &e2));
    assert_err(&e2, "attachments", "\"attachments\" is not known here: remove it");
}

/* ---- events ---------------------------------------------------------------------------------- */

/* Made from the same table as the encoding, so that a new event is tested from its first day:
 * its fields by name and type, what fills them with values never seen before, what compares. */
struct field {
    const char *name;
    char type;               /* Integer, Text, Date, dOcument */
};

static date fresh_date(int64_t n)
{
    return date_plus(day("2020-09-24"), (int32_t)n);
}

static struct doc *fresh_doc(struct arena *arena, int64_t n)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("value"), n);
    return doc;
}

#define EVENT(symbol, name, version, stream) static const struct field FIELDS_##symbol[] = {
#define INT(name) {#name, 'I'},
#define TEXT(name) {#name, 'T'},
#define DATE(name) {#name, 'D'},
#define DOC(name) {#name, 'O'},
#define END(symbol) };
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END

#define EVENT(symbol, name, version, stream)                                                       \
    static void fill_##symbol(struct arena *arena, struct event *event, int64_t n)                 \
    {                                                                                              \
        struct event_##symbol *to = &event->symbol;                                                \
        (void)arena;
#define INT(name) to->name = n++;
#define TEXT(name) to->name = str_printf(arena, "text %lld", (long long)n++);
#define DATE(name) to->name = fresh_date(n++);
#define DOC(name) to->name = fresh_doc(arena, n++);
#define END(symbol)                                                                                \
        must(n > 0);                                                                               \
    }
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END

#define EVENT(symbol, name, version, stream)                                                       \
    static bool same_##symbol(const struct event *a, const struct event *b)                        \
    {                                                                                              \
        const struct event_##symbol *x = &a->symbol, *y = &b->symbol;                              \
        bool same = true;
#define INT(name) same = same && x->name == y->name;
#define TEXT(name) same = same && str_eq(x->name, y->name);
#define DATE(name) same = same && date_cmp(x->name, y->name) == 0;
#define DOC(name) same = same && doc_equal(x->name, y->name);
#define END(symbol)                                                                                \
        return same;                                                                               \
    }
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END

static const struct kind {
    const struct field *fields;
    size_t n;
    void (*fill)(struct arena *arena, struct event *event, int64_t n);
    bool (*same)(const struct event *a, const struct event *b);
    const char *name;
    int version;
    enum stream_kind stream;
} KINDS[] = {
#define EVENT(symbol, name, version, stream)                                                       \
    {FIELDS_##symbol, COUNT_OF(FIELDS_##symbol), fill_##symbol, same_##symbol, name, version,      \
     STREAM_##stream},
#define INT(name)
#define TEXT(name)
#define DATE(name)
#define DOC(name)
#define END(symbol)
#include "terms/events.def"
#undef EVENT
#undef INT
#undef TEXT
#undef DATE
#undef DOC
#undef END
};

static void every_event_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(COUNT_OF(KINDS), EVENT_KINDS);
    for (int i = 0; i < EVENT_KINDS; i++) {
        enum event_kind kind = (enum event_kind)i, back = EVENT_KINDS;
        assert_string_equal(event_name(kind), KINDS[i].name);
        assert_int_equal(event_version(kind), KINDS[i].version);
        assert_true(event_version(kind) >= 1);
        assert_int_equal(event_stream(kind), KINDS[i].stream);
        assert_true(event_kind_parse(str_of(event_name(kind)), &back));
        assert_int_equal(back, kind);                       /* no name twice */
    }
    enum event_kind kept = EVENT_case_opened;
    assert_false(event_kind_parse(S("case.reopened"), &kept));
    assert_false(event_kind_parse(S(""), &kept));
    assert_int_equal(kept, EVENT_case_opened);
    /* Stored names: they stay whatever becomes of the enum. */
    assert_string_equal(stream_kind_name(STREAM_JOURNAL), "journal");
    assert_string_equal(stream_kind_name(STREAM_AUTHORITY), "authority");
    assert_string_equal(stream_kind_name(STREAM_ORGANISATION), "organisation");
    assert_string_equal(stream_kind_name(STREAM_PERSON), "person");
    assert_string_equal(stream_kind_name(STREAM_SYSTEM), "system");
    assert_string_equal(stream_kind_name(STREAM_CASE), "case");
    assert_string_equal(stream_kind_name(STREAM_ACTOR), "actor");
}

static void a_payload_keeps_every_field(void **state)
{
    struct arena *arena = *state;
    for (int i = 0; i < EVENT_KINDS; i++) {
        struct event event = {.kind = (enum event_kind)i, .index = 7};
        struct event back = {.kind = (enum event_kind)i, .index = 8};
        struct err e = {.code = ERR_NONE};
        KINDS[i].fill(arena, &event, 1);
        struct doc *payload = event_payload(arena, &event);
        assert_int_equal(payload->map.len, KINDS[i].n);
        for (size_t k = 0; k < KINDS[i].n; k++)
            assert_non_null(doc_get(payload, str_of(KINDS[i].fields[k].name)));
        assert_false(KINDS[i].same(&event, &back));
        assert_true(event_from_payload(arena, payload, &back, &e));
        if (!KINDS[i].same(&event, &back))
            fail_msg("%s lost a field", KINDS[i].name);
        assert_true(back.index == 8);                       /* the envelope is not the payload's */
        assert_true(doc_equal(payload, event_payload(arena, &back)));
    }
}

static void an_empty_payload_keeps_its_emptiness(void **state)
{
    struct arena *arena = *state;
    struct event event = {.kind = EVENT_task_opened}, back = {.kind = EVENT_task_opened};
    struct err e = {.code = ERR_NONE};
    event.task_opened.due = event.task_opened.on = DATE_NONE;
    event.task_opened.anchor = event.task_opened.not_before = DATE_NONE;
    struct doc *payload = event_payload(arena, &event);
    assert_int_equal(doc_get(payload, S("due"))->kind, DOC_NULL);
    assert_int_equal(doc_get(payload, S("derivation"))->kind, DOC_NULL);
    assert_true(event_from_payload(arena, payload, &back, &e));
    assert_true(date_is_none(back.task_opened.due));
    assert_null(back.task_opened.derivation);
    assert_str(back.task_opened.step, S(""));
}

static struct doc *without(struct arena *arena, const struct doc *map, str key)
{
    struct doc *rest = doc_map(arena);
    for (size_t i = 0; i < map->map.len; i++)
        if (!str_eq(map->map.items[i].key, key))
            doc_put(arena, rest, map->map.items[i].key, map->map.items[i].value);
    return rest;
}

static void check_field(struct arena *arena, const struct event *event, const struct kind *kind,
                        const struct field *field)
{
    struct doc *payload = event_payload(arena, event);
    struct event back = {.kind = event->kind}, untouched = back;
    struct err missing = {.code = ERR_NONE}, wrong = {.code = ERR_NONE};
    const char *where = str_to_cstr(arena, str_printf(arena, "%s.%s", kind->name, field->name));
    bool optional = field->type == 'D' || field->type == 'O';
    bool taken = event_from_payload(arena, without(arena, payload, str_of(field->name)), &back,
                                    &missing);
    if (taken != optional)
        fail_msg("%s without the field", where);
    if (!optional) {
        assert_string_equal(missing.where, where);
        assert_true(kind->same(&back, &untouched));
    }
    if (field->type == 'O')
        return;                                             /* any document is right */
    doc_put_bool(arena, payload, str_of(field->name), true);
    back = untouched;
    if (event_from_payload(arena, payload, &back, &wrong))
        fail_msg("%s of a wrong kind was taken", where);
    assert_int_equal(wrong.code, ERR_INPUT);
    assert_string_equal(wrong.where, where);
    assert_true(kind->same(&back, &untouched));
}

static void a_payload_with_a_wrong_field_is_refused(void **state)
{
    struct arena *arena = *state;
    for (int i = 0; i < EVENT_KINDS; i++) {
        struct event event = {.kind = (enum event_kind)i}, back = event;
        KINDS[i].fill(arena, &event, 1);
        for (size_t k = 0; k < KINDS[i].n; k++)
            check_field(arena, &event, &KINDS[i], &KINDS[i].fields[k]);

        struct err unknown = {.code = ERR_NONE}, shape = {.code = ERR_NONE};
        struct doc *payload = event_payload(arena, &event);
        doc_put_int(arena, payload, S("surplus"), 1);
        assert_false(event_from_payload(arena, payload, &back, &unknown));
        assert_string_equal(unknown.where,
                            str_to_cstr(arena, str_printf(arena, "%s.surplus", KINDS[i].name)));
        assert_false(event_from_payload(arena, doc_list(arena), &back, &shape));
        assert_string_equal(shape.where, KINDS[i].name);
    }
}

/* ---- refusals -------------------------------------------------------------------------------- */

static const struct {
    const char *name, *zh, *en;
    int status;
} REFUSALS[] = {
#define X(symbol, code, status, zh, en) {code, zh, en, status},
#include "terms/refusals.def"
#undef X
};

static void every_refusal_is_whole(void **state)
{
    assert_int_equal(COUNT_OF(REFUSALS), REFUSAL_CODES);
    for (int i = 0; i < REFUSAL_CODES; i++) {
        enum refusal_code code = (enum refusal_code)i;
        struct refusal_reason reason = {.code = code, .zh1 = S("[1]"), .zh2 = S("[2]"),
                                        .en1 = S("[1]"), .en2 = S("[2]")};
        str zh = refusal_text(*state, &reason, LANGUAGE_ZH, STR_NONE);
        str en = refusal_text(*state, &reason, LANGUAGE_EN, STR_NONE);
        assert_string_equal(refusal_name(code), REFUSALS[i].name);
        assert_int_equal(refusal_status(code), REFUSALS[i].status);
        assert_in_range(refusal_status(code), 400, 499);
        assert_false(str_has(zh, S("{")) || str_has(en, S("{")));
        assert_true(str_ends(zh, S("。")) && str_ends(en, S(".")));
        assert_true(utf8_valid(zh));
        /* Both languages say the same particulars. */
        assert_int_equal(str_has(zh, S("[1]")), str_has(en, S("[1]")));
        assert_int_equal(str_has(zh, S("[2]")), str_has(en, S("[2]")));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(REFUSALS[k].name, REFUSALS[i].name);
    }
}

static void a_refusal_fills_its_sentence(void **state)
{
    struct refusal_reason reason = {.code = REFUSAL_UNKNOWN_OUTCOME, .zh1 = S("{2}"),
                                    .zh2 = S("通过"), .en1 = S("review"), .en2 = S("pass")};
    /* What fills a place is not searched for places. */
    assert_str(refusal_text(*state, &reason, LANGUAGE_ZH, S("办法")),
               S("环节“{2}”不能作出“通过”，请从允许的结论中选择。"));
    assert_str(refusal_text(*state, &reason, LANGUAGE_EN, S("Measures")),
               S("Step review has no outcome pass; choose one that it allows."));
    struct refusal_reason one = {.code = REFUSAL_NOT_YOUR_TASK, .zh1 = S("市大数据局")};
    assert_str(refusal_text(*state, &one, LANGUAGE_EN, STR_NONE),
               S("This step belongs to 市大数据局; ask them to act."));
    struct refusal_reason other = {.code = REFUSAL_NOT_YOUR_TASK, .en1 = S("unit-a")};
    assert_str(refusal_text(*state, &other, LANGUAGE_ZH, STR_NONE),
               S("该环节由unit-a办理，请由其办理。"));
}

static void a_refusal_cites_its_article(void **state)
{
    static const struct {
        const char *article, *regulation, *zh, *en;
    } rows[] = {
        {"", "X", "", ""},
        {"1", "X", "（依据：《X》第一条）", " (X, article 1)"},
        {"10", "X", "（依据：《X》第十条）", " (X, article 10)"},
        {"11", "X", "（依据：《X》第十一条）", " (X, article 11)"},
        {"20", "X", "（依据：《X》第二十条）", " (X, article 20)"},
        {"99", "X", "（依据：《X》第九十九条）", " (X, article 99)"},
        {"100", "X", "（依据：《X》第一百条）", " (X, article 100)"},
        {"101", "X", "（依据：《X》第一百零一条）", " (X, article 101)"},
        {"110", "X", "（依据：《X》第一百一十条）", " (X, article 110)"},
        {"215", "X", "（依据：《X》第二百一十五条）", " (X, article 215)"},
        {"1260", "X", "（依据：《X》第一千二百六十条）", " (X, article 1260)"},
        {"1001", "X", "（依据：《X》第一千零一条）", " (X, article 1001)"},
        {"1010", "X", "（依据：《X》第一千零一十条）", " (X, article 1010)"},
        {"10000", "X", "（依据：《X》第10000条）", " (X, article 10000)"},
        {"0", "X", "（依据：《X》引言）", " (X, introduction)"},
        {"A1", "X", "（依据：《X》附件一）", " (X, annex 1)"},
        {"C10", "X", "（依据：《X》第十章末款）", " (X, closing clause of chapter 10)"},
        {"AB-12", "X", "（依据：《X》第十二条）", " (X, article 12)"},
        {"AB-A2", "X", "（依据：《X》附件二）", " (X, annex 2)"},
        {"12.3", "X", "（依据：《X》第12.3条）", " (X, article 12.3)"},
        {"附件二", "X", "（依据：《X》附件二）", " (X, 附件二)"},
        {"11", "", "（依据：第十一条）", " (article 11)"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct refusal_reason reason = {.code = REFUSAL_CASE_ENDED,
                                        .article = str_of(rows[i].article)};
        str regulation = str_of(rows[i].regulation);
        assert_str(refusal_text(*state, &reason, LANGUAGE_ZH, regulation),
                   str_printf(*state, "办件已办结，不能再办理。%s", rows[i].zh));
        assert_str(refusal_text(*state, &reason, LANGUAGE_EN, regulation),
                   str_printf(*state, "The case has ended; nothing more can be done in it.%s",
                              rows[i].en));
    }
}

/* ---- commands and aggregates ----------------------------------------------------------------- */

static void commands_have_names(void **state)
{
    (void)state;
    assert_string_equal(command_name(COMMAND_register_authority), "register-authority");
    assert_string_equal(command_name(COMMAND_decide_task), "decide-task");
    assert_string_equal(command_name(COMMAND_tick), "tick");
}

static void aggregates_find_their_parts(void **state)
{
    struct arena *arena = *state;
    struct case_state kase = {.id = 1};
    VEC_PUSH(arena, &kase.tasks, ((struct task){.id = 11, .step = S("review"), .round = 1}));
    VEC_PUSH(arena, &kase.tasks, ((struct task){.id = 12, .step = S("apply"), .round = 1}));
    VEC_PUSH(arena, &kase.tasks, ((struct task){.id = 13, .step = S("review"), .round = 2}));
    assert_true(case_task(&kase, S("review"))->id == 13);   /* the last round */
    assert_true(case_task(&kase, S("apply"))->id == 12);
    assert_null(case_task(&kase, S("allocate")));
    assert_int_equal(case_task_by_id(&kase, 11)->round, 1);
    assert_null(case_task_by_id(&kase, 14));
    assert_null(case_task(&(struct case_state){.id = 2}, S("review")));

    VEC_PUSH(arena, &kase.decisions, ((struct task_decision){.id = 21, .step = S("review")}));
    VEC_PUSH(arena, &kase.decisions, ((struct task_decision){.id = 22, .step = S("review")}));
    VEC_PUSH(arena, &kase.decisions, ((struct task_decision){.id = 23, .step = S("apply")}));
    assert_true(case_decision(&kase, S("review"))->id == 22); /* the last act, of any round */
    assert_true(case_decision(&kase, S("apply"))->id == 23);
    assert_null(case_decision(&kase, S("allocate")));

    struct authority_state authority = {.id = 5};
    VEC_PUSH(arena, &authority.organisations, ((struct organisation){.id = 6, .name = S("甲")}));
    VEC_PUSH(arena, &authority.organisations, ((struct organisation){.id = 7, .name = S("乙")}));
    assert_str(authority_organisation(&authority, 7)->name, S("乙"));
    assert_null(authority_organisation(&authority, 8));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_document_gives_what_was_put),
        TEST(documents_are_equal_without_order),
        TEST(a_copy_shares_no_byte),
        TEST(reading_stops_at_the_first_mistake),
        TEST(a_reader_says_what_it_wants),
        TEST(an_unknown_key_is_refused_with_the_nearest),
        TEST(every_event_has_a_name_of_its_own),
        TEST(a_payload_keeps_every_field),
        TEST(an_empty_payload_keeps_its_emptiness),
        TEST(a_payload_with_a_wrong_field_is_refused),
        TEST(every_refusal_is_whole),
        TEST(a_refusal_fills_its_sentence),
        TEST(a_refusal_cites_its_article),
        TEST(commands_have_names),
        TEST(aggregates_find_their_parts),
    };
#undef TEST
    return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}

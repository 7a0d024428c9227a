/* SPDX-License-Identifier: Apache-2.0
 * calendar: what the legal clock says, and why. */
#include "cli/cli_priv.h"

#include "json/json.h"
#include "view/view.h"

#include <inttypes.h>

/* What was asked of the clock. */
struct question {
    enum { ASK_DUE, ASK_WAIT, ASK_BEFORE } kind;
    date day;                /* the first day; of ASK_BEFORE the day counted towards */
    struct limit_length length;
    VEC(struct suspension) suspensions;
    enum language language;
    bool explain, json;
};

static bool folder_calendar(const struct args *args, struct calendar *out, struct err *e)
{
    struct data_folder folder;
    struct db *db = NULL;
    struct authority_state *authority = NULL;
    int64_t id;
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) && db_begin(db, e) &&
              find_authority(db, args->arena, args_get(args, "authority"), &id, e);
    struct world world = {.db = db, .arena = args->arena};
    ok = ok && world_authority(&world, id, &authority, e) && world_calendar(&world, e);
    if (ok)
        *out = authority->calendar;
    db_close(db);
    return ok;
}

/* ---- reading the question ------------------------------------------------------------------- */

static bool read_length(const struct args *args, struct limit_length *out, struct err *e)
{
    int64_t count;
    if (!unit_parse(args_get(args, "unit"), &out->unit))
        return RAISE(e, INPUT, "--unit", "the unit is working-day, day or month");
    /* A hundred years at most, in any unit. */
    int64_t most = out->unit == UNIT_MONTH ? 1200 : LIMIT_CLOCK_UNITS;
    if (!args_has(args, "days"))
        return RAISE(e, INPUT, "--days", "how many? write --days N");
    if (!args_number(args, "days", 0, 0, most, &count, e))
        return false;
    out->count = (int32_t)count;
    out->roll = !args_has(args, "no-roll");
    return true;
}

/* FROM..TO, parted by commas, in order and apart from one another. */
static bool read_suspensions(const struct args *args, struct question *out, struct err *e)
{
    str rest = args_get(args, "suspended"), one;
    bool more = args_has(args, "suspended");
    date before = DATE_NONE;
    while (more) {
        struct suspension s;
        more = str_cut(rest, ',', &one, &rest);
        if (one.len != 22 || !str_eq((str){one.ptr + 10, 2}, S("..")) ||
            !date_parse((str){one.ptr, 10}, &s.from) || !date_parse((str){one.ptr + 12, 10}, &s.to))
            return RAISE(e, INPUT, "--suspended", "\"%.*s\" is no time that the clock stood still: "
                         "write FROM..TO as YYYY-MM-DD..YYYY-MM-DD, several parted by commas",
                         STR_FMT(one));
        if (date_cmp(s.to, s.from) < 0)
            return RAISE(e, INPUT, "--suspended", "%.*s ends before it begins: write the earlier "
                         "day first", STR_FMT(one));
        if (date_cmp(s.from, before) < 0)
            return RAISE(e, INPUT, "--suspended", "%.*s begins before the one in front of it has "
                         "ended: write them in order, none over another", STR_FMT(one));
        before = s.to;
        VEC_PUSH(args->arena, &out->suspensions, s);
    }
    return true;
}

static bool read_kind(const struct args *args, struct question *out, struct err *e)
{
    bool wait = args_has(args, "wait"), before = args_has(args, "before");
    if (before && (wait || args_has(args, "from")))
        return RAISE(e, INPUT, "--before", "it counts towards a day: leave --%s away",
                     wait ? "wait" : "from");
    if ((before || wait) && args_has(args, "suspended"))
        return RAISE(e, INPUT, "--suspended", "only a limit stands still: leave --%s away",
                     wait ? "wait" : "before");
    const char *option = before ? "before" : "from";
    out->kind = before ? ASK_BEFORE : wait ? ASK_WAIT : ASK_DUE;
    if (date_parse(args_get(args, option), &out->day))
        return true;
    if (before)
        return RAISE(e, INPUT, "--before", "write the day counted towards as YYYY-MM-DD");
    return RAISE(e, INPUT, "--from", "write the first day as YYYY-MM-DD");
}

static bool read_manner(const struct args *args, struct question *out, struct err *e)
{
    str language = args_get(args, "language"), format = args_get(args, "format");
    if (language.ptr && !str_eq(language, S("zh")) && !str_eq(language, S("en")))
        return RAISE(e, INPUT, "--language", "the language of a derivation is zh or en");
    if (format.ptr && !str_eq(format, S("text")) && !str_eq(format, S("json")))
        return RAISE(e, INPUT, "--format", "the format is text or json");
    out->language = str_eq(language, S("zh")) ? LANGUAGE_ZH : LANGUAGE_EN;
    out->json = str_eq(format, S("json"));
    out->explain = args_has(args, "explain");
    return true;
}

/* ---- answering ------------------------------------------------------------------------------ */

static date answer(struct arena *arena, const struct calendar *calendar, const struct question *q,
                   struct doc **steps, bool *estimated)
{
    switch (q->kind) {
    case ASK_BEFORE: return clock_before(arena, calendar, q->day, q->length, steps, estimated);
    case ASK_WAIT: return clock_allowed(arena, calendar, q->day, q->length, steps, estimated);
    case ASK_DUE: break;
    }
    return clock_due(arena, calendar, q->day, q->length, q->suspensions.items, q->suspensions.len,
                     steps, estimated);
}

static void print_answer(struct arena *arena, const struct question *q, date day,
                         struct doc *steps, bool estimated)
{
    if (q->json) {
        struct doc *doc = doc_map(arena);
        doc_put_date(arena, doc, S("day"), day);
        doc_put_bool(arena, doc, S("estimated"), estimated);
        doc_put(arena, doc, S("derivation"), steps);
        str text = json_canonical(arena, doc);
        printf("%.*s\n", STR_FMT(text));
        return;
    }
    str text = date_print(arena, day);
    printf("%.*s\n", STR_FMT(text));
    if (!q->explain)
        return;
    text = derivation_print(arena, steps, q->length.unit, q->language);
    printf("%.*s", STR_FMT(text));
}

int run_calendar(const struct args *args, struct err *e)
{
    struct calendar calendar = {0};
    struct question question = {0};
    struct doc *steps;
    bool estimated;
    if (args->words.len == 2 && str_eq(args->words.items[0], S("load")))
        return calendar_load(args, args->words.items[1], e);
    if (args->words.len != 1 || !str_eq(args->words.items[0], S("due"))) {
        RAISE(e, INPUT, "", "write: yunjian calendar due --from DATE --days N --unit UNIT, or "
                            "calendar load FILE --data DIR");
        return EXIT_CANNOT;
    }
    if (!read_kind(args, &question, e) || !read_length(args, &question.length, e) ||
        !read_suspensions(args, &question, e) || !read_manner(args, &question, e))
        return EXIT_CANNOT;
    bool ok = args_has(args, "data") ? folder_calendar(args, &calendar, e)
                                     : calendar_shipped(args->arena, &calendar, e);
    if (!ok)
        return EXIT_CANNOT;
    date day = answer(args->arena, &calendar, &question, &steps, &estimated);
    print_answer(args->arena, &question, day, steps, estimated);
    if (!estimated)
        return EXIT_DONE;
    fprintf(stderr, "yunjian calendar: a year on the way has no published arrangement; the day is "
                    "an estimate by the weekday rule\n");
    return EXIT_ESTIMATE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/calendar.h"

#include "terms/limits.h"

#include <string.h>

/* ---- reading ------------------------------------------------------------------------------- */

struct reader {
    struct arena *arena;
    str file;
    int line;
    struct err *e;
    struct calendar calendar;            /* what is read so far */
    bool in_year;
    int year_line;
    struct calendar_year year;           /* the one being read, without its days */
    VEC(struct calendar_day) days;
};

static const char *place(const struct reader *reader, int line)
{
    return str_to_cstr(reader->arena,
                       str_printf(reader->arena, "%.*s:%d", STR_FMT(reader->file), line));
}

#define REFUSE(reader, ...)                                                                        \
    RAISE((reader)->e, INPUT, place((reader), (reader)->line), __VA_ARGS__)

static const char *weekday_name(date d)
{
    static const char *const names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
                                        "Saturday", "Sunday"};
    return names[date_weekday(d) - 1];
}

static bool finish_year(struct reader *reader)
{
    if (!reader->in_year)
        return true;
    /* A heading alone would pass off every weekday as a known workday. */
    if (reader->days.len == 0)
        return RAISE(reader->e, INPUT, place(reader, reader->year_line),
                     "the year %d has no days: write its days off and make-up workdays below it",
                     reader->year.year);
    reader->year.days = reader->days.items;
    reader->year.n = reader->days.len;
    VEC_PUSH(reader->arena, &reader->calendar.years, reader->year);
    reader->in_year = false;
    return true;
}

static bool read_year(struct reader *reader, str rest)
{
    str number, document;
    int64_t year;
    str_cut(str_trim(rest), ' ', &number, &document);
    document = str_trim(document);
    if (!str_to_i64(number, &year) || year < LIMIT_YEAR_MIN || year > LIMIT_YEAR_MAX)
        return REFUSE(reader, "\"%.*s\" is not a year from %d to %d: write #year YYYY NOTICE",
                      STR_FMT(number), LIMIT_YEAR_MIN, LIMIT_YEAR_MAX);
    if (document.len == 0)
        return REFUSE(reader, "the year %d cites no document: write its number after the year",
                      (int)year);
    if (!finish_year(reader))
        return false;
    size_t n = reader->calendar.years.len;
    int before = n ? reader->calendar.years.items[n - 1].year : 0;
    if (year <= before)
        return REFUSE(reader, "the year %d stands after %d: put the years in order, each once",
                      (int)year, before);
    reader->in_year = true;
    reader->year_line = reader->line;
    reader->year = (struct calendar_year){.year = (int)year, .document = document};
    memset(&reader->days, 0, sizeof reader->days);
    return true;
}

enum { FIELDS = 4 };

static bool split(struct reader *reader, str line, str field[FIELDS])
{
    size_t n = 1;
    for (size_t i = 0; i < line.len; i++)
        n += line.ptr[i] == '\t';
    if (n != FIELDS)
        return REFUSE(reader, "a day has %d fields parted by tabs, this line has %d: write date, "
                      "off or work, English name, Chinese name", FIELDS, (int)n);
    for (size_t i = 0; i < FIELDS; i++) {
        str_cut(line, '\t', &field[i], &line);
        field[i] = str_trim(field[i]);
    }
    return true;
}

static bool read_day(struct reader *reader, str line)
{
    str field[FIELDS];
    struct calendar_day day = {.on = DATE_NONE};
    if (!split(reader, line, field))
        return false;
    if (!date_parse(field[0], &day.on))
        return REFUSE(reader, "\"%.*s\" is not a date: write YYYY-MM-DD", STR_FMT(field[0]));
    day.work = str_eq(field[1], S("work"));
    if (!day.work && !str_eq(field[1], S("off")))
        return REFUSE(reader, "\"%.*s\" is neither off nor work: write one of the two",
                      STR_FMT(field[1]));
    day.name_en = field[2];
    day.name_zh = field[3];
    if (day.name_en.len == 0 || day.name_zh.len == 0)
        return REFUSE(reader, "%.*s names no holiday: write its English and its Chinese name",
                      STR_FMT(field[0]));
    if (!reader->in_year)
        return REFUSE(reader, "%.*s stands before any year: write #year %d NOTICE above it",
                      STR_FMT(field[0]), date_year(day.on));
    if (date_year(day.on) != reader->year.year)
        return REFUSE(reader, "%.*s stands in the year %d: move it below #year %d",
                      STR_FMT(field[0]), reader->year.year, date_year(day.on));
    size_t n = reader->days.len;
    if (n && date_cmp(reader->days.items[n - 1].on, day.on) >= 0) {
        str before = date_print(reader->arena, reader->days.items[n - 1].on);
        return REFUSE(reader, "%.*s does not come after %.*s: put the days in order, each once",
                      STR_FMT(field[0]), STR_FMT(before));
    }
    if (day.work && date_weekday(day.on) <= 5)
        return REFUSE(reader, "%.*s is a %s, which is worked anyway: a make-up workday is a "
                      "Saturday or Sunday", STR_FMT(field[0]), weekday_name(day.on));
    VEC_PUSH(reader->arena, &reader->days, day);
    return true;
}

bool calendar_parse(struct arena *arena, str file, str text, struct calendar *out, struct err *e)
{
    struct reader reader = {.arena = arena, .file = file, .e = e};
    if (!utf8_valid(text))
        return RAISE(e, INPUT, place(&reader, 1), "the file is not valid UTF-8, or holds a NUL: "
                     "save it as UTF-8");
    while (text.len) {
        str line;
        str_cut(text, '\n', &line, &text);
        reader.line++;
        if (str_starts(line, S("#year "))) {
            if (!read_year(&reader, (str){line.ptr + 6, line.len - 6}))
                return false;
        } else if (str_trim(line).len && line.ptr[0] != '#') {
            if (!read_day(&reader, line))
                return false;
        }
    }
    if (!finish_year(&reader))
        return false;
    *out = reader.calendar;
    return true;
}

str calendar_print_year(struct arena *arena, const struct calendar_year *year)
{
    struct buf text = buf_new(arena, 64 + year->n * 64);
    buf_addf(&text, "#year %d %.*s\n", year->year, STR_FMT(year->document));
    for (size_t i = 0; i < year->n; i++) {
        const struct calendar_day *day = &year->days[i];
        str on = date_print(arena, day->on);
        buf_addf(&text, "%.*s\t%s\t%.*s\t%.*s\n", STR_FMT(on),
                 day->work ? "work" : "off", STR_FMT(day->name_en), STR_FMT(day->name_zh));
    }
    return buf_str(&text);
}

/* ---- asking -------------------------------------------------------------------------------- */

void calendar_put(struct arena *arena, struct calendar *calendar, const struct calendar_year *year)
{
    size_t at = 0;
    while (at < calendar->years.len && calendar->years.items[at].year < year->year)
        at++;
    if (at == calendar->years.len || calendar->years.items[at].year != year->year) {
        (void)VEC_ADD(arena, &calendar->years);
        memmove(&calendar->years.items[at + 1], &calendar->years.items[at],
                (calendar->years.len - 1 - at) * sizeof *year);
    }
    calendar->years.items[at] = *year;
}

const struct calendar_year *calendar_find(const struct calendar *calendar, int year)
{
    for (size_t i = 0; i < calendar->years.len; i++)
        if (calendar->years.items[i].year == year)
            return &calendar->years.items[i];
    return NULL;
}

static const struct calendar_day *find_day(const struct calendar_year *year, date d)
{
    size_t low = 0, high = year->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = date_cmp(year->days[middle].on, d);
        if (order == 0)
            return &year->days[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

struct day_info calendar_day(const struct calendar *calendar, date d)
{
    const struct calendar_year *year = calendar_find(calendar, date_year(d));
    const struct calendar_day *day = year ? find_day(year, d) : NULL;
    if (day)
        return (struct day_info){.kind = day->work ? DAY_MAKEUP : DAY_HOLIDAY, .work = day->work,
                                 .known = true, .name_zh = day->name_zh, .name_en = day->name_en};
    bool work = date_weekday(d) <= 5;
    return (struct day_info){.kind = work ? DAY_WORK : DAY_WEEKEND, .work = work,
                             .known = year != NULL};
}

bool calendar_is_work(const struct calendar *calendar, date d)
{
    return calendar_day(calendar, d).work;
}

int32_t calendar_count_work(const struct calendar *calendar, date from, date to)
{
    if (date_cmp(to, from) < 0)
        return -calendar_count_work(calendar, to, from);
    int32_t n = 0;
    for (date d = from; date_cmp(d, to) < 0;) {
        d = date_plus(d, 1);
        n += calendar_is_work(calendar, d);
    }
    return n;
}

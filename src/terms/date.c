/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/date.h"

#include "terms/limits.h"

enum {
    DAYS_400_YEARS = 146097,
    DAYS_TO_1970_03_01 = 719468,   /* from 0000-03-01 to 1970-01-01 */
    DATE_LENGTH = 10,              /* YYYY-MM-DD */
    INSTANT_LENGTH = 16,           /* YYYY-MM-DD HH:MM */
};
#define MINUTE_MS INT64_C(60000)
#define DAY_MS (INT64_C(24) * 60 * MINUTE_MS)
#define OFFSET_MS (INT64_C(8) * 60 * MINUTE_MS)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

bool date_is_none(date d)
{
    return d.day == INT32_MIN;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    must(month >= 1 && month <= 12);
    return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Both ways by years that begin on 1 March: the leap day is then the last day of its year, and
 * the months before it have a length that a line through (153 m + 2) / 5 gives. */
static int32_t day_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400), year_of_era = y - era * 400;
    int64_t month_from_march = (month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * DAYS_400_YEARS + day_of_era - DAYS_TO_1970_03_01);
}

bool date_from_ymd(int year, int month, int day, date *out)
{
    if (year < LIMIT_YEAR_MIN || year > LIMIT_YEAR_MAX || month < 1 || month > 12 || day < 1
        || day > date_month_length(year, month))
        return false;
    out->day = day_of(year, month, day);
    return true;
}

void date_to_ymd(date d, int *out_year, int *out_month, int *out_day)
{
    must(!date_is_none(d));
    int64_t days = (int64_t)d.day + DAYS_TO_1970_03_01;
    int64_t era = floor_div(days, DAYS_400_YEARS), day_of_era = days - era * DAYS_400_YEARS;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524
                           - day_of_era / (DAYS_400_YEARS - 1)) / 365;
    int64_t day_of_year = day_of_era
        - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *out_year = (int)(era * 400 + year_of_era + (month <= 2));
    *out_month = (int)month;
    *out_day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
}

int date_year(date d)
{
    int year, month, day;
    date_to_ymd(d, &year, &month, &day);
    return year;
}

/* Fixed-width digits only: "+1", " 1" and "1 " are no numbers here. */
static bool read_digits(str text, size_t at, size_t n, int *out)
{
    int value = 0;
    for (size_t i = at; i < at + n; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (text.ptr[i] - '0');
    }
    *out = value;
    return true;
}

bool date_parse(str text, date *out)
{
    int year, month, day;
    return text.len == DATE_LENGTH && text.ptr[4] == '-' && text.ptr[7] == '-'
        && read_digits(text, 0, 4, &year) && read_digits(text, 5, 2, &month)
        && read_digits(text, 8, 2, &day) && date_from_ymd(year, month, day, out);
}

static void put_digits(char *end, int n, int value)
{
    for (; n > 0; n--, value /= 10)
        *--end = (char)('0' + value % 10);
}

/* Entries and derivations are full of dates: printf would be a tenth of printing them. */
str date_print(struct arena *arena, date d)
{
    if (date_is_none(d))
        return S("");
    int year, month, day;
    date_to_ymd(d, &year, &month, &day);
    if (year < 0 || year > 9999) /* of an instant that no clock has shown */
        return str_printf(arena, "%04d-%02d-%02d", year, month, day);
    char *text = NEWS(arena, char, DATE_LENGTH);
    put_digits(text + 4, 4, year);
    put_digits(text + 7, 2, month);
    put_digits(text + 10, 2, day);
    text[4] = text[7] = '-';
    return (str){text, DATE_LENGTH};
}

date date_plus(date d, int32_t days)
{
    int32_t sum;
    must(!date_is_none(d) && !__builtin_add_overflow(d.day, days, &sum) && sum != INT32_MIN);
    return (date){sum};
}

/* Month by month from the first of the start's month: no date needs to be made from its parts. */
date date_plus_months(date start, int32_t months)
{
    int year, month, day;
    date_to_ymd(start, &year, &month, &day);
    date first = date_plus(start, 1 - day);
    for (; months > 0; months--) {
        first = date_plus(first, date_month_length(year, month));
        year += month == 12;
        month = month == 12 ? 1 : month + 1;
    }
    for (; months < 0; months++) {
        year -= month == 1;
        month = month == 1 ? 12 : month - 1;
        first = date_plus(first, -date_month_length(year, month));
    }
    int length = date_month_length(year, month);
    return date_plus(first, (day < length ? day : length) - 1);
}

int32_t date_between(date from, date to)
{
    int32_t days;
    must(!date_is_none(from) && !date_is_none(to)
         && !__builtin_sub_overflow(to.day, from.day, &days));
    return days;
}

int date_cmp(date a, date b)
{
    return (a.day > b.day) - (a.day < b.day);
}

date date_max(date a, date b)
{
    return a.day < b.day ? b : a;
}

int date_weekday(date d)
{
    must(!date_is_none(d));
    int64_t from_monday = (int64_t)d.day + 3;   /* 1970-01-01 was a Thursday */
    return (int)(from_monday - floor_div(from_monday, 7) * 7) + 1;
}

date date_of_instant(int64_t at_ms)
{
    int64_t local;
    must(i64_add(at_ms, OFFSET_MS, &local));
    int64_t day = floor_div(local, DAY_MS);
    must(day > INT32_MIN && day <= INT32_MAX);
    return (date){(int32_t)day};
}

int64_t instant_of_date(date d, int hour, int minute)
{
    must(!date_is_none(d) && hour >= 0 && hour <= 24 && minute >= 0 && minute < 60);
    return d.day * DAY_MS + (hour * 60 + minute) * MINUTE_MS - OFFSET_MS;
}

bool instant_parse(str text, int64_t *out_ms)
{
    date d;
    int hour, minute;
    if (text.len != INSTANT_LENGTH || text.ptr[DATE_LENGTH] != ' ' || text.ptr[13] != ':'
        || !date_parse((str){text.ptr, DATE_LENGTH}, &d) || !read_digits(text, 11, 2, &hour)
        || !read_digits(text, 14, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *out_ms = instant_of_date(d, hour, minute);
    return true;
}

str instant_print(struct arena *arena, int64_t at_ms)
{
    date d = date_of_instant(at_ms);
    int minutes = (int)((at_ms - instant_of_date(d, 0, 0)) / MINUTE_MS);
    str day = date_print(arena, d);
    return str_printf(arena, "%.*s %02d:%02d", STR_FMT(day), minutes / 60, minutes % 60);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/refusal.h"

static const struct entry {
    const char *name;
    int status;
    str zh, en;
} TABLE[] = {
#define X(symbol, code, status, zh, en) {code, status, {zh, sizeof zh - 1}, {en, sizeof en - 1}},
#include "terms/refusals.def"
#undef X
};

static const struct entry *entry_of(enum refusal_code code)
{
    must((size_t)code < COUNT_OF(TABLE));
    return &TABLE[code];
}

const char *refusal_name(enum refusal_code code)
{
    return entry_of(code)->name;
}

int refusal_status(enum refusal_code code)
{
    return entry_of(code)->status;
}

/* One pass over the template: what fills a place is never searched for places. */
static void fill(struct buf *out, str template, str first, str second)
{
    while (template.len) {
        if (str_starts(template, S("{1}")) || str_starts(template, S("{2}"))) {
            buf_add(out, template.ptr[1] == '1' ? first : second);
            template = (str){template.ptr + 3, template.len - 3};
        } else {
            buf_addc(out, template.ptr[0]);
            template = (str){template.ptr + 1, template.len - 1};
        }
    }
}

/* 1..9999 as an article is numbered: 十, 十一, 二十, 一百零一, 一百一十. */
static void add_chinese_number(struct buf *out, int64_t number)
{
    static const str digits[] = {{"零", 3}, {"一", 3}, {"二", 3}, {"三", 3}, {"四", 3},
                                 {"五", 3}, {"六", 3}, {"七", 3}, {"八", 3}, {"九", 3}};
    static const str places[] = {{"千", 3}, {"百", 3}, {"十", 3}, {"", 0}};
    bool begun = false, gap = false;
    int64_t unit = 1000;
    for (size_t i = 0; i < COUNT_OF(places); i++, unit /= 10) {
        int64_t digit = number / unit % 10;
        if (digit == 0) {
            gap = begun;
            continue;
        }
        if (gap)
            buf_add(out, digits[0]);
        if (begun || unit != 10 || digit != 1)
            buf_add(out, digits[digit]);
        buf_add(out, places[i]);
        begun = true;
        gap = false;
    }
}

/* "11" and "11.2" are numbers of articles; "annex 2" names itself. */
static bool is_numbered(str article)
{
    for (size_t i = 0; i < article.len; i++)
        if ((article.ptr[i] < '0' || article.ptr[i] > '9') && article.ptr[i] != '.')
            return false;
    return true;
}

static void add_basis_zh(struct buf *out, str article, str regulation)
{
    int64_t number;
    buf_add(out, S("（依据："));
    if (regulation.len) {
        buf_add(out, S("《"));
        buf_add(out, regulation);
        buf_add(out, S("》"));
    }
    if (is_numbered(article)) {
        buf_add(out, S("第"));
        if (str_to_i64(article, &number) && number >= 1 && number <= 9999)
            add_chinese_number(out, number);
        else
            buf_add(out, article);
        buf_add(out, S("条"));
    } else {
        buf_add(out, article);
    }
    buf_add(out, S("）"));
}

static void add_basis_en(struct buf *out, str article, str regulation)
{
    buf_add(out, S(" ("));
    if (regulation.len) {
        buf_add(out, regulation);
        buf_add(out, S(", "));
    }
    if (is_numbered(article))
        buf_add(out, S("article "));
    buf_add(out, article);
    buf_addc(out, ')');
}

/* A name that exists in one language only is better than a hole in the sentence. */
static str either(str wanted, str other)
{
    return wanted.len ? wanted : other;
}

str refusal_text(struct arena *arena, const struct refusal_reason *reason, enum language language,
                 str regulation)
{
    const struct entry *entry = entry_of(reason->code);
    struct buf out = buf_new(arena, 256);
    switch (language) {
    case LANGUAGE_ZH:
        fill(&out, entry->zh, either(reason->zh1, reason->en1), either(reason->zh2, reason->en2));
        if (reason->article.len)
            add_basis_zh(&out, reason->article, regulation);
        break;
    case LANGUAGE_EN:
        fill(&out, entry->en, either(reason->en1, reason->zh1), either(reason->en2, reason->zh2));
        if (reason->article.len)
            add_basis_en(&out, reason->article, regulation);
        break;
    }
    return buf_str(&out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/article.h"

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

str article_prefix(str article)
{
    size_t n = 0;
    while (n < article.len && article.ptr[n] >= 'A' && article.ptr[n] <= 'Z')
        n++;
    return n > 0 && n < article.len && article.ptr[n] == '-' ? (str){article.ptr, n} : S("");
}

/* "11" and "11.2" are numbers of articles. */
static bool is_numbered(str article)
{
    for (size_t i = 0; i < article.len; i++)
        if ((article.ptr[i] < '0' || article.ptr[i] > '9') && article.ptr[i] != '.')
            return false;
    return article.len > 0;
}

/* What stands before and after the number, in that language. */
struct around {
    struct { str before, after; } zh, en;
};

static str numbered(struct arena *arena, str article, const struct around *around,
                    enum language language)
{
    bool zh = language == LANGUAGE_ZH;
    int64_t number;
    struct buf out = buf_new(arena, 32);
    buf_add(&out, zh ? around->zh.before : around->en.before);
    if (zh && str_to_i64(article, &number) && number >= 1 && number <= 9999)
        add_chinese_number(&out, number);
    else
        buf_add(&out, article);
    buf_add(&out, zh ? around->zh.after : around->en.after);
    return buf_str(&out);
}

str article_words(struct arena *arena, str article, enum language language)
{
    static const struct around ARTICLE = {{{"第", 3}, {"条", 3}}, {{"article ", 8}, {"", 0}}};
    static const struct around ANNEX = {{{"附件", 6}, {"", 0}}, {{"annex ", 6}, {"", 0}}};
    static const struct around CLOSING = {{{"第", 3}, {"章末款", 9}},
                                          {{"closing clause of chapter ", 26}, {"", 0}}};
    str prefix = article_prefix(article);
    if (prefix.len)
        article = (str){article.ptr + prefix.len + 1, article.len - prefix.len - 1};
    if (str_eq(article, S("0")))
        return language == LANGUAGE_ZH ? S("引言") : S("introduction");
    if (is_numbered(article))
        return numbered(arena, article, &ARTICLE, language);
    str rest = article.len > 1 ? (str){article.ptr + 1, article.len - 1} : S("");
    if (is_numbered(rest) && article.ptr[0] == 'A')
        return numbered(arena, rest, &ANNEX, language);
    if (is_numbered(rest) && article.ptr[0] == 'C')
        return numbered(arena, rest, &CLOSING, language);
    return article;
}

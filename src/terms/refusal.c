/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/refusal.h"

#include "terms/article.h"

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

static void add_basis(struct arena *arena, struct buf *out, str article, str regulation,
                      enum language language)
{
    bool zh = language == LANGUAGE_ZH;
    if (str_eq(article, ARTICLE_LOCAL)) {
        buf_add(out, zh ? S("（主管部门规定）") : S(" (set by the authority)"));
        return;
    }
    str words = article_words(arena, article, language);
    buf_add(out, zh ? S("（依据：") : S(" ("));
    if (regulation.len)
        buf_addf(out, zh ? "《%.*s》" : "%.*s, ", STR_FMT(regulation));
    buf_add(out, words);
    buf_add(out, zh ? S("）") : S(")"));
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
            add_basis(arena, &out, reason->article, regulation, language);
        break;
    case LANGUAGE_EN:
        fill(&out, entry->en, either(reason->en1, reason->zh1), either(reason->en2, reason->zh2));
        if (reason->article.len)
            add_basis(arena, &out, reason->article, regulation, language);
        break;
    }
    return buf_str(&out);
}

/* SPDX-License-Identifier: Apache-2.0
 * Reading nodes by their place: the place says the type, never the look of the scalar. */
#include "policy/load_priv.h"

const struct node *node_get(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (size_t i = 0; i < map->entries.len; i++)
        if (str_eq(map->entries.items[i].key->text, str_of(key)))
            return map->entries.items[i].value;
    return NULL;
}

size_t split_words(struct arena *arena, str list, str **out)
{
    VEC(str) words = {NULL, 0, 0};
    str head, rest = list;
    while (rest.len) {
        str_cut(rest, ' ', &head, &rest);
        if (head.len)
            VEC_PUSH(arena, &words, head);
    }
    *out = words.items;
    return words.len;
}

static const char *kind_name(enum node_kind kind)
{
    switch (kind) {
    case NODE_SCALAR: return "a text";
    case NODE_MAP: return "a map of keys";
    case NODE_LIST: return "a list";
    }
    return "";
}

static bool check_kind(struct load *load, const struct node *node, const char *what,
                       enum node_kind kind)
{
    if (node->kind == kind)
        return true;
    diagnose(load, PROBLEM_SHAPE, node->pos, "%s is %s here; expected %s.", what,
             kind_name(node->kind), kind_name(kind));
    return false;
}

bool check_map(struct load *load, const struct node *node, const char *what, const char *keys)
{
    if (!check_kind(load, node, what, NODE_MAP))
        return false;
    str *known;
    size_t n = split_words(load->arena, str_of(keys), &known);
    for (size_t i = 0; i < node->entries.len && n > 0; i++) {
        const struct node *key = node->entries.items[i].key;
        bool found = false;
        for (size_t k = 0; k < n && !found; k++)
            found = str_eq(known[k], key->text);
        if (found)
            continue;
        if (str_has(key->text, S("："))) {
            diagnose(load, PROBLEM_UNKNOWN_KEY, key->pos,
                     "\"%.*s\" has a Chinese colon; write that of ASCII with a blank behind it.",
                     STR_FMT(key->text));
            continue;
        }
        str expected = expected_words(load->arena, key->text, known, n);
        diagnose(load, PROBLEM_UNKNOWN_KEY, key->pos, "unknown key \"%.*s\" in %s%.*s",
                 STR_FMT(key->text), what, STR_FMT(expected));
    }
    return true;
}

bool check_list(struct load *load, const struct node *node, const char *what, size_t most)
{
    if (!check_kind(load, node, what, NODE_LIST))
        return false;
    if (node->items.len <= most)
        return true;
    diagnose(load, PROBLEM_TOO_MANY, node->pos, "%s has %zu entries, the limit is %zu.", what,
             node->items.len, most);
    return false;
}

str scalar_text(struct load *load, const struct node *node, const char *what)
{
    if (!check_kind(load, node, what, NODE_SCALAR))
        return STR_NONE;
    if (str_trim(node->text).len == 0) {
        diagnose(load, PROBLEM_SHAPE, node->pos, "%s is empty; write a value.", what);
        return STR_NONE;
    }
    return node->text;
}

str read_text(struct load *load, const struct node *map, const char *key, const char *what)
{
    const struct node *value = node_get(map, key);
    if (!value) {
        diagnose(load, PROBLEM_MISSING_KEY, map->pos, "%s has no \"%s\"; add it.", what, key);
        return STR_NONE;
    }
    return scalar_text(load, value, str_printf(load->arena, "\"%s\" of %s", key, what).ptr);
}

/* Any character of the Chinese blocks: enough to see that zh and en were swapped. */
static bool has_chinese(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0xe3 && (unsigned char)s.ptr[i] <= 0xe9)
            return true;
    return false;
}

static str read_one_label(struct load *load, const struct node *map, const char *key,
                          const char *what)
{
    const struct node *node = node_get(map, key);
    if (!node) {
        diagnose(load, PROBLEM_LABEL, map->pos,
                 "%s has no label \"%s\"; labels stand in both languages, zh and en.", what, key);
        return STR_NONE;
    }
    if (node->kind != NODE_SCALAR || str_trim(node->text).len == 0) {
        diagnose(load, PROBLEM_LABEL, node->pos, "the label \"%s\" of %s is not a text.", key,
                 what);
        return STR_NONE;
    }
    if (node->text.len > LIMIT_NAME_BYTES) {
        diagnose(load, PROBLEM_LABEL, node->pos, "the label has %zu bytes, the limit is %d.",
                 node->text.len, (int)LIMIT_NAME_BYTES);
        return STR_NONE;
    }
    return node->text;
}

void read_label(struct load *load, const struct node *map, const char *what, struct label *out)
{
    out->zh = read_one_label(load, map, "zh", what);
    out->en = read_one_label(load, map, "en", what);
    const struct node *en = node_get(map, "en");
    if (en && has_chinese(out->en))
        diagnose(load, PROBLEM_LABEL, en->pos,
                 "the English label of %s is Chinese; are zh and en swapped?", what);
}

int read_word(struct load *load, const struct node *node, const char *what, const char *words)
{
    str text = scalar_text(load, node, what);
    if (!text.ptr)
        return -1;
    str *known;
    size_t n = split_words(load->arena, str_of(words), &known);
    for (size_t i = 0; i < n; i++)
        if (str_eq(known[i], text))
            return (int)i;
    str expected = expected_words(load->arena, text, known, n);
    diagnose(load, PROBLEM_UNKNOWN_WORD, node->pos, "%s cannot be \"%.*s\"%.*s", what,
             STR_FMT(text), STR_FMT(expected));
    return -1;
}

bool read_flag(struct load *load, const struct node *map, const char *key, bool *out)
{
    const struct node *node = node_get(map, key);
    if (!node)
        return false;
    int word = read_word(load, node, key, "no yes");
    if (word < 0)
        return false;
    *out = word == 1;
    return true;
}

bool read_int(struct load *load, const struct node *node, const char *what, int64_t min,
              int64_t max, int64_t *out)
{
    str text = scalar_text(load, node, what);
    if (!text.ptr)
        return false;
    int64_t value;
    if (!str_to_i64(text, &value) || value < min || value > max) {
        diagnose(load, PROBLEM_NUMBER, node->pos,
                 "%s is \"%.*s\"; expected a whole number from %lld to %lld.", what,
                 STR_FMT(text), (long long)min, (long long)max);
        return false;
    }
    *out = value;
    return true;
}

static bool id_form(str s)
{
    if (s.len == 0 || s.len > LIMIT_LOGIN_BYTES || s.ptr[0] < 'a' || s.ptr[0] > 'z')
        return false;
    for (size_t i = 1; i < s.len; i++) {
        char c = s.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && (c != '-' || s.ptr[i - 1] == '-' || i + 1 == s.len))
            return false;
    }
    return true;
}

void check_id(struct load *load, const struct node *node, const char *what, const char *reserved)
{
    if (node->kind != NODE_SCALAR || !id_form(node->text)) {
        diagnose(load, PROBLEM_BAD_ID, node->pos,
                 "the name of a %s is one word of small letters, digits and single hyphens that "
                 "begins with a letter, at most %d long.", what, (int)LIMIT_LOGIN_BYTES);
        return;
    }
    str *words;
    size_t n = split_words(load->arena, str_of(reserved), &words);
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i], node->text))
            diagnose(load, PROBLEM_BAD_ID, node->pos,
                     "\"%.*s\" is a word of the notation and cannot name a %s; choose another.",
                     STR_FMT(words[i]), what);
}

/* 0 to 999, or such a number behind one capital letter. */
bool article_form(str s)
{
    bool letter = s.len > 1 && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z';
    str digits = letter ? (str){s.ptr + 1, s.len - 1} : s;
    int64_t number;
    return str_to_i64(digits, &number) && number >= 0 && number <= 999;
}

static void check_article(struct load *load, const struct node *node, str text)
{
    str prefix = article_prefix(text), rest = text;
    if (prefix.len)
        rest = (str){text.ptr + prefix.len + 1, text.len - prefix.len - 1};
    if (!article_form(rest)) {
        diagnose(load, PROBLEM_BASIS_FORM, node->pos,
                 "basis is \"%.*s\"; expected one article: 12, A1 of an annex, C10 of a chapter, 0 "
                 "for the introduction, or PREFIX-12 of another regulation of the pack.",
                 STR_FMT(text));
        return;
    }
    for (size_t i = 0; prefix.len && i < load->policy->n_also; i++)
        if (str_eq(load->policy->also[i].prefix, prefix))
            return;
    if (prefix.len)
        diagnose(load, PROBLEM_BASIS_FORM, node->pos,
                 "the pack holds no regulation %.*s; declare it in pack.yaml, also: {%.*s: ...}.",
                 STR_FMT(prefix), STR_FMT(prefix));
}

struct basis read_basis(struct load *load, const struct node *map, const char *what,
                        const struct basis *inherit, enum basis_need need)
{
    struct basis basis = {STR_NONE, false};
    const struct node *article = node_get(map, "basis"), *source = node_get(map, "source");
    if (article) {
        str text = scalar_text(load, article, "basis");
        if (text.ptr)
            check_article(load, article, text);
        basis.article = text;
    }
    if (source)
        basis.local = read_word(load, source, "source", "local") == 0;
    if (article && source)
        diagnose(load, PROBLEM_BASIS_FORM, source->pos,
                 "%s has both basis and source; a rule comes from the article or from the "
                 "authority itself. Keep one.", what);
    if (article || source)
        return basis;
    if (inherit)
        return *inherit;
    if (need == BASIS_REQUIRED)
        diagnose(load, PROBLEM_NO_BASIS, map->pos,
                 "%s has neither basis nor source. Cite the article (basis: 15) or write "
                 "source: local.", what);
    return basis;
}

/* SPDX-License-Identifier: Apache-2.0
 * Expression text -> tokens. */
#include "policy/expression_priv.h"

enum { DECIMALS = 6 };

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool fail(struct arena *arena, struct fault *fault, size_t at, const char *sentence)
{
    *fault = (struct fault){PROBLEM_EXPRESSION, at, str_printf(arena, "%s", sentence)};
    return false;
}

static bool refuse_character(struct arena *arena, struct fault *fault, str text, size_t at)
{
    char c = text.ptr[at];
    if (c == ',' || c == '"' || c == '\'' || c == '{' || c == '}' || c == ':')
        return fail(arena, fault, at,
                    "an expression has no commas, quotes, braces or colons, YAML would split it "
                    "there; write words and operators only.");
    if (c == '/')
        return fail(arena, fault, at, "there is no division; expected +, - or * NUMBER%.");
    if (c == '=')
        return fail(arena, fault, at, "one \"=\" is no operator; write == to compare.");
    if (c == '!' || c == '&' || c == '|')
        return fail(arena, fault, at, "operators are words here; write not, and, or.");
    if (c >= 'A' && c <= 'Z')
        return fail(arena, fault, at, "names are written in small letters.");
    *fault = (struct fault){PROBLEM_EXPRESSION, at, STR_NONE};
    size_t n = 1;
    while (at + n < text.len && ((unsigned char)text.ptr[at + n] & 0xc0) == 0x80)
        n++;
    /* U+FF00 to U+FF7F: signs and letters as wide as a Chinese character. */
    bool wide = n == 3 && (unsigned char)c == 0xef &&
                ((unsigned char)text.ptr[at + 1] == 0xbc ||
                 (unsigned char)text.ptr[at + 1] == 0xbd);
    fault->sentence = str_printf(arena, "\"%.*s\" cannot stand in an expression; write %s.", (int)n,
                                 text.ptr + at,
                                 wide ? "the sign of ASCII" : "ids, as of a field or a choice");
    return false;
}

/* A name runs over letters, digits and hyphens and does not end in a hyphen. */
static size_t name_length(str text, size_t at)
{
    size_t n = 1;
    while (at + n < text.len &&
           (is_small(text.ptr[at + n]) || is_digit(text.ptr[at + n]) || text.ptr[at + n] == '-'))
        n++;
    while (text.ptr[at + n - 1] == '-')
        n--;
    return n;
}

static bool lex_number(struct arena *arena, str text, struct token *token, struct fault *fault)
{
    size_t at = token->at, i = at, decimals = 0;
    int64_t value = 0;
    bool point = false;
    for (; i < text.len && (is_digit(text.ptr[i]) || text.ptr[i] == '.'); i++) {
        if (text.ptr[i] == '.') {
            if (point || i + 1 == text.len || !is_digit(text.ptr[i + 1]))
                return fail(arena, fault, i, "a number has digits after its point.");
            point = true;
            continue;
        }
        decimals += point;
        if (decimals > DECIMALS)
            return fail(arena, fault, i, "a number has at most six decimals.");
        if (!i64_mul(value, 10, &value) || !i64_add(value, text.ptr[i] - '0', &value))
            return fail(arena, fault, at, "the number is too large.");
    }
    if (i + 1 < text.len && text.ptr[i] == '-' && is_digit(text.ptr[i + 1]) && i == at + 4)
        return fail(arena, fault, at, "no day can be written here; let a field or a register hold "
                    "it.");
    if (i < text.len && (is_small(text.ptr[i]) || text.ptr[i] == '-'))
        return fail(arena, fault, i, "a blank is missing after the number.");
    if (text.ptr[at] == '0' && at + 1 < i && text.ptr[at + 1] != '.')
        return fail(arena, fault, at, "a number does not begin with 0.");
    for (; decimals < DECIMALS; decimals++)
        if (!i64_mul(value, 10, &value))
            return fail(arena, fault, at, "the number is too large.");
    if (value > LIMIT_QUANTITY)
        return fail(arena, fault, at, "the number is too large.");
    token->kind = TOKEN_NUMBER;
    token->millionths = value;
    token->text = (str){text.ptr + at, i - at};
    return true;
}

static const struct {
    const char *text;
    enum token_kind kind;
} SIGNS[] = {
    {"==", TOKEN_EQ}, {"!=", TOKEN_NE}, {"<=", TOKEN_LE}, {">=", TOKEN_GE}, {"<", TOKEN_LT},
    {">", TOKEN_GT}, {"(", TOKEN_OPEN}, {")", TOKEN_CLOSE}, {".", TOKEN_DOT}, {"+", TOKEN_PLUS},
    {"-", TOKEN_MINUS}, {"*", TOKEN_TIMES}, {"%", TOKEN_PERCENT},
    {"and", TOKEN_AND}, {"or", TOKEN_OR}, {"not", TOKEN_NOT},
};

static bool lex_sign(struct arena *arena, str text, struct token *token, struct fault *fault)
{
    str rest = {text.ptr + token->at, text.len - token->at};
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++) {
        if (is_small(SIGNS[i].text[0]) || !str_starts(rest, str_of(SIGNS[i].text)))
            continue;
        token->kind = SIGNS[i].kind;
        token->text = (str){rest.ptr, str_of(SIGNS[i].text).len};
        bool sum = token->kind == TOKEN_PLUS || token->kind == TOKEN_MINUS;
        size_t after = token->at + token->text.len;
        bool blanks = token->at > 0 && text.ptr[token->at - 1] == ' ' && after < text.len &&
                      text.ptr[after] == ' ';
        if (sum && !blanks)
            return fail(arena, fault, token->at,
                        "+ and - stand between two values with a blank on both sides, since names "
                        "contain hyphens.");
        return true;
    }
    return refuse_character(arena, fault, text, token->at);
}

static void lex_name(str text, struct token *token)
{
    token->kind = TOKEN_NAME;
    token->text = (str){text.ptr + token->at, name_length(text, token->at)};
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
        if (str_eq(token->text, str_of(SIGNS[i].text)))
            token->kind = SIGNS[i].kind;
}

bool expression_lex(struct arena *arena, str text, struct token **out, struct fault *fault)
{
    VEC(struct token) tokens = {NULL, 0, 0};
    if (text.len > LIMIT_EXPRESSION_BYTES) {
        *fault = (struct fault){PROBLEM_EXPRESSION_LIMIT, 0,
                                str_printf(arena, "the expression has %zu bytes, the limit is %d.",
                                           text.len, (int)LIMIT_EXPRESSION_BYTES)};
        return false;
    }
    size_t at = 0;
    while (at < text.len) {
        if (text.ptr[at] == ' ' || text.ptr[at] == '\n') {
            at++;
            continue;
        }
        struct token token = {.kind = TOKEN_END, .at = at};
        if (is_small(text.ptr[at]))
            lex_name(text, &token);
        else if (is_digit(text.ptr[at])) {
            if (!lex_number(arena, text, &token, fault))
                return false;
        } else if (!lex_sign(arena, text, &token, fault)) {
            return false;
        }
        at += token.text.len;
        VEC_PUSH(arena, &tokens, token);
    }
    VEC_PUSH(arena, &tokens, ((struct token){.kind = TOKEN_END, .at = text.len}));
    *out = tokens.items;
    return true;
}

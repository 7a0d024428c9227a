/* SPDX-License-Identifier: Apache-2.0
 * What a request may look like before anybody acts on it. libmicrohttpd 0.9.75 takes the first of
 * two Content-Lengths, and Content-Length beside Transfer-Encoding; a gateway may take the other
 * one, so any doubt about where a request ends closes the connection. */
#include "door/priv.h"

#include <string.h>
#include <strings.h>

static bool same_word(str a, str b)
{
    return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* ---- headers -------------------------------------------------------------------------------- */

struct header_sums {
    int all, host, length, coding;
    bool bad_name, bad_value;
};

static bool is_token(const char *name, size_t len)
{
    static const char signs[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == 0 || !strchr(signs, c)))
            return false;
    }
    return len > 0;
}

static bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return true;
    return false;
}

static enum MHD_Result count_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                    size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    struct header_sums *sums = ctx;
    str word = {name, name_len};
    sums->all++;
    sums->bad_name |= !is_token(name, name_len);
    sums->bad_value |= value && has_control(value, value_len);
    sums->host += same_word(word, S("Host"));
    sums->length += same_word(word, S("Content-Length"));
    sums->coding += same_word(word, S("Transfer-Encoding"));
    return MHD_YES;
}

str header_value(struct request *r, const char *name)
{
    const char *value = NULL;
    size_t len = 0;
    if (MHD_lookup_connection_value_n(r->connection, MHD_HEADER_KIND, name, strlen(name), &value,
                                      &len) != MHD_YES)
        return STR_NONE;
    return (str){value ? value : "", len};
}

struct named_count {
    str name;
    int n;
};

static enum MHD_Result count_named(void *ctx, enum MHD_ValueKind kind, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
    (void)kind, (void)value, (void)value_len;
    struct named_count *count = ctx;
    count->n += same_word((str){name, name_len}, count->name);
    return MHD_YES;
}

int header_count(struct request *r, const char *name)
{
    struct named_count count = {str_of(name), 0};
    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, count_named, &count);
    return count.n;
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

static bool framing_problem(struct request *r, struct words what)
{
    problem(r, PROBLEM_BAD_FRAMING, S(""), what, NO_WORDS);
    return true;
}

/* True: answered, and the connection must close. */
static bool check_framing(struct request *r)
{
    struct header_sums sums = {0};
    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, count_header, &sums);
    bool old = r->is_old;
    if (sums.all > LIMIT_HEADERS) {
        problem_number(r, PROBLEM_TOO_MANY_HEADERS, LIMIT_HEADERS);
        return true;
    }
    if (sums.bad_name || sums.bad_value)
        return framing_problem(r, (struct words){
            S("请求头的名称或内容含有不允许的字符"),
            S("a header holds a character that none may hold")});
    if (sums.host > 1 || (sums.host == 0 && !old))
        return framing_problem(r, (struct words){S("Host 须恰有一个"),
                                                 S("there must be exactly one Host")});
    if (sums.host == 1 && str_trim(header_value(r, "Host")).len == 0)
        return framing_problem(r, (struct words){S("Host 为空"), S("Host is empty")});
    if (sums.length > 1 || sums.coding > 1)
        return framing_problem(r, (struct words){
            S("Content-Length 或 Transfer-Encoding 出现多次"),
            S("Content-Length or Transfer-Encoding stands more than once")});
    if (sums.length && sums.coding)
        return framing_problem(r, (struct words){
            S("Content-Length 不得与 Transfer-Encoding 同时出现"),
            S("Content-Length and Transfer-Encoding exclude each other")});
    if (sums.length && !all_digits(header_value(r, "Content-Length")))
        return framing_problem(r, (struct words){S("Content-Length 不是十进制数字"),
                                                 S("Content-Length is not plain digits")});
    if (sums.coding && (old || !same_word(header_value(r, "Transfer-Encoding"), S("chunked"))))
        return framing_problem(r, (struct words){S("Transfer-Encoding 只接受 chunked"),
                                                 S("Transfer-Encoding must be chunked")});
    return false;
}

/* ---- languages ------------------------------------------------------------------------------ */

/* Thousandths of a "q=0.8", 1000 when absent. */
static int weight_of(str parameters)
{
    str q = str_trim(parameters);
    if (!str_starts(q, S("q=")) && !str_starts(q, S("Q=")))
        return 1000;
    q = (str){q.ptr + 2, q.len - 2};
    int weight = q.len && q.ptr[0] == '1' ? 1000 : 0;
    int place = 100;
    for (size_t i = 2; i < q.len && place > 0; i++, place /= 10)
        if (q.ptr[i] >= '0' && q.ptr[i] <= '9')
            weight += (q.ptr[i] - '0') * place;
    return weight > 1000 ? 1000 : weight;
}

enum language wanted_language(str accept_language)
{
    int zh = 0, en = 0;
    str rest = accept_language;
    while (rest.len) {
        str item, range, parameters;
        str_cut(rest, ',', &item, &rest);
        str_cut(item, ';', &range, &parameters);
        range = str_trim(range);
        if (range.len < 2 || (range.len > 2 && range.ptr[2] != '-'))
            continue;
        int weight = weight_of(parameters);
        int *sum = strncasecmp(range.ptr, "zh", 2) == 0   ? &zh
                   : strncasecmp(range.ptr, "en", 2) == 0 ? &en
                                                          : NULL;
        if (sum && weight > *sum)
            *sum = weight;
    }
    return en > zh ? LANGUAGE_EN : LANGUAGE_ZH;
}

/* ---- the address ---------------------------------------------------------------------------- */

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool url_decode(struct arena *arena, str text, bool plus_is_blank, str *out)
{
    char *to = NEWS(arena, char, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_of(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_of(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return false;
        to[n++] = c;
    }
    str decoded = {to, n};
    if (!utf8_valid(decoded))
        return false;
    *out = decoded;
    return true;
}

static void url_problem(struct request *r)
{
    problem(r, PROBLEM_BAD_URL, S(""),
            (struct words){S("含有不允许的字符、错误的百分号编码或无效的 UTF-8"),
                           S("it holds a forbidden character, a bad escape, or invalid UTF-8")},
            NO_WORDS);
}

static bool read_params(struct request *r, str query)
{
    while (query.len) {
        str item, name, value;
        str_cut(query, '&', &item, &query);
        if (item.len == 0)
            continue;
        str_cut(item, '=', &name, &value);
        if (!url_decode(r->arena, name, true, &name) ||
            !url_decode(r->arena, value, true, &value)) {
            url_problem(r);
            return false;
        }
        if (param_of(r, name).ptr || r->n_params == DOOR_PARAMS) {
            problem(r, PROBLEM_BAD_PARAMETER, name, SAME_WORDS(name),
                    (struct words){S("出现多次，或参数过多"),
                                   S("it stands twice, or there are too many")});
            return false;
        }
        r->params[r->n_params++] = (struct param){name, value};
    }
    return true;
}

static bool check_params(struct request *r)
{
    str known[DOOR_PARAMS];
    size_t n = 0;
    str rest = r->route->parameters;
    while (rest.len && n < DOOR_PARAMS)
        str_cut(rest, ' ', &known[n++], &rest);
    for (size_t i = 0; i < r->n_params; i++) {
        str name = r->params[i].name;
        bool found = false;
        for (size_t k = 0; k < n && !found; k++)
            found = str_eq(known[k], name);
        if (found)
            continue;
        str near = str_nearest(name, known, n);
        struct words hint = {S(""), S("; remove it")};
        if (near.len)
            hint = (struct words){
                str_printf(r->arena, "，是否指“%.*s”", STR_FMT(near)),
                str_printf(r->arena, "; did you mean \"%.*s\"?", STR_FMT(near))};
        problem(r, PROBLEM_UNKNOWN_PARAMETER, name, SAME_WORDS(name), hint);
        return false;
    }
    return true;
}

/* ---- who asks, and what follows ------------------------------------------------------------- */

/* A write may come from our own pages or from a program, never from another site's page. */
static bool check_origin(struct request *r)
{
    if (r->method == METHOD_GET)
        return true;
    int n = header_count(r, "Origin");
    str origin = header_value(r, "Origin"), host = str_trim(header_value(r, "Host"));
    bool ours = n == 0;
    if (n == 1) {
        str rest = str_starts(origin, S("https://")) ? (str){origin.ptr + 8, origin.len - 8}
                   : str_starts(origin, S("http://")) ? (str){origin.ptr + 7, origin.len - 7}
                                                      : STR_NONE;
        ours = rest.len && same_word(rest, host);
    }
    if (same_word(str_trim(header_value(r, "Sec-Fetch-Site")), S("cross-site")))
        ours = false;
    if (!ours)
        problem_plain(r, PROBLEM_CROSS_SITE);
    return ours;
}

static bool check_type(struct request *r)
{
    bool bytes = r->route->body == BODY_BYTES;
    str wanted = bytes ? S("application/octet-stream") : S("application/json");
    str type, charset;
    str_cut(header_value(r, "Content-Type"), ';', &type, &charset);
    charset = str_trim(charset);
    bool plain = charset.len == 0 || same_word(charset, S("charset=utf-8")) ||
                 same_word(charset, S("charset=\"utf-8\""));
    if (header_count(r, "Content-Type") == 1 && same_word(str_trim(type), wanted) && plain)
        return true;
    problem(r, PROBLEM_WRONG_TYPE, S("Content-Type"), SAME_WORDS(wanted), NO_WORDS);
    return false;
}

/* True: a body larger than the limit is announced. */
static bool announces_too_much(struct request *r, bool has_length)
{
    int64_t length = 0;
    str digits = has_length ? header_value(r, "Content-Length") : S("0");
    while (digits.len > 1 && digits.ptr[0] == '0')
        digits = (str){digits.ptr + 1, digits.len - 1};
    return !str_to_i64(digits, &length) || (uint64_t)length > r->body_limit;
}

static void find_route(struct request *r)
{
    str allow = STR_NONE;
    bool api = str_eq(r->path, S("/api")) || str_starts(r->path, S("/api/"));
    r->route = route_find(r->arena, r->method, r->path, r->vars, &allow);
    if (!r->route && !allow.len && !api)
        allow = r->method == METHOD_GET ? STR_NONE : S("GET, HEAD");
    if (r->route || (!api && !allow.len))
        return;
    if (!allow.len) {
        problem_plain(r, PROBLEM_NO_ROUTE);
        return;
    }
    problem(r, PROBLEM_WRONG_METHOD, S(""), SAME_WORDS(allow), NO_WORDS);
    reply_header(r, "Allow", str_to_cstr(r->arena, allow));
}

static size_t limit_of(enum body_kind kind)
{
    switch (kind) {
    case BODY_SHORT:
        return DOOR_SHORT_BYTES;
    case BODY_JSON:
        return LIMIT_JSON_BYTES;
    case BODY_BYTES:
        return LIMIT_CHUNK_BYTES;
    case BODY_NONE:
        break;
    }
    return 0;
}

/* One segment must stay one: decoded, the slash would divide it. */
static bool hides_slash(str path)
{
    for (size_t i = 0; i + 2 < path.len; i++)
        if (path.ptr[i] == '%' && path.ptr[i + 1] == '2' && (path.ptr[i + 2] | 0x20) == 'f')
            return true;
    return false;
}

/* The address, the route and everything that needs no body; stops at the first answer. */
static void check_request(struct request *r, bool has_body)
{
    str path, query;
    str_cut(r->uri, '?', &path, &query);
    if (path.len == 0 || path.ptr[0] != '/' || hides_slash(path) ||
        !url_decode(r->arena, path, false, &r->path)) {
        url_problem(r);
        return;
    }
    find_route(r);
    if (r->reply.status || !check_origin(r))
        return;
    if (r->route && (!read_params(r, query) || !check_params(r)))
        return;
    enum body_kind body = r->route ? r->route->body : BODY_NONE;
    if (body == BODY_NONE) {
        if (has_body)
            problem_plain(r, PROBLEM_NO_BODY);
        return;
    }
    if (!check_type(r))
        return;
    r->body_limit = limit_of(body);
    /* Before a stranger may make us hold a megabyte. */
    if (r->route->need != NEED_OPEN && has_body && session_check(r))
        r->body = buf_new(r->arena, 4096);
}

bool check_head(struct request *r)
{
    r->has_head = true;
    r->language = wanted_language(header_value(r, "Accept-Language"));
    r->body_limit = LIMIT_JSON_BYTES;
    if (check_framing(r))
        return true;
    if (r->uri.len + strlen(r->method_name) + sizeof " HTTP/1.1" > LIMIT_URL_BYTES) {
        problem_number(r, PROBLEM_URL_TOO_LONG, LIMIT_URL_BYTES);
        return true;
    }
    bool has_length = header_value(r, "Content-Length").ptr != NULL;
    bool chunked = header_value(r, "Transfer-Encoding").ptr != NULL;
    bool has_body = chunked || (has_length && !str_eq(header_value(r, "Content-Length"), S("0")));
    check_request(r, has_body);
    r->drop_body = r->reply.status != 0;
    if (has_body && announces_too_much(r, has_length)) {
        r->reply = (struct reply){0};
        problem_number(r, PROBLEM_TOO_LARGE, (int64_t)r->body_limit);
        return true;
    }
    return false;
}

bool take_body(struct request *r, str piece)
{
    if (!r->drop_body && r->body.len + piece.len > r->body_limit) {
        problem_number(r, PROBLEM_TOO_LARGE, (int64_t)r->body_limit);
        r->drop_body = true;
    }
    if (!r->drop_body) {
        if (!r->body.arena)
            r->body = buf_new(r->arena, piece.len);
        buf_add(&r->body, piece);
        return true;
    }
    /* libmicrohttpd takes no answer before the end of a body: wait for it, but not for ever. */
    r->dropped += piece.len;
    return r->dropped <= LIMIT_JSON_BYTES;
}

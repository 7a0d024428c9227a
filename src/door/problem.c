/* SPDX-License-Identifier: Apache-2.0
 * Problem documents (RFC 9457). A person reads what is wrong, where and what to do; what only an
 * operator can use goes to standard error. */
#include "door/priv.h"

#include <string.h>
#include <unistd.h>

static const struct problem_entry {
    const char *name;
    unsigned status;
    str zh, en;
} TABLE[] = {
#define X(symbol, code, status, zh, en) {code, status, {zh, sizeof zh - 1}, {en, sizeof en - 1}},
#include "door/problems.def"
#undef X
};

#define TITLE(status, zh, en) {status, {zh, sizeof zh - 1}, {en, sizeof en - 1}}
static const struct {
    unsigned status;
    str zh, en;
} TITLES[] = {
    TITLE(400, "请求有误", "The request is wrong"),
    TITLE(401, "需要登录", "Login needed"),
    TITLE(403, "不允许", "Not allowed"),
    TITLE(404, "没有找到", "Not found"),
    TITLE(405, "方法不允许", "Method not allowed"),
    TITLE(409, "状态已变化", "The state has changed"),
    TITLE(413, "内容过大", "Too large"),
    TITLE(414, "地址过长", "The address is too long"),
    TITLE(415, "类型不符", "The wrong type"),
    TITLE(422, "不能办理", "This cannot be done"),
    TITLE(429, "过于频繁", "Too often"),
    TITLE(431, "请求头过多", "Too many headers"),
    TITLE(503, "系统繁忙", "Busy"),
    TITLE(507, "存储已满", "The storage is full"),
};
#undef TITLE

static str title_of(unsigned status, enum language language)
{
    for (size_t i = 0; i < COUNT_OF(TITLES); i++)
        if (TITLES[i].status == status)
            return language == LANGUAGE_EN ? TITLES[i].en : TITLES[i].zh;
    return language == LANGUAGE_EN ? S("Failure") : S("系统故障");
}

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

static struct doc *reason_doc(struct arena *arena, str code, str where, str article, str text)
{
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("code"), code);
    doc_put_text(arena, doc, S("where"), where.ptr ? where : S(""));
    doc_put_text(arena, doc, S("article"), article.ptr ? article : S(""));
    doc_put_text(arena, doc, S("text"), text);
    return doc;
}

static void put_problem(struct request *r, unsigned status, const char *code, str detail,
                        struct doc *reasons)
{
    struct arena *arena = r->arena;
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("type"), str_printf(arena, "urn:yunjian:problem:%s", code));
    doc_put_text(arena, doc, S("title"), title_of(status, r->language));
    doc_put_int(arena, doc, S("status"), status);
    doc_put_text(arena, doc, S("detail"), detail);
    doc_put_text(arena, doc, S("code"), str_of(code));
    doc_put(arena, doc, S("reasons"), reasons);
    r->problem = doc;
    r->reply = (struct reply){.status = status, .type = "application/problem+json"};
    r->reply.body = json_canonical(arena, doc);
}

static const char *seconds(struct request *r, int n)
{
    return str_to_cstr(r->arena, str_printf(r->arena, "%d", n));
}

void problem(struct request *r, enum problem_code code, str where, struct words first,
             struct words second)
{
    must((size_t)code < COUNT_OF(TABLE));
    const struct problem_entry *entry = &TABLE[code];
    bool en = r->language == LANGUAGE_EN;
    struct buf text = buf_new(r->arena, 256);
    fill(&text, en ? entry->en : entry->zh, en ? first.en : first.zh, en ? second.en : second.zh);
    struct doc *reasons = doc_list(r->arena);
    doc_push(r->arena, reasons,
             reason_doc(r->arena, str_of(entry->name), where, S(""), buf_str(&text)));
    put_problem(r, entry->status, entry->name, buf_str(&text), reasons);
    if (code == PROBLEM_BUSY || code == PROBLEM_UNKNOWN || code == PROBLEM_STORAGE_FULL)
        reply_header(r, "Retry-After", seconds(r, LIMIT_RETRY_AFTER_S));
    if (code == PROBLEM_NO_CHECKPOINT)
        reply_header(r, "Retry-After", seconds(r, LIMIT_CHECKPOINT_MS / 1000));
}

void problem_plain(struct request *r, enum problem_code code)
{
    problem(r, code, S(""), NO_WORDS, NO_WORDS);
}

void problem_number(struct request *r, enum problem_code code, int64_t number)
{
    str text = str_printf(r->arena, "%lld", (long long)number);
    problem(r, code, S(""), SAME_WORDS(text), NO_WORDS);
}

void problem_more(struct request *r, str key, struct doc *value)
{
    doc_put(r->arena, r->problem, key, value);
    r->reply.body = json_canonical(r->arena, r->problem);
}

/* "line 2, column 5" as Chinese writes it; a member's name stays. */
static str zh_place(struct arena *arena, str where)
{
    str line, column;
    if (!str_starts(where, S("line ")) || !str_cut(where, ',', &line, &column) ||
        !str_starts(column, S(" column ")))
        return where;
    line = (str){line.ptr + 5, line.len - 5};
    column = (str){column.ptr + 8, column.len - 8};
    return str_printf(arena, "第 %.*s 行第 %.*s 列", STR_FMT(line), STR_FMT(column));
}

void problem_input(struct request *r, enum problem_code code, str zh, const struct err *e)
{
    str where = str_dup(r->arena, str_of(e->where)), msg = str_dup(r->arena, str_of(e->msg));
    problem(r, code, where, (struct words){zh_place(r->arena, where), where},
            (struct words){zh, msg});
}

void problem_err(struct request *r, const struct err *e)
{
    switch (e->code) {
    case ERR_INPUT:
        problem_input(r, PROBLEM_BAD_BODY,
                      S("缺少、未知、类型不符或超出范围，请对照接口说明更正。"), e);
        return;
    case ERR_LIMIT:
        problem_plain(r, PROBLEM_ANSWER_TOO_LARGE);
        return;
    case ERR_NOT_FOUND:
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    case ERR_BUSY:
    case ERR_CONFLICT:
        problem_plain(r, PROBLEM_BUSY);
        break;
    case ERR_UNKNOWN:
        problem_plain(r, PROBLEM_UNKNOWN);
        break;
    case ERR_FULL:
        problem_plain(r, PROBLEM_STORAGE_FULL);
        break;
    case ERR_DENIED:             /* the post was taken away since */
        problem_plain(r, PROBLEM_NO_SESSION);
        return;
    case ERR_NONE:
    case ERR_CORRUPT:
    case ERR_CONFIG:
    case ERR_IO:
        problem_plain(r, PROBLEM_FAILURE);
        break;
    }
    log_err(r->route ? r->route->pattern.ptr : "page", e);
}

/* The policy whose articles the reasons name, NULL when none can be read. */
static const struct policy *regulation_of(struct request *r, int64_t kase)
{
    struct facts facts = {0};
    bool visible = false;
    struct err e = {0};
    if (!read_begin(r) || !session_actor(r))
        return NULL;
    if (!view_facts(&r->reader, kase, &facts, &visible, &e) || !facts.policy)
        return NULL;
    return facts.policy;
}

void problem_refusal(struct request *r, const struct refusal *refusal, int64_t kase)
{
    must(refusal->reasons.len > 0);
    bool has_article = false;
    for (size_t i = 0; i < refusal->reasons.len; i++)
        has_article |= refusal->reasons.items[i].article.len > 0;
    const struct policy *policy = has_article ? regulation_of(r, kase) : NULL;
    struct doc *reasons = doc_list(r->arena);
    str detail = STR_NONE;
    for (size_t i = 0; i < refusal->reasons.len; i++) {
        const struct refusal_reason *reason = &refusal->reasons.items[i];
        struct label title = {STR_NONE, STR_NONE};
        if (policy)
            title = policy_regulation(policy, reason->article);
        str text = refusal_text(r->arena, reason, r->language,
                                r->language == LANGUAGE_EN ? title.en : title.zh);
        doc_push(r->arena, reasons, reason_doc(r->arena, str_of(refusal_name(reason->code)),
                                               reason->where, reason->article, text));
        if (i == 0)
            detail = text;
    }
    enum refusal_code code = refusal->reasons.items[0].code;
    put_problem(r, (unsigned)refusal_status(code), refusal_name(code), detail, reasons);
}

void problem_overflow(struct request *r)
{
    static const char text[] =
        "{\"code\":\"answer-too-large\",\"detail\":\"内容过多，请缩小每页数量后重试。"
        "That is too much for one answer; ask for a smaller page.\",\"reasons\":[],"
        "\"status\":413,\"title\":\"Too large\","
        "\"type\":\"urn:yunjian:problem:answer-too-large\"}";
    r->reply = (struct reply){.status = 413, .type = "application/problem+json"};
    r->reply.body = (str){text, sizeof text - 1};
    r->wait = WAIT_NONE;
}

void log_err(const char *what, const struct err *e)
{
    struct arena *arena = arena_new(64 * 1024);
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("level"), S("error"));
    doc_put_text(arena, doc, S("room"), S("door"));
    doc_put_text(arena, doc, S("what"), str_of(what));
    doc_put_text(arena, doc, S("code"), str_of(err_name(e->code)));
    doc_put_text(arena, doc, S("where"), str_of(e->where));
    doc_put_text(arena, doc, S("message"), str_of(e->msg));
    doc_put_text(arena, doc, S("file"), str_of(e->file ? e->file : ""));
    doc_put_int(arena, doc, S("line"), e->line);
    struct buf line = buf_new(arena, 1024);
    json_print(&line, doc);
    buf_addc(&line, '\n');
    /* One write, so that lines of two threads do not mix; with standard error gone there is
     * nobody left to tell. */
    ssize_t ignored = write(2, line.ptr, line.len);
    (void)ignored;
    arena_free(arena);
}

/* SPDX-License-Identifier: Apache-2.0
 * Regulations to be read: which there are, and one article by article. */
#include "door/priv.h"
#include "door/render_priv.h"

static str or_empty(str text)
{
    return text.ptr ? text : S("");
}

struct doc *render_regulation_row(struct arena *arena, const struct regulation *one)
{
    struct doc *doc = render_regulation(arena, one->policy, one->version);
    doc_put(arena, doc, S("authority"), render_label(arena, one->policy->authority));
    doc_put_date(arena, doc, S("from"), one->policy->from);
    doc_put_bool(arena, doc, S("in_force"), one->in_force);
    doc_put_text(arena, doc, S("proof"), str_of(proof_source_name(one->proof)));
    return doc;
}

static struct doc *render_states(struct arena *arena, const size_t *states)
{
    struct doc *doc = doc_map(arena);
    for (int i = 0; i < COVERAGE_STATES; i++)
        doc_put_int(arena, doc, str_of(coverage_name((enum coverage_state)i)),
                    (int64_t)states[i]);
    return doc;
}

void get_policies(struct request *r)
{
    struct err e = {0};
    struct regulation *list;
    size_t n;
    if (!read_begin(r) || !session_actor(r))
        return;
    struct doc *doc = doc_map(r->arena), *rows = doc_list(r->arena);
    bool ok = view_regulations(&r->reader, &list, &n, &e);
    for (size_t i = 0; ok && i < n; i++) {
        struct regulation_view *view;
        ok = view_regulation(&r->reader, list[i].policy->id, &view, &e);
        if (!ok)
            break;
        struct doc *row = render_regulation_row(r->arena, &list[i]);
        doc_put(r->arena, row, S("states"), render_states(r->arena, view->states));
        doc_put_int(r->arena, row, S("procedures"), (int64_t)list[i].policy->n_procedures);
        doc_push(r->arena, rows, row);
    }
    doc_put(r->arena, doc, S("policies"), rows);
    ok ? reply_read(r, doc) : problem_err(r, &e);
}

static bool read_regulation(struct request *r, struct regulation_view **out)
{
    struct err e = {0};
    if (!read_begin(r) || !session_actor(r))
        return false;
    bool ok = view_regulation(&r->reader, r->vars[0], out, &e);
    if (ok && *out)
        return true;
    ok ? problem_plain(r, PROBLEM_NOT_FOUND) : problem_err(r, &e);
    return false;
}

/* of: another regulation that the pack holds, else null. */
static struct doc *render_article_row(struct arena *arena, const struct policy *policy,
                                      const struct article_view *article)
{
    struct doc *doc = doc_map(arena);
    bool other = article_prefix(article->article).len > 0;
    doc_put_text(arena, doc, S("article"), article->article);
    doc_put(arena, doc, S("of"),
            other ? render_label(arena, policy_regulation(policy, article->article))
                  : doc_null(arena));
    doc_put(arena, doc, S("title"), render_label(arena, article->title));
    doc_put(arena, doc, S("states"), render_states(arena, article->states));
    doc_put_int(arena, doc, S("rules"), (int64_t)article->n_rules);
    doc_put_int(arena, doc, S("running"), article->running);
    return doc;
}

void get_policy(struct request *r)
{
    struct regulation_view *view;
    if (!read_regulation(r, &view))
        return;
    struct doc *doc = render_regulation_row(r->arena, &view->regulation);
    struct doc *articles = doc_list(r->arena);
    for (size_t i = 0; i < view->n_articles; i++)
        doc_push(r->arena, articles,
                 render_article_row(r->arena, view->regulation.policy, &view->articles[i]));
    doc_put(r->arena, doc, S("states"), render_states(r->arena, view->states));
    doc_put_int(r->arena, doc, S("procedures"), (int64_t)view->regulation.policy->n_procedures);
    doc_put(r->arena, doc, S("articles"), articles);
    reply_read(r, doc);
}

/* ---- one article ---------------------------------------------------------------------------- */

/* PATH:LINE, with what stands there. */
static struct doc *render_place(struct arena *arena, str place)
{
    str file, number;
    int64_t line = 0;
    if (!place.len)
        return doc_null(arena);
    str_cut(place, ':', &file, &number);
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("file"), file);
    doc_put_int(arena, doc, S("line"), str_to_i64(number, &line) ? line : 0);
    doc_put_text(arena, doc, S("text"), or_empty(scenario_line(arena, place)));
    return doc;
}

static struct doc *render_requirement(struct arena *arena, const struct requirement_view *row)
{
    const struct requirement *requirement = row->requirement;
    struct doc *doc = doc_map(arena), *scenarios = doc_list(arena);
    for (size_t i = 0; i < row->n_scenarios; i++)
        doc_push(arena, scenarios, render_place(arena, row->scenarios[i]));
    doc_put_text(arena, doc, S("id"), requirement->id);
    doc_put_text(arena, doc, S("clause"), requirement->article);
    doc_put_text(arena, doc, S("kind"), requirement->kind);
    doc_put_text(arena, doc, S("actor"), requirement->actor);
    doc_put_text(arena, doc, S("text"), requirement->text);
    doc_put_text(arena, doc, S("zh"), requirement->zh);
    doc_put_text(arena, doc, S("state"), str_of(coverage_name(row->state)));
    doc_put_text(arena, doc, S("reason"), row->reason);
    doc_put(arena, doc, S("scenarios"), scenarios);
    return doc;
}

static struct doc *render_part(struct arena *arena, str id, struct label label)
{
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("id"), id);
    doc_put(arena, doc, S("label"), render_label(arena, label));
    return doc;
}

/* As it lies in the project, for what is shipped; the place names it within its pack, and what
 * another pack lends by that one's name before it. */
static str file_of(struct arena *arena, const struct regulation *one, const struct rule *rule)
{
    str owner, file;
    if (one->proof != PROOF_SHIPPED)
        return rule->pos.file;
    if (str_cut(rule->pos.file, '.', &owner, &file) && str_has(file, S(".")))
        return str_printf(arena, "policies/%.*s/%.*s", STR_FMT(owner), STR_FMT(file));
    return str_printf(arena, "policies/%.*s/%.*s", STR_FMT(one->policy->id),
                      STR_FMT(rule->pos.file));
}

static struct doc *render_rule(struct arena *arena, const struct regulation_view *view,
                               const struct rule_view *one)
{
    const struct rule *rule = one->rule;
    const struct policy *policy = view->regulation.policy;
    struct doc *doc = doc_map(arena), *meets = doc_list(arena);
    for (size_t i = 0; i < rule->n_meets; i++)
        doc_push(arena, meets, doc_text(arena, rule->meets[i]));
    doc_put_text(arena, doc, S("name"), rule->name);
    doc_put_text(arena, doc, S("kind"), str_of(rule_word(rule->kind)));
    doc_put(arena, doc, S("procedure"),
            rule->procedure ? render_part(arena, rule->procedure->id, rule->procedure->label)
                            : doc_null(arena));
    doc_put(arena, doc, S("step"),
            rule->step ? render_part(arena, rule->step->id, rule->step->label) : doc_null(arena));
    doc_put_text(arena, doc, S("file"), file_of(arena, &view->regulation, rule));
    doc_put_int(arena, doc, S("line"), rule->pos.line);
    doc_put_text(arena, doc, S("article"), or_empty(rule->basis.article));
    doc_put_bool(arena, doc, S("local"), rule->basis.local);
    doc_put(arena, doc, S("words"), render_label(arena, rule_aloud(arena, policy, rule)));
    doc_put_text(arena, doc, S("proof"), str_of(rule_proof_name(one->proof)));
    doc_put(arena, doc, S("read"), render_place(arena, one->read));
    doc_put(arena, doc, S("meets"), meets);
    return doc;
}

/* Steps of any version whose id a rule of the article names. */
static struct doc *render_running(struct arena *arena, const struct regulation_view *view,
                                  str article)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->n_running; i++) {
        const struct running *running = &view->running[i];
        bool of = false;
        for (size_t k = 0; k < view->n_rules && !of; k++) {
            const struct rule *rule = view->rules[k].rule;
            of = rule->step && str_eq(rule->step->id, running->step) &&
                 str_eq(rule->procedure->id, running->procedure) &&
                 rule_of_article(view->regulation.policy, rule, article);
        }
        if (!of)
            continue;
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("procedure"), running->procedure);
        doc_put_text(arena, one, S("step"), running->step);
        doc_put_text(arena, one, S("version"), running->version);
        doc_put_bool(arena, one, S("shown"), str_eq(running->version, view->regulation.version));
        doc_put_int(arena, one, S("cases"), running->cases);
        doc_push(arena, list, one);
    }
    return list;
}

void get_article(struct request *r)
{
    struct regulation_view *view;
    if (!read_regulation(r, &view))
        return;
    const struct article_view *article = NULL;
    for (size_t i = 0; i < view->n_articles && !article; i++)
        if (str_eq(view->articles[i].article, r->vars[1]))
            article = &view->articles[i];
    if (!article) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    struct arena *arena = r->arena;
    const struct policy *policy = view->regulation.policy;
    struct doc *doc = render_article_row(arena, policy, article);
    struct doc *requirements = doc_list(arena), *rules = doc_list(arena);
    for (size_t i = 0; i < view->n_requirements; i++)
        if (str_eq(view->requirements[i].article, article->article))
            doc_push(arena, requirements, render_requirement(arena, &view->requirements[i]));
    for (size_t i = 0; i < view->n_rules; i++)
        if (rule_of_article(policy, view->rules[i].rule, article->article))
            doc_push(arena, rules, render_rule(arena, view, &view->rules[i]));
    doc_put(arena, doc, S("requirements"), requirements);
    doc_put(arena, doc, S("met_by"), rules);
    doc_put(arena, doc, S("cases"), render_running(arena, view, article->article));
    reply_read(r, doc);
}

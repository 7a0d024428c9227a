/* SPDX-License-Identifier: Apache-2.0
 * Regulations as they are read: which there are, and one article by article, with what is proven of
 * it and what runs under it now. */
#include "view/view.h"

#include "view/view_priv.h"

const char *proof_source_name(enum proof_source source)
{
    switch (source) {
    case PROOF_SHIPPED: return "shipped";
    case PROOF_OTHER_VERSION: return "other-version";
    case PROOF_NOT_SHIPPED: return "not-shipped";
    }
    return "";
}

const char *rule_proof_name(enum rule_proof proof)
{
    switch (proof) {
    case RULE_PROOF_NONE: return "none";
    case RULE_PROOF_PROVEN: return "proven";
    case RULE_PROOF_READ: return "read";
    case RULE_PROOF_UNREAD: return "unread";
    }
    return "";
}

/* ---- which there are ------------------------------------------------------------------------ */

static bool shipped_one(struct reader *reader, str name, const struct policy *in_force,
                        str version, struct regulation *out, struct err *e)
{
    if (!library_shipped(reader->library, name, &out->policy, &out->version, e))
        return false;
    out->in_force = in_force && str_eq(in_force->id, name);
    if (!out->in_force)
        return true;
    if (!str_eq(version, out->version))
        out->proof = PROOF_OTHER_VERSION;
    out->policy = in_force;
    out->version = version;
    return true;
}

bool view_regulations(struct reader *reader, struct regulation **out, size_t *out_n, struct err *e)
{
    const struct policy *in_force;
    str version;
    size_t n;
    str *names = pack_names(reader->arena, &n);
    if (!view_policy(reader, &in_force, &version, e))
        return false;
    struct regulation *list = NEWS(reader->arena, struct regulation, n + 2);
    bool shown = false;
    *out_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct regulation *one = &list[(*out_n)++];
        if (!shipped_one(reader, names[i], in_force, version, one, e))
            return false;
        shown |= one->in_force;
    }
    if (in_force && !shown)
        list[(*out_n)++] = (struct regulation){in_force, version, true, PROOF_NOT_SHIPPED};
    *out = list;
    return true;
}

/* ---- requirements and what is proven of them ------------------------------------------------ */

struct reading_of {
    struct reader *reader;
    struct regulation_view *view;
    struct requirement *table;
    size_t n_table;
    struct proven *proven;
    size_t n_proven;
};

static str prefix_of(str id)
{
    str head, rest;
    str_cut(id, '-', &head, &rest);
    return head;
}

/* ARTICLE of PREFIX-ARTICLE.NUMBER, with the prefix where the pack holds that regulation beside its
 * own: as its rules cite it. */
static str article_of(const struct policy *policy, str id)
{
    str head, rest, article;
    str prefix = prefix_of(id);
    str_cut(id, '-', &head, &rest);
    str_cut(rest, '.', &article, &head);
    for (size_t i = 0; i < policy->n_also; i++)
        if (str_eq(policy->also[i].prefix, prefix))
            return (str){id.ptr, prefix.len + 1 + article.len};
    return article;
}

static bool claims(const struct rule *rule, str id)
{
    for (size_t i = 0; i < rule->n_meets; i++)
        if (str_eq(rule->meets[i], id))
            return true;
    return false;
}

static bool prefix_claimed(const struct regulation_view *view, str id)
{
    for (size_t i = 0; i < view->n_rules; i++)
        for (size_t k = 0; k < view->rules[i].rule->n_meets; k++)
            if (str_eq(prefix_of(view->rules[i].rule->meets[k]), prefix_of(id)))
                return true;
    return false;
}

static const struct proven *proven_of(const struct reading_of *of, str id)
{
    for (size_t i = 0; i < of->n_proven; i++)
        if (str_eq(of->proven[i].id, id))
            return &of->proven[i];
    return NULL;
}

/* By the claims alone: nothing was played. */
static void judge_unproven(const struct reading_of *of, struct requirement_view *row)
{
    bool claimed = false;
    for (size_t i = 0; i < of->view->n_rules && !claimed; i++)
        claimed = claims(of->view->rules[i].rule, row->requirement->id);
    row->state = claimed                                 ? COVERAGE_DECLARED
                 : requirement_outside(row->requirement) ? COVERAGE_OUTSIDE
                                                         : COVERAGE_MISSING;
    row->reason = row->state == COVERAGE_MISSING ? S("no rule claims it") : S("");
}

static void judge_proven(const struct reading_of *of, struct requirement_view *row,
                         const struct proven *proven)
{
    for (int state = 0; state < COVERAGE_STATES; state++)
        if (str_eq(proven->state, str_of(coverage_name((enum coverage_state)state))))
            row->state = (enum coverage_state)state;
    row->reason = proven->reason;
    str rest = proven->scenarios, place;
    VEC(str) places = {0};
    while (rest.len) {
        str_cut(rest, ' ', &place, &rest);
        VEC_PUSH(of->reader->arena, &places, place);
    }
    row->scenarios = places.items;
    row->n_scenarios = places.len;
}

static void read_requirements(const struct reading_of *of)
{
    struct regulation_view *view = of->view;
    view->requirements = NEWS(of->reader->arena, struct requirement_view, of->n_table + 1);
    str known = STR_NONE; /* rows of a prefix stand together */
    bool wanted = false;
    for (size_t i = 0; i < of->n_table; i++) {
        str id = of->table[i].id;
        if (!known.ptr || !str_eq(known, prefix_of(id)))
            wanted = prefix_claimed(view, id);
        known = prefix_of(id);
        if (!wanted)
            continue;
        struct requirement_view *row = &view->requirements[view->n_requirements++];
        const struct proven *proven = proven_of(of, id);
        row->requirement = &of->table[i];
        row->article = article_of(view->regulation.policy, id);
        if (proven)
            judge_proven(of, row, proven);
        else
            judge_unproven(of, row);
        view->states[row->state]++;
    }
}

/* ---- what is known of each rule ------------------------------------------------------------- */

/* "NAME (read at PATH:LINE, ...)" or "NAME (no scenario reads it)" among entries parted by "; ". */
static bool take_entry(str *rest, str *out)
{
    static const str BETWEEN = {"; ", 2};
    if (!rest->len)
        return false;
    for (size_t i = 0; i + BETWEEN.len <= rest->len; i++)
        if (str_eq((str){rest->ptr + i, BETWEEN.len}, BETWEEN)) {
            *out = (str){rest->ptr, i};
            *rest = (str){rest->ptr + i + BETWEEN.len, rest->len - i - BETWEEN.len};
            return true;
        }
    *out = *rest;
    *rest = STR_NONE;
    return true;
}

static struct rule_view *rule_named(const struct regulation_view *view, str name)
{
    for (size_t i = 0; i < view->n_rules; i++)
        if (str_eq(view->rules[i].rule->name, name))
            return &view->rules[i];
    return NULL;
}

static void read_unproven(const struct regulation_view *view, str reason)
{
    str entry;
    while (take_entry(&reason, &entry))
        for (size_t i = 0; i < view->n_rules; i++) {
            struct rule_view *one = &view->rules[i];
            size_t n = one->rule->name.len;
            if (entry.len < n + 2 || !str_starts(entry, one->rule->name) || entry.ptr[n] != ' ' ||
                entry.ptr[n + 1] != '(')
                continue;
            str why = {entry.ptr + n + 2, entry.len - n - 2}, ends;
            bool read = str_starts(why, S("read at "));
            one->proof = read ? RULE_PROOF_READ : RULE_PROOF_UNREAD;
            if (read) {
                why = (str){why.ptr + 8, why.len - 8};
                str_cut(why, ',', &one->read, &ends);
            }
        }
}

static void read_proofs(const struct reading_of *of)
{
    for (size_t i = 0; i < of->n_proven; i++) {
        const struct proven *row = &of->proven[i];
        str rest = row->rules, name;
        if (!rest.len)
            continue;
        while (take_entry(&rest, &name)) {
            struct rule_view *one = rule_named(of->view, name);
            if (one && one->proof == RULE_PROOF_NONE)
                one->proof = RULE_PROOF_PROVEN;
        }
        read_unproven(of->view, row->reason);
    }
}

/* ---- what runs now -------------------------------------------------------------------------- */

static bool read_running(struct reader *reader, struct regulation_view *view, struct err *e)
{
    struct authority_state *authority;
    const struct policy *in_force;
    struct row_running *rows = NULL;
    size_t n = 0;
    const struct actor *actor = reader->actor;
    if (!authority_in_force(reader, actor->authority, &authority, &in_force, e))
        return false;
    enum sight sight = decide_sight(in_force, actor->role);
    if (sight == SIGHT_NONE)
        return true;
    if (!(sight == SIGHT_ALL
              ? q_running_all(reader->db, reader->arena, actor->authority, &rows, &n, e)
              : q_running_party(reader->db, reader->arena, actor->organisation, &rows, &n, e)))
        return false;
    view->running = NEWS(reader->arena, struct running, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct policy *policy =
            library_policy(reader->library, reader->db, rows[i].policy, e);
        if (!policy)
            return false;
        if (str_eq(policy->id, view->regulation.policy->id))
            view->running[view->n_running++] =
                (struct running){rows[i].policy, rows[i].procedure, rows[i].step, rows[i].cases};
    }
    return true;
}

/* ---- articles ------------------------------------------------------------------------------- */

bool rule_of_article(const struct policy *policy, const struct rule *rule, str article)
{
    if (str_eq(article, ARTICLE_LOCAL))
        return rule->basis.local;
    if (str_eq(rule->basis.article, article))
        return true;
    for (size_t i = 0; i < rule->n_meets; i++)
        if (str_eq(article_of(policy, rule->meets[i]), article))
            return true;
    return false;
}

/* A letter before the number puts it behind all that have none. */
static int64_t article_rank(str article)
{
    enum { BEHIND = 1000000 };
    str prefix = article_prefix(article);
    str bare = prefix.len ? (str){article.ptr + prefix.len + 1, article.len - prefix.len - 1}
                          : article;
    int64_t number, behind = 0;
    if (bare.len > 1 && bare.ptr[0] >= 'A' && bare.ptr[0] <= 'Z') {
        behind = BEHIND * (bare.ptr[0] == 'C' ? 1 : 2);
        bare = (str){bare.ptr + 1, bare.len - 1};
    }
    return str_to_i64(bare, &number) ? behind + number : 3 * BEHIND;
}

/* The regulation's own articles by their numbers, then closing clauses and annexes by theirs, then
 * the same of other regulations of the pack; "local" last. */
static int compare_articles(str a, str b)
{
    bool local_a = str_eq(a, ARTICLE_LOCAL), local_b = str_eq(b, ARTICLE_LOCAL);
    if (local_a != local_b)
        return local_a ? 1 : -1;
    int prefix = str_cmp(article_prefix(a), article_prefix(b));
    if (prefix)
        return prefix;
    int64_t x = article_rank(a), y = article_rank(b);
    return x < y ? -1 : x > y ? 1 : str_cmp(a, b);
}

static struct article_view *article_named(struct regulation_view *view, str article)
{
    for (size_t i = 0; i < view->n_articles; i++)
        if (str_eq(view->articles[i].article, article))
            return &view->articles[i];
    size_t at = view->n_articles++;
    while (at > 0 && compare_articles(view->articles[at - 1].article, article) > 0) {
        view->articles[at] = view->articles[at - 1];
        at--;
    }
    view->articles[at] = (struct article_view){.article = article};
    return &view->articles[at];
}

static str joined_once(struct arena *arena, str have, str more, const char *between)
{
    if (!have.len)
        return more;
    return !more.len || str_has(have, more)
               ? have
               : str_printf(arena, "%.*s%s%.*s", STR_FMT(have), between, STR_FMT(more));
}

/* What cites an article gives it a name: in Chinese where the table has no words for it. */
static void title_by_part(struct arena *arena, struct regulation_view *view, struct basis basis,
                          struct label label)
{
    if (!basis.article.len)
        return;
    struct article_view *article = article_named(view, basis.article);
    bool worded = false;
    for (size_t i = 0; i < COVERAGE_STATES; i++)
        worded |= article->states[i] > 0;
    if (!worded)
        article->title.zh = joined_once(arena, article->title.zh, label.zh, "、");
    article->title.en = joined_once(arena, article->title.en, label.en, ", ");
}

static void title_articles(struct arena *arena, struct regulation_view *view)
{
    const struct policy *policy = view->regulation.policy;
    for (size_t i = 0; i < policy->n_procedures; i++) {
        const struct procedure *procedure = &policy->procedures[i];
        title_by_part(arena, view, procedure->basis, procedure->label);
        for (size_t k = 0; k < procedure->n_steps; k++)
            title_by_part(arena, view, procedure->steps[k].basis, procedure->steps[k].label);
    }
    for (size_t i = 0; i < policy->n_registers; i++)
        title_by_part(arena, view, policy->registers[i].basis, policy->registers[i].label);
    for (size_t i = 0; i < view->n_requirements; i++) {
        const struct requirement_view *row = &view->requirements[i];
        struct article_view *article = article_named(view, row->article);
        if (!article->title.en.len)
            article->title.en = row->requirement->text;
    }
}

static bool rule_runs_at(const struct regulation_view *view, const struct running *running,
                         str article)
{
    if (!str_eq(running->version, view->regulation.version))
        return false;
    for (size_t i = 0; i < view->n_rules; i++) {
        const struct rule *rule = view->rules[i].rule;
        if (rule->step && str_eq(rule->step->id, running->step) &&
            str_eq(rule->procedure->id, running->procedure) &&
            rule_of_article(view->regulation.policy, rule, article))
            return true;
    }
    return false;
}

static void read_articles(struct arena *arena, struct regulation_view *view)
{
    size_t most = view->n_requirements + view->n_rules + 2;
    const struct policy *policy = view->regulation.policy;
    for (size_t i = 0; i < policy->n_procedures; i++)
        most += policy->procedures[i].n_steps + 1;
    view->articles = NEWS(arena, struct article_view, most + policy->n_registers);
    for (size_t i = 0; i < view->n_requirements; i++) {
        const struct requirement_view *row = &view->requirements[i];
        struct article_view *article = article_named(view, row->article);
        article->states[row->state]++;
        article->title.zh = joined_once(arena, article->title.zh, row->requirement->zh, "、");
    }
    title_articles(arena, view);
    for (size_t i = 0; i < view->n_rules; i++) {
        struct basis basis = view->rules[i].rule->basis;
        if (basis.local || basis.article.len)
            article_named(view, basis.local ? ARTICLE_LOCAL : basis.article);
    }
    for (size_t i = 0; i < view->n_articles; i++) {
        struct article_view *article = &view->articles[i];
        for (size_t k = 0; k < view->n_rules; k++)
            article->n_rules += rule_of_article(policy, view->rules[k].rule, article->article);
        for (size_t k = 0; k < view->n_running; k++)
            if (rule_runs_at(view, &view->running[k], article->article))
                article->running += view->running[k].cases;
    }
}

/* ---- one ------------------------------------------------------------------------------------ */

bool view_regulation(struct reader *reader, str id, struct regulation_view **out, struct err *e)
{
    *out = NULL;
    struct regulation *list;
    size_t n, at = 0;
    if (!view_regulations(reader, &list, &n, e))
        return false;
    while (at < n && !str_eq(list[at].policy->id, id))
        at++;
    if (at == n)
        return true;
    struct regulation_view *view = NEW(reader->arena, struct regulation_view);
    struct reading_of of = {.reader = reader, .view = view};
    view->regulation = list[at];
    struct rule *rules =
        library_rules(reader->library, reader->arena, list[at].version, &view->n_rules);
    view->rules = NEWS(reader->arena, struct rule_view, view->n_rules + 1);
    for (size_t i = 0; i < view->n_rules; i++)
        view->rules[i].rule = &rules[i];
    if (!requirements_shipped(reader->arena, &of.table, &of.n_table, e) ||
        (list[at].proof == PROOF_SHIPPED &&
         !coverage_shipped(reader->arena, id, &of.proven, &of.n_proven, e)))
        return false;
    read_proofs(&of);
    read_requirements(&of);
    if (!read_running(reader, view, e))
        return false;
    read_articles(reader->arena, view);
    *out = view;
    return true;
}

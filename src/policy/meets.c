/* SPDX-License-Identifier: Apache-2.0
 * Requirements that rules say they fulfil: how they are written, which article they belong to, and
 * whether the table has them. */
#include "policy/load_priv.h"

enum { MEETS_MAX = 100 };

/* ---- reading -------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* PREFIX-ARTICLE or PREFIX-ARTICLE.N, as the table of requirements has it. */
static bool meets_form(str s, str *out_article)
{
    size_t i = 0;
    while (i < s.len && s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
        i++;
    if (i == 0 || i == s.len || s.ptr[i] != '-')
        return false;
    size_t from = ++i;
    if (i < s.len && s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
        i++;
    size_t digits = i;
    while (i < s.len && is_digit(s.ptr[i]))
        i++;
    *out_article = (str){s.ptr + from, i - from};
    if (i == digits || i == s.len)
        return i > digits;
    if (s.ptr[i] != '.' || i + 1 == s.len)
        return false;
    while (++i < s.len)
        if (!is_digit(s.ptr[i]))
            return false;
    return true;
}

struct claims parse_meets(struct load *load, const struct node *map)
{
    const struct node *node = node_get(map, "meets");
    struct claims claims = {NULL, 0};
    if (!node || !check_list(load, node, "meets", MEETS_MAX))
        return claims;
    claims.items = NEWS(load->arena, struct claim, node->items.len);
    for (size_t i = 0; i < node->items.len; i++) {
        const struct node *item = node->items.items[i];
        str id = scalar_text(load, item, "a requirement"), article;
        if (!id.ptr)
            continue;
        if (!meets_form(id, &article)) {
            diagnose(load, PROBLEM_MEETS_FORM, item->pos,
                     "\"%.*s\" is no requirement id; expected PREFIX-ARTICLE.NUMBER such as "
                     "AB-12.3.",
                     STR_FMT(id));
            continue;
        }
        for (size_t k = 0; k < claims.n; k++)
            if (str_eq(claims.items[k].id, id))
                diagnose(load, PROBLEM_DUPLICATE_ID, item->pos, "%.*s stands twice in meets.",
                         STR_FMT(id));
        claims.items[claims.n++] = (struct claim){id, item->pos};
    }
    return claims;
}

/* ---- their article -------------------------------------------------------------------------- */

static bool cites(const struct basis *basis, str article)
{
    return str_eq(basis->article, article);
}

/* What lies beside the form brings its own article with it. */
static bool shown_cites(const struct procedure *procedure, const struct shown *shown, str article)
{
    const struct step *step = procedure_step(procedure, shown->step);
    const struct field *field = step ? form_field(&step->form, shown->id) : NULL;
    return field && cites(&field->basis, article);
}

/* With what it displaces, and by which article it does. */
static bool limit_cites(const struct load *load, const struct limit *limit, str article)
{
    for (const struct limit *one = limit; one; one = one->displaced) {
        const struct annexed *law = policy_annexed(load->policy, one->basis.article);
        if (cites(&one->basis, article) || cites(&one->extend_basis, article) ||
            (one->displaced && law && cites(&law->basis, article)))
            return true;
    }
    return false;
}

static bool step_cites(const struct load *load, const struct procedure *procedure,
                       const struct step *step, str article)
{
    bool found = cites(&step->basis, article) || limit_cites(load, &step->within, article) ||
                 limit_cites(load, &step->not_before, article) ||
                 limit_cites(load, &step->ahead, article);
    for (size_t i = 0; i < step->form.n && !found; i++)
        found = cites(&step->form.fields[i].basis, article);
    for (size_t i = 0; i < step->n_needs && !found; i++)
        found = cites(&step->needs[i].basis, article);
    for (size_t i = 0; i < step->n_outcomes && !found; i++)
        found = cites(&step->outcomes[i].basis, article);
    for (size_t i = 0; i < step->n_shows && !found; i++)
        found = shown_cites(procedure, &step->shows[i], article);
    for (size_t i = 0; i < step->n_materials && !found; i++) {
        const struct material_kind *kind = policy_material(load->policy, step->materials[i]);
        found = kind && cites(&kind->basis, article);
    }
    return found;
}

struct claimed {
    VEC(const struct claims *) items;
};

static void add(struct arena *arena, struct claimed *all, const struct claims *claims)
{
    if (claims->n)
        VEC_PUSH(arena, &all->items, claims);
}

static void add_limit(struct arena *arena, struct claimed *all, const struct limit *limit)
{
    for (const struct limit *one = limit; one; one = one->displaced) {
        add(arena, all, &one->meets);
        add(arena, all, &one->extend_meets);
        for (size_t i = 0; i < one->n; i++)
            add(arena, all, &one->cases[i].meets);
    }
}

static void add_form(struct arena *arena, struct claimed *all, const struct form *form)
{
    for (size_t i = 0; i < form->n; i++)
        add(arena, all, &form->fields[i].meets);
}

static void add_step(struct arena *arena, struct claimed *all, const struct step *step)
{
    add(arena, all, &step->meets);
    add(arena, all, &step->opinion_meets);
    add(arena, all, &step->paper_meets);
    add(arena, all, &step->further_meets);
    add_limit(arena, all, &step->within);
    add_limit(arena, all, &step->not_before);
    add_limit(arena, all, &step->ahead);
    add_form(arena, all, &step->form);
    for (size_t i = 0; i < step->n_needs; i++)
        add(arena, all, &step->needs[i].meets);
    for (size_t i = 0; i < step->n_shows; i++)
        add(arena, all, &step->shows[i].meets);
    for (size_t i = 0; i < step->n_tells; i++)
        add(arena, all, &step->tells[i].meets);
    for (size_t i = 0; i < step->n_outcomes; i++)
        add(arena, all, &step->outcomes[i].meets);
}

/* The article as rules cite it: with its prefix when it is of another regulation of the pack. */
static str article_of_claim(const struct load *load, str id)
{
    str prefix, rest, article, number;
    str_cut(id, '-', &prefix, &rest);
    str_cut(rest, '.', &article, &number);
    for (size_t i = 0; i < load->policy->n_also; i++)
        if (str_eq(load->policy->also[i].prefix, prefix))
            return (str){id.ptr, prefix.len + 1 + article.len};
    return article;
}

void check_step_claims(struct load *load, const struct procedure *procedure,
                       const struct step *step)
{
    struct claimed all = {0};
    add_step(load->arena, &all, step);
    for (size_t i = 0; i < all.items.len; i++)
        for (size_t k = 0; k < all.items.items[i]->n; k++) {
            const struct claim *claim = &all.items.items[i]->items[k];
            str article = article_of_claim(load, claim->id);
            if (!step_cites(load, procedure, step, article))
                diagnose(load, PROBLEM_MEETS_ARTICLE, claim->pos,
                         "%.*s belongs to article %.*s, which neither the step nor a field, "
                         "condition, outcome or limit of it cites; give the one that meets it that "
                         "basis.",
                         STR_FMT(claim->id), STR_FMT(article));
        }
}

void check_register_claims(struct load *load, const struct ledger *ledger)
{
    struct claimed all = {0};
    add(load->arena, &all, &ledger->meets);
    add_form(load->arena, &all, &ledger->form);
    for (size_t i = 0; i < all.items.len; i++)
        for (size_t k = 0; k < all.items.items[i]->n; k++) {
            const struct claim *claim = &all.items.items[i]->items[k];
            str article = article_of_claim(load, claim->id);
            bool found = cites(&ledger->basis, article);
            for (size_t f = 0; f < ledger->form.n; f++)
                found |= cites(&ledger->form.fields[f].basis, article);
            if (!found)
                diagnose(load, PROBLEM_MEETS_ARTICLE, claim->pos,
                         "%.*s belongs to article %.*s, which neither the register nor its "
                         "fields cite.",
                         STR_FMT(claim->id), STR_FMT(article));
        }
}

/* ---- the table ------------------------------------------------------------------------------ */

static struct claimed claims_of(struct arena *arena, const struct policy *policy)
{
    struct claimed all = {0};
    for (size_t i = 0; i < policy->n_registers; i++) {
        add(arena, &all, &policy->registers[i].meets);
        add_form(arena, &all, &policy->registers[i].form);
    }
    add(arena, &all, &policy->from_meets);
    for (size_t i = 0; i < policy->n_lists; i++)
        add(arena, &all, &policy->lists[i].meets);
    for (size_t i = 0; i < policy->n_reports; i++) {
        add(arena, &all, &policy->reports[i].meets);
        for (size_t k = 0; k < policy->reports[i].n_columns; k++)
            add(arena, &all, &policy->reports[i].columns[k].meets);
    }
    for (size_t i = 0; i < policy->n_procedures; i++) {
        const struct procedure *procedure = &policy->procedures[i];
        add(arena, &all, &procedure->meets);
        add(arena, &all, &procedure->withdrawal.meets);
        add(arena, &all, &procedure->opens.meets);
        add(arena, &all, &procedure->priority_meets);
        for (size_t k = 0; k < procedure->n_offered; k++)
            add(arena, &all, &procedure->offered[k].meets);
        for (size_t k = 0; k < procedure->n_steps; k++)
            add_step(arena, &all, &procedure->steps[k]);
    }
    return all;
}

static void check_claim(struct load *load, const struct claim *claim, const str *known, size_t n)
{
    str prefix, rest;
    str_cut(claim->id, '-', &prefix, &rest);
    str *own = NEWS(load->arena, str, n + 1);
    size_t n_own = 0;
    for (size_t i = 0; i < n; i++) {
        str other, ignored;
        if (str_eq(known[i], claim->id))
            return;
        str_cut(known[i], '-', &other, &ignored);
        if (str_eq(other, prefix))
            own[n_own++] = known[i];
    }
    if (n_own == 0)
        return;
    str near = str_nearest(claim->id, own, n_own);
    str hint = near.ptr ? str_printf(load->arena, " Did you mean \"%.*s\"?", STR_FMT(near)) : S("");
    diagnose(load, PROBLEM_MEETS_UNKNOWN, claim->pos,
             "the table has no requirement \"%.*s\", though it has others of %.*s.%.*s",
             STR_FMT(claim->id), STR_FMT(prefix), STR_FMT(hint));
}

void policy_check_claims(struct arena *arena, const struct pack *pack, const struct policy *policy,
                         const str *known, size_t n, struct diagnostics *diagnostics)
{
    struct load load = {.arena = arena, .pack = pack, .diagnostics = diagnostics};
    struct claimed all = claims_of(arena, policy);
    for (size_t i = 0; i < all.items.len; i++)
        for (size_t k = 0; k < all.items.items[i]->n; k++)
            check_claim(&load, &all.items.items[i]->items[k], known, n);
}

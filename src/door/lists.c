/* SPDX-License-Identifier: Apache-2.0
 * The worklist and the procedures. */
#include "door/priv.h"
#include "door/render_priv.h"

static bool ready(struct request *r)
{
    return read_begin(r) && session_actor(r);
}

static bool read_box(struct request *r, enum box *out)
{
    static const struct {
        str name;
        enum box box;
    } boxes[] = {{{"todo", 4}, BOX_TODO}, {{"done", 4}, BOX_DONE}, {{"mine", 4}, BOX_MINE},
                 {{"all", 3}, BOX_ALL}};
    str wanted = param_of(r, S("box"));
    *out = BOX_TODO;
    if (!wanted.ptr)
        return true;
    for (size_t i = 0; i < COUNT_OF(boxes); i++) {
        if (str_eq(boxes[i].name, wanted)) {
            *out = boxes[i].box;
            return true;
        }
    }
    problem(r, PROBLEM_BAD_PARAMETER, S("box"), SAME_WORDS(S("box")),
            (struct words){S("须为 todo、done、mine 或 all"),
                           S("todo, done, mine or all is wanted")});
    return false;
}

/* All three or none: the cases that stand at a step of a version, among all of them. */
static bool read_at(struct request *r, enum box box, struct at_step *at)
{
    *at = (struct at_step){param_of(r, S("version")), param_of(r, S("procedure")),
                           param_of(r, S("step"))};
    if (!at->version.ptr && !at->procedure.ptr && !at->step.ptr)
        return true;
    if (box == BOX_ALL && at->version.len && at->procedure.len && at->step.len)
        return true;
    problem(r, PROBLEM_BAD_PARAMETER, S("step"), SAME_WORDS(S("step")),
            (struct words){S("须与 box=all、version、procedure 一并给出"),
                           S("it goes with box=all, version and procedure")});
    return false;
}

void get_worklist(struct request *r)
{
    enum { CURSOR_BYTES = 64 };
    struct err e = {0};
    enum box box;
    int64_t limit;
    struct worklist list = {0};
    struct at_step at;
    str after = param_of(r, S("after"));
    if (!read_box(r, &box) || !read_at(r, box, &at) ||
        !param_i64(r, S("limit"), 1, LIMIT_PAGE_ROWS, LIMIT_PAGE_ROWS_DEFAULT, &limit))
        return;
    if (after.len > CURSOR_BYTES) {
        problem(r, PROBLEM_BAD_PARAMETER, S("after"), SAME_WORDS(S("after")),
                (struct words){S("过长"), S("it is too long")});
        return;
    }
    if (!ready(r))
        return;
    bool ok = at.step.ptr ? view_worklist_at(&r->reader, &at, after, (int)limit, &list, &e)
                          : view_worklist(&r->reader, box, after, (int)limit, &list, &e);
    ok ? reply_read(r, render_worklist(r->arena, &list)) : problem_err(r, &e);
}

/* system: what the procedure would be about, 0: nothing yet. */
static bool read_facts(struct request *r, int64_t system, struct facts *facts, str *out_digest)
{
    struct err e = {0};
    bool visible = false;
    const struct policy *policy;
    if (!ready(r))
        return false;
    bool ok = view_facts_about(&r->reader, system, facts, &visible, &e) &&
              view_facts_lines(&r->reader, facts, &e) &&
              view_policy(&r->reader, &policy, out_digest, &e);
    if (ok && (visible || !system))
        return true;
    ok ? problem_plain(r, PROBLEM_NOT_FOUND) : problem_err(r, &e);
    return false;
}

void get_procedures(struct request *r)
{
    struct facts facts = {0};
    str digest;
    if (!read_facts(r, 0, &facts, &digest))
        return;
    struct arena *arena = r->arena;
    struct doc *doc = doc_map(arena), *list = doc_list(arena);
    for (size_t i = 0; facts.policy && i < facts.policy->n_procedures; i++) {
        const struct procedure *procedure = &facts.policy->procedures[i];
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("id"), procedure->id);
        doc_put(arena, one, S("label"), render_label(arena, procedure->label));
        doc_put_text(arena, one, S("article"),
                     procedure->basis.article.ptr ? procedure->basis.article : S(""));
        doc_put_bool(arena, one, S("may_open"), decide_may_open(&facts, procedure));
        doc_put_bool(arena, one, S("about_system"), procedure->subject == SUBJECT_SYSTEM);
        doc_push(arena, list, one);
    }
    doc_put(arena, doc, S("procedures"), list);
    reply_read(r, doc);
}

/* What keeps a case from being opened now, told before anybody fills in a form. */
static struct doc *render_obstacles(struct arena *arena, const struct facts *facts,
                                    const struct procedure *procedure)
{
    struct doc *list = doc_list(arena);
    /* Of a procedure about a system nothing can be said before there is one. */
    if (!decide_may_open(facts, procedure) ||
        (procedure->subject == SUBJECT_SYSTEM && !facts->system))
        return list;
    struct refusal found = decide_obstacles(arena, facts, procedure);
    for (size_t i = 0; i < found.reasons.len; i++) {
        const struct refusal_reason *reason = &found.reasons.items[i];
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("code"), str_of(refusal_name(reason->code)));
        doc_put(arena, one, S("label"),
                render_label(arena, (struct label){reason->zh1, reason->en1}));
        doc_put_text(arena, one, S("article"), reason->article.ptr ? reason->article : S(""));
        doc_push(arena, list, one);
    }
    return list;
}

void get_procedure(struct request *r)
{
    struct facts facts = {0};
    str digest;
    int64_t system;
    if (!param_i64(r, S("system"), 1, LIMIT_JSON_INTEGER, 0, &system) ||
        !read_facts(r, system, &facts, &digest))
        return;
    const struct procedure *procedure =
        facts.policy ? policy_procedure(facts.policy, r->vars[0]) : NULL;
    if (!procedure) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return;
    }
    struct arena *arena = r->arena;
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("id"), procedure->id);
    doc_put(arena, doc, S("label"), render_label(arena, procedure->label));
    doc_put_text(arena, doc, S("article"),
                 procedure->basis.article.ptr ? procedure->basis.article : S(""));
    doc_put(arena, doc, S("regulation"), render_regulation(arena, facts.policy, digest));
    doc_put_bool(arena, doc, S("may_open"), decide_may_open(&facts, procedure));
    doc_put(arena, doc, S("obstacles"), render_obstacles(arena, &facts, procedure));
    doc_put_bool(arena, doc, S("about_system"), procedure->subject == SUBJECT_SYSTEM);
    struct doc *about = facts.system ? doc_map(arena) : doc_null(arena);
    if (facts.system) {
        doc_put_int(arena, about, S("id"), facts.system->id);
        doc_put_text(arena, about, S("name"), facts.system->name);
    }
    doc_put(arena, doc, S("system"), about);
    doc_put(arena, doc, S("action"),
            render_action(&r->reader, &facts, procedure, &procedure->steps[0], NULL));
    reply_read(r, doc);
}

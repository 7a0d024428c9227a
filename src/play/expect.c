/* SPDX-License-Identifier: Apache-2.0
 * What must hold. Every expectation counts as one, whatever clauses it has. */
#include "play/scenario_priv.h"

#include "json/json.h"

void scene_tell(struct scene *scene, bool passed, str what)
{
    if (passed) {
        scene->result.passed++;
        return;
    }
    scene->result.failed++;
    if (!scene->result.line)
        scene->result.line = scene->line;
    if (scene->trial)
        return;
    fprintf(scene->out, "%s:%d: %.*s\n", scene->path, scene->line, STR_FMT(what));
}

/* Compares one clause; the first that differs is told. */
struct comparison {
    struct scene *scene;
    bool failed;
    str what;
};

static void compare(struct comparison *c, const char *clause, str wanted, str found)
{
    if (c->failed || str_eq(wanted, found))
        return;
    c->failed = true;
    c->what = str_printf(c->scene->arena, "expected %s %.*s, found %.*s", clause, STR_FMT(wanted),
                         STR_FMT(found.len ? found : S("nothing")));
}

static str day_text(struct scene *scene, date day)
{
    return date_is_none(day) ? S("none") : date_print(scene->arena, day);
}

static str number_text(struct scene *scene, int64_t number)
{
    return str_printf(scene->arena, "%lld", (long long)number);
}

static const char *task_state_text(enum task_state state)
{
    switch (state) {
    case TASK_OPEN: return "open";
    case TASK_HELD: return "held";
    case TASK_CLOSED: return "closed";
    }
    return "";
}

struct case_state *named_case(struct scene *scene, str alias, struct err *e)
{
    int64_t id = scene_case(scene, alias);
    if (id < 0) {
        scene_error(scene, e, "no case is called %.*s", STR_FMT(alias));
        return NULL;
    }
    return scene_load(scene, id, e);
}

/* ---- tasks ---------------------------------------------------------------------------------- */

static bool read_authority(struct scene *scene, struct authority_state **out, struct err *e)
{
    struct db *db = clerk_db(scene->clerk);
    bool ok = db_begin(db, e) &&
              library_authority(scene->library, db, scene->arena, scene->authority, out, e);
    db_rollback(db);
    return ok;
}

static str holder_of(struct scene *scene, int64_t organisation)
{
    for (size_t i = 0; i < scene->holders.len; i++)
        if (scene->holders.items[i].organisation == organisation)
            return scene->holders.items[i].alias;
    return STR_NONE;
}

static const struct task_decision *last_of(const struct case_state *kase, const struct task *task)
{
    for (size_t i = kase->decisions.len; i-- > 0;)
        if (kase->decisions.items[i].task == task->id)
            return &kase->decisions.items[i];
    return NULL;
}

static str person_alias(struct scene *scene, int64_t person)
{
    for (size_t i = 0; person && i < scene->holders.len; i++)
        if (scene->holders.items[i].person == person)
            return scene->holders.items[i].alias;
    return S("none");
}

/* Clauses of the last decision on the task. *out_known false: the clause is none of them. */
static void compare_decision(struct scene *scene, struct comparison *c,
                             const struct case_state *kase, const struct task *task, str clause,
                             str wanted, bool *out_known)
{
    const struct task_decision *decision = last_of(kase, task);
    *out_known = true;
    if (str_eq(clause, S("late")))
        compare(c, "late", wanted, number_text(scene, decision ? decision->late_days : 0));
    else if (str_eq(clause, S("short")))
        compare(c, "short", wanted, number_text(scene, decision ? decision->short_days : 0));
    else if (str_eq(clause, S("on")))
        compare(c, "on", wanted, day_text(scene, decision ? decision->on : DATE_NONE));
    else if (str_eq(clause, S("paper")))
        compare(c, "paper", wanted, decision ? decision->paper : STR_NONE);
    else
        *out_known = false;
}

/* Clauses of the task's marks. */
static void compare_marks(struct scene *scene, struct comparison *c, const struct task *task,
                          str clause, str wanted, bool *out_known)
{
    *out_known = true;
    if (str_eq(clause, S("opened")))
        compare(c, "opened", wanted, day_text(scene, task->opened_on));
    else if (str_eq(clause, S("extended")))
        compare(c, "extended", wanted, number_text(scene, task->extended));
    else if (str_eq(clause, S("person")))
        compare(c, "person", wanted, person_alias(scene, task->person));
    else if (str_eq(clause, S("urged")))
        compare(c, "urged", wanted, day_text(scene, task->urged_on));
    else
        *out_known = false;
}

static bool compare_task(struct scene *scene, struct comparison *c, const struct case_state *kase,
                         const struct task *task, str clause, str wanted, struct err *e)
{
    struct authority_state *authority;
    bool has_days, known;
    int32_t days;
    compare_decision(scene, c, kase, task, clause, wanted, &known);
    if (!known)
        compare_marks(scene, c, task, clause, wanted, &known);
    if (known)
        return true;
    if (!read_authority(scene, &authority, e))
        return false;
    enum light light = view_light(&authority->calendar, scene->policy, task,
                                  date_of_instant(scene->now_ms), &has_days, &days);
    if (str_eq(clause, S("due")))
        compare(c, "due", wanted, day_text(scene, task->due));
    else if (str_eq(clause, S("waits")))
        compare(c, "waits", wanted, day_text(scene, task->not_before));
    else if (str_eq(clause, S("state")))
        compare(c, "state", wanted, str_of(task_state_text(task->state)));
    else if (str_eq(clause, S("by")))
        compare(c, "by", wanted, holder_of(scene, task->organisation));
    else if (str_eq(clause, S("round")))
        compare(c, "round", wanted, number_text(scene, task->round));
    else if (str_eq(clause, S("light")))
        compare(c, "light", wanted, str_of(light_name(light)));
    else if (str_eq(clause, S("left")))
        compare(c, "left", wanted, has_days ? number_text(scene, days) : S("none"));
    else if (str_eq(clause, S("outcome")))
        compare(c, "outcome", wanted, task->outcome);
    else if (str_eq(clause, S("article")))
        compare(c, "article", wanted, task->local ? S("local") : task->basis);
    else if (str_eq(clause, S("estimated")))
        compare(c, "estimated", wanted, task->estimated ? S("yes") : S("no"));
    else
        return scene_error(scene, e, "expect task knows no clause \"%.*s\"", STR_FMT(clause));
    return true;
}

const struct step *named_step(struct scene *scene, const struct case_state *kase, str id,
                                     struct err *e)
{
    const struct procedure *procedure = policy_procedure(scene->policy, kase->procedure);
    const struct step *step = procedure ? procedure_step(procedure, id) : NULL;
    size_t n = !step && procedure ? procedure->n_steps : 0;
    str *ids = NEWS(scene->arena, str, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = procedure->steps[i].id;
    if (!step) {
        str what = str_printf(scene->arena, "procedure %.*s has no step", STR_FMT(kase->procedure));
        (void)scene_unknown(scene, e, what.ptr, id, ids, n);
    }
    return step;
}

/* The task opened last; of several seats the one that `by` names. */
static const struct task *meant_task(struct scene *scene, const struct line *line,
                                     const struct case_state *kase)
{
    const struct task *last = case_task(kase, line->words[2].text);
    for (size_t i = 5; last && i + 1 < line->n; i += 2) {
        struct seat_holder *by = str_eq(line->words[i].text, S("by"))
                                     ? scene_holder(scene, line->words[i + 1].text) : NULL;
        for (size_t k = 0; by && k < kase->tasks.len; k++)
            if (kase->tasks.items[k].round == last->round &&
                str_eq(kase->tasks.items[k].step, last->step) &&
                kase->tasks.items[k].organisation == by->organisation)
                return &kase->tasks.items[k];
    }
    return last;
}

static bool expect_task(struct scene *scene, const struct line *line, struct err *e)
{
    if (line->n < 7 || line->n % 2 == 0)
        return scene_error(scene, e, "write: expect task STEP of CASE CLAUSE VALUE ...");
    struct case_state *kase = named_case(scene, line->words[4].text, e);
    if (!kase || !named_step(scene, kase, line->words[2].text, e))
        return false;
    for (size_t i = 5; i + 1 < line->n; i += 2)
        for (size_t k = i + 2; k + 1 < line->n; k += 2)
            if (str_eq(line->words[i].text, line->words[k].text))
                return scene_error(scene, e, "the clause %.*s stands twice",
                                   STR_FMT(line->words[i].text));
    struct comparison c = {.scene = scene};
    const struct task *task = meant_task(scene, line, kase);
    if (!task) {
        bool none = line->n == 7 && is_word(line, 5, "state") && is_word(line, 6, "none");
        scene_tell(scene, none, str_printf(scene->arena, "no task %.*s was opened",
                                           STR_FMT(line->words[2].text)));
        return true;
    }
    for (size_t i = 5; i + 1 < line->n; i += 2)
        if (!compare_task(scene, &c, kase, task, line->words[i].text, line->words[i + 1].text, e))
            return false;
    scene_tell(scene, !c.failed, c.what);
    return true;
}

static bool expect_warned(struct scene *scene, const struct line *line, struct err *e)
{
    struct case_state *kase = line->n == 6 ? named_case(scene, line->words[4].text, e) : NULL;
    if (!kase)
        return scene_error(scene, e, "write: expect warned STEP of CASE soon|overdue|none");
    if (!named_step(scene, kase, line->words[2].text, e))
        return false;
    const struct task *task = case_task(kase, line->words[2].text);
    str found = !task                  ? S("no task")
                : task->warned_overdue ? S("overdue")
                : task->warned_soon    ? S("soon")
                                       : S("none");
    struct comparison c = {.scene = scene};
    compare(&c, "warned", line->words[5].text, found);
    scene_tell(scene, !c.failed, c.what);
    return true;
}

/* ---- cases and systems ---------------------------------------------------------------------- */

static bool expect_case(struct scene *scene, const struct line *line, struct err *e)
{
    bool form = line->n >= 4 && line->n % 2 == 0;
    struct case_state *kase = form ? named_case(scene, line->words[2].text, e) : NULL;
    if (!kase)
        return scene_error(scene, e, "write: expect case CASE open|ended [outcome O] [number N] "
                           "[withdrawn yes|no]");
    struct comparison c = {.scene = scene};
    compare(&c, "case", line->words[3].text, kase->ended ? S("ended") : S("open"));
    for (size_t i = 4; i + 1 < line->n; i += 2) {
        if (str_eq(line->words[i].text, S("outcome")))
            compare(&c, "outcome", line->words[i + 1].text, kase->outcome);
        else if (str_eq(line->words[i].text, S("number")))
            compare(&c, "number", line->words[i + 1].text, kase->number);
        else if (str_eq(line->words[i].text, S("withdrawn")))
            compare(&c, "withdrawn", line->words[i + 1].text,
                    kase->withdrawn.len ? S("yes") : S("no"));
        else
            return scene_error(scene, e, "expect case knows no clause \"%.*s\"",
                               STR_FMT(line->words[i].text));
    }
    scene_tell(scene, !c.failed, c.what);
    return true;
}

struct system_state *system_of(struct scene *scene, str alias, struct err *e)
{
    struct case_state *kase = named_case(scene, alias, e);
    if (!kase)
        return NULL;
    struct world world = {.db = clerk_db(scene->clerk), .arena = scene->arena};
    struct system_state *system = NULL;
    bool ok = db_begin(world.db, e) && world_system(&world, kase->system, &system, e);
    db_rollback(world.db);
    return ok ? system : NULL;
}

static bool expect_system(struct scene *scene, const struct line *line, struct err *e)
{
    static const char *const STAGES[] = {"planned", "live", "retired"};
    bool form = line->n >= 4 && line->n % 2 == 0;
    struct system_state *system = form ? system_of(scene, line->words[2].text, e) : NULL;
    if (!system)
        return scene_error(scene, e, "write: expect system CASE planned|live|retired [on DATE] "
                           "[provider ALIAS]");
    struct comparison c = {.scene = scene};
    date on = system->stage == SYSTEM_RETIRED ? system->retired_on : system->live_on;
    compare(&c, "system", line->words[3].text, str_of(STAGES[system->stage]));
    for (size_t i = 4; i + 1 < line->n; i += 2) {
        str provider = system->provider ? holder_of(scene, system->provider) : S("none");
        if (str_eq(line->words[i].text, S("on")))
            compare(&c, "on", line->words[i + 1].text, day_text(scene, on));
        else if (str_eq(line->words[i].text, S("provider")))
            compare(&c, "provider", line->words[i + 1].text, provider);
        else
            return scene_error(scene, e, "expect system knows no clause \"%.*s\"",
                               STR_FMT(line->words[i].text));
    }
    scene_tell(scene, !c.failed, c.what);
    return true;
}

static bool expect_granted(struct scene *scene, const struct line *line, struct err *e)
{
    struct system_state *system = line->n == 5 ? system_of(scene, line->words[2].text, e) : NULL;
    if (!system)
        return scene_error(scene, e, "write: expect granted CASE ITEM QUANTITY");
    if (!policy_item(scene->policy, line->words[3].text))
        return scene_error(scene, e, "the catalogue has no item \"%.*s\"",
                           STR_FMT(line->words[3].text));
    int64_t quantity = 0;
    for (size_t i = 0; i < system->grants.len; i++)
        if (str_eq(system->grants.items[i].item, line->words[3].text))
            quantity = system->grants.items[i].quantity + system->grants.items[i].lent;
    struct comparison c = {.scene = scene};
    compare(&c, "granted", line->words[4].text, quantity_words(scene->arena, quantity));
    scene_tell(scene, !c.failed, c.what);
    return true;
}

static bool expect_listed(struct scene *scene, const struct line *line, struct err *e)
{
    struct system_state *system = line->n == 4 ? system_of(scene, line->words[2].text, e) : NULL;
    if (!system)
        return scene_error(scene, e, "write: expect listed|unlisted CASE LIST");
    if (!policy_list(scene->policy, line->words[3].text))
        return scene_error(scene, e, "the policy has no list \"%.*s\"",
                           STR_FMT(line->words[3].text));
    bool wanted = is_word(line, 1, "listed"), found = false;
    for (size_t i = 0; i < system->listings.len; i++)
        found |= str_eq(system->listings.items[i].list, line->words[3].text) &&
                 !system->listings.items[i].gone;
    scene_tell(scene, wanted == found, wanted ? S("the list does not find the system")
                                        : S("the list finds the system"));
    return true;
}

static bool expect_notice(struct scene *scene, const struct line *line, struct err *e)
{
    bool form = line->n == 9 && is_word(line, 3, "to") && is_word(line, 5, "sent") &&
                is_word(line, 7, "received");
    struct case_state *kase = form ? named_case(scene, line->words[2].text, e) : NULL;
    struct seat_holder *to = kase ? scene_holder(scene, line->words[4].text) : NULL;
    if (!to)
        return scene_error(scene, e, "write: expect notice CASE to ALIAS sent DATE received "
                           "DATE|none");
    const struct notice *notice = NULL;
    for (size_t i = 0; i < kase->notices.len; i++)
        if (kase->notices.items[i].organisation == to->organisation)
            notice = &kase->notices.items[i];
    struct comparison c = {.scene = scene};
    compare(&c, "sent", line->words[6].text,
            notice ? day_text(scene, notice->sent_on) : S("no notice"));
    compare(&c, "received", line->words[8].text,
            notice ? day_text(scene, notice->received_on) : S("no notice"));
    scene_tell(scene, !c.failed, c.what);
    return true;
}

/* ---- people and the record ------------------------------------------------------------------ */

static bool expect_todo(struct scene *scene, const struct line *line, struct err *e)
{
    struct seat_holder *holder = line->n == 4 ? scene_holder(scene, line->words[2].text) : NULL;
    if (!holder)
        return scene_error(scene, e, "write: expect todo ALIAS N");
    struct reader reader = scene_reader(scene, holder);
    struct worklist list;
    bool ok = db_begin(reader.db, e) &&
              view_worklist(&reader, BOX_TODO, STR_NONE, LIMIT_PAGE_ROWS, &list, e);
    db_rollback(reader.db);
    if (!ok)
        return false;
    struct comparison c = {.scene = scene};
    compare(&c, "todo", line->words[3].text, number_text(scene, (int64_t)list.n));
    compare(&c, "todo count", line->words[3].text, number_text(scene, list.counts.todo));
    scene_tell(scene, !c.failed, c.what);
    return true;
}

/* hidden CASE from ALIAS, visible CASE to ALIAS */
static bool expect_sight(struct scene *scene, const struct line *line, struct err *e)
{
    struct seat_holder *holder = line->n == 5 ? scene_holder(scene, line->words[4].text) : NULL;
    int64_t id = line->n == 5 ? scene_case(scene, line->words[2].text) : -1;
    if (!holder || id < 0)
        return scene_error(scene, e, "write: expect hidden CASE from ALIAS, or expect visible CASE "
                           "to ALIAS");
    struct reader reader = scene_reader(scene, holder);
    bool visible = true;
    bool ok = db_begin(reader.db, e) && view_case_visible(&reader, id, &visible, e);
    db_rollback(reader.db);
    if (!ok)
        return false;
    bool wanted = is_word(line, 1, "visible");
    scene_tell(scene, visible == wanted,
               wanted ? S("expected the case to be visible, it is hidden")
                      : S("expected the case to be hidden, it is visible"));
    return true;
}

static bool expect_refused(struct scene *scene, const struct line *line, struct err *e)
{
    size_t because = 2;
    while (because < line->n && (line->words[because].quoted ||
                                 !str_eq(line->words[because].text, S("because"))))
        because++;
    if (because + 1 >= line->n)
        return scene_error(scene, e,
                           "write: expect refused ACT because CODE [where W] [article A]");
    struct answer answer;
    if (!scene_act(scene, line, 2, because, &answer, e))
        return false;
    str code = line->words[because + 1].text, where = STR_NONE, article = STR_NONE;
    for (size_t i = because + 2; i + 1 < line->n; i += 2) {
        if (str_eq(line->words[i].text, S("where")))
            where = line->words[i + 1].text;
        else if (str_eq(line->words[i].text, S("article")))
            article = line->words[i + 1].text;
        else
            return scene_error(scene, e, "expect refused knows no clause \"%.*s\"",
                               STR_FMT(line->words[i].text));
    }
    struct buf found = buf_new(scene->arena, 64);
    bool same = false;
    for (size_t i = 0; i < answer.refusal.reasons.len; i++) {
        const struct refusal_reason *reason = &answer.refusal.reasons.items[i];
        same |= str_eq(code, str_of(refusal_name(reason->code))) &&
                (!where.len || str_eq(where, reason->where)) &&
                (!article.len || str_eq(article, reason->article));
        buf_addf(&found, "%s%s where %.*s", i ? ", " : "", refusal_name(reason->code),
                 STR_FMT(reason->where));
        if (reason->article.len)
            buf_addf(&found, " article %.*s", STR_FMT(reason->article));
    }
    str told = buf_str(&found);
    str what = answer.kind == ANSWER_REFUSED
                   ? str_printf(scene->arena, "expected a refusal %.*s, found %.*s",
                                STR_FMT(code), STR_FMT(told))
                   : S("expected a refusal, the act was accepted");
    scene_tell(scene, same, what);
    return true;
}

static bool expect_sound(struct scene *scene, const struct line *line, struct err *e)
{
    if (line->n != 2)
        return scene_error(scene, e, "write: expect sound");
    struct findings findings = {.arena = scene->arena};
    struct evidence none = {0};
    if (scene->trial)
        return true;
    struct db *db = clerk_db(scene->clerk);
    bool ok = db_begin(db, e) && project_verify(db, &none, false, &findings, e);
    db_rollback(db);
    if (!ok)
        return false;
    scene_tell(scene, findings.items.len == 0,
         findings.items.len ? findings.items.items[0] : STR_NONE);
    return true;
}

static const struct {
    const char *word;
    bool (*judge)(struct scene *scene, const struct line *line, struct err *e);
} EXPECTATIONS[] = {
    {"task", expect_task},         {"case", expect_case},       {"system", expect_system},
    {"granted", expect_granted},   {"listed", expect_listed},   {"unlisted", expect_listed},
    {"line", expect_line},         {"lines", expect_lines},     {"notice", expect_notice},
    {"shown", expect_shown},       {"warned", expect_warned},   {"todo", expect_todo},
    {"first", expect_first},       {"duty", expect_duty},       {"report", expect_report},
    {"hidden", expect_sight},      {"visible", expect_sight},   {"refused", expect_refused},
    {"sound", expect_sound},
};

bool scene_expect(struct scene *scene, const struct line *line, struct err *e)
{
    str what = line->n > 1 ? line->words[1].text : STR_NONE;
    str words[COUNT_OF(EXPECTATIONS)];
    for (size_t i = 0; i < COUNT_OF(EXPECTATIONS); i++) {
        words[i] = str_of(EXPECTATIONS[i].word);
        if (str_eq(what, words[i]))
            return EXPECTATIONS[i].judge(scene, line, e);
    }
    return scene_unknown(scene, e, "expect knows no", what, words, COUNT_OF(words));
}

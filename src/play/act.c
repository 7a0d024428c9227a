/* SPDX-License-Identifier: Apache-2.0
 * Act lines: somebody opens a case or decides a task, with form values and files. */
#include "play/scenario_priv.h"

bool read_day(struct scene *scene, str text, date *out, struct err *e)
{
    return date_parse(text, out) ||
           scene_error(scene, e, "\"%.*s\" is no day; write YYYY-MM-DD", STR_FMT(text));
}

int64_t scene_system(struct scene *scene, str alias, struct err *e)
{
    int64_t id = scene_case(scene, alias);
    struct case_state *kase = id < 0 ? NULL : scene_load(scene, id, e);
    if (kase)
        return kase->system;
    scene_error(scene, e, "no case is called %.*s", STR_FMT(alias));
    return 0;
}

/* A small file that was uploaded and is whole. */
static bool attach(struct scene *scene, const struct seat_holder *holder, str material,
                   struct command *command, struct err *e)
{
    struct db *db = clerk_db(scene->clerk);
    int64_t upload = 1000000 + ++scene->keys;
    str bytes = str_printf(scene->arena, "%.*s %lld", STR_FMT(material), (long long)upload);
    str name = str_printf(scene->arena, "%.*s.txt", STR_FMT(material));
    str digest = digest_hex(scene->arena, sm3(bytes));
    if (!db_begin(db, e))
        return false;
    struct row_upload row = {
        .id = upload,
        .person = holder->person,
        .name = name,
        .size = (int64_t)bytes.len,
        .received = (int64_t)bytes.len,
        .digest = digest,
        .chain = S(""),
        .created_at = scene->now_ms,
    };
    clerk_seal_upload(scene->clerk, scene->arena, &row);
    if (!q_insert_upload(db, &row, e) ||
        !q_insert_upload_chunk(db, upload, 0, bytes, e)) {
        db_rollback(db);
        return false;
    }
    struct cited_material cited = {.material = material, .upload = upload};
    VEC_PUSH(scene->arena, &command->materials, cited);
    return db_commit(db, e);
}

static bool known_clause(const struct word *word)
{
    static const char *const CLAUSES[] = {"with", "attaching", "at", "because", "on", "paper",
                                         "reason", "about"};
    for (size_t i = 0; i < COUNT_OF(CLAUSES); i++)
        if (!word->quoted && !word->name.len && str_eq(word->text, str_of(CLAUSES[i])))
            return true;
    return false;
}

/* "items=vcpu=8" where items="vcpu=8" was meant. */
static bool is_value_in_quotes(str text)
{
    size_t at = 0;
    while (at < text.len && ((text.ptr[at] >= 'a' && text.ptr[at] <= 'z') || text.ptr[at] == '-'))
        at++;
    return at > 0 && at < text.len && text.ptr[at] == '=';
}

/* What follows the case: opinion, forms, fields, files. */
static bool read_clauses(struct scene *scene, const struct seat_holder *holder,
                         const struct step *step, const struct line *line, size_t at, size_t to,
                         struct command *command, struct err *e)
{
    command->form = doc_map(scene->arena);
    while (at < to) {
        const struct word *word = &line->words[at++];
        if (word->name.len) {
            put_fields(scene, &step->form, command->form, word, 1);
        } else if (word->quoted) {
            if (is_value_in_quotes(word->text))
                return scene_error(scene, e, "\"%.*s\" in quotes would be the opinion; the quotes "
                                   "of a value stand behind the =", STR_FMT(word->text));
            command->opinion = word->text;
        } else if ((str_eq(word->text, S("at")) || str_eq(word->text, S("about"))) && at < to) {
            at++; /* the step or the system, taken before */
        } else if (str_eq(word->text, S("on")) && at < to) {
            command->from_paper = true;
            if (!read_day(scene, line->words[at++].text, &command->occurred_on, e))
                return false;
        } else if (str_eq(word->text, S("paper")) && at < to) {
            command->paper = line->words[at++].text;
        } else if (str_eq(word->text, S("reason")) && at < to) {
            command->reason = line->words[at++].text;
        } else if (str_eq(word->text, S("with")) && at < to) {
            str name = line->words[at++].text;
            size_t i = 0;
            while (i < scene->forms.len && !str_eq(scene->forms.items[i].name, name))
                i++;
            if (i == scene->forms.len)
                return scene_error(scene, e, "no form is called %.*s", STR_FMT(name));
            put_fields(scene, &step->form, command->form, scene->forms.items[i].words,
                       scene->forms.items[i].n);
        } else if (str_eq(word->text, S("attaching"))) {
            for (; at < to && !known_clause(&line->words[at]) && !line->words[at].name.len; at++)
                if (!attach(scene, holder, line->words[at].text, command, e))
                    return false;
        } else {
            return scene_error(scene, e, "what does \"%.*s\" mean here? %s", STR_FMT(word->text),
                               "expected an opinion in quotes, FIELD=VALUE, with, attaching, at "
                           "or on");
        }
    }
    return true;
}

static bool open_case(struct scene *scene, const struct seat_holder *holder,
                      const struct line *line, size_t from, size_t to, struct command *command,
                      struct err *e)
{
    bool by = is_word(line, from + 3, "by") && from + 6 < to;
    size_t as = by ? from + 5 : from + 3;
    if (to < as + 2 || !is_word(line, as, "as"))
        return scene_error(scene, e, "write: ALIAS opens PROCEDURE [by OUTCOME] as CASE ...");
    command->kind = COMMAND_open_case;
    command->procedure = line->words[from + 2].text;
    const struct procedure *procedure = policy_procedure(scene->policy, command->procedure);
    const struct step *step = procedure ? &procedure->steps[0] : NULL;
    static const struct step NO_STEP;
    command->outcome = by     ? line->words[from + 4].text
                       : step ? step->outcomes[0].id
                              : S("submit");
    if (is_word(line, as + 2, "about") && as + 3 < to) {
        command->system = scene_system(scene, line->words[as + 3].text, e);
        if (!command->system)
            return false;
    }
    return read_clauses(scene, holder, step ? step : &NO_STEP, line, as + 2, to, command, e);
}

/* "approve", "approves", "passes": the outcome that the verb means in this step. */
static const struct outcome *verb(const struct step *step, str word)
{
    for (size_t i = 0; i < step->n_outcomes; i++) {
        str id = step->outcomes[i].id;
        str rest = str_starts(word, id) ? (str){word.ptr + id.len, word.len - id.len} : S("?");
        if (rest.len == 0 || str_eq(rest, S("s")) || str_eq(rest, S("es")))
            return &step->outcomes[i];
    }
    return NULL;
}

/* The step that is meant: named by `at`, else an open task whose step has such an outcome (the
 * actor's own before another's), else any step that has it. */
static const struct step *meant_step(struct scene *scene, const struct seat_holder *holder,
                                     const struct case_state *kase, str word, str named)
{
    const struct procedure *procedure = policy_procedure(scene->policy, kase->procedure);
    if (named.len)
        return procedure_step(procedure, named);
    const struct step *open = NULL, *any = NULL;
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        const struct step *step = procedure_step(procedure, task->step);
        if (task->state != TASK_OPEN || !step || !verb(step, word))
            continue;
        if (task->organisation == holder->organisation)
            return step;
        open = step;
    }
    for (size_t i = 0; i < procedure->n_steps && !any; i++)
        if (verb(&procedure->steps[i], word))
            any = &procedure->steps[i];
    return open ? open : any;
}

static bool decide_task(struct scene *scene, const struct seat_holder *holder,
                        const struct line *line, size_t from, size_t to, struct command *command,
                        struct err *e)
{
    str word = line->words[from + 1].text;
    int64_t id = scene_case(scene, line->words[from + 2].text);
    struct case_state *kase = id < 0 ? NULL : scene_load(scene, id, e);
    if (!kase)
        return scene_error(scene, e, "no case is called %.*s", STR_FMT(line->words[from + 2].text));
    str named = STR_NONE;
    for (size_t i = from + 3; i + 1 < to; i++)
        if (!line->words[i].quoted && str_eq(line->words[i].text, S("at")))
            named = line->words[i + 1].text;
    const struct step *step = meant_step(scene, holder, kase, word, named);
    if (!step)
        return scene_error(scene, e, "no step of %.*s has an outcome \"%.*s\"",
                           STR_FMT(kase->procedure), STR_FMT(word));
    const struct outcome *outcome = verb(step, word);
    command->kind = COMMAND_decide_task;
    command->kase = id;
    command->step = step->id;
    command->outcome = outcome ? outcome->id : word;
    return read_clauses(scene, holder, step, line, from + 3, to, command, e);
}

/* ALIAS, or ALIAS for ALIAS: the person of the first, the post of the second. */
static bool who_acts(struct scene *scene, struct acting *acting, struct seat_holder *out,
                     struct err *e)
{
    const struct line *line = acting->line;
    struct seat_holder *holder = scene_holder(scene, line->words[acting->from].text);
    struct seat_holder *post = holder;
    if (is_word(line, acting->from + 1, "for") && acting->from + 2 < acting->to) {
        post = scene_holder(scene, line->words[acting->from + 2].text);
        acting->from += 2;
    }
    if (!holder || !post)
        return scene_error(scene, e, "nobody is called \"%.*s\"; organisations come first",
                           STR_FMT(line->words[acting->from].text));
    *out = *post;
    out->person = holder->person;
    acting->from++;
    acting->holder = out;
    return true;
}

static bool read_act(struct scene *scene, const struct acting *acting, struct command *command,
                     struct err *e)
{
    bool known;
    size_t verb_at = acting->from - 1;
    if (is_word(acting->line, acting->from, "opens"))
        return open_case(scene, acting->holder, acting->line, verb_at, acting->to, command, e);
    if (!scene_beside(scene, acting, command, &known, e))
        return false;
    return known ||
           decide_task(scene, acting->holder, acting->line, verb_at, acting->to, command, e);
}

bool scene_act(struct scene *scene, const struct line *line, size_t from, size_t to,
               struct answer *answer, struct err *e)
{
    struct seat_holder holder;
    struct acting acting = {.line = line, .from = from, .to = to};
    if (!who_acts(scene, &acting, &holder, e))
        return false;
    if (to < acting.from + 2)
        return scene_error(scene, e, "write: ALIAS OUTCOME CASE ...");
    struct command command = {
        .authority = scene->authority,
        .actor = holder.person,
        .post = holder.post,
        .key = str_printf(scene->arena, "line-%d-%d", scene->line, ++scene->keys),
        .body_digest = S("scenario"),
    };
    if (!read_act(scene, &acting, &command, e))
        return false;
    clerk_run(scene->clerk, scene->arena, &command, scene->now_ms, answer);
    if (answer->kind == ANSWER_FAILED && answer->err.code == ERR_DENIED) {
        /* No session lets anybody act as a post that is not theirs; to a reader it is a refusal. */
        struct refusal_reason reason = {.code = REFUSAL_NO_POST, .where = S("post")};
        answer->kind = ANSWER_REFUSED;
        VEC_PUSH(scene->arena, &answer->refusal.reasons, reason);
    }
    if (answer->kind == ANSWER_FAILED) {
        *e = answer->err;
        return false;
    }
    if (command.kind == COMMAND_open_case && answer->kind == ANSWER_DONE) {
        size_t as = acting.from + (is_word(line, acting.from + 2, "by") ? 4 : 2);
        struct named_case named = {line->words[as + 1].text, answer->object};
        VEC_PUSH(scene->arena, &scene->cases, named);
    }
    return true;
}

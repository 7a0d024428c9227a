/* SPDX-License-Identifier: Apache-2.0
 * Act lines: somebody opens a case or decides a task, with form values and files. */
#include "play/scenario_priv.h"

/* "vcpu=8 memory=0.5" in millionths. */
static struct doc *quantities(struct arena *arena, str text)
{
    struct doc *map = doc_map(arena);
    while ((text = str_trim(text)).len) {
        str pair, item, amount, whole, part;
        int64_t units, fraction = 0;
        str_cut(text, ' ', &pair, &text);
        if (!str_cut(pair, '=', &item, &amount))
            return NULL;
        bool decimal = str_cut(amount, '.', &whole, &part);
        if (!str_to_i64(whole, &units) || part.len > 6)
            return NULL;
        for (size_t i = 0; decimal && i < 6; i++) {
            char digit = i < part.len ? part.ptr[i] : '0';
            if (digit < '0' || digit > '9')
                return NULL;
            fraction = fraction * 10 + (digit - '0');
        }
        if (!i64_mul(units, QUANTITY_ONE, &units) || !i64_add(units, fraction, &units))
            return NULL;
        doc_put_int(arena, map, item, units);
    }
    return map;
}

/* "1200000" or "1200000.50" in fen. */
static bool yuan(str text, int64_t *out)
{
    str whole, part = STR_NONE;
    int64_t fen = 0;
    bool decimals = str_cut(text, '.', &whole, &part);
    if (!str_to_i64(whole, out) || (decimals && part.len != 2))
        return false;
    for (size_t i = 0; i < part.len; i++) {
        if (part.ptr[i] < '0' || part.ptr[i] > '9')
            return false;
        fen = fen * 10 + (part.ptr[i] - '0');
    }
    return i64_mul(*out, FEN_PER_YUAN, out) && i64_add(*out, fen, out);
}

/* "transport,education" */
static struct doc *organisations(struct scene *scene, str text)
{
    struct doc *list = doc_list(scene->arena);
    str alias, rest = text;
    while (rest.len) {
        str_cut(rest, ',', &alias, &rest);
        struct seat_holder *holder = scene_holder(scene, alias);
        if (!holder)
            return doc_text(scene->arena, text);
        doc_push(scene->arena, list, doc_int(scene->arena, holder->organisation));
    }
    return list;
}

/* The value as the field's type wants it; what does not fit goes as text, so that a scenario can
 * show how a wrong value is refused. */
static struct doc *form_doc(struct scene *scene, const struct field *field, str text)
{
    struct arena *arena = scene->arena;
    int64_t number;
    struct seat_holder *holder;
    struct doc *map;
    if (!field)
        return doc_text(arena, text);
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_DATE:
        return doc_text(arena, text);
    case FIELD_INTEGER:
        return str_to_i64(text, &number) ? doc_int(arena, number) : doc_text(arena, text);
    case FIELD_BOOL:
        if (str_eq(text, S("yes")) || str_eq(text, S("no")))
            return doc_bool(arena, str_eq(text, S("yes")));
        return doc_text(arena, text);
    case FIELD_ORGANISATION:
        holder = scene_holder(scene, text);
        return holder ? doc_int(arena, holder->organisation) : doc_text(arena, text);
    case FIELD_PERSON:
        holder = scene_holder(scene, text);
        return holder ? doc_int(arena, holder->person) : doc_text(arena, text);
    case FIELD_ORGANISATIONS:
        return organisations(scene, text);
    case FIELD_MONEY:
        return yuan(text, &number) ? doc_int(arena, number) : doc_text(arena, text);
    case FIELD_CASE:
        number = scene_case(scene, text);
        return number >= 0 ? doc_int(arena, number) : doc_text(arena, text);
    case FIELD_QUANTITIES:
        map = quantities(arena, text);
        return map ? map : doc_text(arena, text);
    }
    return doc_text(arena, text);
}

void put_fields(struct scene *scene, const struct form *fields, struct doc *form,
                const struct word *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (words[i].name.len)
            doc_put(scene->arena, form, words[i].name,
                    form_doc(scene, form_field(fields, words[i].name), words[i].text));
}

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
    if (to < from + 5 || !str_eq(line->words[from + 3].text, S("as")))
        return scene_error(scene, e, "write: ALIAS opens PROCEDURE as CASE ...");
    command->kind = COMMAND_open_case;
    command->procedure = line->words[from + 2].text;
    const struct procedure *procedure = policy_procedure(scene->policy, command->procedure);
    const struct step *step = procedure ? &procedure->steps[0] : NULL;
    static const struct step NO_STEP;
    command->outcome = step ? step->outcomes[0].id : S("submit");
    if (is_word(line, from + 5, "about") && from + 6 < to) {
        command->system = scene_system(scene, line->words[from + 6].text, e);
        if (!command->system)
            return false;
    }
    return read_clauses(scene, holder, step ? step : &NO_STEP, line, from + 5, to, command, e);
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
        struct named_case named = {line->words[acting.from + 3].text, answer->object};
        VEC_PUSH(scene->arena, &scene->cases, named);
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * Act lines beside the flow of a case: registers, hand-over, urging, notices, corrections. */
#include "play/scenario_priv.h"

static str text_at(const struct acting *acting, size_t at)
{
    return acting->from + at < acting->to ? acting->line->words[acting->from + at].text : STR_NONE;
}

static bool word_at(const struct acting *acting, size_t at, const char *text)
{
    return acting->from + at < acting->to && is_word(acting->line, acting->from + at, text);
}

/* The last text in quotes is the reason. */
static str reason_of(const struct acting *acting)
{
    for (size_t i = acting->to; i-- > acting->from;)
        if (acting->line->words[i].quoted)
            return acting->line->words[i].text;
    return STR_NONE;
}

static bool of_case(struct scene *scene, const struct acting *acting, struct command *command,
                    struct err *e)
{
    str alias = text_at(acting, 1);
    command->kase = scene_case(scene, alias);
    command->reason = reason_of(acting);
    if (word_at(acting, 2, "at"))
        command->step = text_at(acting, 3);
    return command->kase >= 0 ||
           scene_error(scene, e, "no case is called %.*s", STR_FMT(alias));
}

static bool files(struct scene *scene, const struct acting *acting, struct command *command,
                  struct err *e)
{
    struct filed_record *record = VEC_ADD(scene->arena, &command->records);
    command->kind = COMMAND_file_records;
    command->register_id = text_at(acting, 1);
    record->form = doc_map(scene->arena);
    const struct ledger *ledger = policy_register(scene->policy, command->register_id);
    for (size_t at = 2; acting->from + at < acting->to; at++) {
        const struct word *word = &acting->line->words[acting->from + at];
        date first;
        if (word->name.len && ledger) {
            put_fields(scene, &ledger->form, record->form, word, 1);
        } else if (word_at(acting, at, "about")) {
            record->system = scene_system(scene, text_at(acting, ++at), e);
            if (!record->system)
                return false;
        } else if (word_at(acting, at, "month")) {
            str month_text = text_at(acting, ++at);
            str text = str_printf(scene->arena, "%.*s-01", STR_FMT(month_text));
            if (!date_parse(text, &first))
                return scene_error(scene, e, "write: month YYYY-MM");
            int year, month, day;
            date_to_ymd(first, &year, &month, &day);
            record->period = year * 100 + month;
        } else {
            return scene_error(scene, e, "write: ALIAS files REGISTER [about CASE] [month YYYY-MM] "
                               "FIELD=VALUE ...");
        }
    }
    return true;
}

static bool hands(struct scene *scene, const struct acting *acting, struct command *command,
                  struct err *e)
{
    command->kind = COMMAND_assign_task;
    str alias = text_at(acting, 5);
    struct seat_holder *to = scene_holder(scene, alias);
    if (!word_at(acting, 4, "to") || (!to && !str_eq(alias, S("all"))))
        return scene_error(scene, e, "write: ALIAS hands CASE at STEP to ALIAS|all \"REASON\"");
    command->person = to ? to->person : 0;
    return of_case(scene, acting, command, e);
}

static bool receives(struct scene *scene, const struct acting *acting, struct command *command,
                     struct err *e)
{
    command->kind = COMMAND_receive_notice;
    if (!of_case(scene, acting, command, e))
        return false;
    struct case_state *kase = scene_load(scene, command->kase, e);
    for (size_t i = 0; kase && i < kase->notices.len; i++) {
        const struct notice *notice = &kase->notices.items[i];
        bool mine = notice->organisation == acting->holder->organisation;
        if (mine && (!command->object || date_is_none(notice->received_on)))
            command->object = notice->id;
        if (mine && date_is_none(notice->received_on))
            break;
    }
    return kase != NULL;
}

static bool corrects(struct scene *scene, const struct acting *acting, struct command *command,
                     struct err *e)
{
    command->kind = COMMAND_correct_decision;
    if (!word_at(acting, 4, "on"))
        return scene_error(scene, e, "write: ALIAS corrects CASE at STEP on DATE \"REASON\"");
    if (!of_case(scene, acting, command, e) ||
        !read_day(scene, text_at(acting, 5), &command->from, e))
        return false;
    struct case_state *kase = scene_load(scene, command->kase, e);
    const struct task_decision *decision = kase ? case_decision(kase, command->step) : NULL;
    command->object = decision ? decision->id : 0;
    return kase != NULL;
}

static bool delegates(struct scene *scene, const struct acting *acting, struct command *command,
                      struct err *e)
{
    command->kind = COMMAND_delegate_post;
    struct seat_holder *to = scene_holder(scene, text_at(acting, 2));
    if (!to || !word_at(acting, 3, "from") || !word_at(acting, 5, "until"))
        return scene_error(scene, e, "write: ALIAS delegates to ALIAS from DATE until DATE "
                           "\"REASON\"");
    command->person = to->person;
    command->reason = reason_of(acting);
    return read_day(scene, text_at(acting, 4), &command->from, e) &&
           read_day(scene, text_at(acting, 6), &command->until, e);
}

static bool recalls(struct scene *scene, const struct acting *acting, struct command *command,
                    struct err *e)
{
    command->kind = COMMAND_end_delegation;
    struct seat_holder *to = scene_holder(scene, text_at(acting, 1));
    struct row_delegation *rows;
    size_t n;
    if (!to)
        return scene_error(scene, e, "write: ALIAS recalls ALIAS");
    struct db *db = clerk_db(scene->clerk);
    bool ok = db_begin(db, e) &&
              q_delegations_of_holder(db, scene->arena, acting->holder->person, &rows, &n, e);
    db_rollback(db);
    for (size_t i = 0; ok && i < n; i++)
        if (rows[i].person == to->person && rows[i].ended_on_null)
            command->object = rows[i].id;
    return ok;
}

static bool asks(struct scene *scene, const struct acting *acting, struct command *command,
                 struct err *e)
{
    command->kind = COMMAND_ask_material;
    command->asked = word_at(acting, 0, "asks");
    size_t at = command->asked ? 3 : 2;
    if (!str_cut(text_at(acting, 1), '.', &command->procedure, &command->step) ||
        (command->asked && !word_at(acting, 2, "for")))
        return scene_error(scene, e, "write: ALIAS asks PROCEDURE.STEP for MATERIAL \"ZH\" \"EN\", "
                           "or ALIAS drops PROCEDURE.STEP MATERIAL");
    command->material = text_at(acting, at);
    command->zh = command->asked ? text_at(acting, at + 1) : command->material;
    command->en = command->asked ? text_at(acting, at + 2) : command->material;
    return true;
}

bool scene_beside(struct scene *scene, const struct acting *acting, struct command *command,
                  bool *out_known, struct err *e)
{
    *out_known = true;
    if (word_at(acting, 0, "files"))
        return files(scene, acting, command, e);
    if (word_at(acting, 0, "hands"))
        return hands(scene, acting, command, e);
    if (word_at(acting, 0, "receives"))
        return receives(scene, acting, command, e);
    if (word_at(acting, 0, "corrects"))
        return corrects(scene, acting, command, e);
    if (word_at(acting, 0, "delegates"))
        return delegates(scene, acting, command, e);
    if (word_at(acting, 0, "recalls"))
        return recalls(scene, acting, command, e);
    if (word_at(acting, 0, "asks") || word_at(acting, 0, "drops"))
        return asks(scene, acting, command, e);
    if (word_at(acting, 0, "withdraws") || word_at(acting, 0, "urges")) {
        command->kind = word_at(acting, 0, "urges") ? COMMAND_urge_task : COMMAND_withdraw_case;
        return of_case(scene, acting, command, e);
    }
    *out_known = false;
    return true;
}

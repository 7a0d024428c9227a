/* SPDX-License-Identifier: Apache-2.0
 * Setting up: authorities, organisations, people, policies, calendars. Done by the program itself
 * (init, import) or by the administrator whose power it is. */
#include "decide/act_priv.h"

static const struct words NO_WORDS;

/* True when the actor may not; the refusal is in place. */
static bool not_permitted(struct act *act)
{
    const struct actor *actor = act->facts->actor;
    const struct command *command = act->command;
    if (!actor)
        return false;
    bool own_credential =
        command->kind == COMMAND_set_credential && command->person == actor->person;
    bool own_post = command->kind == COMMAND_delegate_post ||
                    command->kind == COMMAND_end_delegation;
    /* What a regulation asks for is the authority's to say, not an administrator's. */
    bool rule = command->kind == COMMAND_ask_material;
    bool permitted = rule ? act->policy && str_eq(actor->role, act->policy->authority_role)
                          : str_eq(actor->role, ROLE_SECURITY_ADMINISTRATOR);
    if (own_credential || own_post || permitted)
        return false;
    act_refuse(act, REFUSAL_NO_POST, S("post"), STR_NONE, NO_WORDS);
    return true;
}

static bool is_administrator(str role)
{
    return str_eq(role, ROLE_SYSTEM_ADMINISTRATOR) || str_eq(role, ROLE_SECURITY_ADMINISTRATOR) ||
           str_eq(role, ROLE_AUDIT_ADMINISTRATOR);
}

static bool bad_name(struct act *act, str name)
{
    if (str_trim(name).len > 0 && name.len <= LIMIT_NAME_BYTES)
        return false;
    act_refuse(act, REFUSAL_MISSING_FIELD, S("name"), STR_NONE,
               (struct words){.first = {S("名称"), S("name")}});
    return true;
}

static void register_authority(struct act *act)
{
    const struct command *command = act->command;
    if (bad_name(act, command->name))
        return;
    struct event *event = act_emit(act, EVENT_authority_registered);
    event->authority = event->index;
    event->authority_registered = (struct event_authority_registered){
        .name = command->name,
        .name_en = command->name_en,
        .role = command->role,
        .level = command->level,
    };
    act->out->object = event->index;
}

/* A seat that one organisation alone can take, and that is taken. */
static bool sole_seat_taken(const struct act *act, str role)
{
    bool sole = false, taken = false;
    for (size_t i = 0; i < act->policy->n_procedures; i++) {
        const struct procedure *procedure = &act->policy->procedures[i];
        for (size_t k = 0; k < procedure->n_seats; k++)
            sole |= procedure->seats[k].kind == SEAT_SOLE &&
                    str_eq(procedure->seats[k].role, role);
    }
    const struct authority_state *authority = act->facts->authority;
    for (size_t i = 0; i < authority->organisations.len; i++)
        taken |= str_eq(authority->organisations.items[i].role, role);
    return sole && taken;
}

static void register_organisation(struct act *act)
{
    const struct command *command = act->command;
    const struct authority_state *authority = act->facts->authority;
    if (bad_name(act, command->name))
        return;
    const struct role *role = act->policy ? policy_role(act->policy, command->role) : NULL;
    if (!role)
        act_refuse(act, REFUSAL_UNKNOWN_ROLE, S("role"), STR_NONE,
                   (struct words){.first = same_label(command->role)});
    else if (sole_seat_taken(act, command->role))
        act_refuse(act, REFUSAL_SOLE_SEAT, S("role"), STR_NONE,
                   (struct words){.first = role->label});
    if (command->parent && !authority_organisation(authority, command->parent))
        act_refuse(act, REFUSAL_UNKNOWN_ORGANISATION, S("parent"), STR_NONE, NO_WORDS);
    for (size_t i = 0; i < authority->organisations.len; i++)
        if (str_eq(authority->organisations.items[i].name, command->name))
            act_refuse(act, REFUSAL_ALREADY_EXISTS, S("name"), STR_NONE,
                       (struct words){.first = same_label(command->name)});
    bool level_fits = false;
    for (size_t i = 0; role && i < role->n_levels; i++)
        level_fits |= str_eq(role->levels[i], command->level);
    if (role && !level_fits)
        act_refuse(act, REFUSAL_BAD_FIELD, S("level"), STR_NONE,
                   (struct words){.first = {S("层级"), S("level")},
                                  .second = {S("该角色没有这一层级"),
                                             S("the role has no such level")}});
    if (act->out->refused)
        return;
    struct event *event = act_emit(act, EVENT_organisation_registered);
    event->organisation_registered = (struct event_organisation_registered){
        .name = command->name,
        .role = command->role,
        .level = command->level,
        .parent = command->parent,
    };
    act->out->object = event->index;
}

/* The role is none, or another one than the organisation has. */
static void refuse_role(struct act *act, const struct organisation *organisation)
{
    const struct role *role = act->policy ? policy_role(act->policy, organisation->role) : NULL;
    if (act->policy && policy_role(act->policy, act->command->role))
        act_refuse(act, REFUSAL_OTHER_ROLE, S("role"), STR_NONE,
                   (struct words){.first = same_label(organisation->name),
                                  .second = role ? role->label : same_label(organisation->role)});
    else
        act_refuse(act, REFUSAL_UNKNOWN_ROLE, S("role"), STR_NONE,
                   (struct words){.first = same_label(act->command->role)});
}

static void register_person(struct act *act)
{
    const struct command *command = act->command;
    const struct organisation *organisation =
        authority_organisation(act->facts->authority, command->organisation);
    if (!organisation)
        act_refuse(act, REFUSAL_UNKNOWN_ORGANISATION, S("organisation"), STR_NONE, NO_WORDS);
    else if (!str_eq(organisation->role, command->role) &&
             !(is_administrator(command->role) && organisation->id == act->facts->authority->id))
        refuse_role(act, organisation);
    if (act->out->refused || bad_name(act, command->name))
        return;
    struct event *event = act_emit(act, EVENT_person_registered);
    int64_t person = event->index;
    event->person_registered = (struct event_person_registered){
        .name_mac = command->name_mac,
        .phone_mac = command->phone_mac,
    };
    event = act_emit(act, EVENT_post_granted);
    event->stream = person;
    event->post_granted = (struct event_post_granted){
        .person = person,
        .organisation = command->organisation,
        .role = command->role,
    };
    act->out->object = person;
}

static void load_calendar(struct act *act)
{
    const struct command *command = act->command;
    struct event *event = act_emit(act, EVENT_calendar_loaded);
    event->stream = act->facts->authority->id;
    event->calendar_loaded = (struct event_calendar_loaded){
        .year = command->year,
        .digest = command->digest,
        .document = command->document,
    };
    act->out->object = event->index;
}

/* The post that the actor holds; a delegate passes nothing on. */
static void delegate_post(struct act *act)
{
    const struct command *command = act->command;
    const struct facts *facts = act->facts;
    const struct actor *actor = facts->actor;
    bool member = false;
    for (size_t i = 0; i < facts->n_members; i++)
        member |= facts->members[i].person == command->person;
    if (actor->holder != actor->person)
        act_refuse(act, REFUSAL_DELEGATED_POST, S("post"), STR_NONE, NO_WORDS);
    if (!member || command->person == actor->person)
        act_refuse(act, REFUSAL_BAD_ASSIGNEE, S("person"), STR_NONE, NO_WORDS);
    if (date_cmp(command->from, facts->today) < 0 || date_cmp(command->until, command->from) < 0)
        act_refuse(act, REFUSAL_BAD_DAY, S("from"), STR_NONE,
                   (struct words){.first = {S("委托期间应自今日或以后起，止日不早于起日"),
                                            S("a delegation runs from today or later, and ends on "
                                              "or after its first day")}});
    if (!has_reason(act, command->reason) || act->out->refused)
        return;
    struct event *event = act_emit(act, EVENT_post_delegated);
    event->stream = actor->person;
    event->post_delegated = (struct event_post_delegated){
        actor->post, command->person, command->from, command->until, command->reason};
    act->out->object = event->index;
}

static void end_delegation(struct act *act)
{
    const struct facts *facts = act->facts;
    if (!facts->delegation || facts->delegation->holder != facts->actor->person) {
        act_refuse(act, REFUSAL_UNKNOWN_DELEGATION, S("delegation"), STR_NONE, NO_WORDS);
        return;
    }
    struct event *event = act_emit(act, EVENT_delegation_ended);
    event->stream = facts->actor->person;
    event->delegation_ended =
        (struct event_delegation_ended){facts->delegation->id, facts->today};
    act->out->object = facts->delegation->id;
}

/* Materials beyond the regulation's own are asked for only where it leaves room for them. */
static void ask_material(struct act *act)
{
    const struct command *command = act->command;
    const struct procedure *procedure =
        act->policy ? policy_procedure(act->policy, command->procedure) : NULL;
    const struct step *step = procedure ? procedure_step(procedure, command->step) : NULL;
    if (step) {
        act_note(act, step->seats);
        act_note(act, &step->further);
    }
    if (!step || !step->further) {
        act_refuse(act, step ? REFUSAL_NO_FURTHER : REFUSAL_UNKNOWN_STEP, S("step"),
                   step ? step->basis.article : STR_NONE,
                   (struct words){.first = step ? step->label : same_label(command->step)});
        return;
    }
    bool word = command->material.len > 0 && command->material.len <= LIMIT_LOGIN_BYTES &&
                !policy_material(act->policy, command->material);
    for (size_t i = 0; i < command->material.len; i++) {
        char c = command->material.ptr[i];
        word &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!word)
        act_refuse(act, REFUSAL_BAD_FIELD, S("material"), step->basis.article,
                   (struct words){.first = {S("材料代码"), S("name of the material")},
                                  .second = {S("由小写字母、数字和连字符组成，且不与已有材料重名"),
                                             S("small letters, digits and hyphens, and none of the "
                                               "regulation's own")}});
    if (bad_name(act, command->zh) || bad_name(act, command->en) || act->out->refused)
        return;
    struct event *event = act_emit(act, EVENT_material_asked);
    event->stream = act->facts->authority->id;
    event->material_asked = (struct event_material_asked){
        .procedure = command->procedure,
        .step = command->step,
        .material = command->material,
        .zh = command->zh,
        .en = command->en,
        .asked = command->asked,
    };
    act->out->object = event->index;
}

/* Said once every open case follows the calendar as it is. */
static void apply_calendar(struct act *act)
{
    struct event *event = act_emit(act, EVENT_calendar_applied);
    event->stream = act->facts->authority->id;
    event->calendar_applied =
        (struct event_calendar_applied){act->facts->authority->calendar_entry};
    act->out->object = event->index;
}

void decide_administration(struct act *act)
{
    const struct command *command = act->command;
    if (not_permitted(act))
        return;
    must(act->facts->authority || command->kind == COMMAND_register_authority);
    struct event *event;
    switch (command->kind) {
    case COMMAND_register_authority:
        register_authority(act);
        return;
    case COMMAND_register_organisation:
        register_organisation(act);
        return;
    case COMMAND_register_person:
        register_person(act);
        return;
    case COMMAND_load_calendar:
        load_calendar(act);
        return;
    case COMMAND_set_credential:
        event = act_emit(act, EVENT_credential_set);
        event->stream = command->person;
        event->credential_set = (struct event_credential_set){command->person, command->digest};
        act->out->object = command->person;
        return;
    case COMMAND_activate_policy:
        event = act_emit(act, EVENT_policy_activated);
        event->stream = act->facts->authority->id;
        event->policy_activated =
            (struct event_policy_activated){command->policy_name, command->digest};
        act->out->object = event->index;
        return;
    case COMMAND_apply_calendar:
        apply_calendar(act);
        return;
    case COMMAND_delegate_post:
        delegate_post(act);
        return;
    case COMMAND_end_delegation:
        end_delegation(act);
        return;
    case COMMAND_ask_material:
        ask_material(act);
        return;
    case COMMAND_open_case:
    case COMMAND_decide_task:
    case COMMAND_withdraw_case:
    case COMMAND_assign_task:
    case COMMAND_urge_task:
    case COMMAND_receive_notice:
    case COMMAND_correct_decision:
    case COMMAND_file_records:
    case COMMAND_open_duty:
    case COMMAND_tick:
        must_not_reach("a case command is not administration");
    }
}

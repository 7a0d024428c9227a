/* SPDX-License-Identifier: Apache-2.0
 * What a decision may not do itself: digests of bytes, salts, finished uploads; and the rows that
 * are kept beside the journal once it has decided. */
#include "clerk/clerk_priv.h"

#include "json/json.h"

enum { SALT_BYTES = 32, CASES_NAMED = 20 };

static void refuse(struct clerk *clerk, struct refusal *refusal, enum refusal_code code, str where,
                   str zh, str en)
{
    struct refusal_reason *reason = VEC_ADD(clerk->batch, &refusal->reasons);
    *reason = (struct refusal_reason){.code = code, .where = where, .zh1 = zh, .en1 = en};
}

static void prepare_person(struct clerk *clerk, struct command *command)
{
    char *salt = NEWS(clerk->batch, char, SALT_BYTES);
    if (clerk->options.random)
        clerk->options.random(clerk->options.ctx, salt, SALT_BYTES);
    else
        random_bytes(salt, SALT_BYTES);
    command->salt = (str){salt, SALT_BYTES};
    command->name_mac = digest_hex(clerk->batch, hmac_sm3(command->salt, command->name));
    command->phone_mac = digest_hex(clerk->batch, hmac_sm3(command->salt, command->phone));
}

static bool prepare_credential(struct clerk *clerk, struct command *command,
                               struct refusal *refusal, struct err *e)
{
    struct row_credential *other;
    struct row_person *person;
    if (!q_credential_of_login(clerk->db, clerk->batch, command->login, &other, e) ||
        !q_person(clerk->db, clerk->batch, command->person, &person, e))
        return false;
    /* Whoever sets a secret can log in with it. */
    if (!person || person->authority != command->authority)
        refuse(clerk, refusal, REFUSAL_UNKNOWN_PERSON, S("person"), STR_NONE, STR_NONE);
    if (other && other->person != command->person)
        refuse(clerk, refusal, REFUSAL_ALREADY_EXISTS, S("login"), command->login, command->login);
    command->digest =
        credential_digest(clerk->batch, command->person, command->login, command->secret);
    return true;
}

/* A pack that does not load is refused here, before it can become the one in force. */
static struct policy *load_policy(struct clerk *clerk, struct arena *arena, str blob,
                                  str *out_name, str *out_why)
{
    struct pack pack = {0};
    struct diagnostics diagnostics = {0};
    struct err broken = {0};
    struct policy *policy = NULL;
    if (pack_from_blob(arena, blob, &pack, &broken))
        policy = policy_load(arena, &pack, &diagnostics);
    if (policy)
        *out_name = str_dup(clerk->batch, policy->id);
    else if (diagnostics.items.len)
        *out_why = str_dup(clerk->batch, diagnostics_print(arena, &diagnostics));
    else
        *out_why = str_dup(clerk->batch, str_of(broken.msg));
    return policy;
}

static struct policy *try_policy(struct clerk *clerk, struct arena *arena, str blob,
                                 str *out_name, str *out_why)
{
    jmp_buf frame;
    if (setjmp(frame)) {
        *out_why = S("it needs more memory than a policy may take; make it smaller");
        return NULL;
    }
    arena_on_overflow(arena, &frame);
    return load_policy(clerk, arena, blob, out_name, out_why);
}

/* Open cases keep their version, but who may see what is a question of the version in force: a role
 * that it does not know could not even find the case that waits for it. */
static bool refuse_stranding(struct clerk *clerk, const struct command *command,
                             const struct policy *policy, struct refusal *refusal, struct err *e)
{
    struct row_roles_of_open_cases *roles;
    size_t n;
    if (!q_roles_of_open_cases(clerk->db, clerk->batch, command->authority, &roles, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct row_cases_waiting_for *rows;
        size_t n_rows;
        if (policy_role(policy, roles[i].role))
            continue;
        if (!q_cases_waiting_for(clerk->db, clerk->batch, command->authority, roles[i].role,
                                 CASES_NAMED, &rows, &n_rows, e))
            return false;
        struct buf numbers = buf_new(clerk->batch, 256);
        for (size_t k = 0; k < n_rows; k++)
            buf_addf(&numbers, "%s%.*s", k ? ", " : "", STR_FMT(rows[k].number));
        if (n_rows == CASES_NAMED)
            buf_add(&numbers, S(", ..."));
        refuse(clerk, refusal, REFUSAL_STRANDS_CASES, S("policy"), roles[i].role, roles[i].role);
        struct refusal_reason *reason = &refusal->reasons.items[refusal->reasons.len - 1];
        reason->zh2 = reason->en2 = buf_str(&numbers);
    }
    return true;
}

/* In an arena as large as every reader has: what is accepted here, all of them can load. */
static bool prepare_policy(struct clerk *clerk, struct command *command, struct refusal *refusal,
                           struct err *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA_POLICY);
    str why = STR_NONE;
    const struct rehearsal *rehearsal = clerk->options.rehearsal;
    const struct policy *policy = rehearsal ? rehearsal->policy : NULL;
    if (policy)
        command->policy_name = policy->id;
    else
        policy = try_policy(clerk, arena, command->bytes, &command->policy_name, &why);
    if (!policy)
        refuse(clerk, refusal, REFUSAL_BAD_POLICY, S("policy"), why, why);
    bool ok = !policy || refuse_stranding(clerk, command, policy, refusal, e);
    command->digest = digest_hex(clerk->batch, sm3(command->bytes));
    arena_free(arena);
    return ok;
}

static bool prepare_calendar(struct clerk *clerk, struct command *command, struct err *e)
{
    struct calendar calendar = {0};
    if (!calendar_parse(clerk->batch, S("calendar"), command->bytes, &calendar, e))
        return false;
    if (calendar.years.len != 1)
        return RAISE(e, INPUT, "calendar", "load one year at a time");
    command->year = calendar.years.items[0].year;
    command->document = calendar.years.items[0].document;
    command->digest = digest_hex(clerk->batch, sm3(command->bytes));
    return true;
}

static str upload_mac(const struct clerk *clerk, struct arena *arena, const struct row_upload *row)
{
    str key = clerk->options.head_key;
    if (key.len == 0)
        return S("");
    str text = str_printf(arena, "upload\n%lld\n%lld\n%lld\n%lld\n%lld\n%.*s\n%.*s\n%.*s",
                          (long long)row->id, (long long)row->person, (long long)row->size,
                          (long long)row->received, (long long)row->created_at,
                          STR_FMT(row->digest), STR_FMT(row->chain), STR_FMT(row->name));
    return digest_hex(arena, hmac_sm3(key, text));
}

void clerk_seal_upload(const struct clerk *clerk, struct arena *arena, struct row_upload *row)
{
    row->mac = upload_mac(clerk, arena, row);
}

bool clerk_upload_sealed(const struct clerk *clerk, struct arena *arena,
                         const struct row_upload *row)
{
    struct digest want, have;
    str mac = upload_mac(clerk, arena, row);
    return mac.len == 0 || (digest_parse(mac, &want) && digest_parse(row->mac, &have) &&
                            digest_equal(want, have));
}

/* The chunks of an upload as they are now. */
struct chunks {
    struct sm3_stream *stream;
    int64_t size, next;
    bool in_order;           /* numbered from 0, all full but the last */
};

static bool add_chunk(void *ctx, const struct row_whole_chunk *row, struct err *e)
{
    struct chunks *chunks = ctx;
    (void)e;
    chunks->in_order = chunks->in_order && row->number == chunks->next++ &&
                       chunks->size % LIMIT_CHUNK_BYTES == 0 && row->bytes.len > 0 &&
                       row->bytes.len <= LIMIT_CHUNK_BYTES;
    chunks->size += (int64_t)row->bytes.len;
    sm3_add(chunks->stream, row->bytes);
    return true;
}

/* Work rows are not trusted: what is cited for ever is hashed again first. */
static bool bytes_hold(struct clerk *clerk, const struct row_upload *upload, bool *out,
                       struct err *e)
{
    struct chunks chunks = {.stream = sm3_start(), .in_order = true};
    bool ok = q_upload_chunks_of(clerk->db, upload->id, add_chunk, &chunks, e);
    str digest = digest_hex(clerk->batch, sm3_end(chunks.stream));
    *out = chunks.in_order && chunks.size == upload->size && str_eq(digest, upload->digest);
    return ok;
}

/* Each upload is whole, the actor's own, and cited once. */
static bool prepare_materials(struct clerk *clerk, struct command *command,
                              struct refusal *refusal, struct err *e)
{
    for (size_t i = 0; i < command->materials.len; i++) {
        struct cited_material *cited = &command->materials.items[i];
        struct row_upload *upload;
        if (!q_upload(clerk->db, clerk->batch, cited->upload, &upload, e))
            return false;
        bool whole = upload && upload->person == command->actor &&
                     upload->received == upload->size &&
                     clerk_upload_sealed(clerk, clerk->batch, upload);
        for (size_t k = 0; k < i; k++)
            whole = whole && command->materials.items[k].upload != cited->upload;
        if (whole && !bytes_hold(clerk, upload, &whole, e))
            return false;
        if (!whole) {
            str name = upload && upload->person == command->actor ? upload->name : cited->material;
            refuse(clerk, refusal, REFUSAL_UPLOAD_INCOMPLETE, cited->material, name, name);
            continue;
        }
        cited->name = upload->name;
        cited->size = upload->size;
        cited->digest = upload->digest;
    }
    return true;
}

bool prepare_command(struct clerk *clerk, struct command *command, struct refusal *refusal,
                     struct err *e)
{
    switch (command->kind) {
    case COMMAND_register_person:
        prepare_person(clerk, command);
        return true;
    case COMMAND_set_credential:
        return prepare_credential(clerk, command, refusal, e);
    case COMMAND_activate_policy:
        return prepare_policy(clerk, command, refusal, e);
    case COMMAND_load_calendar:
        return prepare_calendar(clerk, command, e);
    case COMMAND_open_case:
    case COMMAND_decide_task:
        return prepare_materials(clerk, command, refusal, e);
    case COMMAND_register_authority:
    case COMMAND_register_organisation:
    case COMMAND_withdraw_case:
    case COMMAND_assign_task:
    case COMMAND_urge_task:
    case COMMAND_receive_notice:
    case COMMAND_correct_decision:
    case COMMAND_file_records:
    case COMMAND_delegate_post:
    case COMMAND_end_delegation:
    case COMMAND_ask_material:
    case COMMAND_apply_calendar:
    case COMMAND_open_duty:
    case COMMAND_tick:
        return true;
    }
    return true;
}

/* The bytes of each cited upload become kept rows of the material that its entry made. */
static bool keep_materials(struct clerk *clerk, const struct command *command,
                           const struct decision *decision, struct err *e)
{
    size_t next = 0;
    for (size_t i = 0; i < decision->events.len; i++) {
        const struct event *event = &decision->events.items[i];
        if (event->kind != EVENT_material_filed)
            continue;
        must(next < command->materials.len);
        int64_t upload = command->materials.items[next++].upload;
        if (!q_keep_attachment(clerk->db, event->index, upload, e) ||
            !q_delete_upload_chunks(clerk->db, upload, e) ||
            !q_delete_upload(clerk->db, upload, e))
            return false;
    }
    return true;
}

bool keep_rows(struct clerk *clerk, const struct command *command,
               const struct decision *decision, struct err *e)
{
    switch (command->kind) {
    case COMMAND_register_person:
        return q_keep_personal(clerk->db, decision->object, command->salt, command->name,
                               command->phone, e);
    case COMMAND_set_credential:
        return q_keep_credential(clerk->db, command->person, command->login, command->secret, e);
    case COMMAND_activate_policy:
        return q_keep_policy(clerk->db, command->digest, command->policy_name, command->bytes, e);
    case COMMAND_load_calendar:
        return q_keep_calendar(clerk->db, command->digest, command->bytes, e);
    case COMMAND_open_case:
    case COMMAND_decide_task:
        return keep_materials(clerk, command, decision, e);
    case COMMAND_register_authority:
    case COMMAND_register_organisation:
    case COMMAND_withdraw_case:
    case COMMAND_assign_task:
    case COMMAND_urge_task:
    case COMMAND_receive_notice:
    case COMMAND_correct_decision:
    case COMMAND_file_records:
    case COMMAND_delegate_post:
    case COMMAND_end_delegation:
    case COMMAND_ask_material:
    case COMMAND_apply_calendar:
    case COMMAND_open_duty:
    case COMMAND_tick:
        return true;
    }
    return true;
}

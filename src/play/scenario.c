/* SPDX-License-Identifier: Apache-2.0
 * Reading a scenario and setting its scene. */
#include "play/scenario_priv.h"

#include <errno.h>
#include <string.h>

enum { SCENARIO_BYTES = 1024 * 1024, DAYS_BEFORE = 60 };

bool scene_error(struct scene *scene, struct err *e, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str text = str_vprintf(scene->arena, fmt, args);
    va_end(args);
    str where = str_printf(scene->arena, "%s:%d", scene->path, scene->line);
    return RAISE(e, INPUT, where.ptr, "%.*s", STR_FMT(text));
}

bool scene_unknown(struct scene *scene, struct err *e, const char *what, str word,
                   const str *words, size_t n)
{
    struct buf known = buf_new(scene->arena, 128);
    for (size_t i = 0; i < n; i++)
        buf_addf(&known, "%s%.*s", i == 0 ? "" : i + 1 < n ? ", " : " and ", STR_FMT(words[i]));
    str near = str_nearest(word, words, n), list = buf_str(&known);
    return scene_error(scene, e, "%s \"%.*s\"; %s%.*s%sthere %s %.*s", what, STR_FMT(word),
                       near.len ? "did you mean \"" : "", STR_FMT(near), near.len ? "\"? " : "",
                       n == 1 ? "is" : "are", STR_FMT(list));
}

struct seat_holder *scene_holder(struct scene *scene, str alias)
{
    for (size_t i = 0; i < scene->holders.len; i++)
        if (str_eq(scene->holders.items[i].alias, alias))
            return &scene->holders.items[i];
    return NULL;
}

int64_t scene_case(struct scene *scene, str alias)
{
    for (size_t i = 0; i < scene->cases.len; i++)
        if (str_eq(scene->cases.items[i].alias, alias))
            return scene->cases.items[i].id;
    return -1;
}

struct case_state *scene_load(struct scene *scene, int64_t id, struct err *e)
{
    struct world world = {.db = clerk_db(scene->clerk), .arena = scene->arena};
    struct case_state *kase = NULL;
    bool ok = db_begin(world.db, e) && world_case(&world, id, &kase, e);
    db_rollback(world.db);
    return ok ? kase : NULL;
}

struct reader scene_reader(struct scene *scene, const struct seat_holder *holder)
{
    struct actor *actor = NEW(scene->arena, struct actor);
    *actor = (struct actor){holder->person, holder->post,   holder->organisation, scene->authority,
                            holder->role,   holder->person, DATE_NONE,            DATE_NONE};
    return (struct reader){clerk_db(scene->clerk), scene->library, scene->arena, actor,
                           date_of_instant(scene->now_ms)};
}

/* ---- words ---------------------------------------------------------------------------------- */

static bool read_word(struct scene *scene, str *rest, struct word *word, struct err *e)
{
    size_t at = 0;
    *word = (struct word){0};
    while (at < rest->len && rest->ptr[at] != ' ' && rest->ptr[at] != '"' && rest->ptr[at] != '=')
        at++;
    if (at < rest->len && rest->ptr[at] == '=') {
        word->name = (str){rest->ptr, at};
        *rest = (str){rest->ptr + at + 1, rest->len - at - 1};
        at = 0;
        while (at < rest->len && rest->ptr[at] != ' ' && rest->ptr[at] != '"')
            at++;
    }
    if (at == 0 && rest->len && rest->ptr[0] == '"') {
        word->quoted = true;
        str text = {rest->ptr + 1, rest->len - 1};
        if (!str_cut(text, '"', &word->text, rest))
            return scene_error(scene, e, "a text lacks its closing \"");
        return true;
    }
    word->text = (str){rest->ptr, at};
    *rest = (str){rest->ptr + at, rest->len - at};
    return true;
}

static bool read_words(struct scene *scene, str text, struct line *line, struct err *e)
{
    VEC(struct word) words = {0};
    for (;;) {
        text = str_trim(text);
        if (!text.len || text.ptr[0] == '#')
            break;
        if (!read_word(scene, &text, VEC_ADD(scene->arena, &words), e))
            return false;
    }
    line->words = words.items;
    line->n = words.len;
    line->number = scene->line;
    return true;
}

bool is_word(const struct line *line, size_t at, const char *text)
{
    return at < line->n && !line->words[at].name.len && !line->words[at].quoted &&
           str_eq(line->words[at].text, str_of(text));
}

/* ---- setting the scene ---------------------------------------------------------------------- */

/* A pack beside the scenario (its folder's parent) comes before a shipped one of that name, so
 * that a pack is played while it is written. */
static bool find_pack(struct scene *scene, str name, struct pack *pack, struct err *e)
{
    str path = str_of(scene->path);
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/')
        slash--;
    str folder = str_printf(scene->arena, "%.*s..", (int)slash, path.ptr);
    str probe = str_printf(scene->arena, "%.*s/pack.yaml", STR_FMT(folder));
    FILE *file = fopen(probe.ptr, "rb");
    if (!file)
        return pack_find(scene->arena, name, pack, e);
    fclose(file);
    return pack_find(scene->arena, folder, pack, e);
}

/* Salts need not be secret in a scenario, and the same file must give the same journal. */
static void steady_bytes(void *ctx, void *out, size_t n)
{
    struct prng *prng = ctx;
    unsigned char *bytes = out;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)prng_next(prng);
}

static void note_line(void *ctx, const void *part)
{
    struct scene *scene = ctx;
    if (scene->trial->note)
        scene->trial->note(scene->trial->ctx, scene->line, part);
}

/* The law is another from here on. */
static void go_on_with(struct scene *scene, const struct trial *trial)
{
    scene->trial = trial;
    scene->policy = trial->policy;
    scene->rehearsal = (struct rehearsal){scene->policy, note_line, scene};
    library_stand_in(scene->library, scene->policy);
    if (scene->clerk)
        clerk_rehearse_another(scene->clerk);
}

static bool load_policy(struct scene *scene, const struct line *line, struct pack *pack,
                        struct err *e)
{
    struct diagnostics diagnostics = {0};
    if (scene->trial) {
        *pack = *scene->trial->pack;
        go_on_with(scene, scene->trial);
        return true;
    }
    if (!find_pack(scene, line->words[1].text, pack, e))
        return false;
    /* Whether it is sound as well is asked when it is activated. */
    scene->policy = policy_load_again(scene->arena, pack, &diagnostics);
    if (!scene->policy) {
        str text = diagnostics_print(scene->arena, &diagnostics);
        return scene_error(scene, e, "the policy does not load: %.*s", STR_FMT(text));
    }
    return true;
}

static bool set_policy(struct scene *scene, const struct line *line, struct err *e)
{
    struct pack pack = {0};
    if (scene->clerk || line->n != 2)
        return scene_error(scene, e, "a scenario begins with one line: policy NAME");
    if (!load_policy(scene, line, &pack, e))
        return false;
    if (!str_eq(scene->policy->id, line->words[1].text))
        return scene_error(scene, e, "the pack beside this file is %.*s",
                           STR_FMT(scene->policy->id));
    struct prng *prng = NEW(scene->arena, struct prng);
    prng_seed(prng, 1);
    struct clerk_options options = {
        .database = scene->database ? scene->database : ":memory:",
        .origin = S("yunjian/play"),
        .random = steady_bytes,
        .ctx = prng,
        .rehearsal = scene->trial ? &scene->rehearsal : NULL,
    };
    /* A story may begin before the regulation does, to show that nothing can be opened then. */
    scene->now_ms = instant_of_date(date_plus(scene->policy->from, -DAYS_BEFORE), 9, 0);
    if (!clerk_open(&options, &scene->clerk, e) ||
        !found_authority(scene->clerk, scene->arena, &pack, scene->policy, scene->now_ms,
                         &scene->authority, e))
        return false;
    struct seat_holder *holder = VEC_ADD(scene->arena, &scene->holders);
    holder->alias = S("authority");
    holder->organisation = scene->authority;
    holder->role = scene->policy->authority_role;
    return true;
}

static bool add_person(struct scene *scene, struct seat_holder *holder, struct err *e)
{
    struct command command = {
        .kind = COMMAND_register_person,
        .authority = scene->authority,
        .organisation = holder->organisation,
        .role = holder->role,
        .name = holder->alias,
        .phone = S("13800000000"),
    };
    if (!run_trusted(scene->clerk, scene->arena, &command, scene->now_ms, &holder->person, e))
        return false;
    holder->post = holder->person + 1; /* registering a person grants the post with it */
    return true;
}

/* A role of the policy at one of its levels; else e says which there are. */
static bool named_role(struct scene *scene, str id, str level, struct err *e)
{
    const struct policy *policy = scene->policy;
    const struct role *role = policy_role(policy, id);
    str *ids = NEWS(scene->arena, str, policy->n_roles);
    for (size_t i = 0; i < policy->n_roles; i++)
        ids[i] = policy->roles[i].id;
    if (!role)
        return scene_unknown(scene, e, "the policy has no role", id, ids, policy->n_roles);
    for (size_t i = 0; i < role->n_levels; i++)
        if (str_eq(role->levels[i], level))
            return true;
    str what = str_printf(scene->arena, "role %.*s has no level", STR_FMT(id));
    return scene_unknown(scene, e, what.ptr, level, role->levels, role->n_levels);
}

static bool set_organisation(struct scene *scene, const struct line *line, struct err *e)
{
    bool under = is_word(line, 5, "under") && line->n == 7;
    if (line->n != 5 && !under)
        return scene_error(scene, e,
                           "write: organisation ALIAS ROLE LEVEL \"NAME\" [under ALIAS]");
    struct seat_holder *above = under ? scene_holder(scene, line->words[6].text) : NULL;
    if (under && !above)
        return scene_error(scene, e, "no organisation is called %.*s",
                           STR_FMT(line->words[6].text));
    struct seat_holder holder = {.alias = line->words[1].text, .role = line->words[2].text};
    if (!named_role(scene, holder.role, line->words[3].text, e))
        return false;
    struct command command = {
        .kind = COMMAND_register_organisation,
        .authority = scene->authority,
        .role = holder.role,
        .level = line->words[3].text,
        .name = line->words[4].text,
        .parent = above ? above->organisation : 0,
    };
    if (!run_trusted(scene->clerk, scene->arena, &command, scene->now_ms, &holder.organisation,
                     e) ||
        !add_person(scene, &holder, e))
        return false;
    VEC_PUSH(scene->arena, &scene->holders, holder);
    return true;
}

/* Another person with the post of somebody who is there. */
static bool set_person(struct scene *scene, const struct line *line, struct err *e)
{
    struct seat_holder *like =
        line->n == 4 && is_word(line, 2, "of") ? scene_holder(scene, line->words[3].text) : NULL;
    if (!like)
        return scene_error(scene, e, "write: person ALIAS of ALIAS");
    struct seat_holder holder = *like;
    holder.alias = line->words[1].text;
    if (!add_person(scene, &holder, e))
        return false;
    VEC_PUSH(scene->arena, &scene->holders, holder);
    return true;
}

/* The case that an effect of another's started gets its name. */
static bool name_started(struct scene *scene, const struct line *line, struct err *e)
{
    int64_t cause = line->n == 4 && is_word(line, 2, "as")
                        ? scene_case(scene, line->words[1].text) : -1;
    struct case_state *kase = cause < 0 ? NULL : scene_load(scene, cause, e);
    struct row_case_started *row;
    if (!kase)
        return scene_error(scene, e, "write: started CASE as CASE");
    struct db *db = clerk_db(scene->clerk);
    bool ok = db_begin(db, e) && q_case_started(db, scene->arena, kase->system, cause, &row, e);
    db_rollback(db);
    if (!ok)
        return false;
    if (!row)
        return scene_error(scene, e, "%.*s started no case", STR_FMT(line->words[1].text));
    struct named_case named = {line->words[3].text, row->id};
    VEC_PUSH(scene->arena, &scene->cases, named);
    return true;
}

/* The case of a duty that an organisation owes, the last one that opened, gets its name. */
static bool name_duty(struct scene *scene, const struct line *line, struct err *e)
{
    bool form = line->n == 6 && is_word(line, 2, "of") && is_word(line, 4, "as");
    struct seat_holder *holder = form ? scene_holder(scene, line->words[3].text) : NULL;
    struct row_duty_last *row;
    if (!holder)
        return scene_error(scene, e, "write: duty PROCEDURE of ALIAS as CASE");
    if (!scene_duty(scene, line->words[1].text, holder->organisation, &row, e))
        return false;
    if (!row)
        return scene_error(scene, e, "%.*s owes no %.*s", STR_FMT(line->words[3].text),
                           STR_FMT(line->words[1].text));
    struct named_case named = {line->words[5].text, row->id};
    VEC_PUSH(scene->arena, &scene->cases, named);
    return true;
}

static bool opens_by_itself(const struct policy *policy)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (policy->procedures[i].opens.present)
            return true;
    return false;
}

static bool set_clock(struct scene *scene, const struct line *line, struct err *e)
{
    int64_t at_ms;
    str text = line->n == 3 ? str_printf(scene->arena, "%.*s %.*s", STR_FMT(line->words[1].text),
                                         STR_FMT(line->words[2].text))
                            : STR_NONE;
    if (!instant_parse(text, &at_ms))
        return scene_error(scene, e, "write: at YYYY-MM-DD HH:MM");
    if (at_ms < scene->now_ms)
        return scene_error(scene, e, "time does not go back");
    /* Every midnight on the way is lived through: warnings come on their own day. */
    date day = date_of_instant(scene->now_ms), last = date_of_instant(at_ms);
    bool lived = scene->cases.len || opens_by_itself(scene->policy);
    for (; date_cmp(day, last) < 0 && lived; day = date_plus(day, 1))
        if (clerk_tick(scene->clerk, instant_of_date(date_plus(day, 1), 0, 0), e) < 0)
            return false;
    scene->now_ms = at_ms;
    return clerk_tick(scene->clerk, at_ms, e) >= 0;
}

static bool act(struct scene *scene, const struct line *line, struct err *e)
{
    struct answer answer;
    if (!scene_act(scene, line, 0, line->n, &answer, e))
        return false;
    if (answer.kind != ANSWER_REFUSED)
        return true;
    const struct refusal_reason *reason = &answer.refusal.reasons.items[0];
    str text = refusal_text(scene->arena, reason, LANGUAGE_EN,
                            policy_regulation(scene->policy, reason->article).en);
    return scene_error(scene, e, "refused, %s at %.*s: %.*s", refusal_name(reason->code),
                       STR_FMT(reason->where), STR_FMT(text));
}

static bool begin_missing(struct scene *scene, struct err *e)
{
    return scene_error(scene, e, "a scenario begins with one line: policy NAME");
}

static bool play_line(struct scene *scene, const struct line *line, struct err *e)
{
    scene->result.act = !is_word(line, 0, "expect") && !is_word(line, 0, "started") &&
                        !is_word(line, 0, "duty");
    if (is_word(line, 0, "policy"))
        return set_policy(scene, line, e);
    if (!scene->clerk)
        return begin_missing(scene, e);
    if (is_word(line, 0, "at"))
        return set_clock(scene, line, e);
    if (is_word(line, 0, "organisation"))
        return set_organisation(scene, line, e);
    if (is_word(line, 0, "form") && line->n >= 2) {
        struct named_form form = {line->words[1].text, line->words + 2, line->n - 2};
        VEC_PUSH(scene->arena, &scene->forms, form);
        return true;
    }
    /* The authority's own person comes with the first line that needs somebody. */
    if (!scene->holders.items[0].person && !add_person(scene, &scene->holders.items[0], e))
        return false;
    if (is_word(line, 0, "expect"))
        return scene_expect(scene, line, e);
    if (is_word(line, 0, "person"))
        return set_person(scene, line, e);
    if (is_word(line, 0, "started"))
        return name_started(scene, line, e);
    if (is_word(line, 0, "duty"))
        return name_duty(scene, line, e);
    return act(scene, line, e);
}

static bool play_text(struct scene *scene, str text, struct err *e)
{
    int number = 0;
    while (text.len) {
        struct buf joined = buf_new(scene->arena, 256);
        str head;
        scene->line = number + 1;
        bool more;
        do {
            str_cut(text, '\n', &head, &text);
            number++;
            head = str_trim(head);
            more = str_ends(head, S("\\"));
            buf_add(&joined, more ? (str){head.ptr, head.len - 1} : head);
            buf_addc(&joined, ' ');
        } while (more && text.len);
        struct line line;
        if (!read_words(scene, buf_str(&joined), &line, e))
            return false;
        if (line.n && scene->trial && scene->trial->before) {
            const struct trial *other = scene->trial->before(scene->trial->ctx, scene->line);
            if (other)
                go_on_with(scene, other);
        }
        if (line.n && !play_line(scene, &line, e))
            return false;
        if (scene->trial && scene->result.failed)
            return true;
    }
    if (scene->clerk)
        return true;
    scene->line = 1;
    return begin_missing(scene, e);
}

static bool empty_database(const char *database, struct err *e)
{
    struct db *db;
    if (!db_open(database, DB_WRITER, &db, e))
        return false;
    bool ok = db_begin(db, e);
    for (size_t i = 0; ok && i < db_tables_n; i++)
        ok = db_clear_table(db, &db_tables[i], e);
    ok = ok && db_commit(db, e);
    db_close(db);
    return ok;
}

static bool require_empty(const char *database, struct err *e)
{
    struct db *db;
    bool empty = false;
    if (!db_open(database, DB_WRITER, &db, e))
        return false;
    bool ok = db_begin(db, e) && db_is_empty(db, &empty, e);
    db_close(db);
    return ok && (empty || RAISE(e, INPUT, "--db", "scenarios play only in an empty database"));
}

bool play_trial(const struct scenario *scenario, const struct trial *trial,
                struct play_result *result, struct err *e)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct scene scene = {.arena = arena, .path = scenario->path, .trial = trial};
    scene.library = library_new();
    bool ok = play_text(&scene, scenario->text, e);
    library_free(scene.library);
    clerk_close(scene.clerk);
    /* An act that the rules refuse is a failure of the scenario, not of the program. */
    if (!ok && e->code == ERR_INPUT) {
        scene.result.failed++;
        scene.result.line = scene.line;
        ok = true;
    }
    *result = scene.result;
    arena_free(arena);
    return ok;
}

bool play_file(const char *path, const char *database, FILE *out, struct play_result *result,
               struct err *e)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    struct scene scene = {.arena = arena, .path = path, .out = out, .database = database};
    char *bytes = NEWS(arena, char, SCENARIO_BYTES);
    FILE *file = fopen(path, "rb");
    bool ok = file != NULL || RAISE(e, IO, path, "cannot open: %s", strerror(errno));
    size_t len = file ? fread(bytes, 1, SCENARIO_BYTES, file) : 0;
    if (file)
        fclose(file);
    str text = {bytes, len};
    if (ok && (len == SCENARIO_BYTES || !utf8_valid(text)))
        ok = RAISE(e, INPUT, path, "a scenario is UTF-8 text of less than 1 MiB");
    ok = ok && (!database || require_empty(database, e));
    bool used = ok;
    scene.library = library_new();
    ok = ok && play_text(&scene, text, e);
    library_free(scene.library);
    clerk_close(scene.clerk);
    if (used && database) {
        struct err cleaning = {0};
        if (!empty_database(database, &cleaning) && ok) {
            *e = cleaning;
            ok = false;
        }
    }
    *result = scene.result;
    arena_free(arena);
    return ok;
}

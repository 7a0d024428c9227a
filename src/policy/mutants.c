/* SPDX-License-Identifier: Apache-2.0
 * The mutants of a pack: each value of its files changed alone. The places are those of the
 * language, so every part of a pack is walked here, and what no maker changes a test names. */
#include "policy/mutants_priv.h"

static const char *const WORDS[] = {
#define X(symbol, word) word,
#include "policy/mutations.def"
#undef X
};

const char *mutation_word(enum mutation kind)
{
    return WORDS[kind];
}

/* ---- making -------------------------------------------------------------------------------- */

static struct basis basis_of(const struct node *part, struct basis inherited)
{
    const struct node *article = child(part, "basis"), *source = child(part, "source");
    if (article && article->kind == NODE_SCALAR)
        return (struct basis){article->text, false};
    return source ? (struct basis){STR_NONE, true} : inherited;
}

struct making_mark enter(struct making *making, str name, const struct node *part)
{
    struct making_mark mark = {making->place, making->basis};
    making->place = making->place.len ? str_printf(making->arena, "%.*s.%.*s",
                                                   STR_FMT(making->place), STR_FMT(name))
                                      : name;
    making->basis = basis_of(part, making->basis);
    return mark;
}

struct making_mark enter_item(struct making *making, size_t at, const struct node *part)
{
    return enter(making, str_printf(making->arena, "%zu", at + 1), part);
}

void leave(struct making *making, struct making_mark mark)
{
    making->place = mark.place;
    making->basis = mark.basis;
}

/* A folded or block text may have line ends. */
static str one_line(struct making *making, str text)
{
    struct buf out = buf_new(making->arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        buf_addc(&out, text.ptr[i] == '\n' || text.ptr[i] == '\t' ? ' ' : text.ptr[i]);
    return str_trim(buf_str(&out));
}

void mutate(struct making *making, enum mutation kind, const struct node *where, struct node *at,
            const struct node *instead, str from, str to)
{
    from = one_line(making, from);
    to = one_line(making, to);
    str stem = str_printf(making->arena, "%.*s:%s", STR_FMT(making->place), WORDS[kind]);
    size_t same = 1;
    for (size_t i = 0; i < making->mutants.len; i++) {
        const struct mutant *other = &making->mutants.items[i];
        if (other->at == at && str_eq(other->from, from) && str_eq(other->to, to) &&
            str_eq(node_print(making->arena, other->instead), node_print(making->arena, instead)))
            return;
        same += str_starts(other->id, stem) &&
                (other->id.len == stem.len || other->id.ptr[stem.len] == '.');
    }
    const struct procedure *procedure = making->procedure;
    struct mutant *mutant = VEC_ADD(making->arena, &making->mutants);
    *mutant = (struct mutant){
        .kind = kind,
        .id = same == 1 ? stem : str_printf(making->arena, "%.*s.%zu", STR_FMT(stem), same),
        .pos = where->pos,
        .basis = making->basis,
        .procedure = procedure ? procedure->id : STR_NONE,
        .from = from,
        .to = to,
        .file = making->file,
        .root = making->root,
        .at = at,
        .instead = instead,
    };
}

void change_text(struct making *making, enum mutation kind, struct node *scalar, str to)
{
    mutate(making, kind, scalar, scalar, text_node(making, to), scalar->text, to);
}

void drop_item(struct making *making, enum mutation kind, struct node *list, size_t at)
{
    struct node *item = list->items.items[at];
    mutate(making, kind, item, list, without_item(making, list, at), node_brief(making, item),
           S("nothing"));
}

void drop_key(struct making *making, enum mutation kind, struct node *map, const char *key)
{
    struct node *value = child(map, key);
    str brief = node_brief(making, value);
    mutate(making, kind, value, map, without_key(making, map, key),
           str_printf(making->arena, "%s: %.*s", key, STR_FMT(brief)), S("nothing"));
}

void change_number(struct making *making, enum mutation kind, struct node *scalar, int64_t least)
{
    str head, rest;
    int64_t number;
    bool more = str_cut(scalar->text, ' ', &head, &rest);
    if (!str_to_i64(head, &number))
        return;
    for (int by = 1; by >= -1; by -= 2)
        if (number + by >= least)
            change_text(making, kind, scalar,
                        str_printf(making->arena, "%lld%s%.*s", (long long)number + by,
                                   more ? " " : "", STR_FMT(rest)));
}

/* A day without a year is one of any year that has no 29 February. */
bool change_day(struct making *making, struct node *scalar, str word)
{
    date day;
    bool yearly = word.len == 5 && word.ptr[2] == '-';
    str whole = yearly ? str_printf(making->arena, "2023-%.*s", STR_FMT(word)) : word;
    size_t at = (size_t)(word.ptr - scalar->text.ptr);
    str head = {scalar->text.ptr, at};
    str tail = {word.ptr + word.len, scalar->text.len - at - word.len};
    if (!date_parse(whole, &day))
        return false;
    for (int by = 1; by >= -1; by -= 2) {
        str moved = date_print(making->arena, date_plus(day, by));
        if (yearly)
            moved = (str){moved.ptr + 5, moved.len - 5};
        change_text(making, MUTATION_DAY, scalar,
                    str_printf(making->arena, "%.*s%.*s%.*s", STR_FMT(head), STR_FMT(moved),
                               STR_FMT(tail)));
    }
    return true;
}

/* ---- sections ----------------------------------------------------------------------------- */

static str next_role(const struct making *making, str role)
{
    const struct policy *policy = making->policy;
    for (size_t i = 0; i < policy->n_roles; i++)
        if (str_eq(policy->roles[i].id, role))
            return policy->roles[(i + 1) % policy->n_roles].id;
    return role;
}

void change_role(struct making *making, struct node *role)
{
    if (role && making->policy->n_roles > 1)
        change_text(making, MUTATION_ACTOR, role, next_role(making, role->text));
}

static str other_level(str level)
{
    return str_eq(level, S("city")) ? S("province") : S("city");
}

static void mutate_role(struct making *making, const struct node *role)
{
    struct node *sees = child(role, "sees"), *levels = child(role, "levels");
    change_text(making, MUTATION_SEES, sees, str_eq(sees->text, S("all")) ? S("own") : S("all"));
    for (size_t i = 0; i < levels->items.len; i++) {
        struct node *level = levels->items.items[i];
        if (levels->items.len > 1)
            drop_item(making, MUTATION_LEVEL, levels, i);
        else
            change_text(making, MUTATION_LEVEL, level, other_level(level->text));
    }
}

static void mutate_roles(struct making *making, const struct node *roles)
{
    for (size_t i = 0; roles && i < roles->entries.len; i++) {
        const struct node_entry *entry = &roles->entries.items[i];
        struct making_mark mark = enter(making, entry->key->text, entry->value);
        mutate_role(making, entry->value);
        leave(making, mark);
    }
}

static void mutate_register(struct making *making, struct node *ledger)
{
    struct node *by = child(ledger, "by"), *about = child(ledger, "about");
    change_role(making, by);
    if (about)
        change_text(making, MUTATION_ABOUT, about,
                    str_eq(about->text, S("system")) ? S("organisation") : S("system"));
    if (child(ledger, "every"))
        drop_key(making, MUTATION_EVERY, ledger, "every");
    else if (by) /* of what only acts file, the latest line counts either way */
        mutate(making, MUTATION_EVERY, ledger, ledger,
               with_key(making, ledger, S("every"), text_node(making, S("month"))), S("nothing"),
               S("every: month"));
    mutate_form(making, child(ledger, "form"), by != NULL);
}

static void mutate_registers(struct making *making, const struct node *registers)
{
    for (size_t i = 0; registers && i < registers->entries.len; i++) {
        const struct node_entry *entry = &registers->entries.items[i];
        struct making_mark mark = enter(making, entry->key->text, entry->value);
        mutate_register(making, entry->value);
        leave(making, mark);
    }
}

static void mutate_lists(struct making *making, const struct node *lists)
{
    for (size_t i = 0; lists && i < lists->entries.len; i++) {
        const struct node_entry *entry = &lists->entries.items[i];
        struct making_mark mark = enter(making, entry->key->text, entry->value);
        mutate_expression(making, child(entry->value, "when"));
        leave(making, mark);
    }
}

static void mutate_columns(struct making *making, const struct node *columns)
{
    for (size_t i = 0; columns && i < columns->entries.len; i++) {
        const struct node_entry *entry = &columns->entries.items[i];
        struct making_mark mark = enter(making, entry->key->text, entry->value);
        mutate_expression(making, child(entry->value, "when"));
        leave(making, mark);
    }
}

static void mutate_reports(struct making *making, const struct node *reports)
{
    for (size_t i = 0; reports && i < reports->entries.len; i++) {
        const struct node_entry *entry = &reports->entries.items[i];
        struct making_mark mark = enter(making, entry->key->text, entry->value);
        mutate_columns(making, child(entry->value, "columns"));
        leave(making, mark);
    }
}

/* Those of pack.yaml, and those that stand apart in a file of their own. */
static void mutate_sections(struct making *making, const struct node *root)
{
    static const struct {
        const char *key;
        void (*run)(struct making *making, const struct node *part);
    } PARTS[] = {{"roles", mutate_roles},
                 {"registers", mutate_registers},
                 {"lists", mutate_lists},
                 {"reports", mutate_reports}};
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        struct making_mark mark = enter(making, str_of(PARTS[i].key), NULL);
        PARTS[i].run(making, child(root, PARTS[i].key));
        leave(making, mark);
    }
}

static void mutate_head(struct making *making, const struct node *root)
{
    struct node *from = child(root, "from"), *day = child(from, "day");
    struct making_mark mark = enter(making, S("from"), from);
    change_day(making, day ? day : from, day ? day->text : from->text);
    leave(making, mark);
    mark = enter(making, S("due-soon"), child(root, "due-soon"));
    change_number(making, MUTATION_SOON, child(child(root, "due-soon"), "working-days"), 0);
    leave(making, mark);
    mark = enter(making, S("authority"), NULL);
    change_role(making, child(child(root, "authority"), "role"));
    leave(making, mark);
}

/* ---- forms --------------------------------------------------------------------------------- */

static void mutate_range(struct making *making, const struct node *field)
{
    static const char *const ENDS[] = {"min", "max"};
    for (size_t i = 0; i < COUNT_OF(ENDS); i++) {
        struct node *end = child(field, ENDS[i]);
        struct making_mark mark = enter(making, str_of(ENDS[i]), NULL);
        if (end)
            change_number(making, MUTATION_RANGE, end, -LIMIT_JSON_INTEGER);
        leave(making, mark);
    }
}

static void mutate_choices(struct making *making, struct node *choices)
{
    for (size_t i = 0; choices && i < choices->entries.len; i++) {
        struct node *changed = without_key(making, choices, ""); /* a copy: no key is empty */
        const struct node *word = choices->entries.items[i].key;
        str to = str_printf(making->arena, "%.*s-x", STR_FMT(word->text));
        changed->entries.items[i].key = text_node(making, to);
        mutate(making, MUTATION_WORD, word, choices, changed, word->text, to);
    }
}

static void mutate_for(struct making *making, struct node *field)
{
    struct node *list = child(field, "for");
    if (!list)
        return;
    drop_key(making, MUTATION_FOR, field, "for");
    for (size_t i = 0; i < list->items.len && list->items.len > 1; i++)
        drop_item(making, MUTATION_FOR, list, i);
}

/* Cases of another procedure are cited. */
static void mutate_cited(struct making *making, struct node *procedure)
{
    const struct policy *policy = making->policy;
    for (size_t i = 0; procedure && i < policy->n_procedures; i++)
        if (str_eq(policy->procedures[i].id, procedure->text))
            change_text(making, MUTATION_WORD, procedure,
                        policy->procedures[(i + 1) % policy->n_procedures].id);
}

static void mutate_field(struct making *making, struct node *field, const struct node *name,
                         bool filled)
{
    struct node *role = child(field, "role");
    const struct node *optional = child(field, "optional");
    mutate_choices(making, child(field, "choices"));
    change_role(making, role);
    mutate_cited(making, child(field, "procedure"));
    mutate_for(making, field);
    if (!filled)
        return;
    mutate_range(making, field);
    bool may = optional && str_eq(optional->text, S("yes"));
    mutate(making, MUTATION_OPTIONAL, name, field,
           with_key(making, field, S("optional"), text_node(making, may ? S("no") : S("yes"))),
           may ? S("optional") : S("required"), may ? S("required") : S("optional"));
}

void mutate_form(struct making *making, const struct node *form, bool filled)
{
    for (size_t i = 0; form && i < form->entries.len; i++) {
        const struct node_entry *entry = &form->entries.items[i];
        struct making_mark mark = enter(making, entry->key->text, entry->value);
        mutate_field(making, entry->value, entry->key, filled);
        leave(making, mark);
    }
}

/* ---- procedures ---------------------------------------------------------------------------- */

static void mutate_seats(struct making *making, const struct node *seats)
{
    for (size_t i = 0; seats && i < seats->entries.len; i++) {
        struct node *found = seats->entries.items[i].value;
        struct making_mark mark = enter(making, seats->entries.items[i].key->text, NULL);
        change_text(making, MUTATION_ACTOR, found,
                    !str_eq(found->text, S("sole"))  ? S("sole")
                    : making->procedure->subject == SUBJECT_SYSTEM ? S("system.owner")
                                                                   : S("opener"));
        leave(making, mark);
    }
}

static void mutate_withdrawal(struct making *making, struct node *root)
{
    struct node *withdraw = child(root, "withdraw"), *before = child(withdraw, "before");
    if (!withdraw)
        return;
    struct making_mark mark = enter(making, S("withdraw"), withdraw);
    drop_key(making, MUTATION_WITHDRAW, root, "withdraw");
    for (size_t i = 0; i < before->items.len; i++)
        drop_item(making, MUTATION_WITHDRAW, before, i);
    struct node *effects = child(withdraw, "effects");
    for (size_t i = 0; effects && i < effects->items.len; i++)
        drop_item(making, MUTATION_EFFECT, effects, i);
    leave(making, mark);
}

static str more_or_less_often(str every)
{
    static const str PERIODS[] = {{"month", 5}, {"quarter", 7}, {"half-year", 9}, {"year", 4}};
    for (size_t i = 0; i < COUNT_OF(PERIODS); i++)
        if (str_eq(PERIODS[i], every))
            return PERIODS[(i + 1) % COUNT_OF(PERIODS)];
    return every;
}

/* A duty's day: MM-DD, or the number of a day. */
static void mutate_opening(struct making *making, struct node *root)
{
    struct node *opens = child(root, "opens"), *from = child(opens, "from");
    const struct node *priority = child(root, "priority");
    if (opens) {
        struct making_mark mark = enter(making, S("opens"), opens);
        drop_key(making, MUTATION_OPENS, root, "opens");
        change_text(making, MUTATION_EVERY, child(opens, "every"),
                    more_or_less_often(child(opens, "every")->text));
        if (!change_day(making, from, from->text))
            change_number(making, MUTATION_DAY, from, 1);
        leave(making, mark);
    }
    if (priority && !str_eq(priority->text, S("no")))
        drop_key(making, MUTATION_MARK, root, "priority");
}

/* About a system it has one to be given; about none, it gets one. */
static void mutate_subject(struct making *making, struct node *root)
{
    struct node *about = child(root, "about");
    if (about && str_eq(about->text, S("system")))
        drop_key(making, MUTATION_ABOUT, root, "about");
    else if (about)
        change_text(making, MUTATION_ABOUT, about, S("system"));
}

static void mutate_procedure(struct making *making, struct node *root)
{
    struct making_mark mark = enter(making, making->procedure->id, root);
    struct making_mark inner = enter(making, S("seats"), NULL);
    mutate_seats(making, child(root, "seats"));
    leave(making, inner);
    mutate_subject(making, root);
    mutate_opening(making, root);
    inner = enter(making, S("offered"), NULL);
    mutate_conditions(making, child(root, "offered"));
    leave(making, inner);
    mutate_withdrawal(making, root);
    mutate_steps(making, child(root, "steps"));
    leave(making, mark);
}

struct mutant *policy_mutants(struct arena *arena, const struct pack *pack,
                              const struct policy *policy, size_t *out_n)
{
    struct making making = {.arena = arena, .policy = policy, .place = S("")};
    struct diagnostics none = {0};
    struct load load = {.arena = arena, .pack = pack, .diagnostics = &none};
    for (size_t i = 0; i < pack->files.len; i++) {
        struct node *root = yaml_read(&load, &pack->files.items[i]);
        must(root != NULL);
        making.root = root;
        making.file = i;
        const struct node *id = child(root, "procedure");
        making.procedure = id ? policy_procedure(policy, id->text) : NULL;
        if (id)
            mutate_procedure(&making, root);
        else
            mutate_sections(&making, root);
        if (child(root, "policy"))
            mutate_head(&making, root);
    }
    *out_n = making.mutants.len;
    return making.mutants.items;
}

struct pack mutant_pack(struct arena *arena, const struct pack *pack, const struct mutant *mutant)
{
    struct pack changed = {0};
    struct node kept = *mutant->at;
    *mutant->at = *mutant->instead;
    str bytes = node_print(arena, mutant->root);
    *mutant->at = kept;
    for (size_t i = 0; i < pack->files.len; i++) {
        const struct pack_file *file = &pack->files.items[i];
        VEC_PUSH(arena, &changed.files,
                 ((struct pack_file){file->name, i == mutant->file ? bytes : file->bytes}));
    }
    return changed;
}

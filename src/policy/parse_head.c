/* SPDX-License-Identifier: Apache-2.0
 * pack.yaml: the regulation, its roles, materials and catalogue. */
#include "policy/load_priv.h"

enum { DUE_SOON_MAX = 30, DOCUMENT_BYTES = 200, SECTION_MAX = 256, USES_MAX = 4,
       ALSO_MAX = 4, PREFIX_MAX = 8 };
#define SECTIONS "roles materials items registers lists reports"

static const char *named(struct load *load, const char *kind, str id)
{
    return str_printf(load->arena, "%s \"%.*s\"", kind, STR_FMT(id)).ptr;
}

/* A name of one file may not be meant otherwise in another. */
static void check_twice(struct load *load, const struct section *section,
                        const struct node_entry *entry, const char *key)
{
    for (size_t i = 0; i < section->entries.len; i++) {
        const struct node *before = section->entries.items[i]->key;
        if (str_eq(before->text, entry->key->text) &&
            !str_eq(before->pos.file, entry->key->pos.file))
            diagnose(load, PROBLEM_DUPLICATE_ID, entry->key->pos,
                     "\"%.*s\" stands in %s of %.*s already; remove one of them.",
                     STR_FMT(entry->key->text), key, STR_FMT(before->pos.file));
    }
}

struct section read_section(struct load *load, const char *key, size_t most)
{
    struct section section = {0};
    for (size_t i = 0; i < load->roots.len; i++) {
        const struct node *node = node_get(load->roots.items[i], key);
        if (!node || !check_map(load, node, key, ""))
            continue;
        for (size_t k = 0; k < node->entries.len; k++) {
            const struct node_entry *entry = &node->entries.items[k];
            check_twice(load, &section, entry, key);
            VEC_PUSH(load->arena, &section.entries, entry);
        }
        if (section.entries.len > most)
            diagnose(load, PROBLEM_TOO_MANY, node->pos, "there are %zu %s, the limit is %zu.",
                     section.entries.len, key, most);
    }
    return section;
}

static void parse_role(struct load *load, const struct node_entry *entry, struct role *out)
{
    const char *what = named(load, "role", entry->key->text);
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "role", "all each");
    if (!check_map(load, entry->value, what, "zh en sees levels"))
        return;
    read_label(load, entry->value, what, &out->label);
    const struct node *sees = node_get(entry->value, "sees");
    const struct node *levels = node_get(entry->value, "levels");
    if (!sees)
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"sees\"; write sees: own or sees: all.", what);
    else
        out->sees = read_word(load, sees, "sees", "own all") == 1 ? SEES_ALL : SEES_OWN;
    if (!levels) {
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"levels\"; write levels: [city].", what);
        return;
    }
    if (!check_list(load, levels, "levels", 3))
        return;
    if (levels->items.len == 0)
        diagnose(load, PROBLEM_SHAPE, levels->pos, "levels is empty; write levels: [city].");
    out->levels = NEWS(load->arena, str, levels->items.len);
    for (size_t i = 0; i < levels->items.len; i++) {
        if (read_word(load, levels->items.items[i], "a level", "province city county") < 0)
            continue;
        str level = levels->items.items[i]->text;
        for (size_t k = 0; k < out->n_levels; k++)
            if (str_eq(out->levels[k], level))
                diagnose(load, PROBLEM_DUPLICATE_ID, levels->items.items[i]->pos,
                         "the level %.*s stands twice.", STR_FMT(level));
        out->levels[out->n_levels++] = level;
    }
}

static void parse_roles(struct load *load)
{
    struct section roles = read_section(load, "roles", SECTION_MAX);
    size_t n = roles.entries.len;
    if (n == 0)
        diagnose(load, PROBLEM_MISSING_KEY, load->head->pos,
                 "the pack has no \"roles\"; add them.");
    load->policy->roles = NEWS(load->arena, struct role, n);
    load->policy->n_roles = n;
    for (size_t i = 0; i < n; i++)
        parse_role(load, roles.entries.items[i], &load->policy->roles[i]);
}

static void parse_materials(struct load *load)
{
    struct section materials = read_section(load, "materials", SECTION_MAX);
    size_t n = materials.entries.len;
    load->policy->materials = NEWS(load->arena, struct material_kind, n);
    load->policy->n_materials = n;
    for (size_t i = 0; i < n; i++) {
        const struct node_entry *entry = materials.entries.items[i];
        struct material_kind *out = &load->policy->materials[i];
        const char *what = named(load, "material", entry->key->text);
        out->id = entry->key->text;
        out->pos = entry->key->pos;
        check_id(load, entry->key, "material", "");
        if (!check_map(load, entry->value, what, "zh en basis source"))
            continue;
        read_label(load, entry->value, what, &out->label);
        out->basis = read_basis(load, entry->value, what, NULL, BASIS_REQUIRED);
    }
}

static void parse_item(struct load *load, const struct node_entry *entry, struct item *out)
{
    const char *what = named(load, "item", entry->key->text);
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "item", "");
    if (!check_map(load, entry->value, what, "zh en unit group"))
        return;
    read_label(load, entry->value, what, &out->label);
    const struct node *unit = node_get(entry->value, "unit");
    const struct node *group = node_get(entry->value, "group");
    if (!unit)
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"unit\"; write unit: {zh: ..., en: ...}.", what);
    else if (check_map(load, unit, "unit", "zh en"))
        read_label(load, unit, "the unit", &out->unit);
    if (!group)
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"group\"; write group: main or group: backup.", what);
    else if (read_word(load, group, "group", "main backup") >= 0)
        out->group = group->text;
}

static void parse_items(struct load *load)
{
    struct section items = read_section(load, "items", SECTION_MAX);
    size_t n = items.entries.len;
    load->policy->items = NEWS(load->arena, struct item, n);
    load->policy->n_items = n;
    for (size_t i = 0; i < n; i++)
        parse_item(load, items.entries.items[i], &load->policy->items[i]);
}

static void parse_titles(struct load *load, const struct node *root)
{
    struct policy *policy = load->policy;
    struct label brief = {STR_NONE, STR_NONE};
    const struct node *title = node_get(root, "title"), *shorter = node_get(root, "short");
    const struct node *authority = node_get(root, "authority");
    if (!title)
        diagnose(load, PROBLEM_MISSING_KEY, root->pos, "the pack has no \"title\"; add it.");
    else if (check_map(load, title, "title", "zh en"))
        read_label(load, title, "the title", &policy->title);
    if (!shorter)
        brief = policy->title;
    else if (check_map(load, shorter, "short", "zh en"))
        read_label(load, shorter, "the short title", &brief);
    policy->short_zh = brief.zh;
    policy->short_en = brief.en;
    if (!authority) {
        diagnose(load, PROBLEM_MISSING_KEY, root->pos, "the pack has no \"authority\"; add it.");
    } else if (check_map(load, authority, "authority", "zh en role")) {
        read_label(load, authority, "the authority", &policy->authority);
        policy->authority_role = read_text(load, authority, "role", "the authority");
    }
}

/* A day, or {day: ..., meets: [...]}; source: local where the text itself gives none. */
static void parse_from(struct load *load, const struct node *root)
{
    struct policy *policy = load->policy;
    const struct node *from = node_get(root, "from"), *day = from;
    str text = STR_NONE;
    policy->from_pos = from ? from->pos : root->pos;
    if (from && from->kind == NODE_MAP) {
        check_map(load, from, "from", "day basis source meets");
        policy->from_basis = read_basis(load, from, "from", NULL, BASIS_OPTIONAL);
        policy->from_meets = parse_meets(load, from);
        day = node_get(from, "day");
        text = read_text(load, from, "day", "from");
    } else {
        text = read_text(load, root, "from", "the pack");
    }
    if (text.ptr && !date_parse(text, &policy->from))
        diagnose(load, PROBLEM_DATE_FORM, day->pos, "\"%.*s\" is no day; expected YYYY-MM-DD.",
                 STR_FMT(text));
}

/* A regulation that prevails says by which article it does. */
static void parse_rank(struct load *load, const struct node *map, const char *what,
                       struct annexed *out)
{
    const struct node *rank = node_get(map, "rank"), *basis = node_get(map, "basis");
    if (rank) {
        int at = read_word(load, rank, "rank", "provincial-rule regulation law");
        out->rank = (enum rank)(1 + at); /* in the order of enum rank; -1: reported */
        out->basis = read_basis(load, map, what, NULL, BASIS_REQUIRED);
    } else if (basis) {
        diagnose(load, PROBLEM_MISSING_KEY, basis->pos,
                 "basis says by which article %s prevails; add its rank, or remove it.", what);
    }
}

static void parse_annexed(struct load *load, const struct node_entry *entry, struct annexed *out)
{
    const char *what = named(load, "regulation", entry->key->text);
    bool letters = entry->key->text.len > 0 && entry->key->text.len <= PREFIX_MAX;
    out->prefix = entry->key->text;
    out->pos = entry->key->pos;
    for (size_t i = 0; i < out->prefix.len; i++)
        letters &= out->prefix.ptr[i] >= 'A' && out->prefix.ptr[i] <= 'Z';
    if (!letters)
        diagnose(load, PROBLEM_BAD_ID, out->pos,
                 "the prefix of a regulation is 1 to %d capital letters, as its requirements have "
                 "it.", (int)PREFIX_MAX);
    if (!check_map(load, entry->value, what, "title short document rank basis source"))
        return;
    parse_rank(load, entry->value, what, out);
    const struct node *title = node_get(entry->value, "title");
    const struct node *brief = node_get(entry->value, "short");
    if (!title)
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos, "%s has no \"title\"; add it.",
                 what);
    else if (check_map(load, title, "title", "zh en"))
        read_label(load, title, "the title", &out->title);
    out->brief = out->title;
    if (brief && check_map(load, brief, "short", "zh en"))
        read_label(load, brief, "the short title", &out->brief);
    out->document = read_text(load, entry->value, "document", what);
}

static void parse_also(struct load *load, const struct node *also)
{
    if (!also || !check_map(load, also, "also", ""))
        return;
    if (also->entries.len > ALSO_MAX) {
        diagnose(load, PROBLEM_TOO_MANY, also->pos, "also has %zu entries, the limit is %d.",
                 also->entries.len, (int)ALSO_MAX);
        return;
    }
    load->policy->also = NEWS(load->arena, struct annexed, also->entries.len);
    load->policy->n_also = also->entries.len;
    for (size_t i = 0; i < also->entries.len; i++)
        parse_annexed(load, &also->entries.items[i], &load->policy->also[i]);
}

static void parse_due_soon(struct load *load, const struct node *root)
{
    const struct node *node = node_get(root, "due-soon");
    if (!node) {
        diagnose(load, PROBLEM_MISSING_KEY, root->pos,
                 "the pack has no \"due-soon\"; write due-soon: {working-days: 1, source: local}.");
        return;
    }
    if (!check_map(load, node, "due-soon", "working-days basis source"))
        return;
    read_basis(load, node, "due-soon", NULL, BASIS_REQUIRED);
    const struct node *days = node_get(node, "working-days");
    int64_t value = 0;
    if (!days)
        diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                 "due-soon has no \"working-days\"; add it.");
    else if (read_int(load, days, "working-days", 0, DUE_SOON_MAX, &value))
        load->policy->due_soon_days = (int32_t)value;
}

/* Which other packs it needs; whoever gathers the files has laid theirs beside it. */
static void check_uses(struct load *load, const struct node *uses)
{
    if (!uses || !check_list(load, uses, "uses", USES_MAX))
        return;
    for (size_t i = 0; i < uses->items.len; i++) {
        const struct node *node = uses->items.items[i];
        str name = scalar_text(load, node, "a pack");
        bool there = false;
        for (size_t k = 0; name.ptr && k < load->pack->files.len; k++)
            there |= pack_file_is_of(load->pack->files.items[k].name, name);
        if (!name.ptr || there)
            continue;
        load->pack_missing = true;
        diagnose(load, PROBLEM_UNKNOWN_PACK, node->pos,
                 "there is no pack \"%.*s\" beside this one whose files could be used.",
                 STR_FMT(name));
    }
}

void parse_head(struct load *load)
{
    struct policy *policy = load->policy;
    const struct node *root = load->head;
    for (size_t i = 1; i < load->roots.len; i++)
        check_map(load, load->roots.items[i], "a file of sections", SECTIONS);
    if (!check_map(load, root, "the pack",
                   "policy title short document from also authority due-soon uses " SECTIONS))
        return;
    parse_also(load, node_get(root, "also"));
    check_uses(load, node_get(root, "uses"));
    policy->id = read_text(load, root, "policy", "the pack");
    if (policy->id.ptr)
        check_id(load, node_get(root, "policy"), "policy", "");
    parse_titles(load, root);
    policy->document = read_text(load, root, "document", "the pack");
    if (policy->document.len > DOCUMENT_BYTES)
        diagnose(load, PROBLEM_LABEL, node_get(root, "document")->pos,
                 "the document number has %zu bytes, the limit is %d.", policy->document.len,
                 (int)DOCUMENT_BYTES);
    parse_from(load, root);
    parse_due_soon(load, root);
    parse_roles(load);
    parse_materials(load);
    parse_items(load);
    parse_registers(load);
}

/* SPDX-License-Identifier: Apache-2.0
 * Forms: the typed fields of a step. */
#include "policy/load_priv.h"

static const char TYPE_WORDS[] = "text integer bool date choice quantities organisation "
                                 "organisations money case person";
static const char *const TYPE_NAMES[] = {"text",       "integer",      "bool",          "date",
                                         "choice",     "quantities",   "organisation",
                                         "organisations", "money",     "case",          "person"};
/* The keys that each type takes beside the common ones. */
static const char *const TYPE_KEYS[] = {
    [FIELD_TEXT] = "min max multiline",
    [FIELD_INTEGER] = "min max unit",
    [FIELD_BOOL] = "",
    [FIELD_DATE] = "",
    [FIELD_CHOICE] = "choices",
    [FIELD_QUANTITIES] = "",
    [FIELD_ORGANISATION] = "role",
    [FIELD_ORGANISATIONS] = "role min max",
    [FIELD_MONEY] = "min max",
    [FIELD_CASE] = "procedure",
    [FIELD_PERSON] = "",
};
static const char COMMON_KEYS[] = "type zh en help optional for preset basis source meets";

const char *field_type_name(enum field_type type)
{
    return TYPE_NAMES[type];
}

static void parse_choices(struct load *load, const struct node *node, const char *what,
                          struct field *out)
{
    const struct node *choices = node_get(node, "choices");
    if (!choices) {
        diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                 "%s is a choice without \"choices\"; add choices: {word: {zh: ..., en: ...}}.",
                 what);
        return;
    }
    if (!check_map(load, choices, "choices", ""))
        return;
    if (choices->entries.len < 2)
        diagnose(load, PROBLEM_SHAPE, choices->pos, "a choice has at least two words.");
    out->n_choices = choices->entries.len;
    out->choices = NEWS(load->arena, struct choice, out->n_choices);
    for (size_t i = 0; i < out->n_choices; i++) {
        const struct node_entry *entry = &choices->entries.items[i];
        const char *word = str_printf(load->arena, "choice \"%.*s\"",
                                      STR_FMT(entry->key->text)).ptr;
        out->choices[i].id = entry->key->text;
        check_id(load, entry->key, "choice", "and or not given has done today");
        if (check_map(load, entry->value, word, "zh en"))
            read_label(load, entry->value, word, &out->choices[i].label);
    }
}

/* Bounds of money are written in yuan, and kept in fen. */
static bool read_yuan(struct load *load, const struct node *node, const char *what, int64_t *out)
{
    if (!read_int(load, node, what, 0, LIMIT_JSON_INTEGER / FEN_PER_YUAN, out))
        return false;
    *out *= FEN_PER_YUAN;
    return true;
}

static bool parse_money(struct load *load, const struct node *node, struct field *out)
{
    const struct node *min = node_get(node, "min"), *max = node_get(node, "max");
    out->min = 0;
    out->max = LIMIT_JSON_INTEGER;
    bool whole = (!min || read_yuan(load, min, "min", &out->min)) &&
                 (!max || read_yuan(load, max, "max", &out->max));
    if (whole && out->min > out->max)
        diagnose(load, PROBLEM_NUMBER, (max ? max : min)->pos, "max is smaller than min.");
    return whole;
}

/* False when a bound cannot be read, so that nothing is judged by it. */
static bool parse_range(struct load *load, const struct node *node, struct field *out)
{
    bool text = out->type == FIELD_TEXT, bodies = out->type == FIELD_ORGANISATIONS;
    int64_t lowest = text ? 0 : bodies ? 1 : -LIMIT_JSON_INTEGER;
    int64_t highest = text ? LIMIT_TEXT_BYTES : bodies ? LIMIT_SEATS : LIMIT_JSON_INTEGER;
    out->min = bodies ? 1 : 0;
    out->max = highest;
    const struct node *min = node_get(node, "min"), *max = node_get(node, "max");
    bool whole = true;
    if (min)
        whole &= read_int(load, min, "min", lowest, highest, &out->min);
    if (max)
        whole &= read_int(load, max, "max", lowest, highest, &out->max);
    if (whole && out->min > out->max)
        diagnose(load, PROBLEM_NUMBER, (max ? max : min)->pos,
                 "max (%lld) is smaller than min (%lld).", (long long)out->max,
                 (long long)out->min);
    return whole;
}

static void parse_preset(struct load *load, const struct node *node, struct field *out)
{
    const struct node *preset = node_get(node, "preset");
    if (!preset)
        return;
    str text = scalar_text(load, preset, "preset");
    if (text.ptr && !str_cut(text, '.', &out->preset.step, &out->preset.field))
        diagnose(load, PROBLEM_SHAPE, preset->pos,
                 "preset is \"%.*s\"; expected STEP.FIELD.", STR_FMT(text));
}

/* False when the type is not known, so that nothing is judged by it. */
static bool parse_type(struct load *load, const struct node *node, const char *what,
                       struct field *out)
{
    const struct node *type = node_get(node, "type");
    if (!type) {
        diagnose(load, PROBLEM_MISSING_KEY, node->pos, "%s has no \"type\"; expected one of %s.",
                 what, TYPE_WORDS);
        return false;
    }
    int word = read_word(load, type, "type", TYPE_WORDS);
    if (word < 0)
        return false;
    out->type = (enum field_type)word;
    return true;
}

/* A key of another type gets its own sentence; a misspelt one the usual one. */
static void check_field_keys(struct load *load, const struct node *node, const char *what,
                             enum field_type type)
{
    check_map(load, node, what,
              "type zh en help optional for preset basis source meets min max multiline unit "
              "choices role procedure");
    str *known, *own;
    size_t n = split_words(load->arena, S("min max multiline unit choices role procedure"),
                           &known);
    size_t n_own = split_words(load->arena, str_of(TYPE_KEYS[type]), &own);
    for (size_t i = 0; i < node->entries.len; i++) {
        str key = node->entries.items[i].key->text;
        bool special = false, fits = false;
        for (size_t k = 0; k < n; k++)
            special |= str_eq(known[k], key);
        for (size_t k = 0; k < n_own; k++)
            fits |= str_eq(own[k], key);
        if (special && !fits)
            diagnose(load, PROBLEM_FIELD_KEY, node->entries.items[i].key->pos,
                     "%s is of type %s, which takes no \"%.*s\"; expected %s%s%s.", what,
                     field_type_name(type), STR_FMT(key), COMMON_KEYS,
                     TYPE_KEYS[type][0] ? " " : "", TYPE_KEYS[type]);
    }
}

static bool parse_field(struct load *load, const struct node_entry *entry, struct field *out)
{
    const struct node *node = entry->value;
    const char *what = str_printf(load->arena, "field \"%.*s\"", STR_FMT(entry->key->text)).ptr;
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "field",
             "and or not given has done where of today unit seat");
    if (!check_map(load, node, what, "") || !parse_type(load, node, what, out))
        return false;
    check_field_keys(load, node, what, out->type);
    read_label(load, node, what, &out->label);
    const struct node *help = node_get(node, "help"), *unit = node_get(node, "unit");
    if (help && check_map(load, help, "help", "zh en"))
        read_label(load, help, "the help text", &out->help);
    read_flag(load, node, "optional", &out->optional);
    read_flag(load, node, "multiline", &out->multiline);
    out->basis = read_basis(load, node, what, NULL, BASIS_OPTIONAL);
    out->meets = parse_meets(load, node);
    parse_preset(load, node, out);
    if (unit && out->type == FIELD_INTEGER)
        out->unit = scalar_text(load, unit, "unit");
    if (out->type == FIELD_CHOICE)
        parse_choices(load, node, what, out);
    if (field_names_bodies(out))
        out->role = read_text(load, node, "role", what);
    if (out->type == FIELD_CASE)
        out->procedure = read_text(load, node, "procedure", what);
    if (out->type == FIELD_MONEY)
        return parse_money(load, node, out);
    if (out->type == FIELD_TEXT || out->type == FIELD_INTEGER || out->type == FIELD_ORGANISATIONS)
        return parse_range(load, node, out);
    return true;
}

void parse_form(struct load *load, const struct node *node, struct form *out, bool *out_broken)
{
    *out_broken = false;
    if (!node)
        return;
    *out_broken = true;
    if (!check_map(load, node, "form", ""))
        return;
    if (node->entries.len > LIMIT_FIELDS) {
        diagnose(load, PROBLEM_TOO_MANY, node->pos, "the form has %zu fields, the limit is %d.",
                 node->entries.len, (int)LIMIT_FIELDS);
        return;
    }
    out->n = node->entries.len;
    out->fields = NEWS(load->arena, struct field, out->n);
    *out_broken = false;
    for (size_t i = 0; i < out->n; i++)
        if (!parse_field(load, &node->entries.items[i], &out->fields[i]))
            *out_broken = true;
}

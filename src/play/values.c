/* SPDX-License-Identifier: Apache-2.0
 * Values as scenarios write them: into forms, and out of what was found. */
#include "play/scenario_priv.h"

#include "json/json.h"

/* ---- read ----------------------------------------------------------------------------------- */

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

struct doc *scene_value(struct scene *scene, const struct field *field, str text)
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
                    scene_value(scene, form_field(fields, words[i].name), words[i].text));
}

/* ---- written -------------------------------------------------------------------------------- */

/* The shortest writing of a number with so many decimals. */
static str decimal(struct arena *arena, int64_t number, int64_t one, int places)
{
    str text = str_printf(arena, "%lld.%0*lld", (long long)(number / one), places,
                          (long long)(number % one));
    while (one > FEN_PER_YUAN && text.ptr[text.len - 1] == '0')
        text.len--;
    return number % one == 0 ? str_printf(arena, "%lld", (long long)(number / one)) : text;
}

str quantity_words(struct arena *arena, int64_t quantity)
{
    return decimal(arena, quantity, QUANTITY_ONE, 6);
}

static str alias_of(const struct scene *scene, const struct doc *value, bool person)
{
    for (size_t i = 0; i < scene->holders.len; i++) {
        const struct seat_holder *holder = &scene->holders.items[i];
        if ((person ? holder->person : holder->organisation) == value->integer)
            return holder->alias;
    }
    return json_canonical(scene->arena, value);
}

static str joined(struct scene *scene, const struct field *field, const struct doc *value)
{
    struct buf out = buf_new(scene->arena, 64);
    for (size_t i = 0; field->type == FIELD_QUANTITIES && i < value->map.len; i++) {
        str amount = quantity_words(scene->arena, value->map.items[i].value->integer);
        buf_addf(&out, "%s%.*s=%.*s", i ? " " : "", STR_FMT(value->map.items[i].key),
                 STR_FMT(amount));
    }
    for (size_t i = 0; field->type == FIELD_ORGANISATIONS && i < value->list.len; i++) {
        str alias = alias_of(scene, value->list.items[i], false);
        buf_addf(&out, "%s%.*s", i ? "," : "", STR_FMT(alias));
    }
    return buf_str(&out);
}

str value_words(struct scene *scene, const struct field *field, const struct doc *value)
{
    if (!value)
        return S("nothing");
    if (value->kind == DOC_TEXT)
        return value->text;
    if (!field)
        return json_canonical(scene->arena, value);
    switch (field->type) {
    case FIELD_BOOL: return value->boolean ? S("yes") : S("no");
    case FIELD_MONEY: return decimal(scene->arena, value->integer, FEN_PER_YUAN, 2);
    case FIELD_QUANTITIES:
    case FIELD_ORGANISATIONS: return joined(scene, field, value);
    case FIELD_ORGANISATION: return alias_of(scene, value, false);
    case FIELD_PERSON: return alias_of(scene, value, true);
    case FIELD_TEXT: case FIELD_CHOICE: case FIELD_DATE: case FIELD_INTEGER: case FIELD_CASE:
        break;
    }
    return json_canonical(scene->arena, value);
}

bool value_is(struct scene *scene, const struct field *field, str wanted,
              const struct doc *value)
{
    if (!value)
        return str_eq(wanted, S("nothing"));
    return str_eq(json_canonical(scene->arena, scene_value(scene, field, wanted)),
                  json_canonical(scene->arena, value)) ||
           str_eq(wanted, value_words(scene, field, value));
}

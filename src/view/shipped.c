/* SPDX-License-Identifier: Apache-2.0
 * What travels in the binary about regulations: packs, the table of requirements, and for each pack
 * the table of what its scenarios prove. */
#include "view/view.h"

#include "embed/embed.h"

static str embedded_bytes(const struct embedded *file)
{
    return (str){(const char *)file->bytes, file->len};
}

/* ---- packs ---------------------------------------------------------------------------------- */

str *pack_names(struct arena *arena, size_t *out_n)
{
    str *names = NEWS(arena, str, embedded_policies_n + 1);
    *out_n = 0;
    for (size_t i = 0; i < embedded_policies_n; i++) {
        str name, file;
        str_cut(str_of(embedded_policies[i].path), '/', &name, &file);
        if (!str_eq(file, S("pack.yaml")))
            continue; /* what packs share is no regulation */
        if (*out_n == 0 || !str_eq(names[*out_n - 1], name))
            names[(*out_n)++] = name;
    }
    return names;
}

bool pack_shipped_files(struct arena *arena, str name, struct pack *out)
{
    for (size_t i = 0; i < embedded_policies_n; i++) {
        str folder, file;
        str_cut(str_of(embedded_policies[i].path), '/', &folder, &file);
        if (str_eq(folder, name))
            pack_add(arena, out, file, embedded_bytes(&embedded_policies[i]));
    }
    return out->files.len > 0;
}

bool pack_shipped(struct arena *arena, str name, struct pack *out)
{
    struct pack pack = {0};
    str *uses;
    if (!pack_shipped_files(arena, name, &pack))
        return false;
    size_t n = pack_uses(arena, &pack, &uses);
    for (size_t i = 0; i < n; i++) {
        struct pack used = {0};
        if (!pack_shipped_files(arena, uses[i], &used))
            continue; /* the loader tells, at the line that asks for it */
        for (size_t k = 0; k < used.files.len; k++) {
            const struct pack_file *file = &used.files.items[k];
            str own = str_printf(arena, "%.*s.%.*s", STR_FMT(uses[i]), STR_FMT(file->name));
            pack_add(arena, &pack, own, file->bytes);
        }
    }
    *out = pack;
    return true;
}

/* ---- tables --------------------------------------------------------------------------------- */

static bool data_shipped(str path, str *out)
{
    for (size_t i = 0; i < embedded_data_n; i++)
        if (str_eq(str_of(embedded_data[i].path), path)) {
            *out = embedded_bytes(&embedded_data[i]);
            return true;
        }
    return false;
}

/* All columns of a line, and no more of them. */
static bool read_columns(str line, str *const *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool more = str_cut(line, '\t', columns[i], &line);
        if (more != (i + 1 < n))
            return false;
    }
    return true;
}

static bool read_requirement(str line, struct requirement *out)
{
    str *const columns[] = {&out->id,    &out->article, &out->kind,       &out->capability,
                            &out->actor, &out->text,    &out->parameters, &out->zh};
    return read_columns(line, columns, COUNT_OF(columns)) && out->id.len && out->kind.len &&
           out->text.len;
}

bool requirements_shipped(struct arena *arena, struct requirement **out, size_t *out_n,
                          struct err *e)
{
    str text, line;
    VEC(struct requirement) rows = {0};
    if (!data_shipped(S("requirements.tsv"), &text))
        return RAISE(e, CONFIG, "requirements.tsv", "the binary was built without the table");
    str_cut(text, '\n', &line, &text);
    for (int number = 2; text.len; number++) {
        str_cut(text, '\n', &line, &text);
        if (!read_requirement(line, VEC_ADD(arena, &rows))) {
            str where = str_printf(arena, "requirements.tsv:%d", number);
            return RAISE(e, INPUT, where.ptr, "a requirement has eight columns parted by tabs");
        }
    }
    *out = rows.items;
    *out_n = rows.len;
    return true;
}

bool requirement_outside(const struct requirement *requirement)
{
    return str_eq(requirement->kind, S("none")) ||
           str_has(requirement->parameters, S("bearing=neighbour"));
}

const char *coverage_name(enum coverage_state state)
{
    static const char *const STATES[] = {
#define X(symbol, name) name,
        COVERAGES(X)
#undef X
    };
    return STATES[state];
}

bool coverage_shipped(struct arena *arena, str pack, struct proven **out, size_t *out_n,
                      struct err *e)
{
    str path = str_printf(arena, "%.*s/coverage.tsv", STR_FMT(pack)), text, line;
    VEC(struct proven) rows = {0};
    if (!data_shipped(path, &text))
        text = S("");
    str_cut(text, '\n', &line, &text);
    for (int number = 2; text.len; number++) {
        str_cut(text, '\n', &line, &text);
        struct proven *row = VEC_ADD(arena, &rows);
        str *const columns[] = {&row->id, &row->state, &row->rules, &row->scenarios, &row->reason};
        if (!read_columns(line, columns, COUNT_OF(columns))) {
            str where = str_printf(arena, "%.*s:%d", STR_FMT(path), number);
            return RAISE(e, INPUT, where.ptr, "a line of coverage has five columns");
        }
    }
    *out = rows.items;
    *out_n = rows.len;
    return true;
}

/* The n-th line; one that ends in a backslash goes on in the next. */
static str nth_line(struct arena *arena, str text, int64_t wanted)
{
    str line = STR_NONE;
    for (int64_t at = 0; at < wanted && text.len; at++)
        str_cut(text, '\n', &line, &text);
    line = str_trim(line);
    while (str_ends(line, S("\\"))) {
        str more;
        str_cut(text, '\n', &more, &text);
        str head = str_trim((str){line.ptr, line.len - 1}), tail = str_trim(more);
        line = str_printf(arena, "%.*s %.*s", STR_FMT(head), STR_FMT(tail));
    }
    return line;
}

/* PATH:LINE, where PATH is policies/NAME/scenarios/FILE. */
str scenario_line(struct arena *arena, str place)
{
    str path, number, folder;
    int64_t wanted;
    str_cut(place, ':', &path, &number);
    str_cut(path, '/', &folder, &path);
    if (!str_to_i64(number, &wanted))
        return STR_NONE;
    for (size_t i = 0; i < embedded_scenarios_n; i++)
        if (str_eq(str_of(embedded_scenarios[i].path), path))
            return nth_line(arena, embedded_bytes(&embedded_scenarios[i]), wanted);
    return STR_NONE;
}

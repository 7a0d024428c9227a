/* SPDX-License-Identifier: Apache-2.0
 * The table of requirements that travels in the binary. */
#include "play/play.h"

#include "embed/embed.h"

static bool shipped_table(str *out, struct err *e)
{
    for (size_t i = 0; i < embedded_data_n; i++)
        if (str_eq(str_of(embedded_data[i].path), S("requirements.tsv"))) {
            *out = (str){(const char *)embedded_data[i].bytes, embedded_data[i].len};
            return true;
        }
    return RAISE(e, CONFIG, "requirements.tsv", "the binary was built without the table");
}

/* Eight columns, all of them there. */
static bool read_row(str line, struct requirement *out)
{
    str *columns[] = {&out->id,    &out->article, &out->kind,       &out->capability,
                      &out->actor, &out->text,    &out->parameters, &out->zh};
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        bool more = str_cut(line, '\t', columns[i], &line);
        if (more != (i + 1 < COUNT_OF(columns)))
            return false;
    }
    return out->id.len && out->kind.len && out->text.len;
}

bool requirements_shipped(struct arena *arena, struct requirement **out, size_t *out_n,
                          struct err *e)
{
    str text, line;
    VEC(struct requirement) rows = {0};
    if (!shipped_table(&text, e))
        return false;
    str_cut(text, '\n', &line, &text);
    for (int number = 2; text.len; number++) {
        str_cut(text, '\n', &line, &text);
        if (!read_row(line, VEC_ADD(arena, &rows))) {
            str where = str_printf(arena, "requirements.tsv:%d", number);
            return RAISE(e, INPUT, where.ptr, "a requirement has eight columns parted by tabs");
        }
    }
    *out = rows.items;
    *out_n = rows.len;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * Trees of YAML that differ in one place, and how they are written again. */
#include "policy/mutants_priv.h"

struct node *child(const struct node *map, const char *key)
{
    for (size_t i = 0; map && map->kind == NODE_MAP && i < map->entries.len; i++)
        if (str_eq(map->entries.items[i].key->text, str_of(key)))
            return map->entries.items[i].value;
    return NULL;
}

struct node *text_node(struct making *making, str text)
{
    struct node *node = NEW(making->arena, struct node);
    node->kind = NODE_SCALAR;
    node->text = text;
    return node;
}

struct node *without_item(struct making *making, const struct node *list, size_t at)
{
    struct node *node = NEW(making->arena, struct node);
    node->kind = NODE_LIST;
    for (size_t i = 0; i < list->items.len; i++)
        if (i != at)
            VEC_PUSH(making->arena, &node->items, list->items.items[i]);
    return node;
}

struct node *without_key(struct making *making, const struct node *map, const char *key)
{
    struct node *node = NEW(making->arena, struct node);
    node->kind = NODE_MAP;
    for (size_t i = 0; i < map->entries.len; i++)
        if (!str_eq(map->entries.items[i].key->text, str_of(key)))
            VEC_PUSH(making->arena, &node->entries, map->entries.items[i]);
    return node;
}

struct node *with_key(struct making *making, const struct node *map, str key, struct node *value)
{
    struct node *node = without_key(making, map, str_to_cstr(making->arena, key));
    VEC_PUSH(making->arena, &node->entries,
             ((struct node_entry){text_node(making, key), value}));
    return node;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void print_text(struct buf *out, str text)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            buf_addc(out, '\\');
        if (text.ptr[i] == '\n')
            buf_add(out, S("\\n"));
        else
            buf_addc(out, text.ptr[i]);
    }
    buf_addc(out, '"');
}

/* A list of claims; a field or register of that name would be a map. */
static bool is_claim(const struct node_entry *entry)
{
    return str_eq(entry->key->text, S("meets")) && entry->value->kind == NODE_LIST;
}

static void print_node(struct buf *out, const struct node *node)
{
    const char *between = "";
    switch (node->kind) {
    case NODE_SCALAR: print_text(out, node->text); return;
    case NODE_LIST:
        buf_addc(out, '[');
        for (size_t i = 0; i < node->items.len; i++) {
            buf_addf(out, "%s", i ? ",\n " : "");
            print_node(out, node->items.items[i]);
        }
        buf_addc(out, ']');
        return;
    case NODE_MAP:
        buf_addc(out, '{');
        for (size_t i = 0; i < node->entries.len; i++) {
            const struct node_entry *entry = &node->entries.items[i];
            if (is_claim(entry))
                continue;
            buf_addf(out, "%s", between);
            between = ",\n ";
            print_text(out, entry->key->text);
            buf_add(out, S(": "));
            print_node(out, entry->value);
        }
        buf_addc(out, '}');
        return;
    }
}

str node_print(struct arena *arena, const struct node *root)
{
    struct buf out = buf_new(arena, 16 * 1024);
    print_node(&out, root);
    buf_addc(&out, '\n');
    return buf_str(&out);
}

static void print_brief(struct buf *out, const struct node *node)
{
    const struct node *that = child(node, "that"), *show = child(node, "show");
    const struct node *is = child(node, "is");
    if (that || show || is) {
        print_brief(out, that ? that : show ? show : is);
        return;
    }
    if (node->kind == NODE_SCALAR)
        buf_add(out, node->text);
    for (size_t i = 0; i < node->items.len; i++) {
        buf_addf(out, "%s", i ? ", " : "");
        print_brief(out, node->items.items[i]);
    }
    for (size_t i = 0; i < node->entries.len; i++) {
        const struct node_entry *entry = &node->entries.items[i];
        str key = entry->key->text;
        if (is_claim(entry) || str_eq(key, S("zh")) || str_eq(key, S("en")) ||
            str_eq(key, S("basis")) || str_eq(key, S("source")))
            continue;
        buf_addf(out, "%s%.*s: ", i ? ", " : "", STR_FMT(key));
        print_brief(out, entry->value);
    }
}

str node_brief(struct making *making, const struct node *node)
{
    struct buf out = buf_new(making->arena, 64);
    print_brief(&out, node);
    return out.len ? buf_str(&out) : S("yes");
}

/* SPDX-License-Identifier: Apache-2.0
 * YAML bytes -> nodes with marks. The only file that sees yaml.h. What is left of YAML: block and
 * flow maps and lists, plain, quoted and block texts, comments. */
#include <yaml.h>

#include "policy/load_priv.h"

enum { COLLECTION_MAX = 1000 };

struct reader {
    struct load *load;
    str file, bytes;
    yaml_parser_t parser;
    yaml_event_t event;
};

/* libyaml's memory is not the arena's: it is released here also when the arena overflows in the
 * middle. Both deletions leave zeroes behind, so a second run does nothing. */
static void release(void *arg)
{
    struct reader *r = arg;
    yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
}

static struct pos mark_pos(const struct reader *r, yaml_mark_t mark)
{
    return (struct pos){r->file, (int)mark.line + 1, (int)mark.column + 1};
}

/* ---- bytes --------------------------------------------------------------------------------- */

static size_t lead_length(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static uint32_t code_point(str s)
{
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t point = (unsigned char)s.ptr[0] & mask[s.len];
    for (size_t i = 1; i < s.len; i++)
        point = point << 6 | ((unsigned char)s.ptr[i] & 0x3f);
    return point;
}

static const char *forbidden_name(uint32_t point)
{
    if (point == '\t')
        return "a tab; indent with blanks";
    if (point == '\r')
        return "a carriage return; save the file with line ends of Unix (LF)";
    if (point == 0xfeff)
        return "a byte order mark; save the file as UTF-8 without it";
    if ((point < 0x20 && point != '\n') || (point >= 0x7f && point < 0xa0))
        return "a control character; remove it";
    /* Breaks that libyaml would count as lines, marks that turn the reading direction, and what
     * takes no room. */
    if (point == 0xad || (point >= 0x200b && point <= 0x200f) ||
        (point >= 0x2060 && point <= 0x2064))
        return "an invisible character; remove it";
    if (point == 0x2028 || point == 0x2029 || (point >= 0x202a && point <= 0x202e) ||
        (point >= 0x2066 && point <= 0x2069) || point == 0xfffe || point == 0xffff)
        return "an invisible character; remove it";
    return NULL;
}

static bool check_bytes(struct load *load, const struct pack_file *file)
{
    struct pos pos = {file->name, 1, 1};
    str bytes = file->bytes;
    if (bytes.len > LIMIT_YAML_BYTES) {
        diagnose(load, PROBLEM_FILE_SIZE, pos,
                 "the file has %zu bytes, the limit is %d; split the procedures into more files.",
                 bytes.len, (int)LIMIT_YAML_BYTES);
        return false;
    }
    for (size_t i = 0; i < bytes.len;) {
        size_t n = lead_length((unsigned char)bytes.ptr[i]);
        str one = {bytes.ptr + i, n};
        if (i + n > bytes.len || !utf8_valid(one)) {
            diagnose(load, PROBLEM_CHARACTER, pos,
                     "byte %zu is not valid UTF-8; save the file as UTF-8.", i + 1);
            return false;
        }
        const char *name = forbidden_name(code_point(one));
        if (name) {
            diagnose(load, PROBLEM_CHARACTER, pos, "here stands %s.", name);
            return false;
        }
        pos.column = bytes.ptr[i] == '\n' ? 1 : pos.column + 1;
        pos.line += bytes.ptr[i] == '\n';
        i += n;
    }
    return true;
}

/* ---- events -------------------------------------------------------------------------------- */

/* Signs that look like those of YAML, in the line or the one before it. */
static const char *wide_hint(const struct reader *r, size_t line)
{
    static const str SIGNS[] = {{"：", 3}, {"，", 3}, {"｛", 3}, {"｝", 3},
                                {"［", 3}, {"］", 3}, {"“", 3}, {"”", 3}, {"\xe3\x80\x80", 3}};
    for (int at = line > 0 ? (int)line : 1; at <= (int)line + 1; at++)
        for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
            if (str_has(source_line(r->bytes, at), SIGNS[i]))
                return " A Chinese colon, comma, bracket, quote or blank is text; where YAML's own "
                       "sign is meant, write that of ASCII, with a blank behind it.";
    return "";
}

static bool next(struct reader *r)
{
    yaml_event_delete(&r->event);
    if (yaml_parser_parse(&r->parser, &r->event))
        return true;
    const char *problem = r->parser.problem ? r->parser.problem : "out of memory";
    const char *context = r->parser.context ? r->parser.context : "while reading";
    diagnose(r->load, PROBLEM_SYNTAX, mark_pos(r, r->parser.problem_mark),
             "this is not readable YAML: %s, %s. Check brackets, colons, quotes and the blanks "
             "at the beginning of the line.%s", context, problem,
             wide_hint(r, r->parser.problem_mark.line));
    return false;
}

static bool refuse_feature(struct reader *r, struct pos pos, const char *what, const char *instead)
{
    diagnose(r->load, PROBLEM_YAML_FEATURE, pos, "%s is not part of the notation; %s.", what,
             instead);
    return false;
}

static bool check_plain(struct reader *r, const void *anchor, const void *tag, struct pos pos)
{
    if (anchor)
        return refuse_feature(r, pos, "an anchor (&)", "write the text out");
    if (tag)
        return refuse_feature(r, pos, "a tag (!)", "the place of a value says its type");
    return true;
}

static struct node *build(struct reader *r, int depth);

static struct node *new_node(struct reader *r, enum node_kind kind)
{
    struct node *node = NEW(r->load->arena, struct node);
    node->kind = kind;
    node->pos = mark_pos(r, r->event.start_mark);
    return node;
}

static struct node *build_scalar(struct reader *r)
{
    struct node *node = new_node(r, NODE_SCALAR);
    if (!check_plain(r, r->event.data.scalar.anchor, r->event.data.scalar.tag, node->pos))
        return NULL;
    str value = {(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
    node->plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = str_dup(r->load->arena, value);
    if (utf8_valid(node->text))
        return node;
    /* Only an escape such as "\0" in double quotes can bring one in. */
    diagnose(r->load, PROBLEM_CHARACTER, node->pos,
             "an escape stands for a character that is not allowed; write the text plainly.");
    return NULL;
}

static bool too_large(struct reader *r, const struct node *node, size_t n)
{
    if (n < COLLECTION_MAX)
        return false;
    diagnose(r->load, PROBLEM_FILE_SIZE, node->pos, "more than %d entries stand here.",
             (int)COLLECTION_MAX);
    return true;
}

static struct node *build_list(struct reader *r, int depth)
{
    struct node *list = new_node(r, NODE_LIST);
    if (!check_plain(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag,
                     list->pos))
        return NULL;
    for (;;) {
        if (!next(r))
            return NULL;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return list;
        struct node *item = build(r, depth + 1);
        if (!item || too_large(r, list, list->items.len))
            return NULL;
        VEC_PUSH(r->load->arena, &list->items, item);
    }
}

static bool check_key(struct reader *r, const struct node *map, const struct node *key)
{
    if (key->kind != NODE_SCALAR)
        return refuse_feature(r, key->pos, "a list or map as key", "a key is one word");
    if (key->plain && str_eq(key->text, S("<<")))
        return refuse_feature(r, key->pos, "a merge key (<<)", "write the entries out");
    for (size_t i = 0; i < map->entries.len; i++) {
        const struct node *other = map->entries.items[i].key;
        if (!str_eq(other->text, key->text))
            continue;
        diagnose(r->load, PROBLEM_DUPLICATE_KEY, key->pos,
                 "the key \"%.*s\" stands here a second time; the first is in line %d. "
                 "Keep one of them.", STR_FMT(key->text), other->pos.line);
        return false;
    }
    return true;
}

static struct node *build_map(struct reader *r, int depth)
{
    struct node *map = new_node(r, NODE_MAP);
    if (!check_plain(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag,
                     map->pos))
        return NULL;
    for (;;) {
        if (!next(r))
            return NULL;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return map;
        struct node *key = build(r, depth + 1);
        if (!key || !check_key(r, map, key) || too_large(r, map, map->entries.len))
            return NULL;
        if (!next(r))
            return NULL;
        struct node *value = build(r, depth + 1);
        if (!value)
            return NULL;
        VEC_PUSH(r->load->arena, &map->entries, ((struct node_entry){key, value}));
    }
}

/* The node that begins with the current event. */
static struct node *build(struct reader *r, int depth)
{
    struct pos pos = mark_pos(r, r->event.start_mark);
    if (depth > LIMIT_YAML_DEPTH) {
        diagnose(r->load, PROBLEM_DEPTH, pos, "this is nested deeper than %d levels.",
                 (int)LIMIT_YAML_DEPTH);
        return NULL;
    }
    if (r->event.type == YAML_SCALAR_EVENT)
        return build_scalar(r);
    if (r->event.type == YAML_SEQUENCE_START_EVENT)
        return build_list(r, depth);
    if (r->event.type == YAML_MAPPING_START_EVENT)
        return build_map(r, depth);
    must(r->event.type == YAML_ALIAS_EVENT);
    refuse_feature(r, pos, "an alias (*)", "write the text out");
    return NULL;
}

static struct node *build_document(struct reader *r)
{
    struct pos start = {r->file, 1, 1};
    if (!next(r) || !next(r)) /* stream start, document start */
        return NULL;
    if (r->event.type == YAML_STREAM_END_EVENT) {
        diagnose(r->load, PROBLEM_SHAPE, start, "the file is empty; begin it with %s.",
                 str_eq(r->file, S("pack.yaml"))
                     ? "policy: NAME and the title of the regulation"
                     : "procedure: NAME, or with a section such as materials:");
        return NULL;
    }
    if (r->event.data.document_start.version_directive ||
        r->event.data.document_start.tag_directives.start !=
            r->event.data.document_start.tag_directives.end) {
        refuse_feature(r, mark_pos(r, r->event.start_mark), "a directive (%)", "remove the line");
        return NULL;
    }
    if (!next(r))
        return NULL;
    struct node *root = build(r, 1);
    if (!root || !next(r) || !next(r)) /* document end */
        return NULL;
    if (r->event.type != YAML_STREAM_END_EVENT) {
        refuse_feature(r, mark_pos(r, r->event.start_mark), "a second document (---)",
                       "write one file for each procedure");
        return NULL;
    }
    return root;
}

struct node *yaml_read(struct load *load, const struct pack_file *file)
{
    if (!check_bytes(load, file))
        return NULL;
    struct reader *r = NEW(load->arena, struct reader);
    r->load = load;
    r->file = file->name;
    r->bytes = file->bytes;
    arena_defer(load->arena, release, r);
    if (!yaml_parser_initialize(&r->parser)) {
        diagnose(load, PROBLEM_SYNTAX, (struct pos){file->name, 1, 1},
                 "there is not enough memory to read the file.");
        return NULL;
    }
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser,
                                 (const unsigned char *)(file->bytes.len ? file->bytes.ptr : ""),
                                 file->bytes.len);
    struct node *root = build_document(r);
    release(r);
    return root;
}

/* SPDX-License-Identifier: Apache-2.0
 * A pack as one blob: a line of version, then for each file, ascending by name, a line
 * "file NAME BYTES" and the bytes. One pack has one blob: its digest is the version. */
#include "policy/load_priv.h"

static const str MAGIC = {"yunjian-pack 1\n", 15};
enum { NAME_MAX_BYTES = 100 };

/* Small letters, digits, hyphens and single dots: no folder, nothing hidden. */
bool pack_name_allowed(str name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bool inside = i > 0 && i + 1 < name.len;
        if (!word && !(inside && (c == '-' || c == '.') && name.ptr[i - 1] != '.'))
            return false;
    }
    return true;
}

bool pack_file_is_of(str name, str other)
{
    return name.len > other.len && str_starts(name, other) && name.ptr[other.len] == '.' &&
           str_has((str){name.ptr + other.len + 1, name.len - other.len - 1}, S("."));
}

bool pack_file_is_shared(str name)
{
    str head, rest;
    return str_cut(name, '.', &head, &rest) && str_has(rest, S("."));
}

void pack_add(struct arena *arena, struct pack *pack, str name, str bytes)
{
    VEC_PUSH(arena, &pack->files, ((struct pack_file){name, bytes}));
    for (size_t i = pack->files.len - 1; i > 0; i--) {
        struct pack_file *a = &pack->files.items[i - 1], *b = &pack->files.items[i];
        if (str_cmp(a->name, b->name) <= 0)
            break;
        struct pack_file swap = *a;
        *a = *b;
        *b = swap;
    }
}

str pack_to_blob(struct arena *arena, const struct pack *pack)
{
    struct buf out = buf_new(arena, 64 * 1024);
    buf_add(&out, MAGIC);
    for (size_t i = 0; i < pack->files.len; i++) {
        const struct pack_file *file = &pack->files.items[i];
        must(pack_name_allowed(file->name));
        must(i == 0 || str_cmp(pack->files.items[i - 1].name, file->name) < 0);
        buf_addf(&out, "file %.*s %zu\n", STR_FMT(file->name), file->bytes.len);
        buf_add(&out, file->bytes);
    }
    return buf_str(&out);
}

/* Takes "file NAME BYTES\n" and the bytes off rest. */
static bool take_file(str *rest, struct pack_file *out, struct err *e)
{
    str line, tail, word, name;
    int64_t size;
    if (!str_cut(*rest, '\n', &line, &tail))
        return RAISE(e, CORRUPT, "pack", "a line is cut off; the stored pack is damaged");
    if (!str_cut(line, ' ', &word, &line) || !str_eq(word, S("file")) ||
        !str_cut(line, ' ', &name, &line) || !str_to_i64(line, &size) || size < 0)
        return RAISE(e, CORRUPT, "pack", "a file line cannot be read; the stored pack is damaged");
    if (!pack_name_allowed(name))
        return RAISE(e, CORRUPT, "pack", "a file name is not allowed; names are small letters, "
                     "digits, hyphens and dots");
    if ((uint64_t)size > tail.len)
        return RAISE(e, CORRUPT, "pack", "file %.*s is cut off; the stored pack is damaged",
                     STR_FMT(name));
    if (size > LIMIT_YAML_BYTES)
        return RAISE(e, CORRUPT, "pack", "file %.*s is larger than %d bytes", STR_FMT(name),
                     (int)LIMIT_YAML_BYTES);
    *out = (struct pack_file){name, {tail.ptr, (size_t)size}};
    *rest = (str){tail.ptr + size, tail.len - (size_t)size};
    return true;
}

bool pack_from_blob(struct arena *arena, str blob, struct pack *out, struct err *e)
{
    struct pack pack = {0};
    if (!str_starts(blob, MAGIC))
        return RAISE(e, CORRUPT, "pack", "this is no pack of version 1");
    str rest = {blob.ptr + MAGIC.len, blob.len - MAGIC.len};
    while (rest.len > 0) {
        struct pack_file file;
        if (!take_file(&rest, &file, e))
            return false;
        if (pack.files.len == LIMIT_PACK_FILES)
            return RAISE(e, CORRUPT, "pack", "more than %d files", (int)LIMIT_PACK_FILES);
        if (pack.files.len > 0 &&
            str_cmp(pack.files.items[pack.files.len - 1].name, file.name) >= 0)
            return RAISE(e, CORRUPT, "pack", "file %.*s is out of order or stands twice",
                         STR_FMT(file.name));
        VEC_PUSH(arena, &pack.files, file);
    }
    *out = pack;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * Where packs and calendars come from: the binary, or a folder. */
#include "play/play.h"

#include "embed/embed.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static str embedded_bytes(const struct embedded *file)
{
    return (str){(const char *)file->bytes, file->len};
}

static bool find_shipped(struct arena *arena, str name, struct pack *out, struct err *e)
{
    if (pack_shipped(arena, name, out))
        return true;
    size_t n;
    str *names = pack_names(arena, &n);
    str nearest = str_nearest(name, names, n);
    if (nearest.ptr)
        return RAISE(e, NOT_FOUND, "policy", "no policy \"%.*s\" is shipped; did you mean %.*s?",
                     STR_FMT(name), STR_FMT(nearest));
    return RAISE(e, NOT_FOUND, "policy",
                 "no policy \"%.*s\" is shipped; see `yunjian policy list`, or give a folder with "
                 "a / in its path, such as ./%.*s", STR_FMT(name), STR_FMT(name));
}

static bool read_small_file(struct arena *arena, const char *path, str *out, struct err *e)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return RAISE(e, IO, path, "cannot open: %s", strerror(errno));
    char *bytes = NEWS(arena, char, LIMIT_YAML_BYTES + 1);
    size_t len = fread(bytes, 1, LIMIT_YAML_BYTES + 1, file);
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (error)
        return RAISE(e, IO, path, "cannot read: %s", strerror(error));
    if (len > LIMIT_YAML_BYTES)
        return RAISE(e, LIMIT, path, "a file of a policy has at most %d bytes; split it",
                     LIMIT_YAML_BYTES);
    *out = (str){bytes, len};
    return true;
}

/* The files of a folder whose names end so, ascending by name. */
static bool read_folder(struct arena *arena, str path, str suffix, struct pack *out, struct err *e)
{
    char *folder = str_to_cstr(arena, path);
    DIR *dir = opendir(folder);
    if (!dir)
        return RAISE(e, NOT_FOUND, folder, "cannot open the policy folder: %s", strerror(errno));
    bool ok = true;
    struct dirent *entry;
    while (ok && (entry = readdir(dir))) {
        str name = str_dup(arena, str_of(entry->d_name)), bytes;
        if (str_eq(suffix, S(".yaml")) && str_ends(name, S(".yml")) && name.ptr[0] != '.')
            ok = RAISE(e, INPUT, str_printf(arena, "%s/%s", folder, entry->d_name).ptr,
                       "a file that ends in .yml is not read; rename it to end in .yaml");
        if (!str_ends(name, suffix) || str_starts(name, S(".")))
            continue;
        str file = str_printf(arena, "%s/%s", folder, entry->d_name);
        ok = read_small_file(arena, file.ptr, &bytes, e);
        if (ok)
            pack_add(arena, out, name, bytes);
    }
    closedir(dir);
    return ok;
}

static bool is_path(str name_or_path)
{
    return str_has(name_or_path, S("/")) || str_has(name_or_path, S("."));
}

/* Files of the pack that `pack` uses, under names of their own: from the folder beside it, else the
 * shipped one. What is not there is for the loader to tell, at the line that asks for it. */
static bool add_used(struct arena *arena, str name_or_path, str name, struct pack *pack,
                     struct err *e)
{
    struct pack used = {0};
    struct err none = {0};
    str path = str_printf(arena, "%.*s/../%.*s", STR_FMT(name_or_path), STR_FMT(name));
    if (!read_folder(arena, path, S(".yaml"), &used, &none) && none.code != ERR_NOT_FOUND) {
        *e = none;
        return false;
    }
    if (!used.files.len)
        pack_shipped_files(arena, name, &used);
    for (size_t i = 0; i < used.files.len; i++) {
        const struct pack_file *file = &used.files.items[i];
        pack_add(arena, pack, str_printf(arena, "%.*s.%.*s", STR_FMT(name), STR_FMT(file->name)),
                 file->bytes);
    }
    return true;
}

bool pack_find(struct arena *arena, str name_or_path, struct pack *out, struct err *e)
{
    struct pack pack = {0};
    bool ok = is_path(name_or_path) ? read_folder(arena, name_or_path, S(".yaml"), &pack, e)
                                    : find_shipped(arena, name_or_path, &pack, e);
    if (ok && !pack.files.len)
        return RAISE(e, NOT_FOUND, str_to_cstr(arena, name_or_path),
                     "the folder holds no .yaml file; a policy begins with pack.yaml");
    str *uses; /* a shipped one has them already */
    size_t n = ok && is_path(name_or_path) ? pack_uses(arena, &pack, &uses) : 0;
    for (size_t i = 0; ok && i < n; i++)
        ok = add_used(arena, name_or_path, uses[i], &pack, e);
    if (ok)
        *out = pack;
    return ok;
}

bool scenarios_of(struct arena *arena, str name_or_path, struct scenario **out, size_t *out_n,
                  struct err *e)
{
    struct pack found = {0};
    const char *folder = "policies";
    if (is_path(name_or_path)) {
        str path = str_printf(arena, "%.*s/scenarios", STR_FMT(name_or_path));
        struct err none = {0};
        if (!read_folder(arena, path, S(".scn"), &found, &none) && none.code != ERR_NOT_FOUND) {
            *e = none;
            return false;
        }
        folder = path.ptr;
    }
    str own = str_printf(arena, "%.*s/", STR_FMT(name_or_path));
    for (size_t i = 0; !is_path(name_or_path) && i < embedded_scenarios_n; i++)
        if (str_starts(str_of(embedded_scenarios[i].path), own))
            pack_add(arena, &found, str_of(embedded_scenarios[i].path),
                     embedded_bytes(&embedded_scenarios[i]));
    *out = NEWS(arena, struct scenario, found.files.len + 1);
    *out_n = found.files.len;
    for (size_t i = 0; i < *out_n; i++) {
        const struct pack_file *file = &found.files.items[i];
        str path = str_printf(arena, "%s/%.*s", folder, STR_FMT(file->name));
        if (!utf8_valid(file->bytes))
            return RAISE(e, INPUT, path.ptr, "a scenario is UTF-8 text");
        (*out)[i] = (struct scenario){path.ptr, file->bytes};
    }
    return true;
}

bool accepted_mutants(struct arena *arena, str name_or_path, const char **out_path, str *out_text,
                      struct err *e)
{
    str own = str_printf(arena, "%.*s/mutants.tsv", STR_FMT(name_or_path));
    struct pack found = {0};
    *out_path = is_path(name_or_path) ? own.ptr
                                      : str_printf(arena, "policies/%.*s", STR_FMT(own)).ptr;
    if (is_path(name_or_path) &&
        !read_folder(arena, name_or_path, S("mutants.tsv"), &found, e))
        return false;
    for (size_t i = 0; !is_path(name_or_path) && i < embedded_accepted_n; i++)
        if (str_eq(str_of(embedded_accepted[i].path), own))
            pack_add(arena, &found, own, embedded_bytes(&embedded_accepted[i]));
    *out_text = found.files.len ? found.files.items[0].bytes : S("");
    return utf8_valid(*out_text) ||
           RAISE(e, INPUT, *out_path, "the list of accepted mutants is UTF-8 text");
}

bool calendar_shipped(struct arena *arena, struct calendar *out, struct err *e)
{
    for (size_t i = 0; i < embedded_data_n; i++)
        if (str_eq(str_of(embedded_data[i].path), S("china-holidays.tsv")))
            return calendar_parse(arena, S("china-holidays.tsv"),
                                  embedded_bytes(&embedded_data[i]), out, e);
    return RAISE(e, CONFIG, "china-holidays.tsv", "the binary was built without the calendar");
}

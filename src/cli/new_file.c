/* SPDX-License-Identifier: Apache-2.0
 * A file made whole or not at all, and never over another. */
#include "cli/cli_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool new_file_open(const struct args *args, const char *option, struct new_file *out,
                   struct err *e)
{
    str path = args_get(args, option), token = random_token(args->arena, 4);
    struct stat found;
    *out = (struct new_file){0};
    if (!path.len)
        return RAISE(e, INPUT, option, "name the file to make with --%s FILE", option);
    out->path = str_to_cstr(args->arena, path);
    path = str_printf(args->arena, "%.*s.%.*s.new", STR_FMT(path), STR_FMT(token));
    out->beside = str_to_cstr(args->arena, path);
    if (lstat(out->path, &found) == 0)
        return RAISE(e, CONFLICT, out->path, "this is there already; nothing was written over");
    int fd = open(out->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    out->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    return out->file || RAISE(e, IO, out->beside, "cannot create: %s", strerror(errno));
}

bool new_file_put(struct new_file *file, str bytes, struct err *e)
{
    return fwrite(bytes.ptr, 1, bytes.len, file->file) == bytes.len ||
           RAISE(e, IO, file->path, "cannot write: %s", strerror(errno));
}

bool new_file_keep(struct new_file *file, struct err *e)
{
    if (fflush(file->file) != 0 || fsync(fileno(file->file)) != 0)
        return RAISE(e, IO, file->path, "cannot write: %s", strerror(errno));
    if (link(file->beside, file->path) == 0)
        return sync_name(file->path, e);
    return errno == EEXIST
               ? RAISE(e, CONFLICT, file->path, "this is there already; nothing was written over")
               : RAISE(e, IO, file->path, "cannot give the file its name: %s", strerror(errno));
}

void new_file_drop(struct new_file *file)
{
    if (!file->file)
        return;
    fclose(file->file);
    unlink(file->beside);
}

/* SPDX-License-Identifier: Apache-2.0
 * checkpoints.log, the copy of the signed notes outside the database: one after the other, each
 * with its newline at the end. Never half a note, and none that the table has is missing: what a
 * full disk or a lost power left is mended before anything new is signed. */
#include "clerk/clerk_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { TAIL_BYTES = 64 * 1024, NOTE_LINES = 5 };

/* A full disk passes by itself, any other failure does not. */
static bool unwritten(const char *path, int error, struct err *e)
{
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        return RAISE(e, FULL, path, "the disk is full; free some space");
    return RAISE(e, IO, path, "cannot write the checkpoint: %s", strerror(error));
}

/* 0, or the errno of what failed. A disk that fills up takes a part of a write and says why only
 * at the next. */
static int write_all(int fd, str bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno != EINTR)
            return errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static bool append_note(const char *path, str note, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        return unwritten(path, errno, e);
    off_t before = lseek(fd, 0, SEEK_END);
    KILL_POINT_IN("checkpoint-line", fd, note);
    int error = before < 0 ? errno : write_all(fd, note);
    bool synced = error || fsync(fd) == 0;
    if (!synced)
        error = errno;
    if (error && before >= 0 && ftruncate(fd, before) != 0)
        error = errno;
    close(fd);
    /* What a failed sync has lost nobody can tell, whatever its reason. */
    if (!synced)
        return RAISE(e, IO, path, "cannot sync the checkpoint: %s", strerror(error));
    return !error || unwritten(path, error, e);
}

bool copy_notes(struct clerk *clerk, struct err *e)
{
    struct row_checkpoint *rows;
    size_t n = 0;
    if (!clerk->options.checkpoints_log)
        return true;
    bool ok = db_begin(clerk->db, e) &&
              q_checkpoints_from(clerk->db, clerk->batch, clerk->noted + 1, LIMIT_PAGE_ROWS, &rows,
                                 &n, e);
    db_rollback(clerk->db);
    for (size_t i = 0; ok && i < n; i++) {
        ok = append_note(clerk->options.checkpoints_log, rows[i].note, e);
        if (ok) {
            clerk->noted = rows[i].number;
            clerk->syncs++;
        }
    }
    return ok;
}

/* Where the last whole note of the tail begins and ends; both 0 when there is none. */
static void last_note(str tail, size_t *out_begin, size_t *out_end)
{
    str sign = S("\n\xe2\x80\x94 ");
    size_t end = 0;
    for (size_t i = 0; i + sign.len <= tail.len; i++) {
        if (!str_eq((str){tail.ptr + i, sign.len}, sign))
            continue;
        const char *newline = memchr(tail.ptr + i + sign.len, '\n', tail.len - i - sign.len);
        if (newline)
            end = (size_t)(newline - tail.ptr) + 1;
    }
    size_t begin = end;
    for (int lines = 0; begin > 0; begin--)
        if (tail.ptr[begin - 1] == '\n' && ++lines > NOTE_LINES)
            break;
    *out_begin = begin;
    *out_end = end;
}

/* Cuts what is not a whole note; hands back the last whole one, or an empty text. */
static bool mend_file(struct clerk *clerk, str *out_note, struct err *e)
{
    const char *path = clerk->options.checkpoints_log;
    char *bytes = NEWS(clerk->batch, char, TAIL_BYTES);
    size_t begin, end;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    *out_note = STR_NONE;
    if (fd < 0)
        return errno == ENOENT || RAISE(e, IO, path, "cannot open: %s", strerror(errno));
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
    ssize_t len = pread(fd, bytes, TAIL_BYTES, from);
    bool ok = size >= 0 && len == size - from;
    last_note((str){bytes, ok ? (size_t)len : 0}, &begin, &end);
    ok = ok && (from + (off_t)end == size || ftruncate(fd, from + (off_t)end) == 0);
    int error = errno;
    close(fd);
    *out_note = (str){bytes + begin, end - begin};
    return ok || RAISE(e, IO, path, "cannot read: %s", strerror(error));
}

bool open_notes(struct clerk *clerk, struct err *e)
{
    str text;
    struct checkpoint *last = NULL, *stored = NULL, note;
    if (!clerk->options.checkpoints_log)
        return true;
    bool ok = mend_file(clerk, &text, e) && db_begin(clerk->db, e) &&
              checkpoint_last(clerk->db, clerk->batch, &last, e);
    if (ok && text.len)
        ok = checkpoint_parse(clerk->batch, text, clerk->options.key, &note, e) &&
             (note.size <= journal_size(clerk->journal) ||
              RAISE(e, CORRUPT, clerk->options.checkpoints_log,
                    "it knows %lld entries, the database only %lld: an old database was put "
                    "back, or its end was cut; restore the newest one",
                    (long long)note.size, (long long)journal_size(clerk->journal))) &&
             checkpoint_covering(clerk->db, clerk->batch, note.size - 1, &stored, e);
    db_rollback(clerk->db);
    /* A file that is gone is not made up from the table, verify tells that it is missing; only the
     * very first note may have been on its way when the machine stopped. */
    clerk->noted = stored ? stored->number : last && last->number > 1 ? last->number : 0;
    return ok;
}

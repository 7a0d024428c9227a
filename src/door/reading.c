/* SPDX-License-Identifier: Apache-2.0
 * Reading connections. A few are enough: a request holds one only while a step runs, never while it
 * is parked, so there are at most as many as there are threads that serve. */
#include "door/priv.h"

enum { READING_ARENA = 64 * 1024 };

static bool reading_open(struct door *door, struct reading **out, struct err *e)
{
    struct db *db;
    if (!db_open(door->options.database, DB_READER, &db, e))
        return false;
    struct arena *arena = arena_new(READING_ARENA);
    struct reading *reading = NEW(arena, struct reading);
    *reading = (struct reading){db, library_new(), arena, NULL};
    *out = reading;
    return true;
}

static void reading_close(struct reading *reading)
{
    library_free(reading->library);
    db_close(reading->db);
    arena_free(reading->arena);
}

bool reading_take(struct door *door, struct reading **out, struct err *e)
{
    pthread_mutex_lock(&door->lock);
    struct reading *reading = door->readings;
    if (reading)
        door->readings = reading->next;
    pthread_mutex_unlock(&door->lock);
    if (!reading && !reading_open(door, &reading, e))
        return false;
    library_rest(reading->library);
    if (!db_begin(reading->db, e)) {
        reading_close(reading);
        return false;
    }
    *out = reading;
    return true;
}

void reading_give(struct door *door, struct reading *reading, bool sound)
{
    db_rollback(reading->db);
    if (!sound) {
        reading_close(reading);
        return;
    }
    pthread_mutex_lock(&door->lock);
    reading->next = door->readings;
    door->readings = reading;
    pthread_mutex_unlock(&door->lock);
}

void readings_close(struct door *door)
{
    while (door->readings) {
        struct reading *reading = door->readings;
        door->readings = reading->next;
        reading_close(reading);
    }
}

bool read_begin(struct request *r)
{
    struct err e = {0};
    if (r->reading)
        return true;
    if (!reading_take(r->door, &r->reading, &e)) {
        problem_err(r, &e);
        return false;
    }
    r->reader = (struct reader){
        .db = r->reading->db,
        .library = r->reading->library,
        .arena = r->arena,
        .actor = r->actor,
        .today = date_of_instant(r->now_ms),
    };
    return true;
}

void read_end(struct request *r)
{
    if (r->reading)
        /* An answer of ours is no reason to doubt the connection; a failure is. */
        reading_give(r->door, r->reading, r->reply.status != 500);
    r->reading = NULL;
}

void read_drop(struct request *r)
{
    if (r->reading)
        reading_give(r->door, r->reading, false);
    r->reading = NULL;
}

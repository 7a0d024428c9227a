/* SPDX-License-Identifier: Apache-2.0
 * What will happen next: a heap by time, ties in order of planning, so one seed is one run. */
#include "play/simulate_priv.h"

static bool before(const struct agenda *a, const struct agenda *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->number < b->number;
}

static void swap(struct agenda *a, struct agenda *b)
{
    struct agenda held = *a;
    *a = *b;
    *b = held;
}

void plan(struct town *town, struct agenda item)
{
    item.number = town->planned++;
    VEC_PUSH(town->arena, &town->agenda, item);
    struct agenda *heap = town->agenda.items;
    for (size_t i = town->agenda.len - 1; i > 0 && before(&heap[i], &heap[(i - 1) / 2]);
         i = (i - 1) / 2)
        swap(&heap[i], &heap[(i - 1) / 2]);
}

int64_t first_planned_ms(const struct town *town)
{
    return town->agenda.len ? town->agenda.items[0].at_ms : INT64_MAX;
}

bool next_planned(struct town *town, struct agenda *out)
{
    if (town->agenda.len == 0)
        return false;
    struct agenda *heap = town->agenda.items;
    *out = heap[0];
    size_t n = --town->agenda.len;
    heap[0] = heap[n];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
            if (before(&heap[child], &heap[least]))
                least = child;
        if (least == i)
            return true;
        swap(&heap[i], &heap[least]);
        i = least;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

/* Open addressing with linear probing, at most half full; keys are few and trusted (names out
 * of a policy, columns of a table), so an unkeyed hash is enough. */

struct slot {
    str key;
    void *value;
};

struct map {
    struct arena *arena;
    struct slot *slots;
    size_t cap, len;
};

struct map *map_new(struct arena *arena)
{
    struct map *map = NEW(arena, struct map);
    map->arena = arena;
    map->cap = 16;
    map->slots = NEWS(arena, struct slot, map->cap);
    return map;
}

static struct slot *find(struct slot *slots, size_t cap, str key)
{
    size_t at = (size_t)str_hash(key) & (cap - 1);
    while (slots[at].value && !str_eq(slots[at].key, key))
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

void map_put(struct map *map, str key, void *value)
{
    must(value != NULL);
    if (map->len * 2 >= map->cap) {
        struct slot *old = map->slots;
        size_t old_cap = map->cap;
        map->cap *= 2;
        map->slots = NEWS(map->arena, struct slot, map->cap);
        for (size_t i = 0; i < old_cap; i++)
            if (old[i].value)
                *find(map->slots, map->cap, old[i].key) = old[i];
    }
    struct slot *slot = find(map->slots, map->cap, key);
    if (!slot->value)
        map->len++;
    *slot = (struct slot){key, value};
}

void *map_get(const struct map *map, str key)
{
    return find(map->slots, map->cap, key)->value;
}

size_t map_len(const struct map *map)
{
    return map->len;
}

/* SPDX-License-Identifier: Apache-2.0
 * Failed logins and those under way, in memory. Counted for the login from one address, so that
 * nobody can shut another out from elsewhere; and, with a wider bound, for the login and for the
 * address alone, so that spreading the guesses does not help. A restart forgets them. */
#include "door/priv.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { WAYS = 8, WIDER = 10, KEYS = 3 };

struct throttle_keys {
    uint64_t key[KEYS];
    int limit[KEYS];
};

static uint64_t key_of(const struct door *door, char kind, str login, str address)
{
    char text[LIMIT_LOGIN_BYTES + INET6_ADDRSTRLEN + 8];
    size_t n = 0;
    text[n++] = kind;
    size_t len = login.len < LIMIT_LOGIN_BYTES ? login.len : LIMIT_LOGIN_BYTES;
    if (len)
        memcpy(text + n, login.ptr, len);
    n += len;
    text[n++] = 0;
    len = address.len < INET6_ADDRSTRLEN ? address.len : INET6_ADDRSTRLEN;
    if (len)
        memcpy(text + n, address.ptr, len);
    n += len;
    str secret = {(const char *)door->throttle_key, sizeof door->throttle_key};
    struct digest digest = hmac_sm3(secret, (str){text, n});
    uint64_t key;
    memcpy(&key, digest.bytes, sizeof key);
    return key ? key : 1;
}

static struct throttle_keys keys_of(const struct door *door, str login, str address)
{
    return (struct throttle_keys){
        .key = {key_of(door, 'b', login, address), key_of(door, 'l', login, S("")),
                key_of(door, 'a', S(""), address)},
        .limit = {LIMIT_LOGIN_FAILURES, LIMIT_LOGIN_FAILURES * WIDER,
                  LIMIT_LOGIN_FAILURES * WIDER},
    };
}

static const int64_t WINDOW_MS = INT64_C(1000) * LIMIT_LOGIN_WINDOW_S;

/* The slot of a key, or the one to give it: free, over, or the oldest of its few neighbours. */
static struct throttle_slot *slot_of(struct door *door, uint64_t key, int64_t now_ms)
{
    struct throttle_slot *first = &door->throttle[key % (DOOR_THROTTLE / WAYS) * WAYS];
    struct throttle_slot *best = first;
    for (struct throttle_slot *slot = first; slot < first + WAYS; slot++) {
        if (slot->key && now_ms - slot->since_ms >= WINDOW_MS)
            *slot = (struct throttle_slot){0};
        if (slot->key == key)
            return slot;
        if (best->key && (!slot->key || slot->since_ms < best->since_ms))
            best = slot;
    }
    return best;
}

bool throttle_take(struct door *door, str login, str address, int64_t now_ms, int *out_wait_s)
{
    struct throttle_keys keys = keys_of(door, login, address);
    int64_t wait_ms = 0;
    pthread_mutex_lock(&door->lock);
    for (size_t i = 0; i < KEYS; i++) {
        const struct throttle_slot *slot = slot_of(door, keys.key[i], now_ms);
        int64_t left = slot->since_ms + WINDOW_MS - now_ms;
        if (slot->key == keys.key[i] && slot->failures >= keys.limit[i] && left > wait_ms)
            wait_ms = left;
    }
    for (size_t i = 0; i < KEYS && wait_ms == 0; i++) {
        struct throttle_slot *slot = slot_of(door, keys.key[i], now_ms);
        if (slot->key != keys.key[i])
            *slot = (struct throttle_slot){.key = keys.key[i], .since_ms = now_ms};
        slot->failures++;
    }
    pthread_mutex_unlock(&door->lock);
    *out_wait_s = (int)((wait_ms + 999) / 1000);
    return wait_ms == 0;
}

void throttle_give(struct door *door, str login, str address, bool good)
{
    struct throttle_keys keys = keys_of(door, login, address);
    pthread_mutex_lock(&door->lock);
    for (size_t i = 0; i < KEYS; i++) {
        struct throttle_slot *slot = slot_of(door, keys.key[i], 0);
        if (slot->key != keys.key[i])
            continue;
        slot->failures = good && i == 0 ? 0 : slot->failures - 1;
        if (slot->failures <= 0)
            *slot = (struct throttle_slot){0};
    }
    pthread_mutex_unlock(&door->lock);
}

/* The gateway appends whom it sees to what the client may have written: only the last element of
 * the last line is its word. */
static enum MHD_Result last_forwarded(void *ctx, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    (void)kind;
    if (value && strcasecmp(name, "X-Forwarded-For") == 0) {
        str rest = str_of(value), *last = ctx;
        *last = STR_NONE;
        while (rest.len)
            str_cut(rest, ',', last, &rest);
        *last = str_ends(str_of(value), S(",")) ? STR_NONE : str_trim(*last);
    }
    return MHD_YES;
}

/* In its one spelling; empty when it is no address. */
static str plain_address(struct arena *arena, str text)
{
    struct in6_addr bytes;       /* room for either */
    char plain[INET6_ADDRSTRLEN] = "";
    const char *given = str_to_cstr(arena, text);
    for (int family = AF_INET; text.len && !plain[0]; family = AF_INET6) {
        if (inet_pton(family, given, &bytes) == 1)
            inet_ntop(family, &bytes, plain, sizeof plain);
        if (family == AF_INET6)
            break;
    }
    return str_dup(arena, str_of(plain));
}

str client_address(struct request *r)
{
    if (r->door->options.behind_tls) {
        str last = STR_NONE;
        MHD_get_connection_values(r->connection, MHD_HEADER_KIND, last_forwarded, &last);
        last = plain_address(r->arena, last);
        if (last.len)
            return last;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    if (info && info->client_addr && info->client_addr->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr,
                  text, sizeof text);
    else if (info && info->client_addr && info->client_addr->sa_family == AF_INET6)
        inet_ntop(AF_INET6,
                  &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr, text,
                  sizeof text);
    return str_dup(r->arena, str_of(text));
}

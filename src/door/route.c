/* SPDX-License-Identifier: Apache-2.0 */
#include "door/priv.h"

static const struct route ROUTES[] = {
#define X(method, pattern, handler, need, body, parameters, description)                          \
    {METHOD_##method, {pattern, sizeof pattern - 1}, handler, NEED_##need, BODY_##body,           \
     {parameters, sizeof parameters - 1}},
#include "door/routes.def"
#undef X
};

static const char *const METHODS[] = {"GET", "POST", "PUT", "DELETE"};

/* Segment by segment; {name} takes any one that is not empty. */
static bool matches(str pattern, str path, str vars[DOOR_VARS])
{
    size_t n = 0;
    for (;;) {
        str want, have, want_rest, have_rest;
        bool more_want = str_cut(pattern, '/', &want, &want_rest);
        bool more_have = str_cut(path, '/', &have, &have_rest);
        if (more_want != more_have)
            return false;
        if (want.len && want.ptr[0] == '{') {
            if (have.len == 0)
                return false;
            must(n < DOOR_VARS);
            vars[n++] = have;
        } else if (!str_eq(want, have)) {
            return false;
        }
        if (!more_want)
            return true;
        pattern = want_rest;
        path = have_rest;
    }
}

const struct route *route_find(struct arena *arena, enum method method, str path,
                               str vars[DOOR_VARS], str *out_allow)
{
    struct buf allow = buf_new(arena, 32);
    for (size_t i = 0; i < COUNT_OF(ROUTES); i++) {
        str found[DOOR_VARS] = {STR_NONE, STR_NONE};
        if (!matches(ROUTES[i].pattern, path, found))
            continue;
        if (ROUTES[i].method == method) {
            for (size_t k = 0; k < DOOR_VARS; k++)
                vars[k] = found[k];
            *out_allow = STR_NONE;
            return &ROUTES[i];
        }
        if (allow.len)
            buf_add(&allow, S(", "));
        buf_add(&allow, str_of(METHODS[ROUTES[i].method]));
        if (ROUTES[i].method == METHOD_GET)
            buf_add(&allow, S(", HEAD"));
    }
    *out_allow = buf_str(&allow);
    return NULL;
}

str param_of(const struct request *r, str name)
{
    for (size_t i = 0; i < r->n_params; i++)
        if (str_eq(r->params[i].name, name))
            return r->params[i].value;
    return STR_NONE;
}

bool param_i64(struct request *r, str name, int64_t min, int64_t max, int64_t fallback,
               int64_t *out)
{
    str text = param_of(r, name);
    int64_t value = fallback;
    if (text.ptr && (!str_to_i64(text, &value) || value < min || value > max)) {
        problem(r, PROBLEM_BAD_PARAMETER, name, SAME_WORDS(name),
                (struct words){str_printf(r->arena, "须为 %lld 至 %lld 的整数", (long long)min,
                                          (long long)max),
                               str_printf(r->arena, "an integer from %lld to %lld is wanted",
                                          (long long)min, (long long)max)});
        return false;
    }
    *out = value;
    return true;
}

bool var_id(struct request *r, size_t n, int64_t *out)
{
    must(n < DOOR_VARS);
    int64_t value;
    if (!str_to_i64(r->vars[n], &value) || value < 0 || value > LIMIT_JSON_INTEGER) {
        problem_plain(r, PROBLEM_NOT_FOUND);
        return false;
    }
    *out = value;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0
 * The browser application, out of the binary. */
#include "door/priv.h"

#include <stdlib.h>
#include <string.h>

static int by_path(const void *key, const void *item)
{
    str wanted = *(const str *)key;
    return str_cmp(wanted, str_of(((const struct embedded *)item)->path));
}

static const struct embedded *find(str path)
{
    if (embedded_web_n == 0)
        return NULL;
    return bsearch(&path, embedded_web, embedded_web_n, sizeof embedded_web[0], by_path);
}

/* Takes gzip? "gzip;q=0" does not. */
static bool takes_gzip(struct request *r)
{
    str rest = header_value(r, "Accept-Encoding");
    while (rest.len) {
        str item, name, parameters;
        str_cut(rest, ',', &item, &rest);
        str_cut(item, ';', &name, &parameters);
        if (str_eq(str_trim(name), S("gzip")))
            return !str_eq(str_trim(parameters), S("q=0"));
    }
    return false;
}

static void reply_asset(struct request *r, const struct embedded *asset)
{
    /* The bundler puts a digest into the names of everything under /assets. */
    bool hashed = strncmp(asset->path, "/assets/", 8) == 0;
    bool packed = asset->gzip && takes_gzip(r);
    r->reply.status = 200;
    r->reply.type = asset->type;
    r->reply.page = true;
    r->reply.etag = !hashed;
    r->reply.body = packed ? (str){(const char *)asset->gzip, asset->gzip_len}
                           : (str){(const char *)asset->bytes, asset->len};
    reply_header(r, "Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    if (asset->gzip)
        reply_header(r, "Vary", "Accept-Encoding");
    if (packed)
        reply_header(r, "Content-Encoding", "gzip");
}

static void reply_without_bundle(struct request *r)
{
    static const char page[] =
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>云鉴</title>"
        "<p>本程序编译时未包含浏览器应用。请在 web/ 中执行 npm run build 后重新编译；接口仍可在 "
        "/api/v1 使用。</p><p>This binary was built without the browser application. Run npm run "
        "build in web/ and build again; the interface under /api/v1 works.</p></html>\n";
    r->reply.status = 200;
    r->reply.type = "text/html; charset=utf-8";
    r->reply.page = true;
    r->reply.body = (str){page, sizeof page - 1};
    reply_header(r, "Cache-Control", "no-cache");
}

static bool names_a_file(str path)
{
    for (size_t i = path.len; i-- > 0 && path.ptr[i] != '/';)
        if (path.ptr[i] == '.')
            return true;
    return false;
}

/* A file, or for any address of the application its one page, which routes by itself. */
void answer_page(struct request *r)
{
    const struct embedded *asset = find(r->path);
    if (!asset && !names_a_file(r->path))
        asset = find(S("/index.html"));
    if (asset)
        reply_asset(r, asset);
    else if (names_a_file(r->path))
        problem_plain(r, PROBLEM_NOT_FOUND);
    else
        reply_without_bundle(r);
}

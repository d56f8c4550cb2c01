/* Files that pages load. Under its hashed name a file is kept for good by whoever got it; under its own it is asked for
 * again, and mostly answered with 304. Either way its bytes are sent from where they are. With --assets they are read
 * from a directory at every request, on the loop, and so are the modules in folders of it, which the build has put into
 * the files that import them: for developing alone. */
#include "web/assets.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cxd/base/buffer.h"

enum { READ_BYTES_MAX = 4 * 1024 * 1024, PATH_SIZE = 1024 };

static const struct {
    const char *ending, *type;
} TYPES[] = {
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
};

static const char *type_of(const char *name) {
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < CXD_COUNT(TYPES); i++)
        if (strcmp(ending, TYPES[i].ending) == 0)
            return TYPES[i].type;
    return NULL;
}

static const struct asset *find(const char *name, bool *ret_is_hashed) {
    for (size_t i = 0; i < ASSET_COUNT; i++) {
        *ret_is_hashed = strcmp(name, ASSETS[i].hashed) == 0;
        if (*ret_is_hashed || strcmp(name, ASSETS[i].name) == 0)
            return &ASSETS[i];
    }
    return NULL;
}

/* Letters, digits, '-' and single dots: no other file than one of the directory's own. */
static bool is_plain(const char *name) {
    for (const char *at = name; *at; at++) {
        bool is_word = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-';
        if (!is_word && !(*at == '.' && at > name && at[-1] != '.' && at[1] != '\0'))
            return false;
    }
    return true;
}

static bool read_file(const char *directory, const char *name, struct buffer *out) {
    char path[PATH_SIZE];
    struct stat status;
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = length > 0 && (size_t)length < sizeof path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0)
        return false;
    bool is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= READ_BYTES_MAX;
    size_t wanted = is_file ? (size_t)status.st_size : 0;
    if (is_file && buffer_reserve(out, wanted)) {
        ssize_t got = read(fd, out->data, wanted);
        out->length = got > 0 ? (size_t)got : 0;
        is_file = got >= 0;
    }
    close(fd);
    return is_file;
}

/* Files of a directory are modules, which a page of another origin loads by CORS alone: the widget's. */
static void allow_pages(struct http_request *request) {
    http_reply_header(request, "Access-Control-Allow-Origin", "*");
    http_reply_header(request, "Cross-Origin-Resource-Policy", "cross-origin");
}

static void refuse(struct http_request *request) {
    http_problem_code(request, ERR_NO_ROUTE, "there is no file of this name");
}

static void reply_read(struct http_request *request, const char *directory, const char *name) {
    const char *type = type_of(name);
    if (type && is_plain(name) && read_file(directory, name, http_out(request))) {
        allow_pages(request);
        http_reply_tagged(request, type);
    } else {
        refuse(request);
    }
}

static void reply_asset(struct http_request *request, const struct asset *asset, const char *kept) {
    bool is_gzip = asset->gzip.bytes && http_accepts_gzip(request);
    const struct asset_form *form = is_gzip ? &asset->gzip : &asset->plain;
    http_out_fixed(request, form->bytes, form->length);
    if (asset->gzip.bytes)
        http_reply_header(request, "Vary", "Accept-Encoding");
    if (is_gzip)
        http_reply_header(request, "Content-Encoding", "gzip");
    http_reply_header(request, "Cache-Control", kept);
    http_reply_with_tag(request, type_of(asset->name), form->tag);
}

/* `inner` may be "". */
static void reply_module(struct http_request *request, const char *inner) {
    const struct web *web = site_context(request);
    const char *folder = http_path(request, "folder"), *name = http_path(request, "name");
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s%s%s", folder, inner, *inner ? "/" : "", name);
    const char *type = type_of(name);
    bool is_plain_path = is_plain(folder) && is_plain(inner) && is_plain(name) && (size_t)length < sizeof path;
    http_reply_header(request, "X-Content-Type-Options", "nosniff");
    if (web->directory && type && is_plain_path && read_file(web->directory, path, http_out(request))) {
        allow_pages(request);
        http_reply_tagged(request, type);
    } else {
        refuse(request);
    }
}

void web_module_get(struct http_request *request) {
    reply_module(request, "");
}

void web_inner_module_get(struct http_request *request) {
    reply_module(request, http_path(request, "inner"));
}

void web_asset_get(struct http_request *request) {
    const struct web *web = site_context(request);
    const char *name = http_path(request, "name");
    bool is_hashed;
    http_reply_header(request, "X-Content-Type-Options", "nosniff");
    if (web->directory && strcmp(name, CHARTS_ASSET) != 0) {
        reply_read(request, web->directory, name);
        return;
    }
    const struct asset *asset = find(name, &is_hashed);
    if (asset)
        reply_asset(request, asset, is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
    else
        refuse(request);
}

/* Pages of others name it in what is seldom changed, so it has one name, and is kept for minutes. A directory has it
 * in modules: what is served then loads these. */
void web_widget_get(struct http_request *request) {
    static const char LOADER[] =
        "import(document.currentScript.src.replace(/\\/widget\\.js.*/, '" ASSETS_PATH "widget.js'));\n";
    const struct web *web = site_context(request);
    bool is_hashed;
    const struct asset *asset = find("widget.js", &is_hashed);
    assert(asset);
    http_reply_header(request, "X-Content-Type-Options", "nosniff");
    allow_pages(request);
    if (web->directory) {
        buffer_append_text(http_out(request), LOADER);
        http_reply_tagged(request, type_of(asset->name));
        return;
    }
    reply_asset(request, asset, "public, max-age=600");
}

void web_asset_path(struct buffer *out, const struct web *web, const char *name) {
    bool is_hashed;
    const struct asset *asset = find(name, &is_hashed);
    assert(asset);
    buffer_append_text(out, ASSETS_PATH);
    buffer_append_text(out, web->directory || !asset ? name : asset->hashed);
}

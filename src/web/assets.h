#ifndef CXD_SRC_WEB_ASSETS_H
#define CXD_SRC_WEB_ASSETS_H

#include <stddef.h>

#include "cxd/web/web.h"

/* Files that pages load. They are made by the build: minified, compressed, hashed (src/tools/embed_web.c). */

struct asset_form {
    const unsigned char *bytes; /* NULL: the file is not smaller so */
    size_t length;
    const char *tag; /* strong, of these bytes */
};

struct asset {
    const char *name;   /* "page.css" */
    const char *hashed; /* "page.0123456789abcdef.css": another wherever the bytes are */
    struct asset_form plain, gzip;
};

extern const struct asset ASSETS[];
extern const size_t ASSET_COUNT;

#define ASSETS_PATH "/assets/"
/* Debian's dygraphs, put there by the build: always the binary's own, for web/assets/ has none. */
#define CHARTS_ASSET "dygraphs.js"

/* GET /assets/{name} */
http_handler web_asset_get;
/* GET /assets/{folder}/{name} and /assets/{folder}/{inner}/{name}: what files import, which are served one by one from
 * a directory alone. */
http_handler web_module_get;
http_handler web_inner_module_get;
/* GET /widget.js */
http_handler web_widget_get;

/* The path by which pages load the file `name` of web/assets/, which must be there:
 * "/assets/page.0123456789abcdef.css", or, where files are read from a directory, "/assets/page.css". Appended. */
void web_asset_path(struct buffer *out, const struct web *web, const char *name);

#endif

/* The link to a survey's page as a QR code, for receipts and posters: with correction for a sixth of it (M), and the
 * quiet zone that readers want. Runs on workers, for a long link takes milliseconds. */
#include "web/qr.h"

#include <stdlib.h>
#include <string.h>

#include <qrencode.h>
#include <zlib.h>

#include "web/html.h"
#include "web/page.h"

enum { LINK_BYTES_MAX = 1024, QUIET = 4, PIXELS = 10, BYTE_BITS = 8 };

/* --- The code -------------------------------------------------------------------------------------------------------
 */

static bool is_dark(const QRcode *code, int x, int y) {
    x -= QUIET;
    y -= QUIET;
    bool is_inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
    return is_inside && (code->data[y * code->width + x] & 1);
}

static int side_of(const QRcode *code) {
    return code->width + 2 * QUIET;
}

/* A row of dark modules is one step of the path. */
static void write_svg(struct buffer *out, const QRcode *code, const char *link) {
    int side = side_of(code);
    buffer_append_format(out,
                         "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                         "shape-rendering=\"crispEdges\"><title>",
                         side, side);
    html_text(out, link);
    buffer_append_format(out, "</title><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", side, side);
    for (int y = 0; y < side; y++)
        for (int x = 0, length; x < side; x += length) {
            bool dark = is_dark(code, x, y);
            for (length = 1; x + length < side && is_dark(code, x + length, y) == dark;)
                length++;
            if (dark)
                buffer_append_format(out, "M%d %dh%dv1h-%dz", x, y, length, length);
        }
    buffer_append_text(out, "\"/></svg>\n");
}

static void put_number(unsigned char out[4], uint32_t number) {
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(number >> (24 - BYTE_BITS * i));
}

static void write_chunk(struct buffer *out, const char type[4], const unsigned char *data, size_t length) {
    unsigned char number[4];
    put_number(number, (uint32_t)length);
    buffer_append(out, number, sizeof number);
    buffer_append(out, type, 4);
    buffer_append(out, data, length);
    uLong sum = crc32(crc32(0, (const unsigned char *)type, 4), data, (uInt)length);
    put_number(number, (uint32_t)sum);
    buffer_append(out, number, sizeof number);
}

/* A grey picture of one bit a pixel, 1 being white: each line of it begins with a 0, for no filter. */
static bool write_png(struct buffer *out, const QRcode *code) {
    static const unsigned char SIGNATURE[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    size_t side = (size_t)side_of(code) * PIXELS, stride = 1 + (side + BYTE_BITS - 1) / BYTE_BITS;
    uLongf length = compressBound((uLong)(stride * side));
    unsigned char *rows = calloc(side, stride), *packed = malloc(length), head[13] = {0};
    bool is_packed = rows && packed;
    for (size_t y = 0; is_packed && y < side; y++)
        for (size_t x = 0; x < side; x++)
            if (!is_dark(code, (int)(x / PIXELS), (int)(y / PIXELS)))
                rows[y * stride + 1 + x / BYTE_BITS] |= (unsigned char)(0x80 >> x % BYTE_BITS);
    is_packed = is_packed && compress(packed, &length, rows, (uLong)(stride * side)) == Z_OK;
    if (is_packed) {
        put_number(head, (uint32_t)side);
        put_number(head + 4, (uint32_t)side);
        head[8] = 1;
        buffer_append(out, SIGNATURE, sizeof SIGNATURE);
        write_chunk(out, "IHDR", head, sizeof head);
        write_chunk(out, "IDAT", packed, length);
        write_chunk(out, "IEND", head, 0);
    }
    free(rows);
    free(packed);
    return is_packed;
}

/* --- The calls ------------------------------------------------------------------------------------------------------
 */

/* Of the arena. ERR_NO_SURVEY, ERR_BAD_PARAMETER, ERR_HOST, ERR_NO_MEMORY. */
static enum cxd_err make_link(struct http_request *request, const char **ret_link, struct error *err) {
    const struct snapshot *snapshot = site_acquire(request);
    const char *slug = http_path(request, "survey"), *query = http_query_text(request);
    bool is_there = snapshot_survey(snapshot, slug);
    struct buffer link;
    catalog_release(snapshot);
    if (!is_there)
        return error_set(err, ERR_NO_SURVEY, "there is no survey of this name");
    buffer_init(&link);
    bool has_host = site_append_origin(&link, request);
    page_path(&link, request, slug);
    if (query) {
        buffer_append_char(&link, '?');
        buffer_append_text(&link, query);
    }
    const char *text = buffer_terminate(&link);
    bool is_long = link.length > LINK_BYTES_MAX;
    *ret_link = text ? arena_strdup(http_arena(request), text) : NULL;
    buffer_free(&link);
    if (!*ret_link)
        return error_set(err, ERR_NO_MEMORY, "no memory for the code");
    if (!has_host)
        return error_set(err, ERR_HOST, "the request has no Host, and [server] public_url is not set");
    if (is_long)
        return error_set(err, ERR_BAD_PARAMETER, "the link may be %d bytes long", LINK_BYTES_MAX);
    return CXD_OK;
}

static void reply_code(struct http_request *request, bool is_svg) {
    const char *link = NULL;
    struct error err;
    if (make_link(request, &link, &err) != CXD_OK) {
        http_problem(request, &err);
        return;
    }
    QRcode *code = QRcode_encodeString8bit(link, 0, QR_ECLEVEL_M);
    bool is_written = code;
    if (code && is_svg)
        write_svg(http_out(request), code, link);
    else if (code)
        is_written = write_png(http_out(request), code);
    QRcode_free(code);
    if (!is_written) {
        http_problem_code(request, ERR_NO_MEMORY, "no memory for the code");
        return;
    }
    http_reply_header(request, "X-Content-Type-Options", "nosniff");
    http_reply_header(request, "Content-Security-Policy", "default-src 'none'");
    http_reply_tagged(request, is_svg ? "image/svg+xml" : "image/png");
}

void web_qr_svg_get(struct http_request *request) {
    reply_code(request, true);
}

void web_qr_png_get(struct http_request *request) {
    reply_code(request, false);
}

/* Any text as a query string: its items, escaped anew, are read back as the same items. */
#include "fuzz.h"

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/http/http.h"

enum { ITEMS_MAX = 64 };

static struct error err;

static void escape(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++)
        buffer_append_format(out, "%%%02x", (unsigned)(unsigned char)*text);
}

static void check_round_trip(const struct http_query_item *items, size_t count, struct arena *arena) {
    struct http_query_item *again;
    size_t again_count;
    struct buffer out;
    buffer_init(&out);
    for (size_t i = 0; i < count; i++) {
        escape(&out, items[i].key);
        buffer_append_char(&out, '=');
        escape(&out, items[i].value);
        buffer_append_char(&out, '&');
    }
    const char *text = buffer_terminate(&out);
    CHECK(text);
    CHECK(http_query_parse(text, arena, &again, &again_count, &err) == CXD_OK);
    CHECK(again_count == count);
    for (size_t i = 0; i < count; i++)
        CHECK(strcmp(items[i].key, again[i].key) == 0 && strcmp(items[i].value, again[i].value) == 0);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct http_query_item *items;
    size_t count;
    char *text = fuzz_text(data, size);
    arena_init(&arena);
    enum cxd_err code = http_query_parse(text, &arena, &items, &count, &err);
    if (code != CXD_OK)
        fuzz_check_error(&err, code, ERR_BAD_PARAMETER);
    else
        CHECK(count <= ITEMS_MAX);
    for (size_t i = 0; code == CXD_OK && i < count; i++) {
        CHECK(utf8_count(items[i].key) != SIZE_MAX && utf8_count(items[i].value) != SIZE_MAX);
        for (size_t j = 0; j < i; j++)
            CHECK(strchr(items[i].key, '.') || strcmp(items[i].key, items[j].key) != 0);
    }
    if (code == CXD_OK)
        check_round_trip(items, count, &arena);
    arena_free(&arena);
    free(text);
    return 0;
}

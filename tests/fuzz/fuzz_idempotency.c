/* Any text as an Idempotency-Key: bare and quoted are the same key, another survey names another id; and any two lines,
 * which have one id where they are the same content. */
#include "fuzz.h"

#include "cxd/codec/idempotency.h"
#include "cxd/codec/response.h"

static struct error err;

static void check_key(const char *text) {
    char key[IDEMPOTENCY_KEY_SIZE], again[IDEMPOTENCY_KEY_SIZE];
    struct id id, other;
    struct buffer quoted;
    enum cxd_err code = idempotency_key_decode(text, key, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_BAD_IDEMPOTENCY_KEY);
        return;
    }
    CHECK(key[0] != '\0' && strlen(key) <= IDEMPOTENCY_KEY_MAX);
    for (const char *c = key; *c; c++)
        CHECK(*c >= ' ' && *c < 0x7F);
    idempotency_name_response(key, "shop", &id);
    CHECK((id.bytes[6] & 0xF0) == 0x50 && (id.bytes[8] & 0xC0) == 0x80);
    idempotency_name_response(key, "sho", &other);
    CHECK(id_compare(&id, &other) != 0);
    buffer_init(&quoted);
    buffer_append_char(&quoted, '"');
    for (const char *c = key; *c; c++) {
        if (*c == '"' || *c == '\\')
            buffer_append_char(&quoted, '\\');
        buffer_append_char(&quoted, *c);
    }
    buffer_append_char(&quoted, '"');
    const char *header = buffer_terminate(&quoted);
    CHECK(header && idempotency_key_decode(header, again, &err) == CXD_OK && strcmp(key, again) == 0);
    buffer_free(&quoted);
}

static bool is_same(const struct response *a, const struct response *b) {
    return a->has_answered_at == b->has_answered_at && response_same_payload(a, b);
}

/* The text's halves as the two lines of a batch. */
static void check_lines(const uint8_t *data, size_t size) {
    const char *text = (const char *)data;
    struct arena arena;
    struct response a, b;
    struct id first, second, alone;
    arena_init(&arena);
    const char *gap = memchr(text, '\n', size);
    size_t length = gap ? (size_t)(gap - text) : 0;
    if (gap && response_decode(text, length, 16, &arena, &a, &err) == CXD_OK &&
        response_decode(gap + 1, size - length - 1, 16, &arena, &b, &err) == CXD_OK) {
        struct idempotency_lines *lines = idempotency_lines_new(), *others = idempotency_lines_new();
        CHECK(lines && others);
        CHECK(idempotency_name_line(lines, "k", "shop", &a, &first));
        CHECK(idempotency_name_line(lines, "k", "shop", &b, &second));
        CHECK(idempotency_name_line(others, "k", "shop", &b, &alone));
        CHECK(id_compare(&first, &second) != 0);
        CHECK((id_compare(&first, &alone) == 0) == is_same(&a, &b));
        CHECK((id_compare(&second, &alone) == 0) == !is_same(&a, &b));
        idempotency_lines_free(lines);
        idempotency_lines_free(others);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(data, size);
    check_key(text);
    free(text);
    check_lines(data, size);
    return 0;
}

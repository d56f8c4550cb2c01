/* Any text as an Idempotency-Key: bare and quoted name the same id, another survey or line another. */
#include "fuzz.h"

#include "cxd/codec/response.h"

static struct error err;

/* The bare key as a quoted string. */
static void quote(struct buffer *out, const char *bare) {
    bare += strspn(bare, " \t");
    size_t length = strcspn(bare, " \t");
    buffer_append_char(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (bare[i] == '"' || bare[i] == '\\')
            buffer_append_char(out, '\\');
        buffer_append_char(out, bare[i]);
    }
    buffer_append_char(out, '"');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct id id;
    struct id other;
    struct buffer quoted;
    char *text = fuzz_text(data, size);
    enum cxd_err code = idempotency_key_decode(text, "shop", 0, &id, &err);
    buffer_init(&quoted);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_BAD_IDEMPOTENCY_KEY);
    } else {
        CHECK((id.bytes[6] & 0xF0) == 0x50 && (id.bytes[8] & 0xC0) == 0x80);
        CHECK(idempotency_key_decode(text, "shop", 1, &other, &err) == CXD_OK &&
              id_compare(&id, &other) != 0);
        CHECK(idempotency_key_decode(text, "sho", 0, &other, &err) == CXD_OK && id_compare(&id, &other) != 0);
        if (text[strspn(text, " \t")] != '"') {
            quote(&quoted, text);
            const char *header = buffer_terminate(&quoted);
            CHECK(header != NULL);
            CHECK(idempotency_key_decode(header, "shop", 0, &other, &err) == CXD_OK);
            CHECK(id_compare(&id, &other) == 0);
        }
    }
    buffer_free(&quoted);
    free(text);
    return 0;
}

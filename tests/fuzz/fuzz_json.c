/* Any bytes as a reply that the command line reads. The view walks all of it, finds each member by its name, and what
 * it shows, written again, is read as the same. */
#include "fuzz.h"

#include "cxd/base/buffer.h"
#include "cxd/codec/json.h"

enum { DEPTH_MAX = 64, MEMBERS_MAX = 4096 };

static struct error err;

/* The deepest nesting, by a plain scan. Of JSON only: outside of it brackets need not fit. */
static size_t deepest(const char *bytes, size_t length) {
    size_t open = 0, most = 0;
    bool inside = false;
    for (size_t i = 0; i < length; i++) {
        if (inside) {
            if (bytes[i] == '\\')
                i++;
            else if (bytes[i] == '"')
                inside = false;
        } else if (bytes[i] == '"') {
            inside = true;
        } else if (bytes[i] == '[' || bytes[i] == '{') {
            open++;
            most = open > most ? open : most;
        } else if (bytes[i] == ']' || bytes[i] == '}') {
            open--;
        }
    }
    return most;
}

/* One kind at most, and an empty path is the value itself. */
static void check_kind(const struct json *value) {
    double number;
    bool is_text = json_text(value, "");
    bool is_number = json_number(value, "", &number);
    bool is_true = json_is_true(value, "");
    CHECK(is_text + is_number + is_true + (json_count(value) > 0) <= 1);
    CHECK(json_get(value, "") == value);
    if (is_text)
        CHECK(utf8_count(json_text(value, "")) != SIZE_MAX);
}

static void walk(const struct json *value, size_t depth, size_t *left) {
    if (!value || !json_get(value, "") || depth == 0 || *left == 0)
        return;
    (*left)--;
    check_kind(value);
    size_t count = json_count(value);
    for (size_t i = 0; i<count && * left> 0; i++) {
        const char *name = json_name_at(value, i);
        if (!name) {
            walk(json_at(value, i), depth - 1, left);
            continue;
        }
        CHECK(!json_at(value, i) && utf8_count(name) != SIZE_MAX);
        const struct json *member = json_get(value, name);
        if (!strchr(name, '.') && name[0] != '\0')
            walk(member, depth - 1, left);
    }
    CHECK(!json_at(value, count) && !json_name_at(value, count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct json *document;
    size_t left = MEMBERS_MAX;
    char *bytes = malloc(size);
    CHECK(bytes || size == 0);
    if (size > 0)
        memcpy(bytes, data, size);
    /* A scan for any bytes: monotone in the depth. */
    for (size_t depth = 1; depth < DEPTH_MAX; depth *= 2)
        CHECK(!json_too_deep(bytes, size, depth * 2) || json_too_deep(bytes, size, depth));
    enum cxd_err code = json_open(bytes, size, &document, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_MALFORMED_JSON);
    } else {
        size_t depth = deepest(bytes, size);
        CHECK(!json_too_deep(bytes, size, depth));
        CHECK(depth == 0 || json_too_deep(bytes, size, depth - 1));
        walk(document, DEPTH_MAX, &left);
        json_free(document);
    }
    free(bytes);
    return 0;
}

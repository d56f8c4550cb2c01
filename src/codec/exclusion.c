/* What a PATCH of a response says: whether it counts, and why not. */
#include "cxd/codec/exclusion.h"

#include "codec/read.h"
#include "cxd/base/utf8.h"

enum { REASON_MAX_CHARACTERS = 200 };

static void read_excluded(struct reading *reading, const json_t *value, bool *ret_excluded) {
    if (!value)
        error_add_member(reading->err, "/excluded", "is required");
    else if (!json_is_boolean(value))
        error_add_member(reading->err, "/excluded", "must be true or false");
    else
        *ret_excluded = json_is_true(value);
}

static void read_reason(struct reading *reading, const json_t *value, bool excluded, const char **ret_reason) {
    if (!value || !read_text(reading, value, "/reason", ret_reason) || !*ret_reason)
        return;
    size_t characters = utf8_count(*ret_reason);
    if (!excluded)
        error_add_member(reading->err, "/reason", "is for an exclusion");
    else if (characters > REASON_MAX_CHARACTERS)
        error_add_member(reading->err, "/reason", "must have at most %d characters", REASON_MAX_CHARACTERS);
    else if (utf8_has_control(*ret_reason, false))
        error_add_member(reading->err, "/reason", "must not hold control characters");
}

enum cxd_err exclusion_decode(const char *bytes, size_t length, size_t depth, struct arena *arena, bool *ret_excluded,
                              const char **ret_reason, struct error *err) {
    static const char *const NAMES[] = {"excluded", "reason"};
    static const struct words members = WORDS(NAMES);
    struct document doc;
    struct reading reading = {.arena = arena, .err = err};
    bool excluded = true;
    const char *reason = NULL;
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&reading, doc.root, "")) {
            read_excluded(&reading, read_member(doc.root, "excluded"), &excluded);
            read_reason(&reading, read_optional(doc.root, "reason"), excluded, &reason);
            read_refuse_unknown(&reading, doc.root, "", &members,
                                "is no member of an exclusion; it has excluded and reason");
        }
        code = reading_end(&reading);
    }
    document_close(&doc);
    if (code == CXD_OK) {
        *ret_excluded = excluded;
        *ret_reason = reason;
    }
    return code;
}

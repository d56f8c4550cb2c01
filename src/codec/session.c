/* What a browser signs in by, and what a link is asked for with. */
#include "cxd/codec/session.h"

#include <string.h>

#include "codec/read.h"

static const char *const SIGN_IN_MEMBERS[] = {"key", "link"};
static const char *const LINK_MEMBERS[] = {"scopes"};

/* What reads the members of an object into a target. */
typedef void read_members(struct reading *reading, const json_t *root, void *target);

static enum cxd_err decode(const char *bytes, size_t length, size_t depth, read_members *members, void *target,
                           struct error *err) {
    struct document doc;
    struct reading reading = {.err = err};
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&reading, doc.root, ""))
            members(&reading, doc.root, target);
        code = reading_end(&reading);
    }
    document_close(&doc);
    return code;
}

static void take_secret(const char *text, char ret_secret[SECRET_TEXT_SIZE]) {
    static const char blanks[] = " \t\r\n";
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1]))
        length--;
    ret_secret[0] = '\0';
    if (length >= SECRET_TEXT_SIZE)
        return;
    memcpy(ret_secret, text, length);
    ret_secret[length] = '\0';
}

static void read_sign_in(struct reading *reading, const json_t *root, void *target) {
    static const struct words names = WORDS(SIGN_IN_MEMBERS);
    struct sign_in *sign_in = target;
    const json_t *key = read_member(root, "key"), *link = read_member(root, "link");
    sign_in->is_link = link;
    if (key && link)
        error_add_member(reading->err, "/link", "must not stand beside key");
    else if (!key && !link)
        error_add_member(reading->err, "/key", "is required, or link");
    else if (!json_is_string(key ? key : link))
        error_add_member(reading->err, key ? "/key" : "/link", "must be a string");
    else
        take_secret(json_string_value(key ? key : link), sign_in->secret);
    read_refuse_unknown(reading, root, "", &names, "is no member; it has key or link");
}

static void read_link(struct reading *reading, const json_t *root, void *target) {
    static const struct words names = WORDS(LINK_MEMBERS);
    const json_t *scopes = read_member(root, "scopes");
    if (scopes)
        read_scopes(reading, scopes, target);
    read_refuse_unknown(reading, root, "", &names, "is no member; it has scopes");
}

enum cxd_err sign_in_decode(const char *bytes, size_t length, size_t depth, struct sign_in *ret_sign_in,
                            struct error *err) {
    struct sign_in sign_in = {.is_link = false};
    enum cxd_err code = decode(bytes, length, depth, read_sign_in, &sign_in, err);
    if (code == CXD_OK)
        *ret_sign_in = sign_in;
    explicit_bzero(&sign_in, sizeof sign_in);
    return code;
}

enum cxd_err link_decode(const char *bytes, size_t length, size_t depth, unsigned *ret_scopes, struct error *err) {
    unsigned scopes = *ret_scopes;
    enum cxd_err code = decode(bytes, length, depth, read_link, &scopes, err);
    if (code == CXD_OK)
        *ret_scopes = scopes;
    return code;
}

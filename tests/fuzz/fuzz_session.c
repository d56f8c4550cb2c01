/* What strangers sign in with, and go on with. The first byte chooses: a Cookie header ('c'), the body of a sign-in
 * ('s') or of a link ('l'), or a Last-Event-ID ('e'). */
#include "fuzz.h"

#include "api/export_cursor.h"
#include "cxd/base/compiler.h"
#include "cxd/codec/session.h"
#include "cxd/domain/key.h"
#include "http/cookie.h"

#define NAME "__Host-cxd"
#define HISTORY "0123456789abcdef0123456789abcdef"

enum { DEPTH = 16 };

static struct error err;

/* What is found is a value, stands behind the name, and is found no more where the name is there once again. */
static void fuzz_cookie(const char *text) {
    const char *value = NULL, *again = NULL;
    size_t length = 0, again_length = 0;
    bool is_found = cookie_find(text, NAME, &value, &length);
    char *longer = malloc(strlen(text) + 64);
    CHECK(longer);
    if (is_found) {
        CHECK(value > text + strlen(NAME) && length > 0 && value + length <= text + strlen(text));
        CHECK(memcmp(value - 1 - strlen(NAME), NAME "=", strlen(NAME) + 1) == 0);
        for (size_t i = 0; i < length; i++)
            CHECK(strchr("-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", value[i]));
        sprintf(longer, "a=b; %s; c", text);
        CHECK(cookie_find(longer, NAME, &again, &again_length) && again_length == length);
        CHECK(memcmp(again, value, length) == 0);
    }
    sprintf(longer, "%s; " NAME "=x", text);
    bool is_alone = cookie_find(longer, NAME, &again, &again_length);
    CHECK(!is_alone || (!is_found && again_length == 1 && *again == 'x'));
    free(longer);
}

static void fuzz_sign_in(const char *bytes, size_t length) {
    struct sign_in sign_in = {.secret = "unset"};
    enum cxd_err code = sign_in_decode(bytes, length, DEPTH, &sign_in, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, code == ERR_INVALID ? ERR_INVALID : ERR_MALFORMED_JSON);
        CHECK(strcmp(sign_in.secret, "unset") == 0);
        return;
    }
    size_t secret = strnlen(sign_in.secret, sizeof sign_in.secret);
    CHECK(secret < sizeof sign_in.secret);
    CHECK(secret == 0 || (!strchr(" \t\r\n", sign_in.secret[0]) && !strchr(" \t\r\n", sign_in.secret[secret - 1])));
}

static void fuzz_link(const char *bytes, size_t length) {
    const unsigned before = SCOPE_READ;
    unsigned scopes = before;
    enum cxd_err code = link_decode(bytes, length, DEPTH, &scopes, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, code == ERR_INVALID ? ERR_INVALID : ERR_MALFORMED_JSON);
        CHECK(scopes == before);
        return;
    }
    CHECK(scopes != 0 && scopes < SCOPE_ADMIN << 1);
}

/* What is taken is written as it was, but for zeros before the number. */
static void fuzz_event_id(const char *text) {
    char out[EXPORT_CURSOR_SIZE];
    int64_t number = -1;
    enum cxd_err code = export_cursor_read(text, HISTORY, &number, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, code == ERR_STALE_CURSOR ? ERR_STALE_CURSOR : ERR_BAD_PARAMETER);
        CHECK(number == -1);
        return;
    }
    export_cursor_write(out, HISTORY, number);
    const char *digits = text + sizeof HISTORY;
    digits += strspn(digits, "0");
    CHECK(number >= 0 && strncmp(out, text, sizeof HISTORY) == 0);
    CHECK(strcmp(out + sizeof HISTORY, *digits ? digits : "0") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    switch (data[0]) {
    case 'c':
        fuzz_cookie(text);
        break;
    case 's':
        fuzz_sign_in(text, size - 1);
        break;
    case 'l':
        fuzz_link(text, size - 1);
        break;
    case 'e':
        fuzz_event_id(text);
        break;
    default:
        break;
    }
    free(text);
    return 0;
}

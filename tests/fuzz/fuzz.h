#ifndef CXD_TESTS_FUZZ_H
#define CXD_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/error.h"
#include "cxd/base/utf8.h"

/* What the fuzz targets share: a check that no build leaves out, and what holds for every error. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The input as a text: up to its first NUL. */
static inline char *fuzz_text(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    CHECK(text);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* `expected` is the one code that the parser has for what is not right. An error can be shown: it says
 * something, in UTF-8. */
static inline void fuzz_check_error(const struct error *err, enum cxd_err code, enum cxd_err expected) {
    CHECK(code == expected && err->code == code);
    CHECK(err->detail[0] != '\0' && utf8_count(err->detail) != SIZE_MAX);
    CHECK((err->member_count > 0) == (code == ERR_INVALID));
    for (size_t i = 0; i < err->member_count && i < ERROR_MEMBERS_MAX; i++) {
        const struct error_member *member = &err->members[i];
        CHECK(member->pointer[0] == '/' || member->pointer[0] == '\0');
        CHECK(utf8_count(member->pointer) != SIZE_MAX);
        CHECK(member->detail[0] != '\0' && utf8_count(member->detail) != SIZE_MAX);
    }
}

#endif

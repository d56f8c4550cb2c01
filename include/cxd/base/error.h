#ifndef CXD_BASE_ERROR_H
#define CXD_BASE_ERROR_H

#include <stddef.h>

#include "cxd/base/compiler.h"

/* Functions that can fail return an enum cxd_err (0 is success) and describe the failure in a `struct error *`
 * passed last. The caller owns the struct (usually on its stack) and need not initialise it before the call;
 * it holds a description only after a failure. "Not found" is a value, not an error, below api/. */

enum cxd_err {
    CXD_OK = 0,
#define CXD_ERROR(code, status, slug, title) code,
#include "cxd/base/errors.def"
#undef CXD_ERROR
    CXD_ERR_COUNT
};

/* One bad member of a body: an RFC 6901 pointer ("" is the body itself) and what is wrong with it, in English. */
struct error_member {
    char pointer[160];
    char detail[320];
};

enum { ERROR_MEMBERS_MAX = 64 };

struct error {
    enum cxd_err code;
    char detail[512];
    size_t member_count; /* may exceed ERROR_MEMBERS_MAX: then the rest were counted, not kept */
    struct error_member members[ERROR_MEMBERS_MAX];
};

/* Makes *err describe success: no code, no members. */
void error_clear(struct error *err);

/* Sets code and detail (printf style; cut to fit), forgets members, and returns the code, so that a function can
 * end in `return error_set(err, …)`. `err` may be NULL where a caller wants only the code. */
enum cxd_err error_set(struct error *err, enum cxd_err code, const char *format, ...) CXD_PRINTF(3, 4);

/* Adds a bad member to an error that is being collected: sets the code to ERR_INVALID if it was CXD_OK (with the
 * detail "N members are not valid" kept in step), and notes pointer and detail. Pointers are cut to fit at a
 * character boundary. */
void error_add_member(struct error *err, const char *pointer, const char *format, ...) CXD_PRINTF(3, 4);

/* Takes back the member that was added with this pointer; the last one leaves an error that error_clear makes. Where
 * there are more than are kept, it stays. */
void error_drop_member(struct error *err, const char *pointer);

/* Appends `token` to `pointer` (capacity `size`) as "/token" with RFC 6901 escapes (~ as ~0, / as ~1). */
void error_pointer_append(char *pointer, size_t size, const char *token);

/* The HTTP status (400–599), the stable slug and the English title of a code. CXD_OK gives 200, "ok", "OK". */
int error_status(enum cxd_err code);
const char *error_slug(enum cxd_err code);
const char *error_title(enum cxd_err code);

#endif

/* Errors as values: the table of errors.def, and the struct that carries one description up to the layer that
 * answers with it (api/ as problem+json, cmd/ as a line on stderr). */

#include "cxd/base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct error_row {
    int status;
    const char *slug;
    const char *title;
};

static const struct error_row TABLE[CXD_ERR_COUNT] = {
    [CXD_OK] = {200, "ok", "OK"},
#define CXD_ERROR(code, status, slug, title) [code] = {status, slug, title},
#include "cxd/base/errors.def"
#undef CXD_ERROR
};

static const struct error_row *row_of(enum cxd_err code) {
    return &TABLE[(size_t)code < CXD_ERR_COUNT ? code : ERR_INTERNAL];
}

/* Drops the bytes of a character that truncation left incomplete at the end of `text`. */
static void trim_partial(char *text, size_t length) {
    size_t start = length;
    size_t need = 1;
    while (start > 0 && length - start < 4) {
        unsigned char byte = (unsigned char)text[--start];
        if (byte >= 0xC0) {
            need = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            break;
        }
        if (byte < 0x80)
            return;
    }
    if (length - start < need)
        text[start] = '\0';
}

static void CXD_PRINTF(3, 0) print_cut(char *out, size_t size, const char *format, va_list args) {
    int written = vsnprintf(out, size, format, args);
    if (written < 0)
        out[0] = '\0';
    else if ((size_t)written >= size)
        trim_partial(out, size - 1);
}

void error_clear(struct error *err) {
    err->code = CXD_OK;
    err->detail[0] = '\0';
    err->member_count = 0;
}

enum cxd_err error_set(struct error *err, enum cxd_err code, const char *format, ...) {
    if (!err)
        return code;
    /* The arguments may point into the error that is being replaced ("line 3: " + err->detail). */
    char detail[sizeof err->detail];
    va_list args;
    va_start(args, format);
    print_cut(detail, sizeof detail, format, args);
    va_end(args);
    err->code = code;
    err->member_count = 0;
    memcpy(err->detail, detail, sizeof detail);
    return code;
}

static void count_members(struct error *err) {
    snprintf(err->detail, sizeof err->detail,
             err->member_count == 1 ? "%zu member is not valid" : "%zu members are not valid", err->member_count);
    if (err->member_count > ERROR_MEMBERS_MAX)
        snprintf(err->detail, sizeof err->detail, "%zu members are not valid: the first %d and %zu more",
                 err->member_count, ERROR_MEMBERS_MAX, err->member_count - ERROR_MEMBERS_MAX);
}

void error_add_member(struct error *err, const char *pointer, const char *format, ...) {
    if (!err)
        return;
    bool own_detail = err->code == CXD_OK || (err->code == ERR_INVALID && err->member_count > 0);
    if (err->code == CXD_OK)
        err->code = ERR_INVALID;
    if (err->member_count < ERROR_MEMBERS_MAX) {
        struct error_member *member = &err->members[err->member_count];
        size_t length = strlen(pointer);
        bool cut = length >= sizeof member->pointer;
        if (cut)
            length = sizeof member->pointer - 1;
        memcpy(member->pointer, pointer, length);
        member->pointer[length] = '\0';
        if (cut)
            trim_partial(member->pointer, length);
        va_list args;
        va_start(args, format);
        print_cut(member->detail, sizeof member->detail, format, args);
        va_end(args);
    }
    err->member_count++;
    if (own_detail)
        count_members(err);
}

void error_drop_member(struct error *err, const char *pointer) {
    size_t at = 0;
    while (at < err->member_count && at < ERROR_MEMBERS_MAX && strcmp(err->members[at].pointer, pointer) != 0)
        at++;
    if (at == err->member_count || err->member_count > ERROR_MEMBERS_MAX)
        return;
    err->member_count--;
    memmove(&err->members[at], &err->members[at + 1], (err->member_count - at) * sizeof err->members[0]);
    if (err->member_count == 0)
        error_clear(err);
    else
        count_members(err);
}

void error_pointer_append(char *pointer, size_t size, const char *token) {
    size_t length = strnlen(pointer, size);
    if (length + 1 >= size)
        return;
    pointer[length++] = '/';
    for (; *token; token++) {
        bool escape = *token == '~' || *token == '/';
        if (length + (escape ? 2 : 1) >= size) {
            pointer[length] = '\0';
            if ((unsigned char)*token >= 0x80)
                trim_partial(pointer, length);
            return;
        }
        if (escape)
            pointer[length++] = '~';
        pointer[length++] = *token == '~' ? '0' : *token == '/' ? '1' : *token;
    }
    pointer[length] = '\0';
}

int error_status(enum cxd_err code) {
    return row_of(code)->status;
}

const char *error_slug(enum cxd_err code) {
    return row_of(code)->slug;
}

const char *error_title(enum cxd_err code) {
    return row_of(code)->title;
}

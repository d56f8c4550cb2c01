/* Answers looked for in the stored text of them, as functions of queries: one pass by hand over what
 * stored_write_answers has written. SQLite's own JSON functions read all of it anew for each that is asked, at ten
 * times the cost, and of which its machine counts one step. */

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/reader.h"

/* Behind the string that stands here; NULL where there is none. */
static const char *pass_text(const char *at) {
    if (*at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if (*at == '\\')
            at++;
        if (*at == '\0')
            return NULL;
    }
    return at + 1;
}

static const char *pass_plain(const char *at) {
    const char *from = at;
    while ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || *at == '-')
        at++;
    return at == from ? NULL : at;
}

static const char *pass_value(const char *at) {
    if (*at == '"')
        return pass_text(at);
    if (*at != '[')
        return pass_plain(at);
    do
        at = pass_text(at + 1);
    while (at && *at == ',');
    return at && *at == ']' ? at + 1 : NULL;
}

/* A part of a text. */
struct part {
    const char *from, *to;
};

static bool is_same(struct part a, struct part b) {
    size_t length = (size_t)(a.to - a.from);
    return a.to - a.from == b.to - b.from && memcmp(a.from, b.from, length) == 0;
}

/* The value behind a key and its colon, which `member` is; from NULL: there is none. False where the text is another
 * than is written. */
static bool find_value(const char *at, struct part member, struct part *ret_value) {
    char before = '{';
    *ret_value = (struct part){NULL, NULL};
    while (*at == before) {
        const char *key = at + 1, *colon = pass_text(key);
        const char *end = colon && *colon == ':' ? pass_value(colon + 1) : NULL;
        if (!end)
            return false;
        if (is_same((struct part){key, colon + 1}, member)) {
            *ret_value = (struct part){colon + 1, end};
            return true;
        }
        at = end;
        before = ',';
    }
    return before == ',' && at[0] == '}' && at[1] == '\0';
}

/* Whether it is this text, or has it among its choices; a number is its digits. What was erased is none. */
static bool is_or_has(struct part value, struct part text) {
    if (*value.from == '"')
        return is_same(value, text);
    if (*value.from != '[')
        return *value.from != 'n' && is_same(value, (struct part){text.from + 1, text.to - 1});
    for (const char *at = value.from; at + 1 < value.to;) {
        struct part one = {at + 1, pass_text(at + 1)};
        if (is_same(one, text))
            return true;
        at = one.to;
    }
    return false;
}

/* NULL, and the function has ended, where there is none. */
static const char *text_of(sqlite3_context *context, sqlite3_value *value) {
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return NULL;
    const char *text = (const char *)sqlite3_value_text(value);
    if (!text)
        sqlite3_result_error_nomem(context);
    return text;
}

static void refuse(sqlite3_context *context) {
    sqlite3_result_error(context, "the stored answers of a response cannot be read", -1);
}

/* answer_number(answers, member): what was answered on a scale; NULL: nothing, or something else. */
static void answer_number(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    const char *answers = text_of(context, values[0]), *member = answers ? text_of(context, values[1]) : NULL;
    struct part value;
    if (!member)
        return;
    if (!find_value(answers, (struct part){member, member + strlen(member)}, &value))
        refuse(context);
    else if (value.from && (*value.from == '-' || (*value.from >= '0' && *value.from <= '9')))
        sqlite3_result_int64(context, strtoll(value.from, NULL, 10));
}

/* answers_hold(answers, wanted): whether all that sqlite_bind_answers has written is among them. */
static void answers_hold(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    const char *answers = text_of(context, values[0]), *wanted = answers ? text_of(context, values[1]) : NULL;
    bool holds = wanted;
    while (holds && *wanted) {
        struct part member = {wanted, pass_text(wanted) + 1}, text = {member.to, pass_text(member.to)}, value;
        if (!find_value(answers, member, &value)) {
            refuse(context);
            return;
        }
        holds = value.from && is_or_has(value, text);
        wanted = text.to + 1; /* behind the end of the line */
    }
    if (wanted)
        sqlite3_result_int(context, holds);
}

enum cxd_err sqlite_find_answers_in(struct db *db, struct error *err) {
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    bool is_made =
        sqlite3_create_function(db->handle, "answer_number", 2, flags, NULL, answer_number, NULL, NULL) == SQLITE_OK &&
        sqlite3_create_function(db->handle, "answers_hold", 2, flags, NULL, answers_hold, NULL, NULL) == SQLITE_OK;
    return is_made ? CXD_OK : sqlite_db_error(db, "the database takes no function", err);
}

/* A response as nearly every program sends it, read in one pass (flat.h) into the request's arena. It knows no error:
 * whatever is not as it should be it leaves to response.c, which says what is wrong. */
#include <limits.h>
#include <string.h>

#include "codec/flat.h"
#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/domain/respondent.h"

/* More of either go the other way. */
enum { PROPERTIES_MAX = 32, ANSWERS_MAX = 32, VALUES_MAX = 32 };

struct taking {
    struct flat flat;
    struct arena *arena;
    struct response *response;
    const char *slug;
    unsigned way; /* of enum way: how it comes */
};

/* Takes the value of a member that says something. False: it goes the other way. */
typedef bool take_member_fn(struct taking *taking, const struct flat_value *value, size_t offset);

static bool take_string(struct taking *taking, const struct flat_value *value, size_t offset) {
    const char *text = flat_text(value, taking->arena);
    memcpy((char *)taking->response + offset, &text, sizeof text);
    return text;
}

static bool take_respondent(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    struct response *response = taking->response;
    response->sent.respondent = flat_text(value, taking->arena);
    response->respondent = response->sent.respondent ? respondent_form(response->sent.respondent, taking->arena) : NULL;
    return response->respondent;
}

static bool take_survey(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    taking->slug = flat_text(value, taking->arena);
    return taking->slug && slug_valid(taking->slug);
}

static bool is_int(const struct flat_value *value) {
    return value->kind == FLAT_WHOLE && value->whole >= INT_MIN && value->whole <= INT_MAX;
}

static bool take_score(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    taking->response->has_score = true;
    taking->response->score = is_int(value) ? (int)value->whole : 0;
    return is_int(value);
}

static bool take_sequence(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    taking->response->has_sequence = true;
    taking->response->sequence = value->kind == FLAT_WHOLE ? value->whole : 0;
    return value->kind == FLAT_WHOLE;
}

static bool take_revision(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    taking->response->sent.revision = value->kind == FLAT_WHOLE ? value->whole : 0;
    return value->kind == FLAT_WHOLE && value->whole >= 1;
}

static bool take_answered_revision(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    taking->response->revision = value->kind == FLAT_WHOLE ? value->whole : 0;
    return value->kind == FLAT_WHOLE && value->whole >= 1;
}

static bool take_excluded(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    taking->response->excluded = value->kind == FLAT_TRUE;
    return value->kind == FLAT_TRUE || value->kind == FLAT_FALSE;
}

/* None of these has an escape in any form of it that is good. */
static bool take_id(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    taking->response->has_id = true;
    return value->kind == FLAT_TEXT && id_parse(value->start, value->length, &taking->response->id);
}

static bool take_moment(struct taking *taking, const struct flat_value *value, size_t offset) {
    int64_t at;
    if (value->kind != FLAT_TEXT || !time_parse(value->start, value->length, &at))
        return false;
    memcpy((char *)taking->response + offset, &at, sizeof at);
    return true;
}

static bool take_answered_at(struct taking *taking, const struct flat_value *value, size_t offset) {
    taking->response->has_answered_at = true;
    return take_moment(taking, value, offset);
}

/* Numbers and booleans of properties are kept as they are written. */
static const char *property_text(struct taking *taking, const struct flat_value *value) {
    static const char *const WORDS[] = {[FLAT_TRUE] = "true", [FLAT_FALSE] = "false"};
    if (value->kind == FLAT_TRUE || value->kind == FLAT_FALSE)
        return WORDS[value->kind];
    return value->kind == FLAT_WHOLE ? arena_strndup(taking->arena, value->start, value->length)
                                     : flat_text(value, taking->arena);
}

static bool take_properties(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    struct property list[PROPERTIES_MAX];
    struct flat_value name, member;
    size_t count = 0, kept = 0;
    const char *twice;
    while (value->kind == FLAT_OBJECT && flat_member(&taking->flat, &name, &member)) {
        if (count == PROPERTIES_MAX)
            return false;
        bool is_silent = flat_says_nothing(&member);
        list[count].key = arena_strndup(taking->arena, name.start, name.length);
        list[count].value = is_silent ? NULL : property_text(taking, &member);
        if (!list[count].key || !(is_silent || list[count].value))
            return false;
        count++;
    }
    /* Those that say nothing are members too: none may be there twice. */
    if (value->kind != FLAT_OBJECT || taking->flat.failed || !response_sort_properties(list, count, &twice))
        return false;
    struct property *copy = count > 0 ? arena_alloc(taking->arena, count * sizeof *copy) : NULL;
    for (size_t i = 0; copy && i < count; i++)
        if (list[i].value)
            copy[kept++] = list[i];
    taking->response->properties = kept > 0 ? copy : NULL;
    taking->response->property_count = kept;
    return copy || count == 0;
}

/* What was ticked; nothing: the answer says nothing. */
static bool take_values(struct taking *taking, struct answer *answer) {
    const char *list[VALUES_MAX];
    struct flat_value item;
    size_t count = 0;
    while (flat_item(&taking->flat, &item)) {
        if (flat_says_nothing(&item))
            continue;
        if (count == VALUES_MAX || !(list[count++] = flat_text(&item, taking->arena)))
            return false;
    }
    const char **copy = count > 0 ? arena_alloc(taking->arena, count * sizeof *copy) : NULL;
    if (taking->flat.failed || (count > 0 && !copy))
        return false;
    if (copy) {
        memcpy(copy, list, count * sizeof *copy);
        answer->form = ANSWER_LIST;
        answer->values = copy;
        answer->value_count = answer_sort_values(copy, count);
    }
    return true;
}

/* The form stays ANSWER_ODD where nothing is said; to an import null says more. */
static bool take_answer(struct taking *taking, const struct flat_value *value, struct answer *answer) {
    if (value->kind == FLAT_NULL && taking->way == IMPORT)
        return false;
    if (flat_says_nothing(value))
        return true;
    if (value->kind == FLAT_LIST)
        return take_values(taking, answer);
    answer->form = value->kind == FLAT_TEXT ? ANSWER_TEXT : ANSWER_NUMBER;
    answer->number = is_int(value) ? (int)value->whole : 0;
    answer->text = flat_text(value, taking->arena);
    return answer->text || is_int(value);
}

static bool take_answers(struct taking *taking, const struct flat_value *value, size_t offset CXD_UNUSED) {
    struct answer list[ANSWERS_MAX];
    struct flat_value name, member;
    size_t count = 0, kept = 0;
    while (value->kind == FLAT_OBJECT && flat_member(&taking->flat, &name, &member)) {
        if (count == ANSWERS_MAX)
            return false;
        struct answer *answer = &list[count++];
        *answer = (struct answer){.key = arena_strndup(taking->arena, name.start, name.length), .form = ANSWER_ODD};
        if (!answer->key || !take_answer(taking, &member, answer))
            return false;
    }
    if (value->kind != FLAT_OBJECT || taking->flat.failed || !response_sort_answers(list, count))
        return false;
    struct answer *copy = count > 0 ? arena_alloc(taking->arena, count * sizeof *copy) : NULL;
    for (size_t i = 0; copy && i < count; i++)
        if (list[i].form != ANSWER_ODD)
            copy[kept++] = list[i];
    taking->response->answers = kept > 0 ? copy : NULL;
    taking->response->answer_count = kept;
    return copy || count == 0;
}

static const struct taken_member {
    const char *name;
    size_t length;
    take_member_fn *take;
    size_t offset;
    unsigned ways; /* in which it is one */
} MEMBERS[] = {
    {"score", 5, take_score, 0, ANY},
    {"comment", 7, take_string, offsetof(struct response, comment), ANY},
    {"touchpoint", 10, take_string, offsetof(struct response, touchpoint), ANY},
    {"channel", 7, take_string, offsetof(struct response, channel), ANY},
    {"locale", 6, take_string, offsetof(struct response, locale), ANY},
    {"properties", 10, take_properties, 0, ANY},
    {"visit", 5, take_string, offsetof(struct response, visit), ANY},
    {"id", 2, take_id, 0, ANY},
    {"sequence", 8, take_sequence, 0, ANY},
    {"revision", 8, take_revision, 0, CLIENTS},
    {"nonce", 5, take_string, offsetof(struct response, sent.nonce), CLIENTS},
    {"respondent", 10, take_respondent, 0, ANY},
    {"answers", 7, take_answers, 0, ANY},
    {"answered_at", 11, take_answered_at, offsetof(struct response, answered_at), ANY},
    {"invitation", 10, take_string, offsetof(struct response, sent.invitation), CLIENTS},
    {"survey", 6, take_survey, 0, BATCH},
    {"revision", 8, take_answered_revision, 0, IMPORT},
    {"received_at", 11, take_moment, offsetof(struct response, received_at), IMPORT},
    {"updated_at", 10, take_moment, offsetof(struct response, updated_at), IMPORT},
    {"excluded", 8, take_excluded, 0, IMPORT},
    {"excluded_reason", 15, take_string, offsetof(struct response, excluded_reason), IMPORT},
};

/* CXD_COUNT(MEMBERS): there is none. */
static size_t find_member(const struct flat_value *name, enum way way) {
    size_t i = 0;
    while (i < CXD_COUNT(MEMBERS) && (MEMBERS[i].length != name->length || (MEMBERS[i].ways & way) == 0 ||
                                      memcmp(MEMBERS[i].name, name->start, name->length) != 0))
        i++;
    return i;
}

static bool read_flat(const char *bytes, size_t length, size_t depth, enum way way, struct arena *arena,
                      const char **ret_slug, struct response *ret_response) {
    enum { DEPTH = 3 }; /* of a list among the answers: the deepest that is taken */
    struct response response = {0};
    struct taking taking = {.arena = arena, .response = &response, .way = way};
    struct flat_value name, value;
    unsigned seen = 0;
    if (depth < DEPTH)
        return false;
    flat_open(&taking.flat, bytes, length);
    while (flat_member(&taking.flat, &name, &value)) {
        size_t at = find_member(&name, way);
        if (at == CXD_COUNT(MEMBERS) || seen >> at & 1)
            return false;
        seen |= 1U << at;
        if (!flat_says_nothing(&value) && !MEMBERS[at].take(&taking, &value, MEMBERS[at].offset))
            return false;
    }
    if (!flat_close(&taking.flat) || (way == BATCH && !taking.slug))
        return false;
    if (way == BATCH)
        *ret_slug = taking.slug;
    *ret_response = response;
    return true;
}

/* What was copied of one that is left to the other way goes, or a batch would hold it twice. */
static bool read_or_rewind(const char *bytes, size_t length, size_t depth, enum way way, struct arena *arena,
                           const char **ret_slug, struct response *ret_response) {
    struct arena_mark mark = arena_mark(arena);
    bool is_flat = read_flat(bytes, length, depth, way, arena, ret_slug, ret_response);
    if (!is_flat)
        arena_rewind(arena, mark);
    return is_flat;
}

bool response_read_flat(const char *bytes, size_t length, size_t depth, struct arena *arena, const char **ret_slug,
                        struct response *ret_response) {
    return read_or_rewind(bytes, length, depth, ret_slug ? BATCH : ALONE, arena, ret_slug, ret_response);
}

bool response_read_flat_imported(const char *bytes, size_t length, size_t depth, struct arena *arena,
                                 struct response *ret_response) {
    return read_or_rewind(bytes, length, depth, IMPORT, arena, NULL, ret_response);
}

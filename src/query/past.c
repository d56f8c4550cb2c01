/* Revisions of a survey before the one that it has: what they asked. */
#include "query/past.h"

#include <stdio.h>
#include <string.h>

#include "cxd/codec/survey.h"

enum { DEFINITION_DEPTH = 16, REVISIONS_AT_ONCE = 16 };

/* NULL where it cannot be read any more: then nothing is known of what it asked. */
static enum cxd_err decode(const struct survey *survey, const char *definition, struct arena *arena,
                           const struct survey **ret_survey, struct error *err) {
    struct survey *past = arena_alloc_zero(arena, 1, sizeof *past);
    struct error why;
    if (!past)
        return error_set(err, ERR_NO_MEMORY, "no memory for what a survey asked before");
    enum cxd_err result = survey_decode_stored(definition, DEFINITION_DEPTH, survey->slug, arena, past, &why);
    if (result == ERR_NO_MEMORY)
        return error_set(err, ERR_NO_MEMORY, "no memory for what a survey asked before");
    *ret_survey = result == CXD_OK ? past : NULL;
    return CXD_OK;
}

enum cxd_err past_read(struct store_reader *reader, const struct survey *survey, struct past *revisions, size_t count,
                       struct arena *arena, struct error *err) {
    enum cxd_err result = CXD_OK;
    for (size_t i = 0; result == CXD_OK && i < count; i++) {
        struct past *past = &revisions[i];
        struct survey_revision *found;
        size_t found_count;
        if (past->revision == survey->revision) {
            past->survey = survey;
            continue;
        }
        result = store_read_revisions(reader, survey->number, past->revision - 1, 1, arena, &found, &found_count, err);
        if (result == CXD_OK && found_count == 1 && found->revision == past->revision)
            result = decode(survey, found->definition, arena, &past->survey, err);
    }
    return result;
}

/* Whether a definition may have such a question at all: few do, and each that does is read whole. */
static bool mentions(const char *definition, const char *text) {
    char quoted[OPTION_VALUE_CHARACTERS_MAX + 3];
    snprintf(quoted, sizeof quoted, "\"%s\"", text);
    return strstr(definition, quoted) != NULL;
}

static const struct question *find(const struct survey *survey, const char *key, const char *value) {
    const struct question *question = survey ? survey_question(survey, key) : NULL;
    return question && (!value || question_has_option(question, value)) ? question : NULL;
}

/* What is looked for, and the latest revision that has it, while a history of any length is gone through. */
struct history {
    struct store_reader *reader;
    const struct survey *survey;
    const char *key, *value; /* NULL: of any value */
    struct arena page, kept;
    const char *latest; /* its definition; NULL: none so far */
};

static enum cxd_err look_at(struct history *history, const char *definition, struct error *err) {
    const char *key = history->key, *value = history->value;
    const struct survey *past = NULL;
    if (!mentions(definition, key) || (value && strcmp(value, OPTION_OTHER) != 0 && !mentions(definition, value)))
        return CXD_OK;
    enum cxd_err result = decode(history->survey, definition, &history->page, &past, err);
    if (result != CXD_OK || !find(past, key, value))
        return result;
    arena_reset(&history->kept);
    history->latest = arena_strdup(&history->kept, definition);
    return history->latest ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory for what a survey asked before");
}

static enum cxd_err look_through(struct history *history, struct error *err) {
    struct survey_revision *revisions;
    size_t count = REVISIONS_AT_ONCE;
    int64_t after = 0;
    enum cxd_err result = CXD_OK;
    while (result == CXD_OK && count == REVISIONS_AT_ONCE) {
        arena_reset(&history->page);
        result = store_read_revisions(history->reader, history->survey->number, after, REVISIONS_AT_ONCE,
                                      &history->page, &revisions, &count, err);
        for (size_t i = 0; result == CXD_OK && i < count; i++) {
            after = revisions[i].revision;
            result = look_at(history, revisions[i].definition, err);
        }
    }
    return result;
}

enum cxd_err query_past_question(struct store_reader *reader, const struct survey *survey, const char *key,
                                 const char *value, struct arena *arena, const struct question **ret_question,
                                 struct error *err) {
    struct history history = {.reader = reader, .survey = survey, .key = key, .value = value};
    const struct survey *past = NULL;
    arena_init(&history.page);
    arena_init(&history.kept);
    enum cxd_err result = look_through(&history, err);
    if (result == CXD_OK && history.latest)
        result = decode(survey, history.latest, arena, &past, err);
    *ret_question = result == CXD_OK ? find(past, key, value) : NULL;
    arena_free(&history.page);
    arena_free(&history.kept);
    return result;
}

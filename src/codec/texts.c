/* What respondents read, by locale, between JSON and struct. Locales are written in the byte order, whatever order they
 * are kept in: equal definitions give equal bytes. The next in order is searched for each time; there are few. */
#include "codec/texts.h"

#include <stdio.h>
#include <string.h>

#include "cxd/codec/write.h"
#include "cxd/domain/locale.h"

enum { POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer) };

/* What is said in one locale. */
static const char *const TEXT_NAMES[] = {"question", "low_label", "high_label", "comment_prompt", "thanks"};
static const size_t TEXT_OFFSETS[] = {offsetof(struct survey_text, question), offsetof(struct survey_text, low_label),
                                      offsetof(struct survey_text, high_label),
                                      offsetof(struct survey_text, comment_prompt),
                                      offsetof(struct survey_text, thanks)};

static void read_locale(struct reading *reading, const json_t *value, const char *pointer, struct survey_text *text) {
    static const struct words names = WORDS(TEXT_NAMES);
    if (!read_is_object(reading, value, pointer))
        return;
    read_refuse_unknown(reading, value, pointer, &names,
                        "is no member; it has question, low_label, high_label, comment_prompt and thanks");
    for (size_t i = 0; i < CXD_COUNT(TEXT_NAMES); i++) {
        const json_t *member = read_optional(value, TEXT_NAMES[i]);
        if (!member)
            continue;
        char at[POINTER_SIZE];
        snprintf(at, sizeof at, "%s", pointer);
        error_pointer_append(at, sizeof at, TEXT_NAMES[i]);
        (void)read_text(reading, member, at, (const char **)(void *)((char *)text + TEXT_OFFSETS[i]));
    }
}

void texts_read(struct reading *reading, const json_t *value, const char *pointer, struct survey *survey) {
    if (!value || !read_is_object(reading, value, pointer) || json_object_size(value) == 0)
        return;
    size_t count = json_object_size(value);
    struct survey_text *texts = arena_alloc_zero(reading->arena, count, sizeof *texts);
    size_t filled = 0;
    const char *locale;
    json_t *member;
    if (!texts) {
        reading->refused = true;
        return;
    }
    json_object_foreach((json_t *)value, locale, member) {
        char at[POINTER_SIZE];
        if (read_says_nothing(member))
            continue;
        snprintf(at, sizeof at, "%s", pointer);
        error_pointer_append(at, sizeof at, locale);
        texts[filled].locale = arena_strdup(reading->arena, locale);
        if (!texts[filled].locale) {
            reading->refused = true;
            return;
        }
        read_locale(reading, member, at, &texts[filled]);
        filled++;
    }
    survey->texts = texts;
    survey->text_count = filled;
}

/* Texts in the byte order of their locales, whatever order they are kept in: equal definitions give equal
 * bytes. The next in order is searched for each time; there are few. */
void texts_write(struct buffer *out, const struct survey *survey) {
    const char *last = NULL;
    write_open(out, "texts", '{');
    for (size_t written = 0; written < survey->text_count; written++) {
        const struct survey_text *next = NULL;
        for (size_t i = 0; i < survey->text_count; i++) {
            const struct survey_text *text = &survey->texts[i];
            if ((!last || strcmp(text->locale, last) > 0) && (!next || strcmp(text->locale, next->locale) < 0))
                next = text;
        }
        if (!next)
            break;
        write_text(out, NULL, next->locale);
        buffer_append_text(out, ":{");
        for (size_t i = 0; i < CXD_COUNT(TEXT_NAMES); i++)
            write_text(out, TEXT_NAMES[i], *(const char *const *)(const void *)((const char *)next + TEXT_OFFSETS[i]));
        buffer_append_char(out, '}');
        last = next->locale;
    }
    buffer_append_char(out, '}');
}

const char *texts_locale(const struct survey *survey, const char *asked) {
    struct locale_choice choice;
    locale_begin(&choice, asked);
    for (size_t i = 0; i < survey->text_count; i++)
        (void)locale_try(&choice, survey->texts[i].locale);
    return choice.best;
}

void localized_read(struct reading *reading, const json_t *value, const char *pointer,
                    const struct localized **ret_texts, size_t *ret_count) {
    if (!value || !read_is_object(reading, value, pointer) || json_object_size(value) == 0)
        return;
    struct localized *texts = arena_alloc_zero(reading->arena, json_object_size(value), sizeof *texts);
    size_t filled = 0;
    const char *locale;
    json_t *member;
    if (!texts) {
        reading->refused = true;
        return;
    }
    json_object_foreach((json_t *)value, locale, member) {
        char at[POINTER_SIZE];
        if (read_says_nothing(member))
            continue;
        snprintf(at, sizeof at, "%s", pointer);
        error_pointer_append(at, sizeof at, locale);
        texts[filled].locale = arena_strdup(reading->arena, locale);
        if (!texts[filled].locale) {
            reading->refused = true;
            return;
        }
        if (read_text(reading, member, at, &texts[filled].text))
            filled++;
    }
    *ret_texts = texts;
    *ret_count = filled;
}

void localized_write(struct buffer *out, const char *name, const struct localized *texts, size_t count) {
    const char *last = NULL;
    write_open(out, name, '{');
    for (size_t written = 0; written < count; written++) {
        const struct localized *next = NULL;
        for (size_t i = 0; i < count; i++)
            if ((!last || strcmp(texts[i].locale, last) > 0) && (!next || strcmp(texts[i].locale, next->locale) < 0))
                next = &texts[i];
        if (!next)
            break;
        write_text(out, NULL, next->locale);
        buffer_append_char(out, ':');
        buffer_append_json(out, next->text);
        last = next->locale;
    }
    buffer_append_char(out, '}');
}

const char *localized_pick(const struct localized *texts, size_t count, const char *asked) {
    struct locale_choice choice;
    const char *text = NULL;
    locale_begin(&choice, asked);
    for (size_t i = 0; i < count; i++)
        if (locale_try(&choice, texts[i].locale))
            text = texts[i].text;
    return text;
}

/* Which responses: the members that a query string filters by, and what was answered to further questions. */
#include "api/parameter_filter.h"

#include <string.h>

#include "cxd/base/nearest.h"

enum { FILTER_VALUE_BYTES_MAX = 2048, FILTER_KEY_CHARACTERS_MAX = 1024 };

static const char PROPERTY[] = "property.", ANSWER[] = "answer.";

enum cxd_err parameter_read_filter(const char *name, const char *value, const char **ret_filter, struct error *err) {
    if (value[0] == '\0' || strlen(value) > FILTER_VALUE_BYTES_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "%s: a value to filter by", name);
    *ret_filter = value;
    return CXD_OK;
}

enum cxd_err parameter_read_touchpoint(struct reading *reading, const char *value, struct error *err) {
    return parameter_read_filter("touchpoint", value, &reading->question.score.filter.touchpoint, err);
}

enum cxd_err parameter_read_channel(struct reading *reading, const char *value, struct error *err) {
    return parameter_read_filter("channel", value, &reading->question.score.filter.channel, err);
}

enum cxd_err parameter_read_locale(struct reading *reading, const char *value, struct error *err) {
    return parameter_read_filter("locale", value, &reading->question.score.filter.locale, err);
}

enum cxd_err parameter_read_question(struct reading *reading, const char *value, struct error *err) {
    return parameter_read_filter("question", value, &reading->question.score.filter.question, err);
}

enum cxd_err parameter_read_texts_of(struct reading *reading, const char *value, struct error *err) {
    reading->terms.question = value;
    return parameter_read_filter("question", value, &reading->asked.question, err);
}

/* What is behind the prefix; NULL: it does not begin with it. */
static const char *behind(const char *name, const char *prefix) {
    return strncmp(name, prefix, strlen(prefix)) == 0 ? name + strlen(prefix) : NULL;
}

bool parameter_is_keyed(const char *name) {
    return behind(name, PROPERTY) || behind(name, ANSWER);
}

/* Behind the `*count` that there are. */
static enum cxd_err add(struct property *list, size_t *count, const char *key, const struct http_query_item *item,
                        struct error *err) {
    list[*count].key = key;
    enum cxd_err result = parameter_read_filter(item->key, item->value, &list[*count].value, err);
    if (result == CXD_OK)
        ++*count;
    return result;
}

static enum cxd_err read_property(struct reading *reading, const struct http_query_item *item, struct error *err) {
    struct filter *filter = &reading->question.score.filter;
    const char *key = behind(item->key, PROPERTY);
    if (!property_key_valid(key, FILTER_KEY_CHARACTERS_MAX))
        return error_set(err, ERR_BAD_PARAMETER, "%s: a property's key has letters, digits, '_', '.' and '-'",
                         item->key);
    for (size_t i = 0; i < filter->property_count; i++)
        if (strcmp(filter->properties[i].key, key) == 0)
            return error_set(err, ERR_BAD_PARAMETER, "A parameter is given twice: %s", item->key);
    if (filter->property_count == FILTER_PROPERTIES_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "%s: at most %d properties", item->key, FILTER_PROPERTIES_MAX);
    return add(reading->properties, &filter->property_count, key, item, err);
}

/* One key may be there twice: of several choices both are then asked for. */
static enum cxd_err read_answer(struct reading *reading, const struct http_query_item *item, struct error *err) {
    struct filter *filter = &reading->question.score.filter;
    const char *key = behind(item->key, ANSWER);
    if (!property_key_valid(key, QUESTION_KEY_CHARACTERS_MAX))
        return error_set(err, ERR_BAD_PARAMETER,
                         "%s: a question's key has at most %d letters, digits, '_', '.' and '-'", item->key,
                         QUESTION_KEY_CHARACTERS_MAX);
    if (filter->answer_count == FILTER_ANSWERS_MAX)
        return error_set(err, ERR_BAD_PARAMETER, "%s: at most %d answers", item->key, FILTER_ANSWERS_MAX);
    return add(reading->answers, &filter->answer_count, key, item, err);
}

enum cxd_err parameter_read_keyed(struct reading *reading, const struct http_query_item *item, struct error *err) {
    return behind(item->key, PROPERTY) ? read_property(reading, item, err) : read_answer(reading, item, err);
}

const char *parameter_keyed_like(const char *name) {
    static const char *const PREFIXES[] = {PROPERTY, ANSWER};
    char head[sizeof PROPERTY + 8];
    size_t length = strcspn(name, ".") + 1;
    if (name[length - 1] == '\0' || length >= sizeof head)
        return NULL;
    memcpy(head, name, length);
    head[length] = '\0';
    return nearest_word(head, PREFIXES, CXD_COUNT(PREFIXES));
}

/* From a list of names and patterns to surveys, for what is asked of several at once. */
#include "api/pool.h"

#include <string.h>

#include "cxd/base/nearest.h"
#include "cxd/base/utf8.h"

enum { POOL_MAX = 500 };

static const char FORM[] = "surveys: names of surveys, or patterns such as shop-*, with commas between them";

enum cxd_err pool_no_survey(const struct snapshot *snapshot, const char *where, const char *slug, struct error *err) {
    struct nearest nearest;
    const char *meant = NULL;
    nearest_begin(&nearest, slug);
    for (size_t i = 0; i < snapshot->survey_count; i++)
        if (nearest_try(&nearest, snapshot->surveys[i]->slug))
            meant = snapshot->surveys[i]->slug;
    return error_set(err, ERR_NO_SURVEY, "%s%sthere is no survey %s%s%s%s", where ? where : "", where ? ": " : "", slug,
                     meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

/* Linear in the text for one '*', and never worse than the product of the lengths: where the rest does not fit, the
 * last '*' takes one character more. */
static bool matches(const char *pattern, const char *text) {
    const char *star = NULL, *from = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool is_pattern(const char *item) {
    char slug[SLUG_SIZE];
    size_t length = strlen(item);
    if (length == 0 || length >= sizeof slug)
        return false;
    for (size_t i = 0; i <= length; i++)
        slug[i] = item[i] == '*' ? 'a' : item[i];
    return slug_valid(slug) && strchr(item, '*');
}

static enum cxd_err choose_matching(const struct snapshot *snapshot, const char *pattern, bool *chosen,
                                    struct error *err) {
    bool found = false, found_archived = false;
    for (size_t i = 0; i < snapshot->survey_count; i++) {
        if (!matches(pattern, snapshot->surveys[i]->slug))
            continue;
        bool is_archived = snapshot->surveys[i]->archived_at != 0;
        found = found || !is_archived;
        found_archived = found_archived || is_archived;
        chosen[i] = chosen[i] || !is_archived;
    }
    if (found)
        return CXD_OK;
    return error_set(err, ERR_NO_SURVEY,
                     found_archived ? "surveys: all that match %s are archived: name them, so that they count"
                                    : "surveys: there is none that matches %s",
                     pattern);
}

static enum cxd_err choose(const struct snapshot *snapshot, const char *item, bool *chosen, struct error *err) {
    if (is_pattern(item))
        return choose_matching(snapshot, item, chosen, err);
    if (!slug_valid(item))
        return error_set(err, ERR_BAD_PARAMETER, "%s", FORM);
    size_t at = snapshot_survey_place(snapshot, item);
    if (at == snapshot->survey_count || strcmp(snapshot->surveys[at]->slug, item) != 0)
        return pool_no_survey(snapshot, "surveys", item, err);
    chosen[at] = true;
    return CXD_OK;
}

static enum cxd_err choose_all(const struct snapshot *snapshot, const char *list, bool *chosen, struct error *err) {
    enum cxd_err result = CXD_OK;
    for (const char *item = list; result == CXD_OK; item++) {
        char name[SLUG_SIZE];
        size_t length = strcspn(item, ",");
        if (length == 0 || length >= sizeof name)
            return error_set(err, ERR_BAD_PARAMETER, "%s", FORM);
        memcpy(name, item, length);
        name[length] = '\0';
        result = choose(snapshot, name, chosen, err);
        item += length;
        if (*item == '\0')
            break;
    }
    return result;
}

enum cxd_err pool_find(const struct snapshot *snapshot, const char *list, struct arena *arena, struct pool *ret_pool,
                       struct error *err) {
    const struct survey **surveys = arena_alloc(arena, POOL_MAX * sizeof *surveys);
    bool *chosen = arena_alloc_zero(arena, snapshot->survey_count + 1, sizeof *chosen);
    if (!surveys || !chosen)
        return error_set(err, ERR_NO_MEMORY, "no memory for the surveys");
    if (!list)
        return error_set(err, ERR_BAD_PARAMETER, "%s", FORM);
    enum cxd_err result = choose_all(snapshot, list, chosen, err);
    size_t count = 0;
    for (size_t i = 0; result == CXD_OK && i < snapshot->survey_count; i++) {
        if (!chosen[i])
            continue;
        if (count == POOL_MAX)
            return error_set(err, ERR_BAD_PARAMETER, "surveys: at most %d at once", POOL_MAX);
        surveys[count++] = snapshot->surveys[i];
    }
    if (result == CXD_OK)
        *ret_pool = (struct pool){surveys, count};
    return result;
}

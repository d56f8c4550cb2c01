/* Which values would have rollups: the memory engine keeps none, but it knows, by the rules of cxd/store/store.h, for
 * which values there is a place, and for how many responses there is not. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static char *pack(void *block, size_t size, const char *first, const char *second) {
    char *text = (char *)block + size;
    return stpcpy(stpcpy(text, first) + 1, second) + 1;
}

static struct memory_series *block_series(const struct delta_series *series, int64_t count) {
    size_t length = strlen(series->dimension) + 1;
    struct memory_series *block = malloc(sizeof *block + length + strlen(series->value) + 1);
    if (block) {
        pack(block, sizeof *block, series->dimension, series->value);
        *block = (struct memory_series){series->survey, count, (char *)(block + 1), (char *)(block + 1) + length};
    }
    return block;
}

static struct memory_dimension *block_dimension(const struct memory_dimension *dimension) {
    struct memory_dimension *block = malloc(sizeof *block + strlen(dimension->name) + 2);
    if (block) {
        pack(block, sizeof *block, dimension->name, "");
        *block = *dimension;
        block->name = (char *)(block + 1);
    }
    return block;
}

/* The first that equals, or else where a fresh one goes. */
static size_t find_series(const struct memory_store *store, int64_t survey, const char *dimension, const char *value,
                          bool *ret_found) {
    size_t place = store->series.count;
    *ret_found = false;
    for (size_t i = 0; i < store->series.count && !*ret_found; i++) {
        const struct memory_series *series = store->series.blocks[i];
        if (!series) {
            place = i;
        } else if (series->survey == survey && strcmp(series->dimension, dimension) == 0 &&
                   strcmp(series->value, value) == 0) {
            place = i;
            *ret_found = true;
        }
    }
    return place;
}

static size_t find_dimension(const struct memory_store *store, int64_t survey, const char *name,
                             struct memory_dimension *ret_dimension) {
    size_t place = store->dimensions.count;
    *ret_dimension = (struct memory_dimension){.survey = survey, .name = name};
    for (size_t i = 0; i < store->dimensions.count; i++) {
        const struct memory_dimension *dimension = store->dimensions.blocks[i];
        if (!dimension) {
            place = i;
        } else if (dimension->survey == survey && strcmp(dimension->name, name) == 0) {
            *ret_dimension = *dimension;
            return i;
        }
    }
    return place;
}

static bool put_dimension(struct memory_store *store, size_t at, const struct memory_dimension *dimension) {
    struct memory_dimension *block = block_dimension(dimension);
    return block && memory_swap(store, &store->dimensions, at, block);
}

/* A net rise or fall of one value's responses. */
static bool settle(struct memory_store *store, const struct delta_series *series, int64_t count) {
    bool found;
    size_t at = find_series(store, series->survey, series->dimension, series->value, &found);
    struct memory_dimension dimension;
    size_t place = find_dimension(store, series->survey, series->dimension, &dimension);
    bool is_full =
        dimension.series >= store->base.dimension_values && !answered_is_listed(series->survey, series->dimension);
    if (!found && (count <= 0 || dimension.beyond > 0 || is_full)) {
        dimension.beyond += count;
        return put_dimension(store, place, &dimension);
    }
    if (!found) {
        dimension.series++;
        if (!put_dimension(store, place, &dimension))
            return false;
    } else {
        count += ((const struct memory_series *)store->series.blocks[at])->count;
    }
    struct memory_series *block = block_series(series, count);
    return block && memory_swap(store, &store->series, at, block);
}

/* What has fallen to zero gives its place free, once all that came with it has been settled. */
static bool remove_if_empty(struct memory_store *store, const struct delta_series *series) {
    bool found;
    size_t at = find_series(store, series->survey, series->dimension, series->value, &found);
    if (!found || ((const struct memory_series *)store->series.blocks[at])->count > 0)
        return true;
    struct memory_dimension dimension;
    size_t place = find_dimension(store, series->survey, series->dimension, &dimension);
    dimension.series--;
    return put_dimension(store, place, &dimension) && memory_swap(store, &store->series, at, NULL);
}

bool memory_settle(struct memory_store *store) {
    const struct delta_row *rows = NULL;
    size_t count = 0;
    bool done = deltas_rows(&store->deltas, &rows, &count);
    enum { RISES, FALLS, REMOVALS, PASSES };
    for (int pass = RISES; done && pass < PASSES; pass++) {
        for (size_t i = 0; done && i < store->deltas.series_count; i++) {
            const struct delta_series *series = &store->deltas.series[store->deltas.order[i]];
            if (delta_series_is_total(series) || series->net == 0)
                continue;
            if (pass == REMOVALS)
                done = remove_if_empty(store, series);
            else if ((series->net > 0) == (pass == RISES))
                done = settle(store, series, series->net);
        }
    }
    deltas_clear(&store->deltas);
    return done;
}

bool memory_count(struct memory_store *store, const struct response *response, int sign) {
    struct arena arena;
    struct declared declared;
    if (!response)
        return true;
    arena_init(&arena);
    const struct survey *asked;
    bool done = memory_declared(store, response->survey, &arena, &declared) &&
                memory_asked(store, response->survey, response->revision, &arena, &asked) &&
                deltas_add(&store->deltas, &declared, response, sign) &&
                (declared.question_count == 0 || deltas_add_answers(&store->deltas, &declared, asked, response, sign));
    arena_free(&arena);
    return done;
}

bool memory_is_beyond(const struct memory_store *store, int64_t survey, const struct dimension *wanted) {
    struct memory_dimension dimension;
    bool found = true;
    find_dimension(store, survey, wanted->name, &dimension);
    if (dimension.beyond > 0)
        find_series(store, survey, wanted->name, wanted->value, &found);
    return !found;
}

bool memory_is_overflowing(const struct memory_store *store, int64_t survey, const char *dimension) {
    struct memory_dimension known;
    find_dimension(store, survey, dimension, &known);
    return known.beyond > 0;
}

/* --- When a survey changes ------------------------------------------------------------------------------------------
 */

static bool declares(const struct survey_record *survey, const char *dimension, bool *ret_rolled) {
    for (size_t i = 0; i < survey->property_count; i++) {
        if (strcmp(survey->property_keys[i], dimension + strlen(DIMENSION_PROPERTY)) == 0) {
            *ret_rolled = survey->property_rolled[i];
            return true;
        }
    }
    return false;
}

static const char *name_of(struct arena *arena, const char *key) {
    char *name = arena_alloc(arena, strlen(DIMENSION_PROPERTY) + strlen(key) + 1);
    if (name)
        strcpy(stpcpy(name, DIMENSION_PROPERTY), key);
    return name;
}

/* Under the survey's number, or one of its questions'. */
static bool is_clearing(const struct memory_store *store, int64_t survey, const char *name) {
    for (size_t i = 0; i < store->dimensions.count; i++) {
        const struct memory_dimension *dimension = store->dimensions.blocks[i];
        if (dimension && dimension->state == DIMENSION_CLEARING && answered_survey(dimension->survey) == survey &&
            strcmp(dimension->name, name) == 0)
            return true;
    }
    return false;
}

bool memory_roll_hold(struct memory_store *store, struct survey_record *survey) {
    for (size_t i = 0; i < survey->property_count; i++) {
        const char *name = name_of(&store->scratch, survey->property_keys[i]);
        if (!name)
            return false;
        survey->property_rolled[i] = survey->property_rolled[i] && !is_clearing(store, survey->number, name);
    }
    return true;
}

static bool begin_one(struct memory_store *store, size_t at, const struct survey_record *survey) {
    struct memory_dimension dimension = *(const struct memory_dimension *)store->dimensions.blocks[at];
    bool rolled = false, declared = declares(survey, dimension.name, &rolled);
    if (declared ? !rolled || dimension.state != DIMENSION_FILLING : dimension.state == DIMENSION_CLEARING)
        return true;
    if (!declared && dimension.series == 0)
        return memory_swap(store, &store->dimensions, at, NULL);
    dimension.state = declared ? DIMENSION_KEPT : DIMENSION_CLEARING;
    dimension.beyond = declared ? dimension.beyond : 0;
    return put_dimension(store, at, &dimension);
}

bool memory_roll_begin(struct memory_store *store, const struct survey_record *survey) {
    bool done = true;
    for (size_t i = 0; done && i < store->dimensions.count; i++) {
        const struct memory_dimension *dimension = store->dimensions.blocks[i];
        if (dimension && answered_survey(dimension->survey) == survey->number &&
            strncmp(dimension->name, DIMENSION_PROPERTY, strlen(DIMENSION_PROPERTY)) == 0)
            done = begin_one(store, i, survey);
    }
    for (size_t i = 0; done && i < survey->property_count; i++) {
        struct memory_dimension dimension;
        const char *name = survey->property_rolled[i] ? NULL : name_of(&store->scratch, survey->property_keys[i]);
        size_t at = name ? find_dimension(store, survey->number, name, &dimension) : 0;
        if (name && dimension.state == DIMENSION_KEPT && !is_clearing(store, survey->number, name)) {
            dimension.state = DIMENSION_FILLING;
            done = put_dimension(store, at, &dimension);
        }
        done = done && (name || survey->property_rolled[i]);
    }
    return done;
}

/* --- Rolling: all at once -------------------------------------------------------------------------------------------
 */

static int compare_newest(const void *a, const void *b) {
    const struct response *x = *(const struct response *const *)a, *y = *(const struct response *const *)b;
    const struct response_place place = {y->answered_at, y->score, response_standing(y), y->number};
    return -response_place_compare(x, &place);
}

static int compare_numbers(const void *a, const void *b) {
    int64_t x = (*(const struct response *const *)a)->number, y = (*(const struct response *const *)b)->number;
    return (x > y) - (x < y);
}

/* In a property, with what it answers on scales. */
static bool count_in(struct memory_store *store, const struct response *response, const char *property,
                     const char *value) {
    struct dimension dimension = {property, value};
    struct answered answered = {response->survey, &dimension, 1, response->score};
    struct declared declared;
    struct arena arena;
    arena_init(&arena);
    bool done = memory_declared(store, response->survey, &arena, &declared) &&
                deltas_add_answered(&store->deltas, &answered, response, 1);
    for (size_t i = 0; done && i < response->answer_count; i++)
        if (answered_on_scale(&response->answers[i], &declared, response->survey, &answered))
            done = deltas_add_answered(&store->deltas, &answered, response, 1);
    arena_free(&arena);
    return done;
}

/* Counts the responses of a survey (0: of all) in these dimensions (NULL: in every one). */
static bool count_sorted(struct memory_store *store, int64_t survey, const char *property,
                         int (*compare)(const void *, const void *)) {
    size_t count = 0;
    const struct response **sorted = reallocarray(NULL, store->responses.count + 1, sizeof *sorted);
    for (size_t i = 0; sorted && i < store->responses.count; i++) {
        const struct response *response = store->responses.blocks[i];
        if (response && (survey == 0 || response->survey == survey))
            sorted[count++] = response;
    }
    bool done = sorted;
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0; done && i < count; i++) {
        const char *value = property ? response_property(sorted[i], property + strlen(DIMENSION_PROPERTY)) : NULL;
        if (!property)
            done = memory_count(store, sorted[i], 1);
        else if (value)
            done = count_in(store, sorted[i], property, value);
    }
    free(sorted);
    return done && memory_settle(store);
}

static bool drop_series(struct memory_store *store, const struct memory_dimension *dimension) {
    bool done = true;
    for (size_t i = 0; done && i < store->series.count; i++) {
        const struct memory_series *series = store->series.blocks[i];
        if (series &&
            (!dimension || (series->survey == dimension->survey && strcmp(series->dimension, dimension->name) == 0)))
            done = memory_swap(store, &store->series, i, NULL);
    }
    return done;
}

/* Makes a property `rolled`. */
static bool set_rolled(struct memory_store *store, const struct memory_dimension *dimension) {
    size_t at = (size_t)dimension->survey - 1;
    struct survey_record survey = *(const struct survey_record *)store->surveys.blocks[at];
    for (size_t i = 0; i < survey.property_count; i++) {
        const char *key = dimension->name + strlen(DIMENSION_PROPERTY);
        survey.property_rolled[i] = survey.property_rolled[i] || strcmp(survey.property_keys[i], key) == 0;
    }
    struct survey_record *block = block_survey(&survey);
    return block && memory_swap(store, &store->surveys, at, block);
}

static bool clear_one(struct memory_store *store, size_t at, bool *ret_filling) {
    const struct memory_dimension dimension = *(const struct memory_dimension *)store->dimensions.blocks[at];
    struct memory_dimension whole = {.survey = answered_survey(dimension.survey), .name = dimension.name};
    bool rolled = false, declared = declares(store->surveys.blocks[whole.survey - 1], dimension.name, &rolled);
    if (!drop_series(store, &dimension) || !memory_swap(store, &store->dimensions, at, NULL))
        return false;
    *ret_filling = declared && !rolled && !is_clearing(store, whole.survey, dimension.name);
    if (!*ret_filling)
        return true;
    whole.state = DIMENSION_FILLING;
    return put_dimension(store, find_dimension(store, whole.survey, whole.name, &(struct memory_dimension){0}), &whole);
}

static bool fill_one(struct memory_store *store, size_t at) {
    struct memory_dimension dimension = *(const struct memory_dimension *)store->dimensions.blocks[at];
    dimension.state = DIMENSION_KEPT;
    dimension.series = dimension.beyond = 0;
    return put_dimension(store, at, &dimension) &&
           count_sorted(store, dimension.survey, dimension.name, compare_newest) && set_rolled(store, &dimension);
}

/* What is cleared away goes first. */
bool memory_roll(struct memory_store *store, int64_t *ret_touched) {
    static const enum dimension_state STATES[] = {DIMENSION_CLEARING, DIMENSION_FILLING};
    bool done = true, filling;
    *ret_touched = 0;
    for (size_t k = 0; k < CXD_COUNT(STATES); k++) {
        for (size_t i = 0; done && i < store->dimensions.count; i++) {
            const struct memory_dimension *dimension = store->dimensions.blocks[i];
            if (!dimension || dimension->state != STATES[k])
                continue;
            done = STATES[k] == DIMENSION_CLEARING ? clear_one(store, i, &filling) : fill_one(store, i);
            ++*ret_touched;
        }
    }
    return done;
}

bool memory_recount_series(struct memory_store *store) {
    bool done = drop_series(store, NULL);
    for (size_t i = 0; done && i < store->dimensions.count; i++)
        done = !store->dimensions.blocks[i] || memory_swap(store, &store->dimensions, i, NULL);
    return done && count_sorted(store, 0, NULL, compare_numbers);
}

/* --- Reading --------------------------------------------------------------------------------------------------------
 */

static int compare_overflows(const void *a, const void *b) {
    const struct store_overflow *x = a, *y = b;
    int order = (x->survey > y->survey) - (x->survey < y->survey);
    return order ? order : strcmp(x->dimension, y->dimension);
}

enum cxd_err memory_read_overflows(struct store_reader *base, size_t limit, struct arena *arena,
                                   struct store_overflow **ret_overflows, size_t *ret_count, struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    const struct memory_table *table = &reader->store->dimensions;
    size_t count = 0;
    bool done = true;
    memory_enter(reader);
    struct store_overflow *overflows = arena_alloc_zero(arena, table->count + 1, sizeof *overflows);
    for (size_t i = 0; overflows && done && i < table->count; i++) {
        const struct memory_dimension *dimension = table->blocks[i];
        if (dimension && dimension->beyond > 0 && answered_survey(dimension->survey) == dimension->survey) {
            overflows[count] = (struct store_overflow){dimension->survey, arena_strdup(arena, dimension->name),
                                                       dimension->series, dimension->beyond};
            done = overflows[count++].dimension;
        }
    }
    memory_leave(reader);
    if (!overflows || !done)
        return error_set(err, ERR_NO_MEMORY, "no memory for the dimensions that overflow");
    qsort(overflows, count, sizeof *overflows, compare_overflows);
    *ret_overflows = overflows;
    *ret_count = count < limit ? count : limit;
    return CXD_OK;
}

void memory_add_figures(const struct memory_store *store, struct store_figures *figures) {
    memory_count_imports(store, figures->imports);
    for (size_t i = 0; i < store->dimensions.count; i++) {
        const struct memory_dimension *dimension = store->dimensions.blocks[i];
        if (dimension) {
            bool is_own = answered_survey(dimension->survey) == dimension->survey;
            figures->overflows += is_own && dimension->beyond > 0;
            figures->beyond += is_own ? dimension->beyond : 0;
            figures->unrolled += dimension->state != DIMENSION_KEPT;
        }
    }
}

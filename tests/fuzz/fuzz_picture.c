/* Any text as what a picture is asked for: a query string, a survey's name, and a byte for each bucket's answers. What
 * is taken is drawn, as a document that a browser reads: elements that are closed in their order, values in quotes,
 * texts without markup or controls, and lengths that are numbers. */
#include "fuzz.h"

#include "api/parameter.h"
#include "cxd/base/arena.h"
#include "cxd/codec/picture.h"
#include "cxd/codec/survey.h"
#include "cxd/domain/compare.h"

enum { DEPTH = 16, NESTED_MAX = 8, NAME_LONGEST = 16, BUCKETS_MAX = 200 };

static const int64_t NOW_MS = INT64_C(1795424400000);
static const char *const DEFINITIONS[] = {
    "{\"metric\":\"nps\"}",
    "{\"metric\":\"csat\"}",
    "{\"metric\":\"csat\",\"method\":\"mean\",\"scale\":{\"min\":0,\"max\":1}}",
    "{\"metric\":\"ces\",\"min_n\":5}",
    "{\"metric\":\"ces\",\"method\":\"net_easy\",\"direction\":\"lower_is_better\"}",
};

static struct error err;

/* --- Documents ------------------------------------------------------------------------------------------------------
 */

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || (c >= '0' && c <= '9');
}

static const char *skip_name(const char *at) {
    CHECK(is_name(*at));
    while (is_name(*at))
        at++;
    return at;
}

/* From behind its name; the place of '>' or '/'. */
static const char *skip_attributes(const char *at) {
    while (*at == ' ') {
        at = skip_name(at + 1);
        CHECK(at[0] == '=' && at[1] == '"');
        const char *end = strchr(at + 2, '"');
        CHECK(end);
        for (at += 2; at < end; at++)
            CHECK(*at != '<' && *at != '>' && *at != '&' && strncmp(at, "nan", 3) != 0 && strncmp(at, "inf", 3) != 0);
        at = end + 1;
    }
    return at;
}

static const char *skip_text(const char *at) {
    static const char *const ENTITIES[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (; *at != '<' && *at != '\0'; at++) {
        bool is_escaped = *at != '&';
        for (size_t i = 0; i < sizeof ENTITIES / sizeof *ENTITIES; i++)
            is_escaped = is_escaped || strncmp(at, ENTITIES[i], strlen(ENTITIES[i])) == 0;
        CHECK(is_escaped && *at != '>' && (unsigned char)*at != 0x7f);
        CHECK((unsigned char)*at >= 0x20 || *at == '\t' || *at == '\n' || *at == '\r');
    }
    return at;
}

static void check_document(struct buffer *out) {
    char open[NESTED_MAX][NAME_LONGEST];
    size_t depth = 0;
    const char *at = buffer_terminate(out);
    CHECK(at && utf8_count(at) != SIZE_MAX && strncmp(at, "<svg ", 5) == 0);
    while (*at == '<') {
        bool is_end = at[1] == '/';
        const char *name = at + 1 + is_end, *end = skip_name(name);
        size_t length = (size_t)(end - name);
        at = skip_attributes(end);
        bool is_empty = *at == '/';
        CHECK(length < NAME_LONGEST && at[is_empty] == '>');
        if (is_end) {
            CHECK(depth > 0 && !is_empty && strlen(open[depth - 1]) == length);
            CHECK(memcmp(open[--depth], name, length) == 0);
        } else if (!is_empty) {
            CHECK(depth < NESTED_MAX);
            memcpy(open[depth], name, length);
            open[depth++][length] = '\0';
        }
        at = skip_text(at + 1 + is_empty);
    }
    CHECK(*at == '\0' && depth == 0);
}

/* --- Questions ------------------------------------------------------------------------------------------------------
 */

/* False where it is refused. */
static bool read_question(const char *text, unsigned sets, struct reading *reading, struct arena *arena) {
    struct http_query_item *items;
    size_t count;
    enum cxd_err code = http_query_parse(text, arena, &items, &count, &err);
    reading->now_ms = NOW_MS;
    reading->question.score.confidence = 0.95;
    reading->question.score.alpha = 0.05;
    reading->question.interval = CALENDAR_DAY;
    reading->question.score.filter.properties = reading->properties;
    reading->question.score.filter.answers = reading->answers;
    reading->look.size = PICTURE_MEDIUM;
    CHECK(parameter_read_window(reading, "30d", &err) == CXD_OK);
    for (size_t i = 0; code == CXD_OK && i < count; i++)
        code = parameter_read(reading, sets | PARAMETERS_QUESTION | PARAMETERS_PICTURE, &items[i], &err);
    if (code != CXD_OK)
        fuzz_check_error(&err, code, ERR_BAD_PARAMETER);
    CHECK(code != CXD_OK || (reading->look.size < PICTURE_SIZE_COUNT && reading->look.theme < PICTURE_THEME_COUNT));
    const struct window *window = &reading->question.score.window;
    return code == CXD_OK && window->from < window->to;
}

/* A byte says how many answered (0 to 63), and roughly what. */
static void answer_bucket(const struct survey *survey, unsigned char byte, struct histogram *hist) {
    int span = survey->scale_max - survey->scale_min;
    hist->n[survey->scale_min + span * (byte >> 6) / 3] += byte & 0x3f;
}

static void draw_score(const struct survey *survey, const struct reading *reading, const struct histogram hists[2],
                       struct buffer *out) {
    struct score score;
    struct comparison previous;
    struct window before;
    const struct score_question *question = &reading->question.score;
    const struct comparison_terms terms = {.confidence = question->confidence, .alpha = question->alpha};
    bool compares = question->compare != COMPARE_NONE && window_previous(&question->window, &before);
    const struct score_context context = {
        .question = question->filter.question, .window = &question->window, .previous_window = &before};
    score_compute(survey, &hists[0], question->confidence, &score);
    score_compare(survey, &hists[0], &hists[1], &terms, &previous);
    picture_score(out, &reading->look, survey, &context, &score, compares ? &previous : NULL);
}

static void draw_trend(const struct survey *survey, const struct reading *reading, const unsigned char *bytes,
                       size_t count, struct buffer *out) {
    static struct score scores[BUCKETS_MAX];
    static struct picture_point points[BUCKETS_MAX];
    static int64_t bounds[BUCKETS_MAX + 1];
    const struct trend_question *question = &reading->question;
    struct picture_trend trend = {.question = question->score.filter.question,
                                  .window = &question->score.window,
                                  .unit = question->interval,
                                  .rolling_days = question->rolling_days,
                                  .points = points};
    struct score total;
    struct histogram all = {{0}};
    if (window_buckets(trend.window, trend.unit, BUCKETS_MAX, bounds, &trend.count, &err) != CXD_OK)
        trend.count = 0; /* as where nothing lies in a window with an open side */
    for (size_t i = 0; i < trend.count; i++) {
        struct histogram hist = {{0}};
        answer_bucket(survey, count > 0 ? bytes[i % count] : 0, &hist);
        score_compute(survey, &hist, question->score.confidence, &scores[i]);
        points[i] = (struct picture_point){bounds[i], &scores[i]};
        histogram_add(&all, &hist);
    }
    score_compute(survey, &all, question->score.confidence, &total);
    trend.total = &total;
    picture_trend(out, &reading->look, survey, &trend);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct buffer out;
    struct survey survey;
    struct histogram hists[2] = {{{0}}, {{0}}};
    char *text = fuzz_text(data, size), *name = strchr(text, '\n'), *rest = name ? strchr(name + 1, '\n') : NULL;
    if (!rest) {
        free(text);
        return 0;
    }
    *name++ = *rest++ = '\0';
    size_t count = strlen(rest);
    const char *definition = DEFINITIONS[(unsigned char)rest[0] % (sizeof DEFINITIONS / sizeof *DEFINITIONS)];
    arena_init(&arena);
    buffer_init(&out);
    CHECK(survey_decode(definition, strlen(definition), DEPTH, "shop", 0, &arena, &survey, &err) == CXD_OK);
    survey.name = name;
    for (size_t i = 0; i < count; i++)
        answer_bucket(&survey, (unsigned char)rest[i], &hists[i % 2]);
    struct reading of_score = {0}, of_trend = {0};
    if (read_question(text, PARAMETERS_SCORE, &of_score, &arena)) {
        draw_score(&survey, &of_score, hists, &out);
        check_document(&out);
    }
    buffer_reset(&out);
    if (read_question(text, PARAMETERS_TREND, &of_trend, &arena)) {
        draw_trend(&survey, &of_trend, (const unsigned char *)rest, count, &out);
        check_document(&out);
    }
    buffer_free(&out);
    arena_free(&arena);
    free(text);
    return 0;
}

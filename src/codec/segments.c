/* A table of segments becomes JSON. What is withheld has its members, but null. */
#include "cxd/codec/segments.h"

#include <math.h>

#include "cxd/codec/write.h"

enum { SHARE_DECIMALS = 1 };

static void write_nulls(struct buffer *out, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        write_null(out, names[i]);
}

static void encode_values(struct buffer *out, const struct segments_context *context, const struct segment *segment) {
    if (context->by_count == 1) {
        write_text(out, "value", segment->values[0]);
        return;
    }
    write_open(out, "values", '[');
    for (size_t i = 0; i < context->by_count; i++)
        write_text(out, NULL, segment->values[i]);
    buffer_append_char(out, ']');
}

/* `why`: what is told in place of a test. */
static void encode_hidden(struct buffer *out, const char *why, bool suppressed) {
    static const char *const FIGURES[] = {"n", "share", "score", "interval", "small_sample"};
    static const char *const COUNTS[] = {"bands", "distribution", "mean", "impact", "test"};
    static const char *const TESTS[] = {"p_value", "p_adjusted", "significant"};
    write_nulls(out, FIGURES, CXD_COUNT(FIGURES));
    if (suppressed)
        write_bool(out, "suppressed", true);
    write_nulls(out, COUNTS, CXD_COUNT(COUNTS));
    write_text(out, "reason", why);
    write_nulls(out, TESTS, CXD_COUNT(TESTS));
}

/* `why` there is no test; NULL: the comparison says. */
static void encode_test(struct buffer *out, const struct segment *segment, const char *why) {
    bool tested = !why && segment->rest.test != TEST_NONE;
    write_text(out, "test", tested ? comparison_test_name(segment->rest.test) : NULL);
    if (!tested)
        write_text(out, "reason", why ? why : untested_name(segment->rest.reason));
    p_encode(out, "p_value", segment->rest.p_value, tested);
    p_encode(out, "p_adjusted", segment->p_adjusted, tested);
    if (tested)
        write_bool(out, "significant", segment->significant);
    else
        write_null(out, "significant");
}

static void encode_side(struct buffer *out, const struct survey *survey, bool hidden, int64_t n, double score,
                        bool known) {
    if (hidden)
        write_null(out, "n");
    else
        write_int(out, "n", n);
    write_fixed(out, "score", score, score_decimals(survey), known && !hidden);
}

/* One of the sides is withheld, and with it the change. */
static void encode_hidden_change(struct buffer *out, const struct segments_context *context, const char *why) {
    static const char *const CHANGE[] = {"delta", "delta_interval", "test"};
    static const char *const TESTS[] = {"p_value", "significant"};
    write_nulls(out, CHANGE, CXD_COUNT(CHANGE));
    write_text(out, "reason", why);
    general_encode(out, "alpha", context->alpha);
    write_nulls(out, TESTS, CXD_COUNT(TESTS));
}

static void encode_change(struct buffer *out, const struct survey *survey, const struct segments_context *context,
                          const struct segment *segment) {
    write_open(out, "previous", '{');
    if (context->score.compared_window) {
        write_open(out, "current", '{');
        encode_side(out, survey, segment->hidden[SEGMENT_COMPARED], segment->change.own_n, segment->change.own,
                    segment->change.own_known);
        buffer_append_char(out, '}');
    }
    if (segment->hidden[SEGMENT_COMPARED] || segment->hidden[SEGMENT_PREVIOUS]) {
        encode_side(out, survey, segment->hidden[SEGMENT_PREVIOUS], segment->change.n, segment->change.other,
                    segment->change.other_known);
        encode_hidden_change(out, context, untested_name(UNTESTED_SUPPRESSED));
    } else
        comparison_encode(out, survey, &segment->change);
    buffer_append_char(out, '}');
}

static void encode_figures(struct buffer *out, const struct survey *survey, const struct segments_context *context,
                           const struct segment *segment, const char *untested) {
    if (segment->hidden[SEGMENT_WINDOW]) {
        encode_hidden(out, untested_name(UNTESTED_SUPPRESSED), true);
        rate_encode(out, NULL);
    } else {
        figures_encode(out, survey, &segment->parts[SEGMENT_WINDOW], &segment->score);
        write_fixed(out, "share", segment->share, SHARE_DECIMALS, !isnan(segment->share));
        write_fixed(out, "impact", segment->impact, score_decimals(survey), segment->has_impact);
        encode_test(out, segment, untested);
        rate_encode(out, &segment->rate);
    }
    if (context->previous)
        encode_change(out, survey, context, segment);
}

/* Of rows that overlap nobody knows how many they are together. */
static void encode_overlap(struct buffer *out, const struct segments_context *context) {
    static const char *const SIDE[] = {"n", "score"};
    static const char WHY[] = "overlap";
    encode_hidden(out, WHY, false);
    rate_encode(out, NULL);
    if (!context->previous)
        return;
    write_open(out, "previous", '{');
    if (context->score.compared_window) {
        write_open(out, "current", '{');
        write_nulls(out, SIDE, CXD_COUNT(SIDE));
        buffer_append_char(out, '}');
    }
    write_nulls(out, SIDE, CXD_COUNT(SIDE));
    encode_hidden_change(out, context, WHY);
    buffer_append_char(out, '}');
}

void option_encode(struct buffer *out, const struct survey *survey, const struct segment *segment, double share,
                   const struct interval *interval) {
    bool is_hidden = segment->hidden[SEGMENT_WINDOW];
    if (is_hidden) {
        encode_hidden(out, untested_name(UNTESTED_SUPPRESSED), true);
    } else {
        figures_encode(out, survey, &segment->parts[SEGMENT_WINDOW], &segment->score);
        write_fixed(out, "share", share, SHARE_DECIMALS, !isnan(share));
        write_fixed(out, "impact", segment->impact, score_decimals(survey), segment->has_impact);
        encode_test(out, segment, NULL);
    }
    if (is_hidden || !interval->known) {
        write_null(out, "share_interval");
        return;
    }
    write_open(out, "share_interval", '{');
    write_fixed(out, "low", interval->low, SHARE_DECIMALS, true);
    write_fixed(out, "high", interval->high, SHARE_DECIMALS, true);
    buffer_append_char(out, '}');
}

static void encode_remainder(struct buffer *out, const struct survey *survey, const struct segments_context *context,
                             const struct segments *segments) {
    write_open(out, NULL, '{');
    write_bool(out, "remainder", true);
    write_int(out, "value_count", segments->remainder_values);
    if (segments->beyond_at_least)
        write_bool(out, "at_least", true);
    if (context->overlaps)
        encode_overlap(out, context);
    else
        encode_figures(out, survey, context, &segments->remainder, "remainder");
    buffer_append_char(out, '}');
}

void segments_encode(struct buffer *out, const struct survey *survey, const struct segments_context *context,
                     const struct segments *segments) {
    write_open(out, NULL, '{');
    scoring_encode(out, survey);
    write_given(out, "question", context->score.question);
    window_encode(out, context->score.window, context->score.rounded);
    write_open(out, "by", '[');
    for (size_t i = 0; i < context->by_count; i++)
        write_text(out, NULL, context->by[i]);
    buffer_append_char(out, ']');
    figures_encode(out, survey, &segments->overall, &segments->score);
    rate_encode(out, context->score.rate);
    if (context->previous)
        previous_encode(out, survey, &context->score, context->previous);
    general_encode(out, "alpha", context->alpha);
    write_open(out, "segments", '[');
    for (size_t i = 0; i < segments->shown; i++) {
        write_open(out, NULL, '{');
        encode_values(out, context, &segments->rows[i]);
        encode_figures(out, survey, context, &segments->rows[i], NULL);
        buffer_append_char(out, '}');
    }
    if (segments->has_remainder)
        encode_remainder(out, survey, context, segments);
    buffer_append_text(out, "]}");
}

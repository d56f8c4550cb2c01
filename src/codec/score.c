/* The end of the read path: figures become JSON, and are rounded here and nowhere else (docs/scoring.md §1). */
#include "cxd/codec/score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/scoring.h"
#include "cxd/base/calendar.h"
#include "cxd/codec/write.h"

enum { MEAN_DECIMALS = 2, P_DECIMALS = 4, RATE_DECIMALS = 1 };

enum cxd_err band_read(enum metric metric, const char *text, enum band *ret_band, struct error *err) {
    if (band_find(metric, text, ret_band))
        return CXD_OK;
    return error_set(err, ERR_BAD_PARAMETER, "band: one of this survey's: %s, %s, %s; or favourable, unfavourable",
                     band_name(metric, BAND_FAVOURABLE), band_name(metric, BAND_NEUTRAL),
                     band_name(metric, BAND_UNFAVOURABLE));
}

void p_encode(struct buffer *out, const char *name, double p, bool tested) {
    if (!tested || p >= 0.00005 || p <= 0) {
        write_fixed(out, name, p, P_DECIMALS, tested);
        return;
    }
    char text[16];
    snprintf(text, sizeof text, "%.1e", p);
    char *exponent = strchr(text, 'e');
    *exponent++ = '\0';
    write_name(out, name);
    buffer_append_text(out, text);
    buffer_append_format(out, "e%d", (int)strtol(exponent, NULL, 10));
}

/* Of four decimals at most, as levels mostly are, there is one way to write it. */
void general_encode(struct buffer *out, const char *name, double number) {
    enum { PARTS = 10000 };
    int parts = number > 0 && number < 1 ? (int)(number * PARTS + 0.5) : 0, decimals = 4;
    if (parts == 0 || (double)parts / PARTS != number) {
        write_name(out, name);
        buffer_append_format(out, "%g", number);
        return;
    }
    for (; parts % 10 == 0; parts /= 10)
        decimals--;
    write_fixed(out, name, number, decimals, true);
}

/* low and high; the object is left open, or null. False: it is null. */
static bool open_interval(struct buffer *out, const char *name, const struct interval *interval, int decimals) {
    if (!interval->known) {
        write_null(out, name);
        return false;
    }
    write_open(out, name, '{');
    write_fixed(out, "low", interval->low, decimals, true);
    write_fixed(out, "high", interval->high, decimals, true);
    return true;
}

static void encode_counts(struct buffer *out, const struct survey *survey, const struct histogram *hist,
                          const struct score *score) {
    static const char *const NAMES[HISTOGRAM_SIZE] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
    if (score->suppressed) {
        write_null(out, "bands");
        write_null(out, "distribution");
        return;
    }
    write_open(out, "bands", '{');
    write_int(out, band_name(survey->metric, BAND_FAVOURABLE), score->favourable);
    write_int(out, band_name(survey->metric, BAND_NEUTRAL), score->neutral);
    write_int(out, band_name(survey->metric, BAND_UNFAVOURABLE), score->unfavourable);
    buffer_append_char(out, '}');
    write_open(out, "distribution", '{');
    for (int value = survey->scale_min; value <= survey->scale_max && value < HISTOGRAM_SIZE; value++)
        write_int(out, NAMES[value], hist->n[value]);
    buffer_append_char(out, '}');
}

void figures_encode(struct buffer *out, const struct survey *survey, const struct histogram *hist,
                    const struct score *score) {
    int decimals = score_decimals(survey);
    write_int(out, "n", score->n);
    write_fixed(out, "score", score->value, decimals, score->known);
    if (open_interval(out, "interval", &score->interval, decimals)) {
        write_fixed(out, "margin", score_margin(score), decimals, true);
        general_encode(out, "confidence", score->confidence);
        write_text(out, "method", interval_method_name(score->interval_method));
        buffer_append_char(out, '}');
    }
    write_bool(out, "small_sample", score->small_sample);
    if (score->suppressed)
        write_bool(out, "suppressed", true);
    encode_counts(out, survey, hist, score);
    write_fixed(out, "mean", score->mean, MEAN_DECIMALS, score->n > 0 && !score->suppressed);
}

static void encode_scoring(struct buffer *out, const struct survey *survey) {
    write_text(out, "metric", metric_name(survey->metric));
    write_text(out, "method", method_name(survey->method));
    scale_encode(out, survey);
    write_text(out, "direction", direction_name(survey->direction));
}

void scoring_encode(struct buffer *out, const struct survey *survey) {
    write_text(out, "survey", survey->slug);
    encode_scoring(out, survey);
}

void scored_encode(struct buffer *out, const char *name, const struct survey *survey, const struct histogram *hist,
                   const struct score *score) {
    write_open(out, name, '{');
    encode_scoring(out, survey);
    figures_encode(out, survey, hist, score);
    buffer_append_char(out, '}');
}

static void encode_pool(struct buffer *out, const struct survey *const *surveys, size_t count) {
    write_open(out, "surveys", '[');
    for (size_t i = 0; i < count; i++)
        write_text(out, NULL, surveys[i]->slug);
    buffer_append_char(out, ']');
}

void window_encode(struct buffer *out, const struct window *window, bool rounded) {
    write_open(out, "window", '{');
    write_time(out, "from", window->from);
    write_time(out, "to", window->to);
    if (rounded)
        write_text(out, "rounded_to", "day");
    buffer_append_char(out, '}');
}

void comparison_encode(struct buffer *out, const struct survey *survey, const struct comparison *previous) {
    int decimals = score_decimals(survey);
    bool tested = previous->test != TEST_NONE;
    write_int(out, "n", previous->n);
    write_fixed(out, "score", previous->other, decimals, previous->other_known);
    write_fixed(out, "delta", previous->delta, decimals, previous->known);
    if (open_interval(out, "delta_interval", &previous->interval, decimals))
        buffer_append_char(out, '}');
    write_text(out, "test", comparison_test_name(previous->test));
    if (!tested)
        write_text(out, "reason", untested_name(previous->reason));
    general_encode(out, "alpha", previous->alpha);
    p_encode(out, "p_value", previous->p_value, tested);
    if (tested)
        write_bool(out, "significant", previous->significant);
    else
        write_null(out, "significant");
}

void previous_encode(struct buffer *out, const struct survey *survey, const struct score_context *context,
                     const struct comparison *previous) {
    write_open(out, "previous", '{');
    window_encode(out, context->previous_window, context->rounded);
    write_text(out, "part", context->compared_window ? "same" : "whole");
    if (context->compared_window) { /* the part of the window that is held against the other one */
        write_open(out, "current", '{');
        window_encode(out, context->compared_window, context->rounded);
        write_int(out, "n", previous->own_n);
        write_fixed(out, "score", previous->own, score_decimals(survey), previous->own_known);
        buffer_append_char(out, '}');
    }
    comparison_encode(out, survey, previous);
    buffer_append_char(out, '}');
}

/* Fewer people than min_n are not told apart in public, however often they answered. */
static void encode_people(struct buffer *out, const struct survey *survey, const struct people_context *people,
                          bool suppressed) {
    if (people->latest) {
        write_text(out, "count", "latest");
        write_int(out, "answers", people->answers);
    }
    if (!people->respondents)
        return;
    if (suppressed || people->distinct + people->anonymous < survey->min_n) {
        write_null(out, "respondents");
        return;
    }
    write_open(out, "respondents", '{');
    write_int(out, "distinct", people->distinct);
    write_int(out, "anonymous", people->anonymous);
    buffer_append_char(out, '}');
}

static void encode_invitations(struct buffer *out, const struct response_rate *rate) {
    const int64_t *n = rate->counts.n;
    if (!rate->has_invitations || rate->suppressed) {
        write_null(out, "invitations");
        return;
    }
    write_open(out, "invitations", '{');
    write_int(out, "made", n[IMPRESSION_INVITED]);
    write_int(out, "opened", n[IMPRESSION_OPENED]);
    write_int(out, "answered", n[IMPRESSION_REPLIED]);
    buffer_append_char(out, '}');
}

void rate_encode(struct buffer *out, const struct response_rate *rate) {
    if (!rate || (rate->known == IMPRESSIONS_KNOWN && !rate->has_visits && !rate->has_invitations)) {
        write_null(out, "response_rate");
        return;
    }
    const int64_t *n = rate->counts.n;
    bool is_told = rate->has_visits && !rate->suppressed;
    write_open(out, "response_rate", '{');
    write_known(out, "shown", n[IMPRESSION_SHOWN], is_told);
    write_known(out, "answered", n[IMPRESSION_ANSWERED], is_told);
    write_known(out, "dismissed", n[IMPRESSION_DISMISSED], is_told);
    write_known(out, "started", n[IMPRESSION_STARTED], is_told);
    write_fixed(out, "rate", rate->value, RATE_DECIMALS, is_told);
    if (open_interval(out, "interval", &rate->interval, RATE_DECIMALS)) {
        general_encode(out, "confidence", rate->confidence);
        write_text(out, "method", interval_method_name(INTERVAL_WILSON));
        buffer_append_char(out, '}');
    }
    encode_invitations(out, rate);
    if (rate->suppressed)
        write_bool(out, "suppressed", true);
    write_given(out, "reason", impressions_known_name(rate->known));
    buffer_append_char(out, '}');
}

void score_encode_members(struct buffer *out, const struct survey *survey, const struct score_context *context,
                          const struct histogram *hist, const struct score *score, const struct comparison *previous) {
    if (context->pooled_count > 0)
        encode_pool(out, context->pooled, context->pooled_count);
    else
        write_text(out, "survey", survey->slug);
    encode_scoring(out, survey);
    write_given(out, "question", context->question);
    window_encode(out, context->window, context->rounded);
    figures_encode(out, survey, hist, score);
    if (context->people)
        encode_people(out, survey, context->people, score->suppressed);
    if (previous)
        previous_encode(out, survey, context, previous);
    rate_encode(out, context->rate);
}

void score_encode(struct buffer *out, const struct survey *survey, const struct score_context *context,
                  const struct histogram *hist, const struct score *score, const struct comparison *previous) {
    write_open(out, NULL, '{');
    score_encode_members(out, survey, context, hist, score, previous);
    buffer_append_char(out, '}');
}

void bucket_encode(struct buffer *out, const struct survey *survey, const struct window *bucket,
                   const struct window *figure, const struct histogram *hist, const struct score *score,
                   const struct response_rate *rate) {
    char local[CALENDAR_TEXT_SIZE];
    write_open(out, NULL, '{');
    write_time(out, "from", bucket->from);
    write_time(out, "to", bucket->to);
    write_text(out, "local_from", calendar_format(local, bucket->from));
    if (figure) {
        write_time(out, "figure_from", figure->from);
        write_time(out, "figure_to", figure->to);
    }
    figures_encode(out, survey, hist, score);
    rate_encode(out, rate);
    buffer_append_char(out, '}');
}

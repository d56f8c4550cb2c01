/* The end of the read path: figures become JSON, and are rounded here and nowhere else (scoring.md §1). */
#include "cxd/codec/score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/write.h"

enum { MEAN_DECIMALS = 2, P_DECIMALS = 4 };

static const struct band_names {
    const char *favourable, *neutral, *unfavourable;
} BANDS[METRIC_COUNT] = {
    [METRIC_NPS] = {"promoters", "passives", "detractors"},
    [METRIC_CSAT] = {"satisfied", "neutral", "dissatisfied"},
    [METRIC_CES] = {"easy", "neutral", "difficult"},
};

static void encode_fixed(struct buffer *out, bool known, double value, int decimals) {
    if (known)
        buffer_append_fixed(out, value, decimals);
    else
        buffer_append_text(out, "null");
}

/* Four decimals; but a positive p that they would show as 0 has two significant digits: 1.3e-7. */
static void encode_p(struct buffer *out, const struct comparison *previous) {
    double p = previous->p_value;
    bool tested = previous->known && previous->tested;
    if (!tested || p >= 0.00005 || p <= 0) {
        encode_fixed(out, tested, p, P_DECIMALS);
        return;
    }
    char text[16];
    snprintf(text, sizeof(text), "%.1e", p);
    char *exponent = strchr(text, 'e');
    *exponent++ = '\0';
    buffer_append_text(out, text);
    buffer_append_format(out, "e%d", (int)strtol(exponent, NULL, 10));
}

static void encode_interval(struct buffer *out, const struct survey *survey, const struct score *score) {
    if (!score->interval.known) {
        buffer_append_text(out, ",\"interval\":null");
        return;
    }
    buffer_append_text(out, ",\"interval\":{\"low\":");
    buffer_append_fixed(out, score->interval.low, score_decimals(survey));
    buffer_append_text(out, ",\"high\":");
    buffer_append_fixed(out, score->interval.high, score_decimals(survey));
    buffer_append_format(out, ",\"confidence\":%g,\"method\":\"%s\"}", score->confidence,
                         interval_method_name(score->interval_method));
}

static void encode_bands(struct buffer *out, const struct survey *survey, const struct score *score) {
    const struct band_names *names = &BANDS[survey->metric];
    if (score->suppressed) {
        buffer_append_text(out, ",\"bands\":null");
        return;
    }
    buffer_append_format(out, ",\"bands\":{\"%s\":%lld,\"%s\":%lld,\"%s\":%lld}", names->favourable,
                         (long long)score->favourable, names->neutral, (long long)score->neutral,
                         names->unfavourable, (long long)score->unfavourable);
}

static void encode_distribution(struct buffer *out, const struct survey *survey, const struct histogram *hist,
                                const struct score *score) {
    if (score->suppressed) {
        buffer_append_text(out, ",\"distribution\":null");
        return;
    }
    buffer_append_text(out, ",\"distribution\":{");
    for (int value = survey->scale_min; value <= survey->scale_max && value < HISTOGRAM_SIZE; value++) {
        buffer_append_text(out, value == survey->scale_min ? "\"" : ",\"");
        buffer_append_int(out, value);
        buffer_append_text(out, "\":");
        buffer_append_int(out, hist->n[value]);
    }
    buffer_append_char(out, '}');
}

static void encode_figures(struct buffer *out, const struct survey *survey, const struct histogram *hist,
                           const struct score *score, bool with_small_sample) {
    buffer_append_text(out, "\"n\":");
    buffer_append_int(out, score->n);
    buffer_append_text(out, ",\"score\":");
    encode_fixed(out, score->known, score->value, score_decimals(survey));
    encode_interval(out, survey, score);
    if (with_small_sample)
        buffer_append_text(out, score->small_sample ? ",\"small_sample\":true" : ",\"small_sample\":false");
    if (score->suppressed)
        buffer_append_text(out, ",\"suppressed\":true");
    encode_bands(out, survey, score);
    encode_distribution(out, survey, hist, score);
    buffer_append_text(out, ",\"mean\":");
    encode_fixed(out, score->n > 0 && !score->suppressed, score->mean, MEAN_DECIMALS);
}

void figures_encode(struct buffer *out, const struct survey *survey, const struct histogram *hist,
                    const struct score *score) {
    encode_figures(out, survey, hist, score, false);
}

void scoring_encode(struct buffer *out, const struct survey *survey) {
    buffer_append_text(out, "\"survey\":");
    buffer_append_json(out, survey->slug);
    buffer_append_format(out, ",\"metric\":\"%s\",\"method\":\"%s\",\"scale\":", metric_name(survey->metric),
                         method_name(survey->method));
    write_scale(out, survey);
    buffer_append_format(out, ",\"direction\":\"%s\"", direction_name(survey->direction));
}

void window_encode(struct buffer *out, const struct window *window) {
    buffer_append_text(out, "{\"from\":");
    buffer_append_time(out, window->from);
    buffer_append_text(out, ",\"to\":");
    buffer_append_time(out, window->to);
    buffer_append_char(out, '}');
}

static void encode_previous(struct buffer *out, const struct survey *survey, const struct window *window,
                            const struct comparison *previous) {
    buffer_append_text(out, ",\"previous\":{\"window\":");
    if (window != NULL)
        window_encode(out, window);
    else
        buffer_append_text(out, "null");
    buffer_append_text(out, ",\"n\":");
    buffer_append_int(out, previous->n);
    buffer_append_text(out, ",\"score\":");
    encode_fixed(out, previous->other_known, previous->other, score_decimals(survey));
    buffer_append_text(out, ",\"delta\":");
    encode_fixed(out, previous->known, previous->delta, score_decimals(survey));
    buffer_append_text(out, ",\"p_value\":");
    encode_p(out, previous);
    buffer_append_text(out, ",\"significant\":");
    buffer_append_text(out, !(previous->known && previous->tested) ? "null"
                            : previous->significant                ? "true"
                                                                   : "false");
    buffer_append_char(out, '}');
}

void score_encode(struct buffer *out, const struct survey *survey, const struct window *window,
                  const struct histogram *hist, const struct score *score,
                  const struct window *previous_window, const struct comparison *previous) {
    buffer_append_char(out, '{');
    scoring_encode(out, survey);
    buffer_append_text(out, ",\"window\":");
    window_encode(out, window);
    buffer_append_char(out, ',');
    encode_figures(out, survey, hist, score, true);
    if (previous != NULL)
        encode_previous(out, survey, previous_window, previous);
    buffer_append_text(out, ",\"response_rate\":null}");
}

void bucket_encode(struct buffer *out, const struct survey *survey, int64_t from, int64_t to,
                   const struct histogram *hist, const struct score *score) {
    buffer_append_text(out, "{\"from\":");
    buffer_append_time(out, from);
    buffer_append_text(out, ",\"to\":");
    buffer_append_time(out, to);
    buffer_append_char(out, ',');
    encode_figures(out, survey, hist, score, false);
    buffer_append_char(out, '}');
}

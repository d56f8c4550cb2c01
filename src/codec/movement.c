/* Who moved between bands from one window to another, as JSON. */
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"

enum { STATISTIC_DECIMALS = 4 };

static void encode_respondents(struct buffer *out, const struct movement_context *context, int side) {
    write_open(out, "respondents", '{');
    write_int(out, "distinct", context->distinct[side]);
    write_int(out, "anonymous", context->anonymous[side]);
    buffer_append_char(out, '}');
}

static void encode_table(struct buffer *out, const struct survey *survey, const struct movement *movement) {
    write_open(out, "movement", '{');
    for (int from = 0; from < BAND_COUNT; from++) {
        write_open(out, band_name(survey->metric, (enum band)from), '{');
        for (int to = 0; to < BAND_COUNT; to++)
            write_int(out, band_name(survey->metric, (enum band)to), movement->table[from][to]);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, '}');
    write_int(out, "gained", movement->gained);
    write_int(out, "lost", movement->lost);
    write_int(out, "unchanged", movement->unchanged);
}

static void encode_test(struct buffer *out, const struct movement *movement) {
    bool tested = movement->test != MOVEMENT_UNTESTED;
    write_text(out, "test", movement_test_name(movement->test));
    if (!tested)
        write_text(out, "reason", unmoved_name(movement->reason));
    write_fixed(out, "statistic", movement->statistic, STATISTIC_DECIMALS, tested);
    if (tested)
        write_int(out, "df", movement->df);
    else
        write_null(out, "df");
    general_encode(out, "alpha", movement->alpha);
    p_encode(out, "p_value", movement->p_value, tested);
    if (tested)
        write_bool(out, "significant", movement->significant);
    else
        write_null(out, "significant");
}

void movement_encode(struct buffer *out, const struct survey *survey, const struct movement_context *context,
                     const struct movement *movement) {
    static const char *const WITHHELD[] = {"movement", "gained", "lost", "unchanged"};
    write_open(out, NULL, '{');
    scoring_encode(out, survey);
    window_encode(out, context->window, context->rounded);
    encode_respondents(out, context, 0);
    write_open(out, "previous", '{');
    window_encode(out, context->previous_window, context->rounded);
    encode_respondents(out, context, 1);
    buffer_append_char(out, '}');
    write_text(out, "part", context->is_cut ? "same" : "whole");
    write_int(out, "n", movement->n);
    if (movement->suppressed)
        write_bool(out, "suppressed", true);
    if (movement->suppressed || movement->reason == UNMOVED_OVERLAP)
        for (size_t i = 0; i < CXD_COUNT(WITHHELD); i++)
            write_null(out, WITHHELD[i]);
    else
        encode_table(out, survey, movement);
    encode_test(out, movement);
    buffer_append_char(out, '}');
}

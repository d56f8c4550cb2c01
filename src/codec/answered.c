/* What was answered to further questions becomes JSON. What is withheld has its members, but null. */
#include "cxd/codec/answered.h"

#include <math.h>

#include "codec/texts.h"
#include "cxd/codec/segments.h"
#include "cxd/codec/write.h"

enum { SHARE_DECIMALS = 1 };

static void encode_question(struct buffer *out, const char *name, const struct question_figures *figures) {
    const struct question *question = figures->question;
    write_text(out, name, question->key);
    write_text(out, "type", QUESTION_TYPES.list[question->type]);
    localized_write(out, "text", question->texts, question->text_count);
    write_bool(out, "removed", figures->is_removed);
    write_known(out, "asked", figures->asked, figures->is_asked_told);
    write_known(out, "answered", figures->answered, figures->is_answered_told);
}

static void encode_option(struct buffer *out, const struct option_figures *option) {
    write_text(out, "value", option->value);
    localized_write(out, "text", option->option ? option->option->texts : NULL,
                    option->option ? option->option->text_count : 0);
    write_bool(out, "retired", option->is_retired);
}

/* Of a question on a scale. */
static void encode_scale(struct buffer *out, const struct question_figures *figures) {
    if (figures->question->type != QUESTION_SCALE)
        return;
    if (figures->is_answered_told)
        scored_encode(out, "answers", &figures->scoring, &figures->hist, &figures->score);
    else
        write_null(out, "answers");
}

void question_encode_short(struct buffer *out, const struct question_figures *figures) {
    write_open(out, NULL, '{');
    encode_question(out, "key", figures);
    encode_scale(out, figures);
    if (question_is_closed(figures->question)) {
        write_open(out, "options", '[');
        for (size_t i = 0; i < figures->option_count; i++) {
            const struct option_figures *option = &figures->options[i];
            bool is_told = !option->segment->hidden[SEGMENT_WINDOW];
            write_open(out, NULL, '{');
            encode_option(out, option);
            write_known(out, "n", option->segment->score.n, is_told);
            write_fixed(out, "share", option->share, SHARE_DECIMALS, is_told && !isnan(option->share));
            buffer_append_char(out, '}');
        }
        buffer_append_char(out, ']');
    }
    buffer_append_char(out, '}');
}

void question_encode(struct buffer *out, const struct survey *survey, double alpha,
                     const struct question_figures *figures) {
    encode_question(out, "question", figures);
    encode_scale(out, figures);
    if (!question_is_closed(figures->question))
        return;
    general_encode(out, "alpha", alpha);
    write_open(out, "options", '[');
    for (size_t i = 0; i < figures->option_count; i++) {
        write_open(out, NULL, '{');
        encode_option(out, &figures->options[i]);
        option_encode(out, survey, figures->options[i].segment, figures->options[i].share,
                      &figures->options[i].interval);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

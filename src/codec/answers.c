/* Answers to further questions, on their way out. */
#include "cxd/codec/answers.h"

#include <string.h>

#include "cxd/codec/write.h"

static void append_value(struct buffer *out, const char *value, const char *other) {
    if (!other || !value || strcmp(value, OPTION_OTHER) != 0) {
        write_text(out, NULL, value);
        return;
    }
    write_open(out, NULL, '{');
    write_text(out, OPTION_OTHER, other);
    buffer_append_char(out, '}');
}

void answer_encode(struct buffer *out, const struct answer *answer) {
    switch (answer->form) {
    case ANSWER_NUMBER:
        write_int(out, NULL, answer->number);
        break;
    case ANSWER_TEXT:
        append_value(out, answer->text, answer->other);
        break;
    case ANSWER_LIST:
        write_open(out, NULL, '[');
        for (size_t i = 0; i < answer->value_count; i++)
            append_value(out, answer->values[i], answer->other);
        buffer_append_char(out, ']');
        break;
    case ANSWER_ODD: /* none is judged so */
        write_null(out, NULL);
        break;
    }
}

void answers_encode(struct buffer *out, const struct answer *answers, size_t count) {
    if (count == 0)
        return;
    write_open(out, "answers", '{');
    for (size_t i = 0; i < count; i++) {
        write_name(out, answers[i].key);
        answer_encode(out, &answers[i]);
    }
    buffer_append_char(out, '}');
}

/* Below live.c: what is told, and to whom of those who listen. */
#include "api/live_event.h"

#include <string.h>

#include "cxd/codec/response.h"
#include "cxd/codec/write.h"
#include "cxd/domain/judge.h"

static bool is_equal(const char *held, const char *wanted) {
    return !wanted || (held && strcmp(held, wanted) == 0);
}

static bool has_properties(const struct filter *filter, const struct response *response) {
    for (size_t i = 0; i < filter->property_count; i++) {
        const char *value = response_property(response, filter->properties[i].key);
        if (!value || strcmp(value, filter->properties[i].value) != 0)
            return false;
    }
    return true;
}

static bool has_answers(const struct filter *filter, const struct response *response) {
    for (size_t i = 0; i < filter->answer_count; i++) {
        const struct answer *answer = response_answer(response, filter->answers[i].key);
        if (!answer || !answer_is(answer, filter->answers[i].value))
            return false;
    }
    return true;
}

bool live_is_wanted(const struct walk *wanted, const struct response *response) {
    const struct filter *filter = &wanted->filter;
    return response->survey == filter->survey && is_equal(response->touchpoint, filter->touchpoint) &&
           is_equal(response->channel, filter->channel) && is_equal(response->locale, filter->locale) &&
           is_equal(response->respondent, wanted->respondent) && (!wanted->flagged || response->flags != 0) &&
           (wanted->excluded < 0 || response->excluded == (wanted->excluded == 1)) &&
           (wanted->scores == 0 || (response->has_score && wanted->scores >> response->score & 1)) &&
           has_properties(filter, response) && has_answers(filter, response);
}

static void append_head(struct buffer *out, const char *event, const char *history, int64_t number) {
    char id[EXPORT_CURSOR_SIZE];
    buffer_append_text(out, "event: ");
    buffer_append_text(out, event);
    if (history) {
        export_cursor_write(id, history, number);
        buffer_append_text(out, "\nid: ");
        buffer_append_text(out, id);
    }
    buffer_append_text(out, "\ndata:"); /* without a blank: the codec begins behind a colon */
}

static void append_retry(struct buffer *out, int retry_ms) {
    buffer_append_text(out, "retry: ");
    buffer_append_int(out, retry_ms);
    buffer_append_char(out, '\n');
}

void live_append_ready(struct buffer *out, const char *history, int64_t number, int retry_ms) {
    append_retry(out, retry_ms);
    append_head(out, "ready", history, number);
    buffer_append_text(out, "{}\n\n");
}

/* JSON has no line break. */
void live_append_response(struct buffer *out, const char *history, const struct response *response, const char *slug) {
    append_head(out, "response", history, response->number);
    response_encode(out, response, slug);
    buffer_append_text(out, "\n\n");
}

void live_append_skipped(struct buffer *out, const char *history, int64_t number, int64_t count) {
    append_head(out, "skipped", history, number);
    write_open(out, NULL, '{');
    write_int(out, "count", count);
    buffer_append_text(out, "}\n\n");
}

void live_append_reset(struct buffer *out, const char *history, int64_t number) {
    append_head(out, "reset", history, number);
    buffer_append_text(out, "{}\n\n");
}

void live_append_change(struct buffer *out, enum live_change change, const struct id *id) {
    static const char *const NAMES[LIVE_CHANGE_COUNT] = {
        [LIVE_AMENDED] = "amended",
        [LIVE_EXCLUDED] = "excluded",
        [LIVE_RESTORED] = "restored",
        [LIVE_ERASED] = "erased",
    };
    append_head(out, NAMES[change], NULL, 0);
    write_open(out, NULL, '{');
    if (id)
        write_id(out, "id", id);
    buffer_append_text(out, "}\n\n");
}

void live_append_comment(struct buffer *out) {
    buffer_append_text(out, ":\n\n");
}

void live_append_end(struct buffer *out, int retry_ms) {
    append_retry(out, retry_ms);
    buffer_append_char(out, '\n');
}

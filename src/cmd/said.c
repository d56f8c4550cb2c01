/* What somebody said, for the commands that show responses one by one. */
#include "cmd/said.h"

/* On one line: what goes on below is for a table to say. */
static void append_line(struct buffer *out, const char *text) {
    for (; text && *text; text++)
        buffer_append_char(out, *text == '\n' || *text == '\r' || *text == '\t' ? ' ' : *text);
}

struct said {
    struct buffer *out;
    const char *between;
};

/* What stands in words, or was chosen. */
static void append_answer(void *context, const char *key, const struct json *value) {
    struct said *said = context;
    const char *text = json_kind_of(value) == JSON_KIND_TEXT ? json_text(value, "") : json_text(value, "other");
    if (!text)
        return;
    buffer_append_text(said->out, said->between);
    append_line(said->out, key);
    buffer_append_text(said->out, ": ");
    append_line(said->out, text);
    said->between = " | ";
}

void said_append(struct buffer *out, const struct json *response) {
    const struct json *snippet = json_get(response, "snippet"), *answers = json_get(response, "answers");
    const char *comment = json_text(response, "comment"), *key = json_text(response, "snippet_question");

    if (key) {
        append_line(out, key);
        buffer_append_text(out, ": ");
    }
    for (size_t i = 0; i < json_count(snippet); i++)
        append_line(out, json_text(json_at(snippet, i), "text"));
    if (snippet)
        return;
    append_line(out, comment);
    if (answers)
        json_each(answers, append_answer, &(struct said){out, comment ? " | " : ""});
}

/* Terms of comments to JSON. */
#include "cxd/codec/terms.h"

#include <string.h>

#include "cxd/codec/write.h"

enum { Z_DECIMALS = 2 };

static void encode_example(struct buffer *out, const struct term_example *example) {
    static const char CUT[] = "\xE2\x80\xA6";
    char text[TERM_EXAMPLE_BYTES_MAX + sizeof CUT];
    size_t length = strlen(example->said.text);
    if (length > TERM_EXAMPLE_BYTES_MAX) {
        length = TERM_EXAMPLE_BYTES_MAX;
        while (length > 0 && ((unsigned char)example->said.text[length] & 0xC0) == 0x80)
            length--;
        memcpy(text, example->said.text, length);
        memcpy(text + length, CUT, sizeof CUT);
    } else {
        memcpy(text, example->said.text, length + 1);
    }
    write_open(out, NULL, '{');
    write_id(out, "id", &example->id);
    write_int(out, "score", example->score);
    write_time(out, "answered_at", example->answered_at);
    write_text(out, "comment", text);
    write_given(out, "question", example->said.key);
    buffer_append_char(out, '}');
}

void term_encode(struct buffer *out, const struct term *term, const struct term_example *examples) {
    write_open(out, NULL, '{');
    write_text(out, "term", term->text);
    write_fixed(out, "z", term->z, Z_DECIMALS, true);
    write_fixed(out, "log_odds", term->log_odds, Z_DECIMALS, true);
    write_int(out, "count", term->count);
    write_int(out, "rest", term->rest);
    write_open(out, "examples", '[');
    for (size_t i = 0; i < term->example_count; i++)
        if (examples[i].said.text)
            encode_example(out, &examples[i]);
    buffer_append_text(out, "]}");
}

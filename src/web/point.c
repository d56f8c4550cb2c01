/* Points of a scale are radio buttons: arrow keys go from one to the next, and who listens hears of how many each is,
 * and what the ends mean. Who looks sees the numbers, and what the ends mean below. */
#include "web/point.h"

#include <stdio.h>
#include <string.h>

#include "web/html.h"

enum { NUMBER_SIZE = 24, LONG_SCALE = 8 };

static void write_point(const struct page *page, const struct point_scale *scale, int score) {
    struct buffer *out = page->out;
    char number[NUMBER_SIZE], most[NUMBER_SIZE];
    const char *end = score == scale->min ? scale->low : score == scale->max ? scale->high : "";
    snprintf(number, sizeof number, "%d", score);
    snprintf(most, sizeof most, "%d", scale->max);
    html_open(out, "label", NULL);
    html_open(out, "input", "type", "radio", "name", scale->name, "value", number, "required",
              HTML_IF(scale->is_required && !scale->is_for_some), "data-required",
              HTML_IF(scale->is_required && scale->is_for_some), "checked",
              HTML_IF(scale->chosen && strcmp(scale->chosen, number) == 0), "aria-describedby",
              scale->is_refused ? "error" : HTML_NONE, NULL);
    html_element(out, "span", number, "class", "point", "aria-hidden", "true", NULL);
    html_open(out, "span", "class", "spoken", NULL);
    html_pattern(out, language_text(&page->wording, TEXT_POINT), number, most);
    if (*end) {
        buffer_append_text(out, language_text(&page->wording, TEXT_COMMA));
        html_text(out, end);
    }
    html_close(out, "span");
    html_close(out, "label");
}

void point_write_scale(const struct page *page, const struct point_scale *scale) {
    struct buffer *out = page->out;
    bool is_long = scale->max - scale->min + 1 >= LONG_SCALE;
    html_open(out, "div", "class", is_long ? "scale long" : "scale", NULL);
    for (int score = scale->min; score <= scale->max; score++)
        write_point(page, scale, score);
    html_close(out, "div");
    if (!*scale->low && !*scale->high)
        return;
    html_open(out, "div", "class", "ends", "lang", language_tag(&page->wording), "aria-hidden", "true", NULL);
    html_element(out, "span", scale->low, "dir", "auto", NULL);
    html_element(out, "span", scale->high, "dir", "auto", NULL);
    html_close(out, "div");
}

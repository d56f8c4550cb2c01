/* Below both pictures: colours, shapes, texts, and the words for figures. Colours stand in attributes, so that a reader
 * without style sheets has them; only what follows the screen's setting needs a style. */
#include "codec/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/markup.h"
#include "cxd/base/utf8.h"

static const char *const SIZES[] = {[PICTURE_SMALL] = "small", [PICTURE_MEDIUM] = "medium", [PICTURE_LARGE] = "large"};
static const char *const THEMES[] = {[PICTURE_LIGHT] = "light", [PICTURE_DARK] = "dark", [PICTURE_AUTO] = "auto"};
const struct words PICTURE_SIZES = WORDS(SIZES), PICTURE_THEMES = WORDS(THEMES);

/* Texts have a contrast of at least 4.5 to the paper, all else of 3, in both. */
static const char *const INKS[INK_COUNT][2] = {
    [INK_PAPER] = {"#ffffff", "#14181f"},   [INK_LINE] = {"#dfe3ea", "#323a46"},   [INK_TEXT] = {"#1b2330", "#e9edf3"},
    [INK_MUTED] = {"#5a6472", "#a3aebd"},   [INK_ACCENT] = {"#2b5fc7", "#86abff"}, [INK_GOOD] = {"#1d7d4d", "#4fc48c"},
    [INK_NEUTRAL] = {"#808997", "#7b8695"}, [INK_BAD] = {"#c0352c", "#ff7f73"},
};
static const char INK_NAMES[INK_COUNT] = {'p', 'l', 't', 'm', 'a', 'g', 'n', 'b'};

static void append_palette(struct buffer *out, int theme) {
    buffer_append_text(out, "svg{");
    for (int ink = 0; ink < INK_COUNT; ink++)
        buffer_append_format(out, "--%c:%s;", INK_NAMES[ink], INKS[ink][theme]);
    buffer_append_text(out, "}");
}

static void append_words(struct buffer *out, const char *element, struct buffer *text) {
    if (text->failed)
        out->failed = true;
    buffer_append_format(out, "<%s>", element);
    markup_append(out, text->data ? text->data : "", text->length);
    buffer_append_format(out, "</%s>", element);
}

void picture_open(struct picture *picture, struct buffer *title, struct buffer *description) {
    struct buffer *out = picture->out;
    buffer_append_format(out,
                         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" viewBox=\"0 0 %g %g\" "
                         "role=\"img\" lang=\"en\" font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, "
                         "'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif\">",
                         picture->width, picture->height, picture->width, picture->height);
    append_words(out, "title", title);
    append_words(out, "desc", description);
    if (picture->theme != PICTURE_AUTO)
        return;
    buffer_append_text(out, "<style>");
    append_palette(out, PICTURE_LIGHT);
    buffer_append_text(out, "@media (prefers-color-scheme:dark){");
    append_palette(out, PICTURE_DARK);
    buffer_append_text(out, "}</style>");
}

void picture_close(struct picture *picture) {
    buffer_append_text(picture->out, "</svg>\n");
}

void picture_ink(struct picture *picture, const char *attribute, enum ink ink) {
    if (picture->theme == PICTURE_AUTO)
        buffer_append_format(picture->out, " %s=\"var(--%c)\"", attribute, INK_NAMES[ink]);
    else
        buffer_append_format(picture->out, " %s=\"%s\"", attribute, INKS[ink][picture->theme]);
}

/* Without the zeros that say nothing: there are up to a thousand points. */
void picture_coordinate(struct buffer *out, double value) {
    long tenths = lround(value * 10);
    if (tenths % 10 == 0)
        buffer_append_format(out, "%ld", tenths / 10);
    else
        buffer_append_format(out, "%s%ld.%ld", tenths < 0 ? "-" : "", labs(tenths) / 10, labs(tenths) % 10);
}

static void append_number(struct buffer *out, const char *name, double value) {
    buffer_append_format(out, " %s=\"", name);
    picture_coordinate(out, value);
    buffer_append_char(out, '"');
}

void picture_rect(struct picture *picture, double x, double y, double width, double height, double radius,
                  enum ink ink) {
    struct buffer *out = picture->out;
    buffer_append_text(out, "<rect");
    append_number(out, "x", x);
    append_number(out, "y", y);
    append_number(out, "width", width);
    append_number(out, "height", height);
    if (radius > 0)
        append_number(out, "rx", radius);
    picture_ink(picture, "fill", ink);
    buffer_append_text(out, "/>");
}

void picture_line(struct picture *picture, double x1, double y1, double x2, double y2, enum ink ink) {
    struct buffer *out = picture->out;
    buffer_append_text(out, "<line");
    append_number(out, "x1", x1);
    append_number(out, "y1", y1);
    append_number(out, "x2", x2);
    append_number(out, "y2", y2);
    picture_ink(picture, "stroke", ink);
    buffer_append_text(out, "/>");
}

/* Around a name that may go from right to left; they have no width. */
#define ISOLATE "\xe2\x81\xa8"
#define ISOLATE_END "\xe2\x81\xa9"

/* Of what begins at a byte, in thousandths of the size: ideographs are as wide as they are high, and letters of Hebrew
 * and Arabic (from U+0580 on) narrower than those of Cyrillic. */
static int width_of(const char *at) {
    unsigned char byte = (unsigned char)*at;
    if ((byte & 0xc0) == 0x80 || strncmp(at, ISOLATE, 3) == 0 || strncmp(at, ISOLATE_END, 3) == 0)
        return 0;
    return byte >= 0xe0 ? 1000 : byte >= 0xd6 ? 640 : byte >= 0xc0 ? 780 : 640;
}

/* Characters in thousandths of the size, of the widest of the fonts that are named (DejaVu Sans). */
double picture_text_width(const char *text, double size) {
    static const struct {
        const char *characters;
        int width;
    } WIDTHS[] = {{"ijlI.,:;|!'", 345}, {"frt()-/ ", 412}, {"mwMW%@", 985}, {"ABCDEGHKNOQRUVX&+", 775}};
    int sum = 0;
    for (const char *at = text; *at; at++) {
        int width = width_of(at);
        for (size_t i = 0; width > 0 && i < CXD_COUNT(WIDTHS); i++)
            if (strchr(WIDTHS[i].characters, *at))
                width = WIDTHS[i].width;
        sum += width;
    }
    return sum * size / 1000;
}

void picture_text(struct picture *picture, double x, double y, const struct lettering *lettering, const char *text) {
    static const char *const ANCHORS[] = {[ANCHOR_MIDDLE] = "middle", [ANCHOR_END] = "end"};
    struct buffer *out = picture->out;
    buffer_append_text(out, "<text");
    append_number(out, "x", x);
    append_number(out, "y", y);
    append_number(out, "font-size", lettering->size);
    if (lettering->anchor != ANCHOR_START)
        buffer_append_format(out, " text-anchor=\"%s\"", ANCHORS[lettering->anchor]);
    if (lettering->is_bold)
        buffer_append_text(out, " font-weight=\"600\"");
    double width = picture_text_width(text, lettering->size) * (lettering->is_bold ? 1.1 : 1);
    if (lettering->width > 0 && width > lettering->width) {
        append_number(out, "textLength", lettering->width);
        buffer_append_text(out, " lengthAdjust=\"spacingAndGlyphs\"");
    }
    picture_ink(picture, "fill", lettering->ink);
    buffer_append_char(out, '>');
    markup_append_text(out, text);
    buffer_append_text(out, "</text>");
}

/* --- Words ----------------------------------------------------------------------------------------------------------
 */

const char *picture_metric(const struct survey *survey) {
    static const char *const NAMES[METRIC_COUNT] = {[METRIC_NPS] = "NPS", [METRIC_CSAT] = "CSAT", [METRIC_CES] = "CES"};
    return NAMES[survey->metric];
}

/* U+202A to U+202E and U+2066 to U+2069, by which a text turns what stands around it. */
static bool turns(const char *character, size_t length) {
    if (length != 3 || memcmp(character, "\xe2\x80", 2) < 0 || memcmp(character, "\xe2\x81", 2) > 0)
        return false;
    unsigned char last = (unsigned char)character[2];
    return character[1] == '\x80' ? last >= 0xaa && last <= 0xae : last >= 0xa6 && last <= 0xa9;
}

/* A name, as much of it as can be read in a picture, in its own direction; the figure behind it keeps its own. */
static void append_name(struct buffer *out, const char *name) {
    enum { LONGEST = 64 };
    size_t length = strlen(name), taken, count = 0;
    bool is_isolated = false;
    for (size_t at = 0; at < length && !is_isolated; at++)
        is_isolated = (unsigned char)name[at] >= 0xd6; /* no script below U+0580 goes from right to left */
    if (is_isolated)
        buffer_append_text(out, ISOLATE);
    for (size_t at = 0; at < length && count <= LONGEST; at += taken) {
        (void)utf8_take(name + at, length - at, &taken);
        if (turns(name + at, taken))
            continue;
        if (count++ == LONGEST)
            buffer_append_text(out, "…");
        else
            buffer_append(out, name + at, taken);
    }
    if (is_isolated)
        buffer_append_text(out, ISOLATE_END);
}

void picture_say_subject(struct buffer *out, const struct survey *survey, const char *question) {
    buffer_append_format(out, "%s of ", picture_metric(survey));
    append_name(out, survey->name && *survey->name ? survey->name : survey->slug);
    if (question)
        buffer_append_format(out, ", %s", question);
}

void picture_say_value(struct buffer *out, const struct survey *survey, double value) {
    buffer_append_fixed(out, value, score_decimals(survey));
    if (survey->method == METHOD_TOP_BOX)
        buffer_append_text(out, " %");
}

void picture_say_figure(struct buffer *out, const struct survey *survey, const struct score *score) {
    if (score->known)
        picture_say_value(out, survey, score->value);
    else
        buffer_append_text(out, score->suppressed && score->n > 0 ? "too few answers to show" : "no answers");
}

void picture_say_interval(struct buffer *out, const struct survey *survey, const struct score *score) {
    if (!score->known || !score->interval.known)
        return;
    buffer_append_format(out, "%g %% interval ", score->confidence * 100);
    picture_say_value(out, survey, score->interval.low);
    buffer_append_text(out, " to ");
    picture_say_value(out, survey, score->interval.high);
}

void picture_say_answers(struct buffer *out, int64_t n) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buffer_append_char(out, ',');
        buffer_append_char(out, digits[i]);
    }
    buffer_append_text(out, n == 1 ? " answer" : " answers");
}

static const char *const MONTHS[] = {"",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static void append_day(struct buffer *out, const struct calendar_time *day, bool has_year) {
    buffer_append_format(out, "%d %s", day->day, MONTHS[day->month]);
    if (has_year)
        buffer_append_format(out, " %d", day->year);
}

void picture_say_window(struct buffer *out, const struct window *window) {
    if (window->from == TIME_MIN && window->to == TIME_MAX) {
        buffer_append_text(out, "all time");
        return;
    }
    struct calendar_time first = {0}, last = {0};
    if (window->from != TIME_MIN)
        first = calendar_civil(window->from);
    if (window->to != TIME_MAX)
        last = calendar_civil(window->to - 1);
    if (window->from == TIME_MIN || window->to == TIME_MAX) {
        bool is_open = window->to == TIME_MAX;
        buffer_append_text(out, is_open ? "since " : "until ");
        append_day(out, is_open ? &first : &last, true);
        return;
    }
    bool is_one = first.year == last.year && first.month == last.month && first.day == last.day;
    append_day(out, &first, is_one || first.year != last.year);
    if (is_one)
        return;
    buffer_append_text(out, " to ");
    append_day(out, &last, true);
}

void picture_say_bucket(struct buffer *out, enum calendar_unit unit, int64_t from) {
    const struct calendar_time at = calendar_civil(from);
    if (unit == CALENDAR_QUARTER)
        buffer_append_format(out, "Q%d %d", (at.month + 2) / 3, at.year);
    else if (unit == CALENDAR_MONTH)
        buffer_append_format(out, "%s %d", MONTHS[at.month], at.year);
    else
        append_day(out, &at, false);
    if (unit == CALENDAR_HOUR)
        buffer_append_format(out, " %02d:%02d", (int)(at.ms / 3600000), (int)(at.ms / 60000 % 60));
}

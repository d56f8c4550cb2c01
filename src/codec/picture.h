#ifndef CXD_SRC_CODEC_PICTURE_H
#define CXD_SRC_CODEC_PICTURE_H

#include "cxd/codec/picture.h"

/* What pictures are drawn with. Lengths are pixels of a picture that is not scaled; y grows downwards. */

enum ink { INK_PAPER, INK_LINE, INK_TEXT, INK_MUTED, INK_ACCENT, INK_GOOD, INK_NEUTRAL, INK_BAD, INK_COUNT };
enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct picture {
    struct buffer *out;
    enum picture_theme theme;
    double width, height;
};

/* `title` and `description` are what is read out in place of the picture; either buffer that has failed fails it. */
void picture_open(struct picture *picture, struct buffer *title, struct buffer *description);
void picture_close(struct picture *picture);

/* ` fill="…"` or ` stroke="…"`. */
void picture_ink(struct picture *picture, const char *attribute, enum ink ink);
void picture_rect(struct picture *picture, double x, double y, double width, double height, double radius,
                  enum ink ink);
void picture_line(struct picture *picture, double x1, double y1, double x2, double y2, enum ink ink);
struct lettering {
    double size;
    enum ink ink;
    enum anchor anchor;
    bool is_bold;
    double width; /* into which it is fitted where it would be wider; 0: as wide as it is */
};
void picture_text(struct picture *picture, double x, double y, const struct lettering *lettering, const char *text);
/* How wide the text is, at most. */
double picture_text_width(const char *text, double size);
/* Appends a coordinate, to a tenth. */
void picture_coordinate(struct buffer *out, double value);

/* --- Words ----------------------------------------------------------------------------------------------------------
 */

/* "NPS of Checkout", by its name, else its slug; of a further question "NPS of Checkout, ease". */
void picture_say_subject(struct buffer *out, const struct survey *survey, const char *question);
/* A figure with the decimals that JSON has; "no answers", "too few answers to show". */
void picture_say_figure(struct buffer *out, const struct survey *survey, const struct score *score);
void picture_say_value(struct buffer *out, const struct survey *survey, double value);
/* "95 % interval 45.3 to 71.2"; nothing where it is not known. */
void picture_say_interval(struct buffer *out, const struct survey *survey, const struct score *score);
/* "1,234 answers". */
void picture_say_answers(struct buffer *out, int64_t n);
/* "24 Oct to 22 Nov 2026", the days that the window touches; "all time". */
void picture_say_window(struct buffer *out, const struct window *window);
/* "24 Oct", "Oct 2026", "Q4 2026", "24 Oct 14:00". */
void picture_say_bucket(struct buffer *out, enum calendar_unit unit, int64_t from);
/* "NPS", in capitals. */
const char *picture_metric(const struct survey *survey);

#endif

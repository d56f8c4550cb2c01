/* A score as a picture: a badge, a card, or a card with its bands. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/picture.h"
#include "cxd/domain/band.h"

enum { BADGE_HEIGHT = 20, BADGE_PAD = 7, BADGE_LETTER = 11, CARD_MARGIN = 20 };

/* "up 9.0", "down 0.4", "unchanged". */
static void say_delta(struct buffer *out, const struct survey *survey, double delta) {
    struct buffer size;
    buffer_init(&size);
    buffer_append_fixed(&size, fabs(delta), score_decimals(survey));
    const char *text = buffer_terminate(&size);
    bool is_nothing = text && strtod(text, NULL) == 0;
    if (!text)
        out->failed = true;
    else if (is_nothing)
        buffer_append_text(out, "unchanged");
    else
        buffer_append_format(out, "%s %s", delta > 0 ? "up" : "down", text);
    buffer_free(&size);
}

/* Whether it is more than noise, in the words of who reads it. */
static void say_change(struct buffer *out, const struct survey *survey, const struct comparison *previous) {
    if (!previous->known) {
        buffer_append_text(out, previous->reason == UNTESTED_SUPPRESSED ? "too few answers to compare"
                                                                        : "nothing to compare with");
        return;
    }
    say_delta(out, survey, previous->delta);
    if (previous->test == TEST_NONE)
        return;
    buffer_append_text(out, previous->significant ? ", more than chance" : ", may be chance");
}

static void say_all(struct buffer *title, struct buffer *description, const struct survey *survey,
                    const struct score_context *context, const struct score *score, const struct comparison *previous) {
    picture_say_subject(title, survey, context->question);
    buffer_append_text(title, ": ");
    picture_say_figure(title, survey, score);
    picture_say_interval(description, survey, score);
    if (description->length > 0)
        buffer_append_text(description, ", ");
    if (score->n > 0) {
        picture_say_answers(description, score->n);
        buffer_append_text(description, ", ");
    }
    picture_say_window(description, context->window);
    if (previous) {
        buffer_append_text(description, ". Against ");
        picture_say_window(description, context->previous_window);
        buffer_append_text(description, ": ");
        say_change(description, survey, previous);
    }
    buffer_append_char(description, '.');
}

static void draw_badge(struct picture *picture, const char *label, const char *figure, bool is_known) {
    double left = ceil(picture_text_width(label, BADGE_LETTER)) + 2 * BADGE_PAD;
    double right = picture->width - left;
    const struct lettering of_label = {.size = BADGE_LETTER, .ink = INK_TEXT, .width = left - 2 * BADGE_PAD};
    const struct lettering of_figure = {
        .size = BADGE_LETTER, .ink = INK_PAPER, .anchor = ANCHOR_MIDDLE, .is_bold = true, .width = right - BADGE_PAD};
    picture_rect(picture, 0, 0, picture->width, BADGE_HEIGHT, 4, INK_LINE);
    picture_rect(picture, left, 0, right, BADGE_HEIGHT, 4, is_known ? INK_ACCENT : INK_MUTED);
    picture_rect(picture, left, 0, 4, BADGE_HEIGHT, 0, is_known ? INK_ACCENT : INK_MUTED);
    picture_text(picture, BADGE_PAD, 14, &of_label, label);
    picture_text(picture, left + right / 2, 14, &of_figure, figure);
}

static void draw_frame(struct picture *picture) {
    picture_rect(picture, 0, 0, picture->width, picture->height, 10, INK_LINE);
    picture_rect(picture, 1, 1, picture->width - 2, picture->height - 2, 9, INK_PAPER);
}

/* The bands side by side, with how many each has. */
static void draw_bands(struct picture *picture, double y, const struct survey *survey, const struct score *score) {
    static const enum ink INKS[] = {INK_GOOD, INK_NEUTRAL, INK_BAD};
    const int64_t counts[] = {score->favourable, score->neutral, score->unfavourable};
    double width = picture->width - 2 * CARD_MARGIN, x = CARD_MARGIN, column = width / BAND_COUNT;
    for (int band = 0; band < BAND_COUNT; band++) {
        double share = (double)counts[band] / (double)score->n;
        char label[64];
        snprintf(label, sizeof label, "%s %.0f %%", band_name(survey->metric, (enum band)band), share * 100);
        if (counts[band] > 0)
            picture_rect(picture, x, y, fmax(share * width - 2, 1), 12, 2, INKS[band]);
        x += share * width;
        double at = CARD_MARGIN + column * band;
        picture_rect(picture, at, y + 24, 10, 10, 2, INKS[band]);
        picture_text(picture, at + 16, y + 33, &(struct lettering){.size = 12, .ink = INK_MUTED, .width = column - 22},
                     label);
    }
}

/* The lines of a card, from the top. */
struct card {
    const char *subject, *figure, *interval, *answers, *change;
};

static void draw_card(struct picture *picture, const struct card *card, bool is_large, bool is_known) {
    double width = picture->width - 2 * CARD_MARGIN, factor = is_large ? 1.5 : 1, y = is_large ? 36 : 30;
    const struct lettering subject = {.size = is_large ? 18 : 14, .ink = INK_MUTED, .is_bold = true, .width = width};
    const struct lettering figure = {
        .size = is_known ? 40 * factor : 20 * factor, .ink = INK_TEXT, .is_bold = true, .width = width};
    const struct lettering small = {.size = is_large ? 15 : 12, .ink = INK_MUTED, .width = width};
    const struct lettering change = {.size = is_large ? 15 : 12, .ink = INK_TEXT, .width = width};
    picture_text(picture, CARD_MARGIN, y, &subject, card->subject);
    picture_text(picture, CARD_MARGIN, y += 42 * factor, &figure, card->figure);
    if (*card->interval)
        picture_text(picture, CARD_MARGIN, y += 24 * factor, &small, card->interval);
    picture_text(picture, CARD_MARGIN, y += *card->interval ? 18 * factor : 24 * factor, &small, card->answers);
    if (*card->change)
        picture_text(picture, CARD_MARGIN, y + 18 * factor, &change, card->change);
}

/* Texts of a card, each terminated; "" where there is none. */
enum part { PART_TITLE, PART_DESCRIPTION, PART_SUBJECT, PART_FIGURE, PART_INTERVAL, PART_ANSWERS, PART_CHANGE, PARTS };

static const char *text_of(struct buffer *parts, enum part part, struct buffer *out) {
    const char *text = buffer_terminate(&parts[part]);
    out->failed = out->failed || !text;
    return text ? text : "";
}

void picture_score(struct buffer *out, const struct picture_look *look, const struct survey *survey,
                   const struct score_context *context, const struct score *score, const struct comparison *previous) {
    struct picture picture = {.out = out, .theme = look->theme};
    struct buffer parts[PARTS];
    bool is_large = look->size == PICTURE_LARGE;
    for (int part = 0; part < PARTS; part++)
        buffer_init(&parts[part]);
    say_all(&parts[PART_TITLE], &parts[PART_DESCRIPTION], survey, context, score, previous);
    picture_say_subject(&parts[PART_SUBJECT], survey, context->question);
    picture_say_figure(&parts[PART_FIGURE], survey, score);
    picture_say_interval(&parts[PART_INTERVAL], survey, score);
    if (score->n > 0) {
        picture_say_answers(&parts[PART_ANSWERS], score->n);
        buffer_append_text(&parts[PART_ANSWERS], ", ");
    }
    picture_say_window(&parts[PART_ANSWERS], context->window);
    if (previous)
        say_change(&parts[PART_CHANGE], survey, previous);
    const struct card card = {.subject = text_of(parts, PART_SUBJECT, out),
                              .figure = text_of(parts, PART_FIGURE, out),
                              .interval = text_of(parts, PART_INTERVAL, out),
                              .answers = text_of(parts, PART_ANSWERS, out),
                              .change = text_of(parts, PART_CHANGE, out)};
    if (look->size == PICTURE_SMALL) {
        picture.height = BADGE_HEIGHT;
        picture.width = ceil(picture_text_width(card.subject, BADGE_LETTER)) +
                        ceil(1.1 * picture_text_width(card.figure, BADGE_LETTER)) + 4 * BADGE_PAD;
    } else {
        picture.width = is_large ? 480 : 320;
        picture.height = is_large ? 260 : 160;
    }
    picture_open(&picture, &parts[PART_TITLE], &parts[PART_DESCRIPTION]);
    if (look->size == PICTURE_SMALL) {
        draw_badge(&picture, card.subject, card.figure, score->known);
    } else {
        draw_frame(&picture);
        draw_card(&picture, &card, is_large, score->known);
        if (is_large && score->known)
            draw_bands(&picture, 204, survey, score);
    }
    picture_close(&picture);
    for (int part = 0; part < PARTS; part++)
        buffer_free(&parts[part]);
}

#ifndef CXD_CMD_ASK_H
#define CXD_CMD_ASK_H

#include "cmd/call.h"

/* What commands that read figures ask by: a window, and which responses. A command's struct has these structs as
 * members, and its table of options the OPTIONS_… with where they are. */

struct window_options {
    const char *window, *from, *to;
};
#define OPTIONS_WINDOW(at)                                                                                             \
    OPTION_VALUE("window", 'w', (at) + offsetof(struct window_options, window), "W",                                   \
                 "today, yesterday, 7d, any Nd, all; week, month, quarter, year, last_week, ..."),                     \
        OPTION_VALUE("from", 0, (at) + offsetof(struct window_options, from), "T",                                     \
                     "start of the window: 2026-10-24 or 2026-10-24T12:00:00Z"),                                       \
        OPTION_VALUE("to", 0, (at) + offsetof(struct window_options, to), "T", "end of the window, not in it")

struct filter_options {
    const char *touchpoint, *channel, *locale;
    struct text_list properties, answers;
};
#define OPTIONS_FILTER(at)                                                                                             \
    OPTION_VALUE("touchpoint", 0, (at) + offsetof(struct filter_options, touchpoint), "X",                             \
                 "responses of this touchpoint only"),                                                                 \
        OPTION_VALUE("channel", 0, (at) + offsetof(struct filter_options, channel), "X",                               \
                     "responses of this channel only"),                                                                \
        OPTION_VALUE("locale", 0, (at) + offsetof(struct filter_options, locale), "X",                                 \
                     "responses in this locale only"),                                                                 \
        OPTION_VALUES("property", 'p', (at) + offsetof(struct filter_options, properties), "K=V",                      \
                      "responses with this property only; may be repeated"),                                           \
        OPTION_VALUES("answer", 0, (at) + offsetof(struct filter_options, answers), "K=V",                             \
                      "responses with this answer to a further question only; may be repeated")

/* Add them to the call's query. An exit code, after a complaint where it is not EXIT_OK. */
CXD_NODISCARD int ask_window(struct call *call, const struct window_options *options);
CXD_NODISCARD int ask_filter(struct call *call, const struct filter_options *options);
/* The key of a further question, whose answers are asked for in place of the score. */
#define OPTION_QUESTION(at)                                                                                            \
    OPTION_VALUE("question", 0, at, "KEY", "of the answers to this question, on a scale, and not of the score")

/* A window without a start or an end has none before it. */
bool ask_has_previous(const struct window_options *options);

/* What --confidence takes, and --alpha. */
extern const char *const ask_confidences[], *const ask_alphas[];

/* The columns of --csv that every figure of a score has, behind those that say of what it is. */
#define CSV_FIGURES                                                                                                    \
    "n score interval.low interval.high confidence=interval.confidence small_sample suppressed "                       \
    "favourable=bands.#0 neutral=bands.#1 unfavourable=bands.#2 mean "                                                 \
    "count_0=distribution.0 count_1=distribution.1 count_2=distribution.2 count_3=distribution.3 "                     \
    "count_4=distribution.4 count_5=distribution.5 count_6=distribution.6 count_7=distribution.7 "                     \
    "count_8=distribution.8 count_9=distribution.9 count_10=distribution.10"
/* Of its response rate. */
#define CSV_RATE                                                                                                       \
    "shown=response_rate.shown answered=response_rate.answered dismissed=response_rate.dismissed "                     \
    "started=response_rate.started rate=response_rate.rate rate_low=response_rate.interval.low "                       \
    "rate_high=response_rate.interval.high rate_reason=response_rate.reason"
/* And those of a change. */
#define CSV_PREVIOUS                                                                                                   \
    "previous.n previous.score previous.delta delta_low=previous.delta_interval.low "                                  \
    "delta_high=previous.delta_interval.high previous.test previous.p_value previous.significant"

#endif

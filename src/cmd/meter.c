/* The bar of `cxd export`. */

#include "cmd/meter.h"

#include <stdio.h>
#include <unistd.h>

#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"

enum { BAR_COLUMNS = 24, REDRAW_MS = 100, SETTLED_MS = 1000 };

const char *count_format(char out[COUNT_TEXT_SIZE], int64_t count) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)(count < 0 ? 0 : count)), at = 0;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};

void meter_begin(struct meter *meter, const char *verb, const char *noun, bool quiet) {
    sigset_t held;

    *meter = (struct meter){.verb = verb, .noun = noun, .begun_ms = clock_monotonic_ms()};
    screen_init(&meter->screen, stderr);
    meter->is_shown = !quiet && isatty(STDERR_FILENO) == 1;
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&held);
    for (size_t i = 0; i < CXD_COUNT(SIGNALS); i++)
        sigaddset(&held, SIGNALS[i]);
    sigprocmask(SIG_BLOCK, &held, &meter->before);
}

void meter_skip(struct meter *meter, int64_t done) {
    meter->skipped = done;
}

bool meter_is_cancelled(const struct meter *meter) {
    sigset_t pending;

    sigpending(&pending);
    for (size_t i = 0; i < CXD_COUNT(SIGNALS); i++)
        if (sigismember(&pending, SIGNALS[i]) == 1 && sigismember(&meter->before, SIGNALS[i]) == 0)
            return true;
    return false;
}

static void append_bar(const struct meter *meter, struct buffer *line, double fraction) {
    struct buffer bar;

    buffer_init(&bar);
    screen_append_bar(&meter->screen, &bar, fraction, BAR_COLUMNS);
    buffer_append_text(line, "  [");
    buffer_append(line, bar.data, bar.length);
    for (size_t i = screen_width(bar.data, bar.length); i < BAR_COLUMNS; i++)
        buffer_append_char(line, ' ');
    buffer_append_format(line, "]  %3d %%", (int)(100 * fraction));
    buffer_free(&bar);
}

static void append_rate(const struct meter *meter, struct buffer *line, int64_t done, int64_t elapsed_ms) {
    char text[COUNT_TEXT_SIZE];
    int64_t fresh = done - meter->skipped;

    if (elapsed_ms < SETTLED_MS || fresh <= 0)
        return;
    buffer_append_format(line, "  %s/s", count_format(text, fresh * 1000 / elapsed_ms));
    if (meter->total > done) {
        int64_t left_s = (int64_t)((double)(meter->total - done) * (double)elapsed_ms / (double)fresh / 1000 + 0.5);
        buffer_append_format(line, "  %lld:%02d left", (long long)(left_s / 60), (int)(left_s % 60));
    }
}

void meter_show(struct meter *meter, int64_t done) {
    int64_t now_ms = clock_monotonic_ms();
    char text[COUNT_TEXT_SIZE];
    struct buffer line;

    if (!meter->is_shown || now_ms - meter->drawn_ms < REDRAW_MS)
        return;
    meter->drawn_ms = now_ms;
    buffer_init(&line);
    buffer_append_format(&line, "\r%s", meter->verb);
    if (meter->total > 0)
        append_bar(meter, &line, done >= meter->total ? 1 : (double)done / (double)meter->total);
    buffer_append_format(&line, "  %s %s", count_format(text, done), meter->noun);
    append_rate(meter, &line, done, now_ms - meter->begun_ms);
    buffer_append_text(&line, "\x1b[K");
    if (!line.failed) {
        (void)!write(STDERR_FILENO, line.data, line.length);
        meter->is_drawn = true;
    }
    buffer_free(&line);
}

void meter_clear(struct meter *meter) {
    if (meter->is_drawn)
        (void)!write(STDERR_FILENO, "\r\x1b[K", 4);
    meter->is_drawn = false;
}

double meter_end(struct meter *meter) {
    meter_clear(meter);
    sigprocmask(SIG_SETMASK, &meter->before, NULL);
    return (double)(clock_monotonic_ms() - meter->begun_ms) / 1000;
}

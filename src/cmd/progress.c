/* The bar of `cxd backup`, `cxd restore` and `cxd check`. */

#include "cmd/progress.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cxd/base/clock.h"
#include "cxd/catalog/catalog.h"

enum { BAR_COLUMNS = 24, REDRAW_MS = 100, NICE = 10 };

const char *bytes_format(char out[BYTES_TEXT_SIZE], int64_t bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit < CXD_COUNT(units) - 1) {
        value /= 1024;
        unit++;
    }
    snprintf(out, BYTES_TEXT_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return out;
}

static void append_left(struct buffer *line, int64_t elapsed_ms, double fraction) {
    int64_t left_s;

    if (elapsed_ms < 1000 || fraction < 0.01)
        return;
    left_s = (int64_t)((double)elapsed_ms * (1 - fraction) / fraction / 1000 + 0.5);
    buffer_append_format(line, "  %lld:%02d left", (long long)(left_s / 60), (int)(left_s % 60));
}

static void draw(struct progress *progress, int64_t done, int64_t total, int64_t now_ms) {
    static const char *const names[] = {[STORE_COPYING] = "Copying", [STORE_VERIFYING] = "Verifying"};
    double fraction = total > 0 ? (double)done / (double)total : 0;
    char text[BYTES_TEXT_SIZE];
    struct buffer line, bar;

    buffer_init(&line);
    buffer_init(&bar);
    screen_append_bar(&progress->screen, &bar, fraction, BAR_COLUMNS);
    buffer_append_format(&line, "\r%-9s  [", names[progress->stage]);
    buffer_append(&line, bar.data, bar.length);
    for (size_t i = screen_width(bar.data, bar.length); i < BAR_COLUMNS; i++)
        buffer_append_char(&line, ' ');
    buffer_append_format(&line, "]  %3d %%  %s", (int)(100 * fraction), bytes_format(text, done));
    if (progress->stage == STORE_COPYING) /* what verifying reads is an estimate */
        buffer_append_format(&line, " of %s", bytes_format(text, total));
    append_left(&line, now_ms - progress->stage_begun_ms, fraction);
    buffer_append_text(&line, "\x1b[K");
    if (!line.failed && !bar.failed) {
        (void)!write(STDERR_FILENO, line.data, line.length);
        progress->is_drawn = true;
    }
    buffer_free(&line);
    buffer_free(&bar);
}

static bool is_cancelled(const struct progress *progress) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t pending;

    sigpending(&pending);
    for (size_t i = 0; i < CXD_COUNT(signals); i++)
        if (sigismember(&pending, signals[i]) == 1 && sigismember(&progress->before, signals[i]) == 0)
            return true;
    return false;
}

static bool tell(void *context, enum store_stage stage, int64_t done, int64_t total) {
    struct progress *progress = context;
    int64_t now_ms = clock_monotonic_ms();

    if (stage != progress->stage) {
        progress->stage = stage;
        progress->stage_begun_ms = now_ms;
    }
    if (progress->is_shown && now_ms - progress->drawn_ms >= REDRAW_MS) {
        progress->drawn_ms = now_ms;
        draw(progress, done, total, now_ms);
    }
    return !is_cancelled(progress);
}

/* The daemon, on the same machine most often, has people waiting for it. Refused, it is as before. */
static void stand_back(void) {
    errno = 0;
    if (getpriority(PRIO_PROCESS, 0) == 0 && errno == 0)
        (void)setpriority(PRIO_PROCESS, 0, NICE);
}

void progress_begin(struct progress *progress, bool quiet) {
    sigset_t held;

    *progress = (struct progress){.tell = {tell, progress, catalog_examine, catalog_examine_document, catalog_decode}};
    screen_init(&progress->screen, stderr);
    progress->is_shown = !quiet && isatty(STDERR_FILENO) == 1;
    progress->begun_ms = progress->stage_begun_ms = clock_monotonic_ms();
    stand_back();
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    sigprocmask(SIG_BLOCK, &held, &progress->before);
}

double progress_end(struct progress *progress) {
    if (progress->is_drawn)
        (void)!write(STDERR_FILENO, "\r\x1b[K", 4);
    sigprocmask(SIG_SETMASK, &progress->before, NULL);
    return (double)(clock_monotonic_ms() - progress->begun_ms) / 1000;
}

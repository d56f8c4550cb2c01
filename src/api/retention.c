/* By which time what is old goes, told and set: see cxd/domain/reckoning.h. */
#include <stdio.h>

#include "api/deed.h"
#include "cxd/base/clock.h"
#include "cxd/chores/housekeeping.h"
#include "cxd/codec/write.h"

enum { DETAIL_SIZE = 512 };

static void describe(const struct reckoned *reckoned, char out[DETAIL_SIZE]) {
    char wall[TIME_TEXT_SIZE], known[TIME_TEXT_SIZE], now[TIME_TEXT_SIZE];
    bool is_held = reckoned->state == RECKONED_HELD;
    double days = (double)(is_held ? reckoned->ahead_ms : -reckoned->ahead_ms) / (double)DAY_MS;
    time_format(wall, reckoned->wall_ms / 1000 * 1000);
    time_format(known, reckoned->known_ms / 1000 * 1000);
    time_format(now, reckoned->now_ms / 1000 * 1000);
    if (is_held)
        snprintf(out, DETAIL_SIZE,
                 "The clock says %s, which is %.1f days ahead of what this database knows (%s): what is old goes as of "
                 "%s, and no further. Set the clock if it is wrong; if it is right, run: cxd retention resume",
                 wall, days, known, now);
    else
        snprintf(out, DETAIL_SIZE,
                 "The clock says %s, which is %.1f days behind what this database knows (%s): a clock that is ahead "
                 "would not be noticed. Set the clock if it is wrong; if it is right, run: cxd retention resume",
                 wall, days, known);
}

void api_append_retention(struct buffer *out, struct app *app) {
    static const char *const REASONS[] = {
        [RECKONED_AGREES] = NULL, [RECKONED_HELD] = "retention_held", [RECKONED_BEHIND] = "clock_behind"};
    char detail[DETAIL_SIZE];
    struct reckoned reckoned;
    trust_read(&app->trust, &reckoned);
    bool is_held = reckoned.state == RECKONED_HELD;
    if (reckoned.state != RECKONED_AGREES)
        describe(&reckoned, detail);
    write_open(out, "retention", '{');
    write_bool(out, "held", is_held);
    write_text(out, "clock", reckoned_name(reckoned.state));
    write_time(out, "clock_at", reckoned.wall_ms);
    write_time(out, "known_at", reckoned.known_ms);
    write_time(out, "deletes_as_of", reckoned.now_ms);
    write_int(out, "ahead_seconds", reckoned.ahead_ms / 1000);
    write_known(out, "held_seconds", reckoned.held_ms / 1000, is_held);
    write_known(out, "resumes_in_seconds", reckoned.heals_ms / 1000, reckoned.heals_ms >= 0);
    write_text(out, "reason", REASONS[reckoned.state]);
    write_text(out, "detail", reckoned.state != RECKONED_AGREES ? detail : NULL);
    buffer_append_char(out, '}');
}

static void reply(struct http_request *request) {
    struct buffer *out = http_out(request);
    write_open(out, NULL, '{');
    api_append_retention(out, http_app(request));
    buffer_append_char(out, '}');
    http_reply(request, 200, "application/json");
}

static void finish_resume(struct http_request *request) {
    struct app *app = http_app(request);
    const struct deed *deed = deed_done(request);
    if (!deed)
        return;
    trust_resume(&app->trust, deed->change.as.clock.known_ms);
    housekeeping_resume(app->housekeeping);
    reply(request);
}

void api_retention_resume(struct http_request *request) {
    struct app *app = http_app(request);
    struct reckoned reckoned;
    trust_read(&app->trust, &reckoned);
    if (reckoned.state == RECKONED_AGREES) { /* nothing is held, or it was said before */
        reply(request);
        return;
    }
    struct deed *deed = deed_make(request, CHANGE_RESUME);
    if (!deed)
        return;
    deed->change.as.clock.known_ms = reckoned.wall_ms;
    deed_submit(request, deed, finish_resume);
}

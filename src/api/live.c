/* The pump: one thread between the writer's commits and all who listen. A round reads what is new once for each survey
 * and place that somebody is at, makes one text of it for each filter, and hands that to the streams. Rounds come at
 * once after a commit, but further apart the more there are to be served and the longer the last one took. */
#include "api/live.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/live_notes.h"
#include "cxd/base/clock.h"
#include "cxd/base/heartbeat.h"
#include "cxd/base/log.h"

enum {
    GAP_MIN_MS = 20, /* between two rounds */
    GAP_MAX_MS = 500,
    GAP_LONGEST_MS = 800,     /* where the round itself takes long: so that all is there within a second */
    GAP_OF_ROUND = 10,        /* times as long as the round took */
    CLIENTS_A_MS = 2,         /* that make the gap longer by one */
    TOLD_AT_ONCE = 10 * 1000, /* responses in a round, over all clients; of one: */
    TOLD_MIN = 8,
    TOLD_MAX = 1000,
    REPLAYED_MAX = 10 * 1000, /* responses that may lie between a client and now: then it begins anew */
    TICK_MS = 1000,
    OTHERS_MS = 250,        /* so often it is looked for what came by other nodes, and for what was held */
    JUDGED_MS = 2000,       /* so often it is asked whether who listens still may */
    STUFFED_MS = 10 * 1000, /* without room: then it is cut */
    NAMED_MAX = 16,         /* changes of a survey in a round that are told one by one */
    RETRY_SPREAD_MS = 3000  /* so that not all come back at once */
};

/* What was found out of places in a survey: up to the one all are too far, from the other on none is. */
struct live_reach {
    int64_t survey; /* 0: nothing yet */
    int64_t far, near;
};

struct live {
    struct app *app;
    struct store_reader *reader;
    pthread_t thread;
    bool is_running;
    int wake_fd;
    unsigned limit;
    int64_t comment_ms;
    char history[STORE_HISTORY_SIZE];
    atomic_bool is_due;                 /* something was committed since the last round */
    atomic_bool is_draining, is_ending; /* of the daemon; of the thread */
    atomic_uint open;
    atomic_uint_fast64_t responses, skipped, changes, refused, dropped;
    struct heartbeat beat;
    struct live_notes notes;
    pthread_mutex_t lock;          /* of the newcomers */
    struct live_client *newcomers; /* a list by `after` */
    /* The pump's. */
    struct live_client *clients;
    size_t count;
    int64_t head;                               /* the last number of the round before */
    int64_t round_at_ms, tick_at_ms, judged_ms; /* monotonic */
    bool is_shared;                             /* others write the store too */
    int64_t looked_ms;                          /* monotonic: when they were last looked for */
    bool is_behind;                             /* there is a client that has not been brought all */
    bool is_failing;                            /* the store could not be read in the last round */
    struct live_reach reach;                    /* in this round */
    struct live_lane lane;
    struct live_note noted[LIVE_NOTES]; /* in this round */
    size_t noted_count;
    unsigned seed;
};

static void wake(struct live *live) {
    uint64_t one = 1;
    ssize_t written = write(live->wake_fd, &one, sizeof one);
    (void)written; /* fails only when the counter is full, and then it wakes as well */
}

/* --- The writer's side, and the handlers' ------------------------------------------------------------------------ */

void live_committed(struct live *live) {
    if (atomic_load_explicit(&live->open, memory_order_relaxed) > 0 && !atomic_exchange(&live->is_due, true))
        wake(live);
}

void live_amended(struct live *live, const struct change *change) {
    struct live_note note;
    if (atomic_load_explicit(&live->open, memory_order_relaxed) > 0 && live_note_of(change, &note))
        live_notes_put(&live->notes, &note);
}

enum cxd_err live_admit(struct live *live, struct error *err) {
    if (atomic_load(&live->is_draining))
        return error_set(err, ERR_DRAINING, "the server is ending; try again");
    if (atomic_fetch_add(&live->open, 1) < live->limit)
        return CXD_OK;
    live_leave(live);
    atomic_fetch_add(&live->refused, 1);
    return error_set(err, ERR_TOO_MANY_LIVE, "%u listen already; try again later", live->limit);
}

void live_leave(struct live *live) {
    atomic_fetch_sub(&live->open, 1);
}

void live_join(struct live *live, struct live_client *client) {
    pthread_mutex_lock(&live->lock);
    client->after = live->newcomers;
    live->newcomers = client;
    pthread_mutex_unlock(&live->lock);
    atomic_store(&live->is_due, true);
    wake(live);
}

void live_drain(struct live *live) {
    if (!live)
        return;
    atomic_store(&live->is_draining, true);
    wake(live);
}

int64_t live_stuck_ms(struct live *live, int64_t now_monotonic_ms) {
    int64_t stuck_ms = heartbeat_ask(&live->beat, now_monotonic_ms);
    wake(live);
    return stuck_ms;
}

void live_read_figures(const struct live *live, struct live_figures *ret_figures) {
    *ret_figures = (struct live_figures){
        .open = atomic_load(&live->open),
        .limit = live->limit,
        .responses = atomic_load(&live->responses),
        .skipped = atomic_load(&live->skipped),
        .changes = atomic_load(&live->changes),
        .refused = atomic_load(&live->refused),
        .dropped = atomic_load(&live->dropped),
    };
}

/* --- Clients ------------------------------------------------------------------------------------------------------ */

static void take_newcomers(struct live *live) {
    pthread_mutex_lock(&live->lock);
    struct live_client *newcomer = live->newcomers;
    live->newcomers = NULL;
    pthread_mutex_unlock(&live->lock);
    while (newcomer) {
        struct live_client *next = newcomer->after;
        newcomer->before = NULL;
        newcomer->after = live->clients;
        if (live->clients)
            live->clients->before = newcomer;
        live->clients = newcomer;
        live->count++;
        newcomer = next;
    }
}

/* From here on its request may be gone. */
static void end_client(struct live *live, struct live_client *client, bool is_cut) {
    struct http_stream *stream = client->stream;
    if (client->before)
        client->before->after = client->after;
    else
        live->clients = client->after;
    if (client->after)
        client->after->before = client->before;
    live->count--;
    if (is_cut)
        http_stream_fail(stream);
    else
        http_stream_close(stream);
    live_leave(live);
}

static void say_goodbye(struct live *live, struct live_client *client, int64_t now_ms) {
    struct buffer text;
    buffer_init(&text);
    live->seed = live->seed * 1103515245U + 12345U;
    live_append_end(&text, LIVE_RETRY_MS / 2 + (int)(live->seed >> 8) % RETRY_SPREAD_MS);
    (void)live_client_send(client, &text, now_ms);
    buffer_free(&text);
    end_client(live, client, false);
}

static void end_all(struct live *live, int64_t now_ms) {
    while (live->clients)
        say_goodbye(live, live->clients, now_ms);
}

/* Whether so much lies behind a place that who is there begins anew. Of one place in a round all others of the survey
 * follow that are before it, or behind it. */
static enum cxd_err look_far(struct live *live, int64_t survey, int64_t number, int64_t last, bool *ret_is_far,
                             struct error *err) {
    int64_t count = 0;
    if (live->reach.survey != survey)
        live->reach = (struct live_reach){.survey = survey, .far = INT64_MIN, .near = INT64_MAX};
    *ret_is_far = number <= live->reach.far;
    if (*ret_is_far || number >= live->reach.near)
        return CXD_OK;
    enum cxd_err result = store_count_between(live->reader, survey, number, last, REPLAYED_MAX, &count, err);
    if (result != CXD_OK)
        return result;
    *ret_is_far = count > REPLAYED_MAX;
    *(*ret_is_far ? &live->reach.far : &live->reach.near) = number;
    return CXD_OK;
}

/* Where it begins: behind the last of which it has heard, if that is not too long ago. */
static enum cxd_err greet(struct live *live, struct live_client *client, int64_t last, int64_t now_ms,
                          struct error *err) {
    struct error ignored;
    int64_t number = last;
    bool is_far = false;
    bool is_known =
        !client->last_event_id || export_cursor_read(client->last_event_id, live->history, &number, &ignored) == CXD_OK;
    if (is_known && number < last && look_far(live, client->wanted.filter.survey, number, last, &is_far, err) != CXD_OK)
        return err->code;
    is_known = is_known && !is_far;
    if (!is_known || number > last) /* the latest were erased; what comes has greater numbers */
        number = last;
    struct buffer text;
    buffer_init(&text);
    live_append_ready(&text, live->history, number, LIVE_RETRY_MS);
    if (!is_known)
        live_append_reset(&text, live->history, number);
    client->number = number;
    client->is_greeted = live_client_send(client, &text, now_ms);
    buffer_free(&text);
    return CXD_OK;
}

/* --- A round ------------------------------------------------------------------------------------------------------ */

static size_t told_at_once(const struct live *live) {
    size_t most = TOLD_AT_ONCE / (live->count > 0 ? live->count : 1);
    return most < TOLD_MIN ? TOLD_MIN : most > TOLD_MAX ? TOLD_MAX : most;
}

/* Who has fallen so far behind begins anew. */
static void forget_far(struct live *live, struct live_client *client, int64_t last, int64_t now_ms) {
    struct buffer text;
    buffer_init(&text);
    live_append_reset(&text, live->history, last);
    if (live_client_send(client, &text, now_ms))
        client->number = last;
    buffer_free(&text);
}

static enum cxd_err choose_due(struct live *live, int64_t last, int64_t now_ms, struct error *err) {
    enum cxd_err result = CXD_OK;
    live->reach.survey = 0;
    for (struct live_client *client = live->clients; result == CXD_OK && client; client = client->after) {
        bool is_far = false;
        if (!client->is_greeted)
            result = greet(live, client, last, now_ms, err);
        if (client->number > last)
            client->number = last;
        bool is_live = client->number == live->head;
        bool is_ready = client->is_greeted && client->number < last && live_client_is_ready(client, now_ms);
        if (result == CXD_OK && is_ready && !is_live)
            result = look_far(live, client->wanted.filter.survey, client->number, last, &is_far, err);
        if (is_far)
            forget_far(live, client, last, now_ms);
        client->is_due = is_ready && client->number < last;
    }
    return result;
}

/* All who are due at the place of this one, in its survey. */
static enum cxd_err run_lane(struct live *live, const struct live_client *first, int64_t last, int64_t now_ms,
                             struct error *err) {
    struct live_lane *lane = &live->lane;
    const int64_t after = first->number, survey = first->wanted.filter.survey;
    int64_t skipped = 0;
    size_t told = 0;
    live_lane_reset(lane);
    lane->history = live->history;
    lane->slug = first->slug;
    lane->survey = survey;
    lane->after = after;
    lane->is_catching = after != live->head;
    lane->most = told_at_once(live);
    lane->is_crowded = lane->most < TOLD_MAX;
    for (struct live_client *client = live->clients; client; client = client->after)
        if (client->is_due && client->number == after && client->wanted.filter.survey == survey)
            (void)live_lane_block(lane, client);
    enum cxd_err result = live_lane_read(lane, live->reader, last, err);
    for (struct live_client *client = live->clients; client; client = client->after)
        if (client->is_due && client->number == after && client->wanted.filter.survey == survey) {
            client->is_due = false;
            if (result == CXD_OK)
                told += live_client_bring(client, lane, now_ms, &skipped);
        }
    atomic_fetch_add(&live->responses, told);
    atomic_fetch_add(&live->skipped, (uint64_t)skipped);
    live_lane_reset(lane);
    return result;
}

/* What the writer noted before: then what is read from the store is at least as new. */
static void take_notes(struct live *live) {
    live->noted_count = 0;
    while (live->noted_count < LIVE_NOTES && live_notes_take(&live->notes, &live->noted[live->noted_count]))
        live->noted_count++;
}

/* Returns how many events they make. */
static size_t append_notes(const struct live *live, int64_t survey, struct buffer *out) {
    size_t count = 0, events = 0;
    unsigned several = 0;
    for (size_t i = 0; i < live->noted_count; i++)
        count += live->noted[i].survey == survey || live->noted[i].survey == 0;
    for (size_t i = 0; i < live->noted_count; i++) {
        const struct live_note *note = &live->noted[i];
        if (note->survey != survey && note->survey != 0)
            continue;
        if (note->has_id && count <= NAMED_MAX) {
            live_append_change(out, note->change, &note->id);
            events++;
        } else {
            several |= 1U << note->change;
        }
    }
    for (int change = 0; change < LIVE_CHANGE_COUNT; change++)
        if (several >> change & 1) {
            live_append_change(out, (enum live_change)change, NULL);
            events++;
        }
    return events;
}

static void tell_notes(struct live *live, int64_t now_ms) {
    struct buffer text;
    int64_t survey = 0;
    size_t events = 0, told = 0;
    if (live->noted_count == 0)
        return;
    buffer_init(&text);
    for (struct live_client *client = live->clients; client; client = client->after) {
        if (client->wanted.filter.survey != survey) {
            survey = client->wanted.filter.survey;
            buffer_reset(&text);
            events = append_notes(live, survey, &text);
        }
        if (events == 0 || !client->is_greeted)
            continue;
        if (live_client_send(client, &text, now_ms)) {
            told += events;
        } else { /* who has no room for it has to read all again */
            client->is_greeted = false;
            client->last_event_id = "";
        }
    }
    atomic_fetch_add(&live->changes, told);
    buffer_free(&text);
}

static enum cxd_err read_lanes(struct live *live, int64_t now_ms, struct error *err) {
    int64_t last = live->head;
    enum cxd_err result = store_read_last_number(live->reader, &last, err);
    if (result == CXD_OK)
        result = choose_due(live, last, now_ms, err);
    for (struct live_client *client = live->clients; result == CXD_OK && client; client = client->after)
        if (client->is_due)
            result = run_lane(live, client, last, now_ms, err);
    if (result == CXD_OK)
        live->head = last;
    return result;
}

/* False: the store could not be read, and it is to be tried again. */
static bool read_round(struct live *live, int64_t now_ms) {
    struct error err;
    enum cxd_err result = store_reader_begin(live->reader, &err);
    if (result == CXD_OK) {
        result = read_lanes(live, now_ms, &err);
        store_reader_end(live->reader);
    }
    if (result != CXD_OK && !live->is_failing)
        log_record(LOG_LEVEL_WARNING, "live_failed", "problem=%s detail=%s", error_slug(err.code), err.detail);
    live->is_failing = result != CXD_OK;
    return result == CXD_OK;
}

static void run_round(struct live *live, int64_t now_ms) {
    atomic_store(&live->is_due, false);
    live->looked_ms = now_ms;
    take_notes(live);
    live->is_behind = !read_round(live, now_ms);
    tell_notes(live, now_ms);
    for (const struct live_client *client = live->clients; client; client = client->after)
        live->is_behind = live->is_behind || !client->is_greeted || client->number < live->head;
    int64_t took_ms = clock_monotonic_ms() - now_ms, gap_ms = (int64_t)live->count / CLIENTS_A_MS;
    gap_ms = gap_ms < GAP_MIN_MS ? GAP_MIN_MS : gap_ms > GAP_MAX_MS ? GAP_MAX_MS : gap_ms;
    if (gap_ms < took_ms * GAP_OF_ROUND)
        gap_ms = took_ms * GAP_OF_ROUND < GAP_LONGEST_MS ? took_ms * GAP_OF_ROUND : GAP_LONGEST_MS;
    live->round_at_ms = now_ms + took_ms + (live->is_failing ? TICK_MS : gap_ms);
}

/* --- The thread --------------------------------------------------------------------------------------------------- */

static bool still_may(const struct live *live, const struct live_client *client, int64_t now_ms) {
    if (client->principal[0] == '\0')
        return atomic_load(&live->app->reloads.done) == client->reloads;
    return api_still_may(live->app, client->principal, SCOPE_READ, now_ms);
}

/* Who has left, may no more, or takes nothing; and a word to those who have long heard nothing. */
static void look_after(struct live *live, int64_t now_ms) {
    struct buffer comment;
    struct live_client *next;
    bool judges = now_ms - live->judged_ms >= JUDGED_MS;
    int64_t wall_ms = clock_now_ms();
    buffer_init(&comment);
    live_append_comment(&comment);
    for (struct live_client *client = live->clients; client; client = next) {
        next = client->after;
        bool is_ready = live_client_is_ready(client, now_ms);
        if (client->is_gone || http_stream_is_gone(client->stream)) {
            end_client(live, client, false);
        } else if (judges && !still_may(live, client, wall_ms)) {
            say_goodbye(live, client, now_ms);
        } else if (!is_ready && now_ms - client->stuffed_ms >= STUFFED_MS) {
            atomic_fetch_add(&live->dropped, 1);
            end_client(live, client, true);
        } else if (now_ms - client->sent_ms >= live->comment_ms) {
            (void)live_client_send(client, &comment, now_ms);
        }
    }
    buffer_free(&comment);
    live->judged_ms = judges ? now_ms : live->judged_ms;
    live->tick_at_ms = now_ms + TICK_MS;
}

static int wait_ms(const struct live *live, int64_t now_ms) {
    if (live->count == 0)
        return -1;
    int64_t until_ms = live->tick_at_ms;
    if ((live->is_behind || atomic_load(&live->is_due)) && live->round_at_ms < until_ms)
        until_ms = live->round_at_ms;
    int64_t others_ms = live->looked_ms + OTHERS_MS;
    others_ms = others_ms > live->round_at_ms ? others_ms : live->round_at_ms;
    if (live->is_shared && others_ms < until_ms)
        until_ms = others_ms;
    return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

static void rest(struct live *live) {
    struct pollfd waited = {.fd = live->wake_fd, .events = POLLIN};
    uint64_t counter;
    if (!heartbeat_is_asked(&live->beat) && poll(&waited, 1, wait_ms(live, clock_monotonic_ms())) == 1) {
        ssize_t got = read(live->wake_fd, &counter, sizeof counter);
        (void)got; /* non-blocking; nothing to read is as good */
    }
}

/* As long as a key may have been revoked without a word of it here nothing is told to who has come with it. */
static bool is_time(struct live *live, int64_t now_ms) {
    bool is_due = live->is_behind || atomic_load(&live->is_due);
    if (live->is_shared && now_ms - live->looked_ms >= OTHERS_MS)
        is_due = true;
    if (!is_due || now_ms < live->round_at_ms)
        return false;
    if (catalog_is_sure(live->app->catalog))
        return true;
    live->looked_ms = now_ms;
    live->round_at_ms = now_ms + OTHERS_MS;
    return false;
}

static void *pump_main(void *context) {
    struct live *live = context;
    pthread_setname_np(pthread_self(), "cxd-live");
    while (!atomic_load(&live->is_ending)) {
        rest(live);
        heartbeat_answer(&live->beat);
        take_newcomers(live);
        int64_t now_ms = clock_monotonic_ms();
        bool has_clients = live->count > 0;
        if (atomic_load(&live->is_draining))
            end_all(live, now_ms);
        if (live->count > 0 && is_time(live, now_ms))
            run_round(live, now_ms);
        if (live->count > 0 && now_ms >= live->tick_at_ms)
            look_after(live, now_ms);
        if (has_clients)
            http_wake(live->app->http);
    }
    take_newcomers(live);
    end_all(live, clock_monotonic_ms());
    return NULL; /* the server has stopped: nobody is left to be woken for */
}

static enum cxd_err open_parts(struct live *live, struct error *err) {
    live->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    live->lane.blocks = calloc(live->limit, sizeof *live->lane.blocks);
    if (live->wake_fd < 0 || !live->lane.blocks)
        return error_set(err, ERR_NO_MEMORY, "no memory for live streams");
    enum cxd_err result = store_reader_open(live->app->store, &live->reader, err);
    if (result == CXD_OK)
        result = store_read_history(live->reader, live->history, err);
    if (result == CXD_OK)
        result = store_read_last_number(live->reader, &live->head, err);
    if (result == CXD_OK && pthread_create(&live->thread, NULL, pump_main, live) != 0)
        return error_set(err, ERR_SYSTEM, "cannot start the thread of live streams");
    live->is_running = result == CXD_OK;
    return result;
}

enum cxd_err live_start(struct app *app, struct live **ret_live, struct error *err) {
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        return error_set(err, ERR_NO_MEMORY, "no memory for live streams");
    live->app = app;
    live->is_shared = store_is_shared(app->store);
    live->limit = (unsigned)app->config.live_clients;
    live->comment_ms = app->config.live_comment_s * 1000;
    live->seed = (unsigned)clock_monotonic_ns();
    pthread_mutex_init(&live->lock, NULL);
    enum cxd_err result = open_parts(live, err);
    if (result == CXD_OK)
        *ret_live = live;
    else
        live_stop(live);
    return result;
}

void live_stop(struct live *live) {
    if (!live)
        return;
    if (live->is_running) {
        atomic_store(&live->is_ending, true);
        wake(live);
        pthread_join(live->thread, NULL);
    }
    if (live->reader)
        store_reader_close(live->reader);
    if (live->wake_fd >= 0)
        close(live->wake_fd);
    live_lane_free(&live->lane);
    free(live->lane.blocks);
    pthread_mutex_destroy(&live->lock);
    free(live);
}

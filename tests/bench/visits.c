/* What visits, and answers to further questions, cost the store: the processor time of responses without and with a
 * visit, of events, and of responses without and with answers, in a store that is made for it. Under `valgrind
 * --tool=callgrind --toggle-collect=measure` the instructions of one kind.
 *
 *     visits URL CHANGES BATCH [KIND]
 *
 * Prints a line a kind: its name, and microseconds a change. Kinds build on each other; with KIND only the kinds before
 * it are done too, and it alone is measured; those that are live, which come as they do in `make bench`, all in one
 * quarter of an hour, build on nothing. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cxd/base/arena.h"
#include "cxd/base/id.h"
#include "cxd/store/store.h"

static const int64_t NOW_MS = INT64_C(1774000000000), DAY_MS = INT64_C(86400000);
enum { VISIT_SIZE = 24 };

/* What each does, and to which of the surveys: the third asks behind its score. */
enum kind {
    RESPONSES_PLAIN,
    RESPONSES_QUIET,
    EVENTS_SHOWN,
    EVENTS_AGAIN,
    RESPONSES_SHOWN,
    RESPONSES_UNSHOWN,
    RESPONSES_SILENT,
    RESPONSES_ANSWERED,
    LIVE_PLAIN,
    LIVE_VISITS,
    KINDS
};
enum { SURVEYS = 5, ASKING = 2, LIVE = 3 };
static const struct {
    const char *name;
    int survey;
    bool is_event, has_visit, is_new, has_answers, is_live;
} KIND[KINDS] = {
    [RESPONSES_PLAIN] = {"responses without a visit", 0, false, false, false},
    [RESPONSES_QUIET] = {"responses with a visit, where nothing is reported", 0, false, true, true},
    [EVENTS_SHOWN] = {"events: shown", 1, true, true, false},
    [EVENTS_AGAIN] = {"events: shown again", 1, true, true, false},
    [RESPONSES_SHOWN] = {"responses of these visits", 1, false, true, false},
    [RESPONSES_UNSHOWN] = {"responses of visits that were not reported", 1, false, true, true},
    [RESPONSES_SILENT] = {"responses without answers, where further questions are asked", ASKING},
    [RESPONSES_ANSWERED] = {"responses with four answers", ASKING, .has_answers = true},
    [LIVE_PLAIN] = {"live responses", LIVE, .is_live = true},
    [LIVE_VISITS] = {"live responses, each with a visit of its own", LIVE + 1, .has_visit = true, .is_live = true},
};

struct run {
    struct store *store;
    int64_t surveys[SURVEYS];
    struct change *changes, **list;
    char (*visits)[VISIT_SIZE];
    size_t batch;
    struct arena arena;
    struct id_source ids;
    uint64_t random;
};

static void fail(const struct error *err) {
    fprintf(stderr, "visits: %s\n", err->detail);
    exit(1);
}

/* --- What is asked, and answered ------------------------------------------------------------------------------------
 */

static const char *const OPTIONS[] = {"delivery", "packaging", "price", "quality", "returns"};
static const struct question_option CHOICES[] = {
    {.value = "delivery"}, {.value = "packaging"}, {.value = "price"}, {.value = "quality"}, {.value = "returns"}};
static const struct question QUESTIONS[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = CHOICES, .option_count = CXD_COUNT(CHOICES)},
    {.key = "features", .type = QUESTION_CHOICES, .options = CHOICES, .option_count = CXD_COUNT(CHOICES)},
    {.key = "ease", .type = QUESTION_SCALE, .scale = {.metric = METRIC_CSAT, .min = 1, .max = 5}},
    {.key = "why", .type = QUESTION_TEXT},
};

static const char ASKS[] = "{\"metric\":\"nps\",\"questions\":[]}"; /* those */

static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    (void)arena;
    (void)err;
    bool asks = strcmp(record->definition, ASKS) == 0;
    *ret_survey = (struct survey){.opens_at = INT64_MIN,
                                  .closes_at = INT64_MAX,
                                  .scale_max = 10,
                                  .favourable = 9,
                                  .unfavourable = 6,
                                  .questions = asks ? QUESTIONS : NULL,
                                  .question_count = asks ? CXD_COUNT(QUESTIONS) : 0};
    return CXD_OK;
}

static void answer(struct arena *arena, size_t number, struct response *response) {
    struct answer *answers = arena_alloc_zero(arena, CXD_COUNT(QUESTIONS), sizeof *answers);
    if (!answers)
        abort();
    answers[0] = (struct answer){.key = "ease", .form = ANSWER_NUMBER, .number = (int)(1 + number % 5)};
    answers[1] = (struct answer){.key = "features",
                                 .form = ANSWER_LIST,
                                 .values = OPTIONS + number % (CXD_COUNT(OPTIONS) - 1),
                                 .value_count = 2};
    answers[2] = (struct answer){.key = "reason", .form = ANSWER_TEXT, .text = OPTIONS[number % CXD_COUNT(OPTIONS)]};
    answers[3] = (struct answer){.key = "why", .form = ANSWER_TEXT, .text = "the parcel came two days late, and open"};
    response->answers = answers;
    response->answer_count = CXD_COUNT(QUESTIONS);
}

/* ---------------------------------------------------------------------------------------------------------------------
 */

static void put_survey(struct run *run, int at) {
    struct change change = {.kind = CHANGE_SURVEY, .now_ms = NOW_MS, .arena = &run->arena};
    struct change *const changes[] = {&change};
    struct survey_record *record = &change.as.survey;
    struct error err;
    snprintf(record->slug, sizeof record->slug, "bench-%d", at);
    record->definition = at == ASKING ? ASKS : "{\"metric\":\"nps\"}";
    record->metric = METRIC_NPS;
    record->scale_max = 10;
    if (at >= LIVE) {
        record->property_keys[0] = "plan";
        record->property_rolled[0] = true;
        record->property_count = 1;
    }
    if (store_apply(run->store, changes, 1, NULL, &err) != CXD_OK)
        fail(&err);
    run->surveys[at] = record->number;
}

/* What load.lua says. */
static void say_more(size_t number, struct response *response) {
    static const char *const CHANNELS[] = {"web", "email", "ios", "android"};
    static const char *const LOCALES[] = {"en", "de", "fr", "pt-BR"};
    static const struct property PLANS[] = {{"plan", "free"}, {"plan", "team"}, {"plan", "business"}};
    response->channel = CHANNELS[number * 7 / 3 % CXD_COUNT(CHANNELS)];
    response->locale = LOCALES[number * 11 / 5 % CXD_COUNT(LOCALES)];
    response->properties = &PLANS[number * 5 / 2 % CXD_COUNT(PLANS)];
    response->property_count = 1;
    response->comment = "delivery was quick and the support team answered";
    response->score = (int)(number * 13 / 4 % 11);
}

/* Times ascend over a day, and visits are names as browsers make them. */
static void make(struct run *run, enum kind kind, size_t number, size_t total, struct change *change, char *visit) {
    static const char *const TOUCHPOINTS[] = {"checkout", "delivery", "support", "returns", "app"};
    int64_t at = NOW_MS - (KIND[kind].is_live ? 0 : DAY_MS - (int64_t)(number * (size_t)DAY_MS / total));
    *change = (struct change){.kind = KIND[kind].is_event ? CHANGE_EVENT : CHANGE_RESPONSE, .now_ms = at};
    change->arena = &run->arena;
    snprintf(visit, VISIT_SIZE, "%c%016" PRIx64, KIND[kind].is_new ? 'n' : 'v',
             (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15));
    if (KIND[kind].is_event) {
        change->as.event.value = (struct event){.survey = run->surveys[KIND[kind].survey], .type = EVENT_SHOWN};
        change->as.event.value.visit = visit;
        change->as.event.value.touchpoint = TOUCHPOINTS[number % CXD_COUNT(TOUCHPOINTS)];
        change->as.event.value.at = at;
        return;
    }
    struct response *response = &change->as.response.value;
    *response = (struct response){.survey = run->surveys[KIND[kind].survey],
                                  .has_id = true,
                                  .has_score = true,
                                  .score = (int)(number % 11),
                                  .touchpoint = TOUCHPOINTS[number % CXD_COUNT(TOUCHPOINTS)],
                                  .answered_at = at,
                                  .received_at = at};
    response->visit = KIND[kind].has_visit ? visit : NULL;
    if (KIND[kind].is_live)
        say_more(number, response);
    if (KIND[kind].has_answers)
        answer(&run->arena, number, response);
    id_make(&run->ids, at, &response->id);
}

static void __attribute__((noinline)) measure(struct run *run, size_t count) {
    struct error err;
    if (store_apply(run->store, run->list, count, NULL, &err) != CXD_OK)
        fail(&err);
}

static void __attribute__((noinline)) pass(struct run *run, size_t count) {
    struct error err;
    if (store_apply(run->store, run->list, count, NULL, &err) != CXD_OK)
        fail(&err);
}

static int64_t cpu_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void apply(struct run *run, enum kind kind, size_t total, bool is_measured) {
    int64_t spent = 0;
    for (size_t done = 0; done < total; done += run->batch) {
        size_t count = total - done < run->batch ? total - done : run->batch;
        for (size_t i = 0; i < count; i++)
            make(run, kind, done + i, total, &run->changes[i], run->visits[i]);
        int64_t before = cpu_ns();
        (is_measured ? measure : pass)(run, count);
        spent += cpu_ns() - before;
        arena_reset(&run->arena);
    }
    if (is_measured)
        printf("%-52s %6.2f\n", KIND[kind].name, (double)spent / 1000 / (double)total);
}

/* So that visits of this survey are counted. */
static void report_visit(struct run *run) {
    struct change change = {.kind = CHANGE_EVENT, .now_ms = NOW_MS, .arena = &run->arena};
    struct change *const changes[] = {&change};
    struct error err;
    change.as.event.value =
        (struct event){.survey = run->surveys[LIVE + 1], .type = EVENT_SHOWN, .visit = "first", .at = NOW_MS};
    if (store_apply(run->store, changes, 1, NULL, &err) != CXD_OK)
        fail(&err);
}

int main(int argc, char **argv) {
    struct run run = {.random = 1};
    struct error err;
    size_t total = argc > 2 ? (size_t)strtoll(argv[2], NULL, 10) : 0;
    int only = argc > 4 ? atoi(argv[4]) : -1;
    run.batch = argc > 3 ? (size_t)strtoll(argv[3], NULL, 10) : 0;
    if (argc < 4 || total == 0 || run.batch == 0 || only >= KINDS) {
        fprintf(stderr, "usage: visits URL CHANGES BATCH [KIND]\n");
        return 2;
    }
    arena_init(&run.arena);
    id_source_init(&run.ids);
    run.changes = calloc(run.batch, sizeof *run.changes);
    run.list = calloc(run.batch, sizeof(struct change *));
    run.visits = calloc(run.batch, sizeof *run.visits);
    for (size_t i = 0; i < run.batch; i++)
        run.list[i] = &run.changes[i];
    if (store_open(argv[1], &run.store, &err) != CXD_OK)
        fail(&err);
    store_judge_by(run.store, read_definition);
    for (int i = 0; i < SURVEYS; i++)
        put_survey(&run, i);
    report_visit(&run);
    for (enum kind kind = only >= 0 && KIND[only].is_live ? (enum kind)only : 0;
         kind < KINDS && (only < 0 || (int)kind <= only); kind++)
        apply(&run, kind, total, only < 0 || (int)kind == only);
    store_close(run.store);
    arena_free(&run.arena);
    free(run.changes);
    free(run.list);
    free(run.visits);
    return 0;
}

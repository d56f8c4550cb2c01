/* Fills a store with made-up responses for `make bench`, through the public interface of the store: the survey, then
 * responses in batches, as a busy daemon would have written them over the last 24 months. Ids are UUIDv7 of the time of
 * arrival, in ascending order. The same seed and time give the same responses (but for the random bits of the ids).
 *
 *     generate URL RESPONSES [NOW_MS [invented|people]]
 *
 * With "invented" the touchpoint, the channel and eight declared properties of every response are values that no other
 * has: what a stranger can do to a public survey. With "people" every response has a comment, of twenty thousand words
 * as often as words are, and a respondent, who answers four times.
 *
 * Progress goes to stderr. The last line of stdout is what was written, as JSON: the number of responses and of each
 * score, counted here and not by the store, so that the driver can hold the daemon's figures against it. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/clock.h"
#include "cxd/base/id.h"
#include "cxd/codec/survey.h"
#include "cxd/domain/survey.h"
#include "cxd/store/store.h"

enum { BATCH = 10000, COMMENT_SIZE = 320, PROGRESS_STEP = 1000000, INVENTED = 8, INVENTED_SIZE = 24 };
enum { VOCABULARY = 20000, ANSWERS_EACH = 4 };

static const int64_t SPAN_MS = INT64_C(730) * 86400 * 1000;
static const int64_t LATE_MS = INT64_C(3) * 3600 * 1000;
static const char SURVEY[] = "{\"metric\":\"nps\",\"properties\":[\"plan\"]}";
static const char INVENTED_SURVEY[] =
    "{\"metric\":\"nps\",\"properties\":[\"p0\",\"p1\",\"p2\",\"p3\",\"p4\",\"p5\",\"p6\",\"p7\"]}";
static const char *const KEYS[INVENTED] = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"};

static const char *const TOUCHPOINTS[] = {"checkout", "delivery", "support", "returns", "app"};
static const char *const CHANNELS[] = {"web", "email", "ios", "android"};
static const char *const LOCALES[] = {"en", "de", "fr", "pt-BR"};
static const char *const PLANS[] = {"free", "team", "business"};
static const char *const WORDS[] = {"delivery", "was",      "quick",  "and",   "the",   "support",
                                    "team",     "answered", "within", "an",    "hour",  "but",
                                    "invoice",  "arrived",  "late",   "again", "would", "recommend"};
static const int SCORES[] = {10, 9, 10, 8, 9, 7, 10, 6, 9, 3, 8, 10, 5, 9, 0, 8};

/* splitmix64: enough to spread values, and the same everywhere. */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t below(uint64_t *state, uint64_t bound) {
    return next_random(state) % bound;
}

#define PICK(list, state) ((list)[below((state), CXD_COUNT(list))])

/* What lives as long as the response of one slot of the batch. */
struct slot {
    struct change change;
    struct property plan, properties[INVENTED];
    char values[2 + INVENTED][INVENTED_SIZE];
    char comment[COMMENT_SIZE], respondent[2 * INVENTED_SIZE];
};

struct run {
    struct store *store;
    struct arena arena;
    struct survey survey;
    struct id_source ids;
    uint64_t random, invented; /* values made up so far */
    bool invents, is_people;
    int64_t people;
    struct slot *slots;
    struct change **changes;
    int64_t per_score[HISTOGRAM_SIZE];
};

static void make_comment(struct slot *slot, uint64_t *random) {
    size_t words = 6 + below(random, 8);
    size_t length = 0;

    for (size_t i = 0; i < words; i++)
        length += (size_t)snprintf(slot->comment + length, sizeof slot->comment - length, "%s%s", i ? " " : "",
                                   PICK(WORDS, random));
}

/* A word by its place: the nth is about 1/n as often as the first. */
static size_t append_word(char *out, size_t size, uint64_t *random) {
    static const char *const SYLLABLES[] = {"ba", "ko", "mi", "ter", "lan", "sor", "ve", "du", "rin", "pa"};
    double u = (double)(next_random(random) >> 11) / 9007199254740992.0;
    size_t place = (size_t)exp(u * log(VOCABULARY)), length = 0;

    if (place < CXD_COUNT(WORDS))
        return (size_t)snprintf(out, size, "%s", WORDS[place]);
    for (; place > 0 && length < size; place /= CXD_COUNT(SYLLABLES))
        length += (size_t)snprintf(out + length, size - length, "%s", SYLLABLES[place % CXD_COUNT(SYLLABLES)]);
    return length;
}

static void make_person(struct run *run, struct slot *slot) {
    struct response *response = &slot->change.as.response.value;
    size_t words = 6 + below(&run->random, 12), length = 0;

    for (size_t i = 0; i < words; i++) {
        if (i > 0)
            slot->comment[length++] = ' ';
        length += append_word(slot->comment + length, sizeof slot->comment - length - 1, &run->random);
    }
    snprintf(slot->respondent, sizeof slot->respondent, "customer-%" PRIu64,
             below(&run->random, (uint64_t)run->people));
    response->comment = slot->comment;
    response->respondent = slot->respondent;
}

static const char *invent(struct run *run, char value[INVENTED_SIZE]) {
    snprintf(value, INVENTED_SIZE, "v%" PRIu64, ++run->invented);
    return value;
}

static void make_invented(struct run *run, struct slot *slot) {
    struct response *response = &slot->change.as.response.value;

    response->touchpoint = invent(run, slot->values[INVENTED]);
    response->channel = invent(run, slot->values[INVENTED + 1]);
    for (size_t i = 0; i < INVENTED; i++)
        slot->properties[i] = (struct property){KEYS[i], invent(run, slot->values[i])};
    response->properties = slot->properties;
    response->property_count = INVENTED;
}

/* One response in five has a comment; one in twenty was answered up to three hours before it arrived. */
static void make_response(struct run *run, struct slot *slot, int64_t received_at) {
    struct change *change = &slot->change;
    struct response *response = &change->as.response.value;
    uint64_t *random = &run->random;

    memset(change, 0, sizeof *change);
    change->kind = CHANGE_RESPONSE;
    change->now_ms = received_at;
    change->arena = &run->arena;
    change->as.response.amend_window_ms = run->survey.amend_window_s * 1000;
    id_make(&run->ids, received_at, &response->id);
    response->survey = run->survey.number;
    response->revision = run->survey.revision;
    response->score = PICK(SCORES, random);
    response->touchpoint = PICK(TOUCHPOINTS, random);
    response->channel = PICK(CHANNELS, random);
    response->locale = PICK(LOCALES, random);
    slot->plan.key = "plan";
    slot->plan.value = PICK(PLANS, random);
    response->properties = &slot->plan;
    response->property_count = 1;
    if (run->invents)
        make_invented(run, slot);
    if (run->is_people) {
        make_person(run, slot);
    } else if (below(random, 5) == 0) {
        make_comment(slot, random);
        response->comment = slot->comment;
    }
    response->received_at = received_at;
    response->answered_at = received_at;
    if (below(random, 20) == 0) {
        response->has_answered_at = true;
        response->answered_at -= (int64_t)below(random, (uint64_t)LATE_MS);
    }
    run->per_score[response->score]++;
}

static enum cxd_err put_survey(struct run *run, int64_t now_ms, struct error *err) {
    struct buffer definition;
    struct change change = {.kind = CHANGE_SURVEY, .now_ms = now_ms, .arena = &run->arena};
    struct change *const changes[] = {&change};
    struct survey_record *record = &change.as.survey;
    enum cxd_err code;

    buffer_init(&definition);
    const char *text = run->invents ? INVENTED_SURVEY : SURVEY;
    code = survey_decode(text, strlen(text), 16, "bench", SPAN_MS / 1000, &run->arena, &run->survey, err);
    if (code != CXD_OK)
        goto out;
    survey_encode_definition(&definition, &run->survey);
    record->definition = buffer_terminate(&definition);
    if (!record->definition) {
        code = error_set(err, ERR_NO_MEMORY, "no memory for the definition");
        goto out;
    }
    snprintf(record->slug, sizeof record->slug, "%s", run->survey.slug);
    record->metric = run->survey.metric;
    record->scale_min = run->survey.scale_min;
    record->scale_max = run->survey.scale_max;
    record->property_count = run->survey.property_count;
    for (size_t i = 0; i < record->property_count; i++)
        record->property_keys[i] = run->survey.properties[i].key;
    code = store_apply(run->store, changes, 1, NULL, err);
    run->survey.number = record->number;
    run->survey.revision = record->revision;
out:
    buffer_free(&definition);
    return code;
}

/* The times of arrival: `total` equal steps that end at now_ms, each response somewhere in its own. */
static int64_t arrival(struct run *run, int64_t now_ms, int64_t number, int64_t total) {
    double step = (double)SPAN_MS / (double)total;
    int64_t within = (int64_t)below(&run->random, (uint64_t)step + 1);

    return now_ms - SPAN_MS + (int64_t)(step * (double)number) + (within < (int64_t)step ? within : 0);
}

static enum cxd_err fill(struct run *run, int64_t total, int64_t now_ms, struct error *err) {
    int64_t began_ms = clock_monotonic_ms();
    enum cxd_err code = CXD_OK;

    for (int64_t done = 0; done < total && code == CXD_OK;) {
        size_t count = total - done < BATCH ? (size_t)(total - done) : BATCH;

        for (size_t i = 0; i < count; i++)
            make_response(run, &run->slots[i], arrival(run, now_ms, done + (int64_t)i, total));
        code = store_apply(run->store, run->changes, count, NULL, err);
        for (size_t i = 0; i < count && code == CXD_OK; i++)
            if (run->slots[i].change.outcome != OUTCOME_CREATED)
                code = error_set(err, ERR_INTERNAL, "response %" PRId64 " was not created", done + (int64_t)i);
        arena_reset(&run->arena);
        done += (int64_t)count;
        if (done % PROGRESS_STEP == 0)
            fprintf(stderr, "generate: %" PRId64 " of %" PRId64 " responses, %" PRId64 " s\n", done, total,
                    (clock_monotonic_ms() - began_ms) / 1000);
    }
    return code;
}

static void print_written(const struct run *run, int64_t total, int64_t now_ms) {
    printf("{\"responses\":%" PRId64 ",\"now_ms\":%" PRId64 ",\"distribution\":{", total, now_ms);
    for (int score = 0; score < HISTOGRAM_SIZE; score++)
        printf("%s\"%d\":%" PRId64, score ? "," : "", score, run->per_score[score]);
    printf("}}\n");
}

int main(int argc, char **argv) {
    struct run run = {.random = 20261124};
    struct error err;
    int64_t total = argc > 2 ? strtoll(argv[2], NULL, 10) : 0;
    int64_t now_ms = argc > 3 ? strtoll(argv[3], NULL, 10) : clock_now_ms();
    int status = 1;

    run.invents = argc == 5 && strcmp(argv[4], "invented") == 0;
    run.is_people = argc == 5 && strcmp(argv[4], "people") == 0;
    run.people = total / ANSWERS_EACH + 1;
    if (argc < 3 || argc > 5 || total < 1 || (argc == 5 && !run.invents && !run.is_people)) {
        fprintf(stderr, "usage: generate URL RESPONSES [NOW_MS [invented|people]]\n");
        return 2;
    }
    error_clear(&err);
    arena_init(&run.arena);
    id_source_init(&run.ids);
    run.slots = calloc(BATCH, sizeof *run.slots);
    run.changes = calloc(BATCH, sizeof(struct change *));
    if (!run.slots || !run.changes) {
        error_set(&err, ERR_NO_MEMORY, "no memory for a batch");
        goto out;
    }
    for (size_t i = 0; i < BATCH; i++)
        run.changes[i] = &run.slots[i].change;
    if (store_open(argv[1], &run.store, &err) != CXD_OK ||
        put_survey(&run, now_ms - SPAN_MS - LATE_MS, &err) != CXD_OK || fill(&run, total, now_ms, &err) != CXD_OK)
        goto out;
    print_written(&run, total, now_ms);
    status = 0;
out:
    if (status != 0)
        fprintf(stderr, "generate: %s\n", err.detail);
    store_close(run.store);
    arena_free(&run.arena);
    free(run.changes);
    free(run.slots);
    return status;
}

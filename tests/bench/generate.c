/* Fills a store with made-up responses for `make bench`, through the public interface of the store: the survey, then
 * responses in batches, as a busy daemon would have written them over the last 24 months. Ids are UUIDv7 of the time of
 * arrival, in ascending order. The same seed and time give the same responses (but for the random bits of the ids).
 *
 *     generate URL RESPONSES [NOW_MS [invented|people|asking]]
 *
 * With "invented" the touchpoint, the channel and eight declared properties of every response are values that no other
 * has: what a stranger can do to a public survey. With "people" there is everything that can be asked about: a
 * million responses, or all, have a comment of twenty thousand words as often as words are; every one has a respondent,
 * who answers four times within some days; one of a thousand branches, a declared property; and a visit, in which its
 * survey was reported as shown, as it was in another one that nobody answered. Every tenth is of a second survey,
 * "bench-2". What the daemon does by itself as time passes is done too: comments are indexed, and rows of visits go
 * after 90 days. With "asking" the survey asks further questions, one of each type, the text of who gave one of two
 * reasons; two responses in three answer them, a million or all of these in words too.
 *
 * Progress goes to stderr. The last line of stdout is what was written, as JSON: the number of responses and of each
 * score, and of each answer to "reason" and "ease", counted here and not by the store, so that the driver can hold the
 * daemon's figures against it. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/clock.h"
#include "cxd/base/id.h"
#include "cxd/catalog/catalog.h"
#include "cxd/codec/survey.h"
#include "cxd/domain/question.h"
#include "cxd/domain/survey.h"
#include "cxd/store/store.h"

enum { BATCH = 10000, COMMENT_SIZE = 320, PROGRESS_STEP = 100000, INVENTED = 8, INVENTED_SIZE = 24 };
enum {
    VOCABULARY = 20000,
    ANSWERS_EACH = 4,
    BRANCHES = 1000,
    SURVEYS = 2,
    CHANGES_EACH = 3,
    ANSWERS = 4,
    EASE_MAX = 5,
    SLICE = 10000,
    COMMENTS_MAX = 1000000
};

static const int64_t SPAN_MS = INT64_C(730) * 86400 * 1000;
static const int64_t LATE_MS = INT64_C(3) * 3600 * 1000;
static const int64_t SHOWN_MS = 30000; /* before it is answered */
static const int64_t KEEP_VISITS_MS = INT64_C(90) * 86400 * 1000;
static const int64_t RECENT_MS = INT64_C(100) * 86400 * 1000;
static const char SURVEY[] = "{\"metric\":\"nps\",\"properties\":[\"plan\"]}";
static const char PEOPLE_SURVEY[] = "{\"metric\":\"nps\",\"properties\":[\"plan\",\"branch\"]}";
static const char ASKING_SURVEY[] =
    "{\"metric\":\"nps\",\"properties\":[\"plan\"],\"questions\":["
    "{\"key\":\"reason\",\"type\":\"choice\",\"text\":{\"en\":\"Why?\"},\"other\":true,\"options\":"
    "[{\"value\":\"delivery\"},{\"value\":\"packaging\"},{\"value\":\"price\"},{\"value\":\"quality\"}]},"
    "{\"key\":\"features\",\"type\":\"choices\",\"text\":{\"en\":\"What do you use?\"},\"options\":"
    "[{\"value\":\"app\"},{\"value\":\"lists\"},{\"value\":\"maps\"},{\"value\":\"search\"},{\"value\":\"shops\"}]},"
    "{\"key\":\"ease\",\"type\":\"scale\",\"text\":{\"en\":\"How easy was it?\"},\"metric\":\"csat\"},"
    "{\"key\":\"why\",\"type\":\"text\",\"text\":{\"en\":\"What happened?\"},"
    "\"show\":{\"answer\":{\"key\":\"reason\",\"in\":[\"delivery\",\"price\"]}}}]}";
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
static const char *const REASONS[] = {"delivery", "packaging", "price", "quality", "other"};
static const char *const FEATURES[] = {"app", "lists", "maps", "search", "shops"};
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
    struct change change, shown, unanswered;
    bool is_visit;
    struct property plan[2], properties[INVENTED];
    char values[2 + INVENTED][INVENTED_SIZE];
    char comment[COMMENT_SIZE], respondent[2 * INVENTED_SIZE];
    char branch[INVENTED_SIZE], visits[2][2 * INVENTED_SIZE];
    struct answer answers[ANSWERS];
    const char *features[2];
    char why[COMMENT_SIZE];
};

struct run {
    struct store *store;
    struct arena arena;
    struct survey surveys[SURVEYS];
    struct id_source ids;
    uint64_t random, invented; /* values made up so far */
    bool invents, is_people, asks;
    int64_t week;        /* responses of about one */
    int64_t recent_from; /* arrival of those that have a branch and a visit */
    int64_t recent;      /* how many have */
    int64_t per_comment; /* responses */
    struct slot *slots;
    struct change **changes;
    int64_t per_score[HISTOGRAM_SIZE]; /* of the first survey */
    int64_t per_reason[CXD_COUNT(REASONS)], per_ease[EASE_MAX + 1];
};

static void make_comment(char comment[COMMENT_SIZE], uint64_t *random) {
    size_t words = 6 + below(random, 8);
    size_t length = 0;

    for (size_t i = 0; i < words; i++)
        length += (size_t)snprintf(comment + length, COMMENT_SIZE - length, "%s%s", i ? " " : "", PICK(WORDS, random));
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

static void make_shown(struct change *change, const struct change *of, const char *visit) {
    const struct response *response = &of->as.response.value;

    memset(change, 0, sizeof *change);
    change->kind = CHANGE_EVENT;
    change->now_ms = of->now_ms;
    change->arena = of->arena;
    change->as.event.value = (struct event){.survey = response->survey,
                                            .type = EVENT_SHOWN,
                                            .visit = visit,
                                            .touchpoint = response->touchpoint,
                                            .channel = response->channel,
                                            .locale = response->locale,
                                            .properties = response->properties,
                                            .property_count = response->property_count,
                                            .has_at = true,
                                            .at = response->answered_at - SHOWN_MS};
}

static void make_visit(struct run *run, struct slot *slot, int64_t number) {
    struct response *response = &slot->change.as.response.value;

    snprintf(slot->branch, sizeof slot->branch, "branch-%" PRIu64, below(&run->random, BRANCHES));
    for (size_t i = 0; i < CXD_COUNT(slot->visits); i++)
        snprintf(slot->visits[i], sizeof slot->visits[i], "visit-%zu-%" PRId64, i, number);
    /* sorted by key */
    slot->plan[1] = slot->plan[0];
    slot->plan[0] = (struct property){"branch", slot->branch};
    response->property_count = 2;
    response->visit = slot->visits[0];
    make_shown(&slot->shown, &slot->change, slot->visits[0]);
    make_shown(&slot->unanswered, &slot->change, slot->visits[1]);
    run->recent++;
}

/* Behind everything else that the response says. */
static void make_person(struct run *run, struct slot *slot, int64_t number) {
    struct response *response = &slot->change.as.response.value;
    size_t words = 6 + below(&run->random, 12), length = 0;

    for (size_t i = 0; i < words; i++) {
        if (i > 0)
            slot->comment[length++] = ' ';
        length += append_word(slot->comment + length, sizeof slot->comment - length - 1, &run->random);
    }
    snprintf(slot->respondent, sizeof slot->respondent, "customer-%" PRId64,
             (number + (int64_t)below(&run->random, (uint64_t)run->week)) / ANSWERS_EACH);
    response->comment = number % run->per_comment == 0 ? slot->comment : NULL;
    response->respondent = slot->respondent;
    slot->is_visit = response->received_at >= run->recent_from;
    if (slot->is_visit)
        make_visit(run, slot, number);
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

/* Sorted by key, as they are stored. */
static void make_answers(struct run *run, struct slot *slot, int64_t number) {
    struct response *response = &slot->change.as.response.value;
    uint64_t *random = &run->random;
    size_t reason = below(random, CXD_COUNT(REASONS)), first = below(random, CXD_COUNT(FEATURES));
    size_t second = first + 1 + below(random, CXD_COUNT(FEATURES));
    int ease = 1 + (int)below(random, EASE_MAX);

    slot->features[0] = FEATURES[first];
    slot->features[1] = second < CXD_COUNT(FEATURES) ? FEATURES[second] : NULL;
    slot->answers[0] = (struct answer){.key = "ease", .form = ANSWER_NUMBER, .number = ease};
    slot->answers[1] = (struct answer){
        .key = "features", .form = ANSWER_LIST, .values = slot->features, .value_count = slot->features[1] ? 2 : 1};
    slot->answers[2] = (struct answer){.key = "reason", .form = ANSWER_TEXT, .text = REASONS[reason]};
    response->answers = slot->answers;
    response->answer_count = ANSWERS - 1;
    if ((reason == 0 || reason == 2) && number % run->per_comment == 0) {
        make_comment(slot->why, random);
        slot->answers[response->answer_count++] = (struct answer){.key = "why", .form = ANSWER_TEXT, .text = slot->why};
    }
    run->per_reason[reason]++;
    run->per_ease[ease]++;
}

/* One response in five has a comment; one in twenty was answered up to three hours before it arrived. */
static void make_response(struct run *run, struct slot *slot, int64_t number, int64_t received_at) {
    struct change *change = &slot->change;
    struct response *response = &change->as.response.value;
    uint64_t *random = &run->random;
    const struct survey *survey = &run->surveys[run->is_people && number % 10 == 9];

    memset(change, 0, sizeof *change);
    change->kind = CHANGE_RESPONSE;
    change->now_ms = received_at;
    change->arena = &run->arena;
    change->as.response.amend_window_ms = survey->amend_window_s * 1000;
    id_make(&run->ids, received_at, &response->id);
    response->survey = survey->number;
    response->revision = survey->revision;
    response->has_score = true;
    response->score = PICK(SCORES, random);
    response->touchpoint = PICK(TOUCHPOINTS, random);
    response->channel = PICK(CHANNELS, random);
    response->locale = PICK(LOCALES, random);
    slot->plan[0] = (struct property){"plan", PICK(PLANS, random)};
    response->properties = slot->plan;
    response->property_count = 1;
    if (run->invents)
        make_invented(run, slot);
    if (!run->is_people && (!run->asks || number % run->per_comment == 0) && below(random, 5) == 0) {
        make_comment(slot->comment, random);
        response->comment = slot->comment;
    }
    response->received_at = received_at;
    response->answered_at = received_at;
    if (below(random, 20) == 0) {
        response->has_answered_at = true;
        response->answered_at -= (int64_t)below(random, (uint64_t)LATE_MS);
    }
    if (run->is_people)
        make_person(run, slot, number);
    if (run->asks && below(random, 3) != 0)
        make_answers(run, slot, number);
    if (survey == run->surveys)
        run->per_score[response->score]++;
}

static enum cxd_err put_survey(struct run *run, const char *slug, int64_t now_ms, struct survey *survey,
                               struct error *err) {
    struct buffer definition;
    struct change change = {.kind = CHANGE_SURVEY, .now_ms = now_ms, .arena = &run->arena};
    struct change *const changes[] = {&change};
    struct survey_record *record = &change.as.survey;
    enum cxd_err code;

    buffer_init(&definition);
    const char *text = run->invents     ? INVENTED_SURVEY
                       : run->is_people ? PEOPLE_SURVEY
                       : run->asks      ? ASKING_SURVEY
                                        : SURVEY;
    code = survey_decode(text, strlen(text), 16, slug, SPAN_MS / 1000, &run->arena, survey, err);
    if (code != CXD_OK)
        goto out;
    survey_encode_definition(&definition, survey);
    record->definition = buffer_terminate(&definition);
    if (!record->definition) {
        code = error_set(err, ERR_NO_MEMORY, "no memory for the definition");
        goto out;
    }
    snprintf(record->slug, sizeof record->slug, "%s", survey->slug);
    record->metric = survey->metric;
    record->scale_min = survey->scale_min;
    record->scale_max = survey->scale_max;
    record->property_count = survey->property_count;
    for (size_t i = 0; i < record->property_count; i++)
        record->property_keys[i] = survey->properties[i].key;
    code = store_apply(run->store, changes, 1, NULL, err);
    survey->number = record->number;
    survey->revision = record->revision;
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

/* What the daemon does by itself, as far as there is something to do. */
static enum cxd_err look_after(struct run *run, int64_t now_ms, struct error *err) {
    enum cxd_err code = CXD_OK;

    for (bool more = true; more && code == CXD_OK;) {
        struct change index = {.kind = CHANGE_INDEX, .now_ms = now_ms, .arena = &run->arena};
        struct change expire = {.kind = CHANGE_EXPIRE, .now_ms = now_ms, .arena = &run->arena};
        struct change pack = {.kind = CHANGE_PACK, .now_ms = now_ms, .arena = &run->arena};
        struct change *const changes[] = {&index, &expire, &pack};
        index.as.index.limit = SLICE;
        expire.as.expire.before_ms = now_ms - KEEP_VISITS_MS;
        expire.as.expire.limit = SLICE;
        pack.as.pack.before_ms = now_ms;
        pack.as.pack.limit = SLICE;
        code = store_apply(run->store, changes, CXD_COUNT(changes), NULL, err);
        more = index.as.index.more || expire.as.expire.more || pack.as.pack.more;
    }
    return code;
}

/* The changes of the slots, in the order of time. */
static size_t order(struct run *run, size_t slots) {
    size_t count = 0;

    for (size_t i = 0; i < slots; i++) {
        if (run->slots[i].is_visit) {
            run->changes[count++] = &run->slots[i].shown;
            run->changes[count++] = &run->slots[i].unanswered;
        }
        run->changes[count++] = &run->slots[i].change;
    }
    return count;
}

static enum cxd_err fill(struct run *run, int64_t total, int64_t now_ms, struct error *err) {
    int64_t began_ms = clock_monotonic_ms();
    enum cxd_err code = CXD_OK;

    for (int64_t done = 0; done < total && code == CXD_OK;) {
        size_t slots = total - done < BATCH ? (size_t)(total - done) : BATCH;

        for (size_t i = 0; i < slots; i++)
            make_response(run, &run->slots[i], done + (int64_t)i, arrival(run, now_ms, done + (int64_t)i, total));
        size_t count = order(run, slots);
        code = store_apply(run->store, run->changes, count, NULL, err);
        for (size_t i = 0; i < count && code == CXD_OK; i++)
            if (run->changes[i]->outcome != OUTCOME_CREATED)
                code = error_set(err, ERR_INTERNAL, "something was not created behind response %" PRId64, done);
        if (code == CXD_OK && (run->is_people || run->asks))
            code = look_after(run, run->slots[slots - 1].change.now_ms, err);
        arena_reset(&run->arena);
        done += (int64_t)slots;
        if (done % PROGRESS_STEP == 0)
            fprintf(stderr, "generate: %" PRId64 " of %" PRId64 " responses, %" PRId64 " s\n", done, total,
                    (clock_monotonic_ms() - began_ms) / 1000);
    }
    return code;
}

static void print_written(const struct run *run, int64_t total, int64_t now_ms) {
    printf("{\"responses\":%" PRId64 ",\"recent\":%" PRId64 ",\"now_ms\":%" PRId64 ",\"distribution\":{", total,
           run->recent, now_ms);
    for (int score = 0; score < HISTOGRAM_SIZE; score++)
        printf("%s\"%d\":%" PRId64, score ? "," : "", score, run->per_score[score]);
    printf("},\"reason\":{");
    for (size_t i = 0; i < CXD_COUNT(REASONS); i++)
        printf("%s\"%s\":%" PRId64, i ? "," : "", REASONS[i], run->per_reason[i]);
    printf("},\"ease\":{");
    for (int ease = 1; ease <= EASE_MAX; ease++)
        printf("%s\"%d\":%" PRId64, ease > 1 ? "," : "", ease, run->per_ease[ease]);
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
    run.asks = argc == 5 && strcmp(argv[4], "asking") == 0;
    run.recent_from = now_ms - RECENT_MS;
    run.week = total / 100 + 1;
    run.per_comment = (total + COMMENTS_MAX - 1) / COMMENTS_MAX;
    if (argc < 3 || argc > 5 || total < 1 || (argc == 5 && !run.invents && !run.is_people && !run.asks)) {
        fprintf(stderr, "usage: generate URL RESPONSES [NOW_MS [invented|people|asking]]\n");
        return 2;
    }
    error_clear(&err);
    arena_init(&run.arena);
    id_source_init(&run.ids);
    run.slots = calloc(BATCH, sizeof *run.slots);
    run.changes = calloc(CHANGES_EACH * BATCH, sizeof(struct change *));
    if (!run.slots || !run.changes) {
        error_set(&err, ERR_NO_MEMORY, "no memory for a batch");
        goto out;
    }
    if (store_open(argv[1], &run.store, &err) != CXD_OK)
        goto out;
    if (run.asks)
        store_judge_by(run.store, catalog_decode); /* answers count where the store knows what is asked */
    for (size_t i = 0; i < (run.is_people ? SURVEYS : 1); i++)
        if (put_survey(&run, i == 0 ? "bench" : "bench-2", now_ms - SPAN_MS - LATE_MS, &run.surveys[i], &err) != CXD_OK)
            goto out;
    if (fill(&run, total, now_ms, &err) != CXD_OK)
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

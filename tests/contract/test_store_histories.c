/* Random histories, the same for two engines in batches of different size: outcomes, histograms and rollups must agree.
 * The memory engine counts everything anew from its responses, so the other's incremental rollups are held against a
 * recount. */

#include "answer_history.h"
#include "cxd/store/backup.h"
#include "database.h"
#include "fixture.h"
#include "import_history.h"
#include "named_history.h"

enum { HISTORIES = 15, STEPS = 400, IDS = 120, STEPS_BETWEEN_CHECKS = 50, COMING = 12 };

static uint64_t random_state;

static unsigned roll(unsigned sides) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % sides;
}

static const char *pick(const char *const *values, unsigned count) {
    unsigned at = roll(count + 1);
    return at == count ? NULL : values[at];
}

static const char *const TOUCHPOINTS[] = {"checkout", "search"}, *const CHANNELS[] = {"web", "ios", ""},
                         *const LOCALES[] = {"en", "de"}, *const PEOPLE[] = {"ann", "bob", "cy"},
                         *const KEYS[] = {"age", "city", "plan"}, *const VALUES[] = {"pro", "a\"b", "x<y"};

/* Around a few days, on boundaries and off them, and now and then long ago. */
static int64_t random_time(void) {
    int64_t day = NOW_MS / DAY_MS * DAY_MS;
    switch (roll(6)) {
    case 0:
        return day + (int64_t)roll(400) * HOUR_MS / 4 - 2 * DAY_MS;
    case 1:
        return day + (int64_t)roll(400) * HOUR_MS / 4 - 2 * DAY_MS - 1;
    case 2:
        return (int64_t)roll(4000) * HOUR_MS / 7 - 40 * DAY_MS;
    default:
        return day + (int64_t)roll((unsigned)(4 * DAY_MS)) - 2 * DAY_MS;
    }
}

struct history {
    struct fixture memory, other;
    bool overflows, rolls_apart; /* in both, which values have rollups is the engine's own matter */
    bool judges;                 /* both, by read_definition */
    bool rolled;                 /* no survey has rollups that wait to be filled in or cleared away */
    int64_t now_ms;
    int64_t surveys[2];
    int64_t told;              /* responses that alerts told of */
    unsigned imports;          /* that were begun */
    int64_t undone;            /* responses of them that were deleted */
    struct response sent[100]; /* the last ones */
    size_t sent_count;
    unsigned came;
};

/* What is asked of the file by itself is SQLite's alone. */
static bool is_file(const struct history *h) {
    return strncmp(h->other.url, "sqlite:", 7) == 0;
}

static struct change *random_response(struct history *h) {
    struct change *change = make_response(&h->memory, roll(IDS), (int)roll(11), random_time());
    struct response *response = &change->as.response.value;
    change->now_ms = response->received_at = h->now_ms;
    response->survey = h->surveys[roll(8) == 0];
    response->has_answered_at = roll(4) > 0;
    response->ahead_ms = response->has_answered_at && roll(6) == 0 ? (int64_t)roll((unsigned)DAY_MS) : 0;
    response->has_sequence = roll(3) == 0;
    response->sequence = response->has_sequence ? (int64_t)roll(4) : 0;
    response->touchpoint = pick(TOUCHPOINTS, 2);
    response->channel = pick(CHANNELS, 3);
    response->locale = pick(LOCALES, 2);
    response->respondent = pick(PEOPLE, 3);
    response->has_score = roll(6) > 0;
    response->score = response->has_score ? response->score : 0;
    response->comment = roll(2) || !response->has_score ? "so so" : NULL;
    response->excluded = roll(12) == 0;
    response->excluded_reason = response->excluded ? "bot" : NULL;
    response->revision = 1 + roll(2);
    response->import = h->imports > 0 && roll(5) == 0 ? 1 + (int64_t)roll(h->imports) : 0;
    response->updated_at = response->import != 0 && roll(3) == 0 ? NOW_MS - DAY_MS : 0;
    change->as.response.amend_window_ms = roll(3) ? 30 * 60 * 1000 : 0;
    change->as.response.unless_stored = roll(15) == 0 ? ERR_SURVEY_CLOSED : CXD_OK;
    change->as.response.is_keyed = roll(10) == 0;
    change->as.response.recontact.survey_ms = roll(8) == 0 ? 3 * HOUR_MS : 0;
    change->as.response.recontact.any_ms = roll(8) == 0 ? HOUR_MS : 0;
    change->as.response.invited.is_kept = roll(4) == 0;
    change->as.response.invited.properties_max = 3;
    struct property *properties = arena_alloc(&h->memory.arena, CXD_COUNT(KEYS) * sizeof *properties);
    assert_non_null(properties);
    for (size_t i = 0; i < CXD_COUNT(KEYS); i++) {
        const char *value = pick(VALUES, 3);
        if (value)
            properties[response->property_count++] = (struct property){KEYS[i], value};
    }
    response->properties = properties;
    if (h->judges && roll(3)) {
        answer_random(&h->memory.arena, roll, response);
        change->as.response.is_strict = roll(12) == 0;
    }
    h->sent[h->sent_count++ % CXD_COUNT(h->sent)] = *response;
    return change;
}

/* What was sent some time ago: the retry of what was amended since, or not. */
static struct change *random_late_retry(struct history *h) {
    struct change *change = random_response(h);
    size_t known = h->sent_count < CXD_COUNT(h->sent) ? h->sent_count : CXD_COUNT(h->sent);
    change->as.response.value = h->sent[roll((unsigned)known)];
    change->as.response.value.received_at = h->now_ms;
    return change;
}

/* The payload of a stored response, sent again. */
static struct change *random_replay(struct history *h) {
    struct change *change = random_response(h);
    struct response *response = &change->as.response.value, stored;
    struct error err;
    bool found = false;
    assert_ok(
        store_read_response(h->memory.reader, response->survey, &response->id, &h->memory.arena, &found, &stored, &err),
        err);
    if (found) {
        *response = stored;
        response->forgotten_at = response->updated_at = 0; /* is not sent, nor what was said first */
        response->forgotten_by_age = false;
        response->first = (struct first_said){0};
        response->has_answered_at = roll(2);
        response->has_sequence = response->has_sequence && roll(2);
    }
    return change;
}

/* Of random_survey, whose second number is how the survey stands to the responses, and the third what it asks behind
 * the score; of another nothing follows. */
static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    unsigned declared, state = 0, asks = 0;
    (void)arena;
    (void)err;
    *ret_survey = (struct survey){.opens_at = TIME_MIN, .closes_at = TIME_MAX, .score_rule = SCORE_OPTIONAL};
    int count = sscanf(record->definition, "{%u,%u,%u}", &declared, &state, &asks);
    answer_define(asks, ret_survey);
    if (count != 3 || state == 0)
        return CXD_OK;
    ret_survey->score_rule = state == 2 ? SCORE_REQUIRED : SCORE_OPTIONAL;
    ret_survey->opens_at = NOW_MS + (int64_t)state * 2 * HOUR_MS;
    ret_survey->closes_at = NOW_MS + (int64_t)state * 12 * HOUR_MS;
    ret_survey->retention = state == 1 ? RETENTION_DELETE : RETENTION_ANONYMISE;
    ret_survey->retention_days = 1;
    return CXD_OK;
}

static struct change *random_survey(struct history *h) {
    unsigned declared = roll(8);
    char *definition = arena_alloc(&h->memory.arena, 16);
    assert_non_null(definition);
    snprintf(definition, 16, "{%u,%u,%u}", declared, roll(h->judges ? 3 : 2), h->judges ? roll(ANSWER_DEFINITIONS) : 0);
    struct change *change = make_survey(&h->memory, roll(4) ? "shop" : "app", definition, NULL);
    change->now_ms = h->now_ms;
    change->as.survey.archival = (enum archival)roll(3);
    for (unsigned i = 0; i < CXD_COUNT(KEYS); i++)
        if (declared & (1U << i))
            change->as.survey.property_keys[change->as.survey.property_count++] = KEYS[i];
    return change;
}

static struct change *random_invite(struct history *h) {
    struct change *change = make_invite(&h->memory, roll(IDS), PEOPLE[roll(3)]);
    struct invitation_record *record = arena_alloc_zero(&h->memory.arena, 1, sizeof *record);
    assert_non_null(record);
    *record = change->as.invite.records[0];
    record->survey = change->as.invite.survey = h->surveys[roll(8) == 0];
    record->created_at = h->now_ms;
    record->kept_until = h->now_ms + (int64_t)roll(48) * HOUR_MS;
    record->property_count = roll(2);
    change->as.invite.records = record;
    return change;
}

static struct change *random_change(struct history *h) {
    struct change *change;
    unsigned kind = roll(100);
    h->now_ms += (int64_t)roll(4) * 60 * 1000;
    if (roll(12) == 0)
        return import_random(&h->memory, roll, h->surveys[roll(8) == 0], &h->imports, h->now_ms);
    if (kind < 5)
        return random_invite(h);
    if (kind < 7) {
        change = make_change(&h->memory, CHANGE_LAPSE, h->now_ms);
        change->as.lapse.before_ms = h->now_ms;
        change->as.lapse.limit = 1000;
        return change;
    }
    if (kind < 60)
        return random_response(h);
    if (kind < 67)
        return random_replay(h);
    if (kind < 75)
        return random_late_retry(h);
    if (kind < 88) {
        change = make_change(&h->memory, CHANGE_EXCLUDE, h->now_ms);
        change->as.exclude.id = id_of(roll(IDS));
        change->as.exclude.survey = h->surveys[roll(8) == 0];
        change->as.exclude.excluded = roll(2);
        change->as.exclude.reason = roll(2) ? "test" : "bot";
        return change;
    }
    if (kind < 92) {
        change = make_change(&h->memory, CHANGE_ERASE, h->now_ms);
        change->as.erase.respondent = PEOPLE[roll(3)];
        change->as.erase.counts = roll(4) > 0;
        change->as.erase.limit = SIZE_MAX;
        return change;
    }
    if (kind < 94) {
        change = make_change(&h->memory, CHANGE_UNMARK, h->now_ms);
        change->as.unmark.before_ms = h->now_ms - (int64_t)roll(3) * HOUR_MS;
        change->as.unmark.limit = 1000;
        return change;
    }
    if (kind < 95) {
        change = make_change(&h->memory, CHANGE_RETAIN, h->now_ms);
        change->as.retain.survey = h->surveys[roll(3) == 0];
        change->as.retain.before_ms = random_time();
        change->as.retain.retention = roll(2) ? RETENTION_DELETE : RETENTION_ANONYMISE;
        change->as.retain.limit = 1000;
        return change;
    }
    if (kind < 98)
        return random_survey(h);
    change = make_change(&h->memory, CHANGE_ARCHIVE, h->now_ms);
    strcpy(change->as.archive.slug, roll(2) ? "shop" : "app");
    return change;
}

static void apply_in_batches(struct fixture *f, struct change *changes, size_t count) {
    struct error err;
    for (size_t done = 0; done < count;) {
        struct change *batch[STEPS_BETWEEN_CHECKS];
        size_t size = 1 + roll(20);
        if (size > count - done)
            size = count - done;
        for (size_t i = 0; i < size; i++)
            batch[i] = &changes[done + i];
        assert_ok(store_apply(f->store, batch, size, NULL, &err), err);
        done += size;
    }
}

static void assert_same_text(const char *a, const char *b) {
    assert_true(a == b || (a && b && strcmp(a, b) == 0));
}

static void assert_same_response(const struct response *a, const struct response *b) {
    assert_true(response_same_payload(a, b) && response_same_payload(b, a));
    assert_int_equal(a->survey, b->survey);
    assert_int_equal(a->revision, b->revision);
    assert_int_equal(a->has_answered_at, b->has_answered_at);
    assert_int_equal(a->answered_at, b->answered_at);
    assert_int_equal(a->ahead_ms, b->ahead_ms);
    assert_int_equal(a->has_sequence, b->has_sequence);
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->received_at, b->received_at);
    assert_int_equal(a->excluded, b->excluded);
    assert_same_text(a->excluded_reason, b->excluded_reason);
    assert_int_equal(a->forgotten_at, b->forgotten_at);
    assert_int_equal(a->forgotten_by_age, b->forgotten_by_age);
    assert_int_equal(a->updated_at, b->updated_at);
    assert_int_equal(a->import, b->import);
}

static void assert_same_outcome(const struct change *a, const struct change *b, bool were_rolled) {
    assert_int_equal(a->outcome, b->outcome);
    assert_int_equal(a->refusal, b->refusal);
    assert_int_not_equal(a->outcome, OUTCOME_NONE);
    if (a->kind == CHANGE_RESPONSE) {
        assert_same_response(&a->as.response.value, &b->as.response.value);
    } else if (a->kind == CHANGE_UNDO) {
        assert_int_equal(a->as.undo.removed, b->as.undo.removed);
        assert_int_equal(a->as.undo.is_done, b->as.undo.is_done);
    } else if (a->kind == CHANGE_ERASE) {
        assert_int_equal(a->as.erase.erased, b->as.erase.erased);
        assert_int_equal(a->as.erase.invitations, b->as.erase.invitations);
    } else if (a->kind == CHANGE_RETAIN) {
        assert_int_equal(a->as.retain.touched, b->as.retain.touched);
    } else if (a->kind == CHANGE_SURVEY) {
        assert_int_equal(a->as.survey.number, b->as.survey.number);
        assert_int_equal(a->as.survey.revision, b->as.survey.revision);
        assert_int_equal(a->as.survey.updated_at, b->as.survey.updated_at);
        if (were_rolled) {
            assert_memory_equal(a->as.survey.property_rolled, b->as.survey.property_rolled,
                                sizeof a->as.survey.property_rolled);
        }
    }
}

static void check_responses(struct history *h) {
    for (unsigned i = 0; i < IDS; i++) {
        struct response a, b;
        bool found = read_response(&h->memory, i, &a);
        assert_int_equal(read_response(&h->other, i, &b), found);
        if (found)
            assert_same_response(&a, &b);
    }
}

static void check_invitations(struct history *h) {
    for (size_t i = 0; i < CXD_COUNT(PEOPLE); i++) {
        struct invitation_record *a, *b;
        size_t count, other;
        struct error err;
        assert_ok(store_read_invitations(h->memory.reader, PEOPLE[i], 50, &h->memory.arena, &a, &count, &err), err);
        assert_ok(store_read_invitations(h->other.reader, PEOPLE[i], 50, &h->other.arena, &b, &other, &err), err);
        assert_int_equal(count, other);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(a[k].survey, b[k].survey);
            assert_true(id_compare(&a[k].response, &b[k].response) == 0);
            assert_int_equal(a[k].property_count, b[k].property_count);
            assert_int_equal(a[k].kept_until, b[k].kept_until);
        }
    }
}

static void check_surveys(struct history *h, struct survey_record **ret_surveys, size_t *ret_count) {
    struct store_catalog memory = read_catalog(&h->memory, SINCE_EVER), other = read_catalog(&h->other, SINCE_EVER);
    struct survey_record *a = memory.surveys, *b = other.surveys;
    size_t count = memory.survey_count;
    assert_int_equal(count, other.survey_count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(a[i].slug, b[i].slug);
        assert_string_equal(a[i].definition, b[i].definition);
        assert_int_equal(a[i].revision, b[i].revision);
        assert_int_equal(a[i].archived_at, b[i].archived_at);
        assert_int_equal(a[i].property_count, b[i].property_count);
        for (size_t k = 0; k < a[i].property_count; k++) {
            assert_string_equal(a[i].property_keys[k], b[i].property_keys[k]);
            assert_true(!h->rolled || (a[i].property_rolled[k] && b[i].property_rolled[k]));
        }
    }
    *ret_surveys = a;
    *ret_count = count;
}

static int compare_times(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t random_bounds(int64_t bounds[12]) {
    size_t count = 2 + roll(11);
    for (size_t i = 0; i < count; i++)
        bounds[i] = random_time();
    qsort(bounds, count, sizeof *bounds, compare_times);
    if (roll(3) == 0)
        bounds[0] = TIME_MIN;
    if (roll(3) == 0)
        bounds[count - 1] = TIME_MAX;
    return count;
}

/* Four properties are room for two, and two answers. */
enum { CONDITIONS = 4 };
static struct filter random_filter(struct history *h, const struct survey_record *survey,
                                   struct property properties[CONDITIONS]) {
    struct filter filter = {.survey = survey->number, .properties = properties};
    bool several = roll(3) == 0, by_answers = h->judges && roll(2);
    unsigned which = by_answers && roll(2) ? 0 : roll(6);
    if (by_answers)
        answer_filter(roll, properties + 2, &filter);
    filter.touchpoint = which == 1 || several ? pick(TOUCHPOINTS, 2) : NULL;
    filter.channel = which == 2 || several ? pick(CHANNELS, 3) : NULL;
    filter.locale = which == 3 || several ? pick(LOCALES, 2) : NULL;
    if (which >= 4) {
        unsigned key = roll(CXD_COUNT(KEYS));
        properties[filter.property_count++] = (struct property){KEYS[key], VALUES[roll(3)]};
        if (several && key + 1 < CXD_COUNT(KEYS))
            properties[filter.property_count++] = (struct property){KEYS[key + 1], VALUES[roll(3)]};
        for (size_t i = 0; i < survey->property_count; i++)
            if (strcmp(survey->property_keys[i], KEYS[key]) == 0)
                filter.property_rolled = survey->property_rolled[i];
    }
    return filter;
}

static void check_histograms(struct history *h, const struct survey_record *surveys, size_t survey_count) {
    for (unsigned i = 0; i < 60; i++) {
        int64_t bounds[12];
        struct histogram a[11], b[11];
        struct property properties[CONDITIONS];
        struct error err;
        size_t count = random_bounds(bounds);
        struct filter filter = random_filter(h, &surveys[roll((unsigned)survey_count)], properties);
        assert_ok(store_read_histograms(h->memory.reader, &filter, bounds, count, a, &err), err);
        assert_ok(store_read_histograms(h->other.reader, &filter, bounds, count, b, &err), err);
        assert_memory_equal(a, b, (count - 1) * sizeof *a);
        filter.property_rolled = false; /* the scan says the same as the rollups */
        assert_ok(store_read_histograms(h->other.reader, &filter, bounds, count, b, &err), err);
        assert_memory_equal(a, b, (count - 1) * sizeof *a);
    }
}

/* Whether both give the same numbers; else they are told or not. */
static bool same_numbers;

static bool print_visited(void *context, const struct response *response) {
    struct buffer *text = context;
    int64_t number = same_numbers ? response->number : response->number != 0;
    buffer_append_format(text, "%lld %lld %d ", (long long)number, (long long)response->answered_at, response->score);
    const char *const texts[] = {response->touchpoint, response->channel, response->locale,
                                 response->respondent, response->comment, response->visit};
    for (size_t i = 0; i < CXD_COUNT(texts); i++)
        buffer_append_json(text, texts[i]);
    for (size_t i = 0; i < response->property_count; i++) {
        buffer_append_json(text, response->properties[i].key);
        buffer_append_json(text, response->properties[i].value);
    }
    answer_print(text, response);
    buffer_append(text, response->id.bytes, response->has_id ? sizeof response->id.bytes : 0);
    buffer_append_char(text, '\n');
    return text->length < 100000;
}

static void check_visits(struct history *h, const struct survey_record *surveys, size_t survey_count) {
    struct buffer a, b;
    buffer_init(&a);
    buffer_init(&b);
    for (unsigned i = 0; i < 30; i++) {
        struct property properties[CONDITIONS];
        struct error err;
        struct filter filter = random_filter(h, &surveys[roll((unsigned)survey_count)], properties);
        int64_t from = roll(3) ? random_time() : TIME_MIN, to = roll(3) ? random_time() : TIME_MAX;
        unsigned given = roll(2) ? roll(2 * GIVE_ANSWERS) : GIVE_NUMBER;
        buffer_reset(&a);
        buffer_reset(&b);
        assert_ok(store_visit_responses(h->memory.reader, &filter, from, to, given, print_visited, &a, &err), err);
        assert_ok(store_visit_responses(h->other.reader, &filter, from, to, given, print_visited, &b, &err), err);
        assert_int_equal(a.length, b.length);
        if (a.length > 0)
            assert_memory_equal(a.data, b.data, a.length);
    }
    buffer_free(&a);
    buffer_free(&b);
}

static const char *const DIMENSIONS[] = {
    "touchpoint",      "channel",    "locale",   "property.age", "property.plan",  "answer.reason", "answer.ease",
    "answer.features", "answer.why", "revision", "asked.cost",   "asked.features", "answer.nobody", "answer.again"};

static void random_spans(struct store_span spans[STORE_SPANS_MAX]) {
    for (unsigned i = 0; i < STORE_SPANS_MAX; i++) {
        int64_t bounds[12];
        size_t count = random_bounds(bounds);
        spans[i] = (struct store_span){bounds[0], bounds[count - 1]};
    }
}

/* Each segment is the histogram of its value; and both engines have the same ones, where their values came alike. */
static void check_segments(struct history *h, const struct survey_record *surveys, size_t survey_count, bool alike) {
    for (unsigned i = 0; i < 20; i++) {
        const char *dimension = DIMENSIONS[roll(CXD_COUNT(DIMENSIONS))];
        struct filter filter = {.survey = surveys[roll((unsigned)survey_count)].number,
                                .question = roll(3) ? NULL : ANSWER_KEYS[roll(CXD_COUNT(ANSWER_KEYS))]};
        struct store_span spans[STORE_SPANS_MAX];
        struct store_segments a, b;
        struct error err;
        random_spans(spans);
        assert_ok(store_read_segments(h->memory.reader, filter.survey, filter.question, dimension, spans,
                                      STORE_SPANS_MAX, &h->memory.arena, &a, &err),
                  err);
        assert_ok(store_read_segments(h->other.reader, filter.survey, filter.question, dimension, spans,
                                      STORE_SPANS_MAX, &h->other.arena, &b, &err),
                  err);
        assert_true(!alike || (a.cover == b.cover && a.count == b.count));
        for (size_t k = 0; k < b.count; k++) {
            struct property property = {strchr(dimension, '.') ? strchr(dimension, '.') + 1 : "", b.segments[k].value};
            filter.touchpoint = dimension[0] == 't' ? property.value : NULL;
            filter.channel = dimension[0] == 'c' ? property.value : NULL;
            filter.locale = dimension[0] == 'l' ? property.value : NULL;
            filter.properties = &property;
            filter.property_count = dimension[0] == 'p';
            filter.answers = &property;
            filter.answer_count = dimension[0] == 'a';
            bool is_told =
                filter.answer_count == 0 ? dimension[0] != 'r' : dimension[1] == 'n' && property.value[0] != '\0';
            assert_true(k == 0 || strcmp(b.segments[k - 1].value, property.value) < 0);
            assert_true(!alike || strcmp(a.segments[k].value, property.value) == 0);
            for (size_t at = 0; at < STORE_SPANS_MAX; at++) {
                struct histogram hist = read_window(&h->memory, &filter, spans[at].from, spans[at].to);
                if (!is_told) /* by no filter: both count it in their own way */
                    hist = alike ? a.segments[k].hists[at] : b.segments[k].hists[at];
                assert_memory_equal(&hist, &b.segments[k].hists[at], sizeof hist);
                assert_true(!alike || memcmp(&hist, &a.segments[k].hists[at], sizeof hist) == 0);
            }
        }
    }
}

static bool note_listed(void *context, const struct response *response) {
    char id[ID_TEXT_SIZE];
    buffer_append_format(context, "%s %lld ", id_format(id, &response->id),
                         (long long)(same_numbers ? response->number : 0));
    return true;
}

/* What is listed, and what is walked over, by any filter. */
static void check_lists(struct history *h, const struct survey_record *surveys, size_t survey_count) {
    struct fixture *both[] = {&h->memory, &h->other};
    struct buffer texts[2];
    for (unsigned i = 0; i < 20; i++) {
        struct property properties[CONDITIONS];
        struct filter filter = random_filter(h, &surveys[roll((unsigned)survey_count)], properties);
        struct listing listing = {
            .filter = filter, .from = TIME_MIN, .to = TIME_MAX, .excluded = (int)roll(3) - 1, .limit = 1 + roll(40)};
        struct walk walk = {.filter = filter,
                            .from = TIME_MIN,
                            .to = TIME_MAX,
                            .received_from = TIME_MIN,
                            .received_to = TIME_MAX,
                            .updated_from = TIME_MIN,
                            .updated_to = TIME_MAX,
                            .excluded = listing.excluded,
                            .amended = -1};
        for (size_t k = 0; k < 2; k++) {
            struct response *responses;
            size_t count;
            struct error err;
            buffer_init(&texts[k]);
            assert_ok(store_read_responses(both[k]->reader, &listing, &both[k]->arena, &responses, &count, &err), err);
            for (size_t r = 0; r < count; r++)
                note_listed(&texts[k], &responses[r]);
            assert_ok(store_walk_responses(both[k]->reader, &walk, note_listed, &texts[k], &err), err);
            assert_non_null(buffer_terminate(&texts[k]));
        }
        assert_string_equal(texts[0].data, texts[1].data);
        buffer_free(&texts[0]);
        buffer_free(&texts[1]);
    }
}

static void check_overflows(struct history *h) {
    struct store_overflow *a, *b;
    struct store_figures figures, others;
    size_t count, other;
    struct error err;
    assert_ok(store_read_overflows(h->memory.reader, SIZE_MAX / 1024, &h->memory.arena, &a, &count, &err), err);
    assert_ok(store_read_overflows(h->other.reader, 100, &h->other.arena, &b, &other, &err), err);
    assert_int_equal(count, other);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(a[i].survey, b[i].survey);
        assert_string_equal(a[i].dimension, b[i].dimension);
        assert_int_equal(a[i].values, b[i].values);
        assert_int_equal(a[i].beyond, b[i].beyond);
    }
    assert_ok(store_read_figures(h->memory.reader, &figures, &err), err);
    assert_ok(store_read_figures(h->other.reader, &others, &err), err);
    assert_int_equal(figures.responses, others.responses);
    assert_int_equal(figures.overflows, others.overflows);
    assert_int_equal(figures.beyond, others.beyond);
}

static void check_suspects(struct history *h) {
    struct store_suspects a = {0}, b = {0};
    bool found = true, other;
    struct error err;
    while (found) {
        assert_ok(store_read_suspects(h->memory.reader, a.survey, NOW_MS, 1000000, &found, &a, &err), err);
        assert_ok(store_read_suspects(h->other.reader, b.survey, NOW_MS, 1000000, &other, &b, &err), err);
        assert_int_equal(found, other);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

/* What must have been counted once, so that the histories are told to be of it. */
enum { COUNTED = 6 };
static const char *const COUNTED_AS[COUNTED] = {
    " answer.reason=other ", " answer.features= ", " answer.why= ", " revision=",
    " asked.features= ",     " property.plan="};
static bool counted[COUNTED];
static int64_t counted_last; /* sums that were in no rollup row yet, at some check */

static void note_recent(const struct history *h) {
    char path[128];
    snprintf(path, sizeof path, "%s/cxd.db", h->other.directory);
    sqlite3 *db = open_database(path);
    counted_last += number_of(db, "SELECT count(*) FROM recent WHERE length(counts) > 0");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void check_rollups(struct history *h) {
    char *a = rollups_text(&h->memory), *b = rollups_text(&h->other);
    assert_string_equal(a, b);
    for (size_t i = 0; i < COUNTED; i++)
        counted[i] = counted[i] || strstr(a, COUNTED_AS[i]);
    free(a);
    free(b);
}

/* Whatever happened, the checker finds nothing: neither beside the open store, in the middle of whatever goes on in it,
 * nor in a copy of it. */
static bool go_on(void *context, enum store_stage stage, int64_t done, int64_t total) {
    (void)context;
    (void)stage;
    return done <= total;
}

static void check_soundness(const struct history *h) {
    static const struct store_progress KNOWS = {.tell = go_on, .read_definition = read_definition};
    struct store_report report;
    struct error err;
    assert_ok(store_check(h->other.url, h->judges && roll(2) ? &KNOWS : NULL, &report, &err), err);
    for (int part = 0; part < STORE_PART_COUNT; part++)
        assert_string_equal(report.parts[part].places[0], "");
    assert_true(store_report_is_good(&report));
    assert_int_equal(report.surveys, 2); /* retention may have left no response */
}

static void check_copy(const struct history *h) {
    char path[128];
    struct store_report report;
    struct error err;
    snprintf(path, sizeof path, "%s/copy.db", h->other.directory);
    assert_ok(store_backup(h->other.url, path, NULL, &report, &err), err);
    unlink(path);
}

static void check(struct history *h) {
    struct survey_record *surveys;
    size_t count = 0;
    check_responses(h);
    check_invitations(h);
    h->undone = import_check(&h->memory, &h->other, same_numbers);
    check_surveys(h, &surveys, &count);
    check_histograms(h, surveys, count);
    check_visits(h, surveys, count);
    check_lists(h, surveys, count);
    if (is_file(h)) {
        check_soundness(h);
        note_recent(h);
    }
    check_segments(h, surveys, count, h->rolled && !h->overflows);
    if (h->rolled && !(h->overflows && h->rolls_apart)) {
        check_rollups(h);
        check_overflows(h);
        check_suspects(h);
    }
}

/* To the end, or a little way in one of them only. */
static void roll_one(struct fixture *f, int64_t now_ms, unsigned most) {
    bool more = true;
    for (unsigned i = 0; more && i < most; i++) {
        struct change *change = make_change(f, CHANGE_ROLL, now_ms);
        change->as.roll.limit = 1 + roll(20);
        apply(f, change);
        assert_true(change->as.roll.touched <= 10 * (int64_t)change->as.roll.limit);
        more = change->as.roll.more;
    }
    assert_true(!more || most < UINT32_MAX);
}

/* Some of what waits, of days up to one of the latest: what is over is another day each time. */
static void pack_some(struct history *h) {
    struct change *change = make_change(&h->other, CHANGE_PACK, h->now_ms);
    change->as.pack.before_ms = h->now_ms - (int64_t)roll(12) * DAY_MS;
    change->as.pack.limit = 1 + roll(300);
    apply(&h->other, change);
}

/* As most come: one after the other, of now, most of them new. What is checked then is in no rollup row yet; nor was
 * what some of them amend. */
static void come_in(struct history *h) {
    struct change a[COMING], b[COMING];
    const struct history before = *h;
    uint64_t sequence = random_state; /* goes on as it would without */
    for (size_t i = 0; i < COMING; i++) {
        struct change *change = random_response(h);
        struct response *response = &change->as.response.value;
        response->id = roll(4) > 0 || h->came == 0 ? id_of(IDS + h->came++) : id_of(IDS + roll(h->came));
        h->now_ms += roll(4) == 0 ? (int64_t)roll(20 * 60000) : 0;
        response->answered_at = h->now_ms;
        response->has_answered_at = false;
        response->ahead_ms = response->import = response->updated_at = 0;
        change->as.response.invited.is_kept = false;
        a[i] = b[i] = *change;
        b[i].arena = &h->other.arena;
    }
    for (size_t i = 0; i < COMING; i++) {
        struct change *const as[] = {&a[i]}, *const bs[] = {&b[i]};
        struct error err;
        assert_ok(store_apply(h->memory.store, as, 1, NULL, &err), err);
        assert_ok(store_apply(h->other.store, bs, 1, NULL, &err), err);
        assert_same_outcome(&a[i], &b[i], h->rolled);
    }
    check(h);
    random_state = sequence;
    memcpy(h->sent, before.sent, sizeof h->sent);
    h->sent_count = before.sent_count;
}

static void step(struct history *h) {
    struct change a[STEPS_BETWEEN_CHECKS], b[STEPS_BETWEEN_CHECKS];
    bool were_rolled = h->rolled;
    h->rolled = false;
    for (size_t i = 0; i < STEPS_BETWEEN_CHECKS; i++) {
        a[i] = b[i] = *random_change(h);
        b[i].arena = &h->other.arena;
    }
    uint64_t sizes = random_state;
    apply_in_batches(&h->memory, a, STEPS_BETWEEN_CHECKS);
    if (h->overflows) /* a value may get rollups or not by where a batch ends */
        random_state = sizes;
    apply_in_batches(&h->other, b, STEPS_BETWEEN_CHECKS);
    for (size_t i = 0; i < STEPS_BETWEEN_CHECKS; i++)
        assert_same_outcome(&a[i], &b[i], were_rolled);
    struct named_history named = {
        .engines = {&h->memory, &h->other}, .roll = roll, .now_ms = h->now_ms, .told = &h->told};
    named_check(&named);
    named_step(&named);
    uint64_t sequence = random_state; /* goes on as it would without */
    for (unsigned times = roll(4); times > 0; times--)
        pack_some(h);
    random_state = sequence;
    check(h);
    come_in(h);
    if (h->rolls_apart) {
        roll_one(&h->other, h->now_ms, roll(8));
        check(h);
    }
    if (roll(2)) {
        roll_one(&h->memory, h->now_ms, UINT32_MAX);
        roll_one(&h->other, h->now_ms, UINT32_MAX);
        h->rolled = true;
        check(h);
    }
}

static void rebuild_both(struct history *h) {
    int64_t a = -1, b = -2;
    struct error err;
    assert_ok(store_rebuild(h->memory.store, &a, &err), err);
    assert_ok(store_rebuild(h->other.store, &b, &err), err);
    assert_int_equal(a, b);
    h->rolled = true;
    check(h);
}

static void run_histories(const char *url, unsigned histories) {
    int64_t told = 0, undone = 0;
    for (unsigned seed = 1; seed <= histories; seed++) {
        struct history h = {
            .now_ms = NOW_MS, .overflows = seed % 3 > 0, .rolls_apart = seed % 3 < 2, .judges = seed % 4 != 1};
        int64_t values = h.overflows ? 1 + seed % 2 : DIMENSION_VALUES;
        random_state = seed * UINT64_C(0x9e3779b97f4a7c15);
        fixture_open(&h.memory, "memory:");
        fixture_open(&h.other, url);
        same_numbers = is_file(&h);
        struct fixture *both[] = {&h.memory, &h.other};
        for (size_t i = 0; i < 2; i++) {
            make_shop(both[i]);
            struct change *app = make_survey(both[i], "app", "{}", NULL);
            assert_int_equal(apply(both[i], app), OUTCOME_CREATED);
            /* Both have two revisions to answer. */
            apply(both[i], make_survey(both[i], "shop", "{\"v\":2}", (const char *[]){"plan", NULL}));
            apply(both[i], make_survey(both[i], "app", "{\"v\":2}", NULL));
            h.surveys[0] = both[i]->survey;
            h.surveys[1] = app->as.survey.number;
            store_bound_values(both[i]->store, values);
            if (!h.judges)
                continue;
            store_judge_by(both[i]->store, read_definition);
            apply(both[i], make_survey(both[i], "shop", "{4,0,1}", (const char *[]){"plan", NULL}));
            apply(both[i], make_survey(both[i], "app", "{0,0,2}", NULL));
        }
        for (unsigned i = 0; i < STEPS / STEPS_BETWEEN_CHECKS; i++)
            step(&h);
        if (is_file(&h))
            check_copy(&h);
        fixture_reopen(&h.other);
        store_bound_values(h.other.store, values);
        if (h.judges)
            store_judge_by(h.other.store, read_definition);
        check(&h);
        rebuild_both(&h);
        step(&h);
        told += h.told;
        undone += h.undone;
        fixture_close(&h.memory);
        fixture_close(&h.other);
    }
    assert_true(told > (int64_t)rounds(10, 0));
    assert_true(undone >= (int64_t)rounds(1, 0));
}

static void test_engines_agree(void **state) {
    (void)state;
    run_histories("sqlite:%s/cxd.db", rounds(HISTORIES, 3));
    assert_true(counted_last > rounds(HISTORIES, 3));
    for (size_t i = 0; i < rounds(COUNTED, 0); i++)
        if (!counted[i])
            fail_msg("nothing was ever counted as \"%s\"", COUNTED_AS[i]);
}

#ifdef CXD_POSTGRESQL
static void test_postgresql_agrees(void **state) {
    (void)state;
    run_histories(CLUSTER_URL, rounds(HISTORIES, 3));
    cluster_stop();
}
#endif

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engines_agree),
#ifdef CXD_POSTGRESQL
        cmocka_unit_test(test_postgresql_agrees),
#endif
    };
    return cmocka_run_group_tests_name("store histories", tests, NULL, NULL);
}

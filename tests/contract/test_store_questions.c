/* Answers to further questions: kept, judged by the revision that was answered, replayed and amended, forgotten; what a
 * question was once it was answered stays. */
#include "cxd/domain/question.h"
#include "cxd/store/backup.h"
#include "database.h"
#include "fixture.h"

/* --- What is asked --------------------------------------------------------------------------------------------------
 */

static const struct question_option REASONS[] = {{.value = "price"}, {.value = "speed"}};
static const struct question_option REASONS_LATER[] = {{.value = "speed"}, {.value = "taste"}};
static const struct question_option FEATURES[] = {{.value = "a"}, {.value = "b"}, {.value = "c"}};
static const char *const PRICE[] = {"price"};

#define REASON                                                                                                         \
    { .key = "reason", .type = QUESTION_CHOICE, .options = REASONS, .option_count = 2, .other = true }
#define EASE(LAST)                                                                                                     \
    {                                                                                                                  \
        .key = "ease", .type = QUESTION_SCALE, .scale = {.metric = METRIC_CSAT, .min = 1, .max = (LAST) }              \
    }
#define WHY                                                                                                            \
    { .key = "why", .type = QUESTION_TEXT }

static const struct question WHOLE[] = {
    REASON,
    {.key = "features", .type = QUESTION_CHOICES, .options = FEATURES, .option_count = 3, .other = true},
    EASE(5),
    WHY,
    {.key = "cost", .type = QUESTION_TEXT, .show = {.key = "reason", .in = PRICE, .in_count = 1}},
};
static const struct question LATER[] = {
    {.key = "reason", .type = QUESTION_CHOICE, .options = REASONS_LATER, .option_count = 2},
    WHY,
};
static const struct question WIDER[] = {REASON, EASE(7)};
static const struct question RATED[] = {
    {.key = "ease", .type = QUESTION_SCALE, .scale = {.metric = METRIC_CES, .min = 1, .max = 5}}};
static const struct question FEWER[] = {
    {.key = "features", .type = QUESTION_CHOICES, .options = FEATURES, .option_count = 2}};
static const struct question TURNED[] = {{.key = "reason", .type = QUESTION_TEXT}};

/* Definitions of these tests, by their names. */
static const struct {
    const char *name;
    const struct question *questions;
    size_t count;
} DEFINITIONS[] = {
    {"whole", WHOLE, CXD_COUNT(WHOLE)},
    {"later", LATER, CXD_COUNT(LATER)},
    {"wider", WIDER, CXD_COUNT(WIDER)},
    {"rated", RATED, CXD_COUNT(RATED)},
    {"turned", TURNED, CXD_COUNT(TURNED)},
    {"fewer", FEWER, CXD_COUNT(FEWER)},
    {"nothing", NULL, 0},
};

static enum cxd_err read_definition(const struct survey_record *record, struct arena *arena, struct survey *ret_survey,
                                    struct error *err) {
    (void)arena;
    if (strcmp(record->definition, "no memory") == 0)
        return error_set(err, ERR_NO_MEMORY, "no memory for survey %s", record->slug);
    for (size_t i = 0; i < CXD_COUNT(DEFINITIONS); i++) {
        if (strcmp(record->definition, DEFINITIONS[i].name) == 0) {
            *ret_survey = (struct survey){.opens_at = TIME_MIN,
                                          .closes_at = TIME_MAX,
                                          .scale_max = 10,
                                          .favourable = 9,
                                          .unfavourable = 6,
                                          .retention_days = 1,
                                          .retention = RETENTION_ANONYMISE,
                                          .questions = DEFINITIONS[i].questions,
                                          .question_count = DEFINITIONS[i].count};
            return CXD_OK;
        }
    }
    return error_set(err, ERR_STORAGE, "survey %s cannot be read", record->slug);
}

static struct change *define(struct fixture *f, const char *name) {
    return make_survey(f, "shop", name, NULL);
}

static int asking_setup(void **state) {
    static struct fixture fixture;
    fixture_open(&fixture, engine_url);
    store_judge_by(fixture.store, read_definition);
    struct change *put = define(&fixture, "whole");
    assert_int_equal(apply(&fixture, put), OUTCOME_CREATED);
    fixture.survey = put->as.survey.number;
    *state = &fixture;
    return 0;
}

/* --- What is answered -----------------------------------------------------------------------------------------------
 */

static const char *const TICKED[] = {"a", "c", "other"};
static const struct answer GIVEN[] = {
    {.key = "cost", .form = ANSWER_TEXT, .text = "too <much>, \"they\" said/\xE2\x82\xAC"},
    {.key = "ease", .form = ANSWER_NUMBER, .number = 4},
    {.key = "features", .form = ANSWER_LIST, .values = TICKED, .value_count = 3, .other = "my own words"},
    {.key = "reason", .form = ANSWER_TEXT, .text = "price"},
    {.key = "why", .form = ANSWER_TEXT, .text = "because\nof\tit"},
};
static const struct answer OTHERWISE[] = {{.key = "reason", .form = ANSWER_TEXT, .text = "other", .other = "a smell"},
                                          {.key = "why", .form = ANSWER_TEXT, .text = "nothing"}};
static const struct answer SPEED[] = {{.key = "reason", .form = ANSWER_TEXT, .text = "speed"}};
static const struct answer TASTE[] = {{.key = "reason", .form = ANSWER_TEXT, .text = "taste"}};
/* Of these "reason" alone is taken. */
static const struct answer WRONG[] = {
    {.key = "colour", .form = ANSWER_TEXT, .text = "red"},
    {.key = "cost", .form = ANSWER_TEXT, .text = "not shown"},
    {.key = "ease", .form = ANSWER_NUMBER, .number = 6},
    {.key = "reason", .form = ANSWER_TEXT, .text = "speed"},
    {.key = "why", .form = ANSWER_ODD},
};

static struct change *make_answers(struct fixture *f, unsigned number, const struct answer *answers, size_t count) {
    struct change *change = make_response(f, number, 9, NOW_MS);
    change->as.response.value.answers = answers;
    change->as.response.value.answer_count = count;
    return change;
}
#define ANSWERS(f, number, answers) make_answers(f, number, answers, CXD_COUNT(answers))

/* As the column has it, but in words of these tests. */
static const char *text_of(struct fixture *f, const struct response *response) {
    struct buffer buf;
    buffer_init(&buf);
    for (size_t i = 0; i < response->answer_count; i++) {
        const struct answer *answer = &response->answers[i];
        buffer_append_format(&buf, "%s%s=", i == 0 ? "" : " ", answer->key);
        if (answer->form == ANSWER_NUMBER)
            buffer_append_int(&buf, answer->number);
        else if (answer->form == ANSWER_TEXT)
            buffer_append_text(&buf, answer->text ? answer->text : "(null)");
        for (size_t k = 0; k < answer->value_count; k++)
            buffer_append_format(&buf, "%s%s", k == 0 ? "" : "+", answer->values[k]);
        if (answer->other)
            buffer_append_format(&buf, "(%s)", answer->other);
    }
    assert_non_null(buffer_terminate(&buf));
    const char *text = arena_strdup(&f->arena, buf.data);
    buffer_free(&buf);
    return text;
}

static void assert_stored(struct fixture *f, unsigned number, const char *answers, int64_t revision) {
    struct response stored;
    assert_true(read_response(f, number, &stored));
    assert_string_equal(text_of(f, &stored), answers);
    assert_int_equal(stored.revision, revision);
}

/* The keys of what was left out, each once, sorted. */
static void assert_left_out(const struct change *change, const char *keys) {
    const struct answer_refusal *list[16];
    struct buffer buf;
    size_t count = 0;
    for (const struct answer_refusal *one = change->as.response.value.sent.left_out; one; one = one->next) {
        assert_true(count < CXD_COUNT(list));
        size_t at = count++;
        for (; at > 0 && strcmp(list[at - 1]->key, one->key) > 0; at--)
            list[at] = list[at - 1];
        list[at] = one;
    }
    buffer_init(&buf);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(&buf, "%s%s", i == 0 ? "" : " ", list[i]->key);
    assert_non_null(buffer_terminate(&buf));
    assert_string_equal(buf.data, keys);
    buffer_free(&buf);
}

static void assert_refused(struct fixture *f, struct change *change, enum cxd_err refusal) {
    assert_int_equal(apply(f, change), OUTCOME_REFUSED);
    assert_int_equal(change->refusal, refusal);
}

#define GIVEN_TEXT                                                                                                     \
    "cost=too <much>, \"they\" said/\xE2\x82\xAC ease=4 features=a+c+other(my own words) reason=price "                \
    "why=because\nof\tit"

/* --- Kept -----------------------------------------------------------------------------------------------------------
 */

struct seen {
    struct fixture *f;
    const char *expected;
    int count;
};

static bool see(void *context, const struct response *response) {
    struct seen *seen = context;
    assert_string_equal(text_of(seen->f, response), seen->count % 2 == 0 ? seen->expected : "");
    assert_int_equal(response->revision, 1);
    seen->count++;
    return true;
}

static bool see_none(void *context, const struct response *response) {
    (void)context;
    assert_int_equal(response->answer_count, 0);
    assert_int_equal(response->revision, 0);
    return true;
}

static void test_what_was_answered_is_read_everywhere(void **state) {
    struct fixture *f = *state;
    struct error err;
    struct response *listed;
    size_t count = 0;
    assert_int_equal(apply(f, ANSWERS(f, 1, GIVEN)), OUTCOME_CREATED);
    struct change *plain = make_response(f, 2, 9, NOW_MS + 1);
    assert_int_equal(apply(f, plain), OUTCOME_CREATED);
    assert_stored(f, 1, GIVEN_TEXT, 1);
    assert_stored(f, 2, "", 1);
    const struct listing listing = {
        .filter = {.survey = f->survey}, .from = TIME_MIN, .to = TIME_MAX, .excluded = -1, .limit = 10};
    assert_ok(store_read_responses(f->reader, &listing, &f->arena, &listed, &count, &err), err);
    assert_int_equal(count, 2);
    assert_string_equal(text_of(f, &listed[1]), GIVEN_TEXT);
    struct seen seen = {.f = f, .expected = GIVEN_TEXT};
    const struct walk walk = {.filter = {.survey = f->survey},
                              .from = TIME_MIN,
                              .to = TIME_MAX,
                              .received_from = TIME_MIN,
                              .received_to = TIME_MAX,
                              .updated_from = TIME_MIN,
                              .updated_to = TIME_MAX,
                              .excluded = -1,
                              .amended = -1};
    assert_ok(store_walk_responses(f->reader, &walk, see, &seen, &err), err);
    assert_int_equal(seen.count, 2);
    assert_ok(store_visit_responses(f->reader, &walk.filter, TIME_MIN, TIME_MAX, GIVE_ANSWERS, see, &seen, &err), err);
    assert_int_equal(seen.count, 4);
    assert_ok(store_visit_responses(f->reader, &walk.filter, TIME_MIN, TIME_MAX, GIVE_COMMENT, see_none, &seen, &err),
              err);
    struct change *exclude = make_exclude(f, 1, true, "a test");
    assert_int_equal(apply(f, exclude), OUTCOME_AMENDED);
    assert_string_equal(text_of(f, &exclude->as.exclude.value), GIVEN_TEXT);
    assert_stored(f, 1, GIVEN_TEXT, 1);
}

/* Who answered `value` in a stretch that cuts its day: it is read from the responses. */
static int64_t count_answered(struct fixture *f, const char *dimension, const char *value) {
    const struct store_span span = {NOW_MS - 5, NOW_MS + 5};
    struct store_segments segments;
    struct error err;
    int64_t count = 0;
    assert_ok(store_read_segments(f->reader, f->survey, NULL, dimension, &span, 1, &f->arena, &segments, &err), err);
    for (size_t i = 0; i < segments.count; i++)
        if (strcmp(segments.segments[i].value, value) == 0)
            count += histogram_count(&segments.segments[i].hists[0]);
    return count;
}

static void assert_answered(struct fixture *f, int64_t count) {
    assert_int_equal(count_answered(f, "answer.reason", "price"), count);
    assert_int_equal(count_answered(f, "answer.features", ""), count);
    assert_int_equal(count_answered(f, "answer.features", "c"), count);
    assert_int_equal(count_answered(f, "answer.features", "b"), 0);
    assert_int_equal(count_answered(f, "answer.ease", "4"), count);
    assert_int_equal(count_answered(f, "answer.why", ""), count);
    assert_int_equal(count_answered(f, "asked.cost", ""), count);
    assert_int_equal(count_answered(f, "revision", "1"), count);
}

/* An engine may keep what it has counted of it, for as long as the state lasts. */
static void test_a_stretch_of_answers_is_of_the_state_that_is_read(void **state) {
    struct fixture *f = *state;
    struct error err;
    assert_int_equal(apply(f, ANSWERS(f, 1, GIVEN)), OUTCOME_CREATED);
    assert_answered(f, 1);
    assert_int_equal(apply(f, ANSWERS(f, 2, GIVEN)), OUTCOME_CREATED);
    assert_answered(f, 2);
    assert_ok(store_reader_begin(f->reader, &err), err);
    assert_answered(f, 2);
    store_reader_end(f->reader);
    assert_int_equal(apply(f, ANSWERS(f, 3, GIVEN)), OUTCOME_CREATED);
    assert_ok(store_reader_begin(f->reader, &err), err);
    assert_answered(f, 3);
    store_reader_end(f->reader);
}

/* Every character that a text may have, and the ends of scales. */
static void test_texts_and_numbers_come_back_as_they_were(void **state) {
    struct fixture *f = *state;
    char text[128];
    size_t length = 0;
    for (char c = 1; c > 0 && c < 127; c++)
        text[length++] = c;
    text[length] = '\0';
    const struct answer answers[] = {{.key = "ease", .form = ANSWER_NUMBER, .number = 1},
                                     {.key = "why", .form = ANSWER_TEXT, .text = text}};
    assert_int_equal(apply(f, ANSWERS(f, 1, answers)), OUTCOME_CREATED);
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_int_equal(stored.answer_count, 2);
    assert_int_equal(stored.answers[0].number, 1);
    assert_string_equal(stored.answers[1].text, text);
    assert_int_equal(apply(f, ANSWERS(f, 1, answers)), OUTCOME_REPLAYED);
}

/* --- Judged ---------------------------------------------------------------------------------------------------------
 */

static void test_what_is_not_taken_is_left_out_and_costs_nothing(void **state) {
    struct fixture *f = *state;
    struct change *change = ANSWERS(f, 1, WRONG);
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_left_out(change, "colour cost ease why");
    assert_string_equal(text_of(f, &change->as.response.value), "reason=speed");
    assert_stored(f, 1, "reason=speed", 1);
    struct change *retry = ANSWERS(f, 1, WRONG);
    assert_int_equal(apply(f, retry), OUTCOME_REPLAYED);
    assert_left_out(retry, "colour cost ease why");
    assert_int_equal(apply(f, ANSWERS(f, 1, SPEED)), OUTCOME_REPLAYED); /* it says the same */
    assert_int_equal(count_all(f), 1);
}

static struct change *strictly(struct change *change) {
    change->as.response.is_strict = true;
    return change;
}

static void test_strictly_it_is_refused(void **state) {
    struct fixture *f = *state;
    struct response stored;
    struct change *change = strictly(ANSWERS(f, 1, WRONG));
    assert_refused(f, change, ERR_INVALID);
    assert_left_out(change, "colour cost ease why");
    assert_false(read_response(f, 1, &stored));
    assert_int_equal(apply(f, strictly(ANSWERS(f, 1, GIVEN))), OUTCOME_CREATED);
    assert_refused(f, strictly(ANSWERS(f, 1, WRONG)), ERR_INVALID); /* an amend */
    assert_stored(f, 1, GIVEN_TEXT, 1);
    assert_int_equal(apply(f, ANSWERS(f, 2, WRONG)), OUTCOME_CREATED);
    assert_refused(f, strictly(ANSWERS(f, 2, WRONG)), ERR_INVALID); /* nor is it a retry of what is stored */
    /* A retry knows nothing of what the survey asks by now. */
    assert_int_equal(apply(f, define(f, "nothing")), OUTCOME_AMENDED);
    change = strictly(ANSWERS(f, 1, GIVEN));
    assert_int_equal(apply(f, change), OUTCOME_REPLAYED);
    assert_left_out(change, "");
    assert_refused(f, strictly(ANSWERS(f, 3, SPEED)), ERR_INVALID);
}

/* Text of any length was left out before the store: it knows no limits. */
static void test_what_was_left_out_before_stays_named(void **state) {
    static const struct answer_refusal LONG = {.key = "why", .detail = "too long"};
    struct fixture *f = *state;
    struct change *change = ANSWERS(f, 1, SPEED);
    change->as.response.value.sent.left_out = &LONG;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_left_out(change, "why");
    change = make_response(f, 2, 9, NOW_MS);
    change->as.response.value.sent.left_out = &LONG;
    assert_refused(f, strictly(change), ERR_INVALID);
    change = ANSWERS(f, 3, WRONG);
    change->as.response.value.sent.left_out = &LONG;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_left_out(change, "colour cost ease why");
}

static void test_a_revision_that_is_named_is_what_was_asked(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, define(f, "later")), OUTCOME_AMENDED);
    struct change *change = ANSWERS(f, 1, GIVEN);
    change->as.response.value.sent.revision = 1;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_left_out(change, "");
    assert_stored(f, 1, GIVEN_TEXT, 1);
    change = ANSWERS(f, 2, GIVEN);
    assert_int_equal(apply(f, change), OUTCOME_CREATED); /* by what is asked now */
    assert_left_out(change, "cost ease features reason");
    assert_stored(f, 2, "why=because\nof\tit", 2);
    static const int64_t NONE[] = {-1, 3, INT64_MAX};
    for (unsigned i = 0; i < CXD_COUNT(NONE); i++) {
        change = ANSWERS(f, 10 + i, TASTE);
        change->as.response.value.sent.revision = NONE[i];
        assert_int_equal(apply(f, change), OUTCOME_CREATED);
        assert_int_equal(change->as.response.value.revision, 2);
        assert_stored(f, 10 + i, "reason=taste", 2);
        change = make_response(f, 20 + i, 9, NOW_MS);
        change->as.response.value.sent.revision = NONE[i];
        assert_refused(f, strictly(change), ERR_INVALID);
        assert_int_equal(change->as.response.value.revision, 2);
    }
    change = make_response(f, 30, 9, NOW_MS); /* without answers too: it says what was asked */
    change->as.response.value.sent.revision = 1;
    assert_int_equal(apply(f, strictly(change)), OUTCOME_CREATED);
    assert_stored(f, 30, "", 1);
}

static void test_an_answer_belongs_to_its_place_in_the_batch(void **state) {
    struct fixture *f = *state;
    struct change *before = ANSWERS(f, 1, TASTE), *put = define(f, "later"), *after = ANSWERS(f, 2, TASTE);
    struct change *batch[] = {before, put, after};
    struct error err;
    assert_ok(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), err);
    assert_stored(f, 1, "", 1);
    assert_stored(f, 2, "reason=taste", 2);
    assert_left_out(before, "reason");
}

/* --- Once -----------------------------------------------------------------------------------------------------------
 */

static void test_a_retry_is_judged_by_what_was_answered(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, ANSWERS(f, 1, WRONG)), OUTCOME_CREATED);
    assert_int_equal(apply(f, ANSWERS(f, 2, GIVEN)), OUTCOME_CREATED);
    assert_int_equal(apply(f, define(f, "later")), OUTCOME_AMENDED);
    struct change *retry = ANSWERS(f, 2, GIVEN);
    assert_int_equal(apply(f, retry), OUTCOME_REPLAYED);
    assert_string_equal(text_of(f, &retry->as.response.value), GIVEN_TEXT);
    assert_int_equal(retry->as.response.value.revision, 1);
    assert_left_out(retry, "");
    retry = ANSWERS(f, 1, WRONG);
    retry->now_ms = NOW_MS + DAY_MS;
    assert_int_equal(apply(f, retry), OUTCOME_REPLAYED);
    assert_left_out(retry, "colour cost ease why");
    /* What names its revision was answered by it. */
    struct change *other = ANSWERS(f, 2, GIVEN);
    other->as.response.value.sent.revision = 2;
    assert_int_equal(apply(f, other), OUTCOME_AMENDED);
    assert_left_out(other, "cost ease features reason");
    assert_stored(f, 2, "why=because\nof\tit", 2);
}

static void test_an_amend_wins_whole_and_the_first_is_known(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, ANSWERS(f, 1, GIVEN)), OUTCOME_CREATED);
    assert_int_equal(apply(f, define(f, "later")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, ANSWERS(f, 1, TASTE)), OUTCOME_AMENDED);
    assert_stored(f, 1, "reason=taste", 2);
    for (int i = 0; i < 2; i++) {
        struct change *late = ANSWERS(f, 1, GIVEN);
        assert_int_equal(apply(f, late), OUTCOME_REPLAYED);
        assert_string_equal(text_of(f, &late->as.response.value), "reason=taste");
        assert_left_out(late, "");
        assert_int_equal(apply(f, ANSWERS(f, 1, TASTE)), OUTCOME_REPLAYED);
        /* And whatever the survey has become since. */
        assert_int_equal(apply(f, define(f, "nothing")), i == 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED);
    }
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_true(stored.first.is_kept);
    assert_int_equal(stored.first.revision, 1);
    /* Another one under its id. */
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_AMENDED);
    assert_stored(f, 1, "", 3);
    struct change *late = ANSWERS(f, 1, TASTE);
    late->now_ms = NOW_MS + DAY_MS;
    late->as.response.value.sent.revision = 2;
    assert_refused(f, late, ERR_CONFLICT);
}

/* The score first, and then what was not asked when it came. */
static void test_what_is_asked_since_is_no_retry_while_it_may_amend(void **state) {
    static const char *const BOTH[] = {"a", "other"};
    static const struct answer FEATURE[] = {{.key = "features", .form = ANSWER_TEXT, .text = "a"}};
    static const struct answer MORE[] = {
        {.key = "features", .form = ANSWER_LIST, .values = BOTH, .value_count = 2, .other = "words"}};
    struct fixture *f = *state;
    assert_int_equal(apply(f, define(f, "nothing")), OUTCOME_AMENDED);
    for (unsigned i = 1; i <= 6; i++)
        assert_int_equal(apply(f, make_response(f, i, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_response(f, 2, 8, NOW_MS)), OUTCOME_AMENDED); /* what it said first is known */
    assert_int_equal(apply(f, define(f, "fewer")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, ANSWERS(f, 7, FEATURE)), OUTCOME_CREATED);
    assert_int_equal(apply(f, define(f, "whole")), OUTCOME_AMENDED);
    for (unsigned i = 1; i <= 2; i++) {
        struct change *more = ANSWERS(f, i, GIVEN);
        assert_int_equal(apply(f, more), OUTCOME_AMENDED);
        assert_left_out(more, "");
        assert_stored(f, i, GIVEN_TEXT, 4);
        assert_int_equal(apply(f, ANSWERS(f, i, GIVEN)), OUTCOME_REPLAYED);
    }
    assert_int_equal(apply(f, make_response(f, 2, 9, NOW_MS)), OUTCOME_REPLAYED); /* which is what it said first */
    assert_int_equal(apply(f, ANSWERS(f, 7, MORE)), OUTCOME_AMENDED);
    assert_stored(f, 7, "features=a+other(words)", 4);
    /* Where nothing may be amended it is what it was. */
    struct change *none[] = {ANSWERS(f, 3, GIVEN), ANSWERS(f, 4, GIVEN), ANSWERS(f, 5, GIVEN), ANSWERS(f, 6, WRONG)};
    none[0]->now_ms = NOW_MS + DAY_MS;
    none[1]->as.response.is_keyed = true;
    none[2]->precondition.if_match = "\"another\"";
    none[3]->as.response.unless_stored = ERR_SURVEY_CLOSED;
    for (unsigned i = 0; i < CXD_COUNT(none); i++) {
        assert_int_equal(apply(f, none[i]), OUTCOME_REPLAYED);
        assert_null(none[i]->broken);
        assert_left_out(none[i], i == 3 ? "colour cost ease reason why" : "cost ease features reason why");
        assert_stored(f, 3 + i, "", 2);
    }
}

/* Before anybody had answered it, a question may have been of another type, or on another scale: what is answered to
 * that cannot stand beside the answers to what it is now. */
static void test_what_was_another_question_then_is_left_out(void **state) {
    static const struct answer SEVEN[] = {{.key = "ease", .form = ANSWER_NUMBER, .number = 7},
                                          {.key = "reason", .form = ANSWER_TEXT, .text = "speed"}};
    static const struct answer WORDS[] = {{.key = "reason", .form = ANSWER_TEXT, .text = "my own words"}};
    struct fixture *f = *state;
    assert_int_equal(apply(f, define(f, "wider")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "turned")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "whole")), OUTCOME_AMENDED);
    struct change *change = ANSWERS(f, 1, WORDS);
    change->as.response.value.sent.revision = 3;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_left_out(change, "reason");
    assert_stored(f, 1, "", 3);
    change = ANSWERS(f, 2, SEVEN);
    change->as.response.value.sent.revision = 2;
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_left_out(change, "ease");
    assert_stored(f, 2, "reason=speed", 2);
    change = ANSWERS(f, 3, SEVEN);
    change->as.response.value.sent.revision = 2;
    assert_refused(f, strictly(change), ERR_INVALID);
    assert_int_equal(apply(f, ANSWERS(f, 4, GIVEN)), OUTCOME_CREATED);
    assert_stored(f, 4, GIVEN_TEXT, 4);
}

/* Judged by the survey that a batch which was taken back would have left. */
static void test_a_batch_that_fails_leaves_answers_as_they_came(void **state) {
    struct fixture *f = *state;
    struct change *unread = make_survey(f, "other", "no memory", NULL);
    store_judge_by(f->store, NULL);
    assert_int_equal(apply(f, unread), OUTCOME_CREATED);
    store_judge_by(f->store, read_definition);
    assert_int_equal(apply(f, ANSWERS(f, 2, GIVEN)), OUTCOME_CREATED);
    struct change *fresh = ANSWERS(f, 1, WRONG), *amend = ANSWERS(f, 2, WRONG), *fails = make_response(f, 3, 9, NOW_MS);
    fails->as.response.value.survey = unread->as.survey.number;
    struct change *batch[] = {define(f, "later"), fresh, amend, fails};
    struct error err;
    assert_int_equal(store_apply(f->store, batch, CXD_COUNT(batch), NULL, &err), ERR_NO_MEMORY);
    struct change *each[] = {fresh, amend};
    for (unsigned i = 0; i < CXD_COUNT(each); i++) {
        assert_int_equal(apply(f, each[i]), i == 0 ? OUTCOME_CREATED : OUTCOME_AMENDED);
        assert_left_out(each[i], "colour cost ease why");
        assert_stored(f, i + 1, "reason=speed", 1);
    }
}

/* --- Fixed ----------------------------------------------------------------------------------------------------------
 */

static void test_a_question_is_fixed_by_its_first_answer(void **state) {
    static const char *const OTHERS[] = {"wider", "rated", "turned"};
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED); /* a score fixes none */
    for (size_t i = 0; i < CXD_COUNT(OTHERS); i++)
        assert_int_equal(apply(f, define(f, OTHERS[i])), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "whole")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, ANSWERS(f, 2, WRONG)), OUTCOME_CREATED); /* "ease" was left out */
    assert_int_equal(apply(f, define(f, "wider")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "whole")), OUTCOME_AMENDED);
    assert_refused(f, define(f, "turned"), ERR_QUESTION_FIXED);
    assert_int_equal(apply(f, ANSWERS(f, 3, GIVEN)), OUTCOME_CREATED);
    for (size_t i = 0; i < CXD_COUNT(OTHERS); i++)
        assert_refused(f, define(f, OTHERS[i]), ERR_QUESTION_FIXED);
    /* Options, texts and the rest are not; also where it was removed, and its answers are gone. */
    assert_int_equal(apply(f, define(f, "later")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "nothing")), OUTCOME_AMENDED);
    assert_refused(f, define(f, "turned"), ERR_QUESTION_FIXED);
    struct change *who = make_response(f, 3, 9, NOW_MS);
    who->as.response.value.respondent = "ann";
    assert_int_equal(apply(f, who), OUTCOME_AMENDED);
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.counts = true;
    erase->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_refused(f, define(f, "turned"), ERR_QUESTION_FIXED);
    struct change *wider = define(f, "wider");
    assert_refused(f, wider, ERR_QUESTION_FIXED);
    const struct question_fixed *fixed = wider->as.survey.fixed;
    assert_false(fixed[0].turns);
    assert_true(fixed[1].turns);
    assert_int_equal(fixed[1].type, QUESTION_SCALE);
    assert_int_equal(fixed[1].scale.metric, METRIC_CSAT);
    assert_int_equal(fixed[1].scale.max, 5);
    assert_refused(f, define(f, "rated"), ERR_QUESTION_FIXED);
    assert_int_equal(apply(f, define(f, "whole")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "whole")), OUTCOME_REPLAYED);
}

static void test_a_batch_that_fails_fixes_nothing(void **state) {
    struct fixture *f = *state;
    char *path = strstr(f->url, f->directory);
    if (!path || strncmp(engine_url, "faulty:", 7) == 0)
        return;
    sqlite3 *db = open_database(path);
    run_sql(db, "CREATE TRIGGER refuses BEFORE INSERT ON response WHEN new.score = 3 BEGIN SELECT RAISE(ABORT, 'no'); "
                "END");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    struct change *batch[] = {ANSWERS(f, 1, GIVEN), make_response(f, 2, 3, NOW_MS)};
    struct error err;
    assert_int_not_equal(store_apply(f->store, batch, 2, NULL, &err), CXD_OK);
    assert_int_equal(apply(f, define(f, "wider")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "turned")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "whole")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, batch[0]), OUTCOME_CREATED);
    assert_refused(f, define(f, "wider"), ERR_QUESTION_FIXED);
}

/* Slots are given once, in the order in which questions came. */
static void test_the_table_of_questions(void **state) {
    struct fixture *f = *state;
    char *path = strstr(f->url, f->directory);
    if (!path)
        return;
    assert_int_equal(apply(f, ANSWERS(f, 1, SPEED)), OUTCOME_CREATED);
    assert_int_equal(apply(f, define(f, "nothing")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, define(f, "rated")), OUTCOME_AMENDED);
    sqlite3 *db = open_database(path);
    sqlite3_stmt *stmt = NULL;
    static const char *const ROWS[] = {"1 1 reason 0  0 0 1 1", "1 2 features 1  0 0 1 0", "1 3 ease 2 ces 1 5 3 0",
                                       "1 4 why 3  0 0 1 0", "1 5 cost 3  0 0 1 0"};
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT survey || ' ' || slot || ' ' || key || ' ' || type || ' ' || ifnull(metric, '') "
                           "|| ' ' || scale_min || ' ' || scale_max || ' ' || revision || ' ' || answered "
                           "FROM question ORDER BY slot",
                           -1, &stmt, NULL),
        SQLITE_OK);
    for (size_t i = 0; i < CXD_COUNT(ROWS); i++) {
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(stmt, 0), ROWS[i]);
    }
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
    assert_int_equal(number_of(db, "SELECT count(*) FROM response WHERE answers = '{\"reason\":\"speed\"}'"), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* --- Forgotten ------------------------------------------------------------------------------------------------------
 */

static struct change *of_person(struct change *change, const char *respondent) {
    change->as.response.value.respondent = respondent;
    return change;
}

static struct change *make_erase(struct fixture *f, const char *respondent, bool counts) {
    struct change *change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = respondent;
    change->as.erase.counts = counts;
    change->as.erase.limit = 10;
    return change;
}

static void test_words_are_erased_and_choices_stay(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, of_person(ANSWERS(f, 1, GIVEN), "ann")), OUTCOME_CREATED);
    assert_int_equal(apply(f, of_person(ANSWERS(f, 2, OTHERWISE), "ann")), OUTCOME_CREATED);
    assert_int_equal(apply(f, of_person(ANSWERS(f, 3, GIVEN), "bob")), OUTCOME_CREATED);
    assert_int_equal(apply(f, define(f, "nothing")), OUTCOME_AMENDED); /* what was asked is known all the same */
    struct change *erase = make_erase(f, "ann", false);
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_int_equal(erase->as.erase.erased, 2);
    assert_stored(f, 1, "cost=(null) ease=4 features=a+c+other reason=price why=(null)", 1);
    assert_stored(f, 2, "reason=other why=(null)", 1);
    assert_stored(f, 3, GIVEN_TEXT, 1);
    assert_refused(f, ANSWERS(f, 1, GIVEN), ERR_GONE);
    assert_int_equal(apply(f, make_erase(f, "bob", true)), OUTCOME_AMENDED);
    struct response stored;
    assert_false(read_response(f, 3, &stored));
    assert_int_equal(count_all(f), 2);
}

static struct change *make_retain(struct fixture *f) {
    struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS + 2 * DAY_MS);
    change->as.retain.survey = f->survey;
    change->as.retain.before_ms = NOW_MS + DAY_MS;
    change->as.retain.retention = RETENTION_ANONYMISE;
    change->as.retain.limit = 10;
    return change;
}

static void test_retention_takes_words_and_leaves_counts(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, ANSWERS(f, 1, GIVEN)), OUTCOME_CREATED); /* nobody is named */
    assert_int_equal(apply(f, ANSWERS(f, 2, OTHERWISE)), OUTCOME_CREATED);
    struct change *retain = make_retain(f);
    assert_int_equal(apply(f, retain), OUTCOME_AMENDED);
    assert_int_equal(retain->as.retain.touched, 2);
    assert_stored(f, 1, "cost=(null) ease=4 features=a+c+other reason=price why=(null)", 1);
    assert_stored(f, 2, "reason=other why=(null)", 1);
    assert_int_equal(apply(f, make_retain(f)), OUTCOME_REPLAYED);
    assert_int_equal(count_all(f), 2);
}

/* In a store that does not judge nothing is known of what was asked: whatever may be words goes. */
static void test_without_a_judge_answers_are_kept_as_they_are_sent(void **state) {
    struct fixture *f = *state;
    store_judge_by(f->store, NULL);
    struct change *put = make_survey(f, "other", "whole", NULL);
    assert_int_equal(apply(f, put), OUTCOME_CREATED);
    f->survey = put->as.survey.number;
    assert_int_equal(apply(f, of_person(ANSWERS(f, 1, GIVEN), "ann")), OUTCOME_CREATED);
    assert_stored(f, 1, GIVEN_TEXT, 1);
    assert_int_equal(apply(f, of_person(ANSWERS(f, 1, GIVEN), "ann")), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, make_erase(f, "ann", false)), OUTCOME_AMENDED);
    assert_stored(f, 1, "cost=(null) ease=4 features=a+c+other reason=(null) why=(null)", 1);
}

/* --- Other ways in --------------------------------------------------------------------------------------------------
 */

static void test_an_import_is_judged_by_the_revision_of_its_rows(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, define(f, "later")), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_import(f, 1)), OUTCOME_CREATED);
    struct change *old = ANSWERS(f, 1, GIVEN), *now = ANSWERS(f, 2, GIVEN);
    old->as.response.value.import = now->as.response.value.import = 1;
    old->as.response.value.revision = 1;
    now->as.response.value.revision = 0;
    assert_int_equal(apply(f, old), OUTCOME_CREATED);
    assert_int_equal(apply(f, now), OUTCOME_CREATED);
    assert_stored(f, 1, GIVEN_TEXT, 1);
    assert_stored(f, 2, "why=because\nof\tit", 2);
    assert_left_out(now, "cost ease features reason");
    struct change *again = ANSWERS(f, 2, GIVEN);
    again->as.response.value.import = 1;
    again->as.response.value.revision = 0;
    assert_int_equal(apply(f, again), OUTCOME_REPLAYED);
}

static void test_who_is_invited_answers_too(void **state) {
    struct fixture *f = *state;
    assert_int_equal(apply(f, make_invite(f, 1, "ann")), OUTCOME_CREATED);
    for (int i = 0; i < 2; i++) {
        struct change *change = ANSWERS(f, 1, WRONG);
        change->as.response.invited.is_kept = true;
        change->as.response.invited.properties_max = 16;
        assert_int_equal(apply(f, change), i == 0 ? OUTCOME_CREATED : OUTCOME_REPLAYED);
        assert_left_out(change, "colour cost ease why");
    }
    struct response stored;
    assert_true(read_response(f, 1, &stored));
    assert_string_equal(stored.respondent, "ann");
    assert_string_equal(text_of(f, &stored), "reason=speed");
}

/* --- Checked --------------------------------------------------------------------------------------------------------
 */

/* What somebody may do to a file, and the words by which the check names it. */
static const struct {
    const char *sql, *place;
} DAMAGES[] = {
    {"UPDATE response SET answers = ''", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"ease\":4'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"ease\":4}}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"ease\":4.5}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"ease\":}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"ease\":nul}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"ease\":9999999999}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"features\":[]}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"features\":[\"a\",}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"features\":[\"a\"'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"why\":\"x\",\"ease\":4}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"why\":\"x\",\"why\":\"x\"}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"why\":\"\\ud83d\"}'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = answers || char(0) || 'x'", "the answers of response 1 cannot be read"},
    {"UPDATE response SET answers = '{\"colour\":\"red\"}'", "response 1 has an answer to colour that is none of it"},
    {"UPDATE response SET answers = '{\"ease\":6}'", "response 1 has an answer to ease that is none of it"},
    {"UPDATE response SET answers = '{\"ease\":-1}'", "response 1 has an answer to ease that is none of it"},
    {"UPDATE response SET answers = '{\"ease\":\"4\"}'", "response 1 has an answer to ease that is none of it"},
    {"UPDATE response SET answers = '{\"features\":\"a\"}'", "response 1 has an answer to features that is none of it"},
    {"UPDATE response SET answers = '{\"reason\":null}'", "response 1 has an answer to reason that is none of it"},
    {"UPDATE response SET answers = '{\"why\":\"x\",\"why/other\":\"y\"}'",
     "response 1 has an answer to why that is none of it"},
    {"UPDATE question SET answered = 0 WHERE key = 'ease'", "response 1 has an answer to ease that is none of it"},
    {"DELETE FROM question WHERE key = 'why'", "response 1 has an answer to why that is none of it"},
    {"UPDATE question SET slot = 0 WHERE key = 'why'", "1 questions say what none can"},
    {"UPDATE question SET type = 4 WHERE key = 'why'", "1 questions say what none can"},
    {"UPDATE question SET metric = NULL WHERE key = 'ease'", "1 questions say what none can"},
    {"UPDATE question SET scale_max = 11 WHERE key = 'ease'", "1 questions say what none can"},
    {"UPDATE question SET scale_max = 1 WHERE key = 'why'", "1 questions say what none can"},
    {"UPDATE question SET revision = 9", "5 questions say what none can"},
    {"UPDATE question SET answered = 2 WHERE key = 'why'", "1 questions say what none can"},
};

static void test_what_no_question_has_is_damage(void **state) {
    const struct store_progress progress = {.read_definition = read_definition};
    struct fixture *f = *state;
    char *path = strstr(f->url, f->directory), copy[160], url[192];
    if (!path || strncmp(engine_url, "faulty:", 7) == 0)
        return;
    assert_int_equal(apply(f, ANSWERS(f, 1, GIVEN)), OUTCOME_CREATED);
    fixture_close_store(f);
    snprintf(copy, sizeof copy, "%s.copy", path);
    snprintf(url, sizeof url, "sqlite:%s", copy);
    for (size_t i = 0; i <= CXD_COUNT(DAMAGES); i++) {
        struct store_report report;
        struct error err;
        sqlite3 *db = open_database(path);
        char *sql = sqlite3_mprintf("VACUUM INTO %Q", copy);
        run_sql(db, sql);
        sqlite3_free(sql);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        if (i < CXD_COUNT(DAMAGES))
            run_sql_in(copy, DAMAGES[i].sql);
        assert_ok(store_check(url, &progress, &report, &err), err);
        if (i == CXD_COUNT(DAMAGES))
            assert_true(store_report_is_good(&report));
        else if (!strstr(report.parts[STORE_RECORDS].places[0], DAMAGES[i].place))
            fail_msg("%s: %s", DAMAGES[i].sql, report.parts[STORE_RECORDS].places[0]);
        assert_int_equal(unlink(copy), 0);
    }
    snprintf(copy, sizeof copy, "%s.copy.lock", path);
    unlink(copy);
    struct error err;
    assert_ok(store_open(f->url, &f->store, &err), err);
    assert_ok(store_reader_open(f->store, &f->reader, &err), err);
}

int main(void) {
#define ASKING_TEST(name) cmocka_unit_test_setup_teardown(name, asking_setup, engine_teardown)
    const struct CMUnitTest tests[] = {
        ASKING_TEST(test_what_was_answered_is_read_everywhere),
        ASKING_TEST(test_a_stretch_of_answers_is_of_the_state_that_is_read),
        ASKING_TEST(test_texts_and_numbers_come_back_as_they_were),
        ASKING_TEST(test_what_is_not_taken_is_left_out_and_costs_nothing),
        ASKING_TEST(test_strictly_it_is_refused),
        ASKING_TEST(test_what_was_left_out_before_stays_named),
        ASKING_TEST(test_a_revision_that_is_named_is_what_was_asked),
        ASKING_TEST(test_an_answer_belongs_to_its_place_in_the_batch),
        ASKING_TEST(test_a_retry_is_judged_by_what_was_answered),
        ASKING_TEST(test_an_amend_wins_whole_and_the_first_is_known),
        ASKING_TEST(test_what_is_asked_since_is_no_retry_while_it_may_amend),
        ASKING_TEST(test_what_was_another_question_then_is_left_out),
        ASKING_TEST(test_a_batch_that_fails_leaves_answers_as_they_came),
        ASKING_TEST(test_a_question_is_fixed_by_its_first_answer),
        ASKING_TEST(test_a_batch_that_fails_fixes_nothing),
        ASKING_TEST(test_the_table_of_questions),
        ASKING_TEST(test_words_are_erased_and_choices_stay),
        ASKING_TEST(test_retention_takes_words_and_leaves_counts),
        ASKING_TEST(test_without_a_judge_answers_are_kept_as_they_are_sent),
        ASKING_TEST(test_an_import_is_judged_by_the_revision_of_its_rows),
        ASKING_TEST(test_who_is_invited_answers_too),
        ASKING_TEST(test_what_no_question_has_is_damage),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}

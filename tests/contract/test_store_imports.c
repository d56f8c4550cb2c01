/* Imports: rows that are created, known and refused, and counted; what was imported is undone, and leaves nothing
 * behind that keeps it from coming again. */

#include "fixture.h"

static struct import_record read_import(struct fixture *f, unsigned number) {
    struct import_record record = {0};
    struct id id = id_of(number);
    struct error err;
    bool found = false;
    assert_ok(store_read_import(f->reader, &id, &f->arena, &found, &record, &err), err);
    assert_true(found);
    return record;
}

static struct change *make_row(struct fixture *f, int64_t import, unsigned number, int score) {
    struct change *change = make_response(f, number, score, NOW_MS - 400 * DAY_MS);
    change->now_ms = change->as.response.value.received_at = NOW_MS;
    change->as.response.value.import = import;
    change->as.response.value.touchpoint = "checkout";
    change->as.response.value.comment = "late parcel";
    return change;
}

static void apply_all(struct fixture *f, struct change *const *changes, size_t count) {
    struct error err;
    assert_ok(store_apply(f->store, changes, count, NULL, &err), err);
}

static int64_t begin(struct fixture *f, unsigned number) {
    struct change *change = make_import(f, number);
    assert_int_equal(apply(f, change), OUTCOME_CREATED);
    assert_true(change->as.import.value.number > 0);
    return change->as.import.value.number;
}

static void assert_counts(struct fixture *f, unsigned number, enum import_state state, int64_t created, int64_t known,
                          int64_t refused, int64_t removed) {
    const struct import_record record = read_import(f, number);
    assert_int_equal(record.state, state);
    assert_int_equal(record.created, created);
    assert_int_equal(record.known, known);
    assert_int_equal(record.refused, refused);
    assert_int_equal(record.removed, removed);
}

static int64_t count_answers(struct fixture *f, const char *touchpoint) {
    const struct filter filter = {.survey = f->survey, .touchpoint = touchpoint};
    const int64_t bounds[] = {TIME_MIN, TIME_MAX};
    struct histogram hist;
    struct error err;
    assert_ok(store_read_histograms(f->reader, &filter, bounds, 2, &hist, &err), err);
    return histogram_count(&hist);
}

static bool is_stored(struct fixture *f, unsigned number, struct response *ret_response) {
    struct id id = id_of(number);
    struct error err;
    bool found = false;
    assert_ok(store_read_response(f->reader, f->survey, &id, &f->arena, &found, ret_response, &err), err);
    return found;
}

/* Slices until there is nothing more; how many there were. */
static int undo_all(struct fixture *f, size_t limit) {
    int slices = 0;
    for (bool more = true; more; slices++) {
        struct change *change = make_change(f, CHANGE_UNDO, NOW_MS);
        change->as.undo.limit = limit;
        assert_int_not_equal(apply(f, change), OUTCOME_REFUSED);
        assert_true(change->as.undo.removed <= (int64_t)limit);
        more = change->as.undo.more;
    }
    return slices;
}

static void test_an_open_import_of_the_same_goes_on(void **state) {
    struct fixture *f = *state;
    int64_t first = begin(f, 80);
    struct change *again = make_import(f, 81), *other = make_import(f, 82);
    again->as.import.value.fingerprint = "file 80";
    assert_int_equal(apply(f, again), OUTCOME_REPLAYED);
    assert_int_equal(again->as.import.value.number, first);
    assert_int_equal(again->as.import.value.id.bytes[15], 80);
    assert_string_equal(again->as.import.value.source, "a file");
    assert_int_equal(apply(f, other), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_DONE)), OUTCOME_AMENDED);
    again = make_import(f, 83);
    again->as.import.value.fingerprint = "file 80";
    assert_int_equal(apply(f, again), OUTCOME_CREATED);
    struct change *nowhere = make_import(f, 84);
    nowhere->as.import.value.survey = 77;
    assert_int_equal(apply(f, nowhere), OUTCOME_MISSING);
    struct import_record *records;
    struct error err;
    size_t count = 0;
    assert_ok(store_read_imports(f->reader, 0, 2, &f->arena, &records, &count, &err), err);
    assert_int_equal(count, 2);
    assert_true(records[0].number > records[1].number);
    assert_ok(store_read_imports(f->reader, records[1].number, 9, &f->arena, &records, &count, &err), err);
    assert_int_equal(count, 1);
    assert_true(records[0].has_expected && records[0].expected == 3);
}

/* A batch that failed is applied again, perhaps in another order: what was answered with another import has its own
 * name again. */
static void test_what_goes_on_with_another_import_begins_as_itself(void **state) {
    struct fixture *f = *state;
    (void)begin(f, 80);
    struct change *again = make_import(f, 81);
    again->as.import.value.fingerprint = "file 80";
    again->as.import.value.source = "a copy of it";
    assert_int_equal(apply(f, again), OUTCOME_REPLAYED);
    assert_int_equal(again->as.import.value.id.bytes[15], 80);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_DONE)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, again), OUTCOME_CREATED);
    assert_int_equal(again->as.import.value.id.bytes[15], 81);
    assert_string_equal(again->as.import.value.source, "a copy of it");
}

static void test_rows_are_created_or_known_whatever_they_say(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_response(f, 1, 9, NOW_MS)), OUTCOME_CREATED);
    int64_t import = begin(f, 80), other = begin(f, 81);
    struct change *rows[] = {make_response(f, 1, 9, NOW_MS), make_row(f, import, 2, 3), make_row(f, import, 2, 4),
                             make_row(f, other, 2, 5),       make_row(f, import, 3, 6), make_row(f, import, 1, 3)};
    rows[0]->as.response.value.import = import;
    apply_all(f, rows, CXD_COUNT(rows));
    static const enum outcome OUTCOMES[] = {OUTCOME_REPLAYED, OUTCOME_CREATED, OUTCOME_REPLAYED,
                                            OUTCOME_REPLAYED, OUTCOME_CREATED, OUTCOME_REFUSED};
    for (size_t i = 0; i < CXD_COUNT(rows); i++)
        assert_int_equal(rows[i]->outcome, OUTCOMES[i]);
    assert_int_equal(rows[5]->refusal, ERR_CONFLICT);
    /* What the import has made itself, and is sent again, is not counted again. */
    assert_counts(f, 80, IMPORT_OPEN, 2, 1, 1, 0);
    assert_counts(f, 81, IMPORT_OPEN, 0, 1, 0, 0);
    assert_true(is_stored(f, 1, &stored) && stored.score == 9 && stored.import == 0 && stored.updated_at == 0);
    assert_true(is_stored(f, 2, &stored) && stored.score == 3 && stored.import == import);
    assert_int_equal(count_answers(f, "checkout"), 2);
}

/* Whoever guesses an id stands for no row: not with other words, and not with the row's own, amended or hidden since.
 */
static void test_who_answers_under_the_id_of_a_row_does_not_hide_it(void **state) {
    struct fixture *f = *state;
    struct response stored;
    int64_t import = begin(f, 80);
    struct change *row = make_row(f, import, 1, 9), *guess = make_row(f, 0, 1, 0);
    assert_int_equal(apply(f, guess), OUTCOME_CREATED);
    assert_int_equal(apply(f, row), OUTCOME_REFUSED);
    assert_int_equal(row->refusal, ERR_CONFLICT);
    struct change *same = make_row(f, 0, 2, 9), *amend = make_row(f, 0, 2, 0);
    assert_int_equal(apply(f, same), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_row(f, import, 2, 9)), OUTCOME_REPLAYED);
    assert_int_equal(apply(f, amend), OUTCOME_AMENDED);
    row = make_row(f, import, 2, 9);
    assert_int_equal(apply(f, row), OUTCOME_REFUSED);
    assert_int_equal(row->refusal, ERR_CONFLICT);
    /* What the survey refuses it for is told first, as of a row that is new. */
    row = make_row(f, import, 2, 9);
    row->as.response.unless_stored = ERR_INVALID;
    assert_int_equal(apply(f, row), OUTCOME_REFUSED);
    assert_int_equal(row->refusal, ERR_INVALID);
    assert_counts(f, 80, IMPORT_OPEN, 0, 1, 3, 0);
    assert_true(is_stored(f, 1, &stored) && stored.score == 0 && stored.import == 0 && stored.updated_at == 0);
}

static void test_what_an_import_says_of_its_rows_is_kept(void **state) {
    struct fixture *f = *state;
    struct change *row = make_row(f, begin(f, 80), 1, 3);
    struct response *value = &row->as.response.value, stored;
    value->received_at = NOW_MS - 399 * DAY_MS;
    value->updated_at = NOW_MS - 300 * DAY_MS;
    value->excluded = true;
    value->excluded_reason = "a test";
    value->flags = FLAG_BURST;
    assert_int_equal(apply(f, row), OUTCOME_CREATED);
    assert_true(is_stored(f, 1, &stored));
    assert_int_equal(stored.received_at, NOW_MS - 399 * DAY_MS);
    assert_int_equal(stored.updated_at, NOW_MS - 300 * DAY_MS);
    assert_int_equal(stored.flags, FLAG_BURST);
    assert_string_equal(stored.excluded_reason, "a test");
    assert_int_equal(count_answers(f, NULL), 0);
    /* Whatever is changed of it since. */
    struct change *counted = make_exclude(f, 1, false, NULL);
    counted->now_ms = NOW_MS + 5;
    assert_int_equal(apply(f, counted), OUTCOME_AMENDED);
    assert_true(is_stored(f, 1, &stored));
    assert_int_equal(stored.updated_at, NOW_MS + 5);
    assert_int_equal(count_answers(f, NULL), 1);
}

static void test_what_was_imported_is_amended_by_nobody(void **state) {
    struct fixture *f = *state;
    struct response stored;
    assert_int_equal(apply(f, make_row(f, begin(f, 80), 1, 3)), OUTCOME_CREATED);
    struct change *amend = make_response(f, 1, 9, NOW_MS), *older = make_response(f, 1, 9, NOW_MS - 500 * DAY_MS);
    older->now_ms = NOW_MS;
    assert_int_equal(apply(f, amend), OUTCOME_REFUSED);
    assert_int_equal(amend->refusal, ERR_CONFLICT);
    assert_int_equal(apply(f, older), OUTCOME_REFUSED);
    assert_int_equal(older->refusal, ERR_CONFLICT);
    assert_true(is_stored(f, 1, &stored) && stored.score == 3);
}

static void test_erased_is_not_filled_again(void **state) {
    struct fixture *f = *state;
    int64_t import = begin(f, 80);
    make_person(f, 1, "ann");
    make_person(f, 2, "bob");
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS), *forget = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.counts = true;
    forget->as.erase.respondent = "bob";
    erase->as.erase.limit = forget->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_int_equal(apply(f, forget), OUTCOME_AMENDED);
    for (unsigned i = 1; i < 3; i++) {
        struct change *row = make_row(f, import, i, 3);
        assert_int_equal(apply(f, row), OUTCOME_REFUSED);
        assert_int_equal(row->refusal, ERR_GONE);
    }
    assert_counts(f, 80, IMPORT_OPEN, 0, 0, 2, 0);
}

static void test_only_an_open_import_takes_rows(void **state) {
    struct fixture *f = *state;
    int64_t import = begin(f, 80);
    struct change *rows = make_change(f, CHANGE_IMPORT_ROWS, NOW_MS), *nowhere = make_row(f, import + 7, 1, 3);
    rows->as.import_rows.number = import;
    rows->as.import_rows.refused = 4;
    assert_int_equal(apply(f, rows), OUTCOME_AMENDED);
    assert_counts(f, 80, IMPORT_OPEN, 0, 0, 4, 0);
    assert_int_equal(apply(f, nowhere), OUTCOME_REFUSED);
    assert_int_equal(nowhere->refusal, ERR_NO_IMPORT);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_DONE)), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_DONE)), OUTCOME_REPLAYED);
    /* In the same batch too, in their order. */
    struct change *batch[] = {make_turn(f, 80, IMPORT_UNDOING), make_row(f, import, 1, 3),
                              make_turn(f, 80, IMPORT_DONE), make_turn(f, 80, IMPORT_UNDOING)};
    apply_all(f, batch, CXD_COUNT(batch));
    assert_int_equal(batch[1]->refusal, ERR_IMPORT_ENDED);
    assert_int_equal(batch[2]->refusal, ERR_IMPORT_ENDED);
    assert_int_equal(batch[3]->outcome, OUTCOME_REPLAYED);
    assert_counts(f, 80, IMPORT_UNDOING, 0, 0, 4, 0);
    assert_int_equal(apply(f, make_turn(f, 99, IMPORT_UNDOING)), OUTCOME_MISSING);
}

static void test_undone_leaves_nothing_and_comes_again(void **state) {
    struct fixture *f = *state;
    enum { ROWS = 25, OTHERS = 40 };
    struct response stored;
    int64_t first = begin(f, 80);
    for (unsigned i = 0; i < ROWS; i++) {
        struct change *row = make_row(f, first, 100 + i, (int)i % 11);
        row->as.response.value.respondent = i == 3 ? "ann" : i == 4 ? "bob" : "eve";
        assert_int_equal(apply(f, row), OUTCOME_CREATED);
        assert_int_equal(apply(f, make_response(f, 200 + i, 5, NOW_MS)), OUTCOME_CREATED);
    }
    for (unsigned i = 0; i < OTHERS; i++)
        assert_int_equal(apply(f, make_response(f, 300 + i, 5, NOW_MS)), OUTCOME_CREATED);
    /* One is excluded, one erased, one forgotten since. */
    assert_int_equal(apply(f, make_exclude(f, 102, true, "a test")), OUTCOME_AMENDED);
    struct change *erase = make_change(f, CHANGE_ERASE, NOW_MS), *forget = make_change(f, CHANGE_ERASE, NOW_MS);
    erase->as.erase.respondent = "ann";
    erase->as.erase.counts = true;
    forget->as.erase.respondent = "bob";
    erase->as.erase.limit = forget->as.erase.limit = 10;
    assert_int_equal(apply(f, erase), OUTCOME_AMENDED);
    assert_int_equal(apply(f, forget), OUTCOME_AMENDED);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_UNDOING)), OUTCOME_AMENDED);
    assert_int_equal(count_answers(f, "checkout"), ROWS - 2);
    assert_true(undo_all(f, 4) > ROWS / 4);
    assert_counts(f, 80, IMPORT_UNDONE, ROWS, 0, 0, ROWS - 1);
    assert_int_equal(count_answers(f, "checkout"), 0);
    assert_int_equal(count_answers(f, NULL), ROWS + OTHERS);
    for (unsigned i = 0; i < ROWS; i++)
        assert_false(is_stored(f, 100 + i, &stored));
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_UNDOING)), OUTCOME_REPLAYED);
    /* The same rows again, but for those whose people are gone, however late. */
    struct change *unmark = make_change(f, CHANGE_UNMARK, NOW_MS);
    unmark->as.unmark.before_ms = NOW_MS + 1000 * DAY_MS;
    unmark->as.unmark.limit = 100;
    (void)apply(f, unmark);
    int64_t second = begin(f, 81);
    for (unsigned i = 0; i < ROWS; i++) {
        struct change *row = make_row(f, second, 100 + i, (int)i % 11);
        bool is_gone = i == 3 || i == 4;
        assert_int_equal(apply(f, row), is_gone ? OUTCOME_REFUSED : OUTCOME_CREATED);
        assert_int_equal(row->refusal, is_gone ? ERR_GONE : CXD_OK);
        assert_true(is_gone || row->as.response.value.number > first);
    }
    assert_counts(f, 81, IMPORT_OPEN, ROWS - 2, 0, 2, 0);
    assert_int_equal(count_answers(f, "checkout"), ROWS - 2);
}

static void erase(struct fixture *f, const char *respondent, bool counts) {
    struct change *change = make_change(f, CHANGE_ERASE, NOW_MS);
    change->as.erase.respondent = respondent;
    change->as.erase.counts = counts;
    change->as.erase.limit = 10;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
}

static void retain(struct fixture *f, enum retention retention) {
    struct change *change = make_change(f, CHANGE_RETAIN, NOW_MS);
    change->as.retain.survey = f->survey;
    change->as.retain.before_ms = NOW_MS - 30 * DAY_MS;
    change->as.retain.retention = retention;
    change->as.retain.limit = 100;
    assert_int_equal(apply(f, change), OUTCOME_AMENDED);
}

/* As late as anybody may look for marks. */
static void unmark(struct fixture *f) {
    struct change *change = make_change(f, CHANGE_UNMARK, NOW_MS);
    change->as.unmark.before_ms = NOW_MS + 1000 * DAY_MS;
    change->as.unmark.limit = 100;
    (void)apply(f, change);
}

static enum cxd_err send_again(struct fixture *f, int64_t import, unsigned number) {
    struct change *row = make_row(f, import, number, 5);
    (void)apply(f, row);
    return row->refusal;
}

/* Retention forgets whom nobody has asked to be forgotten: that bars nothing from coming again. */
static void test_what_was_anonymised_by_age_comes_again(void **state) {
    struct fixture *f = *state;
    int64_t first = begin(f, 80);
    struct response stored;
    for (unsigned i = 1; i <= 3; i++) {
        struct change *row = make_row(f, first, i, 5);
        row->as.response.value.respondent = i == 1 ? "ann" : i == 2 ? "bob" : NULL;
        assert_int_equal(apply(f, row), OUTCOME_CREATED);
    }
    erase(f, "ann", false);
    retain(f, RETENTION_ANONYMISE);
    assert_true(is_stored(f, 2, &stored) && !stored.respondent && stored.forgotten_by_age);
    assert_true(is_stored(f, 1, &stored) && stored.forgotten_at != 0 && !stored.forgotten_by_age);
    /* Until it is undone, it is not filled again. */
    int64_t second = begin(f, 81);
    for (unsigned i = 1; i <= 3; i++)
        assert_int_equal(send_again(f, second, i), ERR_GONE);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_UNDOING)), OUTCOME_AMENDED);
    (void)undo_all(f, 10);
    assert_int_equal(send_again(f, second, 1), ERR_GONE);
    assert_int_equal(send_again(f, second, 2), CXD_OK);
    assert_int_equal(send_again(f, second, 3), CXD_OK);
    unmark(f);
    assert_int_equal(send_again(f, second, 1), ERR_GONE);
}

/* Whom somebody had forgotten stays so, also once retention has deleted what was left. */
static void test_a_file_never_brings_back_who_was_forgotten(void **state) {
    struct fixture *f = *state;
    int64_t first = begin(f, 80);
    for (unsigned i = 1; i <= 3; i++) {
        struct change *row = make_row(f, first, i, 5);
        row->as.response.value.respondent = i == 1 ? "ann" : i == 2 ? "bob" : NULL;
        assert_int_equal(apply(f, row), OUTCOME_CREATED);
    }
    erase(f, "ann", false);
    erase(f, "bob", true);
    retain(f, RETENTION_DELETE);
    for (unsigned i = 1; i <= 3; i++)
        assert_int_equal(send_again(f, first, i), ERR_GONE);
    unmark(f);
    assert_int_equal(send_again(f, first, 1), ERR_GONE);
    assert_int_equal(send_again(f, first, 2), ERR_GONE);
    assert_int_equal(send_again(f, first, 3), CXD_OK);
}

static void test_an_import_without_rows_is_undone_at_once(void **state) {
    struct fixture *f = *state;
    (void)begin(f, 80);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_UNDOING)), OUTCOME_AMENDED);
    assert_int_equal(undo_all(f, 4), 2);
    assert_counts(f, 80, IMPORT_UNDONE, 0, 0, 0, 0);
    struct store_figures figures;
    struct error err;
    assert_ok(store_read_figures(f->reader, &figures, &err), err);
    assert_int_equal(figures.imports[IMPORT_UNDONE], 1);
    assert_int_equal(figures.imports[IMPORT_OPEN], 0);
}

/* What is being undone is still there, and would be known to who sends it again: then it would go. */
static void test_while_one_is_undone_none_of_its_survey_takes_rows(void **state) {
    struct fixture *f = *state;
    int64_t first = begin(f, 80), other = begin(f, 81);
    struct response stored;
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(apply(f, make_row(f, first, 100 + i, 5)), OUTCOME_CREATED);
    assert_int_equal(apply(f, make_turn(f, 80, IMPORT_UNDOING)), OUTCOME_AMENDED);
    struct change *slice = make_change(f, CHANGE_UNDO, NOW_MS);
    slice->as.undo.limit = 2;
    assert_int_equal(apply(f, slice), OUTCOME_AMENDED);
    assert_true(read_import(f, 81).is_held);
    struct change *again[] = {make_row(f, other, 105, 5), make_row(f, other, 120, 5), make_import(f, 82)};
    for (size_t i = 0; i < CXD_COUNT(again); i++) {
        assert_int_equal(apply(f, again[i]), OUTCOME_REFUSED);
        assert_int_equal(again[i]->refusal, ERR_NOT_READY);
    }
    (void)undo_all(f, 2);
    assert_false(read_import(f, 81).is_held);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(apply(f, make_row(f, other, 100 + i, 5)), OUTCOME_CREATED);
    assert_int_equal(count_answers(f, "checkout"), 6);
    assert_true(is_stored(f, 105, &stored) && stored.import == other);
    (void)begin(f, 82);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        ENGINE_TEST(test_an_open_import_of_the_same_goes_on),
        ENGINE_TEST(test_what_goes_on_with_another_import_begins_as_itself),
        ENGINE_TEST(test_rows_are_created_or_known_whatever_they_say),
        ENGINE_TEST(test_who_answers_under_the_id_of_a_row_does_not_hide_it),
        ENGINE_TEST(test_what_an_import_says_of_its_rows_is_kept),
        ENGINE_TEST(test_what_was_imported_is_amended_by_nobody),
        ENGINE_TEST(test_erased_is_not_filled_again),
        ENGINE_TEST(test_only_an_open_import_takes_rows),
        ENGINE_TEST(test_undone_leaves_nothing_and_comes_again),
        ENGINE_TEST(test_what_was_anonymised_by_age_comes_again),
        ENGINE_TEST(test_a_file_never_brings_back_who_was_forgotten),
        ENGINE_TEST(test_an_import_without_rows_is_undone_at_once),
        ENGINE_TEST(test_while_one_is_undone_none_of_its_survey_takes_rows),
    };
    return run_over_all_engines(tests, CXD_COUNT(tests));
}

/* The sums of a batch: the table behind them is keyed, since strangers choose the values and the times. */

#include "../support/unit.h"
#include "store/deltas.h"

static void add(struct deltas *deltas, const char *value, int sign) {
    const struct declared declared = {.survey = 1};
    const struct response response = {.survey = 1, .has_score = true, .score = 7, .touchpoint = value};
    assert_true(deltas_add(deltas, &declared, &response, sign));
}

/* What collides in one process does not in the next: nobody can send values that always do. */
static void test_values_are_hashed_with_a_key_of_the_process(void **state) {
    struct deltas first, second;
    struct error err;
    assert_int_equal(deltas_init(&first, &err), CXD_OK);
    assert_int_equal(deltas_init(&second, &err), CXD_OK);
    add(&first, "checkout", 1);
    add(&second, "checkout", 1);
    assert_int_equal(first.series_count, 2);
    for (size_t i = 0; i < first.series_count; i++)
        assert_true(first.series[i].hash != second.series[i].hash);
    deltas_free(&first);
    deltas_free(&second);
}

static void test_equal_values_are_summed(void **state) {
    enum { VALUES = 3000 };
    struct deltas deltas;
    struct error err;
    const struct delta_row *rows;
    size_t count, segments = 0;
    assert_int_equal(deltas_init(&deltas, &err), CXD_OK);
    for (int i = 0; i < 3 * VALUES; i++) {
        char value[16];
        snprintf(value, sizeof value, "v%d", i % VALUES);
        add(&deltas, value, i < 2 * VALUES ? 1 : -1);
    }
    assert_int_equal(deltas.series_count, VALUES + 1);
    assert_true(deltas_rows(&deltas, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        bool total = delta_series_is_total(&deltas.series[rows[i].series]);
        assert_int_equal(rows[i].hist.n[7], total ? VALUES : 1);
        segments += !total;
    }
    assert_int_equal(segments, 4 * VALUES);
    deltas_free(&deltas);
}

struct placed {
    int64_t survey;
    const char *dimension, *value;
    enum tier tier;
    int64_t bucket;
};

static int compare_places(const struct placed *a, const struct placed *b) {
    const int64_t x[] = {a->survey, *a->dimension != '\0', a->tier, a->bucket},
                  y[] = {b->survey, *b->dimension != '\0', b->tier, b->bucket};
    for (size_t i = 0; i < CXD_COUNT(x); i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    int order = strcmp(a->dimension, b->dimension);
    return order ? order : strcmp(a->value, b->value);
}

/* Two writers that count the same in another order take the same rows in the same order: neither waits for the other
 * in a circle. */
static void test_rows_have_one_order(void **state) {
    enum { RESPONSES = 60 };
    static const char *const VALUES[] = {"b", "a", "c", "", "ab"};
    static const char *const CHANNELS[] = {"web", "app"};
    struct deltas deltas[2];
    const struct delta_row *rows[2];
    size_t counts[2];
    struct error err;
    for (unsigned turn = 0; turn < 2; turn++) {
        assert_int_equal(deltas_init(&deltas[turn], &err), CXD_OK);
        for (unsigned i = 0; i < RESPONSES; i++) {
            unsigned n = turn == 0 ? i : RESPONSES - 1 - i;
            const struct declared declared = {.survey = 1 + n % 3};
            const struct response response = {.survey = declared.survey,
                                              .has_score = true,
                                              .score = (int)(n % 11),
                                              .touchpoint = VALUES[n % CXD_COUNT(VALUES)],
                                              .channel = CHANNELS[n / 7 % CXD_COUNT(CHANNELS)],
                                              .answered_at = (int64_t)(n * 7 % 50) * 3600000};
            assert_true(deltas_add(&deltas[turn], &declared, &response, 1));
        }
        assert_true(deltas_rows(&deltas[turn], &rows[turn], &counts[turn]));
    }
    assert_int_equal(counts[0], counts[1]);
    assert_true(counts[0] > RESPONSES);
    struct placed before = {0};
    for (size_t i = 0; i < counts[0]; i++) {
        struct placed places[2];
        for (unsigned turn = 0; turn < 2; turn++) {
            const struct delta_row *row = &rows[turn][i];
            const struct delta_series *series = &deltas[turn].series[row->series];
            places[turn] = (struct placed){series->survey, series->dimension, series->value, row->tier, row->bucket};
        }
        assert_int_equal(compare_places(&places[0], &places[1]), 0);
        assert_memory_equal(&rows[0][i].hist, &rows[1][i].hist, sizeof rows[0][i].hist);
        if (i > 0)
            assert_true(compare_places(&before, &places[0]) < 0);
        before = places[0];
    }
    /* Of one dimension, who came first has the first place. */
    for (unsigned turn = 0; turn < 2; turn++)
        for (size_t i = 1; i < deltas[turn].series_count; i++) {
            const uint32_t *at = &deltas[turn].order[i];
            const struct delta_series *last = &deltas[turn].series[at[-1]], *series = &deltas[turn].series[*at];
            bool is_same = last->survey == series->survey && strcmp(last->dimension, series->dimension) == 0;
            assert_true(is_same ? at[-1] < *at
                                : last->survey < series->survey || strcmp(last->dimension, series->dimension) < 0);
        }
    deltas_free(&deltas[0]);
    deltas_free(&deltas[1]);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_hashed_with_a_key_of_the_process),
        cmocka_unit_test(test_equal_values_are_summed),
        cmocka_unit_test(test_rows_have_one_order),
    };
    return cmocka_run_group_tests_name("deltas", tests, NULL, NULL);
}

#ifndef CXD_TESTS_CONTRACT_IMPORT_HISTORY_H
#define CXD_TESTS_CONTRACT_IMPORT_HISTORY_H

/* A part of test_store_histories.c: imports beside other responses, in two engines that must agree. */

#include "fixture.h"

/* Imports that were begun, or would have been: each has an id of its own. */
enum { IMPORT_IDS = 100000, FINGERPRINTS = 3 };

/* Begun, done, to be undone, undone in part, or rows of it refused. */
static inline struct change *import_random(struct fixture *f, unsigned (*roll)(unsigned sides), int64_t survey,
                                           unsigned *begun, int64_t now_ms) {
    struct change *change;
    unsigned kind = roll(10);
    if (kind < 4) {
        change = make_import(f, IMPORT_IDS + *begun);
        static const char *const NAMES[FINGERPRINTS] = {"one", "two", "three"};
        change->as.import.value.fingerprint = NAMES[roll(FINGERPRINTS)];
        change->as.import.value.survey = survey;
        *begun += 1;
    } else if (kind < 5) {
        change = make_turn(f, IMPORT_IDS + roll(*begun + 1), roll(3) ? IMPORT_UNDOING : IMPORT_DONE);
    } else if (kind < 6) {
        change = make_change(f, CHANGE_IMPORT_ROWS, now_ms);
        change->as.import_rows.number = 1 + (int64_t)roll(*begun + 1);
        change->as.import_rows.refused = (int64_t)roll(4);
    } else {
        change = make_change(f, CHANGE_UNDO, now_ms);
        change->as.undo.limit = 1 + roll(5);
    }
    change->now_ms = now_ms;
    return change;
}

/* Numbers of responses are each engine's own, unless they are the same. */
static inline void import_same(const struct import_record *a, const struct import_record *b, bool same_numbers) {
    assert_int_equal(a->number, b->number);
    assert_true(id_compare(&a->id, &b->id) == 0);
    assert_int_equal(a->survey, b->survey);
    assert_string_equal(a->fingerprint, b->fingerprint);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->created_at, b->created_at);
    assert_int_equal(a->updated_at, b->updated_at);
    assert_int_equal(a->created, b->created);
    assert_int_equal(a->known, b->known);
    assert_int_equal(a->refused, b->refused);
    assert_int_equal(a->removed, b->removed);
    if (!same_numbers)
        return;
    assert_int_equal(a->after, b->after);
    assert_int_equal(a->last, b->last);
    assert_int_equal(a->undone, b->undone);
}

/* Returns how many responses undoing has deleted in all: histories in which it never does would show nothing. */
static inline int64_t import_check(struct fixture *one, struct fixture *other, bool same_numbers) {
    struct fixture *engines[] = {one, other};
    struct import_record *records[2] = {NULL, NULL};
    size_t counts[2];
    struct error err;
    int64_t removed = 0;
    for (size_t i = 0; i < 2; i++)
        assert_ok(store_read_imports(engines[i]->reader, 0, 1000, &engines[i]->arena, &records[i], &counts[i], &err),
                  err);
    assert_int_equal(counts[0], counts[1]);
    for (size_t i = 0; i < counts[0]; i++) {
        import_same(&records[0][i], &records[1][i], same_numbers);
        removed += records[0][i].removed;
    }
    return removed;
}

#endif

/* The memory that requests share: who may claim how much beside whom. */

#include "../support/unit.h"
#include "cxd/base/budget.h"

static void test_alone(void **state) {
    struct budget budget;
    struct budget_claim claim = {.bytes = 0};
    budget_init(&budget);
    assert_true(budget_claim(&budget, 10, &claim, 1000, false));
    assert_true(budget_claim(&budget, 10, &claim, 1 << 30, true));
    assert_int_equal(budget.held, 1 << 30);
    assert_true(budget_claim(&budget, 10, &claim, 5, true));
    budget_release(&budget, &claim);
    budget_release(&budget, &claim);
    assert_int_equal(budget.held + budget.working + budget.refused, 0);
    budget_destroy(&budget);
}

static void test_shared(void **state) {
    struct budget budget;
    struct budget_claim a = {.bytes = 0}, b = {.bytes = 0}, c = {.bytes = 0};
    budget_init(&budget);
    assert_true(budget_claim(&budget, 100, &a, 60, false));
    assert_false(budget_claim(&budget, 100, &b, 41, false));
    assert_true(budget_claim(&budget, 100, &b, 40, false));
    assert_true(budget_claim(&budget, 100, &a, 500, true)); /* the only one that works */
    assert_false(budget_claim(&budget, 100, &b, 41, true));
    assert_false(budget_claim(&budget, 100, &c, 1, false));
    assert_true(budget_claim(&budget, 100, &a, 600, true)); /* and goes on */
    assert_true(budget_claim(&budget, 100, &a, 50, true));
    assert_true(budget_claim(&budget, 100, &b, 50, true));
    assert_false(budget_claim(&budget, 100, &a, 51, true)); /* two work now */
    assert_true(budget_claim(&budget, 100, &a, 40, true));  /* less always fits */
    budget_release(&budget, &b);
    assert_true(budget_claim(&budget, 100, &c, 60, false));
    assert_true(budget_claim(&budget, 10, &c, 60, false)); /* a lower limit takes nothing away */
    assert_int_equal(budget.refused, 4);
    budget_release(&budget, &a);
    budget_release(&budget, &c);
    assert_int_equal(budget.held + budget.working, 0);
    budget_destroy(&budget);
}

/* Any order of claims and releases: held is their sum, at most the limit and one that works; and something always goes
 * on. */
static void test_model(void **state) {
    enum { CLAIMS = 12, LIMIT = 1000, LARGEST = 3000 };
    struct budget budget;
    struct budget_claim claims[CLAIMS] = {{.bytes = 0}};
    budget_init(&budget);
    srand(4);
    for (int i = 0; i < 300000; i++) {
        struct budget_claim *claim = &claims[rand() % CLAIMS];
        bool is_working = claim->is_working || (claim->bytes > 0 && rand() % 2);
        uint64_t bytes = (uint64_t)(rand() % (is_working ? LARGEST : LIMIT)) + 1, sum = 0, working = 0;
        if (rand() % 3 == 0)
            budget_release(&budget, claim);
        else if (!budget_claim(&budget, LIMIT, claim, bytes, is_working) && claim->bytes > 0 && rand() % 2)
            budget_release(&budget, claim);
        for (int j = 0; j < CLAIMS; j++) {
            sum += claims[j].bytes;
            working += claims[j].is_working;
        }
        assert_true(budget.held == sum && budget.working == working);
        assert_true(sum <= LIMIT + LARGEST);
        for (int j = 0; j < CLAIMS && working == 0; j++)
            if (claims[j].bytes > 0) {
                assert_true(budget_claim(&budget, LIMIT, &claims[j], LARGEST, true));
                working = 1;
            }
    }
    for (int j = 0; j < CLAIMS; j++)
        budget_release(&budget, &claims[j]);
    assert_int_equal(budget.held + budget.working, 0);
    budget_destroy(&budget);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

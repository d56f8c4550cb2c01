#ifndef CXD_TESTS_CONTRACT_BUILT_WITHOUT_H
#define CXD_TESTS_CONTRACT_BUILT_WITHOUT_H

/* What is left of a program of PostgreSQL's alone where it is built with POSTGRESQL=no. */

#include "../support/unit.h"

static void test_it_is_built_without(void **state) {
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_it_is_built_without)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif

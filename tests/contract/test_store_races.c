/* Nodes that write into one PostgreSQL at the same moment: what one of them goes by is never what it was before the
 * other. Each test has the one wait in the middle of its batch, for a lock that a connection beside them holds. */

#include "../support/unit.h"

#ifdef CXD_POSTGRESQL

#include "nodes.h"

/* --- Who waits for whom ------------------------------------------------------------------------------------------- */

/* Who begins takes a slot that few others ask for; and the next one where somebody has it. */
static void test_each_node_takes_a_slot_of_its_own(void **state) {
    enum { FIRST = 1023 };
    struct nodes nodes;
    open_fixture(&nodes.first);
    open_fixture(&nodes.second);
    const struct fixture *both[] = {&nodes.first, &nodes.second};
    for (size_t i = 0; i < 2; i++) {
        store_of(both[i])->node.incarnation[0] = 0x7f;
        store_of(both[i])->node.incarnation[1] = 0xff;
    }
    make_shop(&nodes.first);
    nodes.second.survey = nodes.first.survey;
    assert_int_equal(apply(&nodes.second, make_response(&nodes.second, 1, 9, NOW_MS)), OUTCOME_CREATED);
    assert_int_equal(store_of(&nodes.first)->node.slot, FIRST);
    assert_int_equal(store_of(&nodes.second)->node.slot, 0);
    close_fixture(&nodes.first);
    close_fixture(&nodes.second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        POSTGRESQL_TEST(test_each_node_takes_a_slot_of_its_own),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cluster_stop();
    return failed;
}

#else

static void test_it_is_built_without(void **state) {
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_it_is_built_without)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif

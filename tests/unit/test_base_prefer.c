/* Prefer: what asks for strict handling, and what does not. */
#include "../support/unit.h"
#include "cxd/base/compiler.h"
#include "cxd/base/prefer.h"

static void test_asks(void **state) {
    static const struct {
        const char *list;
        bool asks;
    } CASES[] = {
        {NULL, false},
        {"", false},
        {"handling=strict", true},
        {"Handling=STRICT", true},
        {" \thandling = strict ", true},
        {"handling=\"strict\"", true},
        {"handling=strict; why=not", true},
        {"handling=strict;x", true},
        {"respond-async, handling=strict", true},
        {"respond-async,wait=10 ,handling=strict", true},
        {",, ,handling=strict", true},
        {"foo; handling=lenient, handling=strict", true},
        {"foo=\"a, handling=lenient\", handling=strict", true},
        {"foo=\"\\\", handling=lenient\", handling=strict", true},
        {"handling=lenient", false},
        {"handling=lenient, handling=strict", false}, /* the first counts */
        {"handling=strict, handling=lenient", true},
        {"handling", false},
        {"handling=", false},
        {"handling, handling=strict", false},
        {"handling==strict", false},
        {"handling=stricter", false},
        {"handling=stric", false},
        {"handling=\"strict", false},
        {"handling=\"", false},
        {"handlings=strict", false},
        {"\"handling\"=strict", false},
        {"strict", false},
        {"foo; handling=strict", false}, /* a parameter of another */
        {"foo=\"handling=strict\"", false},
        {"foo=\", handling=strict", false},
        {"foo=\"\\", false},
        {"=, ;, \", handling=strict", false},
    };
    for (size_t i = 0; i < CXD_COUNT(CASES); i++)
        if (prefer_asks(CASES[i].list, "handling", "strict") != CASES[i].asks)
            fail_msg("%s", CASES[i].list);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_asks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

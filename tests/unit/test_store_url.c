/* URLs of stores: which are taken, what can be asked of them, and that none is shown with its secrets. */

#include "../support/unit.h"
#include "cxd/store/backup.h"
#include "cxd/store/url.h"

static void test_forms(void **state) {
    static const char *const BAD[] = {"", ":", "sqlite", "sqlite:", "/var/lib/cxd.db", "mysql://host/db", "SQLITE:x"};
    char forms[64];
    assert_true(store_url_is_valid("sqlite:cxd.db"));
    assert_true(store_url_is_valid("sqlite:/srv/a:b@c/cxd.db"));
    for (size_t i = 0; i < CXD_COUNT(BAD); i++)
        assert_false(store_url_is_valid(BAD[i]));
    assert_string_equal(store_url_forms(forms, sizeof forms), "sqlite:PATH");
}

static void test_capabilities(void **state) {
    static const enum store_capability ALL[] = {STORE_HAS_FILES, STORE_CAN_BACKUP, STORE_LISTS_ERASURES};
    for (size_t i = 0; i < CXD_COUNT(ALL); i++) {
        assert_true(store_url_can("sqlite:/srv/cxd.db", ALL[i]));
        assert_false(store_url_can("memory:", ALL[i]));
        assert_false(store_url_can("sqlite:", ALL[i]));
    }
    assert_string_equal(store_url_file("sqlite:/srv/cxd.db"), "/srv/cxd.db");
    assert_null(store_url_file("sqlite:"));
    assert_null(store_url_file("memory:"));
}

static void test_secrets_are_not_shown(void **state) {
    static const char *const CASES[][2] = {
        {"sqlite:/srv/cxd.db", "sqlite:/srv/cxd.db"},
        {"sqlite:/srv/a@b.db", "sqlite:/srv/a@b.db"},
        {"postgresql://host/db", "postgresql://host/db"},
        {"postgresql://user@host:5432/db", "postgresql://user@host:5432/db"},
        {"postgresql://user:hidden@host:5432/db", "postgresql://user:***@host:5432/db"},
        {"postgresql://user:hid:d@n@host/db", "postgresql://user:***@host/db"},
        {"postgresql://user:hid/den@[::1]/db", "postgresql://user:***@[::1]/db"},
        {"postgresql://user:@host/db", "postgresql://user:***@host/db"},
        {"postgresql://host/db?user=u&password=hidden", "postgresql://host/db?user=u&password=***"},
        {"postgresql://host/db?PassWord=hidden&a=b", "postgresql://host/db?PassWord=***&a=b"},
        {"postgresql://host/db?sslpassword=hidden&password=hidden",
         "postgresql://host/db?sslpassword=***&password=***"},
        {"postgresql://u:hidden@host/db?password=hidden&a=b", "postgresql://u:***@host/db?password=***&a=b"},
        {"postgresql:host=h password=hidden dbname=d", "postgresql:host=h password=*** dbname=d"},
        {"postgresql://host/db?password=hid:d@n&a=b", "postgresql://host/db?password=***&a=b"},
        {"postgresql://host:1/?password=hidden@a:b", "postgresql://host:***"},
        {"postgresql://host/?password=hidden&a=b:hid@c", "postgresql://host/?password=***&a=b:***@c"},
        {"postgresql:password='hid den' host=h", "postgresql:password=***"},
        {"postgresql:host=h password = hidden dbname=d", "postgresql:host=h password = *** dbname=d"},
        {"postgresql://host/passwords?password=", "postgresql://host/passwords?password=***"},
        {"postgresql://host/db?p%61sswor%64=hidden&a=b", "postgresql://host/db?p%61sswor%64=***&a=b"},
        {"postgresql://host/db?p%", "postgresql://host/db?p%"},
        {"postgresql//user:hidden@host/db", "postgresql//user:***@host/db"},
        {"//user:hidden@host/db", "//user:***@host/db"},
        {"user:hidden@host/db", "user:***@host/db"},
        {"user:hid//den@host/db", "user:***@host/db"},
        {"postgresql:user:hidden@host/db", "postgresql:***@host/db"},
        {"sqlite:/srv//a@b.db", "sqlite:/srv//a@b.db"},
        {"", ""},
    };
    char shown[512], small[24];
    for (size_t i = 0; i < CXD_COUNT(CASES); i++) {
        assert_string_equal(store_url_show(CASES[i][0], shown, sizeof shown), CASES[i][1]);
        for (size_t size = 1; size <= sizeof small; size++) {
            memset(small, 'x', sizeof small);
            store_url_show(CASES[i][0], small, size);
            assert_true(strlen(small) < size);
            assert_memory_equal(small, CASES[i][1], strlen(small));
        }
    }
}

/* Whatever is asked of a URL that no engine takes is refused in its words, and without its password. */
static void test_refusals_show_no_secret(void **state) {
    static const char URL[] = "mysql://user:hidden@host/db";
    struct store *store = NULL;
    struct store_report report;
    struct store_erasures erasures;
    struct error errors[5];
    const enum cxd_err codes[] = {
        store_open(URL, &store, &errors[0]),
        store_check(URL, NULL, &report, &errors[1]),
        store_backup(URL, "/nowhere/copy.db", NULL, &report, &errors[2]),
        store_restore("/nowhere/copy.db", URL, NULL, &report, &errors[3]),
        store_compare_erasures(URL, "/nowhere", &erasures, &errors[4]),
    };
    for (size_t i = 0; i < CXD_COUNT(codes); i++) {
        assert_int_equal(codes[i], ERR_CONFIG);
        assert_string_equal(errors[i].detail, "\"mysql://user:***@host/db\" is not a storage URL (sqlite:PATH)");
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_secrets_are_not_shown),
        cmocka_unit_test(test_refusals_show_no_secret),
    };
    return cmocka_run_group_tests_name("store urls", tests, NULL, NULL);
}

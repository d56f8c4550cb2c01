/* The tool of the build that embeds the queries: what their fragments become, and which it refuses. */
#include <sys/wait.h>
#include <unistd.h>

#include "../support/unit.h"

static const struct embedding {
    const char *file;
    const char *part; /* a part of what the tool writes, or of what it says where it refuses */
    bool fails;
} CASES[] = {
    {"-- name: one\nSELECT 1;\n", "[QUERY_ONE] =\n        \"SELECT 1;\\n\",", false},
    {"-- fragment: f\nFROM t\n-- name: a\nSELECT 1\n-- use: f\n;\n-- name: b\nSELECT 2\n--  use:  f \r\n;\n",
     "    [QUERY_A] =\n        \"SELECT 1\\n\"\n        \"FROM t\\n\"\n        \";\\n\",\n"
     "    [QUERY_B] =\n        \"SELECT 2\\n\"\n        \"FROM t\\n\"\n        \";\\n\",\n",
     false},
    {"-- fragment: g\nx\ny\n\n-- A remark.\n-- fragment: f\na\n-- use: g\nb\n-- name: q\n-- use: f\nc\n",
     "[QUERY_Q] =\n        \"a\\n\"\n        \"x\\n\"\n        \"y\\n\"\n        \"b\\n\"\n        \"c\\n\",", false},
    {"-- name: q\nSELECT\n-- use: f\n", ":3: no fragment of this name stands whole before: f", true},
    {"-- name: q\n-- use: f\n-- fragment: f\nx\n", ":2: no fragment of this name stands whole before: f", true},
    {"-- fragment: f\nx\n-- use: f\n", ":3: no fragment of this name stands whole before: f", true},
    {"-- fragment: f\n-- name: q\n-- use: f\n", ":3: no fragment of this name stands whole before: f", true},
    {"-- fragment: f\nx\n-- fragment: f\ny\n-- name: q\n-- use: f\n", ":3: a second fragment of this name: f", true},
    {"-- fragment: f\nx\n-- name: q\nSELECT 1;\n", ":1: a fragment that nothing uses: f", true},
};

static void test_fragments(void **state) {
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char path[] = "/tmp/cxd-embed-XXXXXX", command[128], said[4096];
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        size_t length = strlen(CASES[i].file);
        assert_int_equal(write(fd, CASES[i].file, length), length);
        assert_int_equal(close(fd), 0);
        snprintf(command, sizeof command, "build/tools/embed sqlite %s 2>&1", path);
        FILE *pipe = popen(command, "re");
        assert_non_null(pipe);
        said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
        int status = pclose(pipe);
        unlink(path);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != CASES[i].fails || !strstr(said, CASES[i].part))
            fail_msg("%s\nbecame (status %d)\n%s", CASES[i].file, status, said);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

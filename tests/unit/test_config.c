/* Configuration: every type, every way of being wrong with its line, the environment, conf.d and the sample. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/files.h"
#include "cxd/base/compiler.h"
#include "cxd/config/config.h"

#define URL_FORMS "(sqlite:PATH; for a store to throw away, one in a temporary directory)"

static char directory[] = "/tmp/cxd-config-XXXXXX";
static struct config config;
static struct error err;

static enum cxd_err load(const char *text) {
    write_file("cxd.conf", text, strlen(text));
    error_clear(&err);
    memset(&config, 0x55, sizeof config);
    return config_load("cxd.conf", &config, &err);
}

static void must_load(const char *text) {
    if (load(text) != CXD_OK)
        fail_msg("%s: %s", text, err.detail);
}

/* The whole message, and the result untouched. */
static void must_refuse(const char *text, const char *expected) {
    struct config before;
    enum cxd_err rc = load(text);
    memset(&before, 0x55, sizeof before);
    if (rc != ERR_CONFIG || err.code != ERR_CONFIG || strcmp(err.detail, expected) != 0)
        fail_msg("%s\n  got      %d %s\n  expected %s", text, rc, rc ? err.detail : "success", expected);
    assert_memory_equal(&config, &before, sizeof config);
}

static void check_defaults(void) {
    assert_string_equal(config.listen, "127.0.0.1:8080");
    assert_int_equal(config.request_timeout_s, 30);
    assert_int_equal(config.max_connections, 0);
    assert_int_equal(config.http_threads, 0);
    assert_int_equal(config.read_threads, 2);
    assert_string_equal(config.state_directory, "");
    assert_string_equal(config.storage_url, "sqlite:/var/lib/cxd/cxd.db");
    assert_int_equal(config.queue_length, 8192);
    assert_string_equal(config.timezone, "UTC");
    assert_int_equal(config.read, CONFIG_READ_KEY);
    assert_int_equal(config.body_bytes, 320 * 1024);
    assert_int_equal(config.batch_bytes, 8 * 1024 * 1024);
    assert_int_equal(config.header_bytes, 16 * 1024);
    assert_int_equal(config.json_depth, 16);
    assert_int_equal(config.comment_characters, 8000);
    assert_int_equal(config.respondent_characters, 256);
    assert_int_equal(config.properties, 32);
    assert_int_equal(config.property_key_characters, 64);
    assert_int_equal(config.property_value_characters, 512);
    assert_int_equal(config.clock_skew_s, 86400);
    assert_int_equal(config.max_backdate_s, 7 * 86400);
    assert_string_equal(config.log_level, "info");
}

static void test_defaults(void **state) {
    assert_int_equal(config_load(NULL, &config, &err), CXD_OK);
    check_defaults();
    must_load("");
    check_defaults();
    must_load("# nothing\n\n; at all");
    check_defaults();
}

static void test_values(void **state) {
    must_load("[server]\nlisten = [::1]:0\nrequest_timeout = 5m\nmax_connections = 1000\nhttp_threads=8\n"
              "read_threads : 4\nstate_directory = /srv/cxd state\n"
              "[storage]\nurl = sqlite:x.db\nqueue_length = 1\n"
              "[reporting]\ntimezone = Asia/Kathmandu\n[access]\nread = open\n"
              "[limits]\nbody_bytes = 1M\nbatch_bytes = 1G\nheader_bytes = 2048\nclock_skew = "
              "0\nmax_backdate = 2w\n"
              "[log]\nlevel = debug\n");
    assert_string_equal(config.listen, "[::1]:0");
    assert_int_equal(config.request_timeout_s, 300);
    assert_int_equal(config.max_connections, 1000);
    assert_int_equal(config.http_threads, 8);
    assert_int_equal(config.read_threads, 4);
    assert_string_equal(config.state_directory, "/srv/cxd state");
    assert_string_equal(config.storage_url, "sqlite:x.db");
    assert_int_equal(config.queue_length, 1);
    assert_string_equal(config.timezone, "Asia/Kathmandu");
    assert_int_equal(config.read, CONFIG_READ_OPEN);
    assert_int_equal(config.body_bytes, 1 << 20);
    assert_int_equal(config.batch_bytes, 1 << 30);
    assert_int_equal(config.header_bytes, 2048);
    assert_int_equal(config.clock_skew_s, 0);
    assert_int_equal(config.max_backdate_s, 14 * 86400);
    assert_string_equal(config.log_level, "debug");
    assert_int_equal(config.json_depth, 16);
}

static void test_layout(void **state) {
    must_load("\xEF\xBB\xBF[server]\r\n  listen = 8081 ; a "
              "comment\r\n\r\n\tread_threads\t=\t3\t\r\n[log]\r\nlevel=error");
    assert_string_equal(config.listen, "8081");
    assert_int_equal(config.read_threads, 3);
    assert_string_equal(config.log_level, "error");
    must_load("[server] ; here\nread_threads = 3\n[log]\n[server]   # again\nhttp_threads = 2\n");
    assert_int_equal(config.read_threads, 3);
    assert_int_equal(config.http_threads, 2);
    must_load("[server]\nstate_directory = /a;b\n");
    assert_string_equal(config.state_directory, "/a;b");
    must_load("[server]\nstate_directory =\n");
    assert_string_equal(config.state_directory, "");
    char text[1024] = "# ";
    memset(text + 2, 'x', 600);
    strcpy(text + 602, "\n[server]\nread_threads = 9\n");
    must_load(text);
    assert_int_equal(config.read_threads, 9);
}

static void test_bad_values(void **state) {
    must_refuse("\n[server]\n\nrequest_timeout = abc\n",
                "cxd.conf:4: [server] request_timeout: \"abc\" is not a duration "
                "(seconds, or 30s, 5m, 1h, 7d) from 1 to 3600");
    must_refuse("[server]\nrequest_timeout = 0", "cxd.conf:2: [server] request_timeout: \"0\" is not a duration "
                                                 "(seconds, or 30s, 5m, 1h, 7d) from 1 to 3600");
    must_refuse("[server]\nrequest_timeout = 2h", "cxd.conf:2: [server] request_timeout: \"2h\" is not a duration "
                                                  "(seconds, or 30s, 5m, 1h, 7d) from 1 to 3600");
    must_refuse("[server]\nread_threads = 65",
                "cxd.conf:2: [server] read_threads: \"65\" is not a whole number from 1 to 64");
    must_refuse("[server]\nread_threads = -1",
                "cxd.conf:2: [server] read_threads: \"-1\" is not a whole number from 1 to 64");
    must_refuse("[server]\nread_threads = 2.5",
                "cxd.conf:2: [server] read_threads: \"2.5\" is not a whole number from 1 to 64");
    must_refuse("[server]\nread_threads =",
                "cxd.conf:2: [server] read_threads: \"\" is not a whole number from 1 to 64");
    must_refuse("[server]\nread_threads = 18446744073709551618",
                "cxd.conf:2: [server] read_threads: \"18446744073709551618\" is not a whole number from 1 to 64");
    must_refuse("[limits]\nbody_bytes = 64k",
                "cxd.conf:2: [limits] body_bytes: \"64k\" is not a size (bytes, or 64K, 8M, 1G) from 1K to 16M");
    must_refuse("[limits]\nbody_bytes = 64KB",
                "cxd.conf:2: [limits] body_bytes: \"64KB\" is not a size (bytes, or 64K, 8M, 1G) from 1K to 16M");
    must_refuse("[limits]\nbody_bytes = 17M",
                "cxd.conf:2: [limits] body_bytes: \"17M\" is not a size (bytes, or 64K, 8M, 1G) from 1K to 16M");
    must_refuse("[limits]\nbody_bytes = 1023",
                "cxd.conf:2: [limits] body_bytes: \"1023\" is not a size (bytes, or 64K, 8M, 1G) from 1K to 16M");
    must_refuse("[limits]\nbody_bytes = 9007199254740993G", "cxd.conf:2: [limits] body_bytes: \"9007199254740993G\" is "
                                                            "not a size (bytes, or 64K, 8M, 1G) from 1K to 16M");
    must_refuse("[access]\nread = Open", "cxd.conf:2: [access] read: \"Open\" is not one of key, open, everything");
    must_refuse("[access]\nread = key|open",
                "cxd.conf:2: [access] read: \"key|open\" is not one of key, open, everything");
    must_refuse("[log]\nlevel = trace", "cxd.conf:2: [log] level: \"trace\" is not one of error, warning, info, debug");
    must_refuse("[log]\nlevel =", "cxd.conf:2: [log] level: \"\" is not one of error, warning, info, debug");
    must_refuse("[server]\nlisten = example:8080", "cxd.conf:2: [server] listen: \"example:8080\" is not ADDRESS:PORT "
                                                   "(as 127.0.0.1:8080 or [::1]:8080) or a port");
    must_refuse("[storage]\nurl = /var/lib/cxd.db",
                "cxd.conf:2: [storage] url: \"/var/lib/cxd.db\" is not a storage URL " URL_FORMS);
    must_refuse("[storage]\nurl = sqlite:", "cxd.conf:2: [storage] url: \"sqlite:\" is not a storage URL " URL_FORMS);
    must_refuse("[storage]\nurl = mysql://user:hidden@h/d",
                "cxd.conf:2: [storage] url: \"mysql://user:***@h/d\" is not a storage URL " URL_FORMS);
#ifndef CXD_TEST_ENGINES /* the oracle of the tests is no part of the product */
    must_refuse("[storage]\nurl = memory:", "cxd.conf:2: [storage] url: \"memory:\" is not a storage URL " URL_FORMS);
#endif
    must_refuse("[reporting]\ntimezone = Mars/Olympus",
                "cxd.conf:2: [reporting] timezone: \"Mars/Olympus\" is not a time "
                "zone that this machine knows (UTC, or an IANA name as "
                "Europe/Berlin)");
    must_refuse("[server]\nstate_directory = a\xFF",
                "cxd.conf:2: [server] state_directory: \"a?\" is not text of at most "
                "511 bytes without control characters");
    must_refuse("[server]\nstate_directory = a\xC2\x85", "cxd.conf:2: [server] state_directory: \"a?\" is not text "
                                                         "of at most 511 bytes without control characters");
    must_refuse("[log]\nlevel = ééééééééééééééééééééééééééééééééééé",
                "cxd.conf:2: [log] level: \"éééééééééééééééééééééééé...\" is not one of error, warning, info, debug");
}

static void test_bad_structure(void **state) {
    must_refuse("[server]\n\nlistn = 80\n", "cxd.conf:3: [server] listn: unknown key (did you mean \"listen\"?)");
    must_refuse("[server]\nListen = 80", "cxd.conf:2: [server] Listen: unknown key (did you mean \"listen\"?)");
    must_refuse("[server]\nrequest_time = 80",
                "cxd.conf:2: [server] request_time: unknown key (did you mean \"request_timeout\"?)");
    must_refuse("[server]\nworkers = 80", "cxd.conf:2: [server] workers: unknown key");
    must_refuse("[server]\nurl = memory:", "cxd.conf:2: [server] url: unknown key (did you mean [storage] url?)");
    must_refuse("[sever]\nlisten = 80", "cxd.conf:1: [sever]: unknown section (did you mean [server]?)");
    must_refuse("\n\n[database]", "cxd.conf:3: [database]: unknown section");
    must_refuse("[]\n", "cxd.conf:1: []: unknown section");
    must_refuse("[server", "cxd.conf:1: this line is neither [section] nor key = value");
    must_refuse("[server] listen = 80", "cxd.conf:1: nothing may follow the ] of a section");
    must_refuse("listen = 80\n[server]\n", "cxd.conf:1: listen: this key stands before the first [section]");
    must_refuse("[server]\nlisten\n", "cxd.conf:2: this line is neither [section] nor key = value");
    must_refuse("[server]\nread_threads = 2\n\nread_threads = 2\n",
                "cxd.conf:4: [server] read_threads: given twice (first on line 2)");
    must_refuse("[server]\nread_threads = 2\n[log]\n[server]\nread_threads = 3\n",
                "cxd.conf:5: [server] read_threads: given twice (first on line 2)");
    must_refuse("[server]\nlisten = a\x01\n", "cxd.conf:2: this line holds a control character");
    must_refuse("[server]\nlisten = 80\x1B[0m\n", "cxd.conf:2: this line holds a control character");
    /* the first of several errors is the one that is named */
    must_refuse("[server]\nfoo\nread_threads = 0\n", "cxd.conf:2: this line is neither [section] nor key = value");
    must_refuse("[server]\nread_threads = 0\nfoo\n",
                "cxd.conf:2: [server] read_threads: \"0\" is not a whole number from 1 to 64");
}

static void test_line_length(void **state) {
    char text[512] = "[storage]\nurl = sqlite:";
    size_t start = strlen("[storage]\n");
    memset(text + strlen(text), 'x', 199 - strlen("url = sqlite:"));
    assert_int_equal(strlen(text + start), 199);
    must_load(text);
    assert_int_equal(strlen(config.storage_url), 199 - strlen("url = "));
    strcat(text, "x");
    must_refuse(text, "cxd.conf:2: this line has more than 199 bytes");
}

static void test_nul_and_missing(void **state) {
    static const char NUL[] = "[server]\nlisten = 80\0 hidden\n";
    write_file("cxd.conf", NUL, sizeof NUL - 1);
    assert_int_equal(config_load("cxd.conf", &config, &err), ERR_CONFIG);
    assert_string_equal(err.detail, "cxd.conf:2: this line holds a control character");
    assert_int_equal(config_load("none.conf", &config, &err), ERR_CONFIG);
    assert_string_equal(err.detail, "none.conf: cannot be opened: No such file or directory");
    assert_int_equal(config_load("/tmp", &config, &err), ERR_CONFIG);
    assert_string_equal(err.detail, "/tmp: cannot be read: Is a directory");
    assert_int_equal(config_load("none.conf", &config, NULL), ERR_CONFIG);
    char path[3000];
    memset(path, 'd', sizeof path);
    strcpy(path + sizeof path - 10, "/cxd.conf");
    assert_int_equal(config_load(path, &config, &err), ERR_CONFIG);
    assert_non_null(strstr(err.detail, "d/cxd.conf: cannot be opened: File name too long"));
}

static void test_fits_together(void **state) {
    static const char *const LOOPBACK[] = {"127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "80"};
    static const char *const PROXIES[] = {"127.0.0.1", "unix"};
    char text[256], refusal[256];
    for (enum config_read read = CONFIG_READ_OPEN; read <= CONFIG_READ_EVERYTHING; read++) {
        const char *word = config_read_name(read);
        for (size_t i = 0; i < CXD_COUNT(LOOPBACK); i++) {
            snprintf(text, sizeof text, "[access]\nread = %s\n[server]\nlisten = %s\n", word, LOOPBACK[i]);
            must_load(text);
            assert_int_equal(config.read, read);
        }
        snprintf(text, sizeof text, "[access]\nread = %s\n[server]\nlisten = 0.0.0.0:80\n", word);
        snprintf(refusal, sizeof refusal,
                 "[access] read: \"%s\" needs [server] listen on a loopback address (127.0.0.1 or [::1]), and it is "
                 "\"0.0.0.0:80\"",
                 word);
        must_refuse(text, refusal);
        for (size_t i = 0; i < CXD_COUNT(PROXIES); i++) {
            snprintf(text, sizeof text, "[access]\nread = %s\n[server]\ntrusted_proxies = %s\n", word, PROXIES[i]);
            snprintf(refusal, sizeof refusal,
                     "[access] read: \"%s\" is for this machine alone, and with [server] trusted_proxies others reach "
                     "it too",
                     word);
            must_refuse(text, refusal);
        }
    }
    must_load("[server]\nlisten = 0.0.0.0:80\n");
    must_refuse("[limits]\nbody_bytes = 2M\nbatch_bytes = 1M\n",
                "[limits] batch_bytes: 1048576 is less than body_bytes, 2097152");
}

static void check_environment(const char *name, const char *value, const char *expected) {
    setenv(name, value, 1);
    error_clear(&err);
    enum cxd_err rc = config_load("cxd.conf", &config, &err);
    unsetenv(name);
    if (strcmp(rc ? err.detail : "", expected) != 0)
        fail_msg("%s=%s: got %s", name, value, rc ? err.detail : "success");
}

static void test_environment(void **state) {
    must_load("[server]\nlisten = 127.0.0.1:1\nrequest_timeout = 9\n");
    check_environment("CXD_SERVER_LISTEN", "127.0.0.1:2", "");
    assert_string_equal(config.listen, "127.0.0.1:2");
    assert_int_equal(config.request_timeout_s, 9);
    check_environment("CXD_SERVER_REQUEST_TIMEOUT", "1m", "");
    assert_int_equal(config.request_timeout_s, 60);
    check_environment("CXD_LIMITS_BODY_BYTES", "128K", "");
    assert_int_equal(config.body_bytes, 128 * 1024);
    check_environment("CXD_LIMITS_PROPERTY_VALUE_CHARACTERS", "10", "");
    assert_int_equal(config.property_value_characters, 10);
    check_environment("CXD_SERVER_STATE_DIRECTORY", "", "");
    check_environment("CXD_URL", "http://127.0.0.1:1", "");
    check_environment("CXD_KEY", "cxs_x", "");
    check_environment("CXD_CONFIG", "/x", "");
    check_environment("CXDX", "1", "");
    check_environment("CXD_SERVER_READ_THREADS", "0",
                      "CXD_SERVER_READ_THREADS: \"0\" is not a whole number from 1 to 64");
    check_environment("CXD_LOG_LEVEL", "in\nfo", "CXD_LOG_LEVEL: \"in?fo\" is not one of error, warning, info, debug");
    check_environment("CXD_SERVER_LISTN", "1",
                      "CXD_SERVER_LISTN: no option has this variable (did you mean CXD_SERVER_LISTEN?)");
    check_environment("CXD_URLS", "1", "");
    check_environment("CXD_SERVER", "1", "");
    check_environment("CXD_STORAGE_PATH", "1",
                      "CXD_STORAGE_PATH: no option has this variable (did you mean CXD_STORAGE_URL?)");
    check_environment("CXD_server_listen", "1",
                      "CXD_server_listen: no option has this variable (did you mean CXD_SERVER_LISTEN?)");
    check_environment("CXD_SERVER_LISTEN_", "1",
                      "CXD_SERVER_LISTEN_: no option has this variable (did you mean CXD_SERVER_LISTEN?)");
    check_environment("CXD_LOG_X12345678901234567890123456789012345678901234567890123456789", "1",
                      "CXD_LOG_X123456789012345678901234567890123456789...: no option has this variable");
    check_environment("CXD_ACCESS_READ", "open", "");
    assert_int_equal(config.read, CONFIG_READ_OPEN);
}

static void test_directory(void **state) {
    must_load("[server]\nread_threads = 3\nhttp_threads = 3\n");
    assert_int_equal(mkdir("conf.d", 0700), 0);
    write_file("conf.d/20-b.conf", "[server]\nread_threads = 20\n", 26);
    write_file("conf.d/10-a.conf", "[server]\nread_threads = 10\nhttp_threads = 10\n", 44);
    write_file("conf.d/99.conf.bak", "broken", 6);
    write_file("conf.d/.hidden.conf", "broken", 6);
    assert_int_equal(config_load("cxd.conf", &config, &err), CXD_OK);
    assert_int_equal(config.read_threads, 20);
    assert_int_equal(config.http_threads, 10);
    write_file("conf.d/30.conf", "\n[server]\nread_threads = x\n", 27);
    char path[128];
    char expected[256];
    snprintf(path, sizeof path, "%s/cxd.conf", directory);
    snprintf(expected, sizeof expected,
             "%s/conf.d/30.conf:3: [server] read_threads: \"x\" is not a whole number from 1 to 64", directory);
    assert_int_equal(config_load(path, &config, &err), ERR_CONFIG);
    assert_string_equal(err.detail, expected);
    static const char *const FILES[] = {"10-a.conf", "20-b.conf", "30.conf", "99.conf.bak", ".hidden.conf"};
    for (size_t i = 0; i < CXD_COUNT(FILES); i++) {
        snprintf(path, sizeof path, "conf.d/%s", FILES[i]);
        unlink(path);
    }
    rmdir("conf.d");
}

static void unread(const char *name) {
    struct config_faults faults = {.count = 0};
    char expected[256];
    buffer_init(&faults.lines);
    assert_int_equal(config_load("cxd.conf", &config, &err), ERR_CONFIG);
    assert_int_equal(config_load_rest("cxd.conf", &config, &faults, &err), CXD_OK);
    assert_int_equal(faults.count, 1);
    assert_true(faults.is_unread);
    assert_true(faults.said[CONFIG_NEED_URL]);
    assert_string_equal(config.storage_url, "sqlite:a.db");
    assert_true(buffer_terminate(&faults.lines));
    snprintf(expected, sizeof expected, "%s: cannot be ", name);
    assert_non_null(strstr(faults.lines.data, expected));
    buffer_free(&faults.lines);
}

/* A piece that cannot be read is a fault as a line that cannot. */
static void test_rest_unread(void **state) {
    must_load("[storage]\nurl = sqlite:a.db\n");
    assert_int_equal(mkdir("conf.d", 0700), 0);
    assert_int_equal(mkdir("conf.d/10.conf", 0700), 0);
    unread("conf.d/10.conf");
    rmdir("conf.d/10.conf");
    assert_int_equal(symlink("nowhere", "conf.d/20.conf"), 0);
    unread("conf.d/20.conf");
    unlink("conf.d/20.conf");
    rmdir("conf.d");
    assert_int_equal(symlink("conf.d", "conf.d"), 0);
    unread("conf.d");
    unlink("conf.d");
}

/* What a command beside a daemon makes of the file: its faults, and whether they may have said where things are. */
static void rest(const char *text, const char *lines, bool url_is_lost) {
    struct config_faults faults = {.count = 0};
    write_file("cxd.conf", text, strlen(text));
    buffer_init(&faults.lines);
    assert_int_equal(config_load_rest("cxd.conf", &config, &faults, &err), CXD_OK);
    buffer_append_char(&faults.lines, '\0');
    assert_string_equal(faults.lines.data, lines);
    if (faults.lost[CONFIG_NEED_URL] != url_is_lost)
        fail_msg("%s: is %slost", text, faults.lost[CONFIG_NEED_URL] ? "" : "not ");
    buffer_free(&faults.lines);
}

static void test_rest(void **state) {
    rest("[storage]\nurl = sqlite:a.db\n", "", false);
    rest("[limits]\nbody_byts = 1\n[storage]\nurl = sqlite:a.db\n[server]\nread_threads = 0\nlisten = 127.0.0.1:9\n",
         "cxd.conf:2: [limits] body_byts: unknown key (did you mean \"body_bytes\"?)\n"
         "cxd.conf:6: [server] read_threads: \"0\" is not a whole number from 1 to 64\n",
         false);
    assert_string_equal(config.storage_url, "sqlite:a.db");
    assert_string_equal(config.listen, "127.0.0.1:9");
    /* Keys of a section that is none are nobody's. */
    rest("[server]\nlisten = 127.0.0.1:9\n[limts]\nlisten = 127.0.0.1:8\n[storage]\nurl = sqlite:a.db\n",
         "cxd.conf:3: [limts]: unknown section (did you mean [limits]?)\n", false);
    assert_string_equal(config.listen, "127.0.0.1:9");
    rest("[server]\nlisten = 127.0.0.1:9\n[log\nlisten = 127.0.0.1:8\n",
         "cxd.conf:3: this line is neither [section] nor key = value\n", false);
    assert_string_equal(config.listen, "127.0.0.1:9");
    rest("nonsense\n[storage]\nurl = sqlite:a.db\nmore ; of = it\nurl = sqlite:b.db\n[server] x\n\x01\n",
         "cxd.conf:1: this line is neither [section] nor key = value\n"
         "cxd.conf:4: this line is neither [section] nor key = value\n"
         "cxd.conf:5: [storage] url: given twice (first on line 3)\n"
         "cxd.conf:6: nothing may follow the ] of a section\n"
         "cxd.conf:7: this line holds a control character\n",
         false);
    assert_string_equal(config.storage_url, "sqlite:a.db");
    rest("[limits]\nbody_bytes = 2M\nbatch_bytes = 1M\n",
         "[limits] batch_bytes: 1048576 is less than body_bytes, 2097152\n", false);
}

static void test_rest_lost(void **state) {
    rest(
        "[storage]\nurl = nothing\n",
        "cxd.conf:2: [storage] url: \"nothing\" is not a storage URL (sqlite:PATH; for a store to throw away, one in a "
        "temporary directory)\n",
        true);
    rest("[storage]\nulr = sqlite:a.db\n", "cxd.conf:2: [storage] ulr: unknown key (did you mean \"url\"?)\n", true);
    rest("[storage]\nurl sqlite:a.db\n", "cxd.conf:2: [storage] url sqlite: unknown key\n", true);
    rest("[storage]\nurl\n", "cxd.conf:2: this line is neither [section] nor key = value\n", true);
    rest("[sotrage]\nurl = sqlite:a.db\n", "cxd.conf:1: [sotrage]: unknown section (did you mean [storage]?)\n", true);
    rest("[server]\nurl = sqlite:a.db\n", "cxd.conf:2: [server] url: unknown key (did you mean [storage] url?)\n",
         true);
    rest("url = sqlite:a.db\n", "cxd.conf:1: url: this key stands before the first [section]\n", true);
    /* A variable that is bad is not the daemon's; one that is good goes over the file. */
    setenv("CXD_STORAGE_URL", "nothing", 1);
    rest(
        "[storage]\nurl = sqlite:a.db\n",
        "CXD_STORAGE_URL: \"nothing\" is not a storage URL (sqlite:PATH; for a store to throw away, one in a temporary "
        "directory)\n",
        false);
    setenv("CXD_STORAGE_URL", "sqlite:b.db", 1);
    rest("[storage]\nulr = sqlite:a.db\n", "cxd.conf:2: [storage] ulr: unknown key (did you mean \"url\"?)\n", false);
    assert_string_equal(config.storage_url, "sqlite:b.db");
    unsetenv("CXD_STORAGE_URL");
    struct config_faults faults = {.count = 0};
    buffer_init(&faults.lines);
    assert_int_equal(config_load_rest("none.conf", &config, &faults, &err), ERR_CONFIG);
    assert_int_equal(config_load_rest("/tmp", &config, &faults, &err), ERR_CONFIG);
    buffer_free(&faults.lines);
}

static void must_split(const char *listen, const char *host, uint16_t port, bool is_loopback) {
    char got_host[64];
    uint16_t got_port;
    bool got_loopback;
    if (!config_split_listen(listen, got_host, sizeof got_host, &got_port, &got_loopback))
        fail_msg("%s was refused", listen);
    assert_string_equal(got_host, host);
    assert_int_equal(got_port, port);
    assert_int_equal(got_loopback, is_loopback);
    assert_true(config_split_listen(listen, got_host, strlen(host) + 1, &got_port, NULL));
    assert_false(config_split_listen(listen, got_host, strlen(host), &got_port, NULL));
}

static void must_not_split(const char *listen) {
    char host[64] = "untouched";
    uint16_t port = 7;
    bool is_loopback = true;
    if (config_split_listen(listen, host, sizeof host, &port, &is_loopback))
        fail_msg("%s was taken", listen);
    assert_string_equal(host, "untouched");
    assert_int_equal(port, 7);
}

static void test_split_listen(void **state) {
    must_split("127.0.0.1:8080", "127.0.0.1", 8080, true);
    must_split("127.255.0.1:1", "127.255.0.1", 1, true);
    must_split("0.0.0.0:80", "0.0.0.0", 80, false);
    must_split("192.0.2.1:65535", "192.0.2.1", 65535, false);
    must_split("128.0.0.1:1", "128.0.0.1", 1, false);
    must_split("[::1]:80", "::1", 80, true);
    must_split("[::]:0", "::", 0, false);
    must_split("[2001:db8::1]:443", "2001:db8::1", 443, false);
    must_split("[::ffff:127.0.0.1]:80", "::ffff:127.0.0.1", 80, true);
    must_split("[::ffff:192.0.2.1]:80", "::ffff:192.0.2.1", 80, false);
    must_split("8080", "127.0.0.1", 8080, true);
    must_split("localhost:80", "127.0.0.1", 80, true);
    must_split("0", "127.0.0.1", 0, true);
    must_not_split("");
    must_not_split(":");
    must_not_split(":80");
    must_not_split("127.0.0.1");
    must_not_split("127.0.0.1:");
    must_not_split("127.0.0.1:65536");
    must_not_split("127.0.0.1:100000");
    must_not_split("127.0.0.1:+80");
    must_not_split("127.0.0.1:80 ");
    must_not_split(" 127.0.0.1:80");
    must_not_split("127.0.0.1:-1");
    must_not_split("127.1:80");
    must_not_split("256.0.0.1:80");
    must_not_split("::1:80");
    must_not_split("::1");
    must_not_split("[::1]");
    must_not_split("[::1]80");
    must_not_split("[::1:80");
    must_not_split("[]:80");
    must_not_split("[:80");
    must_not_split("[127.0.0.1]:80");
    must_not_split("[::1%lo]:80");
    must_not_split("example:80");
    must_not_split("*:80");
    must_not_split("http://127.0.0.1:80");
}

static int repository; /* the directory that the tests are started in */

enum {
    OPTION_COUNT = 0
#define OPTION(...) +1
#include "config/options.def"
#undef OPTION
};

static void test_sample(void **state) {
    FILE *out = fopen("sample", "w");
    assert_non_null(out);
    config_print_sample(out);
    assert_int_equal(fclose(out), 0);
    size_t size = 0;
    char *sample = read_file("sample", &size);
    assert_true(sample && size > 0);
    assert_int_equal(fchdir(repository), 0);
    char *shipped = read_file("config/cxd.conf", &size);
    assert_true(shipped && size > 0);
    assert_int_equal(chdir(directory), 0);
    assert_string_equal(shipped, sample);
    must_load(sample);
    check_defaults();

    /* "#key = value" is an option, "# Text" is not */
    char *uncommented = calloc(1, 65536);
    assert_non_null(uncommented);
    size_t length = 0;
    int options = 0;
    for (const char *at = sample; *at; at++) {
        bool starts_line = at == sample || at[-1] == '\n';
        if (starts_line && *at == '#' && at[1] >= 'a' && at[1] <= 'z')
            options++;
        else
            uncommented[length++] = *at;
    }
    assert_int_equal(options, OPTION_COUNT);
    must_load(uncommented);
    check_defaults();
    free(uncommented);
    free(shipped);
    free(sample);
    unlink("sample");
}

/* What a reload of these lines over those makes: names of what is taken over, and of what waits. */
static void must_reload(const char *before, const char *after, const char *taken, const char *waiting,
                        struct config *ret_merged) {
    struct config current;
    struct config_change change;
    buffer_init(&change.taken);
    buffer_init(&change.waiting);
    must_load(before);
    current = config;
    must_load(after);
    if (config_reload(&current, &config, ret_merged, &change, &err) != CXD_OK)
        fail_msg("%s", err.detail);
    assert_string_equal(change.taken.data, taken);
    assert_string_equal(change.waiting.data, waiting);
    buffer_free(&change.taken);
    buffer_free(&change.waiting);
}

static void test_reload(void **state) {
    struct config merged;
    must_reload("", "[log]\nlevel = info\n", "", "", &merged);
    must_reload("[server]\nlisten=1\n[limits]\nbody_bytes=2K\n[log]\nlevel=error\n",
                "[server]\nlisten=2\npublic_url=https://a.example\n[storage]\nurl=sqlite:x\n"
                "[limits]\nbody_bytes=3K\nheader_bytes=8K\n",
                "server.public_url, limits.body_bytes, log.level", "server.listen, storage.url, limits.header_bytes",
                &merged);
    assert_string_equal(merged.listen, "1");
    assert_string_equal(merged.storage_url, "sqlite:/var/lib/cxd/cxd.db");
    assert_string_equal(merged.public_url, "https://a.example");
    assert_int_equal(merged.body_bytes, 3 * 1024);
    assert_int_equal(merged.header_bytes, 16 * 1024);
    assert_string_equal(merged.log_level, "info");
    /* TLS has other files, or it comes and goes with a restart. */
    must_reload("[tls]\ncertificate=a\nkey=b\n", "[tls]\ncertificate=c\nkey=d\n", "tls.certificate, tls.key", "",
                &merged);
    assert_string_equal(merged.tls_certificate, "c");
    must_reload("[tls]\ncertificate=a\nkey=b\n", "", "", "tls.certificate, tls.key", &merged);
    assert_string_equal(merged.tls_certificate, "a");
    must_reload("", "[tls]\ncertificate=a\nkey=b\n", "", "tls.certificate, tls.key", &merged);
    assert_string_equal(merged.tls_certificate, "");
}

/* The listener stays as it is, and what it forbids is held against it, not against the one that is wanted next. */
static void test_reload_refuses(void **state) {
    struct config current, merged;
    struct config_change change;
    buffer_init(&change.taken);
    buffer_init(&change.waiting);
    must_load("[server]\nlisten = 0.0.0.0:80\n");
    current = config;
    must_load("[access]\nread = open\n");
    memset(&merged, 0x55, sizeof merged);
    struct config untouched = merged;
    assert_int_equal(config_reload(&current, &config, &merged, &change, &err), ERR_CONFIG);
    assert_non_null(strstr(err.detail, "0.0.0.0:80"));
    assert_memory_equal(&merged, &untouched, sizeof merged);
    buffer_free(&change.taken);
    buffer_free(&change.waiting);
}

static int enter_directory(void **state) {
    for (char **entry = environ; *entry;) { /* options of the caller's environment are not part of the test */
        char name[128];
        size_t length = strcspn(*entry, "=");
        if (strncmp(*entry, "CXD_", 4) != 0 || length >= sizeof name) {
            entry++;
            continue;
        }
        memcpy(name, *entry, length);
        name[length] = '\0';
        unsetenv(name);
        entry = environ;
    }
    repository = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return repository < 0 || !mkdtemp(directory) || chdir(directory) != 0;
}

static int leave_directory(void **state) {
    unlink("cxd.conf");
    return fchdir(repository) != 0 || rmdir(directory) != 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_bad_structure),
        cmocka_unit_test(test_line_length),
        cmocka_unit_test(test_nul_and_missing),
        cmocka_unit_test(test_fits_together),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_rest_lost),
        cmocka_unit_test(test_rest_unread),
        cmocka_unit_test(test_split_listen),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_reload_refuses),
    };
    return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}

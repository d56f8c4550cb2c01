/* Any bytes as a configuration file: it loads, twice to the same options, or says where it is wrong; and what passes
 * over faults finds one where there is one, and nowhere else. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cxd/config/config.h"

static struct error err;

static void check_config(const struct config *config) {
    char host[CONFIG_TEXT_SIZE];
    uint16_t port;
    bool is_loopback;
    CHECK(config_split_listen(config->listen, host, sizeof host, &port, &is_loopback));
    CHECK(host[0] != '\0');
    CHECK(config->read == CONFIG_READ_KEY || is_loopback);
    CHECK(config->request_timeout_s > 0 && config->queue_length > 0 && config->body_bytes > 0);
    CHECK(config->json_depth > 0 && config->clock_skew_s >= 0 && config->max_backdate_s >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct config config;
    static struct config again;
    char path[64];
    int file = memfd_create("config", 0);
    CHECK(file >= 0);
    CHECK(size == 0 || write(file, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    enum cxd_err code = config_load(path, &config, &err);
    if (code != CXD_OK) {
        fuzz_check_error(&err, code, ERR_CONFIG);
    } else {
        check_config(&config);
        CHECK(config_load(path, &again, &err) == CXD_OK);
        CHECK(memcmp(&config, &again, sizeof config) == 0);
    }
    struct config_faults faults = {.count = 0};
    buffer_init(&faults.lines);
    CHECK(config_load_rest(path, &again, &faults, &err) == CXD_OK);
    CHECK((faults.count == 0) == (code == CXD_OK) && !faults.is_unread);
    CHECK(code != CXD_OK || memcmp(&config, &again, sizeof config) == 0);
    buffer_free(&faults.lines);
    close(file);
    return 0;
}

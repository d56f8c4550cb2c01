/* `cxd rebuild`: recreates every rollup from the responses, with the daemon stopped (the store's lock sees to it). */
#include <getopt.h>
#include <stdio.h>

#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/store/store.h"

static const char USAGE[] = "Usage: cxd rebuild [-c FILE]\n"
                            "\n"
                            "Recounts every rollup from the stored responses. The daemon must be stopped. "
                            "Also makes properties that were\n"
                            "declared after the first responses as fast to filter by as the others.\n"
                            "\n"
                            "  -c, --config FILE   read FILE (see cxd.conf(5))\n"
                            "  -h, --help          print this and exit\n"
                            "\n"
                            "Example: cxd rebuild -c /etc/cxd/cxd.conf\n";

static const struct option OPTIONS[] = {
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int rebuild(const char *config_path) {
    struct config config;
    struct error err;
    struct store *store = NULL;
    int64_t responses = 0;
    enum cxd_err result = config_load(cmd_config_path(config_path), &config, &err);
    if (result == CXD_OK)
        result = store_open(config.storage_url, &store, &err);
    if (result == CXD_OK)
        result = store_rebuild(store, &responses, &err);
    store_close(store);
    if (result != CXD_OK) {
        fprintf(stderr, "cxd rebuild: %s\n", err.detail);
        return EXIT_REFUSED;
    }
    printf("Recounted %lld responses.\n", (long long)responses);
    return EXIT_OK;
}

int cmd_rebuild(int argc, char **argv) {
    const char *config_path = NULL;
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, "c:h", OPTIONS, NULL)) != -1) {
        if (option == 'h') {
            fputs(USAGE, stdout);
            return EXIT_OK;
        }
        if (option != 'c') {
            fputs("Try: cxd rebuild --help\n", stderr);
            return EXIT_USAGE;
        }
        config_path = optarg;
    }
    if (optind < argc) {
        fprintf(stderr, "cxd rebuild: unexpected argument \"%s\"\nTry: cxd rebuild --help\n", argv[optind]);
        return EXIT_USAGE;
    }
    return rebuild(config_path);
}

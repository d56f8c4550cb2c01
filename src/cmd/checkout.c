/* `make run` has its data in the checkout, and no configuration that a command could find it by. The binary knows where
 * it lies itself; whoever can write there decides what it does anyway. The working directory says nothing: it may be
 * anybody's. */

#include "cmd/checkout.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cuts the last part of a path off, and gives it. */
static const char *cut_last(char *path) {
    char *slash = strrchr(path, '/');

    if (!slash)
        return "";
    *slash = '\0';
    return slash + 1;
}

/* The directory of data/FILE beside build/cxd or build/VARIANT/cxd. */
static bool find(const char *file, char *out, size_t size) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    int written;

    if (length <= 0 || (size_t)length >= sizeof path)
        return false;
    path[length] = '\0';
    cut_last(path);
    if (strcmp(cut_last(path), "build") != 0 && strcmp(cut_last(path), "build") != 0)
        return false;
    written = snprintf(out, size, "%s/data/%s", path, file);
    if (written < 0 || (size_t)written >= size || access(out, F_OK) != 0)
        return false;
    cut_last(out);
    return true;
}

static bool is_set(const char *name) {
    const char *value = getenv(name);

    return value && *value;
}

bool checkout_config(const char *given, const char *file, struct config *ret_config) {
    char directory[CONFIG_TEXT_SIZE - sizeof "sqlite:/cxd.db"];
    struct config_faults faults = {.count = 0};
    struct config config;
    struct error err;
    bool is_guess;

    if (given || is_set("CXD_CONFIG") || !find(file, directory, sizeof directory))
        return false;
    buffer_init(&faults.lines);
    is_guess = config_load_rest(NULL, &config, &faults, &err) == CXD_OK;
    buffer_free(&faults.lines);
    for (size_t i = 0; i < CXD_COUNT(faults.said); i++)
        is_guess = is_guess && !faults.said[i] && !faults.lost[i];
    if (!is_guess)
        return false;
    snprintf(config.state_directory, sizeof config.state_directory, "%s", directory);
    snprintf(config.storage_url, sizeof config.storage_url, "sqlite:%s/cxd.db", directory);
    *ret_config = config;
    return true;
}

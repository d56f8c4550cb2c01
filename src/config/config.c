/* The configuration as a whole: defaults, the file, conf.d beside it, the environment, and what must fit together.
 * cmd/ loads it once at start. */

#include "cxd/config/config.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config/loading.h"
#include "cxd/base/nearest.h"
#include "cxd/store/url.h"

static enum cxd_err load_defaults(struct config *config, struct error *err) {
    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!option_set(&OPTIONS[i], OPTIONS[i].fallback, config))
            return error_set(err, ERR_INTERNAL, "the default of [%s] %s is not valid", OPTIONS[i].section,
                             OPTIONS[i].key);
    }
    return CXD_OK;
}

static int is_conf(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name); /* not alphasort, which follows the locale */
}

static enum cxd_err load_directory(const char *path, struct loading *loading) {
    const char *slash = strrchr(path, '/');
    char *directory = NULL;
    struct dirent **entries = NULL;
    int count = 0;
    enum cxd_err rc = CXD_OK;
    if (asprintf(&directory, "%.*sconf.d", slash ? (int)(slash + 1 - path) : 0, path) < 0) {
        directory = NULL;
        rc = error_set(loading->err, ERR_NO_MEMORY, "out of memory");
        goto out;
    }
    count = scandir(directory, &entries, is_conf, by_name);
    if (count < 0) {
        int failure = errno;
        if (failure == ENOENT || failure == ENOTDIR)
            goto out;
        rc = error_set(loading->err, ERR_CONFIG, "%s: cannot be read: %s", directory, strerror(failure));
        if (loading->faults) {
            loading->faults->is_unread = true;
            rc = loading_fault(loading);
        }
        goto out;
    }
    for (int i = 0; i < count && rc == CXD_OK; i++) {
        char *file = NULL;
        if (asprintf(&file, "%s/%s", directory, entries[i]->d_name) < 0) {
            rc = error_set(loading->err, ERR_NO_MEMORY, "out of memory");
            break;
        }
        rc = ini_load(file, loading);
        free(file);
        if (rc == ERR_CONFIG && loading->faults) { /* no line of it, but the file: a directory, a link to nothing */
            loading->faults->is_unread = true;
            rc = loading_fault(loading);
        }
    }
out:
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    free(directory);
    return rc;
}

static enum cxd_err unknown_variable(const char *name, struct loading *loading) {
    char variables[OPTION_COUNT][OPTION_NAME_SIZE];
    const char *names[OPTION_COUNT];
    char shown[SHOWN_SIZE];
    for (size_t i = 0; i < OPTION_COUNT; i++)
        names[i] = option_variable(&OPTIONS[i], variables[i]);
    const char *nearest = nearest_word(name, names, OPTION_COUNT);
    option_show(name, shown);
    if (nearest)
        error_set(loading->err, ERR_CONFIG, "%s: no option has this variable (did you mean %s?)", shown, nearest);
    else
        error_set(loading->err, ERR_CONFIG, "%s: no option has this variable", shown);
    return loading_fault(loading);
}

/* True if the name begins like a variable of one of the sections: then it must be one of an option. Other names
 * (CXD_URL of the command line, or somebody else's) are not ours to judge. */
static bool names_section(const char *entry, size_t length) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char name[OPTION_NAME_SIZE];
        option_variable(&OPTIONS[i], name);
        size_t prefix = strlen("CXD_") + strlen(OPTIONS[i].section) + strlen("_");
        if (length >= prefix && strncasecmp(name, entry, prefix) == 0)
            return true;
    }
    return false;
}

/* One entry of the environment that begins with CXD_. One that is bad casts no doubt on what a file says: the daemon
 * has an environment of its own. */
static enum cxd_err take_variable(const char *entry, struct loading *loading) {
    const char *value = strchr(entry, '=');
    if (!value)
        return CXD_OK;
    size_t length = (size_t)(value++ - entry);
    char name[OPTION_NAME_SIZE];
    char shown[SHOWN_SIZE];
    char takes[OPTION_TAKES_SIZE];
    if (!names_section(entry, length))
        return CXD_OK;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        option_variable(&OPTIONS[i], name);
        if (strlen(name) != length || memcmp(name, entry, length) != 0)
            continue;
        if (option_set(&OPTIONS[i], value, loading->config)) {
            loading_say(loading, &OPTIONS[i]);
            return CXD_OK;
        }
        if (!loading->said[i])
            loading_doubt(loading, &OPTIONS[i]);
        error_set(loading->err, ERR_CONFIG, "%s: \"%s\" is not %s", name, option_show_value(&OPTIONS[i], value, shown),
                  option_takes(&OPTIONS[i], takes));
        return loading_fault(loading);
    }
    if (length >= sizeof name)
        length = sizeof name - 1;
    memcpy(name, entry, length);
    name[length] = '\0';
    return unknown_variable(name, loading);
}

static enum cxd_err load_environment(struct loading *loading) {
    enum cxd_err rc = CXD_OK;
    for (char **entry = environ; entry && *entry && rc == CXD_OK; entry++)
        if (strncmp(*entry, "CXD_", 4) == 0)
            rc = take_variable(*entry, loading);
    return rc;
}

const char *config_read_name(enum config_read read) {
    static const char *const NAMES[] = {
        [CONFIG_READ_KEY] = "key", [CONFIG_READ_OPEN] = "open", [CONFIG_READ_EVERYTHING] = "everything"};
    return NAMES[read];
}

static bool is_web_address(const char *url) {
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/')
        return false;
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' || strchr("\"<>\\^`{|}?#", *at)) /* bytes beyond ASCII are none of a URL's either */
            return false;
    return true;
}

static enum cxd_err check_together(const struct config *config, struct error *err) {
    char host[INET6_ADDRSTRLEN];
    uint16_t port;
    bool is_loopback;
    char shown[SHOWN_SIZE];
    if (!config_split_listen(config->listen, host, sizeof host, &port, &is_loopback))
        return error_set(err, ERR_INTERNAL, "[server] listen was taken but cannot be split");
    if (config->read != CONFIG_READ_KEY && !is_loopback)
        return error_set(err, ERR_CONFIG,
                         "[access] read: \"%s\" needs [server] listen on a loopback address (127.0.0.1 or "
                         "[::1]), and it is \"%s\"",
                         config_read_name(config->read), option_show(config->listen, shown));
    if (config->read != CONFIG_READ_KEY && config->trusted_proxies[0] != '\0')
        return error_set(err, ERR_CONFIG,
                         "[access] read: \"%s\" is for this machine alone, and with [server] trusted_proxies "
                         "others reach it too",
                         config_read_name(config->read));
    if (config->public_url[0] != '\0' && !is_web_address(config->public_url))
        return error_set(err, ERR_CONFIG,
                         "[server] public_url: \"%s\" is not http:// or https:// with a host, and no query",
                         option_show(config->public_url, shown));
    if ((config->tls_certificate[0] == '\0') != (config->tls_key[0] == '\0'))
        return error_set(err, ERR_CONFIG, "[tls] %s: is missing, and certificate and key belong together",
                         config->tls_key[0] == '\0' ? "key" : "certificate");
    if (config->backup_every_s > 0 && !store_url_can(config->storage_url, STORE_CAN_BACKUP))
        return error_set(err, ERR_CONFIG, "[backup] every: the store of [storage] url has no file to back up");
    if (config->batch_bytes < config->body_bytes)
        return error_set(err, ERR_CONFIG, "[limits] batch_bytes: %lld is less than body_bytes, %lld",
                         (long long)config->batch_bytes, (long long)config->body_bytes);
    return CXD_OK;
}

static enum cxd_err load(const char *path, struct config *ret_config, struct config_faults *faults, struct error *err) {
    struct config config;
    struct loading loading = {.config = &config, .err = err, .faults = faults};
    enum cxd_err rc = load_defaults(&config, err);
    if (rc == CXD_OK && path)
        rc = ini_load(path, &loading);
    if (rc == CXD_OK && path)
        rc = load_directory(path, &loading);
    if (rc == CXD_OK)
        rc = load_environment(&loading);
    if (rc == CXD_OK && check_together(&config, err) != CXD_OK)
        rc = loading_fault(&loading);
    if (rc != CXD_OK)
        return rc;
    loading_end(&loading);
    *ret_config = config;
    return CXD_OK;
}

enum cxd_err config_load(const char *path, struct config *ret_config, struct error *err) {
    return load(path, ret_config, NULL, err);
}

enum cxd_err config_load_rest(const char *path, struct config *ret_config, struct config_faults *faults,
                              struct error *err) {
    return load(path, ret_config, faults, err);
}

static bool differs(const struct option *option, const struct config *a, const struct config *b) {
    const char *left = (const char *)a + option->offset, *right = (const char *)b + option->offset;
    bool is_text = option->size == CONFIG_TEXT_SIZE;
    return is_text ? strcmp(left, right) != 0 : memcmp(left, right, option->size) != 0;
}

/* Certificate and key may be others, but a listener that speaks TLS does so to its end. */
static bool is_taken(const struct option *option, const struct config *current, const struct config *fresh) {
    bool turns_tls = (current->tls_certificate[0] == '\0') != (fresh->tls_certificate[0] == '\0');
    return option->is_live && !(turns_tls && strcmp(option->section, "tls") == 0);
}

enum cxd_err config_reload(const struct config *current, const struct config *fresh, struct config *ret_config,
                           struct config_change *change, struct error *err) {
    struct config merged = *current;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &OPTIONS[i];
        if (!differs(option, current, fresh))
            continue;
        bool taken = is_taken(option, current, fresh);
        struct buffer *names = taken ? &change->taken : &change->waiting;
        buffer_append_format(names, "%s%s.%s", names->length > 0 ? ", " : "", option->section, option->key);
        if (taken)
            memcpy((char *)&merged + option->offset, (const char *)fresh + option->offset, option->size);
    }
    if (!buffer_terminate(&change->taken) || !buffer_terminate(&change->waiting))
        return error_set(err, ERR_NO_MEMORY, "no memory for the configuration");
    enum cxd_err code = check_together(&merged, err);
    if (code == CXD_OK)
        *ret_config = merged;
    return code;
}

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

#include "config/option.h"

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

static enum cxd_err load_directory(const char *path, struct config *config, struct error *err) {
    const char *slash = strrchr(path, '/');
    char *directory = NULL;
    struct dirent **entries = NULL;
    int count = 0;
    enum cxd_err rc = CXD_OK;
    if (asprintf(&directory, "%.*sconf.d", slash ? (int)(slash + 1 - path) : 0, path) < 0) {
        directory = NULL;
        rc = error_set(err, ERR_NO_MEMORY, "out of memory");
        goto out;
    }
    count = scandir(directory, &entries, is_conf, by_name);
    if (count < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            rc = error_set(err, ERR_CONFIG, "%s: cannot be read: %s", directory, strerror(errno));
        goto out;
    }
    for (int i = 0; i < count && rc == CXD_OK; i++) {
        char *file = NULL;
        if (asprintf(&file, "%s/%s", directory, entries[i]->d_name) < 0) {
            rc = error_set(err, ERR_NO_MEMORY, "out of memory");
            break;
        }
        rc = ini_load(file, config, err);
        free(file);
    }
out:
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    free(directory);
    return rc;
}

static enum cxd_err unknown_variable(const char *name, struct error *err) {
    char variables[OPTION_COUNT][OPTION_NAME_SIZE];
    const char *names[OPTION_COUNT];
    char shown[SHOWN_SIZE];
    for (size_t i = 0; i < OPTION_COUNT; i++)
        names[i] = option_variable(&OPTIONS[i], variables[i]);
    const char *nearest = option_nearest(name, names, OPTION_COUNT);
    option_show(name, shown);
    if (nearest)
        return error_set(err, ERR_CONFIG, "%s: no option has this variable (did you mean %s?)", shown,
                         nearest);
    return error_set(err, ERR_CONFIG, "%s: no option has this variable", shown);
}

/* True if the name begins like a variable of one of the sections: then it must be one of an option. Other names (CXD_URL of the
 * command line, or somebody else's) are not ours to judge. */
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

/* One entry of the environment that begins with CXD_. */
static enum cxd_err take_variable(const char *entry, struct config *config, struct error *err) {
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
        if (option_set(&OPTIONS[i], value, config))
            return CXD_OK;
        return error_set(err, ERR_CONFIG, "%s: \"%s\" is not %s", name, option_show(value, shown),
                         option_takes(&OPTIONS[i], takes));
    }
    if (length >= sizeof name)
        length = sizeof name - 1;
    memcpy(name, entry, length);
    name[length] = '\0';
    return unknown_variable(name, err);
}

static enum cxd_err load_environment(struct config *config, struct error *err) {
    enum cxd_err rc = CXD_OK;
    for (char **entry = environ; entry && *entry && rc == CXD_OK; entry++) {
        if (strncmp(*entry, "CXD_", 4) == 0)
            rc = take_variable(*entry, config, err);
    }
    return rc;
}

static bool is_web_address(const char *url) {
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/')
        return false;
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' ||
            strchr("\"<>\\^`{|}?#", *at) != NULL) /* bytes beyond ASCII are none of a URL's either */
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
    if (config->read == CONFIG_READ_OPEN && !is_loopback)
        return error_set(err, ERR_CONFIG,
                         "[access] read: \"open\" needs [server] listen on a loopback address (127.0.0.1 or "
                         "[::1]), and it is \"%s\"",
                         option_show(config->listen, shown));
    if (config->read == CONFIG_READ_OPEN && config->trusted_proxies[0] != '\0')
        return error_set(
            err, ERR_CONFIG,
            "[access] read: \"open\" is for this machine alone, and with [server] trusted_proxies "
            "others reach it too");
    if (config->public_url[0] != '\0' && !is_web_address(config->public_url))
        return error_set(err, ERR_CONFIG,
                         "[server] public_url: \"%s\" is not http:// or https:// with a host, and no query",
                         option_show(config->public_url, shown));
    if ((config->tls_certificate[0] == '\0') != (config->tls_key[0] == '\0'))
        return error_set(err, ERR_CONFIG, "[tls] %s: is missing, and certificate and key belong together",
                         config->tls_key[0] == '\0' ? "key" : "certificate");
    if (config->backup_every_s > 0 && strncmp(config->storage_url, "memory:", strlen("memory:")) == 0)
        return error_set(err, ERR_CONFIG, "[backup] every: what is kept in memory: cannot be backed up");
    if (config->batch_bytes < config->body_bytes)
        return error_set(err, ERR_CONFIG, "[limits] batch_bytes: %lld is less than body_bytes, %lld",
                         (long long)config->batch_bytes, (long long)config->body_bytes);
    return CXD_OK;
}

enum cxd_err config_load(const char *path, struct config *ret_config, struct error *err) {
    struct config config;
    enum cxd_err rc = load_defaults(&config, err);
    if (rc == CXD_OK && path)
        rc = ini_load(path, &config, err);
    if (rc == CXD_OK && path)
        rc = load_directory(path, &config, err);
    if (rc == CXD_OK)
        rc = load_environment(&config, err);
    if (rc == CXD_OK)
        rc = check_together(&config, err);
    if (rc == CXD_OK)
        *ret_config = config;
    return rc;
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

enum cxd_err config_reload(const struct config *current, const struct config *fresh,
                           struct config *ret_config, struct config_change *change, struct error *err) {
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

static bool parse_port(const char *text, uint16_t *ret_port) {
    unsigned port = 0;
    size_t length = strspn(text, "0123456789");
    if (length < 1 || length > 5 || text[length])
        return false;
    for (const char *at = text; *at; at++)
        port = port * 10 + (unsigned)(*at - '0');
    if (port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

/* Numeric addresses only (and localhost, see below): a name may have several, or another tomorrow. */
static bool parse_host(const char *host, bool is_bracketed, bool *ret_is_loopback) {
    struct in_addr v4;
    struct in6_addr v6;
    if (!is_bracketed && inet_pton(AF_INET, host, &v4) == 1) {
        *ret_is_loopback = ntohl(v4.s_addr) >> 24 == 127;
        return true;
    }
    if (is_bracketed && inet_pton(AF_INET6, host, &v6) == 1) {
        *ret_is_loopback = IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
        return true;
    }
    return false;
}

bool config_split_listen(const char *listen, char *ret_host, size_t host_size, uint16_t *ret_port,
                         bool *ret_is_loopback) {
    char host[INET6_ADDRSTRLEN] = "127.0.0.1";
    const char *colon = strrchr(listen, ':');
    const char *port_text = colon ? colon + 1 : listen;
    bool is_bracketed = listen[0] == '[';
    uint16_t port;
    bool is_loopback;
    if (colon) {
        const char *start = listen + is_bracketed;
        size_t length = (size_t)(colon - listen);
        if (is_bracketed) {
            if (length < 2 || listen[length - 1] != ']')
                return false;
            length -= 2;
        }
        if (length >= sizeof host)
            return false;
        memcpy(host, start, length);
        host[length] = '\0';
        if (strcmp(host, "localhost") == 0)
            strcpy(host, "127.0.0.1");
    }
    if (!parse_port(port_text, &port) || !parse_host(host, is_bracketed, &is_loopback) ||
        strlen(host) >= host_size)
        return false;
    memcpy(ret_host, host, strlen(host) + 1);
    *ret_port = port;
    if (ret_is_loopback)
        *ret_is_loopback = is_loopback;
    return true;
}

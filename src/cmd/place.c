/* Before the first request: where is the daemon, and which key opens it? The daemon writes both into its state directory, and the
 * configuration tells where that is. */

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/client.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"

static const char *environment(const char *name) {
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* A line of a file (from 1), without blanks at its ends; false with errno if it cannot be read, with EINVAL if it has no such line. */
static bool read_nth_line(const char *path, unsigned number, char *out, size_t size) {
    FILE *file = fopen(path, "re");
    char line[2048];
    char *start = line;
    size_t length;

    if (!file)
        return false;
    for (unsigned i = 0; i < number; i++)
        if (!fgets(line, sizeof line, file))
            line[0] = '\0';
    fclose(file);
    start += strspn(start, " \t");
    length = strcspn(start, "\r\n");
    while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t'))
        length--;
    if (length == 0 || length >= size) {
        errno = EINVAL;
        return false;
    }
    memcpy(out, start, length);
    out[length] = '\0';
    return true;
}

static bool read_line(const char *path, char *out, size_t size) {
    return read_nth_line(path, 1, out, size);
}

static bool is_key(const char *text) {
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if (text[i] < '!' || text[i] > '~')
            return false;
    }
    return length > 0 && length < PLACE_KEY_SIZE;
}

/* http or https, a host, perhaps a port and a path that the API's paths are put behind; nothing else. */
static bool is_base_url(const char *text) {
    static const CURLUPart unwanted[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                         CURLUPART_FRAGMENT};
    CURLU *url = curl_url();
    char *part = NULL;
    bool result = false;

    if (!url || strlen(text) >= PLACE_URL_SIZE || curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK)
        goto out;
    if (curl_url_get(url, CURLUPART_SCHEME, &part, 0) != CURLUE_OK)
        goto out;
    result = strcmp(part, "http") == 0 || strcmp(part, "https") == 0;
    for (size_t i = 0; i < CXD_COUNT(unwanted); i++) {
        curl_free(part);
        part = NULL;
        if (curl_url_get(url, unwanted[i], &part, 0) == CURLUE_OK)
            result = false;
    }
out:
    curl_free(part);
    curl_url_cleanup(url);
    return result;
}

static int take_url(const char *text, const char *source, int refusal, struct place *place) {
    size_t length = strlen(text);

    if (!is_base_url(text)) {
        fprintf(stderr, "cxd: %s: the address must be http://HOST[:PORT] or https://HOST[:PORT]\n", source);
        return refusal;
    }
    while (length > 0 && text[length - 1] == '/')
        length--;
    memcpy(place->url, text, length);
    place->url[length] = '\0';
    return EXIT_OK;
}

static int take_key(const struct client_options *options, struct place *place) {
    const char *key = options->key ? options->key : environment("CXD_KEY");

    if (options->key && options->key_file) {
        fprintf(stderr, "cxd: --key and --key-file are both given\n");
        return EXIT_USAGE;
    }
    if (options->key_file && !read_line(options->key_file, place->key, sizeof place->key)) {
        fprintf(stderr, "cxd: no key in %s: %s\n", options->key_file, strerror(errno));
        return EXIT_REFUSED;
    }
    if (!options->key_file && key)
        snprintf(place->key, sizeof place->key, "%s", key);
    if ((options->key_file || key) && (!is_key(place->key) || (!options->key_file && !is_key(key)))) {
        fprintf(stderr, "cxd: the API key must be 1 to %d visible ASCII characters\n", PLACE_KEY_SIZE - 1);
        return options->key_file ? EXIT_REFUSED : EXIT_USAGE;
    }
    return EXIT_OK;
}

/* [server] state_directory, else where the database lies; false where neither says. */
static bool state_directory(const struct config *config, char *out, size_t size) {
    static const char sqlite[] = "sqlite:";
    const char *path = config->storage_url + sizeof sqlite - 1;
    const char *slash;

    if (*config->state_directory) {
        snprintf(out, size, "%s", config->state_directory);
        return true;
    }
    if (strncmp(config->storage_url, sqlite, sizeof sqlite - 1) != 0)
        return false;
    slash = strrchr(path, '/');
    if (!slash)
        snprintf(out, size, ".");
    else
        snprintf(out, size, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return true;
}

/* The configured listener as a client sees it: "any address" is this machine. */
static void configured_url(const struct config *config, char *out, size_t size) {
    const char *scheme = *config->tls_certificate ? "https" : "http";
    char host[CONFIG_TEXT_SIZE];
    uint16_t port;

    if (!config_split_listen(config->listen, host, sizeof host, &port, NULL) || port == 0)
        snprintf(out, size, "%s://127.0.0.1:8080", scheme);
    else if (strcmp(host, "0.0.0.0") == 0)
        snprintf(out, size, "%s://127.0.0.1:%u", scheme, (unsigned)port);
    else if (strcmp(host, "::") == 0)
        snprintf(out, size, "%s://[::1]:%u", scheme, (unsigned)port);
    else
        snprintf(out, size, strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host, (unsigned)port);
}

static int take_from_config(const struct client_options *options, struct place *place) {
    const char *path = cmd_config_path(options->config);
    char directory[CONFIG_TEXT_SIZE], file[CONFIG_TEXT_SIZE + 16], url[PLACE_URL_SIZE];
    struct config config;
    struct error error;
    bool is_found;

    if (config_load(path, &config, &error) != CXD_OK) {
        fprintf(stderr, "cxd: %s\n", error.detail);
        return EXIT_REFUSED;
    }
    is_found = state_directory(&config, directory, sizeof directory);
    if (is_found && !*place->key) {
        snprintf(file, sizeof file, "%s/admin.key", directory);
        if (!read_line(file, place->key, sizeof place->key) || !is_key(place->key))
            place->key[0] = '\0'; /* not ours to read: then without a key */
    }
    if (*place->url)
        return EXIT_OK;
    snprintf(file, sizeof file, "%s/endpoint", directory);
    if (is_found && read_line(file, url, sizeof url)) {
        if (!read_nth_line(file, 2, place->pin, sizeof place->pin))
            place->pin[0] = '\0';
        return take_url(url, file, EXIT_REFUSED, place);
    }
    configured_url(&config, url, sizeof url);
    return take_url(url, "[server] listen", EXIT_REFUSED, place);
}

int place_find(const struct client_options *options, struct place *ret_place) {
    struct place place = {.url = "", .key = "", .pin = ""};
    const char *url = options->url ? options->url : environment("CXD_URL");
    int result = take_key(options, &place);

    if (result == EXIT_OK && url)
        result = take_url(url, options->url ? "--url" : "CXD_URL", EXIT_USAGE, &place);
    if (result == EXIT_OK && (!url || (options->config && !*place.key)))
        result = take_from_config(options, &place);
    if (result == EXIT_OK)
        *ret_place = place;
    return result;
}

const char *cmd_config_path(const char *given) {
    const char *path = given ? given : environment("CXD_CONFIG");

    if (path)
        return path;
    return access(CXD_CONFIG_FILE, F_OK) == 0 ? CXD_CONFIG_FILE : NULL;
}

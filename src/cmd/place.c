/* Before the first request: where is the daemon, and which key opens it? The daemon writes both into its state
 * directory, and the configuration tells where that is. */

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/checkout.h"
#include "cmd/client.h"
#include "cmd/output.h"
#include "cxd/base/actor.h"
#include "cxd/base/plain.h"
#include "cxd/cmd/cmd.h"
#include "cxd/config/config.h"
#include "cxd/store/store.h"
#include "cxd/store/url.h"

enum { STATE_TEXT_SIZE = 2048, PLACE_HOST_SIZE = 256 };

static const char *environment(const char *name) {
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* A line of a text without blanks at its ends; false with errno EINVAL where it is empty or too long. */
static bool take_line(const char *text, char *out, size_t size) {
    size_t length;

    text += strspn(text, " \t");
    length = strcspn(text, "\r\n");
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length == 0 || length >= size) {
        errno = EINVAL;
        return false;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

/* The first line of a file that the caller has named: of whatever kind. */
static bool read_line(const char *path, char *out, size_t size) {
    FILE *file = fopen(path, "re");
    char line[STATE_TEXT_SIZE];

    if (!file)
        return false;
    if (!fgets(line, sizeof line, file))
        line[0] = '\0';
    fclose(file);
    return take_line(line, out, size);
}

/* --- The state directory ---------------------------------------------------------------------------------------------
 */

enum state_file { STATE_FOUND, STATE_ABSENT, STATE_HIDDEN, STATE_REFUSED };

static ssize_t read_all(int fd, char *out, size_t size) {
    size_t done = 0;
    ssize_t got;

    while (done < size && ((got = read(fd, out + done, size - done)) > 0 || (got < 0 && errno == EINTR)))
        done += got > 0 ? (size_t)got : 0;
    return got < 0 ? -1 : (ssize_t)done;
}

/* A small text, nothing in it but what can be shown. */
static bool is_text(char *text, ssize_t length) {
    if (length < 0 || length >= STATE_TEXT_SIZE)
        return false;
    text[length] = '\0';
    for (ssize_t i = 0; i < length; i++)
        if ((text[i] < ' ' || text[i] > '~') && !strchr("\t\r\n", text[i] ? text[i] : 'x'))
            return false;
    return true;
}

/* As whoever the directory belongs to, who may have put anything there. One that is not for the caller to read is as if
 * it were not there; what is odd is said. */
static enum state_file read_state_file(const char *path, char out[STATE_TEXT_SIZE]) {
    char why[PLAIN_WHY_SIZE];
    struct actor owner;
    struct error err;
    ssize_t length = -1;
    int fd = -1, failure = 0;

    if (actor_find(path, &owner, &err) != CXD_OK || actor_enter(&owner, &err) != CXD_OK) {
        complain("cannot read %s: %s", path, err.detail);
        return STATE_REFUSED;
    }
    fd = plain_open_owned(path, O_RDONLY, 0, why);
    failure = errno;
    if (fd >= 0) {
        length = read_all(fd, out, STATE_TEXT_SIZE);
        close(fd);
    }
    actor_leave(&owner);
    if (fd < 0 && failure == EACCES)
        return STATE_HIDDEN;
    if (fd < 0 && (failure == ENOENT || failure == ENOTDIR))
        return STATE_ABSENT;
    if (fd >= 0 && is_text(out, length))
        return STATE_FOUND;
    complain("%s %s: it is not used", path, fd < 0 ? why : "is not as the daemon writes it");
    return STATE_REFUSED;
}

static bool is_key(const char *text) {
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++)
        if (text[i] < '!' || text[i] > '~')
            return false;
    return length > 0 && length < PLACE_KEY_SIZE;
}

/* http or https, a host, perhaps a port and a path that the API's paths are put behind; nothing else. */
static bool is_base_url(const char *text) {
    static const CURLUPart unwanted[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT};
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
        complain("%s: the address must be http://HOST[:PORT] or https://HOST[:PORT]", source);
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
        complain("--key and --key-file are both given");
        return EXIT_USAGE;
    }
    if (options->key_file && !read_line(options->key_file, place->key, sizeof place->key)) {
        complain("no key in %s: %s", options->key_file, strerror(errno));
        return EXIT_REFUSED;
    }
    if (!options->key_file && key)
        snprintf(place->key, sizeof place->key, "%s", key);
    if ((options->key_file || key) && (!is_key(place->key) || (!options->key_file && !is_key(key)))) {
        complain("the API key must be 1 to %d visible ASCII characters", PLACE_KEY_SIZE - 1);
        return options->key_file ? EXIT_REFUSED : EXIT_USAGE;
    }
    return EXIT_OK;
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

static bool is_loopback_host(const char *host) {
    struct in_addr four;
    struct in6_addr six;

    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* Host and port as libcurl will read them, the host without brackets; "" and 0 where there is none. */
static void split(const char *url, char out[PLACE_HOST_SIZE], unsigned long *ret_port) {
    CURLU *parsed = curl_url();
    char *host = NULL, *port = NULL;

    out[0] = '\0';
    *ret_port = 0;
    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK && strlen(host) < PLACE_HOST_SIZE) {
        size_t length = strlen(host);
        bool is_bracketed = length > 2 && host[0] == '[';

        memcpy(out, host + is_bracketed, length - 2 * is_bracketed);
        out[length - 2 * is_bracketed] = '\0';
        if (curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
            *ret_port = strtoul(port, NULL, 10);
    }
    curl_free(port);
    curl_free(host);
    curl_url_cleanup(parsed);
}

static bool is_loopback(const char *url) {
    char host[PLACE_HOST_SIZE];
    unsigned long port;

    split(url, host, &port);
    return strcmp(host, "localhost") == 0 || is_loopback_host(host);
}

/* The daemon's "every address" is this machine's own. */
static void replace_any_host(char url[PLACE_URL_SIZE]) {
    static const struct {
        const char *any, *own;
    } hosts[] = {{"://0.0.0.0:", "://127.0.0.1:"}, {"://[::]:", "://[::1]:"}};
    char replaced[PLACE_URL_SIZE];

    for (size_t i = 0; i < CXD_COUNT(hosts); i++) {
        const char *at = strstr(url, hosts[i].any);
        int length = at ? snprintf(replaced, sizeof replaced, "%.*s%s%s", (int)(at - url), url, hosts[i].own,
                                   at + strlen(hosts[i].any))
                        : -1;
        if (length > 0 && (size_t)length < sizeof replaced)
            strcpy(url, replaced);
    }
}

/* What lies in the state directory may lead nowhere but to this machine, or to where the configuration says that the
 * daemon listens: a key goes there. */
static bool may_lead_to(const struct config *config, const char *url) {
    char host[PLACE_HOST_SIZE], configured[CONFIG_TEXT_SIZE];
    unsigned long port;
    uint16_t configured_port;

    split(url, host, &port);
    return is_loopback_host(host) ||
           (config_split_listen(config->listen, configured, sizeof configured, &configured_port, NULL) &&
            strcmp(host, configured) == 0 && (configured_port == 0 || configured_port == port));
}

/* "sha256//" and base64; libcurl would take anything else for the name of a file. */
static bool is_pin(const char *text) {
    static const char start[] = "sha256//";
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

    return strncmp(text, start, strlen(start)) == 0 && strspn(text + strlen(start), base64) == 44 &&
           strlen(text) == strlen(start) + 44;
}

/* The file `endpoint`: the address, and on a second line the pin. */
static int take_endpoint(const struct config *config, const char *path, const char *text, struct place *place) {
    const char *second = strchr(text, '\n');
    char url[PLACE_URL_SIZE];
    bool is_good = take_line(text, url, sizeof url);

    if (second && second[1] != '\0')
        is_good = is_good && take_line(second + 1, place->pin, sizeof place->pin) && is_pin(place->pin);
    if (!is_good) {
        complain("%s is not as the daemon writes it: it is not used", path);
        return EXIT_REFUSED;
    }
    replace_any_host(url);
    if (is_base_url(url) && !may_lead_to(config, url)) {
        complain("%s leads to %s, which is neither this machine nor [server] listen: no key is sent there "
                 "(--url URL says so in its place)",
                 path, url);
        return EXIT_REFUSED;
    }
    return take_url(url, path, EXIT_REFUSED, place);
}

static int take_admin_key(const char *path, struct place *place) {
    char text[STATE_TEXT_SIZE];
    enum state_file found = read_state_file(path, text);

    snprintf(place->key_file, sizeof place->key_file, "%s", path);
    place->key_found = found == STATE_FOUND    ? PLACE_KEY_OURS
                       : found == STATE_HIDDEN ? PLACE_KEY_HIDDEN
                                               : PLACE_KEY_MISSING;
    if (found == STATE_FOUND && (!take_line(text, place->key, sizeof place->key) || !is_key(place->key))) {
        place->key[0] = '\0';
        complain("%s holds no key: it is not used", path);
        return EXIT_REFUSED;
    }
    return found == STATE_REFUSED ? EXIT_REFUSED : EXIT_OK;
}

/* False where a fault may be the line that says it. A file that is not for the caller to read leaves the usual one. */
static bool find_directory(const struct config *config, const struct config_faults *faults, char *out, size_t size) {
    bool is_lost =
        faults->lost[CONFIG_NEED_DIRECTORY] || (!faults->said[CONFIG_NEED_DIRECTORY] && faults->lost[CONFIG_NEED_URL]);

    return !is_lost && place_state_directory(config, out, size);
}

/* There is no `endpoint`: the daemon is where the configuration says. */
static int take_configured(const struct config *config, const struct config_faults *faults, const char *directory,
                           bool is_quiet, struct place *place) {
    char url[PLACE_URL_SIZE];

    if (faults->lost[CONFIG_NEED_LISTEN] || (faults->is_unread && !faults->said[CONFIG_NEED_LISTEN])) {
        if (!is_quiet)
            complain("[server] listen cannot be read, nor is there an 'endpoint' in %s to say where the daemon is: "
                     "--url URL says it",
                     *directory ? directory : "a state directory");
        return EXIT_REFUSED;
    }
    configured_url(config, url, sizeof url);
    return take_url(url, "[server] listen", EXIT_REFUSED, place);
}

static int take_from_config(const struct client_options *options, struct place *place) {
    char directory[CONFIG_TEXT_SIZE] = "", file[CONFIG_TEXT_SIZE + 16], text[STATE_TEXT_SIZE];
    enum state_file found = STATE_ABSENT;
    struct config config;
    struct config_faults faults;
    struct error err;
    bool has_directory;

    if (place_read(options->config, options->is_told, &config, &faults, &err) != CXD_OK) {
        complain("%s", err.detail);
        return EXIT_REFUSED;
    }
    has_directory = find_directory(&config, &faults, directory, sizeof directory);
    if (*place->url && faults.is_unread)
        return EXIT_OK; /* a key that a guess has found is not sent where the caller says */
    if (!has_directory && faults.count > 0 && !*place->key && !options->is_told)
        complain("so it is not known which state directory has the admin key: --key-file FILE gives one");
    if (has_directory && faults.is_unread && !options->is_told)
        complain("the daemon whose state directory is %s is asked", directory);
    if (has_directory && !*place->key) {
        snprintf(file, sizeof file, "%s/admin.key", directory);
        if (take_admin_key(file, place) != EXIT_OK)
            return EXIT_REFUSED;
    }
    if (*place->url)
        return EXIT_OK;
    if (has_directory) {
        snprintf(file, sizeof file, "%s/endpoint", directory);
        found = read_state_file(file, text);
    }
    if (found == STATE_FOUND)
        return take_endpoint(&config, file, text, place);
    if (found == STATE_REFUSED)
        return EXIT_REFUSED;
    return take_configured(&config, &faults, directory, options->is_quiet, place);
}

/* The daemon of `make run`, where it runs; its key goes to the address that lies beside it, and nowhere else. */
static int take_from_checkout(const struct client_options *options, const struct config *config, struct place *place) {
    char file[CONFIG_TEXT_SIZE + 16], text[STATE_TEXT_SIZE];
    enum state_file found;
    int result = EXIT_OK;

    snprintf(file, sizeof file, "%s/endpoint", config->state_directory);
    found = read_state_file(file, text);
    if (found == STATE_HIDDEN || found == STATE_ABSENT)
        complain("%s says where the daemon of this checkout is, and cannot be read: it is for the user who runs that "
                 "(--url URL says so in its place)",
                 file);
    if (found != STATE_FOUND)
        return EXIT_REFUSED;
    result = take_endpoint(config, file, text, place);
    snprintf(file, sizeof file, "%s/admin.key", config->state_directory);
    if (result == EXIT_OK && !*place->key)
        result = take_admin_key(file, place);
    if (result == EXIT_OK && !options->is_told && !options->is_quiet)
        complain("%s is asked, the daemon of this checkout (-c FILE or --url URL for another)", place->url);
    return result;
}

int place_find(const struct client_options *options, struct place *ret_place) {
    struct place place = {.url = "", .key = "", .pin = ""};
    const char *url = options->url ? options->url : environment("CXD_URL");
    int result = take_key(options, &place);
    struct config config;

    if (result == EXIT_OK && !url && checkout_config(options->config, "endpoint", &config))
        result = take_from_checkout(options, &config, &place);
    else if (result == EXIT_OK && url)
        result = take_url(url, options->url ? "--url" : "CXD_URL", EXIT_USAGE, &place);
    if (result == EXIT_OK && (!*place.url || (url && options->config && !*place.key)))
        result = take_from_config(options, &place);
    place.is_direct = !url || is_loopback(place.url);
    place.is_checkout = !url && checkout_config(options->config, "cxd.db", &config);
    if (result == EXIT_OK)
        *ret_place = place;
    return result;
}

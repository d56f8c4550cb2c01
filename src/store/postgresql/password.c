/* The password of a file that the URL names: passwordfile=PATH, a parameter of our own among libpq's. libpq's passfile
 * has lines of hosts and users, and must be nobody else's; this one is the password alone, and may be a credential that
 * systemd hands down, which is open to a group. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/postgresql/db.h"

enum { PASSWORD_MOST = 1024, PATH_MOST = 512 };

static const char NAME[] = "passwordfile=";

/* The parameter, among those behind the question mark; NULL: there is none. */
static const char *find(const char *url) {
    for (const char *at = strchr(url, '?'); at; at = strchr(at + 1, '&'))
        if (strncmp(at + 1, NAME, sizeof NAME - 1) == 0)
            return at + 1;
    return NULL;
}

static int hex_value(char digit) {
    const char *digits = "0123456789abcdef", *at = digit ? strchr(digits, digit | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* False where it is too long. */
static bool decode(const char *from, const char *to, char path[PATH_MOST]) {
    size_t length = 0;
    for (; from < to && length < PATH_MOST - 1; from++) {
        bool is_code = *from == '%' && to - from > 2 && hex_value(from[1]) >= 0 && hex_value(from[2]) >= 0;
        path[length++] = is_code ? (char)(hex_value(from[1]) * 16 + hex_value(from[2])) : *from;
        from += is_code ? 2 : 0;
    }
    path[length] = '\0';
    return from == to;
}

static enum cxd_err read_file(const char *path, char password[PASSWORD_MOST], struct error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, password, PASSWORD_MOST - 1);
    int failure = errno;
    if (fd >= 0)
        close(fd);
    if (length < 0)
        return error_set(err, ERR_CONFIG, "the file of the database's password, %s: %s", path, strerror(failure));
    password[length] = '\0';
    password[strcspn(password, "\r\n")] = '\0';
    return *password ? CXD_OK : error_set(err, ERR_CONFIG, "the file of the database's password, %s, is empty", path);
}

/* A name that is no path is a credential's. */
static enum cxd_err read_named(const char *name, char password[PASSWORD_MOST], struct error *err) {
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    char path[2 * PATH_MOST];
    if (*name == '/')
        return read_file(name, password, err);
    if (!directory)
        return error_set(err, ERR_CONFIG,
                         "passwordfile=%s is no path, and there are no credentials of systemd's that it could name",
                         name);
    snprintf(path, sizeof path, "%.*s/%s", PATH_MOST - 1, directory, name);
    return read_file(path, password, err);
}

enum cxd_err postgresql_password_take(const char *url, char **ret_url, char **ret_password, struct error *err) {
    const char *parameter = find(url), *end = parameter ? parameter + strcspn(parameter, "&") : NULL;
    char path[PATH_MOST], password[PASSWORD_MOST] = "";
    enum cxd_err code = CXD_OK;
    if (parameter && !decode(parameter + sizeof NAME - 1, end, path))
        return error_set(err, ERR_CONFIG, "the path of the database's password is too long");
    if (parameter)
        code = read_named(path, password, err);
    if (code != CXD_OK)
        return code;
    char *rest = strdup(url), *copy = parameter ? strdup(password) : NULL;
    explicit_bzero(password, sizeof password);
    if (!rest || (parameter && !copy)) {
        free(rest);
        free(copy);
        return error_set(err, ERR_NO_MEMORY, "no memory for a connection to PostgreSQL");
    }
    if (parameter) /* with the & behind it, or else the one before */
        memmove(&rest[parameter - url], *end ? end + 1 : end, strlen(*end ? end + 1 : end) + 1);
    if (parameter && !*end)
        rest[parameter - url - 1] = '\0';
    *ret_url = rest;
    *ret_password = copy;
    return CXD_OK;
}

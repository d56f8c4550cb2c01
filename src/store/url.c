/* What there is to know of a store by its URL alone; and the table of engines, the one place that names them all. */

#include "cxd/store/url.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "store/engine.h"

static const struct store_engine *const ENGINES[] = {
    &STORE_SQLITE,
#ifdef CXD_TEST_ENGINES
    &STORE_MEMORY,     &STORE_DISCARD, &STORE_FAULTY, &STORE_FAULT_VFS,
#ifdef CXD_POSTGRESQL /* not complete yet */
    &STORE_POSTGRESQL,
#endif
#endif
};

static const char *rest_of(const struct store_engine *engine, const char *url) {
    return url + strlen(engine->scheme) + 1;
}

static const struct store_engine *find_engine(const char *url) {
    for (size_t i = 0; i < CXD_COUNT(ENGINES); i++) {
        size_t length = strlen(ENGINES[i]->scheme);
        if (strncmp(url, ENGINES[i]->scheme, length) == 0 && url[length] == ':' &&
            (!ENGINES[i]->takes || ENGINES[i]->takes(rest_of(ENGINES[i], url))))
            return ENGINES[i];
    }
    return NULL;
}

const struct store_engine *store_find_engine(const char *url, const char **ret_rest, struct error *err) {
    char shown[256], forms[128];
    const struct store_engine *engine = find_engine(url);
    if (engine) {
        *ret_rest = rest_of(engine, url);
        return engine;
    }
    error_set(err, ERR_CONFIG, "\"%s\" is not a storage URL (%s)", store_url_show(url, shown, sizeof shown),
              store_url_forms(forms, sizeof forms));
    return NULL;
}

const struct store_engine *store_find_declared(void) {
    for (size_t i = 0; i < CXD_COUNT(ENGINES); i++)
        if (ENGINES[i]->write_schema)
            return ENGINES[i];
    return NULL;
}

const struct store_engine *store_find_copies(void) {
    for (size_t i = 0; i < CXD_COUNT(ENGINES); i++)
        if (ENGINES[i]->check_copy)
            return ENGINES[i];
    return NULL;
}

bool store_url_is_valid(const char *url) {
    return find_engine(url);
}

const char *store_url_forms(char *out, size_t size) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < CXD_COUNT(ENGINES) && length < size; i++)
        if (ENGINES[i]->form)
            length += (size_t)snprintf(out + length, size - length, "%s%s", length > 0 ? ", " : "", ENGINES[i]->form);
    return out;
}

bool store_url_can(const char *url, enum store_capability capability) {
    const struct store_engine *engine = find_engine(url);
    if (!engine)
        return false;
    const bool can[] = {
        [STORE_HAS_FILES] = engine->file,
        [STORE_CAN_BACKUP] = engine->backup,
        [STORE_LISTS_ERASURES] = engine->compare_erasures,
    };
    return can[capability];
}

const char *store_url_file(const char *url) {
    const struct store_engine *engine = find_engine(url);
    return engine && engine->file ? engine->file(rest_of(engine, url)) : NULL;
}

/* What is hidden of the URL: [from, to). Rather too much than too little, since it may be another's, or mistyped. */
struct secret_span {
    const char *from, *to;
};

/* "SCHEME://USER:PASSWORD@HOST": from the colon behind the scheme's to the last @. Of what no engine takes the scheme
 * may be missing, or its colon. */
static struct secret_span find_login(const char *url) {
    const char *scheme = strchr(url, ':'), *slashes = strstr(url, "//"), *at = strrchr(url, '@'), *rest = url;
    if (slashes && scheme && slashes <= scheme + 1)
        rest = slashes + 2;
    else if (scheme && find_engine(url))
        rest = scheme + 1;
    const char *colon = strchr(rest, ':');
    return colon && at && colon < at ? (struct secret_span){colon + 1, at} : (struct secret_span){NULL, NULL};
}

/* The next character, which may stand as "%70". */
static int next_character(const char **at) {
    unsigned code;
    if (**at == '%' && isxdigit((unsigned char)(*at)[1]) && isxdigit((unsigned char)(*at)[2]) &&
        sscanf(*at + 1, "%2x", &code) == 1) {
        *at += 3;
        return (int)code;
    }
    return (unsigned char)*(*at)++;
}

/* Behind "password=" or "password = ", if `at` begins with it; else NULL. */
static const char *skip_name(const char *at) {
    for (const char *name = "password"; *name; name++)
        if (*at == '\0' || tolower(next_character(&at)) != *name)
            return NULL;
    at += strspn(at, " \t");
    return *at == '=' ? at + 1 + strspn(at + 1, " \t") : NULL;
}

/* "password=SECRET", among parameters or words, from `url` on. One that begins with a quote may have blanks: it is
 * taken to go on to the end. */
static struct secret_span find_parameter(const char *url) {
    for (; *url; url++) {
        const char *from = skip_name(url);
        if (from)
            return (struct secret_span){from, from + (*from == '\'' ? strlen(from) : strcspn(from, "& \t"))};
    }
    return (struct secret_span){NULL, NULL};
}

/* The first from `url` on; where the two meet, both as one. */
static struct secret_span find_secret(const char *url, struct secret_span login) {
    struct secret_span parameter = find_parameter(url);
    if (!login.from || login.to <= url || (parameter.from && parameter.to < login.from))
        return parameter;
    if (!parameter.from || parameter.from > login.to)
        return login;
    return (struct secret_span){parameter.from < login.from ? parameter.from : login.from,
                                parameter.to > login.to ? parameter.to : login.to};
}

const char *store_url_show(const char *url, char *out, size_t size) {
    struct secret_span login = find_login(url), secret = find_secret(url, login);
    size_t length = 0;
    for (; secret.from && length < size; secret = find_secret(url, login)) {
        length += (size_t)snprintf(out + length, size - length, "%.*s***", (int)(secret.from - url), url);
        url = secret.to;
    }
    if (length < size)
        snprintf(out + length, size - length, "%s", url);
    return out;
}

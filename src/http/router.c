/* From (method, segments) to a route. There are some thirty routes, so the paths lie in one array, ordered so that the
 * first that fits is the most literal one. */

#include "http/router.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct router {
    size_t count;
    char allow[64];
    struct router_path paths[];
};

static const char *const names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
};

enum http_method http_method_parse(const char *name) {
    for (unsigned i = 0; i < HTTP_METHOD_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return (enum http_method)i;
    return strcmp(name, "HEAD") == 0 ? HTTP_GET : HTTP_METHOD_COUNT;
}

const char *http_method_name(enum http_method method) {
    return method < HTTP_METHOD_COUNT ? names[method] : "other";
}

static void append_name(char *list, size_t size, const char *name) {
    size_t length = strlen(list);
    assert(length + 2 + strlen(name) < size);
    if (length > 0)
        length = (size_t)(stpcpy(list + length, ", ") - list);
    memcpy(list + length, name, strlen(name) + 1);
}

static void compile_pattern(struct router_path *path, const char *pattern) {
    assert(pattern[0] == '/');
    path->pattern = pattern;
    const char *next = pattern + 1;
    while (next) {
        assert(path->count < TARGET_SEGMENTS_MAX);
        size_t length = strcspn(next, "/");
        bool parameter = next[0] == '{';
        assert(!parameter || (length > 2 && next[length - 1] == '}'));
        path->segments[path->count].text = parameter ? next + 1 : next;
        path->segments[path->count].length = parameter ? length - 2 : length;
        path->segments[path->count].parameter = parameter;
        path->count++;
        path->parameter_count += parameter;
        next = next[length] == '/' ? next + length + 1 : NULL;
    }
    assert(path->parameter_count <= ROUTER_PARAMETERS_MAX);
}

/* The literal before the parameter, at the first segment in which two paths differ so. */
static int compare_paths(const void *left, const void *right) {
    const struct router_path *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (size_t i = 0; i < a->count; i++)
        if (a->segments[i].parameter != b->segments[i].parameter)
            return a->segments[i].parameter ? 1 : -1;
    return strcmp(a->pattern, b->pattern);
}

/* "GET, HEAD, POST, OPTIONS": those of a mask, and OPTIONS. */
static void list_methods(char *list, size_t size, unsigned methods) {
    for (unsigned i = 0; i < HTTP_METHOD_COUNT; i++) {
        if (!(methods & 1U << i))
            continue;
        append_name(list, size, names[i]);
        if (i == HTTP_GET)
            append_name(list, size, "HEAD");
    }
    append_name(list, size, names[HTTP_OPTIONS]);
}

/* Returns the mask of the methods that the path takes. */
static unsigned list_path(struct router_path *path) {
    unsigned methods = 0;
    for (unsigned i = 0; i < HTTP_METHOD_COUNT; i++) {
        const struct http_route *route = path->by_method[i];
        if (!route)
            continue;
        methods |= 1U << i;
        if (route->flags & HTTP_CORS)
            append_name(path->cors_allow, sizeof path->cors_allow, names[i]);
    }
    list_methods(path->allow, sizeof path->allow, methods);
    return methods;
}

static struct router_path *path_for(struct router *router, const char *pattern) {
    for (size_t i = 0; i < router->count; i++)
        if (strcmp(router->paths[i].pattern, pattern) == 0)
            return &router->paths[i];
    struct router_path *path = &router->paths[router->count++];
    compile_pattern(path, pattern);
    return path;
}

struct router *router_new(const struct http_route *routes, size_t count) {
    struct router *router = calloc(1, sizeof *router + count * sizeof router->paths[0]);
    if (!router)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        assert(routes[i].method < HTTP_OPTIONS && routes[i].handle);
        struct router_path *path = path_for(router, routes[i].pattern);
        assert(!path->by_method[routes[i].method]);
        path->by_method[routes[i].method] = &routes[i];
    }
    unsigned methods = 0;
    for (size_t i = 0; i < router->count; i++)
        methods |= list_path(&router->paths[i]);
    list_methods(router->allow, sizeof router->allow, methods);
    qsort(router->paths, router->count, sizeof router->paths[0], compare_paths);
    for (size_t i = 0; i < router->count; i++)
        router->paths[i].number = i;
    return router;
}

void router_free(struct router *router) {
    free(router);
}

const char *router_allow(const struct router *router) {
    return router->allow;
}

size_t router_path_count(const struct router *router) {
    return router->count;
}

const struct router_path *router_path_at(const struct router *router, size_t number) {
    return &router->paths[number];
}

static bool segment_fits(const struct router_path *path, size_t at, const char *segment) {
    const char *text = path->segments[at].text;
    size_t length = path->segments[at].length;
    if (path->segments[at].parameter)
        return *segment;
    return *segment == *text && strncmp(text, segment, length) == 0 && segment[length] == '\0';
}

/* From the end, where paths differ most. */
static bool path_fits(const struct router_path *path, const struct target *target,
                      const char *ret_values[ROUTER_PARAMETERS_MAX]) {
    size_t parameter = 0;
    for (size_t i = path->count; i > 0; i--)
        if (!segment_fits(path, i - 1, target->segments[i - 1]))
            return false;
    for (size_t i = 0; i < path->count; i++)
        if (path->segments[i].parameter)
            ret_values[parameter++] = target->segments[i];
    return true;
}

/* How many segments stand before one slash at the end. */
static size_t count_segments(const struct target *target) {
    size_t count = target->count;
    if (count < 2 || count > TARGET_SEGMENTS_MAX)
        return count;
    bool has_slash = !*target->segments[count - 1] && *target->segments[count - 2];
    return has_slash ? count - 1 : count;
}

const struct router_path *router_match(const struct router *router, const struct target *target,
                                       const char *ret_values[ROUTER_PARAMETERS_MAX]) {
    size_t count = count_segments(target);
    for (size_t i = 0; i < router->count; i++) {
        const struct router_path *path = &router->paths[i];
        if (path->count == count && path_fits(path, target, ret_values))
            return path;
    }
    return NULL;
}

int router_parameter(const struct router_path *path, const char *name) {
    int parameter = 0;
    for (size_t i = 0; i < path->count; i++) {
        if (!path->segments[i].parameter)
            continue;
        if (strncmp(path->segments[i].text, name, path->segments[i].length) == 0 &&
            name[path->segments[i].length] == '\0')
            return parameter;
        parameter++;
    }
    return -1;
}

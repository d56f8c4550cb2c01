#ifndef CXD_HTTP_ROUTER_H
#define CXD_HTTP_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/http/http.h"
#include "http/target.h"

/* The table of routes, compiled: one entry a pattern, with its methods. */

enum { ROUTER_PARAMETERS_MAX = 4 };

struct router_path {
    const char *pattern;
    size_t number; /* its place among the paths */
    size_t count;
    struct {
        const char *text; /* a literal, or a parameter's name; not NUL-terminated */
        size_t length;
        bool parameter;
    } segments[TARGET_SEGMENTS_MAX];
    size_t parameter_count;
    const struct http_route *by_method[HTTP_METHOD_COUNT];
    char allow[64];      /* "GET, HEAD, OPTIONS" */
    char cors_allow[64]; /* the methods that are open to other origins; "" if none is */
};

struct router;

/* NULL when memory is refused. The patterns must outlive it. A pattern that is not one is a programmer's error. */
struct router *router_new(const struct http_route *routes, size_t count);
void router_free(struct router *router);
/* Every method that some path takes. */
const char *router_allow(const struct router *router);
size_t router_path_count(const struct router *router);
const struct router_path *router_path_at(const struct router *router, size_t number);

/* The path that fits (a literal goes before a parameter), or NULL. Its parameters' values go to `ret_values`. A
 * parameter is never empty. One slash at the end is as none. */
const struct router_path *router_match(const struct router *router, const struct target *target,
                                       const char *ret_values[ROUTER_PARAMETERS_MAX]);

/* The position of the parameter `name`, or -1. */
int router_parameter(const struct router_path *path, const char *name);

/* By its exact name; HEAD is GET's. HTTP_METHOD_COUNT for any other. */
enum http_method http_method_parse(const char *name);
const char *http_method_name(enum http_method method);

#endif

#ifndef CXD_CMD_CALL_H
#define CXD_CMD_CALL_H

#include <stdbool.h>

#include "cmd/client.h"
#include "cmd/command.h"
#include "cmd/output.h"

/* Commands that ask the daemon once. What is asked, and how the reply is shown, is the command's struct call_spec; the
 * rest is the same for all. The struct of such a command's options begins with a
 * struct output_options. */

struct call {
    const struct invocation *invocation;
    const char *operand; /* the first, or NULL */
    char path[128];
    /* The spec's, unless `prepare` says otherwise. */
    const char *pages, *member, *rows, *csv;
    size_t want;                   /* of what comes in pages; 0: all */
    struct client_request request; /* by the spec, and what `prepare` made of it */
    struct buffer body;            /* of the request */
    struct buffer names;           /* of its query, where they are made up */
    struct client *client;
    struct client_reply reply;
    struct screen screen;
    struct buffer out;  /* for stdout */
    struct buffer hint; /* for stderr, once `out` is written */
    struct buffer note; /* as that; then the command is refused */
};

struct call_spec {
    const char *method;
    const char *path;   /* with "%s" for the first operand, which is a survey's name behind "/v1/surveys/" */
    const char *pages;  /* the name of the list, if it comes in pages */
    const char *member; /* without it the reply is not */
    const char *what;   /* "a key" */
    bool is_repeatable;
    const char *line;                  /* what is printed: of view_append; NULL: what `show` appends */
    const char *csv;                   /* the columns of --csv, by csv_view.h, */
    const char *rows;                  /* and the list whose elements are its rows; NULL: the reply is the only one */
    int (*prepare)(struct call *call); /* checks what is the command's own, and writes the body. An exit code. NULL */
    bool (*show)(struct call *call);   /* false: the reply is not that */
};

/* The run of a struct command with a `call`. */
int call_run(const struct invocation *invocation);

/* Its steps: the path and the body; the request, which may be another one again; the output; the end, whatever came
 * before. Exit codes. */
CXD_NODISCARD int call_prepare(struct call *call, const struct invocation *invocation);
CXD_NODISCARD int call_ask(struct call *call);
CXD_NODISCARD int call_show(struct call *call);
void call_end(struct call *call);

/* A `show`: the reply as it came, where a terminal obeys none of it. */
bool call_show_body(struct call *call);

#endif

#ifndef CXD_SRC_CMD_UNARCHIVE_THERE_H
#define CXD_SRC_CMD_UNARCHIVE_THERE_H

#include "cmd/archive.h"
#include "cmd/client.h"
#include "cmd/meter.h"

/* What of an archive is at the daemon already, and the calls by which that is asked. Functions that return an int give
 * an exit code, after a complaint where it is not EXIT_OK. */

enum { ID_SIZE = 64, PATH_SIZE = 160 };

/* What is known of a survey of the archive, at the daemon. */
struct place_of {
    int64_t revision; /* that it has there; 0: it is not there */
    int64_t n;        /* how many answers counted before; −1: not known */
    bool is_archived;
    char done[ID_SIZE];  /* the import that it came with before, of this archive; "": none */
    char whole[ID_SIZE]; /* the one that has all of it now, and is to be done; "": none */
};

struct unarchive {
    const struct invocation *invocation;
    struct client *client;
    struct archive archive;
    struct place_of *places; /* as archive.surveys */
    struct meter meter;
    bool is_quiet;
    bool has_refused; /* some of it was, and told; the rest went on */
};

/* A complaint in words of ours; EXIT_REFUSED. */
int unarchive_refuse(struct unarchive *run, const char *text);
/* A request with a body of JSON; NULL: none. */
CXD_NODISCARD int unarchive_call(struct unarchive *run, const char *method, const char *path, const struct buffer *body,
                                 struct client_reply *ret_reply);
/* A line on stdout, unless it is to be quiet. */
void unarchive_say(struct unarchive *run, const char *text);
/* Whether it is there. */
CXD_NODISCARD int unarchive_look(struct unarchive *run, const char *path, bool *ret_found,
                                 struct client_reply *ret_reply);
/* How many answers of a survey count, with the reply that has their distribution; −1 after a complaint. */
int64_t unarchive_ask_n(struct unarchive *run, const char *slug, struct client_reply *ret_reply);
/* What names an import of this archive: the same for each run of it. */
void unarchive_append_fingerprint(struct buffer *out, const struct unarchive *run);
/* Fills run->places. A survey that is there with another definition than the archive's is refused, and one of which
 * something is being undone. */
CXD_NODISCARD int unarchive_look_at_all(struct unarchive *run);
/* Whether a journey or an alert, as the daemon shows it, is the archive's. */
bool unarchive_is_same_text(const struct archive_text *text, const struct client_reply *there);

#endif

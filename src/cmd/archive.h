#ifndef CXD_SRC_CMD_ARCHIVE_H
#define CXD_SRC_CMD_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/secret.h"

/* An archive (docs/archive.md) as it is read: once to see whether it is whole and right, and what is in it; and once
 * more for the responses. However large it is, a line and what is said of surveys is all that is kept. */

enum { ARCHIVE_LINE_BYTES_MAX = 16 << 20, ARCHIVE_SCORES = 11 };

struct json;

struct archive_text {
    char *name;       /* a slug */
    char *definition; /* a JSON object */
    const char *kind; /* "journey", "alert"; NULL: of a survey */
};

/* A survey, with all its revisions: the nth is definitions[n − 1]. */
struct archive_survey {
    char *slug;
    char **definitions;
    size_t count;
    bool is_archived;
    int64_t kept_from;                 /* what was answered before is deleted as too old by now; TIME_MIN: nothing is */
    int64_t responses;                 /* that there are of it */
    int64_t past;                      /* of these, answered before kept_from */
    int64_t histogram[ARCHIVE_SCORES]; /* of those that count */
    bool has_figures;
};

struct archive {
    const char *path;
    int64_t now_ms; /* by which is judged what is too old */
    char moment[40];
    char fingerprint[2 * SHA256_SIZE + 1];
    struct archive_survey *surveys;
    size_t survey_count;
    struct archive_text *texts; /* journeys and alerts, in their order */
    size_t text_count;
    int64_t responses;
};

/* The score of a response that counts in figures; −1: it does not count. A score that no survey has is −2. */
int archive_score(const struct json *response);

/* Told now and then how far in the file it is; false ends it. */
typedef bool archive_pulse(void *context, int64_t bytes);

/* Reads it from end to end: every line is what it should be, in its order, the counts and figures are those of the
 * lines, and the checksum is right. ERR_MALFORMED_JSON with a word that names the line; ERR_CANCELLED, ERR_SYSTEM,
 * ERR_NO_MEMORY. archive_free takes it in any case. */
CXD_NODISCARD enum cxd_err archive_read(struct archive *archive, const char *path, archive_pulse *pulse, void *context,
                                        struct error *err);
void archive_free(struct archive *archive);

/* Reads it once more and gives the responses, survey by survey: the object of each, and the line where it stands; and
 * NULL behind the last one of a survey. False ends it, and is no error. Errors are as before. */
typedef bool archive_take(void *context, const struct archive_survey *survey, const struct json *response,
                          int64_t line);
CXD_NODISCARD enum cxd_err archive_visit(const struct archive *archive, archive_take *take, void *context,
                                         struct error *err);

#endif

#ifndef CXD_SRC_CMD_IMPORT_H
#define CXD_SRC_CMD_IMPORT_H

#include "cmd/client.h"
#include "cmd/import_bad.h"
#include "cmd/output.h"
#include "cxd/base/arena.h"
#include "cxd/base/secret.h"
#include "cxd/domain/response.h"
#include "cxd/domain/survey.h"
#include "cxd/import/row.h"
#include "cxd/import/table.h"

/* What the files of `cxd import` share: an import from the opening of its file to its end. */

struct import_options {
    struct output_options output;
    const char *survey, *properties, *preset, *dates, *zone, *bad, *undo, *delimiter, *encoding, *sheet, *create;
    struct text_list map;
    bool all, yes, dry_run, partial, list, quiet;
};

enum { IMPORT_SCORES = 11 }; /* 0 to 10 */

/* What the dry run found. */
struct import_counts {
    uint64_t rows, responses, unanswered, unfinished, trials, bad;
    uint64_t repeated; /* of the responses: rows before say the same */
    uint64_t undated;  /* of the responses */
    uint64_t unscored; /* of the responses */
    uint64_t scores[IMPORT_SCORES];
    int64_t first_at, last_at; /* TIME_MAX, TIME_MIN: no response has a time */
};

enum { IMPORT_SAMPLE = 10 };

struct import_sample {
    uint64_t line;
    const char *json;
};

struct import {
    const struct command *command;
    const struct import_options *options;
    struct client *client;
    struct arena arena; /* of all that the file's header and the survey say */
    const char *file;   /* as it is shown */
    struct table_reader *reader;
    struct headings headings;
    size_t header_rows;
    const struct preset *preset;
    bool is_recognised; /* the preset was not named */
    bool id_guessed;
    const char *left_id; /* the column that looked like the id and has values twice; NULL */
    struct survey survey;
    bool is_new; /* --create makes the survey */
    const char *zone;
    enum { ZONE_NAMED, ZONE_OF_FILE, ZONE_OF_DAEMON } zone_from;
    struct row_plan plan;
    struct date_guess dates;
    struct response_limits limits;
    struct import_counts counts;
    struct import_bad bad;
    char fingerprint[2 * SHA256_SIZE + 1];      /* of the responses' ids, in order */
    struct import_sample sample[IMPORT_SAMPLE]; /* the first responses */
    size_t sample_count;
    int64_t now_ms;
    /* Of the row that was read last. */
    struct arena row_arena;
    struct response response;
    struct error err;
};

/* import_open.c: the file, what it is, and the survey that it goes to. All functions give an exit code, and have said
 * on stderr what is wrong. import_close takes an import of which some of this failed. */
CXD_NODISCARD int import_open(struct import *import, const struct client_options *client);
void import_close(struct import *import);
/* Makes the survey of --create. */
CXD_NODISCARD int import_create(struct import *import);
/* To the first row behind the header. */
CXD_NODISCARD int import_rewind(struct import *import);
/* The next row; *ret_more is false at the end. */
CXD_NODISCARD int import_next(struct import *import, struct table_row *ret_row, bool *ret_more);
/* Says err on stderr; EXIT_REFUSED. */
int import_fail(const struct import *import, const struct error *err);

/* import_look.c */

struct meter;

/* The form of the dates, by the whole file; asks where they leave it open. */
CXD_NODISCARD int import_look(struct import *import, struct meter *meter);
/* Every row understood and judged as the daemon will, the bad ones noted: the counts. */
CXD_NODISCARD int import_try(struct import *import, struct meter *meter);
/* A row as a line of JSON behind `out`; *ret_reading says what it is. It is judged by the domain's rules too. */
CXD_NODISCARD int import_read(struct import *import, const struct table_row *row, struct buffer *out,
                              struct row_reading *ret_reading);

/* import_show.c: what has been found, for people. */
void import_show(const struct import *import, struct buffer *out);
/* The same as members of an object that is being written. */
void import_write(const struct import *import, struct buffer *out);
/* A question without an end of line; of this program's own words. */
void import_prompt(const char *text);
/* Asks on the terminal; true: yes. */
bool import_ask(const char *question);

/* import_send.c: posts all of it. */

struct import_result {
    char id[64];
    int64_t created, known, refused;
    bool is_resumed;
    double seconds;
};

CXD_NODISCARD int import_send(struct import *import, struct import_result *ret_result);

/* import_past.c: --list and --undo. */

extern const struct call_spec import_list_call;
CXD_NODISCARD int import_undo(const struct invocation *invocation, const char *id,
                              const struct import_options *options);

#endif

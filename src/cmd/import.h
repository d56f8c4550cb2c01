#ifndef CXD_SRC_CMD_IMPORT_H
#define CXD_SRC_CMD_IMPORT_H

#include "cmd/client.h"
#include "cmd/import_bad.h"
#include "cmd/output.h"
#include "cxd/base/arena.h"
#include "cxd/base/secret.h"
#include "cxd/domain/response.h"
#include "cxd/domain/survey.h"
#include "cxd/import/mended.h"
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
    uint64_t answers_refused;  /* of the responses: the survey does not take them */
    char first_refused[256];   /* of these, for people */
};

enum { IMPORT_SAMPLE = 10 };

struct import_refusal {
    const struct import_refusal *next;
    const char *key, *detail;
    bool in_part; /* the rest of the answer is taken */
};

struct import_sample {
    uint64_t line;
    const char *json;
    const struct import_refusal *refused; /* answers in `json` that the survey does not take */
};

/* The file is one of bad rows (import/mended.h). */
struct import_mended {
    bool is_it;
    const char *words[MENDED_WORDS]; /* NULL: it does not say it */
    struct table_cell *cells;        /* of the row that was read last */
    bool is_header;                  /* that row has no line: it is of the header */
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
    struct import_mended mended;
    const struct preset *preset;
    bool is_recognised; /* the preset was not named */
    bool id_guessed;
    const char *running_id; /* the column that looked like the id and has running numbers; NULL */
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

/* All functions give an exit code, and have said on stderr what is wrong. */

/* import_file.c: the file, its header, and whose export it is. */
CXD_NODISCARD int import_read_file(struct import *import);
/* To the first row behind the header. */
CXD_NODISCARD int import_rewind(struct import *import);
/* Once the survey is known: columns for what only later rows may have, where an export of cxd leaves out of each row
 * what a response does not have. */
CXD_NODISCARD int import_expect(struct import *import);
/* The next row; *ret_more is false at the end. What stands in a file of bad rows beside its rows is not told. */
CXD_NODISCARD int import_next(struct import *import, struct table_row *ret_row, bool *ret_more);
/* What stands before the rows in a file of bad ones. Rewind behind it. */
CXD_NODISCARD int import_head_bad(struct import *import);
/* Says err on stderr; EXIT_REFUSED. */
int import_fail(const struct import *import, const struct error *err);
int import_no_memory(const struct import *import);

/* import_survey.c: the survey that it goes to, and the zone of its dates. */
CXD_NODISCARD int import_find_survey(struct import *import);
/* Makes the survey of --create. */
CXD_NODISCARD int import_create(struct import *import);
CXD_NODISCARD int import_choose_zone(struct import *import);

/* import_map.c: which column is what. */
CXD_NODISCARD int import_map(struct import *import);

/* import_open.c: all of this. import_close takes an import of which some of it failed. */
CXD_NODISCARD int import_open(struct import *import, const struct client_options *client);
void import_close(struct import *import);

/* import_look.c */

struct meter;

/* The form of the dates, by the whole file; asks where they leave it open. */
CXD_NODISCARD int import_look(struct import *import, struct meter *meter);
/* Every row understood and judged as the daemon will, the bad ones noted: the counts. */
CXD_NODISCARD int import_try(struct import *import, struct meter *meter);
/* A row as a line of JSON behind `out`; *ret_reading says what it is. It is judged by the domain's rules too. */
CXD_NODISCARD int import_read(struct import *import, const struct table_row *row, struct buffer *out,
                              struct row_reading *ret_reading);
/* The cells of a row for import_bad_add. */
void import_append_cells(const struct import *import, const struct table_row *row, const struct row_reading *reading,
                         struct buffer *out);

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
    int64_t answers_refused; /* of responses that were taken */
    char first_refused[256]; /* of these, for people */
    bool is_resumed;
    double seconds;
};

CXD_NODISCARD int import_send(struct import *import, struct import_result *ret_result);

/* import_past.c: --list and --undo. */

extern const struct call_spec import_list_call;
CXD_NODISCARD int import_undo(const struct invocation *invocation, const char *id,
                              const struct import_options *options);

#endif

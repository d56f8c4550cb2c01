#ifndef CXD_SRC_CMD_RECORDS_H
#define CXD_SRC_CMD_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/buffer.h"

/* An export as it arrives, piece by piece, cut into whole records, so that what is written down never ends within one.
 * The header of a CSV is passed on once, however many replies there are; the record that says that the export is not
 * complete is taken out, and its cursor noted. */

enum { RECORDS_CURSOR_SIZE = 256, RECORD_BYTES_MAX = 16 << 20 };

struct records {
    bool is_csv;
    struct buffer held;   /* what has come and was not passed on */
    size_t scanned;       /* so far of it was looked at */
    size_t begin;         /* of the record that is being looked at */
    bool is_quoted;       /* within a field in quotes */
    bool has_header;      /* of this reply */
    struct buffer header; /* of the first one, with its end */
    int64_t count;        /* of responses passed on */
    int64_t number;       /* of the last of them; 0: none, or it says none */
    bool is_incomplete;   /* this reply said so, */
    char cursor[RECORDS_CURSOR_SIZE];
    const char *fault; /* what is wrong with what came: NULL */
};

void records_init(struct records *records, bool is_csv);
void records_free(struct records *records);
/* Another reply begins: what was held of the last one is gone. */
void records_restart(struct records *records);

/* Takes a piece, and gives what can be passed on, whole records: *ret_bytes is valid until the next call. False:
 * `fault` says what is wrong. */
bool records_take(struct records *records, const char *bytes, size_t length, const char **ret_bytes,
                  size_t *ret_length);
/* Whether the reply has ended behind a record. */
bool records_end_whole(const struct records *records);

#endif

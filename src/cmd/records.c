/* Between the transport and the file of `cxd export`. Every byte of an export passes here, so the search for ends of
 * records looks at each of them once, and what is whole is passed on where it lies. */

#include "cmd/records.h"

#include <string.h>

#define CSV_INCOMPLETE "incomplete"
#define NDJSON_INCOMPLETE "{\"incomplete\":"
#define NDJSON_NUMBER "{\"number\":"
#define NDJSON_CURSOR "\"cursor\":\""

void records_init(struct records *records, bool is_csv) {
    *records = (struct records){.is_csv = is_csv};
}

void records_free(struct records *records) {
    buffer_free(&records->held);
    buffer_free(&records->header);
}

void records_restart(struct records *records) {
    buffer_reset(&records->held);
    records->scanned = records->begin = 0;
    records->is_quoted = records->has_header = records->is_incomplete = false;
    records->cursor[0] = '\0';
}

static bool begins(const char *bytes, size_t length, const char *with) {
    size_t wanted = strlen(with);
    return length >= wanted && memcmp(bytes, with, wanted) == 0;
}

/* "… with this cursor: CURSOR,,,", or {"incomplete": …, "cursor": "CURSOR"}. */
static void note_incomplete(struct records *records, const char *record, size_t length) {
    size_t at = 0, end;
    records->is_incomplete = true;
    if (records->is_csv) {
        for (end = 0; end < length && record[end] != ','; end++)
            if (record[end] == ' ')
                at = end + 1;
    } else {
        const char *found = memmem(record, length, NDJSON_CURSOR, sizeof NDJSON_CURSOR - 1);
        at = found ? (size_t)(found - record) + sizeof NDJSON_CURSOR - 1 : length;
        for (end = at; end < length && record[end] != '"';)
            end++;
    }
    if (end - at < sizeof records->cursor) {
        memcpy(records->cursor, record + at, end - at);
        records->cursor[end - at] = '\0';
    }
}

/* The header of the first reply is passed on, and those of the others are held against it. */
static bool take_header(struct records *records, const char *record, size_t length) {
    records->has_header = true;
    if (records->header.length == 0) {
        buffer_append(&records->header, record, length);
        return true;
    }
    if (records->header.length != length || memcmp(records->header.data, record, length) != 0)
        records->fault =
            "the survey's properties or questions have changed, and with them the columns: begin the export anew";
    return false;
}

static int64_t read_number(const char *text, size_t length) {
    int64_t number = 0;
    for (size_t i = 0; i < length && i < 18 && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

/* Whether the record is passed on. */
static bool take_record(struct records *records, const char *record, size_t length) {
    if (records->is_csv && !records->has_header)
        return take_header(records, record, length);
    if (begins(record, length, records->is_csv ? CSV_INCOMPLETE : NDJSON_INCOMPLETE)) {
        note_incomplete(records, record, length);
        return false;
    }
    size_t skip = records->is_csv ? 0 : sizeof NDJSON_NUMBER - 1;
    bool is_numbered = records->is_csv || begins(record, length, NDJSON_NUMBER);
    records->number = is_numbered ? read_number(record + skip, length - skip) : 0;
    records->count++;
    return true;
}

/* Behind the end of the next record; 0: there is none yet. */
static size_t find_end(struct records *records) {
    const char *bytes = records->held.data;
    size_t length = records->held.length;
    if (!records->is_csv) {
        const char *end = memchr(bytes + records->scanned, '\n', length - records->scanned);
        records->scanned = end ? (size_t)(end - bytes) + 1 : length;
        return end ? records->scanned : 0;
    }
    for (size_t i = records->scanned; i < length; i++) {
        records->is_quoted ^= bytes[i] == '"';
        if (bytes[i] == '\n' && !records->is_quoted) {
            records->scanned = i + 1;
            return i + 1;
        }
    }
    records->scanned = length;
    return 0;
}

/* Takes away what was passed on, or passed over: all before the record that is not whole. */
static void drop_done(struct records *records) {
    struct buffer *held = &records->held;
    if (records->begin == 0)
        return;
    memmove(held->data, held->data + records->begin, held->length - records->begin);
    held->length -= records->begin;
    records->scanned -= records->begin;
    records->begin = 0;
}

bool records_take(struct records *records, const char *bytes, size_t length, const char **ret_bytes,
                  size_t *ret_length) {
    size_t end, pass_begin = 0, pass_end = 0;
    drop_done(records);
    buffer_append(&records->held, bytes, length);
    if (records->held.failed)
        records->fault = "out of memory";
    while (!records->fault && !records->is_incomplete && (end = find_end(records)) > 0) {
        if (take_record(records, records->held.data + records->begin, end - records->begin))
            pass_end = end;
        else if (!records->is_incomplete)
            pass_begin = pass_end = end; /* a header, which is the first */
        records->begin = end;
    }
    if (records->held.length - records->begin > RECORD_BYTES_MAX)
        records->fault = "a record has no end";
    if (records->header.failed)
        records->fault = "out of memory";
    *ret_bytes = records->held.data + pass_begin;
    *ret_length = pass_end - pass_begin;
    return !records->fault;
}

bool records_end_whole(const struct records *records) {
    return records->begin == records->held.length;
}

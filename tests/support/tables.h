#ifndef CXD_TESTS_SUPPORT_TABLES_H
#define CXD_TESTS_SUPPORT_TABLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cxd/base/buffer.h"
#include "cxd/import/table.h"

/* Files of tests, which lie in memory alone, and what the readers say of them. */

static inline int tables_file(const char *bytes, size_t length) {
    int fd = memfd_create("table", MFD_CLOEXEC);
    for (size_t done = 0; done < length;) {
        ssize_t got = write(fd, bytes + done, length - done);
        if (got <= 0)
            abort();
        done += (size_t)got;
    }
    return fd;
}

/* All rows that are left, one a line: "LINE: a|b|c", or "FAULT"; at last what ended it, as "! DETAIL", if anything
 * did. */
static inline void tables_read_rows(struct table_reader *reader, struct buffer *out) {
    static struct error err;
    struct table_row row;
    bool more = true;
    for (;;) {
        if (table_next(reader, &row, &more, &err) != CXD_OK) {
            buffer_append_format(out, "! %s\n", err.detail);
            return;
        }
        if (!more)
            return;
        if (row.fault)
            buffer_append_text(out, row.fault);
        else
            buffer_append_format(out, "%llu: ", (unsigned long long)row.line);
        for (size_t i = 0; i < row.count; i++)
            buffer_append_format(out, "%s%s%s", i > 0 ? "|" : "", row.cells[i].is_date ? "@" : "", row.cells[i].text);
        buffer_append_char(out, '\n');
    }
}

/* What is said of the file, from begin to end; freed by the caller. *ret_facts, which may be NULL, has no texts. */
static inline char *tables_say(const char *bytes, size_t length, const struct table_options *options,
                               struct table_facts *ret_facts) {
    static struct error err;
    struct table_reader *reader;
    struct buffer out;
    int fd = tables_file(bytes, length);
    buffer_init(&out);
    if (table_open_fd(fd, "FILE", options, &reader, &err) != CXD_OK) {
        buffer_append_format(&out, "! %s\n", err.detail);
    } else {
        tables_read_rows(reader, &out);
        if (ret_facts) {
            table_get_facts(reader, ret_facts);
            ret_facts->sheet = NULL;
            ret_facts->sheets = NULL;
            ret_facts->late_member = NULL;
        }
        table_close(reader);
    }
    close(fd);
    if (!buffer_terminate(&out))
        abort();
    return out.data;
}

#endif

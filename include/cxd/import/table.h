#ifndef CXD_IMPORT_TABLE_H
#define CXD_IMPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* A file as a table: row after row of cells of UTF-8, in constant memory however long it is. The first row is what
 * stands first in the file, and by custom the header; what it means is for those who ask.
 *
 * Two things can be wrong. A row that is bad comes with `fault` set, and reading goes on behind it; but the first row,
 * without which the others mean nothing. What makes the rest of the file unreadable is an error of table_next
 * (ERR_TABLE, with a detail that begins with "line N, column M: " in CSV, "line N: " in JSON, and the part's name in a
 * workbook), and then there are no more rows. */

enum table_format { TABLE_FORMAT_GUESS, TABLE_CSV, TABLE_NDJSON, TABLE_JSON, TABLE_XLSX };

/* Windows-1252 stands for Latin-1 (ISO 8859-1) too, as on the web. */
enum table_encoding { TABLE_ENCODING_GUESS, TABLE_UTF8, TABLE_UTF16LE, TABLE_UTF16BE, TABLE_WINDOWS_1252 };

enum {
    TABLE_COLUMNS_MAX = 4096,
    TABLE_CELL_MAX = 64 * 1024,  /* bytes of UTF-8 in a cell */
    TABLE_ROW_MAX = 1024 * 1024, /* bytes of UTF-8 in the cells of a row, or in an object of JSON */
    TABLE_FAULT_SIZE = 256
};

/* All zero guesses everything. */
struct table_options {
    enum table_format format;
    enum table_encoding encoding; /* not of XLSX */
    char delimiter;               /* of CSV; 0: guessed. No quote, CR or LF, and of ASCII */
    const char *sheet;            /* of XLSX, by name; NULL: the first */
};

struct table_cell {
    const char *text; /* valid UTF-8 without a NUL, and NUL-terminated; never NULL */
    size_t length;
    /* Of XLSX, where the cell's format says that it is one: the text is 2024-01-31 or 2024-01-31T13:00:00, as the sheet
     * has it (no zone). */
    bool is_date;
};

/* Lives until the next call on the reader. */
struct table_row {
    const struct table_cell *cells; /* as many as stand there, which may be fewer than the first row has, never more */
    size_t count;
    uint64_t line;     /* of the file, where the row begins, from 1; of a sheet, the number of the row */
    const char *fault; /* why the row is bad, as "line 3, column 2: …"; NULL: it is good. Then there are no cells. */
};

struct table_facts {
    enum table_format format;
    enum table_encoding encoding; /* of text that is ASCII up to here: UTF-8. May still become Windows-1252 */
    bool encoding_forced;
    bool byte_order_mark;
    char delimiter;                 /* of CSV; 0: one column, of which nothing parts cells */
    bool delimiter_forced;          /* by the options, or by a first line "sep=;" */
    uint64_t bytes_done, bytes_all; /* of the file, as it lies on the disk; of XLSX the first is in proportion */
    uint64_t rows;                  /* that table_next gave since the begin: bad ones too */
    const char *sheet;              /* of XLSX: that is read */
    const char *const *sheets;      /* all of them, in the order of the book */
    size_t sheet_count;
    uint64_t formulas_blank; /* of XLSX, up to here: formulas without a value, read as blank */
    /* Of JSON: members that first came behind the objects that made the header, and so are in no row. */
    uint64_t late_members;   /* how often one stood there, up to here */
    const char *late_member; /* the first of them; NULL: none */
    uint64_t late_member_line;
};

struct table_reader;

/* Opens the file; "-" is stdin. What cannot be rewound (a pipe, a FIFO) is copied first to a file without a name in
 * TMPDIR, or /var/tmp. ERR_TABLE where it is no table, or not one of what the options name; ERR_SYSTEM where it cannot
 * be read; ERR_NO_MEMORY. `options` may be NULL, and is copied. */
CXD_NODISCARD enum cxd_err table_open(const char *path, const struct table_options *options,
                                      struct table_reader **ret_reader, struct error *err);
/* The same of a descriptor, which stays the caller's; `name` is what messages call it. */
CXD_NODISCARD enum cxd_err table_open_fd(int fd, const char *name, const struct table_options *options,
                                         struct table_reader **ret_reader, struct error *err);
/* The next row that is not blank; *ret_more is false behind the last, and then *ret is untouched. After an error it
 * gives the same error again, until table_rewind. */
CXD_NODISCARD enum cxd_err table_next(struct table_reader *reader, struct table_row *ret, bool *ret_more,
                                      struct error *err);
/* Back to the first row; what was guessed stays. */
CXD_NODISCARD enum cxd_err table_rewind(struct table_reader *reader, struct error *err);
/* A column more, where the file may have it and none of the objects that made the header did: of JSON, and only between
 * table_rewind and the first row. ERR_TABLE where there are too many, ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err table_expect(struct table_reader *reader, const char *name, struct error *err);
/* Texts belong to the reader. */
void table_get_facts(const struct table_reader *reader, struct table_facts *ret_facts);
/* Takes NULL. */
void table_close(struct table_reader *reader);

/* "CSV", "UTF-8", … as shown to people, and as --format and --encoding take them ("csv", "utf-16le", "latin-1"):
 * table_*_by_name gives GUESS for a word that is none. */
const char *table_format_name(enum table_format format);
const char *table_encoding_name(enum table_encoding encoding);
enum table_format table_format_by_name(const char *name);
enum table_encoding table_encoding_by_name(const char *name);

#endif

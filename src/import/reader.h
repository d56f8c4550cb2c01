#ifndef CXD_IMPORT_READER_H
#define CXD_IMPORT_READER_H

#include <stdbool.h>

#include "cxd/import/table.h"
#include "import/source.h"

/* What each kind of file has, for table.c. */
struct reader_kind {
    /* Frees what it made where it fails. The source is not the reader's. */
    enum cxd_err (*open)(struct source *source, const struct table_options *options, void **ret_reader,
                         struct error *err);
    /* As table_next, but after an error it is not called again before a rewind. */
    enum cxd_err (*next)(void *reader, struct table_row *ret, bool *ret_more, struct error *err);
    enum cxd_err (*rewind)(void *reader, struct error *err);
    enum cxd_err (*expect)(void *reader, const char *name, struct error *err); /* NULL: it knows its columns */
    void (*add_facts)(const void *reader, struct table_facts *facts);
    void (*close)(void *reader);
};

#endif

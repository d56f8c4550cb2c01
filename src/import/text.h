#ifndef CXD_IMPORT_TEXT_H
#define CXD_IMPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/import/table.h"
#include "import/source.h"

enum { TEXT_FAULT_SIZE = 160 };

struct text {
    struct source *source;        /* not owned */
    enum table_encoding encoding; /* GUESS: all was ASCII up to here */
    bool is_forced, has_mark;
    bool is_begun, is_last; /* something, or the last, was read of the source */
    char *raw, *made;
    size_t raw_length, given; /* what is left of the source's bytes; so many of them the last block was made of */
    size_t pairs;             /* of Windows-1252, how many characters one after the other would be UTF-8 too */
    char fault[TEXT_FAULT_SIZE];
};

/* GUESS: finds out. text_free is due after a failure too. */
CXD_NODISCARD enum cxd_err text_init(struct text *text, struct source *source, enum table_encoding encoding,
                                     struct error *err);
void text_free(struct text *text);

/* The next block of UTF-8, whole characters, which lives until the next call; no bytes at the end. There `fault` says
 * why the text ends before the file does; it is "" where it does not. */
CXD_NODISCARD enum cxd_err text_next(struct text *text, const char **ret_bytes, size_t *ret_length, struct error *err);
void text_rewind(struct text *text);
/* Encoding and place. */
void text_add_facts(const struct text *text, struct table_facts *facts);

#endif

#ifndef CXD_DOMAIN_IMPORT_H
#define CXD_DOMAIN_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "cxd/base/id.h"
#include "cxd/base/words.h"

/* Responses that came from another tool, as one thing that can be looked at and undone. */

enum import_state {
    IMPORT_OPEN,    /* takes rows */
    IMPORT_DONE,    /* takes no more */
    IMPORT_UNDOING, /* its responses are being deleted, some at once */
    IMPORT_UNDONE,
    IMPORT_STATE_COUNT
};
/* "open", …, by the enum. */
extern const struct words IMPORT_STATES;
const char *import_state_name(enum import_state state);

enum {
    IMPORT_SOURCE_CHARACTERS_MAX = 200, /* where it came from, for people: the name of a file */
    IMPORT_FINGERPRINT_BYTES_MAX = 128  /* of the source and how it is read */
};

struct import_record {
    int64_t number; /* the store's, ascending; 0: not stored */
    struct id id;
    int64_t survey;
    const char *source, *fingerprint;
    bool has_expected;
    int64_t expected; /* rows that the source has, as whoever imports said */
    enum import_state state;
    int64_t created_at, updated_at; /* updated_at: of its state or its counts */
    /* Rows by what became of them. `known` are those whose id was there, but for what it had made itself and is sent
     * again; a row that is refused each time counts each time. */
    int64_t created, known, refused;
    int64_t removed; /* responses that undoing has deleted */
    /* Its responses have numbers in (after, last]; undoing has passed those up to `undone`. */
    int64_t after, last, undone;
    bool is_held; /* an import of its survey is being undone: what that has left is no more to be relied on */
};

#endif

#ifndef CXD_IMPORT_SPOOL_H
#define CXD_IMPORT_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* Bytes that are put down once and read at any place: the first in memory, those beyond in a file without a name. */
struct spool {
    char *head, *tail, *window;
    size_t head_size, head_room; /* how large it may become, and is */
    uint64_t length;
    uint64_t filed;     /* bytes that are in the file: those before them are in the head, those behind in the tail */
    uint64_t window_at; /* of the file's bytes */
    size_t window_length;
    int fd; /* -1: none yet */
};

/* Allocates nothing yet. */
void spool_init(struct spool *spool, size_t head_size);
void spool_free(struct spool *spool);
CXD_NODISCARD enum cxd_err spool_append(struct spool *spool, const char *bytes, size_t length, struct error *err);
/* Of bytes that are there; no more are appended then. */
CXD_NODISCARD enum cxd_err spool_read(struct spool *spool, uint64_t at, char *out, size_t length, struct error *err);

#endif

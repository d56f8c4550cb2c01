#ifndef CXD_IMPORT_SOURCE_H
#define CXD_IMPORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* The bytes of a file that can be read again, at any place. */
struct source {
    int fd;
    bool owns_fd;
    uint64_t size; /* when it was opened */
    uint64_t at;   /* of what source_read gives next */
    char name[256];
};

/* "-" is stdin. What is no file that can be rewound is copied to one without a name. */
CXD_NODISCARD enum cxd_err source_open(struct source *source, const char *path, struct error *err);
/* The descriptor stays the caller's; it is read from its begin, and its offset is left alone where it is a file's. */
CXD_NODISCARD enum cxd_err source_open_fd(struct source *source, int fd, const char *name, struct error *err);
/* As many bytes as there is room for; fewer at the end of the file alone. */
CXD_NODISCARD enum cxd_err source_read(struct source *source, char *out, size_t size, size_t *ret_length,
                                       struct error *err);
/* The same of a place, which does not move `at`. */
CXD_NODISCARD enum cxd_err source_read_at(const struct source *source, uint64_t at, char *out, size_t size,
                                          size_t *ret_length, struct error *err);
void source_rewind(struct source *source);
void source_close(struct source *source);

/* A file without a name in TMPDIR, or /var/tmp. */
CXD_NODISCARD enum cxd_err source_open_nameless(int *ret_fd, struct error *err);
/* All of it, at the end of the file. */
CXD_NODISCARD enum cxd_err source_append(int fd, const char *bytes, size_t length, struct error *err);

#endif

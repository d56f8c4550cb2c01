#ifndef CXD_IMPORT_PARTS_H
#define CXD_IMPORT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/source.h"

/* The parts of a zip archive by name, unpacked as they are read. A name is a key and never a path: nothing is written
 * under it. Upper and lower case are one, as the format has it. */
struct parts;

enum {
    PARTS_MAX = 4096,
    PARTS_RATIO_MAX = 250 /* so many times its size a part may have unpacked, once that is 32 MiB */
};
#define PARTS_BYTES_MAX (UINT64_C(8) << 30) /* of a part, unpacked */

/* ERR_TABLE where it is cut, damaged, encrypted or has a name twice. The source is not owned. */
CXD_NODISCARD enum cxd_err parts_open(const struct source *source, struct parts **ret_parts, struct error *err);
void parts_close(struct parts *parts);
bool parts_have(const struct parts *parts, const char *name);

/* Begins to read a part, in place of the one that was read. ERR_TABLE where it is not there. */
CXD_NODISCARD enum cxd_err parts_begin(struct parts *parts, const char *name, struct error *err);
/* The next bytes of it; none at the end, where its checksum was right. */
CXD_NODISCARD enum cxd_err parts_read(struct parts *parts, char *out, size_t size, size_t *ret_length,
                                      struct error *err);
/* How many bytes were read of the part that is, and how many the archive says that it has. */
void parts_progress(const struct parts *parts, uint64_t *ret_done, uint64_t *ret_all);

#endif

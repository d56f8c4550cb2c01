#ifndef CXD_SRC_CMD_TARGET_H
#define CXD_SRC_CMD_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

struct gzip_writer;
struct json;

/* Where a long transfer goes: standard output, or a file, which has its name when it is whole. Until then it is
 * FILE.partial, beside which FILE.partial.json tells what it is of and how far it is good, so that it can be gone on
 * with. What is there under the name already is replaced in that moment. A pipe or a device is written to as it is. */

struct target {
    const char *path;         /* NULL: standard output */
    char *partial, *state;    /* NULL: it has none */
    int fd;                   /* −1: not open */
    struct gzip_writer *gzip; /* NULL: it is not compressed */
    bool is_terminal;         /* what it would obey is told instead */
    bool is_marked;           /* something of it can be gone on with */
    struct json *was;         /* the state that it is gone on with; NULL: it is new */
    struct buffer out;        /* to be written */
    int64_t bytes;            /* of the file so far */
    int64_t fresh;            /* bytes since the last mark, before compression */
};

/* Opens it: anew, or, with `resumes`, where there is a partial file with a state whose member "export" is `what`,
 * behind what is good of it. ERR_SYSTEM; also where a partial file is there and is not to be gone on with, is of
 * something else, or another process writes it. target_close takes it in any case. */
CXD_NODISCARD enum cxd_err target_open(struct target *target, const char *path, bool resumes, const char *what,
                                       struct error *err);
CXD_NODISCARD enum cxd_err target_write(struct target *target, const char *bytes, size_t length, struct error *err);
/* Whether there is a partial file of which so much was written since the last mark that another is worth its while. */
bool target_wants_mark(const struct target *target);
/* All until here is good: `state`, an open object of JSON that begins with "export", is kept with it; closed here,
 * behind a member "bytes". */
CXD_NODISCARD enum cxd_err target_mark(struct target *target, struct buffer *state, struct error *err);
/* It is whole: durable, and under its name. */
CXD_NODISCARD enum cxd_err target_finish(struct target *target, struct error *err);
/* Nothing can go on with what there is of it. */
void target_give_up(struct target *target);
/* What is not whole stays for another time if something of it was marked, and is removed otherwise. Takes one that was
 * not opened, zeroed. */
void target_close(struct target *target);

#endif

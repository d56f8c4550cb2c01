#ifndef CXD_IMPORT_STRINGS_H
#define CXD_IMPORT_STRINGS_H

#include "import/parts.h"
#include "import/rich.h"
#include "import/spool.h"

#define STRINGS_BYTES_MAX (UINT64_C(2) << 30) /* of all of them; and of where each ends, 8 for each */

/* The texts that the cells of a workbook share, by number from 0. */
struct strings {
    struct spool texts, ends; /* an end is a place in `texts`, where the next one begins */
    uint64_t count;
    struct rich rich;
    bool is_inside; /* of an <si> */
    enum cxd_err code;
    struct error *err;
};

/* strings_free is due after a failure too. */
CXD_NODISCARD enum cxd_err strings_read(struct strings *strings, struct parts *parts, const char *part,
                                        struct error *err);
void strings_free(struct strings *strings);
/* The text into `rich`: false where there is none of that number. One that is too long is so again. */
CXD_NODISCARD enum cxd_err strings_get(struct strings *strings, uint64_t number, struct rich *rich, bool *ret_there,
                                       struct error *err);

#endif

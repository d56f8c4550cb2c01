#ifndef CXD_IMPORT_STYLES_H
#define CXD_IMPORT_STYLES_H

#include <stddef.h>

#include "import/parts.h"
#include "import/serial.h"

enum { STYLES_MAX = 65536, STYLES_FORMATS_MAX = 4096 };

/* What the formats of a workbook's cells make of numbers: `shown[style]`, of enum serial_shown. */
struct styles {
    unsigned char shown[STYLES_MAX];
    size_t count;
    struct {
        unsigned long number;
        enum serial_shown shown;
    } formats[STYLES_FORMATS_MAX]; /* those of the workbook itself */
    size_t format_count;
    bool in_cells; /* of the list that cells name */
};

CXD_NODISCARD enum cxd_err styles_read(struct styles *styles, struct parts *parts, const char *part, struct error *err);
/* SERIAL_NUMBER for a style that is not there. */
enum serial_shown styles_of(const struct styles *styles, unsigned long style);

#endif

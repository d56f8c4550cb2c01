/* styles.xml, of which only one thing matters: which cells are dates. */
#include "import/styles.h"

#include <stdlib.h>
#include <string.h>

#include "import/xml.h"

static void add_format(struct styles *styles, const char **attributes) {
    const char *number = xml_attribute(attributes, "numFmtId"), *format = xml_attribute(attributes, "formatCode");
    if (!number || !format || styles->format_count == STYLES_FORMATS_MAX)
        return;
    styles->formats[styles->format_count].number = strtoul(number, NULL, 10);
    styles->formats[styles->format_count++].shown = serial_shown_by(format);
}

static enum serial_shown find_format(const struct styles *styles, unsigned long number) {
    for (size_t i = 0; i < styles->format_count; i++)
        if (styles->formats[i].number == number)
            return styles->formats[i].shown;
    return serial_shown_by_number(number);
}

static void take_start(void *context, const char *name, const char **attributes) {
    struct styles *styles = context;
    if (strcmp(name, "numFmt") == 0) {
        add_format(styles, attributes);
    } else if (strcmp(name, "cellXfs") == 0) {
        styles->in_cells = true;
    } else if (styles->in_cells && strcmp(name, "xf") == 0 && styles->count < STYLES_MAX) {
        const char *number = xml_attribute(attributes, "numFmtId");
        styles->shown[styles->count++] = (unsigned char)find_format(styles, number ? strtoul(number, NULL, 10) : 0);
    }
}

static void take_end(void *context, const char *name) {
    struct styles *styles = context;
    if (strcmp(name, "cellXfs") == 0)
        styles->in_cells = false;
}

static const struct xml_handlers HANDLERS = {take_start, take_end, NULL};

enum cxd_err styles_read(struct styles *styles, struct parts *parts, const char *part, struct error *err) {
    return xml_read(parts, part, &HANDLERS, styles, err);
}

enum serial_shown styles_of(const struct styles *styles, unsigned long style) {
    return style < styles->count ? (enum serial_shown)styles->shown[style] : SERIAL_NUMBER;
}

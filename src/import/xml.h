#ifndef CXD_IMPORT_XML_H
#define CXD_IMPORT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "import/parts.h"

/* A part of a workbook as elements and text. Names come without a prefix. There is no DTD, and so no entity but XML's
 * own. */
struct xml;

struct xml_handlers {
    void (*start)(void *context, const char *name, const char **attributes);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, const char *text, size_t length); /* may be NULL */
};

enum { XML_DEPTH_MAX = 64, XML_TAG_MAX = 1024 * 1024 };

/* Begins with the part; `handlers` live as long. */
CXD_NODISCARD enum cxd_err xml_open(struct parts *parts, const char *part, const struct xml_handlers *handlers,
                                    void *context, struct xml **ret_xml, struct error *err);
void xml_close(struct xml *xml);
/* Reads on until a handler pauses, or to the end (*ret_more false). ERR_TABLE where it is no XML. */
CXD_NODISCARD enum cxd_err xml_run(struct xml *xml, bool *ret_more, struct error *err);
/* Out of a handler. */
void xml_pause(struct xml *xml);

/* All of a part at once. */
CXD_NODISCARD enum cxd_err xml_read(struct parts *parts, const char *part, const struct xml_handlers *handlers,
                                    void *context, struct error *err);

/* The value of the attribute, without regard to its prefix; NULL if it is not there. */
const char *xml_attribute(const char **attributes, const char *name);
bool xml_is_true(const char *value);

#endif

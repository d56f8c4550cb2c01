/* The one file that knows expat. A document is bounded in its depth and in the size of a tag; its length is not, since
 * nothing of it is kept. */
#include "import/xml.h"

#include <expat.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxd/base/utf8.h"

enum { XML_BLOCK = 64 * 1024 };

struct xml {
    XML_Parser parser;
    struct parts *parts;
    const char *part;
    const struct xml_handlers *handlers;
    void *context;
    size_t depth;
    uint64_t fed;
    bool is_paused, is_last;
    const char *refused; /* why it was ended by us */
};

static const char *local_name(const char *name) {
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void stop(struct xml *xml, const char *why) {
    if (!xml->refused)
        xml->refused = why;
    XML_StopParser(xml->parser, XML_FALSE);
}

static void XMLCALL take_start(void *user, const XML_Char *name, const XML_Char **attributes) {
    struct xml *xml = user;
    if (++xml->depth > XML_DEPTH_MAX)
        stop(xml, "nested too deep");
    else if (!xml->refused)
        xml->handlers->start(xml->context, local_name(name), attributes);
}

static void XMLCALL take_end(void *user, const XML_Char *name) {
    struct xml *xml = user;
    xml->depth--;
    if (!xml->refused)
        xml->handlers->end(xml->context, local_name(name));
}

static void XMLCALL take_text(void *user, const XML_Char *text, int length) {
    struct xml *xml = user;
    if (!xml->refused && xml->handlers->text)
        xml->handlers->text(xml->context, text, (size_t)length);
}

static void XMLCALL refuse_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                                   int has_internal) {
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    stop(user, "it has a DTD, which no workbook has");
}

enum cxd_err xml_open(struct parts *parts, const char *part, const struct xml_handlers *handlers, void *context,
                      struct xml **ret_xml, struct error *err) {
    enum cxd_err code = parts_begin(parts, part, err);
    if (code != CXD_OK)
        return code;
    struct xml *xml = calloc(1, sizeof *xml);
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!xml || !parser) {
        free(xml);
        XML_ParserFree(parser);
        return error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
    }
    *xml = (struct xml){.parser = parser, .parts = parts, .part = part, .handlers = handlers, .context = context};
    XML_SetUserData(parser, xml);
    XML_SetElementHandler(parser, take_start, take_end);
    XML_SetCharacterDataHandler(parser, take_text);
    XML_SetStartDoctypeDeclHandler(parser, refuse_doctype);
    *ret_xml = xml;
    return CXD_OK;
}

void xml_close(struct xml *xml) {
    if (!xml)
        return;
    XML_ParserFree(xml->parser);
    free(xml);
}

void xml_pause(struct xml *xml) {
    xml->is_paused = true;
    XML_StopParser(xml->parser, XML_TRUE);
}

/* A newer expat calls them by other names, which Debian 12's does not have; here both are of 64 bits. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static unsigned long line_of(const struct xml *xml) {
    return (unsigned long)XML_GetCurrentLineNumber(xml->parser);
}

static unsigned long column_of(const struct xml *xml) {
    return (unsigned long)XML_GetCurrentColumnNumber(xml->parser) + 1;
}

static int64_t bytes_done(const struct xml *xml) {
    return XML_GetCurrentByteIndex(xml->parser);
}
#pragma GCC diagnostic pop

static enum cxd_err refuse(const struct xml *xml, struct error *err) {
    enum XML_Error reason = XML_GetErrorCode(xml->parser);
    if (reason == XML_ERROR_NO_MEMORY)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
    char part[80]; /* a name that is out of the file */
    snprintf(part, sizeof part, "%s", xml->part);
    utf8_make_plain(part);
    return error_set(err, ERR_TABLE, "%s, line %lu, column %lu: %s", part, line_of(xml), column_of(xml),
                     xml->refused ? xml->refused : XML_ErrorString(reason));
}

/* A block more of the part. */
static enum cxd_err feed(struct xml *xml, enum XML_Status *ret_status, struct error *err) {
    size_t length;
    void *block = XML_GetBuffer(xml->parser, XML_BLOCK);
    if (!block)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a workbook");
    enum cxd_err code = parts_read(xml->parts, block, XML_BLOCK, &length, err);
    if (code != CXD_OK)
        return code;
    xml->fed += length;
    xml->is_last = length == 0;
    *ret_status = XML_ParseBuffer(xml->parser, (int)length, xml->is_last);
    int64_t done = bytes_done(xml);
    if (*ret_status == XML_STATUS_OK && !xml->is_last && done >= 0 && xml->fed - (uint64_t)done > XML_TAG_MAX) {
        xml->refused = "a tag of more than 1 MiB";
        *ret_status = XML_STATUS_ERROR;
    }
    return CXD_OK;
}

enum cxd_err xml_run(struct xml *xml, bool *ret_more, struct error *err) {
    for (;;) {
        enum XML_Status status = XML_STATUS_OK;
        enum cxd_err code = CXD_OK;
        if (xml->is_paused) {
            xml->is_paused = false;
            status = XML_ResumeParser(xml->parser);
        } else if (!xml->is_last) {
            code = feed(xml, &status, err);
        }
        if (code != CXD_OK)
            return code;
        if (status == XML_STATUS_ERROR || xml->refused)
            return refuse(xml, err);
        *ret_more = xml->is_paused || !xml->is_last;
        if (xml->is_paused || xml->is_last)
            return CXD_OK;
    }
}

enum cxd_err xml_read(struct parts *parts, const char *part, const struct xml_handlers *handlers, void *context,
                      struct error *err) {
    struct xml *xml = NULL;
    bool more = true;
    enum cxd_err code = xml_open(parts, part, handlers, context, &xml, err);
    while (code == CXD_OK && more)
        code = xml_run(xml, &more, err);
    xml_close(xml);
    return code;
}

const char *xml_attribute(const char **attributes, const char *name) {
    for (; *attributes; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}

bool xml_is_true(const char *value) {
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

#ifndef CXD_TESTS_SUPPORT_ZIPS_H
#define CXD_TESTS_SUPPORT_ZIPS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cxd/base/buffer.h"

/* Zip archives of tests, whole and otherwise, written into memory; and workbooks. */

struct zips_entry {
    const char *name;
    const char *bytes;
    size_t length;
    bool is_encrypted;       /* says so; it is not */
    bool has_wrong_checksum; /* as where a byte of it changed */
};

static inline void zips_put(struct buffer *out, uint64_t value, size_t bytes) {
    for (; bytes > 0; bytes--, value >>= 8)
        buffer_append_char(out, (char)value);
}

/* Packed; freed by the caller. */
static inline char *zips_pack(const char *bytes, size_t length, size_t *ret_length) {
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length};
    if (deflateInit2(&stream, 9, Z_DEFLATED, -9, 1, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    size_t room = deflateBound(&stream, length);
    char *out = malloc(room);
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    if (!out || deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    *ret_length = stream.total_out;
    deflateEnd(&stream);
    return out;
}

/* What stands of an entry in both of its headers. */
static inline void zips_describe(struct buffer *out, const struct zips_entry *entry, size_t packed) {
    zips_put(out, 20, 2);
    zips_put(out, entry->is_encrypted, 2);
    zips_put(out, 8, 2);
    zips_put(out, 0, 4);
    zips_put(out, crc32(0, (const Bytef *)entry->bytes, (uInt)entry->length) ^ entry->has_wrong_checksum, 4);
    zips_put(out, packed, 4);
    zips_put(out, entry->length, 4);
    zips_put(out, strlen(entry->name), 2);
    zips_put(out, 0, 2);
}

static inline void zips_write(struct buffer *out, const struct zips_entry *entries, size_t count) {
    struct buffer directory;
    buffer_init(&directory);
    for (size_t i = 0; i < count; i++) {
        size_t packed, at = out->length;
        char *bytes = zips_pack(entries[i].bytes, entries[i].length, &packed);
        zips_put(out, 0x04034B50, 4);
        zips_describe(out, &entries[i], packed);
        buffer_append_text(out, entries[i].name);
        buffer_append(out, bytes, packed);
        free(bytes);
        zips_put(&directory, 0x02014B50, 4);
        zips_put(&directory, 20, 2);
        zips_describe(&directory, &entries[i], packed);
        zips_put(&directory, 0, 10);
        zips_put(&directory, at, 4);
        buffer_append_text(&directory, entries[i].name);
    }
    size_t at = out->length;
    buffer_append(out, directory.data, directory.length);
    zips_put(out, 0x06054B50, 4);
    zips_put(out, 0, 4);
    zips_put(out, count, 2);
    zips_put(out, count, 2);
    zips_put(out, directory.length, 4);
    zips_put(out, at, 4);
    zips_put(out, 0, 2);
    buffer_free(&directory);
}

/* The parts of a workbook of two sheets, "Answers" and "Other"; each NULL is what is usual. */
struct zips_book {
    const char *workbook, *links, *strings, *styles, *sheet, *other;
};

#define ZIPS_MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define ZIPS_TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

static inline void zips_write_book(struct buffer *out, const struct zips_book *book) {
    static const char ROOT[] = "<Relationships><Relationship Id='rId1' Type='" ZIPS_TYPE
                               "officeDocument' Target='xl/workbook.xml'/></Relationships>";
    static const char WORKBOOK[] = "<workbook xmlns='" ZIPS_MAIN "' xmlns:r='x'><sheets>"
                                   "<sheet name='Answers' sheetId='1' r:id='rId1'/>"
                                   "<sheet name='Other' sheetId='2' r:id='rId2'/></sheets></workbook>";
    static const char LINKS[] =
        "<Relationships><Relationship Id='rId1' Type='" ZIPS_TYPE "worksheet' Target='worksheets/sheet1.xml'/>"
        "<Relationship Id='rId2' Type='" ZIPS_TYPE "worksheet' Target='/xl/worksheets/sheet2.xml'/>"
        "<Relationship Id='rId3' Type='" ZIPS_TYPE "sharedStrings' Target='sharedStrings.xml'/>"
        "<Relationship Id='rId4' Type='" ZIPS_TYPE "styles' Target='./styles.xml'/></Relationships>";
    static const char STYLES[] = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd'/>"
                                 "<numFmt numFmtId='165' formatCode='[$-409]d/m/yy\\ h:mm AM/PM;@'/>"
                                 "<numFmt numFmtId='166' formatCode='[h]:mm'/></numFmts>"
                                 "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
                                 "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/>"
                                 "<xf numFmtId='165'/><xf numFmtId='166'/><xf numFmtId='20'/></cellXfs></styleSheet>";
    static const char STRINGS[] = "<sst><si><t>score</t></si><si><t xml:space='preserve'> why </t></si>"
                                  "<si><r><rPr><b/></rPr><t>ri</t></r><r><t>ch</t></r>"
                                  "<rPh sb='0' eb='1'><t>spoken</t></rPh></si></sst>";
    static const char SHEET[] = "<worksheet><sheetData/></worksheet>";
    const struct {
        const char *name, *given, *usual;
    } PARTS[] = {
        {"_rels/.rels", NULL, ROOT},
        {"xl/workbook.xml", book->workbook, WORKBOOK},
        {"xl/_rels/workbook.xml.rels", book->links, LINKS},
        {"xl/sharedStrings.xml", book->strings, STRINGS},
        {"xl/styles.xml", book->styles, STYLES},
        {"xl/worksheets/sheet1.xml", book->sheet, SHEET},
        {"xl/worksheets/sheet2.xml", book->other, SHEET},
    };
    struct zips_entry entries[sizeof PARTS / sizeof PARTS[0]];
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        const char *text = PARTS[i].given ? PARTS[i].given : PARTS[i].usual;
        entries[i] = (struct zips_entry){.name = PARTS[i].name, .bytes = text, .length = strlen(text)};
    }
    zips_write(out, entries, sizeof PARTS / sizeof PARTS[0]);
}

#endif

/* What a file is, where nobody says it. What else people have in their hands when an export is asked for is named. */
#include "import/kind.h"

#include <string.h>
#include <strings.h>

#include "cxd/base/utf8.h"

enum { SAMPLE_BYTES = 4096 };

#define SIGN(text) text, sizeof(text) - 1

static const struct {
    const char *bytes;
    size_t length;
    const char *why;
} REFUSED[] = {
    {SIGN("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
     "is an old or an encrypted workbook: save it as .xlsx, without a password"},
    {SIGN("\xFF\xFE\0\0"), "is in UTF-32: save it as UTF-8"},
    {SIGN("\0\0\xFE\xFF"), "is in UTF-32: save it as UTF-8"},
    {SIGN("\x1F\x8B"), "is compressed: unpack it with gunzip"},
    {SIGN("BZh91AY&SY"), "is compressed: unpack it with bunzip2"},
    {SIGN("\xFD"
          "7zXZ"),
     "is compressed: unpack it with unxz"},
    {SIGN("\x28\xB5\x2F\xFD"), "is compressed: unpack it with unzstd"},
    {SIGN("7z\xBC\xAF"), "is an archive: unpack it"},
    {SIGN("%PDF-"), "is a PDF, and no table"},
    {SIGN("$FL2@(#)"), "is of SPSS: export it as CSV"},
    {SIGN("PAR1\x15"), "is of Parquet: export it as CSV"},
    {SIGN("SQLite format 3"), "is a database of SQLite: export it as CSV"},
};

/* Of text, behind blanks and in any case: what a browser keeps where the tool asked for a login. */
static const char *const HTML[] = {"<!doctype html", "<html", "<?xml", "<table"};

static const char *skip_blanks(const char *at) {
    return at + strspn(at, " \t\r\n");
}

/* `text` is NUL-terminated. */
static enum table_format find_text(const char *text) {
    text = skip_blanks(text);
    const char *next = *text != '\0' ? skip_blanks(text + 1) : text;
    if (*text == '{' && (*next == '"' || *next == '}'))
        return TABLE_NDJSON;
    if (*text == '[' && (*next == '{' || *next == ']'))
        return TABLE_JSON;
    return TABLE_CSV;
}

enum cxd_err kind_find(const struct source *source, enum table_format *ret_format, struct error *err) {
    char bytes[SAMPLE_BYTES + 1];
    size_t length = 0;
    enum cxd_err code = source_read_at(source, 0, bytes, SAMPLE_BYTES, &length, err);
    if (code != CXD_OK)
        return code;
    bytes[length] = '\0';
    for (size_t i = 0; i < CXD_COUNT(REFUSED); i++)
        if (length >= REFUSED[i].length && memcmp(bytes, REFUSED[i].bytes, REFUSED[i].length) == 0)
            return error_set(err, ERR_TABLE, "%s %s", source->name, REFUSED[i].why);
    const char *text = bytes + utf8_mark_length(bytes, length);
    for (size_t i = 0; i < CXD_COUNT(HTML); i++)
        if (strncasecmp(skip_blanks(text), HTML[i], strlen(HTML[i])) == 0)
            return error_set(err, ERR_TABLE, "%s is HTML or XML, and no table", source->name);
    *ret_format = length >= 4 && memcmp(bytes, "PK\3\4", 4) == 0 ? TABLE_XLSX : find_text(text);
    return CXD_OK;
}

/* The file of an import: its rows, its header, and whose export it is. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/import.h"
#include "cxd/base/calendar.h"
#include "cxd/base/utf8.h"
#include "cxd/cmd/cmd.h"
#include "cxd/import/mended.h"

enum { ZONE_SIZE = 64, BEGIN_BYTES = 64 };

int import_fail(const struct import *import, const struct error *err) {
    command_complain(import->command, err->detail);
    return EXIT_REFUSED;
}

int import_no_memory(const struct import *import) {
    command_complain(import->command, "out of memory");
    return EXIT_REFUSED;
}

/* --- Rows
 * -----------------------------------------------------------------------------------------------------------*/

/* A file of bad rows is written by cxd, whatever the file was that they are from: it says itself what parts its cells.
 * Of what comes through a pipe no byte is taken here. */
static char delimiter_of_mended(const char *file) {
    bool is_stdin = strcmp(file, "-") == 0;
    char bytes[BEGIN_BYTES];
    struct stat status;
    ssize_t length;
    int fd;

    if ((is_stdin ? fstat(STDIN_FILENO, &status) : stat(file, &status)) != 0 || !S_ISREG(status.st_mode))
        return 0;
    fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    length = fd < 0 ? -1 : pread(fd, bytes, sizeof bytes, 0);
    if (fd >= 0 && !is_stdin)
        close(fd);
    return length > 0 ? mended_delimiter(bytes, (size_t)length) : 0;
}

static int read_options(const struct import *import, struct table_options *ret_how) {
    const struct import_options *options = import->options;

    *ret_how = (struct table_options){.sheet = options->sheet};
    if (options->delimiter) {
        const char *text = strcmp(options->delimiter, "tab") == 0 ? "\t" : options->delimiter;

        if (strlen(text) != 1 || (unsigned char)*text >= 0x80 || strchr("\"\r\n", *text))
            return command_usage(import->command, "--delimiter takes one character, or tab, not '%s'",
                                 options->delimiter);
        ret_how->delimiter = *text;
    }
    if (options->encoding) {
        ret_how->encoding = table_encoding_by_name(options->encoding);
        if (ret_how->encoding == TABLE_ENCODING_GUESS)
            return command_usage(import->command, "--encoding takes utf-8, utf-16le, utf-16be or latin-1, not '%s'",
                                 options->encoding);
    }
    return EXIT_OK;
}

static int open_table(struct import *import) {
    struct table_options how;
    struct error err;
    int result = read_options(import, &how);
    char delimiter = result == EXIT_OK ? delimiter_of_mended(import->file) : 0;

    if (result != EXIT_OK)
        return result;
    if (delimiter != 0)
        how = (struct table_options){.format = TABLE_CSV, .delimiter = delimiter};
    return table_open(import->file, &how, &import->reader, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);
}

int import_next(struct import *import, struct table_row *ret_row, bool *ret_more) {
    struct import_mended *mended = &import->mended;
    struct error err;

    do {
        if (table_next(import->reader, ret_row, ret_more, &err) != CXD_OK)
            return import_fail(import, &err);
    } while (mended->is_it && *ret_more && mended_word_of(ret_row) != MENDED_WORDS);
    if (mended->is_it && *ret_more) {
        mended->is_header = ret_row->count > 0 && ret_row->cells[MENDED_LINE].length == 0;
        import->plan.mended_id = ret_row->count > MENDED_ID ? ret_row->cells[MENDED_ID].text : "";
        mended_strip(ret_row, mended->cells, ret_row);
    }
    return EXIT_OK;
}

int import_rewind(struct import *import) {
    struct error err;
    struct table_row row;
    bool more = true;
    int result = table_rewind(import->reader, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);

    import->plan.last = (struct id){{ 0 }};
    for (size_t i = 0; i < import->header_rows && result == EXIT_OK && more; i++)
        result = import_next(import, &row, &more);
    return result;
}

/* --- A file of bad rows
 * ---------------------------------------------------------------------------------------------*/

static int read_words(struct import *import) {
    struct import_mended *mended = &import->mended;
    struct table_row row;
    struct error err;
    bool more = true;

    for (;;) {
        if (table_next(import->reader, &row, &more, &err) != CXD_OK)
            return import_fail(import, &err);
        enum mended_word word = more ? mended_word_of(&row) : MENDED_WORDS;
        if (word == MENDED_WORDS)
            break;
        const struct table_cell *cell = &row.cells[MENDED_REASON];
        mended->words[word] = arena_strndup(&import->arena, cell->text, cell->length);
        if (!mended->words[word])
            return import_no_memory(import);
    }
    if (!mended->words[MENDED_MAP]) {
        complain("in a file of bad rows the row %s behind line 1 is missing, which says what its columns are",
                 mended_word_name(MENDED_MAP));
        return EXIT_REFUSED;
    }
    if (mended->words[MENDED_DATES] && !import->options->dates &&
        !date_form_parse(mended->words[MENDED_DATES], &import->plan.dates)) {
        complain("%s: no such form: %s", mended_word_name(MENDED_DATES), mended->words[MENDED_DATES]);
        return EXIT_REFUSED;
    }
    return import_rewind(import);
}

/* Takes the columns away that stand before the file's own. */
static int open_mended(struct import *import, struct table_row *row) {
    struct import_mended *mended = &import->mended;
    enum mended_header header = mended_judge(row);

    if (header == MENDED_SPOILT) {
        complain(
            "line 1: in a file of bad rows the columns cxd.line, cxd.reason and cxd.id stand before all others, in "
            "this order: without them its rows are not told from other rows that say the same");
        return EXIT_REFUSED;
    }
    if (header == MENDED_NOT)
        return EXIT_OK;
    mended->cells = arena_alloc_zero(&import->arena, row->count, sizeof *mended->cells);
    if (!mended->cells)
        return import_no_memory(import);
    mended->is_it = true;
    mended_strip(row, mended->cells, row);
    return EXIT_OK;
}

static void append_word(struct buffer *out, enum mended_word word, const char *value) {
    if (!value)
        return;
    buffer_append_text(out, mended_word_name(word));
    buffer_append_char(out, ',');
    import_bad_append_cell(out, value);
    buffer_append_text(out, "\r\n");
}

static void append_words(const struct import *import, struct buffer *out) {
    const struct row_plan *plan = &import->plan;
    struct buffer text;

    buffer_init(&text);
    mended_append_mapping(&text, &plan->mapping);
    append_word(out, MENDED_PRESET, import->preset ? import->preset->name : "none");
    append_word(out, MENDED_MAP, buffer_terminate(&text));
    if (plan->mapping.column[TARGET_ANSWERED_AT] != COLUMN_NONE) {
        append_word(out, MENDED_DATES, plan->dates == DATE_FORM_NONE ? NULL : date_form_name(plan->dates));
        append_word(out, MENDED_ZONE, import->zone);
    }
    out->failed = out->failed || text.failed;
    buffer_free(&text);
}

int import_head_bad(struct import *import) {
    struct buffer *out = &import->bad.head;
    struct table_row row;
    struct error err;
    bool more = true;
    int result = table_rewind(import->reader, &err) == CXD_OK ? EXIT_OK : import_fail(import, &err);

    buffer_reset(out);
    for (size_t i = 0; i < import->header_rows && result == EXIT_OK; i++) {
        result = import_next(import, &row, &more);
        if (result != EXIT_OK || !more)
            break;
        if (i == 0)
            buffer_append_format(out, "%s,%s", MENDED_NAMES[MENDED_LINE], MENDED_NAMES[MENDED_REASON]);
        else
            buffer_append_char(out, ',');
        import_bad_append_cells(out, i == 0 ? MENDED_NAMES[MENDED_ID] : "", &row);
        buffer_append_text(out, "\r\n");
        if (i == 0)
            append_words(import, out);
    }
    return result == EXIT_OK && out->failed ? import_no_memory(import) : result;
}

/* --- The header
 * -----------------------------------------------------------------------------------------------------*/

static int read_header(struct import *import) {
    struct heading *columns;
    struct table_row row;
    bool more = false;
    int result = import_next(import, &row, &more);

    if (result != EXIT_OK)
        return result;
    if (!more || row.fault) {
        command_complain(import->command, more ? row.fault : "the file is empty: it has not even a header");
        return EXIT_REFUSED;
    }
    result = open_mended(import, &row);
    if (result != EXIT_OK)
        return result;
    columns = arena_alloc_zero(&import->arena, row.count, sizeof *columns);
    if (!columns)
        return import_no_memory(import);
    for (size_t i = 0; i < row.count; i++) {
        columns[i].name = arena_strndup(&import->arena, row.cells[i].text, row.cells[i].length);
        if (!columns[i].name)
            return import_no_memory(import);
    }
    import->headings = (struct headings){columns, row.count};
    import->header_rows = 1;
    return import->mended.is_it ? read_words(import) : EXIT_OK;
}

static int choose_preset(struct import *import) {
    const char *name = import->options->preset ? import->options->preset : import->mended.words[MENDED_PRESET];
    const char *lacks;

    if (name && strcmp(name, "none") == 0)
        return EXIT_OK;
    import->preset = name ? preset_find(name) : preset_recognise(&import->headings);
    import->is_recognised = !name && import->preset;
    if (!name)
        return EXIT_OK;
    if (!import->preset) {
        struct buffer names;

        buffer_init(&names);
        for (size_t i = 0; i < PRESET_COUNT; i++)
            buffer_append_format(&names, "%s%s", i > 0 ? ", " : "", PRESETS[i].name);
        int result =
            command_usage(import->command, "--preset takes %s or none, not '%s'", buffer_terminate(&names), name);
        buffer_free(&names);
        return result;
    }
    lacks = preset_lacks(import->preset, &import->headings);
    if (!lacks)
        return EXIT_OK;
    complain("line 1: this is no export of %s: its header lacks '%.*s'", import->preset->title,
             (int)strcspn(lacks, "|"), lacks);
    return EXIT_REFUSED;
}

/* The second row says what each column is; one without a name of its own goes on from the one before. */
static bool add_labels(struct import *import, const struct table_row *row) {
    struct heading *columns = (struct heading *)(uintptr_t)import->headings.columns;
    const char *before = "";

    for (size_t i = 0; i < import->headings.count; i++) {
        const char *label = i < row->count ? row->cells[i].text : "";

        if (!utf8_all_blank(columns[i].name)) {
            before = columns[i].name;
        } else if (!utf8_all_blank(label)) {
            size_t size = strlen(before) + strlen(label) + 4;
            char *name = arena_alloc(&import->arena, size);

            if (!name)
                return false;
            snprintf(name, size, "%s%s%s", before, *before ? " / " : "", label);
            columns[i].name = name;
        }
        columns[i].label = arena_strdup(&import->arena, label);
        if (!columns[i].label)
            return false;
    }
    return true;
}

static bool find_zone(struct import *import, const struct table_row *row) {
    char *zone = arena_alloc(&import->arena, ZONE_SIZE);

    if (!zone)
        return false;
    for (size_t i = 0; i < row->count && !import->zone; i++) {
        if (!preset_zone_of_cell(row->cells[i].text, zone, ZONE_SIZE) || !calendar_has_zone(zone))
            continue;
        import->zone = zone;
        import->zone_from = ZONE_OF_FILE;
    }
    return true;
}

/* The further rows of a preset's header, where they are there. */
static int read_labels(struct import *import) {
    const struct preset *preset = import->preset;
    struct table_row row;
    bool more = true, has_end = false, is_good = true;
    int result = EXIT_OK;

    if (!preset || preset->header_rows == 1)
        return EXIT_OK;
    for (size_t at = 1; at < preset->header_rows && result == EXIT_OK && more && preset->header_end && !has_end; at++) {
        result = import_next(import, &row, &more);
        has_end = result == EXIT_OK && more && !row.fault && row.count > 0 &&
                  strncmp(row.cells[0].text, preset->header_end, strlen(preset->header_end)) == 0;
        if (has_end) {
            import->header_rows = at + 1;
            is_good = find_zone(import, &row);
        }
    }
    if (!preset->header_end && import->mended.is_it)
        result = import_next(import, &row, &more);
    if (!preset->header_end && (!import->mended.is_it || (more && import->mended.is_header)))
        import->header_rows = preset->header_rows;
    if (result != EXIT_OK || import->header_rows == 1)
        return result;
    size_t rows = import->header_rows;
    import->header_rows = 1;
    result = import_rewind(import);
    if (result == EXIT_OK)
        result = import_next(import, &row, &more);
    import->header_rows = rows;
    if (result == EXIT_OK && more && !row.fault && (rows > 2 || !preset->header_end))
        is_good = is_good && add_labels(import, &row);
    return result != EXIT_OK ? result : is_good ? EXIT_OK : import_no_memory(import);
}

static enum cxd_err expect_member(struct import *import, const char *object, const char *key, const char *suffix,
                                  struct error *err) {
    char name[MAPPING_KEY_SIZE + 32];

    snprintf(name, sizeof name, "%s%s%s", object, key, suffix);
    return table_expect(import->reader, name, err);
}

static enum cxd_err expect_all(struct import *import, struct error *err) {
    const struct preset *preset = import->preset;
    const struct survey *survey = &import->survey;
    enum cxd_err code = table_rewind(import->reader, err);

    for (size_t i = 0; code == CXD_OK && i < PRESET_COLUMNS_MAX && preset->columns[i].names; i++)
        code = table_expect(import->reader, preset->columns[i].names, err);
    for (size_t i = 0; code == CXD_OK && i < survey->property_count; i++)
        code = expect_member(import, "properties.", survey->properties[i].key, "", err);
    for (size_t i = 0; code == CXD_OK && i < survey->question_count; i++) {
        code = expect_member(import, "answers.", survey->questions[i].key, "", err);
        if (code == CXD_OK && survey->questions[i].other)
            code = expect_member(import, "answers.", survey->questions[i].key, "." OPTION_OTHER, err);
    }
    return code;
}

int import_expect(struct import *import) {
    struct table_facts facts;
    struct error err;

    table_get_facts(import->reader, &facts);
    if (!import->preset || !import->preset->omits || (facts.format != TABLE_NDJSON && facts.format != TABLE_JSON))
        return EXIT_OK;
    return expect_all(import, &err) == CXD_OK ? read_header(import) : import_fail(import, &err);
}

int import_read_file(struct import *import) {
    int result = open_table(import);

    if (result == EXIT_OK)
        result = read_header(import);
    if (result == EXIT_OK)
        result = choose_preset(import);
    return result == EXIT_OK ? read_labels(import) : result;
}

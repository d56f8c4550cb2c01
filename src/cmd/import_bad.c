/* Bad rows, on the screen and in a file. */

#include "cmd/import_bad.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/output.h"
#include "cxd/base/plain.h"
#include "cxd/import/text_cell.h"

enum { PIECE_BYTES = 64 << 10 };

bool import_bad_begin(struct import_bad *bad, const char *path, const char *file) {
    *bad = (struct import_bad){.fd = -1};
    buffer_init(&bad->head);
    buffer_init(&bad->text);
    if (path)
        bad->path = strdup(path);
    else if (strcmp(file, "-") == 0)
        bad->path = strdup("import.bad.csv");
    else if (asprintf(&bad->path, "%s.bad.csv", file) < 0)
        bad->path = NULL;
    return bad->path != NULL;
}

/* Quoted wherever that could matter. The cells are not defanged: the file is to be imported again as it was. */
void import_bad_append_cell(struct buffer *out, const char *text) {
    if (!strpbrk(text, "\",;\t\r\n")) {
        buffer_append_text(out, text);
        return;
    }
    buffer_append_char(out, '"');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            buffer_append_char(out, '"');
        buffer_append_char(out, *at);
    }
    buffer_append_char(out, '"');
}

void import_bad_append_cells(struct buffer *out, const char *id, const struct table_row *row) {
    buffer_append_char(out, ',');
    import_bad_append_cell(out, id);
    for (size_t i = 0; i < row->count; i++) {
        buffer_append_char(out, ',');
        import_bad_append_cell(out, row->cells[i].text);
    }
}

static void write_text(struct import_bad *bad) {
    if (bad->error == 0 && bad->text.failed)
        bad->error = ENOMEM;
    for (size_t at = 0; bad->error == 0 && at < bad->text.length;) {
        ssize_t count = write(bad->fd, bad->text.data + at, bad->text.length - at);

        if (count > 0)
            at += (size_t)count;
        else if (errno != EINTR)
            bad->error = errno;
    }
    buffer_reset(&bad->text);
}

/* It holds what people said: it is for its owner. A link is not followed. */
static void open_file(struct import_bad *bad) {
    char why[PLAIN_WHY_SIZE];

    bad->fd = plain_open(bad->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600, why);
    if (bad->fd < 0 || ftruncate(bad->fd, 0) != 0) {
        bad->error = errno;
        return;
    }
    buffer_append(&bad->text, bad->head.data, bad->head.length);
}

void import_bad_add(struct import_bad *bad, uint64_t line, const char *reason, const char *cells, size_t length) {
    if (bad->count < BAD_SHOWN) {
        bad->shown[bad->count].line = line;
        snprintf(bad->shown[bad->count].reason, BAD_REASON_SIZE, "%.*s",
                 text_cell_cut(reason, strlen(reason), BAD_REASON_SIZE - 1), reason);
    }
    bad->count++;
    if (bad->fd < 0 && bad->error == 0)
        open_file(bad);
    if (bad->error != 0)
        return;
    buffer_append_int(&bad->text, (int64_t)line);
    buffer_append_char(&bad->text, ',');
    import_bad_append_cell(&bad->text, reason);
    buffer_append(&bad->text, cells, length);
    buffer_append_text(&bad->text, "\r\n");
    if (bad->text.length >= PIECE_BYTES)
        write_text(bad);
}

bool import_bad_is(const struct import_bad *bad, const char *file) {
    struct stat own, other;

    return strcmp(file, "-") != 0 && stat(bad->path, &own) == 0 && stat(file, &other) == 0 &&
           own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

bool import_bad_flush(struct import_bad *bad) {
    write_text(bad);
    return bad->error == 0;
}

bool import_bad_end(struct import_bad *bad) {
    write_text(bad);
    if (bad->fd >= 0 && close(bad->fd) != 0 && bad->error == 0)
        bad->error = errno;
    bad->fd = -1;
    if (bad->error == 0)
        return true;
    complain("cannot write %s: %s; --bad FILE names another", bad->path, strerror(bad->error));
    return false;
}

void import_bad_free(struct import_bad *bad) {
    if (bad->path && bad->fd >= 0)
        close(bad->fd);
    free(bad->path);
    buffer_free(&bad->head);
    buffer_free(&bad->text);
}

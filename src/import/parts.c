/* The one file that knows minizip. The archive says how large its parts are, which nobody believes: what comes out is
 * counted, and nothing is held but a block. */
#include "import/parts.h"

#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cxd/base/arena.h"
#include "cxd/base/utf8.h"

enum { RATIO_FREE_BYTES = 32 << 20, NAME_SIZE = 256, FLAG_ENCRYPTED = 1 };

struct part {
    const char *name;
    unz64_file_pos place;
    uint64_t packed, size; /* as the archive says */
};

struct parts {
    const struct source *source;
    uint64_t at; /* minizip's place in the source */
    bool has_failed;
    unzFile zip;
    struct arena arena;
    struct part *list;
    size_t count;
    const struct part *open;
    uint64_t done; /* of the open part */
};

/* --- The archive as minizip reads it: `opaque` and the stream are the parts. */

static voidpf zip_open(voidpf opaque, const void *name, int mode) {
    (void)name;
    return mode & ZLIB_FILEFUNC_MODE_WRITE ? NULL : opaque;
}

static uLong zip_read(voidpf opaque, voidpf stream, void *out, uLong size) {
    struct parts *parts = opaque;
    size_t length = 0;
    (void)stream;
    if (source_read_at(parts->source, parts->at, out, size, &length, NULL) != CXD_OK)
        parts->has_failed = true;
    parts->at += length;
    return length;
}

static uLong zip_write(voidpf opaque, voidpf stream, const void *bytes, uLong size) {
    (void)opaque;
    (void)stream;
    (void)bytes;
    (void)size;
    return 0;
}

static ZPOS64_T zip_tell(voidpf opaque, voidpf stream) {
    (void)stream;
    return ((struct parts *)opaque)->at;
}

static long zip_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin) {
    struct parts *parts = opaque;
    uint64_t from = origin == ZLIB_FILEFUNC_SEEK_CUR   ? parts->at
                    : origin == ZLIB_FILEFUNC_SEEK_END ? parts->source->size
                                                       : 0;
    (void)stream;
    if (offset > INT64_MAX - from)
        return -1;
    parts->at = from + offset;
    return 0;
}

static int zip_close(voidpf opaque, voidpf stream) {
    (void)opaque;
    (void)stream;
    return 0;
}

static int zip_failed(voidpf opaque, voidpf stream) {
    (void)stream;
    return ((struct parts *)opaque)->has_failed;
}

/* --- */

static enum cxd_err refuse(const struct parts *parts, const char *what, struct error *err) {
    return error_set(err, ERR_TABLE, "%s is %s", parts->source->name, what);
}

#define DAMAGED "damaged or cut off: as a zip archive, which an XLSX is, it cannot be read"

static const struct part *find(const struct parts *parts, const char *name) {
    for (size_t i = 0; i < parts->count; i++)
        if (strcasecmp(parts->list[i].name, name) == 0)
            return &parts->list[i];
    return NULL;
}

bool parts_have(const struct parts *parts, const char *name) {
    return find(parts, name) != NULL;
}

static enum cxd_err list_part(struct parts *parts, struct error *err) {
    unz_file_info64 info;
    char name[NAME_SIZE];
    struct part *part = &parts->list[parts->count];
    if (unzGetCurrentFileInfo64(parts->zip, &info, name, sizeof name - 1, NULL, 0, NULL, 0) != UNZ_OK ||
        unzGetFilePos64(parts->zip, &part->place) != UNZ_OK)
        return refuse(parts, DAMAGED, err);
    name[info.size_filename < sizeof name - 1 ? info.size_filename : sizeof name - 1] = '\0';
    if (info.flag & FLAG_ENCRYPTED)
        return refuse(parts, "encrypted: save it without a password", err);
    if (find(parts, name)) {
        utf8_make_plain(name);
        return error_set(err, ERR_TABLE, "%s has a part twice: %s", parts->source->name, name);
    }
    part->name = arena_strdup(&parts->arena, name);
    part->packed = info.compressed_size;
    part->size = info.uncompressed_size;
    parts->count++;
    return part->name ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read %s", parts->source->name);
}

static enum cxd_err list_all(struct parts *parts, struct error *err) {
    unz_global_info64 info;
    if (unzGetGlobalInfo64(parts->zip, &info) != UNZ_OK)
        return refuse(parts, DAMAGED, err);
    if (info.number_entry > PARTS_MAX)
        return error_set(err, ERR_TABLE, "%s has more than %d parts", parts->source->name, PARTS_MAX);
    parts->list = calloc(PARTS_MAX, sizeof *parts->list);
    if (!parts->list)
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", parts->source->name);
    int result = unzGoToFirstFile(parts->zip);
    for (uint64_t i = 0; i < info.number_entry && result == UNZ_OK; i++) {
        enum cxd_err code = list_part(parts, err);
        if (code != CXD_OK)
            return code;
        result = unzGoToNextFile(parts->zip);
    }
    return result == UNZ_OK || result == UNZ_END_OF_LIST_OF_FILE ? CXD_OK : refuse(parts, DAMAGED, err);
}

enum cxd_err parts_open(const struct source *source, struct parts **ret_parts, struct error *err) {
    struct parts *parts = calloc(1, sizeof *parts);
    if (!parts)
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", source->name);
    zlib_filefunc64_def functions = {.zopen64_file = zip_open,
                                     .zread_file = zip_read,
                                     .zwrite_file = zip_write,
                                     .ztell64_file = zip_tell,
                                     .zseek64_file = zip_seek,
                                     .zclose_file = zip_close,
                                     .zerror_file = zip_failed,
                                     .opaque = parts};
    parts->source = source;
    parts->zip = unzOpen2_64("", &functions);
    enum cxd_err code = parts->zip ? list_all(parts, err) : refuse(parts, DAMAGED, err);
    if (code != CXD_OK) {
        parts_close(parts);
        return code;
    }
    *ret_parts = parts;
    return CXD_OK;
}

void parts_close(struct parts *parts) {
    if (!parts)
        return;
    if (parts->zip)
        unzClose(parts->zip);
    arena_free(&parts->arena);
    free(parts->list);
    free(parts);
}

enum cxd_err parts_begin(struct parts *parts, const char *name, struct error *err) {
    if (parts->open)
        (void)unzCloseCurrentFile(parts->zip);
    parts->done = 0;
    parts->open = find(parts, name);
    if (!parts->open) {
        char shown[NAME_SIZE];
        strncpy(shown, name, sizeof shown - 1);
        shown[sizeof shown - 1] = '\0';
        utf8_make_plain(shown);
        return error_set(err, ERR_TABLE, "%s lacks a part of a workbook: %s", parts->source->name, shown);
    }
    unz64_file_pos place = parts->open->place;
    int result = unzGoToFilePos64(parts->zip, &place);
    if (result == UNZ_OK)
        result = unzOpenCurrentFile(parts->zip);
    if (result == UNZ_OK)
        return CXD_OK;
    parts->open = NULL;
    if (result == UNZ_INTERNALERROR || result == Z_MEM_ERROR)
        return error_set(err, ERR_NO_MEMORY, "no memory to read %s", parts->source->name);
    return refuse(parts, DAMAGED, err);
}

enum cxd_err parts_read(struct parts *parts, char *out, size_t size, size_t *ret_length, struct error *err) {
    *ret_length = 0;
    if (!parts->open)
        return CXD_OK;
    int got = unzReadCurrentFile(parts->zip, out, (unsigned)size);
    if (got < 0)
        return refuse(parts, DAMAGED, err);
    parts->done += (uint64_t)got;
    if (got == 0) {
        bool is_whole = parts->done == parts->open->size && unzCloseCurrentFile(parts->zip) == UNZ_OK;
        parts->open = NULL;
        return is_whole ? CXD_OK : refuse(parts, DAMAGED, err);
    }
    if (parts->done > PARTS_BYTES_MAX ||
        (parts->done > RATIO_FREE_BYTES && parts->done / PARTS_RATIO_MAX > parts->open->packed))
        return refuse(parts, "packed so densely that unpacking it would have no end (a zip bomb)", err);
    *ret_length = (size_t)got;
    return CXD_OK;
}

void parts_progress(const struct parts *parts, uint64_t *ret_done, uint64_t *ret_all) {
    *ret_done = parts->open ? parts->done : 1;
    *ret_all = parts->open ? parts->open->size : 1;
}

/* The list of erasures, as a file that is only appended to, and now and then written anew without what is old. */

#include "store/sqlite/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cxd/base/buffer.h"
#include "cxd/base/clock.h"
#include "cxd/base/plain.h"
#include "store/sqlite/writer.h"

static const char HEAD[] = "cxd erasures 1 ", PREFIX[] = "erasures-", SUFFIX[] = ".list", IMPORTED[] = "imported";
enum { LINE_MAX_BYTES = 256, ENDLESS_BYTES = 1 << 20 };

char *sqlite_list_path(const char *directory, const struct id *store) {
    char *path = NULL, id[ID_TEXT_SIZE];
    return asprintf(&path, "%s/%s%s%s", directory, PREFIX, id_format(id, store), SUFFIX) < 0 ? NULL : path;
}

static bool parse_name(const char *name, struct id *ret_store) {
    size_t length = strlen(name), prefix = sizeof PREFIX - 1, suffix = sizeof SUFFIX - 1;
    return length == prefix + ID_TEXT_SIZE - 1 + suffix && strncmp(name, PREFIX, prefix) == 0 &&
           strcmp(name + length - suffix, SUFFIX) == 0 && id_parse(name + prefix, ID_TEXT_SIZE - 1, ret_store);
}

bool sqlite_list_find_only(const char *directory, struct id *ret_store) {
    DIR *names = opendir(directory);
    const struct dirent *entry;
    struct id found;
    size_t count = 0;
    while (names && (entry = readdir(names)) != NULL) {
        if (parse_name(entry->d_name, &found)) {
            *ret_store = found;
            count++;
        }
    }
    if (names)
        closedir(names);
    return count == 1;
}

static enum cxd_err no_memory(struct error *err) {
    return error_set(err, ERR_NO_MEMORY, "no memory for the list of erasures");
}

/* "NUMBER TIME ID WORD", most often SURVEY, and of what was imported "imported", without its line feed. What stands
 * behind is passed over, as a cxd before schema 6 passes over that. */
static bool parse_entry(char *line, struct erasure *ret_entry) {
    char *end = NULL, *save = NULL, *parts[4];
    for (size_t i = 0; i < CXD_COUNT(parts); i++) {
        parts[i] = strtok_r(i == 0 ? line : NULL, " ", &save);
        if (!parts[i])
            return false;
    }
    const char *survey = strtok_r(NULL, " ", &save);
    if (survey && strlen(survey) >= sizeof ret_entry->survey)
        return false;
    const char *imported = survey ? strtok_r(NULL, " ", &save) : NULL;
    ret_entry->is_imported = imported && strcmp(imported, IMPORTED) == 0;
    snprintf(ret_entry->survey, sizeof ret_entry->survey, "%s", survey ? survey : "");
    errno = 0;
    ret_entry->number = strtoll(parts[0], &end, 10);
    ret_entry->gone = strcmp(parts[3], "gone") == 0;
    return errno == 0 && *end == '\0' && ret_entry->number > 0 &&
           time_parse(parts[1], strlen(parts[1]), &ret_entry->at) &&
           id_parse(parts[2], strlen(parts[2]), &ret_entry->id) && (ret_entry->gone || strcmp(parts[3], "kept") == 0);
}

static bool parse_head(const char *line, int64_t *ret_base) {
    size_t length = sizeof HEAD - 1;
    char *end = NULL;
    if (strncmp(line, HEAD, length) != 0)
        return false;
    errno = 0;
    *ret_base = strtoll(line + length, &end, 10);
    return errno == 0 && end != line + length && *end == '\0' && *ret_base >= 0;
}

static bool add(struct list_content *content, size_t *capacity, const struct erasure *entry) {
    if (content->count == *capacity) {
        size_t larger = *capacity ? 2 * *capacity : 64;
        struct erasure *grown = reallocarray(content->rest, larger, sizeof *grown);
        if (!grown)
            return false;
        content->rest = grown;
        *capacity = larger;
    }
    content->rest[content->count++] = *entry;
    return true;
}

/* False when memory is refused. */
static bool take_entry(struct list_content *content, size_t *capacity, const struct erasure *entry, int64_t after) {
    content->is_mixed = content->is_mixed || entry->number <= content->last;
    if (entry->number > content->last)
        content->last = entry->number;
    if (entry->number == after) {
        content->has_after = true;
        content->after = *entry;
    }
    return entry->number <= after || add(content, capacity, entry);
}

/* A last line without its end may be whole all the same: somebody edited the file. Where it is torn it is left out:
 * what it would have told of was never committed. */
static bool take_line(struct list_content *content, size_t *capacity, char *line, bool is_ended, int64_t after) {
    struct erasure entry;
    bool is_entry = parse_entry(line, &entry);
    content->is_unended = is_entry && !is_ended;
    content->bad += !is_entry && is_ended;
    return !is_entry || take_entry(content, capacity, &entry, after);
}

static int compare_entries(const void *a, const void *b) {
    const struct erasure *left = a, *right = b;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    int order = id_compare(&left->id, &right->id);
    return order ? order : strcmp(left->survey, right->survey);
}

static void put_in_order(struct list_content *content) {
    size_t kept = 0;
    if (content->count > 1)
        qsort(content->rest, content->count, sizeof *content->rest, compare_entries);
    for (size_t i = 0; i < content->count; i++)
        if (kept == 0 || compare_entries(&content->rest[kept - 1], &content->rest[i]) != 0)
            content->rest[kept++] = content->rest[i];
    content->count = kept;
}

/* The length of the next line with its line feed, if it has one; 0 at the end. One that is longer than any of ours is
 * as one that is empty: who owns the directory may have put there a file without any end. */
static size_t next_line(FILE *file, char line[LINE_MAX_BYTES], bool *ret_is_ended) {
    size_t length = 0, kept;
    int c = 0;
    while (length < ENDLESS_BYTES && c != '\n' && (c = getc_unlocked(file)) != EOF) {
        if (length < LINE_MAX_BYTES)
            line[length] = (char)c;
        length++;
    }
    *ret_is_ended = c == '\n';
    kept = length - *ret_is_ended;
    line[kept < LINE_MAX_BYTES ? kept : 0] = '\0';
    return length;
}

static enum cxd_err read_lines(FILE *file, const char *path, int64_t after, struct list_content *content,
                               struct error *err) {
    char line[LINE_MAX_BYTES];
    size_t capacity = 0, length;
    bool has_memory = true;
    bool is_ended = true;
    while (has_memory && is_ended && (length = next_line(file, line, &is_ended)) > 0) {
        if (content->length > 0) {
            has_memory = take_line(content, &capacity, line, is_ended, after);
        } else {
            content->found = is_ended && parse_head(line, &content->base);
            content->last = content->base;
        }
        if (!content->found)
            break;
        content->length += is_ended || content->is_unended ? (off_t)length : 0;
    }
    content->bad += content->found && !feof(file); /* there is more */
    if (content->is_mixed)
        put_in_order(content);
    if (!has_memory)
        return no_memory(err);
    return ferror(file) ? sqlite_file_error(err, "read", path) : CXD_OK;
}

enum cxd_err sqlite_list_read(const char *path, int64_t after, struct list_content *ret_content, struct error *err) {
    struct list_content content = {0};
    char why[PLAIN_WHY_SIZE];
    int fd = plain_open(path, O_RDONLY, 0, why);
    if (fd < 0 && errno == ENOENT) {
        *ret_content = content;
        return CXD_OK;
    }
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    if (!stream) {
        enum cxd_err code = sqlite_file_error(err, "read", path);
        if (fd >= 0)
            close(fd);
        return code;
    }
    enum cxd_err code = read_lines(stream, path, after, &content, err);
    fclose(stream);
    if (code != CXD_OK) {
        free(content.rest);
        return code;
    }
    *ret_content = content;
    return CXD_OK;
}

static bool write_all(int fd, const char *bytes, size_t length, off_t at) {
    while (length > 0) {
        ssize_t wrote = pwrite(fd, bytes, length, at);
        if (wrote < 0 && errno != EINTR)
            return false;
        if (wrote > 0) {
            bytes += wrote;
            length -= (size_t)wrote;
            at += wrote;
        }
    }
    return true;
}

static void append_entry(struct buffer *out, const struct erasure *entry) {
    char id[ID_TEXT_SIZE], at[TIME_TEXT_SIZE];
    bool is_imported = entry->is_imported && entry->survey[0];
    buffer_append_format(out, "%" PRId64 " %s %s %s%s%s%s%s\n", entry->number, time_format(at, entry->at),
                         id_format(id, &entry->id), entry->gone ? "gone" : "kept", entry->survey[0] ? " " : "",
                         entry->survey, is_imported ? " " : "", is_imported ? IMPORTED : "");
}

/* Puts a list of this text in the place of the one that is there, if any, and goes on with it. */
static enum cxd_err replace(struct list *list, const struct buffer *text, struct error *err) {
    char *fresh = NULL;
    if (text->failed || asprintf(&fresh, "%s.new", list->path) < 0)
        return no_memory(err);
    (void)unlink(fresh); /* of a run that was cut off */
    enum cxd_err code = CXD_OK;
    int fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || !write_all(fd, text->data, text->length, 0) || fsync(fd) != 0 || rename(fresh, list->path) != 0) {
        code = sqlite_file_error(err, "write", list->path);
        (void)unlink(fresh);
    }
    free(fresh);
    if (code == CXD_OK)
        code = sqlite_file_flush_directory(list->directory, err);
    if (code != CXD_OK) {
        if (fd >= 0)
            close(fd);
        return code;
    }
    if (list->fd >= 0)
        close(list->fd);
    list->fd = fd;
    list->length = (off_t)text->length;
    return CXD_OK;
}

/* What has the name and is no list, or a damaged one, is kept for somebody to look at. */
static void set_aside(const char *path) {
    char *aside = NULL;
    if (asprintf(&aside, "%s.damaged", path) >= 0) {
        (void)rename(path, aside);
        free(aside);
    }
}

static enum cxd_err make(struct list *list, struct error *err) {
    struct buffer text;
    set_aside(list->path);
    buffer_init(&text);
    buffer_append_format(&text, "%s%" PRId64 "\n", HEAD, list->base);
    enum cxd_err code = replace(list, &text, err);
    buffer_free(&text);
    return code;
}

static enum cxd_err open_found(struct list *list, const struct list_content *content, struct error *err) {
    char why[PLAIN_WHY_SIZE];
    list->fd = plain_open(list->path, O_RDWR, 0, why);
    if (list->fd < 0 || fchmod(list->fd, 0600) != 0 || ftruncate(list->fd, content->length) != 0)
        return sqlite_file_error(err, "open", list->path);
    list->length = content->length;
    if (content->is_unended && !write_all(list->fd, "\n", 1, list->length++))
        return sqlite_file_error(err, "write", list->path);
    return CXD_OK;
}

enum cxd_err sqlite_list_open(const char *path, const char *directory, const struct list_content *content,
                              int64_t known, struct list *ret_list, struct error *err) {
    struct list list = {.fd = -1, .base = content->found ? content->base : known};
    list.last = content->last > known ? content->last : known;
    list.path = strdup(path);
    list.directory = strdup(directory);
    enum cxd_err code = !list.path || !list.directory ? no_memory(err)
                        : content->found              ? open_found(&list, content, err)
                                                      : make(&list, err);
    if (code != CXD_OK) {
        sqlite_list_close(&list);
        return code;
    }
    *ret_list = list;
    return CXD_OK;
}

void sqlite_list_close(struct list *list) {
    if (list->fd >= 0)
        close(list->fd);
    free(list->path);
    free(list->directory);
    *list = (struct list){.fd = -1};
}

/* The file's bytes up to its committed end; appended. */
static enum cxd_err read_back(const struct list *list, struct buffer *out, struct error *err) {
    char bytes[4096];
    for (off_t at = 0; at < list->length;) {
        size_t left = (size_t)(list->length - at);
        ssize_t got = pread(list->fd, bytes, left < sizeof bytes ? left : sizeof bytes, at);
        if (got <= 0)
            return sqlite_file_error(err, "read", list->path);
        buffer_append(out, bytes, (size_t)got);
        at += got;
    }
    return CXD_OK;
}

/* Where somebody removed or replaced the file: what is in it is still ours, and is put back. And away with what an
 * earlier batch may have left. */
static enum cxd_err ensure_ours(struct list *list, struct error *err) {
    struct stat held, named;
    if (fstat(list->fd, &held) == 0 && lstat(list->path, &named) == 0 && held.st_dev == named.st_dev &&
        held.st_ino == named.st_ino)
        return ftruncate(list->fd, list->length) == 0 ? CXD_OK : sqlite_file_error(err, "write", list->path);
    struct buffer text;
    buffer_init(&text);
    enum cxd_err code = read_back(list, &text, err);
    if (code == CXD_OK)
        code = replace(list, &text, err);
    buffer_free(&text);
    return code;
}

enum cxd_err sqlite_list_append(struct list *list, struct erasure *entries, size_t count, struct error *err) {
    struct buffer text;
    enum cxd_err code = ensure_ours(list, err);
    buffer_init(&text);
    for (size_t i = 0; i < count; i++) {
        entries[i].number = list->last + 1 + (int64_t)i;
        append_entry(&text, &entries[i]);
    }
    if (code == CXD_OK && text.failed)
        code = no_memory(err);
    if (code == CXD_OK && (!write_all(list->fd, text.data, text.length, list->length) || fdatasync(list->fd) != 0))
        code = sqlite_file_error(err, "write", list->path);
    buffer_free(&text);
    return code;
}

void sqlite_list_keep(struct list *list, int64_t last) {
    struct stat file;
    list->last = last;
    list->length = fstat(list->fd, &file) == 0 ? file.st_size : list->length;
}

void sqlite_list_take_back(struct list *list) {
    if (ftruncate(list->fd, list->length) == 0)
        (void)fdatasync(list->fd);
}

/* Lists of stores that are no more: all that is in them is older than anybody asks for. */
static void remove_others(const struct list *list, int64_t before_ms) {
    DIR *names = opendir(list->directory);
    const struct dirent *entry;
    const char *own = strrchr(list->path, '/') + 1;
    struct stat file;
    struct id store;
    while (names && (entry = readdir(names)) != NULL)
        if (parse_name(entry->d_name, &store) && strcmp(entry->d_name, own) != 0 &&
            fstatat(dirfd(names), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
            (int64_t)file.st_mtime < before_ms / 1000)
            (void)unlinkat(dirfd(names), entry->d_name, 0);
    if (names)
        closedir(names);
}

enum cxd_err sqlite_list_prune(struct list *list, int64_t before_ms, struct error *err) {
    struct list_content content;
    remove_others(list, before_ms);
    enum cxd_err code = ensure_ours(list, err);
    if (code == CXD_OK)
        code = sqlite_list_read(list->path, 0, &content, err);
    if (code != CXD_OK)
        return code;
    int64_t base = list->base;
    size_t young = 0;
    for (size_t i = 0; i < content.count; i++)
        if (content.rest[i].at >= before_ms)
            content.rest[young++] = content.rest[i];
        else if (content.rest[i].number > base)
            base = content.rest[i].number;
    if (young < content.count) {
        struct buffer text;
        buffer_init(&text);
        buffer_append_format(&text, "%s%" PRId64 "\n", HEAD, base);
        for (size_t i = 0; i < young; i++)
            append_entry(&text, &content.rest[i]);
        code = replace(list, &text, err);
        list->base = code == CXD_OK ? base : list->base;
        buffer_free(&text);
    }
    free(content.rest);
    return code;
}

#ifndef CXD_TESTS_SUPPORT_FILES_H
#define CXD_TESTS_SUPPORT_FILES_H

/* Whole files. */

#include <sys/stat.h>

#include "unit.h"

/* To be freed, with a '\0' behind it; NULL where there is no such file. */
static inline char *read_file(const char *path, size_t *ret_size) {
    FILE *file = fopen(path, "re");
    struct stat status;
    if (!file)
        return NULL;
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *bytes = malloc((size_t)status.st_size + 1);
    assert_non_null(bytes);
    *ret_size = fread(bytes, 1, (size_t)status.st_size, file);
    bytes[*ret_size] = '\0';
    assert_int_equal(fclose(file), 0);
    return bytes;
}

static inline void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

#endif

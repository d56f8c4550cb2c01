#ifndef CXD_IMPORT_DELIMITER_H
#define CXD_IMPORT_DELIMITER_H

#include <stdbool.h>
#include <stddef.h>

/* The character that parts the cells of a text of CSV, by its begin: that which parts the most records into as many
 * cells as the first. 0 where none parts the first. `is_all`: the text ends here, and so does its last record. */
char delimiter_guess(const char *text, size_t length, bool is_all);

/* Of ASCII, and none that has another meaning in CSV. */
bool delimiter_is_possible(char c);

/* The character of a first line "sep=;", as Excel writes and reads it, with or without quotes around; *ret_length is
 * that of the line without its end. 0 where there is none. */
char delimiter_of_line(const char *text, size_t length, size_t *ret_length);

#endif

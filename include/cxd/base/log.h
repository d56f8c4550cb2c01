#ifndef CXD_BASE_LOG_H
#define CXD_BASE_LOG_H

#include <stddef.h>

#include "cxd/base/compiler.h"

/* One line a record on stderr: `event key=value …`. With JOURNAL_STREAM set the line begins with "<N>" (the syslog
 * priority); without it, with an RFC 3339 UTC time. Only cmd/, http/ and ingest/ log. Comments, keys and client
 * addresses never go into a record. Safe from any thread; a record is written by one write(2). */

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Sets the least severe level that is written (default info). Call before threads start, or on reload. */
void log_set_level(enum log_level level);

/* `event` is a fixed word ("listening"); `format` gives "key=value key=value" (values with a blank, quote or
 * control character must pass through log_value). */
void log_record(enum log_level level, const char *event, const char *format, ...) CXD_PRINTF(3, 4);

/* Writes `text` into `out` (capacity `size`, always NUL-terminated, cut to fit) as a log value: bare if it is plain,
 * else in double quotes with \" \\ \n \r \t and \xNN for other control characters. Returns `out`. */
const char *log_value(char *out, size_t size, const char *text);

#endif

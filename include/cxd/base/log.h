#ifndef CXD_BASE_LOG_H
#define CXD_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "cxd/base/compiler.h"

/* One line a record on stderr. As text it is `event key=value …`, behind "<N>" (the syslog priority) where stderr is
 * the journal's stream, and behind an RFC 3339 UTC time where it is not. As JSON it is an object: "time", "level",
 * "event", then the fields. Only cmd/, api/, chores/, ingest/ and http/ log. Comments, respondents, properties, keys,
 * client addresses, and paths or queries as they were sent never go into a record. Safe from any thread; a record is
 * written by one write(2). */

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* "warning" */
const char *log_level_name(enum log_level level);

/* The least severe level that is written (default info), and the form (default text). Any thread, any time. */
void log_set_level(enum log_level level);
void log_set_format(enum log_format format);
bool log_is_written(enum log_level level);

/* `event` is a fixed word ("listening") that lives as long as the process. `format` is "key=VALUE key=VALUE", where
 * VALUE is text with printf's conversions (no '*', %n, %p), in double quotes if it has a blank of its own. What a
 * conversion gives needs no escape: values are quoted as the form wants, cut within reason and never within a
 * character, and what is no UTF-8 is shown as such. A value that is one numeric conversion is a number in JSON. A value
 * with a %s that is NULL leaves its field out. Only so many warnings and errors of one event
 * are written in a while; then one record, `records_left_out`, says how many were left out. */
void log_record(enum log_level level, const char *event, const char *format, ...) CXD_PRINTF(3, 4);

/* Writes the records_left_out that are due, or (at the end) all. Otherwise they wait for the next record. */
void log_settle(bool is_end);

#endif

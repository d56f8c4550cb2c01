#ifndef CXD_STORE_SQLITE_LOG_CHAIN_H
#define CXD_STORE_SQLITE_LOG_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

enum { LOG_HEADER_BYTES = 32 };

/* Whether the first `frames` pages of a write-ahead log are as SQLite wrote them, by the checksums that it reads a log
 * back with (sqlite.org/fileformat2.html, 4.2). True too where the file cannot be read: that is for whoever reads it
 * next to say. */
bool sqlite_log_chain_is_whole(int fd, int64_t frames);

#endif

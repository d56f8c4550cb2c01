/* The daemon's voice: cmd/, http/, ingest/ and chores/ report events here, one line each, for the journal, a terminal
 * or a collector of JSON. */

#include "cxd/base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log_limit.h"
#include "base/log_line.h"
#include "cxd/base/clock.h"

static const struct {
    const char *name;
    int priority; /* syslog's */
} LEVELS[] = {[LOG_LEVEL_ERROR] = {"error", 3},
              [LOG_LEVEL_WARNING] = {"warning", 4},
              [LOG_LEVEL_INFO] = {"info", 6},
              [LOG_LEVEL_DEBUG] = {"debug", 7}};

static _Atomic int written_level = LOG_LEVEL_INFO;
static _Atomic int written_format = LOG_FORMAT_TEXT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of: */
static struct log_limit limit;
static atomic_bool is_limiting; /* records have been left out, and nobody has said so */

const char *log_level_name(enum log_level level) {
    return LEVELS[level].name;
}

void log_set_level(enum log_level level) {
    atomic_store_explicit(&written_level, (int)level, memory_order_relaxed);
}

void log_set_format(enum log_format format) {
    atomic_store_explicit(&written_format, (int)format, memory_order_relaxed);
}

bool log_is_written(enum log_level level) {
    return (int)level <= atomic_load_explicit(&written_level, memory_order_relaxed);
}

/* systemd.exec(5): JOURNAL_STREAM is the device and inode of the stream; a program whose stderr was led elsewhere
 * inherits it too. */
static bool is_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    char own[48];
    if (!stream || fstat(STDERR_FILENO, &status) != 0)
        return false;
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
    return strcmp(stream, own) == 0;
}

static void write_record(enum log_level level, const char *event, const char *format, va_list args) {
    enum log_format form = (enum log_format)atomic_load_explicit(&written_format, memory_order_relaxed);
    struct log_line line;
    char time[TIME_TEXT_SIZE], head[TIME_TEXT_SIZE + 16];
    time_format(time, clock_now_ms());
    if (is_journal())
        snprintf(head, sizeof head, "<%d>", LEVELS[level].priority);
    else
        snprintf(head, sizeof head, "%s %s ", time, LEVELS[level].name);
    log_line_begin(&line, form, head, time, LEVELS[level].name, event);
    log_line_fields(&line, format, args);
    log_line_end(&line);
    ssize_t ignored CXD_UNUSED = write(STDERR_FILENO, line.text, line.length);
}

CXD_PRINTF(3, 4)
static void write_fields(enum log_level level, const char *event, const char *format, ...) {
    va_list args;
    va_start(args, format);
    write_record(level, event, format, args);
    va_end(args);
}

static bool admit(const char *event) {
    pthread_mutex_lock(&lock);
    bool admitted = log_limit_admit(&limit, event, clock_monotonic_ms());
    if (!admitted)
        atomic_store(&is_limiting, true);
    pthread_mutex_unlock(&lock);
    return admitted;
}

void log_settle(bool is_end) {
    const char *event;
    if (!atomic_load_explicit(&is_limiting, memory_order_relaxed))
        return;
    do {
        uint64_t left_out = 0;
        pthread_mutex_lock(&lock);
        event = log_limit_take(&limit, clock_monotonic_ms(), is_end, &left_out);
        if (!event)
            atomic_store(&is_limiting, log_limit_is_pending(&limit));
        pthread_mutex_unlock(&lock);
        if (event)
            write_fields(LOG_LEVEL_WARNING, "records_left_out", "of=%s count=%llu", event,
                         (unsigned long long)left_out);
    } while (event);
}

void log_record(enum log_level level, const char *event, const char *format, ...) {
    if (!log_is_written(level))
        return;
    int saved_errno = errno;
    log_settle(false);
    if (level > LOG_LEVEL_WARNING || admit(event)) {
        va_list args;
        va_start(args, format);
        write_record(level, event, format, args);
        va_end(args);
    }
    errno = saved_errno;
}

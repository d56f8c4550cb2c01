/* Figures of the process as a whole, for the metrics. /proc/stat, which has the time of boot, is hidden from a service
 * with ProcSubset=pid; so nothing here needs more than /proc/self. */

#include "cxd/base/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { STAT_THREADS = 20, STAT_STARTED = 22 }; /* proc(5): fields of /proc/self/stat */

static const int64_t SECOND_NS = 1000000000;

static int64_t clock_ns(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        return -1;
    return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* Field `number` (from 1) of /proc/self/stat. The second is a name in parentheses, which may have anything in it. */
static int64_t read_stat(int number) {
    char text[1024];
    FILE *file = fopen("/proc/self/stat", "re");
    if (!file)
        return -1;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    char *at = strrchr(text, ')');
    for (int field = 2; at && field < number; field++) {
        at = strchr(at, ' ');
        at += !!at;
    }
    return at ? strtoll(at, NULL, 10) : -1;
}

static int64_t read_resident_bytes(void) {
    long long pages = -1;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return -1;
    int found = fscanf(file, "%*d %lld", &pages);
    fclose(file);
    return found == 1 ? pages * sysconf(_SC_PAGESIZE) : -1;
}

/* Without the one that reads them. */
static int64_t count_files(void) {
    DIR *directory = opendir("/proc/self/fd");
    int64_t count = -1;
    if (!directory)
        return -1;
    for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

void process_measure(struct process_figures *ret_figures) {
    struct rlimit files;
    *ret_figures = (struct process_figures){
        .cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
        .resident_bytes = read_resident_bytes(),
        .open_files = count_files(),
        .files_max = getrlimit(RLIMIT_NOFILE, &files) == 0 ? (int64_t)files.rlim_cur : -1,
        .threads = read_stat(STAT_THREADS),
    };
}

int64_t process_started_ns(void) {
    int64_t ticks = read_stat(STAT_STARTED), now_ns = clock_ns(CLOCK_REALTIME);
    long ticks_a_second = sysconf(_SC_CLK_TCK);
    if (ticks < 0 || ticks_a_second <= 0)
        return now_ns;
    int64_t after_boot_ns = ticks * (SECOND_NS / ticks_a_second);
    return now_ns - (clock_ns(CLOCK_BOOTTIME) - after_boot_ns);
}

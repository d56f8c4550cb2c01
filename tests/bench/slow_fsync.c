/* Preloaded into a server by `make bench`: makes the disk slower than it is. Every fsync and fdatasync takes
 * SLOW_FSYNC_US microseconds longer. */

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void delay(void) {
    const char *text = getenv("SLOW_FSYNC_US");
    long delay_us = text ? atol(text) : 0;
    struct timespec left = {.tv_sec = delay_us / 1000000, .tv_nsec = delay_us % 1000000 * 1000};
    int saved = errno;

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
    errno = saved;
}

int fsync(int fd) {
    delay();
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    delay();
    return (int)syscall(SYS_fdatasync, fd);
}

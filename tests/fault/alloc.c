/* Preloaded into the daemon by tests/fault/alloc.mjs: memory is refused when told. Whatever thread or library asks.
 * FAULT_ALLOC names a file of `struct control` that the test writes while the daemon runs. */

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of 64-bit words, as tests/fault/control.mjs writes them. */
struct control {
    _Atomic int64_t armed;
    _Atomic int64_t left;     /* requests until one is refused: 1 is the next */
    _Atomic int64_t on;       /* 0: that one is refused; 1: and all after it, until disarmed */
    _Atomic int64_t refused;  /* so far */
    _Atomic int64_t requests; /* counted while armed */
};

static struct control *control;

/* glibc's own, under these names. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

__attribute__((constructor)) static void attach(void) {
    const char *path = getenv("FAULT_ALLOC");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED)
        control = mapped;
}

static int strikes(void) {
    if (!control || !atomic_load(&control->armed))
        return 0;
    atomic_fetch_add(&control->requests, 1);
    int64_t left = atomic_fetch_sub(&control->left, 1);
    if (left > 1 || (left < 1 && !atomic_load(&control->on)))
        return 0;
    atomic_fetch_add(&control->refused, 1);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) {
    return strikes() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return strikes() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    return strikes() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

void *memalign(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size) {
    return strikes() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (!memory)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}

#ifndef CXD_BASE_COMPILER_H
#define CXD_BASE_COMPILER_H

/* The few compiler attributes that the code relies on, by the names it uses for them. */

#define CXD_NODISCARD __attribute__((warn_unused_result))
#define CXD_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define CXD_UNUSED __attribute__((unused))

/* What the store counts in 64 bits is held in a size_t here and there. */
_Static_assert(sizeof(void *) == 8, "cxd needs a 64-bit system");

#define CXD_COUNT(array) (sizeof array / sizeof((array)[0]))

#endif

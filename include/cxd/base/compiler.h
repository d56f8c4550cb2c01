#ifndef CXD_BASE_COMPILER_H
#define CXD_BASE_COMPILER_H

/* The few compiler attributes that the code relies on, by the names it uses for them. */

#define CXD_NODISCARD __attribute__((warn_unused_result))
#define CXD_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define CXD_UNUSED __attribute__((unused))

#define CXD_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif

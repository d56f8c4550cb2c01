#ifndef CXD_TESTS_SUPPORT_UNIT_H
#define CXD_TESTS_SUPPORT_UNIT_H

/* What every program of tests begins with: cmocka, the headers that its own needs before it, and those of the C library
 * that nearly all use. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka hands every test a state, and few have one. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#endif

#ifndef CXD_CMD_CHECKOUT_H
#define CXD_CMD_CHECKOUT_H

#include <stdbool.h>

#include "cxd/config/config.h"

/* Where nobody says which daemon is meant: the configuration of `make run`, if this binary was built in the checkout
 * where that has a file of that name. The usual file speaks of another daemon, which is not meant while this one runs.
 */
bool checkout_config(const char *given, const char *file, struct config *ret_config);

#endif

/* Imports: the names of their states. */
#include "cxd/domain/import.h"

static const char *const NAMES[] = {
    [IMPORT_OPEN] = "open", [IMPORT_DONE] = "done", [IMPORT_UNDOING] = "undoing", [IMPORT_UNDONE] = "undone"};
const struct words IMPORT_STATES = WORDS(NAMES);

const char *import_state_name(enum import_state state) {
    return NAMES[state];
}

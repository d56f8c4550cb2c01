#ifndef CXD_SRC_CMD_UNARCHIVE_SEND_H
#define CXD_SRC_CMD_UNARCHIVE_SEND_H

#include "cmd/unarchive_there.h"

/* The responses of an archive, an import a survey, which stays open. What a survey is refused is told, for the same
 * command to send what is missing; the others go on, and run->has_refused says it. Fills place->whole. An exit code,
 * after a complaint where it is not EXIT_OK: then it did not go on. */
CXD_NODISCARD int unarchive_send(struct unarchive *run);

/* Behind all else: archives what is archived, which takes neither responses nor alerts, and ends the imports. */
CXD_NODISCARD int unarchive_finish(struct unarchive *run);

#endif

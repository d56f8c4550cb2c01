#ifndef CXD_CMD_SURVEY_MAIL_H
#define CXD_CMD_SURVEY_MAIL_H

#include "cmd/command.h"

/* Of the group `cxd survey`. */
extern const struct command survey_mail;

#endif

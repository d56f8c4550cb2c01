#ifndef CXD_CMD_COMPLETION_H
#define CXD_CMD_COMPLETION_H

/* completion_text.c: how each shell's completions begin: what finds the command of a line, whatever the table. */
extern const char completion_bash[], completion_zsh[], completion_fish[];

#endif

#ifndef CXD_CMD_CMD_H
#define CXD_CMD_CMD_H

/* The subcommands: one file each in src/cmd/, one line each in main.c's table. argv[0] is the subcommand. Exit codes: */
enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

int cmd_serve(int argc, char **argv);
int cmd_score(int argc, char **argv);
int cmd_post(int argc, char **argv);
int cmd_survey(int argc, char **argv);
int cmd_invite(int argc, char **argv);
int cmd_signing_key(int argc, char **argv);
int cmd_key(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_rebuild(int argc, char **argv);

/* The configuration's usual place. */
#ifndef CXD_CONFIG_FILE
#define CXD_CONFIG_FILE "/etc/cxd/cxd.conf"
#endif

/* The configuration to load: `given` (of -c), else CXD_CONFIG, else the usual file if there is one, else NULL: none. */
const char *cmd_config_path(const char *given);

#endif

#ifndef CXD_CMD_CMD_H
#define CXD_CMD_CMD_H

/* The command line: cxd COMMAND…, by the table of src/cmd/commands.c. Exit codes: */
enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

int cmd_main(int argc, char **argv);

/* The configuration's usual place. */
#ifndef CXD_CONFIG_FILE
#define CXD_CONFIG_FILE "/etc/cxd/cxd.conf"
#endif

/* The configuration to load: `given` (of -c), else CXD_CONFIG, else the usual file if there is one, else NULL: none. */
const char *cmd_config_path(const char *given);

#endif

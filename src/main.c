/* The binary's front. The table of subcommands is in src/cmd/commands.c; what each does is in a file of its own beside
 * it. */

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cxd/cmd/cmd.h"

int main(int argc, char **argv) {
    int result;

    setlocale(LC_CTYPE, ""); /* what a terminal can show; numbers stay as in C */
    result = cmd_main(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (result == EXIT_OK)
            fprintf(stderr, "cxd: cannot write the output: %s\n", strerror(errno));
        return result == EXIT_OK ? EXIT_REFUSED : result;
    }
    return result;
}

/* What becomes of a fault while a configuration is read: it ends the reading, or, for who only looks for a daemon that
 * runs, is noted and passed over. */

#include "config/loading.h"

static const int NEEDS[CONFIG_NEEDS] = {[CONFIG_NEED_LISTEN] = OPTION_AT_server_listen,
                                        [CONFIG_NEED_DIRECTORY] = OPTION_AT_server_state_directory,
                                        [CONFIG_NEED_URL] = OPTION_AT_storage_url};

enum cxd_err loading_fault(struct loading *loading) {
    struct config_faults *faults = loading->faults;
    if (!faults || loading->err->code != ERR_CONFIG)
        return loading->err ? loading->err->code : ERR_CONFIG;
    faults->count++;
    buffer_append_text(&faults->lines, loading->err->detail);
    buffer_append_char(&faults->lines, '\n');
    return faults->lines.failed ? error_set(loading->err, ERR_NO_MEMORY, "out of memory") : CXD_OK;
}

void loading_say(struct loading *loading, const struct option *option) {
    loading->said[option - OPTIONS] = true;
    loading->doubted[option - OPTIONS] = false;
}

void loading_doubt(struct loading *loading, const struct option *option) {
    loading->doubted[option - OPTIONS] = true;
}

void loading_end(const struct loading *loading) {
    struct config_faults *faults = loading->faults;
    for (int need = 0; faults && need < CONFIG_NEEDS; need++) {
        faults->said[need] = loading->said[NEEDS[need]];
        faults->lost[need] = loading->doubted[NEEDS[need]];
    }
}

#ifndef CXD_CONFIG_CONFIG_H
#define CXD_CONFIG_CONFIG_H

/* src/config/: what the operator says.
 *
 *   option.c   the types of options: what a value looks like, where it goes; options.def is the table of all of them
 *   listen.c   where to listen (config.h)
 *   loading.c  what becomes of a fault: it ends the reading, or is passed over
 *   ini.c      one configuration file, line by line
 *   config.c   defaults, file, conf.d, environment, and what must fit together
 *   sample.c   the commented sample of --print-config */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cxd/base/buffer.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"

/* Every option of the daemon, from one table (src/config/options.def): section, key, type, range, default and text.
 * The table parses files, reads CXD_SECTION_KEY, and prints the commented sample. */

/* What is read without a key; the words' order in options.def. */
enum config_read { CONFIG_READ_KEY, CONFIG_READ_OPEN, CONFIG_READ_EVERYTHING };
/* "key", "open", "everything". */
const char *config_read_name(enum config_read read);

enum { CONFIG_TEXT_SIZE = 512 };

struct config {
    /* [server] */
    char listen[CONFIG_TEXT_SIZE];          /* "ADDRESS:PORT", IPv6 in brackets; port 0 lets the kernel choose */
    char unix_socket[CONFIG_TEXT_SIZE];     /* a path; empty: none */
    char unix_mode[CONFIG_TEXT_SIZE];       /* octal digits */
    int64_t request_timeout_s;              /* total deadline of a request */
    int64_t max_connections;                /* 0: as RLIMIT_NOFILE allows */
    int64_t http_threads;                   /* event loops; 0: half of the cores, 1 to 8 */
    int64_t read_threads;                   /* pool that answers reads */
    int64_t public_threads;                 /* and one that answers what strangers read */
    char state_directory[CONFIG_TEXT_SIZE]; /* empty: beside the database */
    char trusted_proxies[CONFIG_TEXT_SIZE]; /* as network_list_parse takes it */
    char public_url[CONFIG_TEXT_SIZE];      /* http(s), maybe with a path; empty: the request's Host */
    /* [tls]: both or neither */
    char tls_certificate[CONFIG_TEXT_SIZE];
    char tls_key[CONFIG_TEXT_SIZE];
    /* [storage] */
    char storage_url[CONFIG_TEXT_SIZE]; /* "sqlite:PATH" */
    int64_t queue_length;               /* changes that may wait for the writer */
    int64_t min_free;                   /* bytes; less on the disk is not ready, 0: any is */
    int64_t retention_every_s;
    int64_t retention_delay_s;
    int64_t keep_marks_s;
    int64_t keep_events_s;
    /* [backup] */
    int64_t backup_every_s; /* 0: never */
    int64_t backup_keep;
    char backup_directory[CONFIG_TEXT_SIZE]; /* relative: to the state directory */
    /* [reporting] */
    char timezone[CONFIG_TEXT_SIZE];
    /* [access] */
    enum config_read read;
    int64_t recontact_days; /* after an answer to any survey; 0: off */
    /* [suspicion] */
    char user_agents[CONFIG_TEXT_SIZE]; /* path of a list; empty: the built-in one */
    /* [limits]: edge cases of what is taken in; characters are Unicode code points */
    int64_t body_bytes;
    int64_t batch_bytes;
    int64_t batch_lines;
    int64_t batch_memory;    /* bytes that all batches in flight may hold */
    int64_t question_memory; /* and those that questions about people may */
    int64_t exports;         /* that may be under way at once */
    int64_t export_time_s;   /* and how long each */
    int64_t live_clients;    /* that may listen at once */
    int64_t live_comment_s;  /* a word to them, where there is nothing to tell */
    int64_t header_bytes;
    int64_t json_depth;
    int64_t comment_characters;
    int64_t respondent_characters;
    int64_t properties;
    int64_t property_key_characters;
    int64_t property_value_characters;
    int64_t dimension_values;
    int64_t clock_skew_s;   /* how far ahead answered_at may lie */
    int64_t max_backdate_s; /* default of a survey's max_backdate */
    /* a minute; 0: no limit */
    int64_t ingest_rate;             /* responses from one address */
    int64_t survey_rate;             /* responses to one survey */
    int64_t auth_rate;               /* bad keys from one address */
    int64_t connections_per_address; /* 0: a quarter of all, at least 32 */
    int64_t bytes_per_address;       /* of bodies without a key */
    /* [metrics] */
    char metrics_listen[CONFIG_TEXT_SIZE]; /* as listen; empty: off */
    char metrics_scores[CONFIG_TEXT_SIZE]; /* "no", "yes" */
    /* [log] */
    char log_level[CONFIG_TEXT_SIZE];
    char log_format[CONFIG_TEXT_SIZE];
    int64_t slow_request_ms; /* 0: none is */
};

/* Defaults, then `path` (NULL: no file) and every .conf in conf.d beside it (by name), then the environment. ERR_CONFIG
 * names file and line (or the variable), the key, the value and what would be right. An unknown section or key is an
 * error, also in the environment where a variable begins like those of a section (CXD_SERVER_LISTN); other CXD_… are
 * passed over. Options that do not fit each other (read = open on a listener that is not loopback) are errors too. */
CXD_NODISCARD enum cxd_err config_load(const char *path, struct config *ret_config, struct error *err);

/* What a command needs to find a daemon that runs: its listener, its state directory, its database. */
enum config_need { CONFIG_NEED_LISTEN, CONFIG_NEED_DIRECTORY, CONFIG_NEED_URL, CONFIG_NEEDS };

struct config_faults {
    struct buffer lines; /* as config_load would have said them, each ended by a line break */
    size_t count;
    bool is_unread;          /* a file could not be read at all */
    bool said[CONFIG_NEEDS]; /* by a line or a variable that is good */
    bool lost[CONFIG_NEEDS]; /* what says it, or is like it, is one of the faults: the value is a guess */
};

/* As config_load, for commands beside a daemon that runs, which does not mind what has become of its file since: what
 * is wrong is passed over and told, a line, a variable, options that do not fit, a file that is not for the caller to
 * read, whatever keeps one of conf.d from being read. The buffer is the caller's, initialised. ERR_CONFIG where there
 * is no such file; ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err config_load_rest(const char *path, struct config *ret_config, struct config_faults *faults,
                                            struct error *err);

/* What a reload makes of two configurations: *ret_config is `current` with those options of `fresh` that may change
 * while the daemon runs. The option table says which; whether there is TLS at all is not among them. */
struct config_change {
    struct buffer taken;   /* names of options that differ and are taken over: "limits.body_bytes, log.level" */
    struct buffer waiting; /* and of those that differ and wait for a restart */
};

/* The buffers are the caller's, initialised. ERR_CONFIG if options do not fit each other so; ERR_NO_MEMORY. */
CXD_NODISCARD enum cxd_err config_reload(const struct config *current, const struct config *fresh,
                                         struct config *ret_config, struct config_change *change, struct error *err);

/* Prints the commented sample: every option with its text, range and default. */
void config_print_sample(FILE *out);

/* Splits "ADDRESS:PORT" ("[::1]:80" for IPv6; a bare port means 127.0.0.1). False if it is none. `is_loopback` may be
 * NULL. */
CXD_NODISCARD bool config_split_listen(const char *listen, char *ret_host, size_t host_size, uint16_t *ret_port,
                                       bool *ret_is_loopback);

#endif

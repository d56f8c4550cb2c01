#ifndef CXD_CMD_CMD_H
#define CXD_CMD_CMD_H

/* src/cmd/: the command line: one file a subcommand, and what they share.
 *
 *   commands.c         every subcommand, in one table; where the binary begins
 *   command.c          argv to options by a command's table, and --help
 *   completion.c       cxd completion: bash, zsh and fish from the table of commands
 *   completion_text.c  the parts of it that no table changes
 *   serve.c            cxd serve: its command line
 *   life.c             the main thread of the daemon: signals, reload and what waits for a restart, watchdog, drain
 *   reload.c           cxd serve --reload: a reload whose outcome is waited for, both sides of it
 *   patience.c         asks the service manager for more time while the store opens or closes
 *   checkout.c         the daemon that `make run` runs, beside the build of this binary
 *   configured.c       the configuration as commands take it, and whose its directory is
 *   place.c            where the daemon is, and the key for it
 *   client.c           one request to the daemon, and its reply
 *   call.c             the run of every command that asks the daemon once, by its struct call_spec
 *   ask.c              the window and the filters that commands ask by
 *   csv_view.c         replies as CSV
 *   pages.c            lists in pages, to the last one
 *   problem.c          a problem of the daemon, told to a person
 *   output.c           all printing of what others wrote, made harmless
 *   view.c             replies as texts and tables, by the paths of their members
 *   table.c            lists as columns
 *   fit.c              lines that end where the terminal does
 *   draw.c             bars and scales, of a line each
 *   chart.c            figures over time
 *   progress.c         the bar of backup, restore and check
 *   meter.c            the bar of a long transfer, with its rate
 *   target.c           a file that is whole or not there, and can be gone on with
 *   gzip.c             compression of such a file
 *   records.c          an export as it arrives, cut into records
 *   body.c             what commands send: --property KEY=VALUE, files
 *   post.c             cxd post
 *   score.c            cxd score
 *   score_view.c       its layout
 *   trend.c            cxd trend
 *   segments.c         cxd segments
 *   segments_view.c    its layout
 *   journey.c          cxd journey list, show, put, delete, score
 *   plan.c             cxd plan
 *   questions.c        cxd questions
 *   questions_view.c   its layout
 *   movement.c         cxd movement
 *   status.c           cxd status
 *   survey.c           cxd survey list, show, put, archive, reopen
 *   survey_mail.c      cxd survey mail
 *   terms.c            cxd terms
 *   comments.c         cxd comments: what people wrote
 *   said.c             what a response says in words, on a line
 *   live.c             cxd live: responses as they are stored
 *   events.c           server-sent events, as they arrive
 *   export.c           cxd export
 *   import.c           cxd import
 *   import_open.c      its begin
 *   import_file.c      its file and the header
 *   import_survey.c    its survey and zone
 *   import_map.c       its mapping
 *   import_look.c      the runs over the file that send nothing
 *   import_show.c      what they found
 *   import_send.c      the run that sends
 *   import_bad.c       the file of bad rows
 *   import_past.c      --list and --undo
 *   archive.c          an archive of a whole cxd, read
 *   unarchive.c        cxd import --all
 *   unarchive_there.c  what of it is there already
 *   unarchive_send.c   its responses on their way
 *   suspects.c         cxd suspects list, clear
 *   alerts.c           cxd alerts; cxd alert show, put, delete, acknowledge, history
 *   login.c            cxd login
 *   key.c              cxd key create, list, revoke
 *   signing_key.c      cxd signing-key list, rotate
 *   invite.c           cxd invite
 *   retention.c        cxd retention resume
 *   audit.c            cxd audit, audit verify
 *   backup.c           cxd backup, cxd restore
 *   check.c            cxd check
 *   rebuild.c          cxd rebuild
 *   schema.c           cxd schema and migrate */

/* commands.c: the command line, cxd COMMAND…, by its table. Exit codes: */
enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

int cmd_main(int argc, char **argv);

/* configured.c: the configuration's usual place. */
#ifndef CXD_CONFIG_FILE
#define CXD_CONFIG_FILE "/etc/cxd/cxd.conf"
#endif

/* The configuration to load: `given` (of -c), else CXD_CONFIG, else the usual file if there is one, else NULL: none. */
const char *cmd_config_path(const char *given);

#endif

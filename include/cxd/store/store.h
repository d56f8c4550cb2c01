#ifndef CXD_STORE_STORE_H
#define CXD_STORE_STORE_H

/* src/store/: where responses, surveys and keys are kept; what stands first is of every engine.
 *
 *   url.c                   the table of engines, and what a URL tells of one (url.h)
 *   store.c                 the front: forwards to the engine of a store
 *   change.c                what is true of each kind of change (change.h)
 *   decide.c                the rules of every change, decided once, from what is stored and what is sent: exclude,
 *                           forget, retain, put
 *   decide_response.c       those of a response: create, replay, amend (all members are replaced), refuse, recontact
 *   decide_alert.c          the rules of the changes of alerts
 *   decide_import.c         the rules of the changes of imports
 *   decide_session.c        the rules of the changes of sessions
 *   document.c              named definitions, and the rules of their changes (document.h)
 *   impressions.c           the rules of visits: which row says what, and what is counted of it
 *   terms.c                 by what of its survey a response is judged, in the transaction
 *   dimensions.c            which dimensions a response counts in
 *   answered.c              which of them its answers to further questions count in
 *   pack.c                  sums of days as bytes
 *   deltas.c                the sums of a batch: what it adds to the rollups, and takes from them
 *   audit.c                 what a change is in the audit log, and its chain of hashes
 *   stored.c                the text of properties and answers, as engines store it
 *   copy.c                  what an engine hands out of its own memory
 *   schema.c                a schema that others make: forwarded (schema.h)
 *   backup.c                check, back up, restore: forwarded (backup.h)
 *   search.c                the order of what a search of comments finds
 *   report.c                what a check has found (backup.h)
 *
 *   sqlite/engine.c         the engine: opens the file, and lists its operations
 *   sqlite/file.c           the file before SQLite opens it: its directory, lock and mode
 *   sqlite/reserve.c        a little room, for a start on a full disk
 *   sqlite/db.c             a connection: its settings (flush, checkpoints), statements, errors (a full disk)
 *   sqlite/schema.c         whose a file is, how old, and the later migrations
 *   sqlite/migrate.c        brings a file up to date
 *   sqlite/upgrade.c        before that: a backup beside it, and the migrations tried on it
 *   sqlite/telling.c        how far that is
 *   sqlite/identity.c       the name of a database, the secret of its audit log, and how late it is known to be
 *   sqlite/places.c         whether its files are where they were
 *
 *   sqlite/apply.c          a batch of changes as one transaction
 *   sqlite/response.c       responses: create, replay, amend, exclude
 *   sqlite/suspects.c       flag, and clear flags
 *   sqlite/survey.c         definitions: put, archive
 *   sqlite/declared.c       what the writer knows of every survey
 *   sqlite/questions.c      the questions of every survey: put, and fixed by the first answer
 *   sqlite/asked.c          what a survey has ever asked, and what each revision asks
 *   sqlite/terms.c          the terms of a survey, read in the transaction
 *   sqlite/document.c       named definitions: put, deleted, read
 *   sqlite/invitation.c     invitations that are kept: put, looked up, removed
 *   sqlite/alert.c          states and history of alerts, written
 *   sqlite/imports.c        imports: begun, ended, counted, read
 *   sqlite/undo.c           what was imported is deleted again
 *   sqlite/visit_names.c    which rows are of a visit: the latest in memory, older ones in a table
 *   sqlite/visits.c         the rows of visits: events, and answers as they begin or cease to count
 *   sqlite/key.c            API keys and signing keys
 *   sqlite/session.c        browsers that are signed in
 *   sqlite/erase.c          a respondent is forgotten; deleting and forgetting one response; erasures repeated
 *   sqlite/retain.c         old responses go, or are anonymised; settling
 *   sqlite/anonymised.c     how far they have been
 *   sqlite/marks.c          ids that are never filled again
 *   sqlite/erasures.c       the database and its list of erasures
 *   sqlite/list.c           that list, as a file
 *   sqlite/audit.c          the table of the audit log
 *   sqlite/comments.c       the index of comments (FTS5) follows them
 *   sqlite/said.c           the texts of a response, as they are in it
 *   sqlite/words.c          what FTS5 takes for words
 *   sqlite/tokens.c         the same for engines without FTS5 (tokens.h)
 *   sqlite/count.c          a response counts, or counts no more
 *   sqlite/rollups.c        the deltas of a batch to the rollup rows; which values get rollups (dimension_values)
 *   sqlite/recent.c         what was counted last, and is in no rollup row yet
 *   sqlite/fold.c           it goes to the rollup rows; one of these is written
 *   sqlite/series_ids.c     the ids of series that were found last
 *   sqlite/gates.c          values beyond those that have rollups, told apart without a look
 *   sqlite/packs.c          packs of days that are over, taken away where a row of theirs moves
 *   sqlite/pack_days.c      and made
 *   sqlite/packing.c        what the rows of a pack add up to
 *   sqlite/owners.c         who rows of rollups are of
 *   sqlite/roll.c           rollups of a property that is declared late, or no longer
 *   sqlite/rebuild.c        every rollup from the responses
 *
 *   sqlite/reader.c         a reader's connection and transactions
 *   sqlite/rows.c           rows to structs, and back
 *   sqlite/records.c        responses and rollups as they are
 *   sqlite/catalog.c        surveys and keys, by the generation that changed them
 *   sqlite/alert_rows.c     states and history of alerts, read; responses that none has told of
 *   sqlite/listing.c        pages of responses
 *   sqlite/search.c         comments that are searched: in the index, and what it does not have yet
 *   sqlite/asking.c         what its parts share
 *   sqlite/search_index.c   what the index has, walked in the order of the list
 *   sqlite/search_weigh.c   what the best are ranked by
 *   sqlite/expression.c     a query in the words of FTS5
 *   sqlite/histograms.c     the histograms of windows
 *   sqlite/unpack.c         days by packs, and where there are none by rows
 *   sqlite/scan.c           the responses of a window, one by one
 *   sqlite/walk.c           responses in the order of their commits
 *   sqlite/properties.c     the stored text of properties, read at each of them
 *   sqlite/segments.c       the same of every value of a dimension at once
 *   sqlite/tally.c          what a scan has counted, for those that would be the same scan
 *   sqlite/answer_segments.c  of what was answered to a question
 *   sqlite/answer_filter.c  answers as conditions of a query
 *   sqlite/answer_find.c    which SQLite's functions for JSON would be slow at
 *   sqlite/impressions.c    what is counted of visits, for windows
 *   sqlite/shown.c          and by the values of a dimension, or of two
 *   sqlite/figures.c        what an operator asks: how much, how much more
 *
 *   sqlite/source.c         a file read as a whole, whoever owns it
 *   sqlite/backup.c         copies of a database in use
 *   sqlite/partial.c        a file that takes its name when it is whole
 *   sqlite/check.c          a database looked at from end to end
 *   sqlite/check_survey.c   what a recount of a survey's rollups goes by
 *   sqlite/check_rollups.c  its rollups held against a recount
 *   sqlite/check_questions.c  the table of questions, and answers held against it
 *   sqlite/check_answers.c  those of answers to further questions
 *   sqlite/check_recent.c   what was counted last has its rows
 *   sqlite/check_packs.c    packs held against their rows
 *   sqlite/check_compare.c  what is counted anew, held against what is stored
 *   sqlite/check_comments.c  the index of comments held against them
 *   sqlite/findings.c       what that finds
 *
 *   postgresql/engine.c     the engine: opens the database, and lists its operations
 *   postgresql/db.c         a connection: questions that go in one round trip, errors, made anew where it is lost
 *   postgresql/wire.c       values, arrays and rows as they are sent
 *   postgresql/schema.c     whose a database is, how old, and the later migrations
 *   postgresql/declare.c    the schema as text, and what a role needs
 *   postgresql/look.c       whether the database can be reached
 *   postgresql/password.c   the password of a file that the URL names
 *   postgresql/identity.c   what makes it itself
 *   postgresql/rows.c       rows of responses to structs
 *   postgresql/numbers.c    numbers of responses, without a sequence
 *   postgresql/known.c      what the writer knows of every survey
 *   postgresql/held.c       what a batch holds of the responses that its changes name
 *   postgresql/held_write.c  and that written
 *   postgresql/visits_held.c  what it holds of visits
 *   postgresql/answered.c   what people have answered, for recontact
 *   postgresql/judge.c      the terms of a survey, and what its revisions ask
 *   postgresql/count.c      a response counts, or counts no more
 *   postgresql/rollups.c    the deltas of a batch to the rollup rows, and who gets some
 *   postgresql/visits.c     events, and answers as they begin or cease to count
 *   postgresql/batch.c      what a batch locks and reads first
 *   postgresql/response.c   responses: create, replay, amend, exclude, flag
 *   postgresql/erase.c      people forgotten, old responses and visits, suspects cleared, invitations
 *   postgresql/survey.c     definitions: put, archive
 *   postgresql/roll.c       rollups of a property that is declared late, or no longer
 *   postgresql/rebuild.c    every rollup from the responses
 *   postgresql/key.c        API keys and signing keys
 *   postgresql/session.c    browsers that are signed in
 *   postgresql/document.c   named definitions
 *   postgresql/imports.c    imports: begun, ended, counted, undone, read
 *   postgresql/invitation.c  invitations that are kept, read
 *   postgresql/alert.c      states of alerts, and what happened to them
 *   postgresql/other.c      changes that need nothing
 *   postgresql/apply.c      a batch of changes as one transaction
 *   postgresql/catalog.c    surveys and keys, by the generation that changed them
 *   postgresql/audit.c      the audit log
 *   postgresql/reader.c     a reader's connection and transactions
 *   postgresql/filter.c     filters as queries take them
 *   postgresql/cursor.c     rows of a long answer, some hundred at a time
 *   postgresql/pieces.c     what of rollups and responses is read for windows
 *   postgresql/histograms.c  the histograms of windows
 *   postgresql/segments.c   the same of every value of a dimension at once
 *   postgresql/answer_segments.c  of what was answered to a question
 *   postgresql/impressions.c  what is counted of visits, for windows
 *   postgresql/shown.c      and by the values of a dimension, or of two
 *   postgresql/horizon.c    how far the order of the commits is settled
 *   postgresql/attendance.c  which nodes are there, and which of them leads
 *   postgresql/visit.c      the responses of a window, one by one
 *   postgresql/walk.c       responses in the order of their commits
 *   postgresql/records.c    responses and rollups as they are
 *   postgresql/listing.c    pages of responses
 *   postgresql/search.c     comments that are searched
 *   postgresql/alert_rows.c  states and history of alerts
 *   postgresql/untold.c     responses that no alert has told of yet
 *   postgresql/figures.c    what an operator asks
 *
 *   sqlite/through.c        a file system of SQLite's that passes on to the system's
 *   sqlite/log_vfs.c        gathers the writes of a commit
 *   sqlite/log_chain.c      the chain of checksums in a write-ahead log
 *   sqlite/gaps.c           stale bytes in pages are cleared as they are written
 *   sqlite/watch_vfs.c      counts what is read: progress, and a way to end */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxd/base/arena.h"
#include "cxd/base/compiler.h"
#include "cxd/base/error.h"
#include "cxd/base/heartbeat.h"
#include "cxd/domain/histogram.h"
#include "cxd/domain/key.h"
#include "cxd/domain/response.h"
#include "cxd/domain/search.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/texts.h"
#include "cxd/domain/window.h"
#include "cxd/store/change.h"

/* Where responses, surveys and keys are kept. One interface over every engine; the engine is chosen by URL and its name
 * appears nowhere else. Rules that every engine keeps, and that tests/contract/ holds:
 *
 * - store_apply is called by one thread at a time; readers may run at the same time, each used by one thread at a time.
 * - What store_apply has returned CXD_OK for is on stable storage; what an error leaves behind, its fate says.
 * - Rollups (see domain/window.h for tiers) move in the same transaction as the responses they count. Dimensions are
 *   "" (the total), "touchpoint", "channel", "locale", and "property.KEY" for each declared property that is `rolled`.
 *   What is excluded counts nowhere, nor does what has no score (response_counts).
 * - Answers to further questions count, too, by days in UTC and in all alone: in the dimension "answer.KEY" the scores
 * of those who answered that (the value "" is all of them who ticked or wrote anything: of several choices, and of a
 *   text); in "revision" those of a revision that has questions, and in "asked.KEY" those to whom a question was to be
 *   shown that hangs on another answer, with the value ""; and of a question on a scale its own answers, in all other
 *   dimensions. What is erased of an answer's words changes no count.
 * - A dimension of a survey has rollups for a bounded number of values, first come; but "answer.KEY", "revision" and
 *   "asked.KEY", whose values are the survey's own, for all of them. Responses with any other are counted (see struct
 *   store_overflow), and while there are some, no further value gets rollups: those that a value has are always of all
 *   its responses. What has none is read from the responses. */

struct store;
struct store_reader;

/* Opens (creating or upgrading as needed) the store that `url` (see cxd/store/url.h) names. ERR_CONFIG for a URL that
 * no engine takes, ERR_LOCKED if another process has it open, ERR_SCHEMA if it was written by a newer cxd or is not
 * cxd's, ERR_STORAGE. A store that an older cxd wrote is backed up beside itself first, and its upgrade tried on a
 * copy, where the disk has room. An upgrade that fails leaves the store as it was. */
CXD_NODISCARD enum cxd_err store_open(const char *url, struct store **ret_store, struct error *err);
/* Who is told, on the thread of the call, of an upgrade: that it begins, of each step, and how far it is when every_ms
 * have passed since. Between two there is what the engine does at one go, such as a flush. */
enum store_upgrade_step { STORE_UPGRADE_BEGINS, STORE_UPGRADE_BACKUP, STORE_UPGRADE_TRIAL, STORE_UPGRADE_ITSELF };
struct store_upgrading {
    int64_t from, to; /* numbers of schemas */
    int64_t rows;     /* responses that there are */
    enum store_upgrade_step step;
    int64_t done, all; /* of the step: bytes of a backup, else responses that are written anew */
    int64_t ms;        /* since it began */
};
struct store_telling {
    void (*tell)(void *context, const struct store_upgrading *upgrading);
    void *context;
    int64_t every_ms;
};
/* `telling` NULL: nobody. */
CXD_NODISCARD enum cxd_err store_open_telling(const char *url, const struct store_telling *telling,
                                              struct store **ret_store, struct error *err);
/* The same of a store that is there and has the schema of this version: makes none, and upgrades none. ERR_SCHEMA of an
 * older one, ERR_STORAGE where there is none; ERR_CONFIG where the engine keeps nothing beyond its end. */
CXD_NODISCARD enum cxd_err store_open_current(const char *url, struct store **ret_store, struct error *err);
/* `beat`, which must outlive the store, is answered with every change that store_apply writes: a long batch is not a
 * stuck one. */
void store_watch(struct store *store, struct heartbeat *beat);
/* Reads what a record's definition says; its texts go into the arena. A record without a scale (two equal ends) is of a
 * revision that is past: metric and scale may be others than the survey's. ERR_STORAGE: it cannot be read;
 * ERR_NO_MEMORY. */
typedef enum cxd_err store_read_definition(const struct survey_record *record, struct arena *arena,
                                           struct survey *ret_survey, struct error *err);
/* From now on the store judges what it applies by the survey that it is sent to, as it is in the transaction; `read` is
 * how it learns what a definition says (see the rules in cxd/store/change.h). Before that it takes what it is given.
 * Between changes. */
void store_judge_by(struct store *store, store_read_definition *read);
/* How many values of a dimension of a survey have rollups, at least 1; DIMENSION_VALUES before it is called. Between
 * changes. More than before takes effect where no value lies beyond, and with store_rebuild. */
enum { DIMENSION_VALUES = 1000 };
void store_bound_values(struct store *store, int64_t dimension_values);
/* Whether the open has found the disk full, and given up the room that is kept for that: what is written fails, most
 * likely. */
bool store_gave_up_reserve(const struct store *store);
/* What the engine is made with: "sqlite", "3.40.1". */
struct store_library {
    const char *name, *version;
};
void store_library(const struct store *store, struct store_library *ret_library);
/* Checkpoints and closes. All readers are closed before. Takes NULL. */
void store_close(struct store *store);

/* The directory that holds the store's file, or NULL where there is none. Owned by the store. */
const char *store_directory(const struct store *store);

/* The list of erasures: a file that outlives the store's own, so that a store out of an older copy learns of what
 * respondents had erased since. It holds ids and times. An erasure is in it before it is durable, or fails. */
enum { STORE_LIST_PATH_SIZE = 640 };
enum store_list {
    STORE_LIST_NONE, /* the engine keeps none: nothing of it outlives the process */
    STORE_LIST_NEW,  /* there was none yet, nor was one to be expected */
    STORE_LIST_THERE,
    STORE_LIST_BEHIND, /* older than the store, or another than that knows: it knows more, an older copy would not learn
                          of all */
    STORE_LIST_MISSING /* there was one, and it is not there: what was erased since the store's last change is not known
                        */
};
struct store_erasures {
    enum store_list list;
    int64_t unknown; /* entries that the store does not know: to be done again, by CHANGE_REERASE */
    int64_t lost; /* entries that it does not know either, and that the list no longer has, or cannot be read in it */
    char path[STORE_LIST_PATH_SIZE];
};
/* Keeps the list in `directory` from now on, and compares it with the store. Before anything is applied. */
CXD_NODISCARD enum cxd_err store_keep_erasures(struct store *store, const char *directory,
                                               struct store_erasures *ret_erasures, struct error *err);

/* What opening it has done to a store that an older cxd wrote. */
struct store_upgrade {
    int64_t from, to;   /* numbers of schemas */
    const char *backup; /* the file as it was before; NULL: there was no room for it */
};
/* NULL where there was nothing to do. Owned by the store. */
const struct store_upgrade *store_upgraded(const struct store *store);

/* What became of a transaction, for whoever reads or writes the store after it. */
enum store_fate {
    STORE_FATE_NOTHING, /* none of it is stored */
    STORE_FATE_ALL,     /* all of it is stored, and durable */
    STORE_FATE_UNKNOWN  /* one or the other, and the engine cannot know which: the files were lost while it was made
                           durable, or could not be flushed, or the connection while the commit was on its way */
};
/* Applies changes in order as one transaction and makes it durable, setting each one's outcome. On an error outcomes
 * mean nothing, and the store is usable again: ERR_STORAGE_FULL, ERR_NO_MEMORY, ERR_STORAGE. A change may be applied
 * again after it: it is taken as it came. *ret_fate is
 * STORE_FATE_ALL with CXD_OK, else one of the others. After STORE_FATE_UNKNOWN only what `repeats` (see struct
 * change_traits) may be applied again: it finds itself stored, or is stored then. `ret_fate` may be NULL. */
CXD_NODISCARD enum cxd_err store_apply(struct store *store, struct change *const *changes, size_t count,
                                       enum store_fate *ret_fate, struct error *err);
/* What may be put off until after a transaction, by the thread that applies: between two of them, when everybody has
 * been told of the last. It may take as long as some of them. What fails is tried again. */
void store_tend(struct store *store);

CXD_NODISCARD enum cxd_err store_reader_open(struct store *store, struct store_reader **ret_reader, struct error *err);
/* Memory for an answer that is large, of which the reader keeps 1.5 MB: its thread's, until whoever begins the next
 * such question takes it again. */
struct arena *store_reader_scratch(struct store_reader *reader);
void store_reader_close(struct store_reader *reader);
/* `beat`, which must outlive the reader, is answered while a long question is worked on. */
void store_reader_watch(struct store_reader *reader, struct heartbeat *beat);
/* Reads between begin and end see one state. Every begin that succeeded has its end. */
CXD_NODISCARD enum cxd_err store_reader_begin(struct store_reader *reader, struct error *err);
void store_reader_end(struct store_reader *reader);

/* Which responses: those of a survey whose members equal every value that is set. */
struct filter {
    int64_t survey;
    const char *touchpoint, *channel, *locale;
    const struct property *properties;
    size_t property_count;
    /* Whether properties[0] may be read from rollups, where there are any; looked at only when that is the one
     * condition. */
    bool property_rolled;
    /* Answers to further questions, by the question's key: the option, OPTION_OTHER or number that must be (of several
     * choices: among) what was answered. */
    const struct property *answers;
    size_t answer_count;
    /* The key of a question on a scale: what was answered to it takes the place of the score, wherever one is counted
     * or given, and what has no answer to it is left out; NULL: the score itself. Of histograms and visits, which are
     * of responses that count; what gives responses whole (listings, walks, searches) does not look at it. Nothing is
     * known of impressions (IMPRESSIONS_UNDECLARED) by a question, nor by answers. */
    const char *question;
};

/* Histograms of the buckets [bounds[i], bounds[i+1]), i < count − 1, of counted responses; bounds ascend. Reads rollups
 * where the filter has at most one condition and it is rolled, else responses. Of answers, as of a question, rollups
 * tell whole days in UTC, or all time. */
CXD_NODISCARD enum cxd_err store_read_histograms(struct store_reader *reader, const struct filter *filter,
                                                 const int64_t *bounds, size_t count, struct histogram *ret_hists,
                                                 struct error *err);

/* Histograms of windows by the value of one dimension: everything that has rollups, at once. */
enum { STORE_SPANS_MAX = 3 };
struct store_span {
    int64_t from, to; /* answered_at in [from, to) */
};
struct store_segment {
    const char *value;
    struct histogram *hists; /* of each span */
};
/* What the rollups of the dimension say. */
enum store_cover {
    STORE_COVER_ALL,  /* every value: responses that are in no segment have none */
    STORE_COVER_SOME, /* those values that have rollups: some responses, of whatever time, have another one */
    STORE_COVER_NONE  /* nothing: a property that is not declared, or is still being filled in */
};
struct store_segments {
    enum store_cover cover;
    struct store_segment *segments; /* that have a response in some span, by value */
    size_t count;
};
/* Dimensions as they are named above, but for the total. `question` (NULL: the score) as a filter's: then answers tell
 * nothing apart (STORE_COVER_NONE). `count` spans, at most STORE_SPANS_MAX; they may overlap. What is returned is of
 * the arena. */
CXD_NODISCARD enum cxd_err store_read_segments(struct store_reader *reader, int64_t survey, const char *question,
                                               const char *dimension, const struct store_span *spans, size_t count,
                                               struct arena *arena, struct store_segments *ret_segments,
                                               struct error *err);

/* What is counted of visits and invitations (docs/scoring.md §13), of the same buckets and filters; property_rolled is
 * not looked at. Where rows are gone, a quarter of an hour is counted in the bucket that its beginning lies in. An
 * invitation is in the total alone. ret_known, as many as there are buckets, tells of each; what is not known is zero,
 * and does not begin behind what is. */
CXD_NODISCARD enum cxd_err store_read_impressions(struct store_reader *reader, const struct filter *filter,
                                                  const int64_t *bounds, size_t count,
                                                  struct impressions *ret_impressions,
                                                  enum impressions_known *ret_known, struct error *err);

/* By the values of one dimension or of two ("touchpoint", …, "property.KEY"): what is told of the same values adds up,
 * to what store_read_impressions says of [from, to) and a filter by them too; values live until this returns. False
 * ends the visits. Invitations are in none. IMPRESSIONS_UNDECLARED: none is told; IMPRESSIONS_EXPIRED: what is told is
 * all of these values (it may be nothing), and of others it is not known. */
enum { STORE_BY_MAX = 2 };
typedef bool store_impressions_visit(void *context, const char *const *values, const struct impressions *impressions);
CXD_NODISCARD enum cxd_err store_visit_impressions(struct store_reader *reader, const struct filter *filter,
                                                   const char *const *by, size_t by_count, int64_t from, int64_t to,
                                                   store_impressions_visit *visit, void *context,
                                                   enum impressions_known *ret_known, struct error *err);

/* When the first and the last quarter of an hour begin in which anything of a survey is counted: answers, or what
 * store_read_impressions counts; *ret_found false if nothing is. */
enum store_extent { EXTENT_ANSWERS, EXTENT_IMPRESSIONS };
CXD_NODISCARD enum cxd_err store_read_extent(struct store_reader *reader, int64_t survey, enum store_extent of,
                                             bool *ret_found, int64_t *ret_first, int64_t *ret_last, struct error *err);

CXD_NODISCARD enum cxd_err store_read_response(struct store_reader *reader, int64_t survey, const struct id *id,
                                               struct arena *arena, bool *ret_found, struct response *ret_response,
                                               struct error *err);

/* The latest answered_at in [from, to) of a respondent's responses that count, to a survey or (0) to any; TIME_MIN if
 * there is none. */
CXD_NODISCARD enum cxd_err store_read_last_answer(struct store_reader *reader, const char *respondent, int64_t survey,
                                                  int64_t from, int64_t to, int64_t *ret_last, struct error *err);

/* Which responses to list, newest answered_at first, then by id, then by survey. */
struct listing {
    struct filter filter;   /* .survey 0: of every survey, with `respondent` only, and then no other condition */
    int64_t from, to;       /* answered_at in [from, to) */
    const char *respondent; /* NULL: anyone's */
    bool flagged;           /* only what has flags */
    unsigned scores;        /* a bit for each that is listed, and then none without; 0: all */
    int excluded;           /* 1: only excluded ones; 0: only others; −1: both */
    bool has_after;         /* go on behind the response of (after_answered_at, after_id, after_survey) */
    int64_t after_answered_at;
    struct id after_id;
    int64_t after_survey; /* looked at where .filter.survey is 0 */
    size_t limit;         /* ≥ 1 */
};

/* At most listing->limit responses. The array and its strings are of the arena. */
CXD_NODISCARD enum cxd_err store_read_responses(struct store_reader *reader, const struct listing *listing,
                                                struct arena *arena, struct response **ret_responses, size_t *ret_count,
                                                struct error *err);

/* What a visit is given of each response. */
enum given {
    GIVE_NUMBER = 1 << 0,
    GIVE_ID = 1 << 1, /* .has_id too */
    GIVE_TOUCHPOINT = 1 << 2,
    GIVE_CHANNEL = 1 << 3,
    GIVE_LOCALE = 1 << 4,
    GIVE_RESPONDENT = 1 << 5,
    GIVE_COMMENT = 1 << 6,
    GIVE_VISIT = 1 << 7,
    GIVE_PROPERTIES = 1 << 8,
    GIVE_ANSWERS = 1 << 9, /* and .revision */
};
/* Has survey, score, answered_at, and what was asked for; all else is 0 or NULL. It, and its texts, live until this
 * returns. Asks nothing of the reader. False ends the visits. */
typedef bool store_response_visit(void *context, const struct response *response);
/* Visits the counted responses of a filter with answered_at in [from, to), in the order of answered_at, then of their
 * numbers. `given` is of enum given: what is not asked for is not read. As with every long question the engine may end
 * it after some seconds, ERR_BAD_PARAMETER. */
CXD_NODISCARD enum cxd_err store_visit_responses(struct store_reader *reader, const struct filter *filter, int64_t from,
                                                 int64_t to, unsigned given, store_response_visit *visit, void *context,
                                                 struct error *err);

/* Responses in the order of their commits, which is that of their numbers. Where several nodes write, those of a number
 * that a smaller one may yet appear below are not there: neither for a walk, nor for store_read_last_number, nor for
 * store_read_untold. So whoever goes on behind the last number that was told misses nothing. */
struct walk {
    struct filter filter;                 /* of one survey; property_rolled is not looked at */
    int64_t from, to;                     /* answered_at in [from, to) */
    int64_t received_from, received_to;   /* the same of received_at */
    int64_t updated_from, updated_to;     /* and of updated_at, or of received_at where nothing has changed since */
    const char *respondent;               /* NULL: anyone's */
    bool flagged;                         /* only what has flags */
    unsigned scores;                      /* a bit for each that is wanted; 0: all */
    int excluded;                         /* 1: only excluded ones; 0: only others; −1: both */
    int amended;                          /* 1: only what has changed since it came; 0: only what has not; −1: both */
    int64_t after;                        /* numbers above this one; 0: all */
    bool (*goes_on)(const void *context); /* asked now and then, also while nothing is found; NULL: a long walk may end
                                             by itself, as every question */
    const void *context;                  /* of goes_on */
};
/* Visits them whole, as store_read_response reads them; what is given lives until `visit` returns, which asks nothing
 * of the reader. False, or a false goes_on, ends the walk, and is no error. A few, or a narrow window of answered_at,
 * are found without a look at all there are; a million or more are found by one, and so is what lies close behind
 * `after`, at no cost of what lies before. Takes at most 18 MB beside. */
CXD_NODISCARD enum cxd_err store_walk_responses(struct store_reader *reader, const struct walk *walk,
                                                store_response_visit *visit, void *context, struct error *err);

/* Which history the numbers of this store are of: a text of letters and digits, another one after a restore from a copy
 * (store_restore, or one that was put in place), behind which numbers are given a second time. */
enum { STORE_HISTORY_SIZE = 33 };
CXD_NODISCARD enum cxd_err store_read_history(struct store_reader *reader, char ret_history[STORE_HISTORY_SIZE],
                                              struct error *err);

/* The greatest number that a walk would find; 0 where there is none. It falls where the latest are deleted, whose
 * numbers are not given again. */
CXD_NODISCARD enum cxd_err store_read_last_number(struct store_reader *reader, int64_t *ret_number, struct error *err);

/* How many responses of a survey have a number in (after, through]; past `most` it
 * stops, at one more. Where numbers have
 * no gaps but those of what was deleted, it is how far apart they are: those of other surveys count too. */
CXD_NODISCARD enum cxd_err store_count_between(struct store_reader *reader, int64_t survey, int64_t after,
                                               int64_t through, int64_t most, int64_t *ret_count, struct error *err);

/* Responses that say something in words (cxd/domain/texts.h; what is asked no more counts as well), and which of them.
 * All their texts are one document, but a phrase stands in one of them. */
enum search_order { SEARCH_NEWEST, SEARCH_OLDEST, SEARCH_BEST, SEARCH_LOWEST, SEARCH_HIGHEST };
struct search {
    struct listing listing;           /* of one survey */
    const char *texts_of;             /* the key of a question, whose texts alone are looked at; NULL: all texts */
    const struct search_query *query; /* as it was parsed; NULL: every one */
    enum search_order order;          /* by rank, then newest first; SEARCH_BEST: with a query only */
    bool has_weights;                 /* goes on with what was reckoned for the first page */
    struct search_weights weights;
    int64_t after_rank; /* with listing.has_after */
    size_t looks;       /* about so many of those that fit the query are looked at; 0: all */
    bool is_part;       /* listing.from is where one was cut: the list goes on in front of it. For who asks */
};
struct search_hit {
    struct response response;
    struct said_text said;           /* with a query: the text that most of it was found in, the first of several */
    const struct search_mark *marks; /* in that */
    size_t mark_count;
    int64_t rank; /* of the best how well it fits; of the highest the score, of the lowest with a minus; else 0 */
};
/* Where a search ended before it had looked at all: at everything in front of (rank, answered_at) it has, and shows
 * nothing else. Of the newest, the oldest and the best the time alone decides. */
struct search_cut {
    bool is_cut;
    int64_t rank, answered_at;
};
struct search_result {
    struct search_hit *hits;
    size_t count;
    struct search_weights weights; /* for the next page */
    struct search_cut cut;
    bool is_full; /* there is more behind the last of them */
};
/* At most search->listing.limit of them, everything that is stored included; fewer where their texts pass
 * SEARCH_BYTES_MAX together. How rare a phrase is is reckoned over all texts, whichever are looked at. All is of the
 * arena. ERR_NOT_READY where so much is not indexed yet that it cannot be read each time. */
enum { SEARCH_BYTES_MAX = 1 << 20 };
CXD_NODISCARD enum cxd_err store_search(struct store_reader *reader, const struct search *search, struct arena *arena,
                                        struct search_result *ret_result, struct error *err);

/* The invitation that is kept under the id of its response. *ret_record is of the arena, and untouched where there is
 * none. */
CXD_NODISCARD enum cxd_err store_read_invitation(struct store_reader *reader, int64_t survey, const struct id *response,
                                                 struct arena *arena, bool *ret_found,
                                                 struct invitation_record *ret_record, struct error *err);

/* What is held of a respondent's invitations, the oldest first, at most `limit`. The array and its strings are of the
 * arena. */
CXD_NODISCARD enum cxd_err store_read_invitations(struct store_reader *reader, const char *respondent, size_t limit,
                                                  struct arena *arena, struct invitation_record **ret_records,
                                                  size_t *ret_count, struct error *err);

/* Named definitions of a kind, by name (as bytes), at most `limit` behind the name `after` (NULL: from the first). The
 * array and its strings are of the arena. */
CXD_NODISCARD enum cxd_err store_read_documents(struct store_reader *reader, enum document_kind kind, const char *after,
                                                size_t limit, struct arena *arena, struct document **ret_documents,
                                                size_t *ret_count, struct error *err);
/* The one of a name; *ret_found false if there is none. */
CXD_NODISCARD enum cxd_err store_read_document(struct store_reader *reader, enum document_kind kind, const char *name,
                                               struct arena *arena, bool *ret_found, struct document *ret_document,
                                               struct error *err);

/* A definition that a survey has, or has had; at most `limit` with a revision above `after`, ascending. The array and
 * its strings are of the arena. */
struct survey_revision {
    int64_t revision;
    const char *definition;
};
CXD_NODISCARD enum cxd_err store_read_revisions(struct store_reader *reader, int64_t survey, int64_t after,
                                                size_t limit, struct arena *arena,
                                                struct survey_revision **ret_revisions, size_t *ret_count,
                                                struct error *err);

/* The import of an id; *ret_found false if there is none. Strings are of the arena. */
CXD_NODISCARD enum cxd_err store_read_import(struct store_reader *reader, const struct id *id, struct arena *arena,
                                             bool *ret_found, struct import_record *ret_record, struct error *err);
/* Imports numbered below `before` (0: from the newest), newest first, at most `limit`. The array and its strings are of
 * the arena. */
CXD_NODISCARD enum cxd_err store_read_imports(struct store_reader *reader, int64_t before, size_t limit,
                                              struct arena *arena, struct import_record **ret_records,
                                              size_t *ret_count, struct error *err);

/* Surveys, keys and signing keys, of one state. */
struct store_catalog {
    int64_t generation;            /* ≥ 0; rises with every transaction that redefines any, whoever wrote it */
    struct survey_record *surveys; /* by slug */
    size_t survey_count;
    struct api_key *keys; /* by creation, then id */
    size_t key_count;
    bool has_every_key;       /* keys were removed: those that are not among these are gone */
    bool has_sessions;        /* these are all there are; else they are as they were */
    struct session *sessions; /* by their hashes */
    size_t session_count;
    struct signing_key signing_keys[SIGNING_KEYS_MAX]; /* the newest, newest first */
    size_t signing_key_count;
};
/* The surveys and keys that were changed since the generation `since` (−1: all there are), and the signing keys; where
 * that is the present one, nothing but it, which is cheap. Arrays and strings are of the arena. */
enum { SINCE_EVER = -1 };
CXD_NODISCARD enum cxd_err store_read_catalog(struct store_reader *reader, int64_t since, struct arena *arena,
                                              struct store_catalog *ret_catalog, struct error *err);

/* Records of the audit log behind the one numbered `after` (0: from the first), ascending, at most `limit`. The array
 * is of the arena. `respondent`, if it is not NULL: only records about this person. They are as they are stored: a
 * field that somebody else wrote and that no record can have reads as "?". */
CXD_NODISCARD enum cxd_err store_read_audit(struct store_reader *reader, int64_t after, size_t limit,
                                            const char *respondent, struct arena *arena,
                                            struct audit_record **ret_records, size_t *ret_count, struct error *err);

/* The states of all alerts' rules that there are, by name; strings are of the arena. */
struct store_alerts {
    struct alert_state *states;
    size_t count;
    int64_t told_through, told_version; /* CHANGE_ALERT_TELL */
};
CXD_NODISCARD enum cxd_err store_read_alerts(struct store_reader *reader, struct arena *arena,
                                             struct store_alerts *ret_alerts, struct error *err);
/* NULL: there is none of the name. */
const struct alert_state *store_alerts_find(const struct store_alerts *alerts, const char *name);
/* Events of the rule numbered below `before` (0: from the newest), newest first, at most `limit`. The array and its
 * strings are of the arena. */
CXD_NODISCARD enum cxd_err store_read_alert_history(struct store_reader *reader, const char *name, int64_t before,
                                                    size_t limit, struct arena *arena, struct alert_event **ret_events,
                                                    size_t *ret_count, struct error *err);
/* What a rule that tells of responses has not seen: those with a comment that count and have no flags. Texts are of
 * the arena. */
struct store_untold {
    struct response *fresh; /* numbered above `after`, of one of `scores` (bit n: n), ascending; at most `limit` */
    size_t fresh_count;
    int64_t through;          /* so far it was looked */
    int64_t looked;           /* at so many, about, whatever they say */
    bool more;                /* there are responses behind that */
    struct response *amended; /* those that became otherwise since, while there was such a rule; at most `limit` */
    size_t amended_count;
    int64_t amended_through; /* for CHANGE_ALERT_TELL */
    bool more_amended;
};
CXD_NODISCARD enum cxd_err store_read_untold(struct store_reader *reader, int64_t after, unsigned scores, size_t limit,
                                             struct arena *arena, struct store_untold *ret_untold, struct error *err);

/* Cheap however much is stored: a question of some hundred microseconds, which also shows that the store can be read.
 */
struct store_figures {
    int64_t responses; /* that count (response_counts) */
    int64_t schema;    /* number of the last migration; 0 where there are none */
    int64_t overflows; /* dimensions of surveys with responses beyond the values that have rollups */
    int64_t beyond;    /* those responses, each once a dimension */
    int64_t unrolled;  /* dimensions of surveys whose rollups are being filled in or cleared away */
    int64_t unindexed; /* responses whose comments, if they have any, are not in the index yet */
    int64_t unpacked;  /* days that are over, and runs of them, that wait for a CHANGE_PACK */
    int64_t known_at;  /* how late it is at least, as it was kept last (CHANGE_CLOCK); 0: nothing was */
    int64_t imports[IMPORT_STATE_COUNT]; /* by their state */
};
CXD_NODISCARD enum cxd_err store_read_figures(struct store_reader *reader, struct store_figures *ret_figures,
                                              struct error *err);

/* A dimension of a survey that responses with a value without rollups lie in. */
struct store_overflow {
    int64_t survey;
    const char *dimension;
    int64_t values; /* that have rollups */
    int64_t beyond; /* responses that count, with another value */
};
/* By survey and dimension, the first `limit`. The array and its strings are of the arena. */
CXD_NODISCARD enum cxd_err store_read_overflows(struct store_reader *reader, size_t limit, struct arena *arena,
                                                struct store_overflow **ret_overflows, size_t *ret_count,
                                                struct error *err);

/* The suspects of a survey: responses that have flags, and do not count. */
struct store_suspects {
    int64_t survey;
    int64_t responses;
    int64_t recent;              /* of them, those that were answered at `since` or later */
    int64_t reasons[FLAG_COUNT]; /* a response may have several */
};
/* Those of the first survey that has some and a number greater than `after`; *ret_found false if there is none. No more
 * than `most` are counted, the newest. */
CXD_NODISCARD enum cxd_err store_read_suspects(struct store_reader *reader, int64_t after, int64_t since, size_t most,
                                               bool *ret_found, struct store_suspects *ret_suspects, struct error *err);

/* What is kept of sums. Goes through all of them: about a second for a hundred million. */
struct store_sums {
    int64_t rows;              /* that store_read_rollups would visit, and those that wait for a CHANGE_ROLL */
    int64_t packs, pack_bytes; /* of days that are packed, one a dimension; 0: the engine packs none */
};
CXD_NODISCARD enum cxd_err store_count_rollups(struct store_reader *reader, struct store_sums *ret_sums,
                                               struct error *err);

/* The store's files and the disk that they lie on. `log_bytes` is what the database's write-ahead log takes. */
struct store_disk {
    int64_t database_bytes, log_bytes;
    int64_t free_bytes; /* that this process may still use */
};
/* False where there are no files or the system does not tell. Asks the file system, which may block; any thread. */
bool store_read_disk(const struct store *store, struct store_disk *ret_disk);

/* What has become of the store's files, or its server, since it was opened. As long as they are not in their places
 * every store_apply is ERR_STORAGE, and the fate of what was just being written is unknown. Reads go on, but for
 * STORE_OVERWRITTEN. What lies in the places is not touched, also when the store is closed. When the same files are
 * back in their places the store goes on; what has been overwritten stays so until the store is opened again. */
enum store_place {
    STORE_IN_PLACE,
    STORE_MISSING,      /* removed, or moved away: one of the files, or the directory */
    STORE_REPLACED,     /* there is another file of that name */
    STORE_OVERWRITTEN,  /* the same file, with what somebody else has written into it, or cut off */
    STORE_INACCESSIBLE, /* a restart could not open it: permissions, a file system that is read-only now */
    STORE_UNREACHABLE   /* of a server: it gives no connection; nothing is read either */
};
/* Looks: a few questions to the file system, which may block. While a batch is applied it is what was seen last; every
 * batch looks by itself, before it begins and when it is durable. Where they are not in place ret_why names the file,
 * unless a batch was being applied (then it is left alone). Any thread. */
enum store_place store_look(struct store *store, struct error *ret_why);
/* "in_place", "missing", … */
const char *store_place_name(enum store_place place);

/* Several processes may write one store, each a node of it: where the engine can that. Who is there says so every
 * second, and one of them has the lease: it does what is to be done once for all of them (retention, settling, rollups
 * that are filled in, alerts). A lease that was not renewed for STORE_ATTENDED_MS is the next one's; so for a moment
 * nobody has it, and where a process was stopped and goes on, two may think so: what is done under it is right all the
 * same. All these times are the store's, by the one clock that it has. */
enum { STORE_ATTENDED_MS = 10 * 1000 };
bool store_is_shared(const struct store *store);
struct store_attendance {
    int64_t nodes;  /* that have been there in the last STORE_ATTENDED_MS, this one with them */
    bool leads;     /* this one has the lease */
    int64_t now_ms; /* by the store's clock */
    bool unrolled;  /* rollups are to be filled in or cleared away, */
    bool undoing;   /* and imports to be undone, whoever began that; told to who leads */
};
/* Says that this process is there, and asks who else is, by a reader that is for nothing else; or (`leaves`) that it
 * goes, and gives up the lease. Only of a store that is shared. */
CXD_NODISCARD enum cxd_err store_attend(struct store_reader *reader, bool leaves,
                                        struct store_attendance *ret_attendance, struct error *err);
/* The generation of the catalog (struct store_catalog) that the last batch has seen, or made; −1: none has, or the
 * store is not shared. The writer's thread. */
int64_t store_seen_generation(const struct store *store);

/* A line of the rollup table, for rebuild and check. */
struct rollup_row {
    int64_t survey;
    const char *dimension, *value;
    enum tier tier;
    int64_t bucket;
    struct histogram hist;
};
typedef void store_rollup_visit(void *context, const struct rollup_row *row);
/* Every rollup row that is not all zero, ordered by survey, dimension, value, tier, bucket; of properties those that
 * are `rolled`. */
CXD_NODISCARD enum cxd_err store_read_rollups(struct store_reader *reader, store_rollup_visit *visit, void *context,
                                              struct error *err);

/* Recreates every rollup from the responses, and makes every declared property `rolled`: in one transaction, or in one
 * a survey, where others write beside. *ret_responses is the number of responses read. Not while readers are in use. */
CXD_NODISCARD enum cxd_err store_rebuild(struct store *store, int64_t *ret_responses, struct error *err);

#endif

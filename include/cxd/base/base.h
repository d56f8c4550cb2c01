#ifndef CXD_BASE_BASE_H
#define CXD_BASE_BASE_H

/* src/base/: what every room may use; knows nothing of surveys or HTTP.
 *
 *   error.c      errors as values, by the table errors.def
 *   arena.c      memory that is given back all at once
 *   budget.c     memory that requests share, and who may claim how much of it
 *   buffer.c     growing output: text, numbers, times, JSON strings
 *   utf8.c       what text may look like
 *   number.c     numbers by their text, exactly
 *   axis.c       where the labels of an axis stand
 *   markup.c     text within HTML and XML, escaped
 *   formula.c    what a spreadsheet would run of a text
 *   needles.c    any of many texts in a line
 *   words.c      the words of an enumeration
 *   nearest.c    the known word that a mistyped one means
 *   hash.c       the keyed hash of tables that strangers fill
 *   id.c         UUIDs: made (v7), derived (v5), parsed, written
 *   clock.c      clocks; RFC 3339 instants and durations as text
 *   calendar.c   the calendar of the reporting zone
 *   tally.c      counters and histograms of hot paths, and the buckets of these
 *   condition.c  threads that sleep until a time or a word
 *   turn.c       what one thread has at a time, and few wait for
 *   secret.c     secrets of API keys, and SHA-256
 *   etag.c       entity tags, and the preconditions of a request
 *   prefer.c     what a request would like of its handling
 *   token.c      signed tokens that strangers carry for us
 *   address.c    addresses of peers, networks of proxies
 *   log.c        log_record: the daemon's log
 *   log_line.c   a record as a line of text or JSON, escaped
 *   log_limit.c  how often a warning may be repeated
 *   notify.c     the service manager: ready, reloading, alive, stopping
 *   inherited.c  sockets handed down by the service manager
 *   process.c    figures of the process: memory, descriptors, threads
 *   actor.c      acting as the owner of a directory
 *   plain.c      opening files in directories that others can write to */

#endif

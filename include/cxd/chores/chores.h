#ifndef CXD_CHORES_CHORES_H
#define CXD_CHORES_CHORES_H

/* src/chores/: what the daemon does by itself; each has its header.
 *
 *   housekeeping.c  retention by age, settling, old marks, rollups of properties: small changes through the writer;
 *                   and, for the catalog, what others wrote
 *   backups.c       verified copies at every interval, the oldest removed
 *   alerts.c        the rules of alerts: evaluated at the end of each reporting day
 *   alerts_tell.c   those that tell of single responses, at once
 *   alerts_state.c  below both: the rules with their states, and the way to the writer
 *   nodes.c         which other nodes write the store, which one leads, and what they have redefined
 *   trust.c         how late it is, for whatever deletes by age
 *   errand.c        what the threads share */

#endif

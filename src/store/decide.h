#ifndef CXD_STORE_DECIDE_H
#define CXD_STORE_DECIDE_H

#include "store/dimensions.h"

/* What becomes of a change, given what is stored: the rules of cxd/store/change.h as pure functions, so that engines
 * cannot disagree. Each sets change->outcome (and refusal). */

/* Every change, before anything else: it has become nothing yet. What an apply before, which failed, has made of it is
 * taken back. */
void decide_begin(struct change *change);

/* Whether a change may go on, by the terms (store/terms.h) of the survey that it is sent to, as they are in the
 * transaction; NULL: there is no such survey. False: it is refused. */
typedef bool decide_by_terms(struct change *change, const struct survey *terms);
/* Refused alone, where its survey cannot be read: a batch is not to fail by what is sent to one survey. */
void decide_unreadable(struct change *change);
/* CHANGE_RETAIN: what is deleted does not come back, and the rule may be another by now. */
bool decide_retain(struct change *change, const struct survey *terms);

/* What is left of a response when its person is forgotten and the counts are kept: score, times, flags, what was chosen
 * and that it was answered, and the segments that it counts in, except where a segment's value is the respondent's
 * name. `properties` has room for stored->property_count, `answers` for stored->answer_count. *ret_moves says whether
 * it counts in fewer segments than before. False if it was forgotten before, and there is nothing to take: one that
 * never named anybody is forgotten too, so that nobody can be filled in later. `by_age`: retention wants it, and not
 * the person; what a person wanted stays so. */
bool decide_forget(const struct response *stored, const struct declared *declared, bool by_age, int64_t now_ms,
                   struct property *properties, struct answer *answers, struct response *ret_after, bool *ret_moves);

/* CHANGE_EXCLUDE: *ret_after is set where it is REPLAYED or AMENDED. What was forgotten is given no reason. *ret_after
 * as in decide_flag. */
void decide_exclude(struct change *change, const struct response *stored, struct response *ret_after);

/* CHANGE_FLAG. *ret_after is what is stored after it, unless MISSING; its strings are `stored`'s and the change's. */
void decide_flag(struct change *change, const struct response *stored, struct response *ret_after);

/* CHANGE_CLEAR: what becomes of a suspect that it finds. Its strings are `stored`'s. */
void decide_clear(const struct change *change, const struct response *stored, struct response *ret_after);

/* CHANGE_ERASE and CHANGE_CLEAR, before anything is touched; `is_there`: of the person something is held, the survey is
 * there. False: it is refused. */
bool decide_touch(struct change *change, bool is_there);

/* What the changes come to that go through many rows, some at once: which rows are theirs the engine finds, by
 * cxd/store/change.h, `limit` of them at most; these set the outcome, what was done, and whether there may be more. */
void decide_cleared(struct change *change, size_t cleared);
void decide_erased(struct change *change, size_t erased, size_t invitations);
void decide_invite(struct change *change, bool is_there, size_t created);
void decide_lapsed(struct change *change, size_t removed);
/* `looked` at, and of them `touched`; of the others there was nothing to take. */
void decide_retained(struct change *change, size_t looked, size_t touched);
/* Entries done of `left`, by which `erased` responses were touched. */
void decide_reerased(struct change *change, size_t done, size_t left, size_t erased);
void decide_unmarked(struct change *change, size_t removed);
/* CHANGE_CLOCK and CHANGE_RESUME; 0: nothing is kept. */
void decide_clock(struct change *change, int64_t kept_ms);
/* `found`: rollups waited; what was touched of them is the engine's to say. */
void decide_rolled(struct change *change, bool found);
/* `done` sums were made, and `has_more`. */
void decide_packed(struct change *change, size_t done, bool has_more);
/* CHANGE_SETTLE, before the commit (not yet) and after it. */
void decide_settled(struct change *change, bool is_settled);

/* CHANGE_SURVEY. Fills every out member but, for a new survey, the number. `declared` is what it has asked before
 * (NULL: it is new), `asks` what its new definition says; NULL: the store does not judge. */
void decide_survey(struct change *change, const struct survey_record *stored, bool has_responses,
                   const struct declared *declared, const struct survey *asks);

/* CHANGE_ARCHIVE; of what is AMENDED, archived_at becomes now_ms. */
void decide_archive(struct change *change, const struct survey_record *stored);

/* Whether the precondition of a change holds of what is there and has no tag; else the change is refused. */
bool decide_holds(struct change *change);

/* CHANGE_KEY, CHANGE_REVOKE (of what is AMENDED, revoked_at becomes now_ms) and CHANGE_KEY_USED. */
void decide_key(struct change *change, const struct api_key *stored);
/* Before that, of one with if_none: whether none of all that are there keeps it out; else it is refused. */
bool decide_key_is_first(struct change *change, const struct api_key *keys, size_t count);
void decide_revoke(struct change *change, const struct api_key *stored);
void decide_key_used(struct change *change, const struct api_key *stored);
/* CHANGE_PRUNE, of all keys in the order of their creation: writes the indices of those that go, `limit` at most, to
 * ret_past, which has room for `count`; as.prune.removed says how many they are. */
void decide_prune(struct change *change, const struct api_key *keys, size_t count, size_t *ret_past);
/* decide_session.c: CHANGE_SESSION and CHANGE_SESSION_END, of all sessions and links in any order: write the indices of
 * those that go to ret_gone, which has room for `count`, and return how many they are. What is CREATED is added after
 * that.
 */
size_t decide_session(struct change *change, const struct session *sessions, size_t count, size_t *ret_gone);
size_t decide_session_end(struct change *change, const struct session *sessions, size_t count, size_t *ret_gone);
/* CHANGE_SESSION_SEEN; of what is AMENDED, seen_at becomes now_ms. */
void decide_session_seen(struct change *change, const struct session *stored);
/* CHANGE_SIGNING_KEY: fills created_at; the number is the engine's. `is_there`: there is one. */
void decide_signing_key(struct change *change, bool is_there);

/* CHANGE_NOTE. */
void decide_note(struct change *change);

/* document.c: CHANGE_DOCUMENT, which fills every out member, and CHANGE_DISCARD. `stored` is NULL where there is none;
 * `count`: how many there are of the kind. */
void decide_document(struct change *change, const struct document *stored, int64_t count);
void decide_discard(struct change *change, const struct document *stored);

#endif

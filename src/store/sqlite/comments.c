/* The index of comments: what is in it, and how it follows the responses. New responses are taken in slices, behind
 * the writer's back (CHANGE_INDEX): up to comment_state.indexed every comment is in it, the others are searched by
 * reading them. What is amended or erased is taken out at once, in the transaction.
 *
 * A comment lies by its time, so that what is newest is found first: its place is (answered_at, number modulo 2^20),
 * or, where many of one time have taken the places there, or the time is of another century, one of a region of its own
 * in front of all, by its number. */

#include "store/sqlite/comments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/search.h"

enum {
    SLOT_BITS = 20,
    SLOTS = 1 << SLOT_BITS,
    PROBES = 32,
    SLICE_BYTES = 512 * 1024, /* of comments in one change */
    MERGE_PAGES = 128
};
#define TIME_SPAN (INT64_C(1) << 42)

/* --- Places ------------------------------------------------------------------------------------------------------ */

static int64_t place_of(int64_t answered_at, int64_t slot) {
    return answered_at * SLOTS + (slot & (SLOTS - 1));
}

static bool is_timely(int64_t answered_at) {
    return answered_at > -TIME_SPAN && answered_at < TIME_SPAN;
}

static int64_t apart(int64_t number) {
    return INT64_MIN + number;
}

bool sqlite_comments_is_place(int64_t place, int64_t answered_at, int64_t number) {
    return place == apart(number) ||
           (is_timely(answered_at) && place >= place_of(answered_at, 0) && place <= place_of(answered_at, SLOTS - 1));
}

int64_t sqlite_comments_time(int64_t place) {
    return (place - (place & (SLOTS - 1))) / SLOTS;
}

void sqlite_comments_range(int64_t from, int64_t to, int64_t *ret_first, int64_t *ret_last) {
    from = from <= -TIME_SPAN ? 1 - TIME_SPAN : from;
    to = to > TIME_SPAN ? TIME_SPAN : to;
    *ret_first = from < TIME_SPAN ? place_of(from, 0) : INT64_MAX;
    *ret_last = to > -TIME_SPAN + 1 ? place_of(to - 1, SLOTS - 1) : INT64_MIN;
}

void sqlite_comments_range_apart(int64_t *ret_first, int64_t *ret_last) {
    *ret_first = INT64_MIN;
    *ret_last = place_of(-TIME_SPAN, 0) + TIME_SPAN;
}

struct probe {
    int64_t number, place, words, free_place;
    bool is_found, has_free;
};

/* One search for all of a run of places: most often none of them is taken. */
static enum cxd_err probe_run(struct sqlite_store *store, int64_t first, int64_t last, struct probe *probe,
                              struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    int64_t next = first;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_SELECT_PLACES, &stmt, err, INT(first), INT(last));
    while (code == CXD_OK && !probe->is_found && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK &&
           row) {
        int64_t place = sqlite3_column_int64(stmt, 0);
        if (place == next)
            next++;
        if (sqlite3_column_int64(stmt, 1) == probe->number) {
            probe->is_found = true;
            probe->place = place;
            probe->words = sqlite3_column_int64(stmt, 2);
        }
    }
    sqlite3_reset(stmt);
    if (!probe->has_free && next <= last) {
        probe->has_free = true;
        probe->free_place = next;
    }
    return code;
}

/* The place where `number` lies (or, of one that lies nowhere, is to lie): one of the slots behind its own, which begin
 * anew behind the last, or the one apart. What `is_in` is looked for in all of them; what comes, until it has a place.
 */
static enum cxd_err find_place(struct sqlite_store *store, int64_t answered_at, int64_t number, bool is_in,
                               struct probe *ret_probe, struct error *err) {
    struct probe probe = {.number = number, .free_place = apart(number)};
    enum cxd_err code = CXD_OK;
    if (is_timely(answered_at)) {
        int64_t first = place_of(answered_at, 0), slot = number & (SLOTS - 1), end = slot + PROBES;
        code = probe_run(store, first + slot, first + (end < SLOTS ? end : SLOTS) - 1, &probe, err);
        if (code == CXD_OK && end > SLOTS && !probe.is_found)
            code = probe_run(store, first, first + end - SLOTS - 1, &probe, err);
    }
    if (code == CXD_OK && !probe.is_found && (is_in || !probe.has_free))
        code = probe_run(store, apart(number), apart(number), &probe, err);
    *ret_probe = probe;
    return code;
}

/* --- What is in it ----------------------------------------------------------------------------------------------- */

int sqlite_comments_score(sqlite3_stmt *stmt, int column) {
    bool has_score = sqlite3_column_type(stmt, column) != SQLITE_NULL;
    return has_score ? sqlite3_column_int(stmt, column) : COMMENT_SCORELESS;
}

static char *append_key(char *at, const char *end, int64_t survey, const char *key) {
    static const char DIGITS[] = "0123456789abcdef";
    at += snprintf(at, (size_t)(end - at), " %lldq", (long long)survey);
    for (; *key != '\0' && end - at > 2; key++) {
        *at++ = DIGITS[(unsigned char)*key >> 4];
        *at++ = DIGITS[(unsigned char)*key & 15];
    }
    *at = '\0';
    return at;
}

void sqlite_comments_facet(char out[FACET_SIZE], int64_t survey, int score, const struct said_text *texts,
                           size_t count) {
    char *at = out, *end = out + FACET_SIZE;
    at += snprintf(at, FACET_SIZE, "%lld %llds", (long long)survey, (long long)survey);
    at += score == COMMENT_SCORELESS ? snprintf(at, (size_t)(end - at), "x")
                                     : snprintf(at, (size_t)(end - at), "%d", score);
    for (size_t i = 0; i < count; i++)
        if (texts[i].key && end - at > 24 + 2 * QUESTION_KEY_CHARACTERS_MAX)
            at = append_key(at, end, survey, texts[i].key);
}

/* What a survey has more in the index, and less. */
struct total {
    int64_t survey, comments, words;
};

static enum cxd_err add_total(struct sqlite_store *store, const struct total *more, struct error *err) {
    if (more->comments == 0)
        return CXD_OK;
    return SQLITE_RUN(&store->db, QUERY_ADD_COMMENTS, err, INT(more->survey), INT(more->comments), INT(more->words));
}

/* What is in the index of a comment, in its two columns. */
struct indexed {
    const char *text;
    char facet[FACET_SIZE];
};

static enum cxd_err make_indexed(struct sqlite_store *store, const struct comment *comment, struct indexed *ret,
                                 struct error *err) {
    sqlite_comments_facet(ret->facet, comment->survey, comment->score, comment->texts, comment->text_count);
    ret->text = sqlite_said_join(comment->texts, comment->text_count, &store->scratch);
    return ret->text ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to index comments");
}

/* Unless it lies there. The survey's total waits in `more` for those that follow. */
static enum cxd_err put_in(struct sqlite_store *store, const struct comment *comment, struct total *more,
                           struct error *err) {
    struct indexed indexed;
    struct probe probe;
    int64_t words = 0;
    enum cxd_err code = find_place(store, comment->answered_at, comment->number, false, &probe, err);
    if (code != CXD_OK || probe.is_found)
        return code;
    code = make_indexed(store, comment, &indexed, err);
    if (code == CXD_OK)
        code = sqlite_words_count(&store->words, indexed.text, strlen(indexed.text), &words, err);
    words -= (int64_t)comment->text_count - 1; /* what stands between them */
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_INSERT_INDEXED, err, INT(probe.free_place), TEXT(indexed.text),
                          TEXT(indexed.facet));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_INSERT_PLACE, err, INT(probe.free_place), INT(comment->number), INT(words));
    if (code == CXD_OK && more->survey != comment->survey) {
        code = add_total(store, more, err);
        *more = (struct total){comment->survey, 0, 0};
    }
    more->comments++;
    more->words += words;
    return code;
}

static enum cxd_err take_out(struct sqlite_store *store, const struct comment *comment, struct error *err) {
    struct indexed indexed;
    struct probe probe;
    enum cxd_err code = find_place(store, comment->answered_at, comment->number, true, &probe, err);
    if (code != CXD_OK || !probe.is_found) /* not found: the index is damaged, which a check tells */
        return code;
    code = make_indexed(store, comment, &indexed, err);
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_INDEXED, err, INT(probe.place), TEXT(indexed.text),
                          TEXT(indexed.facet));
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_DELETE_PLACE, err, INT(probe.place));
    const struct total less = {comment->survey, -1, -probe.words};
    return code == CXD_OK ? add_total(store, &less, err) : code;
}

/* Of one that has answers it is asked which of its survey's questions are for texts. */
static enum cxd_err read_comment(struct sqlite_store *store, const struct response *response, struct comment *ret,
                                 struct error *err) {
    struct said_keys keys = {0};
    enum cxd_err code = response->answer_count > 0
                            ? sqlite_said_read_keys(&store->db, response->survey, &store->scratch, &keys, err)
                            : CXD_OK;
    if (code != CXD_OK)
        return code;
    *ret = (struct comment){.number = response->number,
                            .survey = response->survey,
                            .score = response->has_score ? response->score : COMMENT_SCORELESS,
                            .answered_at = response->answered_at};
    ret->text_count = sqlite_said_texts(&keys, response, NULL, ret->texts);
    return CXD_OK;
}

static enum cxd_err load_state(struct sqlite_store *store, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    if (store->comments.is_known)
        return CXD_OK;
    enum cxd_err code = sqlite_words_open(&store->words, &store->db, err);
    if (code == CXD_OK)
        code = SQLITE_FIRST(&store->db, QUERY_SELECT_COMMENT_STATE, &stmt, &row, err);
    if (code == CXD_OK && row) {
        store->comments.indexed = sqlite3_column_int64(stmt, 0);
        store->comments.purge = (enum purge)sqlite3_column_int(stmt, 1);
        store->comments.is_stale = sqlite3_column_int(stmt, 2) != 0;
        store->comments.is_known = true;
    } else if (code == CXD_OK) {
        code = error_set(err, ERR_STORAGE, "the index of comments has no state: cxd rebuild makes it anew");
    }
    sqlite3_reset(stmt);
    return code;
}

static enum cxd_err note_state(struct sqlite_store *store, struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_NOTE_COMMENT_STATE, err, INT(store->comments.indexed),
                      INT(store->comments.purge), INT(store->comments.is_stale));
}

static bool is_same(const struct comment *a, const struct comment *b) {
    bool is = a->text_count == b->text_count && a->score == b->score && a->answered_at == b->answered_at;
    for (size_t i = 0; is && i < a->text_count; i++) {
        const char *left = a->texts[i].key, *right = b->texts[i].key;
        is = strcmp(left ? left : "", right ? right : "") == 0 && strcmp(a->texts[i].text, b->texts[i].text) == 0;
    }
    return is;
}

static enum cxd_err replace(struct sqlite_store *store, const struct comment *old, const struct comment *fresh,
                            struct error *err) {
    struct total more = {0};
    enum cxd_err code = old->text_count > 0 ? take_out(store, old, err) : CXD_OK;
    if (code == CXD_OK && fresh->text_count > 0)
        code = put_in(store, fresh, &more, err);
    return code == CXD_OK ? add_total(store, &more, err) : code;
}

static bool may_say(const struct response *response) {
    return response->comment || response->answer_count > 0;
}

enum cxd_err sqlite_comments_replace(struct sqlite_store *store, const struct response *before,
                                     const struct response *after, struct error *err) {
    struct comment old = {0}, fresh = {0};
    if (!may_say(before) && !may_say(after))
        return CXD_OK;
    enum cxd_err code = load_state(store, err);
    if (code != CXD_OK || before->number > store->comments.indexed)
        return code;
    code = read_comment(store, before, &old, err);
    if (code == CXD_OK)
        code = read_comment(store, after, &fresh, err);
    if (code != CXD_OK || (old.text_count == 0 && fresh.text_count == 0) || is_same(&old, &fresh))
        return code;
    code = replace(store, &old, &fresh, err);
    if (code != CXD_OK || old.text_count == 0 || store->comments.is_stale)
        return code;
    store->comments.is_stale = true;
    return note_state(store, err);
}

/* What it said before it was amended may lie in the index too. */
enum cxd_err sqlite_comments_forget(struct sqlite_store *store, const struct response *response, struct error *err) {
    const struct comment fresh = {0};
    struct comment old = {0};
    enum cxd_err code = load_state(store, err);
    if (code == CXD_OK && response->number <= store->comments.indexed)
        code = read_comment(store, response, &old, err);
    if (code != CXD_OK || response->number > store->comments.indexed ||
        (old.text_count == 0 && !store->comments.is_stale))
        return code;
    code = replace(store, &old, &fresh, err);
    enum purge purge = store->comments.purge == PURGE_NONE      ? PURGE_WANTED
                       : store->comments.purge == PURGE_RUNNING ? PURGE_AGAIN
                                                                : store->comments.purge;
    if (code != CXD_OK || purge == store->comments.purge)
        return code;
    store->comments.purge = purge;
    return note_state(store, err);
}

/* --- Slices ------------------------------------------------------------------------------------------------------ */

struct slice {
    struct comment *items;
    size_t count, looked;
    int64_t last; /* number */
    bool more;
};

/* Of one row, copied. */
static enum cxd_err gather_row(struct sqlite_store *store, const struct said_keys *keys, sqlite3_stmt *stmt,
                               struct slice *slice, size_t *bytes, struct error *err) {
    struct comment *comment = &slice->items[slice->count];
    *comment = (struct comment){.number = sqlite3_column_int64(stmt, 0),
                                .survey = sqlite3_column_int64(stmt, 1),
                                .score = sqlite_comments_score(stmt, 2),
                                .answered_at = sqlite3_column_int64(stmt, 3)};
    enum cxd_err code = sqlite_said_read(keys, comment->survey, stmt, 4, NULL, &store->scratch, comment->texts,
                                         &comment->text_count, err);
    if (code != CXD_OK || comment->text_count == 0)
        return code;
    if (!comment->texts[0].key) /* the row's own */
        code = sqlite_db_copy_text(stmt, 4, &store->scratch, &comment->texts[0].text, err);
    for (size_t i = 0; code == CXD_OK && i < comment->text_count; i++)
        *bytes += strlen(comment->texts[i].text);
    slice->count++;
    return code;
}

static enum cxd_err gather(struct sqlite_store *store, size_t limit, struct slice *slice, struct error *err) {
    struct said_keys keys;
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    size_t bytes = 0;
    slice->last = store->comments.indexed;
    slice->items = arena_alloc(&store->scratch, limit * sizeof *slice->items);
    slice->more = true;
    if (!slice->items)
        return error_set(err, ERR_NO_MEMORY, "no memory to index comments");
    enum cxd_err code = sqlite_said_read_keys(&store->db, 0, &store->scratch, &keys, err);
    if (code == CXD_OK)
        code = SQLITE_ASK(&store->db, QUERY_SELECT_UNINDEXED, &stmt, err, INT(store->comments.indexed), INT(limit));
    while (code == CXD_OK && bytes < SLICE_BYTES && slice->looked < limit) {
        code = sqlite_db_next(&store->db, stmt, &row, err);
        slice->more = code == CXD_OK && row;
        if (!slice->more)
            break;
        slice->looked++;
        slice->last = sqlite3_column_int64(stmt, 0);
        if (sqlite3_column_type(stmt, 4) != SQLITE_NULL || sqlite3_column_type(stmt, 5) != SQLITE_NULL)
            code = gather_row(store, &keys, stmt, slice, &bytes, err);
    }
    sqlite3_reset(stmt);
    return code;
}

/* FTS5 writes what comes in the order of its places in one piece. */
static int compare_comments(const void *a, const void *b) {
    const struct comment *left = a, *right = b;
    if (left->answered_at != right->answered_at)
        return left->answered_at < right->answered_at ? -1 : 1;
    int64_t slot = left->number & (SLOTS - 1), other = right->number & (SLOTS - 1);
    return slot < other ? -1 : slot > other;
}

static enum cxd_err index_slice(struct sqlite_store *store, struct change *change, struct error *err) {
    struct slice slice = {0};
    struct total more = {0};
    enum cxd_err code = gather(store, change->as.index.limit, &slice, err);
    if (code == CXD_OK && slice.count > 1)
        qsort(slice.items, slice.count, sizeof *slice.items, compare_comments);
    for (size_t i = 0; code == CXD_OK && i < slice.count; i++) {
        heartbeat_answer(store->base.beat);
        code = put_in(store, &slice.items[i], &more, err);
    }
    if (code == CXD_OK)
        code = add_total(store, &more, err);
    if (code != CXD_OK)
        return code;
    change->as.index.indexed = (int64_t)slice.looked;
    change->as.index.more = slice.more;
    store->comments.indexed = slice.last;
    return CXD_OK;
}

/* A number of SQLite's format, as in the record of the index's structure. */
static bool read_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret_value) {
    uint64_t value = 0;
    for (int i = 0; i < 9 && *at < end; i++) {
        uint8_t byte = *(*at)++;
        value = i == 8 ? value << 8 | byte : value << 7 | (byte & 0x7f);
        if (byte < 0x80 || i == 8) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

/* Whether segments are being merged: cookie, levels, segments, writes; then of each level how many are inputs of a
 * merge, how many there are, and three numbers of each (FTS5's own description of the record of id 10). */
static bool is_merging(const uint8_t *bytes, size_t length) {
    const uint8_t *at = bytes + 4, *end = bytes + length;
    uint64_t levels, segments, writes, inputs, count, skipped;
    if (length < 7 || !read_varint(&at, end, &levels) || !read_varint(&at, end, &segments) ||
        !read_varint(&at, end, &writes))
        return false;
    for (uint64_t i = 0; i < levels; i++) {
        if (!read_varint(&at, end, &inputs) || !read_varint(&at, end, &count))
            return false;
        if (inputs > 0)
            return true;
        for (uint64_t k = 0; k < 3 * count; k++)
            if (!read_varint(&at, end, &skipped))
                return false;
    }
    return false;
}

static enum cxd_err read_merging(struct sqlite_store *store, bool *ret_is_merging, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code = SQLITE_FIRST(&store->db, QUERY_SELECT_INDEX_STRUCTURE, &stmt, &row, err);
    const void *bytes = code == CXD_OK && row ? sqlite3_column_blob(stmt, 0) : NULL;
    *ret_is_merging = bytes && is_merging(bytes, (size_t)sqlite3_column_bytes(stmt, 0));
    sqlite3_reset(stmt);
    return code;
}

/* What the transaction has taken out FTS5 holds in memory yet: a merge would keep the words, for what is said of them
 * later to lie behind it. A savepoint makes it write. */
static enum cxd_err flush_index(struct sqlite_store *store, struct error *err) {
    enum cxd_err code = SQLITE_RUN(&store->db, QUERY_SAVE_INDEX, err);
    return code == CXD_OK ? SQLITE_RUN(&store->db, QUERY_RELEASE_INDEX, err) : code;
}

/* All segments become one, without what has been taken out: begun over all there are, then some pages at once. */
static enum cxd_err purge_slice(struct sqlite_store *store, struct change *change, struct error *err) {
    struct comments_state *state = &store->comments;
    bool begins = state->purge == PURGE_WANTED, is_merging = false;
    enum cxd_err code = begins ? flush_index(store, err) : CXD_OK;
    if (code == CXD_OK)
        code = SQLITE_RUN(&store->db, QUERY_MERGE_INDEX, err, INT(begins ? -MERGE_PAGES : MERGE_PAGES));
    if (code == CXD_OK)
        code = read_merging(store, &is_merging, err);
    if (code != CXD_OK)
        return code;
    if (begins) {
        state->purge = PURGE_RUNNING;
        state->is_stale = false;
    }
    if (!is_merging) {
        change->as.index.purged = true;
        state->purge = state->purge == PURGE_AGAIN ? PURGE_WANTED : PURGE_NONE;
    }
    return CXD_OK;
}

enum cxd_err sqlite_write_index(struct sqlite_store *store, struct change *change, struct error *err) {
    enum cxd_err code = load_state(store, err);
    if (code != CXD_OK)
        return code;
    struct comments_state before = store->comments;
    change->as.index.indexed = 0;
    change->as.index.more = false;
    change->as.index.purged = false;
    if (change->as.index.limit > 0)
        code = index_slice(store, change, err);
    bool purges =
        store->comments.purge >= PURGE_RUNNING || (store->comments.purge == PURGE_WANTED && change->as.index.may_purge);
    if (code == CXD_OK && purges)
        code = purge_slice(store, change, err);
    bool has_written = purges || store->comments.indexed != before.indexed;
    if (code == CXD_OK && has_written)
        code = note_state(store, err);
    change->as.index.purging = store->comments.purge;
    decide_indexed(change, has_written);
    return code;
}

enum cxd_err sqlite_comments_clear(struct sqlite_store *store, struct error *err) {
    static const enum query CLEAR[] = {QUERY_DELETE_ALL_INDEXED, QUERY_DELETE_ALL_PLACES, QUERY_DELETE_ALL_TOTALS,
                                       QUERY_RESET_COMMENT_STATE};
    enum cxd_err code = CXD_OK;
    for (size_t i = 0; code == CXD_OK && i < CXD_COUNT(CLEAR); i++)
        code = SQLITE_RUN(&store->db, CLEAR[i], err);
    store->comments.is_known = false;
    return code;
}

/* Cursors of searches: the order, a mark of the survey and of what is asked, and the place: newest_MARK_TIME_ID,
 * lowest_MARK_SCORE_TIME_ID; and of the best what the first page was ranked by, so that places stay while comments
 * arrive: best_MARK_AVERAGE_INVERSE.INVERSE._FROM_TO_RANK_TIME_ID, an INVERSE for each phrase. The best are ranked
 * among those of [FROM, TO) alone; without RANK, TIME and ID the list goes on with what lies in front of TO, and was
 * not looked at before. */
#include "api/search_cursor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/pages.h"
#include "cxd/base/hash.h"

static const char *const PREFIXES[] = {[SEARCH_NEWEST] = "newest_",
                                       [SEARCH_OLDEST] = "oldest_",
                                       [SEARCH_BEST] = "best_",
                                       [SEARCH_LOWEST] = "lowest_",
                                       [SEARCH_HIGHEST] = "highest_"};

/* In their cursors the rank of each order stands, but of those whose matches all have one. */
static bool is_ranked(enum search_order order) {
    return order != SEARCH_NEWEST && order != SEARCH_OLDEST;
}

static uint32_t mix(uint32_t mark, const void *bytes, size_t length) {
    static const struct hash_key KEY = {{0}}; /* a mark tells mistakes, and keeps nobody out */
    return (uint32_t)hash_keyed(&KEY, bytes, length) ^ (mark << 5 | mark >> 27);
}

/* Of what is asked, however it is written: the same in every process. */
static uint32_t mark_of(const struct search *search) {
    const struct search_query *query = search->query;
    const int64_t survey = search->listing.filter.survey;
    uint32_t mark =
        mix(search->texts_of ? mix(1, search->texts_of, strlen(search->texts_of)) : 0, &survey, sizeof survey);
    for (size_t i = 0; query && i < query->phrase_count; i++) {
        const struct search_phrase *phrase = &query->phrases[i];
        mark = mix(mark, phrase->text, strlen(phrase->text)) + phrase->is_prefix;
    }
    for (size_t i = 0; query && i < query->node_count; i++) {
        const struct search_node *node = &query->nodes[i];
        const int parts[] = {(int)node->kind, node->left, node->right};
        mark = mix(mark, parts, sizeof parts);
    }
    return mark;
}

enum { MARK_SIZE = 24 }; /* the longest prefix, the mark, "_", NUL */

/* What the cursors of the search begin with. */
static void write_mark(char out[MARK_SIZE], const struct search *search) {
    snprintf(out, MARK_SIZE, "%s%08x_", PREFIXES[search->order], (unsigned)mark_of(search));
}

/* Of as many digits as are read. */
#define TIME_MOST INT64_C(999999999999999)

/* The number at *at, which moves behind it and the character that ends it. */
static bool read_number(const char **at, char end, int64_t *ret_number) {
    size_t sign = **at == '-', digits = strspn(*at + sign, "0123456789");
    if (digits == 0 || digits > 15 || (*at)[sign + digits] != end)
        return false;
    *ret_number = strtoll(*at, NULL, 10);
    *at += sign + digits + (end != '\0');
    return true;
}

/* RANK_TIME_ID */
static bool read_place(const char *at, struct search *search) {
    struct listing *listing = &search->listing;
    listing->has_after = (!is_ranked(search->order) || read_number(&at, '_', &search->after_rank)) &&
                         read_number(&at, '_', &listing->after_answered_at) &&
                         id_parse(at, strlen(at), &listing->after_id);
    return listing->has_after;
}

static bool read_best(const char *at, struct search *search) {
    struct search_weights *weights = &search->weights;
    struct listing *listing = &search->listing;
    int64_t from = 0, to = 0;
    bool is_read = read_number(&at, '_', &weights->average_milli) && weights->average_milli > 0;
    for (size_t i = 0; is_read && i < search->query->phrase_count; i++)
        is_read = read_number(&at, '.', &weights->inverse_micro[i]) && weights->inverse_micro[i] >= 0;
    is_read = is_read && *at++ == '_' && read_number(&at, '_', &from) && read_number(&at, '_', &to);
    search->has_weights = is_read;
    if (!is_read || (*at != '\0' && !read_place(at, search)))
        return false;
    search->is_part = from > -TIME_MOST && from > listing->from;
    listing->from = search->is_part ? from : listing->from;
    listing->to = to < listing->to ? to : listing->to;
    if (listing->has_after) /* what has arrived between the pages is among them */
        search->looks *= 2;
    return true;
}

enum cxd_err search_read_cursor(const char *text, struct search *search, struct error *err) {
    char mark[MARK_SIZE];
    if (!text)
        return CXD_OK;
    write_mark(mark, search);
    bool is_read = strncmp(text, mark, strlen(mark)) == 0;
    if (is_read && search->order == SEARCH_BEST)
        is_read = read_best(text + strlen(mark), search);
    else if (is_read)
        is_read = read_place(text + strlen(mark), search);
    return is_read ? CXD_OK
                   : error_set(err, ERR_BAD_PARAMETER,
                               "cursor: what the page before gave as next, for the same survey, q, order and question");
}

static int64_t bounded(int64_t time) {
    return time > TIME_MOST ? TIME_MOST : time < -TIME_MOST ? -TIME_MOST : time;
}

static void write_best(char out[SEARCH_CURSOR_SIZE], const struct search *search, const struct search_result *result,
                       const struct search_hit *last) {
    const struct search_cut *cut = &result->cut;
    int64_t from = cut->is_cut ? cut->answered_at : search->listing.from, to = search->listing.to;
    char id[ID_TEXT_SIZE], mark[MARK_SIZE];
    size_t size = SEARCH_CURSOR_SIZE;
    write_mark(mark, search);
    int length = snprintf(out, size, "%s%lld_", mark, (long long)result->weights.average_milli);
    for (size_t i = 0; i < search->query->phrase_count; i++)
        length += snprintf(out + length, size - (size_t)length, "%lld.", (long long)result->weights.inverse_micro[i]);
    if (!last) {
        to = from;
        from = INT64_MIN;
    }
    length +=
        snprintf(out + length, size - (size_t)length, "_%lld_%lld_", (long long)bounded(from), (long long)bounded(to));
    if (last)
        snprintf(out + length, size - (size_t)length, "%lld_%lld_%s", (long long)last->rank,
                 (long long)last->response.answered_at, id_format(id, &last->response.id));
}

void search_write_cursor(char out[SEARCH_CURSOR_SIZE], const struct search *search, const struct search_result *result,
                         const struct search_hit *last) {
    char mark[MARK_SIZE], place[CURSOR_SIZE];
    /* All of the time that was looked at last is in front: it goes on behind the last id that can be read. */
    struct search_hit end = {.rank = result->cut.rank, .response = {.answered_at = result->cut.answered_at}};
    memset(end.response.id.bytes, search->order == SEARCH_OLDEST ? 0xff : 0, sizeof end.response.id.bytes);
    end.response.id.bytes[sizeof end.response.id.bytes - 1] ^= 1;
    if (search->order == SEARCH_BEST) {
        write_best(out, search, result, last);
        return;
    }
    last = last ? last : &end;
    write_mark(mark, search);
    page_write_cursor(place, last->response.answered_at, &last->response.id, 0);
    if (is_ranked(search->order))
        snprintf(out, SEARCH_CURSOR_SIZE, "%s%lld_%s", mark, (long long)last->rank, place);
    else
        snprintf(out, SEARCH_CURSOR_SIZE, "%s%s", mark, place);
}

/* Cursors of searches: TIME_ID as of every list by time; lowest_SCORE_TIME_ID; and of the best what the first page was
 * ranked by, so that places stay while comments arrive: best_AVERAGE_INVERSE.INVERSE._FROM_TO_RANK_TIME_ID, an INVERSE
 * for each phrase. The best are ranked among those of [FROM, TO) alone; without RANK, TIME and ID the list goes on with
 * what lies in front of TO, and was not looked at before. */
#include "api/search_cursor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/pages.h"

static const char *const PREFIXES[] = {
    [SEARCH_BEST] = "best_", [SEARCH_LOWEST] = "lowest_", [SEARCH_HIGHEST] = "highest_"};

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
    listing->has_after = read_number(&at, '_', &search->after_rank) &&
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
    const char *prefix = search->order < CXD_COUNT(PREFIXES) ? PREFIXES[search->order] : NULL;
    bool is_named = text && *text >= 'a' && *text <= 'z';
    if (!text || (!is_named && !prefix))
        return CXD_OK;
    bool is_read = prefix && strncmp(text, prefix, strlen(prefix)) == 0;
    const char *rest = is_read ? text + strlen(prefix) : NULL;
    if (is_read)
        is_read = search->order == SEARCH_BEST ? read_best(rest, search) : read_place(rest, search);
    return is_read ? CXD_OK
                   : error_set(err, ERR_BAD_PARAMETER,
                               "cursor: what the page before gave as next, for the same q and order");
}

static int64_t bounded(int64_t time) {
    return time > TIME_MOST ? TIME_MOST : time < -TIME_MOST ? -TIME_MOST : time;
}

static void write_best(char out[SEARCH_CURSOR_SIZE], const struct search *search, const struct search_result *result,
                       const struct search_hit *last) {
    const struct search_cut *cut = &result->cut;
    int64_t from = cut->is_cut ? cut->answered_at : search->listing.from, to = search->listing.to;
    char id[ID_TEXT_SIZE];
    size_t size = SEARCH_CURSOR_SIZE;
    int length = snprintf(out, size, "%s%lld_", PREFIXES[SEARCH_BEST], (long long)result->weights.average_milli);
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
    enum search_order order = search->order;
    const char *prefix = order < CXD_COUNT(PREFIXES) ? PREFIXES[order] : NULL;
    char id[ID_TEXT_SIZE];
    /* All of the time that was looked at last is in front: it goes on behind the last id that can be read. */
    struct search_hit end = {.rank = result->cut.rank, .response = {.answered_at = result->cut.answered_at}};
    memset(end.response.id.bytes, order == SEARCH_OLDEST ? 0xff : 0, sizeof end.response.id.bytes);
    end.response.id.bytes[sizeof end.response.id.bytes - 1] ^= 1;
    if (order == SEARCH_BEST) {
        write_best(out, search, result, last);
        return;
    }
    last = last ? last : &end;
    if (prefix)
        snprintf(out, SEARCH_CURSOR_SIZE, "%s%lld_%lld_%s", prefix, (long long)last->rank,
                 (long long)last->response.answered_at, id_format(id, &last->response.id));
    else
        page_write_cursor(out, last->response.answered_at, &last->response.id, 0);
}

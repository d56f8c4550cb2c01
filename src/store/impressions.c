/* The rules of visits: an engine reads the rows around a day, asks here, and writes what has become of them. What a
 * row says does not depend on the order in which it was learned of, but for the place of one that was never reported as
 * shown. */

#include "store/impressions.h"

#include <string.h>

#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/domain/respondent.h"

#define DAY_MS INT64_C(86400000)

enum { SEEN_FACTS = SEEN_DISMISSED | SEEN_STARTED | SEEN_ANSWERED };

int64_t impression_day(int64_t time_ms) {
    return tier_bucket(TIER_DAY, time_ms) / DAY_MS;
}

void impression_name(const uint8_t secret[SHA256_SIZE], int64_t survey, const char *visit,
                     uint8_t ret_name[VISIT_NAME_SIZE]) {
    static const char PURPOSE[] = "visit";
    uint8_t digest[SHA256_SIZE], number[sizeof survey];
    struct sha256_run run;
    for (size_t i = 0; i < sizeof number; i++)
        number[i] = (uint8_t)(survey >> 8 * i);
    sha256_begin(&run);
    sha256_add(&run, secret, SHA256_SIZE);
    sha256_add(&run, PURPOSE, sizeof PURPOSE);
    sha256_add(&run, number, sizeof number);
    sha256_add(&run, visit, strlen(visit));
    sha256_end(&run, digest);
    memcpy(ret_name, digest, VISIT_NAME_SIZE);
}

static size_t keep_declared(const struct property *properties, size_t count, const struct declared *declared,
                            struct property *ret_kept) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (declared_has(declared, properties[i].key))
            ret_kept[kept++] = properties[i];
    return kept;
}

struct impression impression_of_event(const struct event *event, const struct declared *declared,
                                      struct property *properties) {
    return (struct impression){
        .survey = event->survey,
        .day = impression_day(event->at),
        .at = event->at,
        .touchpoint = event->touchpoint,
        .channel = event->channel,
        .locale = event->locale,
        .properties = properties,
        .property_count = keep_declared(event->properties, event->property_count, declared, properties),
    };
}

struct impression impression_of_response(const struct response *response, const struct declared *declared,
                                         struct property *properties) {
    return (struct impression){
        .survey = response->survey,
        .day = impression_day(response->answered_at),
        .at = response->answered_at,
        .touchpoint = response->touchpoint,
        .channel = response->channel,
        .locale = response->locale,
        .properties = properties,
        .property_count = keep_declared(response->properties, response->property_count, declared, properties),
    };
}

bool impression_is_answer(const struct response *response, const struct declared *declared) {
    return response && response->visit && response->import == 0 && !response->excluded &&
           response->number > declared->reported_after;
}

/* The row that what is known of the own day lies in; NULL: there is none yet. */
static struct impression *find_home(struct visit_rows *rows, bool *ret_is_next) {
    *ret_is_next = !rows->is_there[VISIT_OWN];
    if (rows->is_there[VISIT_OWN])
        return &rows->rows[VISIT_OWN];
    bool is_before = rows->is_there[VISIT_BEFORE] && rows->rows[VISIT_BEFORE].seen & SEEN_SHOWN;
    return is_before ? &rows->rows[VISIT_BEFORE] : NULL;
}

static struct impression *make_home(struct visit_rows *rows, const struct impression *fresh, bool *ret_is_next) {
    struct impression *home = find_home(rows, ret_is_next);
    if (home)
        return home;
    rows->is_there[VISIT_OWN] = true;
    rows->rows[VISIT_OWN] = *fresh;
    *ret_is_next = false;
    return &rows->rows[VISIT_OWN];
}

/* False: it was known. */
static bool show(struct visit_rows *rows, const struct impression *fresh) {
    struct impression *own = &rows->rows[VISIT_OWN], *before = &rows->rows[VISIT_BEFORE],
                      *after = &rows->rows[VISIT_AFTER];
    struct impression now = *fresh;
    if (rows->is_there[VISIT_OWN] && own->seen & SEEN_SHOWN)
        return false;
    now.seen = SEEN_SHOWN;
    if (rows->is_there[VISIT_OWN]) {
        now.number = own->number;
        now.seen |= own->seen;
        now.answers = own->answers;
    } else if (rows->is_there[VISIT_BEFORE] && before->seen & SEEN_SHOWN) {
        now.seen |= before->seen >> SEEN_NEXT & SEEN_FACTS;
        now.answers = before->next_answers;
        before->seen &= ~((unsigned)SEEN_FACTS << SEEN_NEXT);
        before->next_answers = 0;
    }
    if (rows->is_there[VISIT_AFTER] && !(after->seen & SEEN_SHOWN)) {
        now.seen |= (after->seen & SEEN_FACTS) << SEEN_NEXT;
        now.next_answers = after->answers;
        rows->is_there[VISIT_AFTER] = false;
    }
    rows->is_there[VISIT_OWN] = true;
    *own = now;
    return true;
}

static bool note(struct visit_rows *rows, const struct impression *fresh, unsigned fact) {
    bool is_next;
    struct impression *home = find_home(rows, &is_next);
    if (home && home->seen & (is_next ? fact << SEEN_NEXT : fact))
        return false;
    home = make_home(rows, fresh, &is_next);
    home->seen |= is_next ? fact << SEEN_NEXT : fact;
    return true;
}

static void refuse(struct change *change, enum cxd_err refusal) {
    change->outcome = OUTCOME_REFUSED;
    change->refusal = refusal;
}

bool decide_event_admit(struct change *change, const struct survey *terms) {
    change->as.event.is_closed = terms && !survey_is_open(terms, change->now_ms);
    if (!terms)
        refuse(change, ERR_NO_SURVEY);
    return terms;
}

void decide_event(struct change *change, const struct impression *fresh, int64_t counted_from,
                  struct visit_rows *rows) {
    static const unsigned FACTS[EVENT_TYPE_COUNT] = {
        [EVENT_DISMISSED] = SEEN_DISMISSED, [EVENT_STARTED] = SEEN_STARTED};
    struct visit_rows after = *rows;
    enum cxd_err refusal = change->as.event.unless_known;
    if (fresh->day < counted_from) {
        refuse(change, ERR_INVALID);
        return;
    }
    unsigned fact = FACTS[change->as.event.value.type];
    bool is_new = fact ? note(&after, fresh, fact) : show(&after, fresh);
    if (refusal == CXD_OK && change->as.event.is_closed)
        refusal = ERR_SURVEY_CLOSED;
    if (is_new && refusal != CXD_OK) {
        refuse(change, refusal);
        return;
    }
    change->outcome = is_new ? OUTCOME_CREATED : OUTCOME_REPLAYED;
    *rows = after;
}

void decide_expired(struct change *change, size_t removed) {
    change->as.expire.more = removed == change->as.expire.limit;
    change->outcome = removed > 0 ? OUTCOME_AMENDED : OUTCOME_REPLAYED;
}

void impression_answer(struct visit_rows *rows, const struct impression *fresh) {
    bool is_next;
    struct impression *home = make_home(rows, fresh, &is_next);
    ++*(is_next ? &home->next_answers : &home->answers);
}

/* A segment whose value is the person's very name is no segment. */
static void take_name(struct impression *row, const struct response *response, struct property *properties) {
    const char **segments[] = {&row->touchpoint, &row->channel, &row->locale};
    for (size_t i = 0; response->respondent && i < CXD_COUNT(segments); i++)
        if (*segments[i] && respondent_is(response->respondent, *segments[i]))
            *segments[i] = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < row->property_count; i++)
        if (!response->respondent || !respondent_is(response->respondent, row->properties[i].value))
            properties[kept++] = row->properties[i];
    row->properties = properties;
    row->property_count = kept;
}

void impression_leave(struct visit_rows *rows, const struct response *response, bool was_answer,
                      enum impression_leave how, struct property *properties) {
    bool is_next;
    struct impression *home = find_home(rows, &is_next);
    if (!home)
        return;
    int64_t *answers = is_next ? &home->next_answers : &home->answers;
    bool is_counted = was_answer && *answers > 0;
    *answers -= is_counted;
    if (how == LEAVE_FORGOTTEN && is_counted)
        home->seen |= is_next ? (unsigned)SEEN_ANSWERED << SEEN_NEXT : SEEN_ANSWERED;
    bool has_answers = home->answers + home->next_answers > 0;
    if (how != LEAVE_EXCLUDED)
        take_name(home, response, properties);
    if (how == LEAVE_FORGOTTEN)
        home->is_unnamed = !has_answers;
    bool is_gone = how == LEAVE_ERASED ? !has_answers : !has_answers && home->seen == 0;
    if (is_gone)
        rows->is_there[is_next ? VISIT_BEFORE : VISIT_OWN] = false;
}

void impression_turn(const struct response *before, const struct response *after, const struct declared *declared,
                     bool *ret_leaves, bool *ret_answers) {
    bool was = impression_is_answer(before, declared), is = impression_is_answer(after, declared);
    bool is_same = was && is && strcmp(before->visit, after->visit) == 0 &&
                   impression_day(before->answered_at) == impression_day(after->answered_at);
    *ret_leaves = was && !is_same;
    *ret_answers = is && !is_same;
}

struct histogram impression_counts(const struct impression *row) {
    unsigned seen = row->seen | row->seen >> SEEN_NEXT;
    struct histogram counts = {{0}};
    counts.n[IMPRESSION_SHOWN] = 1;
    counts.n[IMPRESSION_ANSWERED] = row->answers + row->next_answers > 0 || seen & SEEN_ANSWERED;
    counts.n[IMPRESSION_DISMISSED] = !!(seen & SEEN_DISMISSED);
    counts.n[IMPRESSION_STARTED] = !!(seen & SEEN_STARTED);
    counts.n[IMPRESSION_REPORTED] = row->seen & SEEN_SHOWN;
    return counts;
}

bool impression_same_place(const struct impression *a, const struct impression *b) {
    bool is_same = a->at == b->at && utf8_same(a->touchpoint, b->touchpoint) && utf8_same(a->channel, b->channel) &&
                   utf8_same(a->locale, b->locale) && a->property_count == b->property_count;
    for (size_t i = 0; is_same && i < a->property_count; i++)
        is_same = utf8_same(a->properties[i].key, b->properties[i].key) &&
                  utf8_same(a->properties[i].value, b->properties[i].value);
    return is_same;
}

bool impression_is_same(const struct impression *a, const struct impression *b) {
    return a->seen == b->seen && a->answers == b->answers && a->next_answers == b->next_answers &&
           a->is_unnamed == b->is_unnamed && impression_same_place(a, b);
}

enum cxd_err impression_recount(const struct impression *before, const struct impression *after,
                                impression_count *count, void *context, struct error *err) {
    struct histogram none = {{0}}, rise = after ? impression_counts(after) : none,
                     fall = before ? impression_counts(before) : none, less = none;
    enum cxd_err code = CXD_OK;
    if (before && after && impression_same_place(before, after)) {
        histogram_subtract(&rise, &fall);
        return count(context, after, &rise, err);
    }
    histogram_subtract(&less, &fall);
    if (before)
        code = count(context, before, &less, err);
    return code == CXD_OK && after ? count(context, after, &rise, err) : code;
}

size_t impression_dimensions(const struct impression *row, const struct declared *declared,
                             struct dimension ret_dimensions[DIMENSIONS_MAX]) {
    const struct dimension fixed[] = {
        {"", ""}, {"touchpoint", row->touchpoint}, {"channel", row->channel}, {"locale", row->locale}};
    size_t count = 0;
    for (size_t i = 0; i < CXD_COUNT(fixed); i++)
        if (fixed[i].value)
            ret_dimensions[count++] = fixed[i];
    for (size_t i = 0; i < declared->count; i++) {
        const struct declared_property *property = &declared->properties[i];
        for (size_t k = 0; row->day >= property->shown_from && k < row->property_count; k++)
            if (strcmp(row->properties[k].key, declared_key(property)) == 0)
                ret_dimensions[count++] = (struct dimension){property->dimension, row->properties[k].value};
    }
    return count;
}

bool impression_is_declared(int64_t day, int64_t from) {
    return day <= 0 || (day < INT64_MAX && from >= day * DAY_MS);
}

int64_t impression_next_quarter(int64_t time_ms) {
    if (time_ms == TIME_MIN || time_ms == TIME_MAX)
        return time_ms;
    int64_t quarter = tier_bucket(TIER_QUARTER_HOUR, time_ms);
    return quarter == time_ms ? time_ms : quarter + tier_length_ms(TIER_QUARTER_HOUR);
}

int64_t impression_move_bound(int64_t time_ms, int64_t day) {
    return time_ms < day * DAY_MS ? impression_next_quarter(time_ms) : time_ms;
}

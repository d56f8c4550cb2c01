/* Between api/ and domain/: the JSON of an alert rule, of its state and of its history. One table holds every member of
 * a rule, for both ways. */
#include "cxd/codec/alert.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "codec/read.h"
#include "cxd/base/clock.h"
#include "cxd/base/utf8.h"
#include "cxd/codec/score.h"
#include "cxd/codec/write.h"

enum {
    POINTER_SIZE = sizeof(((struct error_member *)NULL)->pointer),
    VALUE_CHARACTERS_MAX = 512,
    KEY_CHARACTERS_MAX = 1024,
    STORED_DEPTH = 8,
    NUMBER_TEXT_MAX = 40
};

/* Any time will do to learn whether a window of the name is there. */
static const int64_t DAY_END_KNOWN = INT64_C(1774000000000);

struct target {
    struct reading reading;
    struct alert_rule rule;
};

typedef void read_member_fn(struct target *target, const json_t *value, const char *pointer);
typedef void write_member_fn(struct buffer *out, const struct alert_rule *rule, const char *name);

/* --- Members --------------------------------------------------------------------------------------------------------
 */

static void write_number(struct buffer *out, const char *name, double number) {
    char text[NUMBER_TEXT_MAX];
    snprintf(text, sizeof text, "%.12g", number);
    write_name(out, name);
    buffer_append_text(out, text);
}

static bool read_number(struct target *target, const json_t *value, const char *pointer, double *ret_number) {
    bool is_number = json_is_number(value) && isfinite(json_number_value(value));
    if (is_number)
        *ret_number = json_number_value(value);
    else
        error_add_member(target->reading.err, pointer, "must be a number");
    return is_number;
}

static void read_below(struct target *target, const json_t *value, const char *pointer) {
    if (value)
        (void)read_number(target, value, pointer, &target->rule.threshold);
}

static void read_above(struct target *target, const json_t *value, const char *pointer) {
    bool has_below = !isnan(target->rule.threshold);
    bool is_score = target->rule.kind == ALERT_SCORE;
    if (value && has_below)
        error_add_member(target->reading.err, pointer, "must not stand beside below: a rule has one line");
    else if (value && read_number(target, value, pointer, &target->rule.threshold))
        target->rule.is_above = true;
    else if (!value && !has_below && target->reading.err->member_count == 0)
        error_add_member(target->reading.err, is_score ? "/below" : pointer, "is required%s",
                         is_score ? ", or above" : "");
}

static void write_below(struct buffer *out, const struct alert_rule *rule, const char *name) {
    if (!rule->is_above)
        write_number(out, name, rule->threshold);
}

static void write_above(struct buffer *out, const struct alert_rule *rule, const char *name) {
    if (rule->is_above)
        write_number(out, name, rule->threshold);
}

static void read_margin(struct target *target, const json_t *value, const char *pointer) {
    if (value)
        (void)read_number(target, value, pointer, &target->rule.margin);
}

static void write_margin(struct buffer *out, const struct alert_rule *rule, const char *name) {
    if (isnan(rule->margin))
        write_null(out, name);
    else
        write_number(out, name, rule->margin);
}

static void read_window(struct target *target, const json_t *value, const char *pointer) {
    struct window window, before;
    const char *text;
    if (!value || !read_text(&target->reading, value, pointer, &text))
        return;
    if (strlen(text) >= ALERT_WINDOW_SIZE || !alert_window(text, DAY_END_KNOWN, &window))
        error_add_member(
            target->reading.err, pointer,
            "must be the name of a window of the scores, such as \"7d\", \"30d\", \"month\" or \"quarter\"");
    else if (target->rule.kind == ALERT_DROP && !window_previous(&window, &before))
        error_add_member(target->reading.err, pointer, "must have one before it to compare with");
    else
        memcpy(target->rule.window, text, strlen(text) + 1);
}

static void write_window(struct buffer *out, const struct alert_rule *rule, const char *name) {
    write_text(out, name, rule->window);
}

static void read_min_n(struct target *target, const json_t *value, const char *pointer) {
    int64_t number;
    if (!value || !read_whole(&target->reading, value, pointer, &number))
        return;
    if (number < 1 || number > ALERT_MIN_N_MAX)
        error_add_member(target->reading.err, pointer, "must be a whole number from 1 to %lld",
                         (long long)ALERT_MIN_N_MAX);
    else
        target->rule.min_n = number;
}

static void write_min_n(struct buffer *out, const struct alert_rule *rule, const char *name) {
    write_int(out, name, rule->min_n);
}

static void read_alpha(struct target *target, const json_t *value, const char *pointer) {
    double alpha;
    if (!value || !read_number(target, value, pointer, &alpha))
        return;
    if (alpha >= 1e-6 && alpha <= 0.2)
        target->rule.alpha = alpha;
    else
        error_add_member(target->reading.err, pointer, "must lie between 0.000001 and 0.2");
}

static void write_alpha(struct buffer *out, const struct alert_rule *rule, const char *name) {
    write_number(out, name, rule->alpha);
}

/* One that no response can have would never fire. */
static void read_condition(struct target *target, const json_t *value, const char *pointer, size_t most,
                           const char **ret_text) {
    if (!value || !read_text(&target->reading, value, pointer, ret_text))
        return;
    if (utf8_has_control(*ret_text, false) || utf8_count(*ret_text) > most)
        error_add_member(target->reading.err, pointer, "must have at most %zu characters, and no control characters",
                         most);
}

static void read_touchpoint(struct target *target, const json_t *value, const char *pointer) {
    read_condition(target, value, pointer, RESPONSE_LABEL_CHARACTERS_MAX, &target->rule.touchpoint);
}

static void read_channel(struct target *target, const json_t *value, const char *pointer) {
    read_condition(target, value, pointer, RESPONSE_LABEL_CHARACTERS_MAX, &target->rule.channel);
}

static void read_locale(struct target *target, const json_t *value, const char *pointer) {
    read_condition(target, value, pointer, RESPONSE_LOCALE_CHARACTERS_MAX, &target->rule.locale);
}

static void write_touchpoint(struct buffer *out, const struct alert_rule *rule, const char *name) {
    write_given(out, name, rule->touchpoint);
}

static void write_channel(struct buffer *out, const struct alert_rule *rule, const char *name) {
    write_given(out, name, rule->channel);
}

static void write_locale(struct buffer *out, const struct alert_rule *rule, const char *name) {
    write_given(out, name, rule->locale);
}

static void read_properties(struct target *target, const json_t *value, const char *pointer) {
    struct alert_rule *rule = &target->rule;
    if (value)
        read_property_list(&target->reading, value, pointer, &rule->properties, &rule->property_count);
    if (rule->property_count > ALERT_PROPERTIES_MAX)
        error_add_member(target->reading.err, pointer, "must have at most %d members", ALERT_PROPERTIES_MAX);
    for (size_t i = 0; i < rule->property_count && i < ALERT_PROPERTIES_MAX; i++)
        if (!property_key_valid(rule->properties[i].key, KEY_CHARACTERS_MAX) ||
            utf8_count(rule->properties[i].value) > VALUE_CHARACTERS_MAX)
            error_add_member(target->reading.err, pointer,
                             "must have keys of letters, digits, '_', '.' and '-', and values of at most %d characters",
                             VALUE_CHARACTERS_MAX);
}

static void write_properties(struct buffer *out, const struct alert_rule *rule, const char *name) {
    if (rule->property_count == 0)
        return;
    write_open(out, name, '{');
    for (size_t i = 0; i < rule->property_count; i++)
        write_text(out, rule->properties[i].key, rule->properties[i].value);
    buffer_append_char(out, '}');
}

/* --- The table ------------------------------------------------------------------------------------------------------
 */

#define OF(kind) (1U << ALERT_##kind)
enum {
    LINED = OF(SCORE) | OF(RATE),
    WINDOWED = LINED | OF(DROP),
    TESTED = OF(DROP) | OF(SILENCE),
    EVERY = (1U << ALERT_KIND_COUNT) - 1
};

/* below before above, which asks for one of them. */
static const struct rule_member {
    const char *name;
    unsigned kinds; /* that have it */
    read_member_fn *read;
    write_member_fn *write;
} MEMBERS[] = {
    {"below", OF(SCORE), read_below, write_below},
    {"above", LINED, read_above, write_above},
    {"margin", LINED, read_margin, write_margin},
    {"window", WINDOWED, read_window, write_window},
    {"min_n", WINDOWED, read_min_n, write_min_n},
    {"alpha", TESTED, read_alpha, write_alpha},
    {"touchpoint", EVERY, read_touchpoint, write_touchpoint},
    {"channel", EVERY, read_channel, write_channel},
    {"locale", EVERY, read_locale, write_locale},
    {"properties", EVERY, read_properties, write_properties},
};

/* What a reply has beside the rule. */
static const char *const KEPT[] = {"name",         "revision", "created_at",  "updated_at", "state",     "since",
                                   "value",        "n",        "expected",    "p_value",    "threshold", "reason",
                                   "evaluated_at", "day_end",  "acknowledged"};

/* False: the rest cannot be judged. */
static bool read_head(struct target *target, const json_t *root) {
    struct reading *reading = &target->reading;
    const json_t *name = read_optional(root, "name"), *survey = read_optional(root, "survey"),
                 *kind = read_optional(root, "kind");
    const char *slug = json_string_value(survey);
    char words[128];
    int index = json_is_string(kind) ? words_find(&ALERT_KINDS, json_string_value(kind)) : -1;
    if (name && (!json_is_string(name) || strcmp(json_string_value(name), target->rule.name) != 0))
        error_add_member(reading->err, "/name", "must be the path's, \"%s\", or left out", target->rule.name);
    if (!survey)
        error_add_member(reading->err, "/survey", "is required");
    else if (!slug || !slug_valid(slug))
        error_add_member(reading->err, "/survey", "must be the name of a survey");
    else
        memcpy(target->rule.survey, slug, strlen(slug) + 1);
    if (!kind)
        error_add_member(reading->err, "/kind", "is required");
    else if (index < 0)
        error_add_member(reading->err, "/kind", "must be %s", words_quote(&ALERT_KINDS, words, sizeof words));
    else
        target->rule.kind = (enum alert_kind)index;
    return index >= 0;
}

static void refuse_unknown(struct target *target, const json_t *root, bool has_kind) {
    const char *names[CXD_COUNT(MEMBERS) + CXD_COUNT(KEPT) + 2] = {"survey", "kind"};
    const char *offered[CXD_COUNT(MEMBERS) + 2] = {"survey", "kind"};
    char detail[sizeof target->reading.err->members[0].detail] = "is no member; it has ";
    size_t length = strlen(detail);
    int count = 2, offered_count = 2;
    for (size_t i = 0; i < CXD_COUNT(MEMBERS); i++) {
        names[count++] = MEMBERS[i].name;
        if (!has_kind || MEMBERS[i].kinds & 1U << target->rule.kind)
            offered[offered_count++] = MEMBERS[i].name;
    }
    for (size_t i = 0; i < CXD_COUNT(KEPT); i++)
        names[count++] = KEPT[i];
    const struct words words = {names, count}, shown = {offered, offered_count};
    words_list(&shown, detail + length, sizeof detail - length);
    read_refuse_unknown(&target->reading, root, "", &words, detail);
}

static void read_rule(struct target *target, const json_t *root) {
    bool has_kind = read_head(target, root);
    if (has_kind)
        alert_defaults(&target->rule);
    for (size_t i = 0; has_kind && i < CXD_COUNT(MEMBERS); i++) {
        const json_t *value = read_optional(root, MEMBERS[i].name);
        char pointer[POINTER_SIZE];
        snprintf(pointer, sizeof pointer, "/%s", MEMBERS[i].name);
        if (MEMBERS[i].kinds & 1U << target->rule.kind)
            MEMBERS[i].read(target, value, pointer);
        else if (value)
            error_add_member(target->reading.err, pointer, "is nothing that a rule of the kind %s has",
                             ALERT_KINDS.list[target->rule.kind]);
    }
    refuse_unknown(target, root, has_kind);
}

enum cxd_err alert_decode(const char *bytes, size_t length, size_t depth, const char *name, struct arena *arena,
                          struct alert_rule *ret_rule, struct error *err) {
    struct document doc;
    struct target target = {.reading = {.arena = arena, .err = err}};
    if (strlen(name) < SLUG_SIZE)
        memcpy(target.rule.name, name, strlen(name) + 1);
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&target.reading, doc.root, ""))
            read_rule(&target, doc.root);
        code = reading_end(&target.reading);
    }
    document_close(&doc);
    *ret_rule = target.rule;
    return code;
}

enum cxd_err alert_decode_stored(const char *definition, const char *name, struct arena *arena,
                                 struct alert_rule *ret_rule, struct error *err) {
    enum cxd_err code = alert_decode(definition, strlen(definition), STORED_DEPTH, name, arena, ret_rule, err);
    if (code == CXD_OK || code == ERR_NO_MEMORY)
        return code;
    return error_set(err, ERR_STORAGE, "the alert %s cannot be read", name);
}

static void write_rule(struct buffer *out, const struct alert_rule *rule) {
    bool is_known = rule->survey[0] != '\0';
    write_text(out, "survey", is_known ? rule->survey : NULL);
    write_text(out, "kind", is_known ? ALERT_KINDS.list[rule->kind] : NULL);
    for (size_t i = 0; is_known && i < CXD_COUNT(MEMBERS); i++)
        if (MEMBERS[i].kinds & 1U << rule->kind)
            MEMBERS[i].write(out, rule, MEMBERS[i].name);
}

void alert_encode_definition(struct buffer *out, const struct alert_rule *rule) {
    write_open(out, NULL, '{');
    write_rule(out, rule);
    buffer_append_char(out, '}');
}

/* --- Replies --------------------------------------------------------------------------------------------------------
 */

static int decimals_of(const struct alert_rule *rule, const struct survey *survey) {
    return rule && survey && rule->kind != ALERT_RATE && rule->kind != ALERT_SILENCE ? score_decimals(survey) : 1;
}

static void write_figures(struct buffer *out, const struct alert_rule *rule, const struct survey *survey, int64_t n,
                          bool has_n, double value, double p_value) {
    bool is_silence = rule->kind == ALERT_SILENCE;
    write_fixed(out, is_silence ? "expected" : "value", value, decimals_of(rule, survey), has_n && isfinite(value));
    write_known(out, "n", n, has_n);
    if (rule->kind == ALERT_DROP || is_silence)
        p_encode(out, "p_value", p_value, has_n && isfinite(p_value));
}

static void write_acknowledgement(struct buffer *out, const struct alert_acknowledgement *acknowledgement,
                                  bool is_nameless) {
    write_open(out, "acknowledged", '{');
    write_time(out, "at", acknowledgement->at);
    write_text(out, "by", is_nameless ? NULL : acknowledgement->by);
    write_text(out, "note", is_nameless ? NULL : acknowledgement->note);
    buffer_append_char(out, '}');
}

static void write_threshold(struct buffer *out, const struct alert_rule *rule) {
    double threshold = rule->kind == ALERT_DROP || rule->kind == ALERT_SILENCE ? rule->alpha : rule->threshold;
    if (isfinite(threshold))
        write_number(out, "threshold", threshold);
    else
        write_null(out, "threshold");
}

static void write_state(struct buffer *out, const struct alert_shown *shown) {
    static const struct alert_state NONE = {.status = ALERT_NO_DATA, .finding = {.reason = ALERT_NOT_YET}};
    const struct alert_state *state = shown->state && !shown->is_withheld ? shown->state : &NONE;
    bool was_evaluated = state->evaluated_at != 0;
    write_text(out, "state", shown->is_withheld ? NULL : ALERT_STATUSES.list[state->status]);
    write_time_or_null(out, "since", state->since);
    write_figures(out, shown->rule, shown->survey, state->finding.n, was_evaluated, state->finding.value,
                  state->finding.p_value);
    write_threshold(out, shown->rule);
    write_text(out, "reason",
               shown->is_withheld               ? NULL
               : shown->rule->survey[0] == '\0' ? "unreadable"
                                                : alert_reason_name(state->finding.reason));
    write_time_or_null(out, "evaluated_at", state->evaluated_at);
    if (shown->rule->kind != ALERT_DETRACTOR)
        write_time_or_null(out, "day_end", state->day_end);
    if (state->acknowledgement.at != 0)
        write_acknowledgement(out, &state->acknowledgement, shown->is_nameless);
    else
        write_null(out, "acknowledged");
}

void alert_encode(struct buffer *out, const struct alert_shown *shown) {
    write_open(out, NULL, '{');
    write_text(out, "name", shown->rule->name);
    write_rule(out, shown->rule);
    write_int(out, "revision", shown->revision);
    write_time(out, "created_at", shown->created_at);
    write_time(out, "updated_at", shown->updated_at);
    write_state(out, shown);
    buffer_append_char(out, '}');
}

void alert_encode_event(struct buffer *out, const struct alert_event *event, const struct alert_rule *rule,
                        const struct survey *survey) {
    bool has_figures = event->kind == ALERT_FIRED || event->kind == ALERT_RESOLVED;
    write_open(out, NULL, '{');
    write_int(out, "number", event->number);
    write_text(out, "event", ALERT_EVENT_KINDS.list[event->kind]);
    write_time(out, "at", event->at);
    write_time_or_null(out, "day_end", event->day_end);
    write_fixed(out, "value", event->value, decimals_of(rule, survey), has_figures && isfinite(event->value));
    write_known(out, "n", event->n, has_figures);
    p_encode(out, "p_value", event->p_value, has_figures && isfinite(event->p_value));
    if (event->response_number != 0)
        write_id(out, "response", &event->response);
    else
        write_null(out, "response");
    if (event->acknowledgement.at != 0)
        write_acknowledgement(out, &event->acknowledgement, false);
    buffer_append_char(out, '}');
}

enum cxd_err alert_decode_note(const char *bytes, size_t length, size_t depth, struct arena *arena,
                               const char **ret_note, struct error *err) {
    static const char *const NAMES[] = {"note"};
    static const struct words members = WORDS(NAMES);
    struct document doc;
    struct reading reading = {.arena = arena, .err = err};
    const char *note = NULL;
    *ret_note = NULL;
    if (length == 0)
        return CXD_OK;
    document_init(&doc);
    enum cxd_err code = document_read(&doc, bytes, 0, length, depth, err);
    if (code == CXD_OK) {
        error_clear(err);
        if (read_is_object(&reading, doc.root, "")) {
            const json_t *value = read_optional(doc.root, "note");
            if (value && read_text(&reading, value, "/note", &note) &&
                (utf8_count(note) > ALERT_NOTE_CHARACTERS_MAX || utf8_has_control(note, false)))
                error_add_member(err, "/note", "must have at most %d characters, and no control characters",
                                 ALERT_NOTE_CHARACTERS_MAX);
            read_refuse_unknown(&reading, doc.root, "", &members, "is no member; it has note");
        }
        code = reading_end(&reading);
    }
    document_close(&doc);
    if (code == CXD_OK)
        *ret_note = note;
    return code;
}

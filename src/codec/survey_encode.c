/* A survey on its way out: as the canonical definition that the store keeps, as the reply of the API, and
 * as the form that a widget draws. */
#include <stdlib.h>
#include <string.h>

#include "codec/write.h"
#include "cxd/codec/survey.h"

static void encode_text_member(struct buffer *out, const char *lead, const char *text) {
    buffer_append_text(out, lead);
    buffer_append_json(out, text);
}

static void encode_text(struct buffer *out, const struct survey_text *text) {
    buffer_append_json(out, text->locale);
    encode_text_member(out, ":{\"question\":", text->question);
    encode_text_member(out, ",\"low_label\":", text->low_label);
    encode_text_member(out, ",\"high_label\":", text->high_label);
    encode_text_member(out, ",\"comment_prompt\":", text->comment_prompt);
    encode_text_member(out, ",\"thanks\":", text->thanks);
    buffer_append_char(out, '}');
}

/* Texts in the byte order of their locales, whatever order they are kept in: equal definitions give equal
 * bytes. The next in order is searched for each time; there are few. */
static void encode_texts(struct buffer *out, const struct survey *survey) {
    const char *last = NULL;
    buffer_append_text(out, ",\"texts\":{");
    for (size_t written = 0; written < survey->text_count; written++) {
        const struct survey_text *next = NULL;
        for (size_t i = 0; i < survey->text_count; i++) {
            const struct survey_text *text = &survey->texts[i];
            if ((last == NULL || strcmp(text->locale, last) > 0) &&
                (next == NULL || strcmp(text->locale, next->locale) < 0))
                next = text;
        }
        if (next == NULL)
            break;
        if (written > 0)
            buffer_append_char(out, ',');
        encode_text(out, next);
        last = next->locale;
    }
    buffer_append_char(out, '}');
}

static void encode_scale(struct buffer *out, const struct survey *survey) {
    buffer_append_text(out, ",\"scale\":");
    write_scale(out, survey);
}

static void encode_members(struct buffer *out, const struct survey *survey) {
    encode_text_member(out, "\"name\":", survey->name);
    encode_text_member(out, ",\"metric\":", metric_name(survey->metric));
    encode_scale(out, survey);
    encode_text_member(out, ",\"method\":", method_name(survey->method));
    encode_text_member(out, ",\"direction\":", direction_name(survey->direction));
    buffer_append_text(out, ",\"bands\":{\"satisfied_from\":");
    buffer_append_int(out, survey->favourable);
    buffer_append_text(out, ",\"dissatisfied_to\":");
    buffer_append_int(out, survey->unfavourable);
    buffer_append_char(out, '}');
    encode_texts(out, survey);
    buffer_append_text(out, ",\"properties\":[");
    for (size_t i = 0; i < survey->property_count; i++)
        encode_text_member(out, i == 0 ? "" : ",", survey->properties[i].key);
    buffer_append_text(out, "],\"allowed_origins\":[");
    for (size_t i = 0; i < survey->origin_count; i++)
        encode_text_member(out, i == 0 ? "" : ",", survey->origins[i]);
    buffer_append_text(out, "],\"opens_at\":");
    buffer_append_time(out, survey->opens_at);
    buffer_append_text(out, ",\"closes_at\":");
    buffer_append_time(out, survey->closes_at);
    buffer_append_text(out, ",\"amend_window\":");
    buffer_append_int(out, survey->amend_window_s);
    buffer_append_text(out, ",\"max_backdate\":");
    buffer_append_int(out, survey->max_backdate_s);
    buffer_append_text(out, ",\"min_n\":");
    buffer_append_int(out, survey->min_n);
    encode_text_member(out, ",\"access\":", access_name(survey->access));
    buffer_append_text(out, ",\"recontact_days\":");
    buffer_append_int(out, survey->recontact_days);
    encode_text_member(out, ",\"recontact\":", recontact_name(survey->recontact));
    buffer_append_text(out, ",\"min_seconds\":");
    buffer_append_int(out, survey->min_seconds);
    buffer_append_text(out, ",\"retention_days\":");
    buffer_append_int(out, survey->retention_days);
    encode_text_member(out, ",\"retention\":", retention_name(survey->retention));
}

void survey_encode_definition(struct buffer *out, const struct survey *survey) {
    buffer_append_char(out, '{');
    encode_members(out, survey);
    buffer_append_char(out, '}');
}

void survey_encode(struct buffer *out, const struct survey *survey) {
    encode_text_member(out, "{\"slug\":", survey->slug);
    buffer_append_char(out, ',');
    encode_members(out, survey);
    buffer_append_text(out, ",\"revision\":");
    buffer_append_int(out, survey->revision);
    buffer_append_text(out, ",\"created_at\":");
    buffer_append_time(out, survey->created_at);
    buffer_append_text(out, ",\"updated_at\":");
    buffer_append_time(out, survey->updated_at);
    buffer_append_text(out, ",\"archived_at\":");
    write_time_or_null(out, survey->archived_at);
    buffer_append_char(out, '}');
}

static void encode_eligibility(struct buffer *out, const struct survey_form *form) {
    if (form->eligible_from == TIME_MIN) {
        buffer_append_text(out, ",\"eligible\":true");
        return;
    }
    buffer_append_text(out, ",\"eligible\":false,\"reason\":\"recontact\",\"eligible_from\":");
    buffer_append_time(out, form->eligible_from);
}

void survey_encode_form(struct buffer *out, const struct survey *survey, const struct survey_form *form) {
    encode_text_member(out, "{\"slug\":", survey->slug);
    encode_text_member(out, ",\"metric\":", metric_name(survey->metric));
    encode_scale(out, survey);
    encode_texts(out, survey);
    buffer_append_text(out, ",\"revision\":");
    buffer_append_int(out, survey->revision);
    buffer_append_text(out, ",\"open\":");
    buffer_append_text(out, survey_is_open(survey, form->now_ms) ? "true" : "false");
    if (form->honeypot != NULL)
        encode_text_member(out, ",\"honeypot\":", form->honeypot);
    if (form->nonce != NULL)
        encode_text_member(out, ",\"nonce\":", form->nonce);
    if (form->has_respondent)
        encode_eligibility(out, form);
    buffer_append_char(out, '}');
}

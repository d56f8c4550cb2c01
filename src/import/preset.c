/* The exports of other programs. What a column means that is in no table (the questions) is guessed as anywhere. */

#include "cxd/import/preset.h"

#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/import/text_cell.h"

enum { KEY_SIZE = 128 };

const struct preset PRESETS[] = {
    {
        .name = "cxd",
        .title = "cxd",
        .recognised_by = {"number", "id", "survey", "revision", "answered_at"},
        .is_first = true,
        .header_rows = 1,
        .columns = {{TARGET_ID, "id"},
                    {TARGET_SCORE, "score"},
                    {TARGET_COMMENT, "comment"},
                    {TARGET_ANSWERED_AT, "answered_at"},
                    {TARGET_RESPONDENT, "respondent"},
                    {TARGET_TOUCHPOINT, "touchpoint"},
                    {TARGET_CHANNEL, "channel"},
                    {TARGET_LOCALE, "locale"},
                    {TARGET_VISIT, "visit"}},
        .dates = DATE_FORM_ISO,
        .zone = "UTC",
        .trial = {"excluded", "true"}, /* it would be counted */
        .has_guards = true,
        .omits = true,
    },
    {
        .name = "qualtrics",
        .title = "Qualtrics",
        .recognised_by = {"StartDate", "EndDate", "RecordedDate", "ResponseId"},
        .header_rows = 3,
        .header_end = "{\"ImportId\"",
        .columns = {{TARGET_ID, "ResponseId"},
                    {TARGET_ANSWERED_AT, "RecordedDate"},
                    {TARGET_RESPONDENT, "ExternalReference|RecipientEmail"},
                    {TARGET_CHANNEL, "DistributionChannel"},
                    {TARGET_LOCALE, "UserLanguage"}},
        .dates = DATE_FORM_ISO,
        .finished = {"Finished", "True|1"},
        .trial = {"Status", "Survey Preview|Survey Test|Spam|Possible Spam|1|2|8|9|12|17"},
    },
    {
        .name = "surveymonkey",
        .title = "SurveyMonkey",
        .recognised_by = {"Respondent ID", "Collector ID", "Start Date", "End Date"},
        .header_rows = 2,
        .columns = {{TARGET_ID, "Respondent ID"},
                    {TARGET_ANSWERED_AT, "End Date"},
                    {TARGET_RESPONDENT, "Email Address"}},
        .dates = DATE_FORM_US,
    },
    {
        .name = "typeform",
        .title = "Typeform",
        .recognised_by = {"#", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"},
        .is_first = true,
        .header_rows = 1,
        .columns = {{TARGET_ID, "#"}, {TARGET_ANSWERED_AT, "Submit Date (UTC)"}},
        .dates = DATE_FORM_ISO,
        .zone = "UTC",
        .finished = {"Response Type", "completed"},
    },
    {
        .name = "formbricks",
        .title = "Formbricks",
        .recognised_by = {"No.", "Response ID", "Timestamp", "Finished", "Survey ID"},
        .is_first = true,
        .header_rows = 1,
        .columns = {{TARGET_ID, "Response ID"},
                    {TARGET_ANSWERED_AT, "Timestamp"},
                    {TARGET_RESPONDENT, "User ID"},
                    {TARGET_LOCALE, "language"}},
        .dates = DATE_FORM_ISO,
        .zone = "UTC",
        .finished = {"Finished", "Yes|true"},
    },
    {
        .name = "posthog",
        .title = "PostHog",
        .recognised_by = {"$survey_response*|properties.$survey_response*", "timestamp"},
        .header_rows = 1,
        .columns = {{TARGET_ID, "uuid"},
                    {TARGET_ANSWERED_AT, "timestamp"},
                    {TARGET_RESPONDENT, "distinct_id|person.distinct_id"},
                    {TARGET_VISIT, "$session_id|properties.$session_id"},
                    {TARGET_SCORE, "$survey_response|properties.$survey_response"},
                    {TARGET_COMMENT, "$survey_response_1|properties.$survey_response_1"}},
        .dates = DATE_FORM_ISO,
        .zone = "UTC",
        .finished = {"$survey_completed|properties.$survey_completed", "true|1"},
        .trial = {"event", "survey shown|survey dismissed|survey abandoned"},
    },
    {
        .name = "delighted",
        .title = "Delighted",
        .recognised_by = {"Score", "Comment", "Delighted *"},
        .header_rows = 1,
        .columns = {{TARGET_ID, "Response ID|Survey Response ID|ID"},
                    {TARGET_SCORE, "Score"},
                    {TARGET_COMMENT, "Comment"},
                    {TARGET_ANSWERED_AT,
                     "Response Received At*|Responded At*|Response Time*|Created At*|Timestamp*|Date"},
                    {TARGET_RESPONDENT, "Person ID|Email"},
                    {TARGET_CHANNEL, "Delighted Source"},
                    {TARGET_LOCALE, "Locale|Language"}},
        .dates = DATE_FORM_US,
        .has_zone_in_name = true,
    },
    {
        .name = "limesurvey",
        .title = "LimeSurvey",
        .recognised_by = {"submitdate|Date submitted|submitdate. Date submitted",
                          "lastpage|Last page|lastpage. Last page",
                          "startlanguage|Start language|startlanguage. Start language"},
        .header_rows = 1,
        .columns = {{TARGET_ID, "id|Response ID|id. Response ID"},
                    {TARGET_ANSWERED_AT, "submitdate|Date submitted|submitdate. Date submitted"},
                    {TARGET_LOCALE, "startlanguage|Start language|startlanguage. Start language"}},
        .dates = DATE_FORM_ISO,
        .no_date = "1980-01-01", /* of surveys that keep no dates */
        .finished = {"submitdate|Date submitted|submitdate. Date submitted", "*"},
    },
    {
        .name = "google-forms",
        .title = "Google Forms",
        .recognised_by = {"Timestamp|Zeitstempel|Horodateur|Marca temporal|Informazioni cronologiche|"
                          "Carimbo de data/hora|Tijdstempel"},
        .is_first = true,
        .header_rows = 1,
        .columns = {{TARGET_ANSWERED_AT, "Timestamp|Zeitstempel|Horodateur|Marca temporal|Informazioni cronologiche|"
                                         "Carimbo de data/hora|Tijdstempel"},
                    {TARGET_RESPONDENT, "Email Address|Username|E-Mail-Adresse|Adresse e-mail|"
                                        "Dirección de correo electrónico"}},
    },
};
const size_t PRESET_COUNT = CXD_COUNT(PRESETS);

const struct preset *preset_find(const char *name) {
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (strcmp(PRESETS[i].name, name) == 0)
            return &PRESETS[i];
    return NULL;
}

static bool is_one(const char *wanted, size_t length, const char *name) {
    char key[KEY_SIZE], own[KEY_SIZE];
    bool is_begin = length > 0 && wanted[length - 1] == '*';
    size_t key_length = text_cell_key(key, sizeof key, wanted, length - is_begin);
    size_t own_length = text_cell_key(own, sizeof own, name, strlen(name));

    if (key_length == 0) /* marks alone: '#' */
        return is_begin ? !utf8_all_blank(name) : strlen(name) == length && memcmp(name, wanted, length) == 0;
    return is_begin ? own_length >= key_length && memcmp(own, key, key_length) == 0 : strcmp(own, key) == 0;
}

bool preset_name_is(const char *names, const char *name) {
    for (;;) {
        size_t length = strcspn(names, "|");

        if (is_one(names, length, name))
            return true;
        if (names[length] == '\0')
            return false;
        names += length + 1;
    }
}

/* The first name of several that is there, in their order. */
static int find_column(const struct headings *headings, const char *names) {
    while (names) {
        size_t length = strcspn(names, "|");

        for (size_t i = 0; i < headings->count; i++)
            if (is_one(names, length, headings->columns[i].name))
                return (int)i;
        names = names[length] == '\0' ? NULL : names + length + 1;
    }
    return COLUMN_NONE;
}

const char *preset_lacks(const struct preset *preset, const struct headings *headings) {
    for (size_t i = 0; i < PRESET_MARKS_MAX && preset->recognised_by[i]; i++) {
        int column = find_column(headings, preset->recognised_by[i]);

        if (column == COLUMN_NONE || (i == 0 && preset->is_first && column != 0))
            return preset->recognised_by[i];
    }
    return NULL;
}

const struct preset *preset_recognise(const struct headings *headings) {
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (!preset_lacks(&PRESETS[i], headings))
            return &PRESETS[i];
    return NULL;
}

void preset_apply(const struct preset *preset, const struct headings *headings, struct mapping *mapping,
                  struct preset_use *ret_use) {
    *ret_use = (struct preset_use){preset, COLUMN_NONE, COLUMN_NONE};
    for (size_t i = 0; i < PRESET_COLUMNS_MAX && preset->columns[i].names; i++) {
        int column = find_column(headings, preset->columns[i].names);

        if (column == COLUMN_NONE)
            continue;
        mapping->column[preset->columns[i].target] = column;
        mapping->is_set[preset->columns[i].target] = true;
    }
    ret_use->finished = find_column(headings, preset->finished.column);
    ret_use->trial = find_column(headings, preset->trial.column);
}

static const char *cell_of(const struct table_row *row, int column) {
    return column >= 0 && (size_t)column < row->count ? row->cells[column].text : "";
}

enum preset_row preset_judge(const struct preset_use *use, const struct table_row *row) {
    if (!use->preset)
        return PRESET_ROW_WHOLE;
    if (use->trial != COLUMN_NONE && preset_name_is(use->preset->trial.values, cell_of(row, use->trial)))
        return PRESET_ROW_TRIAL;
    if (use->finished != COLUMN_NONE && !preset_name_is(use->preset->finished.values, cell_of(row, use->finished)))
        return PRESET_ROW_UNFINISHED;
    return PRESET_ROW_WHOLE;
}

bool preset_zone_of_cell(const char *text, char *ret_zone, size_t size) {
    static const char BEFORE[] = "\"timeZone\":";
    const char *at = strstr(text, BEFORE);
    size_t length;

    if (!at)
        return false;
    at += sizeof BEFORE - 1;
    at += strspn(at, " ");
    length = *at == '"' ? strcspn(at + 1, "\"") : 0;
    if (length == 0 || length >= size)
        return false;
    memcpy(ret_zone, at + 1, length);
    ret_zone[length] = '\0';
    return true;
}

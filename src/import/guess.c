/* Guesses of the mapping. A wrong guess is seen in the dry run; what could be two things is asked about. */

#include "cxd/import/guess.h"

#include <ctype.h>
#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/import/date.h"
#include "cxd/import/preset.h"
#include "cxd/import/score_cell.h"
#include "cxd/import/text_cell.h"

enum { KEY_SIZE = 512, WORDS_OF_TEXT = 4, SHOWN_CANDIDATES = 8 };

/* Names of columns, the likelier first; then what the text of a question says. */
static const struct {
    enum target target;
    const char *names;
    const char *parts; /* with blanks around each; NULL: none */
} KNOWN[] = {
    {TARGET_ID, "response_id|responseid|response uuid|submission_id|answer_id|uuid|id|external id", NULL},
    {TARGET_ANSWERED_AT,
     "answered_at|recordeddate|recorded_at|responded_at|submitted_at|submitdate|submit_date|date "
     "submitted|completed_at|"
     "completion "
     "time|end_date|end_time|response_date|timestamp|created_at|createdat|date|datetime|time|datum|zeitstempel|"
     "horodateur|fecha|data",
     NULL},
    {TARGET_RESPONDENT,
     "respondent|respondent_id|customer_id|user_id|userid|contact_id|person_id|client_id|member_id|account_id|email|"
     "email_address|e-mail|respondent_email|recipient_email",
     NULL},
    {TARGET_TOUCHPOINT, "touchpoint|touch point|journey stage|moment", NULL},
    {TARGET_CHANNEL, "channel|distribution_channel|kanal|canal", NULL},
    {TARGET_LOCALE, "locale|language|lang|user_language|sprache|langue|idioma|lingua", NULL},
    {TARGET_VISIT, "visit|visit_id|session|session_id", NULL},
    {TARGET_SCORE,
     "score|nps|nps score|nps rating|rating|csat|csat score|ces|ces score|bewertung|note|puntuación|punteggio",
     " recommend likely satisf rate rating score nps csat effort easy empfehl wahrscheinlich zufrieden recommand "
     "probabil recomend satisfait satisfe consigli "},
    {TARGET_COMMENT,
     "comment|comments|feedback|verbatim|remarks|reason|kommentar|commentaire|comentario|commento|comentário|opmerking",
     " comment why reason feedback improve better explain tellus openended anythingelse warum grund kommentar pourquoi "
     "porqué perché raison "},
};

void column_facts_add(struct column_facts *facts, const struct table_cell *cell, int scale_min, int scale_max) {
    char why[CELL_WHY_SIZE];
    bool is_zoned;
    int score;

    if (text_cell_is_nothing(cell->text, cell->length))
        return;
    facts->filled++;
    facts->scores += score_cell_read(cell->text, cell->length, scale_min, scale_max, &score, why) == SCORE_CELL_GIVEN;
    facts->dates += date_cell_forms(cell->text, cell->length, &is_zoned) != 0;
    facts->words++;
    for (size_t i = 1; i < cell->length; i++)
        facts->words += cell->text[i - 1] == ' ' && cell->text[i] != ' ';
}

/* Four of five. */
static bool are_most(uint32_t count, const struct column_facts *facts) {
    return facts->filled > 0 && (uint64_t)count * 5 >= (uint64_t)facts->filled * 4;
}

/* What stands in the column can be the target. */
static bool fits(enum target target, const struct column_facts *facts) {
    switch (target) {
    case TARGET_SCORE:
        return are_most(facts->scores, facts);
    case TARGET_ANSWERED_AT:
        return are_most(facts->dates, facts);
    case TARGET_COMMENT:
        return facts->words > facts->filled && !are_most(facts->dates, facts);
    default:
        return facts->filled > 0;
    }
}

static bool has_part(const char *parts, const char *text) {
    char key[KEY_SIZE], part[32];

    if (!text || text_cell_key(key, sizeof key, text, strlen(text)) == 0)
        return false;
    for (const char *at = parts + 1; *at != '\0';) {
        size_t length = strcspn(at, " ");

        memcpy(part, at, length);
        part[length] = '\0';
        if (strstr(key, part))
            return true;
        at += length + 1;
    }
    return false;
}

static bool is_free(const struct mapping *mapping, size_t column) {
    return mapping_of_column(mapping, column) == NULL;
}

/* By one of the names, in their order. */
static int by_name(const struct headings *headings, const struct column_facts *facts, const struct mapping *mapping,
                   enum target target, const char *names) {
    while (names) {
        size_t length = strcspn(names, "|");
        char name[64];

        memcpy(name, names, length);
        name[length] = '\0';
        for (size_t i = 0; i < headings->count; i++)
            if (is_free(mapping, i) && preset_name_is(name, headings->columns[i].name) &&
                (fits(target, &facts[i]) || target == TARGET_SCORE || target == TARGET_COMMENT))
                return (int)i;
        names = names[length] == '\0' ? NULL : names + length + 1;
    }
    return COLUMN_NONE;
}

/* Whether the column goes with one of the same name that tells promoters from detractors, as Qualtrics' do. */
static bool has_group(const struct headings *headings, size_t column) {
    char wanted[KEY_SIZE], own[KEY_SIZE];
    size_t length = text_cell_key(wanted, sizeof wanted - 16, headings->columns[column].name,
                                  strlen(headings->columns[column].name));

    memcpy(wanted + length, "npsgroup", sizeof "npsgroup");
    for (size_t i = 0; i < headings->count; i++)
        if (text_cell_key(own, sizeof own, headings->columns[i].name, strlen(headings->columns[i].name)) > 0 &&
            strcmp(own, wanted) == 0)
            return length > 0;
    return false;
}

enum way { BY_GROUP, BY_PARTS, BY_VALUES, WAYS };

static bool may_be_score(const struct headings *headings, const struct column_facts *facts,
                         const struct mapping *mapping, size_t column, enum way way, const char *parts) {
    const struct heading *heading = &headings->columns[column];

    if (!is_free(mapping, column) || facts[column].filled == 0 ||
        (way == BY_VALUES ? !fits(TARGET_SCORE, &facts[column]) : 2 * facts[column].scores < facts[column].filled))
        return false;
    return way == BY_GROUP   ? has_group(headings, column)
           : way == BY_PARTS ? has_part(parts, heading->name) || has_part(parts, heading->label)
                             : true;
}

static int guess_score(const struct headings *headings, const struct column_facts *facts, const struct mapping *mapping,
                       const char *parts, struct buffer *candidates) {
    for (int way = BY_GROUP; way < WAYS; way++) {
        int found = COLUMN_NONE, count = 0;

        for (size_t i = 0; i < headings->count; i++) {
            if (!may_be_score(headings, facts, mapping, i, (enum way)way, parts))
                continue;
            found = (int)i;
            if (++count <= SHOWN_CANDIDATES)
                buffer_append_format(candidates, "%s#%zu '%.*s'", count > 1 ? ", " : "", i + 1,
                                     text_cell_cut(headings->columns[i].name, strlen(headings->columns[i].name), 80),
                                     headings->columns[i].name);
        }
        if (count == 1)
            buffer_reset(candidates);
        if (count > 0)
            return count == 1 ? found : COLUMN_NONE;
    }
    return COLUMN_NONE;
}

static int guess_comment(const struct headings *headings, const struct column_facts *facts,
                         const struct mapping *mapping, const char *parts) {
    int most = COLUMN_NONE;
    uint32_t words = 0;

    for (size_t i = 0; i < headings->count; i++) {
        const struct heading *heading = &headings->columns[i];

        if (!is_free(mapping, i) || facts[i].filled == 0 || fits(TARGET_SCORE, &facts[i]) ||
            fits(TARGET_ANSWERED_AT, &facts[i]))
            continue;
        if (has_part(parts, heading->name) || has_part(parts, heading->label))
            return (int)i;
        if (facts[i].words >= facts[i].filled * WORDS_OF_TEXT && facts[i].words > words) {
            words = facts[i].words;
            most = (int)i;
        }
    }
    return most;
}

static int guess_date(const struct headings *headings, const struct column_facts *facts,
                      const struct mapping *mapping) {
    int found = COLUMN_NONE;

    for (size_t i = 0; i < headings->count; i++) {
        if (!is_free(mapping, i) || !fits(TARGET_ANSWERED_AT, &facts[i]))
            continue;
        if (found != COLUMN_NONE)
            return COLUMN_NONE;
        found = (int)i;
    }
    return found;
}

void guess_mapping(const struct headings *headings, const struct column_facts *facts, struct mapping *mapping,
                   struct buffer *candidates) {
    for (size_t i = 0; i < CXD_COUNT(KNOWN); i++) {
        enum target target = KNOWN[i].target;
        int column;

        if (mapping->is_set[target])
            continue;
        column = by_name(headings, facts, mapping, target, KNOWN[i].names);
        if (column == COLUMN_NONE && target == TARGET_ANSWERED_AT)
            column = guess_date(headings, facts, mapping);
        if (column == COLUMN_NONE && target == TARGET_SCORE)
            column = guess_score(headings, facts, mapping, KNOWN[i].parts, candidates);
        if (column == COLUMN_NONE && target == TARGET_COMMENT)
            column = guess_comment(headings, facts, mapping, KNOWN[i].parts);
        mapping->column[target] = column;
    }
}

bool guess_property_key(const char *name, char out[MAPPING_KEY_SIZE]) {
    size_t length = strlen(name), at = 0;
    bool is_gap = false;

    text_cell_trim(&name, &length);
    for (size_t i = 0; i < length && at + 2 < MAPPING_KEY_SIZE; i++) {
        unsigned char byte = (unsigned char)name[i];

        if (byte < 0x80 && (isalnum(byte) || strchr("_.-", byte))) {
            if (is_gap && at > 0)
                out[at++] = '_';
            out[at++] = (char)byte;
            is_gap = false;
        } else {
            is_gap = true;
        }
    }
    out[at] = '\0';
    return at > 0;
}

enum cxd_err guess_properties(const struct headings *headings, const char *const *keys, size_t key_count,
                              struct mapping *mapping, struct error *err) {
    for (size_t i = 0; i < key_count; i++) {
        for (size_t column = 0; column < headings->count; column++) {
            const char *name = headings->columns[column].name;

            if (strncmp(name, "property.", 9) == 0)
                name += 9;
            if (!is_free(mapping, column) || !preset_name_is(keys[i], name))
                continue;
            enum cxd_err code = mapping_add_property(mapping, keys[i], column, err);
            if (code != CXD_OK)
                return code;
            break;
        }
    }
    return CXD_OK;
}

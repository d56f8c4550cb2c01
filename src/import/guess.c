/* Guesses of the mapping. A wrong guess is seen in the dry run; what could be two things is asked about. */

#include "cxd/import/guess.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/import/date.h"
#include "cxd/import/preset.h"
#include "cxd/import/score_cell.h"
#include "cxd/import/text_cell.h"

enum { KEY_SIZE = 512, WORDS_OF_TEXT = 4, SHOWN_CANDIDATES = 8, RUNNING_DIGITS = 9 };

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

/* What stands here even where nothing was answered: never a comment by its values alone, however long it is. */
static const char NOT_SAID[] = " npsgroup useragent browser address adresse url referrer referer ";
/* Names that dates may have, and other things as well. */
static const char VAGUE_DATES[] = "time|data";

static uint32_t print_of(const char *text, size_t length) {
    uint32_t print = 2166136261U; /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        print = (print ^ (unsigned char)text[i]) * 16777619U;
    return print;
}

static void note_kind(struct column_facts *facts, uint32_t print) {
    for (size_t i = 0; i < facts->kinds && i < CXD_COUNT(facts->prints); i++)
        if (facts->prints[i] == print)
            return;
    if (facts->kinds < CXD_COUNT(facts->prints))
        facts->prints[facts->kinds] = print;
    facts->kinds++;
}

static bool is_running_number(const struct table_cell *cell) {
    const char *text = cell->text;
    size_t length = cell->length;

    text_cell_trim(&text, &length);
    return length > 0 && length <= RUNNING_DIGITS && strspn(text, "0123456789") >= length;
}

void column_facts_add(struct column_facts *facts, const struct table_cell *cell, int scale_min, int scale_max) {
    char why[CELL_WHY_SIZE];
    bool is_zoned;
    int score;
    unsigned forms;

    if (text_cell_is_nothing(cell->text, cell->length))
        return;
    forms = date_cell_forms(cell->text, cell->length, &is_zoned);
    facts->filled++;
    facts->scores += score_cell_read(cell->text, cell->length, scale_min, scale_max, &score, why) == SCORE_CELL_GIVEN;
    facts->dates += forms != 0;
    facts->written_dates += (forms & ~(1U << DATE_FORM_UNIX | 1U << DATE_FORM_EXCEL)) != 0;
    facts->running += is_running_number(cell);
    facts->words++;
    for (size_t i = 1; i < cell->length; i++)
        facts->words += cell->text[i - 1] == ' ' && cell->text[i] != ' ';
    note_kind(facts, print_of(cell->text, cell->length));
}

/* Four of five. */
static bool are_most(uint32_t count, const struct column_facts *facts) {
    return facts->filled > 0 && (uint64_t)count * 5 >= (uint64_t)facts->filled * 4;
}

static bool is_score(const struct column_facts *facts) {
    return are_most(facts->scores, facts);
}

/* A few values, and each again and again. */
static bool is_choice(const struct column_facts *facts) {
    return facts->kinds <= CXD_COUNT(facts->prints) && facts->filled >= 2 * facts->kinds;
}

bool guess_is_name(const char *name) {
    for (size_t i = 0; i < CXD_COUNT(KNOWN); i++)
        if (preset_name_is(KNOWN[i].names, name))
            return true;
    return false;
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

/* --- One column, or several that could be it
 * ------------------------------------------------------------------------*/

struct finding {
    const struct headings *headings;
    struct guess_doubts *doubts;
    int column;
    size_t count;
};

static void find_column(struct finding *finding, size_t column) {
    const char *name = finding->headings->columns[column].name;

    if (finding->count++ == 0)
        finding->column = (int)column;
    if (finding->doubts->target == TARGETS && finding->count <= SHOWN_CANDIDATES)
        buffer_append_format(&finding->doubts->columns, "%s#%zu '%.*s'", finding->count > 1 ? ", " : "", column + 1,
                             text_cell_cut(name, strlen(name), 80), name);
}

/* The column, where it is the only one. Of several the target is left open. */
static int end_finding(const struct finding *finding, enum target target) {
    struct guess_doubts *doubts = finding->doubts;

    if (doubts->target == TARGETS && finding->count > 1)
        doubts->target = target;
    else if (doubts->target == TARGETS)
        buffer_reset(&doubts->columns);
    return finding->count == 1 ? finding->column : COLUMN_NONE;
}

/* --- By name
 * ----------------------------------------------------------------------------------------------------*/

/* How far a column has to be what its name says: as its values say too, or not at all. */
enum strictness { AS_VALUES_SAY, FILLED, ANYHOW, STRICTNESSES };

static bool takes(enum target target, enum strictness strictness, const char *name, const struct column_facts *facts) {
    switch (target) {
    case TARGET_ANSWERED_AT:
        if (strictness == AS_VALUES_SAY)
            return are_most(facts->dates, facts);
        return strictness == FILLED && (facts->dates > 0 || (facts->filled > 0 && !preset_name_is(VAGUE_DATES, name)));
    case TARGET_SCORE:
    case TARGET_COMMENT:
        return strictness == ANYHOW || (strictness == FILLED && facts->filled > 0);
    case TARGET_ID:
        return strictness == FILLED && facts->filled > 0 && !are_most(facts->running, facts);
    default:
        return strictness == FILLED && facts->filled > 0;
    }
}

/* By one of the names, in their order. */
static int by_name(const struct headings *headings, const struct column_facts *facts, const struct mapping *mapping,
                   enum target target, const char *names, enum strictness strictness, struct guess_doubts *doubts) {
    while (names) {
        struct finding finding = {headings, doubts, COLUMN_NONE, 0};
        size_t length = strcspn(names, "|");
        char name[64];

        memcpy(name, names, length);
        name[length] = '\0';
        for (size_t i = 0; i < headings->count; i++) {
            if (!is_free(mapping, i) || !preset_name_is(name, headings->columns[i].name))
                continue;
            if (takes(target, strictness, name, &facts[i]))
                find_column(&finding, i);
            else if (target == TARGET_ID && are_most(facts[i].running, &facts[i]) && doubts->running == COLUMN_NONE)
                doubts->running = (int)i;
        }
        if (finding.count > 0)
            return end_finding(&finding, target);
        names = names[length] == '\0' ? NULL : names + length + 1;
    }
    return COLUMN_NONE;
}

/* --- By what stands in them
 * -------------------------------------------------------------------------------------*/

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
        (way == BY_VALUES ? !is_score(&facts[column]) : 2 * facts[column].scores < facts[column].filled))
        return false;
    return way == BY_GROUP   ? has_group(headings, column)
           : way == BY_PARTS ? has_part(parts, heading->name) || has_part(parts, heading->label)
                             : true;
}

static int guess_score(const struct headings *headings, const struct column_facts *facts, const struct mapping *mapping,
                       const char *parts, struct guess_doubts *doubts) {
    for (int way = BY_GROUP; way < WAYS; way++) {
        struct finding finding = {headings, doubts, COLUMN_NONE, 0};

        for (size_t i = 0; i < headings->count; i++)
            if (may_be_score(headings, facts, mapping, i, (enum way)way, parts))
                find_column(&finding, i);
        if (finding.count > 0)
            return end_finding(&finding, TARGET_SCORE);
    }
    return COLUMN_NONE;
}

/* The first that asks for one, or else the first with texts: which column that is stays so while a file grows, and
 * with it the ids of the rows. */
static int guess_comment(const struct headings *headings, const struct column_facts *facts,
                         const struct mapping *mapping, const char *parts) {
    int first = COLUMN_NONE;

    for (size_t i = 0; i < headings->count; i++) {
        const struct heading *heading = &headings->columns[i];

        if (!is_free(mapping, i) || facts[i].filled == 0 || is_score(&facts[i]) ||
            are_most(facts[i].dates, &facts[i]) || has_part(NOT_SAID, heading->name))
            continue;
        if (has_part(parts, heading->name) || has_part(parts, heading->label))
            return (int)i;
        if (first == COLUMN_NONE && facts[i].words >= facts[i].filled * WORDS_OF_TEXT && !is_choice(&facts[i]))
            first = (int)i;
    }
    return first;
}

/* Bare numbers can be dates by name alone: they may be of anything. */
static int guess_date(const struct headings *headings, const struct column_facts *facts, const struct mapping *mapping,
                      struct guess_doubts *doubts) {
    struct finding finding = {headings, doubts, COLUMN_NONE, 0};

    for (size_t i = 0; i < headings->count; i++)
        if (is_free(mapping, i) && facts[i].written_dates > 0 && 2 * facts[i].written_dates >= facts[i].filled)
            find_column(&finding, i);
    return end_finding(&finding, TARGET_ANSWERED_AT);
}

void guess_mapping(const struct headings *headings, const struct column_facts *facts, struct mapping *mapping,
                   struct guess_doubts *doubts) {
    doubts->target = TARGETS;
    doubts->running = COLUMN_NONE;
    for (size_t i = 0; i < CXD_COUNT(KNOWN); i++) {
        enum target target = KNOWN[i].target;
        int column = COLUMN_NONE;

        if (mapping->is_set[target])
            continue;
        for (int strictness = AS_VALUES_SAY; strictness < STRICTNESSES; strictness++)
            if (column == COLUMN_NONE && doubts->target != target)
                column = by_name(headings, facts, mapping, target, KNOWN[i].names, (enum strictness)strictness, doubts);
        if (column == COLUMN_NONE && doubts->target != target) {
            if (target == TARGET_ANSWERED_AT)
                column = guess_date(headings, facts, mapping, doubts);
            else if (target == TARGET_SCORE)
                column = guess_score(headings, facts, mapping, KNOWN[i].parts, doubts);
            else if (target == TARGET_COMMENT)
                column = guess_comment(headings, facts, mapping, KNOWN[i].parts);
        }
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

            name += strncmp(name, "property.", 9) == 0 ? 9 : strncmp(name, "properties.", 11) == 0 ? 11 : 0;
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

static bool has_answer(const struct mapping *mapping, const char *key) {
    for (size_t i = 0; i < mapping->answer_count; i++)
        if (strcmp(mapping->answers[i].key, key) == 0)
            return true;
    return false;
}

/* As an export in CSV names it, else as one in NDJSON does. */
static enum cxd_err guess_answer(const struct headings *headings, const char *key, const char *suffix,
                                 struct mapping *mapping, struct error *err) {
    static const char *const PREFIXES[] = {"answer.", "answers."};
    char name[MAPPING_KEY_SIZE];

    snprintf(name, sizeof name, "%s%s", key, suffix);
    if (has_answer(mapping, name))
        return CXD_OK;
    for (size_t i = 0; i < CXD_COUNT(PREFIXES); i++)
        for (size_t column = 0; column < headings->count; column++) {
            const char *own = headings->columns[column].name;
            size_t length = strlen(PREFIXES[i]);

            if (is_free(mapping, column) && strncmp(own, PREFIXES[i], length) == 0 && strcmp(own + length, name) == 0)
                return mapping_add_answer(mapping, name, column, err);
        }
    return CXD_OK;
}

enum cxd_err guess_answers(const struct headings *headings, const struct survey *survey, struct mapping *mapping,
                           struct error *err) {
    enum cxd_err code = CXD_OK;

    for (size_t i = 0; code == CXD_OK && i < survey->question_count; i++) {
        const struct question *question = &survey->questions[i];

        code = guess_answer(headings, question->key, "", mapping, err);
        if (code == CXD_OK && question->other)
            code = guess_answer(headings, question->key, "." OPTION_OTHER, mapping, err);
    }
    return code;
}

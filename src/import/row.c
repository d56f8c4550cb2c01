/* From the cells of a row to the JSON of a response. Its members stand in one order and say what is understood and no
 * more: the ids of rows without one of their own are made of it, but for properties, answers and the zone. */

#include "cxd/import/row.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/utf8.h"
#include "cxd/import/answer_cell.h"
#include "cxd/import/mended.h"
#include "cxd/import/score_cell.h"
#include "cxd/import/text_cell.h"

enum { SHOWN = 60, NAME_SHOWN = 60 };

static const struct table_cell *cell_of(const struct table_row *row, int column) {
    static const struct table_cell none = {.text = ""};

    return column >= 0 && (size_t)column < row->count ? &row->cells[column] : &none;
}

static void blame(struct row_reading *reading, const struct row_plan *plan, const struct table_row *row, int column,
                  const char *why) {
    const char *name = plan->headings->columns[column].name;
    const struct table_cell *cell = cell_of(row, column);

    reading->verdict = ROW_BAD;
    snprintf(reading->why, sizeof reading->why, "column %d (%.*s), '%.*s%s': %s", column + 1,
             text_cell_cut(name, strlen(name), NAME_SHOWN), name, text_cell_cut(cell->text, cell->length, SHOWN),
             cell->text, cell->length > SHOWN ? "..." : "", why);
}

static bool has_guards(const struct row_plan *plan) {
    return plan->preset.preset && plan->preset.preset->has_guards && !plan->is_of_json;
}

/* NULL: it says nothing. */
static const char *take_text(struct row_plan *plan, const struct table_cell *cell, bool keeps_words) {
    return text_cell_take(cell->text, cell->length, has_guards(plan), keeps_words, &plan->text);
}

static void append_member(struct buffer *out, const char *name, const char *text) {
    buffer_append_format(out, ",\"%s\":", name);
    buffer_append_json(out, text);
}

/* False: the row is bad, or has none, as the verdict says. */
static bool append_score(const struct row_plan *plan, const struct table_row *row, struct buffer *out,
                         struct row_reading *reading) {
    int column = plan->mapping.column[TARGET_SCORE], score = 0;
    const struct table_cell *cell = cell_of(row, column);
    char why[CELL_WHY_SIZE];
    enum score_cell found = column == COLUMN_NONE ? SCORE_CELL_BLANK
                                                  : score_cell_read(cell->text, cell->length, plan->scale_min,
                                                                    plan->scale_max, &score, why);

    if (found == SCORE_CELL_BAD) {
        blame(reading, plan, row, column, why);
        return false;
    }
    if (found == SCORE_CELL_BLANK) {
        bool is_said = plan->mapping.column[TARGET_COMMENT] != COLUMN_NONE &&
                       !utf8_all_blank(cell_of(row, plan->mapping.column[TARGET_COMMENT])->text);

        reading->verdict = ROW_UNANSWERED;
        if (!plan->takes_unscored || !is_said)
            return false;
        buffer_append_text(out, "{\"score\":null");
    } else {
        buffer_append_format(out, "{\"score\":%d", score);
    }
    reading->verdict = ROW_RESPONSE;
    return true;
}

/* Where in a row's JSON stands what is not in its id as it is there. */
struct places {
    size_t begin, date, texts, properties;
    struct date_read read; /* where texts lies behind date */
};

static bool append_date(const struct row_plan *plan, const struct table_row *row, struct buffer *out,
                        struct date_read *read, struct row_reading *reading) {
    int column = plan->mapping.column[TARGET_ANSWERED_AT];
    const struct table_cell *cell = cell_of(row, column);
    const char *none = plan->preset.preset ? plan->preset.preset->no_date : NULL;
    enum date_form form = cell->is_date ? DATE_FORM_ISO : plan->dates;
    char why[CELL_WHY_SIZE];

    if (column == COLUMN_NONE || text_cell_is_nothing(cell->text, cell->length) ||
        (none && strncmp(cell->text, none, strlen(none)) == 0))
        return true;
    if (!date_cell_read(cell->text, cell->length, form, read, why)) {
        blame(reading, plan, row, column, why);
        return false;
    }
    buffer_append_text(out, ",\"answered_at\":");
    buffer_append_time(out, read->ms);
    return true;
}

static void append_texts(struct row_plan *plan, const struct table_row *row, struct buffer *out) {
    static const enum target TARGETS_OF_TEXT[] = {TARGET_COMMENT, TARGET_RESPONDENT, TARGET_TOUCHPOINT,
                                                  TARGET_CHANNEL, TARGET_LOCALE,     TARGET_VISIT};
    const struct mapping *mapping = &plan->mapping;

    for (size_t i = 0; i < CXD_COUNT(TARGETS_OF_TEXT); i++) {
        enum target target = TARGETS_OF_TEXT[i];
        const char *text = mapping->column[target] == COLUMN_NONE
                               ? NULL
                               : take_text(plan, cell_of(row, mapping->column[target]), target == TARGET_COMMENT);

        if (text)
            append_member(out, target_name(target), text);
    }
}

static void append_properties(struct row_plan *plan, const struct table_row *row, struct buffer *out) {
    const struct mapping *mapping = &plan->mapping;
    bool is_open = false;

    for (size_t i = 0; i < mapping->property_count; i++) {
        const char *text = take_text(plan, cell_of(row, mapping->properties[i].column), true);

        if (!text)
            continue;
        buffer_append_text(out, is_open ? "," : ",\"properties\":{");
        buffer_append_json(out, mapping->properties[i].key);
        buffer_append_char(out, ':');
        buffer_append_json(out, text);
        is_open = true;
    }
    if (is_open)
        buffer_append_char(out, '}');
}

/* What a row says, into plan->text. A file that grows, is read on other clocks, or with other properties says the
 * same: the date is as it is written. */
static void append_content(struct row_plan *plan, const struct buffer *out, const struct places *places) {
    struct buffer *text = &plan->text;

    buffer_reset(text);
    buffer_append(text, out->data + places->begin, places->date - places->begin);
    if (places->texts > places->date) {
        buffer_append_text(text, places->read.is_local ? ",\"local\":" : ",\"answered_at\":");
        buffer_append_time(text, places->read.written_ms);
    }
    buffer_append(text, out->data + places->texts, places->properties - places->texts);
}

/* By the source's id. */
static enum cxd_err use_id_of_source(struct row_plan *plan, const struct table_row *row, struct row_reading *reading,
                                     struct error *err) {
    int column = plan->mapping.column[TARGET_ID];
    const char *text = cell_of(row, column)->text;
    size_t length = cell_of(row, column)->length;
    enum cxd_err code;

    text_cell_trim(&text, &length);
    if (length == 0) {
        blame(reading, plan, row, column, "the row has no id");
        return CXD_OK;
    }
    row_id_of_source(&plan->space, text, length, &reading->id);
    code = row_seen_add(plan->seen, &reading->id, &reading->before, err);
    if (code == ERR_TABLE) /* then the daemon alone knows it */
        reading->before = 0;
    else if (code != CXD_OK)
        return code;
    if (reading->before > 0)
        blame(reading, plan, row, column, "a row before has this id");
    return CXD_OK;
}

/* By that which it was given when it was bad. */
static enum cxd_err use_id_of_bad(struct row_plan *plan, struct row_reading *reading, struct error *err) {
    const char *text = plan->mended_id, *why = NULL;
    size_t length = strlen(text);
    enum cxd_err code;

    text_cell_trim(&text, &length);
    if (!id_parse(text, length, &reading->id)) {
        why = "is not the id that was written here";
    } else {
        code = row_seen_add(plan->seen, &reading->id, &reading->before, err);
        if (code != CXD_OK && code != ERR_TABLE)
            return code;
        if (code == CXD_OK && reading->before > 0)
            why = "a row before has this id";
    }
    reading->before = 0;
    if (!why)
        return CXD_OK;
    reading->verdict = ROW_BAD;
    snprintf(reading->why, sizeof reading->why, "%s, '%.*s': %s", MENDED_NAMES[MENDED_ID],
             text_cell_cut(text, length, SHOWN), text, why);
    return CXD_OK;
}

/* By what the row says. */
static enum cxd_err make_id(struct row_plan *plan, const struct buffer *out, const struct places *places,
                            struct row_reading *reading, struct error *err) {
    struct id digest;
    enum cxd_err code;

    append_content(plan, out, places);
    if (plan->text.failed)
        return error_set(err, ERR_NO_MEMORY, "out of memory");
    row_id_of_content(&plan->space, plan->text.data, plan->text.length, &digest);
    code = row_seen_add(plan->seen, &digest, &reading->before, err);
    if (code == CXD_OK)
        row_id_of_repeated(&digest, reading->before, &reading->id);
    return code;
}

static enum cxd_err find_id(struct row_plan *plan, const struct table_row *row, const struct buffer *out,
                            const struct places *places, struct row_reading *reading, struct error *err) {
    return plan->mapping.column[TARGET_ID] != COLUMN_NONE ? use_id_of_source(plan, row, reading, err)
           : plan->mended_id                              ? use_id_of_bad(plan, reading, err)
                                                          : make_id(plan, out, places, reading, err);
}

/* The id that a bad row is to have. One without cells is known by its fault and the response before it. */
static enum cxd_err make_id_of_bad(struct row_plan *plan, const struct table_row *row, struct row_reading *reading,
                                   struct error *err) {
    size_t count = row->count;
    struct id digest;
    uint64_t before;
    enum cxd_err code;

    if (plan->mapping.column[TARGET_ID] != COLUMN_NONE || plan->mended_id)
        return CXD_OK;
    buffer_reset(&plan->text);
    while (count > 0 && row->cells[count - 1].length == 0)
        count--;
    for (size_t i = 0; i < count; i++) {
        buffer_append_format(&plan->text, "%zu:", row->cells[i].length);
        buffer_append(&plan->text, row->cells[i].text, row->cells[i].length);
    }
    if (row->fault) {
        buffer_append_text(&plan->text, row->fault);
        buffer_append(&plan->text, (const char *)plan->last.bytes, sizeof plan->last.bytes);
    }
    if (!buffer_terminate(&plan->text))
        return error_set(err, ERR_NO_MEMORY, "out of memory");
    row_id_of_bad(&plan->space, plan->text.data, plan->text.length, &digest);
    code = row_seen_add(plan->seen, &digest, &before, err);
    if (code == CXD_OK)
        row_id_of_repeated(&digest, before, &reading->id);
    return code;
}

static enum cxd_err read_whole(struct row_plan *plan, const struct table_row *row, struct buffer *out,
                               struct row_reading *reading, struct error *err) {
    size_t begin = out->length;
    struct places places = {.begin = begin};
    char id[ID_TEXT_SIZE];
    enum cxd_err code = CXD_OK;
    bool is_good = append_score(plan, row, out, reading);

    places.date = out->length;
    if (is_good && append_date(plan, row, out, &places.read, reading)) {
        places.texts = out->length;
        append_texts(plan, row, out);
        places.properties = out->length;
        append_properties(plan, row, out);
        answer_cells_append(plan->answers, plan->answer_count, row, has_guards(plan), &plan->text, out);
        if (out->failed || plan->text.failed)
            return error_set(err, ERR_NO_MEMORY, "out of memory");
        code = find_id(plan, row, out, &places, reading, err);
        append_member(out, "id", id_format(id, &reading->id));
        buffer_append_char(out, '}');
    } else if (reading->verdict == ROW_BAD) {
        code = make_id_of_bad(plan, row, reading, err);
    }
    if (out->failed)
        return error_set(err, ERR_NO_MEMORY, "out of memory");
    if (reading->verdict != ROW_RESPONSE || code != CXD_OK)
        out->length = begin;
    else
        plan->last = reading->id;
    return code;
}

enum cxd_err row_read(struct row_plan *plan, const struct table_row *row, struct buffer *out,
                      struct row_reading *ret_reading, struct error *err) {
    enum preset_row kind;

    ret_reading->why[0] = '\0';
    ret_reading->before = 0;
    ret_reading->id = (struct id){{0}};
    if (row->fault) {
        ret_reading->verdict = ROW_BAD;
        snprintf(ret_reading->why, sizeof ret_reading->why, "%s", row->fault);
        return make_id_of_bad(plan, row, ret_reading, err);
    }
    kind = preset_judge(&plan->preset, row);
    if (kind == PRESET_ROW_TRIAL || (kind == PRESET_ROW_UNFINISHED && !plan->takes_unfinished)) {
        ret_reading->verdict = kind == PRESET_ROW_TRIAL ? ROW_TRIAL : ROW_UNFINISHED;
        return CXD_OK;
    }
    return read_whole(plan, row, out, ret_reading, err);
}

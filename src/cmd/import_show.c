/* What a dry run found, as a person reads it and as JSON. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/import.h"
#include "cmd/meter.h"
#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/codec/json.h"
#include "cxd/codec/write.h"
#include "cxd/import/text_cell.h"

enum { LABEL_COLUMNS = 13, LEFT_SHOWN = 40, NAME_COLUMNS = 60, COMMENT_COLUMNS = 48, REASON_SHOWN = 400 };

static void append_label(struct buffer *out, const char *label) {
    buffer_append_format(out, "%-*s", LABEL_COLUMNS, label);
}

/* "#3 'How likely …'" */
static void append_column(const struct screen *screen, struct buffer *out, const struct import *import, size_t column) {
    const char *whole = import->headings.columns[column].name;
    int length = text_cell_cut(whole, strlen(whole), NAME_COLUMNS);
    char name[NAME_COLUMNS + 1];

    snprintf(name, sizeof name, "%.*s", length, whole);
    buffer_append_format(out, "#%zu '", column + 1);
    screen_append(screen, out, name);
    buffer_append_text(out, "'");
}

static void append_file(const struct screen *screen, struct buffer *out, const struct import *import) {
    struct table_facts facts;
    char count[COUNT_TEXT_SIZE];

    table_get_facts(import->reader, &facts);
    append_label(out, "File");
    screen_append(screen, out, strcmp(import->file, "-") == 0 ? "standard input" : import->file);
    buffer_append_format(out, ": %s", table_format_name(facts.format));
    if (facts.format == TABLE_CSV) {
        buffer_append_format(out, " in %s%s", table_encoding_name(facts.encoding),
                             facts.byte_order_mark ? " with a byte order mark" : "");
        if (facts.delimiter == '\t')
            buffer_append_text(out, ", cells parted by tabs");
        else if (facts.delimiter != 0) {
            const char text[2] = {facts.delimiter, '\0'};

            buffer_append_text(out, ", cells parted by '");
            screen_append(screen, out, text); /* it may be a control character */
            buffer_append_text(out, "'");
        } else
            buffer_append_text(out, ", of one column");
    }
    if (facts.sheet) {
        buffer_append_text(out, ", sheet '");
        screen_append(screen, out, facts.sheet);
        buffer_append_text(out, "'");
    }
    buffer_append_format(out, ", %s row%s\n", count_format(count, (int64_t)import->counts.rows),
                         import->counts.rows == 1 ? "" : "s");
    if (facts.late_members > 0) {
        append_label(out, "");
        buffer_append_format(out, "%s members that no row before line %" PRIu64 " had are in no column, the first '",
                             count_format(count, (int64_t)facts.late_members), facts.late_member_line);
        screen_append(screen, out, facts.late_member);
        buffer_append_text(out, "'\n");
    }
    if (facts.formulas_blank > 0) {
        append_label(out, "");
        buffer_append_format(out, "%s formulas have no value and are read as blank\n",
                             count_format(count, (int64_t)facts.formulas_blank));
    }
}

static void append_zone(const struct screen *screen, struct buffer *out, const struct import *import) {
    static const char *const FROM[] = {[ZONE_NAMED] = "by --zone",
                                       [ZONE_OF_FILE] = "as such files have it",
                                       [ZONE_OF_DAEMON] = "the daemon's; --zone says another"};

    buffer_append_format(out, ", as %s", date_form_example(import->plan.dates));
    if (import->dates.local > 0 || import->dates.zoned == 0) {
        buffer_append_text(out, ", on clocks of ");
        screen_append(screen, out, import->zone);
        buffer_append_format(out, " (%s)", FROM[import->zone_from]);
    }
}

static void append_keyed(const struct screen *screen, struct buffer *out, const struct import *import,
                         const char *label, const struct mapped_property *mapped, size_t count) {
    for (size_t i = 0; i < count; i++) {
        append_label(out, i == 0 ? label : "");
        buffer_append_format(out, "%s: ", mapped[i].key);
        append_column(screen, out, import, (size_t)mapped[i].column);
        buffer_append_char(out, '\n');
    }
}

static void append_mapping(const struct screen *screen, struct buffer *out, const struct import *import) {
    const struct mapping *mapping = &import->plan.mapping;
    size_t left = 0;

    for (int i = 0; i < TARGETS; i++) {
        if (mapping->column[i] == COLUMN_NONE && i != TARGET_ID && i != TARGET_ANSWERED_AT)
            continue;
        append_label(out, target_name((enum target)i));
        if (mapping->column[i] != COLUMN_NONE)
            append_column(screen, out, import, (size_t)mapping->column[i]);
        else if (i == TARGET_ID && import->mended.is_it)
            buffer_append_text(out, "cxd.id, which the row had when it was bad");
        else if (i == TARGET_ID)
            buffer_append_text(out, "made of what each row says, and of how many before say the same");
        else
            buffer_append_text(out, "no column: the time when it arrives");
        if (i == TARGET_ANSWERED_AT && mapping->column[i] != COLUMN_NONE)
            append_zone(screen, out, import);
        if (i == TARGET_ID && mapping->column[i] == COLUMN_NONE && import->running_id) {
            buffer_append_text(out, " ('");
            screen_append(screen, out, import->running_id);
            buffer_append_text(out,
                               "' has running numbers, which another file may have too: --map id=COLUMN takes them)");
        }
        buffer_append_char(out, '\n');
    }
    if (mapping->column[TARGET_ID] == COLUMN_NONE && mapping->column[TARGET_ANSWERED_AT] == COLUMN_NONE &&
        !import->mended.is_it) {
        append_label(out, "");
        buffer_append_text(out, "Equal rows of another file would be taken for these: --map id=COLUMN or "
                                "answered_at=COLUMN tells them apart\n");
    }
    append_keyed(screen, out, import, "properties", mapping->properties, mapping->property_count);
    append_keyed(screen, out, import, "answers", mapping->answers, mapping->answer_count);
    for (size_t i = 0; i < import->headings.count; i++) {
        if (mapping_of_column(mapping, i))
            continue;
        if (left == 0)
            append_label(out, "left out");
        if (left++ < LEFT_SHOWN) {
            buffer_append_text(out, left > 1 ? ", " : "");
            append_column(screen, out, import, i);
        }
    }
    if (left > LEFT_SHOWN)
        buffer_append_format(out, " and %zu more", left - LEFT_SHOWN);
    buffer_append_text(out, left > 0 ? "\n" : "");
}

/* --- Rows
 * -----------------------------------------------------------------------------------------------------------*/

static void append_time_cell(struct buffer *out, const char *text) {
    int64_t ms;
    char shown[CALENDAR_TEXT_SIZE];

    if (text && time_parse(text, strlen(text), &ms))
        buffer_append_text(out, calendar_format(shown, ms));
}

struct answers_line {
    struct buffer *out;
    bool is_open;
    const struct import_refusal *refused;
};

static void append_answer(void *context, const char *name, const struct json *value) {
    struct answers_line *line = context;

    buffer_append_format(line->out, "%s%s=", line->is_open ? ", " : "", name);
    line->is_open = true;
    if (json_kind_of(value) == JSON_KIND_TEXT)
        buffer_append_text(line->out, json_text(value, ""));
    else
        json_write(line->out, value);
    for (const struct import_refusal *one = line->refused; one; one = one->next)
        if (strcmp(one->key, name) == 0)
            buffer_append_text(line->out, one->in_part ? " (in part)" : " (left out)");
}

static void append_other_members(struct buffer *out, const struct json *row, const struct import_refusal *refused) {
    static const char *const NAMES[] = {"respondent", "touchpoint", "channel", "locale", "visit"};
    const struct json *properties = json_get(row, "properties"), *answers = json_get(row, "answers");
    bool is_open = false;

    for (size_t i = 0; i < CXD_COUNT(NAMES); i++) {
        const char *text = json_text(row, NAMES[i]);

        if (!text)
            continue;
        buffer_append_format(out, "%s%s=%s", is_open ? ", " : "", NAMES[i], text);
        is_open = true;
    }
    for (size_t i = 0; properties && i < json_count(properties); i++) {
        const char *key = json_name_at(properties, i);

        buffer_append_format(out, "%s%s=%s", is_open ? ", " : "", key, json_text(properties, key));
        is_open = true;
    }
    if (answers)
        json_each(answers, append_answer, &(struct answers_line){out, is_open, refused});
}

static void append_on_one_line(struct buffer *out, const char *text) {
    for (; *text != '\0'; text++)
        buffer_append_char(out, strchr("\r\n\t", *text) ? ' ' : *text);
}

static void append_cells(const struct screen *screen, struct table *table, const struct import_sample *sample) {
    struct json *row = NULL;
    struct error err;
    struct buffer cell;
    double score;

    if (json_open(sample->json, strlen(sample->json), &row, &err) != CXD_OK)
        return;
    buffer_init(&cell);
    for (int column = 0; column < 5; column++) {
        buffer_reset(&cell);
        if (column == 0)
            buffer_append_format(&cell, "%" PRIu64, sample->line);
        else if (column == 1 && json_number(row, "score", &score))
            number_append(&cell, score, 0);
        else if (column == 2)
            append_time_cell(&cell, json_text(row, "answered_at"));
        else if (column == 3 && json_text(row, "comment"))
            append_on_one_line(&cell, json_text(row, "comment"));
        else if (column == 4)
            append_other_members(&cell, row, sample->refused);
        table_cell(screen, table, buffer_terminate(&cell));
    }
    buffer_free(&cell);
    json_free(row);
}

static void append_sample(const struct screen *screen, struct buffer *out, const struct import *import) {
    static const struct table_column columns[] = {
        {.header = "LINE", .is_right = true},
        {.header = "SCORE", .is_right = true},
        {.header = "ANSWERED AT"},
        {.header = "COMMENT", .columns_max = COMMENT_COLUMNS, .columns_min = 10},
        {.header = "AND", .columns_max = 2 * COMMENT_COLUMNS, .wraps = true},
    };
    struct table table;

    if (import->sample_count == 0)
        return;
    table_init(&table, columns, CXD_COUNT(columns));
    for (size_t i = 0; i < import->sample_count; i++)
        append_cells(screen, &table, &import->sample[i]);
    buffer_append_char(out, '\n');
    table_append(screen, out, &table);
    table_free(&table);
}

static void append_bad(const struct screen *screen, struct buffer *out, const struct import *import) {
    const struct import_bad *bad = &import->bad;
    char count[COUNT_TEXT_SIZE];

    if (bad->count == 0)
        return;
    buffer_append_text(out, "\nBad rows\n");
    for (uint64_t i = 0; i < bad->count && i < BAD_SHOWN; i++) {
        if (strncmp(bad->shown[i].reason, "line ", 5) == 0) /* of a fault, which says where it is */
            buffer_append_text(out, "  ");
        else
            buffer_append_format(out, "  line %" PRIu64 ": ", bad->shown[i].line);
        screen_append(screen, out, bad->shown[i].reason);
        buffer_append_char(out, '\n');
    }
    if (bad->count > BAD_SHOWN)
        buffer_append_format(out, "  and %s more\n", count_format(count, (int64_t)(bad->count - BAD_SHOWN)));
    buffer_append_text(out, "  all of them, to be put right and imported: ");
    screen_append(screen, out, bad->path);
    buffer_append_char(out, '\n');
}

/* Each kind of rows that there are, in a line. */
static void append_counts(const struct screen *screen, struct buffer *out, const struct import *import) {
    const struct import_counts *counts = &import->counts;
    const struct {
        uint64_t count;
        const char *one, *many;
    } lines[] = {
        {counts->responses, "response", "responses"},
        {counts->unscored, "of them with a comment alone", "of them with a comment alone"},
        {counts->repeated, "of them says the same as a row before", "of them say the same as rows before"},
        {import->plan.mapping.column[TARGET_ANSWERED_AT] == COLUMN_NONE ? 0 : counts->undated,
         "of them without a date: it gets the time when it arrives",
         "of them without a date: they get the time when they arrive"},
        {counts->unanswered, import->plan.takes_unscored ? "row that says nothing" : "row without a score",
         import->plan.takes_unscored ? "rows that say nothing" : "rows without a score"},
        {counts->unfinished, "row of somebody who did not finish (--partial takes it)",
         "rows of people who did not finish (--partial takes them)"},
        {counts->trials, "row that is a trial or no answer", "rows that are trials or no answers"},
        {counts->bad, "bad row", "bad rows"},
    };
    char text[COUNT_TEXT_SIZE], first[CALENDAR_TEXT_SIZE], last[CALENDAR_TEXT_SIZE];

    buffer_append_char(out, '\n');
    for (size_t i = 0; i < CXD_COUNT(lines); i++)
        if (i == 0 || lines[i].count > 0)
            buffer_append_format(out, "%*s %s\n", LABEL_COLUMNS - 1, count_format(text, (int64_t)lines[i].count),
                                 lines[i].count == 1 ? lines[i].one : lines[i].many);
    if (counts->answers_refused > 0) {
        buffer_append_format(out, "%*s %s, which the survey does not take; the first is of ", LABEL_COLUMNS - 1,
                             count_format(text, (int64_t)counts->answers_refused),
                             counts->answers_refused == 1 ? "answer that is left out" : "answers that are left out");
        screen_append(screen, out, counts->first_refused);
        buffer_append_char(out, '\n');
    }
    if (counts->first_at != TIME_MAX)
        buffer_append_format(out, "%*s %s to %s\n", LABEL_COLUMNS - 1, "from", calendar_format(first, counts->first_at),
                             calendar_format(last, counts->last_at));
}

void import_show(const struct import *import, struct buffer *out) {
    struct screen screen;

    screen_init(&screen, stdout);
    append_file(&screen, out, import);
    if (import->preset) {
        append_label(out, "Export of");
        buffer_append_format(out, "%s%s\n", import->preset->title,
                             import->is_recognised ? ", by its header (--preset none does without)" : "");
    }
    if (import->mended.is_it) {
        append_label(out, "Bad rows of");
        buffer_append_text(out, "another file, understood as that was\n");
    }
    append_label(out, "Survey");
    buffer_append_format(out, "%s (%s, %d to %d)%s\n", import->options->survey, metric_name(import->survey.metric),
                         import->survey.scale_min, import->survey.scale_max,
                         import->is_new ? ", which will be made" : "");
    append_mapping(&screen, out, import);
    append_sample(&screen, out, import);
    append_counts(&screen, out, import);
    append_bad(&screen, out, import);
}

/* --- JSON
 * -----------------------------------------------------------------------------------------------------------*/

static void write_mapping(const struct import *import, struct buffer *out) {
    const struct mapping *mapping = &import->plan.mapping;

    write_open(out, "mapping", '{');
    for (int i = 0; i < TARGETS; i++)
        if (mapping->column[i] != COLUMN_NONE)
            write_int(out, target_name((enum target)i), mapping->column[i] + 1);
    write_open(out, "properties", '{');
    for (size_t i = 0; i < mapping->property_count; i++)
        write_int(out, mapping->properties[i].key, mapping->properties[i].column + 1);
    buffer_append_char(out, '}');
    if (mapping->answer_count > 0)
        write_open(out, "answers", '{');
    for (size_t i = 0; i < mapping->answer_count; i++)
        write_int(out, mapping->answers[i].key, mapping->answers[i].column + 1);
    buffer_append_text(out, mapping->answer_count > 0 ? "}}" : "}");
}

static void write_counts(const struct import_counts *counts, struct buffer *out) {
    write_open(out, "counts", '{');
    write_int(out, "rows", (int64_t)counts->rows);
    write_int(out, "responses", (int64_t)counts->responses);
    write_int(out, "unscored", (int64_t)counts->unscored);
    write_int(out, "repeated", (int64_t)counts->repeated);
    write_int(out, "undated", (int64_t)counts->undated);
    write_int(out, "unanswered", (int64_t)counts->unanswered);
    write_int(out, "unfinished", (int64_t)counts->unfinished);
    write_int(out, "trials", (int64_t)counts->trials);
    write_int(out, "bad", (int64_t)counts->bad);
    write_int(out, "answers_refused", (int64_t)counts->answers_refused);
    write_open(out, "scores", '{');
    for (int i = 0; i < IMPORT_SCORES; i++) {
        char name[16];

        snprintf(name, sizeof name, "%d", i);
        if (counts->scores[i] > 0)
            write_int(out, name, (int64_t)counts->scores[i]);
    }
    buffer_append_text(out, "}}");
}

/* As in the daemon's reply, where any was refused. */
static void write_refused(struct buffer *out, const struct import_refusal *refused) {
    if (!refused)
        return;
    write_open(out, "answers_refused", '[');
    for (; refused; refused = refused->next) {
        write_open(out, NULL, '{');
        write_text(out, "key", refused->key);
        write_text(out, "detail", refused->detail);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

void import_write(const struct import *import, struct buffer *out) {
    struct table_facts facts;
    char delimiter[2] = "";

    table_get_facts(import->reader, &facts);
    delimiter[0] = facts.delimiter;
    write_text(out, "survey", import->options->survey);
    write_text(out, "format", table_format_name(facts.format));
    if (facts.format == TABLE_CSV) {
        write_text(out, "encoding", table_encoding_name(facts.encoding));
        write_text(out, "delimiter", facts.delimiter == 0 ? NULL : delimiter);
    }
    write_text(out, "preset", import->preset ? import->preset->name : NULL);
    write_mapping(import, out);
    write_text(out, "dates", date_form_name(import->plan.dates));
    write_text(out, "zone", import->zone);
    write_counts(&import->counts, out);
    write_open(out, "sample", '[');
    for (size_t i = 0; i < import->sample_count; i++) {
        write_open(out, NULL, '{');
        write_int(out, "line", (int64_t)import->sample[i].line);
        write_name(out, "response");
        buffer_append_text(out, import->sample[i].json);
        write_refused(out, import->sample[i].refused);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_open(out, "bad_rows", '[');
    for (uint64_t i = 0; i < import->bad.count && i < BAD_SHOWN; i++) {
        write_open(out, NULL, '{');
        write_int(out, "line", (int64_t)import->bad.shown[i].line);
        write_text(out, "reason", import->bad.shown[i].reason);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
    write_text(out, "bad_file", import->bad.count > 0 ? import->bad.path : NULL);
    write_text(out, "fingerprint", import->fingerprint);
}

void import_prompt(const char *text) {
    struct buffer out;

    buffer_init(&out);
    buffer_append_text(&out, text);
    output_explain(&out);
    buffer_free(&out);
}

bool import_ask(const char *question) {
    char line[16];

    import_prompt(question);
    return fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}

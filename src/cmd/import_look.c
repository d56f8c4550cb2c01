/* The two runs over a file before anything is sent: the form of its dates, by all of them, and every row as the daemon
 * will judge it. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/import.h"
#include "cmd/meter.h"
#include "cxd/base/clock.h"
#include "cxd/cmd/cmd.h"
#include "cxd/codec/response.h"
#include "cxd/domain/judge.h"
#include "cxd/import/text_cell.h"

enum { JSON_DEPTH = 16, SHOW_EVERY = 1024, NAME_SHOWN = 80 };

static int stop(const struct import *import) {
    command_complain(import->command, "stopped: nothing was sent");
    return EXIT_REFUSED;
}

static int shown(const struct import *import, int column) {
    const char *name = import->headings.columns[column].name;

    return text_cell_cut(name, strlen(name), NAME_SHOWN);
}

/* --- The form of the dates
 * ------------------------------------------------------------------------------------------*/

static bool needs_look(const struct import *import) {
    return import->id_guessed ||
           (import->plan.mapping.column[TARGET_ANSWERED_AT] != COLUMN_NONE && import->plan.dates == DATE_FORM_NONE);
}

/* Ids of the source in one file and made ones in the next would count the same rows twice. */
static int say_id(const struct import *import, uint64_t line, const char *text) {
    int column = import->plan.mapping.column[TARGET_ID];
    const char *name = import->headings.columns[column].name;

    complain("line %" PRIu64 ": column %d (%.*s) would be the id of each row, but %s; --map id=#%d takes it, and such "
             "rows are bad, --map id= makes ids of what rows say",
             line, column + 1, shown(import, column), name,
             *text == '\0' ? "has none here" : "has the one of a row before here", column + 1);
    return EXIT_REFUSED;
}

/* What is no answer needs no id. */
static bool is_passed_over(const struct import *import, const struct table_row *row) {
    int column = import->plan.mapping.column[TARGET_SCORE];

    return !import->plan.takes_unscored && column >= 0 &&
           ((size_t)column >= row->count || text_cell_is_nothing(row->cells[column].text, row->cells[column].length));
}

static int look_at(struct import *import, const struct table_row *row) {
    const struct mapping *mapping = &import->plan.mapping;
    int date = mapping->column[TARGET_ANSWERED_AT], id = mapping->column[TARGET_ID];
    const char *none = import->preset ? import->preset->no_date : NULL;
    enum preset_row kind = preset_judge(&import->plan.preset, row);
    struct error err;

    if (row->fault || kind == PRESET_ROW_TRIAL || (kind == PRESET_ROW_UNFINISHED && !import->options->partial))
        return EXIT_OK;
    if (date >= 0 && (size_t)date < row->count && !(none && strncmp(row->cells[date].text, none, strlen(none)) == 0))
        date_guess_add(&import->dates, row->cells[date].text, row->cells[date].length, row->line);
    if (import->id_guessed && !is_passed_over(import, row)) {
        const char *text = (size_t)id < row->count ? row->cells[id].text : "";
        struct id digest;
        uint64_t before = 0;

        row_id_of_source(&import->plan.space, text, strlen(text), &digest);
        if (row_seen_add(import->plan.seen, &digest, &before, &err) == ERR_NO_MEMORY)
            return import_fail(import, &err);
        if (*text == '\0' || before > 0)
            return say_id(import, row->line, text);
    }
    return EXIT_OK;
}

static int say_dates(const struct import *import, enum date_verdict verdict) {
    int column = import->plan.mapping.column[TARGET_ANSWERED_AT];
    const struct date_guess *dates = &import->dates;
    char where[NAME_SHOWN + 32];

    snprintf(where, sizeof where, "column %d (%.*s)", column + 1, shown(import, column),
             import->headings.columns[column].name);
    if (verdict == DATE_AMBIGUOUS)
        complain("%s: every date can have its month first or its day first; --dates us or --dates eu says which",
                 where);
    else if (verdict == DATE_MIXED)
        complain("%s: the date of line %" PRIu64 " can only have its month first, that of line %" PRIu64
                 " only its day first; --dates us or --dates eu says which is right, and rows of the other are bad",
                 where, dates->us_line, dates->eu_line);
    else
        complain("%s: most of its values are no dates of one form that is known; --dates says the form, --map "
                 "answered_at=COLUMN another column, --map answered_at= none",
                 where);
    return EXIT_REFUSED;
}

/* Month or day first, of somebody at a terminal. */
static bool ask_form(const struct import *import, enum date_form *ret_form) {
    char line[32];
    int column = import->plan.mapping.column[TARGET_ANSWERED_AT];

    if (import->options->yes || isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return false;
    output_line(stderr, "Every date of column %d (%.*s) can be read in two ways.", column + 1, shown(import, column),
                import->headings.columns[column].name);
    for (int tries = 0; tries < 3; tries++) {
        import_prompt("Does the month stand first (us), or the day (eu)? ");
        if (!fgets(line, sizeof line, stdin))
            return false;
        line[strcspn(line, "\r\n")] = '\0';
        if (date_form_parse(line, ret_form) && (*ret_form == DATE_FORM_US || *ret_form == DATE_FORM_EU))
            return true;
    }
    return false;
}

static int settle_dates(struct import *import) {
    enum date_form preset = import->preset ? import->preset->dates : DATE_FORM_NONE;
    enum date_verdict verdict;

    if (import->plan.mapping.column[TARGET_ANSWERED_AT] == COLUMN_NONE || import->plan.dates != DATE_FORM_NONE)
        return EXIT_OK;
    verdict = date_guess_end(&import->dates, &import->plan.dates);
    if (verdict == DATE_ABSENT)
        import->plan.dates = DATE_FORM_ISO;
    else if (verdict == DATE_AMBIGUOUS && (preset == DATE_FORM_US || preset == DATE_FORM_EU))
        import->plan.dates = preset;
    else if (verdict != DATE_TOLD && !(verdict == DATE_AMBIGUOUS && ask_form(import, &import->plan.dates)))
        return say_dates(import, verdict);
    return EXIT_OK;
}

int import_look(struct import *import, struct meter *meter) {
    struct table_row row;
    bool more = true;
    int result;

    if (!needs_look(import))
        return EXIT_OK;
    result = import_rewind(import);
    for (uint64_t rows = 0; result == EXIT_OK; rows++) {
        if (rows % SHOW_EVERY == 0 && meter_is_cancelled(meter))
            return stop(import);
        result = import_next(import, &row, &more);
        if (result != EXIT_OK || !more)
            break;
        result = look_at(import, &row);
    }
    row_seen_forget(import->plan.seen);
    return result == EXIT_OK ? settle_dates(import) : result;
}

/* --- Every row
 * ------------------------------------------------------------------------------------------------------*/

/* The column that a member came from. */
static int column_of(const struct import *import, const char *pointer) {
    const struct mapping *mapping = &import->plan.mapping;
    static const char PROPERTIES[] = "/properties/", ANSWERS[] = "/answers/";

    for (int i = 0; i < TARGETS; i++)
        if (strcmp(pointer + (*pointer == '/'), target_name((enum target)i)) == 0)
            return mapping->column[i];
    if (strncmp(pointer, PROPERTIES, sizeof PROPERTIES - 1) == 0)
        for (size_t i = 0; i < mapping->property_count; i++)
            if (strcmp(mapping->properties[i].key, pointer + sizeof PROPERTIES - 1) == 0)
                return mapping->properties[i].column;
    if (strncmp(pointer, ANSWERS, sizeof ANSWERS - 1) == 0)
        for (size_t i = 0; i < mapping->answer_count; i++)
            if (strcmp(mapping->answers[i].key, pointer + sizeof ANSWERS - 1) == 0)
                return mapping->answers[i].column;
    return COLUMN_NONE;
}

static void blame(const struct import *import, const struct error *err, struct row_reading *reading) {
    const struct error_member *member = &err->members[0];
    int column = err->member_count > 0 ? column_of(import, member->pointer) : COLUMN_NONE;

    reading->verdict = ROW_BAD;
    if (column != COLUMN_NONE)
        snprintf(reading->why, sizeof reading->why, "column %d (%.*s): %s %s", column + 1, shown(import, column),
                 import->headings.columns[column].name, member->pointer + 1, member->detail);
    else if (err->member_count > 0)
        snprintf(reading->why, sizeof reading->why, "%s %s", member->pointer, member->detail);
    else
        snprintf(reading->why, sizeof reading->why, "%s", err->detail);
}

int import_read(struct import *import, const struct table_row *row, struct buffer *out,
                struct row_reading *ret_reading) {
    size_t begin = out->length;
    struct error *err = &import->err;
    enum cxd_err code = row_read(&import->plan, row, out, ret_reading, err);

    if (code != CXD_OK)
        return import_fail(import, err);
    if (ret_reading->verdict != ROW_RESPONSE)
        return EXIT_OK;
    error_clear(err);
    arena_reset(&import->row_arena);
    code =
        response_decode(out->data + begin, out->length - begin, JSON_DEPTH, &import->row_arena, &import->response, err);
    if (code == CXD_OK || code == ERR_INVALID)
        code = response_validate(&import->response, &import->survey, &import->limits, import->now_ms, true, err);
    if (code == ERR_NO_MEMORY)
        return import_fail(import, err);
    if (code != CXD_OK) {
        blame(import, err, ret_reading);
        out->length = begin;
    }
    return EXIT_OK;
}

void import_append_cells(const struct import *import, const struct table_row *row, const struct row_reading *reading,
                         struct buffer *out) {
    char made[ID_TEXT_SIZE];
    const char *id = import->plan.mapping.column[TARGET_ID] != COLUMN_NONE ? ""
                     : import->mended.is_it                                ? import->plan.mended_id
                                                                           : id_format(made, &reading->id);

    import_bad_append_cells(out, id, row);
}

static void count_response(struct import *import, const struct row_reading *reading) {
    struct import_counts *counts = &import->counts;
    const struct response *response = &import->response;

    counts->responses++;
    counts->repeated += reading->before > 0;
    counts->undated += !response->has_answered_at;
    if (response->has_score)
        counts->scores[response->score]++;
    else
        counts->unscored++;
    if (!response->has_answered_at)
        return;
    if (counts->first_at == TIME_MAX || response->answered_at < counts->first_at)
        counts->first_at = response->answered_at;
    if (response->answered_at > counts->last_at)
        counts->last_at = response->answered_at;
}

static void count_row(struct import *import, const struct table_row *row, const struct row_reading *reading,
                      struct buffer *cells) {
    struct import_counts *counts = &import->counts;

    counts->rows++;
    switch (reading->verdict) {
    case ROW_RESPONSE:
        count_response(import, reading);
        break;
    case ROW_UNANSWERED:
        counts->unanswered++;
        break;
    case ROW_UNFINISHED:
        counts->unfinished++;
        break;
    case ROW_TRIAL:
        counts->trials++;
        break;
    case ROW_BAD:
        counts->bad++;
        buffer_reset(cells);
        import_append_cells(import, row, reading, cells);
        import_bad_add(&import->bad, row->line, reading->why, cells->data, cells->length);
        break;
    }
}

/* Leaves out of the response the answers that the daemon will leave out. */
static int judge_answers(struct import *import, uint64_t line) {
    struct import_counts *counts = &import->counts;
    struct response *response = &import->response;
    const struct answer_refusal *first = NULL;

    if (!response_bound_answers(response, &import->limits, &import->row_arena) ||
        !response_judge_answers(response, &import->survey, &import->row_arena))
        return import_no_memory(import);
    bool is_first = counts->answers_refused == 0;
    for (const struct answer_refusal *one = response->sent.left_out; one; one = one->next) {
        counts->answers_refused++;
        first = one;
    }
    if (is_first && first)
        snprintf(counts->first_refused, sizeof counts->first_refused, "line %" PRIu64 ", %s: %s", line, first->key,
                 first->detail);
    return EXIT_OK;
}

/* Of the arena; NULL where memory is refused. */
static const struct import_refusal *copy_refusal(struct import *import, const struct answer_refusal *one,
                                                 const struct import_refusal *next) {
    struct import_refusal *copy = arena_alloc(&import->arena, sizeof *copy);

    if (!copy)
        return NULL;
    *copy = (struct import_refusal){.next = next,
                                    .key = arena_strdup(&import->arena, one->key),
                                    .detail = arena_strdup(&import->arena, one->detail),
                                    .in_part = response_answer(&import->response, one->key) != NULL};
    return copy->key && copy->detail ? copy : NULL;
}

static int keep_sample(struct import *import, uint64_t line, const struct buffer *text) {
    if (import->sample_count == IMPORT_SAMPLE)
        return EXIT_OK;
    struct import_sample *sample = &import->sample[import->sample_count];
    *sample = (struct import_sample){.line = line, .json = arena_strndup(&import->arena, text->data, text->length)};
    if (!sample->json)
        return import_no_memory(import);
    for (const struct answer_refusal *one = import->response.sent.left_out; one; one = one->next) {
        sample->refused = copy_refusal(import, one, sample->refused);
        if (!sample->refused)
            return import_no_memory(import);
    }
    import->sample_count++;
    return EXIT_OK;
}

static int try_row(struct import *import, const struct table_row *row, struct buffer *out, struct buffer *cells,
                   struct sha256_run *run) {
    struct row_reading reading;
    int result;

    buffer_reset(out);
    result = import_read(import, row, out, &reading);
    if (result != EXIT_OK)
        return result;
    count_row(import, row, &reading, cells);
    if (reading.verdict != ROW_RESPONSE)
        return EXIT_OK;
    sha256_add(run, reading.id.bytes, sizeof reading.id.bytes);
    result = judge_answers(import, row->line);
    return result == EXIT_OK ? keep_sample(import, row->line, out) : result;
}

static void end_fingerprint(struct import *import, struct sha256_run *run) {
    static const char HEX[] = "0123456789abcdef";
    uint8_t digest[SHA256_SIZE];

    sha256_end(run, digest);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        import->fingerprint[2 * i] = HEX[digest[i] >> 4];
        import->fingerprint[2 * i + 1] = HEX[digest[i] & 15];
    }
    import->fingerprint[2 * SHA256_SIZE] = '\0';
}

int import_try(struct import *import, struct meter *meter) {
    struct buffer out, cells;
    struct sha256_run run;
    struct table_row row;
    bool more = true;
    int result = import_head_bad(import);

    if (result == EXIT_OK)
        result = import_rewind(import);
    buffer_init(&out);
    buffer_init(&cells);
    sha256_begin(&run);
    sha256_add(&run, import->options->survey, strlen(import->options->survey));
    import->counts = (struct import_counts){.first_at = TIME_MAX, .last_at = TIME_MIN};
    while (result == EXIT_OK) {
        if (import->counts.rows % SHOW_EVERY == 0) {
            struct table_facts facts;

            table_get_facts(import->reader, &facts);
            meter->total = (int64_t)facts.bytes_all;
            meter_show(meter, (int64_t)facts.bytes_done);
            if (meter_is_cancelled(meter)) {
                meter_clear(meter);
                result = stop(import);
                break;
            }
        }
        result = import_next(import, &row, &more);
        if (result != EXIT_OK || !more)
            break;
        result = try_row(import, &row, &out, &cells, &run);
    }
    end_fingerprint(import, &run);
    row_seen_forget(import->plan.seen);
    buffer_free(&out);
    buffer_free(&cells);
    return result;
}

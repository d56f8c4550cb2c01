/* Which column of an import is what: as it is said, as the preset has it, and as it is guessed. */

#include <string.h>

#include "cmd/import.h"
#include "cxd/cmd/cmd.h"
#include "cxd/import/guess.h"
#include "cxd/import/header.h"
#include "cxd/import/text_cell.h"

enum { SAMPLE_ROWS = 1000 };

/* What stands first is the header, and no answer is lost by that. Objects have names of their own. */
static int expect_header(const struct import *import, const struct column_facts *facts,
                         const struct header_look *look) {
    const struct headings *headings = &import->headings;
    struct table_facts table;
    size_t column;

    table_get_facts(import->reader, &table);
    if (import->mended.is_it || table.format == TABLE_NDJSON || table.format == TABLE_JSON)
        return EXIT_OK;
    if (header_is_title(headings, look, table.delimiter_forced)) {
        complain("line 1: '%.*s' is a title and not a header, as far as can be seen: take away what stands above the "
                 "names of the columns%s",
                 text_cell_cut(headings->columns[0].name, strlen(headings->columns[0].name), 60),
                 headings->columns[0].name,
                 headings->count == 1 ? ", or say with --delimiter what parts the cells" : "");
        return EXIT_REFUSED;
    }
    if (!header_is_answer(headings, facts, &column))
        return EXIT_OK;
    complain(
        "line 1: there is no header, as far as can be seen: column %zu is '%.*s', as in an answer. Put a line with "
        "the names of the columns above it",
        column + 1, text_cell_cut(headings->columns[column].name, strlen(headings->columns[column].name), 60),
        headings->columns[column].name);
    return EXIT_REFUSED;
}

static int sample(struct import *import, struct column_facts *facts) {
    struct header_look look = {.rows = 0};
    struct table_row row;
    bool more = true;
    int result = import_rewind(import);

    for (size_t i = 0; i < SAMPLE_ROWS && result == EXIT_OK; i++) {
        result = import_next(import, &row, &more);
        if (result != EXIT_OK || !more)
            break;
        header_look_add(&look, &row);
        for (size_t column = 0; !row.fault && column < row.count; column++)
            column_facts_add(&facts[column], &row.cells[column], import->survey.scale_min, import->survey.scale_max);
    }
    return result == EXIT_OK ? expect_header(import, facts, &look) : result;
}

static enum cxd_err add_all(struct import *import, struct error *err) {
    struct mapping *mapping = &import->plan.mapping;
    enum cxd_err code = CXD_OK;

    for (size_t i = 0; i < import->headings.count && code == CXD_OK; i++) {
        char key[MAPPING_KEY_SIZE];
        size_t before = mapping->property_count;

        if (mapping_of_column(mapping, i) || !guess_property_key(import->headings.columns[i].name, key))
            continue;
        code = mapping_add_property(mapping, key, i, err);
        if (code == CXD_OK && mapping->property_count == before)
            code = error_set(err, ERR_INVALID,
                             "two columns would be the property '%s': name them with --map property.KEY=#N", key);
    }
    return code;
}

static enum cxd_err add_some(struct import *import, const char *list, struct error *err) {
    enum cxd_err code = CXD_OK;

    while (*list != '\0' && code == CXD_OK) {
        size_t length = strcspn(list, ",");
        char key[MAPPING_KEY_SIZE];
        int column;

        code = mapping_find_column(&import->headings, list, length, &column, err);
        if (code == CXD_OK && !guess_property_key(import->headings.columns[column].name, key))
            code =
                error_set(err, ERR_INVALID, "column #%d makes no name of a property: --map property.KEY=#%d gives one",
                          column + 1, column + 1);
        if (code == CXD_OK)
            code = mapping_add_property(&import->plan.mapping, key, (size_t)column, err);
        list += length;
        list += *list == ',';
    }
    return code;
}

static enum cxd_err map_properties(struct import *import, struct error *err) {
    const char *wish = import->options->properties;
    const char *keys[SURVEY_PROPERTIES_MAX];

    if (!wish && import->mended.words[MENDED_MAP])
        return CXD_OK;
    if (!wish) {
        for (size_t i = 0; i < import->survey.property_count; i++)
            keys[i] = import->survey.properties[i].key;
        return guess_properties(&import->headings, keys, import->survey.property_count, &import->plan.mapping, err);
    }
    if (strcmp(wish, "none") == 0)
        return CXD_OK;
    return strcmp(wish, "all") == 0 ? add_all(import, err) : add_some(import, wish, err);
}

/* As they are said, and those that an export of this survey has. */
static enum cxd_err map_answers(struct import *import, struct error *err) {
    struct row_plan *plan = &import->plan;
    enum cxd_err code = import->mended.words[MENDED_MAP]
                            ? CXD_OK
                            : guess_answers(&import->headings, &import->survey, &plan->mapping, err);

    return code == CXD_OK
               ? answer_columns_bind(&plan->mapping, &import->survey, plan->answers, &plan->answer_count, err)
               : code;
}

/* What can be two things is asked about. A survey's answers have a score, or at least something that is said. */
static int expect_answers(const struct import *import, struct guess_doubts *doubts) {
    const struct mapping *mapping = &import->plan.mapping;
    const char *name = doubts->target < TARGETS ? target_name(doubts->target) : NULL;

    if (name) {
        complain("several columns can be the %s: %s; --map %s=COLUMN says which%s%s%s", name,
                 buffer_terminate(&doubts->columns), name, doubts->target == TARGET_SCORE ? "" : ", --map ",
                 doubts->target == TARGET_SCORE ? "" : name, doubts->target == TARGET_SCORE ? "" : "= none");
        return EXIT_REFUSED;
    }
    if (mapping->column[TARGET_SCORE] != COLUMN_NONE ||
        (import->plan.takes_unscored && mapping->column[TARGET_COMMENT] != COLUMN_NONE))
        return EXIT_OK;
    complain("no column is the score, as far as can be seen; --map score=COLUMN says which (by its name, or as #3)");
    return EXIT_REFUSED;
}

int import_map(struct import *import) {
    struct mapping *mapping = &import->plan.mapping;
    const char *map = import->mended.words[MENDED_MAP];
    struct column_facts *facts = arena_alloc_zero(&import->arena, import->headings.count, sizeof *facts);
    struct guess_doubts doubts;
    struct error err;
    enum cxd_err code = CXD_OK;
    int result;

    if (!facts)
        return import_no_memory(import);
    mapping_init(mapping);
    import->plan.preset = (struct preset_use){NULL, COLUMN_NONE, COLUMN_NONE};
    if (import->preset)
        preset_apply(import->preset, &import->headings, mapping, &import->plan.preset);
    if (map && mapping_apply(mapping, &import->headings, map, &err) != CXD_OK) {
        complain("%s: %s", mended_word_name(MENDED_MAP), err.detail);
        return EXIT_REFUSED;
    }
    mapping_yield(mapping);
    for (size_t i = 0; i < import->options->map.count && code == CXD_OK; i++)
        code = mapping_apply(mapping, &import->headings, import->options->map.items[i], &err);
    if (code != CXD_OK)
        return import_fail(import, &err);
    result = sample(import, facts);
    if (result != EXIT_OK)
        return result;
    buffer_init(&doubts.columns);
    guess_mapping(&import->headings, facts, mapping, &doubts);
    import->running_id = doubts.running == COLUMN_NONE ? NULL : import->headings.columns[doubts.running].name;
    import->id_guessed = !mapping->is_set[TARGET_ID] && mapping->column[TARGET_ID] != COLUMN_NONE;
    code = map_properties(import, &err);
    if (code == CXD_OK)
        code = map_answers(import, &err);
    result = code == CXD_OK ? expect_answers(import, &doubts) : import_fail(import, &err);
    buffer_free(&doubts.columns);
    return result;
}

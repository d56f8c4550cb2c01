/* Whether a first row is a header, and what its names say of the zone. */

#include "cxd/import/header.h"

#include <stdio.h>
#include <string.h>

#include "cxd/base/calendar.h"
#include "cxd/base/utf8.h"
#include "cxd/import/date.h"
#include "cxd/import/text_cell.h"

enum { NAME_SIZE = 64 };

/* --- A title, or an answer
 * ---------------------------------------------------------------------------------------*/

static bool is_number(const char *text, size_t length) {
    text_cell_trim(&text, &length);
    return length > 0 && strspn(text, "0123456789.,") >= length;
}

static bool is_date(const char *text, size_t length) {
    bool is_zoned;

    return !is_number(text, length) && date_cell_forms(text, length, &is_zoned) != 0;
}

/* Outside of quotes. */
static bool is_parted(const char *text) {
    bool is_quoted = false;

    for (; *text != '\0'; text++) {
        if (!is_quoted && strchr(",;\t|", *text))
            return true;
        is_quoted ^= *text == '"';
    }
    return false;
}

void header_look_add(struct header_look *look, const struct table_row *row) {
    size_t filled = 0;
    bool has_values = false;

    look->rows++;
    look->faults += row->fault != NULL;
    for (size_t i = 0; !row->fault && i < row->count; i++) {
        const struct table_cell *cell = &row->cells[i];

        filled += !utf8_all_blank(cell->text);
        look->names += look->rows == 1 && guess_is_name(cell->text);
        has_values = has_values || is_number(cell->text, cell->length) || is_date(cell->text, cell->length);
    }
    if (look->rows == 1)
        look->is_headed = filled > 1 && !has_values;
    look->parted += row->count == 1 && is_parted(row->cells[0].text);
}

static size_t count_names(const struct headings *headings) {
    size_t count = 0;

    for (size_t i = 0; i < headings->count; i++)
        count += guess_is_name(headings->columns[i].name);
    return count;
}

bool header_is_title(const struct headings *headings, const struct header_look *look, bool is_delimiter_said) {
    if (headings->count == 1)
        return look->rows > 0 &&
               (look->faults == look->rows || (!is_delimiter_said && look->rows > 1 && look->parted == look->rows));
    if (look->is_headed && look->names > 1 && count_names(headings) == 0) /* a title with a comma in it */
        return true;
    if (utf8_all_blank(headings->columns[0].name))
        return false;
    for (size_t i = 1; i < headings->count; i++)
        if (!utf8_all_blank(headings->columns[i].name))
            return false;
    return look->is_headed;
}

bool header_is_answer(const struct headings *headings, const struct column_facts *facts, size_t *ret_column) {
    size_t found = 0;

    for (size_t i = 0; i < headings->count; i++) {
        const char *name = headings->columns[i].name;
        size_t length = strlen(name);
        bool has_scores = facts[i].filled > 0 && facts[i].scores == facts[i].filled;
        bool has_dates = facts[i].filled > 0 && facts[i].written_dates == facts[i].filled;

        if (!has_scores && !has_dates)
            continue;
        if (!(has_scores && is_number(name, length)) && !(has_dates && is_date(name, length)))
            return false;
        if (found++ == 0)
            *ret_column = i;
    }
    return found > 0;
}

/* --- Zones
 * --------------------------------------------------------------------------------------------------------*/

/* Rails' names that are no city of a continent's; the others are looked for there. */
static const struct {
    const char *name, *zone;
} ZONES[] = {
    {"Pacific Time (US & Canada)", "America/Los_Angeles"},
    {"Mountain Time (US & Canada)", "America/Denver"},
    {"Central Time (US & Canada)", "America/Chicago"},
    {"Eastern Time (US & Canada)", "America/New_York"},
    {"Atlantic Time (Canada)", "America/Halifax"},
    {"Newfoundland", "America/St_Johns"},
    {"Arizona", "America/Phoenix"},
    {"Indiana (East)", "America/Indiana/Indianapolis"},
    {"Alaska", "America/Anchorage"},
    {"Hawaii", "Pacific/Honolulu"},
    {"Midway Island", "Pacific/Midway"},
    {"American Samoa", "Pacific/Pago_Pago"},
    {"Saskatchewan", "America/Regina"},
    {"Central America", "America/Guatemala"},
    {"Guadalajara", "America/Mexico_City"},
    {"Brasilia", "America/Sao_Paulo"},
    {"Buenos Aires", "America/Argentina/Buenos_Aires"},
    {"Georgetown", "America/Guyana"},
    {"Quito", "America/Lima"},
    {"Greenland", "America/Godthab"},
    {"Cape Verde Is.", "Atlantic/Cape_Verde"},
    {"Edinburgh", "Europe/London"},
    {"Bern", "Europe/Zurich"},
    {"St. Petersburg", "Europe/Moscow"},
    {"West Central Africa", "Africa/Algiers"},
    {"Pretoria", "Africa/Johannesburg"},
    {"Abu Dhabi", "Asia/Muscat"},
    {"Islamabad", "Asia/Karachi"},
    {"Mumbai", "Asia/Kolkata"},
    {"Chennai", "Asia/Kolkata"},
    {"New Delhi", "Asia/Kolkata"},
    {"Sri Jayawardenepura", "Asia/Colombo"},
    {"Hanoi", "Asia/Bangkok"},
    {"Beijing", "Asia/Shanghai"},
    {"Osaka", "Asia/Tokyo"},
    {"Sapporo", "Asia/Tokyo"},
    {"Wellington", "Pacific/Auckland"},
    {"New Caledonia", "Pacific/Noumea"},
    {"Marshall Is.", "Pacific/Majuro"},
    {"Solomon Is.", "Pacific/Guadalcanal"},
};
static const char *const CONTINENTS[] = {"",        "Europe/",    "America/", "Asia/",
                                         "Africa/", "Australia/", "Pacific/", "Atlantic/"};

static bool take_zone(const char *zone, char *ret_zone, size_t size) {
    return calendar_has_zone(zone) && (size_t)snprintf(ret_zone, size, "%s", zone) < size;
}

bool header_zone(const char *name, char *ret_zone, size_t size, bool *ret_said) {
    const char *open = strchr(name, '('), *end = strrchr(name, ')');
    char said[NAME_SIZE], zone[2 * NAME_SIZE];
    size_t length;

    *ret_said = open && end && end > open + 1;
    length = *ret_said ? (size_t)(end - open - 1) : 0;
    if (length == 0 || length >= sizeof said)
        return false;
    memcpy(said, open + 1, length);
    said[length] = '\0';
    for (size_t i = 0; i < CXD_COUNT(ZONES); i++)
        if (strcmp(ZONES[i].name, said) == 0)
            return take_zone(ZONES[i].zone, ret_zone, size);
    for (char *at = said; *at != '\0'; at++)
        *at = *at == ' ' ? '_' : *at;
    for (size_t i = 0; i < CXD_COUNT(CONTINENTS); i++) {
        snprintf(zone, sizeof zone, "%s%s", CONTINENTS[i], said);
        if (take_zone(zone, ret_zone, size))
            return true;
    }
    return false;
}

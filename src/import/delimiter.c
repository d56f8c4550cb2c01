/* Below csv.c: what parts the cells of a text, before it is read. The first record is by custom the header, so what
 * does not stand there parts nothing; of the others, what is of the text itself ("9;good, thanks") is not in every
 * record. */
#include "import/delimiter.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The earlier goes before a later one that does as well. Those behind the first four also stand in headers and texts
 * ("Q1: How likely ..."), and part cells where they part every record alike. */
static const char CANDIDATES[] = "\t;|,^~\x1f\x01:";
enum { USUAL = 4 };

enum { SAMPLE_BYTES = 64 * 1024, SAMPLE_RECORDS = 500 };

/* What a candidate makes of the sample. */
struct parting {
    size_t width;   /* cells of the first record */
    size_t records; /* how many there are */
    size_t alike;   /* of them with that width, but for empty cells behind it, and with their quotes in order */
    size_t parted;  /* into two or more */
};

struct scan {
    const char *at, *end;
    char delimiter;
};

/* Behind the closing quote; false where there is none. */
static bool skip_quoted(struct scan *scan) {
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at != '"')
            continue;
        scan->at++;
        if (scan->at == scan->end || *scan->at != '"')
            return true;
    }
    return false;
}

/* A record, of which the end is passed. */
struct record {
    size_t filled; /* cells up to the last one that is not empty */
    size_t count;  /* of its cells */
    bool is_good;  /* quotes stand around whole cells */
    bool is_whole; /* it has an end */
};

static struct record scan_record(struct scan *scan) {
    struct record record = {.count = 1, .is_good = true};
    while (scan->at < scan->end) {
        if (*scan->at != scan->delimiter && *scan->at != '\r' && *scan->at != '\n')
            record.filled = record.count;
        if (*scan->at == '"')
            record.is_good &= skip_quoted(scan);
        while (scan->at < scan->end && *scan->at != scan->delimiter && *scan->at != '\r' && *scan->at != '\n')
            record.is_good &= *scan->at++ != '"';
        if (scan->at == scan->end)
            break;
        char c = *scan->at++;
        if (c == scan->delimiter) {
            record.count++;
            continue;
        }
        if (c == '\r' && scan->at < scan->end && *scan->at == '\n')
            scan->at++;
        record.is_whole = true;
        break;
    }
    return record;
}

static struct parting try_one(const char *text, size_t length, bool is_all, char delimiter) {
    struct scan scan = {text, text + length, delimiter};
    struct parting parting = {0};
    while (scan.at < scan.end && parting.records < SAMPLE_RECORDS) {
        if (*scan.at == '\r' || *scan.at == '\n') { /* a blank line */
            scan.at++;
            continue;
        }
        struct record record = scan_record(&scan);
        if (!record.is_whole && !is_all && parting.records > 0)
            break;
        if (parting.records++ == 0)
            parting.width = record.count;
        bool is_wide = record.count >= parting.width && record.filled <= parting.width;
        parting.alike += record.is_good && is_wide;
        parting.parted += record.count > 1;
    }
    return parting;
}

/* Of a file of one column the header may have what looks like a delimiter: then the others do not. */
static bool is_possible(const struct parting *parting, bool is_usual) {
    if (parting->width < 2)
        return false;
    if (!is_usual)
        return parting->records > 1 && parting->alike == parting->records;
    return parting->alike * 2 >= parting->records || parting->parted == parting->records ||
           (parting->width > 2 && parting->parted * 2 >= parting->records);
}

/* The larger part of the records, then the more cells. */
static bool is_better(const struct parting *a, const struct parting *b) {
    size_t left = a->alike * b->records, right = b->alike * a->records;
    return left != right ? left > right : a->width > b->width;
}

char delimiter_guess(const char *text, size_t length, bool is_all) {
    struct parting best = {.records = 1};
    char found = '\0';
    if (length > SAMPLE_BYTES) {
        length = SAMPLE_BYTES;
        is_all = false;
    }
    for (const char *candidate = CANDIDATES; *candidate; candidate++) {
        struct parting parting = try_one(text, length, is_all, *candidate);
        if (!is_possible(&parting, candidate < CANDIDATES + USUAL) || !is_better(&parting, &best))
            continue;
        best = parting;
        found = *candidate;
    }
    return found;
}

bool delimiter_is_possible(char c) {
    return c != '\0' && c != '"' && c != '\r' && c != '\n' && (signed char)c > 0;
}

char delimiter_of_line(const char *text, size_t length, size_t *ret_length) {
    static const char WORD[] = "sep=";
    size_t word = strlen(WORD), quote = length > 0 && text[0] == '"';
    size_t end = quote + word + 1 + quote;
    if (length < end || strncasecmp(text + quote, WORD, word) != 0 || (quote && text[end - 1] != '"'))
        return '\0';
    if (length > end && text[end] != '\r' && text[end] != '\n')
        return '\0';
    *ret_length = end;
    char found = text[quote + word];
    return delimiter_is_possible(found) ? found : '\0';
}

/* The first byte chooses one of the small parsers of text, the rest is its text: times, durations, ids, UTF-8 and
 * the rules made of it, zones, listeners, tokens, options. Each is held against a second, plainer implementation or
 * against its own printed form. */
#include "fuzz.h"

#include <ctype.h>
#include <time.h>

#include "config/option.h"
#include "cxd/base/arena.h"
#include "cxd/base/buffer.h"
#include "cxd/base/calendar.h"
#include "cxd/base/clock.h"
#include "cxd/base/compiler.h"
#include "cxd/base/id.h"
#include "cxd/base/token.h"
#include "cxd/codec/invitation.h"
#include "cxd/codec/json.h"
#include "cxd/domain/key.h"
#include "cxd/domain/response.h"
#include "cxd/domain/survey.h"
#include "cxd/domain/window.h"

static struct error err;

/* What the C library makes of a text that is a time; its date must be one. */
static int64_t reference_time(const char *text, size_t length) {
    int year, month, day, hour, minute, second, offset_hour = 0, offset_minute = 0, milli = 0;
    CHECK(sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) == 6);
    struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    int64_t seconds = timegm(&date);
    CHECK(date.tm_mon == month - 1 && date.tm_mday == day);
    CHECK(hour <= 23 && minute <= 59 && second <= 60);
    const char *zone = text + length - 6;
    if (tolower((unsigned char)text[length - 1]) != 'z') {
        CHECK(sscanf(zone + 1, "%2d:%2d", &offset_hour, &offset_minute) == 2);
        CHECK(offset_hour <= 23 && offset_minute <= 59);
    }
    int64_t offset = offset_hour * 3600 + offset_minute * 60;
    for (int i = 0, weight = 100; text[19] == '.' && i < 3 && isdigit((unsigned char)text[20 + i]); i++, weight /= 10)
        milli += weight * (text[20 + i] - '0');
    seconds += hour * 3600 + minute * 60 + second - (*zone == '-' ? -offset : offset);
    return seconds * 1000 + milli;
}

/* A time that parses is printed as one that parses to the same; the text of its size has no NUL behind it. */
static void fuzz_time(const char *text, size_t length) {
    char printed[TIME_TEXT_SIZE];
    int64_t ms;
    int64_t again;
    char *exact = malloc(length);
    CHECK(exact || length == 0);
    if (length > 0)
        memcpy(exact, text, length);
    if (time_parse(exact, length, &ms)) {
        CHECK(ms >= 0 && length >= 20 && length <= 35 && ms == reference_time(text, length));
        time_format(printed, ms);
        CHECK(time_parse(printed, strlen(printed), &again) && again == ms);
        CHECK(window_parse_bound(text, &again) == (strlen(text) == length) || strlen(text) == 10);
    }
    free(exact);
}

/* The number and its unit, by arithmetic in double: the range is far below 2^53. */
static void fuzz_duration(const char *text) {
    static const char UNITS[] = "smhdw";
    static const double SECONDS[] = {1, 60, 3600, 86400, 604800};
    size_t digits = strspn(text, "0123456789");
    const char *unit = text[digits] != '\0' ? strchr(UNITS, text[digits]) : UNITS;
    bool valid = digits > 0 && unit && (text[digits] == '\0' || text[digits + 1] == '\0');
    double expected = valid ? strtod(text, NULL) * SECONDS[unit - UNITS] : 0;
    int64_t seconds = -1;
    valid = valid && expected <= 36525.0 * 86400;
    CHECK(duration_parse(text, &seconds) == valid);
    CHECK(!valid || (double)seconds == expected);
}

static void fuzz_id(const char *text, size_t length) {
    char printed[ID_TEXT_SIZE];
    struct id id;
    struct id again;
    if (!id_parse(text, length, &id))
        return;
    CHECK(length == ID_TEXT_SIZE - 1);
    id_format(printed, &id);
    for (size_t i = 0; i < length; i++)
        CHECK(printed[i] == (char)tolower((unsigned char)text[i]));
    CHECK(id_parse(printed, length, &again) && id_compare(&id, &again) == 0);
}

/* Decodes one character by its bits, and refuses what Unicode refuses. -1 where there is none. */
static long decode(const unsigned char *at, size_t *ret_length) {
    static const long LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    if (length == 0)
        return -1;
    long value = length == 1 ? at[0] : at[0] & (0x7F >> length);
    for (size_t i = 1; i < length; i++) {
        if (at[i] >> 6 != 2)
            return -1;
        value = value << 6 | (at[i] & 0x3F);
    }
    *ret_length = length;
    return value < LEAST[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) ? -1 : value;
}

static void fuzz_utf8(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    size_t length;
    size_t count = 0;
    bool control = false, line_end = false;
    for (; *at != '\0' && count != SIZE_MAX; at += length, count++) {
        long value = decode(at, &length);
        if (value < 0) {
            CHECK(utf8_count(text) == SIZE_MAX);
            return;
        }
        bool is_line = value == '\t' || value == '\n' || value == '\r';
        line_end |= is_line;
        control |= !is_line && (value < 0x20 || (value >= 0x7F && value < 0xA0));
    }
    CHECK(utf8_count(text) == count);
    CHECK(utf8_has_control(text, true) == control);
    CHECK(utf8_has_control(text, false) == (control || line_end));

    /* As JSON it reads back as itself, and can stand in a page. */
    struct buffer out;
    struct json *document;
    buffer_init(&out);
    buffer_append_json(&out, text);
    CHECK(!out.failed && !memchr(out.data, '<', out.length));
    CHECK(json_open(out.data, out.length, &document, &err) == CXD_OK);
    CHECK(strcmp(json_text(document, ""), text) == 0);
    json_free(document);
    buffer_free(&out);
}

static void fuzz_names(const char *text) {
    size_t length = strlen(text);
    bool slug = length >= 1 && length <= 64, key = length >= 1 && length <= 64;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        slug = slug && (lower || (i > 0 && (c == '-' || c == '_')));
        key = key && (lower || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-');
    }
    CHECK(slug_valid(text) == slug);
    CHECK(property_key_valid(text, 64) == key);
    static const struct words *const WORDS_OF[] = {&KEY_SCOPES, &SURVEY_METRICS, &SURVEY_METHODS, &SURVEY_DIRECTIONS};
    for (size_t i = 0; i < CXD_COUNT(WORDS_OF); i++) {
        int index = words_find(WORDS_OF[i], text);
        CHECK(index < 0 || strcmp(WORDS_OF[i]->list[index], text) == 0);
    }
}

/* No name leads out of the zones' folder, and what is known can be set. The configuration hands on UTF-8 only. */
static void fuzz_zone(const char *text) {
    if (utf8_count(text) == SIZE_MAX)
        return;
    bool known = calendar_has_zone(text);
    CHECK(!known || (text[0] != '/' && text[0] != '\0' && !strstr(text, "..")));
    enum cxd_err code = calendar_set_zone(text, &err);
    CHECK((code == CXD_OK) == known);
    if (code != CXD_OK)
        fuzz_check_error(&err, code, ERR_CONFIG);
}

static void fuzz_listen(const char *text) {
    char host[CONFIG_TEXT_SIZE], other[CONFIG_TEXT_SIZE], joined[2 * CONFIG_TEXT_SIZE];
    uint16_t port, other_port;
    bool is_loopback, other_loopback;
    if (!config_split_listen(text, host, sizeof host, &port, &is_loopback))
        return;
    CHECK(host[0] != '\0');
    snprintf(joined, sizeof joined, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, (unsigned)port);
    CHECK(config_split_listen(joined, other, sizeof other, &other_port, &other_loopback));
    CHECK(strcmp(host, other) == 0 && port == other_port && is_loopback == other_loopback);
}

/* As a payload it is signed and opened again, for its own purpose alone, and not with any character changed. As a token
 * it is none, or the one that its payload has. */
static void fuzz_token(const char *text, size_t length) {
    static const uint8_t SECRET[TOKEN_SECRET_SIZE] = "thirty-two bytes, more or less.";
    struct arena arena;
    struct buffer out;
    const char *payload;
    size_t payload_length;
    arena_init(&arena);
    buffer_init(&out);
    token_sign(&out, SECRET, "invitation", text, length);
    char *token = arena_strdup(&arena, buffer_terminate(&out));
    CHECK(token && strlen(token) == (length * 8 + 5) / 6 + 1 + 43);
    CHECK(token_open(token, SECRET, "invitation", &arena, &payload, &payload_length));
    CHECK(payload_length == length && memcmp(payload, text, length) == 0 && payload[length] == '\0');
    CHECK(!token_open(token, SECRET, "nonce", &arena, &payload, &payload_length));
    char *changed = token + length * 31 % strlen(token);
    *changed = *changed == 'A' ? 'B' : 'A';
    CHECK(!token_open(token, SECRET, "invitation", &arena, &payload, &payload_length));
    CHECK(!token_open(text, SECRET, "invitation", &arena, &payload, &payload_length));
    buffer_free(&out);
    arena_free(&arena);
}

/* A list of whom to invite: what is taken is as the rules want it, lines ascend, and what is refused is told. Each
 * token opens as what it was made of. */
static void fuzz_invitations(const char *text, size_t length, enum invitation_form form) {
    static const struct response_limits LIMITS = {8000, 256, 32, 64, 512, 300000};
    static const struct signing_key KEY = {.number = 1, .secret = "thirty-two bytes, more or less."};
    static const int64_t NOW_MS = INT64_C(1795424400000);
    struct invitation_list list = {.limits = &LIMITS, .item_bytes = 65536, .now_ms = NOW_MS, .expires_at = NOW_MS + 1};
    struct invitation invitation, opened;
    struct arena arena;
    size_t line, last = 0;
    arena_init(&arena);
    enum cxd_err code = invitation_list_open(&list, form, text, length, 16, &arena, &err);
    if (code != CXD_OK)
        fuzz_check_error(&err, code,
                         form != INVITATION_CSV ? ERR_MALFORMED_JSON
                         : code == ERR_INVALID  ? ERR_INVALID
                                                : ERR_MALFORMED_CSV);
    while (code == CXD_OK && invitation_list_next(&list, &arena, &line, &invitation, &err)) {
        CHECK(line > last && line <= length + 1);
        last = line;
        if (err.code != CXD_OK) {
            fuzz_check_error(&err, err.code,
                             err.code == ERR_INVALID  ? ERR_INVALID
                             : form == INVITATION_CSV ? ERR_MALFORMED_CSV
                                                      : ERR_MALFORMED_JSON);
            continue;
        }
        CHECK(utf8_count(invitation.respondent) - 1 < 256 && !utf8_has_control(invitation.respondent, false));
        CHECK(invitation.expires_at > NOW_MS);
        struct buffer token;
        buffer_init(&token);
        invitation.survey = "shop";
        memset(&invitation.id, 1, sizeof invitation.id);
        invitation_sign(&token, &invitation, &KEY);
        CHECK(invitation_open(buffer_terminate(&token), &KEY, 1, &arena, &opened, &err) == CXD_OK);
        CHECK(!opened.respondent && opened.property_count == 0);
        CHECK(opened.expires_at == invitation.expires_at);
        buffer_free(&token);
    }
    invitation_list_close(&list);
    arena_free(&arena);
}

/* Any text that was signed is an invitation or is refused. */
static void fuzz_payload(const char *text, size_t length) {
    static const struct signing_key KEY = {.number = 1, .secret = "thirty-two bytes, more or less."};
    struct invitation invitation;
    struct arena arena;
    struct buffer token;
    arena_init(&arena);
    buffer_init(&token);
    token_sign(&token, KEY.secret, "invitation", text, length);
    enum cxd_err code = invitation_open(buffer_terminate(&token), &KEY, 1, &arena, &invitation, &err);
    if (code != CXD_OK)
        fuzz_check_error(&err, code, ERR_INVITATION_INVALID);
    else
        CHECK(slug_valid(invitation.survey) &&
              (invitation.respondent ? invitation.respondent[0] != '\0' : invitation.property_count == 0));
    buffer_free(&token);
    arena_free(&arena);
}

/* Every option: taken values stay in their range, refused ones leave the configuration as it was. */
static void fuzz_option(const char *text) {
    static struct config config, before;
    if (text[0] == '\0')
        return;
    const struct option *option = &OPTIONS[(uint8_t)text[0] % OPTION_COUNT];
    bool taken = option_set(option, text + 1, &config);
    if (!taken)
        CHECK(memcmp(&config, &before, sizeof config) == 0);
    if (taken && (option->type == OPTION_INTEGER || option->type == OPTION_DURATION || option->type == OPTION_BYTES)) {
        int64_t number;
        memcpy(&number, (const char *)&config + option->offset, sizeof number);
        CHECK(number >= option->least && number <= option->most);
    }
    CHECK(utf8_count(text + 1) != SIZE_MAX || !taken);
    char shown[SHOWN_SIZE];
    if (utf8_count(text + 1) != SIZE_MAX)
        CHECK(!utf8_has_control(option_show(text + 1, shown), false) && utf8_count(shown) != SIZE_MAX);
    before = config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    switch (data[0]) {
    case 't':
        fuzz_time(text, size - 1);
        break;
    case 'd':
        fuzz_duration(text);
        break;
    case 'i':
        fuzz_id(text, size - 1);
        break;
    case 'u':
        fuzz_utf8(text);
        break;
    case 'n':
        fuzz_names(text);
        break;
    case 'z':
        fuzz_zone(text);
        break;
    case 'l':
        fuzz_listen(text);
        break;
    case 'k':
        fuzz_token(text, size - 1);
        break;
    case 'c':
        fuzz_invitations(text, size - 1, INVITATION_CSV);
        break;
    case 'b':
        fuzz_invitations(text, size - 1, INVITATION_LINES);
        break;
    case 'p':
        fuzz_payload(text, size - 1);
        break;
    case 'o':
        fuzz_option(text);
        break;
    default:
        break;
    }
    free(text);
    return 0;
}

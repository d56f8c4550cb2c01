/* Languages are told by tags (BCP 47): an exact one goes before one of the same language. */
#include "web/language.h"

#include <string.h>
#include <strings.h>

#include "cxd/base/compiler.h"
#include "cxd/domain/locale.h"

enum { WANTED_MAX = 16, WEIGHT_WHOLE = 1000 };

/* A tag within a text, and how much it is wanted. */
struct wanted {
    const char *tag;
    size_t length;
    int weight; /* thousandths */
};

/* What is wanted, most of all first. */
struct wishes {
    struct wanted list[WANTED_MAX];
    size_t count;
};

/* Behind those that weigh as much. */
static void add_wish(struct wishes *wishes, const char *tag, size_t length, int weight) {
    size_t at = wishes->count;
    if (length == 0 || weight <= 0 || at == WANTED_MAX)
        return;
    for (; at > 0 && wishes->list[at - 1].weight < weight; at--)
        wishes->list[at] = wishes->list[at - 1];
    wishes->list[at] = (struct wanted){tag, length, weight};
    wishes->count++;
}

/* "q=0.8": thousandths; whole where there is none. */
static int read_weight(const char *parameters, size_t length) {
    const char *end = parameters + length;
    const char *at = memchr(parameters, '=', length);
    int weight = 0, unit = WEIGHT_WHOLE;
    if (!at)
        return WEIGHT_WHOLE;
    for (at++; at < end && unit > 0; at++) {
        if (*at >= '0' && *at <= '9') {
            weight += (*at - '0') * unit;
            unit /= 10;
        }
    }
    return weight > WEIGHT_WHOLE ? WEIGHT_WHOLE : weight;
}

static void read_accepted(struct wishes *wishes, const char *accepted) {
    for (const char *at = accepted; *at != '\0';) {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, ","), tag = strcspn(at, ",; \t");
        add_wish(wishes, at, tag, read_weight(at + tag, length - tag));
        at += length;
    }
}

static size_t primary_length(const char *tag, size_t length) {
    size_t primary = 0;
    while (primary < length && tag[primary] != '-' && tag[primary] != '_')
        primary++;
    return primary;
}

static bool is_same(const char *tag, const struct wanted *wanted) {
    return strlen(tag) == wanted->length && strncasecmp(tag, wanted->tag, wanted->length) == 0;
}

static bool is_related(const char *tag, const struct wanted *wanted) {
    size_t length = primary_length(tag, strlen(tag));
    return length == primary_length(wanted->tag, wanted->length) && strncasecmp(tag, wanted->tag, length) == 0;
}

static const struct survey_text *find_own(const struct survey *survey, const struct wanted *wanted) {
    const struct survey_text *found = NULL;
    for (size_t i = 0; i < survey->text_count; i++) {
        if (is_same(survey->texts[i].locale, wanted))
            return &survey->texts[i];
        if (!found && is_related(survey->texts[i].locale, wanted))
            found = &survey->texts[i];
    }
    return found;
}

static const struct survey_text *choose_own(const struct survey *survey, const struct wishes *wishes) {
    static const struct wanted ENGLISH = {"en", 2, WEIGHT_WHOLE};
    const struct survey_text *found = NULL;
    for (size_t i = 0; i < wishes->count && !found; i++)
        found = find_own(survey, &wishes->list[i]);
    if (!found)
        found = find_own(survey, &ENGLISH);
    return found || survey->text_count == 0 ? found : &survey->texts[0];
}

static const struct language *find_language(const struct wanted *wanted) {
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (is_related(LANGUAGES[i].tag, wanted))
            return &LANGUAGES[i];
    return NULL;
}

static const struct language *choose_language(const struct survey_text *own, const struct wishes *wishes) {
    static const struct wanted ENGLISH = {"en", 2, WEIGHT_WHOLE};
    const struct language *found = NULL;
    if (own)
        found = find_language(&(struct wanted){own->locale, strlen(own->locale), WEIGHT_WHOLE});
    for (size_t i = 0; i < wishes->count && !found; i++)
        found = find_language(&wishes->list[i]);
    return found ? found : find_language(&ENGLISH);
}

struct wording language_choose(const char *const *wanted, const char *accepted, const struct survey *survey) {
    struct wishes wishes = {.count = 0};
    for (; *wanted; wanted++)
        add_wish(&wishes, *wanted, strlen(*wanted), WEIGHT_WHOLE);
    if (accepted)
        read_accepted(&wishes, accepted);
    const struct survey_text *own = survey ? choose_own(survey, &wishes) : NULL;
    return (struct wording){own, choose_language(own, &wishes)};
}

const struct localized *language_pick(const struct wording *wording, const struct localized *texts, size_t count) {
    struct locale_choice choice;
    const struct localized *picked = NULL;
    locale_begin(&choice, language_tag(wording));
    for (size_t i = 0; i < count; i++)
        if (locale_try(&choice, texts[i].locale))
            picked = &texts[i];
    return picked;
}

const char *language_text(const struct wording *wording, enum text text) {
    return wording->language->texts[text];
}

const char *language_tag(const struct wording *wording) {
    return wording->own ? wording->own->locale : wording->language->tag;
}

/* The script that a tag names ("az-Arab", "az_Arab_IR") is its only part of four letters; NULL: it names none. */
static const char *script_of(const char *tag) {
    enum { SCRIPT_LENGTH = 4 };
    for (const char *part = strpbrk(tag, "-_"); part; part = strpbrk(part + 1, "-_"))
        if (strcspn(part + 1, "-_") == SCRIPT_LENGTH && strspn(part + 1, "0123456789") == 0)
            return part + 1;
    return NULL;
}

bool language_is_rtl(const char *tag) {
    static const char *const SCRIPTS[] = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"};
    static const char *const LANGUAGES_RTL[] = {"ar",  "arc", "azb", "bgn", "bqi", "ckb", "dv",  "fa",  "glk",
                                                "he",  "iw",  "ji",  "khw", "ks",  "lrc", "mzn", "nqo", "pnb",
                                                "prs", "ps",  "sd",  "sdh", "skr", "syr", "ug",  "ur",  "yi"};
    const char *script = script_of(tag);
    for (size_t i = 0; script && i < CXD_COUNT(SCRIPTS); i++)
        if (strncasecmp(script, SCRIPTS[i], strlen(SCRIPTS[i])) == 0)
            return true;
    for (size_t i = 0; !script && i < CXD_COUNT(LANGUAGES_RTL); i++)
        if (is_related(tag, &(struct wanted){LANGUAGES_RTL[i], strlen(LANGUAGES_RTL[i]), WEIGHT_WHOLE}))
            return true;
    return false;
}

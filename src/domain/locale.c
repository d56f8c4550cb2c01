/* The choice of a locale (RFC 4647's lookup, and then what is near). */
#include "cxd/domain/locale.h"

#include <stddef.h>
#include <string.h>

enum { FIT_ANY = 0, FIT_ENGLISH = 1, FIT_LANGUAGE = 2, FIT_PART = 3, FIT_SAME = 1000 };

static char fold(char c) {
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* How many characters of both are the same, up to the end of a part of both. */
static size_t shared(const char *a, const char *b) {
    size_t whole = 0;
    for (size_t i = 0;; i++) {
        bool ends_a = a[i] == '\0' || fold(a[i]) == '-', ends_b = b[i] == '\0' || fold(b[i]) == '-';
        if (ends_a && ends_b)
            whole = i;
        if (a[i] == '\0' || b[i] == '\0' || fold(a[i]) != fold(b[i]))
            return whole;
    }
}

static int fit_of(const char *asked, const char *locale) {
    size_t length = strlen(locale), same = asked ? shared(asked, locale) : 0;
    if (same > 0 && same == length)
        return asked[same] == '\0' ? FIT_SAME : FIT_PART + (int)(length < 900 ? length : 900);
    if (same > 0)
        return FIT_LANGUAGE;
    return shared("en", locale) == 2 ? FIT_ENGLISH : FIT_ANY;
}

void locale_begin(struct locale_choice *choice, const char *asked) {
    *choice = (struct locale_choice){.asked = asked};
}

bool locale_try(struct locale_choice *choice, const char *locale) {
    int fit = fit_of(choice->asked, locale);
    if (choice->best && (fit < choice->fit || (fit == choice->fit && strcmp(locale, choice->best) >= 0)))
        return false;
    choice->best = locale;
    choice->fit = fit;
    return true;
}

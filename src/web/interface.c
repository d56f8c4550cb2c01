/* All that a widget says is in its form, in the language that was asked for, so that it asks for nothing else: the
 * survey's own texts where it has them, cxd's for the rest. */
#include "web/interface.h"

#include "cxd/api/site.h"
#include "cxd/base/arena.h"
#include "cxd/codec/write.h"
#include "web/language.h"
#include "web/usual.h"

static const struct {
    const char *name;
    enum text text;
} WORDS[] = {
    {"point", TEXT_POINT},
    {"comma", TEXT_COMMA},
    {"optional", TEXT_OPTIONAL},
    {"other", TEXT_OTHER},
    {"other_words", TEXT_OTHER_WORDS},
    {"several", TEXT_SEVERAL},
    {"send", TEXT_SEND},
    {"next", TEXT_NEXT},
    {"back", TEXT_BACK},
    {"dismiss", TEXT_DISMISS},
    {"feedback", TEXT_FEEDBACK},
    {"missing", TEXT_MISSING},
    {"waiting", TEXT_WAITING},
    {"refused", TEXT_REFUSED},
    {"trap", TEXT_TRAP},
};

static void write_either(struct buffer *out, const char *name, const char *own, const struct wording *wording,
                         enum text text) {
    write_text(out, name, own ? own : language_text(wording, text));
}

static void write_texts(struct buffer *out, const struct survey *survey, const struct wording *wording) {
    static const struct survey_text NONE = {0};
    const struct survey_text *own = wording->own ? wording->own : &NONE;
    struct usual usual = usual_texts(survey);
    write_open(out, "texts", '{');
    write_either(out, "question", own->question, wording, usual.question);
    write_either(out, "low_label", own->low_label, wording, usual.low);
    write_either(out, "high_label", own->high_label, wording, usual.high);
    write_either(out, "comment_prompt", own->comment_prompt, wording, TEXT_COMMENT);
    write_either(out, "thanks", own->thanks, wording, TEXT_THANKS);
    for (size_t i = 0; i < CXD_COUNT(WORDS); i++)
        write_text(out, WORDS[i].name, language_text(wording, WORDS[i].text));
    buffer_append_char(out, '}');
}

/* One text in an arena; NULL: no memory. */
static const struct localized *localize(struct arena *arena, const struct wording *wording, enum text text) {
    struct localized *made = arena_alloc(arena, sizeof *made);
    if (made)
        *made = (struct localized){language_tag(wording), language_text(wording, text)};
    return made;
}

static bool complete_question(struct arena *arena, const struct wording *wording, const struct survey *survey,
                              struct question *question) {
    const struct usual usual = usual_texts_of(survey, question);
    question->low_labels = localize(arena, wording, usual.low);
    question->high_labels = localize(arena, wording, usual.high);
    question->low_label_count = question->high_label_count = 1;
    return question->low_labels && question->high_labels;
}

const struct survey *web_complete(struct http_request *request, const struct survey *survey, const char *locale) {
    struct arena *arena = http_arena(request);
    const struct wording wording = language_choose((const char *[]){locale, NULL}, NULL, survey);
    struct survey *complete = arena_alloc(arena, sizeof *complete);
    struct question *questions = arena_alloc(arena, survey->question_count * sizeof *questions);
    bool is_made = complete && questions;
    for (size_t i = 0; is_made && i < survey->question_count; i++) {
        questions[i] = survey->questions[i];
        is_made = !usual_has_ends(&questions[i]) || complete_question(arena, &wording, survey, &questions[i]);
    }
    if (!is_made)
        return NULL;
    *complete = *survey;
    complete->questions = questions;
    return complete;
}

void web_write_interface(struct buffer *out, const struct http_request *request, const struct survey *survey,
                         const char *locale) {
    const struct wording wording = language_choose((const char *[]){locale, NULL}, NULL, survey);
    const char *tag = language_tag(&wording);
    write_open(out, NULL, '{');
    write_text(out, "locale", tag);
    write_text(out, "dir", language_is_rtl(tag) ? "rtl" : "ltr");
    write_bool(out, "lower_is_better", survey->direction == DIRECTION_LOWER);
    write_int(out, "amend_window", survey->amend_window_s);
    write_int(out, "comment_characters", (int64_t)site_limits(request)->comment_characters);
    write_texts(out, survey, &wording);
    buffer_append_char(out, '}');
}

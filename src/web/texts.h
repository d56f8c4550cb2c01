#ifndef CXD_SRC_WEB_TEXTS_H
#define CXD_SRC_WEB_TEXTS_H

#include <stddef.h>

/* What pages say by themselves, a file a language: web/texts/TAG.json, where the names are those below in small letters
 * without TEXT_. "{0}" and "{1}" are put in. The build makes the table (src/tools/embed_web.c). */

enum text {
    TEXT_NPS_QUESTION,
    TEXT_NPS_LOW,
    TEXT_NPS_HIGH,
    TEXT_CSAT_QUESTION,
    TEXT_CSAT_LOW,
    TEXT_CSAT_HIGH,
    TEXT_EASE_QUESTION, /* of CES where higher is better, else of effort */
    TEXT_EASE_LOW,
    TEXT_EASE_HIGH,
    TEXT_EFFORT_QUESTION,
    TEXT_EFFORT_LOW,
    TEXT_EFFORT_HIGH,
    TEXT_COMMA, /* between what is read out one behind the other */
    TEXT_POINT, /* "{0} out of {1}" */
    TEXT_COMMENT,
    TEXT_OPTIONAL,
    TEXT_OTHER,       /* an option for whatever is none */
    TEXT_OTHER_WORDS, /* what that is */
    TEXT_SEVERAL,     /* of a list may be ticked */
    TEXT_IF_APPLIES,  /* of a question that is for some, where it cannot be hidden from others */
    TEXT_SEND,
    TEXT_NEXT, /* from here to TEXT_REFUSED the widget's */
    TEXT_BACK,
    TEXT_DISMISS,
    TEXT_FEEDBACK, /* the button at the edge */
    TEXT_MISSING,
    TEXT_WAITING,
    TEXT_REFUSED,
    TEXT_REPLACES, /* an invitation was answered, and may be again */
    TEXT_TRAP,
    TEXT_SCORE_MISSING,
    TEXT_SCORE_INVALID,
    TEXT_COMMENT_LONG, /* "{0}" characters */
    TEXT_ANSWER_MISSING,
    TEXT_ANSWER_NEEDED, /* beside such a question */
    TEXT_INVALID,
    TEXT_THANKS,
    TEXT_CLOSE,
    TEXT_RESTART, /* where many people answer, one after the other */
    TEXT_RESTART_SOON,
    TEXT_STILL_THERE,
    TEXT_STILL_THERE_WHY,
    TEXT_STILL_THERE_YES,
    TEXT_KIOSK_KEPT,    /* and is sent later */
    TEXT_KIOSK_WAITING, /* "{0}" answers */
    TEXT_CLOSED_TITLE,
    TEXT_CLOSED,
    TEXT_UNKNOWN_TITLE,
    TEXT_UNKNOWN,
    TEXT_USED_TITLE,
    TEXT_USED,
    TEXT_EXPIRED_TITLE,
    TEXT_EXPIRED,
    TEXT_FORGED_TITLE,
    TEXT_FORGED,
    TEXT_GONE_TITLE,
    TEXT_GONE,
    TEXT_INVITED_TITLE,
    TEXT_INVITED,
    TEXT_RECONTACT_TITLE,
    TEXT_RECONTACT,
    TEXT_BUSY_TITLE,
    TEXT_BUSY,
    TEXT_LONG_TITLE,
    TEXT_LONG,
    TEXT_ODD_TITLE,
    TEXT_ODD,
    TEXT_FAILED_TITLE,
    TEXT_FAILED,
    TEXT_COUNT
};

struct language {
    const char *tag; /* "de" */
    const char *texts[TEXT_COUNT];
};

extern const struct language LANGUAGES[];
extern const size_t LANGUAGE_COUNT;

#endif

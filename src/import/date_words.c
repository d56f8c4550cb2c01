/* The words of dates, as data: a language more is a row more. */

#include "cxd/import/date_words.h"

#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/import/text_cell.h"

enum { WORD_SIZE = 24 };

const char DATE_WORDS_LANGUAGES[] = "English, German, French, Spanish, Italian, Portuguese, Dutch";

/* Of each month all of its words, between blanks. */
static const char *const MONTHS[12] = {
    " january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari ",
    " february feb februar februari février févr fév fevrier fevr fev febrero febbraio fevereiro ",
    " march mar märz mär maerz mrz mars marzo março marco maart mrt ",
    " april apr avril avr abril abr aprile ",
    " may mai mayo maggio mag maio mei ",
    " june jun juni juin junio giugno giu junho ",
    " july jul juli juillet juil julio luglio lug julho ",
    " august aug août aout agosto ago augustus ",
    " september sept sep septembre septiembre set settembre setembro ",
    " october oct oktober okt octobre octubre ottobre ott outubro out ",
    " november nov novembre noviembre novembro ",
    " december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro ",
};

static const char WEEKDAYS[] =
    " monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun "
    " montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sa sonnabend sonntag so "
    " lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim "
    " lunes martes miércoles mié miercoles mie jueves jue viernes vie sábado sáb sabado sab domingo dom "
    " lunedì lunedi martedì martedi mercoledì mercoledi giovedì giovedi gio venerdì venerdi sabato domenica "
    " segunda segundafeira seg terça tercafeira terçafeira ter quarta quartafeira qua quinta quintafeira qui sexta "
    "sextafeira sex "
    " maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo ";

static const char FILLING[] = " of the de del den der le el at um à kl om uhr alle las a ";

static const struct {
    const char *name;
    int minutes;
} ZONES[] = {{"z", 0},      {"utc", 0},    {"gmt", 0},    {"ut", 0},     {"est", -300}, {"edt", -240}, {"cst", -360},
             {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"wet", 0},    {"west", 60},
             {"cet", 60},   {"mez", 60},   {"cest", 120}, {"mesz", 120}, {"eet", 120},  {"eest", 180}};

/* The word with a blank on both sides; 0 where it is too long to be one. */
static size_t frame(char out[WORD_SIZE], const char *text, size_t length) {
    char key[WORD_SIZE];
    size_t found = length < WORD_SIZE ? text_cell_key(key, sizeof key, text, length) : 0;

    if (found == 0 || found + 3 > WORD_SIZE)
        return 0;
    out[0] = ' ';
    memcpy(out + 1, key, found);
    out[found + 1] = ' ';
    out[found + 2] = '\0';
    return found;
}

static bool is_among(const char *words, const char *text, size_t length) {
    char framed[WORD_SIZE];

    return frame(framed, text, length) > 0 && strstr(words, framed);
}

int date_words_month(const char *text, size_t length) {
    char framed[WORD_SIZE];

    if (frame(framed, text, length) == 0)
        return 0;
    for (int i = 0; i < 12; i++)
        if (strstr(MONTHS[i], framed))
            return i + 1;
    return 0;
}

bool date_words_is_weekday(const char *text, size_t length) {
    return is_among(WEEKDAYS, text, length);
}

bool date_words_is_filling(const char *text, size_t length) {
    return is_among(FILLING, text, length);
}

bool date_words_zone(const char *text, size_t length, int *ret_minutes) {
    char key[WORD_SIZE];

    if (length >= WORD_SIZE || text_cell_key(key, sizeof key, text, length) == 0)
        return false;
    for (size_t i = 0; i < CXD_COUNT(ZONES); i++) {
        if (strcmp(ZONES[i].name, key) == 0) {
            *ret_minutes = ZONES[i].minutes;
            return true;
        }
    }
    return false;
}

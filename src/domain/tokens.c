/* From the text of a comment to its words. One pass; looks ahead only where an address or a long number may stand. */
#include "cxd/domain/tokens.h"

#include <string.h>

#include "cxd/base/compiler.h"
#include "cxd/base/utf8.h"
#include "domain/characters.h"

/* A character of the text. */
struct character {
    uint32_t code;
    size_t length;
    enum character_class class;
};

static struct character read_character(const char *at, const char *end) {
    struct character character = {.length = 1};
    if (at == end)
        return (struct character){0};
    unsigned char byte = (unsigned char)*at;
    character.code = byte < 0x80 ? byte : utf8_decode(at, (size_t)(end - at), &character.length);
    character.class = character.code == UTF8_BAD ? CHARACTER_OTHER : character_class(character.code);
    return character;
}

/* Letters, made small, and digits of ASCII; 0: everything else. */
static const char ASCII[256] = {
    // clang-format off
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8',
    ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h',
    ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q',
    ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
    ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i',
    ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',
    ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
    // clang-format on
};

static bool is_wordly(enum character_class class) {
    return class == CHARACTER_LETTER || class == CHARACTER_DIGIT;
}

static bool is_alphanumeric(char c) {
    return ASCII[(unsigned char)c] != 0;
}

/* --- Addresses --- */

/* An @, a wide and a small one. */
static const char *const SIGNS[] = {"@", "\xEF\xBC\xA0", "\xEF\xB9\xAB"};

static bool is_sign(uint32_t code) {
    return code == '@' || code == 0xFF20 || code == 0xFE6B;
}

static const char *unspaced_end(const char *at, const char *end) {
    for (struct character character; at < end; at += character.length) {
        character = read_character(at, end);
        if (character.class != CHARACTER_UNSPACED && character.class != CHARACTER_MARK)
            break;
    }
    return at;
}

/* Where what could be an address ends at the latest. Text without blanks may go on right behind it; what stands behind
 * a mark of the address (@ / . = and so on) belongs to it in any script. */
static const char *run_end(const char *at, const char *end) {
    bool is_open = false;
    while (at < end) {
        struct character character = read_character(at, end);
        if (is_open && character.class == CHARACTER_UNSPACED) {
            at = unspaced_end(at, end);
            is_open = false;
            continue;
        }
        is_open = is_sign(character.code) || (character.code < 0x80 && strchr("/.:=?&#%-_~+", (int)character.code));
        if (character.class == CHARACTER_BLANK || character.class == CHARACTER_UNSPACED ||
            (character.code < 0x80 && strchr("\r\n<>()[]{}\"|,;", (int)character.code)))
            break;
        at += character.length;
    }
    return at;
}

static bool begins_site(const char *at, const char *end) {
    return (*at | 0x20) == 'w' && end - at > 4 && strncasecmp(at, "www.", 4) == 0;
}

/* "shop.example/path" */
static bool has_path(const char *at, const char *end) {
    const char *slash = memchr(at, '/', (size_t)(end - at));
    const char *dot = slash ? memrchr(at, '.', (size_t)(slash - at)) : NULL;
    if (!dot || dot == at || slash - dot < 3 || !is_alphanumeric(dot[-1]))
        return false;
    for (const char *c = dot + 1; c < slash; c++)
        if ((*c | 0x20) < 'a' || (*c | 0x20) > 'z')
            return false;
    return true;
}

/* Behind the first @; NULL where there is none. */
static const char *behind_sign(const char *at, const char *end) {
    for (size_t i = 0; i < CXD_COUNT(SIGNS); i++) {
        size_t length = strlen(SIGNS[i]);
        const char *sign = memmem(at, (size_t)(end - at), SIGNS[i], length);
        if (sign)
            return sign + length;
    }
    return NULL;
}

static bool is_address(const char *at, const char *end) {
    size_t length = (size_t)(end - at);
    const char *named = behind_sign(at, end);
    if (named && named < end && (is_alphanumeric(*named) || (unsigned char)*named >= 0x80 || *named == '_'))
        return true;
    return memmem(at, length, "://", 3) || begins_site(at, end) || has_path(at, end);
}

/* --- Addresses that are spelled out --- */

/* Blanks in an address that is spelled out: a few, not a gap in the text. */
static const char *blanks_end(const char *at, const char *end) {
    enum { BLANKS_MAX = 4 };
    struct character character;
    for (int i = 0; i < BLANKS_MAX && at < end; i++, at += character.length) {
        character = read_character(at, end);
        if (character.class != CHARACTER_BLANK && character.class != CHARACTER_SILENT)
            break;
    }
    return at;
}

/* Behind any bracket, or what is set for one; NULL where none stands. */
static const char *behind_bracket(const char *at, const char *end) {
    static const uint32_t BRACKETS[] = {0xAB,   0xBB,   0x2039, 0x203A, 0x2329, 0x232A, 0x27E8, 0x27E9, 0x3008,
                                        0x3009, 0x300A, 0x300B, 0x300C, 0x300D, 0x3010, 0x3011, 0x3014, 0x3015,
                                        0xFF08, 0xFF09, 0xFF1C, 0xFF1E, 0xFF3B, 0xFF3D, 0xFF5B, 0xFF5D};
    struct character character = read_character(at, end);
    if (at < end && character.code != 0 && character.code < 0x80)
        return strchr("()[]{}<>|*_-", (int)character.code) ? at + 1 : NULL;
    for (size_t i = 0; at < end && i < CXD_COUNT(BRACKETS); i++)
        if (character.code == BRACKETS[i])
            return at + character.length;
    return NULL;
}

/* What is said for a mark of an address, alone or in brackets. */
struct spelling {
    const char *word;
    bool (*is_mark)(uint32_t code);
};

static bool is_dot(uint32_t code) {
    return code == '.' || code == 0x3002 || code == 0xFF0E;
}

static const struct spelling AT = {"at", is_sign}, DOT = {"dot", is_dot};

/* Behind the mark or its word; NULL where neither stands. */
static const char *behind_spelling(const char *at, const char *end, const struct spelling *spelling) {
    size_t length = strlen(spelling->word);
    struct character character = read_character(at, end);
    if (at < end && spelling->is_mark(character.code))
        return at + character.length;
    bool is_word = (size_t)(end - at) >= length && strncasecmp(at, spelling->word, length) == 0 &&
                   !is_wordly(read_character(at + length, end).class);
    return is_word ? at + length : NULL;
}

/* "(at)", "[ @ ]", "{dot}" */
static const char *behind_bracketed(const char *at, const char *end, const struct spelling *spelling) {
    const char *inner = behind_bracket(at, end);
    inner = inner ? behind_spelling(blanks_end(inner, end), end, spelling) : NULL;
    return inner ? behind_bracket(blanks_end(inner, end), end) : NULL;
}

static bool is_of_label(const char *at, const char *end) {
    struct character character = read_character(at, end);
    return at < end && (is_wordly(character.class) || character.class == CHARACTER_UNSPACED);
}

/* Labels of names, with what stands between two: "anna.b", "shop-24.example". */
static const char *labels_end(const char *at, const char *end, const char **ret_last) {
    enum { NAME_MAX_BYTES = 256 };
    end = end - at > NAME_MAX_BYTES ? at + NAME_MAX_BYTES : end;
    bool may_be_unspaced = true; /* text without blanks goes on only what has begun so */
    for (struct character character; at < end; at += character.length) {
        character = read_character(at, end);
        if (character.class == CHARACTER_SILENT || character.class == CHARACTER_MARK ||
            (may_be_unspaced && character.class == CHARACTER_UNSPACED))
            continue;
        may_be_unspaced = !is_wordly(character.class);
        if (!may_be_unspaced)
            continue;
        if (*at == '\0' || !strchr(".-_+", *at) || !is_of_label(at + 1, end))
            break;
        if (*at == '.')
            *ret_last = at + 1;
    }
    return at < end ? at : end;
}

/* Behind a dot that is spelled out, with the label that it is in front of; NULL where there is none. Without brackets
 * it stands between blanks. */
static const char *further_labels(const char *at, const char *end, bool is_bare, const char **ret_last) {
    const char *mark = blanks_end(at, end), *behind = behind_bracketed(mark, end, &DOT);
    if (!behind && is_bare && mark > at) {
        behind = behind_spelling(mark, end, &DOT);
        behind = behind && blanks_end(behind, end) > behind ? behind : NULL;
    }
    const char *label = behind ? blanks_end(behind, end) : end;
    if (!is_of_label(label, end))
        return NULL;
    *ret_last = label;
    return labels_end(label, end, ret_last);
}

/* Where a domain ends that begins here and may be spelled out; its last label begins at *ret_last, NULL where it has
 * one alone. */
static const char *domain_end(const char *at, const char *end, const char **ret_last) {
    *ret_last = NULL;
    const char *stop = labels_end(at, end, ret_last);
    for (const char *more; (more = further_labels(stop, end, !*ret_last, ret_last)) != NULL;)
        stop = more;
    return stop;
}

/* Two letters or more, and nothing else. */
static bool is_top_level(const char *at, const char *end) {
    size_t letters = 0;
    for (struct character character; at < end; at += character.length, letters++) {
        character = read_character(at, end);
        if (character.class != CHARACTER_LETTER && character.class != CHARACTER_UNSPACED)
            return false;
    }
    return letters >= 2;
}

/* Behind the name in an address of e-mail whose sign is spelled out, or has blanks about it: where the address ends;
 * NULL where there is none. Where there are blanks it takes a domain with a dot, so that "I was (at) home" stays. */
static const char *mailbox_end(const char *at, const char *end) {
    while (at < end && *at != '\0' && strchr("-_+", *at))
        at++;
    const char *mark = blanks_end(at, end), *behind = behind_bracketed(mark, end, &AT);
    bool is_bracketed = behind != NULL;
    if (!behind && mark < end && is_sign(read_character(mark, end).code))
        behind = behind_spelling(mark, end, &AT);
    const char *domain = behind ? blanks_end(behind, end) : end, *last;
    if (!is_of_label(domain, end))
        return NULL;
    const char *stop = domain_end(domain, end, &last);
    bool is_tight = is_bracketed && mark == at && domain == behind;
    return is_tight || (last && is_top_level(last, stop)) ? stop : NULL;
}

/* Whether what stands there, behind blanks, has a byte that the rest of a name or its sign may begin with. */
static bool may_go_on(const char *at, const char *end) {
    at = blanks_end(at, end);
    return at < end && *at != '\0' && strchr(".-_+([{<|*@\xC2\xE2\xE3\xEF", *at);
}

/* Behind a word with which a page may be named without "www." ("anna.de"), or an address of e-mail whose sign is
 * spelled out: where it ends; NULL where it is none. */
static const char *name_end(const char *at, const char *end, bool has_letters) {
    static const char *const DOMAINS[] = {"com", "net", "org", "info", "biz", "edu", "gov", "io", "dev", "eu", "de",
                                          "fr",  "nl",  "uk",  "ch",   "pl",  "se",  "dk",  "ru", "es",  "pt", "ca"};
    const char *last = NULL;
    if (!may_go_on(at, end))
        return NULL;
    const char *stop = labels_end(at, end, &last), *mailbox = mailbox_end(stop, end);
    if (mailbox)
        return mailbox;
    for (size_t i = 0; has_letters && last && i < CXD_COUNT(DOMAINS); i++)
        if (strlen(DOMAINS[i]) == (size_t)(stop - last) && strncasecmp(last, DOMAINS[i], (size_t)(stop - last)) == 0)
            return stop;
    return NULL;
}

/* --- Words and numbers --- */

static void append(struct token *token, const char *bytes, size_t length, bool *too_long) {
    if (token->length + length > sizeof token->folded) {
        *too_long = true;
        return;
    }
    memcpy(token->folded + token->length, bytes, length);
    token->length += length;
}

static void append_folded(struct token *token, uint32_t code, bool *too_long) {
    char folded[CHARACTER_FOLDED_MAX];
    append(token, folded, character_fold(code, folded), too_long);
}

/* Articles and the like that lose their vowel before one, in French, Italian and Catalan: l'app is "l" and "app". */
static bool is_elided(const struct token *token, uint32_t next) {
    static const char *const ELIDED[] = {"l",    "d",    "j",     "m",      "t",     "s",     "c",      "n",
                                         "v",    "qu",   "un",    "all",    "gl",    "dall",  "dell",   "nell",
                                         "sull", "coll", "jusqu", "lorsqu", "quell", "quest", "puisqu", "quoiqu"};
    char folded[CHARACTER_FOLDED_MAX];
    character_fold(next, folded);
    if (!memchr("aeiouyh", folded[0], 7))
        return false;
    for (size_t i = 0; i < CXD_COUNT(ELIDED); i++)
        if (strlen(ELIDED[i]) == token->length && memcmp(token->folded, ELIDED[i], token->length) == 0)
            return true;
    return false;
}

/* A word as it is scanned. */
struct scan {
    const char *at, *end;
    size_t letters, digits;
    uint32_t first; /* letter */
    enum character_class before;
    bool too_long;
};

/* Whether what stands between two parts of a word joins them: -, ', and in numbers . , : / */
static bool joins(const struct scan *scan, const struct character *joint, const struct character *next) {
    switch (joint->class) {
    case CHARACTER_HYPHEN:
        return is_wordly(scan->before) && is_wordly(next->class);
    case CHARACTER_APOSTROPHE:
        return scan->before == CHARACTER_LETTER && next->class == CHARACTER_LETTER;
    default:
        return scan->letters == 0 && scan->before == CHARACTER_DIGIT && next->class == CHARACTER_DIGIT &&
               joint->code < 0x80 && strchr(".,:/", (int)joint->code);
    }
}

/* What most words are made of, and the whole of most. */
static void scan_ascii(struct scan *scan, struct token *token) {
    size_t digits = 0, length = token->length;
    const char *begin = scan->at, *at = begin;
    for (char folded; at < scan->end && length < sizeof token->folded; at++) {
        if ((folded = ASCII[(unsigned char)*at]) == 0)
            break;
        digits += folded <= '9';
        token->folded[length++] = folded;
    }
    if (at == begin)
        return;
    if (scan->letters == 0)
        scan->first = 'a';
    scan->digits += digits;
    scan->letters += (size_t)(at - begin) - digits;
    scan->before = at[-1] <= '9' ? CHARACTER_DIGIT : CHARACTER_LETTER;
    scan->at = at;
    token->length = length;
}

/* Goes on to the end of the word. */
static void scan_parts(struct scan *scan, struct token *token) {
    for (;;) {
        scan_ascii(scan, token);
        if (scan->at == scan->end || *scan->at == ' ')
            return;
        struct character character = read_character(scan->at, scan->end);
        if (is_wordly(character.class)) {
            append_folded(token, character.code, &scan->too_long);
            if (character.class == CHARACTER_DIGIT)
                scan->digits++;
            else if (scan->letters++ == 0)
                scan->first = character.code;
            scan->before = character.class;
        } else if (character.class != CHARACTER_SILENT) {
            struct character next = read_character(scan->at + character.length, scan->end);
            if (!joins(scan, &character, &next))
                return;
            if (character.class == CHARACTER_APOSTROPHE && is_elided(token, next.code)) {
                scan->at += character.length;
                token->is_letter = true;
                return;
            }
            append(token,
                   character.class == CHARACTER_HYPHEN       ? "-"
                   : character.class == CHARACTER_APOSTROPHE ? "'"
                                                             : scan->at,
                   1, &scan->too_long);
            scan->before = character.class;
        }
        scan->at += character.length;
    }
}

/* Behind a number: the end of the last group of digits that goes on with it, and how many digits these have. */
static const char *further_groups(const char *at, const char *end, size_t *ret_digits) {
    const char *last = at;
    *ret_digits = 0;
    for (;;) {
        struct character character;
        for (int i = 0; i < 3 && at < end && strchr(" -./()+,:", *at) && *at != '\0'; i++)
            at++;
        if (at == last || read_character(at, end).class != CHARACTER_DIGIT)
            return last;
        while ((character = read_character(at, end)).class == CHARACTER_DIGIT) {
            at += character.length;
            ++*ret_digits;
        }
        last = at;
    }
}

/* Whether the number is too long to be shown, with what goes on with it, which is passed then. */
static bool is_long_number(struct scan *scan) {
    size_t more = 0;
    const char *last = scan->letters == 0 ? further_groups(scan->at, scan->end, &more) : scan->at;
    if (scan->digits + more < TOKEN_DIGITS_MAX)
        return false;
    scan->at = last;
    return true;
}

/* False where it is none to be shown. */
static bool take_word(struct tokens *tokens, struct token *token) {
    struct scan scan = {.at = tokens->at, .end = tokens->end};
    scan_parts(&scan, token);
    token->shown_length = (size_t)(scan.at - tokens->at);
    const char *name = name_end(scan.at, scan.end, scan.letters > 0);
    bool is_shown = !name && !(scan.digits > 0 && is_long_number(&scan)) && !scan.too_long;
    tokens->at = name ? name : scan.at;
    if (!is_shown)
        return tokens->is_near = false;
    token->kind = scan.letters > 0 ? TOKEN_WORD : TOKEN_NUMBER;
    token->is_letter |= scan.letters == 1 && scan.digits == 0 && character_is_of_alphabet(scan.first);
    token->follows = tokens->is_near;
    return tokens->is_near = true;
}

/* --- Scripts without blanks, and emoji --- */

/* Khmer and Burmese write a consonant below the one before it. */
static bool stacks(uint32_t code) {
    return code == 0x17D2 || code == 0x1039;
}

/* A character with the marks that belong to it. */
static const char *cluster_end(const char *at, const char *end) {
    bool stacked = true;
    while (at < end) {
        struct character character = read_character(at, end);
        bool belongs = character.class == CHARACTER_MARK || character.class == CHARACTER_SILENT ||
                       (stacked && character.class == CHARACTER_UNSPACED);
        if (!belongs)
            break;
        stacked = stacks(character.code);
        at += character.length;
    }
    return at;
}

static bool take_piece(struct tokens *tokens, struct token *token) {
    const char *second = cluster_end(tokens->at, tokens->end);
    bool goes_on = read_character(second, tokens->end).class == CHARACTER_UNSPACED;
    bool is_rest = !goes_on && tokens->is_within, too_long = false;
    const char *stop = goes_on ? cluster_end(second, tokens->end) : second;
    struct character character;
    for (const char *at = tokens->at; at < stop; at += character.length) {
        character = read_character(at, stop);
        if (character.class != CHARACTER_SILENT)
            append_folded(token, character.code, &too_long);
    }
    token->kind = TOKEN_PIECE;
    token->follows = tokens->is_within;
    token->shown_length = (size_t)(stop - tokens->at);
    tokens->at = second;
    tokens->is_within = goes_on && !too_long;
    tokens->is_near = false;
    return !is_rest && !too_long;
}

static bool is_flag_letter(uint32_t code) {
    return code >= 0x1F1E6 && code <= 0x1F1FF;
}

/* A skin, a way to be shown, or what ends a flag of a region. */
static bool is_look(uint32_t code) {
    return code == 0xFE0F || (code >= 0x1F3FB && code <= 0x1F3FF) || (code >= 0xE0020 && code <= 0xE007F);
}

static bool take_emoji(struct tokens *tokens, struct token *token) {
    enum { JOINER = 0x200D };
    bool too_long = false, is_joined = true;
    uint32_t before = 0;
    const char *at = tokens->at;
    for (struct character character; at < tokens->end; at += character.length) {
        character = read_character(at, tokens->end);
        bool pairs = is_flag_letter(before) && is_flag_letter(character.code) && token->length == 4;
        if (is_look(character.code) && at > tokens->at)
            continue;
        if (character.code == JOINER) {
            is_joined = read_character(at + character.length, tokens->end).class == CHARACTER_EMOJI;
            if (!is_joined)
                break;
        } else if (character.class != CHARACTER_EMOJI || !(is_joined || pairs)) {
            break;
        } else {
            is_joined = false;
        }
        append(token, at, character.length, &too_long);
        before = character.code;
    }
    token->kind = TOKEN_EMOJI;
    token->shown_length = (size_t)(at - tokens->at);
    tokens->at = at;
    tokens->is_near = false;
    return !too_long;
}

/* --- The way through a text --- */

void tokens_open(struct tokens *tokens, const char *text, size_t length) {
    *tokens = (struct tokens){.at = text, .end = text + length, .looked = text};
    if (text)
        tokens->has_addresses = behind_sign(text, text + length) || memchr(text, '/', length) ||
                                memmem(text, length, "www.", 4) || memmem(text, length, "WWW.", 4) ||
                                memmem(text, length, "Www.", 4);
}

static bool pass_to(struct tokens *tokens, const char *end) {
    tokens->looked = tokens->at = end;
    tokens->is_near = false;
    return true;
}

/* Behind an address that ends here but for what is spelled out: "anna@shop (dot) example". */
static const char *spelled_end(const char *at, const char *end, const char *last) {
    const char *named = behind_sign(at, last);
    const char *label = named ? memrchr(named, '.', (size_t)(last - named)) : NULL;
    for (const char *more; named && (more = further_labels(last, end, !label, &label)) != NULL;)
        last = more;
    return last;
}

/* An address is passed. */
static bool pass_address(struct tokens *tokens) {
    const char *unspaced = unspaced_end(tokens->at, tokens->end);
    struct character sign = read_character(unspaced, tokens->end);
    const char *named = unspaced + sign.length;
    bool is_name = is_sign(sign.code) && named < tokens->end && is_alphanumeric(*named);
    const char *mailbox = unspaced > tokens->at && !is_name ? mailbox_end(unspaced, tokens->end) : NULL;
    if (mailbox)
        return pass_to(tokens, mailbox);
    tokens->looked = unspaced;
    if (unspaced > tokens->at && !is_name)
        return false;
    const char *end = run_end(unspaced, tokens->end);
    tokens->looked = end;
    if (end == tokens->at || !is_address(unspaced, end))
        return false;
    return pass_to(tokens, spelled_end(unspaced, tokens->end, end));
}

bool tokens_next(struct tokens *tokens, struct token *ret_token) {
    for (;;) {
        while (tokens->at < tokens->end && *tokens->at == ' ')
            tokens->at++;
        if (tokens->at == tokens->end)
            return false;
        struct character character = read_character(tokens->at, tokens->end);
        if (character.class != CHARACTER_BLANK && tokens->at >= tokens->looked &&
            (tokens->has_addresses || character.class == CHARACTER_UNSPACED || begins_site(tokens->at, tokens->end)) &&
            pass_address(tokens))
            continue;
        ret_token->length = 0;
        ret_token->is_letter = ret_token->follows = false;
        ret_token->shown = tokens->at;
        switch (character.class) {
        case CHARACTER_LETTER:
        case CHARACTER_DIGIT:
            if (take_word(tokens, ret_token))
                return true;
            break;
        case CHARACTER_UNSPACED:
            if (take_piece(tokens, ret_token))
                return true;
            break;
        case CHARACTER_EMOJI:
            if (take_emoji(tokens, ret_token))
                return true;
            break;
        case CHARACTER_BLANK:
        case CHARACTER_SILENT:
        case CHARACTER_MARK:
            tokens->at += character.length;
            break;
        default:
            tokens->at += character.length;
            tokens->is_near = false;
        }
    }
}

size_t tokens_piece_head(const char *piece, size_t length) {
    return (size_t)(cluster_end(piece, piece + length) - piece);
}

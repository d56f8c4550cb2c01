/* Below terms.c: tables of words and of pairs of them, made for millions of look-ups. */
#include "domain/vocabulary.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_FIRST = 4096, PHRASE_SLOTS_FIRST = 8192, FORMS_MAX = 4, FORM_BYTES_MAX = 128 };

struct slot {
    uint64_t hash;
    uint32_t word; /* 0: a free one */
};

struct form {
    struct form *next;
    uint32_t count;
    uint32_t length;
    char text[];
};

/* Of the arena, a word and a form of it at the most, with what an allocation wastes; and a block that is begun. */
enum { TEXT_BYTES_MAX = TOKEN_FOLDED_MAX + 1 + sizeof(struct form) + FORM_BYTES_MAX + 64, TEXT_BLOCK_MAX = 512 * 1024 };

/* --- Words --- */

static struct slot *slot_of(const struct vocabulary *vocabulary, uint64_t hash) {
    return &vocabulary->slots[hash & (2 * (uint64_t)vocabulary->word_capacity - 1)];
}

uint64_t vocabulary_hash(const struct vocabulary *vocabulary, const char *folded, size_t length) {
    uint64_t hash = hash_keyed(&vocabulary->key, folded, length);
    __builtin_prefetch(slot_of(vocabulary, hash));
    return hash;
}

static struct slot *find_slot(const struct vocabulary *vocabulary, uint64_t hash) {
    struct slot *slot = slot_of(vocabulary, hash), *end = vocabulary->slots + 2 * (size_t)vocabulary->word_capacity;
    while (slot->word != 0 && slot->hash != hash)
        if (++slot == end)
            slot = vocabulary->slots;
    return slot;
}

/* Makes the slots anew, for `capacity` words. */
static bool index_words(struct vocabulary *vocabulary, uint32_t capacity) {
    struct slot *slots = calloc(2 * (size_t)capacity, sizeof *slots);
    if (!slots)
        return false;
    free(vocabulary->slots);
    vocabulary->slots = slots;
    vocabulary->word_capacity = capacity;
    for (uint32_t i = 1; i <= vocabulary->word_count; i++) {
        const struct word *word = &vocabulary->words[i];
        uint64_t hash = vocabulary_hash(vocabulary, word->folded, word->length);
        *find_slot(vocabulary, hash) = (struct slot){hash, i};
    }
    return true;
}

static bool grow_words(struct vocabulary *vocabulary, uint32_t capacity) {
    struct word *words = realloc(vocabulary->words, (capacity + (size_t)1) * sizeof *words);
    if (!words)
        return false;
    vocabulary->words = words;
    return index_words(vocabulary, capacity);
}

uint32_t vocabulary_word(struct vocabulary *vocabulary, uint64_t hash, const char *folded, size_t length,
                         enum token_kind kind) {
    struct slot *slot = find_slot(vocabulary, hash);
    if (slot->word != 0) {
        __builtin_prefetch(&vocabulary->words[slot->word]);
        return slot->word;
    }
    if (vocabulary->word_count == vocabulary->word_capacity) {
        if (!grow_words(vocabulary, 2 * vocabulary->word_capacity))
            return 0;
        slot = find_slot(vocabulary, hash);
    }
    const char *kept = arena_strndup(&vocabulary->texts, folded, length);
    if (!kept)
        return 0;
    *slot = (struct slot){hash, ++vocabulary->word_count};
    vocabulary->words[slot->word] = (struct word){.folded = kept, .length = (uint8_t)length, .kind = (uint8_t)kind};
    return slot->word;
}

static struct form *make_form(struct vocabulary *vocabulary, const char *text, size_t length, uint32_t count) {
    struct form *form = arena_alloc(&vocabulary->texts, sizeof *form + length);
    if (!form)
        return NULL;
    *form = (struct form){.count = count, .length = (uint32_t)length};
    memcpy(form->text, text, length);
    return form;
}

bool vocabulary_count_form(struct vocabulary *vocabulary, struct word *word, const char *shown, size_t length) {
    struct form **at = &word->forms;
    for (int i = 0; i < FORMS_MAX; i++, at = &(*at)->next) {
        if (!*at)
            return length > FORM_BYTES_MAX || (*at = make_form(vocabulary, shown, length, 1)) != NULL;
        if ((*at)->length == length && memcmp((*at)->text, shown, length) == 0) {
            (*at)->count++;
            return true;
        }
    }
    return true;
}

/* --- Phrases --- */

static uint32_t hash_pair(const struct vocabulary *vocabulary, uint64_t key) {
    uint64_t mixed = (key ^ vocabulary->key.words[0]) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 32 ^ vocabulary->key.words[1]) * UINT64_C(0xD6E8FEB86659FD93);
    return (uint32_t)(mixed >> 32);
}

static struct phrase *find_phrase(const struct vocabulary *vocabulary, struct phrase *phrases, uint32_t slots,
                                  uint64_t key) {
    uint32_t i = hash_pair(vocabulary, key) & (slots - 1);
    while (phrases[i].key != 0 && phrases[i].key != key)
        i = (i + 1) & (slots - 1);
    return &phrases[i];
}

/* Moves what is kept into a table of `slots`. `numbers` has the new ones of words, 0 of those that have gone; NULL:
 * they stay. What was counted `least` times or less is not kept. */
static bool move_phrases(struct vocabulary *vocabulary, uint32_t slots, const uint32_t *numbers, uint32_t least) {
    struct phrase *moved = calloc(slots, sizeof *moved);
    if (!moved)
        return false;
    uint32_t count = 0;
    for (uint32_t i = 0; i < vocabulary->phrase_slots; i++) {
        struct phrase *phrase = &vocabulary->phrases[i];
        uint32_t first = phrase_first(phrase), second = phrase_second(phrase);
        if (phrase->key == 0)
            continue;
        if (numbers) {
            first = numbers[first];
            second = numbers[second];
        }
        if (first == 0 || second == 0 || phrase->tally.count + phrase->tally.rest <= least) {
            vocabulary->forget(vocabulary->context, &phrase->tally);
            continue;
        }
        phrase->key = (uint64_t)first << 32 | second;
        *find_phrase(vocabulary, moved, slots, phrase->key) = *phrase;
        count++;
    }
    free(vocabulary->phrases);
    vocabulary->phrases = moved;
    vocabulary->phrase_slots = slots;
    vocabulary->phrase_count = count;
    return true;
}

void vocabulary_expect_phrase(const struct vocabulary *vocabulary, uint32_t first, uint32_t second) {
    uint32_t hash = hash_pair(vocabulary, (uint64_t)first << 32 | second);
    __builtin_prefetch(&vocabulary->phrases[hash & (vocabulary->phrase_slots - 1)]);
}

struct phrase *vocabulary_phrase(struct vocabulary *vocabulary, uint32_t first, uint32_t second) {
    uint64_t key = (uint64_t)first << 32 | second;
    struct phrase *phrase = find_phrase(vocabulary, vocabulary->phrases, vocabulary->phrase_slots, key);
    if (phrase->key != 0)
        return phrase;
    if (vocabulary->phrase_count >= vocabulary->phrase_slots / 4 * 3) {
        if (!move_phrases(vocabulary, 2 * vocabulary->phrase_slots, NULL, 0))
            return NULL;
        phrase = find_phrase(vocabulary, vocabulary->phrases, vocabulary->phrase_slots, key);
    }
    vocabulary->phrase_count++;
    *phrase = (struct phrase){.key = key};
    return phrase;
}

/* --- Room --- */

/* The texts of what is kept, into an arena of their own. */
static bool move_texts(struct vocabulary *vocabulary) {
    struct arena old = vocabulary->texts;
    bool is_moved = true;
    arena_init(&vocabulary->texts);
    for (uint32_t i = 1; i <= vocabulary->word_count && is_moved; i++) {
        struct word *word = &vocabulary->words[i];
        word->folded = arena_strndup(&vocabulary->texts, word->folded, word->length);
        is_moved = word->folded != NULL;
        for (struct form **at = &word->forms; *at && is_moved; at = &(*at)->next) {
            struct form *next = (*at)->next;
            *at = make_form(vocabulary, (*at)->text, (*at)->length, (*at)->count);
            is_moved = *at != NULL;
            if (is_moved)
                (*at)->next = next;
        }
    }
    arena_free(&old);
    return is_moved;
}

/* Words that were counted `least` times or less go, with their phrases, which were counted no more often. */
static bool drop_words(struct vocabulary *vocabulary, uint32_t least) {
    uint32_t *numbers = calloc(vocabulary->word_count + (size_t)1, sizeof *numbers), count = 0;
    if (!numbers)
        return false;
    for (uint32_t i = 1; i <= vocabulary->word_count; i++) {
        const struct word *word = &vocabulary->words[i];
        if (word->languages == 0 && word->tally.count + word->tally.rest <= least) {
            vocabulary->forget(vocabulary->context, &word->tally);
            continue;
        }
        numbers[i] = ++count;
        vocabulary->words[count] = *word;
    }
    vocabulary->word_count = count;
    bool is_done = move_phrases(vocabulary, vocabulary->phrase_slots, numbers, 0) && move_texts(vocabulary) &&
                   index_words(vocabulary, vocabulary->word_capacity);
    free(numbers);
    return is_done;
}

bool vocabulary_make_room(struct vocabulary *vocabulary, uint32_t more) {
    /* What is dropped leaves a quarter free, so that it is not done at every text. */
    for (uint32_t least = 1, most = VOCABULARY_WORDS_MAX - more; vocabulary->word_count > most; least++) {
        if (!drop_words(vocabulary, least))
            return false;
        vocabulary->lost += least;
        most = VOCABULARY_WORDS_MAX / 4 * 3;
    }
    for (uint32_t least = 1, most = VOCABULARY_PHRASES_MAX - more; vocabulary->phrase_count > most; least++) {
        if (!move_phrases(vocabulary, vocabulary->phrase_slots, NULL, least))
            return false;
        vocabulary->lost += least;
        most = VOCABULARY_PHRASES_MAX / 4 * 3;
    }
    return true;
}

static bool is_full(const struct vocabulary *vocabulary, uint32_t more) {
    return vocabulary->word_count > VOCABULARY_WORDS_MAX - more ||
           vocabulary->phrase_count > VOCABULARY_PHRASES_MAX - more;
}

static size_t at_most(size_t count, size_t most) {
    return count < most ? count : most;
}

size_t vocabulary_bytes(const struct vocabulary *vocabulary, uint32_t more) {
    size_t capacity = vocabulary->word_capacity, slots = vocabulary->phrase_slots;
    size_t words = at_most(vocabulary->word_count + (size_t)more, VOCABULARY_WORDS_MAX);
    size_t phrases = at_most(vocabulary->phrase_count + (size_t)more, VOCABULARY_PHRASES_MAX);
    return arena_bytes(&vocabulary->texts) + TEXT_BYTES_MAX * (size_t)more + TEXT_BLOCK_MAX +
           vocabulary_grown(capacity, words, sizeof *vocabulary->words) + sizeof *vocabulary->words +
           vocabulary_grown(2 * capacity, 2 * words, sizeof *vocabulary->slots) +
           vocabulary_grown(slots, (4 * phrases + 2) / 3, sizeof *vocabulary->phrases);
}

size_t vocabulary_moving_bytes(const struct vocabulary *vocabulary, uint32_t more) {
    if (!is_full(vocabulary, more))
        return 0;
    return arena_bytes(&vocabulary->texts) + sizeof(uint32_t) * (vocabulary->word_count + (size_t)1) +
           sizeof *vocabulary->slots * 2 * vocabulary->word_capacity +
           sizeof *vocabulary->phrases * vocabulary->phrase_slots;
}

bool vocabulary_init(struct vocabulary *vocabulary) {
    *vocabulary = (struct vocabulary){0};
    arena_init(&vocabulary->texts);
    vocabulary->phrase_slots = PHRASE_SLOTS_FIRST;
    vocabulary->phrases = calloc(vocabulary->phrase_slots, sizeof *vocabulary->phrases);
    return vocabulary->phrases && hash_key_make(&vocabulary->key) && grow_words(vocabulary, WORDS_FIRST);
}

void vocabulary_free(struct vocabulary *vocabulary) {
    free(vocabulary->words);
    free(vocabulary->slots);
    free(vocabulary->phrases);
    arena_free(&vocabulary->texts);
}

/* --- As it is shown --- */

/* The form that is most frequent, of those of the same frequency the first. */
static const char *usual_form(const struct word *word, size_t *ret_length) {
    const struct form *usual = NULL;
    for (const struct form *form = word->forms; form; form = form->next)
        if (!usual || form->count > usual->count)
            usual = form;
    *ret_length = usual ? usual->length : word->length;
    return usual ? usual->text : word->folded;
}

const char *vocabulary_show_word(const struct vocabulary *vocabulary, uint32_t word, struct arena *arena) {
    size_t length;
    const char *form = usual_form(&vocabulary->words[word], &length);
    return arena_strndup(arena, form, length);
}

const char *vocabulary_show_phrase(const struct vocabulary *vocabulary, const struct phrase *phrase,
                                   struct arena *arena) {
    const struct word *first = &vocabulary->words[phrase_first(phrase)];
    const struct word *second = &vocabulary->words[phrase_second(phrase)];
    bool overlap = first->kind == TOKEN_PIECE;
    size_t first_length, second_length;
    const char *first_form = usual_form(first, &first_length), *second_form = usual_form(second, &second_length);
    size_t shared = overlap ? tokens_piece_head(second_form, second_length) : 0;
    char *shown = arena_alloc(arena, first_length + second_length + 2);
    if (!shown)
        return NULL;
    char *at = mempcpy(shown, first_form, first_length);
    if (!overlap)
        *at++ = ' ';
    at = mempcpy(at, second_form + shared, second_length - shared);
    *at = '\0';
    return shown;
}

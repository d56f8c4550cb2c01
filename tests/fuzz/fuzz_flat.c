/* Any bytes as a response that is read without the library, alone, as a line of a batch and as one of an import. What
 * is taken so, the library takes too, without a word against it, and says the same of each value. */
#include "fuzz.h"

#include "codec/read.h"
#include "cxd/codec/response.h"

enum { DEPTH = 16 };

static struct error err;

static void check_text(const char *flat, const char *whole) {
    CHECK((!flat) == (!whole));
    CHECK(!flat || strcmp(flat, whole) == 0);
}

static void check_answers(const struct response *flat, const struct response *whole) {
    CHECK(flat->answer_count == whole->answer_count && (!flat->answers) == (!whole->answers));
    for (size_t i = 0; i < flat->answer_count; i++) {
        const struct answer *a = &flat->answers[i], *b = &whole->answers[i];
        check_text(a->key, b->key);
        CHECK(a->form == b->form && a->number == b->number && a->value_count == b->value_count);
        check_text(a->text, b->text);
        check_text(a->other, b->other);
        for (size_t j = 0; j < a->value_count; j++)
            check_text(a->values[j], b->values[j]);
    }
}

static void check_properties(const struct response *flat, const struct response *whole) {
    CHECK(flat->property_count == whole->property_count && (!flat->properties) == (!whole->properties));
    for (size_t i = 0; i < flat->property_count; i++) {
        check_text(flat->properties[i].key, whole->properties[i].key);
        check_text(flat->properties[i].value, whole->properties[i].value);
    }
}

static void check_same(const struct response *flat, const struct response *whole) {
    CHECK(flat->has_id == whole->has_id && id_compare(&flat->id, &whole->id) == 0);
    CHECK(flat->has_score == whole->has_score && flat->score == whole->score);
    CHECK(flat->has_answered_at == whole->has_answered_at && flat->answered_at == whole->answered_at);
    CHECK(flat->has_sequence == whole->has_sequence && flat->sequence == whole->sequence);
    CHECK(flat->revision == whole->revision && flat->sent.revision == whole->sent.revision);
    CHECK(flat->received_at == whole->received_at && flat->updated_at == whole->updated_at);
    CHECK(flat->flags == whole->flags && flat->excluded == whole->excluded);
    check_text(flat->excluded_reason, whole->excluded_reason);
    check_text(flat->comment, whole->comment);
    check_text(flat->respondent, whole->respondent);
    check_text(flat->touchpoint, whole->touchpoint);
    check_text(flat->channel, whole->channel);
    check_text(flat->locale, whole->locale);
    check_text(flat->visit, whole->visit);
    check_text(flat->sent.invitation, whole->sent.invitation);
    check_text(flat->sent.respondent, whole->sent.respondent);
    check_text(flat->sent.nonce, whole->sent.nonce);
    CHECK(!flat->sent.left_out && !whole->sent.left_out && !flat->sent.strays && !whole->sent.strays);
    CHECK(!flat->sent.adjusted && !whole->sent.adjusted);
    check_properties(flat, whole);
    check_answers(flat, whole);
}

static void fuzz_one(const char *bytes, size_t size, size_t depth, enum way way, struct arena *arena) {
    const char *flat_slug = NULL, *whole_slug = NULL;
    struct response flat, whole = {0};
    struct document document;
    bool is_flat = way == IMPORT
                       ? response_read_flat_imported(bytes, size, depth, arena, &flat)
                       : response_read_flat(bytes, size, depth, arena, way == BATCH ? &flat_slug : NULL, &flat);
    if (!is_flat)
        return;
    document_init(&document);
    CHECK(document_read(&document, bytes, 0, size, depth, &err) == CXD_OK);
    CHECK((way == IMPORT
               ? response_read_imported(document.root, arena, &whole, &err)
               : response_read(document.root, arena, way == BATCH ? &whole_slug : NULL, &whole, &err)) == CXD_OK);
    CHECK(err.code == CXD_OK && err.member_count == 0);
    check_text(flat_slug, whole_slug);
    check_same(&flat, &whole);
    document_close(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    char *bytes = malloc(size); /* of its very size, so that a read past the end is seen */
    CHECK(bytes || size == 0);
    if (size > 0)
        memcpy(bytes, data, size);
    arena_init(&arena);
    for (size_t depth = 1; depth <= DEPTH; depth *= 2)
        for (enum way way = ALONE; way <= IMPORT; way <<= 1)
            fuzz_one(bytes, size, depth, way, &arena);
    arena_free(&arena);
    free(bytes);
    return 0;
}

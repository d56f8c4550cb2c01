/* Named definitions in memory: put, deleted and read. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "store/copy.h"
#include "store/decide.h"

static struct document *block_document(const struct document *document) {
    size_t size = strlen(document->definition) + 1;
    struct document *block = malloc(sizeof *block + size);
    if (block) {
        *block = *document;
        block->definition = memcpy(block + 1, document->definition, size);
    }
    return block;
}

static size_t find(const struct memory_store *store, enum document_kind kind, const char *name) {
    for (size_t i = 0; i < store->documents.count; i++) {
        const struct document *document = store->documents.blocks[i];
        if (document && document->kind == kind && strcmp(document->name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

static int64_t count_kind(const struct memory_store *store, enum document_kind kind) {
    int64_t count = 0;
    for (size_t i = 0; i < store->documents.count; i++) {
        const struct document *document = store->documents.blocks[i];
        count += document && document->kind == kind;
    }
    return count;
}

static const struct document *document_at(const struct memory_store *store, size_t at) {
    return at == SIZE_MAX ? NULL : store->documents.blocks[at];
}

bool memory_put_document(struct memory_store *store, struct change *change) {
    size_t at = find(store, change->as.document.kind, change->as.document.name);
    decide_document(change, document_at(store, at), count_kind(store, change->as.document.kind));
    if (change->outcome != OUTCOME_CREATED && change->outcome != OUTCOME_AMENDED)
        return true;
    struct document *block = block_document(&change->as.document);
    return block && memory_swap(store, &store->documents, at == SIZE_MAX ? store->documents.count : at, block);
}

bool memory_discard_document(struct memory_store *store, struct change *change) {
    size_t at = find(store, change->as.discard.kind, change->as.discard.name);
    decide_discard(change, document_at(store, at));
    return change->outcome != OUTCOME_AMENDED || memory_swap(store, &store->documents, at, NULL);
}

/* The next of the kind behind a name; NULL where there is none. */
static const struct document *next_of(const struct memory_store *store, enum document_kind kind, const char *after) {
    const struct document *next = NULL;
    for (size_t i = 0; i < store->documents.count; i++) {
        const struct document *document = store->documents.blocks[i];
        if (document && document->kind == kind && strcmp(document->name, after) > 0 &&
            (!next || strcmp(document->name, next->name) < 0))
            next = document;
    }
    return next;
}

enum cxd_err memory_read_documents(struct store_reader *base, enum document_kind kind, const char *after, size_t limit,
                                   struct arena *arena, struct document **ret_documents, size_t *ret_count,
                                   struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    struct document *documents = arena_alloc(arena, (limit + 1) * sizeof *documents);
    size_t count = 0;
    bool copied = documents;
    memory_enter(reader);
    const struct document *next = next_of(reader->store, kind, after ? after : "");
    for (; copied && next && count < limit; next = next_of(reader->store, kind, next->name)) {
        documents[count] = *next;
        copied = copy_text(arena, &documents[count++].definition);
    }
    memory_leave(reader);
    if (!copied)
        return error_set(err, ERR_NO_MEMORY, "no memory to read the definitions");
    *ret_documents = documents;
    *ret_count = count;
    return CXD_OK;
}

enum cxd_err memory_read_document(struct store_reader *base, enum document_kind kind, const char *name,
                                  struct arena *arena, bool *ret_found, struct document *ret_document,
                                  struct error *err) {
    struct memory_reader *reader = (struct memory_reader *)base;
    bool copied = true;
    memory_enter(reader);
    const struct document *found = document_at(reader->store, find(reader->store, kind, name));
    if (found) {
        *ret_document = *found;
        copied = copy_text(arena, &ret_document->definition);
    }
    memory_leave(reader);
    *ret_found = found;
    return copied ? CXD_OK : error_set(err, ERR_NO_MEMORY, "no memory to read a definition");
}

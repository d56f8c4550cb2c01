/* What makes invented values cheap. Each dimension that has values beyond its series has a gate: the keyed hashes
 * of the values that have a series. As long as the dimension overflows no value gets a series, so that a value which
 * is not among them lies beyond, and neither the deltas nor the database are asked. A value that seems to be among them
 * (its series may have gone since) is looked for. */

#include <stdlib.h>
#include <string.h>

#include "store/sqlite/writer.h"

/* In all gates together: 4 MiB or so. A dimension for which there is no room has each of its values looked for. */
enum { VALUES_MAX = 1 << 18 };

struct gate {
    int64_t survey;
    char *name;
    uint64_t *hashes; /* open-addressed, 0 is free; NULL: not read yet, or no room */
    size_t capacity, count;
    bool is_read, fell;
    int64_t beyond; /* to be added to what is stored */
};

static int compare_gate(const struct gate *gate, int64_t survey, const char *name) {
    int order = (gate->survey > survey) - (gate->survey < survey);
    return order ? order : strcmp(gate->name, name);
}

/* The first gate that is not before it. */
static size_t find_place(const struct gates *gates, int64_t survey, const char *name) {
    size_t low = 0, high = gates->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_gate(&gates->items[middle], survey, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct gate *find_gate(const struct gates *gates, int64_t survey, const char *name) {
    size_t at = find_place(gates, survey, name);
    return at < gates->count && compare_gate(&gates->items[at], survey, name) == 0 ? &gates->items[at] : NULL;
}

static void empty_gate(struct gates *gates, struct gate *gate) {
    gates->values -= gate->count;
    free(gate->name);
    free(gate->hashes);
}

static void remove_gate(struct gates *gates, int64_t survey, const char *dimension) {
    struct gate *gate = find_gate(gates, survey, dimension);
    if (gate) {
        size_t at = (size_t)(gate - gates->items);
        empty_gate(gates, gate);
        memmove(gate, gate + 1, (--gates->count - at) * sizeof *gate);
    }
}

void sqlite_gates_reset(struct gates *gates) {
    for (size_t i = 0; i < gates->count; i++)
        empty_gate(gates, &gates->items[i]);
    free(gates->items);
    *gates = (struct gates){.key = gates->key};
}

static enum cxd_err add_gate(struct gates *gates, int64_t survey, const char *name, struct error *err) {
    if (find_gate(gates, survey, name))
        return CXD_OK;
    if (gates->count == gates->capacity) {
        size_t larger = gates->capacity ? 2 * gates->capacity : 16;
        struct gate *grown = reallocarray(gates->items, larger, sizeof *grown);
        if (!grown)
            return error_set(err, ERR_NO_MEMORY, "no memory for the dimensions that overflow");
        gates->items = grown;
        gates->capacity = larger;
    }
    char *copy = strdup(name);
    if (!copy)
        return error_set(err, ERR_NO_MEMORY, "no memory for the dimensions that overflow");
    size_t at = find_place(gates, survey, name);
    memmove(&gates->items[at + 1], &gates->items[at], (gates->count++ - at) * sizeof *gates->items);
    gates->items[at] = (struct gate){.survey = survey, .name = copy};
    return CXD_OK;
}

static enum cxd_err load(struct sqlite_store *store, struct error *err) {
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    enum cxd_err code =
        SQLITE_ASK(&store->db, QUERY_LIST_OVERFLOWS, &stmt, err, INT(-1), INT(INT64_MIN), INT(INT64_MAX));
    while (code == CXD_OK && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        code = add_gate(&store->gates, sqlite3_column_int64(stmt, 0), name ? name : "", err);
    }
    sqlite3_reset(stmt);
    store->gates.loaded = code == CXD_OK;
    return code;
}

static uint64_t hash_value(const struct gates *gates, const char *value) {
    uint64_t hash = hash_keyed(&gates->key, value, strlen(value));
    return hash ? hash : 1;
}

/* Where it is, or would be. */
static uint64_t *find_hash(const struct gate *gate, uint64_t hash) {
    size_t slot = hash & (gate->capacity - 1);
    while (gate->hashes[slot] && gate->hashes[slot] != hash)
        slot = (slot + 1) & (gate->capacity - 1);
    return &gate->hashes[slot];
}

static bool put_hash(struct gate *gate, uint64_t hash) {
    if (2 * (gate->count + 1) > gate->capacity) {
        struct gate larger = {.capacity = gate->capacity ? 2 * gate->capacity : 64};
        larger.hashes = calloc(larger.capacity, sizeof *larger.hashes);
        if (!larger.hashes)
            return false;
        for (size_t i = 0; i < gate->capacity; i++)
            if (gate->hashes[i])
                *find_hash(&larger, gate->hashes[i]) = gate->hashes[i];
        free(gate->hashes);
        gate->hashes = larger.hashes;
        gate->capacity = larger.capacity;
    }
    uint64_t *place = find_hash(gate, hash);
    gate->count += *place == 0;
    *place = hash;
    return true;
}

/* Without room, or memory, the gate stays without hashes. */
static enum cxd_err read_values(struct sqlite_store *store, struct gate *gate, struct error *err) {
    struct gates *gates = &store->gates;
    sqlite3_stmt *stmt = NULL;
    bool row = false, fits = true;
    enum cxd_err code = SQLITE_ASK(&store->db, QUERY_LIST_VALUES, &stmt, err, INT(gate->survey), TEXT(gate->name),
                                   INT((VALUES_MAX - gates->values) + 1));
    while (code == CXD_OK && fits && (code = sqlite_db_next(&store->db, stmt, &row, err)) == CXD_OK && row) {
        const char *value = (const char *)sqlite3_column_text(stmt, 0);
        fits = gates->values + gate->count < VALUES_MAX && put_hash(gate, hash_value(gates, value ? value : ""));
    }
    sqlite3_reset(stmt);
    if (!fits || code != CXD_OK) {
        free(gate->hashes);
        gate->hashes = NULL;
        gate->capacity = gate->count = 0;
    }
    gates->values += gate->count;
    gate->is_read = code == CXD_OK;
    return code;
}

enum cxd_err sqlite_gates_pass(struct sqlite_store *store, int64_t survey, struct dimension *dimensions, size_t *count,
                               int sign, struct error *err) {
    struct gates *gates = &store->gates;
    enum cxd_err code = gates->loaded ? CXD_OK : load(store, err);
    if (code != CXD_OK || gates->count == 0)
        return code;
    size_t passed = 0;
    for (size_t i = 0; code == CXD_OK && i < *count; i++) {
        struct gate *gate = find_gate(gates, survey, dimensions[i].name);
        if (gate && !gate->is_read)
            code = read_values(store, gate, err);
        if (gate && gate->hashes && !*find_hash(gate, hash_value(gates, dimensions[i].value)))
            gate->beyond += sign;
        else
            dimensions[passed++] = dimensions[i];
    }
    *count = passed;
    return code;
}

/* Where nothing lies beyond any more, the next value finds a place again. */
static enum cxd_err remove_if_done(struct sqlite_store *store, int64_t survey, const char *dimension,
                                   struct error *err) {
    bool row = false;
    enum cxd_err code = SQLITE_HAS(&store->db, QUERY_IS_OVERFLOWING, &row, err, INT(survey), TEXT(dimension));
    if (code == CXD_OK && !row)
        remove_gate(&store->gates, survey, dimension);
    return code;
}

static enum cxd_err add_beyond(struct sqlite_store *store, int64_t survey, const char *dimension, int64_t responses,
                               struct error *err) {
    return SQLITE_RUN(&store->db, QUERY_ADD_BEYOND, err, INT(survey), TEXT(dimension), INT(responses));
}

enum cxd_err sqlite_gates_add_beyond(struct sqlite_store *store, int64_t survey, const char *dimension,
                                     int64_t responses, struct error *err) {
    enum cxd_err code = responses == 0 ? CXD_OK : add_beyond(store, survey, dimension, responses, err);
    if (code == CXD_OK && responses > 0)
        code = add_gate(&store->gates, survey, dimension, err);
    struct gate *gate = responses < 0 ? find_gate(&store->gates, survey, dimension) : NULL;
    if (gate)
        gate->fell = true;
    return code;
}

enum cxd_err sqlite_gates_flush(struct sqlite_store *store, struct error *err) {
    struct gates *gates = &store->gates;
    enum cxd_err code = CXD_OK;
    for (size_t i = gates->count; code == CXD_OK && i-- > 0;) { /* one may go */
        struct gate *gate = &gates->items[i];
        int64_t beyond = gate->beyond;
        bool fell = gate->fell || beyond < 0;
        gate->beyond = 0;
        gate->fell = false;
        if (beyond != 0)
            code = add_beyond(store, gate->survey, gate->name, beyond, err);
        if (code == CXD_OK && fell)
            code = remove_if_done(store, gate->survey, gate->name, err);
    }
    return code;
}

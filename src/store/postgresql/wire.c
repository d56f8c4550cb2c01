/* Values as PostgreSQL's binary format has them. */

#include <math.h>
#include <string.h>

#include "store/postgresql/db.h"
#include "store/postgresql/wire.h"

/* Of pg_type, which never change. */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };
enum { OID_BYTEA_ARRAY = 1001, OID_TEXT_ARRAY = 1009, OID_INT8_ARRAY = 1016, OID_FLOAT8_ARRAY = 1022 };

static void put(unsigned char *at, uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++)
        at[i] = (unsigned char)(value >> 8 * (size - 1 - i));
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* --- Arrays ------------------------------------------------------------------------------------------------------- */

/* Dimensions, whether it has NULLs, type, length, lower bound. */
enum { ARRAY_HEAD = 20, ARRAY_LENGTH_AT = 12 };

static void begin(struct db_array *array, Oid element) {
    unsigned char head[ARRAY_HEAD] = {0};
    put(head, 1, 4);
    put(head + 4, 1, 4);
    put(head + 8, element, 4);
    put(head + 16, 1, 4);
    if (array->element == 0)
        buffer_init(&array->bytes);
    buffer_reset(&array->bytes);
    array->element = element;
    array->count = 0;
    buffer_append(&array->bytes, head, sizeof head);
}

void postgresql_array_free(struct db_array *array) {
    if (array->element != 0)
        buffer_free(&array->bytes);
    array->element = 0;
}

void postgresql_array_ints(struct db_array *array) {
    begin(array, OID_INT8);
}

void postgresql_array_texts(struct db_array *array) {
    begin(array, OID_TEXT);
}

void postgresql_array_blobs(struct db_array *array) {
    begin(array, OID_BYTEA);
}

void postgresql_array_reals(struct db_array *array) {
    begin(array, OID_FLOAT8);
}

void postgresql_arrays_begin(struct db_array *arrays, const char *types) {
    for (size_t i = 0; types[i]; i++)
        if (types[i] == 'i')
            postgresql_array_ints(&arrays[i]);
        else if (types[i] == 'b')
            postgresql_array_blobs(&arrays[i]);
        else if (types[i] == 'r')
            postgresql_array_reals(&arrays[i]);
        else
            postgresql_array_texts(&arrays[i]);
}

void postgresql_array_add_bytes(struct db_array *array, const void *bytes, size_t length) {
    unsigned char head[4];
    put(head, bytes ? length : UINT32_MAX, sizeof head);
    buffer_append(&array->bytes, head, sizeof head);
    if (bytes)
        buffer_append(&array->bytes, bytes, length);
    array->count++;
}

void postgresql_array_add_null(struct db_array *array) {
    postgresql_array_add_bytes(array, NULL, 0);
}

void postgresql_array_add_text(struct db_array *array, const char *text) {
    postgresql_array_add_bytes(array, text, text ? strlen(text) : 0);
}

void postgresql_array_add_int(struct db_array *array, int64_t value) {
    unsigned char bytes[8];
    put(bytes, (uint64_t)value, sizeof bytes);
    postgresql_array_add_bytes(array, bytes, sizeof bytes);
}

void postgresql_array_add_real(struct db_array *array, double value) {
    unsigned char bytes[8];
    put(bytes, bits_of(value), sizeof bytes);
    postgresql_array_add_bytes(array, isnan(value) ? NULL : bytes, sizeof bytes);
}

static Oid array_type(Oid element) {
    return element == OID_INT8    ? OID_INT8_ARRAY
           : element == OID_BYTEA ? OID_BYTEA_ARRAY
           : element == OID_TEXT  ? OID_TEXT_ARRAY
                                  : OID_FLOAT8_ARRAY;
}

/* --- Parameters --------------------------------------------------------------------------------------------------- */

static bool is_null(const struct db_value *value) {
    return value->type == DB_NULL || ((value->type == DB_TEXT || value->type == DB_BLOB) && !value->bytes) ||
           (value->type == DB_REAL && isnan(value->real));
}

bool postgresql_wire_value(const struct db_value *value, struct wire_value *ret) {
    static const Oid TYPES[] = {
        [DB_NULL] = 0,          [DB_INT] = OID_INT8,  [DB_TEXT] = OID_TEXT, [DB_BLOB] = OID_BYTEA,
        [DB_REAL] = OID_FLOAT8, [DB_BOOL] = OID_BOOL, [DB_ARRAY] = 0};
    *ret = (struct wire_value){.type = TYPES[value->type]};
    if (is_null(value))
        return true;
    ret->bytes = value->bytes;
    ret->length = (int)value->number;
    if (value->type == DB_TEXT) {
        ret->length = (int)strlen(value->bytes);
    } else if (value->type == DB_INT || value->type == DB_REAL) {
        put(ret->own, value->type == DB_INT ? (uint64_t)value->number : bits_of(value->real), 8);
        ret->length = 8;
    } else if (value->type == DB_BOOL) {
        ret->own[0] = value->number != 0;
        ret->length = 1;
    } else if (value->type == DB_ARRAY) {
        struct db_array *array = value->array;
        if (array->bytes.failed || array->bytes.length > INT32_MAX)
            return false;
        put((unsigned char *)array->bytes.data + ARRAY_LENGTH_AT, array->count, 4);
        ret->type = array_type(array->element);
        ret->bytes = array->bytes.data;
        ret->length = (int)array->bytes.length;
    }
    return true;
}

/* --- Results ------------------------------------------------------------------------------------------------------ */

int64_t postgresql_int(const PGresult *result, int row, int column) {
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(result, row, column);
    int length = PQgetlength(result, row, column);
    uint64_t value = length > 0 && bytes[0] >= 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < length && i < 8; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

bool postgresql_bool(const PGresult *result, int row, int column) {
    return PQgetlength(result, row, column) == 1 && PQgetvalue(result, row, column)[0] != 0;
}

double postgresql_real(const PGresult *result, int row, int column) {
    int64_t bits = postgresql_int(result, row, column);
    double value;
    memcpy(&value, &bits, sizeof value);
    return PQgetisnull(result, row, column) ? (double)NAN : value;
}

const char *postgresql_text(const PGresult *result, int row, int column) {
    return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

bool postgresql_bytes(const PGresult *result, int row, int column, void *ret_bytes, size_t size) {
    if (PQgetisnull(result, row, column) || PQgetlength(result, row, column) != (int)size)
        return false;
    memcpy(ret_bytes, PQgetvalue(result, row, column), size);
    return true;
}

struct id postgresql_id(const PGresult *result, int row, int column) {
    struct id id = {{0}};
    if (!postgresql_bytes(result, row, column, id.bytes, sizeof id.bytes))
        return (struct id){{0}};
    return id;
}

enum cxd_err postgresql_copy(const PGresult *result, int row, int column, struct arena *arena, const char **ret_text,
                             struct error *err) {
    const char *text = postgresql_text(result, row, column);
    char *copy = text ? arena_strndup(arena, text, (size_t)PQgetlength(result, row, column)) : NULL;
    if (text && !copy)
        return error_set(err, ERR_NO_MEMORY, "no memory to read a text");
    *ret_text = copy;
    return CXD_OK;
}

void postgresql_field(const PGresult *result, int row, int column, char *field, size_t size) {
    size_t length = (size_t)PQgetlength(result, row, column);
    if (length >= size)
        length = size - 1;
    memcpy(field, PQgetvalue(result, row, column), length);
    field[length] = '\0';
}

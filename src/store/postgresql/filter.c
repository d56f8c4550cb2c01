/* Filters as the queries of read.sql take them. */

#include "store/postgresql/reader.h"

/* One of the wanted properties as it stands in the text of those that have it: there is one way to write it, and its
 * quotes stand nowhere within another member. */
static void add_member(struct db_array *members, const struct property *property) {
    struct buffer text;
    buffer_init(&text);
    buffer_append_json(&text, property->key);
    buffer_append_char(&text, ':');
    buffer_append_json(&text, property->value);
    const char *member = buffer_terminate(&text);
    if (member)
        postgresql_array_add_text(members, member);
    else
        members->bytes.failed = true;
    buffer_free(&text);
}

void postgresql_filter_make(const struct filter *filter, struct filter_parts *ret_parts) {
    *ret_parts = (struct filter_parts){0};
    postgresql_array_texts(&ret_parts->members);
    postgresql_array_texts(&ret_parts->keys);
    postgresql_array_texts(&ret_parts->values);
    for (size_t i = 0; i < filter->property_count; i++)
        add_member(&ret_parts->members, &filter->properties[i]);
    for (size_t i = 0; i < filter->answer_count; i++) {
        postgresql_array_add_text(&ret_parts->keys, filter->answers[i].key);
        postgresql_array_add_text(&ret_parts->values, filter->answers[i].value);
    }
}

void postgresql_filter_free(struct filter_parts *parts) {
    postgresql_array_free(&parts->members);
    postgresql_array_free(&parts->keys);
    postgresql_array_free(&parts->values);
}

#ifndef CXD_STORE_DIMENSIONS_H
#define CXD_STORE_DIMENSIONS_H

#include "cxd/store/store.h"

/* In which dimensions a response counts. */

#define DIMENSION_PROPERTY "property."

/* The properties that a survey declares now. */
struct declared {
    int64_t survey;
    int64_t anonymised_to; /* of the sqlite engine: retention has done what was answered before it */
    size_t count;
    struct declared_property {
        const char *dimension; /* "property.KEY" */
        bool rolled;
    } properties[SURVEY_PROPERTIES_MAX];
};

/* The KEY of a declared property. */
const char *declared_key(const struct declared_property *property);
bool declared_has(const struct declared *declared, const char *key);

struct dimension {
    const char *name, *value;
};

enum { DIMENSIONS_MAX = 4 + SURVEY_PROPERTIES_MAX };

/* Writes the dimensions that rollups count a response in, the total ("", "") first; returns their number.
 * Whether it is excluded is not looked at. */
size_t dimensions_of(const struct response *response, const struct declared *declared,
                     struct dimension ret_dimensions[DIMENSIONS_MAX]);

/* The properties that stay when the person is forgotten and the counts are kept: the declared ones. Writes
 * at most response->property_count; returns their number. */
size_t dimensions_kept(const struct response *response, const struct declared *declared,
                       struct property *ret_properties);

#endif

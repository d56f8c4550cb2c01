/* The rule of which dimensions there are; shared by every engine. */

#include "store/dimensions.h"

#include <string.h>

const char *declared_key(const struct declared_property *property) {
    return property->dimension + strlen(DIMENSION_PROPERTY);
}

bool declared_has(const struct declared *declared, const char *key) {
    for (size_t i = 0; i < declared->count; i++) {
        if (strcmp(declared_key(&declared->properties[i]), key) == 0) {
            return true;
        }
    }
    return false;
}

size_t dimensions_of(const struct response *response, const struct declared *declared,
                     struct dimension ret_dimensions[DIMENSIONS_MAX]) {
    const struct dimension fixed[] = {
        {"", ""},
        {"touchpoint", response->touchpoint},
        {"channel", response->channel},
        {"locale", response->locale},
    };
    size_t count = 0;
    for (size_t i = 0; i < CXD_COUNT(fixed); i++) {
        if (fixed[i].value) {
            ret_dimensions[count++] = fixed[i];
        }
    }
    for (size_t i = 0; response->property_count > 0 && i < declared->count; i++) {
        const struct declared_property *property = &declared->properties[i];
        const char *value = property->rolled ? response_property(response, declared_key(property)) : NULL;
        if (value) {
            ret_dimensions[count++] = (struct dimension){property->dimension, value};
        }
    }
    return count;
}

size_t dimensions_kept(const struct response *response, const struct declared *declared,
                       struct property *ret_properties) {
    size_t count = 0;
    for (size_t i = 0; i < response->property_count; i++) {
        if (declared_has(declared, response->properties[i].key)) {
            ret_properties[count++] = response->properties[i];
        }
    }
    return count;
}

#ifndef CXD_IMPORT_JSON_H
#define CXD_IMPORT_JSON_H

#include "import/reader.h"

/* Objects of JSON, a line each or in an array. The first row is made of the members of the first JSON_SAMPLE objects,
 * in the order that they come in; later members are counted (table_facts). */
enum { JSON_SAMPLE = 1000, JSON_DEPTH_MAX = 32 };

extern const struct reader_kind READER_NDJSON, READER_JSON;

#endif

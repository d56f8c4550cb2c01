#ifndef CXD_STORE_SQLITE_TEXT_H
#define CXD_STORE_SQLITE_TEXT_H

/* text.c: takes the JSON string at *at, as buffer_append_json writes one, ends it with a NUL where it stands, and moves
 * *at behind it. NULL where there is none that is known here. */
const char *sqlite_text_take(char **at);

#endif

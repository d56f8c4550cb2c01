#ifndef CXD_HTTP_STREAM_H
#define CXD_HTTP_STREAM_H

#include "http/state.h"

/* A streamed reply as its loop sees it: all of this is called there. */

/* What the writer has handed back the request for. */
struct stream_turn {
    bool begins; /* the reply is to be sent */
    bool ends;   /* the writer has let go of the request */
};
struct stream_turn stream_take_turn(struct http_request *request);
/* Lets MHD go on with a connection that waits for the writer; false where it does not. */
bool stream_resume(struct http_request *request);
/* Whether the writer still has the request, which therefore stays. */
bool stream_is_held(const struct http_request *request);
/* Nobody reads any more: the writer is told. What is not sent is dropped. */
void stream_abandon(struct http_request *request);
/* Ends a connection to whom its end would be the body's by a reset. Takes a request without a stream. */
void stream_reset(struct http_request *request);
/* Whether the client of a connection that waits for its writer has closed it, which MHD does not see. */
bool stream_is_left(const struct http_request *request);
/* The writer has let go. Takes a request without a stream. */
void stream_free(struct http_request *request);

#endif

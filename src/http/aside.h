#ifndef CXD_HTTP_ASIDE_H
#define CXD_HTTP_ASIDE_H

#include "http/state.h"

/* Requests that are set aside on their loop, and handed back to it from any thread. */

/* For what takes long: MHD leaves the connection alone. On the loop. */
void aside_suspend(struct http_request *request);
/* The connection stays with MHD, which costs no system call; but it may close meanwhile, and its headers with it. On
 * the loop. */
void aside_await(struct http_request *request);
/* MHD asks for a reply that is not there yet: suspends a pooled request that takes longer than most. On the loop. */
void aside_look(struct http_request *request);
/* The connection has closed: the loop does not turn for a reply that nobody reads. On the loop. */
void aside_forget(struct http_request *request);
/* The request is complete. The loop takes it at its next turn. Any thread. */
void aside_hand_back(struct http_request *request);
/* Ends the loop's sleep. Any thread. */
void aside_wake(struct loop *loop);

#endif

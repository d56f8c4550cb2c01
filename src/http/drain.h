#ifndef CXD_HTTP_DRAIN_H
#define CXD_HTTP_DRAIN_H

#include "http/state.h"

/* While a server stops, at every turn of a loop: ends the connections that nothing is to be expected of. */
void drain_cut(struct loop *loop);

#endif

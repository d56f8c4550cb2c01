#ifndef CXD_SRC_WEB_DASHBOARD_H
#define CXD_SRC_WEB_DASHBOARD_H

#include "cxd/web/web.h"

/* GET of a path of the dashboard: a page without any data, whichever path it is. What is on it dashboard.js reads by
 * the calls of the API, as whoever is signed in. */
http_handler web_dashboard_get;

#endif

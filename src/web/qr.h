#ifndef CXD_SRC_WEB_QR_H
#define CXD_SRC_WEB_QR_H

#include "cxd/http/http.h"

/* GET /s/{survey}/qr.svg and .png: the link to the survey's page, with the query string of this request, as a code. */
http_handler web_qr_svg_get, web_qr_png_get;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The page as the build made it: one HTML file with script, style and SQLite in it. */
#ifndef VIEWER_PAGE_H
#define VIEWER_PAGE_H

#include <stddef.h>

/* It has VIEWER_PAGE_MARKER once, where session and traces go. Not terminated. */
extern const unsigned char viewer_page[];
/* 0: it was not built, for want of npm or its registry. */
size_t viewer_page_size(void);

/* What the page may do: the value of Content-Security-Policy. Not terminated. */
extern const unsigned char viewer_page_policy[];
size_t viewer_page_policy_size(void);

#define VIEWER_PAGE_MARKER "<!--rtctrack-data-->"

#endif

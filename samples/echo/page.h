/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the page for a browser. They are a part of the program, which so needs no folder. */
#ifndef ECHO_PAGE_H
#define ECHO_PAGE_H

#include <stddef.h>

struct page {
	const char *path; /* "/style.css" */
	const char *type;
	const char *begin, *end;
};

/* NULL: no such file. */
const struct page *page_find(const char *path);

#endif

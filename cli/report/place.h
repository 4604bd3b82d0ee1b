/* SPDX-License-Identifier: Apache-2.0 */
/* Files as whoever reads a document elsewhere finds them. */
#ifndef REPORT_PLACE_H
#define REPORT_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct place {
	char path[PATH_MAX]; /* without "." and "..", where that can be; "" none */
	bool below;	     /* the root, to which it is relative */
};

/*
 * root: an absolute path; NULL: none. A compiler was told file, and of what is relative it says not
 * to what: to the root, if it is there, or if the module (NULL unknown) lies below, and is no
 * library from elsewhere. Else there is no place.
 */
void place_init(struct place *place, const char *file, const char *module, const char *root);

#define PLACE_URI_BYTES (3 * PATH_MAX + 8)

/* Percent-encoded (RFC 3986); an absolute path with its scheme. */
void place_uri(const struct place *place, char ret_uri[PLACE_URI_BYTES]);

#endif

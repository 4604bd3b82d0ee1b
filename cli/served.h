/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recordings of a page that is served. Each is judged, in a private copy where somebody still
 * records into it, when the page asks and it has changed since; what then cannot be read any more
 * stays as it was last seen. Errors are said here. Used by many threads.
 */
#ifndef CLI_SERVED_H
#define CLI_SERVED_H

#include <serve/pages.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

struct served;

/* All operands; each can be read, or there is none. 0 or -errno: that was said. */
int served_open(const struct options *options, struct served **ret_served);
/* NULL is fine. */
void served_close(struct served *served);

size_t served_count(const struct served *served);

/* These are functions of struct server_content (serve/server.h). */
int served_session(void *served, char **ret_text);
int served_frame(void *served, size_t trace, uint32_t since, struct frame **ret_frame);

#endif

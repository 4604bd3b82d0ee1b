/* SPDX-License-Identifier: Apache-2.0 */
/* What of the process is alive now, a name and a number a line, for who wants to see that nothing
 * stays. */
#ifndef ECHO_STATUS_H
#define ECHO_STATUS_H

#include <stdio.h>

/* "objects" of the library, "references" to them, "fds", "threads", "rss_kb". http_connections:
 * those of HTTP, whose descriptors are not counted. */
void status_print(FILE *to, unsigned http_connections);
/* "object CLASS HOLDER REFERENCES" for each that is alive. */
void status_print_objects(FILE *to);

#endif

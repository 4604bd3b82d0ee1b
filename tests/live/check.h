/* SPDX-License-Identifier: Apache-2.0 */
/* What a stress program says before it ends: there is no test framework under ThreadSanitizer. */
#ifndef LIVE_CHECK_H
#define LIVE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define check(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);            \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": the known name nearest to a mistyped one. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

struct suggestion {
	const char *typed;
	const char *name; /* nearest so far; NULL: none is near enough */
	unsigned distance;
};

struct suggestion suggestion_start(const char *typed);
void suggestion_offer(struct suggestion *best, const char *name);

#endif

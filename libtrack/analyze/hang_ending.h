/* SPDX-License-Identifier: Apache-2.0 */
/* How hangs end: what each of them is, whom to blame, and what is said of it. */
#ifndef ANALYZE_HANG_ENDING_H
#define ANALYZE_HANG_ENDING_H

#include "hang.h"
#include "leaks.h"

enum { HANG_DETAIL_BYTES = 352, HANG_NAME_BYTES = 80 };

/* Whose stack tells where it hangs. */
enum hang_teller { HANG_BY_HEAD, HANG_BY_END, HANG_BY_OTHER };

struct hang_ending {
	const char *name;
	enum hang_shape shape;
	const char *kind; /* of the finding; NULL: by what is waited for, or as found */
	enum hang_teller teller;
	const char *sentence; /* after the chain; %s: what was found */
};

/* What was found of one hang. */
struct hang_verdict {
	const struct hang_ending *ending;
	const char *kind, *class_name;
	size_t teller; /* thread of the graph */
	size_t other;  /* one that is not of the chain, or WAIT_NOBODY */
	size_t kept;   /* survivor that is not released, or SURVIVOR_NONE */
	size_t pool;   /* how many threads wait alike */
	bool doubtful; /* it may still go on */
	char detail[HANG_DETAIL_BYTES];
};

/* The first of all endings that fits. 0 or -errno. */
int hang_judge(struct hangs *hangs, struct hang *hang, const struct leaks *leaks,
	       struct hang_verdict *ret_verdict);

/* Nothing is known of it but that it does not go on: where something else hangs, it may follow. */
bool hang_is_vague(const struct hang_verdict *verdict);

/* "thread 71 'main'" */
void hang_name(const struct hangs *hangs, size_t thread, char *ret_name);

#endif

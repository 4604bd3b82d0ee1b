/* SPDX-License-Identifier: Apache-2.0 */
/* Where the threads of a process stand, by its spool file alone. */
#ifndef COLLECT_STANDINGS_H
#define COLLECT_STANDINGS_H

#include <collect/collector.h>

/* A zeroed struct is empty. */
struct standings {
	struct collect_standings told; /* points into what follows */
	struct track_standing *entries;
	struct collect_standing *threads;
	struct track_waker *wakers;
	struct track_lock_order *orders;
};

/*
 * Of the process that wrote the spool at path, now, or when it ended. Nothing is consumed: somebody
 * else may record it. *ret_process: of it, without texts. As collector_add; ret_error gets a
 * sentence. The caller finishes the standings.
 */
int standings_read_file(const char *path, struct collect_process *ret_process,
			struct standings *ret_standings, char *ret_error, size_t error_bytes);
void standings_finish(struct standings *standings);

#endif

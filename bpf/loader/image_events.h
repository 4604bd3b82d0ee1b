/* SPDX-License-Identifier: Apache-2.0 */
/* The beginnings and ends of images: forks, execs, exits, and what we come to in the middle. */
#ifndef LOADER_IMAGE_EVENTS_H
#define LOADER_IMAGE_EVENTS_H

#include "session.h"

int image_fork(struct traced *parent, const struct probe_fork *event);
int image_exec(struct session *session, const struct probe_exec *event);
void image_exiting(struct traced *traced, const struct probe_head *event);
/* It is gone afterwards. */
void image_end(struct traced *traced, const struct probe_end *event);
/* The same, where nobody told how it ended. */
void image_end_unseen(struct traced *traced, uint64_t time_ns);
/* The kernel lost so many of its events so far. */
void image_count_lost(struct traced *traced, uint64_t lost);
/* And left out so many calls of its 32-bit code. */
void image_count_compat(struct traced *traced, uint32_t compat);

/* It runs, and is followed already. -ESRCH: not any more. */
int image_attach(struct session *session, uint32_t tgid, uint32_t image,
		 struct traced **ret_traced);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the threads of an image stand, as a look from outside finds it: what each waits for, since
 * when, its stack, and who holds what others wait for. It goes into the table of the image's spool.
 * None of the threads is stopped; who moved while we looked is told as one that runs.
 */
#ifndef LOADER_STANDINGS_H
#define LOADER_STANDINGS_H

#include <stdbool.h>
#include <stdint.h>

struct session;
struct traced;
struct standings;

/* 0, or -errno: the kernel does not tell. */
int standings_look(struct traced *traced);
/* A thread ended: nothing is said of it any more. */
void standings_thread_ended(struct traced *traced, uint32_t tid);
/*
 * The image ended. Only a signal finds threads where they stood at the last look; else what they
 * waited for came.
 */
void standings_end(struct traced *traced, bool by_signal);
/* NULL is taken. */
void standings_destroy(struct standings *standings);
/* What is kept of C libraries. */
void standings_forget_files(struct session *session);

#endif

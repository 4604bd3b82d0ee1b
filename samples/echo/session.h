/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sessions: a connection each, with the channels that echo. A session is known by its number
 * until its connection is closed or has failed; then it is forgotten without anybody's doing. All
 * functions on any thread. Those that take a number answer -ENOENT where there is no such session.
 */
#ifndef ECHO_SESSION_H
#define ECHO_SESSION_H

#include <dcstack/dcstack.h>
#include <stdio.h>

enum { SESSION_WHAT_MAX = 256 };

struct sessions;

/* config is copied, its strings are borrowed. limit: sessions at one time. */
int sessions_create(const struct dc_config *config, unsigned limit, struct sessions **ret_sessions);
/* Ends every session; new ones are refused with -ESHUTDOWN. */
void sessions_end(struct sessions *sessions);
/* Ends those that were not connected after connect_ms, since their peer will not come. */
void sessions_expire(struct sessions *sessions, unsigned connect_ms);
/* After sessions_end and once the library has no object any more. NULL: nothing. */
void sessions_destroy(struct sessions *sessions);

/* "connections N", then "connection ID STATE PATH" for each that is not forgotten. */
void sessions_print(struct sessions *sessions, FILE *to);

/* Told once, unless the function that took it failed: 0 and a description (or "closed" for
 * session_close), or -errno and NULL. */
typedef void (*session_fn)(void *user, int error, const char *text);

/* The peer offers: an answer is told. -EUSERS at the limit, -EINVAL with ret_what. */
int session_take_offer(struct sessions *sessions, const char *sdp, session_fn fn, void *user,
		       char ret_what[SESSION_WHAT_MAX], unsigned *ret_id);
/* We offer: the offer is told. It comes with a channel "echo". */
int session_make_offer(struct sessions *sessions, session_fn fn, void *user, unsigned *ret_id);
int session_take_answer(struct sessions *sessions, unsigned id, const char *sdp,
			char ret_what[SESSION_WHAT_MAX]);
int session_add_candidate(struct sessions *sessions, unsigned id, const char *candidate);
/* Opens a channel "message" and sends text over it. */
int session_send(struct sessions *sessions, unsigned id, const char *text, size_t size);
/* We close first. Told when everything of the connection is released. -EALREADY. */
int session_close(struct sessions *sessions, unsigned id, session_fn fn, void *user);

#endif

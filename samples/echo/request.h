/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP request, from its first header to the end of its reply. It may wait for its reply while
 * the server goes on with others; the reply is then given on any thread.
 */
#ifndef ECHO_REQUEST_H
#define ECHO_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

enum { REQUEST_BODY_MAX = 64 * 1024 };

struct request {
	struct MHD_Connection *http;
	char *body; /* ends with a zero byte */
	size_t size;
	const char *allow; /* methods of this path, where another was used; NULL: all is well */
	unsigned id;	   /* of the session: in the query, or of the one that was made. 0: none */
	/* under a lock of their own */
	unsigned status; /* of HTTP; 0: no reply yet */
	char *reply;
	bool waits;
};

struct request *request_create(struct MHD_Connection *http);
void request_destroy(struct request *request); /* NULL: nothing */

/* What does not fit or finds no memory is dropped and answered. */
void request_add(struct request *request, const char *data, size_t size);

/* The first reply counts. text is copied. */
void request_reply(struct request *request, unsigned status, const char *text);
void request_replyf(struct request *request, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Waits for the reply, on the server's thread and without stopping it. */
void request_wait(struct request *request);
bool request_replied(struct request *request);
enum MHD_Result request_send_reply(struct request *request);

/* True if it comes from here: from a program, or from a page of this server. Otherwise it is
 * answered. A page elsewhere in a browser on this machine may send requests to us: its Origin
 * tells. A name that it lets point here (DNS rebinding) shows in Host, which so has to be an
 * address or localhost. */
bool request_is_ours(struct request *request);

#endif

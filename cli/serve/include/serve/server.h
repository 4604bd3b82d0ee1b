/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page and its data on 127.0.0.1, for who has the token. It reads no file and knows no trace:
 * what it gives is asked for by the functions below, which threads of its own call, several at a
 * time.
 */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <serve/pages.h>
#include <stddef.h>
#include <stdint.h>

struct server;

struct server_content {
	const unsigned char *page; /* must outlive the server, as policy */
	size_t page_size;
	const char *policy; /* the page's Content-Security-Policy */
	size_t trace_count;
	void *ctx;
	/* What there is, as JSON; the server frees it. 0 or -errno. */
	int (*session)(void *ctx, char **ret_text);
	/* What changed in a trace since a revision. -ENODATA: there is nothing to give (yet). */
	int (*frame)(void *ctx, size_t trace, uint32_t since, struct frame **ret_frame);
};

/* port 0: the kernel chooses. content is copied. -EADDRINUSE, -EACCES: not that port. */
int server_start(const struct server_content *content, uint16_t port, struct server **ret_server);
/* With the token: for its user alone. */
const char *server_url(const struct server *server);
uint16_t server_port(const struct server *server);
/* Waits for answers that are being made. NULL is fine. */
void server_stop(struct server *server);

#endif

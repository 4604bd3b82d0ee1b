/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask for what. A page elsewhere in a browser on this machine can send requests here, and
 * so can other users' programs: the token in the path keeps both out. A name that somebody lets
 * point here (DNS rebinding) shows in Host, what another site's page asks for in Sec-Fetch-Site, or
 * in Origin.
 */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REQUEST_TOKEN_DIGITS = 32 };

/* As it came, nothing of it decoded. NULL: there is none. */
struct request {
	const char *method;
	const char *path;  /* up to the '?' */
	const char *since; /* of the query */
	const char *host;
	size_t host_count; /* of such headers */
	const char *fetch_site;
	const char *origin;
};

enum request_what { REQUEST_PAGE, REQUEST_SESSION, REQUEST_TRACE };

struct request_target {
	enum request_what what;
	size_t trace;	/* index */
	uint32_t since; /* revision; 0: none, or none that could be one */
};

/*
 * The status of the answer, as HTTP counts: 200 and what is wanted, else 403, 404 or 405. A wrong
 * token takes as long as any other. token: REQUEST_TOKEN_DIGITS.
 */
unsigned request_judge(const struct request *request, const char *token, size_t trace_count,
		       struct request_target *ret_target);

#endif

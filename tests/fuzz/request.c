/* SPDX-License-Identifier: Apache-2.0 */
/* Any page in a browser on this machine may send requests to the page's server. */
#include <serve/request.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "00112233445566778899aabbccddeeff"

enum { TRACES = 3, TEXTS = 6, INPUT_MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int names_us(const char *host)
{
	size_t name = strcspn(host, ":");

	if (strncmp(host, "[::1]", 5) == 0)
		name = 5;
	else if (strncmp(host, "127.0.0.1", 9) != 0 && strncasecmp(host, "localhost", 9) != 0)
		return 0;
	else if (name != 9)
		return 0;
	return !host[name] || (host[name] == ':' && host[name + 1] &&
			       !host[name + 1 + strspn(host + name + 1, "0123456789")]);
}

/* What may be given, written another way: a request that gets something else is a hole. */
static int is_allowed(const struct request *request, const struct request_target *target)
{
	const char *rest = request->path + sizeof("/" TOKEN);

	if (strncmp(request->path, "/" TOKEN "/", sizeof("/" TOKEN)) != 0 ||
	    (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0) ||
	    !names_us(request->host) ||
	    (request->fetch_site && strcmp(request->fetch_site, "none") != 0 &&
	     strcmp(request->fetch_site, "same-origin") != 0))
		return 0;
	if (request->origin && (strncasecmp(request->origin, "http://", 7) != 0 ||
				strcasecmp(request->origin + 7, request->host) != 0))
		return 0;
	switch (target->what) {
	case REQUEST_PAGE:
		return !rest[0];
	case REQUEST_SESSION:
		return strcmp(rest, "session.json") == 0;
	case REQUEST_TRACE:
		return strlen(rest) == 7 && memcmp(rest, "trace/", 6) == 0 &&
		       target->trace < TRACES && (size_t)(rest[6] - '0') == target->trace;
	}
	return 0;
}

/* Lines: method, path, Host, what follows since=, Sec-Fetch-Site, Origin. An absent one is none. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[INPUT_MOST + 1];
	char *rest = text, *lines[TEXTS] = {0};
	struct request_target target = {.trace = TRACES};

	if (size > INPUT_MOST)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < TEXTS; i++)
		lines[i] = strsep(&rest, "\n");
	struct request request = {.method = lines[0],
				  .path = lines[1] ? lines[1] : "",
				  .host = lines[2],
				  .host_count = lines[2] != NULL,
				  .since = lines[3],
				  .fetch_site = lines[4],
				  .origin = lines[5]};
	unsigned status = request_judge(&request, TOKEN, TRACES, &target);

	if (status == 200
		    ? !is_allowed(&request, &target)
		    : (status != 403 && status != 404 && status != 405) || target.trace != TRACES)
		abort();
	return 0;
}

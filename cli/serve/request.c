/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OK = 200, FORBIDDEN = 403, NOT_FOUND = 404, METHOD_NOT_ALLOWED = 405 };

/* Beside these nothing can be asked for. */
static const struct {
	const char *path; /* below the token */
	enum request_what what;
	bool numbered; /* the number of a trace follows */
} paths[] = {
	{"", REQUEST_PAGE, false},
	{"session.json", REQUEST_SESSION, false},
	{"trace/", REQUEST_TRACE, true},
};

/* The names by which this machine reaches itself, whatever a proxy does to the port. */
static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};

/* Digits that are at most max and have no zero in front. */
static bool read_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!text[0] || (text[0] == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = 10 * number + (uint64_t)(*text - '0');
		if (number > max)
			return false;
	}
	*ret_number = number;
	return true;
}

static bool is_ours(const char *host)
{
	uint64_t port;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		size_t length = strlen(hosts[i]);

		if (strncasecmp(host, hosts[i], length) != 0)
			continue;
		return !host[length] ||
		       (host[length] == ':' && read_number(host + length + 1, UINT16_MAX, &port));
	}
	return false;
}

/* The page itself, or whoever typed the address; old browsers do not tell. */
static bool is_same_site(const char *fetch_site)
{
	return !fetch_site || strcmp(fetch_site, "same-origin") == 0 ||
	       strcmp(fetch_site, "none") == 0;
}

/* The page's, as it was reached. It asks by GET, of which browsers tell none then. */
static bool is_own_origin(const char *origin, const char *host)
{
	static const char scheme[] = "http://";

	return !origin || (strncasecmp(origin, scheme, strlen(scheme)) == 0 &&
			   strcasecmp(origin + strlen(scheme), host) == 0);
}

/* All of it is compared, wherever it differs. NULL: it is another one, or none. */
static const char *below_token(const char *path, const char *token)
{
	unsigned char differs = 0;

	if (path[0] != '/' || strlen(path) < REQUEST_TOKEN_DIGITS + 2 ||
	    path[REQUEST_TOKEN_DIGITS + 1] != '/')
		return NULL;
	for (size_t i = 0; i < REQUEST_TOKEN_DIGITS; i++)
		differs |= (unsigned char)(path[i + 1] ^ token[i]);
	return differs ? NULL : path + REQUEST_TOKEN_DIGITS + 2;
}

static bool find(const char *path, size_t trace_count, struct request_target *target)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		size_t length = strlen(paths[i].path);
		uint64_t number;

		target->what = paths[i].what;
		if (!paths[i].numbered && strcmp(path, paths[i].path) == 0)
			return true;
		if (paths[i].numbered && strncmp(path, paths[i].path, length) == 0 &&
		    read_number(path + length, UINT32_MAX, &number) && number < trace_count) {
			target->trace = number;
			return true;
		}
	}
	return false;
}

unsigned request_judge(const struct request *request, const char *token, size_t trace_count,
		       struct request_target *ret_target)
{
	struct request_target target = {0};
	const char *path;
	uint64_t since;

	if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
		return METHOD_NOT_ALLOWED;
	if (request->host_count != 1 || !request->host || !is_ours(request->host) ||
	    !is_same_site(request->fetch_site) || !is_own_origin(request->origin, request->host))
		return FORBIDDEN;
	path = below_token(request->path, token);
	if (!path)
		return FORBIDDEN;
	if (!find(path, trace_count, &target))
		return NOT_FOUND;
	if (request->since && read_number(request->since, UINT32_MAX, &since))
		target.since = (uint32_t)since;
	*ret_target = target;
	return OK;
}

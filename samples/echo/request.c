/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replies are rare: one lock for all. */
static pthread_mutex_t reply_lock = PTHREAD_MUTEX_INITIALIZER;

struct request *request_create(struct MHD_Connection *http)
{
	struct request *request = calloc(1, sizeof(*request));
	if (!request)
		return NULL;
	request->http = http;
	request->body = strdup("");
	if (request->body)
		return request;
	free(request);
	return NULL;
}

void request_destroy(struct request *request)
{
	if (!request)
		return;
	free(request->body);
	free(request->reply);
	free(request);
}

void request_add(struct request *request, const char *data, size_t size)
{
	if (request_replied(request))
		return;
	if (size > REQUEST_BODY_MAX - request->size) {
		request_replyf(request, MHD_HTTP_CONTENT_TOO_LARGE,
			       "A body of more than %d bytes is not accepted.\n", REQUEST_BODY_MAX);
		return;
	}
	char *body = realloc(request->body, request->size + size + 1);
	if (!body) {
		request_reply(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "There is no memory.\n");
		return;
	}
	memcpy(body + request->size, data, size);
	request->body = body;
	request->size += size;
	body[request->size] = '\0';
}

void request_reply(struct request *request, unsigned status, const char *text)
{
	char *copy = strdup(text);
	pthread_mutex_lock(&reply_lock);
	if (!request->status) {
		request->status = copy ? status : MHD_HTTP_INTERNAL_SERVER_ERROR;
		request->reply = copy;
		copy = NULL;
		if (request->waits)
			MHD_resume_connection(request->http);
	}
	pthread_mutex_unlock(&reply_lock);
	free(copy);
}

void request_replyf(struct request *request, unsigned status, const char *format, ...)
{
	char text[512];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	request_reply(request, status, text);
}

void request_wait(struct request *request)
{
	pthread_mutex_lock(&reply_lock);
	if (!request->status) {
		request->waits = true;
		MHD_suspend_connection(request->http);
	}
	pthread_mutex_unlock(&reply_lock);
}

bool request_replied(struct request *request)
{
	pthread_mutex_lock(&reply_lock);
	bool replied = request->status;
	pthread_mutex_unlock(&reply_lock);
	return replied;
}

enum MHD_Result request_send_reply(struct request *request)
{
	char id[16];
	const char *text = request->reply ? request->reply : "";
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	snprintf(id, sizeof(id), "%u", request->id);
	if (request->id)
		MHD_add_response_header(response, "Connection-Id", id);
	if (request->allow)
		MHD_add_response_header(response, "Allow", request->allow);
	MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result result = MHD_queue_response(request->http, request->status, response);
	MHD_destroy_response(response);
	return result;
}

static const char *header(struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->http, MHD_HEADER_KIND, name);
}

/* "127.0.0.1:80", "[::1]:80", "localhost" and the like. */
static bool is_address(const char *host)
{
	char name[INET6_ADDRSTRLEN + 2];
	struct in6_addr address;
	size_t size = *host == '[' ? strcspn(host, "]") : strcspn(host, ":");
	if (size >= sizeof(name))
		return false;
	memcpy(name, host, size);
	name[size] = '\0';
	if (*host == '[')
		return inet_pton(AF_INET6, name + 1, &address) == 1;
	return !strcmp(name, "localhost") || inet_pton(AF_INET, name, &address) == 1;
}

bool request_is_ours(struct request *request)
{
	static const char scheme[] = "http://";
	const char *host = header(request, "Host"), *origin = header(request, "Origin");
	if (!host || !is_address(host)) {
		request_reply(request, MHD_HTTP_FORBIDDEN,
			      "This server is reached by its address or as localhost only.\n");
		return false;
	}
	if (origin && (strncmp(origin, scheme, strlen(scheme)) != 0 ||
		       strcmp(origin + strlen(scheme), host) != 0)) {
		request_reply(request, MHD_HTTP_FORBIDDEN,
			      "Pages of other servers are not served.\n");
		return false;
	}
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/request.h"
#include "strangers.h"

/* A browser has six connections to a server. Each has a thread: a slow answer delays no other. */
enum {
	CONNECTIONS = 48 + STRANGERS_MOST,
	SILENCE_SECONDS = 30,
	STRANGER_SECONDS = 5, /* of silence before the first request with the token */
	HEADERS_BYTES = 16 * 1024,
	BLOCK_BYTES = 256 * 1024
};

struct server {
	struct server_content content;
	struct MHD_Daemon *daemon;
	int socket; /* -1: the daemon's */
	uint16_t port;
	struct strangers strangers;
	char token[REQUEST_TOKEN_DIGITS + 1];
	char url[sizeof("http://127.0.0.1:65535//") + REQUEST_TOKEN_DIGITS];
};

/* On every answer; the page's policy is its own. */
static const struct {
	const char *name, *value;
} headers[] = {
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cache-Control", "no-store"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"X-Frame-Options", "DENY"},
};

#define TEXT_TYPE "text/plain; charset=utf-8"

static const struct {
	unsigned status;
	const char *text;
} refusals[] = {
	{MHD_HTTP_FORBIDDEN, "Not without the whole address that 'rtctrack view' printed, in a "
			     "browser on this machine or at "
			     "the end of ssh -L.\n"},
	{MHD_HTTP_NOT_FOUND, "There is nothing here.\n"},
	{MHD_HTTP_METHOD_NOT_ALLOWED, "This can only be read: GET or HEAD.\n"},
	{MHD_HTTP_SERVICE_UNAVAILABLE,
	 "The recording cannot be read now; 'rtctrack view' said why, where it runs.\n"},
	{MHD_HTTP_INTERNAL_SERVER_ERROR, "It did not work.\n"},
};

/* Takes response, which may be NULL: no memory. */
static enum MHD_Result answer(const struct server *server, struct MHD_Connection *connection,
			      unsigned status, const char *type, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	result = MHD_add_response_header(response, "Content-Type", type);
	if (result == MHD_YES)
		result = MHD_add_response_header(response, "Content-Security-Policy",
						 server->content.policy);
	for (size_t i = 0; result == MHD_YES && i < sizeof(headers) / sizeof(*headers); i++)
		result = MHD_add_response_header(response, headers[i].name, headers[i].value);
	if (result == MHD_YES && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		result = MHD_add_response_header(response, "Allow", "GET, HEAD");
	if (result == MHD_YES)
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(const struct server *server, struct MHD_Connection *connection,
			      unsigned status)
{
	const char *text = "";

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].status == status)
			text = refusals[i].text;
	return answer(server, connection, status, TEXT_TYPE,
		      MHD_create_response_from_buffer(strlen(text), (void *)text,
						      MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result give_page(struct server *server, struct MHD_Connection *connection)
{
	return answer(server, connection, MHD_HTTP_OK, "text/html; charset=utf-8",
		      MHD_create_response_from_buffer(server->content.page_size,
						      (void *)server->content.page,
						      MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result give_session(struct server *server, struct MHD_Connection *connection)
{
	struct MHD_Response *response;
	char *text;

	if (server->content.session(server->content.ctx, &text) < 0)
		return refuse(server, connection, MHD_HTTP_INTERNAL_SERVER_ERROR);
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(text);
	return answer(server, connection, MHD_HTTP_OK, "application/json", response);
}

static ssize_t read_frame(void *ctx, uint64_t at, char *ret_bytes, size_t size)
{
	size_t bytes = frame_read(ctx, at, ret_bytes, size);

	return bytes ? (ssize_t)bytes : MHD_CONTENT_READER_END_OF_STREAM;
}

static void destroy_frame(void *ctx)
{
	frame_destroy(ctx);
}

static enum MHD_Result give_trace(struct server *server, struct MHD_Connection *connection,
				  const struct request_target *target)
{
	struct MHD_Response *response;
	struct frame *frame;
	int r = server->content.frame(server->content.ctx, target->trace, target->since, &frame);

	if (r < 0)
		return refuse(server, connection,
			      r == -ENODATA ? MHD_HTTP_SERVICE_UNAVAILABLE
					    : MHD_HTTP_INTERNAL_SERVER_ERROR);
	response = MHD_create_response_from_callback(frame_size(frame), BLOCK_BYTES, read_frame,
						     frame, destroy_frame);
	if (!response)
		frame_destroy(frame);
	return answer(server, connection, MHD_HTTP_OK, "application/octet-stream", response);
}

static enum MHD_Result count_host(void *ctx, enum MHD_ValueKind kind, const char *name,
				  const char *value)
{
	(void)kind, (void)value;
	*(size_t *)ctx += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
	return MHD_YES;
}

static enum MHD_Result give(struct server *server, struct MHD_Connection *connection,
			    const struct request_target *target)
{
	switch (target->what) {
	case REQUEST_PAGE:
		return give_page(server, connection);
	case REQUEST_SESSION:
		return give_session(server, connection);
	case REQUEST_TRACE:
		return give_trace(server, connection, target);
	}
	return MHD_NO;
}

static int socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* Before anybody has shown the token, who came first makes room for who comes. */
static void on_connection(void *ctx, struct MHD_Connection *connection, void **slot,
			  enum MHD_ConnectionNotificationCode what)
{
	struct server *server = ctx;

	(void)slot;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		strangers_add(&server->strangers, socket_of(connection));
	else
		strangers_remove(&server->strangers, socket_of(connection));
}

/* It has shown the token. */
static void trust(struct server *server, struct MHD_Connection *connection)
{
	strangers_remove(&server->strangers, socket_of(connection));
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
				  (unsigned)SILENCE_SECONDS);
}

/*
 * Called once the headers are there, then for what there is of a body, then at the end. Who is
 * refused is so at once, and the connection ends; else it may be used again.
 */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *body,
				  size_t *body_size, void **slot)
{
	struct server *server = ctx;
	struct request request = {
		.method = method,
		.path = path,
		.since = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "since"),
		.host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
						    MHD_HTTP_HEADER_HOST),
		.fetch_site =
			MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site"),
		.origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
						      MHD_HTTP_HEADER_ORIGIN),
	};
	struct request_target target;
	unsigned status;

	(void)version, (void)body;
	MHD_get_connection_values(connection, MHD_HEADER_KIND, count_host, &request.host_count);
	status = request_judge(&request, server->token, server->content.trace_count, &target);
	if (status != MHD_HTTP_OK)
		return refuse(server, connection, status);
	if (!*slot)
		trust(server, connection);
	if (*slot && !*body_size)
		return give(server, connection, &target);
	*slot = server;
	*body_size = 0;
	return MHD_YES;
}

/* What is not decoded is compared as it came: there is one way to write each address. */
static size_t leave_escaped(void *ctx, struct MHD_Connection *connection, char *text)
{
	(void)ctx, (void)connection;
	return strlen(text);
}

static int make_token(char ret_token[REQUEST_TOKEN_DIGITS + 1])
{
	unsigned char random[REQUEST_TOKEN_DIGITS / 2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < sizeof(random); i++)
		sprintf(ret_token + 2 * i, "%02x", random[i]);
	return 0;
}

static int listen_at(struct server *server, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int one = 1;

	server->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->socket < 0 ||
	    setsockopt(server->socket, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(server->socket, (struct sockaddr *)&address, length) < 0 ||
	    listen(server->socket, CONNECTIONS) < 0 ||
	    getsockname(server->socket, (struct sockaddr *)&address, &length) < 0)
		return -errno;
	server->port = ntohs(address.sin_port);
	return 0;
}

static int start(struct server *server)
{
	server->daemon = MHD_start_daemon(
		MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL,
		on_request, server, MHD_OPTION_LISTEN_SOCKET, server->socket,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)STRANGER_SECONDS, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_BYTES,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
	if (!server->daemon)
		return errno ? -errno : -EIO;
	server->socket = -1;
	return 0;
}

int server_start(const struct server_content *content, uint16_t port, struct server **ret_server)
{
	struct server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return -ENOMEM;
	server->content = *content;
	server->socket = -1;
	strangers_init(&server->strangers);
	r = make_token(server->token);
	if (r == 0)
		r = listen_at(server, port);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/%s/", server->port,
		 server->token);
	if (r == 0)
		r = start(server);
	if (r < 0) {
		server_stop(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

const char *server_url(const struct server *server)
{
	return server->url;
}

uint16_t server_port(const struct server *server)
{
	return server->port;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->socket >= 0)
		close(server->socket);
	strangers_finish(&server->strangers);
	free(server);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include "page.h"
#include "request.h"
#include "status.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct server {
	struct MHD_Daemon *daemon;
	struct sessions *sessions;
};

/* The server's connections at one time, and the seconds of silence after which one is closed. */
enum { HTTP_CONNECTIONS = 128, HTTP_SECONDS = 10 };

static const struct error_row {
	int error;
	unsigned status;
	const char *text;
} errors[] = {
	{-ENOENT, MHD_HTTP_NOT_FOUND, "There is no such connection (any more)."},
	{-EUSERS, MHD_HTTP_SERVICE_UNAVAILABLE, "There are as many connections as are allowed."},
	{-ESHUTDOWN, MHD_HTTP_SERVICE_UNAVAILABLE, "The server is about to end."},
	{-EALREADY, MHD_HTTP_CONFLICT, "The connection is being closed already."},
	{-ECONNRESET, MHD_HTTP_CONFLICT, "The connection ended before."},
	{-ENOTCONN, MHD_HTTP_CONFLICT, "The connection is not open."},
	{-ETIMEDOUT, MHD_HTTP_CONFLICT, "The connection was not made in time."},
	{-EMSGSIZE, MHD_HTTP_CONTENT_TOO_LARGE, "The peer does not accept a message of this size."},
};

static void reply_error(struct request *request, int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		if (errors[i].error == error) {
			request_replyf(request, errors[i].status, "%s\n", errors[i].text);
			return;
		}
	}
	request_replyf(request, MHD_HTTP_INTERNAL_SERVER_ERROR, "It did not work: %s.\n",
		       strerror(-error));
}

/* The end of a request that names a connection. */
static void reply(struct request *request, int error, const char *what)
{
	if (!error)
		request_reply(request, MHD_HTTP_OK, "ok\n");
	else if (error == -EINVAL && *what)
		request_replyf(request, MHD_HTTP_BAD_REQUEST, "It cannot be used: %s.\n", what);
	else if (error == -EINVAL)
		request_reply(request, MHD_HTTP_BAD_REQUEST, "It cannot be used.\n");
	else
		reply_error(request, error);
}

static void told(void *user, int error, const char *text)
{
	if (error)
		reply_error(user, error);
	else
		request_reply(user, MHD_HTTP_OK, text);
}

static void take_offer(struct server *server, struct request *request)
{
	char what[SESSION_WHAT_MAX] = "";
	int error = session_take_offer(server->sessions, request->body, told, request, what,
				       &request->id);
	if (error)
		reply(request, error, what);
}

static void make_offer(struct server *server, struct request *request)
{
	int error = session_make_offer(server->sessions, told, request, &request->id);
	if (error)
		reply_error(request, error);
}

static void take_answer(struct server *server, struct request *request)
{
	char what[SESSION_WHAT_MAX] = "";
	reply(request, session_take_answer(server->sessions, request->id, request->body, what),
	      what);
}

static void add_candidate(struct server *server, struct request *request)
{
	reply(request, session_add_candidate(server->sessions, request->id, request->body),
	      "it is no \"candidate:...\" of RFC 8839 section 5.1");
}

static void send_text(struct server *server, struct request *request)
{
	reply(request, session_send(server->sessions, request->id, request->body, request->size),
	      "");
}

static void close_session(struct server *server, struct request *request)
{
	int error = session_close(server->sessions, request->id, told, request);
	if (error)
		reply_error(request, error);
}

static unsigned http_connections(struct request *request)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->http, MHD_CONNECTION_INFO_DAEMON);
	if (!info)
		return 0;
	const union MHD_DaemonInfo *count =
		MHD_get_daemon_info(info->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
	return count ? count->num_connections : 0;
}

static void tell_status(struct server *server, struct request *request)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	if (!to) {
		reply_error(request, -errno);
		return;
	}
	sessions_print(server->sessions, to);
	status_print(to, http_connections(request));
	status_print_objects(to);
	if (fclose(to))
		reply_error(request, -ENOMEM);
	else
		request_reply(request, MHD_HTTP_OK, text);
	free(text);
}

/* clang-format off */
static const struct route {
	const char *method, *path;
	bool names; /* a connection, by ?id= */
	void (*serve)(struct server *server, struct request *request); /* replies now or later */
} routes[] = {
	{"POST", "/offer",     false, take_offer},
	{"POST", "/call",      false, make_offer},
	{"POST", "/answer",    true,  take_answer},
	{"POST", "/candidate", true,  add_candidate},
	{"POST", "/send",      true,  send_text},
	{"POST", "/close",     true,  close_session},
	{"GET",  "/status",    false, tell_status},
};
/* clang-format on */

static bool parse_id(struct request *request)
{
	const char *text = MHD_lookup_connection_value(request->http, MHD_GET_ARGUMENT_KIND, "id");
	char *end;
	unsigned long id = text && *text >= '1' && *text <= '9' ? strtoul(text, &end, 10) : 0;
	if (!id || *end || id > UINT32_MAX) {
		request_reply(request, MHD_HTTP_BAD_REQUEST,
			      "The query must name a connection, as in ?id=1.\n");
		return false;
	}
	request->id = (unsigned)id;
	return true;
}

/* True if method is the one that path has; HEAD is a GET whose body stays here (RFC 9110 section
 * 9.3.2). Otherwise it is answered. */
static bool check_method(struct request *request, const char *path, const char *method,
			 const char *expected)
{
	bool is_get = !strcmp(expected, "GET");
	if (!strcmp(method, expected) || (is_get && !strcmp(method, "HEAD")))
		return true;
	request->allow = is_get ? "GET, HEAD" : expected;
	request_replyf(request, MHD_HTTP_METHOD_NOT_ALLOWED, "%s takes %s.\n", path, expected);
	return false;
}

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++)
		if (!strcmp(routes[i].path, path))
			return &routes[i];
	return NULL;
}

static void serve(struct server *server, struct request *request, const char *method,
		  const char *path)
{
	const struct route *route = find_route(path);
	if (!route)
		request_reply(request, MHD_HTTP_NOT_FOUND, "There is no such page.\n");
	else if (!check_method(request, path, method, route->method))
		return;
	else if (strlen(request->body) != request->size)
		request_reply(request, MHD_HTTP_BAD_REQUEST, "The body has a zero byte.\n");
	else if (!route->names || parse_id(request))
		route->serve(server, request);
}

static enum MHD_Result send_page(struct request *request, const struct page *page)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		(size_t)(page->end - page->begin), (void *)page->begin, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", page->type);
	MHD_add_response_header(response, "Content-Security-Policy",
				"default-src 'self'; img-src data:; frame-ancestors 'none'");
	MHD_add_response_header(response, "Cache-Control", "no-cache");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Connection", "close");
	enum MHD_Result result = MHD_queue_response(request->http, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

/* Called when the headers are there, for each piece of the body, at its end, and again when a
 * request that waited has its reply. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *http, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *data_size, void **request_slot)
{
	struct server *server = user;
	struct request *request = *request_slot;
	(void)version;
	if (!request) {
		*request_slot = request_create(http);
		return *request_slot ? MHD_YES : MHD_NO;
	}
	if (*data_size) {
		request_add(request, data, *data_size);
		*data_size = 0;
		return MHD_YES;
	}
	if (request_replied(request))
		return request_send_reply(request);
	if (!request_is_ours(request))
		return request_send_reply(request);
	const struct page *page = page_find(path);
	if (page && check_method(request, path, method, "GET"))
		return send_page(request, page);
	if (!page)
		serve(server, request, method, path);
	if (request_replied(request))
		return request_send_reply(request);
	request_wait(request);
	return MHD_YES;
}

static void on_completed(void *user, struct MHD_Connection *http, void **request_slot,
			 enum MHD_RequestTerminationCode code)
{
	(void)user;
	(void)http;
	(void)code;
	request_destroy(*request_slot);
	*request_slot = NULL;
}

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int parse_address(const char *text, uint16_t port, union socket_address *ret_address)
{
	union socket_address address = {0};
	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(port);
	} else if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(port);
	} else {
		return -EINVAL;
	}
	*ret_address = address;
	return 0;
}

int server_create(const char *address, uint16_t port, struct sessions *sessions,
		  struct server **ret_server)
{
	union socket_address at;
	int error = parse_address(address, port, &at);
	if (error)
		return error;
	struct server *server = malloc(sizeof(*server));
	if (!server)
		return -ENOMEM;
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	if (at.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	server->sessions = sessions;
	errno = 0;
	server->daemon = MHD_start_daemon(
		flags, port, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, &at.any,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
		HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, HTTP_SECONDS, MHD_OPTION_END);
	if (!server->daemon) {
		error = errno ? -errno : -EIO;
		free(server);
		return error;
	}
	*ret_server = server;
	return 0;
}

void server_destroy(struct server *server)
{
	if (!server)
		return;
	MHD_stop_daemon(server->daemon);
	free(server);
}

uint16_t server_port(const struct server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	return info ? info->port : 0;
}

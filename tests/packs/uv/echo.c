/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An echo server and its 50 clients, one after another, over loopback. bug: the server forgets
 * to close one connection.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define SESSIONS 50

struct write {
	uv_write_t request;
	char bytes[64];
};

static bool right;
static int served, echoed;
static uv_tcp_t server, client;
static uv_connect_t connecting;
static struct sockaddr_in address;

static void start_client(uv_loop_t *loop);

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *ret_buffer)
{
	static char bytes[64];

	(void)handle;
	(void)size;
	*ret_buffer = uv_buf_init(bytes, sizeof(bytes));
}

static void on_written(uv_write_t *request, int status)
{
	(void)status;
	free(request);
}

static void send_bytes(uv_stream_t *stream, const char *bytes, size_t size)
{
	struct write *write = calloc(1, sizeof(*write));
	uv_buf_t buffer;

	if (!write)
		exit(1);
	memcpy(write->bytes, bytes, size);
	buffer = uv_buf_init(write->bytes, (unsigned)size);
	if (uv_write(&write->request, stream, &buffer, 1, on_written) != 0)
		free(write);
}

static void on_gone(uv_handle_t *handle)
{
	free(handle);
}

static void on_request(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
	if (size > 0) {
		send_bytes(stream, buffer->base, (size_t)size);
		return;
	}
	if (++served == SESSIONS / 2 && !right)
		uv_read_stop(stream);
	else
		uv_close((uv_handle_t *)stream, on_gone);
}

static void on_connection(uv_stream_t *listener, int status)
{
	uv_tcp_t *connection = malloc(sizeof(*connection));

	if (!connection || status != 0)
		exit(1);
	uv_tcp_init(listener->loop, connection);
	if (uv_accept(listener, (uv_stream_t *)connection) != 0)
		exit(1);
	uv_read_start((uv_stream_t *)connection, give_buffer, on_request);
}

static void on_client_closed(uv_handle_t *handle)
{
	if (++echoed < SESSIONS)
		start_client(handle->loop);
	else
		uv_close((uv_handle_t *)&server, NULL);
}

static void on_answer(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
	(void)buffer;
	if (size != 5)
		exit(1);
	uv_close((uv_handle_t *)stream, on_client_closed);
}

static void on_connected(uv_connect_t *connect, int status)
{
	if (status != 0)
		exit(1);
	uv_read_start(connect->handle, give_buffer, on_answer);
	send_bytes(connect->handle, "track", 5);
}

static void start_client(uv_loop_t *loop)
{
	uv_tcp_init(loop, &client);
	uv_tcp_connect(&connecting, &client, (struct sockaddr *)&address, on_connected);
}

int main(int argc, char **argv)
{
	int size = sizeof(address);
	uv_loop_t loop;

	right = argc > 1 && strcmp(argv[1], "right") == 0;
	uv_loop_init(&loop);
	uv_tcp_init(&loop, &server);
	uv_ip4_addr("127.0.0.1", 0, &address);
	if (uv_tcp_bind(&server, (struct sockaddr *)&address, 0) != 0 ||
	    uv_listen((uv_stream_t *)&server, 16, on_connection) != 0 ||
	    uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size) != 0)
		return 1;
	start_client(&loop);
	uv_run(&loop, UV_RUN_DEFAULT);
	printf("%d echoed, %s\n", echoed, uv_loop_close(&loop) == 0 ? "closed" : "busy");
	return 0;
}

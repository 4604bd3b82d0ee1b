/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request of each class of libuv is made; then the loop runs until it was answered: right CLASS.
 * Or it never runs again, and is to be closed as it is, so that nobody ever hears: bug CLASS.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

static union uv_any_req request;
static uv_tcp_t peers[2];
static uv_udp_t datagrams;
static uv_timer_t timer;
static int answered;

static void on_status(void *of, int status)
{
	(void)of;
	(void)status;
	answered++;
}

static void on_write(uv_write_t *write, int status)
{
	on_status(write, status);
}

static void on_connect(uv_connect_t *connect, int status)
{
	on_status(connect, status);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
	on_status(shutdown, status);
}

static void on_sent(uv_udp_send_t *send, int status)
{
	on_status(send, status);
}

static void on_file(uv_fs_t *fs)
{
	on_status(fs, 0);
	uv_fs_req_cleanup(fs);
}

static void on_address(uv_getaddrinfo_t *get, int status, struct addrinfo *found)
{
	on_status(get, status);
	uv_freeaddrinfo(found);
}

static void on_name(uv_getnameinfo_t *get, int status, const char *host, const char *service)
{
	(void)host;
	(void)service;
	on_status(get, status);
}

static void on_random(uv_random_t *random, int status, void *bytes, size_t size)
{
	(void)bytes;
	(void)size;
	on_status(random, status);
}

static void work(uv_work_t *job)
{
	(void)job;
}

static void on_work(uv_work_t *job, int status)
{
	on_status(job, status);
}

static void on_closed(uv_handle_t *handle)
{
	on_status(handle, 0);
}

static void on_timer(uv_timer_t *of)
{
	on_status(of, 0);
}

static struct sockaddr_in nobody(void)
{
	struct sockaddr_in address;

	uv_ip4_addr("127.0.0.1", 9, &address);
	return address;
}

/* Two ends of one connection. */
static int make_peers(uv_loop_t *loop)
{
	uv_os_sock_t ends[2];

	if (uv_socketpair(SOCK_STREAM, 0, ends, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE) != 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		uv_tcp_init(loop, &peers[i]);
		uv_tcp_open(&peers[i], ends[i]);
	}
	return 0;
}

static int start_write(uv_loop_t *loop)
{
	uv_buf_t bytes = uv_buf_init("track", 5);

	if (make_peers(loop) < 0)
		return -1;
	return uv_write(&request.write, (uv_stream_t *)&peers[0], &bytes, 1, on_write);
}

static int start_shutdown(uv_loop_t *loop)
{
	if (make_peers(loop) < 0)
		return -1;
	return uv_shutdown(&request.shutdown, (uv_stream_t *)&peers[0], on_shutdown);
}

static int start_connect(uv_loop_t *loop)
{
	struct sockaddr_in address = nobody();

	uv_tcp_init(loop, &peers[0]);
	return uv_tcp_connect(&request.connect, &peers[0], (struct sockaddr *)&address, on_connect);
}

static int start_udp_send(uv_loop_t *loop)
{
	struct sockaddr_in address = nobody();
	uv_buf_t bytes = uv_buf_init("track", 5);

	uv_udp_init(loop, &datagrams);
	return uv_udp_send(&request.udp_send, &datagrams, &bytes, 1, (struct sockaddr *)&address,
			   on_sent);
}

static int start_fs(uv_loop_t *loop)
{
	uv_fs_t at_once;

	uv_fs_stat(loop, &at_once, "/", NULL);
	uv_fs_req_cleanup(&at_once);
	return uv_fs_stat(loop, &request.fs, "/", on_file);
}

static int start_getaddrinfo(uv_loop_t *loop)
{
	return uv_getaddrinfo(loop, &request.getaddrinfo, on_address, "127.0.0.1", "9", NULL);
}

static int start_getnameinfo(uv_loop_t *loop)
{
	struct sockaddr_in address = nobody();

	return uv_getnameinfo(loop, &request.getnameinfo, on_name, (struct sockaddr *)&address,
			      NI_NUMERICHOST | NI_NUMERICSERV);
}

static int start_random(uv_loop_t *loop)
{
	static unsigned char bytes[8];

	return uv_random(loop, &request.random, bytes, sizeof(bytes), 0, on_random);
}

static int start_work(uv_loop_t *loop)
{
	return uv_queue_work(loop, &request.work, work, on_work);
}

static int start_close(uv_loop_t *loop)
{
	uv_timer_init(loop, &timer);
	uv_close((uv_handle_t *)&timer, on_closed);
	return 0;
}

static int start_timer(uv_loop_t *loop)
{
	uv_timer_init(loop, &timer);
	return uv_timer_start(&timer, on_timer, 1, 0);
}

static const struct {
	const char *name;
	int (*start)(uv_loop_t *loop);
} classes[] = {
	/* clang-format off */
	{"uv_write", start_write},
	{"uv_shutdown", start_shutdown},
	{"uv_connect", start_connect},
	{"uv_udp_send", start_udp_send},
	{"uv_fs", start_fs},
	{"uv_getaddrinfo", start_getaddrinfo},
	{"uv_getnameinfo", start_getnameinfo},
	{"uv_random", start_random},
	{"uv_after_work", start_work},
	{"uv_close", start_close},
	{"uv_timer_t", start_timer},
	/* clang-format on */
};

static void close_it(uv_handle_t *handle, void *context)
{
	(void)context;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

int main(int argc, char **argv)
{
	static uv_loop_t loop; /* what libuv's threads may use to the very end */

	for (size_t i = 0; argc == 3 && i < sizeof(classes) / sizeof(*classes); i++) {
		if (strcmp(classes[i].name, argv[2]) != 0)
			continue;
		if (uv_loop_init(&loop) != 0 || classes[i].start(&loop) != 0)
			return 1;
		if (strcmp(argv[1], "right") == 0) {
			uv_run(&loop, UV_RUN_DEFAULT);
			uv_walk(&loop, close_it, NULL);
			uv_run(&loop, UV_RUN_DEFAULT);
		}
		uv_loop_close(&loop);
		printf("answered %d\n", answered);
		return 0;
	}
	fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
	return 2;
}

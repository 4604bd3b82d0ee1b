/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handle that has a descriptor, made in one of several ways. bug: it is forgotten, and what it
 * has stays with it.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

static union uv_any_handle handle;
static char path[64]; /* of a pipe */

static void on_datagram(uv_udp_t *socket, ssize_t size, const uv_buf_t *buffer,
			const struct sockaddr *from, unsigned flags)
{
	(void)socket;
	(void)size;
	(void)buffer;
	(void)from;
	(void)flags;
}

static void give_buffer(uv_handle_t *of, size_t size, uv_buf_t *ret_buffer)
{
	static char bytes[64];

	(void)of;
	(void)size;
	*ret_buffer = uv_buf_init(bytes, sizeof(bytes));
}

static int make_tcp(uv_loop_t *loop)
{
	return uv_tcp_init_ex(loop, &handle.tcp, AF_INET);
}

static int bind_udp(uv_loop_t *loop)
{
	struct sockaddr_in address;
	int error;

	uv_ip4_addr("127.0.0.1", 0, &address);
	uv_udp_init(loop, &handle.udp);
	error = uv_udp_bind(&handle.udp, (struct sockaddr *)&address, 0);
	return error ? error : uv_udp_recv_start(&handle.udp, give_buffer, on_datagram);
}

static int bind_pipe(uv_loop_t *loop)
{
	snprintf(path, sizeof(path), "/tmp/pack_uv_sockets.%d", getpid());
	uv_pipe_init(loop, &handle.pipe, 0);
	return uv_pipe_bind(&handle.pipe, path);
}

static const struct {
	const char *name;
	int (*make)(uv_loop_t *loop);
} classes[] = {
	/* clang-format off */
	{"tcp", make_tcp},
	{"udp", bind_udp},
	{"unix", bind_pipe},
	/* clang-format on */
};

int main(int argc, char **argv)
{
	bool right = argc == 3 && strcmp(argv[1], "right") == 0;
	static uv_loop_t loop;

	for (size_t i = 0; argc == 3 && i < sizeof(classes) / sizeof(*classes); i++) {
		if (strcmp(classes[i].name, argv[2]) != 0)
			continue;
		if (uv_loop_init(&loop) != 0 || classes[i].make(&loop) != 0)
			return 1;
		if (right) {
			uv_close((uv_handle_t *)&handle, NULL);
			uv_run(&loop, UV_RUN_DEFAULT);
		}
		printf("%s\n", uv_loop_close(&loop) == 0 ? "closed" : "busy");
		if (*path)
			unlink(path);
		return 0;
	}
	fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
	return 2;
}

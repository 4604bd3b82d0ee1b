/* SPDX-License-Identifier: Apache-2.0 */
#include "relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER_SIZE = 2 };

/* Two sockets that are connected to each other. */

static int listen_on_loopback(struct sockaddr_in *ret_address)
{
	socklen_t size = sizeof(*ret_address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	*ret_address = (struct sockaddr_in){.sin_family = AF_INET,
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (fd < 0)
		return -errno;
	if (!bind(fd, (struct sockaddr *)ret_address, size) && !listen(fd, 1) &&
	    !getsockname(fd, (struct sockaddr *)ret_address, &size))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int connect_to(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int connect_both(int *ret_near, int *ret_far)
{
	struct sockaddr_in address;
	int listener = listen_on_loopback(&address), near, far;

	if (listener < 0)
		return listener;
	near = connect_to(&address);
	far = near < 0 ? near : accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (near >= 0 && far < 0) {
		far = -errno;
		close(near);
	}
	close(listener);
	if (far < 0)
		return far;
	*ret_near = near;
	*ret_far = far;
	return 0;
}

/* One way. */

static bool read_all(int fd, uint8_t *data, size_t size)
{
	return recv(fd, data, size, MSG_WAITALL) == (ssize_t)size;
}

static size_t frame_size(const uint8_t *frame)
{
	return HEADER_SIZE + ((size_t)frame[0] << 8 | frame[1]);
}

static bool read_frame(struct relay_way *way)
{
	uint8_t *frame = way->frame;

	return read_all(way->from, frame, HEADER_SIZE) &&
	       read_all(way->from, frame + HEADER_SIZE, frame_size(frame) - HEADER_SIZE);
}

/* An end that is gone hears it no more. */
static void write_frame(int fd, const uint8_t *frame)
{
	(void)!send(fd, frame, frame_size(frame), MSG_NOSIGNAL);
}

static bool is_held(const struct relay_way *way)
{
	size_t size = frame_size(way->frame) - HEADER_SIZE;

	return way->held && size == strlen(way->held) &&
	       !memcmp(way->frame + HEADER_SIZE, way->held, size);
}

/* Only its first: it is let go as the held text itself. */
static bool hold(struct relay_way *way)
{
	struct relay *relay = way->relay;
	bool holds;

	pthread_mutex_lock(&relay->lock);
	holds = is_held(way) && !relay->is_held && !relay->is_let_go;
	if (holds)
		relay->is_held = true;
	pthread_cond_broadcast(&relay->changed);
	pthread_mutex_unlock(&relay->lock);
	return holds;
}

static void await_let_go(struct relay *relay)
{
	pthread_mutex_lock(&relay->lock);
	while (relay->is_held && !relay->is_let_go)
		pthread_cond_wait(&relay->changed, &relay->lock);
	pthread_mutex_unlock(&relay->lock);
}

static void *run(void *user)
{
	struct relay_way *way = user;

	while (read_frame(way)) {
		if (!hold(way))
			write_frame(way->to, way->frame);
	}
	/* Its end does not overtake what is held. */
	await_let_go(way->relay);
	shutdown(way->to, SHUT_WR);
	return NULL;
}

/* Both. */

static int connect_ends(struct relay *relay)
{
	int error = 0;

	for (int i = 0; i < 2 && !error; i++) {
		error = connect_both(&relay->nears[i], &relay->ways[i].from);
		relay->ways[!i].to = relay->ways[i].from;
	}
	return error;
}

int relay_start(struct relay *relay, const char *held)
{
	int error;

	*relay = (struct relay){.nears = {-1, -1}};
	for (int i = 0; i < 2; i++)
		relay->ways[i] = (struct relay_way){.relay = relay, .from = -1};
	relay->ways[1].held = held;
	pthread_mutex_init(&relay->lock, NULL);
	pthread_cond_init(&relay->changed, NULL);
	error = connect_ends(relay);
	while (!error && relay->running < 2) {
		error = -pthread_create(&relay->threads[relay->running], NULL, run,
					&relay->ways[relay->running]);
		relay->running += !error;
	}
	return error;
}

void relay_let_go(struct relay *relay)
{
	struct relay_way *way = &relay->ways[1];
	uint8_t frame[HEADER_SIZE + 1] = {0, 1, (uint8_t)*way->held};

	pthread_mutex_lock(&relay->lock);
	while (!relay->is_held)
		pthread_cond_wait(&relay->changed, &relay->lock);
	write_frame(way->to, frame);
	relay->is_let_go = true;
	pthread_cond_broadcast(&relay->changed);
	pthread_mutex_unlock(&relay->lock);
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void relay_finish(struct relay *relay)
{
	pthread_mutex_lock(&relay->lock);
	relay->is_let_go = true;
	pthread_cond_broadcast(&relay->changed);
	pthread_mutex_unlock(&relay->lock);
	for (int i = 0; i < 2; i++)
		shutdown(relay->ways[i].from, SHUT_RDWR);
	for (unsigned i = 0; i < relay->running; i++)
		pthread_join(relay->threads[i], NULL);
	for (int i = 0; i < 2; i++) {
		close_one(relay->ways[i].from);
		close_one(relay->nears[i]);
	}
	pthread_cond_destroy(&relay->changed);
	pthread_mutex_destroy(&relay->lock);
}

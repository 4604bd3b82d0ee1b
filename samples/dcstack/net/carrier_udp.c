/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier_base.h"
#include "udp_queue.h"
#include <errno.h>
#include <netinet/udp.h>
#include <run/task.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	BUFFER_BYTES = 1024 * 1024, /* asked of the kernel, for bursts */
	READ_BYTES = 65536,	    /* the kernel gives a whole run at once (UDP_GRO) */
	DATAGRAMS_A_POLL = 128,	    /* about; then it is the turn of others */
};

struct udp {
	struct carrier carrier;
	int fd;
	struct watch watch;
	struct task *task;
	bool runs;    /* the kernel sends whole runs here */
	bool blocked; /* its buffer is full: EPOLLOUT is awaited */
	struct udp_queue queue;
};

/* The room for one control message: how large the datagrams of a run are. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void set_segment(struct msghdr *message, union control *control, size_t segment)
{
	const uint16_t value = (uint16_t)segment;

	memset(control, 0, sizeof(*control));
	control->header.cmsg_level = SOL_UDP;
	control->header.cmsg_type = UDP_SEGMENT;
	control->header.cmsg_len = CMSG_LEN(sizeof(value));
	memcpy(CMSG_DATA(&control->header), &value, sizeof(value));
	message->msg_control = control;
	message->msg_controllen = CMSG_SPACE(sizeof(value));
}

/* One datagram, or the run's if size is larger. */
static int send_run(struct udp *udp, const struct udp_run *run, size_t size)
{
	struct address to = run->to;
	struct iovec part = {
		.iov_base = (void *)udp_queue_data(&udp->queue, run),
		.iov_len = size,
	};
	struct msghdr message = {
		.msg_name = &to.any,
		.msg_namelen = to.size,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	union control control;

	if (size > run->segment)
		set_segment(&message, &control, run->segment);
	return sendmsg(udp->fd, &message, 0) < 0 ? -errno : 0;
}

/* What the kernel says of a run that it would take one by one: the route has no checksums to
 * offer, or is too narrow for the datagrams, which it may cut into fragments then. */
static bool refuses_runs(int error)
{
	return error == -EIO || error == -EINVAL || error == -EMSGSIZE;
}

static void await_writable(struct udp *udp, bool await)
{
	udp->blocked = await;
	watch_change(&udp->watch, await ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void udp_flush(struct carrier *carrier)
{
	struct udp *udp = (struct udp *)carrier;
	const struct udp_run *run;

	while (!udp->blocked && (run = udp_queue_first(&udp->queue)) != NULL) {
		bool whole = udp->runs || run->size <= run->segment;
		size_t size = whole ? run->size : run->segment;
		int error = send_run(udp, run, size);
		if (error == -EAGAIN)
			await_writable(udp, true);
		else if (size > run->segment && refuses_runs(error))
			udp->runs = false;
		else
			udp_queue_take(&udp->queue, size); /* sent, or lost */
	}
}

static int udp_send(struct carrier *carrier, const struct address *to, const void *data,
		    size_t size)
{
	struct udp *udp = (struct udp *)carrier;

	if (size > UDP_DATAGRAM_MAX)
		return -EMSGSIZE;
	if (!udp_queue_put(&udp->queue, to, data, size)) {
		udp_flush(carrier);
		/* If there is no room even now, it is lost. */
		udp_queue_put(&udp->queue, to, data, size);
	}
	carrier_defer_flush(carrier);
	return 0;
}

static size_t segment_size(struct msghdr *message, size_t size)
{
	for (struct cmsghdr *each = CMSG_FIRSTHDR(message); each != NULL;
	     each = CMSG_NXTHDR(message, each)) {
		int segment;
		if (each->cmsg_level != SOL_UDP || each->cmsg_type != UDP_GRO)
			continue;
		memcpy(&segment, CMSG_DATA(each), sizeof(segment));
		return segment > 0 ? (size_t)segment : size;
	}
	return size;
}

/* false: the receiver let go. An empty datagram is one, too. */
static bool deliver_run(struct udp *udp, const struct address *from, const uint8_t *data,
			size_t size, size_t segment, unsigned *count)
{
	do {
		++*count;
		size_t part = size < segment ? size : segment;
		if (!carrier_deliver(&udp->carrier, from, data, part))
			return false;
		data += part;
		size -= part;
	} while (size > 0);
	return true;
}

/* Adds to count how many came. false: there is nothing to read, or nobody to read for. */
static bool receive(struct udp *udp, unsigned *count)
{
	uint8_t buffer[READ_BYTES];
	struct sockaddr_storage source;
	union control control;
	struct iovec part = {.iov_base = buffer, .iov_len = sizeof(buffer)};
	struct msghdr message = {
		.msg_name = &source,
		.msg_namelen = sizeof(source),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct address from;
	ssize_t size = recvmsg(udp->fd, &message, 0);

	/* Any other error tells of a packet that was sent, and is over by being told. */
	if (size < 0) {
		++*count;
		return errno != EAGAIN;
	}
	address_from_sockaddr((struct sockaddr *)&source, message.msg_namelen, &from);
	return deliver_run(udp, &from, buffer, (size_t)size, segment_size(&message, (size_t)size),
			   count);
}

static enum task_state udp_poll(struct task *task, void *state)
{
	struct udp *udp = state;
	unsigned count = 0;
	bool more = true;

	if (udp->blocked && (udp->watch.ready & EPOLLOUT)) {
		await_writable(udp, false);
		udp_flush(&udp->carrier);
	}
	udp->watch.ready = 0;
	carrier_begin_receive(&udp->carrier);
	while (more && count < DATAGRAMS_A_POLL)
		more = receive(udp, &count);
	if (more)
		task_wake(task);
	carrier_end_receive(&udp->carrier);
	return TASK_PENDING;
}

static const struct task_class udp_task = {.name = "udp receive", .poll = udp_poll};

static int udp_open(struct carrier *carrier)
{
	static const int on = 1, buffer_bytes = BUFFER_BYTES;
	struct udp *udp = (struct udp *)carrier;

	udp->fd = -1;
	udp->runs = true;
	int error = carrier_bind_socket(carrier, SOCK_DGRAM, &udp->fd);
	if (error == 0)
		error = carrier_learn_local(carrier, udp->fd);
	if (error < 0)
		return error;
	/* As much as the kernel grants. Without UDP_GRO datagrams come one by one. */
	setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
	setsockopt(udp->fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
	setsockopt(udp->fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
	error = task_spawn(carrier->executor, &udp_task, udp, &udp->task);
	if (error < 0)
		return error;
	track_own(track_object(carrier), track_task(udp->task));
	return watch_add(&udp->watch, carrier->executor, udp->fd, EPOLLIN, udp->task);
}

static void udp_close(struct carrier *carrier)
{
	struct udp *udp = (struct udp *)carrier;

	watch_remove(&udp->watch);
	task_cancel(udp->task);
	if (udp->fd >= 0)
		close(udp->fd);
}

const struct carrier_class carrier_udp = {
	.object = {.name = "carrier-udp", .destroy = carrier_destroy},
	.size = sizeof(struct udp),
	.open = udp_open,
	.close = udp_close,
	.send = udp_send,
	.flush = udp_flush,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "traffic.h"
#include "clock.h"
#include "spool.h"
#include "writer.h"

static struct track_traffic *traffic_of(int fd)
{
	struct track_fd_usage *usage = spool_usage(fd, false);
	if (!usage || !__atomic_load_n(&usage->open, __ATOMIC_RELAXED) || !writer_get())
		return NULL;
	/* Anew: a forked child gets a spool of its own in writer_get. */
	usage = spool_usage(fd, false);
	return usage ? &usage->traffic : NULL;
}

static void add(uint64_t *counter, ssize_t amount)
{
	__atomic_fetch_add(counter, (uint64_t)amount, __ATOMIC_RELAXED);
}

void traffic_out(int fd, ssize_t calls, ssize_t bytes)
{
	struct track_traffic *traffic = calls > 0 && bytes >= 0 ? traffic_of(fd) : NULL;
	if (!traffic)
		return;
	add(&traffic->out_count, calls);
	add(&traffic->out_bytes, bytes);
	__atomic_store_n(&traffic->last_use_ns, clock_coarse_ns(), __ATOMIC_RELAXED);
}

void traffic_in(int fd, ssize_t calls, ssize_t bytes)
{
	struct track_traffic *traffic = calls > 0 && bytes >= 0 ? traffic_of(fd) : NULL;
	if (!traffic)
		return;
	add(&traffic->in_count, calls);
	add(&traffic->in_bytes, bytes);
	__atomic_store_n(&traffic->last_use_ns, clock_coarse_ns(), __ATOMIC_RELAXED);
}

ssize_t traffic_sum(const struct mmsghdr *messages, int count)
{
	ssize_t bytes = 0;
	for (int i = 0; i < count; i++)
		bytes += messages[i].msg_len;
	return bytes;
}

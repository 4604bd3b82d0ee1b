/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel keeps two counters: producer, up to where places were taken, and consumer, up to where
 * we read. A record has a head of its own, of which a bit is set while the program fills it.
 * Records lie in the ring in the order in which their places were taken, and their clock was read
 * after that.
 */
#include "ring.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct ring {
	uint64_t *consumer;
	const uint64_t *producer;
	const unsigned char *data; /* mapped twice in a row, so that no record is cut */
	uint64_t bytes;
	size_t page;
};

int ring_create(int map_fd, struct ring **ret_ring)
{
	struct bpf_map_info info = {0};
	uint32_t info_bytes = sizeof(info);
	if (bpf_obj_get_info_by_fd(map_fd, &info, &info_bytes))
		return -errno;
	struct ring *ring = calloc(1, sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	ring->bytes = info.max_entries;
	void *consumer = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	void *rest = consumer == MAP_FAILED ? MAP_FAILED
					    : mmap(NULL, ring->page + 2 * ring->bytes, PROT_READ,
						   MAP_SHARED, map_fd, (off_t)ring->page);
	if (rest == MAP_FAILED) {
		int error = -errno;
		if (consumer != MAP_FAILED)
			munmap(consumer, ring->page);
		free(ring);
		return error;
	}
	ring->consumer = consumer;
	ring->producer = rest;
	ring->data = (const unsigned char *)rest + ring->page;
	*ret_ring = ring;
	return 0;
}

void ring_destroy(struct ring *ring)
{
	if (!ring)
		return;
	munmap(ring->consumer, ring->page);
	munmap((void *)(uintptr_t)ring->producer, ring->page + 2 * ring->bytes);
	free(ring);
}

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t record_bytes(uint32_t head)
{
	uint64_t bytes =
		(head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)) + BPF_RINGBUF_HDR_SZ;
	return (bytes + 7) & ~7ull;
}

int ring_drain(struct ring *ring, ring_handler *handler, void *context, uint64_t *ret_settled_ns)
{
	uint64_t at = *ring->consumer;
	/* What takes its place after this look reads its clock after this one. */
	uint64_t looked_ns = now_ns();
	uint64_t end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	int stopped = 0;
	while (at < end && !stopped) {
		const unsigned char *record = ring->data + (at & (ring->bytes - 1));
		uint32_t head =
			__atomic_load_n((const uint32_t *)(const void *)record, __ATOMIC_ACQUIRE);
		if (head & BPF_RINGBUF_BUSY_BIT)
			return 0;
		if (!(head & BPF_RINGBUF_DISCARD_BIT))
			stopped = handler(context, (const void *)(record + BPF_RINGBUF_HDR_SZ));
		at += record_bytes(head);
		__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
	}
	if (at >= end)
		*ret_settled_ns = looked_ns;
	return stopped;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uring leak|close: a socket and a file that io_uring opens, and closes: no call of the program's
 * has their numbers. Ends with 77 where the kernel lets nobody make an io_uring.
 */
#include "forget.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { ENTRIES = 8, UNAVAILABLE = 77, PAIRS = 10 };

static struct {
	int fd;
	struct io_uring_params params;
	char *submissions, *completions;
	struct io_uring_sqe *entries;
} ring;

static void *map_ring(size_t bytes, uint64_t offset)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd,
			 (off_t)offset);

	need(map != MAP_FAILED, "mmap");
	return map;
}

static void open_ring(void)
{
	struct io_uring_params *p = &ring.params;

	ring.fd = (int)syscall(SYS_io_uring_setup, ENTRIES, p);
	if (ring.fd < 0 && (errno == ENOSYS || errno == EPERM)) {
		perror("io_uring_setup");
		exit(UNAVAILABLE);
	}
	need(ring.fd >= 0, "io_uring_setup");
	ring.submissions =
		map_ring(p->sq_off.array + p->sq_entries * sizeof(uint32_t), IORING_OFF_SQ_RING);
	ring.completions = map_ring(p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe),
				    IORING_OFF_CQ_RING);
	ring.entries = map_ring(p->sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
}

static uint32_t *word(char *base, uint32_t offset)
{
	return (uint32_t *)(void *)(base + offset);
}

/* One entry, and its result. */
static FRAME int32_t submit(const struct io_uring_sqe *entry)
{
	const struct io_sqring_offsets *sq = &ring.params.sq_off;
	const struct io_cqring_offsets *cq = &ring.params.cq_off;
	uint32_t *tail = word(ring.submissions, sq->tail);
	uint32_t *head = word(ring.completions, cq->head);
	uint32_t at = *tail & *word(ring.submissions, sq->ring_mask);
	const struct io_uring_cqe *done;

	ring.entries[at] = *entry;
	word(ring.submissions, sq->array)[at] = at;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	need(syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1,
	     "io_uring_enter");
	done = (const void *)(ring.completions + cq->cqes);
	done += *head & *word(ring.completions, cq->ring_mask);
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return done->res;
}

static FRAME int uring_socket(void)
{
	struct io_uring_sqe entry = {.opcode = IORING_OP_SOCKET, .fd = AF_INET, .off = SOCK_DGRAM};
	int fd = submit(&entry);

	if (fd == -EINVAL)
		exit(UNAVAILABLE); /* older than its sockets */
	need(fd >= 0, "IORING_OP_SOCKET");
	return fd;
}

static FRAME int uring_open(const char *path)
{
	struct io_uring_sqe entry = {.opcode = IORING_OP_OPENAT,
				     .fd = AT_FDCWD,
				     .addr = (uint64_t)(uintptr_t)path,
				     .open_flags = O_RDONLY};
	int fd = submit(&entry);

	need(fd >= 0, "IORING_OP_OPENAT");
	return fd;
}

static FRAME void uring_close(int fd)
{
	struct io_uring_sqe entry = {.opcode = IORING_OP_CLOSE, .fd = fd};

	need(submit(&entry) == 0, "IORING_OP_CLOSE");
}

static FRAME void forget_uring(bool leak)
{
	int fd = uring_socket();

	if (!leak)
		uring_close(fd);
	STAY();
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);

	open_ring();
	for (int i = 0; i < PAIRS; i++) {
		uring_close(uring_socket());
		uring_close(uring_open("/dev/null"));
		close(uring_socket());
		uring_close(open_udp());
	}
	forget_uring(leak);
	close(ring.fd);
	printf("left=%d\n", leak);
	return 0;
}

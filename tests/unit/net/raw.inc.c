/* SPDX-License-Identifier: Apache-2.0 */
/* A peer over TCP that is no carrier. */
#include "carrier.inc.c"

static bool await_fds(unsigned count)
{
	for (int i = 0; i < WAIT_MS; i++) {
		if (count_fds() == count)
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}

static int raw_connect(const struct side *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(connect(fd, &to->local.any, to->local.size), 0);
	return fd;
}

static void raw_write(int fd, const void *data, size_t size)
{
	cr_assert_eq(send(fd, data, size, MSG_NOSIGNAL), (ssize_t)size);
}

static bool raw_read(int fd, uint8_t *data, size_t size)
{
	return recv(fd, data, size, MSG_WAITALL) == (ssize_t)size;
}

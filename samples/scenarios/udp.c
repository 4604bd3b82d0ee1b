/* SPDX-License-Identifier: Apache-2.0 */
#include "udp.h"

#include <errno.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_S = 10 };

int udp_open(int *ret_fd)
{
	const struct sockaddr_in here = {.sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&here, sizeof(here)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	*ret_fd = fd;
	return 0;
}

uint16_t udp_port(int fd)
{
	struct sockaddr_in here = {0};
	socklen_t size = sizeof(here);

	getsockname(fd, (struct sockaddr *)&here, &size);
	return ntohs(here.sin_port);
}

void udp_format(int fd, char ret_text[UDP_TEXT_SIZE])
{
	snprintf(ret_text, UDP_TEXT_SIZE, "127.0.0.1:%u", udp_port(fd));
}

int udp_receive(int fd, uint8_t *data, size_t max, struct address *ret_from)
{
	struct sockaddr_storage source;
	socklen_t source_size;
	ssize_t size;

	do {
		source_size = sizeof(source);
		size = recvfrom(fd, data, max, 0, (struct sockaddr *)&source, &source_size);
	} while (size < 0 && errno == EINTR);
	if (size < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	address_from_sockaddr((struct sockaddr *)&source, source_size, ret_from);
	return (int)size;
}

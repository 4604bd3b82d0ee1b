/* SPDX-License-Identifier: Apache-2.0 */
/* A plain socket in place of an agent: it says what no sound agent says. */
#include "peers.inc.c"

#include <unistd.h>

#define PASSWORD "stranger-password-of-its-own"

HELPER int open_socket(struct address *ret_address)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(address_parse("127.0.0.1", 0, ret_address), 0);
	cr_assert_eq(bind(fd, &ret_address->any, ret_address->size), 0);
	cr_assert_eq(getsockname(fd, &ret_address->any, &ret_address->size), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

HELPER void send_stun(int fd, const struct address *to, struct stun_message *message,
		      const char *password)
{
	uint8_t data[STUN_MESSAGE_MAX];

	message->method = STUN_BINDING;
	int size = stun_write(message, password, data, sizeof(data));
	cr_assert_gt(size, 0);
	cr_assert_eq(sendto(fd, data, (size_t)size, 0, &to->any, to->size), size);
}

/* The next of that class; an agent's own checks come between. Without a password its integrity does
 * not matter. */
HELPER struct stun_message await_stun(int fd, enum stun_class class, const char *password)
{
	uint8_t data[STUN_MESSAGE_MAX];
	struct stun_message message;

	do {
		ssize_t size = recv(fd, data, sizeof(data), 0);
		cr_assert_gt(size, 0, "nothing came");
		cr_assert_eq(stun_read(data, (size_t)size, &message), 0);
		if (message.class == class && password)
			cr_expect_eq(stun_check_integrity(data, (size_t)size, password), 0);
	} while (message.class != class);
	return message;
}

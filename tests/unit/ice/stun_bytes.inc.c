/* SPDX-License-Identifier: Apache-2.0 */
/* STUN messages byte by byte, for the tests of their reading. */
#include <ice/stun.h>

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"
#define TRANSACTION 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae

/* A message under construction. */
struct bytes {
	uint8_t data[2048];
	size_t size;
};

static void add(struct bytes *bytes, const void *data, size_t size)
{
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	bytes->data[2] = (uint8_t)((bytes->size - 20) >> 8);
	bytes->data[3] = (uint8_t)(bytes->size - 20);
}

static void start(struct bytes *bytes)
{
	const uint8_t header[] = {0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42, TRANSACTION};

	bytes->size = 0;
	add(bytes, header, sizeof(header));
}

#define ADD(bytes, ...) add(bytes, (const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))

/* From the heap, so that the sanitizers see a byte read beyond it. */
static int read_copy(const uint8_t *data, size_t size, struct stun_message *ret_message)
{
	uint8_t *copy = malloc(size ? size : 1);

	cr_assert_not_null(copy);
	memcpy(copy, data, size);
	int r = stun_read(copy, size, ret_message);
	free(copy);
	return r;
}

static struct stun_message read_good(const struct bytes *bytes)
{
	struct stun_message message;

	cr_assert_eq(read_copy(bytes->data, bytes->size, &message), 0);
	return message;
}

static void expect_ip(const struct address *address, const char *ip, uint16_t port)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (address->any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &address->v4.sin_addr, text, sizeof(text));
		cr_expect_eq(address->size, sizeof(struct sockaddr_in));
	} else {
		inet_ntop(AF_INET6, &address->v6.sin6_addr, text, sizeof(text));
		cr_expect_eq(address->size, sizeof(struct sockaddr_in6));
	}
	cr_expect_str_eq(text, ip);
	cr_expect_eq(ntohs(address->v4.sin_port), port);
}

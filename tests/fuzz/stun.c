/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes may arrive on an agent's socket. What is read is written and read back, and only the
 * right password vouches for it. */
#include <errno.h>
#include <ice/stun.h>
#include <run/bytes.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"
#define OTHER_PASSWORD "VOkJxbRl1RmTxUk/WvJxBu"

enum { HEADER_SIZE = 20 };

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static bool same_address(const struct address *a, const struct address *b)
{
	return a->size == b->size && (a->size == 0 || address_equal(a, b));
}

static void check_fields(const struct stun_message *message)
{
	socklen_t size = message->mapped.size;

	expect(strnlen(message->username, sizeof(message->username)) <= STUN_USERNAME_MAX);
	expect(size == 0 || size == sizeof(struct sockaddr_in) ||
	       size == sizeof(struct sockaddr_in6));
	expect(!message->controlling || !message->controlled);
	expect(message->tie_breaker == 0 || message->controlling || message->controlled);
	expect(message->error_code == 0 ||
	       (message->error_code >= 300 && message->error_code <= 699));
	expect(message->unknown_count <= sizeof(message->unknown) / sizeof(message->unknown[0]));
}

static void check_same(const struct stun_message *a, const struct stun_message *b)
{
	expect(a->class == b->class && a->method == b->method);
	expect(memcmp(a->transaction, b->transaction, STUN_TRANSACTION_SIZE) == 0);
	expect(strcmp(a->username, b->username) == 0);
	expect(same_address(&a->mapped, &b->mapped));
	expect(a->priority == b->priority && a->use_candidate == b->use_candidate);
	expect(a->controlling == b->controlling && a->controlled == b->controlled);
	expect(a->tie_breaker == b->tie_breaker && a->error_code == b->error_code);
}

/* Any bit but those of the length, which is not what was signed. */
static void check_forgery(uint8_t *data, size_t size, const struct stun_message *message)
{
	size_t bit = bytes_get16(message->transaction) % (size * 8);

	if (bit / 8 == 2 || bit / 8 == 3 || bit / 8 >= size - 8)
		return;
	data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	expect(stun_check_integrity(data, size, PASSWORD) != 0);
}

static void check_written(const struct stun_message *message)
{
	uint8_t data[STUN_MESSAGE_MAX];
	struct stun_message back;
	int size = stun_write(message, PASSWORD, data, sizeof(data));

	expect(size > 0);
	expect(stun_write(message, PASSWORD, data, (size_t)size - 1) == -EMSGSIZE);
	expect(stun_write(message, PASSWORD, data, (size_t)size) == size);
	expect(stun_read(data, (size_t)size, &back) == 0);
	expect(back.has_integrity && back.has_fingerprint && back.unknown_count == 0);
	check_same(message, &back);
	expect(stun_check_integrity(data, (size_t)size, PASSWORD) == 0);
	expect(stun_check_integrity(data, (size_t)size, OTHER_PASSWORD) == -EACCES);
	check_forgery(data, (size_t)size, message);
}

static void check(const uint8_t *data, size_t size)
{
	struct stun_message message;
	int r = stun_read(data, size, &message);

	expect(r == 0 || r == -EBADMSG);
	if (r < 0)
		return;
	expect(stun_is_message(data, size));
	check_fields(&message);
	r = stun_check_integrity(data, size, PASSWORD);
	expect(message.has_integrity ? r == 0 || r == -EACCES : r == -ENOENT);
	if (r == 0)
		expect(stun_check_integrity(data, size, OTHER_PASSWORD) == -EACCES);
	check_written(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(data, size);
	if (size < HEADER_SIZE || size > STUN_MESSAGE_MAX)
		return 0;
	/* Again, with a header that leads to the attributes. */
	uint8_t *copy = malloc(size);
	expect(copy != NULL);
	memcpy(copy, data, size);
	copy[0] &= 3;
	bytes_put16(copy + 2, (uint16_t)(size - HEADER_SIZE));
	bytes_put32(copy + 4, 0x2112a442);
	check(copy, size);
	free(copy);
	return 0;
}

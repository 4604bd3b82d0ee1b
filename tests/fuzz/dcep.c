/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes may come with the PPID of DCEP. What is read is written and read back. */
#include <errno.h>
#include <sctp/dcep.h>
#include <stdlib.h>
#include <string.h>

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static bool same_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
	return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

static void check_same(const struct dcep_open *a, const struct dcep_open *b)
{
	expect(a->unordered == b->unordered && a->priority == b->priority);
	expect(a->max_retransmits == b->max_retransmits);
	expect(a->max_lifetime_ms == b->max_lifetime_ms);
	expect(same_bytes(a->label, a->label_size, b->label, b->label_size));
	expect(same_bytes(a->protocol, a->protocol_size, b->protocol, b->protocol_size));
}

static void check_open(const struct dcep_open *open, const uint8_t *data, size_t size)
{
	const char *end = (const char *)data + size;
	struct dcep_open back;
	uint8_t *copy = malloc(size);

	expect(copy != NULL);
	expect(open->max_retransmits >= -1 && open->max_lifetime_ms >= -1);
	expect(open->max_retransmits == -1 || open->max_lifetime_ms == -1);
	expect(open->label + open->label_size == open->protocol);
	expect(open->protocol + open->protocol_size == end);
	expect(dcep_write_open(open, copy, size - 1) == -EMSGSIZE);
	expect(dcep_write_open(open, copy, size) == (int)size);
	expect(dcep_read(copy, size, &back) == DCEP_OPEN);
	check_same(open, &back);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dcep_open open;
	int r = dcep_read(data, size, &open);

	expect(r == DCEP_OPEN || r == DCEP_ACK || r == -EBADMSG);
	if (r == DCEP_OPEN)
		check_open(&open, data, size);
	if (r == DCEP_ACK)
		expect(size == 1);
	return 0;
}

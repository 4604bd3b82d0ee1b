/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what the fuzzers of the reference stack start from: fuzz_seeds_stack CORPUS. */
#include "../unit/sdp/descriptions.inc.c"
#include "save.inc.c"

#include <arpa/inet.h>
#include <ice/stun.h>
#include <sctp/dcep.h>
#include <string.h>

static void save_stun(const char *corpus, const char *name, const struct stun_message *message)
{
	uint8_t data[STUN_MESSAGE_MAX];
	int size = stun_write(message, "VOkJxbRl1RmTxUk/WvJxBt", data, sizeof(data));

	if (size < 0)
		exit(1);
	save(corpus, "stun", name, data, (size_t)size);
}

static void save_all_stun(const char *corpus)
{
	struct stun_message check = {
		.class = STUN_REQUEST,
		.method = STUN_BINDING,
		.username = "evtj:h6vY",
		.priority = 0x6e0001ff,
		.use_candidate = true,
		.controlling = true,
		.tie_breaker = 0x932ff9b151263b36,
	};
	struct stun_message success = {.class = STUN_SUCCESS, .method = STUN_BINDING};
	struct stun_message error = {
		.class = STUN_ERROR,
		.method = STUN_BINDING,
		.error_code = STUN_UNKNOWN_ATTRIBUTE,
		.unknown = {0x7fff},
		.unknown_count = 1,
	};

	save_stun(corpus, "controlling", &check);
	check.controlling = check.use_candidate = false;
	check.controlled = true;
	save_stun(corpus, "controlled", &check);
	success.mapped.size = sizeof(success.mapped.v4);
	success.mapped.v4.sin_family = AF_INET;
	success.mapped.v4.sin_port = htons(32853);
	save_stun(corpus, "mapped_v4", &success);
	success.mapped.size = sizeof(success.mapped.v6);
	success.mapped.v6.sin6_family = AF_INET6;
	save_stun(corpus, "mapped_v6", &success);
	save_stun(corpus, "error", &error);
}

/* The candidates of a description are seeds of their own. */
static void save_description(const char *corpus, const struct description_row *row)
{
	const char *line = row->text;
	char name[64];

	save(corpus, "sdp", row->name, row->text, strlen(row->text));
	for (int i = 0; (line = strstr(line, "a=candidate:")); i++) {
		size_t size = strcspn(line, "\r\n");
		snprintf(name, sizeof(name), "%s%d", row->name, i);
		save(corpus, "candidate", name, line, size);
		line += size;
	}
}

static void save_all_dcep(const char *corpus)
{
	static const int limits[][2] = {{-1, -1}, {5, -1}, {-1, 5}};
	uint8_t data[64];
	char name[32];

	for (int i = 0; i < 6; i++) {
		struct dcep_open open = {
			.unordered = i % 2,
			.max_retransmits = limits[i / 2][0],
			.max_lifetime_ms = limits[i / 2][1],
			.label = "label",
			.label_size = 5,
			.protocol = "echo",
			.protocol_size = 4,
		};
		snprintf(name, sizeof(name), "open%d", i);
		save(corpus, "dcep", name, data,
		     (size_t)dcep_write_open(&open, data, sizeof(data)));
	}
	save(corpus, "dcep", "ack", data, (size_t)dcep_write_ack(data, sizeof(data)));
}

/* Answers with an A and an AAAA record, the second with a name that points back. */
static void save_mdns(const char *corpus)
{
	static const char name[] = "\x04"
				   "1a2b"
				   "\x05"
				   "local";
	static const char v4[] = "\0\x01\x80\x01\0\0\0\x78\0\x04\xc0\0\x02\x07";
	static const char v6[] = "\xc0\x0c\0\x1c\x80\x01\0\0\0\x78\0\x10"
				 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05";
	char data[12 + sizeof(name) + sizeof(v4) + sizeof(v6)] = {[2] = (char)0x84, [7] = 2};
	size_t size = 12;

	memcpy(data + size, name, sizeof(name));
	size += sizeof(name);
	memcpy(data + size, v4, sizeof(v4) - 1);
	size += sizeof(v4) - 1;
	memcpy(data + size, v6, sizeof(v6) - 1);
	size += sizeof(v6) - 1;
	save(corpus, "mdns", "answer", data, size);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: fuzz_seeds_stack CORPUS\n");
		return 2;
	}
	save_all_stun(argv[1]);
	for (size_t i = 0; i < DESCRIPTION_COUNT; i++)
		save_description(argv[1], &descriptions[i]);
	save_all_dcep(argv[1]);
	save_mdns(argv[1]);
	return 0;
}

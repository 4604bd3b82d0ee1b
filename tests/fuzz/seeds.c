/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what the fuzzers of the recorder start from: fuzz_seeds CORPUS. */
#include "input.inc.c"
#include "save.inc.c"

#include <string.h>

#define SEED_BYTES 512u

/* A payload long enough for every record, 64 bytes; as a module it has a path. */
struct payload {
	struct track_module module;
	char path[24];
};

static const struct payload payload = {
	.module = {.start = 4096, .end = 8192, .build_id_bytes = 20, .path_bytes = 8},
	.path = "/a/b.so",
};

static const struct track_relation relation = {
	.other = 1, .text = 2, .other_kind = TRACK_KIND_SCOPE};

/* As op, but with one layout behind the head, and nothing more. At most 64 bytes. */
static void save_layout(const char *corpus, uint8_t op, uint8_t kind, const void *layout,
			uint16_t size)
{
	uint16_t bytes = (uint16_t)(sizeof(struct track_record) + size);
	uint8_t input[1 + INPUT_SEGMENT_COUNT * 2 * (sizeof(struct track_record) + 64)] = {
		INPUT_COMMITS};
	for (uint32_t i = 0; i < INPUT_SEGMENT_COUNT * 2; i++) {
		struct track_record head = {
			.size = bytes,
			.op = op,
			.kind = kind,
			.commit = 1,
			.time_ns = 100 + i,
			.subject = 1,
		};
		uint8_t *at = input + 1 + (size_t)i * bytes;
		memcpy(at, &head, sizeof(head));
		memcpy(at + sizeof(head), layout, size);
	}
	char name[32];
	snprintf(name, sizeof(name), "layout%u_%u_%u", op, kind, size);
	save(corpus, "spool", name, input, 1 + INPUT_SEGMENT_COUNT * 2 * (size_t)bytes);
}

/* Each layout of payloads.def and metas.def, as it is and one word short. */
static void save_layouts(const char *corpus)
{
	/* clang-format off */
#define TRACK_PAYLOAD(kind, op, layout, check, bytes, ...) \
	save_layout(corpus, TRACK_OP_##op, TRACK_KIND_##kind, &payload, bytes); \
	save_layout(corpus, TRACK_OP_##op, TRACK_KIND_##kind, &payload, bytes - 8);
#include <track/payloads.def>
#define TRACK_META_EVENT(id, name, check, bytes, ...) \
	save_layout(corpus, TRACK_META_##id, 0, &payload, bytes); \
	save_layout(corpus, TRACK_META_##id, 0, &payload, bytes ? bytes - 8 : 0);
#include <track/metas.def>
	/* clang-format on */
}

/* The same op in each of the four segments that an input is cut into. */
static void save_op(const char *corpus, uint8_t op, uint8_t kind, uint8_t mode)
{
	uint8_t input[1 + INPUT_SEGMENT_COUNT * SEED_BYTES] = {mode};
	for (uint32_t i = 0; i < INPUT_SEGMENT_COUNT * SEED_BYTES / 128; i++) {
		struct track_record head = {
			.size = sizeof(head) + sizeof(payload),
			.op = op,
			.kind = kind,
			.commit = i % 5 ? 1 : 0,
			.time_ns = 100 + (i * 7) % 13,
			.subject = i + 1,
			.arg = TRACK_NAME_ARG(i % 2, 5),
		};
		uint8_t *at = input + 1 + (size_t)i * 128;
		memcpy(at, &head, sizeof(head));
		memcpy(at + sizeof(head), &payload, sizeof(payload));
	}
	char name[32];
	snprintf(name, sizeof(name), "op%u_%u_%u", op, kind, mode);
	save(corpus, "spool", name, input, sizeof(input));
}

/* What four threads wait for and hold: two of them each other. */
static void save_tables(const char *corpus, uint8_t mode)
{
	static struct {
		uint8_t mode;
		uint8_t tables[INPUT_TABLES_BYTES];
	} input;
	uint8_t *at = input.tables;
	for (uint32_t i = 0; i < INPUT_ENTRIES; i++, at += sizeof(struct track_standing)) {
		struct track_standing standing = {
			.sequence = 2,
			.tid = 70 + i,
			.wait = i ? i : TRACK_WAIT_MUTEX,
			.subject = 16 + i,
			.since_ns = 50,
			.stack = 5,
			.held_count = i,
			.call = 1,
		};
		for (uint32_t j = 0; j < i; j++)
			standing.held[j] = (struct track_held){
				.lock = 15 + j, .caller = 4096, .mode = 1 + j, .depth = 1};
		memcpy(at, &standing, sizeof(standing));
	}
	for (uint32_t i = 0; i < INPUT_ENTRIES; i++, at += sizeof(struct track_waker)) {
		struct track_waker waker = {
			.subject = 16, .caller = 4096, .time_ns = 40, .tid = 70};
		memcpy(at, &waker, sizeof(waker));
	}
	for (uint32_t i = 0; i < INPUT_ENTRIES; i++, at += sizeof(struct track_lock_order)) {
		struct track_lock_order order = {.first = i, .second = 4 - i, .tid = 70};
		memcpy(at, &order, sizeof(order));
	}
	input.mode = mode;
	char name[32];
	snprintf(name, sizeof(name), "tables%u", mode);
	save(corpus, "spool", name, (const uint8_t *)&input, sizeof(input));
}

/* A whole file, cut inside its only segment. */
static void save_raw(const char *corpus)
{
	static uint8_t input[1 + TRACK_HEADER_BYTES + 64 + 512] = {INPUT_RAW};
	struct track_spool header = {
		.version = TRACK_WIRE_VERSION,
		.header_bytes = TRACK_HEADER_BYTES,
		.usage_offset = TRACK_HEADER_BYTES,
		.segments_offset = TRACK_HEADER_BYTES + 64,
		.usage_count = 1,
		.segment_count = 1,
		.segment_bytes = TRACK_SEGMENT_BYTES,
		.segments_used = 1,
		.pid = 0x7ffffff0,
	};
	struct track_segment segment = {.state = TRACK_SEGMENT_TAKEN, .reserved = 300};
	struct track_fd_usage usage = {.open = 1, .traffic = {.out_count = 1}};
	struct track_record record = {.size = sizeof(record), .commit = TRACK_COMMIT(32)};
	memcpy(header.magic, TRACK_SPOOL_MAGIC, sizeof(header.magic));
	uint8_t *at = input + 1;
	memcpy(at, &header, sizeof(header));
	memcpy(at + TRACK_HEADER_BYTES, &usage, sizeof(usage));
	memcpy(at + TRACK_HEADER_BYTES + 64, &segment, sizeof(segment));
	memcpy(at + TRACK_HEADER_BYTES + 64 + 32, &record, sizeof(record));
	save(corpus, "spool", "raw", input, sizeof(input));
}

/* A line of each format of logs, behind its number. */
static void save_logs(const char *corpus)
{
	static const char *const logs[] = {
		"[a.c:made_create:1:init] 0x10 (1)\n[a.c:found:2:increase] 0x10 (2)\n"
		"[a.c:found:3:decrease] 0x10 (1)\n[a.c:gone:4:decrease] 0x10 (0)\n",
		"0:00:00.5 7 0x5 TRACE GST_TRACER :0:: object-alive, type-name=(string)GstPad, "
		"address=(gpointer)0x10, description=(string)<it>, ref-count=(uint)2, "
		"trace=(string)keep (keep.c:3)\n/lib/libg.so(f+0x4) [0x5]\n;\n"
		"0:00:00.5 7 0x5 TRACE GST_TRACER :0:: object-refings, ts=(guint64)9, "
		"type-name=(string)GstPad, address=(gpointer)0x10, description=(string)unreffed, "
		"ref-count=(uint)1, trace=(string)drop (/lib/a.so:0x5)\n;\n",
	};

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		char input[1024], name[16];
		size_t bytes = (size_t)snprintf(input, sizeof(input), "%c%s", (int)i + 2, logs[i]);

		/* Two formats: 2 and 3 say which, and are no zero byte. */
		snprintf(name, sizeof(name), "log%zu", i);
		save(corpus, "import", name, input, bytes);
	}
}

/* What the samples of a policy leave out. */
static void save_policies(const char *corpus)
{
	static const char policy[] = "strict: true\nseverities: [&s {state: late, class: '*', "
				     "scope: a, level: error}, *s]\n"
				     "budgets:\n  - {kind: fd, max: 0x3}\nprocess-lifetime: "
				     "[{module: 'libm*', class: u*}]\n";
	static const char suppressions[] = "leak:^std::vector<int, *$ max=4 reason=x\r\n"
					   "# y\n\nfd-leak:*open\nref-leak:net.c$ max=1\n";
	static const char baseline[] =
		"{\"fingerprint\":\"8e0c124f58ba2694\",\"allowed\":9,\"rule\":\"fd-leak\"}\n"
		"{\"allowed\":1,\"fingerprint\":\"00000000000000aa\",\"message\":\"\\u00e9\"}\n"
		"{\"fingerprint\":\"00000000000000cc\",\"allowed\":2}\n";

	save(corpus, "policy", "policy", policy, strlen(policy));
	save(corpus, "suppressions", "suppressions", suppressions, strlen(suppressions));
	save(corpus, "baseline", "baseline", baseline, strlen(baseline));
}

/* What a browser asks the page's server for. */
static void save_requests(const char *corpus)
{
	static const char *const requests[] = {
		"GET\n/00112233445566778899aabbccddeeff/\nlocalhost:4711\n\nnone",
		"HEAD\n/00112233445566778899aabbccddeeff/session.json\n[::1]:80\n0\nsame-origin",
		"GET\n/00112233445566778899aabbccddeeff/trace/2\n127.0.0.1\n4294967295",
	};
	char name[32];

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		snprintf(name, sizeof(name), "request%zu", i);
		save(corpus, "request", name, requests[i], strlen(requests[i]));
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: fuzz_seeds CORPUS\n");
		return 2;
	}
	for (uint8_t kind = 0; kind < TRACK_KIND__COUNT; kind++) {
		for (uint8_t op = 0; op < TRACK_OP__COUNT; op++)
			save_op(argv[1], op, kind, INPUT_COMMITS);
		for (uint8_t op = 0; op < TRACK_OP__COUNT; op++)
			save_layout(argv[1], op, kind, &relation, sizeof(relation));
		for (uint8_t op = TRACK_META_STACK; op < TRACK_META__COUNT; op++)
			save_op(argv[1], op, kind, INPUT_COMMITS | (kind ? INPUT_LIVE : 0));
	}
	save_layouts(argv[1]);
	save_op(argv[1], TRACK_OP_CREATE, 0, INPUT_SEGMENTS);
	save_tables(argv[1], INPUT_TABLES);
	save_tables(argv[1], INPUT_TABLES | INPUT_LIVE);
	save_raw(argv[1]);
	save_logs(argv[1]);
	save_policies(argv[1]);
	save_requests(argv[1]);
	const char *marks = "100 7 one two\n200 8 three\nx\n1 2";
	save(argv[1], "marks", "marks", marks, strlen(marks));
	return 0;
}

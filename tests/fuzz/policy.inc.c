/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of every file of a policy, and findings to judge by it. */
#include <errno.h>
#include <policy/policy.h>
#include <stdlib.h>
#include <string.h>

static void expect(bool truth)
{
	if (!truth)
		abort();
}

/* What is wrong is said, in text, in the order of lines. Cleared. */
static void check_errors(int r, struct schema_errors *errors)
{
	expect((r == 0) == (errors->count == 0));
	expect(r == 0 || r == -EINVAL);
	for (size_t i = 0; i < errors->count; i++) {
		const struct schema_error *error = &errors->items[i];

		expect(!i || errors->items[i - 1].line <= error->line);
		expect(*error->text);
		for (const char *at = error->text; *at; at++)
			expect((unsigned char)*at >= ' ');
	}
	schema_errors_clear(errors);
}

static const struct policy_frame fuzz_frames[] = {
	{.function = "socket_open", .file = "/src/net.c", .module = "/app/dc"},
	{.function = "std::vector<int, A >::push_back(int&&)", .module = "/lib/libm.so.6"},
};
static const char *const fuzz_scopes[] = {"PeerConnection"};

#define FUZZ_FINDING(rule_, state_, fingerprint_, count_)                                          \
	{                                                                                          \
		.rule = rule_, .state = state_, .kind = "fd", .class_name = "udp",                 \
		.fingerprint = fingerprint_, .culprit = "socket_open", .message = "m",             \
		.count = count_, .scopes = fuzz_scopes, .scope_count = 1, .frames = fuzz_frames,   \
		.frame_count = 2                                                                   \
	}

/*
 * Judged twice the verdicts are the same; a line lets pass no more than its bound; what a gate
 * that is not strict fails, a strict one fails.
 */
static void check_judging(struct policy *policy)
{
	static const struct policy_finding findings[] = {
		FUZZ_FINDING("fd-leak", "leaked", "8e0c124f58ba2694", 3),
		FUZZ_FINDING("fd-leak", "leaked", "8e0c124f58ba2694", 2),
		FUZZ_FINDING("ref-leak", "at-exit", "00000000000000aa", 1),
		FUZZ_FINDING("double-close", "broken", "00000000000000bb", 1),
		FUZZ_FINDING("timer-leak", "late", NULL, 1),
	};
	enum { COUNT = sizeof(findings) / sizeof(findings[0]) };
	struct policy_verdict once[COUNT], again[COUNT], strict[COUNT];
	const struct policy_use *uses;
	size_t count;

	expect(policy_judge(policy, false, findings, COUNT, once) == 0);
	uses = policy_uses(policy, &count);
	for (size_t i = 0; i < count; i++) {
		expect(uses[i].findings <= uses[i].met && uses[i].line && uses[i].text);
		expect(!uses[i].findings || uses[i].resources);
	}
	expect(policy_judge(policy, true, findings, COUNT, strict) == 0);
	expect(policy_judge(policy, false, findings, COUNT, again) == 0);
	for (size_t i = 0; i < COUNT; i++) {
		expect(once[i].fails == again[i].fails && once[i].line == again[i].line &&
		       once[i].reason == again[i].reason && once[i].path == again[i].path);
		expect(!once[i].fails || strict[i].fails);
		expect(!once[i].fails || once[i].level == POLICY_ERROR);
		expect((once[i].reason == POLICY_BY_STATE) == !once[i].path);
		expect(!once[i].path || once[i].line);
	}
}

/* One input as that sort of file. */
static inline void fuzz_parse(const uint8_t *data, size_t size,
			      int (*parse)(struct policy *policy, const char *path,
					   const void *bytes, size_t size,
					   struct schema_errors *errors))
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy;
	int r;

	expect(policy_create(&policy) == 0);
	r = parse(policy, "a/file", data, size, &errors);
	check_errors(r, &errors);
	check_judging(policy);
	policy_destroy(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of texts, and findings to judge by them. Each test includes what it needs. */
#include <policy/policy.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int parse_fn(struct policy *policy, const char *path, const void *bytes, size_t size,
		     struct schema_errors *errors);

static struct policy *begin(void)
{
	struct policy *policy = NULL;

	cr_assert_eq(policy_create(&policy), 0);
	return policy;
}

static void take_bytes(struct policy *policy, parse_fn *parse, const char *path, const char *text,
		       size_t size)
{
	struct schema_errors errors = {.count = 0};
	int r = parse(policy, path, text, size, &errors);

	cr_assert_eq(r, 0, "%s: %s", strerror(-r), errors.count ? errors.items[0].text : "");
	cr_assert_eq(errors.count, 0);
}

static inline void take(struct policy *policy, parse_fn *parse, const char *path, const char *text)
{
	take_bytes(policy, parse, path, text, strlen(text));
}

/* All that is wrong, "LINE: TEXT\n" each; the caller frees it. */
static char *errors_of_bytes(parse_fn *parse, const void *bytes, size_t size)
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy = begin();
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert_eq(parse(policy, "x/file", bytes, size, &errors), -EINVAL);
	cr_assert(errors.count > 0);
	for (size_t i = 0; i < errors.count; i++)
		fprintf(out, "%u: %s\n", errors.items[i].line, errors.items[i].text);
	fclose(out);
	schema_errors_clear(&errors);
	policy_destroy(policy);
	return text;
}

static inline void expect_errors(parse_fn *parse, const char *text, const char *expected)
{
	char *found = errors_of_bytes(parse, text, strlen(text));

	cr_expect_str_eq(found, expected, "%s", found);
	free(found);
}

/* One line of it says so. */
static inline void expect_error(parse_fn *parse, const char *text, const char *part)
{
	char *found = errors_of_bytes(parse, text, strlen(text));

	cr_expect_not_null(strstr(found, part), "'%s' is not in: %s", part, found);
	free(found);
}

/* A leaked socket of carrier_bind_socket, in a connection. */
static const struct policy_frame socket_frames[] = {
	{.function = "carrier_bind_socket", .file = "/src/net/carrier.c", .module = "/app/dc"},
	{.function = "std::vector<int, std::allocator<int> >::push_back(int&&)",
	 .file = "/usr/include/vector",
	 .module = "/usr/lib/libmux.so.2"},
	{.module = "/app/dc"},
};
static const char *const socket_scopes[] = {"Server", "PeerConnection"};

#define SOCKET                                                                                     \
	.rule = "fd-leak", .state = "leaked", .kind = "fd", .class_name = "udp", .count = 1,       \
	.fingerprint = "00000000000000aa", .culprit = "carrier_bind_socket",                       \
	.culprit_module = "/app/dc", .message = "1 socket", .scopes = socket_scopes,               \
	.scope_count = 2, .frames = socket_frames, .frame_count = 3

static inline struct policy_verdict judge_one(struct policy *policy, bool strict,
					      struct policy_finding finding)
{
	struct policy_verdict verdict;

	cr_assert_eq(policy_judge(policy, strict, &finding, 1, &verdict), 0);
	return verdict;
}

/* Is the finding let pass by that text of suppressions? */
static inline bool passes(const char *suppressions, struct policy_finding finding)
{
	struct policy *policy = begin();
	struct policy_verdict verdict;

	take(policy, policy_parse_suppressions, "s.supp", suppressions);
	verdict = judge_one(policy, false, finding);
	policy_destroy(policy);
	return !verdict.fails;
}

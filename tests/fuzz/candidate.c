/* SPDX-License-Identifier: Apache-2.0 */
/* Any text may be a candidate's line. What is read is written and read back. */
#include <errno.h>
#include <ice/candidate.h>
#include <stdlib.h>
#include <string.h>

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static bool same_address(const struct address *a, const struct address *b)
{
	return a->size == b->size && (a->size == 0 || address_equal(a, b));
}

static void check_same(const struct candidate *a, const struct candidate *b)
{
	expect(a->type == b->type && a->transport == b->transport);
	expect(a->component == b->component && a->priority == b->priority);
	expect(strcmp(a->foundation, b->foundation) == 0);
	expect(strcmp(a->name, b->name) == 0 && a->name_port == b->name_port);
	expect(same_address(&a->address, &b->address));
	expect(same_address(&a->related, &b->related));
}

static void check_written(const struct candidate *candidate)
{
	struct candidate back = {.priority = 0};
	char line[CANDIDATE_LINE_MAX], again[CANDIDATE_LINE_MAX];
	int length = candidate_format(candidate, line, sizeof(line));

	expect(length > 0 && (size_t)length == strlen(line));
	for (int i = 0; i < length; i++)
		expect(line[i] >= ' ' && line[i] <= '~');
	expect(candidate_format(candidate, again, (size_t)length) == -EMSGSIZE);
	expect(candidate_parse(line, &back) == 0);
	check_same(candidate, &back);
	expect(candidate_format(&back, again, (size_t)length + 1) == length);
	expect(strcmp(line, again) == 0);
}

static void check_fields(const struct candidate *candidate)
{
	expect(candidate->component >= 1 && candidate->component <= 256);
	expect(candidate->priority >= 1 && candidate->priority <= INT32_MAX);
	expect(*candidate->foundation);
	expect((candidate->address.size > 0) != (*candidate->name != '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct candidate candidate = {.priority = 0};
	char *line = malloc(size + 1);

	expect(line != NULL);
	memcpy(line, data, size);
	line[size] = '\0';
	int r = candidate_parse(line, &candidate);
	expect(r == 0 || r == -EINVAL || r == -EPROTONOSUPPORT);
	if (r == 0) {
		check_fields(&candidate);
		check_written(&candidate);
	}
	free(line);
	return 0;
}

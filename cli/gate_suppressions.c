/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_suppressions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "gate_inside.h"

#define LINE_BYTES 1024

struct line {
	char text[LINE_BYTES];
	const char *message; /* of the first finding that it is made of */
};

/* Lines below one another, in the order of their findings. */
struct draft {
	struct line *lines;
	size_t count;
	struct policy_finding *asked; /* what such lines would be asked about */
	struct policy_verdict *verdicts;
	size_t asked_count;
};

static bool would_fail(const struct gate *gate, const struct report_finding *finding)
{
	return finding->gate.level == REPORT_LEVEL_ERROR ||
	       (finding->gate.level == REPORT_LEVEL_WARNING && gate->options->strict);
}

/* What goes before suppressions, and those that are there, have it already. */
static bool is_asked(const struct gate *gate, const struct report_finding *finding)
{
	return would_fail(gate, finding) && finding->gate.excuse != REPORT_PROCESS_LIFETIME &&
	       (finding->gate.fails || finding->gate.excuse != REPORT_SUPPRESSED);
}

static void add_line(struct draft *draft, const struct gate *gate, size_t index)
{
	struct line *line = &draft->lines[draft->count];

	if (policy_suppression_of(&gate->asked[index], line->text, sizeof(line->text)) < 0)
		return;
	line->message = gate->marked[index]->message;
	draft->count++;
}

/* Whatever its state: who looks at it has seen that it fails. */
static void add_asked(struct draft *draft, const struct policy_finding *finding)
{
	struct policy_finding *copy = &draft->asked[draft->asked_count++];

	*copy = *finding;
	copy->state = "broken";
}

static int collect(struct draft *draft, const struct gate *gate)
{
	draft->lines = calloc(gate->count + 1, sizeof(*draft->lines));
	draft->asked = calloc(gate->count + 1, sizeof(*draft->asked));
	draft->verdicts = calloc(gate->count + 1, sizeof(*draft->verdicts));
	if (!draft->lines || !draft->asked || !draft->verdicts)
		return -ENOMEM;
	for (size_t i = 0; i < gate->count; i++) {
		if (gate->marked[i]->gate.fails)
			add_line(draft, gate, i);
		if (is_asked(gate, gate->marked[i]))
			add_asked(draft, &gate->asked[i]);
	}
	return 0;
}

static int parse(struct policy *policy, const struct draft *draft)
{
	struct schema_errors errors = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	int r = -ENOMEM;

	if (!stream)
		return r;
	for (size_t i = 0; i < draft->count; i++)
		fprintf(stream, "%s\n", draft->lines[i].text);
	if (fclose(stream) == 0)
		r = policy_parse_suppressions(policy, "", text, size, &errors);
	schema_errors_clear(&errors);
	free(text);
	return r;
}

/* Of several that fit one finding, the first takes it: only the grammar's own judge can count. */
static int judge(struct policy *policy, const struct draft *draft)
{
	int r = parse(policy, draft);

	return r < 0 ? r
		     : policy_judge(policy, true, draft->asked, draft->asked_count,
				    draft->verdicts);
}

static void print(FILE *stream, const struct draft *draft, const struct policy *policy)
{
	size_t count;
	const struct policy_use *uses = policy_uses(policy, &count);

	if (draft->count)
		fputs("# max= is how many there are now. Another function of the stack in place of "
		      "the name, as one that\n# called it, makes a line narrower.\n",
		      stream);
	/* What those above it take all of, as those of the same function do, would match nothing.
	 */
	for (size_t i = 0; i < draft->count && i < count; i++)
		if (uses[i].resources)
			fprintf(stream, "# %s\n%s max=%" PRIu64 "\n", draft->lines[i].message,
				draft->lines[i].text, uses[i].resources);
}

int gate_write_suppressions(FILE *stream, const struct gate *gate)
{
	struct draft draft = {0};
	struct policy *policy = NULL;
	int r = collect(&draft, gate);

	if (r == 0)
		r = policy_create(&policy);
	if (r == 0)
		r = judge(policy, &draft);
	if (r == 0)
		print(stream, &draft, policy);
	policy_destroy(policy);
	free(draft.lines);
	free(draft.asked);
	free(draft.verdicts);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes may be a pack's file. What is wrong with it is said, in text, in the order of lines; of
 * what is in order wrappers are made, equal ones each time.
 */
#include <errno.h>
#include <pack/generate.h>
#include <stdlib.h>
#include <string.h>

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_errors(int r, const struct schema_errors *errors)
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
}

static char *generate(const struct pack *pack)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	expect(out != NULL);
	expect(pack_generate(pack, out) == 0);
	expect(fclose(out) == 0 && strlen(text) == size);
	return text;
}

static void check_act(const struct pack *pack, const struct pack_act *act)
{
	expect(act->op > PACK_OP_NONE && act->op < PACK_OP__COUNT);
	expect(act->subject.place.term_count > 0 && act->subject.kind < TRACK_KIND__COUNT);
	expect(!act->of_class || pack_find_class(pack, act->of_class->name.text) == act->of_class);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schema_errors errors = {.count = 0};
	struct pack *pack = NULL;
	int r = pack_parse(data, size, NULL, &pack, &errors);
	char *once, *again;

	check_errors(r, &errors);
	schema_errors_clear(&errors);
	if (r < 0)
		return 0;
	for (size_t i = 0; i < pack->function_count; i++)
		for (size_t j = 0; j < pack->functions[i].act_count; j++)
			check_act(pack, &pack->functions[i].acts[j]);
	once = generate(pack);
	again = generate(pack);
	expect(strcmp(once, again) == 0);
	free(once);
	free(again);
	pack_free(pack);
	return 0;
}

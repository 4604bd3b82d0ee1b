/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_facts.h"

#include "packs.h"

static int write_plumbing(struct trace *trace, const struct pack *pack)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pack->plumbing.count; i++)
		r = trace_add_packed(trace, pack->plumbing.items[i].text);
	for (size_t i = 0; r == 0 && !pack->plumbing.count && i < pack->library_count; i++)
		r = trace_add_packed(trace, pack->libraries[i].soname.text);
	return r;
}

int pack_facts_write(struct trace *trace, const struct pack *pack)
{
	int r = write_plumbing(trace, pack);

	for (size_t i = 0; r == 0 && i < pack->process_life_count; i++) {
		const struct pack_process_life *life = &pack->process_life[i];
		const struct trace_lifelong row = {
			.library = life->library.text,
			.function = life->function.text,
			.caller = life->caller.text ? life->caller.text : "*",
			.what = life->what.text,
		};

		r = trace_add_lifelong(trace, &row);
	}
	return r;
}

int pack_facts_write_shipped(struct trace *trace)
{
	struct packs packs;
	int r = packs_load(&packs);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < packs.count; i++)
		r = pack_facts_write(trace, packs.items[i]);
	packs_free(&packs);
	return r;
}

int pack_facts_write_file(struct trace *trace, const char *path)
{
	struct schema_errors errors = {.count = 0};
	struct pack *pack;
	int r = pack_read(path, &pack, &errors);

	schema_errors_clear(&errors);
	if (r < 0)
		return r;
	r = pack_facts_write(trace, pack);
	pack_free(pack);
	return r;
}

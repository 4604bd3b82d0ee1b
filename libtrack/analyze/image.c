/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "word.h"

enum { BUILD_ID_BYTES = 64 };

void image_update(struct image *image, const struct collect_process *process)
{
	image->pid = process->pid;
	image->end = process->end;
	image->end_ns = process->end_ns;
	image->exit_begun_ns = process->exit_begun_ns;
	image->census_told = process->census_fds;
}

int image_create(struct life_book *book, const struct collect_process *process, int64_t id,
		 struct image **ret_image)
{
	struct image *image = calloc(1, sizeof(*image));

	if (image == NULL || strays_init(&image->strays) != 0) {
		free(image);
		return -ENOMEM;
	}
	image->book = book;
	image->id = id;
	image->engine = process->engine;
	image->has_past = process->origin != TRACK_ORIGIN_START;
	image_update(image, process);
	*ret_image = image;
	return 0;
}

void image_destroy(struct image *image)
{
	if (image == NULL)
		return;
	fds_finish(&image->fds);
	threads_finish(&image->threads);
	closers_finish(&image->closers);
	things_finish(&image->things);
	strays_finish(&image->strays);
	acts_finish(&image->acts);
	for (unsigned kind = 0; kind < TRACK_KIND__COUNT; kind++)
		census_finish(&image->census[kind]);
	statistics_finish(&image->statistics, &image->book->statistics);
	modules_finish(&image->modules);
	u64map_finish(&image->stacks);
	u64map_finish(&image->places);
	u64map_finish(&image->callers);
	u64map_finish(&image->texts);
	free(image);
}

int image_add_module(struct image *image, const struct collect_module *module)
{
	char build_id[2 * BUILD_ID_BYTES + 1] = "";
	struct trace_module row = {
		.process_id = image->id,
		.bias = module->bias,
		.start = module->start,
		.end = module->end,
		.loaded_ns = module->loaded_ns,
		.path = module->path,
		.build_id = build_id,
	};
	int error;

	for (size_t i = 0; i < module->build_id_bytes && i < BUILD_ID_BYTES; i++)
		snprintf(build_id + 2 * i, 3, "%02x", module->build_id[i]);
	error = trace_put_module(image->book->trace, &row);
	return error != 0 ? error : modules_add(&image->modules, &row);
}

int image_unload(struct image *image, uint64_t bias, uint64_t time_ns)
{
	struct trace_module *module = modules_loaded(&image->modules, bias);

	if (module == NULL)
		return 0;
	module->unloaded_ns = time_ns;
	return trace_put_module(image->book->trace, module);
}

static uint64_t hash_module(uint64_t hash, const struct trace_module *module)
{
	hash = fnv_text(hash, module != NULL ? module->path : "");
	return fnv_text(hash, module != NULL ? module->build_id : "");
}

/* A module may be unloaded and come back: the same places are the same stack. */
static uint64_t hash_places(const struct image *image, uint64_t time_ns, const uint64_t *addresses,
			    size_t depth)
{
	uint64_t hash = FNV_START;

	for (size_t i = 0; i < depth; i++) {
		const struct trace_module *module =
			modules_find(&image->modules, addresses[i], time_ns);
		uint64_t offset = addresses[i] - (module != NULL ? module->bias : 0);

		hash = hash_module(hash, module);
		hash = fnv_bytes(hash, &offset, sizeof(offset));
	}
	return hash;
}

static int add_caller(struct image *image, int64_t stack, uint64_t time_ns, uint64_t address)
{
	const struct trace_module *module = modules_find(&image->modules, address, time_ns);

	return module == NULL ? 0
			      : u64map_put(&image->callers, (uint64_t)stack,
					   hash_module(FNV_START, module));
}

int image_add_stack(struct image *image, uint64_t hash, uint64_t time_ns, const uint64_t *addresses,
		    size_t depth)
{
	uint64_t places;
	const uint64_t *known;
	int64_t id;
	int error;

	if (u64map_get(&image->stacks, hash) != NULL)
		return 0;
	places = hash_places(image, time_ns, addresses, depth);
	known = u64map_get(&image->places, places);
	if (known != NULL)
		return u64map_put(&image->stacks, hash, *known);
	error = trace_add_stack(image->book->trace, image->id, hash, time_ns, addresses, depth,
				&id);
	if (error == 0)
		error = u64map_put(&image->places, places, (uint64_t)id);
	if (error == 0 && depth > 0)
		error = add_caller(image, id, time_ns, addresses[0]);
	return error != 0 ? error : u64map_put(&image->stacks, hash, (uint64_t)id);
}

int64_t image_stack(const struct image *image, uint64_t hash)
{
	const uint64_t *id = hash != 0 ? u64map_get(&image->stacks, hash) : NULL;

	return id != NULL ? (int64_t)*id : 0;
}

uint64_t image_caller(const struct image *image, int64_t stack)
{
	const uint64_t *caller = stack != 0 ? u64map_get(&image->callers, (uint64_t)stack) : NULL;

	return caller != NULL ? *caller : 0;
}

int image_add_text(struct image *image, uint64_t id, const char *text)
{
	const char *kept;
	int error = texts_intern(&image->book->texts, text, &kept);

	return error != 0 ? error : u64map_put(&image->texts, id, (uintptr_t)kept);
}

const char *image_text(const struct image *image, uint64_t id)
{
	const uint64_t *known = id != 0 ? u64map_get(&image->texts, id) : NULL;

	return known != NULL ? (const char *)(uintptr_t)*known : NULL;
}

static int write_note(struct image *image, enum track_note note)
{
	const struct word_note *word = word_note(note);
	uint64_t count = image->told[note] + image->counted[note];

	return count == 0 ? 0
			  : trace_put_note(image->book->trace, image->id, word->name, word->weight,
					   count, word->text);
}

int image_tell_note(struct image *image, enum track_note note, uint64_t count)
{
	image->told[note] = count;
	return write_note(image, note);
}

int image_write_notes(struct image *image)
{
	for (unsigned note = 0; note < TRACK_NOTE__COUNT; note++) {
		int error = image->counted[note] != 0 ? write_note(image, note) : 0;

		if (error != 0)
			return error;
	}
	return 0;
}

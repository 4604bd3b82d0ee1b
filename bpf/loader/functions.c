/* SPDX-License-Identifier: Apache-2.0 */
#include "functions.h"

#include <errno.h>
#include <pack/probing.h>
#include <stdlib.h>
#include <string.h>

#include "acts.h"
#include "annotation.h"
#include "binaries.h"
#include "callbacks.h"
#include "engine.h"
#include "thread_calls.h"
#include "traced.h"

#define PACK_NAMES_BYTES 1024

struct functions {
	struct row_table table;
	struct binaries binaries;
	struct callbacks callbacks;
	uint64_t noted; /* of what is not probed */
	uint64_t noted_of_go;
};

/* What is kept with an image. */
struct image {
	struct told told;
	struct thread_waits waits;
	bool *packs; /* that have functions in it, by number; NULL: none so far */
};

static int add_row(struct functions *functions, const struct pack *pack,
		   const struct pack_function *function)
{
	struct probed probed = {.row = calloc(1, sizeof(*probed.row))};
	uint32_t number;
	int r = probed.row ? row_compile(pack, function, probed.row) : -ENOMEM;

	/* What looks at too much has ends, perhaps, that are not seen. */
	probed.is_unseen = r == -E2BIG;
	if (r == -E2BIG || r == -ENOENT) {
		*probed.row = (struct row){.pack = pack,
					   .function = function,
					   .told = pack_function_told(pack, function)};
		r = 0;
	}
	if (r == 0)
		r = callbacks_add_row(&functions->callbacks, probed.row);
	if (r == 0)
		r = row_table_add(&functions->table, functions->binaries.engine, &probed,
				  &probed.row->kernel, &number);
	if (r == 0)
		return 0;
	if (probed.row)
		row_clear(probed.row);
	free(probed.row);
	return r;
}

static int add_pack(struct functions *functions, const struct pack *pack)
{
	bool all = !functions->binaries.patterns_only;
	int r = 0;

	for (size_t i = 0; r == 0 && i < pack->function_count; i++)
		if (all || pack->functions[i].pattern.text)
			r = add_row(functions, pack, &pack->functions[i]);
	return r;
}

static int add_packs(struct functions *functions)
{
	const struct binaries *binaries = &functions->binaries;
	int r = 0;

	for (size_t i = 0; r == 0 && i < binaries->pack_count; i++)
		r = add_pack(functions, binaries->packs[i]);
	return r;
}

static int add_thread_calls(struct functions *functions, bool musl)
{
	struct probe_row kernel;
	uint32_t number;
	int r = 0;

	for (size_t i = 0; r == 0 && i < thread_call_count; i++) {
		const struct thread_call *call = &thread_calls[i];
		const struct probed probed = {.call = call, .is_found = true};

		thread_call_row(call, musl, &kernel);
		r = row_table_add(&functions->table, functions->binaries.engine, &probed, &kernel,
				  &number);
	}
	return r;
}

int functions_create(struct engine *engine, const struct functions_options *options,
		     struct functions **ret_functions)
{
	struct functions *functions = calloc(1, sizeof(*functions));
	int r;

	if (!functions)
		return -ENOMEM;
	functions->binaries = (struct binaries){.engine = engine,
						.unwinder = options->unwinder,
						.packs = options->packs,
						.pack_count = options->pack_count,
						.table = &functions->table,
						.threads = options->threads,
						.patterns_only = options->patterns_only};
	functions->callbacks.binaries = &functions->binaries;
	r = add_packs(functions);
	functions->binaries.pack_rows = functions->binaries.thread_rows =
		(uint32_t)functions->table.count;
	if (r == 0 && options->threads)
		r = add_thread_calls(functions, false);
	if (r == 0 && options->threads)
		r = add_thread_calls(functions, true);
	if (r < 0)
		functions_destroy(functions);
	else
		*ret_functions = functions;
	return r;
}

void functions_destroy(struct functions *functions)
{
	if (!functions)
		return;
	callbacks_finish(&functions->callbacks);
	binaries_finish(&functions->binaries);
	row_table_finish(&functions->table);
	free(functions);
}

static void note_news(struct traced *traced, enum track_note note, uint64_t count, uint64_t *noted)
{
	if (count > *noted)
		traced_note(traced, note, count - *noted);
	*noted = count;
}

static void note_unprobed(struct functions *functions, struct traced *traced)
{
	const struct binaries *binaries = &functions->binaries;

	note_news(traced, TRACK_NOTE_FUNCTIONS_UNPROBED, binaries->unprobed, &functions->noted);
	note_news(traced, TRACK_NOTE_FUNCTIONS_OF_GO, binaries->of_go, &functions->noted_of_go);
}

static struct image *image_of(struct traced *traced)
{
	if (!traced->told)
		traced->told = calloc(1, sizeof(struct image));
	return traced->told;
}

/* As the shim has them: a space between two. */
static void tell_packs(const struct functions *functions, struct traced *traced,
		       const struct image *image)
{
	char names[PACK_NAMES_BYTES];
	size_t used = 0;

	for (size_t i = 0; image->packs && i < functions->binaries.pack_count; i++) {
		const char *name = functions->binaries.packs[i]->name.text;
		size_t size = strlen(name);

		if (!image->packs[i] || used + size + 1 > sizeof(names))
			continue;
		memcpy(names + used, name, size);
		names[used + size] = ' ';
		used += size + 1;
	}
	if (used > 1)
		traced_emit(traced, traced->tgid, traced->start_ns, TRACK_META_PROCESS, 0,
			    TRACK_CALL_none, used - 1, 0,
			    TRACK_NAME_ARG(TRACK_PROCESS_PACKS, used - 1), names, used - 1);
}

/* Packs that follow something of a file which the process has. */
static int add_packs_of(struct functions *functions, struct traced *traced,
			const struct binary *binary)
{
	const struct binaries *binaries = &functions->binaries;
	struct image *image = image_of(traced);
	bool is_news = false;

	if (image && !image->packs)
		image->packs = calloc(binaries->pack_count + 1, sizeof(*image->packs));
	if (!image || !image->packs)
		return -ENOMEM;
	for (size_t i = 0; i < binaries->pack_count; i++) {
		if (image->packs[i] || !binaries_has_pack(binaries, binary, i))
			continue;
		image->packs[i] = is_news = true;
	}
	if (is_news)
		tell_packs(functions, traced, image);
	return 0;
}

int functions_binary(struct functions *functions, struct traced *traced, const char *path,
		     dev_t device, ino_t inode)
{
	size_t probes = 0;
	int r = binaries_meet(&functions->binaries, path, device, inode, &probes);
	const struct binary *binary = binaries_find(&functions->binaries, device, inode);

	if (r < 0 || !traced)
		return r;
	if (probes)
		traced_note(traced, TRACK_NOTE_PROBES_LATE, 1);
	note_unprobed(functions, traced);
	traced->hides_joins |= binary && binary->hides_joins;
	return binary && binary->row_count ? add_packs_of(functions, traced, binary) : 0;
}

void functions_forget(struct functions *functions, struct traced *traced)
{
	struct image *image = traced->told;

	(void)functions;
	if (image) {
		told_finish(&image->told);
		thread_waits_finish(&image->waits);
		free(image->packs);
	}
	free(image);
	traced->told = NULL;
}

void functions_forked(struct functions *functions, const struct traced *parent,
		      struct traced *child)
{
	const struct image *from = parent->told;
	struct image *image = from && !child->told ? image_of(child) : NULL;
	size_t count = functions->binaries.pack_count + 1;

	child->hides_joins = parent->hides_joins;
	if (!image)
		return;
	told_copy(&from->told, &image->told);
	image->packs = from->packs ? malloc(count * sizeof(*image->packs)) : NULL;
	if (!image->packs)
		return;
	memcpy(image->packs, from->packs, count * sizeof(*image->packs));
	tell_packs(functions, child, image);
}

void functions_thread_ended(struct functions *functions, struct traced *traced, uint32_t tid,
			    uint64_t time_ns)
{
	struct image *image = traced->told;

	(void)functions;
	if (image)
		thread_call_cancelled(&image->waits, traced, tid, time_ns);
}

size_t functions_list(const struct functions *functions, struct probes_function *list, size_t max)
{
	size_t count = 0;

	for (uint32_t i = 0; i < functions->binaries.pack_rows && count < max; i++) {
		const struct probed *probed = row_table_at(&functions->table, i);
		const struct pack_function *function = probed->row->function;

		list[count++] = (struct probes_function){
			.pack = probed->row->pack,
			.name = function->pattern.text ? function->pattern.text
						       : function->symbol.text,
			.is_there = probed->is_there,
			.is_probed = !probed->is_unseen && probed->row->act_count,
		};
	}
	return count;
}

size_t functions_nameless(const struct functions *functions, const char **names, size_t max)
{
	return binaries_nameless(&functions->binaries, names, max);
}

struct following {
	struct functions *functions;
	struct traced *traced;
	struct told *told;
};

static bool follow(void *context, int how, uint64_t function, uint64_t time_ns)
{
	const struct following *following = context;

	return callbacks_follow(&following->functions->callbacks, following->traced,
				following->told, how, function, time_ns);
}

/*
 * A library calls itself. What goes by a pattern is no library's face: all calls of it count. Where
 * the pack does not leave inner calls out, wrappers see those of another file of it.
 */
static bool is_inner(const struct functions *functions, const struct traced *traced,
		     const struct probe_function *event, const struct row *row)
{
	const struct binaries *binaries = &functions->binaries;
	const struct binary *caller;
	uint64_t offset;
	size_t pack = 0;
	dev_t device;
	ino_t inode;

	if (row->function->pattern.text ||
	    !traced_file(traced, event->caller, &device, &inode, &offset))
		return false;
	caller = binaries_find(binaries, device, inode);
	while (binaries->packs[pack] != row->pack)
		pack++;
	if (!caller || caller->name.is_program || !caller->fits[pack])
		return false;
	return row->pack->inner_calls == PACK_INNER_SKIP || binary_has_row(caller, event->row);
}

static bool is_tail(struct told *told, const struct probe_function *event)
{
	const struct told_call call = {.tid = event->head.tid,
				       .row = event->row,
				       .sp = event->sp,
				       .caller = event->caller};

	return event->head.type == PROBE_ENTER ? told_tail_enter(told, &call)
					       : told_tail_return(told, &call);
}

static void tell_row(struct functions *functions, struct traced *traced, struct image *image,
		     const struct probe_function *event, const struct probed *probed)
{
	const struct row *row = probed->row;
	bool was_jumped_to = probed->is_tail && is_tail(&image->told, event);
	const struct probe_function_text *with = (const void *)event;
	struct following following = {
		.functions = functions, .traced = traced, .told = &image->told};
	bool has_text = event->head.flags & PROBE_HAS_TEXT && event->head.bytes >= sizeof(*with);
	const struct row_hit hit = {
		.values = event->values,
		.failed = event->failed,
		.text = has_text ? with->text.text : NULL,
		.text_bytes = has_text ? strnlen(with->text.text, sizeof(with->text.text) - 1) : 0,
	};
	struct acts_scene scene = {
		.telling = {.traced = traced,
			    .event = &event->head,
			    .tid = event->head.tid,
			    .time_ns = event->head.time_ns},
		.told = &image->told,
		.is_inner = was_jumped_to || is_inner(functions, traced, event, row),
		.entry_ns = event->entry_ns,
		.follow = follow,
		.follow_context = &following,
	};

	if (event->head.type == PROBE_ENTER)
		acts_enter(&scene, row, &hit);
	else
		acts_return(&scene, row, &hit);
}

static int tell_function(struct functions *functions, struct traced *traced,
			 const struct probe_function *event)
{
	const struct probed *probed = row_table_at(&functions->table, event->row);
	bool is_entry = event->head.type == PROBE_ENTER;
	struct image *image = image_of(traced);

	if (!image)
		return -ENOMEM;
	if (!probed || probed->is_unseen)
		return 0;
	if (probed->row)
		tell_row(functions, traced, image, event, probed);
	else if (probed->call && is_entry)
		return thread_call_enter(probed->call, &image->waits, traced, event);
	else if (probed->call)
		thread_call_return(probed->call, &image->waits, traced, event);
	else if (is_entry)
		callbacks_enter(&functions->callbacks, probed->registered, traced, &image->told,
				event);
	else
		callbacks_return(&functions->callbacks, probed->registered, traced, &image->told,
				 event);
	return 0;
}

int functions_event(struct functions *functions, struct traced *traced,
		    const struct probe_head *event)
{
	if (event->type == PROBE_ANNOTATION && event->bytes >= sizeof(struct probe_annotation))
		annotation_tell(traced, (const struct probe_annotation *)event);
	else if ((event->type == PROBE_ENTER || event->type == PROBE_RETURN) &&
		 event->bytes >= sizeof(struct probe_function))
		return tell_function(functions, traced, (const struct probe_function *)event);
	return 0;
}

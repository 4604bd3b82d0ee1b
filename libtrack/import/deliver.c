/* SPDX-License-Identifier: Apache-2.0 */
/* A log's process as records of the wire: its words are texts, its places addresses in modules. */
#include <string.h>

#include "format.h"

/* A module is as large as there may be places. */
#define MODULE_BITS 32

struct delivery {
	const struct import *import;
	const struct import_image *image;
	const struct collect_sink *sink;
	uint32_t process;
	enum import_times times;
};

static uint64_t module_start(uint32_t module)
{
	return ((uint64_t)module + 1) << MODULE_BITS;
}

/* Not 0, and not the module's first byte. */
static uint64_t offset_of(size_t site)
{
	return (uint64_t)site + 1;
}

size_t import_sites(const struct import *import)
{
	return import->log.sites.count;
}

void import_site(const struct import *import, size_t index, struct import_site *ret_site)
{
	const struct words *words = &import->log.words;
	const struct site *site = &import->log.sites.items[index];

	*ret_site = (struct import_site){
		.module = words_get(words, site->module),
		.function = words_get(words, site->function),
		.file = words_get(words, site->file),
		.line = site->line,
		.address = offset_of(index),
	};
}

static int deliver_process(const struct delivery *delivery, enum collect_end end)
{
	const struct import_image *image = delivery->image;
	const struct collect_process process = {
		.index = image->index,
		.pid = image->pid,
		.start_ns = image->start_ns,
		.end_ns = end == COLLECT_END_RUNNING ? 0 : image->end_ns,
		.end = end,
		.code = -1,
		/* A log is about none of them. */
		.census_fds = true,
		.census_threads = true,
		.exe = image->exe,
		.command = image->command,
	};

	return delivery->sink->process(delivery->sink->ctx, &process);
}

static int deliver_module(const struct delivery *delivery, uint32_t id)
{
	const char *path = words_get(&delivery->import->log.words, id);
	const struct collect_module module = {
		.bias = module_start(id),
		.start = module_start(id),
		.end = module_start(id + 1),
		.loaded_ns = delivery->image->start_ns,
		.build_id = (const uint8_t *)IMPORT_BUILD_ID,
		.build_id_bytes = strlen(IMPORT_BUILD_ID),
		.path = path != NULL ? path : delivery->image->exe,
	};

	return delivery->sink->module(delivery->sink->ctx, delivery->image->index, &module);
}

static int deliver_modules(const struct delivery *delivery)
{
	const struct sites *sites = &delivery->import->log.sites;
	struct u64map told = {0};
	int error = 0;

	for (size_t i = 0; i < sites->count && error == 0; i++) {
		uint32_t module = sites->items[i].module;

		if (u64map_get(&told, module) != NULL)
			continue;
		error = u64map_put(&told, module, 1);
		if (error == 0)
			error = deliver_module(delivery, module);
	}
	u64map_finish(&told);
	return error;
}

static int deliver_texts(const struct delivery *delivery)
{
	const struct words *words = &delivery->import->log.words;
	int error = 0;

	for (uint32_t id = 1; id <= words->count && error == 0; id++)
		error = delivery->sink->text(delivery->sink->ctx, delivery->image->index, id,
					     words_get(words, id));
	return error;
}

static int deliver_stacks(const struct delivery *delivery)
{
	const struct sites *sites = &delivery->import->log.sites;
	uint64_t addresses[SITE_DEPTH_MAX];
	int error = 0;

	for (size_t i = 0; i < sites->stack_count && error == 0; i++) {
		const struct site_stack *stack = &sites->stacks[i];

		for (uint32_t j = 0; j < stack->depth; j++) {
			uint32_t site = sites->frames[stack->first + j];

			addresses[j] = module_start(sites->items[site].module) + offset_of(site);
		}
		error = delivery->sink->stack(delivery->sink->ctx, delivery->image->index, i + 1,
					      delivery->image->start_ns, addresses, stack->depth);
	}
	return error;
}

/* Within the process's life, whatever the log says. */
static uint64_t time_of(const struct delivery *delivery, const struct log_record *record)
{
	const struct import_image *image = delivery->image;
	uint64_t room = image->end_ns > image->start_ns ? image->end_ns - image->start_ns : 0;
	uint64_t since = delivery->times == IMPORT_ORDER ? record->order : record->time_ns;

	return image->start_ns + (since < room ? since : room);
}

static int deliver_record(const struct delivery *delivery, const struct log_record *record)
{
	static const uint8_t ops[] = {
		[LOG_BEGIN] = TRACK_OP_CREATE,	[LOG_ALIVE] = TRACK_OP_CREATE,
		[LOG_RETAIN] = TRACK_OP_RETAIN, [LOG_RELEASE] = TRACK_OP_RELEASE,
		[LOG_END] = TRACK_OP_DESTROY,
	};
	const struct log_life *life = &delivery->import->log.lives[record->life];
	const struct track_relation relation = {
		.text = record->op == LOG_BEGIN ? life->class_name : record->tag,
	};
	const struct collect_event event = {
		.time_ns = time_of(delivery, record),
		.subject = life->subject,
		.stack = record->stack,
		.data = &relation,
		.data_bytes = sizeof(relation),
		.op = ops[record->op],
		.kind = TRACK_KIND_OBJECT,
	};

	if (life->process != delivery->process || life->uneven)
		return 0;
	return delivery->sink->event(delivery->sink->ctx, delivery->image->index, &event);
}

int import_deliver(const struct import *import, size_t process, const struct import_image *image,
		   const struct collect_sink *sink)
{
	const struct delivery delivery = {
		.import = import,
		.image = image,
		.sink = sink,
		.process = (uint32_t)process,
		.times = import->times,
	};
	int error = deliver_process(&delivery, COLLECT_END_RUNNING);

	if (error == 0)
		error = deliver_modules(&delivery);
	if (error == 0)
		error = deliver_texts(&delivery);
	if (error == 0)
		error = deliver_stacks(&delivery);
	for (size_t i = 0; i < import->log.record_count && error == 0; i++)
		error = deliver_record(&delivery, &import->log.records[i]);
	return error == 0 ? deliver_process(&delivery, COLLECT_END_EXIT) : error;
}

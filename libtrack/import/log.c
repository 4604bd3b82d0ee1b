/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "pairs.h"

void log_finish(struct log *log)
{
	words_finish(&log->words);
	sites_finish(&log->sites);
	free(log->records);
	free(log->lives);
	u64map_finish(&log->alive);
	u64map_finish(&log->unseen);
	*log = (struct log){0};
}

/* -ENOSPC: there are too many. */
static int find_process(struct log *log, pid_t pid, uint32_t *ret_process)
{
	size_t i = 0;

	while (i < log->process_count && log->pids[i] != pid)
		i++;
	if (i == LOG_PROCESSES_MAX)
		return -ENOSPC;
	if (i == log->process_count)
		log->pids[log->process_count++] = pid;
	*ret_process = (uint32_t)i;
	return 0;
}

static uint64_t key_of(uint32_t process, uint64_t subject)
{
	return (uint64_t)process * LOG_SUBJECT_END | subject;
}

static int record(struct log *log, enum log_op op, uint32_t life, uint32_t stack)
{
	int error = array_grow((void **)&log->records, log->record_count, &log->record_capacity,
			       sizeof(*log->records));

	if (error != 0)
		return error;
	log->records[log->record_count] = (struct log_record){
		.time_ns = log->told.time_ns,
		.order = (uint32_t)log->record_count,
		.life = life,
		.stack = stack,
		.by = log->by,
		.op = op,
	};
	log->record_count++;
	return 0;
}

static int retain(struct log *log, uint32_t index, uint32_t stack)
{
	log->lives[index].refs++;
	return record(log, LOG_RETAIN, index, stack);
}

static int release(struct log *log, uint32_t index, uint32_t stack)
{
	log->lives[index].refs--;
	return record(log, LOG_RELEASE, index, stack);
}

static int end(struct log *log, uint32_t index, uint32_t stack)
{
	struct log_life *life = &log->lives[index];

	life->alive = false;
	u64map_remove(&log->alive, key_of(life->process, life->subject));
	return record(log, LOG_END, index, stack);
}

static int begin(struct log *log, uint32_t process, uint32_t stack)
{
	const struct log_told *told = &log->told;
	uint64_t key = key_of(process, told->subject);
	const uint64_t *known = u64map_get(&log->alive, key);
	struct log_life life = {
		.subject = told->subject,
		.process = process,
		.class_name = told->class_name,
		.count = told->count,
		.alive = true,
		.snapshot = told->op == LOG_ALIVE,
	};
	uint32_t index = (uint32_t)log->life_count;
	int error;

	/* Its end is missing; or the same is told once more, and then this is the last word. */
	if (known != NULL) {
		log->lives[*known].alive = !life.snapshot;
		log->lives[*known].uneven = true;
	}
	error = array_grow((void **)&log->lives, log->life_count, &log->life_capacity,
			   sizeof(*log->lives));
	if (error == 0)
		error = u64map_put(&log->alive, key, index);
	if (error != 0)
		return error;
	log->lives[log->life_count++] = life;
	error = record(log, LOG_BEGIN, index, stack);
	return error != 0 ? error : retain(log, index, stack);
}

/* Of an object that is known. */
static int change(struct log *log, uint32_t index, uint32_t stack)
{
	struct log_life *life = &log->lives[index];
	int error;

	if (!life->snapshot)
		life->count = log->told.count;
	if (log->told.op == LOG_RETAIN)
		return retain(log, index, stack);
	if (life->refs == 1 && (life->snapshot || life->count != 0)) {
		life->uneven |= !life->snapshot;
		return 0; /* the log lacks what was taken before */
	}
	error = release(log, index, stack);
	return error == 0 && life->count == 0 && !life->snapshot ? end(log, index, stack) : error;
}

static int apply(struct log *log)
{
	uint32_t process, stack;
	const uint64_t *known;
	uint64_t key;
	int error = find_process(log, log->told.pid, &process);

	if (error == 0)
		error = sites_add_stack(&log->sites, log->frames, log->depth, &stack);
	if (error != 0)
		return error;
	if (log->told.op == LOG_BEGIN || log->told.op == LOG_ALIVE)
		return begin(log, process, stack);
	key = key_of(process, log->told.subject);
	known = u64map_get(&log->alive, key);
	return known != NULL ? change(log, (uint32_t)*known, stack)
			     : u64map_put(&log->unseen, key, 1);
}

int log_close(struct log *log)
{
	int error = log->is_open ? apply(log) : 0;

	log->is_open = false;
	if (error != -ENOSPC)
		return error;
	log->understood--;
	log->skipped++;
	return 0;
}

void log_drop_frames(struct log *log)
{
	log->depth = 0;
	log->by = 0;
}

int log_open(struct log *log, const struct log_told *told)
{
	int error = log_close(log);

	log->told = *told;
	log->is_open = true;
	log_drop_frames(log);
	log->understood++;
	return error;
}

int log_frame(struct log *log, const struct site *site, bool is_by)
{
	uint32_t index;
	int error = log->depth < SITE_DEPTH_MAX ? sites_add(&log->sites, site, &index) : 0;

	if (error != 0 || log->depth == SITE_DEPTH_MAX)
		return error;
	log->frames[log->depth++] = index;
	if (is_by && log->by == 0)
		log->by = site->function;
	return 0;
}

/* What the tracer did not see: floating references, those that other libraries take. */
static int fill_up(struct log *log, uint32_t index)
{
	const struct log_life *life = &log->lives[index];
	int error = 0;

	log->by = 0;
	while (error == 0 && life->refs < life->count)
		error = retain(log, index, 0);
	while (error == 0 && life->refs > life->count)
		error = release(log, index, 0);
	return error;
}

int log_settle(struct log *log)
{
	int error = log_close(log);

	for (uint32_t i = 0; i < log->life_count && error == 0; i++) {
		struct log_life *life = &log->lives[i];

		if (life->alive && life->snapshot)
			error = fill_up(log, i);
		else if (life->refs != life->count)
			life->uneven |= life->alive;
	}
	return error == 0 ? pairs_find(log) : error;
}

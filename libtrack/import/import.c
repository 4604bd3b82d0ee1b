/* SPDX-License-Identifier: Apache-2.0 */
#include "import/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "lines.h"

/* clang-format off */
const struct import_format import_formats[] = {
#define IMPORT_FORMAT(id, name_, times_, about_, make_) \
	{.name = name_, .times = IMPORT_##times_, .about = about_, .make = make_, .parser = &import_##id},
#include "import/formats.def"
#undef IMPORT_FORMAT
	{.name = NULL},
};
/* clang-format on */

const struct import_format *import_format(const char *name)
{
	for (const struct import_format *format = import_formats; format->name != NULL; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	return NULL;
}

static int read_lines(const struct import_format *format, FILE *file, struct log *log)
{
	char *text = malloc(LINE_BYTES);
	int more = text != NULL ? 1 : -ENOMEM;

	while (more > 0 && (more = line_read(file, text)) > 0) {
		int is_of_format = format->parser->line(log, text);

		if (is_of_format < 0)
			more = is_of_format;
		log->skipped += is_of_format == 0;
	}
	free(text);
	if (more == 0)
		more = log_settle(log);
	if (more == 0 && log->understood == 0 && (!log->announced || log->garbled))
		more = -ENODATA;
	return more;
}

static int by_time(const void *left, const void *right)
{
	const struct log_record *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

int import_read(const struct import_format *format, FILE *file, struct import **ret_import)
{
	struct import *import = calloc(1, sizeof(*import));
	int error = import != NULL ? read_lines(format, file, &import->log) : -ENOMEM;

	if (error != 0) {
		import_destroy(import);
		return error;
	}
	import->times = format->times;
	if (format->times != IMPORT_ORDER && import->log.record_count > 1)
		qsort(import->log.records, import->log.record_count, sizeof(struct log_record),
		      by_time);
	*ret_import = import;
	return 0;
}

void import_destroy(struct import *import)
{
	if (import == NULL)
		return;
	log_finish(&import->log);
	free(import);
}

void import_count(const struct import *import, struct import_counts *ret_counts)
{
	const struct log *log = &import->log;
	struct import_counts counts = {.skipped = log->skipped, .unseen = log->unseen.count};

	for (size_t i = 0; i < log->life_count; i++) {
		const struct log_life *life = &log->lives[i];

		counts.uneven += life->uneven && life->alive;
		counts.objects += !life->uneven;
		counts.held += !life->uneven && life->alive;
	}
	*ret_counts = counts;
}

size_t import_processes(const struct import *import)
{
	return import->log.process_count;
}

int32_t import_pid(const struct import *import, size_t process)
{
	return import->log.pids[process];
}

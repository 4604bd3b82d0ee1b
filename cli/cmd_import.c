/* SPDX-License-Identifier: Apache-2.0 */
#include <analyze/analyze.h>
#include <analyze/imported.h>
#include <base/text.h>
#include <collect/in_use.h>
#include <errno.h>
#include <fcntl.h>
#include <import/import.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"
#include "road.h"
#include "say.h"
#include "sources.h"
#include "traces.h"

enum { KEY_BYTES = 128, COMMAND_BYTES = 1024 };

/* A log, and the trace that it goes into. */
struct job {
	const struct options *options;
	const struct import_format *format;
	const char *log_path, *trace_path;
	struct import *import;
	struct trace *trace;
	struct lifetimes *lifetimes;
	struct imported_from *from; /* by the log's processes */
};

static void say_formats(const char *name)
{
	char names[256] = "";
	size_t length = 0;

	for (const struct import_format *format = import_formats; format->name; format++)
		length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
					   length ? ", " : "formats are: ", format->name);
	say(names, "unknown format '%s'", name);
}

static int read_log(struct job *job)
{
	FILE *file = fopen(job->log_path, "re");
	struct stat status;
	int r = file ? 0 : -errno;

	if (r == 0 && (fstat(fileno(file), &status) < 0 || S_ISDIR(status.st_mode)))
		r = -EISDIR;
	if (r == 0)
		r = import_read(job->format, file, &job->import);
	if (file)
		fclose(file);
	if (r == -ENODATA)
		say(job->format->make, "no line of '%s' is of %s", job->log_path,
		    job->format->about);
	else if (r < 0)
		say(NULL, "cannot read '%s': %s", job->log_path, strerror(-r));
	return r;
}

/* Who records has it open, and would not see what is added. */
static bool is_recorded(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool recorded = fd >= 0 && file_in_use(fd);

	if (fd >= 0)
		close(fd);
	return recorded;
}

static int open_trace(struct job *job)
{
	int r;

	if (is_recorded(job->trace_path)) {
		say("import the log when the run is over", "'%s' is still being written",
		    job->trace_path);
		return -EBUSY;
	}
	r = trace_open(job->trace_path, TRACE_WRITE, &job->trace);
	if (r < 0)
		say(sources_remedy(r), "%s", trace_open_error());
	return r;
}

/* The process of the trace that the log's process is. */
static int find_from(const struct job *job, size_t process, struct imported_from *ret_from)
{
	int32_t pid = job->options->import_pid ? (int32_t)job->options->import_pid
					       : import_pid(job->import, process);
	int r = imported_find(job->trace, pid, ret_from);

	if (r == -ENOTUNIQ)
		say("say which with --pid; 'rtctrack report --format json' lists them",
		    "'%s' has several processes, and the log does not say which it is of",
		    job->trace_path);
	else if (r == -ESRCH)
		say("import it into the trace of the run that wrote it; --pid names the process",
		    "no process of '%s' has the pid %d", job->trace_path, (int)pid);
	else if (r < 0)
		say(NULL, "cannot read '%s': %s", job->trace_path, trace_error(job->trace));
	return r;
}

static void name_key(const struct job *job, const struct imported_from *from, char *ret_key)
{
	snprintf(ret_key, KEY_BYTES, "import:%s:%" PRId64, job->format->name, from->id);
}

/* Once only: a second time everything would be there twice. */
static int check_new(const struct job *job, const struct imported_from *from)
{
	char key[KEY_BYTES];
	const char *before;

	name_key(job, from, key);
	before = trace_meta(job->trace, key);
	if (!before)
		return 0;
	say("record the program again to import another log",
	    "'%s' has a log of that format of process %d already: '%s'", job->trace_path,
	    (int)from->pid, before);
	return -EEXIST;
}

/* All is asked before anything is written. */
static int find_all(struct job *job)
{
	size_t count = import_processes(job->import);
	int r = 0;

	if (job->options->import_pid && count > 1) {
		say("leave --pid out", "'%s' is of %zu processes", job->log_path, count);
		return -EINVAL;
	}
	job->from = calloc(count, sizeof(*job->from));
	if (!job->from)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = find_from(job, i, &job->from[i]);
		if (r == 0)
			r = check_new(job, &job->from[i]);
	}
	return r;
}

static int deliver(const struct job *job, size_t process, const struct imported_from *from)
{
	char command[COMMAND_BYTES];
	const struct import_image image = {
		.index = (uint32_t)process,
		.pid = from->pid,
		.start_ns = from->start_ns,
		.end_ns = from->end_ns,
		.exe = from->exe,
		.command = command,
	};
	int r;

	snprintf(command, sizeof(command), "%s log %s", job->format->name, job->log_path);
	r = import_deliver(job->import, process, &image, lifetimes_sink(job->lifetimes));
	return r == 0 ? imported_join(job->trace, from->id) : r;
}

/* The places have their names from the log: nobody looks for them in a file. */
static int write_sites(const struct job *job, const struct imported_from *from)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < import_sites(job->import); i++) {
		struct import_site site;
		int64_t location;

		import_site(job->import, i, &site);
		r = trace_location(job->trace, site.module ? site.module : from->exe,
				   IMPORT_BUILD_ID_HEX, site.address, &location);
		if (r == 0)
			r = trace_add_frame(job->trace, location, 0, site.function, site.file,
					    (int)site.line);
	}
	return r;
}

static int add_process(const struct job *job, size_t process)
{
	const struct imported_from *from = &job->from[process];
	char key[KEY_BYTES];
	int r;

	name_key(job, from, key);
	r = trace_set_meta(job->trace, key, job->log_path);
	if (r == 0)
		r = deliver(job, process, from);
	return r == 0 ? write_sites(job, from) : r;
}

/* What the log cannot say is a note, as what could not be recorded is. */
static int write_notes(const struct job *job)
{
	struct import_counts counts;
	int r = 0;

	import_count(job->import, &counts);
	const struct {
		const char *name, *text;
		uint64_t count;
	} notes[] = {
		{"log-order", "objects of a log without times: their order alone is known",
		 job->format->times == IMPORT_ORDER ? counts.objects : 0},
		{"log-unseen", "objects whose beginning a log lacks, not judged", counts.unseen},
		{"log-uneven", "objects whose count does not come out in a log, not judged",
		 counts.uneven},
	};
	for (size_t i = 0; r == 0 && i < sizeof(notes) / sizeof(notes[0]); i++)
		if (notes[i].count)
			r = trace_put_note(job->trace, 0, notes[i].name, "INFO", notes[i].count,
					   notes[i].text);
	return r;
}

static int write_all(struct job *job)
{
	struct symbol_search search = options_search(job->options);
	struct road_times times = options_times(job->options);
	int r = lifetimes_create(job->trace, &job->lifetimes);

	for (size_t i = 0; r == 0 && i < import_processes(job->import); i++)
		r = add_process(job, i);
	if (r == 0)
		r = write_notes(job);
	if (r == 0)
		r = lifetimes_finish(job->lifetimes);
	if (r == 0)
		r = road_set_times(job->trace, &times);
	if (r == 0)
		r = road_judge(job->trace, &search, NULL);
	if (r == 0)
		r = trace_commit(job->trace);
	if (r < 0)
		say(NULL, "cannot write '%s': %s", job->trace_path, trace_error(job->trace));
	return r;
}

static void tell(const struct job *job)
{
	struct import_counts counts;

	import_count(job->import, &counts);
	printf("%s: %" PRIu64 " object%s of %s, %" PRIu64 " still held\n", job->trace_path,
	       counts.objects, text_plural(counts.objects), job->log_path, counts.held);
	if (job->format->times == IMPORT_ORDER)
		printf("  the log has no times: the order of its lines is all that is known\n");
	if (counts.unseen)
		printf("  %" PRIu64 " object%s not judged: the log does not have the beginning\n",
		       counts.unseen, text_plural(counts.unseen));
	if (counts.uneven)
		printf("  %" PRIu64 " object%s not judged: the count does not come out, lines are "
		       "missing\n",
		       counts.uneven, text_plural(counts.uneven));
	if (counts.skipped)
		printf("  %" PRIu64 " line%s of other things skipped\n", counts.skipped,
		       text_plural(counts.skipped));
}

static void tell_nothing(const struct job *job)
{
	printf("%s: nothing was alive at the end of %s\n"
	       "  (so is the log of a program that does not come to its end)\n",
	       job->trace_path, job->log_path);
}

/* The trace first: it is soon said that there is none, and a log may be long. */
static int import(struct job *job)
{
	int r = open_trace(job);

	if (r == 0)
		r = read_log(job);
	if (r == 0 && !import_processes(job->import)) {
		if (!job->options->quiet)
			tell_nothing(job);
		return 0;
	}
	if (r == 0)
		r = find_all(job);
	if (r == 0)
		r = write_all(job);
	if (r == 0 && !job->options->quiet)
		tell(job);
	return r;
}

static void finish(struct job *job)
{
	for (size_t i = 0; job->from && i < import_processes(job->import); i++)
		free(job->from[i].exe);
	free(job->from);
	lifetimes_destroy(job->lifetimes);
	traces_closed(job->trace_path, trace_close(job->trace));
	import_destroy(job->import);
}

int cmd_import(const struct options *options)
{
	struct job job = {.options = options};
	int r;

	if (options->operand_count != 3) {
		say("for example: rtctrack import janus-refcount janus.log rtctrack-janus-123.db",
		    "import takes a format, a log, and a trace");
		return EXIT_TOOL;
	}
	job.format = import_format(options->operands[0]);
	job.log_path = options->operands[1];
	job.trace_path = options->operands[2];
	if (!job.format) {
		say_formats(options->operands[0]);
		return EXIT_TOOL;
	}
	r = import(&job);
	finish(&job);
	return r < 0 ? EXIT_TOOL : EXIT_CLEAN;
}

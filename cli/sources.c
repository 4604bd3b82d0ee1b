/* SPDX-License-Identifier: Apache-2.0 */
#include "sources.h"

#include <collect/in_use.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <track/wire.h>
#include <unistd.h>

#include "road.h"

#define SQLITE_MAGIC "SQLite format 3"
#define SKIPPED_SHOWN 3

enum content { CONTENT_OTHER, CONTENT_SPOOL, CONTENT_TRACE };

/* Takes source's path, which may be NULL: no memory. */
static int append(struct source **list, size_t *count, struct source source)
{
	struct source *items = source.path ? reallocarray(*list, *count + 1, sizeof(source)) : NULL;

	if (!items) {
		free(source.path);
		return -ENOMEM;
	}
	*list = items;
	items[(*count)++] = source;
	return 0;
}

/* 0 and what the file at path is, or -errno. */
static int look(const char *path, enum content *ret_content)
{
	char head[16] = {0};
	struct stat st;
	ssize_t length;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	length = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, head, sizeof(head)) : 0;
	close(fd);
	if (length < (ssize_t)sizeof(head))
		*ret_content = CONTENT_OTHER;
	else if (memcmp(head, TRACK_SPOOL_MAGIC, strlen(TRACK_SPOOL_MAGIC)) == 0)
		*ret_content = CONTENT_SPOOL;
	else if (memcmp(head, SQLITE_MAGIC, sizeof(SQLITE_MAGIC)) == 0)
		*ret_content = CONTENT_TRACE;
	else
		*ret_content = CONTENT_OTHER;
	return 0;
}

bool source_is_recording(const char *path)
{
	enum content content;

	return look(path, &content) == 0 && content != CONTENT_OTHER;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->path, ((const struct source *)b)->path);
}

static void sort(struct source *items, size_t count)
{
	if (count > 1)
		qsort(items, count, sizeof(*items), by_path);
}

/* A database of another program. A trace that is damaged is none, and stays an error. */
static bool is_foreign(const char *path)
{
	struct trace *trace;
	int r = trace_open(path, TRACE_READ, &trace);

	if (r == 0)
		trace_close(trace);
	return r == -EBADMSG;
}

static bool is_same(const struct source *source, const struct stat *st)
{
	return source->device == st->st_dev && source->inode == st->st_ino;
}

/* Evidence that is not there, unless it is: -EEXIST. Takes path, which may be NULL. */
static int skip(struct sources *sources, char *path, int error)
{
	sources->missing += error != -EEXIST;
	return append(&sources->skipped, &sources->skipped_count,
		      (struct source){.path = path, .error = error});
}

/* Takes path, which may be NULL. What is there by another name, too, counts once. */
static int add_item(struct sources *sources, char *path, bool spools)
{
	struct source source = {.path = path, .spools = spools};
	struct stat st;

	if (path && stat(path, &st) == 0) {
		source.device = st.st_dev;
		source.inode = st.st_ino;
		for (size_t i = 0; i < sources->count; i++)
			if (is_same(&sources->items[i], &st))
				return skip(sources, path, -EEXIST);
	}
	return append(&sources->items, &sources->count, source);
}

/* By its name somebody takes it for a recording. */
static bool is_called_recording(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".db") == 0 || strcmp(dot, ".spool") == 0);
}

static int walk(struct sources *sources, char *path);

/* A file of a folder, or a folder in it; takes path. */
static int add_entry(struct sources *sources, char *path, bool *spools)
{
	enum content content = CONTENT_OTHER;
	struct stat st;
	int r = stat(path, &st) < 0 ? -errno : 0;

	if (r == 0 && S_ISDIR(st.st_mode))
		return walk(sources, path);
	if (r == 0)
		r = look(path, &content);
	if (content == CONTENT_TRACE && !is_foreign(path))
		return add_item(sources, path, false);
	*spools |= content == CONTENT_SPOOL;
	if (content != CONTENT_SPOOL && is_called_recording(path))
		return skip(sources, path, r < 0 ? r : -EBADMSG);
	free(path);
	return 0;
}

static bool is_entered(const struct sources *sources, const struct stat *st)
{
	for (size_t i = 0; i < sources->folder_count; i++)
		if (is_same(&sources->folders[i], st))
			return true;
	return false;
}

/* Each folder once, whatever links lead to it. False, too, if there is no memory: ret_error. */
static bool enter(struct sources *sources, const char *path, int *ret_error)
{
	struct source folder = {.path = strdup(path)};
	struct stat st;

	*ret_error = folder.path ? 0 : -ENOMEM;
	if (!folder.path || stat(path, &st) < 0 || is_entered(sources, &st)) {
		free(folder.path);
		return false;
	}
	folder.device = st.st_dev;
	folder.inode = st.st_ino;
	*ret_error = append(&sources->folders, &sources->folder_count, folder);
	return *ret_error == 0;
}

/* All that is in it, at any depth; takes path, which may be NULL. */
static int walk(struct sources *sources, char *path)
{
	DIR *directory = path ? opendir(path) : NULL;
	struct dirent *entry;
	bool spools = false;
	int r = path ? 0 : -ENOMEM;

	if (path && !directory)
		return skip(sources, path, -errno);
	if (r < 0 || !enter(sources, path, &r))
		goto out;
	while (r == 0 && (entry = readdir(directory))) {
		char *file;

		if (entry->d_name[0] == '.' || asprintf(&file, "%s/%s", path, entry->d_name) < 0)
			continue;
		r = add_entry(sources, file, &spools);
	}
	if (r == 0 && spools)
		r = add_item(sources, strdup(path), true);
out:
	if (directory)
		closedir(directory);
	free(path);
	return r;
}

static int add_folder(struct sources *sources, const char *path, const struct stat *st)
{
	size_t before = sources->count, skipped_before = sources->skipped_count;
	int r;

	if (is_entered(sources, st))
		return skip(sources, strdup(path), -EEXIST);
	if (access(path, R_OK) < 0)
		return -errno;
	r = walk(sources, strdup(path));
	sort(sources->items + before, sources->count - before);
	sort(sources->skipped + skipped_before, sources->skipped_count - skipped_before);
	if (r < 0)
		return r;
	for (size_t i = skipped_before; i < sources->skipped_count; i++)
		if (sources->skipped[i].error == -EEXIST)
			return 0;
	return sources->count > before ? 0 : -ENODATA;
}

int sources_add(struct sources *sources, const char *path)
{
	enum content content;
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return add_folder(sources, path, &st);
	r = look(path, &content);
	if (r < 0)
		return r;
	if (content == CONTENT_OTHER)
		return -EBADMSG;
	return add_item(sources, strdup(path), content == CONTENT_SPOOL);
}

bool sources_skip_line(const struct sources *sources, size_t index, char *ret_line, size_t capacity)
{
	size_t more = sources->skipped_count - index;

	if (index > SKIPPED_SHOWN || index >= sources->skipped_count)
		return false;
	if (index == SKIPPED_SHOWN)
		snprintf(ret_line, capacity, "left out %zu more file%s like these", more,
			 more == 1 ? "" : "s");
	else
		snprintf(ret_line, capacity, "left out '%s': %s", sources->skipped[index].path,
			 sources_reason(sources->skipped[index].error));
	return true;
}

static void free_list(struct source *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(items[i].path);
	free(items);
}

void sources_finish(struct sources *sources)
{
	free_list(sources->items, sources->count);
	free_list(sources->skipped, sources->skipped_count);
	free_list(sources->folders, sources->folder_count);
	*sources = (struct sources){0};
}

static int open_spools(const char *path, const struct symbol_search *search,
		       const struct road_times *times, struct trace **ret_trace, char *ret_error,
		       size_t error_capacity)
{
	struct road *road;
	int r = road_create(NULL, search, &road);

	if (r < 0) {
		snprintf(ret_error, error_capacity, "%s", trace_open_error());
		return r;
	}
	r = road_set_times(road_trace(road), times);
	if (r == 0)
		r = road_add(road, path);
	if (r == 0)
		r = road_finish(road, NULL);
	if (r < 0) {
		snprintf(ret_error, error_capacity, "cannot read '%s': %s", path, road_error(road));
		road_destroy(road);
		return r;
	}
	*ret_trace = road_release(road);
	return 0;
}

static bool is_in_use(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool in_use = fd >= 0 && file_in_use(fd);

	if (fd >= 0)
		close(fd);
	return in_use;
}

/*
 * Judge a copy, and leave the file as it is: its recorder may still run. Then what lives on lives
 * until now, even if nothing has happened for long.
 */
static int open_copy(const char *path, const struct symbol_search *search,
		     const struct road_times *times, struct trace *known, struct trace **trace)
{
	bool is_live = !trace_meta(*trace, "finished") && is_in_use(path);
	int r;

	trace_close(*trace);
	*trace = NULL;
	r = trace_open(path, TRACE_COPY, trace);
	if (r < 0)
		return r;
	r = road_set_times(*trace, times);
	if (r == 0 && is_live)
		r = road_set_end(*trace);
	if (r == 0)
		r = road_judge(*trace, search, known);
	if (r < 0) {
		trace_close(*trace);
		*trace = NULL;
	}
	return r;
}

/*
 * Its recorder left a log beside it, since somebody read it then. Where it cannot be made whole, or
 * another one is at it, it is read with its log.
 */
static int open_whole(const char *path, struct trace **trace)
{
	trace_close(*trace);
	*trace = NULL;
	(void)trace_fold(path);
	return trace_open(path, TRACE_READ, trace);
}

int source_open(const struct source *source, const struct symbol_search *search,
		const struct road_times *times, struct trace *known, struct trace **ret_trace,
		char *ret_error, size_t error_capacity)
{
	bool more = search->sysroot || search->debug_folders;
	int r;

	if (source->spools)
		return open_spools(source->path, search, times, ret_trace, ret_error,
				   error_capacity);
	r = trace_open(source->path, TRACE_READ, ret_trace);
	if (r == 0 && trace_has_log(source->path) && trace_meta(*ret_trace, "finished"))
		r = open_whole(source->path, ret_trace);
	if (r == 0 &&
	    (more || road_times_differ(*ret_trace, times) || !trace_meta(*ret_trace, "finished")))
		r = open_copy(source->path, search, times, known, ret_trace);
	if (r < 0)
		snprintf(ret_error, error_capacity, "%s", trace_open_error());
	return r;
}

uint64_t source_now_ns(const struct source *source, struct trace *trace)
{
	struct timespec now;

	if (source->spools || trace_meta(trace, "finished") || !is_in_use(source->path) ||
	    clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

const char *sources_reason(int error)
{
	switch (error) {
	case -ENODATA:
		return "no trace and no spool in this folder";
	case -EBADMSG:
		return "neither a trace nor a spool";
	case -EEXIST:
		return "it is given twice, and counts once";
	default:
		return strerror(-error);
	}
}

const char *sources_remedy(int error)
{
	switch (error) {
	case -ENODATA:
	case -ENOENT:
		return "give the trace that 'rtctrack run' wrote (it prints its name at the end)";
	case -EACCES:
		return "read it as the user who recorded it";
	case -EBADMSG:
		return "give a trace (.db), a spool (.spool), or a folder of them";
	case -EIO:
		return "it may be damaged or cut short: copy it again, or record the program again";
	default:
		return NULL;
	}
}

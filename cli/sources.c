/* SPDX-License-Identifier: Apache-2.0 */
#include "sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <track/wire.h>
#include <unistd.h>

#include "road.h"

#define SQLITE_MAGIC "SQLite format 3"

enum content { CONTENT_OTHER, CONTENT_SPOOL, CONTENT_TRACE };

static int append(struct sources *sources, char *path, bool spools)
{
	struct source *items;

	if (!path)
		return -ENOMEM;
	items = reallocarray(sources->items, sources->count + 1, sizeof(*items));
	if (!items) {
		free(path);
		return -ENOMEM;
	}
	sources->items = items;
	items[sources->count++] = (struct source){.path = path, .spools = spools};
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

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->path, ((const struct source *)b)->path);
}

static int add_folder(struct sources *sources, const char *path)
{
	size_t before = sources->count;
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool spools = false;
	int r = 0;

	if (!directory)
		return -errno;
	while (r == 0 && (entry = readdir(directory))) {
		enum content content;
		char *file;

		if (entry->d_name[0] == '.' || asprintf(&file, "%s/%s", path, entry->d_name) < 0)
			continue;
		if (look(file, &content) < 0)
			content = CONTENT_OTHER;
		spools |= content == CONTENT_SPOOL;
		if (content == CONTENT_TRACE)
			r = append(sources, file, false);
		else
			free(file);
	}
	closedir(directory);
	if (r == 0 && sources->count > before + 1)
		qsort(sources->items + before, sources->count - before, sizeof(struct source),
		      by_path);
	if (r == 0 && spools)
		r = append(sources, strdup(path), true);
	return r < 0 ? r : sources->count > before ? 0 : -ENODATA;
}

int sources_add(struct sources *sources, const char *path)
{
	enum content content;
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return add_folder(sources, path);
	r = look(path, &content);
	if (r < 0)
		return r;
	if (content == CONTENT_OTHER)
		return -EBADMSG;
	return append(sources, strdup(path), content == CONTENT_SPOOL);
}

void sources_finish(struct sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		free(sources->items[i].path);
	free(sources->items);
	*sources = (struct sources){0};
}

static int open_spools(const char *path, const struct symbol_search *search, uint64_t grace_ns,
		       struct trace **ret_trace, char *ret_error, size_t error_capacity)
{
	struct road *road;
	int r = road_create(NULL, search, &road);

	if (r < 0) {
		snprintf(ret_error, error_capacity, "%s", trace_open_error());
		return r;
	}
	r = road_set_grace(road_trace(road), grace_ns);
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

/* Judge a copy, and leave the file as it is: its recorder may still run. */
static int open_copy(const char *path, const struct symbol_search *search, uint64_t grace_ns,
		     struct trace **trace)
{
	int r;

	trace_close(*trace);
	*trace = NULL;
	r = trace_open(path, TRACE_COPY, trace);
	if (r < 0)
		return r;
	r = road_set_grace(*trace, grace_ns);
	if (r == 0)
		r = road_judge(*trace, search);
	if (r < 0) {
		trace_close(*trace);
		*trace = NULL;
	}
	return r;
}

int source_open(const struct source *source, const struct symbol_search *search, uint64_t grace_ns,
		struct trace **ret_trace, char *ret_error, size_t error_capacity)
{
	bool more = search->sysroot || search->debug_folders || grace_ns != ROAD_GRACE_UNSET;
	int r;

	if (source->spools)
		return open_spools(source->path, search, grace_ns, ret_trace, ret_error,
				   error_capacity);
	r = trace_open(source->path, TRACE_READ, ret_trace);
	if (r == 0 && (more || !trace_meta(*ret_trace, "finished")))
		r = open_copy(source->path, search, grace_ns, ret_trace);
	if (r < 0)
		snprintf(ret_error, error_capacity, "%s", trace_open_error());
	return r;
}

const char *sources_reason(int error)
{
	switch (error) {
	case -ENODATA:
		return "no trace and no spool in this folder";
	case -EBADMSG:
		return "neither a trace nor a spool";
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
	default:
		return NULL;
	}
}

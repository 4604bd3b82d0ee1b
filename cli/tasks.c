/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks.h"

#include <base/text.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* False: it is gone. */
static bool look_at(int32_t pid, const char *tid, struct report_task *ret_task)
{
	char path[64], text[512];
	const char *begin, *end;
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stat", (int)pid, tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = 0;
	begin = strchr(text, '(');
	end = strrchr(text, ')'); /* a name may have any character in it */
	if (!begin || !end || end < begin || end[1] != ' ')
		return false;
	*ret_task = (struct report_task){.tid = (uint32_t)strtoul(tid, NULL, 10), .state = end[2]};
	text_clean(begin + 1, (size_t)(end - begin - 1), ret_task->name, sizeof(ret_task->name));
	return true;
}

static int compare(const void *left, const void *right)
{
	const struct report_task *a = left, *b = right;

	return (a->tid > b->tid) - (a->tid < b->tid);
}

int tasks_list(int32_t pid, struct report_task **ret_tasks, size_t *ret_count)
{
	struct report_task *tasks = NULL;
	size_t count = 0, capacity = 0;
	const struct dirent *entry;
	char path[64];
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	directory = opendir(path);
	if (!directory)
		return -errno;
	while ((entry = readdir(directory))) {
		if (count == capacity) {
			struct report_task *grown;

			capacity = capacity ? 2 * capacity : 16;
			grown = reallocarray(tasks, capacity, sizeof(*tasks));
			if (!grown)
				goto no_memory;
			tasks = grown;
		}
		if (entry->d_name[0] != '.' && look_at(pid, entry->d_name, &tasks[count]))
			count++;
	}
	closedir(directory);
	if (count > 1)
		qsort(tasks, count, sizeof(*tasks), compare);
	*ret_tasks = tasks;
	*ret_count = count;
	return 0;
no_memory:
	free(tasks);
	closedir(directory);
	return -ENOMEM;
}

/* Those that one thread forked and that live. */
static size_t add_children(int32_t pid, uint32_t tid, struct report_task *tasks, size_t count,
			   size_t max)
{
	char path[64], word[16];
	FILE *file;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%u/children", (int)pid, (unsigned)tid);
	file = fopen(path, "re");
	while (file && count < max && fscanf(file, "%d", &child) == 1) {
		snprintf(word, sizeof(word), "%d", child);
		count += look_at(child, word, &tasks[count]);
	}
	if (file)
		fclose(file);
	return count;
}

size_t tasks_descendants(int32_t pid, struct report_task *ret_tasks, size_t max)
{
	struct report_task *threads = NULL;
	size_t count = 0, thread_count = 0;

	for (size_t next = 0; next <= count; next++) {
		if (tasks_list(pid, &threads, &thread_count) == 0)
			for (size_t i = 0; i < thread_count; i++)
				count = add_children(pid, threads[i].tid, ret_tasks, count, max);
		free(threads);
		threads = NULL;
		thread_count = 0;
		if (next < count)
			pid = (int32_t)ret_tasks[next].tid;
	}
	return count;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "dependencies.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEXT_BYTES_MAX (256 * 1024)
#define LIST_MAX 4096
#define WAIT_MS 5000

static int add(struct dependencies *list, const char *soname, size_t soname_bytes, const char *path,
	       size_t path_bytes)
{
	struct dependency *items = reallocarray(list->items, list->count + 1, sizeof(*list->items));
	struct dependency *item;

	if (!items)
		return -ENOMEM;
	list->items = items;
	item = &items[list->count];
	item->soname = strndup(soname, soname_bytes);
	item->path = strndup(path, path_bytes);
	if (!item->soname || !item->path) {
		free(item->soname);
		free(item->path);
		return -ENOMEM;
	}
	list->count++;
	return 0;
}

static int parse_line(struct dependencies *list, const char *line, size_t length)
{
	const char *end = line + length, *arrow = memmem(line, length, " => ", 4), *path;

	if (!arrow || list->count == LIST_MAX)
		return 0;
	while (line < arrow && (*line == '\t' || *line == ' '))
		line++;
	path = arrow + 4;
	while (end > path && *end != '(')
		end--;
	while (end > path && end[-1] == ' ')
		end--;
	if (line == arrow)
		return 0;
	return add(list, line, (size_t)(arrow - line), path,
		   memchr(path, '/', (size_t)(end - path)) ? (size_t)(end - path) : 0);
}

int dependencies_parse(const char *text, struct dependencies *ret_list)
{
	struct dependencies list = {.count = 0};

	while (*text) {
		size_t length = strcspn(text, "\n");
		int r = parse_line(&list, text, length);

		if (r < 0) {
			dependencies_free(&list);
			return r;
		}
		text += length + (text[length] != 0);
	}
	*ret_list = list;
	return 0;
}

void dependencies_free(struct dependencies *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].soname);
		free(list->items[i].path);
	}
	free(list->items);
	*list = (struct dependencies){.count = 0};
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* To the end of what it says, as far as there is room. -ETIMEDOUT: it does not come to it. */
static int read_all(int fd, char *text, size_t capacity)
{
	int64_t until_ms = now_ms() + WAIT_MS;
	size_t used = 0;

	for (;;) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int64_t left_ms = until_ms - now_ms();
		ssize_t size;

		if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) == 0)
			return -ETIMEDOUT;
		size = read(fd, text + used, capacity - 1 - used);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		used += (size_t)size;
		text[used] = 0;
		if (size == 0 || used == capacity - 1)
			return 0;
	}
}

static int start_loader(const char *loader, const char *program, int out, pid_t *ret_pid)
{
	char *argv[] = {(char *)loader, (char *)"--list", (char *)program, NULL};
	posix_spawn_file_actions_t actions;
	int r = -posix_spawn_file_actions_init(&actions);

	if (r < 0)
		return r;
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	r = -posix_spawn(ret_pid, loader, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

int dependencies_list(const char *loader, const char *program, struct dependencies *ret_list)
{
	char *text;
	int out[2], r;
	pid_t pid;

	if (program[0] == '-')
		return -EINVAL; /* to the loader it is an option */
	text = calloc(1, TEXT_BYTES_MAX);
	if (!text)
		return -ENOMEM;
	r = pipe2(out, O_CLOEXEC) < 0 ? -errno : 0;
	if (r < 0) {
		free(text);
		return r;
	}
	r = start_loader(loader, program, out[1], &pid);
	close(out[1]);
	if (r == 0) {
		r = read_all(out[0], text, TEXT_BYTES_MAX);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(out[0]);
	if (r == 0)
		r = dependencies_parse(text, ret_list);
	free(text);
	return r;
}

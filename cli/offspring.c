/* SPDX-License-Identifier: Apache-2.0 */
#include "offspring.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "target.h"

#define STEP_US 20000
#define PATIENCE_STEPS 100 /* two seconds, as the program itself gets */

/* Who is below whom, of all processes. */
struct kinship {
	int32_t pid, parent;
};

static bool has(const struct offspring *offspring, int32_t pid)
{
	for (size_t i = 0; i < offspring->count; i++)
		if (offspring->members[i].pid == pid)
			return true;
	return false;
}

/* It has not ended. */
static bool lives(const struct offspring_member *member)
{
	struct pollfd fd = {.fd = member->fd, .events = POLLIN};

	return poll(&fd, 1, 0) == 0;
}

/* 0: it is gone. */
static int32_t parent_of(int32_t pid)
{
	char path[64], text[512];
	const char *end;
	int parent = 0;
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = 0;
	end = strrchr(text, ')'); /* a name may have any character in it */
	return end && sscanf(end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static bool has_parent(int32_t pid, const void *parent)
{
	return parent_of(pid) == *(const int32_t *)parent;
}

/* What is asked of it once its pidfd is held is asked of that process, and no later one. */
static bool add(struct offspring *offspring, int32_t pid,
		bool (*belongs)(int32_t pid, const void *ctx), const void *ctx)
{
	struct offspring_member member = {.pid = pid, .fd = pidfd_open(pid, 0)};

	if (member.fd < 0)
		return false;
	if (!belongs(pid, ctx) || !lives(&member))
		goto drop;
	if (offspring->count == offspring->capacity) {
		size_t capacity = offspring->capacity ? 2 * offspring->capacity : 16;
		struct offspring_member *grown =
			reallocarray(offspring->members, capacity, sizeof(*grown));

		if (!grown)
			goto drop;
		offspring->members = grown;
		offspring->capacity = capacity;
	}
	offspring->members[offspring->count++] = member;
	return true;
drop:
	close(member.fd);
	return false;
}

/* The caller frees it. */
static struct kinship *read_kinship(size_t *ret_count)
{
	DIR *directory = opendir("/proc");
	struct kinship *all = NULL, *grown;
	size_t count = 0, capacity = 0;
	const struct dirent *entry;
	int32_t pid;

	while (directory && (entry = readdir(directory))) {
		if (target_read_pid(entry->d_name, &pid) < 0)
			continue;
		if (count == capacity) {
			capacity = capacity ? 2 * capacity : 256;
			grown = reallocarray(all, capacity, sizeof(*all));
			if (!grown)
				break;
			all = grown;
		}
		all[count++] = (struct kinship){.pid = pid, .parent = parent_of(pid)};
	}
	if (directory)
		closedir(directory);
	*ret_count = count;
	return all;
}

static void add_children(struct offspring *offspring, const struct kinship *all, size_t count,
			 int32_t parent)
{
	for (size_t i = 0; i < count; i++)
		if (all[i].parent == parent && !has(offspring, all[i].pid))
			add(offspring, all[i].pid, has_parent, &parent);
}

void offspring_add_below(struct offspring *offspring, int32_t root)
{
	size_t count;
	struct kinship *all = read_kinship(&count);

	if (root > 0)
		add_children(offspring, all, count, root);
	for (size_t i = 0; i < offspring->count; i++)
		if (lives(&offspring->members[i]))
			add_children(offspring, all, count, offspring->members[i].pid);
	free(all);
}

/* It maps a spool of the folder, which bears its pid. */
static bool writes_into(int32_t pid, const void *folder)
{
	size_t length = strlen(folder);
	struct target target;
	int writer;

	target_look(pid, &target);
	return strncmp(target.spool, folder, length) == 0 && target.spool[length] == '/' &&
	       sscanf(target.spool + length, "/%d-", &writer) == 1 && writer == pid;
}

void offspring_add_recorded(struct offspring *offspring, const char *folder, int32_t root)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	int pid;

	while (directory && (entry = readdir(directory)))
		if (sscanf(entry->d_name, "%d-", &pid) == 1 && pid > 0 && pid != root &&
		    pid != getpid() && !has(offspring, pid))
			add(offspring, pid, writes_into, folder);
	if (directory)
		closedir(directory);
}

/* To all that live; 0 only counts them. Returns how many it reached. */
static size_t send_all(const struct offspring *offspring, int number)
{
	size_t reached = 0;

	for (size_t i = 0; i < offspring->count; i++)
		reached += lives(&offspring->members[i]) &&
			   pidfd_send_signal(offspring->members[i].fd, number, NULL, 0) == 0;
	return reached;
}

/* What they started last is among them then. */
static size_t count_all(struct offspring *offspring)
{
	offspring_add_below(offspring, 0);
	return send_all(offspring, 0);
}

size_t offspring_end(struct offspring *offspring, bool gently)
{
	size_t ended = count_all(offspring), left;

	if (gently && ended)
		send_all(offspring, SIGTERM);
	for (unsigned i = 0; gently && i < PATIENCE_STEPS && send_all(offspring, 0); i++)
		usleep(STEP_US);
	left = count_all(offspring);
	/* What a device holds in the kernel ends later. */
	for (unsigned i = 0; i < PATIENCE_STEPS && left; i++) {
		send_all(offspring, SIGKILL);
		usleep(STEP_US);
		left = count_all(offspring);
	}
	return ended;
}

void offspring_finish(struct offspring *offspring)
{
	for (size_t i = 0; i < offspring->count; i++)
		close(offspring->members[i].fd);
	free(offspring->members);
	*offspring = (struct offspring){0};
}

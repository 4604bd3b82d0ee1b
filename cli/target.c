/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <base/text.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>
#include <unistd.h>

#define KERNEL_THREAD 0x00200000u /* of the flags in stat */
#define SHIM_FILE "/libtrack.so"

/* clang-format off */
static const struct {
	const char *text, *remedy;
} troubles[TARGET__COUNT] = {
#define TARGET_TROUBLE(id, text_, remedy_) [TARGET_##id] = { .text = text_, .remedy = remedy_ },
#include "target_troubles.def"
#undef TARGET_TROUBLE
};
/* clang-format on */

const char *target_trouble_text(enum target_trouble trouble)
{
	return troubles[trouble].text;
}

const char *target_trouble_remedy(enum target_trouble trouble)
{
	return troubles[trouble].remedy;
}

/* The start of a file of /proc/PID; its length, -1 none. */
static ssize_t read_file(int32_t pid, const char *name, char *ret_text, size_t capacity)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd >= 0 ? read(fd, ret_text, capacity - 1) : -1;
	if (fd >= 0)
		close(fd);
	ret_text[length > 0 ? length : 0] = 0;
	return length;
}

static enum target_trouble find_trouble(int32_t pid)
{
	char text[4096];
	const char *line;
	unsigned flags;
	char state;
	int group;

	if (pid == getpid())
		return TARGET_OURSELVES;
	if (read_file(pid, "stat", text, sizeof(text)) <= 0)
		return TARGET_GONE;
	line = strrchr(text, ')'); /* a name may have any character in it */
	if (!line || sscanf(line, ") %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2)
		return TARGET_FINE;
	if (state == 'Z' || state == 'X')
		return TARGET_OVER;
	if (flags & KERNEL_THREAD)
		return TARGET_KERNEL;
	if (read_file(pid, "status", text, sizeof(text)) <= 0)
		return TARGET_FINE;
	line = strstr(text, "\nTgid:");
	return line && sscanf(line, "\nTgid: %d", &group) == 1 && group != pid ? TARGET_THREAD
									       : TARGET_FINE;
}

static void read_names(struct target *target)
{
	char words[sizeof(target->command)], exe[PATH_MAX], path[64];
	ssize_t length = read_file(target->pid, "cmdline", words, sizeof(words));
	const char *slash;

	for (ssize_t i = 0; i + 1 < length; i++)
		if (!words[i])
			words[i] = ' ';
	text_clean(words, strlen(words), target->command, sizeof(target->command));
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)target->pid);
	length = readlink(path, exe, sizeof(exe) - 1);
	if (length <= 0)
		return;
	exe[length] = 0;
	slash = strrchr(exe, '/');
	snprintf(target->name, sizeof(target->name), "%.60s", slash ? slash + 1 : exe);
	target->name[strcspn(target->name, " ")] = 0; /* " (deleted)" */
}

/* Takes the line of a mapping: the file is what begins with the first slash. */
static void look_at_mapping(char *line, struct target *target)
{
	size_t length = strcspn(line, "\n"), suffix = strlen(TRACK_SPOOL_SUFFIX);
	const char *file;

	line[length] = 0;
	file = strchr(line, '/');
	if (!file)
		return;
	length = strlen(file);
	target->has_shim |= length >= strlen(SHIM_FILE) &&
			    strcmp(file + length - strlen(SHIM_FILE), SHIM_FILE) == 0;
	if (length > suffix && strcmp(file + length - suffix, TRACK_SPOOL_SUFFIX) == 0)
		snprintf(target->spool, sizeof(target->spool), "%s", file);
}

static void look_at_mappings(struct target *target)
{
	char path[64];
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)target->pid);
	file = fopen(path, "re");
	target->is_readable = file != NULL;
	while (file && getline(&line, &size, file) > 0)
		look_at_mapping(line, target);
	free(line);
	if (file)
		fclose(file);
}

/* What its spool says of its end. */
static uint32_t held_tid(const char *spool)
{
	struct track_spool header;
	int fd = open(spool, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool is_whole = fd >= 0 && pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header);

	if (fd >= 0)
		close(fd);
	return is_whole && header.version == TRACK_WIRE_VERSION &&
			       memcmp(header.magic, TRACK_SPOOL_MAGIC, sizeof(header.magic)) == 0 &&
			       header.held_ns && !header.freed_ns
		       ? header.held_tid
		       : 0;
}

int target_read_pid(const char *word, int32_t *ret_pid)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end || errno || number <= 0 || number > INT32_MAX)
		return -EINVAL;
	*ret_pid = (int32_t)number;
	return 0;
}

void target_look(int32_t pid, struct target *ret_target)
{
	struct target target = {.pid = pid, .trouble = find_trouble(pid)};

	if (target.trouble == TARGET_FINE) {
		look_at_mappings(&target);
		target.held_tid = target.spool[0] ? held_tid(target.spool) : 0;
		read_names(&target);
	}
	*ret_target = target;
}

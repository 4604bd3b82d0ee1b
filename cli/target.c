/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <base/text.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static bool has_shim(int32_t pid)
{
	char path[64];
	char *line = NULL;
	size_t size = 0;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	file = fopen(path, "re");
	while (file && !found && getline(&line, &size, file) > 0)
		found = strstr(line, SHIM_FILE "\n") != NULL;
	free(line);
	if (file)
		fclose(file);
	return found;
}

void target_look(int32_t pid, struct target *ret_target)
{
	struct target target = {.pid = pid, .trouble = find_trouble(pid)};

	if (target.trouble == TARGET_FINE) {
		target.has_shim = has_shim(pid);
		read_names(&target);
	}
	*ret_target = target;
}

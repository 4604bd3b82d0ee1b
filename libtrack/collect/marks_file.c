/* SPDX-License-Identifier: Apache-2.0 */
#include "marks_file.h"

#include <base/text.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <track/wire.h>
#include <unistd.h>

#define LINE_BYTES_MAX (TRACK_NAME_BYTES_MAX + 64)
#define BLOCK_BYTES (4 * LINE_BYTES_MAX)

int marks_file_init(struct marks_file *marks, const char *folder)
{
	*marks = (struct marks_file){0};
	return asprintf(&marks->path, "%s/%s", folder, TRACK_MARKS_FILE) < 0 ? -ENOMEM : 0;
}

void marks_file_finish(struct marks_file *marks)
{
	free(marks->path);
	*marks = (struct marks_file){0};
}

/* A number and the space behind it, at most max; NULL if that is not there. */
static const char *take_number(const char *at, const char *end, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;
	const char *begin = at;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');
		if (number > (max - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	if (at == begin || at == end || *at != ' ')
		return NULL;
	*ret_number = number;
	return at + 1;
}

static int take_line(const char *line, size_t size, marks_file_found found, void *ctx)
{
	const char *end = line + size;
	uint64_t time_ns, pid;
	if (size > LINE_BYTES_MAX)
		return 0;
	const char *at = take_number(line, end, INT64_MAX, &time_ns);
	if (at)
		at = take_number(at, end, INT32_MAX, &pid);
	if (!at || at == end)
		return 0;
	char text[3 * LINE_BYTES_MAX + 1];
	text_clean(at, (size_t)(end - at), text, sizeof(text));
	return found(ctx, (int32_t)pid, time_ns, text);
}

/* *ret_used: how much of the block was dealt with. */
static int take_block(struct marks_file *marks, const char *block, size_t size,
		      marks_file_found found, void *ctx, size_t *ret_used)
{
	size_t used = 0;
	int ret = 0;
	while (!ret) {
		const char *line = block + used;
		const char *newline = memchr(line, '\n', size - used);
		if (!newline)
			break;
		if (!marks->in_overlong)
			ret = take_line(line, (size_t)(newline - line), found, ctx);
		marks->in_overlong = false;
		used += (size_t)(newline - line) + 1;
	}
	if (size - used > LINE_BYTES_MAX) {
		marks->in_overlong = true;
		used = size;
	}
	*ret_used = used;
	return ret;
}

int marks_file_read(struct marks_file *marks, marks_file_found found, void *ctx)
{
	int fd = open(marks->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	struct stat st;
	int ret = 0;
	bool regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
	while (regular && !ret) {
		char block[BLOCK_BYTES];
		size_t used;
		ssize_t size = pread(fd, block, sizeof(block), marks->offset);
		if (size < 0)
			ret = -EIO;
		if (size <= 0)
			break;
		ret = take_block(marks, block, (size_t)size, found, ctx, &used);
		marks->offset += (off_t)used;
		if (!used)
			break;
	}
	close(fd);
	return ret;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "perf_map.h"

#include "jit_name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define CHUNK_BYTES (1u << 18)
#define LINE_BYTES_MAX 4096u
#define MAP_BYTES_MAX (1ull << 30)
/* Lines that all cover all addresses would cost lines times addresses. */
#define ANSWERS_MAX (1u << 28)
#define NO_LINE UINT64_MAX

struct reader {
	const uint64_t *addresses;
	size_t count;
	uint64_t *lines; /* by address: where in the file the line about it begins */
	uint64_t answers;
};

/* A hexadecimal number that ends with a space; text goes behind that. */
static bool take_number(const char **text, const char *end, uint64_t *ret_number)
{
	const char *at = *text;
	uint64_t number = 0;

	if (end - at > 2 && at[0] == '0' && at[1] == 'x')
		at += 2;
	const char *first = at;
	for (; at < end && at - first < 16; at++) {
		if (*at >= '0' && *at <= '9')
			number = number << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			number = number << 4 | (uint64_t)(*at - 'a' + 10);
		else if (*at >= 'A' && *at <= 'F')
			number = number << 4 | (uint64_t)(*at - 'A' + 10);
		else
			break;
	}
	if (at == first || at == end || *at != ' ')
		return false;
	*text = at + 1;
	*ret_number = number;
	return true;
}

/* The code that a line is about, and its name in the line. */
static bool parse(const char *line, const char *end, uint64_t *ret_start, uint64_t *ret_end,
		  const char **ret_name)
{
	uint64_t start, size;

	if (!take_number(&line, end, &start) || !take_number(&line, end, &size) || line == end)
		return false;
	*ret_start = start;
	*ret_end = size > UINT64_MAX - start ? UINT64_MAX : start + size;
	*ret_name = line;
	return true;
}

/* The first address from start on. */
static size_t first_from(const struct reader *reader, uint64_t start)
{
	size_t low = 0, high = reader->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (reader->addresses[middle] < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void take_line(struct reader *reader, const char *line, const char *line_end, uint64_t at)
{
	uint64_t start, end;
	const char *name;

	if (!parse(line, line_end, &start, &end, &name))
		return;
	for (size_t i = first_from(reader, start);
	     i < reader->count && reader->addresses[i] < end && reader->answers < ANSWERS_MAX;
	     i++) {
		reader->lines[i] = at;
		reader->answers++;
	}
}

/* All whole lines of a chunk. Returns how many bytes they are. */
static size_t take_lines(struct reader *reader, const char *chunk, size_t bytes, uint64_t at)
{
	size_t used = 0;
	const char *newline;

	while ((newline = memchr(chunk + used, '\n', bytes - used)) != NULL) {
		take_line(reader, chunk + used, newline, at + used);
		used = (size_t)(newline - chunk) + 1;
	}
	return used;
}

/* What does not fit a chunk is no line, and is stepped over. */
static int find_lines(struct reader *reader, int fd)
{
	char *chunk = malloc(CHUNK_BYTES);
	uint64_t at = 0;
	ssize_t bytes = 0;

	if (chunk == NULL)
		return -ENOMEM;
	while (at < MAP_BYTES_MAX && (bytes = pread(fd, chunk, CHUNK_BYTES, (off_t)at)) > 0) {
		size_t used = take_lines(reader, chunk, (size_t)bytes, at);
		if (used == 0 && (size_t)bytes < CHUNK_BYTES)
			break; /* a line that was never finished */
		at += used > 0 ? used : (size_t)bytes;
	}
	int error = bytes < 0 ? -errno : 0;
	free(chunk);
	return error;
}

/* The line may have changed since it was found: it must still be about the address. */
static struct symbol_frame read_line(int fd, uint64_t at, uint64_t address, struct strings *strings)
{
	char line[LINE_BYTES_MAX + 1];
	ssize_t bytes = pread(fd, line, LINE_BYTES_MAX, (off_t)at);
	uint64_t start, end;
	const char *name;

	if (bytes <= 0)
		return (struct symbol_frame){0};
	const char *newline = memchr(line, '\n', (size_t)bytes);
	char *line_end = newline != NULL ? line + (newline - line) : line + bytes;
	*line_end = '\0';
	if (!parse(line, line_end, &start, &end, &name) || address < start || address >= end)
		return (struct symbol_frame){0};
	return jit_name_frame(line + (name - line), strings);
}

int perf_map_frames(int fd, const uint64_t *addresses, size_t count, struct strings *strings,
		    struct symbol_frame *ret_frames)
{
	struct reader reader = {.addresses = addresses, .count = count};

	reader.lines = calloc(count + 1, sizeof(*reader.lines));
	if (reader.lines == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		reader.lines[i] = NO_LINE;
	int error = find_lines(&reader, fd);
	for (size_t i = 0; error == 0 && i < count; i++) {
		ret_frames[i] = (struct symbol_frame){0};
		if (reader.lines[i] != NO_LINE)
			ret_frames[i] = read_line(fd, reader.lines[i], addresses[i], strings);
	}
	free(reader.lines);
	return error;
}

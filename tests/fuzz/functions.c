/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes may be a Go program's table of functions, and any text a pattern: before a zero byte.
 */
#include "elf.inc.c"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <symbol/functions.h>
#include <unistd.h>

#define PATTERN_MAX 64u

static uint8_t image[ELF_BYTES_MAX];

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_found(const struct symbol_functions *functions, const char *pattern)
{
	const struct symbol_function **found;
	size_t count;

	expect(symbol_functions_like(functions, pattern, &found, &count) == 0);
	for (size_t i = 0; i < count; i++) {
		expect(!found[i]->partial && strlen(found[i]->name) > 0);
		expect(i == 0 || found[i - 1]->offset < found[i]->offset);
	}
	free(found);
}

static void check(const char *path, const char *pattern)
{
	struct symbol_functions *functions;

	expect(symbol_functions_open(path, NULL, &functions) == 0);
	for (size_t i = 0; i < symbol_functions_count(functions); i++) {
		const struct symbol_function *function = symbol_functions_at(functions, i);
		expect(function->address >= function->offset);
		expect(function->offset + function->size <= ELF_CODE_END);
		expect(function->size == 0 ||
		       symbol_functions_find(functions, function->offset) != NULL);
	}
	check_found(functions, pattern);
	check_found(functions, "*");
	symbol_functions_close(functions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char pattern[PATTERN_MAX], path[64];
	size_t length = strnlen((const char *)data, size < PATTERN_MAX ? size : PATTERN_MAX - 1);

	if (length == size)
		return 0;
	memcpy(pattern, data, length);
	pattern[length] = '\0';
	size_t bytes = elf_wrap(image, ".gopclntab", data + length + 1, size - length - 1);
	snprintf(path, sizeof(path), "/dev/shm/fuzz_functions_%d", (int)getpid());
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, image, bytes) != (ssize_t)bytes)
		abort();
	close(fd);
	check(path, pattern);
	unlink(path);
	return 0;
}

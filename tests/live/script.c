/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As an interpreter that writes a perf map does it, and keeps that open: code made at run time runs
 * scripts, each of which calls the next; the last opens a socket and forgets it.
 *     live_script FILE:FUNCTION...    the outermost first
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM_BYTES = 64, SCRIPTS_MAX = 32 };

typedef void script_fn(void **next);

/* push %rbp; mov %rsp,%rbp; mov (%rdi),%rax; add $8,%rdi; call *%rax; pop %rbp; ret */
static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x8b, 0x07, 0x48,
				     0x83, 0xc7, 0x08, 0xff, 0xd0, 0x5d, 0xc3};

static void open_socket(void **next)
{
	if (socket(AF_INET, SOCK_DGRAM, 0) < 0)
		*next = NULL;
}

/* "phone.py:call" is "py::call:phone.py" in the map. */
static int write_line(FILE *map, const unsigned char *start, const char *script)
{
	const char *colon = strrchr(script, ':');

	if (colon == NULL)
		return -1;
	return fprintf(map, "%" PRIxPTR " %x py::%s:%.*s\n", (uintptr_t)start, ROOM_BYTES,
		       colon + 1, (int)(colon - script), script);
}

int main(int argc, char **argv)
{
	unsigned char *room =
		mmap(NULL, (size_t)SCRIPTS_MAX * ROOM_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *scripts[SCRIPTS_MAX + 1] = {NULL};
	int count = argc - 1;
	char path[64];
	FILE *map;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	map = fopen(path, "w");
	if (map == NULL || room == MAP_FAILED || count < 1 || count > SCRIPTS_MAX)
		return 2;
	for (int i = 0; i < count; i++) {
		memcpy(room + i * ROOM_BYTES, code, sizeof(code));
		scripts[i] = room + i * ROOM_BYTES;
		if (write_line(map, scripts[i], argv[1 + i]) < 0)
			return 2;
	}
	scripts[count] = (void *)open_socket;
	if (fflush(map) != 0)
		return 2;
	((script_fn *)scripts[0])(scripts + 1);
	printf("%s\n", path);
	return 0;
}

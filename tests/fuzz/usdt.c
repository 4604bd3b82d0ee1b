/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes may be the notes of a file's probes. What is read of them is where a nop of ours is. */
#include "elf.inc.c"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <usdt.h>

static const uint8_t nop[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
static uint8_t image[ELF_CODE_END];

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check(const char *path)
{
	struct unwinder *unwinder;
	struct usdt_probe *probes;
	size_t count;

	expect(unwinder_create(&unwinder) == 0);
	if (usdt_read(path, unwinder, &probes, &count) == 0) {
		for (size_t i = 0; i < count; i++) {
			expect(strnlen(probes[i].name, USDT_NAME_BYTES) < USDT_NAME_BYTES);
			expect(probes[i].offset <= sizeof(image) - sizeof(nop));
			expect(memcmp(image + probes[i].offset, nop, sizeof(nop)) == 0);
			expect(i == 0 || probes[i - 1].offset < probes[i].offset);
		}
		free(probes);
	}
	unwinder_destroy(unwinder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];

	if (size > ELF_CODE - ELF_SECTION_AT)
		return 0;
	(void)elf_wrap(image, ".note.stapsdt", data, size);
	for (size_t at = ELF_CODE; at + 8 <= sizeof(image); at += 8)
		memcpy(image + at, nop, sizeof(nop));
	snprintf(path, sizeof(path), "/dev/shm/fuzz_usdt_%d", (int)getpid());
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, image, sizeof(image)) != sizeof(image))
		abort();
	close(fd);
	check(path);
	unlink(path);
	return 0;
}

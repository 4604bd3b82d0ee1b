/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes may be a mapped file, and any a stack. What a trail says to be enough must be: with all
 * else changed the same addresses come out.
 */
#include "elf.inc.c"
#include "unwind.inc.c"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <symbol/unwind.h>
#include <unistd.h>

#define MAPPED_AT 0x10000u
#define STACK_AT 0x7fff0000u
#define WORDS_MAX 512u
#define DEPTH_MAX 64

struct walked {
	uint64_t addresses[DEPTH_MAX];
	size_t count;
	bool cut;
	struct unwind_trail trail;
};

static uint8_t image[ELF_BYTES_MAX];
static uint64_t stack[WORDS_MAX];
static size_t words;

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static uint64_t word(uint16_t number)
{
	if (number < UNWIND_STACK)
		return number == 0 ? 0 : MAPPED_AT + ELF_CODE + number;
	return STACK_AT + (number - UNWIND_STACK);
}

static void walk(struct unwind_space *space, const struct unwind_registers *registers, size_t depth,
		 struct walked *ret_walked)
{
	ret_walked->count =
		unwind_stack(space, registers, stack, words * sizeof(stack[0]),
			     ret_walked->addresses, depth, &ret_walked->trail, &ret_walked->cut);
	expect(ret_walked->count <= depth && (ret_walked->count > 0) == (depth > 0));
	expect(ret_walked->count == 0 || ret_walked->addresses[0] == registers->at[UNWIND_IP]);
	expect(ret_walked->trail.count <= UNWIND_TRAIL_MAX);
}

static void check_trail(struct unwind_space *space, const struct unwind_registers *registers,
			size_t depth, const struct walked *first)
{
	struct unwind_registers few;
	struct walked again;

	memset(&few, 0xa5, sizeof(few));
	few.at[UNWIND_IP] = registers->at[UNWIND_IP];
	few.at[UNWIND_RSP] = registers->at[UNWIND_RSP];
	few.at[UNWIND_RBP] = registers->at[UNWIND_RBP];
	memset(stack, 0xa5, sizeof(stack));
	for (uint32_t i = 0; i < first->trail.count; i++) {
		const struct unwind_word *at = &first->trail.words[i];
		expect(at->offset <= words * sizeof(stack[0]) - sizeof(stack[0]));
		memcpy((uint8_t *)stack + at->offset, &at->value, sizeof(at->value));
	}
	walk(space, &few, depth, &again);
	expect(again.count == first->count && again.cut == first->cut);
	expect(memcmp(again.addresses, first->addresses,
		      first->count * sizeof(first->addresses[0])) == 0);
}

static void check(struct unwind_space *space, const struct unwind_input *input)
{
	struct unwind_registers registers;
	size_t depth = input->depth % (DEPTH_MAX + 1);
	struct walked walked, warm;

	for (size_t i = 0; i < sizeof(input->registers) / sizeof(input->registers[0]); i++)
		registers.at[i] = word(input->registers[i]);
	registers.at[UNWIND_IP] = word(input->ip);
	registers.at[UNWIND_RSP] = STACK_AT;
	walk(space, &registers, depth, &walked);
	walk(space, &registers, depth, &warm);
	expect(walked.count == warm.count && walked.cut == warm.cut);
	if (walked.trail.usable)
		check_trail(space, &registers, depth, &walked);
}

static size_t make_file(const struct unwind_input *input, const uint8_t *data, size_t size)
{
	switch ((enum unwind_mode)(input->mode % UNWIND_MODES)) {
	case UNWIND_EH:
		return elf_wrap(image, ".eh_frame", data, size);
	case UNWIND_DEBUG:
		return elf_wrap(image, ".debug_frame", data, size);
	case UNWIND_HEADER:
		return elf_wrap(image, ".eh_frame_hdr", data, size);
	case UNWIND_RAW:
	case UNWIND_MODES:
		break;
	}
	size = size < sizeof(image) ? size : sizeof(image);
	memcpy(image, data, size);
	return size;
}

static void check_file(const char *path, const struct unwind_input *input)
{
	struct unwind_file *file;
	struct unwind_space *space, *child;
	struct unwinder *unwinder;
	uint32_t offset;
	uint64_t start, end;

	expect(unwinder_create(&unwinder) == 0);
	expect(unwind_space_create(unwinder, &space) == 0);
	(void)unwind_space_map(space, MAPPED_AT, MAPPED_AT + 0x20000u, 0, path);
	expect(unwind_space_clone(space, &child) == 0);
	unwind_space_destroy(space);
	check(child, input);
	if (unwind_file_open(unwinder, path, &file) == 0) {
		(void)unwind_file_cfa_offset(file, ELF_CODE + input->ip, &offset);
		if (unwind_file_code(file, ELF_CODE + input->ip, &start, &end) == 0)
			expect(start <= ELF_CODE + input->ip && end > ELF_CODE + input->ip);
		unwind_file_close(file);
	}
	unwind_space_destroy(child);
	unwinder_destroy(unwinder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unwind_input input;
	char path[64];

	if (size < sizeof(input))
		return 0;
	memcpy(&input, data, sizeof(input));
	data += sizeof(input);
	size -= sizeof(input);
	words = input.words % (WORDS_MAX + 1);
	if (words > size / 2)
		words = size / 2;
	for (size_t i = 0; i < words; i++)
		stack[i] = word((uint16_t)(data[2 * i] | data[2 * i + 1] << 8));
	size_t bytes = make_file(&input, data + 2 * words, size - 2 * words);
	snprintf(path, sizeof(path), "/dev/shm/fuzz_unwind_%d", (int)getpid());
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, image, bytes) != (ssize_t)bytes)
		abort();
	close(fd);
	check_file(path, &input);
	unlink(path);
	return 0;
}

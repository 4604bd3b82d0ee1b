/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.inc.c"

#include <symbol/functions.h>
#include <symbol/unwind.h>

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <sys/auxv.h>

#define STACK_AT 0x7ffd0000ull
#define JIT_AT 0x100000ull
#define VDSO_AT 0x500000ull
#define VDSO_BYTES 0x4000ull
#define BEHIND 0x123456ull /* an address in no mapping */

static struct unwinder *unwinder;
static struct unwind_space *space;
static struct unwind_registers registers;
static uint64_t stack[16];
static uint64_t addresses[16];
static struct unwind_trail trail;
static bool cut;

static void start(void)
{
	begin();
	cr_assert_eq(unwinder_create(&unwinder), 0);
	cr_assert_eq(unwind_space_create(unwinder, &space), 0);
	registers.at[UNWIND_RSP] = STACK_AT;
}

static void stop(void)
{
	unwind_space_destroy(space);
	unwinder_destroy(unwinder);
	end();
}

static size_t unwind(uint64_t ip)
{
	registers.at[UNWIND_IP] = ip;
	return unwind_stack(space, &registers, stack, sizeof(stack), addresses, 16, &trail, &cut);
}

/* Where a function of the vDSO begins, from the start of its image. */
static uint64_t vdso_function(void)
{
	void *vdso = dlopen("linux-vdso.so.1", RTLD_NOW | RTLD_NOLOAD);
	void *function = vdso == NULL ? NULL : dlsym(vdso, "__vdso_clock_gettime");

	cr_assert_not_null(function);
	return (uintptr_t)function - getauxval(AT_SYSINFO_EHDR);
}

TestSuite(unwind_space, .init = start, .fini = stop);

Test(unwind_space, the_vdso_is_our_own_kernels)
{
	uint64_t ip = VDSO_AT + vdso_function();

	stack[0] = BEHIND;
	cr_expect_eq(unwind(ip), 1);
	cr_expect(cut, "nothing is mapped");
	cr_assert_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + VDSO_BYTES, 0, "[vdso]"), 0);
	cr_expect_eq(unwind(ip), 2);
	cr_expect_eq(addresses[1], BEHIND);
	cr_expect(cut && !trail.usable, "more may be found once it is known what is there");
	cr_assert_eq(unwind_space_map(space, BEHIND & ~0xfffull, BEHIND + 1, 0, NULL), 0);
	cr_expect_eq(unwind(ip), 2);
	cr_expect(!cut && trail.usable);
	cr_assert_eq(trail.count, 1);
	cr_expect_eq(trail.words[0].offset, 0);
	cr_expect_eq(trail.words[0].value, BEHIND);
}

Test(unwind_space, what_is_unmapped_is_gone_and_the_rest_stays)
{
	uint64_t ip = VDSO_AT + vdso_function(), page = ip & ~0xfffull;

	stack[0] = BEHIND;
	cr_assert_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + VDSO_BYTES, 0, "[vdso]"), 0);
	if (page > VDSO_AT)
		cr_assert_eq(unwind_space_unmap(space, VDSO_AT, page), 0);
	cr_assert_eq(unwind_space_unmap(space, page + 0x1000, UINT64_MAX), 0);
	cr_expect_eq(unwind(ip), 2, "what was cut off was elsewhere");
	cr_assert_eq(unwind_space_unmap(space, ip, ip + 1), 0);
	cr_expect_eq(unwind(ip), 1);
	cr_expect_eq(unwind_space_unmap(space, 2, 2), -EINVAL);
	cr_expect_eq(unwind_space_map(space, 3, 2, 0, NULL), -EINVAL);
}

Test(unwind_space, a_mapping_takes_the_place_of_what_was_there)
{
	uint64_t ip = VDSO_AT + vdso_function();

	stack[0] = BEHIND;
	cr_assert_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + VDSO_BYTES, 0, "[vdso]"), 0);
	cr_assert_eq(unwind_space_map(space, 0x1000, UINT64_MAX, 0, NULL), 0);
	cr_expect_eq(unwind(ip), 1);
	cr_assert_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + VDSO_BYTES, 0, "[vdso]"), 0);
	cr_expect_geq(unwind(ip), 2);
	cr_expect_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + VDSO_BYTES, 0, "nowhere"), -ENOENT);
	cr_expect_eq(unwind(ip), 1, "it is known that the old one is gone");
}

Test(unwind_space, a_childs_is_its_own)
{
	uint64_t ip = VDSO_AT + vdso_function();
	struct unwind_space *parent = space, *child;

	stack[0] = BEHIND;
	cr_assert_eq(unwind_space_clone(space, &child), 0, "an empty one");
	unwind_space_destroy(child);
	cr_assert_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + VDSO_BYTES, 0, "[vdso]"), 0);
	cr_assert_eq(unwind_space_clone(space, &child), 0);
	space = child;
	cr_assert_eq(unwind_space_unmap(parent, 0, UINT64_MAX), 0);
	cr_expect_eq(unwind(ip), 2);
	unwind_space_destroy(parent);
	cr_expect_eq(unwind(ip), 2);
}

/* Code that was made at run time. */
Test(unwind_space, frame_pointers_where_nothing_is_told)
{
	cr_assert_eq(unwind_space_map(space, JIT_AT, JIT_AT + 0x1000, 0, NULL), 0);
	registers.at[UNWIND_RBP] = STACK_AT + 16;
	stack[2] = STACK_AT + 48;
	stack[3] = JIT_AT + 0x20;
	stack[6] = 0;
	stack[7] = JIT_AT + 0x40;
	cr_expect_eq(unwind(JIT_AT), 3);
	cr_expect(!cut, "a first function's frame pointer is null");
	cr_expect_eq(addresses[1], JIT_AT + 0x20);
	cr_expect_eq(addresses[2], JIT_AT + 0x40);
	cr_expect(trail.usable);
	cr_expect_eq(trail.count, 4);
}

Test(unwind_space, what_is_no_frame_pointer_is_not_followed)
{
	static const uint64_t wrong[] = {STACK_AT - 16, STACK_AT + 4, STACK_AT + sizeof(stack) - 8,
					 0x33, UINT64_MAX};

	cr_assert_eq(unwind_space_map(space, JIT_AT, JIT_AT + 0x1000, 0, NULL), 0);
	for (size_t i = 0; i < 16; i++)
		stack[i] = JIT_AT + i;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		registers.at[UNWIND_RBP] = wrong[i];
		cr_expect_eq(unwind(JIT_AT), 1);
		cr_expect(cut);
	}
	/* Neither does it lead to code, nor to a frame above. */
	registers.at[UNWIND_RBP] = STACK_AT + 16;
	stack[2] = STACK_AT;
	stack[3] = BEHIND;
	cr_expect_eq(unwind(JIT_AT), 1);
	cr_expect(cut);
	/* A frame that is its own caller. */
	stack[2] = STACK_AT + 16;
	stack[3] = JIT_AT + 8;
	cr_expect_eq(unwind(JIT_AT), 2);
	cr_expect(cut);
}

/* What two builds of the same code say of a function, at each place. */
static void expect_same_frames(const char *name, const char *like)
{
	struct unwind_file *frames[2];
	const struct symbol_function *at[2], **found;
	struct symbol_functions *functions[2];
	uint64_t begins, ends;
	size_t known = 0, count;

	for (int i = 0; i < 2; i++) {
		const char *path = path_of(i == 0 ? name : like);
		cr_assert_eq(unwind_file_open(unwinder, path, &frames[i]), 0);
		cr_assert_eq(symbol_functions_open(path, NULL, &functions[i]), 0);
		cr_assert_eq(symbol_functions_named(functions[i], "main", &found, &count), 0);
		cr_assert_eq(count, 1);
		at[i] = found[0];
		free(found);
	}
	cr_assert_eq(at[0]->size, at[1]->size);
	for (uint64_t offset = 0; offset < at[0]->size; offset++) {
		uint32_t cfa[2] = {0, 0};
		int error = unwind_file_cfa_offset(frames[0], at[0]->offset + offset, &cfa[0]);
		cr_assert_eq(unwind_file_cfa_offset(frames[1], at[1]->offset + offset, &cfa[1]),
			     error);
		cr_assert_eq(cfa[0], cfa[1]);
		known += error == 0;
	}
	cr_expect_gt(known, 0);
	cr_assert_eq(unwind_file_code(frames[0], at[0]->offset + 1, &begins, &ends), 0);
	cr_expect_eq(begins, at[0]->offset);
	cr_expect_eq(ends, at[0]->offset + at[0]->size);
	for (int i = 0; i < 2; i++) {
		unwind_file_close(frames[i]);
		symbol_functions_close(functions[i]);
	}
}

#define NO_TABLES "-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions "

Test(unwind_space, debug_frame_where_there_is_nothing_else)
{
	build("plain.c", "tables", "-g -nostartfiles -Wl,-e,main");
	build("plain.c", "debug", NO_TABLES "-g -nostartfiles -Wl,-e,main");
	build("plain.c", "compressed", NO_TABLES "-g -gz=zlib -nostartfiles -Wl,-e,main");
	build("plain.c", "found", "-g -nostartfiles -Wl,-e,main -Wl,--no-eh-frame-hdr");
	expect_same_frames("debug", "tables");
	expect_same_frames("compressed", "tables");
	expect_same_frames("found", "tables");
}

Test(unwind_space, without_section_headers_the_segments_tell)
{
	build("plain.c", "tables", "-g");
	shell("cp tables bare && printf '\\0\\0\\0\\0\\0\\0\\0\\0' | "
	      "dd of=bare bs=1 seek=40 conv=notrunc 2>/dev/null && "
	      "printf '\\0\\0\\0\\0' | dd of=bare bs=1 seek=60 conv=notrunc 2>/dev/null");
	struct unwind_file *file;
	struct symbol_functions *functions;
	const struct symbol_function **found;
	uint32_t cfa;
	size_t count;
	cr_assert_eq(symbol_functions_open(path_of("tables"), NULL, &functions), 0);
	cr_assert_eq(symbol_functions_named(functions, "main", &found, &count), 0);
	cr_assert_eq(unwind_file_open(unwinder, path_of("bare"), &file), 0);
	cr_expect_eq(unwind_file_cfa_offset(file, found[0]->offset, &cfa), 0);
	cr_expect_eq(cfa, 8);
	unwind_file_close(file);
	free(found);
	symbol_functions_close(functions);
}

/* Where a section of a file begins in it. */
static uint64_t section_of(const char *name, const char *section)
{
	char line[512];
	unsigned long offset = 0;

	snprintf(line, sizeof(line), "objdump -h %s | awk '$2 == \"%s\" {print $6}'", name,
		 section);
	FILE *output = popen(line, "r");
	cr_assert_not_null(output);
	cr_assert_eq(fscanf(output, "%lx", &offset), 1);
	pclose(output);
	return offset;
}

Test(unwind_space, code_ends_where_its_entry_says)
{
	struct unwind_file *file;
	uint64_t begins, ends, at;

	shell("printf '.globl _start\\n_start: .cfi_startproc\\n ret\\n .cfi_endproc\\n nop\\n' | "
	      "cc -x assembler - -nostdlib -o gap");
	at = section_of("gap", ".text");
	cr_assert_eq(unwind_file_open(unwinder, path_of("gap"), &file), 0);
	cr_assert_eq(unwind_file_code(file, at, &begins, &ends), 0);
	cr_expect_eq(begins, at);
	cr_expect_eq(ends, at + 1);
	cr_expect_eq(unwind_file_code(file, at + 1, &begins, &ends), -ENOENT);
	unwind_file_close(file);
}

/* Else it might never end. */
Test(unwind_space, a_caller_lies_further_up)
{
	shell("printf '.globl _start\\n_start: .cfi_startproc\\n .cfi_def_cfa rsp, 0\\n"
	      " .cfi_offset rip, 8\\n nop\\n ret\\n .cfi_endproc\\n' | "
	      "cc -x assembler - -nostdlib -o stays");
	uint64_t ip = VDSO_AT + section_of("stays", ".text");
	cr_assert_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + (1 << 20), 0, path_of("stays")), 0);
	stack[1] = ip + 1;
	cr_expect_eq(unwind(ip), 1);
	cr_expect(cut);
}

/* What the linker made says by an expression how much it has pushed. */
Test(unwind_space, the_stub_of_a_function_of_another_library)
{
	build("plain.c", "lazy", "-g -fplt -fcf-protection=none -Wl,-z,lazy");
	uint64_t stub = VDSO_AT + section_of("lazy", ".plt") + 16;
	cr_assert_eq(unwind_space_map(space, VDSO_AT, VDSO_AT + (1 << 20), 0, path_of("lazy")), 0);
	stack[0] = BEHIND;
	stack[1] = BEHIND + 1;
	cr_expect_eq(unwind(stub), 2);
	cr_expect_eq(addresses[1], BEHIND);
	cr_expect_eq(unwind(stub + 6), 2);
	cr_expect_eq(addresses[1], BEHIND);
	cr_expect_eq(unwind(stub + 11), 2, "a number was pushed");
	cr_expect_eq(addresses[1], BEHIND + 1);
}

Test(unwind_space, a_file_is_opened_once)
{
	struct unwind_file *first, *second;

	build("plain.c", "plain", "");
	shell("ln plain other && cp plain copy");
	cr_assert_eq(unwind_file_open(unwinder, path_of("plain"), &first), 0);
	cr_assert_eq(unwind_file_open(unwinder, path_of("other"), &second), 0);
	cr_expect_eq(first, second);
	unwind_file_close(second);
	cr_assert_eq(unwind_file_open(unwinder, path_of("copy"), &second), 0);
	cr_expect_neq(first, second);
	unwind_file_close(second);
	unwind_file_close(first);
	cr_expect_eq(unwind_file_open(unwinder, "/etc/passwd", &first), -ENOEXEC);
	cr_expect_eq(unwind_file_open(unwinder, "/dev/zero", &first), -ENOEXEC);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/rtctrack-unit-XXXXXX";

static void make(const void *bytes, size_t size, mode_t mode)
{
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	cr_assert_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void teardown(void)
{
	unlink(path);
}

TestSuite(program, .fini = teardown);

Test(program, an_ordinary_program_is_found_in_the_path_and_is_fine)
{
	struct program program;

	setenv("PATH", "/nonexistent:/usr/bin:/bin", 1);
	cr_assert_eq(program_inspect("ls", &program), 0);
	cr_expect_eq(program.trouble, PROGRAM_FINE);
	cr_expect_str_empty(program.asan);
}

Test(program, a_missing_program_is_said_to_be_missing)
{
	struct program program;

	cr_expect_eq(program_inspect("rtctrack-no-such-program", &program), -ENOENT);
	cr_expect_eq(program_inspect("", &program), -ENOENT);
	cr_expect_eq(program_inspect("/tmp", &program), -EACCES);
}

Test(program, a_script_is_judged_by_its_interpreter)
{
	struct program program;

	make("#! /bin/sh -e\n", 14, 0755);
	cr_assert_eq(program_inspect(path, &program), 0);
	cr_expect_str_eq(program.path, "/bin/sh");
	cr_expect_eq(program.trouble, PROGRAM_FINE);
}

Test(program, a_script_that_names_itself_ends)
{
	struct program program;
	char text[64];

	make("", 0, 0755);
	snprintf(text, sizeof(text), "#!%s\n", path);
	int fd = open(path, O_WRONLY);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	cr_expect_eq(program_inspect(path, &program), 0);
}

static Elf64_Ehdr header(unsigned machine)
{
	Elf64_Ehdr elf = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = (Elf64_Half)machine,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr),
	};

	return elf;
}

Test(program, without_an_interpreter_it_is_static)
{
	Elf64_Ehdr elf = header(EM_X86_64);
	struct program program;

	make(&elf, sizeof(elf), 0755);
	cr_assert_eq(program_inspect(path, &program), 0);
	cr_expect_eq(program.trouble, PROGRAM_STATIC);
	cr_expect(program_takes_preload(program.trouble));
}

Test(program, another_architecture_is_foreign_and_gets_no_preload)
{
	Elf64_Ehdr elf = header(EM_AARCH64);
	struct program program;

	make(&elf, sizeof(elf), 0755);
	cr_assert_eq(program_inspect(path, &program), 0);
	cr_expect_eq(program.trouble, PROGRAM_FOREIGN);
	cr_expect_not(program_takes_preload(program.trouble));
}

Test(program, the_loader_itself_takes_the_preload)
{
	struct program program;

	cr_assert_eq(program_inspect("/lib64/ld-linux-x86-64.so.2", &program), 0);
	cr_expect_eq(program.trouble, PROGRAM_FINE);
}

Test(program, damaged_headers_do_no_harm)
{
	struct {
		Elf64_Ehdr elf;
		Elf64_Phdr segment;
	} file = {.elf = header(EM_X86_64)};
	struct program program;

	file.elf.e_phoff = sizeof(Elf64_Ehdr);
	file.elf.e_phnum = 0xfff0;
	file.elf.e_phentsize = sizeof(Elf64_Phdr);
	file.elf.e_shoff = ~0ull;
	file.elf.e_shnum = 0xff00;
	file.segment.p_type = PT_INTERP;
	file.segment.p_offset = ~0ull;
	file.segment.p_filesz = ~0ull;
	make(&file, sizeof(file), 0755);
	cr_expect_eq(program_inspect(path, &program), 0);
}

Test(program, every_trouble_says_what_to_do)
{
	for (int trouble = PROGRAM_FINE + 1; trouble < PROGRAM__COUNT; trouble++) {
		cr_expect_not_null(program_trouble_what(trouble));
		cr_expect_not_null(program_trouble_why(trouble));
		cr_expect_not_null(program_trouble_remedy(trouble));
	}
}

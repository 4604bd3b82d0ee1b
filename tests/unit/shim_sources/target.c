/* SPDX-License-Identifier: Apache-2.0 */
/* What is about to be executed. */
#include <preload.c>
#include <target.c>

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>

static char folder[] = "/tmp/rtctrack-target-XXXXXX";

static void begin(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static void end(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(target, .init = begin, .fini = end);

static void write_file(const char *name, const void *bytes, size_t size)
{
	FILE *file = fopen(name, "w");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes, 1, size, file), size);
	cr_assert_eq(fclose(file), 0);
	cr_assert_eq(chmod(name, 0700), 0);
}

static enum target_kind kind_of(const char *path)
{
	struct target target;

	target_inspect(AT_FDCWD, path, &target);
	return target.kind;
}

Test(target, a_program_of_this_system_takes_us)
{
	cr_expect_eq(kind_of("/bin/sh"), TARGET_TAKES);
	cr_expect_eq(kind_of("/bin/sh"), TARGET_TAKES, "from memory too");
}

Test(target, of_a_script_its_interpreter_counts)
{
	Elf64_Ehdr foreign = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32}, .e_machine = EM_386};
	char script[300];

	write_file("foreign", &foreign, sizeof(foreign));
	snprintf(script, sizeof(script), "#! %s/foreign -x\n", folder);
	write_file("script", script, strlen(script));
	cr_expect_eq(kind_of("foreign"), TARGET_STUMBLES);
	cr_expect_eq(kind_of("script"), TARGET_STUMBLES);
	write_file("plain", "#!/bin/sh\n", 10);
	cr_expect_eq(kind_of("plain"), TARGET_TAKES);
}

Test(target, without_a_loader_it_runs_unseen)
{
	Elf64_Ehdr bare = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
			   .e_machine = EM_X86_64,
			   .e_phentsize = sizeof(Elf64_Phdr)};

	write_file("bare", &bare, sizeof(bare));
	cr_expect_eq(kind_of("bare"), TARGET_BLIND);
}

Test(target, damaged_files_are_left_to_the_kernel)
{
	Elf64_Ehdr cut = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
			  .e_machine = EM_X86_64,
			  .e_phoff = UINT64_MAX - 8,
			  .e_phnum = 60000,
			  .e_phentsize = sizeof(Elf64_Phdr)};

	write_file("cut", &cut, sizeof(cut));
	cr_expect_eq(kind_of("cut"), TARGET_BLIND);
	write_file("empty", "", 0);
	cr_expect_eq(kind_of("empty"), TARGET_TAKES);
	cr_expect_eq(kind_of("absent"), TARGET_TAKES);
	cr_expect_eq(kind_of("/"), TARGET_TAKES);
}

Test(target, a_name_is_looked_for_in_path)
{
	Elf64_Ehdr foreign = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32}, .e_machine = EM_386};
	struct target target;

	write_file("sh", &foreign, sizeof(foreign));
	target_inspect_named("sh", "/nowhere:/bin", &target);
	cr_expect_eq(target.kind, TARGET_TAKES);
	target_inspect_named("sh", "/nowhere::/bin", &target);
	cr_expect_eq(target.kind, TARGET_STUMBLES, "an empty part is the working folder");
	target_inspect_named("sh", folder, &target);
	cr_expect_eq(target.kind, TARGET_STUMBLES);
	target_inspect_named("absent", NULL, &target);
	cr_expect_eq(target.kind, TARGET_TAKES);
}

/* Who waits at a pipe would be answered, and a watchdog would begin to run. */
Test(target, what_is_no_file_is_not_opened)
{
	char events[512];
	int watch = inotify_init1(IN_NONBLOCK);

	cr_assert_eq(mkfifo("pipe", 0700), 0);
	cr_assert_geq(inotify_add_watch(watch, "pipe", IN_OPEN), 0);
	cr_expect_eq(kind_of("pipe"), TARGET_TAKES, "the kernel will say");
	cr_expect_eq(read(watch, events, sizeof(events)), -1, "nobody opened it");
	close(watch);
}

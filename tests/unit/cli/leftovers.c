/* SPDX-License-Identifier: Apache-2.0 */
#include "leftovers.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <track/wire.h>
#include <unistd.h>

#include "folder.inc.c"
#include "run_folder.h"

static size_t told[LEFTOVER__COUNT];
static struct leftover last;
static char last_command[256];

TestSuite(leftovers, .init = setup, .fini = teardown);

static void tell(void *ctx, const struct leftover *leftover)
{
	(void)ctx;
	told[leftover->state]++;
	last = *leftover;
	snprintf(last_command, sizeof(last_command), "%s", leftover->command);
}

static int clean(bool dry_run, uint64_t older_than_ns)
{
	struct leftovers_wish wish = {
		.older_than_ns = older_than_ns, .dry_run = dry_run, .tell = tell};

	memset(told, 0, sizeof(told));
	return leftovers_remove(base, &wish);
}

/* A pid that was, and is no more. */
static int dead_pid(void)
{
	int pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static const char *inside(const char *folder, const char *name)
{
	static char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *path, const void *bytes, size_t size)
{
	FILE *stream = fopen(path, "w");

	cr_assert_not_null(stream);
	cr_assert_eq(fwrite(bytes, 1, size, stream), size);
	fclose(stream);
}

static void write_spool(const char *path, int pid)
{
	struct track_spool header = {.magic = TRACK_SPOOL_MAGIC, .pid = pid};

	write_file(path, &header, sizeof(header));
}

static struct run_folder dead_run(void)
{
	struct run_folder folder;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(run_folder_announce(&folder, (const int32_t[]){1}, 1, "a.db", "prog --x"), 0);
	run_folder_keep(&folder);
	write_spool(inside(folder.path, "1-1.spool"), dead_pid());
	return folder;
}

Test(leftovers, a_dead_run_goes_with_all_that_it_wrote)
{
	struct run_folder folder = dead_run();

	write_file(inside(folder.path, TRACK_MARKS_FILE), "x", 1);
	write_file(inside(folder.path, TRACK_BUDGET_FILE), "x", 1);
	write_file(inside(folder.path, "1-2.tmp"), "x", 1);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_DONE], 1);
	cr_expect_geq(last.bytes, 4096);
	cr_expect_str_eq(last_command, "prog --x");
	cr_expect_neq(access(folder.path, F_OK), 0);
}

Test(leftovers, a_dry_run_only_tells)
{
	struct run_folder folder = dead_run();

	cr_assert_eq(clean(true, 0), 0);
	cr_expect_eq(told[LEFTOVER_DONE], 1);
	cr_expect_geq(last.bytes, 4096);
	cr_expect_eq(access(inside(folder.path, "1-1.spool"), F_OK), 0);
}

Test(leftovers, a_run_that_holds_its_lock_stays)
{
	struct run_folder folder;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(run_folder_announce(&folder, (const int32_t[]){1}, 1, "a.db", "prog"), 0);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_IN_USE], 1);
	cr_expect_eq(access(inside(folder.path, RUN_FOLDER_INFO), F_OK), 0);
	run_folder_keep(&folder);
}

Test(leftovers, a_run_that_is_being_made_stays)
{
	struct run_folder folder;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_IN_USE], 1);
	write_file(inside(folder.path, RUN_FOLDER_INFO), "", 0);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_IN_USE], 1);
	cr_expect_eq(access(inside(folder.path, RUN_FOLDER_INFO), F_OK), 0);
}

Test(leftovers, a_dead_run_stays_while_a_program_of_it_lives)
{
	struct run_folder folder = dead_run();

	write_spool(inside(folder.path, "2-1.spool"), getpid());
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_IN_USE], 1);
	cr_expect_eq(access(inside(folder.path, "1-1.spool"), F_OK), 0);
}

Test(leftovers, a_spool_that_is_mapped_for_writing_stays_whatever_pid_it_names)
{
	const char *path = inside(base, "5-1.spool");
	void *map;
	int fd;

	write_spool(path, dead_pid());
	fd = open(path, O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert_neq(map, MAP_FAILED);
	close(fd);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_IN_USE], 1);
	munmap(map, 4096);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_DONE], 1);
}

Test(leftovers, a_plain_spool_goes_when_its_process_is_over)
{
	write_spool(inside(base, "1-1.spool"), dead_pid());
	write_spool(inside(base, "2-1.spool"), getpid());
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_DONE], 1);
	cr_expect_eq(told[LEFTOVER_IN_USE], 1);
	cr_expect_neq(access(inside(base, "1-1.spool"), F_OK), 0);
	cr_expect_eq(access(inside(base, "2-1.spool"), F_OK), 0);
}

Test(leftovers, files_of_others_stay_and_are_named)
{
	struct run_folder folder = dead_run();

	write_file(inside(base, "notes.txt"), "x", 1);
	write_file(inside(base, "fake.spool"), "no spool at all", 15);
	write_file(inside(folder.path, "notes.txt"), "x", 1);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_FAILED], 1);
	cr_expect_eq(last.error, -ENOTEMPTY);
	cr_expect_eq(access(inside(folder.path, "notes.txt"), F_OK), 0);
	cr_expect_eq(access(inside(base, "notes.txt"), F_OK), 0);
	cr_expect_eq(access(inside(base, "fake.spool"), F_OK), 0);
}

Test(leftovers, symlinks_are_not_followed)
{
	char outside[] = "/tmp/rtctrack-unit-XXXXXX";
	char target[PATH_MAX];

	cr_assert_not_null(mkdtemp(outside));
	snprintf(target, sizeof(target), "%s/1-1.spool", outside);
	write_spool(target, dead_pid());
	cr_assert_eq(symlink(outside, inside(base, "run-1-abcdef")), 0);
	cr_assert_eq(symlink(target, inside(base, "9-9.spool")), 0);
	cr_assert_eq(clean(false, 0), 0);
	cr_expect_eq(told[LEFTOVER_DONE] + told[LEFTOVER_FAILED], 0);
	cr_expect_eq(access(target, F_OK), 0);
	unlink(target);
	rmdir(outside);
}

Test(leftovers, what_is_young_stays_where_an_age_is_asked_for)
{
	struct run_folder folder = dead_run();

	write_spool(inside(base, "1-1.spool"), dead_pid());
	cr_assert_eq(clean(false, 3600 * 1000000000ull), 0);
	cr_expect_eq(told[LEFTOVER_YOUNG], 2);
	cr_expect_eq(access(folder.path, F_OK), 0);
	cr_expect_eq(access(inside(base, "1-1.spool"), F_OK), 0);
}

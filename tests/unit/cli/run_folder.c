/* SPDX-License-Identifier: Apache-2.0 */
#include "run_folder.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <track/wire.h>
#include <unistd.h>

#include "folder.inc.c"

TestSuite(run_folder, .init = setup, .fini = teardown);

Test(run_folder, a_live_run_is_found_and_gone_after_its_end)
{
	struct run_folder folder;
	struct run_info info;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(run_folder_announce(&folder, (const int32_t[]){4321}, 1, "a.db", "prog\n--x"),
		     0);
	cr_assert_eq(run_info_list(base, &info, 1), 1);
	cr_expect_eq(info.pid, getpid());
	cr_expect_eq(info.program_pid, 4321);
	cr_expect_str_eq(info.command, "prog --x");
	cr_expect_str_eq(info.path, folder.path);
	cr_expect_str_eq(info.version, RTCTRACK_VERSION);
	cr_expect_str_eq(info.trace_path, "a.db", "which is not there");
	run_folder_remove(&folder);
	cr_expect_eq(run_info_list(base, &info, 1), 0);
}

Test(run_folder, a_run_is_known_by_each_of_its_programs)
{
	int32_t programs[RUN_PROGRAMS_MAX + 1];
	struct run_folder folder;
	struct run_info info;

	for (int i = 0; i <= RUN_PROGRAMS_MAX; i++)
		programs[i] = INT32_MAX - i;
	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(run_folder_announce(&folder, programs, RUN_PROGRAMS_MAX + 1, "a.db", "prog"),
		     0);
	cr_assert_eq(run_info_list(base, &info, 1), 1);
	cr_expect_eq(info.program_pid, INT32_MAX);
	cr_expect_str_eq(info.command, "prog");
	cr_expect(run_info_has(&info, INT32_MAX - RUN_PROGRAMS_MAX + 1));
	cr_expect(run_info_has(&info, getpid()));
	cr_expect_not(run_info_has(&info, INT32_MAX - RUN_PROGRAMS_MAX), "more than are told of");
	run_folder_remove(&folder);
}

Test(run_folder, what_a_dead_run_left_is_no_live_run)
{
	struct run_folder folder;
	struct run_info info;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(run_folder_announce(&folder, (const int32_t[]){1}, 1, "a.db", "prog"), 0);
	run_folder_keep(&folder);
	cr_expect_eq(access(folder.path, F_OK), 0);
	cr_expect_eq(run_info_read(folder.path, &info), -ENOENT);
}

static void touch(const char *folder, const char *name)
{
	char path[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fclose(file);
}

Test(run_folder, nothing_stays_of_it_but_what_a_symlink_leads_to)
{
	struct run_folder folder;
	char packs[PATH_MAX + 16], removed[PATH_MAX], link[PATH_MAX + 32];

	touch(base, "elsewhere");
	cr_assert_eq(run_folder_create(base, &folder), 0);
	snprintf(removed, sizeof(removed), "%s", folder.path);
	snprintf(packs, sizeof(packs), "%s/" RUN_FOLDER_PACKS, folder.path);
	snprintf(link, sizeof(link), "%s/link", packs);
	cr_assert_eq(mkdir(packs, 0700), 0);
	cr_assert_eq(symlink(base, link), 0);
	touch(folder.path, "a.spool");
	touch(packs, "libtrack-openssl.so");
	run_folder_remove(&folder);
	cr_expect_eq(access(removed, F_OK), -1);
	snprintf(link, sizeof(link), "%s/elsewhere", base);
	cr_expect_eq(access(link, F_OK), 0);
}

Test(run_folder, it_is_private)
{
	struct run_folder folder;
	struct stat st;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(stat(folder.path, &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0700);
}

Test(run_folder, a_base_that_is_a_symlink_is_refused)
{
	char path[PATH_MAX], name[64];

	unsetenv("XDG_RUNTIME_DIR");
	setenv("TMPDIR", base, 1);
	snprintf(name, sizeof(name), "%s/rtctrack-%u", base, (unsigned)geteuid());
	cr_assert_eq(symlink("/var/tmp", name), 0);
	cr_expect_eq(run_folder_base(NULL, true, path), -EPERM);
	cr_expect_str_eq(path, name);
}

Test(run_folder, a_base_that_others_may_enter_is_refused)
{
	char path[PATH_MAX], name[64];

	unsetenv("XDG_RUNTIME_DIR");
	setenv("TMPDIR", base, 1);
	snprintf(name, sizeof(name), "%s/rtctrack-%u", base, (unsigned)geteuid());
	cr_assert_eq(mkdir(name, 0700), 0);
	cr_expect_eq(run_folder_base(NULL, true, path), 0);
	cr_assert_eq(chmod(name, 0755), 0);
	cr_expect_eq(run_folder_base(NULL, true, path), -EPERM);
}

Test(run_folder, a_chosen_base_must_not_be_open_to_tampering)
{
	char path[PATH_MAX];

	cr_assert_eq(chmod(base, 0777), 0);
	cr_expect_eq(run_folder_base(base, true, path), -EPERM);
	cr_assert_eq(chmod(base, 01777), 0);
	cr_expect_eq(run_folder_base(base, true, path), 0);
}

Test(run_folder, its_budget_is_as_the_wire_has_it)
{
	struct run_folder folder;
	struct track_budget budget;
	char path[PATH_MAX + 16];
	struct stat st;
	FILE *file;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_assert_eq(run_folder_limit(&folder, 3 * TRACK_SEGMENT_BYTES + 5, 7), 0);
	snprintf(path, sizeof(path), "%s/" TRACK_BUDGET_FILE, folder.path);
	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_size, TRACK_BUDGET_BYTES);
	cr_expect_eq(st.st_mode & 07777, 0600);
	file = fopen(path, "r");
	cr_assert_not_null(file);
	cr_assert_eq(fread(&budget, sizeof(budget), 1, file), 1);
	fclose(file);
	cr_expect_eq(memcmp(budget.magic, TRACK_BUDGET_MAGIC, 8), 0);
	cr_expect_eq(budget.version, TRACK_WIRE_VERSION);
	cr_expect_eq(budget.segments_cap, 3);
	cr_expect_eq(budget.segments_used, 0);
	cr_expect_eq(budget.settle_ns, 7);
	cr_expect_eq(run_folder_limit(&folder, 1 << 20, 0), -EEXIST);
	run_folder_remove(&folder);
}

Test(run_folder, a_question_is_there_until_it_is_answered)
{
	struct run_folder folder;

	cr_assert_eq(run_folder_create(base, &folder), 0);
	cr_expect_not(run_folder_asked(&folder));
	cr_assert_eq(run_folder_ask(folder.path), 0);
	cr_assert_eq(run_folder_ask(folder.path), 0, "and may be asked by several");
	cr_expect(run_folder_asked(&folder));
	cr_expect_not(run_folder_answered(folder.path));
	run_folder_answer(&folder);
	cr_expect_not(run_folder_asked(&folder));
	cr_expect(run_folder_answered(folder.path));
	run_folder_remove(&folder);
}

Test(run_folder, a_run_records_those_that_have_a_spool_there)
{
	struct run_folder folder;
	struct run_info info = {0};

	cr_assert_eq(run_folder_create(base, &folder), 0);
	snprintf(info.path, sizeof(info.path), "%s", folder.path);
	touch(folder.path, "43-17" TRACK_SPOOL_SUFFIX);
	touch(folder.path, "44-17.tmp");
	cr_expect(run_info_records(&info, 43));
	cr_expect_not(run_info_records(&info, 44), "it is not one yet");
	cr_expect_not(run_info_records(&info, 4));
	run_folder_remove(&folder);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are met. */
#include <binaries.h>

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

Test(binaries, one_that_is_gone_with_its_process_is_met_with_the_next)
{
	struct row_table table = {.count = 0};
	struct binaries binaries = {.table = &table, .patterns_only = true};
	char path[PATH_MAX];
	size_t probes = 0;
	struct stat st;

	cr_assert_eq(stat("/proc/self/exe", &st), 0);
	cr_expect_eq(binaries_meet(&binaries, "/proc/0/exe", st.st_dev, st.st_ino, &probes), 0);
	cr_expect_null(binaries_find(&binaries, st.st_dev, st.st_ino));
	snprintf(path, sizeof(path), "/proc/%d/exe", getpid());
	cr_expect_eq(binaries_meet(&binaries, path, st.st_dev, st.st_ino, &probes), 0);
	const struct binary *binary = binaries_find(&binaries, st.st_dev, st.st_ino);
	cr_assert_not_null(binary);
	cr_expect_str_neq(binary->name.file, "");
	cr_expect_str_eq(binary->path, path);
	binaries_finish(&binaries);
}

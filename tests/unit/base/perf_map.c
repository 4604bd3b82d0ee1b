/* SPDX-License-Identifier: Apache-2.0 */
#include <base/perf_map.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/unit_perf_map_XXXXXX";
static char path[PERF_MAP_PATH_BYTES];
static char file[128];

/* No process of this machine has that pid. */
static void begin(void)
{
	cr_assert_not_null(mkdtemp(root));
	perf_map_path(2000000000, path);
	snprintf(file, sizeof(file), "%s/tmp", root);
	cr_assert_eq(mkdir(file, 0700), 0);
	snprintf(file, sizeof(file), "%s%s", root, path);
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(perf_map, .init = begin, .fini = end);

static void write_file(const char *name)
{
	FILE *stream = fopen(name, "w");

	cr_assert_not_null(stream);
	fclose(stream);
}

Test(perf_map, a_map_is_known_by_its_path)
{
	cr_expect_str_eq(path, "/tmp/perf-2000000000.map");
	cr_expect(perf_map_is(path));
	cr_expect_not(perf_map_is("/tmp/perf-.map"));
	cr_expect_not(perf_map_is("/tmp/perf-1.map/x"));
	cr_expect_not(perf_map_is("/tmp/perf-1x.map"));
	cr_expect_not(perf_map_is("/opt/tmp/perf-1.map"));
	cr_expect_not(perf_map_is(""));
}

Test(perf_map, a_map_is_looked_for_below_the_root)
{
	int fd;

	cr_expect_eq(perf_map_open(root, path, &fd), -ENOENT);
	write_file(file);
	cr_assert_eq(perf_map_open(root, path, &fd), 0);
	close(fd);
	cr_expect_eq(perf_map_open(NULL, path, &fd), -ENOENT);
}

Test(perf_map, what_is_no_regular_file_is_not_trusted)
{
	char other[256];
	int fd;

	cr_assert_eq(mkfifo(file, 0600), 0);
	cr_expect_eq(perf_map_open(root, path, &fd), -EPERM);
	cr_assert_eq(unlink(file), 0);
	snprintf(other, sizeof(other), "%s.other", file);
	write_file(other);
	cr_assert_eq(symlink(other, file), 0);
	cr_expect_eq(perf_map_open(root, path, &fd), -EPERM);
}

Test(perf_map, another_users_file_is_not_trusted)
{
	int fd;

	if (geteuid() != 0)
		cr_skip("only root can give a file away");
	write_file(file);
	cr_assert_eq(chown(file, 12345, 12345), 0);
	cr_expect_eq(perf_map_open(root, path, &fd), -EPERM);
}

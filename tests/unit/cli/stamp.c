/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <track/wire.h>
#include <unistd.h>

#include "folder.inc.c"

TestSuite(stamp, .init = setup, .fini = teardown);

static char path[64];
static struct source source;
static struct stamp before;

/* Text is added to a file of the folder; its date is that of all others. */
static void append(const char *name, const void *bytes, size_t size)
{
	static const struct timeval dates[2] = {{1000, 0}, {1000, 0}};
	char file[128];
	int fd;

	snprintf(file, sizeof(file), "%s/%s", base, name);
	fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
	cr_assert_eq(utimes(file, dates), 0);
}

static void write_spool(const char *name, int32_t pid)
{
	struct track_spool header = {.pid = pid};

	memcpy(header.magic, TRACK_SPOOL_MAGIC, sizeof(header.magic));
	append(name, &header, sizeof(header));
}

static void look_at(const char *name, bool spools)
{
	snprintf(path, sizeof(path), "%s/%s", base, name);
	source = (struct source){.path = path, .spools = spools};
	before = stamp_take(&source);
}

static bool is_past(void)
{
	struct stamp now = stamp_take(&source);
	bool past = stamp_is_past(&source, &before, &now);

	before = now;
	return past;
}

Test(stamp, of_a_trace_that_did_not_change_is_the_same)
{
	append("a.db", "one", 3);
	look_at("a.db", false);
	cr_expect_not(is_past());
}

Test(stamp, of_a_trace_counts_its_size)
{
	append("a.db", "one", 3);
	look_at("a.db", false);
	append("a.db", "two", 3);
	cr_expect(is_past());
	cr_expect_not(is_past());
}

Test(stamp, of_a_trace_counts_its_date)
{
	static const struct timeval later[2] = {{1000, 0}, {1000, 1}};

	append("a.db", "one", 3);
	look_at("a.db", false);
	cr_assert_eq(utimes(path, later), 0);
	cr_expect(is_past());
}

Test(stamp, of_a_trace_counts_the_log_beside_it)
{
	append("a.db", "one", 3);
	append("a.db-wal", "log", 3);
	look_at("a.db", false);
	append("a.db-wal", "log", 3);
	cr_expect(is_past());
	cr_expect_not(is_past());
}

Test(stamp, of_another_trace_of_that_name_is_another_one)
{
	char other[64];

	append("a.db", "one", 3);
	append("b.db", "one", 3);
	look_at("a.db", false);
	snprintf(other, sizeof(other), "%s/b.db", base);
	cr_assert_eq(rename(other, path), 0);
	cr_expect(is_past());
}

Test(stamp, of_a_trace_that_goes_and_comes_back_is_past_twice)
{
	append("a.db", "one", 3);
	look_at("a.db", false);
	cr_assert_eq(unlink(path), 0);
	cr_expect(is_past());
	cr_expect_not(is_past());
	append("a.db", "one", 3);
	cr_expect(is_past());
}

Test(stamp, says_whether_somebody_writes)
{
	int fd;

	append("a.db", "one", 3);
	look_at("a.db", false);
	cr_expect_not(before.in_use);
	fd = open(path, O_WRONLY);
	cr_assert_geq(fd, 0);
	cr_expect(stamp_take(&source).in_use);
	close(fd);
	cr_expect_not(stamp_take(&source).in_use);
}

Test(stamp, of_spools_that_nobody_writes_is_the_same)
{
	write_spool("1.spool", 0);
	look_at("", true);
	cr_expect_not(before.in_use);
	cr_expect_not(is_past());
}

Test(stamp, of_spools_in_use_is_always_past_and_once_more)
{
	write_spool("1.spool", getpid());
	write_spool("2.spool", 0);
	look_at("", true);
	cr_expect(before.in_use);
	cr_expect(is_past());
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "1.spool");
	cr_assert_eq(unlink(path), 0);
	write_spool("1.spool", 0);
	look_at("", true);
	before.in_use = true;
	cr_expect(is_past());
	cr_expect_not(is_past());
}

Test(stamp, of_a_folder_counts_a_spool_that_is_new)
{
	write_spool("1.spool", 0);
	look_at("", true);
	write_spool("2.spool", 0);
	cr_expect(is_past());
	cr_expect_not(is_past());
}

Test(stamp, of_one_spool_is_that_of_its_file)
{
	write_spool("1.spool", getpid());
	look_at("1.spool", true);
	cr_expect(before.in_use);
	cr_expect(is_past());
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <schema/file.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file of so many bytes: its size as it is read. */
static size_t size_of(size_t bytes, size_t size_max)
{
	char path[] = "/tmp/rtctrack-file-XXXXXX", *text = NULL;
	int fd = mkstemp(path);
	size_t size = 0;

	cr_assert_geq(fd, 0);
	for (size_t i = 0; i < bytes; i++)
		cr_assert_eq(write(fd, &"0123456789"[i % 10], 1), 1);
	cr_assert_eq(schema_file_read(path, size_max, &text, &size), 0);
	for (size_t i = 0; i < size; i++)
		cr_assert_eq(text[i], "0123456789"[i % 10]);
	free(text);
	close(fd);
	unlink(path);
	return size;
}

Test(file, it_is_read_whole)
{
	cr_expect_eq(size_of(0, 100), 0);
	cr_expect_eq(size_of(99, 100), 99);
	cr_expect_eq(size_of(100, 100), 100);
	cr_expect_eq(size_of(20000, 100000), 20000);
}

Test(file, of_one_that_is_too_large_one_byte_more_is_read)
{
	cr_expect_eq(size_of(200, 100), 101);
	cr_expect_eq(size_of(20000, 10000), 10001);
}

/* The system does not know how large it is. */
Test(file, one_that_says_it_has_no_bytes_is_read_whole)
{
	char *text = NULL;
	size_t size = 0;

	cr_assert_eq(schema_file_read("/proc/self/smaps", 1 << 24, &text, &size), 0);
	cr_expect_gt(size, 8192);
	free(text);
}

Test(file, what_is_no_file_is_not_read)
{
	char *text = NULL;
	size_t size = 0;

	cr_expect_eq(schema_file_read("/nowhere", 10, &text, &size), -ENOENT);
	cr_expect_eq(schema_file_read("/tmp", 10, &text, &size), -EISDIR);
	cr_expect_eq(schema_file_read("/dev/zero", 10, &text, &size), -EINVAL);
	cr_expect_null(text);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "step_summary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

#define FILE_BYTES_MAX (1024 * 1024)
#define SUMMARY_BYTES_MIN 4096 /* less is not worth a heading */

/* At once, so that those of tests that run side by side do not mix. */
static int append(int fd, const char *text, size_t bytes)
{
	while (bytes) {
		ssize_t written = write(fd, text, bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		text += written;
		bytes -= (size_t)written;
	}
	return 0;
}

static int write_summary(int fd, struct report *const *reports, size_t count,
			 const struct report_style *style)
{
	struct stat st;
	char *text = NULL;
	size_t bytes;
	FILE *stream;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size > FILE_BYTES_MAX - SUMMARY_BYTES_MIN)
		return -EFBIG;
	stream = open_memstream(&text, &bytes);
	if (!stream)
		return -errno;
	r = report_github_summary(stream, reports, count, style,
				  FILE_BYTES_MAX - (size_t)st.st_size);
	if (fclose(stream) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		r = append(fd, text, bytes);
	free(text);
	return r;
}

void step_summary_add(struct report *const *reports, size_t count, const struct report_style *style)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	int fd, r;

	if (!path || !path[0])
		return;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	r = fd < 0 ? -errno : write_summary(fd, reports, count, style);
	if (r < 0)
		say("the log has all that it would say",
		    "cannot add to the step's summary '%s': %s", path,
		    r == -EFBIG ? "it is full" : strerror(-r));
	if (fd >= 0)
		close(fd);
}

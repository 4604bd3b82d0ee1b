/* SPDX-License-Identifier: Apache-2.0 */
#include "status_line.h"

#include <base/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define PERIOD_NS 250000000ull
#define ERASE "\r\033[K"

struct status_line status_line_start(bool quiet)
{
	return (struct status_line){.wanted = !quiet && isatty(STDERR_FILENO)};
}

/* Not over a program that draws its own screen, nor from the background. */
static bool terminal_is_ours(void)
{
	struct termios mode;

	if (tcgetattr(STDERR_FILENO, &mode) < 0 || !(mode.c_lflag & ICANON) ||
	    !(mode.c_lflag & ECHO))
		return false;
	return tcgetpgrp(STDERR_FILENO) == getpgrp();
}

int status_line_format(double seconds, const struct lifetimes_status *status, char *ret_text,
		       size_t capacity)
{
	bool many = status->events >= 10000;

	return snprintf(ret_text, capacity,
			"rtctrack  %.1fs  %u process%s  %" PRIu64 " socket%s  %" PRIu64
			" fd%s  %" PRIu64 " thread%s  %" PRIu64 "%s event%s  %" PRIu64 " lost",
			seconds, status->processes, status->processes == 1 ? "" : "es",
			status->open_sockets, text_plural(status->open_sockets), status->open_fds,
			text_plural(status->open_fds), status->threads,
			text_plural(status->threads), many ? status->events / 1000 : status->events,
			many ? "k" : "", text_plural(status->events), status->lost);
}

void status_line_update(struct status_line *line, uint64_t now_ns,
			const struct lifetimes_status *status)
{
	struct winsize size;
	char text[256];
	int width = 80;

	if (!line->wanted || now_ns < line->next_ns)
		return;
	if (!line->start_ns)
		line->start_ns = now_ns;
	line->next_ns = now_ns + PERIOD_NS;
	if (now_ns == line->start_ns || !terminal_is_ours())
		return;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		width = size.ws_col;
	status_line_format((double)(now_ns - line->start_ns) / 1e9, status, text, sizeof(text));
	/* Back to the first column, so that the program's next line begins there. */
	fprintf(stderr, ERASE "%.*s\r", width - 1, text);
	fflush(stderr);
	line->shown = true;
}

void status_line_erase(struct status_line *line)
{
	if (!line->shown || !terminal_is_ours())
		return;
	fprintf(stderr, ERASE);
	fflush(stderr);
	line->shown = false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handle of each class of libuv is started and closed in order: right CLASS. Or the loop ends
 * with it still there: bug CLASS.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

static union uv_any_handle handle;
static int ends[2]; /* of a pipe, for what polls */

static void on_async(uv_async_t *async)
{
	(void)async;
}

static void on_check(uv_check_t *check)
{
	uv_check_stop(check);
}

static void on_idle(uv_idle_t *idle)
{
	uv_idle_stop(idle);
}

static void on_prepare(uv_prepare_t *prepare)
{
	uv_prepare_stop(prepare);
}

static void on_timer(uv_timer_t *timer)
{
	(void)timer;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	uv_poll_stop(poll);
}

static void on_signal(uv_signal_t *signal, int number)
{
	(void)signal;
	(void)number;
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
	(void)event;
	(void)name;
	(void)events;
	(void)status;
}

static void on_change(uv_fs_poll_t *poll, int status, const uv_stat_t *before,
		      const uv_stat_t *after)
{
	(void)poll;
	(void)status;
	(void)before;
	(void)after;
}

static void on_exit_of(uv_process_t *process, int64_t status, int number)
{
	(void)process;
	(void)status;
	(void)number;
}

static int make_uv_async(uv_loop_t *loop)
{
	return uv_async_init(loop, &handle.async, on_async);
}

static int make_uv_check(uv_loop_t *loop)
{
	uv_check_init(loop, &handle.check);
	return uv_check_start(&handle.check, on_check);
}

static int make_uv_fs_event(uv_loop_t *loop)
{
	uv_fs_event_init(loop, &handle.fs_event);
	return uv_fs_event_start(&handle.fs_event, on_event, "/", 0);
}

static int make_uv_fs_poll(uv_loop_t *loop)
{
	uv_fs_poll_init(loop, &handle.fs_poll);
	return uv_fs_poll_start(&handle.fs_poll, on_change, "/", 60000);
}

static int make_uv_idle(uv_loop_t *loop)
{
	uv_idle_init(loop, &handle.idle);
	return uv_idle_start(&handle.idle, on_idle);
}

static int make_uv_pipe(uv_loop_t *loop)
{
	return uv_pipe_init(loop, &handle.pipe, 0);
}

static int make_uv_poll(uv_loop_t *loop)
{
	if (pipe(ends) < 0)
		return -1;
	uv_poll_init(loop, &handle.poll, ends[1]);
	return uv_poll_start(&handle.poll, UV_WRITABLE, on_poll);
}

static int make_uv_prepare(uv_loop_t *loop)
{
	uv_prepare_init(loop, &handle.prepare);
	return uv_prepare_start(&handle.prepare, on_prepare);
}

static int make_uv_process(uv_loop_t *loop)
{
	char *arguments[] = {"true", NULL};
	uv_process_options_t options = {.exit_cb = on_exit_of, .file = "true", .args = arguments};

	return uv_spawn(loop, &handle.process, &options);
}

static int make_uv_signal(uv_loop_t *loop)
{
	uv_signal_init(loop, &handle.signal);
	return uv_signal_start(&handle.signal, on_signal, SIGHUP);
}

static int make_uv_tcp(uv_loop_t *loop)
{
	return uv_tcp_init(loop, &handle.tcp);
}

static int make_uv_timer(uv_loop_t *loop)
{
	uv_timer_init(loop, &handle.timer);
	return uv_timer_start(&handle.timer, on_timer, 1, 0);
}

static int make_uv_udp(uv_loop_t *loop)
{
	return uv_udp_init(loop, &handle.udp);
}

static const struct {
	const char *name;
	int (*make)(uv_loop_t *loop);
} classes[] = {
	/* clang-format off */
	{"uv_async_t", make_uv_async},
	{"uv_check_t", make_uv_check},
	{"uv_fs_event_t", make_uv_fs_event},
	{"uv_fs_poll_t", make_uv_fs_poll},
	{"uv_idle_t", make_uv_idle},
	{"uv_pipe_t", make_uv_pipe},
	{"uv_poll_t", make_uv_poll},
	{"uv_prepare_t", make_uv_prepare},
	{"uv_process_t", make_uv_process},
	{"uv_signal_t", make_uv_signal},
	{"uv_tcp_t", make_uv_tcp},
	{"uv_timer_t", make_uv_timer},
	{"uv_udp_t", make_uv_udp},
	/* clang-format on */
};

int main(int argc, char **argv)
{
	bool right = argc == 3 && strcmp(argv[1], "right") == 0;
	static uv_loop_t loop; /* what libuv's threads may use to the very end */

	for (size_t i = 0; argc == 3 && i < sizeof(classes) / sizeof(*classes); i++) {
		if (strcmp(classes[i].name, argv[2]) != 0)
			continue;
		if (uv_loop_init(&loop) != 0 || classes[i].make(&loop) != 0)
			return 1;
		uv_run(&loop, UV_RUN_NOWAIT);
		if (right) {
			uv_close((uv_handle_t *)&handle, NULL);
			uv_run(&loop, UV_RUN_DEFAULT);
		}
		if (ends[1]) {
			close(ends[0]);
			close(ends[1]);
		}
		printf("%s\n", uv_loop_close(&loop) == 0 ? "closed" : "busy");
		return 0;
	}
	fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
	return 2;
}

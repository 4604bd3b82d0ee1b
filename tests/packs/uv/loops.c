/* SPDX-License-Identifier: Apache-2.0 */
/* A loop of its own for a job, which outlasts the first try to close it. bug: there is no other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Longer than what is late. */
enum { JOB_MS = 1200 };

static uv_loop_t *make_loop(void)
{
	uv_loop_t *loop = malloc(sizeof(*loop));

	if (!loop || uv_loop_init(loop) != 0)
		exit(1);
	return loop;
}

static void once(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, NULL);
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = make_loop();
	uv_timer_t timer;

	uv_timer_init(loop, &timer);
	uv_timer_start(&timer, once, JOB_MS, 0);
	if (argc > 1 && strcmp(argv[1], "right") == 0) {
		while (uv_loop_close(loop) == UV_EBUSY)
			uv_run(loop, UV_RUN_DEFAULT);
		free(loop);
	} else {
		if (uv_loop_close(loop) != UV_EBUSY)
			return 1;
		uv_run(loop, UV_RUN_DEFAULT);
	}
	printf("done\n");
	return 0;
}

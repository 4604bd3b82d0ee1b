/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A play is done by a child that is followed; what the kernel told of it is kept. Where the engine
 * cannot run, the test that asks for it is skipped, and says why.
 */
#include "engine.h"
#include "links.h"
#include "ring.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS_MAX 20000
#define SAID_MAX 64

static struct {
	struct engine *engine;
	struct probe_head *events[EVENTS_MAX];
	size_t count;
	uint64_t settled_ns;
	uint32_t image;
	pid_t pid;
	int status;
} stage;

/* What the child wants the test to know, and whether the test let it go on. */
static struct {
	uint64_t values[SAID_MAX];
	int turn;
} * said;

static int keep(void *context, const struct probe_head *event)
{
	(void)context;
	cr_assert_lt(stage.count, EVENTS_MAX);
	cr_assert_geq(event->bytes, sizeof(*event));
	cr_assert_leq(event->stack_offset + event->stack_bytes, event->bytes);
	struct probe_head *copy = malloc(event->bytes);
	cr_assert(copy);
	memcpy(copy, event, event->bytes);
	stage.events[stage.count++] = copy;
	return 0;
}

static __attribute__((unused)) void drain(void)
{
	cr_assert_eq(engine_drain(stage.engine, keep, NULL, &stage.settled_ns), 0);
}

static void set_stage_with(const struct engine_options *options)
{
	int error = engine_create(options, &stage.engine);
	if (error)
		cr_skip_test("the probes engine cannot run here: %s", engine_create_error());
	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(said, MAP_FAILED);
}

static __attribute__((unused)) void set_stage(void)
{
	const struct engine_options options = {
		.ring_bytes = 16 << 20, .snapshot_bytes = 8192, .stack_depth = 64};
	set_stage_with(&options);
}

static void wait_for(int turn)
{
	while (__atomic_load_n(&said->turn, __ATOMIC_ACQUIRE) < turn)
		usleep(200);
}

/* The other side waits for it. */
static void take_turn(int turn)
{
	__atomic_store_n(&said->turn, turn, __ATOMIC_RELEASE);
}

/* Begun, and followed from its first step. */
static void begin(void (*play)(void))
{
	stage.pid = fork();
	cr_assert_geq(stage.pid, 0);
	if (!stage.pid) {
		wait_for(1);
		play();
		_exit(0);
	}
	cr_assert_eq(engine_trace(stage.engine, (uint32_t)stage.pid, 0, &stage.image), 0);
	take_turn(1);
}

static void finish(void)
{
	cr_assert_eq(waitpid(stage.pid, &stage.status, 0), stage.pid);
	drain();
}

static __attribute__((unused)) void perform(void (*play)(void))
{
	begin(play);
	finish();
}

static __attribute__((unused)) void clear_stage(void)
{
	for (size_t i = 0; i < stage.count; i++)
		free(stage.events[i]);
	engine_destroy(stage.engine);
}

/* The nth of a type, from 0; NULL: there are fewer. */
static __attribute__((unused)) const void *nth(enum probe_type type, size_t n)
{
	for (size_t i = 0; i < stage.count; i++)
		if (stage.events[i]->type == type && !n--)
			return stage.events[i];
	return NULL;
}

static __attribute__((unused)) size_t count_of(enum probe_type type)
{
	size_t count = 0;
	while (nth(type, count))
		count++;
	return count;
}

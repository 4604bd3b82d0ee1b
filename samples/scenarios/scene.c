/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <pthread.h>
#include <run/library.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <track/track.h>

enum { BEYOND_GRACE_MS = 300, CLEANUP_MS = 10000, CLEANUP_BUGGY_MS = 500 };

bool scene_is_buggy(const struct scene *scene)
{
	return scene->form == FORM_BUGGY;
}

static void set_fault(const struct scene *scene, bool on)
{
	if (scene_is_buggy(scene) && scene->scenario->fault != FAULT_NONE)
		fault_switch(scene->scenario->fault, on);
}

void scene_strike(const struct scene *scene)
{
	set_fault(scene, true);
}

void scene_calm(const struct scene *scene)
{
	set_fault(scene, false);
}

static void sleep_ms(unsigned long ms)
{
	struct timespec left = {.tv_sec = (time_t)(ms / 1000),
				.tv_nsec = (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left))
		;
}

static int play_sessions(struct scene *scene)
{
	const struct play *play = scene->scenario->play;
	char mark[32];
	int error = 0;

	for (unsigned long i = 0; i < scene->sessions && !error; i++) {
		error = play->session(scene, i);
		snprintf(mark, sizeof(mark), "session %lu", i + 1);
		track_mark(mark);
	}
	if (error)
		printf("a session did not work: %s%s\n", strerror(-error),
		       error == -EHOSTUNREACH
			       ? " (the peers talk on 127.0.0.1: is the loopback interface up?)"
			       : "");
	return error;
}

/* Lives on until everybody would have had the time to end. */
static bool play_and_judge(struct scene *scene, unsigned long grace_ms)
{
	const struct effect *effect = &scene->scenario->effect;
	struct account before, after;

	account_take(&before);
	if (play_sessions(scene))
		return false;
	scene_calm(scene);
	sleep_ms(grace_ms + BEYOND_GRACE_MS);
	account_take(&after);
	if (scene_is_buggy(scene))
		return effect_shows(effect, &before, &after, scene->sessions);
	return effect_is_absent(&before, &after);
}

static void *return_at_once(void *user)
{
	return user;
}

/* With the first thread of a process a sanitizer may start one of its own, which stays. */
static void start_first_thread(void)
{
	pthread_t first;

	if (!pthread_create(&first, NULL, return_at_once, NULL))
		pthread_join(first, NULL);
}

static bool begin(struct scene *scene)
{
	const struct play *play = scene->scenario->play;
	const struct library_options options = {.executors = play->executors};
	int error = play->has_own_library ? 0 : library_start(&options);

	start_first_thread();
	if (!error && play->begin)
		error = play->begin(scene);
	if (error)
		printf("the scenario cannot begin: %s\n", strerror(-error));
	return !error;
}

/* What a bug keeps alive keeps the library too. */
static bool end(struct scene *scene)
{
	const struct play *play = scene->scenario->play;

	if (play->end)
		play->end(scene);
	if (play->has_own_library)
		return true;
	if (scene_is_buggy(scene)) {
		library_cleanup(CLEANUP_BUGGY_MS);
		return true;
	}
	if (!library_cleanup(CLEANUP_MS))
		return true;
	puts("the library cannot be cleaned up: something is alive");
	return false;
}

static void announce(const struct scene *scene, const char *name)
{
	const enum effect_kind kind = scene->scenario->effect.kind;

	printf("%s, %s form\n", name, scene_is_buggy(scene) ? "buggy" : "fixed");
	if (scene_is_buggy(scene) && kind == EFFECT_HANG)
		puts("it comes to hang, and a signal (Ctrl-C) ends it");
	if (scene_is_buggy(scene) && kind == EFFECT_CRASH)
		puts("it comes to crash");
}

int scene_run(const struct scenario *scenario, enum form form, unsigned long sessions,
	      unsigned long grace_ms)
{
	struct scene scene = {.scenario = scenario, .form = form, .sessions = sessions};
	char name[SCENARIO_NAME_SIZE];
	bool is_right;

	scenario_name(scenario, name);
	announce(&scene, name);
	is_right = begin(&scene) && play_and_judge(&scene, grace_ms);
	is_right = end(&scene) && is_right;
	if (!is_right)
		printf("%s: the %s form did not do what it should\n", name,
		       scene_is_buggy(&scene) ? "buggy" : "fixed");
	return is_right ? 0 : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "scene.h"

#include <stdio.h>
#include <string.h>

#define SHOWS_EACH(effect_kind, n)                                                                 \
	{                                                                                          \
		EFFECT_##effect_kind, EFFECT_PER_SESSION, n                                        \
	}
#define SHOWS_ONCE(effect_kind, n)                                                                 \
	{                                                                                          \
		EFFECT_##effect_kind, EFFECT_PER_RUN, n                                            \
	}
#define SHOWS_SOME(effect_kind, n)                                                                 \
	{                                                                                          \
		EFFECT_##effect_kind, EFFECT_AT_LEAST, n                                           \
	}
#define SHOWS_NOTHING                                                                              \
	{                                                                                          \
		EFFECT_NOTHING, EFFECT_PER_RUN, 0                                                  \
	}

#define DC_SCENARIO(name, ...) extern const struct play play_##name;
#include "scenarios.def"
#undef DC_SCENARIO

const struct scenario scenarios[] = {
#define DC_SCENARIO(name, at, found_by, of_kind, first, shows, wrong, says, from)                  \
	{.id = #name,                                                                              \
	 .layer = #at,                                                                             \
	 .rule = found_by,                                                                         \
	 .kind = of_kind,                                                                          \
	 .culprit = first,                                                                         \
	 .effect = shows,                                                                          \
	 .fault = wrong,                                                                           \
	 .what = says,                                                                             \
	 .upstream = from,                                                                         \
	 .play = &play_##name},
#include "scenarios.def"
#undef DC_SCENARIO
};

const size_t scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);

void scenario_name(const struct scenario *scenario, char ret_name[SCENARIO_NAME_SIZE])
{
	size_t i = 0;

	for (; scenario->id[i] && i < SCENARIO_NAME_SIZE - 1; i++)
		ret_name[i] = scenario->id[i] == '_' ? '-' : scenario->id[i];
	ret_name[i] = '\0';
}

bool scenario_is_control(const struct scenario *scenario)
{
	return !strcmp(scenario->rule, "none");
}

/* Also as the file is called. */
static bool is_name(const char *id, const char *name)
{
	while (*id && (*id == *name || (*id == '_' && *name == '-'))) {
		id++;
		name++;
	}
	return *id == *name;
}

const struct scenario *scenario_find(const char *name)
{
	for (size_t i = 0; i < scenario_count; i++) {
		if (is_name(scenarios[i].id, name))
			return &scenarios[i];
	}
	return NULL;
}

void scenario_list(void)
{
	char name[SCENARIO_NAME_SIZE], effect[EFFECT_TEXT_SIZE];

	for (size_t i = 0; i < scenario_count; i++) {
		const struct scenario *at = &scenarios[i];

		scenario_name(at, name);
		effect_describe(&at->effect, effect);
		printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, at->layer, at->rule, at->kind,
		       at->culprit, effect, at->what, at->upstream);
	}
}

void scenario_list_markdown(void)
{
	char name[SCENARIO_NAME_SIZE], effect[EFFECT_TEXT_SIZE];

	puts("| scenario | what happens | shows as | rule | seen in |");
	puts("|---|---|---|---|---|");
	for (size_t i = 0; i < scenario_count; i++) {
		const struct scenario *at = &scenarios[i];

		scenario_name(at, name);
		effect_describe(&at->effect, effect);
		printf("| [`%s`](scenarios/%s.c) | %s | %s | %s | %s |\n", name, at->id, at->what,
		       effect, at->rule, at->upstream);
	}
}

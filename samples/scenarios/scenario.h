/* SPDX-License-Identifier: Apache-2.0 */
/* The table of scenarios. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "effect.h"

#include <run/fault.h>
#include <stdbool.h>
#include <stddef.h>

struct play;

struct scenario {
	const char *id; /* as in the file's name: with _ where the name has - */
	const char *layer, *rule, *kind, *culprit;
	struct effect effect;
	enum fault fault;
	const char *what, *upstream;
	const struct play *play;
};

enum { SCENARIO_NAME_SIZE = 64 };
void scenario_name(const struct scenario *scenario, char ret_name[SCENARIO_NAME_SIZE]);
/* Only looks like a bug: there is no buggy form. */
bool scenario_is_control(const struct scenario *scenario);

const struct scenario *scenario_find(const char *name); /* NULL: there is none */
extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* The whole table on standard output: name, layer, rule, kind, culprit, effect, what, upstream,
 * separated by tabs; or as a table of Markdown. */
void scenario_list(void);
void scenario_list_markdown(void);

#endif

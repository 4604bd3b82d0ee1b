/* SPDX-License-Identifier: Apache-2.0 */
/* Lifetime bugs by name, each in a buggy and a fixed form: see --help. */
#include "options.h"
#include "scene.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

static int complain(const char *what, const char *about)
{
	fprintf(stderr, "dc-scenario: %s%s; --help lists the options, --list the scenarios\n", what,
		about);
	return EXIT_USAGE;
}

static int run(const struct options *options)
{
	const struct scenario *scenario;
	enum form form = FORM_FIXED;

	if (!options->name)
		return complain("the name of a scenario is missing", "");
	scenario = scenario_find(options->name);
	if (!scenario)
		return complain("there is no scenario ", options->name);
	if (options->form && !strcmp(options->form, "buggy"))
		form = FORM_BUGGY;
	else if (options->form && strcmp(options->form, "fixed") != 0)
		return complain("--form is buggy or fixed, not ", options->form);
	if (form == FORM_BUGGY && scenario_is_control(scenario))
		return complain("it only looks like a bug, and has no buggy form: ", options->name);
	return scene_run(scenario, form, options->sessions, options->grace_ms) ? EXIT_FAILED
									       : EXIT_OK;
}

/* What could not be said counts for nothing. */
static int unless_lost(int code)
{
	if (!ferror(stdout))
		return code;
	fputs("dc-scenario: standard output cannot be written\n", stderr);
	return EXIT_FAILED;
}

int main(int argc, char **argv)
{
	char what[ARGUMENTS_WHAT_SIZE];
	struct options options;

	/* What hangs or crashes has said before what it saw. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (options_parse(argc, argv, &options, what))
		return complain(what, "");
	if (options.help)
		options_print();
	if (options.list)
		scenario_list();
	if (options.markdown)
		scenario_list_markdown();
	if (options.help || options.list || options.markdown)
		return unless_lost(EXIT_OK);
	return unless_lost(run(&options));
}

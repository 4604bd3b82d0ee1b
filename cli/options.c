/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <track/wire.h>

#include "option_types.h"
#include "road.h"
#include "suggest.h"

/* clang-format off */
#define ON(id) (1u << COMMAND_##id)
#define ALL ((1u << COMMAND__COUNT) - 1)
#define FIELD(name) .offset = offsetof(struct options, name)

const struct option_row option_table[] = {
	{ .name = "output", .letter = 'o', .argument = "TRACE", .commands = ON(RUN),
	  .type = &option_text, FIELD(trace_path),
	  .help = "write the trace there (default: rtctrack-COMMAND-PID.db in this folder)" },
	{ .name = "gate", .commands = ON(RUN), .type = &option_switch, FIELD(gate),
	  .help = "exit 23 if the program succeeds and findings fail it, 3 if evidence is missing" },
	{ .name = "strict", .commands = ON(RUN) | ON(CHECK), .type = &option_switch, FIELD(strict),
	  .help = "let what is merely alive at the end, suspect or undecided fail the gate too" },
	{ .name = "format", .argument = "FORMAT", .commands = ON(RUN) | ON(REPORT),
	  .type = &option_format, FIELD(format),
	  .help = "text (default) or json" },
	{ .name = "report-file", .argument = "FILE", .commands = ON(RUN), .type = &option_text, FIELD(report_path),
	  .help = "write the report there instead of on stderr" },
	{ .name = "quiet", .letter = 'q', .commands = ON(RUN) | ON(REPORT) | ON(CHECK), .type = &option_switch, FIELD(quiet),
	  .help = "say nothing on stderr but errors, and no verdict; a report on stdout or in a file is still written" },
	{ .name = "stack", .argument = "DEPTH", .commands = ON(RUN), .type = &option_depth, FIELD(stack_depth),
	  .help = "frames per call stack (default 64)" },
	{ .name = "grace", .argument = "SECONDS", .commands = ON(RUN) | ON(REPORT) | ON(CHECK),
	  .type = &option_grace, FIELD(grace_ns),
	  .help = "what belongs to a connection may end so much later than that was closed (default 1)" },
	{ .name = "timeout", .argument = "SECONDS", .commands = ON(RUN),
	  .type = &option_seconds, FIELD(timeout_ns),
	  .help = "end the program by SIGTERM after that time, 2 s later by SIGKILL" },
	{ .name = "cap", .argument = "BYTES", .commands = ON(RUN), .type = &option_cap, FIELD(cap_bytes),
	  .help = "room for the records of all processes that are not yet read (default 1G)" },
	{ .name = "trace-budget", .argument = "SIZE", .commands = ON(RUN), .type = &option_size, FIELD(trace_budget_bytes),
	  .help = "once the trace has that size, keep lifetimes that ended in order as sums only (default 32M; 0: from the first)" },
	{ .name = "spool-dir", .argument = "FOLDER", .commands = ON(RUN) | ON(MARK) | ON(DOCTOR) | ON(CLEAN),
	  .type = &option_text, FIELD(spool_dir),
	  .help = "the folder of spools; a run makes a folder in it while it goes on" },
	{ .name = "run", .argument = "PID", .commands = ON(MARK), .type = &option_pid, FIELD(run_pid),
	  .help = "the run to mark, by the pid of its rtctrack or of its program" },
	{ .name = "top", .argument = "N", .commands = ON(RUN) | ON(REPORT), .type = &option_count, FIELD(top),
	  .help = "show at most N findings" },
	{ .name = "kind", .argument = "KIND", .commands = ON(RUN) | ON(REPORT), .type = &option_kind, FIELD(kind),
	  .help = "show only findings about this kind of resource" },
	{ .name = "rule", .argument = "RULE", .commands = ON(RUN) | ON(REPORT), .type = &option_rule, FIELD(rule),
	  .help = "show only findings of this rule, or that it is the cause of" },
	{ .name = "scope", .argument = "CLASS", .commands = ON(RUN) | ON(REPORT), .type = &option_pattern, FIELD(scope),
	  .help = "show only findings about what belongs to scopes of that class; * stands for anything" },
	{ .name = "mine", .argument = "GLOB", .commands = ON(RUN) | ON(REPORT), .type = &option_pattern, FIELD(mine),
	  .help = "name the first function as culprit whose module or source file matches" },
	{ .name = "since", .argument = "WHEN", .commands = ON(REPORT), .type = &option_when, FIELD(since),
	  .help = "show only findings about what began after so many seconds of the run, or after a mark of that text" },
	{ .name = "full-stacks", .commands = ON(RUN) | ON(REPORT), .type = &option_switch, FIELD(full_stacks),
	  .help = "show every frame of every stack" },
	{ .name = "sysroot", .argument = "FOLDER", .commands = ON(RUN) | ON(REPORT) | ON(CHECK),
	  .type = &option_text, FIELD(search.sysroot),
	  .help = "look for programs, libraries and perf maps below that root first, such as a container's" },
	{ .name = "debug-dir", .argument = "FOLDERS", .commands = ON(RUN) | ON(REPORT) | ON(CHECK),
	  .type = &option_text, FIELD(search.debug_folders),
	  .help = "look for debug information there first, as in /usr/lib/debug; several: A:B" },
	{ .name = "color", .argument = "WHEN", .commands = ON(RUN) | ON(REPORT), .type = &option_color, FIELD(color),
	  .help = "auto (default), always or never" },
	{ .name = "redact", .commands = ON(RUN) | ON(REPORT), .type = &option_switch, FIELD(redact),
	  .help = "keep addresses, file names, arguments and folders out of the report (a trace keeps them)" },
	{ .name = "dry-run", .letter = 'n', .commands = ON(CLEAN), .type = &option_switch, FIELD(dry_run),
	  .help = "only say what would be removed" },
	{ .name = "older-than", .argument = "TIME", .commands = ON(CLEAN), .type = &option_age, FIELD(older_than_ns),
	  .help = "only what was last changed longer ago than that, such as 90s, 30m, 12h or 7d" },
	{ .name = "help", .letter = 'h', .commands = ALL, .type = &option_switch, FIELD(help), .hidden = true,
	  .help = "explain the command" },
	{ .name = "manual", .commands = ON(HELP), .type = &option_switch, FIELD(manual), .hidden = true,
	  .help = "print the manual page's source" },
	{ .name = "completion", .argument = "SHELL", .commands = ON(HELP), .type = &option_shell, FIELD(completion),
	  .help = "print the script that completes rtctrack's words in bash or zsh" },
	{ .name = NULL },
};
/* clang-format on */

bool option_applies(const struct option_row *row, enum command_id command)
{
	return row->commands >> command & 1;
}

/* A cursor over the arguments, and where its complaint goes. */
struct parse {
	const struct command *command;
	struct options *options;
	char **next;
	char *error;
	size_t capacity;
};

static int unknown(struct parse *parse, const char *name, size_t length)
{
	struct suggestion best;
	char typed[64];

	snprintf(typed, sizeof(typed), "%.*s", (int)(length < 60 ? length : 60), name);
	best = suggestion_start(typed);
	for (const struct option_row *row = option_table; row->name; row++) {
		if (!option_applies(row, parse->command->id)) {
			if (strcmp(row->name, typed) == 0) {
				snprintf(parse->error, parse->capacity,
					 "--%s is no option of 'rtctrack %s'", typed,
					 parse->command->name);
				return -EINVAL;
			}
			continue;
		}
		if (!row->hidden)
			suggestion_offer(&best, row->name);
	}
	if (best.name)
		snprintf(parse->error, parse->capacity,
			 "unknown option '--%s'; did you mean '--%s'?", typed, best.name);
	else
		snprintf(parse->error, parse->capacity, "unknown option '--%s'", typed);
	return -EINVAL;
}

static int take(struct parse *parse, const struct option_row *row, const char *value)
{
	void *field = (char *)parse->options + row->offset;

	if (!row->argument && value) {
		snprintf(parse->error, parse->capacity, "--%s takes no value", row->name);
		return -EINVAL;
	}
	if (row->argument && !value)
		value = *parse->next ? *parse->next++ : NULL;
	if (row->argument && !value) {
		snprintf(parse->error, parse->capacity, "--%s needs a value: %s", row->name,
			 row->type->expects);
		return -EINVAL;
	}
	if (row->type->parse(value, field) < 0) {
		snprintf(parse->error, parse->capacity, "--%s: '%.200s' is not %s", row->name,
			 value, row->type->expects);
		return -EINVAL;
	}
	return 0;
}

static int take_long(struct parse *parse, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);

	for (const struct option_row *row = option_table; row->name; row++)
		if (option_applies(row, parse->command->id) && strlen(row->name) == length &&
		    strncmp(row->name, text, length) == 0)
			return take(parse, row, equals ? equals + 1 : NULL);
	return unknown(parse, text, length);
}

static const struct option_row *find_letter(enum command_id command, char letter)
{
	for (const struct option_row *row = option_table; row->name; row++)
		if (row->letter == letter && option_applies(row, command))
			return row;
	return NULL;
}

/* "-q", "-qo FILE", "-oFILE". */
static int take_letters(struct parse *parse, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = find_letter(parse->command->id, *letters);

		if (!row) {
			snprintf(parse->error, parse->capacity, "unknown option '-%c'", *letters);
			return -EINVAL;
		}
		if (row->argument)
			return take(parse, row, letters[1] ? letters + 1 : NULL);
		if (take(parse, row, NULL) < 0)
			return -EINVAL;
	}
	return 0;
}

static int parse_all(struct parse *parse)
{
	struct options *options = parse->options;
	bool only_operands = false;

	while (*parse->next) {
		char *word = *parse->next++;
		int r = 0;

		if (only_operands || word[0] != '-' || !word[1]) {
			options->operands[options->operand_count++] = word;
			only_operands |= parse->command->tail;
		} else if (strcmp(word, "--") == 0) {
			only_operands = true;
		} else if (word[1] == '-') {
			r = take_long(parse, word + 2);
		} else {
			r = take_letters(parse, word + 1);
		}
		if (r < 0)
			return r;
	}
	options->operands[options->operand_count] = NULL;
	return 0;
}

int options_parse(const struct command *command, char **argv, struct options *ret_options,
		  char *ret_error, size_t error_capacity)
{
	struct options options = {
		.stack_depth = TRACK_STACK_DEPTH_DEFAULT,
		.cap_bytes = TRACK_CAP_BYTES_DEFAULT,
		.trace_budget_bytes = ROAD_TRACE_BUDGET_DEFAULT,
		.grace_ns = ROAD_GRACE_UNSET,
		.operands = argv,
	};
	struct parse parse = {
		.command = command,
		.options = &options,
		.next = argv,
		.error = ret_error,
		.capacity = error_capacity,
	};
	int r = parse_all(&parse);

	if (r < 0)
		return r;
	*ret_options = options;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The options of all subcommands: one table, one parser. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <symbol/symbolizer.h>

#include "command.h"

enum option_format { FORMAT_TEXT, FORMAT_JSON };
enum option_color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Strings point into argv. */
struct options {
	const char *trace_path;	     /* NULL: rtctrack-CMD-PID.db here */
	const char *report_path;     /* NULL: stderr */
	const char *spool_dir;	     /* NULL: see run_folder_base */
	const char *kind;	     /* NULL: all */
	const char *rule;	     /* NULL: all */
	const char *scope;	     /* NULL: all */
	const char *since;	     /* NULL: all */
	const char *mine;	     /* NULL: as judged */
	struct symbol_search search; /* of files of modules */
	enum option_format format;
	enum option_color color;
	bool gate;
	bool strict;
	bool quiet;
	bool full_stacks;
	bool help;
	bool manual;
	bool dry_run;
	bool redact;
	uint32_t top; /* 0: all */
	uint32_t stack_depth;
	uint32_t run_pid; /* 0: the only one */
	uint64_t cap_bytes;
	uint64_t trace_budget_bytes;
	uint64_t timeout_ns;	/* 0: none */
	uint64_t grace_ns;	/* ROAD_GRACE_UNSET: as the trace has it */
	uint64_t older_than_ns; /* 0: any age */
	const char *completion; /* of which shell; NULL: none */
	char **operands;	/* NULL terminated */
	size_t operand_count;
};

/* How a value is read; expects completes "X is not ..." in errors. */
struct option_type {
	int (*parse)(const char *text, void *field);
	const char *expects;
};

struct option_row {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* NULL: a switch */
	unsigned commands;    /* bits 1 << enum command_id */
	const struct option_type *type;
	size_t offset; /* of the field in struct options */
	bool hidden;
	const char *help;
};

/* The table's rows; ends with a row without a name. */
extern const struct option_row option_table[];

bool option_applies(const struct option_row *row, enum command_id command);

/*
 * Read what follows the subcommand's name (argv is NULL terminated; its
 * operands are moved to its front). 0, or -EINVAL with a sentence in ret_error.
 */
int options_parse(const struct command *command, char **argv, struct options *ret_options,
		  char *ret_error, size_t error_capacity);

#endif

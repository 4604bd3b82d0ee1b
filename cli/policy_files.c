/* SPDX-License-Identifier: Apache-2.0 */
#include "policy_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "sources.h"

typedef int (*adder)(struct policy *policy, const char *path, struct schema_errors *errors);

/* A sort of files. */
struct sort {
	adder add;
	const char *is, *hint;
};

static const struct sort policy_file = {
	.add = policy_add_file,
	.is = "a policy",
	.hint = "give another with --policy FILE; --policy none uses no file",
};
static const struct sort suppressions_file = {
	.add = policy_add_suppressions,
	.is = "a file of suppressions",
	.hint = "give another with --suppressions FILE",
};
static const struct sort baseline_file = {
	.add = policy_set_baseline,
	.is = "a baseline",
	.hint = "'rtctrack baseline write FILE TRACE' makes one",
};

/* A file that is wanted, and the line of the policy that names it; 0: the user does. */
struct wanted {
	const struct sort *sort;
	const char *path;
	unsigned line;
};

static void tell_unread(const struct policy_files *files, const struct wanted *wanted, int error)
{
	if (source_is_recording(wanted->path))
		say(wanted->sort->hint, "'%s' is a recording, not %s", wanted->path,
		    wanted->sort->is);
	else if (wanted->line)
		say(wanted->sort->hint, "cannot read '%s', which %s:%u names: %s", wanted->path,
		    files->path, wanted->line, strerror(-error));
	else
		say(wanted->sort->hint, "cannot read '%s': %s", wanted->path, strerror(-error));
}

/* Each with its file and line, as compilers do. */
static void tell(const char *path, const struct schema_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct schema_error *item = &errors->items[i];

		if (item->line)
			say(NULL, "%s:%u: %s", path, item->line, item->text);
		else
			say(NULL, "%s: %s", path, item->text);
	}
	if (errors->is_short)
		say(NULL, "%s: and more", path);
}

/* The first error of several files stays; all that is wrong with all of them is said. */
static int add(struct policy_files *files, const struct wanted *wanted, int before)
{
	struct schema_errors errors = {.count = 0};
	int r = source_is_recording(wanted->path)
			? -EBADMSG
			: wanted->sort->add(files->policy, wanted->path, &errors);

	schema_errors_sort(&errors);
	if (errors.count)
		tell(wanted->path, &errors);
	else if (r < 0)
		tell_unread(files, wanted, r);
	schema_errors_clear(&errors);
	return before < 0 ? before : r;
}

static int add_policy(struct policy_files *files, const struct options *options)
{
	const char *path = options->policy_path;

	if (path && strcmp(path, POLICY_NONE) == 0)
		return 0;
	files->found = !path && access(POLICY_FILE, F_OK) == 0;
	files->path = files->found ? POLICY_FILE : path;
	if (files->path)
		return add(files, &(struct wanted){&policy_file, files->path, 0}, 0);
	if (!options->quiet && access(POLICY_MISNAMED, F_OK) == 0)
		say("call it " POLICY_FILE ", or give --policy " POLICY_MISNAMED,
		    POLICY_MISNAMED " of this folder is not read");
	return 0;
}

static void take_texts(const struct policy_texts *from, struct option_texts *to)
{
	const size_t most = sizeof(to->items) / sizeof(to->items[0]);

	for (size_t i = 0; i < from->count && to->count < most; i++)
		to->items[to->count++] = from->items[i];
}

/* Too many of them are a mistake that would else stay unseen. */
static int take_list(const struct policy_files *files, const char *key,
		     const struct policy_texts *from, struct option_texts *to)
{
	const size_t most = sizeof(to->items) / sizeof(to->items[0]);

	if (to->count)
		return 0;
	if (from->count > most) {
		say(NULL, "%s: at most %zu %s", files->path, most, key);
		return -E2BIG;
	}
	take_texts(from, to);
	return 0;
}

/* The command line goes first. */
static int complete(const struct policy_files *files, struct options *options)
{
	const struct policy_settings *settings = policy_settings(files->policy);
	int r;

	if (options->grace_ns == ROAD_TIME_UNSET && settings->has_grace)
		options->grace_ns = settings->grace_ns;
	if (options->settle_ns == ROAD_TIME_UNSET && settings->has_settle)
		options->settle_ns = settings->settle_ns;
	if (options->hang_after_ns == ROAD_TIME_UNSET && settings->has_hang_after)
		options->hang_after_ns = settings->hang_after_ns;
	options->strict |= settings->has_strict && settings->strict;
	if (!options->baseline_path)
		options->baseline_path = settings->baseline;
	options->filter.more_mine = settings->mine.items;
	options->filter.more_mine_count = options->filter.mine ? 0 : settings->mine.count;
	r = take_list(files, "packs", &settings->packs, &options->packs);
	return r < 0 ? r
		     : take_list(files, "files of suppressions", &settings->suppressions,
				 &options->suppressions);
}

static bool wants_baseline(const struct policy_files *files, const char *path,
			   enum policy_baseline with)
{
	bool by_policy = path == policy_settings(files->policy)->baseline;

	if (!path || with == POLICY_WITHOUT_BASELINE)
		return false;
	return with == POLICY_WITH_BASELINE || !by_policy || access(path, F_OK) == 0 ||
	       errno != ENOENT;
}

/* 0: the command line names it. */
static unsigned line_of(const struct policy_files *files, size_t index)
{
	const struct policy_texts *named = &policy_settings(files->policy)->suppressions;

	if (index < named->count && named->items[index] == files->suppressions.items[index])
		return named->lines[index];
	return 0;
}

static int add_rest(struct policy_files *files, const struct options *options,
		    enum policy_baseline with)
{
	const struct policy_settings *settings = policy_settings(files->policy);
	bool by_policy = options->baseline_path == settings->baseline;
	int r = 0;

	files->suppressions = options->suppressions;
	for (size_t i = 0; i < files->suppressions.count; i++) {
		struct wanted wanted = {&suppressions_file, files->suppressions.items[i],
					line_of(files, i)};

		r = add(files, &wanted, r);
	}
	if (!wants_baseline(files, options->baseline_path, with))
		return r;
	files->baseline = options->baseline_path;
	return add(files,
		   &(struct wanted){&baseline_file, files->baseline,
				    by_policy ? settings->baseline_line : 0},
		   r);
}

int policy_files_open(struct options *options, enum policy_baseline with,
		      struct policy_files *ret_files)
{
	int r;

	*ret_files = (struct policy_files){0};
	r = policy_create(&ret_files->policy);
	if (r < 0) {
		say(NULL, "no memory for the gate");
		return r;
	}
	r = add_policy(ret_files, options);
	if (r == 0)
		r = complete(ret_files, options);
	return r < 0 ? r : add_rest(ret_files, options, with);
}

int policy_files_set_baseline(struct policy_files *files, const char *path)
{
	files->baseline = path;
	return add(files, &(struct wanted){&baseline_file, path, 0}, 0);
}

void policy_files_finish(struct policy_files *files)
{
	policy_destroy(files->policy);
	*files = (struct policy_files){0};
}

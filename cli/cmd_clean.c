/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "leftovers.h"
#include "options.h"
#include "run_folder.h"
#include "say.h"

struct tally {
	const char *verb;
	size_t counts[LEFTOVER__COUNT];
	uint64_t bytes;
};

static const char *size_text(uint64_t bytes, char ret_text[32])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;

	for (; size >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		size /= 1024;
	snprintf(ret_text, 32, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
	return ret_text;
}

static void tell_failure(const struct leftover *leftover)
{
	if (leftover->error == -ENOTEMPTY || leftover->error == -EEXIST)
		say("look into it, and remove it by hand",
		    "'%s' stays: it holds files that are not rtctrack's", leftover->name);
	else
		say(NULL, "cannot remove '%s': %s", leftover->name, strerror(-leftover->error));
}

static void tell(void *ctx, const struct leftover *leftover)
{
	struct tally *tally = ctx;
	char size[32];

	tally->counts[leftover->state]++;
	tally->bytes += leftover->bytes;
	if (leftover->state == LEFTOVER_DONE)
		printf("%s %s, %s%s%s\n", tally->verb, leftover->name,
		       size_text(leftover->bytes, size), leftover->command[0] ? ": " : "",
		       leftover->command);
	else if (leftover->state == LEFTOVER_FAILED)
		tell_failure(leftover);
}

static void conclude(const struct tally *tally, const char *base, bool dry_run)
{
	size_t done = tally->counts[LEFTOVER_DONE];
	char size[32];

	if (!done)
		printf("nothing to remove in %s", base);
	else if (dry_run)
		printf("%zu would go, and give back %s", done, size_text(tally->bytes, size));
	else
		printf("%zu removed, %s given back", done, size_text(tally->bytes, size));
	if (tally->counts[LEFTOVER_IN_USE])
		printf("; %zu in use", tally->counts[LEFTOVER_IN_USE]);
	if (tally->counts[LEFTOVER_YOUNG])
		printf("; %zu younger than --older-than", tally->counts[LEFTOVER_YOUNG]);
	putchar('\n');
}

int cmd_clean(const struct options *options)
{
	struct tally tally = {.verb = options->dry_run ? "would remove" : "removed"};
	struct leftovers_wish wish = {
		.older_than_ns = options->older_than_ns,
		.dry_run = options->dry_run,
		.tell = tell,
		.ctx = &tally,
	};
	char base[PATH_MAX];
	int r;

	if (options->operand_count) {
		say("name the folder with --spool-dir FOLDER", "clean takes no '%s'",
		    options->operands[0]);
		return EXIT_TOOL;
	}
	r = run_folder_base(options->spool_dir, false, base);
	if (r == 0)
		r = leftovers_remove(base, &wish);
	/* Nothing was ever recorded: as clean as can be. */
	if (r < 0 && !(r == -ENOENT && !options->spool_dir)) {
		say(r == -EPERM ? "it is open to others, or not yours" : NULL,
		    "cannot clean '%s': %s", base, strerror(-r));
		return EXIT_TOOL;
	}
	conclude(&tally, base, options->dry_run);
	if (fflush(stdout) != 0)
		return EXIT_TOOL;
	return tally.counts[LEFTOVER_FAILED] ? EXIT_TOOL : EXIT_CLEAN;
}

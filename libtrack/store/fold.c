/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite, "Write-Ahead Logging": a log is given up where nobody else has the file open, and folded
 * in as far as nobody reads what was there before. What is folded in needs no log, even if it
 * stays.
 */
#include "fold.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "database.h"

/* SQLite waits for nobody who has the file open. */
enum { TRY_MS = 50 };

static int give_up_log(struct trace *trace)
{
	return database_execute(trace, "PRAGMA journal_mode = DELETE");
}

/* Whoever reads the last state hinders nothing but that the log goes. */
static int fold_in(struct trace *trace)
{
	int written = 0, folded = 0;
	int result = sqlite3_wal_checkpoint_v2(trace->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
					       &written, &folded);
	int error = database_result(trace, result);

	return error == -EBUSY && folded == written ? 0 : error;
}

int fold(struct trace *trace, int tries)
{
	struct timespec pause = {.tv_nsec = TRY_MS * 1000000l};
	int error = give_up_log(trace), folded = error;

	/* Into the log where that stays. */
	(void)trace_index(trace);
	(void)sqlite3_busy_timeout(trace->db, 0);
	for (int i = 0; i < tries && error == -EBUSY; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		folded = fold_in(trace);
		error = give_up_log(trace);
	}
	return error == 0 ? 0 : folded;
}

bool trace_has_log(const char *path)
{
	char log[PATH_MAX + sizeof("-wal")];
	struct stat st;

	snprintf(log, sizeof(log), "%s-wal", path);
	return stat(log, &st) == 0 && access(log, W_OK) == 0 && access(path, W_OK) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private folder of one run: run-PID-XXXXXX, mode 0700, below a base folder.
 * It holds the spools, their budget, the marks file, and `info`, on which the live rtctrack
 * holds a lock, so that a run is known to be alive whatever became of its pid.
 */
#ifndef CLI_RUN_FOLDER_H
#define CLI_RUN_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_FOLDER_PREFIX "run-"
#define RUN_FOLDER_INFO "info"
#define RUN_FOLDER_QUESTION "question"
#define RUN_FOLDER_PACKS "packs" /* objects of packs, where one is not as installed */

enum { RUN_PROGRAMS_MAX = 64 }; /* of one run, that are told of */

struct run_folder {
	char path[PATH_MAX];
	int lock_fd; /* of info; -1: none */
};

/* What info says of a live run. */
struct run_info {
	char path[PATH_MAX]; /* of the folder */
	int32_t pid;	     /* of rtctrack */
	int32_t program_pid; /* the first of programs */
	int32_t programs[RUN_PROGRAMS_MAX];
	size_t program_count;
	char trace_path[PATH_MAX]; /* absolute */
	char version[32];	   /* of rtctrack */
	char command[256];	   /* clean UTF-8 */
};

/*
 * The base folder: chosen (NULL: none), else rtctrack in XDG_RUNTIME_DIR if
 * that is ours, else rtctrack-UID in TMPDIR, /tmp or /dev/shm, whichever is on a
 * fit file system. create: make it, mode 0700. ret_path is filled also on
 * failure, for the message. -EPERM: it is a symlink or belongs to somebody
 * else. -EMEDIUMTYPE, with create: its file system is unfit.
 */
int run_folder_base(const char *chosen, bool create, char ret_path[PATH_MAX]);

/* The name of the folder's file system, if no spool may be kept on it; else NULL. */
const char *run_folder_unfit(const char *path);

int run_folder_create(const char *base, struct run_folder *ret_folder);

/*
 * Make the budget that the processes of the run share: so many bytes of records
 * that are not yet read. settle_ns: how long the end of each may be held back, 0: not at all. Call
 * before there is a process, and before the folder is collected.
 */
int run_folder_limit(const struct run_folder *folder, uint64_t cap_bytes, uint64_t settle_ns);

/* The processes learn by it that probes add to their spools. Call before there is one. */
int run_folder_tell_beside(const struct run_folder *folder);

/* Write info and take its lock. Call once the pids of the programs are known. */
int run_folder_announce(struct run_folder *folder, const int32_t *programs, size_t program_count,
			const char *trace_path, const char *command);

/*
 * Somebody wants to know where the threads of the run's processes stand: asks, who looks into the
 * trace once the run answered. 0 or -errno.
 */
int run_folder_ask(const char *folder_path);
bool run_folder_asked(const struct run_folder *folder);
void run_folder_answer(const struct run_folder *folder);
/* It was answered, or the folder is gone. */
bool run_folder_answered(const char *folder_path);

/* Remove the folder with the files in it and in its packs, and give up the lock. */
void run_folder_remove(struct run_folder *folder);

/* Give up the lock, keep the files. */
void run_folder_keep(struct run_folder *folder);

/* -ENOENT: no live run there. */
int run_info_read(const char *folder_path, struct run_info *ret_info);

/* Whether that is rtctrack's pid, or one of its programs. */
bool run_info_has(const struct run_info *info, int32_t pid);

/* Whether its spools are there. pid: as it is where the run goes on. */
bool run_info_records(const struct run_info *info, int32_t pid);

/* The live runs of this user below base; returns how many, at most max stored. */
size_t run_info_list(const char *base, struct run_info *ret_infos, size_t max);

#endif

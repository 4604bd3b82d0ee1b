/* SPDX-License-Identifier: Apache-2.0 */
/* File names without libc's formatting, which may allocate. */
#ifndef SHIM_PATH_H
#define SHIM_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "FOLDER/PID-UNIQUE.SUFFIX"; false if it does not fit. */
bool path_spool(char *ret_path, size_t capacity, const char *folder, uint64_t pid, uint64_t unique,
		const char *suffix);

/* "PREFIX" "NUMBER" "SUFFIX"; false if it does not fit. */
bool path_number(char *ret_path, size_t capacity, const char *prefix, uint64_t number,
		 const char *suffix);

/* "FOLDER/NAME"; false if it does not fit. */
bool path_join(char *ret_path, size_t capacity, const char *folder, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A mark that is written into a run from outside of its program. */
#ifndef CLI_MARK_H
#define CLI_MARK_H

#include <stdint.h>

/* Of the run with that folder, and program, now. text is clean UTF-8, of one line. 0 or -errno. */
int mark_append(const char *folder_path, int32_t program_pid, const char *text);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest static program there is: it opens a socket, closes it, and exits with 0. */
#ifndef CLI_TINY_PROGRAM_H
#define CLI_TINY_PROGRAM_H

/* A descriptor of it in memory, to be executed by its name in /proc; or -errno. */
int tiny_program_open(void);

#endif

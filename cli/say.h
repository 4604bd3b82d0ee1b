/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command itself tells its user on stderr. Only cmd_*.c and main.c call it, and what
 * commands share, whose header says so.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

/*
 * "rtctrack: " sentence, then indented below it what to do about it (hint,
 * NULL: nothing). Control characters are made harmless.
 */
void say(const char *hint, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

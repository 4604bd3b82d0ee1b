/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command itself tells its user on stderr. Only cmd_*.c, main.c and what commands share
 * (recording.c, traces.c) call it.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

/*
 * "rtctrack: " sentence, then indented below it what to do about it (hint,
 * NULL: nothing). Control characters are made harmless.
 */
void say(const char *hint, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

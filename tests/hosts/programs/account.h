/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account that a host program keeps of the UDP sockets it opens and closes.
 * It lies in shared memory, so that forked children add to their parent's.
 * What an exec starts keeps one of its own and prints it too: tests/hosts/run.sh
 * adds up all lines.
 */
#ifndef HOSTS_ACCOUNT_H
#define HOSTS_ACCOUNT_H

#include <stdbool.h>

/* Open a UDP socket on the account. Returns it, or -1 with errno. */
int account_open(void);
/* Close it on the account; the program fails if that fails. */
void account_close(int fd);
/* Add what was opened or closed by other means. */
void account_add(int opened, int closed);
/* Open and close `pairs` sockets; the program fails if that fails. */
void account_pairs(int pairs);
/* Print "opened=N closed=M" by one write(). */
void account_print(void);
/* Fail the program with a sentence unless ok. */
void account_check(bool ok, const char *what);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What this process has at the moment, by the kernel's account; 0 where /proc does not tell. */
#ifndef ACCOUNT_ACCOUNT_H
#define ACCOUNT_ACCOUNT_H

unsigned account_fds(void); /* but the one that it takes to count them */
unsigned account_threads(void);
unsigned long account_rss_kb(void);

#endif

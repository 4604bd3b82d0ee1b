/* SPDX-License-Identifier: Apache-2.0 */
/* The end of writing: what is in the log beside a trace comes into its file. */
#ifndef STORE_FOLD_H
#define STORE_FOLD_H

struct trace;

/* Two seconds. */
#define FOLD_TRIES 40

/*
 * Indexes it, too. Waits for who reads, if told to try so often. 0: the file alone is whole;
 * -EBUSY: what was written last is only in the log, since somebody reads what was there before.
 */
int fold(struct trace *trace, int tries);

#endif

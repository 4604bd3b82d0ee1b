/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses of what is gone, caught by what was used: a packet sent through a carrier that is closed, a
 * callback that starts after its owner's end. Only a defect leads here. Each is counted, and told
 * on standard error.
 */
#ifndef RUN_LATE_H
#define RUN_LATE_H

/* Any thread. what: a sentence, "a packet was sent through a carrier that is closed". */
void late_use(const char *what);
unsigned late_count(void); /* of the process */

#endif

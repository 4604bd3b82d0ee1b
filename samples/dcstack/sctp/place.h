/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places: the addresses (AF_CONN) by which usrsctp knows associations. All functions where
 * stack_enter_alone was called.
 *
 * A place that was given back is used again and never taken from usrsctp: that is work for its
 * iterator thread, which ends at once if usrsctp was ended and started before. What it then leaves
 * undone, or forgets, keeps references to sockets, which are never gone.
 */
#ifndef SCTP_PLACE_H
#define SCTP_PLACE_H

#include <stdint.h>

struct place;

/* One that has rested for long enough that nothing is left of who had it. -ENOMEM. */
int place_take(struct place **ret_place);
void place_give(struct place *place);
uintptr_t place_address(const struct place *place);
/* usrsctp has ended, and forgotten them all. */
void place_forget_all(void);

#endif

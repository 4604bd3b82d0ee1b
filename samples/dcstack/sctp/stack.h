/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usrsctp as a whole: one for the process, started with the first association and ended after the
 * last. It has no thread of its own here; a clock on each executor that has associations drives
 * its timers.
 *
 * usrsctp knows an association by the address of its place, not by a pointer: what it says of one
 * that is gone finds nobody.
 */
#ifndef SCTP_STACK_H
#define SCTP_STACK_H

#include <stdint.h>

struct sctp;
struct clock;
struct place;

/* What an association is for the stack; its first member. */
struct member {
	struct member *next;
	struct clock *clock;
	struct place *place;
	uintptr_t address; /* of place */
	uint64_t number;   /* no other association ever has it */
};

/* On the association's executor. -ENOMEM, -EAGAIN or -EBUSY where the library does not start. */
int stack_add(struct sctp *sctp);
void stack_remove(struct sctp *sctp);

/*
 * Around every call into usrsctp. Packets and messages of different associations go side by side;
 * the timers, and what makes or ends a socket, are alone: usrsctp does not stop a timer that has
 * begun on another thread before it frees what that timer is for. Not from within a callback.
 */
void stack_enter(void);
void stack_enter_alone(void);
void stack_leave(void);

struct socket;
void stack_upcall(struct socket *socket, void *id, int flags);

#endif

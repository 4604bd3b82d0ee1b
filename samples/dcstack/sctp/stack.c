/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"
#include "association.h"
#include "place.h"
#include <errno.h>
#include <pthread.h>
#include <run/library.h>
#include <run/timer.h>
#include <sctp/crc32c.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 10, BUCKETS = 256, PATIENCE_MS = 3000 };

struct clock {
	struct clock *next;
	struct executor *executor;
	struct timer timer;
	unsigned associations;
};

/* usrsctp is one for the process, and so is what guards it. */
static struct {
	pthread_rwlock_t lock;
	bool initialized; /* usrsctp is */
	bool running;	  /* it has a clock, and a token of the library */
	uint64_t ticked_ns;
	uint64_t idle_ns; /* since when it should be ended; 0: it is needed */
	uint64_t last_number;
	unsigned associations;
	struct member *members[BUCKETS];
	struct clock *clocks;
} stack = {.lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP};

void stack_enter(void)
{
	pthread_rwlock_rdlock(&stack.lock);
}

void stack_enter_alone(void)
{
	pthread_rwlock_wrlock(&stack.lock);
}

void stack_leave(void)
{
	pthread_rwlock_unlock(&stack.lock);
}

static struct sctp *stack_find(uintptr_t address)
{
	struct member *member = stack.members[address % BUCKETS];

	while (member && member->address != address)
		member = member->next;
	return (struct sctp *)member;
}

/* A packet on its way to the executor of its association. */
struct parcel {
	struct job job;
	uintptr_t address;
	uint64_t number;
	size_t size;
	uint8_t packet[];
};

static void parcel_run(struct job *job)
{
	struct parcel *parcel = (struct parcel *)job;
	struct sctp *sctp;

	/* Another association at this address may be another executor's, and end meanwhile. */
	stack_enter();
	sctp = stack_find(parcel->address);
	if (sctp && sctp->member.number != parcel->number)
		sctp = NULL;
	stack_leave();
	if (sctp)
		sctp->events.send(sctp->user, parcel->packet, parcel->size);
	free(parcel);
}

static void parcel_post(const struct sctp *sctp, const void *packet, size_t size)
{
	struct parcel *parcel = malloc(sizeof *parcel + size);

	if (!parcel)
		return; /* lost, as packets are */
	*parcel = (struct parcel){.job.run = parcel_run,
				  .address = sctp->member.address,
				  .number = sctp->member.number,
				  .size = size};
	memcpy(parcel->packet, packet, size);
	executor_post(sctp->config.executor, &parcel->job);
}

/* usrsctp leaves the checksum to us. RFC 9260 appendix A: lowest byte first. */
static int stack_output(void *address, void *packet, size_t size, uint8_t tos, uint8_t set_df)
{
	struct sctp *sctp = stack_find((uintptr_t)address);
	struct sctp_common_header *header = packet;

	(void)tos;
	(void)set_df;
	if (!sctp || size < sizeof *header || size > SCTP_PACKET_MAX)
		return 0;
	header->crc32c = htole32(crc32c(0, packet, size));
	if (executor_is_current(sctp->config.executor))
		sctp->events.send(sctp->user, packet, size);
	else
		parcel_post(sctp, packet, size);
	return 0;
}

void stack_upcall(struct socket *socket, void *address, int flags)
{
	struct sctp *sctp = stack_find((uintptr_t)address);

	(void)socket;
	(void)flags;
	if (sctp)
		task_wake(sctp->reader);
}

static void stack_tune(void)
{
	/* clang-format off */
	static const struct {
		int (*set)(uint32_t value);
		uint32_t value;
	} settings[] = {
		{ usrsctp_sysctl_set_sctp_sendspace, 1 << 20 },
		{ usrsctp_sysctl_set_sctp_recvspace, 1 << 20 },
		/* or some hundred packets are all that is ever queued */
		{ usrsctp_sysctl_set_sctp_max_chunks_on_queue, 16 << 10 },
		/* RFC 8831 section 5: neither addresses nor ECN nor authentication within DTLS */
		{ usrsctp_sysctl_set_sctp_ecn_enable, 0 },
		{ usrsctp_sysctl_set_sctp_asconf_enable, 0 },
		{ usrsctp_sysctl_set_sctp_auth_enable, 0 },
		{ usrsctp_sysctl_set_sctp_nrsack_enable, 0 },
		{ usrsctp_sysctl_set_sctp_pktdrop_enable, 0 },
		/* RFC 6928: ten packets to begin with */
		{ usrsctp_sysctl_set_sctp_initial_cwnd, 10 },
		{ usrsctp_sysctl_set_sctp_max_burst_default, 10 },
		/* Far below RFC 9260 section 16, as browsers do: paths are short, and a message
		 * that waits a second was lost to its user. An INIT most of all: usrsctp takes
		 * the time since the first one for a round trip, also where it was repeated. */
		{ usrsctp_sysctl_set_sctp_rto_initial_default, 250 },
		{ usrsctp_sysctl_set_sctp_rto_min_default, 200 },
		{ usrsctp_sysctl_set_sctp_rto_max_default, 3000 },
		{ usrsctp_sysctl_set_sctp_init_rto_max_default, 1000 },
		{ usrsctp_sysctl_set_sctp_delayed_sack_time_default, 20 },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		settings[i].set(settings[i].value);
	usrsctp_enable_crc32c_offload();
}

/* usrsctp holds a token of the library until it is ended: its clock needs an executor. */
static int stack_start(void)
{
	int error;

	if (stack.running)
		return 0;
	error = library_enter();
	if (error)
		return error;
	if (!stack.initialized) {
		usrsctp_init_nothreads(0, stack_output, NULL);
		stack_tune();
	}
	stack.initialized = true;
	stack.ticked_ns = executor_clock_ns();
	stack.running = true;
	return 0;
}

/*
 * usrsctp refuses while a socket is not wholly gone, which takes a moment. Now and then it counts a
 * reference too many and never lets go of one: it then stays as it is, and the library ends
 * without it.
 */
static bool stack_end(void)
{
	uint64_t now_ns = executor_clock_ns();

	if (!stack.idle_ns)
		stack.idle_ns = now_ns;
	if (usrsctp_finish() == 0)
		stack.initialized = false;
	else if (now_ns - stack.idle_ns < TIMER_MS(PATIENCE_MS))
		return false;
	place_forget_all();
	stack.running = false;
	stack.idle_ns = 0;
	return true;
}

/* Lets go of the lock, and of the clock if nobody needs it: the last one must end usrsctp first. */
static void clock_leave(struct clock *clock)
{
	bool last = stack.running && stack.associations == 0;
	bool ended = last && stack_end();
	bool needed = clock->associations > 0 || (last && !ended);

	if (!needed) {
		struct clock **place = &stack.clocks;

		while (*place != clock)
			place = &(*place)->next;
		*place = clock->next;
		timer_cancel(&clock->timer);
		track_scope_destroy(clock);
		free(clock);
	}
	stack_leave();
	if (ended)
		library_leave();
}

/* Whichever clock comes first does it for all. */
static void stack_tick(void)
{
	uint64_t elapsed_ms = (executor_clock_ns() - stack.ticked_ns) / TIMER_MS(1);

	if (!stack.running || elapsed_ms < TICK_MS)
		return;
	stack.ticked_ns += TIMER_MS(elapsed_ms);
	usrsctp_handle_timers((uint32_t)elapsed_ms);
}

static void clock_fire(void *user)
{
	struct clock *clock = user;

	stack_enter_alone();
	stack_tick();
	/* Cannot fail: its place in the heap has just become free. */
	timer_arm(&clock->timer, TIMER_MS(TICK_MS));
	clock_leave(clock);
}

static int clock_create(struct executor *executor, struct clock **ret_clock)
{
	struct clock *clock = calloc(1, sizeof *clock);
	int error;

	if (!clock)
		return -ENOMEM;
	clock->executor = executor;
	track_scope_open(clock, "sctp clock", 0);
	timer_init(&clock->timer, executor, "sctp", clock_fire, clock);
	timer_own(&clock->timer, track_scope(clock));
	error = timer_arm(&clock->timer, TIMER_MS(TICK_MS));
	if (error) {
		track_scope_destroy(clock);
		free(clock);
		return error;
	}
	clock->next = stack.clocks;
	stack.clocks = clock;
	*ret_clock = clock;
	return 0;
}

static int clock_find(struct executor *executor, struct clock **ret_clock)
{
	for (struct clock *clock = stack.clocks; clock; clock = clock->next) {
		if (clock->executor != executor)
			continue;
		*ret_clock = clock;
		return 0;
	}
	return clock_create(executor, ret_clock);
}

int stack_add(struct sctp *sctp)
{
	struct member *member = &sctp->member, **bucket;
	int error;

	stack_enter_alone();
	error = clock_find(sctp->config.executor, &member->clock);
	if (error) {
		stack_leave();
		return error;
	}
	error = stack_start();
	if (!error)
		error = place_take(&member->place);
	if (error) {
		clock_leave(member->clock);
		return error;
	}
	member->address = place_address(member->place);
	member->number = ++stack.last_number;
	bucket = &stack.members[member->address % BUCKETS];
	member->next = *bucket;
	*bucket = member;
	member->clock->associations++;
	stack.associations++;
	stack.idle_ns = 0;
	stack_leave();
	return 0;
}

void stack_remove(struct sctp *sctp)
{
	struct member *member = &sctp->member, **bucket;

	stack_enter_alone();
	bucket = &stack.members[member->address % BUCKETS];
	while (*bucket != member)
		bucket = &(*bucket)->next;
	*bucket = member->next;
	place_give(member->place);
	member->clock->associations--;
	stack.associations--;
	clock_leave(member->clock);
}

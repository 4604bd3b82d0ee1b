/* SPDX-License-Identifier: Apache-2.0 */
/* An executor, what runs on it, and what carriers brought. Each test is a process of its own. */
#include "../entries.inc.c"
#include "../errand.inc.c"

#include <net/carrier.h>
#include <poll.h>
#include <run/library.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define HOLDER "test"

/* Of the sanitizer, where there is one: whether memory was lost. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

enum { WAIT_MS = AWAIT_MS };

static struct executor *executor;
static unsigned fds_before;

static void begin(void)
{
	static const struct library_options options = {.executors = 1, .workers = 2};

	cr_assert_eq(library_start(&options), 0);
	executor = library_executor();
	fds_before = count_fds();
}

static void on_executor(void (*run)(void *user), void *user)
{
	run_on(executor, run, user);
}

/* One side: a carrier, and what arrived there. */
struct side {
	struct carrier *carrier;
	struct address local;
	void (*then)(struct side *side, const struct address *from, const uint8_t *data,
		     size_t size); /* NULL: only counts */
	unsigned count;
	size_t bytes, last_size;
	struct address last_from;
	uint8_t last[65536];
	sem_t arrived;
};

static void on_receive(void *user, struct carrier *carrier, const struct address *from,
		       const uint8_t *data, size_t size)
{
	struct side *side = user;

	cr_assert_eq(carrier, side->carrier);
	side->count++;
	side->bytes += size;
	side->last_size = size;
	side->last_from = *from;
	memcpy(side->last, data, size);
	if (side->then != NULL)
		side->then(side, from, data, size);
	sem_post(&side->arrived);
}

static void echo(struct side *side, const struct address *from, const uint8_t *data, size_t size)
{
	cr_assert_eq(carrier_send(side->carrier, from, data, size), 0);
}

static void release(struct side *side)
{
	struct carrier *carrier = side->carrier;

	side->carrier = NULL;
	carrier_release(carrier, HOLDER);
}

static void release_side(void *user)
{
	release(user);
}

struct opening {
	struct side *side;
	enum carrier_kind kind;
	const char *ip;
	int error;
};

static void open_now(void *user)
{
	struct opening *opening = user;
	struct side *side = opening->side;
	struct address bind;

	cr_assert_eq(address_parse(opening->ip, 0, &bind), 0);
	opening->error = carrier_open(opening->kind, executor, &bind, HOLDER, &side->carrier);
	if (opening->error < 0)
		return;
	side->local = *carrier_local(side->carrier);
	carrier_set_receiver(side->carrier, on_receive, side);
}

static int try_open(struct side *side, enum carrier_kind kind, const char *ip)
{
	struct opening opening = {.side = side, .kind = kind, .ip = ip};

	sem_init(&side->arrived, 0, 0);
	on_executor(open_now, &opening);
	return opening.error;
}

static void open_side(struct side *side, enum carrier_kind kind, const char *ip)
{
	cr_assert_eq(try_open(side, kind, ip), 0);
}

static void close_side(struct side *side)
{
	on_executor(release_side, side);
	sem_destroy(&side->arrived);
}

static void wait_arrival(struct side *side)
{
	cr_assert(await_within(&side->arrived, AWAIT_MS), "nothing arrived");
}

static void wait_arrivals(struct side *side, unsigned count)
{
	while (count-- > 0)
		wait_arrival(side);
}

struct sending {
	struct side *side;
	const struct address *to;
	const void *data;
	size_t size;
	unsigned times;
	int error;
};

static void send_now(void *user)
{
	struct sending *sending = user;

	for (unsigned i = 0; i < sending->times; i++)
		sending->error = carrier_send(sending->side->carrier, sending->to, sending->data,
					      sending->size);
}

/* All within one round of the executor; returns what the last said. */
static int send_times(struct side *side, const struct address *to, const void *data, size_t size,
		      unsigned times)
{
	struct sending sending = {
		.side = side, .to = to, .data = data, .size = size, .times = times};

	on_executor(send_now, &sending);
	return sending.error;
}

static int send_one(struct side *side, const struct address *to, const void *data, size_t size)
{
	return send_times(side, to, data, size, 1);
}

static void pass(void *user)
{
	(void)user;
}

/* Rounds go by, so that what is due to happen on the executor has happened. */
static void pass_rounds(void)
{
	for (int i = 0; i < 3; i++)
		on_executor(pass, NULL);
}

/* What every test has to leave behind: nothing. Called by each, since a failure in what a suite
 * runs afterwards would not count. */
static void end(void)
{
	struct library_counts counts;

	pass_rounds();
	library_count(&counts);
	cr_assert_eq(counts.objects, 0);
	cr_assert_eq(counts.tasks_pending, 0);
	cr_assert_eq(count_fds(), fds_before);
	cr_assert_eq(library_cleanup(WAIT_MS), 0);
	if (__lsan_do_recoverable_leak_check != NULL)
		cr_assert_eq(__lsan_do_recoverable_leak_check(), 0);
}

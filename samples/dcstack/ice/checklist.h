/* SPDX-License-Identifier: Apache-2.0 */
/* The checklist (RFC 8445 section 6.1.2): pairs by priority, their states, and the queue of
 * triggered checks. It sends nothing. */
#ifndef ICE_CHECKLIST_H
#define ICE_CHECKLIST_H

#include <ice/candidate.h>
#include <ice/stun.h>
#include <run/timer.h>

struct agent;

enum { CHECKLIST_PAIRS_MAX = 200, PAIR_PAST_MAX = 16 };

enum pair_state { PAIR_FROZEN, PAIR_WAITING, PAIR_IN_PROGRESS, PAIR_SUCCEEDED, PAIR_FAILED };

/* One request and its retransmissions. sent 0: there is none. */
struct transaction {
	uint8_t id[STUN_TRANSACTION_SIZE];
	unsigned sent;
	bool controlling, use_candidate; /* as the request said */
};

/* What is SUCCEEDED is in the valid list (RFC 8445 section 7.2.5.3.2). */
struct pair {
	struct pair *next;	     /* of no higher priority */
	struct pair *next_triggered; /* if is_triggered */
	struct candidate *local;     /* a base: what checks are sent from */
	struct candidate *remote;
	struct candidate *mapped; /* the local candidate that the peer sees; NULL: no check has
				     succeeded yet */
	uint64_t priority;
	enum pair_state state;
	bool is_triggered;
	bool is_authentic; /* a request of the peer with the right password came on it */
	bool is_nominated; /* the controlling peer said so, maybe before our check succeeded */
	struct transaction check;
	struct transaction past[PAIR_PAST_MAX]; /* those before count if their answers come late; a
						   ring */
	unsigned past_count;
	struct timer retransmission;
	struct agent *agent;
};

/* Of id, that is open; NULL: none. */
const struct transaction *pair_find_transaction(const struct pair *pair,
						const uint8_t id[STUN_TRANSACTION_SIZE]);
/* Another begins. */
void pair_remember_transaction(struct pair *pair);
/* No answer counts any more. */
void pair_forget_transactions(struct pair *pair);

struct checklist {
	struct pair *first;
	unsigned count;
	struct pair *triggered;
	bool controlling;
};

/* Can a check go from local to remote? RFC 8445 section 6.1.2.2, RFC 6544 section 6.2. */
bool pair_is_possible(const struct candidate *local, const struct candidate *remote);

/* Retains both (holder "checklist"). local is a host candidate. -EEXIST if a pair of this base and
 * this remote address is there (RFC 8445 section 6.1.2.4), -ENOSPC if it is full of better ones,
 * -ENOMEM. */
int checklist_add(struct checklist *checklist, struct agent *agent, struct candidate *local,
		  struct candidate *remote, struct pair **ret_pair);
struct pair *checklist_find(const struct checklist *checklist, const struct carrier *carrier,
			    const struct address *remote);
struct pair *checklist_find_transaction(const struct checklist *checklist,
					const uint8_t id[STUN_TRANSACTION_SIZE]);

/* By a role that has changed, or a remote candidate's priority. */
void checklist_sort(struct checklist *checklist, bool controlling);

void checklist_trigger(struct checklist *checklist, struct pair *pair);
/* The next to check, taken from the queue (RFC 8445 section 6.1.4.2); ordinary checks only if
 * asked for. NULL: none. */
struct pair *checklist_next(struct checklist *checklist, bool ordinary);
/* Those that wait for pair's foundation may go on (RFC 8445 section 7.2.5.3.3). */
void checklist_unfreeze(struct checklist *checklist, const struct pair *pair);

struct pair *checklist_best_valid(const struct checklist *checklist);
/* Could one that is better than pair still succeed? */
bool checklist_has_hope_above(const struct checklist *checklist, const struct pair *pair);
unsigned checklist_count_open(const struct checklist *checklist); /* WAITING or IN_PROGRESS */

void checklist_release(struct checklist *checklist); /* all references to candidates */
void checklist_finish(struct checklist *checklist);  /* timers and pairs; releases nothing */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* An agent from within, for the files that make it up. */
#ifndef ICE_PARTS_H
#define ICE_PARTS_H

#include "checklist.h"
#include "consent.h"

#include <ice/agent.h>

enum {
	AGENT_REMOTES_MAX = 100, /* RFC 8445 section 6.1.2.5 leaves the number to us */
	AGENT_LOCALS_MAX = 100,
	AGENT_COMPONENT = 1,
	LOCAL_UFRAG_SIZE = 8,
	LOCAL_PASSWORD_SIZE = 24,
};

struct agent_timing {
	unsigned pace_ms;     /* Ta, RFC 8445 section 14.2 */
	unsigned rto_ms;      /* the first, RFC 8489 section 6.2.1 */
	unsigned keep_ms;     /* between two words to the STUN server, RFC 8445 section 5.1.1.4 */
	unsigned nominate_ms; /* how long a valid pair waits for a better one */
	unsigned fail_ms;     /* from when both sides can check, RFC 8863 section 4 */
	unsigned consent_ms, disconnect_ms, expire_ms; /* RFC 7675 section 5.1 */
	unsigned name_ms;			       /* between two queries for a .local name */
};

struct named;	  /* a remote candidate whose name is being resolved */
struct reflexive; /* a base whose reflexive address is being asked for */

struct agent {
	struct agent_config config; /* strings and carriers are ours */
	struct agent_events events;
	void *user;
	struct agent_timing timing;
	enum agent_state state;
	bool controlling, has_gathering_begun, is_gathered, is_remote_complete;
	uint64_t tie_breaker;
	char local_ufrag[LOCAL_UFRAG_SIZE + 1], local_password[LOCAL_PASSWORD_SIZE + 1];
	char remote_ufrag[AGENT_UFRAG_MAX + 1]; /* empty: not known yet */
	char remote_password[AGENT_PASSWORD_MAX + 1];

	struct candidate *locals[AGENT_LOCALS_MAX];
	struct candidate *remotes[AGENT_REMOTES_MAX];
	unsigned local_count, remote_count;
	struct reflexive *reflexives;
	struct named *names;

	struct checklist checklist;
	struct timer pace, nomination, failure, keep;
	struct pair *nominating; /* controlling: a check with USE-CANDIDATE goes on */
	struct pair *selected;
	/* Of the selected pair, retained (holder "selected pair"): apart from it, since a pair lets
	 * go of its own when the checklist does. */
	struct candidate *selected_local, *selected_remote;
	struct consent consent;

	struct timer tell; /* events are told one by one, each as the last thing we do */
	unsigned told_locals;
	bool told_gathered;
	enum agent_state told_state;
	const struct pair *told_selected;
};

/* Nothing happens any more: failed or closed. */
bool agent_is_over(const struct agent *agent);
void agent_set_state(struct agent *agent, enum agent_state state); /* and tells it */
void agent_wake_teller(struct agent *agent);			   /* there is news */
/* Without memory for the timer the agent fails. */
void agent_arm(struct agent *agent, struct timer *timer, unsigned delay_ms);
/* If both sides can check: not before it is over the agent fails, though all pairs did, for the
 * peer's own checks may still come (RFC 8863 section 4). */
void agent_begin_time(struct agent *agent);
void agent_set_gathered(struct agent *agent);
void agent_set_role(struct agent *agent, bool controlling);
void agent_select(struct agent *agent, struct pair *pair);
void agent_release_selected(struct agent *agent); /* no pair is selected then */
void agent_stop_checks(struct agent *agent);	  /* all timers but the teller's */

/* Takes the reference (holder "agent"), also if it fails. -ENOSPC. */
int agent_add_local(struct agent *agent, struct candidate *candidate);
/* The host candidate that a carrier belongs to. */
struct candidate *agent_find_base(const struct agent *agent, const struct carrier *carrier);
/* Another of the same type, base and transport, if there is one, lends its foundation (RFC 8445
 * section 5.1.1.3). */
void agent_set_foundation(const struct agent *agent, struct candidate *candidate);

/* Pairs with what the other side has so far. */
void agent_pair_local(struct agent *agent, struct candidate *local);
void agent_pair_remote(struct agent *agent, struct candidate *remote);
/* One pair; NULL if it cannot be or is there already. */
struct pair *agent_pair(struct agent *agent, struct candidate *local, struct candidate *remote);

/* Not to be guessed. */
uint64_t random_bits(void);

#endif

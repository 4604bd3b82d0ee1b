/* SPDX-License-Identifier: Apache-2.0 */
#include "checklist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char holder[] = "checklist";

bool pair_is_possible(const struct candidate *local, const struct candidate *remote)
{
	if (address_family(&local->address) != address_family(&remote->address) ||
	    local->component != remote->component)
		return false;
	/* A packet from a loopback address does not leave the host. */
	if (address_is_loopback(&local->address) && !address_is_loopback(&remote->address))
		return false;
	if (local->transport == CANDIDATE_UDP)
		return remote->transport == CANDIDATE_UDP;
	/* A passive one answers only: its pair is made when a peer's stream has come in. */
	return local->transport == CANDIDATE_TCP_ACTIVE &&
	       remote->transport == CANDIDATE_TCP_PASSIVE;
}

static uint64_t pair_priority(const struct pair *pair, bool controlling)
{
	uint32_t local = pair->local->priority, remote = pair->remote->priority;

	return controlling ? candidate_pair_priority(local, remote)
			   : candidate_pair_priority(remote, local);
}

static bool same_foundation(const struct pair *a, const struct pair *b)
{
	return strcmp(a->local->foundation, b->local->foundation) == 0 &&
	       strcmp(a->remote->foundation, b->remote->foundation) == 0;
}

static void insert(struct checklist *checklist, struct pair *pair)
{
	struct pair **place = &checklist->first;

	while (*place && (*place)->priority >= pair->priority)
		place = &(*place)->next;
	pair->next = *place;
	*place = pair;
}

static bool has_foundation_in(const struct checklist *checklist, const struct pair *pair,
			      unsigned states)
{
	for (const struct pair *other = checklist->first; other; other = other->next)
		if (other != pair && (states & 1u << other->state) && same_foundation(other, pair))
			return true;
	return false;
}

/* RFC 8445 section 6.1.2.6, one by one as RFC 8838 section 12 has it: one of each foundation goes
 * ahead, and all go on when it has succeeded. */
static enum pair_state first_state(const struct checklist *checklist, const struct pair *pair)
{
	const unsigned ahead = 1u << PAIR_FROZEN | 1u << PAIR_WAITING | 1u << PAIR_IN_PROGRESS;

	if (has_foundation_in(checklist, pair, 1u << PAIR_SUCCEEDED))
		return PAIR_WAITING;
	return has_foundation_in(checklist, pair, ahead) ? PAIR_FROZEN : PAIR_WAITING;
}

static void pair_release(struct pair *pair)
{
	candidate_release(pair->local, holder);
	candidate_release(pair->remote, holder);
	candidate_release(pair->mapped, holder);
	pair->local = pair->remote = pair->mapped = NULL;
}

static void pair_free(struct pair *pair)
{
	timer_cancel(&pair->retransmission);
	free(pair);
}

/* Of those that nobody has begun with. */
static struct pair **find_worst(struct checklist *checklist)
{
	struct pair **worst = NULL;

	for (struct pair **place = &checklist->first; *place; place = &(*place)->next) {
		const struct pair *pair = *place;
		bool idle = pair->state != PAIR_IN_PROGRESS && pair->state != PAIR_SUCCEEDED;

		if (idle && !pair->is_triggered)
			worst = place;
	}
	return worst;
}

static int make_room(struct checklist *checklist, uint64_t priority)
{
	if (checklist->count < CHECKLIST_PAIRS_MAX)
		return 0;
	struct pair **place = find_worst(checklist);
	if (!place || (*place)->priority >= priority)
		return -ENOSPC;
	struct pair *pair = *place;
	*place = pair->next;
	pair_release(pair);
	pair_free(pair);
	checklist->count--;
	return 0;
}

int checklist_add(struct checklist *checklist, struct agent *agent, struct candidate *local,
		  struct candidate *remote, struct pair **ret_pair)
{
	if (checklist_find(checklist, local->carrier, &remote->address))
		return -EEXIST;
	struct pair *pair = calloc(1, sizeof(*pair));
	if (!pair)
		return -ENOMEM;
	pair->agent = agent;
	pair->local = local;
	pair->remote = remote;
	pair->priority = pair_priority(pair, checklist->controlling);
	int r = make_room(checklist, pair->priority);
	if (r < 0) {
		free(pair);
		return r;
	}
	candidate_retain(local, holder);
	candidate_retain(remote, holder);
	insert(checklist, pair);
	checklist->count++;
	pair->state = first_state(checklist, pair);
	*ret_pair = pair;
	return 0;
}

struct pair *checklist_find(const struct checklist *checklist, const struct carrier *carrier,
			    const struct address *remote)
{
	for (struct pair *pair = checklist->first; pair; pair = pair->next)
		if (pair->local->carrier == carrier &&
		    address_equal(&pair->remote->address, remote))
			return pair;
	return NULL;
}

static bool is_transaction(const struct transaction *transaction, const uint8_t *id)
{
	return transaction->sent > 0 && memcmp(transaction->id, id, STUN_TRANSACTION_SIZE) == 0;
}

const struct transaction *pair_find_transaction(const struct pair *pair,
						const uint8_t id[STUN_TRANSACTION_SIZE])
{
	if (is_transaction(&pair->check, id))
		return &pair->check;
	for (unsigned i = 0; i < PAIR_PAST_MAX; i++)
		if (is_transaction(&pair->past[i], id))
			return &pair->past[i];
	return NULL;
}

/* A peer whose checks come faster than answers go back and forth triggers many of ours. */
void pair_remember_transaction(struct pair *pair)
{
	pair->past[pair->past_count++ % PAIR_PAST_MAX] = pair->check;
}

void pair_forget_transactions(struct pair *pair)
{
	pair->check.sent = 0;
	for (unsigned i = 0; i < PAIR_PAST_MAX; i++)
		pair->past[i].sent = 0;
}

struct pair *checklist_find_transaction(const struct checklist *checklist,
					const uint8_t id[STUN_TRANSACTION_SIZE])
{
	for (struct pair *pair = checklist->first; pair; pair = pair->next)
		if (pair_find_transaction(pair, id))
			return pair;
	return NULL;
}

void checklist_sort(struct checklist *checklist, bool controlling)
{
	struct pair *rest = checklist->first;

	checklist->controlling = controlling;
	checklist->first = NULL;
	while (rest) {
		struct pair *pair = rest;

		rest = pair->next;
		pair->priority = pair_priority(pair, controlling);
		insert(checklist, pair);
	}
}

void checklist_trigger(struct checklist *checklist, struct pair *pair)
{
	struct pair **last = &checklist->triggered;

	if (pair->is_triggered)
		return;
	while (*last)
		last = &(*last)->next_triggered;
	pair->next_triggered = NULL;
	pair->is_triggered = true;
	*last = pair;
}

static struct pair *find_state(const struct checklist *checklist, enum pair_state state)
{
	for (struct pair *pair = checklist->first; pair; pair = pair->next)
		if (pair->state == state)
			return pair;
	return NULL;
}

/* RFC 8445 section 6.1.4.2: its foundation is in nobody's hands. */
static struct pair *find_frozen(const struct checklist *checklist)
{
	const unsigned busy = 1u << PAIR_WAITING | 1u << PAIR_IN_PROGRESS;

	for (struct pair *pair = checklist->first; pair; pair = pair->next)
		if (pair->state == PAIR_FROZEN && !has_foundation_in(checklist, pair, busy))
			return pair;
	return NULL;
}

struct pair *checklist_next(struct checklist *checklist, bool ordinary)
{
	struct pair *pair = checklist->triggered;

	if (pair) {
		checklist->triggered = pair->next_triggered;
		pair->is_triggered = false;
		return pair;
	}
	if (!ordinary)
		return NULL;
	pair = find_state(checklist, PAIR_WAITING);
	return pair ? pair : find_frozen(checklist);
}

void checklist_unfreeze(struct checklist *checklist, const struct pair *pair)
{
	for (struct pair *other = checklist->first; other; other = other->next)
		if (other->state == PAIR_FROZEN && same_foundation(other, pair))
			other->state = PAIR_WAITING;
}

struct pair *checklist_best_valid(const struct checklist *checklist)
{
	return find_state(checklist, PAIR_SUCCEEDED);
}

bool checklist_has_hope_above(const struct checklist *checklist, const struct pair *pair)
{
	for (const struct pair *other = checklist->first; other && other != pair;
	     other = other->next)
		if (other->state != PAIR_FAILED)
			return true;
	return false;
}

unsigned checklist_count_open(const struct checklist *checklist)
{
	unsigned count = 0;

	for (const struct pair *pair = checklist->first; pair; pair = pair->next)
		count += pair->state == PAIR_WAITING || pair->state == PAIR_IN_PROGRESS;
	return count;
}

void checklist_release(struct checklist *checklist)
{
	for (struct pair *pair = checklist->first; pair; pair = pair->next)
		pair_release(pair);
}

void checklist_finish(struct checklist *checklist)
{
	struct pair *pair;

	while ((pair = checklist->first)) {
		checklist->first = pair->next;
		pair_free(pair);
	}
	checklist->triggered = NULL;
	checklist->count = 0;
}

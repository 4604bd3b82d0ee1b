/* SPDX-License-Identifier: Apache-2.0 */
#include <checklist.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <run/library.h>
#include <stdio.h>
#include <string.h>

enum { CANDIDATES_MAX = CHECKLIST_PAIRS_MAX + 8 };

static struct candidate *made[CANDIDATES_MAX];
static unsigned made_count;
static struct checklist list;

/* Only told apart by its address: no pair is ever sent on. */
static struct carrier *carrier_of(unsigned number)
{
	return (struct carrier *)(uintptr_t)(number * 64);
}

static struct candidate *candidate(enum candidate_transport transport, const char *ip,
				   unsigned port, const char *foundation, uint32_t priority)
{
	struct candidate *one;

	cr_assert_eq(candidate_create("test", &one), 0);
	one->transport = transport;
	one->component = 1;
	one->priority = priority;
	snprintf(one->foundation, sizeof(one->foundation), "%s", foundation);
	cr_assert_eq(address_parse(ip, (uint16_t)port, &one->address), 0);
	made[made_count++] = one;
	return one;
}

static struct candidate *local(unsigned number, uint32_t priority)
{
	struct candidate *one = candidate(CANDIDATE_UDP, "127.0.0.1", 1000 + number, "L", priority);

	one->carrier = carrier_of(number);
	snprintf(one->foundation, sizeof(one->foundation), "L%u", number);
	return one;
}

static struct candidate *remote(unsigned port, const char *foundation, uint32_t priority)
{
	return candidate(CANDIDATE_UDP, "127.0.0.1", port, foundation, priority);
}

static struct pair *add(struct candidate *a, struct candidate *b)
{
	struct pair *pair = NULL;

	cr_assert_eq(checklist_add(&list, NULL, a, b, &pair), 0);
	return pair;
}

static void start(void)
{
	cr_assert_eq(library_start(NULL), 0);
	list.controlling = true;
}

static void finish(void)
{
	checklist_release(&list);
	checklist_finish(&list);
	for (unsigned i = 0; i < made_count; i++) {
		made[i]->carrier = NULL;
		candidate_release(made[i], "test");
	}
	cr_expect_eq(library_cleanup(5000), 0, "something is held");
}

TestSuite(checklist, .init = start, .fini = finish);

Test(checklist, pairs_are_ordered_by_priority)
{
	struct candidate *here = local(1, 1000);
	struct pair *low = add(here, remote(1, "a", 10));
	struct pair *high = add(here, remote(2, "b", 30));
	struct pair *middle = add(here, remote(3, "c", 20));

	cr_expect_eq(list.first, high);
	cr_expect_eq(high->next, middle);
	cr_expect_eq(middle->next, low);
	cr_expect_null(low->next);
}

Test(checklist, a_pair_of_the_same_base_and_address_is_redundant)
{
	struct candidate *here = local(1, 1000), *there = remote(1, "a", 10);
	struct pair *pair = add(here, there);
	struct pair *other = NULL;

	cr_expect_eq(checklist_add(&list, NULL, here, remote(1, "b", 99), &other), -EEXIST);
	cr_expect_null(other);
	cr_expect_neq(add(local(2, 1000), there), pair, "another base makes another pair");
	cr_expect_eq(list.count, 2);
	cr_expect_eq(checklist_find(&list, here->carrier, &there->address), pair);
	cr_expect_null(checklist_find(&list, carrier_of(3), &there->address));
}

Test(checklist, a_role_that_changes_changes_the_order)
{
	/* G and D of RFC 8445 section 6.1.2.3 differ in the last bit alone. */
	struct pair *first = add(local(1, 20), remote(1, "a", 10));
	struct pair *second = add(local(2, 10), remote(2, "b", 20));

	cr_expect_eq(list.first, first);
	checklist_sort(&list, false);
	cr_expect_eq(list.first, second);
	cr_expect_eq(second->next, first);
	cr_expect_eq(second->priority, candidate_pair_priority(20, 10));
}

Test(checklist, one_pair_of_a_foundation_goes_ahead)
{
	struct candidate *here = local(1, 1000);
	struct pair *first = add(here, remote(1, "a", 30));
	struct pair *frozen = add(here, remote(2, "a", 20));
	struct pair *other = add(here, remote(3, "b", 10));

	cr_expect_eq(first->state, PAIR_WAITING);
	cr_expect_eq(frozen->state, PAIR_FROZEN);
	cr_expect_eq(other->state, PAIR_WAITING);
	cr_expect_eq(checklist_next(&list, true), first);
	first->state = PAIR_IN_PROGRESS;
	cr_expect_eq(checklist_next(&list, true), other);
	other->state = PAIR_IN_PROGRESS;
	cr_expect_null(checklist_next(&list, true), "its foundation is being checked");
	first->state = PAIR_SUCCEEDED;
	checklist_unfreeze(&list, first);
	cr_expect_eq(frozen->state, PAIR_WAITING);
	cr_expect_eq(add(here, remote(4, "a", 5))->state, PAIR_WAITING);
}

Test(checklist, a_failed_pair_leaves_its_foundation_to_the_next)
{
	struct candidate *here = local(1, 1000);
	struct pair *first = add(here, remote(1, "a", 30));
	struct pair *frozen = add(here, remote(2, "a", 20));

	first->state = PAIR_FAILED;
	cr_expect_eq(checklist_next(&list, true), frozen);
}

Test(checklist, triggered_checks_come_first_and_in_order)
{
	struct candidate *here = local(1, 1000);
	struct pair *best = add(here, remote(1, "a", 30));
	struct pair *second = add(here, remote(2, "b", 20));
	struct pair *third = add(here, remote(3, "c", 10));

	checklist_trigger(&list, third);
	checklist_trigger(&list, second);
	checklist_trigger(&list, third);
	cr_expect_eq(checklist_next(&list, false), third);
	cr_expect_eq(checklist_next(&list, false), second);
	cr_expect_null(checklist_next(&list, false), "no ordinary check was asked for");
	cr_expect_eq(checklist_next(&list, true), best);
}

Test(checklist, it_knows_what_is_valid_and_what_may_become_so)
{
	struct candidate *here = local(1, 1000);
	struct pair *best = add(here, remote(1, "a", 30));
	struct pair *second = add(here, remote(2, "b", 20));
	struct pair *third = add(here, remote(3, "c", 10));

	cr_expect_null(checklist_best_valid(&list));
	third->state = PAIR_SUCCEEDED;
	cr_expect_eq(checklist_best_valid(&list), third);
	second->state = PAIR_SUCCEEDED;
	cr_expect_eq(checklist_best_valid(&list), second);
	cr_expect(checklist_has_hope_above(&list, second));
	best->state = PAIR_FAILED;
	cr_expect_not(checklist_has_hope_above(&list, second));
}

Test(checklist, a_better_pair_takes_the_place_of_the_worst)
{
	struct candidate *here = local(1, 1000);
	struct pair *pair = NULL;

	for (unsigned i = 0; i < CHECKLIST_PAIRS_MAX; i++)
		add(here, remote(1 + i, "a", 100 + i));
	cr_expect_eq(checklist_add(&list, NULL, here, remote(5000, "a", 1), &pair), -ENOSPC);
	add(here, remote(5001, "a", 500));
	cr_expect_eq(list.count, CHECKLIST_PAIRS_MAX);
	cr_expect_eq(list.first->remote->priority, 500u);
	cr_expect_null(checklist_find(&list, here->carrier, &made[1]->address), "the worst");
	cr_expect_not_null(checklist_find(&list, here->carrier, &made[2]->address));
}

Test(checklist, a_pair_at_work_is_not_given_up_for_a_better_one)
{
	struct candidate *here = local(1, 1000);
	struct pair *worst = add(here, remote(1, "a", 1));

	for (unsigned i = 1; i < CHECKLIST_PAIRS_MAX; i++)
		add(here, remote(1 + i, "a", 100 + i));
	worst->state = PAIR_SUCCEEDED;
	add(here, remote(5001, "a", 500));
	cr_expect_eq(checklist_find(&list, here->carrier, &made[1]->address), worst);
}

Test(checklist, a_transaction_finds_its_pair)
{
	struct pair *pair = add(local(1, 1000), remote(1, "a", 30));
	const uint8_t zero[STUN_TRANSACTION_SIZE] = {0}, id[STUN_TRANSACTION_SIZE] = {1, 2, 3};

	cr_expect_null(checklist_find_transaction(&list, zero), "nothing was sent");
	memcpy(pair->check.id, id, sizeof(id));
	pair->check.sent = 1;
	pair_remember_transaction(pair);
	memset(&pair->check, 0, sizeof(pair->check));
	cr_expect_eq(checklist_find_transaction(&list, id), pair);
	pair_forget_transactions(pair);
	cr_expect_null(checklist_find_transaction(&list, id));
}

struct possible_row {
	const char *local, *remote;
	enum candidate_transport local_transport, remote_transport;
	bool is_possible;
};

Test(checklist, pairs_are_made_of_what_can_reach_each_other)
{
	static const struct possible_row rows[] = {
		{"192.0.2.1", "192.0.2.2", CANDIDATE_UDP, CANDIDATE_UDP, true},
		{"192.0.2.1", "2001:db8::1", CANDIDATE_UDP, CANDIDATE_UDP, false},
		{"127.0.0.1", "192.0.2.2", CANDIDATE_UDP, CANDIDATE_UDP, false},
		{"192.0.2.1", "127.0.0.1", CANDIDATE_UDP, CANDIDATE_UDP, true},
		{"192.0.2.1", "192.0.2.2", CANDIDATE_UDP, CANDIDATE_TCP_PASSIVE, false},
		{"192.0.2.1", "192.0.2.2", CANDIDATE_TCP_ACTIVE, CANDIDATE_TCP_PASSIVE, true},
		{"192.0.2.1", "192.0.2.2", CANDIDATE_TCP_ACTIVE, CANDIDATE_TCP_ACTIVE, false},
		{"192.0.2.1", "192.0.2.2", CANDIDATE_TCP_PASSIVE, CANDIDATE_TCP_ACTIVE, false},
		{"192.0.2.1", "192.0.2.2", CANDIDATE_TCP_ACTIVE, CANDIDATE_UDP, false},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct possible_row *row = &rows[i];
		const struct candidate *a = candidate(row->local_transport, row->local, 1, "a", 1);
		const struct candidate *b =
			candidate(row->remote_transport, row->remote, 2, "b", 1);

		cr_expect_eq(pair_is_possible(a, b), row->is_possible, "row %u", i);
	}
}

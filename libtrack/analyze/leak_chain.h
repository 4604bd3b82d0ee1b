/* SPDX-License-Identifier: Apache-2.0 */
/* Why a leak is alive, as evidence: from its head up to what nobody keeps, and what was closed. */
#ifndef ANALYZE_LEAK_CHAIN_H
#define ANALYZE_LEAK_CHAIN_H

#include "leaks.h"

/* Steps from the head to what keeps it, and so on; both ends are in it. */
enum { LEAK_PATH_MAX = 8 };
struct leak_path {
	size_t steps[LEAK_PATH_MAX];
	bool owned[LEAK_PATH_MAX]; /* the step belongs to the next, else it is held by it */
	size_t count;
};

/* To the root; in a circle back to the head, which is not repeated. */
int leak_path_find(const struct leaks *leaks, const struct leak *leak, struct leak_path *ret_path);

/* Who refers to one, or that nobody does. */
int leak_chain_add_holders(struct finding *finding, const struct leaks *leaks, size_t index);

int leak_chain_add(struct finding *finding, const struct leaks *leaks, const struct leak *leak);

/*
 * "5 references never released (checklist 4, selected pair 1)"; "" if none is left, or no more than
 * goes without saying.
 */
enum { LEAK_REFERENCES_BYTES = 256 };
int leak_references(const struct leaks *leaks, size_t survivor, char *ret_text);

/* "a UDP socket", "an IceCandidate": what a person calls it. */
enum { LEAK_NOUN_BYTES = FINDING_NOUN_BYTES + 4 };
void leak_noun(const struct survivor *survivor, char *ret_noun);

#endif

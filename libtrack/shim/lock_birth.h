/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lock it is that lies at an address. It is certain where its beginning was seen: by the call
 * that initialises it, or since it lies in a module's own memory. Of others (std::mutex in
 * allocated memory has no call for its beginning, nor for its end) one address may be one lock
 * after the other.
 */
#ifndef SHIM_LOCK_BIRTH_H
#define SHIM_LOCK_BIRTH_H

#include "shim.h"

/* Of those that lay at this address one after the other; 0: it is not certain. */
uint32_t lock_birth_get(uint64_t lock);
/* The same; 0 also where nobody asked for it yet. */
uint32_t lock_birth_find(uint64_t lock);

/* At this address another lock begins; none is any more. */
void lock_birth_renew(uint64_t lock);
void lock_birth_forget(uint64_t lock);
/* A module came, or went: whatever lay there. */
void lock_birth_forget_between(uint64_t start, uint64_t end);

static inline uint64_t lock_hash(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
	return value ^ value >> 29;
}

#endif

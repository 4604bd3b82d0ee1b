/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the local network for the address of a .local name (RFC 6762; RFC 8828 and
 * draft-ietf-mmusic-mdns-ice-candidates say why browsers give such names). On the executor only. */
#ifndef ICE_MDNS_H
#define ICE_MDNS_H

#include <net/address.h>
#include <run/executor.h>
#include <track/track.h>

struct mdns_query;

struct mdns_config {
	struct executor *executor;
	const char *interface; /* its IP; NULL: the kernel's choice */
	bool no_ipv6;
	struct track_subject owner; /* for who watches: whose the query is */
	unsigned interval_ms;	    /* between two questions */
};

/* Told once, from the executor; port 0. */
typedef void (*mdns_answer_fn)(void *user, const struct address *address);

/* Spawns a task that has a socket of its own, and asks until it is answered or dropped: for ever,
 * where nobody knows the name. -errno of socket. */
int mdns_ask(const struct mdns_config *config, const char *name, mdns_answer_fn answer, void *user,
	     struct mdns_query **ret_query);
/* Before the answer: nobody is told. It goes on. */
void mdns_mute(struct mdns_query *query);
/* Before the answer, or from within it; not later. NULL: nothing. */
void mdns_drop(struct mdns_query *query);

#endif

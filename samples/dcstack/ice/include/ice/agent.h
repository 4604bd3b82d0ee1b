/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ICE agent (RFC 8445, full, one component, regular nomination; trickle: RFC 8838; consent:
 * RFC 7675; TCP: RFC 6544; mDNS names: draft-ietf-mmusic-mdns-ice-candidates). All functions on
 * its executor only. What the agent tells is told from the executor, never from within a call of
 * one of these functions, but for agent_input, which hands data on at once. Who is told may close
 * or destroy the agent.
 */
#ifndef ICE_AGENT_H
#define ICE_AGENT_H

#include "candidate.h"
#include "stun.h"

enum agent_state {
	AGENT_NEW,
	AGENT_CHECKING,
	AGENT_CONNECTED,    /* a pair is selected */
	AGENT_DISCONNECTED, /* no answer to consent checks for 5 s; may come back */
	AGENT_FAILED,	    /* no pair works, or consent expired (30 s) */
	AGENT_CLOSED,
};

enum { AGENT_UFRAG_MAX = 256, AGENT_PASSWORD_MAX = 256 };

struct agent_config {
	struct executor *executor;
	bool controlling;	       /* may change by a role conflict */
	const char *bind_address;      /* this IP only; NULL: of all interfaces */
	uint16_t port_begin, port_end; /* of host candidates, both included; 0: any */
	bool no_ipv6, no_udp, no_tcp;
	bool loopback;		    /* gather loopback addresses even if there are others */
	const char *stun_server;    /* "host", "host:port", "[::1]:port"; port 3478. NULL: none */
	const char *mdns_interface; /* IP of the interface that multicast queries leave on; NULL:
				       the kernel's choice */
	/* A carrier shared with others (a server's port) in place of gathered sockets:
	 * NULL-terminated, or NULL. Who owns it routes packets to agent_input. Those of a transport
	 * that is not wanted are passed over. */
	struct carrier *const *carriers;
};

struct agent_events {
	void (*candidate)(void *user,
			  const struct candidate *candidate); /* a local one was found */
	void (*gathered)(void *user);
	/* CONNECTED again if another pair was selected. */
	void (*state)(void *user, enum agent_state state);
	void (*receive)(void *user, const uint8_t *data, size_t size); /* no STUN: RFC 7983 */
};

struct agent;

int agent_create(const struct agent_config *config, const struct agent_events *events, void *user,
		 struct agent **ret_agent);
/* Closes if need be. After it no event is told. NULL: nothing. */
void agent_destroy(struct agent *agent);

const char *agent_local_ufrag(const struct agent *agent);
const char *agent_local_password(const struct agent *agent);

/* Without looking anything up. -EINVAL: what is wrong, as "the STUN server is not host:port". */
int agent_check_config(const struct agent_config *config, const char **ret_what);

/* Opens sockets, tells host candidates, asks the STUN server, for 3.5 s at most; ends with
 * gathered. -EALREADY; -EINVAL for an address or a server's name that is none; the error of
 * carrier_open if no candidate could be made. */
int agent_gather(struct agent *agent);
/* -EINVAL for lengths that RFC 8839 section 5.4 does not allow. -EALREADY if others are set. */
int agent_set_remote_credentials(struct agent *agent, const char *ufrag, const char *password);
/* Copies what it needs. Before or after the credentials; kept until they are there. A name is
 * resolved first. 0 also for one that is known or that cannot be used here. -ENOSPC above 100. */
int agent_add_remote(struct agent *agent, const struct candidate *candidate);
void agent_remote_complete(struct agent *agent); /* no further remote candidates */
void agent_set_controlling(struct agent *agent, bool controlling); /* before the checks */

/* Over the selected pair, before there is one over the best that is valid. -ENOTCONN without any
 * and after a failure; -EMSGSIZE. */
int agent_send(struct agent *agent, const void *data, size_t size);
/* What came over a shared carrier. */
void agent_input(struct agent *agent, struct carrier *carrier, const struct address *from,
		 const uint8_t *data, size_t size);
/* For who routes: whose answer, and whose packets, are this agent's? */
bool agent_awaits(const struct agent *agent, const uint8_t transaction[STUN_TRANSACTION_SIZE]);
/* Has a request with our password come from there, or has he answered one of ours? */
bool agent_has_heard(const struct agent *agent, const struct carrier *carrier,
		     const struct address *from);
/* He has: so nobody else wrote his address on it. */
bool agent_is_answered(const struct agent *agent, const struct carrier *carrier,
		       const struct address *from);

/* Ends all checks, queries and timers, and lets go of every candidate. Tells AGENT_CLOSED no more.
 */
void agent_close(struct agent *agent);

enum agent_state agent_state(const struct agent *agent);
/* The selected pair; both NULL if there is none. Borrowed. */
void agent_selected(const struct agent *agent, const struct candidate **ret_local,
		    const struct candidate **ret_remote);

#endif

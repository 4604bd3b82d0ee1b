/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One port for many agents: a UDP socket and a TCP listener, which the mux owns, and the way of
 * what arrives there to the agent that it is for. A check says by its username whose it is (RFC
 * 8445 section 7.2.2), an answer by its transaction, and anything else comes from an address that
 * an agent has heard its peer from. What is for nobody is dropped without a word.
 *
 * On the executor only.
 */
#ifndef ICE_MUX_H
#define ICE_MUX_H

#include <net/carrier.h>
#include <stdbool.h>

struct agent;
struct mux;

struct mux_config {
	struct executor *executor;
	const char *bind_address; /* one IP */
	uint16_t port;		  /* 0: any, for UDP another than for TCP */
	bool no_udp, no_tcp;
	unsigned linger_ms; /* as carrier_set_linger */
};

/* -EINVAL for an address that is none, and for neither UDP nor TCP; as carrier_open. */
int mux_create(const struct mux_config *config, struct mux **ret_mux);
/* Closes if need be. No agent is left; not from within what an agent tells. NULL: nothing. */
void mux_destroy(struct mux *mux);
/* Frees the sockets, though agents may still be there: nothing comes any more, and what they send
 * is caught as a late use. To be called when they have had their last word. */
void mux_close(struct mux *mux);

/* For agent_config; they live as long as the mux. */
struct carrier *const *mux_carriers(const struct mux *mux);
uint16_t mux_port(const struct mux *mux, enum carrier_kind kind); /* 0: there is none */

/* From now on the agent, which was given these carriers, gets what is for it. -EEXIST if another
 * has the same ufrag, -ENOMEM. */
int mux_add(struct mux *mux, struct agent *agent);
/* Before the agent is destroyed. The streams of its peer are closed. Not added: nothing. From
 * within what an agent tells, too. */
void mux_remove(struct mux *mux, struct agent *agent);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates (RFC 8445 section 5.1) and their line in SDP (RFC 8839 section 5.1; tcptype: RFC 6544
 * section 4.5). A candidate is an object: the agent, its checklist and its selected pair hold it,
 * and a local one holds its socket. */
#ifndef ICE_CANDIDATE_H
#define ICE_CANDIDATE_H

#include <net/carrier.h>
#include <stddef.h>
#include <stdint.h>

enum candidate_type { CANDIDATE_HOST, CANDIDATE_PRFLX, CANDIDATE_SRFLX, CANDIDATE_RELAY };
enum candidate_transport {
	CANDIDATE_UDP,
	CANDIDATE_TCP_ACTIVE,
	CANDIDATE_TCP_PASSIVE,
	CANDIDATE_TCP_SO
};

enum { CANDIDATE_FOUNDATION_MAX = 32, CANDIDATE_LINE_MAX = 512, CANDIDATE_NAME_MAX = 255 };

struct candidate {
	struct object object;
	enum candidate_type type;
	enum candidate_transport transport;
	unsigned component;
	uint32_t priority;
	char foundation[CANDIDATE_FOUNDATION_MAX + 1];
	struct address address;		   /* size 0 while a name is not resolved */
	struct address related;		   /* size 0: none */
	char name[CANDIDATE_NAME_MAX + 1]; /* of a .local candidate, else empty */
	uint16_t name_port;		   /* the port that was said with name */
	struct carrier *carrier; /* of a local one: its base's; retained (holder "candidate") */
};

/* One reference, held by holder. All else zero. -ENOMEM. */
int candidate_create(const char *holder, struct candidate **ret_candidate);
void candidate_retain(struct candidate *candidate, const char *holder);
void candidate_release(struct candidate *candidate, const char *holder); /* NULL: nothing */
/* Says of candidate what is said of like: every field but object and carrier. */
void candidate_describe(struct candidate *candidate, const struct candidate *like);

/* RFC 8445 section 5.1.2.1, with RFC 6544 section 4.2 for TCP. local_preference: 0 to 65535, or to
 * 8191 for TCP. */
uint32_t candidate_priority(enum candidate_type type, enum candidate_transport transport,
			    unsigned local_preference, unsigned component);
/* RFC 8445 section 6.1.2.3. */
uint64_t candidate_pair_priority(uint32_t controlling, uint32_t controlled);

/* "candidate:..." with or without "a=" before it. Unknown extensions are stepped over.
 * -EINVAL if malformed, -EPROTONOSUPPORT for a transport or type that is not known here, or for a
 * name that does not end with .local. The fields of ret_candidate but object and carrier are
 * written. */
int candidate_parse(const char *line, struct candidate *ret_candidate);
/* "candidate:..." without "a=", of one that has an address or a name. Returns its length, or
 * -EMSGSIZE. */
int candidate_format(const struct candidate *candidate, char *line, size_t size);

#endif

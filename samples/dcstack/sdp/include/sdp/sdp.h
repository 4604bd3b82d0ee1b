/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session descriptions with one m-line, that of a data channel association: read and written
 * as browsers do (RFC 8866, RFC 8839, RFC 8841, RFC 8842, RFC 8122).
 */
#ifndef SDP_SDP_H
#define SDP_SDP_H

#include <ice/candidate.h>
#include <stdbool.h>
#include <stddef.h>

enum sdp_type { SDP_OFFER, SDP_ANSWER };
enum sdp_setup { SDP_ACTPASS, SDP_ACTIVE, SDP_PASSIVE };

enum {
	SDP_MID_MAX = 32,
	SDP_TOKEN_MAX = 256,
	SDP_CANDIDATES_MAX = 100,
	SDP_OTHER_FINGERPRINTS_MAX = 3
};

struct sdp {
	uint64_t session_id;
	char mid[SDP_MID_MAX + 1];
	char ufrag[SDP_TOKEN_MAX + 1];
	char password[SDP_TOKEN_MAX + 1];
	char fingerprint_algorithm[16];
	char fingerprint[256];
	/* By the same hash: the peer shows a certificate of one of them (RFC 8122 section 5). */
	char other_fingerprints[SDP_OTHER_FINGERPRINTS_MAX][256];
	unsigned other_fingerprint_count;
	enum sdp_setup setup;
	uint16_t sctp_port;
	uint64_t max_message_size; /* 0: no limit; absent: 65536 (RFC 8841 section 6) */
	bool bundle; /* the m-line is grouped, as an answer may if its offer did (RFC 9143) */
	bool trickle;
	bool lite; /* it never checks: the other side controls (RFC 8445 section 6.1.1) */
	bool end_of_candidates;
	struct candidate *candidates[SDP_CANDIDATES_MAX]; /* each one reference (holder "sdp") */
	size_t candidate_count;
};

/* -EINVAL if it is not what it should be: *ret_line (may be NULL) is then the number of the line,
 * from 1, or 0 for something that is missing; *ret_what says it in a few words (static). */
int sdp_parse(const char *text, struct sdp *ret_sdp, unsigned *ret_line, const char **ret_what);
/* A new string, to be freed; NULL without memory. */
char *sdp_format(const struct sdp *sdp, enum sdp_type type);
void sdp_finish(struct sdp *sdp); /* releases the candidates */

#endif

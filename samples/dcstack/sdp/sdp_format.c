/* SPDX-License-Identifier: Apache-2.0 */
#include <sdp/sdp.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define END "\r\n"

/* RFC 8829 section 5.2.1: the o-line tells no address, the m-line none before one is chosen. */
static void print_session(FILE *out, const struct sdp *sdp)
{
	fprintf(out, "v=0" END "o=- %" PRIu64 " 2 IN IP4 127.0.0.1" END "s=-" END "t=0 0" END,
		sdp->session_id);
	if (sdp->bundle && *sdp->mid)
		fprintf(out, "a=group:BUNDLE %s" END, sdp->mid);
	fprintf(out, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel" END "c=IN IP4 0.0.0.0" END);
}

static bool print_candidates(FILE *out, const struct sdp *sdp)
{
	char line[CANDIDATE_LINE_MAX];

	for (size_t i = 0; i < sdp->candidate_count; i++) {
		if (candidate_format(sdp->candidates[i], line, sizeof(line)) < 0)
			return false;
		fprintf(out, "a=%s" END, line);
	}
	if (sdp->end_of_candidates)
		fprintf(out, "a=end-of-candidates" END);
	return true;
}

/* RFC 8842 section 5.3: an answer leaves nothing open. */
static const char *setup_word(enum sdp_setup setup, enum sdp_type type)
{
	switch (setup) {
	case SDP_ACTPASS:
		return type == SDP_OFFER ? "actpass" : "active";
	case SDP_ACTIVE:
		return "active";
	case SDP_PASSIVE:
		return "passive";
	}
	return "";
}

static void print_fingerprints(FILE *out, const struct sdp *sdp)
{
	const char *algorithm = sdp->fingerprint_algorithm;

	fprintf(out, "a=fingerprint:%s %s" END, algorithm, sdp->fingerprint);
	for (unsigned i = 0; i < sdp->other_fingerprint_count; i++)
		fprintf(out, "a=fingerprint:%s %s" END, algorithm, sdp->other_fingerprints[i]);
}

static void print_transport(FILE *out, const struct sdp *sdp, enum sdp_type type)
{
	fprintf(out, "a=ice-ufrag:%s" END "a=ice-pwd:%s" END "a=ice-options:ice2%s" END, sdp->ufrag,
		sdp->password, sdp->trickle ? " trickle" : "");
	print_fingerprints(out, sdp);
	fprintf(out, "a=setup:%s" END, setup_word(sdp->setup, type));
	if (*sdp->mid)
		fprintf(out, "a=mid:%s" END, sdp->mid);
	fprintf(out, "a=sctp-port:%u" END "a=max-message-size:%" PRIu64 END, sdp->sctp_port,
		sdp->max_message_size);
}

char *sdp_format(const struct sdp *sdp, enum sdp_type type)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_session(out, sdp);
	bool good = print_candidates(out, sdp);
	print_transport(out, sdp, type);
	good = good && !ferror(out);
	if (fclose(out) == 0 && good)
		return text;
	free(text);
	return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two SRTP sessions, one that protects packets and one that reads them, with a stream that is added
 * and removed. bug: one session is never given back.
 */
#include <arpa/inet.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char key[SRTP_MAX_KEY_LEN] = "an example of a master key";

static srtp_policy_t policy_of(srtp_ssrc_type_t type, unsigned ssrc)
{
	srtp_policy_t policy;

	memset(&policy, 0, sizeof(policy));
	srtp_crypto_policy_set_rtp_default(&policy.rtp);
	srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
	policy.ssrc.type = type;
	policy.ssrc.value = ssrc;
	policy.key = key;
	return policy;
}

static srtp_t make_session(srtp_ssrc_type_t type)
{
	srtp_policy_t policy = policy_of(type, 0);
	srtp_t session;

	if (srtp_create(&session, &policy) != srtp_err_status_ok)
		exit(1);
	return session;
}

static void add_and_remove(srtp_t session)
{
	srtp_policy_t policy = policy_of(ssrc_specific, 0xfeedf00d);

	if (srtp_add_stream(session, &policy) != srtp_err_status_ok ||
	    srtp_remove_stream(session, htonl(0xfeedf00d)) != srtp_err_status_ok)
		exit(1);
	/* one that its session ends */
	policy.ssrc.value = 0xfeedf00e;
	if (srtp_add_stream(session, &policy) != srtp_err_status_ok)
		exit(1);
}

static void send_packet(srtp_t from, srtp_t to, unsigned short sequence)
{
	unsigned char packet[12 + 5 + SRTP_MAX_TRAILER_LEN] = {0x80, 0};
	int size = 12 + 5;

	packet[2] = (unsigned char)(sequence >> 8);
	packet[3] = (unsigned char)sequence;
	packet[11] = 7; /* SSRC */
	memcpy(packet + 12, "track", 5);
	if (srtp_protect(from, packet, &size) != srtp_err_status_ok ||
	    srtp_unprotect(to, packet, &size) != srtp_err_status_ok ||
	    memcmp(packet + 12, "track", 5) != 0)
		exit(1);
}

int main(int argc, char **argv)
{
	srtp_t sender, receiver;

	srtp_init();
	sender = make_session(ssrc_any_outbound);
	receiver = make_session(ssrc_any_inbound);
	add_and_remove(receiver);
	for (unsigned short i = 0; i < 100; i++)
		send_packet(sender, receiver, i);
	srtp_dealloc(sender);
	if (argc > 1 && strcmp(argv[1], "right") == 0)
		srtp_dealloc(receiver);
	srtp_shutdown();
	printf("100 packets\n");
	return 0;
}

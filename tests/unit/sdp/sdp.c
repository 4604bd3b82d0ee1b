/* SPDX-License-Identifier: Apache-2.0 */
#include <sdp/sdp.h>

#include "descriptions.inc.c"

#include <criterion/criterion.h>
#include <errno.h>
#include <run/library.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every test ends without an object alive and without a thread. */
static void finish(void)
{
	cr_expect_eq(library_cleanup(5000), 0);
}

TestSuite(sdp, .fini = finish);

static struct sdp parse(const char *text)
{
	struct sdp sdp;
	unsigned line = 0;
	const char *what = "";

	cr_assert_eq(sdp_parse(text, &sdp, &line, &what), 0, "line %u: %s", line, what);
	return sdp;
}

static void expect_refused(const char *text, unsigned expected_line, const char *expected_what)
{
	struct sdp sdp = {.session_id = 77};
	unsigned line = 99;
	const char *what = "";

	cr_expect_eq(sdp_parse(text, &sdp, &line, &what), -EINVAL, "%s", expected_what);
	cr_expect_eq(line, expected_line, "%s: line %u", expected_what, line);
	cr_expect_str_eq(what, expected_what);
	cr_expect_eq(sdp.session_id, 77);
	cr_expect_eq(sdp_parse(text, &sdp, NULL, NULL), -EINVAL);
}

/* The chromium description with the first place of from replaced; freed by the next call. */
static const char *with(const char *from, const char *to)
{
	static char *text;
	const char *place = strstr(chromium, from);

	cr_assert_not_null(place, "%s", from);
	free(text);
	cr_assert_geq(asprintf(&text, "%.*s%s%s", (int)(place - chromium), chromium, to,
			       place + strlen(from)),
		      0);
	return text;
}

static void expect_same(const struct sdp *a, const struct sdp *b)
{
	cr_expect_eq(a->session_id, b->session_id);
	cr_expect_str_eq(a->mid, b->mid);
	cr_expect_str_eq(a->ufrag, b->ufrag);
	cr_expect_str_eq(a->password, b->password);
	cr_expect_str_eq(a->fingerprint_algorithm, b->fingerprint_algorithm);
	cr_expect_str_eq(a->fingerprint, b->fingerprint);
	cr_expect_eq(a->setup, b->setup);
	cr_expect_eq(a->sctp_port, b->sctp_port);
	cr_expect_eq(a->max_message_size, b->max_message_size);
	cr_expect_eq(a->trickle, b->trickle);
	cr_expect_eq(a->end_of_candidates, b->end_of_candidates);
	cr_assert_eq(a->candidate_count, b->candidate_count);
	for (size_t i = 0; i < a->candidate_count; i++) {
		char one[CANDIDATE_LINE_MAX], other[CANDIDATE_LINE_MAX];
		cr_expect_gt(candidate_format(a->candidates[i], one, sizeof(one)), 0);
		cr_expect_gt(candidate_format(b->candidates[i], other, sizeof(other)), 0);
		cr_expect_str_eq(one, other);
	}
}

Test(sdp, chromium_is_read)
{
	struct sdp sdp = parse(chromium);

	cr_expect_eq(sdp.session_id, 4611731400430051336);
	cr_expect_str_eq(sdp.mid, "0");
	cr_expect_str_eq(sdp.ufrag, "PxQ/");
	cr_expect_str_eq(sdp.password, "uDx0gGjRFVWXTQ1mL0mWrrNK");
	cr_expect_str_eq(sdp.fingerprint_algorithm, "sha-256");
	cr_expect_str_eq(sdp.fingerprint, SHA_256);
	cr_expect_eq(sdp.setup, SDP_ACTPASS);
	cr_expect_eq(sdp.sctp_port, 5000);
	cr_expect_eq(sdp.max_message_size, 262144);
	cr_expect(sdp.trickle);
	cr_expect_not(sdp.end_of_candidates);
	cr_assert_eq(sdp.candidate_count, 3, "one is of a transport that is not known");
	cr_expect_eq(sdp.candidates[0]->name_port, 51472);
	cr_expect_eq(sdp.candidates[1]->type, CANDIDATE_SRFLX);
	cr_expect_eq(sdp.candidates[2]->transport, CANDIDATE_TCP_ACTIVE);
	sdp_finish(&sdp);
	cr_expect_eq(sdp.candidate_count, 0);
}

Test(sdp, firefox_says_some_of_it_before_the_m_line)
{
	struct sdp sdp = parse(firefox);

	cr_expect_eq(sdp.session_id, 8334473583226362123);
	cr_expect_str_eq(sdp.fingerprint, SHA_256);
	cr_expect_str_eq(sdp.ufrag, "1d2c3b4a");
	cr_expect_eq(sdp.setup, SDP_ACTIVE);
	cr_expect_eq(sdp.max_message_size, 1073741823);
	cr_expect(sdp.trickle);
	cr_expect(sdp.end_of_candidates);
	cr_expect_eq(sdp.candidate_count, 2);
	sdp_finish(&sdp);
}

Test(sdp, aiortc_writes_the_form_of_the_drafts)
{
	struct sdp sdp = parse(aiortc);

	cr_expect_eq(sdp.sctp_port, 5001);
	cr_expect_eq(sdp.max_message_size, 65536);
	cr_expect_str_eq(sdp.fingerprint_algorithm, "sha-256", "the one that all speak");
	cr_expect_str_eq(sdp.fingerprint, SHA_256);
	cr_expect_eq(sdp.setup, SDP_PASSIVE);
	cr_expect_not(sdp.trickle);
	cr_expect(sdp.end_of_candidates);
	cr_expect_eq(sdp.candidate_count, 2);
	sdp_finish(&sdp);
}

Test(sdp, libdatachannel_and_werift_are_read)
{
	struct sdp sdp = parse(libdatachannel);

	cr_expect(sdp.trickle, "a comma between the options");
	cr_expect_eq(sdp.max_message_size, 0);
	cr_expect_eq(sdp.candidate_count, 2);
	sdp_finish(&sdp);
	sdp = parse(werift);
	cr_expect_str_eq(sdp.mid, "data");
	cr_expect_eq(sdp.candidate_count, 1);
	sdp_finish(&sdp);
}

Test(sdp, what_is_written_reads_back)
{
	for (size_t i = 0; i < DESCRIPTION_COUNT; i++) {
		struct sdp sdp = parse(descriptions[i].text);
		char *text = sdp_format(&sdp, SDP_OFFER);
		cr_assert_not_null(text);
		struct sdp back = parse(text);
		expect_same(&back, &sdp);
		char *again = sdp_format(&back, SDP_OFFER);
		cr_expect_str_eq(again, text);
		free(again);
		free(text);
		sdp_finish(&back);
		sdp_finish(&sdp);
	}
}

Test(sdp, a_description_is_written_in_full)
{
	struct sdp sdp = {
		.session_id = 18446744073709551615u,
		.mid = "data",
		.ufrag = "abcd",
		.password = "0123456789012345678901",
		.fingerprint_algorithm = "sha-256",
		.fingerprint = SHA_256,
		.sctp_port = 5000,
		.max_message_size = 262144,
		.bundle = true,
		.trickle = true,
		.end_of_candidates = true,
	};

	cr_assert_eq(candidate_create("sdp", &sdp.candidates[0]), 0);
	sdp.candidate_count = 1;
	cr_assert_eq(candidate_parse("candidate:1 1 udp 9 192.0.2.1 5 typ host", sdp.candidates[0]),
		     0);
	char *text = sdp_format(&sdp, SDP_OFFER);
	cr_expect_str_eq(text, "v=0\r\n"
			       "o=- 18446744073709551615 2 IN IP4 127.0.0.1\r\n"
			       "s=-\r\n"
			       "t=0 0\r\n"
			       "a=group:BUNDLE data\r\n"
			       "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
			       "c=IN IP4 0.0.0.0\r\n"
			       "a=candidate:1 1 udp 9 192.0.2.1 5 typ host\r\n"
			       "a=end-of-candidates\r\n"
			       "a=ice-ufrag:abcd\r\n"
			       "a=ice-pwd:0123456789012345678901\r\n"
			       "a=ice-options:ice2 trickle\r\n"
			       "a=fingerprint:sha-256 " SHA_256 "\r\n"
			       "a=setup:actpass\r\n"
			       "a=mid:data\r\n"
			       "a=sctp-port:5000\r\n"
			       "a=max-message-size:262144\r\n");
	free(text);
	sdp_finish(&sdp);
}

static void expect_setup(enum sdp_setup setup, enum sdp_type type, const char *line)
{
	struct sdp sdp = {.setup = setup};
	char *text = sdp_format(&sdp, type);

	cr_assert_not_null(text);
	cr_expect_not_null(strstr(text, line), "%s", line);
	free(text);
}

Test(sdp, an_answer_leaves_no_setup_open)
{
	expect_setup(SDP_ACTPASS, SDP_OFFER, "a=setup:actpass\r\n");
	expect_setup(SDP_ACTPASS, SDP_ANSWER, "a=setup:active\r\n");
	expect_setup(SDP_ACTIVE, SDP_ANSWER, "a=setup:active\r\n");
	expect_setup(SDP_PASSIVE, SDP_OFFER, "a=setup:passive\r\n");
	expect_setup(SDP_PASSIVE, SDP_ANSWER, "a=setup:passive\r\n");
}

Test(sdp, a_bundle_is_read)
{
	struct sdp sdp = parse(chromium);

	cr_expect(sdp.bundle);
	sdp_finish(&sdp);
	sdp = parse(with("a=group:BUNDLE 0", "a=group:LS 0"));
	cr_expect_not(sdp.bundle);
	sdp_finish(&sdp);
}

Test(sdp, without_a_mid_there_is_no_bundle)
{
	struct sdp sdp = {.setup = SDP_ACTIVE, .bundle = true};
	char *text = sdp_format(&sdp, SDP_ANSWER);

	cr_assert_not_null(text);
	cr_expect_null(strstr(text, "a=mid"));
	cr_expect_null(strstr(text, "a=group"));
	cr_expect_null(strstr(text, "trickle"));
	free(text);
}

Test(sdp, what_may_be_absent_has_its_default)
{
	struct sdp sdp =
		parse(with("a=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n", ""));

	cr_expect_str_eq(sdp.mid, "");
	cr_expect_eq(sdp.sctp_port, 5000);
	cr_expect_eq(sdp.max_message_size, 65536);
	sdp_finish(&sdp);
}

Test(sdp, tcp_in_the_m_line_is_the_same)
{
	struct sdp sdp = parse(with("UDP/DTLS/SCTP", "TCP/DTLS/SCTP"));

	sdp_finish(&sdp);
}

#define M_LINE "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
#define REST "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:active\r\n"

Test(sdp, the_media_level_overrides_the_session)
{
	struct sdp sdp = parse("v=0\r\n"
			       "a=ice-ufrag:session\r\n"
			       "a=ice-pwd:sessionsessionsessionse\r\n"
			       "a=setup:passive\r\n"
			       "a=fingerprint:sha-256 " SHA_256 "\r\n" M_LINE REST
			       "a=fingerprint:sha-384 " SHA_384 "\r\n");

	cr_expect_str_eq(sdp.ufrag, "abcd");
	cr_expect_str_eq(sdp.password, "0123456789012345678901");
	cr_expect_eq(sdp.setup, SDP_ACTIVE);
	cr_expect_str_eq(sdp.fingerprint_algorithm, "sha-384");
	cr_expect_str_eq(sdp.fingerprint, SHA_384);
	sdp_finish(&sdp);
}

Test(sdp, all_that_the_session_may_say_is_enough)
{
	struct sdp sdp = parse("v=0\n" REST "a=end-of-candidates\na=ice-options:trickle\n"
			       "a=fingerprint:sha-256 " SHA_256 "\n" M_LINE);

	cr_expect_str_eq(sdp.ufrag, "abcd");
	cr_expect_eq(sdp.setup, SDP_ACTIVE);
	cr_expect(sdp.end_of_candidates);
	cr_expect(sdp.trickle);
	sdp_finish(&sdp);
}

/* RFC 8122 section 5: certificates of which the peer may show any. */
Test(sdp, fingerprints_of_the_same_hash_all_count)
{
	struct sdp sdp = parse("v=0\na=fingerprint:sha-256 " SHA_256 "\n" M_LINE REST
			       "a=fingerprint:sha-384 " SHA_384 "\n"
			       "a=fingerprint:sha-384 " SHA_384 "\n"
			       "a=fingerprint:sha-256 " SHA_256 "\n"
			       "a=fingerprint:sha-384 " SHA_384 "\n"
			       "a=fingerprint:sha-256 " SHA_256 "\n"
			       "a=fingerprint:sha-256 " SHA_256 "\n"
			       "a=fingerprint:sha-256 " SHA_256 "\n"
			       "a=fingerprint:sha-256 " SHA_256 "\n");

	cr_expect_str_eq(sdp.fingerprint_algorithm, "sha-256");
	cr_expect_str_eq(sdp.fingerprint, SHA_256);
	cr_assert_eq(sdp.other_fingerprint_count, SDP_OTHER_FINGERPRINTS_MAX);
	for (unsigned i = 0; i < SDP_OTHER_FINGERPRINTS_MAX; i++)
		cr_expect_str_eq(sdp.other_fingerprints[i], SHA_256);
	char *text = sdp_format(&sdp, SDP_OFFER);
	sdp_finish(&sdp);
	sdp = parse(text);
	cr_expect_eq(sdp.other_fingerprint_count, SDP_OTHER_FINGERPRINTS_MAX);
	sdp_finish(&sdp);
	free(text);
}

Test(sdp, of_several_fingerprints_the_best_known_one_counts)
{
	struct sdp sdp = parse("v=0\n" M_LINE REST "a=fingerprint:sha-256 " SHA_256 "\n"
			       "a=fingerprint:sha-384 " SHA_384 "\n"
			       "a=fingerprint:md5 00:11\n");

	cr_expect_str_eq(sdp.fingerprint, SHA_256);
	sdp_finish(&sdp);
	sdp = parse("v=0\n" M_LINE REST
		    "a=fingerprint:SHA-1 00:11:22:33:44:55:66:77:88:99:aa:BB:CC:DD:EE:FF:00:11:22:"
		    "33\na=fingerprint:sha-384 " SHA_384 "\n");
	cr_expect_str_eq(sdp.fingerprint_algorithm, "sha-384");
	sdp_finish(&sdp);
}

Test(sdp, some_of_the_media_level_means_nothing_before_it)
{
	struct sdp sdp = parse(with("m=application", "a=sctp-port:7\r\n"
						     "a=mid:\r\n"
						     "a=candidate:nonsense\r\n"
						     "a=max-message-size:nonsense\r\n"
						     "m=application"));

	cr_expect_eq(sdp.sctp_port, 5000);
	cr_expect_str_eq(sdp.mid, "0");
	cr_expect_eq(sdp.candidate_count, 3);
	sdp_finish(&sdp);
}

Test(sdp, a_peer_says_that_it_is_lite)
{
	struct sdp sdp = parse(with("m=application", "a=ice-lite\r\nm=application"));

	cr_expect(sdp.lite);
	sdp_finish(&sdp);
	sdp = parse(chromium);
	cr_expect_not(sdp.lite);
	sdp_finish(&sdp);
}

Test(sdp, the_name_of_a_hash_may_be_in_capitals)
{
	struct sdp sdp = parse(with("fingerprint:sha-256", "fingerprint:SHA-256"));

	cr_expect_str_eq(sdp.fingerprint_algorithm, "sha-256");
	sdp_finish(&sdp);
}

Test(sdp, empty_lines_and_spaces_at_the_end_of_lines_do_not_matter)
{
	struct sdp sdp = parse(with("v=0\r\n", "\r\n\nv=0 \t\r\n\r\n"));

	sdp_finish(&sdp);
	sdp = parse(with("max-message-size:262144\r\n", "max-message-size:262144"));
	cr_expect_eq(sdp.max_message_size, 262144);
	sdp_finish(&sdp);
}

Test(sdp, no_more_candidates_are_kept_than_there_is_room)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs(chromium, out);
	for (int i = 0; i < 200; i++)
		fprintf(out, "a=candidate:%d 1 udp 7 192.0.2.1 %d typ host\r\n", i, i + 1);
	cr_assert_eq(fclose(out), 0);
	struct sdp sdp = parse(text);
	cr_expect_eq(sdp.candidate_count, SDP_CANDIDATES_MAX);
	char *written = sdp_format(&sdp, SDP_OFFER);
	cr_expect_not_null(written);
	free(written);
	sdp_finish(&sdp);
	free(text);
}

Test(sdp, other_m_lines_are_refused)
{
	static const char none[] = "m= is not of data channels";

	expect_refused(with("m=application 54609 UDP", "m=audio 54609 UDP"), 8, none);
	expect_refused(with("UDP/DTLS/SCTP webrtc-datachannel", "UDP/TLS/RTP/SAVPF 0"), 8, none);
	expect_refused(with("webrtc-datachannel", "webrtc-datachannels"), 8, none);
	expect_refused(with("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 0"), 8, none);
	expect_refused(with("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 65536"), 8, none);
	expect_refused(with("UDP/DTLS/SCTP webrtc-datachannel", "UDP/DTLS/SCTP 5000"), 8, none);
	expect_refused(with("m=application 54609", "m=application 0"), 8, "the m-line is rejected");
	expect_refused(with("m=application 54609", "m=application 65536"), 8, "malformed m=");
	expect_refused(with(" webrtc-datachannel", ""), 8, "malformed m=");
	expect_refused(with("application 54609 UDP/DTLS/SCTP webrtc-datachannel", ""), 8,
		       "malformed m=");
	expect_refused(with("a=mid:0", "m=audio 9 UDP/TLS/RTP/SAVPF 0"), 19,
		       "more than one m-line");
}

Test(sdp, what_is_missing_is_told)
{
	char only_session[256];

	memcpy(only_session, chromium, sizeof(only_session));
	*strstr(only_session, "m=application") = '\0';
	expect_refused(only_session, 0, "no m-line");
	expect_refused(with("a=ice-ufrag:PxQ/\r\n", ""), 0, "no a=ice-ufrag");
	expect_refused(with("a=ice-pwd:uDx0gGjRFVWXTQ1mL0mWrrNK\r\n", ""), 0, "no a=ice-pwd");
	expect_refused(with("a=setup:actpass\r\n", ""), 0, "no a=setup");
	expect_refused(with("a=fingerprint:sha-256 " SHA_256 "\r\n", ""), 0,
		       "no a=fingerprint of a known hash");
	expect_refused(with("a=fingerprint:sha-256 " SHA_256, "a=fingerprint:md5 00:11"), 0,
		       "no a=fingerprint of a known hash");
	expect_refused("", 0, "no m-line");
}

Test(sdp, what_is_malformed_is_told_with_its_line)
{
	static const struct {
		const char *from, *to;
		unsigned line;
		const char *what;
	} rows[] = {
		{"v=0\r\n", "", 1, "v=0 does not come first"},
		{"v=0\r\n", "v=1\r\n", 1, "v= is not 0"},
		{"s=-", "s", 3, "not a line of a session description"},
		{"s=-", "=s", 3, "not a line of a session description"},
		{"s=-", "S=-", 3, "not a line of a session description"},
		{"o=- 4611731400430051336", "o=- x", 2, "malformed o="},
		{"o=- 4611731400430051336", "o=- 18446744073709551616", 2, "malformed o="},
		{"o=- 4611731400430051336 2 IN IP4 127.0.0.1", "o=-", 2, "malformed o="},
		{" typ srflx", " typ", 11, "malformed a=candidate"},
		{"ice-ufrag:PxQ/", "ice-ufrag:PxQ", 14, "malformed a=ice-ufrag"},
		{"ice-ufrag:PxQ/", "ice-ufrag:PxQ:", 14, "malformed a=ice-ufrag"},
		{"ice-ufrag:PxQ/", "ice-ufrag", 14, "malformed a=ice-ufrag"},
		{"a=ice-pwd:uDx", "a=ice-pwd:", 15, "malformed a=ice-pwd"},
		{"a=ice-pwd:uDx", "a=ice-pwd:uD x", 15, "malformed a=ice-pwd"},
		{"fingerprint:sha-256 ", "fingerprint:sha-256", 17, "malformed a=fingerprint"},
		{"fingerprint:sha-256 7B", "fingerprint:sha-256 7", 17, "malformed a=fingerprint"},
		{"fingerprint:sha-256 7B", "fingerprint:sha-256 7G", 17, "malformed a=fingerprint"},
		{"fingerprint:sha-256 7B:", "fingerprint:sha-256 7B-", 17,
		 "malformed a=fingerprint"},
		{"fingerprint:sha-256 7B:", "fingerprint:sha-256 ", 17, "malformed a=fingerprint"},
		{"fingerprint:sha-256", "fingerprint:sha-512", 17, "malformed a=fingerprint"},
		{"setup:actpass", "setup:holdconn", 18,
		 "a=setup is neither actpass, active nor passive"},
		{"mid:0", "mid:", 19, "a=mid is empty or too long"},
		{"mid:0", "mid:a b", 19, "malformed a=mid"},
		{"mid:0", "mid:123456789012345678901234567890123", 19,
		 "a=mid is empty or too long"},
		{"sctp-port:5000", "sctp-port:0", 20, "a=sctp-port is no port"},
		{"sctp-port:5000", "sctp-port:65536", 20, "a=sctp-port is no port"},
		{"size:262144", "size:-1", 21, "a=max-message-size is no number"},
		{"size:262144", "size:", 21, "a=max-message-size is no number"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_refused(with(rows[i].from, rows[i].to), rows[i].line, rows[i].what);
}

Test(sdp, the_length_of_credentials_is_bounded)
{
	char line[400] = "a=ice-ufrag:";

	memset(line + strlen("a=ice-ufrag:"), 'u', SDP_TOKEN_MAX);
	struct sdp sdp = parse(with("a=ice-ufrag:PxQ/", line));
	cr_expect_eq(strlen(sdp.ufrag), SDP_TOKEN_MAX);
	sdp_finish(&sdp);
	strcat(line, "u");
	expect_refused(with("a=ice-ufrag:PxQ/", line), 14, "malformed a=ice-ufrag");
}

Test(sdp, a_description_cut_anywhere_leaves_nothing_behind)
{
	for (size_t size = 0; size < sizeof(chromium); size++) {
		char *text = strndup(chromium, size);
		struct sdp sdp;
		if (sdp_parse(text, &sdp, NULL, NULL) == 0)
			sdp_finish(&sdp);
		free(text);
		struct library_counts counts;
		library_count(&counts);
		cr_assert_eq(counts.objects, 0);
	}
}

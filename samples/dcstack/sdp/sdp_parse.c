/* SPDX-License-Identifier: Apache-2.0 */
#include <sdp/sdp.h>

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	DEFAULT_SCTP_PORT = 5000,	  /* RFC 8841 section 5.1 */
	DEFAULT_MAX_MESSAGE_SIZE = 65536, /* RFC 8841 section 6.1 */
	UFRAG_MIN = 4,			  /* RFC 8839 section 5.4 */
	PASSWORD_MIN = 22,
};

struct parser {
	struct sdp sdp;
	const char *what;
	const char *line; /* that is read, without its "a=" */
	bool in_media;	  /* after the m-line */
	bool has_version, has_setup;
	/* Of the fingerprint that is kept: at what level it was said and its place in hashes. */
	bool fingerprint_in_media;
	unsigned fingerprint_rank;
};

/* The hashes of RFC 8122 section 5 that are worth something, the best to use first: all speak the
 * first. */
static const struct hash_row {
	const char *name;
	size_t size;
} hashes[] = {{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}, {"sha-224", 28}, {"sha-1", 20}};

enum { HASH_COUNT = sizeof(hashes) / sizeof(hashes[0]) };

static int complain(struct parser *parser, const char *what)
{
	parser->what = what;
	return -EINVAL;
}

/* Decimal digits alone. */
static bool parse_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		unsigned digit = (unsigned)(*text - '0');
		if (number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return true;
}

static bool copy_text(const char *text, char *ret_text, size_t max)
{
	size_t size = strlen(text);

	if (size == 0 || size > max)
		return false;
	memcpy(ret_text, text, size + 1);
	return true;
}

/* ice-char of RFC 8839 section 5.1. */
static bool is_ice_text(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && *text != '+' && *text != '/')
			return false;
	return true;
}

/* "AB:CD:..", of so many bytes. */
static bool is_hex(const char *text, size_t size)
{
	if (strlen(text) != size * 3 - 1)
		return false;
	for (size_t i = 0; i < size * 3 - 1; i++)
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

static int on_ufrag(struct parser *parser, char *value)
{
	if (strlen(value) < UFRAG_MIN || !is_ice_text(value) ||
	    !copy_text(value, parser->sdp.ufrag, SDP_TOKEN_MAX))
		return complain(parser, "malformed a=ice-ufrag");
	return 0;
}

static int on_password(struct parser *parser, char *value)
{
	if (strlen(value) < PASSWORD_MIN || !is_ice_text(value) ||
	    !copy_text(value, parser->sdp.password, SDP_TOKEN_MAX))
		return complain(parser, "malformed a=ice-pwd");
	return 0;
}

/* Some write a comma between the options. */
static int on_options(struct parser *parser, char *value)
{
	char *word;

	while ((word = strsep(&value, " ,")))
		if (strcmp(word, "trickle") == 0)
			parser->sdp.trickle = true;
	return 0;
}

static int on_group(struct parser *parser, char *value)
{
	parser->sdp.bundle |= strncmp(value, "BUNDLE ", strlen("BUNDLE ")) == 0;
	return 0;
}

static int on_lite(struct parser *parser, char *value)
{
	(void)value;
	parser->sdp.lite = true;
	return 0;
}

static void add_other_fingerprint(struct sdp *sdp, const char *text)
{
	if (sdp->other_fingerprint_count < SDP_OTHER_FINGERPRINTS_MAX)
		copy_text(text, sdp->other_fingerprints[sdp->other_fingerprint_count++],
			  sizeof(sdp->other_fingerprints[0]) - 1);
}

/* Of several those of the best hash count, of those at media level if there are any. One of a hash
 * that is not known is none. */
static int on_fingerprint(struct parser *parser, char *value)
{
	const char *algorithm = strsep(&value, " ");
	bool first = !*parser->sdp.fingerprint || parser->in_media != parser->fingerprint_in_media;
	unsigned rank = 0;

	if (!value)
		return complain(parser, "malformed a=fingerprint");
	while (rank < HASH_COUNT && strcasecmp(algorithm, hashes[rank].name) != 0)
		rank++;
	if (rank == HASH_COUNT)
		return 0;
	if (!is_hex(value, hashes[rank].size))
		return complain(parser, "malformed a=fingerprint");
	if (!first && rank >= parser->fingerprint_rank) {
		if (rank == parser->fingerprint_rank)
			add_other_fingerprint(&parser->sdp, value);
		return 0;
	}
	parser->sdp.other_fingerprint_count = 0;
	copy_text(hashes[rank].name, parser->sdp.fingerprint_algorithm,
		  sizeof(parser->sdp.fingerprint_algorithm) - 1);
	copy_text(value, parser->sdp.fingerprint, sizeof(parser->sdp.fingerprint) - 1);
	parser->fingerprint_in_media = parser->in_media;
	parser->fingerprint_rank = rank;
	return 0;
}

static int on_setup(struct parser *parser, char *value)
{
	static const char *const names[] = {
		[SDP_ACTPASS] = "actpass", [SDP_ACTIVE] = "active", [SDP_PASSIVE] = "passive"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]) != 0)
			continue;
		parser->sdp.setup = (enum sdp_setup)i;
		parser->has_setup = true;
		return 0;
	}
	return complain(parser, "a=setup is neither actpass, active nor passive");
}

static int on_mid(struct parser *parser, char *value)
{
	for (const char *c = value; *c; c++)
		if (!isgraph((unsigned char)*c))
			return complain(parser, "malformed a=mid");
	if (!copy_text(value, parser->sdp.mid, SDP_MID_MAX))
		return complain(parser, "a=mid is empty or too long");
	return 0;
}

/* RFC 8841 section 5.1: port 0 says that the association is closed. */
static int on_sctp_port(struct parser *parser, char *value)
{
	uint64_t port;

	if (!parse_number(value, UINT16_MAX, &port) || port == 0)
		return complain(parser, "a=sctp-port is no port");
	parser->sdp.sctp_port = (uint16_t)port;
	return 0;
}

static int on_max_message_size(struct parser *parser, char *value)
{
	if (!parse_number(value, UINT64_MAX, &parser->sdp.max_message_size))
		return complain(parser, "a=max-message-size is no number");
	return 0;
}

/* RFC 8839 section 5.1: one that is not understood is ignored. */
static int on_candidate(struct parser *parser, char *value)
{
	struct sdp *sdp = &parser->sdp;
	struct candidate *candidate = NULL;

	(void)value;
	if (sdp->candidate_count == SDP_CANDIDATES_MAX)
		return 0;
	int r = candidate_create("sdp", &candidate);
	if (r < 0)
		return r;
	r = candidate_parse(parser->line, candidate);
	if (r == 0) {
		sdp->candidates[sdp->candidate_count++] = candidate;
		return 0;
	}
	candidate_release(candidate, "sdp");
	return r == -EPROTONOSUPPORT ? 0 : complain(parser, "malformed a=candidate");
}

static int on_end_of_candidates(struct parser *parser, char *value)
{
	(void)value;
	parser->sdp.end_of_candidates = true;
	return 0;
}

/* The attributes that matter here. What is said at media level overrides what the session said,
 * since the m-line comes later. */
static const struct attribute_row {
	const char *name;
	bool session; /* does it count before the m-line? */
	int (*read)(struct parser *parser, char *value);
} attributes[] = {
	{"ice-ufrag", true, on_ufrag},	    {"ice-pwd", true, on_password},
	{"ice-options", true, on_options},  {"group", true, on_group},
	{"ice-lite", true, on_lite},	    {"fingerprint", true, on_fingerprint},
	{"setup", true, on_setup},	    {"mid", false, on_mid},
	{"sctp-port", false, on_sctp_port}, {"max-message-size", false, on_max_message_size},
	{"candidate", false, on_candidate}, {"end-of-candidates", true, on_end_of_candidates},
};

static int read_attribute(struct parser *parser, char *line)
{
	size_t size = strcspn(line, ":");
	char *value = line + size + (line[size] == ':');

	parser->line = line;
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (strlen(attributes[i].name) != size ||
		    memcmp(line, attributes[i].name, size) != 0)
			continue;
		if (parser->in_media || attributes[i].session)
			return attributes[i].read(parser, value);
	}
	return 0;
}

static int read_origin(struct parser *parser, char *line)
{
	strsep(&line, " ");
	const char *id = strsep(&line, " ");

	if (!id || !parse_number(id, UINT64_MAX, &parser->sdp.session_id))
		return complain(parser, "malformed o=");
	return 0;
}

/* RFC 8841 section 4.2; DTLS/SCTP and a port in place of the format are those of its drafts, and
 * still written. */
static int read_media(struct parser *parser, char *line)
{
	const char *media = strsep(&line, " "), *port_text = strsep(&line, " ");
	const char *protocol = strsep(&line, " "), *format = strsep(&line, " ");
	uint64_t port, sctp_port;

	if (parser->in_media)
		return complain(parser, "more than one m-line");
	parser->in_media = true;
	if (!format || !parse_number(port_text, UINT16_MAX, &port))
		return complain(parser, "malformed m=");
	if (strcmp(media, "application") != 0)
		return complain(parser, "m= is not of data channels");
	if (port == 0)
		return complain(parser, "the m-line is rejected");
	if (strcmp(protocol, "UDP/DTLS/SCTP") == 0 || strcmp(protocol, "TCP/DTLS/SCTP") == 0) {
		if (strcmp(format, "webrtc-datachannel") == 0)
			return 0;
	} else if (strcmp(protocol, "DTLS/SCTP") == 0 &&
		   parse_number(format, UINT16_MAX, &sctp_port) && sctp_port > 0) {
		parser->sdp.sctp_port = (uint16_t)sctp_port;
		return 0;
	}
	return complain(parser, "m= is not of data channels");
}

static int read_version(struct parser *parser, char *line)
{
	parser->has_version = true;
	return strcmp(line, "0") == 0 ? 0 : complain(parser, "v= is not 0");
}

static int read_line(struct parser *parser, char *line)
{
	for (size_t size = strlen(line); size > 0 && isspace((unsigned char)line[size - 1]); size--)
		line[size - 1] = '\0';
	if (!*line)
		return 0;
	if (!islower((unsigned char)line[0]) || line[1] != '=')
		return complain(parser, "not a line of a session description");
	if (!parser->has_version && line[0] != 'v')
		return complain(parser, "v=0 does not come first");
	if (line[0] == 'v')
		return read_version(parser, line + 2);
	if (line[0] == 'o')
		return read_origin(parser, line + 2);
	if (line[0] == 'm')
		return read_media(parser, line + 2);
	if (line[0] == 'a')
		return read_attribute(parser, line + 2);
	return 0;
}

static int check_complete(struct parser *parser)
{
	if (!parser->in_media)
		return complain(parser, "no m-line");
	if (!*parser->sdp.ufrag)
		return complain(parser, "no a=ice-ufrag");
	if (!*parser->sdp.password)
		return complain(parser, "no a=ice-pwd");
	if (!*parser->sdp.fingerprint)
		return complain(parser, "no a=fingerprint of a known hash");
	if (!parser->has_setup)
		return complain(parser, "no a=setup");
	return 0;
}

int sdp_parse(const char *text, struct sdp *ret_sdp, unsigned *ret_line, const char **ret_what)
{
	struct parser parser = {
		.sdp = {.sctp_port = DEFAULT_SCTP_PORT,
			.max_message_size = DEFAULT_MAX_MESSAGE_SIZE},
	};
	char *copy = strdup(text), *rest = copy, *line;
	unsigned number = 0;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&rest, "\n"))) {
		number++;
		r = read_line(&parser, line);
	}
	if (r == 0) {
		number = 0;
		r = check_complete(&parser);
	}
	free(copy);
	if (r == 0) {
		*ret_sdp = parser.sdp;
		return 0;
	}
	sdp_finish(&parser.sdp);
	if (r == -EINVAL && ret_line)
		*ret_line = number;
	if (r == -EINVAL && ret_what)
		*ret_what = parser.what;
	return r;
}

void sdp_finish(struct sdp *sdp)
{
	for (size_t i = 0; i < sdp->candidate_count; i++)
		candidate_release(sdp->candidates[i], "sdp");
	sdp->candidate_count = 0;
}

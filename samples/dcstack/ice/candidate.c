/* SPDX-License-Identifier: Apache-2.0 */
#include <ice/candidate.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX "candidate:"

enum {
	COMPONENT_MAX = 256,
	DIRECTION_SHIFT = 13,
	/* What is read from a line lies between the object and the carrier. */
	FIELDS_BEGIN = offsetof(struct candidate, type),
	FIELDS_END = offsetof(struct candidate, carrier),
};

struct token {
	const char *text;
	size_t size;
};

/* RFC 8445 section 5.1.2.2. Any UDP candidate but a relayed one goes before any TCP candidate
 * (RFC 6544 section 4.2 leaves that choice). */
static const struct type_row {
	const char *name;
	uint8_t udp_preference, tcp_preference;
} types[] = {
	[CANDIDATE_HOST] = {"host", 126, 90},
	[CANDIDATE_PRFLX] = {"prflx", 110, 80},
	[CANDIDATE_SRFLX] = {"srflx", 100, 70},
	[CANDIDATE_RELAY] = {"relay", 0, 0},
};

/* RFC 6544 section 4.2: which direction is likely to work depends on whether there is a NAT. */
static const struct transport_row {
	const char *name, *tcptype;
	uint8_t direction_preference, nat_direction_preference;
} transports[] = {
	[CANDIDATE_UDP] = {.name = "udp"},
	[CANDIDATE_TCP_ACTIVE] = {"tcp", "active", 6, 4},
	[CANDIDATE_TCP_PASSIVE] = {"tcp", "passive", 4, 2},
	[CANDIDATE_TCP_SO] = {"tcp", "so", 2, 6},
};

enum {
	TYPE_COUNT = sizeof(types) / sizeof(types[0]),
	TRANSPORT_COUNT = sizeof(transports) / sizeof(transports[0]),
};

static void destroy(struct object *object)
{
	struct candidate *candidate = (struct candidate *)object;

	carrier_release(candidate->carrier, "candidate");
	free(candidate);
}

static const struct object_class candidate_class = {.name = "candidate", .destroy = destroy};

_Static_assert(offsetof(struct candidate, object) == 0, "an object is the first member");

int candidate_create(const char *holder, struct candidate **ret_candidate)
{
	struct candidate *candidate = calloc(1, sizeof(*candidate));

	if (!candidate)
		return -ENOMEM;
	int r = object_init(&candidate->object, &candidate_class, holder);
	if (r < 0) {
		free(candidate);
		return r;
	}
	*ret_candidate = candidate;
	return 0;
}

void candidate_retain(struct candidate *candidate, const char *holder)
{
	object_retain(&candidate->object, holder);
}

void candidate_release(struct candidate *candidate, const char *holder)
{
	if (candidate)
		object_release(&candidate->object, holder);
}

void candidate_describe(struct candidate *candidate, const struct candidate *like)
{
	/* Not the object: its neighbours in the registry come and go on other threads. */
	memcpy((char *)candidate + FIELDS_BEGIN, (const char *)like + FIELDS_BEGIN,
	       FIELDS_END - FIELDS_BEGIN);
}

uint32_t candidate_priority(enum candidate_type type, enum candidate_transport transport,
			    unsigned local_preference, unsigned component)
{
	const struct transport_row *row = &transports[transport];
	bool is_nat = type == CANDIDATE_PRFLX || type == CANDIDATE_SRFLX;
	uint32_t preference = types[type].udp_preference;

	if (transport != CANDIDATE_UDP) {
		preference = types[type].tcp_preference;
		local_preference +=
			(is_nat ? row->nat_direction_preference : row->direction_preference)
			<< DIRECTION_SHIFT;
	}
	return preference << 24 | local_preference << 8 | (256 - component);
}

uint64_t candidate_pair_priority(uint32_t controlling, uint32_t controlled)
{
	uint64_t low = controlling < controlled ? controlling : controlled;
	uint64_t high = controlling < controlled ? controlled : controlling;

	return (low << 32) + 2 * high + (controlling > controlled);
}

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word of *text; size 0 at its end. */
static struct token next_token(const char **text)
{
	struct token token;

	while (is_separator(**text))
		(*text)++;
	token.text = *text;
	while (**text && !is_separator(**text))
		(*text)++;
	token.size = (size_t)(*text - token.text);
	return token;
}

static bool token_is(struct token token, const char *word)
{
	return token.size == strlen(word) && strncasecmp(token.text, word, token.size) == 0;
}

static int copy_token(struct token token, char *ret_text, size_t size)
{
	if (token.size == 0 || token.size >= size)
		return -EINVAL;
	memcpy(ret_text, token.text, token.size);
	ret_text[token.size] = '\0';
	return 0;
}

/* Decimal digits alone. */
static int parse_number(struct token token, uint32_t min, uint32_t max, uint32_t *ret_number)
{
	uint64_t number = 0;

	if (token.size == 0 || token.size > 10)
		return -EINVAL;
	for (size_t i = 0; i < token.size; i++) {
		if (token.text[i] < '0' || token.text[i] > '9')
			return -EINVAL;
		number = number * 10 + (uint64_t)(token.text[i] - '0');
	}
	if (number < min || number > max)
		return -EINVAL;
	*ret_number = (uint32_t)number;
	return 0;
}

/* What is said here is written again by candidate_format, and must not end a line or a word. */
static bool is_printable(struct token token)
{
	for (size_t i = 0; i < token.size; i++)
		if (token.text[i] <= ' ' || token.text[i] > '~')
			return false;
	return true;
}

static int parse_foundation(struct token token, struct candidate *candidate)
{
	if (!is_printable(token))
		return -EINVAL;
	return copy_token(token, candidate->foundation, sizeof(candidate->foundation));
}

static bool is_host_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";

	return name[strspn(name, letters)] == '\0';
}

/* One label and "local" (draft-ietf-mmusic-mdns-ice-candidates section 3.2.1). */
static bool is_local_name(const char *name)
{
	static const char domain[] = ".local";
	size_t size = strlen(name), tail = sizeof(domain) - 1;

	return size > tail && strchr(name, '.') == name + size - tail &&
	       strcasecmp(name + size - tail, domain) == 0;
}

/* A name other than .local ones is legal, but nobody writes it and to look it up would tell a
 * stranger (RFC 8839 section 5.1 allows to ignore it). */
static int parse_address(struct token ip, struct token port, struct candidate *candidate)
{
	char name[CANDIDATE_NAME_MAX + 1];
	uint32_t number;

	if (copy_token(ip, name, sizeof(name)) < 0 || parse_number(port, 0, 65535, &number) < 0)
		return -EINVAL;
	if (address_parse(name, (uint16_t)number, &candidate->address) == 0)
		return 0;
	if (!is_host_name(name))
		return -EINVAL;
	if (!is_local_name(name))
		return -EPROTONOSUPPORT;
	memcpy(candidate->name, name, sizeof(name));
	candidate->name_port = (uint16_t)number;
	return 0;
}

/* Who does not want to tell his address writes 0.0.0.0 or :: here (RFC 8839 section 5.1), and some
 * write a name: no address either way. */
static int parse_related(struct token ip, struct token port, struct candidate *candidate)
{
	char text[CANDIDATE_NAME_MAX + 1];
	struct address address;
	uint32_t number;

	if (copy_token(ip, text, sizeof(text)) < 0 || parse_number(port, 0, 65535, &number) < 0)
		return -EINVAL;
	if (address_parse(text, (uint16_t)number, &address) == 0 &&
	    !address_is_unspecified(&address))
		candidate->related = address;
	return 0;
}

static int parse_type(struct token word, struct token type, struct candidate *candidate)
{
	if (!token_is(word, "typ") || type.size == 0)
		return -EINVAL;
	for (unsigned i = 0; i < TYPE_COUNT; i++) {
		if (!token_is(type, types[i].name))
			continue;
		candidate->type = (enum candidate_type)i;
		return 0;
	}
	return -EPROTONOSUPPORT;
}

static int parse_transport(struct token transport, struct token tcptype,
			   struct candidate *candidate)
{
	if (token_is(transport, "udp")) {
		candidate->transport = CANDIDATE_UDP;
		return 0;
	}
	if (!token_is(transport, "tcp"))
		return -EPROTONOSUPPORT;
	for (unsigned i = CANDIDATE_TCP_ACTIVE; i < TRANSPORT_COUNT; i++) {
		if (!token_is(tcptype, transports[i].tcptype))
			continue;
		candidate->transport = (enum candidate_transport)i;
		return 0;
	}
	return -EINVAL;
}

/* What follows the type: pairs of a name and a value. *ret_tcptype is empty if there is none. */
static int parse_extensions(const char *text, struct candidate *candidate,
			    struct token *ret_tcptype)
{
	struct token name, value, raddr = {.size = 0}, rport = {.size = 0}, tcptype = {.size = 0};

	while ((name = next_token(&text)).size > 0) {
		value = next_token(&text);
		if (value.size == 0)
			return -EINVAL;
		if (token_is(name, "raddr"))
			raddr = value;
		else if (token_is(name, "rport"))
			rport = value;
		else if (token_is(name, "tcptype"))
			tcptype = value;
	}
	*ret_tcptype = tcptype;
	return raddr.size > 0 && rport.size > 0 ? parse_related(raddr, rport, candidate) : 0;
}

static int parse_fields(const char *text, struct candidate *candidate)
{
	enum { FOUNDATION, COMPONENT, TRANSPORT, PRIORITY, ADDRESS, PORT, TYP, TYPE, FIELDS };
	struct token fields[FIELDS], tcptype;
	uint32_t component;
	int r;

	if (is_separator(*text))
		return -EINVAL;
	for (unsigned i = 0; i < FIELDS; i++)
		fields[i] = next_token(&text);
	if (parse_foundation(fields[FOUNDATION], candidate) < 0 ||
	    parse_number(fields[COMPONENT], 1, COMPONENT_MAX, &component) < 0 ||
	    parse_number(fields[PRIORITY], 1, INT32_MAX, &candidate->priority) < 0)
		return -EINVAL;
	candidate->component = component;
	if ((r = parse_extensions(text, candidate, &tcptype)) < 0 ||
	    (r = parse_type(fields[TYP], fields[TYPE], candidate)) < 0 ||
	    (r = parse_transport(fields[TRANSPORT], tcptype, candidate)) < 0)
		return r;
	return parse_address(fields[ADDRESS], fields[PORT], candidate);
}

int candidate_parse(const char *line, struct candidate *ret_candidate)
{
	struct candidate candidate = {.component = 0};

	if (strncmp(line, "a=", 2) == 0)
		line += 2;
	if (strncmp(line, PREFIX, strlen(PREFIX)) != 0)
		return -EINVAL;
	int r = parse_fields(line + strlen(PREFIX), &candidate);
	if (r < 0)
		return r;
	candidate_describe(ret_candidate, &candidate);
	return 0;
}

/* RFC 8839 section 5.1: all types but host have a related address, if only one that says nothing.
 */
static void format_related(const struct candidate *candidate, char *ret_text, size_t size)
{
	char ip[ADDRESS_TEXT_SIZE];

	ret_text[0] = '\0';
	if (candidate->related.size > 0) {
		address_format(&candidate->related, ip);
		snprintf(ret_text, size, " raddr %s rport %u", ip,
			 address_port(&candidate->related));
	} else if (candidate->type != CANDIDATE_HOST) {
		bool is_ipv6 = candidate->address.size > 0 &&
			       address_family(&candidate->address) == AF_INET6;
		snprintf(ret_text, size, " raddr %s rport 9", is_ipv6 ? "::" : "0.0.0.0");
	}
}

int candidate_format(const struct candidate *candidate, char *line, size_t size)
{
	const struct transport_row *transport = &transports[candidate->transport];
	const char *tcptype = transport->tcptype;
	char ip[ADDRESS_TEXT_SIZE], related[ADDRESS_TEXT_SIZE + 32];
	const char *where = candidate->name;
	unsigned port = candidate->name_port;

	if (!*where) {
		address_format(&candidate->address, ip);
		where = ip;
		port = address_port(&candidate->address);
	}
	format_related(candidate, related, sizeof(related));
	int length = snprintf(line, size, PREFIX "%s %u %s %u %s %u typ %s%s%s%s",
			      candidate->foundation, candidate->component, transport->name,
			      candidate->priority, where, port, types[candidate->type].name,
			      related, tcptype ? " tcptype " : "", tcptype ? tcptype : "");
	return length < 0 || (size_t)length >= size ? -EMSGSIZE : length;
}

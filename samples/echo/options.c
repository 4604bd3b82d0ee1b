/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#define AT(field) offsetof(struct options, field)
/* clang-format off */
static const struct argument table[] = {
	{"--port", "P", ARGUMENT_NUMBER, AT(port), 0, 65535, "of HTTP; 0 (default): one that is free"},
	{"--address", "IP", ARGUMENT_TEXT, AT(address), 0, 0, "of HTTP (default 127.0.0.1)"},
	{"--connections", "N", ARGUMENT_NUMBER, AT(connections), 1, 10000, "at most at one time (default 64)"},
	{"--bind", "IP", ARGUMENT_TEXT, AT(bind), 0, 0, "gather candidates on this address only"},
	{"--loopback", NULL, ARGUMENT_FLAG, AT(loopback), 0, 0, "also on loopback interfaces where there are others"},
	{"--udp-only", NULL, ARGUMENT_FLAG, AT(udp_only), 0, 0, "no TCP candidates"},
	{"--tcp-only", NULL, ARGUMENT_FLAG, AT(tcp_only), 0, 0, "no UDP candidates"},
	{"--no-ipv6", NULL, ARGUMENT_FLAG, AT(no_ipv6), 0, 0, "no IPv6 candidates"},
	{"--stun", "HOST:PORT", ARGUMENT_TEXT, AT(stun), 0, 0, "a STUN server (port 3478 if none is given)"},
	{"--mdns-interface", "IP", ARGUMENT_TEXT, AT(mdns_interface), 0, 0, "ask for .local names on the interface with this address"},
	{"--max-message", "BYTES", ARGUMENT_NUMBER, AT(max_message), 1, 1 << 30, "that we accept (default 262144)"},
	{"--help", NULL, ARGUMENT_FLAG, AT(help), 0, 0, "print this"},
};
/* clang-format on */
enum { COUNT = sizeof(table) / sizeof(*table) };

static bool is_ip(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* What would fail each connection, as far as it can be known now. */
static int check(const struct options *options, char ret_what[ARGUMENTS_WHAT_SIZE])
{
	const struct dc_config config = options_config(options);
	const char *what;

	if (options->tcp_only && options->udp_only)
		what = "--tcp-only and --udp-only leave nothing";
	else if (!is_ip(options->address))
		what = "--address is not an IP address";
	else if (!dc_config_check(&config, &what))
		return 0;
	snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "%s", what);
	return -EINVAL;
}

struct dc_config options_config(const struct options *options)
{
	return (struct dc_config){
		.bind_address = options->bind,
		.stun_server = options->stun,
		.mdns_interface = options->mdns_interface,
		.no_ipv6 = options->no_ipv6,
		.no_udp = options->tcp_only,
		.no_tcp = options->udp_only,
		.loopback = options->loopback,
		.max_message_size = options->max_message,
	};
}

int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_what[ARGUMENTS_WHAT_SIZE])
{
	struct options options = {.address = "127.0.0.1", .connections = 64, .max_message = 262144};
	int error = arguments_parse(table, COUNT, argc, argv, &options, ret_what);
	if (!error)
		error = check(&options, ret_what);
	if (error)
		return error;
	*ret_options = options;
	return 0;
}

void options_print(void)
{
	puts("usage: dc-echo [OPTION...]\n\n"
	     "Sends back every message of every data channel. Its first line is the address of a\n"
	     "page for a browser; samples/echo/README.md has the HTTP requests. Ends on SIGINT or\n"
	     "SIGTERM.\n\n"
	     "A description comes with all our candidates: where a STUN server does not answer, "
	     "3.5 s\n"
	     "late. Exit 0 after a signal; 1: it could not start, or something of the library was "
	     "alive\n"
	     "at the end; 2: a wrong option.\n");
	arguments_print(table, COUNT);
}

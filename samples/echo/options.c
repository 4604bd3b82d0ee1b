/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

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
	{"--stun", "HOST:PORT", ARGUMENT_TEXT, AT(stun), 0, 0, "a STUN server"},
	{"--mdns-interface", "IP", ARGUMENT_TEXT, AT(mdns_interface), 0, 0, "ask for .local names on the interface with this address"},
	{"--max-message", "BYTES", ARGUMENT_NUMBER, AT(max_message), 1, 1 << 30, "that we accept (default 262144)"},
	{"--help", NULL, ARGUMENT_FLAG, AT(help), 0, 0, "print this"},
};
/* clang-format on */
enum { COUNT = sizeof(table) / sizeof(*table) };

int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_what[ARGUMENTS_WHAT_SIZE])
{
	struct options options = {.address = "127.0.0.1", .connections = 64, .max_message = 262144};
	int error = arguments_parse(table, COUNT, argc, argv, &options, ret_what);
	if (error)
		return error;
	if (options.tcp_only && options.udp_only) {
		snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "--tcp-only and --udp-only leave nothing");
		return -EINVAL;
	}
	*ret_options = options;
	return 0;
}

void options_print(void)
{
	puts("usage: dc-echo [OPTION...]\n\n"
	     "Sends back every message of every data channel. Its first line is the address of a\n"
	     "page for a browser; samples/echo/README.md has the HTTP requests. Ends on SIGINT or\n"
	     "SIGTERM.\n");
	arguments_print(table, COUNT);
}

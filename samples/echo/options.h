/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of dc-echo. */
#ifndef ECHO_OPTIONS_H
#define ECHO_OPTIONS_H

#include <arguments/arguments.h>
#include <dcstack/dcstack.h>
#include <stdbool.h>

struct options {
	const char *address; /* of the HTTP server */
	unsigned long port;
	unsigned long connections; /* at most, at one time */
	unsigned long max_message;
	const char *bind, *stun, *mdns_interface;
	bool tcp_only, udp_only, no_ipv6, loopback, help;
};

/* Strings are borrowed from argv. -EINVAL: ret_what says why, in a sentence. */
int options_parse(int argc, char **argv, struct options *ret_options,
		  char ret_what[ARGUMENTS_WHAT_SIZE]);
/* Of each connection; strings are borrowed. */
struct dc_config options_config(const struct options *options);
void options_print(void);

#endif

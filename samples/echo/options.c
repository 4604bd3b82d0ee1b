/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER };

struct option_row {
	const char *name, *value;
	enum option_kind kind;
	size_t offset; /* in struct options */
	unsigned long max;
	const char *help;
};

#define AT(field) offsetof(struct options, field)
/* clang-format off */
static const struct option_row rows[] = {
	{"--port", "P", OPTION_NUMBER, AT(port), 65535, "of HTTP; 0 (default): one that is free"},
	{"--address", "IP", OPTION_TEXT, AT(address), 0, "of HTTP (default 127.0.0.1)"},
	{"--connections", "N", OPTION_NUMBER, AT(connections), 10000, "at most at one time (default 64)"},
	{"--bind", "IP", OPTION_TEXT, AT(bind), 0, "gather candidates on this address only"},
	{"--loopback", NULL, OPTION_FLAG, AT(loopback), 0, "also on loopback interfaces where there are others"},
	{"--udp-only", NULL, OPTION_FLAG, AT(udp_only), 0, "no TCP candidates"},
	{"--tcp-only", NULL, OPTION_FLAG, AT(tcp_only), 0, "no UDP candidates"},
	{"--no-ipv6", NULL, OPTION_FLAG, AT(no_ipv6), 0, "no IPv6 candidates"},
	{"--stun", "HOST:PORT", OPTION_TEXT, AT(stun), 0, "a STUN server"},
	{"--mdns-interface", "IP", OPTION_TEXT, AT(mdns_interface), 0, "ask for .local names on the interface with this address"},
	{"--max-message", "BYTES", OPTION_NUMBER, AT(max_message), 1 << 30, "that we accept (default 262144)"},
	{"--help", NULL, OPTION_FLAG, AT(help), 0, "print this"},
};
/* clang-format on */
enum { ROWS = sizeof(rows) / sizeof(*rows) };

static const struct option_row *row_find(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static int number_parse(const char *text, unsigned long max, unsigned long *ret_number)
{
	char *end;
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number > max)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

static int row_set(const struct option_row *row, const char *value, struct options *options)
{
	void *field = (char *)options + row->offset;
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)field = value;
		return 0;
	case OPTION_NUMBER:
		return number_parse(value, row->max, field);
	}
	return -EINVAL;
}

int options_parse(int argc, char **argv, struct options *ret_options, char *ret_what,
		  unsigned what_size)
{
	struct options options = {.address = "127.0.0.1", .connections = 64};
	for (int i = 1; i < argc; i++) {
		const struct option_row *row = row_find(argv[i]);
		if (!row) {
			snprintf(ret_what, what_size, "there is no option %s", argv[i]);
			return -EINVAL;
		}
		if (row->value && !argv[i + 1]) {
			snprintf(ret_what, what_size, "%s needs %s", row->name, row->value);
			return -EINVAL;
		}
		const char *value = row->value ? argv[++i] : NULL;
		if (row_set(row, value, &options)) {
			snprintf(ret_what, what_size, "%s takes a number up to %lu, not \"%s\"",
				 row->name, row->max, value);
			return -EINVAL;
		}
	}
	if (options.tcp_only && options.udp_only) {
		snprintf(ret_what, what_size, "--tcp-only and --udp-only leave nothing");
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
	for (size_t i = 0; i < ROWS; i++) {
		char name[64];
		snprintf(name, sizeof(name), "%s%s%s", rows[i].name, rows[i].value ? " " : "",
			 rows[i].value ? rows[i].value : "");
		printf("  %-22s %s\n", name, rows[i].help);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "stun_server.h"

#include <errno.h>
#include <ice/agent.h>

static bool is_bindable(const char *ip)
{
	struct address address;

	return address_parse(ip, 0, &address) == 0 && !address_is_unspecified(&address);
}

static bool is_ip(const char *text)
{
	struct address address;

	return address_parse(text, 0, &address) == 0;
}

static bool is_server(const char *text)
{
	struct stun_server server;

	return stun_server_parse(text, &server) == 0;
}

static const char *find_fault(const struct agent_config *config)
{
	if (config->bind_address && !is_bindable(config->bind_address))
		return "the address to bind to is not one IP address";
	if (config->mdns_interface && !is_ip(config->mdns_interface))
		return "the interface for .local names is not given by its IP address";
	if (config->stun_server && !is_server(config->stun_server))
		return "the STUN server is not host:port";
	if (config->port_begin > config->port_end)
		return "the first port is above the last one";
	if (config->no_udp && config->no_tcp)
		return "there is neither UDP nor TCP";
	return NULL;
}

int agent_check_config(const struct agent_config *config, const char **ret_what)
{
	const char *what = find_fault(config);

	if (!what)
		return 0;
	*ret_what = what;
	return -EINVAL;
}

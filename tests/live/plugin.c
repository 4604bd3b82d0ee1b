/* SPDX-License-Identifier: Apache-2.0 */
/* A module that a host loads and unloads. */
#include <sys/socket.h>

int plugin_open(void);

int plugin_open(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	__asm__ volatile(""); /* keep this frame */
	return fd;
}

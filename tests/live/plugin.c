/* SPDX-License-Identifier: Apache-2.0 */
/* A module that a host loads and unloads. */
#include <pthread.h>
#include <sys/socket.h>

int plugin_open(void);

pthread_mutex_t plugin_lock = PTHREAD_MUTEX_INITIALIZER;

int plugin_open(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	__asm__ volatile(""); /* keep this frame */
	return fd;
}

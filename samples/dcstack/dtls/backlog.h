/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams that came before the handshake could take them. A few: the peer sends them again. */
#ifndef DTLS_BACKLOG_H
#define DTLS_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BACKLOG_MAX = 16 };

struct backlog {
	struct backlog_datagram {
		struct backlog_datagram *next;
		size_t size;
		uint8_t data[];
	} * head, **tail;
	unsigned count;
};

void backlog_init(struct backlog *backlog);
void backlog_finish(struct backlog *backlog);

/* Copies; drops it where there is no room or no memory. */
void backlog_push(struct backlog *backlog, const uint8_t *data, size_t size);
/* The oldest, to be freed; NULL if there is none. */
struct backlog_datagram *backlog_pop(struct backlog *backlog);
bool backlog_is_empty(const struct backlog *backlog);

#endif

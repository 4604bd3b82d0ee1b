/* SPDX-License-Identifier: Apache-2.0 */
#include "block.h"

void block_ends(void *block)
{
	standing_unblock(block);
}

struct standing_wait block_descriptor(int fd, enum track_call call)
{
	return (struct standing_wait){.wait = TRACK_WAIT_DESCRIPTOR,
				      .call = call,
				      .subject = (uint64_t)fd,
				      .timed = manner_of(fd) == MANNER_TIMED};
}

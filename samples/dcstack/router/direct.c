/* SPDX-License-Identifier: Apache-2.0 */
#include "direct.h"

#include "consumer.h"

#include <run/fault.h>

void direct_send(struct dc_consumer *consumer, const struct parcel *parcel, struct queued *queued)
{
	const struct dc_parcel *content = &parcel->content;
	callback_fn fn;
	void *user;

	if (callback_begin(&consumer->on_message, &fn, &user)) {
		((dc_parcel_fn)fn)(consumer, content->kind, content->data, content->size, user);
		callback_end(&consumer->on_message);
	}
	if (!fault_on(FAULT_DIRECT_SEND_CALLBACK))
		queued_tell(queued, 0);
}

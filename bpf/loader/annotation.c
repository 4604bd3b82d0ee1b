/* SPDX-License-Identifier: Apache-2.0 */
#include "annotation.h"

#include <stddef.h>
#include <string.h>
#include <track/track.h>

#include "telling.h"
#include "traced.h"

/* The text that came along, or NULL. */
static const char *text_of(const struct probe_annotation *event, size_t *ret_size)
{
	const struct probe_annotation_text *with = (const void *)event;

	if (!(event->head.flags & PROBE_HAS_TEXT) || event->head.bytes < sizeof(*with))
		return NULL;
	*ret_size = strnlen(with->text.text, sizeof(with->text.text));
	return with->text.text;
}

void annotation_tell(struct traced *traced, const struct probe_annotation *event)
{
	unsigned op = (uint8_t)event->what, kind = (uint8_t)(event->what >> 8);
	unsigned other_kind = (uint8_t)(event->what >> 16);
	struct telling telling = {.traced = traced,
				  .event = &event->head,
				  .tid = event->head.tid,
				  .time_ns = event->head.time_ns};
	struct track_relation with = {.other = event->other, .other_kind = other_kind};
	size_t size = 0;
	const char *text = text_of(event, &size);

	if (event->what == TRACK_ANNOTATED_MARK) {
		telling_mark(&telling, text, size);
		return;
	}
	if (event->what >> 24 || other_kind >= TRACK_KIND__COUNT || !telling_is_valid(op, kind))
		return;
	if (op == TRACK_OP_NAME) {
		telling_name(&telling, (enum track_kind)kind, event->subject, text, size);
		return;
	}
	if (event->text)
		with.text = traced_text(traced, event->text, text, size);
	telling_say(&telling, (enum track_op)op, (enum track_kind)kind, event->subject, event->arg,
		    &with);
}

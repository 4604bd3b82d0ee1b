/* SPDX-License-Identifier: Apache-2.0 */
#include "association.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 16 << 10, ROOM_KEPT = 256 << 10 };

/* A notification with what may follow it: a stream reset's list. */
union note {
	union sctp_notification any;
	uint8_t bytes[sizeof(union sctp_notification) + SCTP_STREAMS_MAX * sizeof(uint16_t)];
};

static void tell_state(struct sctp *sctp, enum sctp_state state)
{
	if (sctp->state == SCTP_CLOSED)
		return;
	if (state == SCTP_CLOSED)
		association_end(sctp);
	sctp->state = state;
	sctp->events.state(sctp->user, state);
}

static void read_change(struct sctp *sctp, const struct sctp_assoc_change *change)
{
	/* A restart (RFC 9260 section 5.2) has lost what was under way: nothing to go on with. */
	tell_state(sctp, change->sac_state == SCTP_COMM_UP ? SCTP_CONNECTED : SCTP_CLOSED);
}

static void tell_reset(struct sctp *sctp, uint16_t stream, uint16_t flags)
{
	const uint16_t refused = SCTP_STREAM_RESET_DENIED | SCTP_STREAM_RESET_FAILED;
	int error = flags & refused ? -ECONNREFUSED : 0;

	if (flags & SCTP_STREAM_RESET_INCOMING_SSN && !error)
		sctp->events.stream_reset(sctp->user, stream);
	if (flags & SCTP_STREAM_RESET_OUTGOING_SSN && !sctp->destroyed && sctp->events.reset_done)
		sctp->events.reset_done(sctp->user, stream, error);
}

static void read_reset(struct sctp *sctp, const struct sctp_stream_reset_event *event, size_t size)
{
	size_t count = (size - sizeof *event) / sizeof event->strreset_stream_list[0];
	bool all = count == 0; /* RFC 6525 section 4.1 */

	if (all)
		count = SCTP_STREAMS_MAX;
	for (size_t i = 0; i < count && !sctp->destroyed; i++)
		tell_reset(sctp, all ? (uint16_t)i : event->strreset_stream_list[i],
			   event->strreset_flags);
}

static void message_clear(struct sctp *sctp)
{
	sctp->message.size = 0;
	sctp->message.whole = false;
	if (sctp->message.room <= ROOM_KEPT)
		return;
	free(sctp->message.data);
	sctp->message.data = NULL;
	sctp->message.room = 0;
}

static void message_deliver(struct sctp *sctp)
{
	const struct sctp_rcvinfo *info = &sctp->message.info;

	sctp->events.receive(sctp->user, info->rcv_sid, ntohl(info->rcv_ppid), sctp->message.data,
			     sctp->message.size);
	message_clear(sctp);
}

static bool message_reserve(struct sctp *sctp)
{
	size_t room = sctp->message.room ? 2 * sctp->message.room : ROOM_FIRST;
	uint8_t *data;

	if (sctp->message.room - sctp->message.size >= sizeof(union note))
		return true;
	data = realloc(sctp->message.data, room);
	if (!data)
		return false;
	sctp->message.data = data;
	sctp->message.room = room;
	return true;
}

static void read_note(struct sctp *sctp, const uint8_t *data, size_t size)
{
	union note note;

	if (size < sizeof note.any.sn_header || size > sizeof note)
		return;
	memcpy(&note, data, size);
	if (note.any.sn_header.sn_type == SCTP_PARTIAL_DELIVERY_EVENT) {
		message_clear(sctp);
		return;
	}
	if (sctp->message.whole)
		message_deliver(sctp);
	if (sctp->destroyed)
		return;
	if (note.any.sn_header.sn_type == SCTP_ASSOC_CHANGE &&
	    size >= sizeof note.any.sn_assoc_change)
		read_change(sctp, &note.any.sn_assoc_change);
	if (note.any.sn_header.sn_type == SCTP_STREAM_RESET_EVENT &&
	    size >= sizeof note.any.sn_strreset_event)
		read_reset(sctp, &note.any.sn_strreset_event, size);
}

static void read_data(struct sctp *sctp, size_t size, const struct sctp_recvv_rn *info,
		      unsigned type, int flags)
{
	sctp->message.size += size;
	sctp->message.info = info->recvv_rcvinfo;
	if (sctp->message.size > sctp->config.receive_max_bytes) {
		tell_state(sctp, SCTP_CLOSED);
		return;
	}
	if (flags & MSG_TRUNC)
		message_clear(sctp);
	else if (flags & MSG_EOR)
		sctp->message.whole = true;
	/* What the peer gave up (RFC 3758) looks whole but for the notification right behind it. */
	if (sctp->message.whole &&
	    !(type == SCTP_RECVV_RN && info->recvv_nxtinfo.nxt_flags & SCTP_NOTIFICATION))
		message_deliver(sctp);
}

/* false: there is nothing more. */
static bool read_next(struct sctp *sctp)
{
	struct sctp_recvv_rn info;
	socklen_t info_size = sizeof info;
	unsigned type = SCTP_RECVV_NOINFO;
	uint8_t *data;
	ssize_t size;
	int flags = 0, error;

	if (!message_reserve(sctp)) {
		tell_state(sctp, SCTP_CLOSED);
		return false;
	}
	data = sctp->message.data + sctp->message.size;
	stack_enter();
	size = usrsctp_recvv(sctp->socket, data, sctp->message.room - sctp->message.size, NULL,
			     NULL, &info, &info_size, &type, &flags);
	error = errno;
	stack_leave();
	if (size < 0 && error == EWOULDBLOCK)
		return false;
	if (size < 0 || (size == 0 && !(flags & MSG_EOR)))
		tell_state(sctp, SCTP_CLOSED);
	else if (flags & MSG_NOTIFICATION)
		read_note(sctp, data, (size_t)size);
	else
		read_data(sctp, (size_t)size, &info, type, flags);
	return true;
}

static void tell_writable(struct sctp *sctp)
{
	int events;

	if (!sctp->blocked || sctp->state != SCTP_CONNECTED)
		return;
	stack_enter();
	events = usrsctp_get_events(sctp->socket);
	stack_leave();
	if (!(events & SCTP_EVENT_WRITE))
		return;
	sctp->blocked = false;
	sctp->events.writable(sctp->user);
}

static enum task_state reader_poll(struct task *task, void *state)
{
	struct sctp *sctp = state;

	(void)task;
	if (sctp->state == SCTP_NEW)
		return TASK_PENDING;
	while (!sctp->destroyed && !sctp->paused && sctp->socket && read_next(sctp))
		;
	if (!sctp->destroyed && sctp->starved)
		tell_state(sctp, SCTP_CLOSED);
	if (!sctp->destroyed)
		tell_writable(sctp);
	return TASK_PENDING;
}

static void reader_drop(void *state)
{
	struct sctp *sctp = state;

	free(sctp->message.data);
	free(sctp);
}

const struct task_class reader_class = {"sctp reader", reader_poll, reader_drop};

/* SPDX-License-Identifier: Apache-2.0 */
#include "association.h"
#include <errno.h>

static struct sctp_sendv_spa sender_info(const struct sctp_message *message)
{
	struct sctp_sendv_spa info = {
		.sendv_flags = SCTP_SEND_SNDINFO_VALID,
		.sendv_sndinfo = {.snd_sid = message->stream,
				  .snd_ppid = htonl(message->ppid),
				  /* Counts only for a call that takes all that is left. */
				  .snd_flags = SCTP_EOR},
	};

	if (message->unordered)
		info.sendv_sndinfo.snd_flags |= SCTP_UNORDERED;
	if (message->max_retransmits >= 0)
		info.sendv_prinfo =
			(struct sctp_prinfo){.pr_policy = SCTP_PR_SCTP_RTX,
					     .pr_value = (uint32_t)message->max_retransmits};
	else if (message->max_lifetime_ms >= 0)
		info.sendv_prinfo =
			(struct sctp_prinfo){.pr_policy = SCTP_PR_SCTP_TTL,
					     .pr_value = (uint32_t)message->max_lifetime_ms};
	if (info.sendv_prinfo.pr_policy != SCTP_PR_SCTP_NONE)
		info.sendv_flags |= SCTP_SEND_PRINFO_VALID;
	return info;
}

/* Nagle's rule lets usrsctp wait for a packet's worth: only while more is announced. */
static void sender_set_more(struct sctp *sctp, bool more)
{
	const int no_delay = !more;

	if (sctp->more == more)
		return;
	sctp->more = more;
	usrsctp_setsockopt(sctp->socket, IPPROTO_SCTP, SCTP_NODELAY, &no_delay, sizeof no_delay);
}

static int stream_reset(struct sctp *sctp, uint16_t stream)
{
	union {
		struct sctp_reset_streams request;
		uint8_t bytes[sizeof(struct sctp_reset_streams) + sizeof stream];
	} reset = {.request = {.srs_flags = SCTP_STREAM_RESET_OUTGOING, .srs_number_streams = 1}};
	int error = 0;

	reset.request.srs_stream_list[0] = stream;
	stack_enter();
	if (usrsctp_setsockopt(sctp->socket, IPPROTO_SCTP, SCTP_RESET_STREAMS, &reset,
			       sizeof reset) != 0)
		error = errno;
	stack_leave();
	if (error && error != EOPNOTSUPP)
		return -ENOTCONN; /* gone, and not yet told */
	return -error;
}

int sctp_send(struct sctp *sctp, const struct sctp_message *message, size_t offset,
	      size_t *ret_taken)
{
	struct sctp_sendv_spa info = sender_info(message);
	size_t left = message->size - offset;
	ssize_t taken;
	int error = 0;

	if (sctp->state != SCTP_CONNECTED)
		return -ENOTCONN;
	if (offset >= message->size || message->stream >= SCTP_STREAMS_MAX)
		return -EINVAL;
	stack_enter();
	sender_set_more(sctp, message->more);
	taken = usrsctp_sendv(sctp->socket, message->data + offset, left, NULL, 0, &info,
			      sizeof info, SCTP_SENDV_SPA, 0);
	if (taken < 0)
		error = errno;
	stack_leave();
	if (error == EINVAL)
		return -EINVAL;
	if (error && error != EWOULDBLOCK) {
		sctp->starved = error == ENOMEM || error == ENOBUFS;
		task_wake(sctp->reader);
		return -ENOTCONN;
	}
	*ret_taken = offset + (error ? 0 : (size_t)taken);
	sctp->unfinished = *ret_taken > 0 && *ret_taken < message->size;
	sctp->unfinished_stream = message->stream;
	if (error || (size_t)taken < left) {
		sctp->blocked = true;
		return -EAGAIN;
	}
	if (sctp->reset_wanted)
		stream_reset(sctp, message->stream);
	sctp->reset_wanted = false;
	return 0;
}

int sctp_reset_stream(struct sctp *sctp, uint16_t stream)
{
	if (sctp->state != SCTP_CONNECTED)
		return -ENOTCONN;
	if (stream >= SCTP_STREAMS_MAX)
		return -EINVAL;
	if (!sctp->unfinished || sctp->unfinished_stream != stream)
		return stream_reset(sctp, stream);
	/* usrsctp would refuse the rest of the message, and wait for it before it resets. */
	sctp->reset_wanted = true;
	return 0;
}

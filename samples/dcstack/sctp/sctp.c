/* SPDX-License-Identifier: Apache-2.0 */
#include "association.h"
#include <endian.h>
#include <errno.h>
#include <sctp/crc32c.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

/* Chunks fill what a DTLS record of ours takes; usrsctp does not count its common header. */
enum { PATH_MTU = SCTP_PACKET_MAX - (int)sizeof(struct sctp_common_header) };

static int socket_set(struct socket *socket, int level, int name, const void *value, socklen_t size)
{
	return usrsctp_setsockopt(socket, level, name, value, size) == 0 ? 0 : -errno;
}

static int socket_want_events(struct socket *socket)
{
	static const uint16_t types[] = {SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT,
					 SCTP_PARTIAL_DELIVERY_EVENT};
	int error = 0;

	for (size_t i = 0; i < sizeof types / sizeof types[0] && !error; i++) {
		struct sctp_event event = {
			.se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = types[i], .se_on = 1};

		error = socket_set(socket, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event);
	}
	return error;
}

static int socket_configure(struct socket *socket, unsigned attempts)
{
	const int on = 1;
	const struct linger abort_at_close = {.l_onoff = 1, .l_linger = 0};
	const struct sctp_assoc_value resets = {.assoc_id = SCTP_FUTURE_ASSOC,
						.assoc_value = SCTP_ENABLE_RESET_STREAM_REQ};
	const struct sctp_initmsg streams = {.sinit_num_ostreams = SCTP_STREAMS_MAX,
					     .sinit_max_instreams = SCTP_STREAMS_MAX,
					     .sinit_max_attempts = (uint16_t)attempts};
	const struct sctp_assocparams limits = {.sasoc_asocmaxrxt = (uint16_t)attempts};
	const struct sctp_paddrparams path = {.spp_flags = SPP_PMTUD_DISABLE | SPP_HB_ENABLE,
					      .spp_pathmtu = PATH_MTU,
					      .spp_pathmaxrxt = (uint16_t)attempts};
	/* clang-format off */
	const struct {
		int level, name;
		const void *value;
		socklen_t size;
	} options[] = {
		{ SOL_SOCKET, SO_LINGER, &abort_at_close, sizeof abort_at_close },
		{ IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on },
		{ IPPROTO_SCTP, SCTP_EXPLICIT_EOR, &on, sizeof on },
		{ IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on },
		{ IPPROTO_SCTP, SCTP_RECVNXTINFO, &on, sizeof on },
		{ IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, &resets, sizeof resets },
		{ IPPROTO_SCTP, SCTP_INITMSG, &streams, sizeof streams },
		{ IPPROTO_SCTP, SCTP_ASSOCINFO, &limits, sizeof limits },
		{ IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path },
	};
	/* clang-format on */
	int error = 0;

	for (size_t i = 0; i < sizeof options / sizeof options[0] && !error; i++)
		error = socket_set(socket, options[i].level, options[i].name, options[i].value,
				   options[i].size);
	return error;
}

static struct sockaddr_conn address_of(const struct sctp *sctp, uint16_t port)
{
	return (struct sockaddr_conn){.sconn_family = AF_CONN,
				      .sconn_port = htons(port),
				      .sconn_addr = (void *)sctp->member.address};
}

static int socket_open(struct sctp *sctp)
{
	struct sockaddr_conn local = address_of(sctp, sctp->config.local_port);
	struct socket *socket;
	int error;

	socket = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);
	if (!socket)
		return -errno;
	sctp->socket = socket;
	track_object_create(socket, "sctp socket");
	track_own(track_scope(sctp), track_object(socket));
	track_retain(socket, "association", track_scope(sctp));
	error = socket_configure(socket, sctp->config.attempts_max ? sctp->config.attempts_max
								   : SCTP_ATTEMPTS_MAX);
	if (error)
		return error;
	error = socket_want_events(socket);
	if (error)
		return error;
	if (usrsctp_set_non_blocking(socket, 1) != 0 ||
	    usrsctp_set_upcall(socket, stack_upcall, (void *)sctp->member.address) != 0 ||
	    usrsctp_bind(socket, (struct sockaddr *)&local, sizeof local) != 0)
		return -errno;
	return 0;
}

void association_end(struct sctp *sctp)
{
	sctp->state = SCTP_CLOSED;
	if (!sctp->socket)
		return;
	stack_enter_alone();
	track_release(sctp->socket, "association", track_scope(sctp));
	track_object_destroy(sctp->socket);
	usrsctp_close(sctp->socket);
	stack_leave();
	sctp->socket = NULL;
}

int sctp_create(const struct sctp_config *config, const struct sctp_events *events, void *user,
		struct sctp **ret_sctp)
{
	struct sctp *sctp = calloc(1, sizeof *sctp);
	int error;

	if (!sctp)
		return -ENOMEM;
	sctp->config = *config;
	sctp->events = *events;
	sctp->user = user;
	error = stack_add(sctp);
	if (error) {
		free(sctp);
		return error;
	}
	error = task_spawn(config->executor, &reader_class, sctp, &sctp->reader);
	if (error) {
		stack_remove(sctp);
		free(sctp);
		return error;
	}
	track_scope_open(sctp, "sctp", 0);
	track_own(track_scope(sctp), track_task(sctp->reader));
	stack_enter_alone();
	error = socket_open(sctp);
	stack_leave();
	if (error) {
		sctp_destroy(sctp);
		return error;
	}
	*ret_sctp = sctp;
	return 0;
}

void sctp_destroy(struct sctp *sctp)
{
	if (!sctp)
		return;
	track_scope_close(sctp);
	association_end(sctp);
	stack_remove(sctp);
	track_scope_closed(sctp);
	track_scope_destroy(sctp);
	sctp->destroyed = true;
	task_cancel(sctp->reader);
}

int sctp_connect(struct sctp *sctp)
{
	struct sockaddr_conn remote = address_of(sctp, sctp->config.remote_port);
	int error = 0;

	if (sctp->state != SCTP_NEW)
		return -EALREADY;
	sctp->state = SCTP_CONNECTING;
	stack_enter_alone();
	if (usrsctp_connect(sctp->socket, (struct sockaddr *)&remote, sizeof remote) != 0)
		error = errno;
	stack_leave();
	return error == EINPROGRESS ? 0 : -error;
}

static bool packet_is_whole(const uint8_t *packet, size_t size)
{
	static const uint32_t zero;
	const size_t place = offsetof(struct sctp_common_header, crc32c);
	uint32_t said, crc;

	if (size < sizeof(struct sctp_common_header))
		return false;
	memcpy(&said, packet + place, sizeof said);
	crc = crc32c(0, packet, place);
	crc = crc32c(crc, &zero, sizeof zero);
	crc = crc32c(crc, packet + sizeof(struct sctp_common_header),
		     size - sizeof(struct sctp_common_header));
	return said == htole32(crc);
}

void sctp_input(struct sctp *sctp, const uint8_t *packet, size_t size)
{
	/* Before connect usrsctp would call the peer's INIT out of the blue and abort; it comes
	 * again, or ours is answered. */
	if (!sctp->socket || sctp->state == SCTP_NEW || !packet_is_whole(packet, size))
		return;
	stack_enter();
	usrsctp_conninput((void *)sctp->member.address, packet, size, 0);
	stack_leave();
}

void sctp_pause(struct sctp *sctp, bool paused)
{
	sctp->paused = paused;
	if (!paused)
		task_wake(sctp->reader);
}

enum sctp_state sctp_state(const struct sctp *sctp)
{
	return sctp->state;
}

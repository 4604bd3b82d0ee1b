/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.inc.c"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_at_end(struct dc_connection *connection, enum dc_state state, void *user)
{
	if (state == DC_CLOSED)
		dc_connection_close(connection, told_end, user);
}

Test(ends, who_closes_when_he_is_told_of_the_end_is_told_that_it_is_closed)
{
	peers_connect(NULL);
	dc_connection_on_state(peers.offerer.connection, close_at_end, &peers.offerer);
	dc_connection_close(peers.answerer.connection, NULL, NULL);
	AWAIT(peers.offerer.closed);
	/* And once only; who asks again is told again. */
	cr_expect_eq(dc_connection_close(peers.offerer.connection, told_end, &peers.offerer), 0);
	AWAIT(peers.offerer.closed == 2);
	peers_destroy();
}

static void count_candidates(void *user, const char *class_name, const char *holder,
			     unsigned references)
{
	(void)holder;
	if (!strcmp(class_name, "candidate"))
		*(unsigned *)user += references;
}

Test(ends, a_candidate_that_is_refused_is_not_kept)
{
	unsigned references = 0;

	peers_create(NULL);
	cr_expect_eq(dc_connection_add_candidate(peers.offerer.connection,
						 "candidate:1 1 sctp 1 127.0.0.1 9 typ host"),
		     0);
	cr_expect_eq(dc_connection_add_candidate(peers.offerer.connection, "candidate:none"),
		     -EINVAL);
	dc_library_alive(count_candidates, &references);
	cr_expect_eq(references, 0);
	peers_destroy();
}

/* It hears STUN, and never answers. */
static int open_mute_server(char *ret_name, size_t size)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval patience = {.tv_sec = AWAIT_MS / 1000};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(fd, (struct sockaddr *)&address, length), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	snprintf(ret_name, size, "127.0.0.1:%u", ntohs(address.sin_port));
	return fd;
}

Test(ends, a_close_while_candidates_are_gathered_releases_all)
{
	struct dc_config config = local_config();
	char server[32], request[64];
	int fd = open_mute_server(server, sizeof(server));

	config.stun_server = server;
	peers_create(&config);
	peers_negotiate();
	cr_assert_gt(recv(fd, request, sizeof(request), 0), 0);
	dc_connection_close(peers.offerer.connection, told_end, &peers.offerer);
	AWAIT(peers.offerer.closed);
	cr_expect_eq(peers.offerer.descriptions, 1);
	cr_expect_eq(peers.offerer.error, -ECANCELED);
	peers_destroy();
	close(fd);
}

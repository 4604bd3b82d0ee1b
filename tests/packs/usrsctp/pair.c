/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends of an SCTP association in one process, which give their packets to each other (AF_CONN),
 * as WebRTC stacks do over DTLS; no thread, so that every run is the same. 100 messages go each
 * way. bug: one socket is never closed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <usrsctp.h>

#define MESSAGES 100

struct end {
	struct end *other;
	struct socket *socket;
	int received;
};

struct packet {
	struct packet *next;
	struct end *to;
	size_t size;
	unsigned char bytes[2048];
};

static struct end ends[2];
static struct packet *first, **last = &first;

/* The library may hold locks here, so what is sent waits until the loop comes around. */
static int on_output(void *address, void *bytes, size_t size, uint8_t tos, uint8_t set_df)
{
	struct packet *packet = calloc(1, sizeof(*packet));

	(void)tos;
	(void)set_df;
	if (!packet || size > sizeof(packet->bytes))
		exit(1);
	packet->to = ((struct end *)address)->other;
	packet->size = size;
	memcpy(packet->bytes, bytes, size);
	*last = packet;
	last = &packet->next;
	return 0;
}

static void deliver(void)
{
	while (first) {
		struct packet *packet = first;

		first = packet->next;
		if (!first)
			last = &first;
		usrsctp_conninput(packet->to, packet->bytes, packet->size, 0);
		free(packet);
	}
}

static int on_message(struct socket *socket, union sctp_sockstore from, void *data, size_t size,
		      struct sctp_rcvinfo info, int flags, void *context)
{
	struct end *end = context;

	(void)socket;
	if (!data || (flags & MSG_NOTIFICATION)) {
		free(data);
		return 1;
	}
	/* what comes by value comes whole */
	if (size != 5 || memcmp(data, "track", 5) != 0 || info.rcv_sid != 3 ||
	    ntohl(info.rcv_ppid) != 51 || from.sconn.sconn_addr != end)
		exit(1);
	end->received++;
	free(data);
	return 1;
}

static void on_upcall(struct socket *socket, void *context, int flags)
{
	(void)socket;
	(void)context;
	(void)flags;
}

static void begin(void)
{
	usrsctp_init_nothreads(0, on_output, NULL);
	usrsctp_sysctl_set_sctp_ecn_enable(0);
}

static void give_address(struct end *end)
{
	usrsctp_register_address(end);
}

static struct sockaddr_conn address_of(struct end *end)
{
	struct sockaddr_conn address;

	memset(&address, 0, sizeof(address));
	address.sconn_family = AF_CONN;
	address.sconn_port = htons(5000);
	address.sconn_addr = end;
	return address;
}

static void make_socket(struct end *end)
{
	struct sockaddr_conn address = address_of(end);

	end->socket = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, on_message, NULL, 0, end);
	if (!end->socket || usrsctp_set_non_blocking(end->socket, 1) != 0 ||
	    usrsctp_set_upcall(end->socket, on_upcall, end) != 0 ||
	    usrsctp_bind(end->socket, (struct sockaddr *)&address, sizeof(address)) != 0)
		exit(1);
}

static void send_message(struct end *end)
{
	struct sctp_sndinfo info = {.snd_sid = 3, .snd_ppid = htonl(51)};

	if (usrsctp_sendv(end->socket, "track", 5, NULL, 0, &info, sizeof(info), SCTP_SENDV_SNDINFO,
			  0) != 5)
		exit(1);
}

static void talk(void)
{
	for (int i = 0; i < 2; i++) {
		struct sockaddr_conn address = address_of(&ends[i]);

		usrsctp_connect(ends[i].socket, (struct sockaddr *)&address, sizeof(address));
	}
	deliver();
	for (int i = 0; i < MESSAGES; i++) {
		send_message(&ends[0]);
		send_message(&ends[1]);
		deliver();
	}
	/* the time of the library passes only here */
	for (int i = 0; i < 1000 && ends[0].received + ends[1].received < 2 * MESSAGES; i++) {
		usrsctp_handle_timers(10);
		deliver();
	}
}

int main(int argc, char **argv)
{
	bool right = argc > 1 && strcmp(argv[1], "right") == 0;
	int tries = 0;

	begin();
	for (int i = 0; i < 2; i++) {
		ends[i].other = &ends[!i];
		give_address(&ends[i]);
		make_socket(&ends[i]);
	}
	talk();
	for (int i = 0; i < 2; i++) {
		if (i == 0 || right)
			usrsctp_close(ends[i].socket);
		deliver();
	}
	/* the other one is forgotten by usrsctp_finish */
	usrsctp_deregister_address(&ends[0]);
	while (usrsctp_finish() != 0 && tries++ < 1000) {
		usrsctp_handle_timers(10);
		deliver();
	}
	printf("%d and %d messages\n", ends[0].received, ends[1].received);
	return 0;
}

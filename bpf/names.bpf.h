/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a socket, as getsockname and getpeername would tell them. */
#ifndef NAMES_BPF_H
#define NAMES_BPF_H

enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10, FAMILY_NETLINK = 16 };
enum { STATE_ESTABLISHED = 1, STATE_SYN_SENT = 2, STATE_CLOSE = 7 };
enum { PROTOCOL_TCP = 6 };

struct address_inet {
	uint16_t family;
	uint16_t port;
	uint32_t address;
	uint64_t zero;
};

struct address_inet6 {
	uint16_t family;
	uint16_t port;
	uint32_t flow;
	struct in6_addr address;
	uint32_t scope;
};

struct address_netlink {
	uint16_t family;
	uint16_t pad;
	uint32_t pid;
	uint32_t groups;
};

INLINE bool sock_has_peer(struct sock *sock)
{
	unsigned char state = BPF_CORE_READ(sock, __sk_common.skc_state);
	uint16_t protocol = BPF_CORE_READ(sock, sk_protocol);
	if (!BPF_CORE_READ(sock, __sk_common.skc_dport))
		return false;
	return protocol != PROTOCOL_TCP || (state != STATE_CLOSE && state != STATE_SYN_SENT);
}

INLINE void names_inet(struct probe_names *names, struct sock *sock)
{
	struct address_inet *local = (void *)names->local, *remote = (void *)names->remote;
	struct inet_sock *inet = (struct inet_sock *)sock;
	local->family = FAMILY_INET;
	local->port = BPF_CORE_READ(inet, inet_sport);
	local->address = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
	if (!local->address)
		local->address = BPF_CORE_READ(inet, inet_saddr);
	names->local_bytes = sizeof(*local);
	if (!sock_has_peer(sock))
		return;
	remote->family = FAMILY_INET;
	remote->port = BPF_CORE_READ(sock, __sk_common.skc_dport);
	remote->address = BPF_CORE_READ(sock, __sk_common.skc_daddr);
	names->remote_bytes = sizeof(*remote);
}

INLINE bool address_is_any(const struct in6_addr *address)
{
	uint64_t words[2];
	__builtin_memcpy(words, address, sizeof(words));
	return !(words[0] | words[1]);
}

INLINE uint32_t address_scope(const struct in6_addr *address, uint32_t device)
{
	bool link_local = address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
	return link_local ? device : 0;
}

INLINE void names_inet6(struct probe_names *names, struct sock *sock)
{
	struct address_inet6 local = {.family = FAMILY_INET6}, remote = local;
	struct inet_sock *inet = (struct inet_sock *)sock;
	uint32_t device = (uint32_t)BPF_CORE_READ(sock, __sk_common.skc_bound_dev_if);
	local.port = BPF_CORE_READ(inet, inet_sport);
	local.address = BPF_CORE_READ(sock, __sk_common.skc_v6_rcv_saddr);
	if (address_is_any(&local.address)) {
		struct ipv6_pinfo *info = BPF_CORE_READ(inet, pinet6);
		local.address = BPF_CORE_READ(info, saddr);
	}
	local.scope = address_scope(&local.address, device);
	__builtin_memcpy(names->local, &local, sizeof(local));
	names->local_bytes = sizeof(local);
	if (!sock_has_peer(sock))
		return;
	remote.port = BPF_CORE_READ(sock, __sk_common.skc_dport);
	remote.address = BPF_CORE_READ(sock, __sk_common.skc_v6_daddr);
	remote.scope = address_scope(&remote.address, device);
	__builtin_memcpy(names->remote, &remote, sizeof(remote));
	names->remote_bytes = sizeof(remote);
}

/* An unnamed socket's address is its family alone. */
INLINE uint32_t name_unix(uint8_t *room, struct sock *sock)
{
	struct unix_address *address = BPF_CORE_READ((struct unix_sock *)sock, addr);
	uint32_t bytes = address ? (uint32_t)BPF_CORE_READ(address, len) : 0;
	if (bytes < sizeof(uint16_t) || bytes > PROBE_ADDRESS_BYTES) {
		*(uint16_t *)(void *)room = FAMILY_UNIX;
		return sizeof(uint16_t);
	}
	bpf_probe_read_kernel(room, bytes, &address->name);
	return bytes;
}

INLINE void names_unix(struct probe_names *names, struct sock *sock)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sock, peer);
	names->local_bytes = name_unix(names->local, sock);
	if (peer)
		names->remote_bytes = name_unix(names->remote, peer);
}

INLINE void names_netlink(struct probe_names *names, struct sock *sock)
{
	struct netlink_sock *netlink = (struct netlink_sock *)sock;
	struct address_netlink *local = (void *)names->local, *remote = (void *)names->remote;
	unsigned long groups = 0, *first = BPF_CORE_READ(netlink, groups);
	if (first)
		bpf_probe_read_kernel(&groups, sizeof(groups), first);
	local->family = FAMILY_NETLINK;
	local->pid = BPF_CORE_READ(netlink, portid);
	local->groups = (uint32_t)groups;
	names->local_bytes = sizeof(*local);
	remote->family = FAMILY_NETLINK;
	remote->pid = BPF_CORE_READ(netlink, dst_portid);
	names->remote_bytes = sizeof(*remote);
}

INLINE void names_fill(struct probe_names *names, struct sock *sock)
{
	names->local_bytes = 0;
	names->remote_bytes = 0;
	__builtin_memset(names->local, 0, sizeof(names->local));
	__builtin_memset(names->remote, 0, sizeof(names->remote));
	uint16_t family = BPF_CORE_READ(sock, __sk_common.skc_family);
	if (family == FAMILY_INET)
		names_inet(names, sock);
	else if (family == FAMILY_INET6)
		names_inet6(names, sock);
	else if (family == FAMILY_UNIX)
		names_unix(names, sock);
	else if (family == FAMILY_NETLINK)
		names_netlink(names, sock);
}

INLINE void tell_names(const struct who *who, int32_t fd, uint16_t nr, uint16_t call,
		       struct sock *sock)
{
	struct probe_names *names;
	if (!EVENT_RESERVE(names, who, PROBE_NAMES))
		return;
	names->fd = fd;
	names->nr = nr;
	names->call = call;
	names_fill(names, sock);
	event_submit(names);
}

INLINE void tell_names_of(const struct who *who, int32_t fd, uint16_t nr, uint16_t call)
{
	struct file *file = current_file(fd);
	struct sock *sock = file ? file_sock(file) : 0;
	if (sock)
		tell_names(who, fd, nr, call, sock);
}

/* A connection that was begun without waiting for it is there now, or failed. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(sock_state, struct sock *sock, int before, int state)
{
	if (state != STATE_ESTABLISHED && state != STATE_CLOSE)
		return 0;
	uint64_t key = (uint64_t)sock;
	struct connecting *begun = bpf_map_lookup_elem(&connections, &key);
	if (!begun)
		return 0;
	struct who who = {.tgid = begun->tgid, .tid = begun->tid};
	uint32_t image = begun->image;
	int32_t fd = begun->fd;
	bpf_map_delete_elem(&connections, &key);
	who.traced = bpf_map_lookup_elem(&traced, &who.tgid);
	if (who.traced && who.traced->image == image && state == STATE_ESTABLISHED)
		tell_names(&who, fd, 0, TRACK_CALL_connect, sock);
	return 0;
}

#endif

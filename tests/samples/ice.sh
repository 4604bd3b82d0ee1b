#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The ICE agent and a STUN server that nobody here wrote (coturn), on loopback.
#   tests/samples/ice.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=ice
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
gather=$build/tests/samples/samples_gather
work=$(mktemp -d)
server=
# A pid of our own child: it cannot have become another's before the wait.
stop() { [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; server=; }
trap 'stop; rm -rf "$work"' EXIT
export LC_ALL=C
cd "$work" || exit 2

if ! command -v turnserver >/dev/null || ! command -v turnutils_stunclient >/dev/null; then
	skip "server-reflexive candidates" "coturn is missing"
	summary
	exit
fi

# start ADDRESS: a server, on a port that was free; $port says which
start() {
	for port in $(shuf -i 20000-60000 -n 20); do
		turnserver -n --no-auth --stun-only --no-cli --no-tls --no-dtls --no-tcp --no-rfc5780 \
			--listening-ip "$1" --listening-port "$port" --log-file stdout --pidfile "$work/pid" \
			--userdb "$work/db" >log 2>&1 &
		server=$!
		for _ in $(seq 100); do
			timeout 2 turnutils_stunclient -p "$port" "$1" 2>/dev/null | grep -q 'reflexive addr' && return 0
			kill -0 "$server" 2>/dev/null || break
			sleep 0.05
		done
		stop
	done
	return 1
}

lines() { grep -c -- "$1" out; }

for row in "IPv4 127.0.0.1 127.0.0.1" "IPv6 ::1 [::1]"; do
	read -r name ip host <<<"$row"
	if ! start "$ip"; then
		skip "$name" "coturn does not start on $ip: $(tail -1 log)"
		continue
	fi
	timeout 60 "$gather" "$ip" "$host:$port" >out 2>err
	check "$name: gathering ends as soon as the server has answered" "$? $(lines '^gathered')" "0 1"
	check "$name: who is not translated has a host candidate alone" "$(lines 'typ host') $(lines 'typ srflx')" "1 0"
	if [ "$name" = IPv4 ]; then
		timeout 60 "$gather" "$ip" "$host:$port" translate >out 2>err
		check "$name: who is translated has a server-reflexive one too" "$? $(lines 'typ host') $(lines 'typ srflx')" "0 1 1"
		base=$(sed -n 's/.* \([0-9]*\) typ host.*/\1/p' out)
		check "$name: its related address is the base" "$(lines "typ srflx raddr 127.0.0.1 rport $base")" 1
		check "$name: its own address is another" "$(grep -c " $base typ srflx" out)" 0
	fi
	stop
done
summary

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dc-echo's own side: its command line, its answers to requests that it cannot serve, its limits, its
# end. No peer ever comes.
#   tests/samples/echo.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
. "$here/../install.sh"
suite=echo
. "$here/../check.sh"
work=$(mktemp -d)
echo=$build/samples/echo/dc-echo
export LC_ALL=C
cd "$work" || exit 2

missing=$(install_packages curl 2>&1) || {
	skip all "$missing"
	summary
	exit 0
}

# start OPTION...: a server, whose address is $url
start() {
	coproc SERVER { exec "$echo" --bind 127.0.0.1 "$@" 2>err; }
	server=$SERVER_PID
	read -r -t 60 url <&"${SERVER[0]}"
}

# stop SIGNAL: its exit code
stop() {
	kill -"$1" "$server"
	wait "$server"
}

trap 'kill "${server:-}" 2>/dev/null; rm -rf "$work"' EXIT

# ask PATH CURL_OPTION...: the status and the body
ask() { curl -s -m 60 -w '%{http_code} ' -o body -D head "${@:2}" "$url$1"; tr '\n' ' ' <body; }
post() { ask "$1" -d "${2-}" "${@:3}"; }
id() { sed -n 's/^Connection-Id: \([0-9]*\)\r$/\1/p' head; }
allowed() { sed -n 's/^Allow: \(.*\)\r$/\1/p' head; }
number() { curl -s -m 60 "${url}status" | sed -n "s/^$1 //p"; }

# settles NAME VALUE
settles() {
	local try
	for try in $(seq 600); do
		[ "$(number "$1")" = "$2" ] && break
		sleep 0.05
	done
	number "$1"
}

usage() { timeout 60 "$echo" "$@" 2>&1 >/dev/null; echo "exit=$?"; }

check "an option that does not exist is refused" "$(usage --nonsense | tail -1)" exit=2
check "two options that leave no transport are refused" "$(usage --udp-only --tcp-only | tail -1)" exit=2
check "an address to listen on that is none is refused" "$(usage --address nowhere | tr '\n' ' ')" \
	"dc-echo: --address is not an IP address; --help lists the options exit=2 "
check "an address to bind to that is none is refused" "$(usage --bind nosuch | tail -1)" exit=2
check "to bind to all addresses is refused" "$(usage --bind 0.0.0.0 | tail -1)" exit=2
check "an address to bind to that is not ours is refused with the reason" "$(usage --bind 203.0.113.5 | tr '\n' ' ')" \
	"dc-echo: connections cannot be made on 203.0.113.5: Cannot assign requested address exit=2 "
check "an interface's name for its address is refused" "$(usage --mdns-interface eth0 | tail -1)" exit=2
check "a STUN server with a port that is none is refused" "$(usage --stun x:y | tr '\n' ' ')" \
	"dc-echo: the STUN server is not host:port; --help lists the options exit=2 "
check "an address to listen on that is not ours fails with the reason" "$(usage --address 203.0.113.5 | tr '\n' ' ')" \
	"dc-echo: cannot listen on 203.0.113.5: Cannot assign requested address exit=1 "
check "--help lists every option" "$("$echo" --help | grep -c -- '^  --')" 12

start --connections 2
check "the page is served at /" "$(ask "" | cut -c1-19)" "200 <!doctype html>"
check "its scripts are those of samples/browser" "$(curl -s "${url}page.js" "${url}client.mjs" "${url}style.css" |
	cmp - <(cat "$here"/../../samples/browser/{page.js,client.mjs,style.css}) && echo same)" same
before=$(number fds)/$(number threads)
check "a path that does not exist is told" "$(ask nothing)" "404 There is no such page. "
check "the page can be asked for its head" "$(ask "" --head -o headers | cut -c1-3)" 200
check "a method that does not fit is told" "$(ask offer)" "405 /offer takes POST. "
check "which one does is told too" "$(allowed)" POST
check "nothing can be posted to the page" "$(post "")" "405 / takes GET. "
check "it is said that it can be read" "$(allowed)" "GET, HEAD"
check "the status can be asked for its head" "$(ask status --head | cut -c1-3)" 200
check "a connection that does not exist cannot be closed" "$(post 'close?id=7')" "404 There is no such connection (any more). "
check "a close has to name a connection" "$(post close)" "400 The query must name a connection, as in ?id=1. "
check "a close has to name it by a number" "$(post 'close?id=1x')" "400 The query must name a connection, as in ?id=1. "
check "an offer that is none is refused" "$(post offer nonsense | cut -c1-22)" "400 It cannot be used:"
check "a body with a zero byte is refused" "$(printf 'v=0\0' | ask offer --data-binary @-)" "400 The body has a zero byte. "
check "a body that is too large is refused" "$(head -c 70000 /dev/zero | tr '\0' x | ask offer --data-binary @-)" \
	"413 A body of more than 65536 bytes is not accepted. "
check "a page of another server is not served" "$(post call '' -H 'Origin: http://example.org')" \
	"403 Pages of other servers are not served. "
check "nor is a page of another port here" "$(post call '' -H 'Origin: http://127.0.0.1:1')" \
	"403 Pages of other servers are not served. "
check "nor is a page that hides its origin" "$(post call '' -H 'Origin: null')" "403 Pages of other servers are not served. "
check "who asks by another name is not served" "$(ask status -H 'Host: example.org')" \
	"403 This server is reached by its address or as localhost only. "
check "a page of this server is served" "$(post call '' -H "Origin: ${url%/}" | cut -c1-7)" "200 v=0"
check "who asks for localhost is served" "$(ask status -H 'Host: localhost:1' | cut -c1-3)" 200

post call >/dev/null
first=$(id)
check "an offer is not taken for an answer" "$(post "answer?id=$first" "$(cat body)" | cut -c1-22)" "400 It cannot be used:"
check "an answer that is none is refused" "$(post "answer?id=$first" nonsense | cut -c1-22)" "400 It cannot be used:"
check "a candidate that is none is refused" "$(post "candidate?id=$first" nonsense)" \
	'400 It cannot be used: it is no "candidate:..." of RFC 8839 section 5.1. '
check "a message may be sent before there is a peer" "$(post "send?id=$first" text)" "200 ok "
check "both connections are counted" "$(number connections)" 2
check "one more than is allowed is refused" "$(post call)" "503 There are as many connections as are allowed. "
check "a connection is closed when asked to be" "$(post "close?id=$first")" "200 closed "
check "it can be closed once" "$(post "close?id=$first")" "404 There is no such connection (any more). "
check "there is room for another then" "$(post call | cut -c1-7)" "200 v=0"
for each in $(curl -s "${url}status" | sed -n 's/^connection \([0-9]*\) .*/\1/p'); do
	post "close?id=$each" >/dev/null
done
check "nothing is alive when all are closed" "$(settles connections 0)/$(settles objects 0)/$(settles references 0)" 0/0/0
check "descriptors and threads are as before" "$(settles fds "${before%/*}")/$(settles threads "${before#*/}")" "$before"
stop INT
check "SIGINT ends it in order" $? 0
check "it said nothing" "$(cat err)" ""

start
for _ in 1 2 3 4; do post call >/dev/null; done
curl -s -m 60 "${url}call" -d '' >/dev/null &
asker=$!
stop TERM
check "SIGTERM ends it in order with connections open" $? 0
wait "$asker"
check "it said nothing then" "$(cat err)" ""
unset server
summary

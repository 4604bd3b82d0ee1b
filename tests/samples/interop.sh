#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dc-echo and stacks that nobody here wrote: Chromium, aiortc, node-datachannel, werift. Each offers
# and answers, closes first and is closed; after each visit /status is what it was before.
#   tests/samples/interop.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
. "$here/../install.sh"
suite=interop
. "$here/../check.sh"
. "$here/../chromium.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo=$build/samples/echo/dc-echo
export LC_ALL=C SAMPLES_MODULES=$build/tests/real
all=(offer,peer answer,peer offer,server answer,server)
cd "$work" || exit 2

# told VISIT TRANSPORT: the line of a visit where all is well
told() {
	local mode=${1%,*} closer=${1#*,} asked='asked="from the server"' over=""
	case $1 in
	reload) echo "reload while under way level=before" ;;
	names) echo "found, names=true level=before" ;;
	page) echo "$(page), $(page) level=before" ;;
	*)
		[ -n "$2" ] && over=" over=$2"
		echo "$mode text=3 binary=4 bytes=1048576 unordered=100 partial=ok $asked closer=$closer$over level=before"
		;;
	esac
}
page() { echo 'is open, a path, echo, The text has 300000 bytes, bytes: , came over, sent over, "message" is open, not connected, nothing of the old one'; }

# visits NAME TRANSPORT VISIT... -- COMMAND...: COMMAND makes the visits of dc-echo, which has $options;
# $around runs both
visits() {
	local name=$1 over=$2 number=0 visit visits=()
	shift 2
	while [ "$1" != -- ]; do visits+=("$1") && shift; done
	shift
	"${around[@]}" timeout 300 "$here/served.sh" "$echo" "${options[@]}" -- "$@" >out 2>err
	for visit in "${visits[@]}"; do
		number=$((number + 1))
		check "$name: $visit" "$(sed -n "${number}p" out)" "$(told "$visit" "$over")"
	done
	check "$name: dc-echo ends" "$(tail -1 out)" "dc-echo exit=0"
}

# browses NAME TRANSPORT VISIT... -- OPTION...: Chromium does, in a network of its own
browses() {
	local name=$1 over=$2 visits=() profile=$PWD/chromium/$1
	shift 2
	while [ "$1" != -- ]; do visits+=("$1") && shift; done
	shift
	options=(--bind 10.0.0.1 "$@")
	visits "$name" "$over" "${visits[@]}" -- \
		"${as[@]}" node "$here/chromium.mjs" "$profile" "${visits[@]}" -- chromium "$flag"
	check "$name: Chromium ends" "$(tail -2 out | head -1)" "exit=0"
}

chromium() {
	local missing as flag around=(chromium_namespace) options
	missing=$(chromium_runs_here) || {
		skip chromium "$missing"
		return
	}
	chromium_user "$here/chromium.mjs" "$here/../devtools.mjs" "$here/../../samples/browser/client.mjs"
	browses "chromium" udp "${all[@]}" reload page --
	browses "chromium over TCP" tcp offer,peer answer,server -- --tcp-only
	browses "chromium with names" udp names "${all[@]}" -- --mdns-interface 10.0.0.1
}

node_peers() {
	local around=() options=(--bind 127.0.0.1 --udp-only)
	visits node-datachannel udp "${all[@]}" -- node "$here/node.mjs" node-datachannel "${all[@]}"
	# It tells nobody that it closes.
	visits werift udp offer,server answer,server -- node "$here/node.mjs" werift offer,server answer,server
}

python_peer() {
	local around=() options=(--bind 127.0.0.1 --udp-only)
	visits aiortc "" "${all[@]}" -- /usr/bin/python3 "$here/aiortc.py" "${all[@]}"
}

if missing=$(install_packages nodejs 2>&1); then
	chromium
else
	skip chromium "$missing"
fi
if install_npm "$here/../real" "$SAMPLES_MODULES"; then
	node_peers
else
	skip "node-datachannel, werift" "the npm packages could not be installed"
fi
if missing=$(install_packages python3-aiortc 2>&1); then
	python_peer
else
	skip aiortc "$missing"
fi
summary

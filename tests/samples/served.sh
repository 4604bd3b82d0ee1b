#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A command beside a server: served.sh SERVER... -- COMMAND...
# COMMAND has the server's first line in ECHO_URL and its process in ECHO_PID. Afterwards the server is
# told to end, and the last line is how it did.
set -u
server=()
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
	server+=("$1")
	shift
done
shift
coproc ECHO { exec "${server[@]}"; }
# bash forgets its own name for it when the server has ended.
pid=$!
export ECHO_PID=$pid ECHO_URL=
read -r -t 60 ECHO_URL <&"${ECHO[0]}"
[ -n "$ECHO_URL" ] && "$@"
kill -TERM "$pid" 2>/dev/null
wait "$pid"
echo "${server[0]##*/} exit=$?"

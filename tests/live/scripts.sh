#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whom a finding names, and what makes its fingerprint, where scripts ask for a socket.
#   tests/live/scripts.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=scripts
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
script=$build/tests/live/live_script
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD GITHUB_STEP_SUMMARY
cd "$work" || exit 2
mkdir spools

# record TRACE COMMAND...
record() {
	rm -f "$1"
	timeout 60 "$rtctrack" run --quiet --policy none --spool-dir spools -o "$1" -- "${@:2}" >out 2>err || fail "recording ${*:2}" "$? $(cat err)"
	sed -n '/^\/tmp\/perf-[0-9]*\.map$/p' out | xargs -r rm -f
}
# culprit TRACE: of its only socket
culprit() { sqlite3 "$1" "SELECT culprit_function || ' ' || replace(culprit_file, '$here/', '') FROM finding WHERE class IN ('udp', 'tcp')"; }
fingerprint() { sqlite3 "$1" "SELECT fingerprint FROM finding WHERE class IN ('udp', 'tcp')"; }
findings() { sqlite3 "$1" 'SELECT count(*) FROM finding'; }
differ() { [ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ] && echo differ; }

# A program that writes a perf map.
python=/usr/lib/python3.12
record a.db "$script" /srv/phone.py:main /srv/phone.py:old_caller /srv/phone.py:open_phone $python/socket.py:socket.__init__
record b.db "$script" /srv/phone.py:main /srv/phone.py:new_caller /srv/phone.py:open_phone $python/socket.py:socket.__init__
record c.db "$script" /home/ci/phone.py:main /home/ci/phone.py:old_caller /home/ci/phone.py:open_phone $python/socket.py:socket.__init__
check "the script is to blame" "$(culprit a.db)" "open_phone /srv/phone.py"
check "another caller is another finding" "$(differ "$(fingerprint a.db)" "$(fingerprint b.db)")" differ
check "in another folder it is the same" "$(fingerprint c.db)" "$(fingerprint a.db)"
check "the map that is kept open is no finding" "$(findings a.db)" 1
record p.db "$script" /srv/phone.py:main /v/lib/python3.12/site-packages/aioice/ice.py:gather $python/socket.py:socket.__init__
check "an installed package is less to blame" "$(culprit p.db)" "main /srv/phone.py"
record i.db "$script" /v/lib/python3.12/site-packages/aioice/ice.py:gather $python/socket.py:socket.__init__
check "and more than the language" "$(culprit i.db)" "gather /v/lib/python3.12/site-packages/aioice/ice.py"
record n.db "$script" $python/runpy.py:run $python/socket.py:socket.__init__
timeout 60 "$rtctrack" baseline write --policy none --strict n.jsonl n.db >out 2>err
check "a baseline of what only the language is known to have asked for is warned of" "$? $(grep -c '1 of them names no function of the program' err)" "0 1"
timeout 60 "$rtctrack" baseline write --policy none --strict a.jsonl a.db >out 2>err
check "one of a script's is not" "$? $(cat err)" "0 "

# Node.
if command -v node >/dev/null; then
	for one in answerPhone callPhone bindLater; do
		record $one.db node --perf-basic-prof --interpreted-frames-native-stack "$here/script.mjs" $one
	done
	rm -f isolate-*.log
	check "node: the script is to blame" "$(culprit callPhone.db)" "listen script.mjs"
	check "node: another caller is another finding" "$(differ "$(fingerprint answerPhone.db)" "$(fingerprint callPhone.db)")" differ
	check "node: what is opened later has its own module, and is marked" "$(culprit bindLater.db | grep -c ' node:dgram$') $(sqlite3 bindLater.db 'SELECT count(*) FROM placeless')" "1 1"
	check "node: its own map and log are no findings" "$(findings callPhone.db)" 1
else
	skip node "it is not installed"
fi
summary

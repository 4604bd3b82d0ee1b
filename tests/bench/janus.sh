#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Janus' EchoTest with aiortc as its peer: one session that has messages echoed, bare and under `rtctrack run`
# with the probe packs of Janus' libraries. They take turns; the median and the quartiles of the ratios of a
# turn are printed, of time and of Janus' own processor time. Prints figures, asserts nothing.
#   tests/bench/janus.sh [BUILD] [MESSAGES] [TURNS]        (default build/release 20000 11)
set -u
here=$(cd "$(dirname "$0")/../real" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
export JANUS_MESSAGES=${2:-20000} LC_ALL=C
turns=${3:-11}
rtctrack=$build/cli/rtctrack
. "$here/../install.sh"
. "$here/janus.sh"
install_packages janus python3-aiortc iproute2 || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
janus_configuration
command=(janus -F "$PWD/janus" -C "$PWD/janus/janus.jcfg")

# echo_seconds COMMAND...: of the session, and Janus' of processor
echo_seconds() {
	janus_namespace timeout 120 /usr/bin/python3 "$here/janus.py" 1 1 "$@" 2>&1 >/dev/null |
		sed -nE 's/^([0-9.]+) s, CPU of janus ([0-9.]+) s.*/\1 \2/p'
}
# quartiles: the second, the first and the third
quartiles() {
	sort -n | awk '{v[NR] = $1} END {printf "%.3f [%.3f .. %.3f]", v[int(NR / 2) + 1], v[int(NR / 4) + 1], v[int(NR * 3 / 4) + 1]}'
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int(NR / 2) + 1]}'; }

for _ in $(seq "$turns"); do
	bare=$(echo_seconds "${command[@]}")
	rm -f t.db
	recorded=$(echo_seconds "$rtctrack" run --quiet -o t.db -- "${command[@]}")
	[ -n "$bare" ] && [ -n "$recorded" ] && echo "$bare $recorded"
done >seconds
echo "Janus' echo: $(uname -r), $(nproc) cores, $JANUS_MESSAGES messages in one session, $(wc -l <seconds) turns"
printf '%-12s %10s %16s\n' "" seconds "CPU of Janus"
printf '%-12s %10s %16s\n' bare "$(cut -d' ' -f1 seconds | median)" "$(cut -d' ' -f2 seconds | median)"
printf '%-12s %10s %16s\n' recorded "$(cut -d' ' -f3 seconds | median)" "$(cut -d' ' -f4 seconds | median)"
echo "ratio of time $(awk '{print $3 / $1}' seconds | quartiles)"
echo "ratio of processor time $(awk '{print $4 / $2}' seconds | quartiles)"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One leak test:
#   leak-test.sh [--daemon] [--policy-in FOLDER]... RTCTRACK TRACE [OPTION OF 'rtctrack run']... -- PROGRAM [ARGUMENT]...
# --daemon: that SIGTERM ends the program is a success. --policy-in: the policy is the rtctrack.yaml of the first of
# these folders that has one now; none, if none has. Without it rtctrack looks for it by itself.
#
# Its exit code is that of 'rtctrack run --gate'; 77 where recording does not work at all, unless
# RTCTRACK_MUST_RECORD is set: then 3, as wherever evidence is missing.
set -u
skipped=77 no_verdict=3 terminated=143
daemon=no policy=

say() { echo "leak-test: $*" >&2; }

while :; do
	case $1 in
	--daemon) daemon=yes ;;
	--policy-in)
		shift
		if [ -f "$1/rtctrack.yaml" ]; then
			[ "${policy:-none}" != none ] || policy=$1/rtctrack.yaml
		else
			policy=${policy:-none}
		fi
		;;
	*) break ;;
	esac
	shift
done
rtctrack=$1 trace=$2
shift 2

mkdir -p "$(dirname "$trace")" || exit 2
(: >"$trace") || exit 2
rm -f "$trace" # that of an earlier run, if this one leaves none
if ! "$rtctrack" run --policy none --quiet -o "$trace" -- /bin/true; then
	rm -f "$trace"
	say "recording does not work here, so nothing is judged: '$rtctrack doctor' says why"
	[ -z "${RTCTRACK_MUST_RECORD:-}" ] || exit "$no_verdict"
	exit "$skipped"
fi
rm -f "$trace"
"$rtctrack" run --gate ${policy:+--policy "$policy"} -o "$trace" "$@"
code=$?
[ "$daemon$code" != "yes$terminated" ] || exit 0
[ "$code" != 0 ] || exit 0
if [ -e "$trace" ]; then
	say "exit code $code; 'rtctrack report $trace' shows all that was recorded"
else
	say "exit code $code; nothing was recorded"
fi
[ "$code" != "$skipped" ] || {
	say "$skipped would be taken for a test that was skipped, which it was not: 1 instead"
	exit 1
}
exit "$code"

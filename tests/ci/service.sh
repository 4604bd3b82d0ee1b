# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: samples/ci/rtctrack@.service. Nothing here starts units, so its lines are run as systemd would.
unit="$work/rtctrack@.service"
sed "s,/usr/local/,$prefix/,; s,%S/,$work/state/,g; s,%t/,$work/run/,g; s,/etc/rtctrack,$work/etc," "$recipes/rtctrack@.service" >"$unit"
mkdir -p state/rtctrack run/rtctrack-sfu etc
chmod 700 run/rtctrack-sfu
check "systemd-analyze finds no fault in the unit" "$(systemd-analyze verify "$unit" 2>&1)" ""

# line KEY: of the unit, for the instance sfu
line() { sed -n "s/^$1=//p" "$unit" | sed 's/%i/sfu/g'; }
setting() { sed -n "s/^$1=//p" etc/sfu.conf; }
# service COMMAND: begins it; the words of COMMAND are split, as systemd does
service() {
	local POLICY COMMAND
	printf 'COMMAND=%s\n' "$*" >etc/sfu.conf
	COMMAND=$(setting COMMAND)
	# shellcheck disable=SC2046,SC2086
	set -- $(line ExecStart)
	# shellcheck disable=SC2086
	"${@:1:$#-1}" $COMMAND >service.out 2>&1 &
	daemon=$!
}
# stopped: its main process gets SIGTERM, then comes ExecStopPost; $code is how it ended, and what that said
stopped() {
	local POLICY
	POLICY=$(sed -n 's/^Environment=POLICY=//p' "$unit")
	kill -TERM "$daemon" 2>/dev/null
	wait "$daemon"
	code=$?
	eval "$(line ExecStopPost)" >post.out 2>&1
	code="$code $?"
}
is_listening() { grep -q '^http' service.out; }

if [ -x "$build/samples/echo/dc-echo" ]; then
	service "$build/samples/echo/dc-echo --bind 127.0.0.1"
	eventually is_listening || fail "systemd: the daemon is ready" "$(tail -1 service.out)"
	stopped
	check "systemd: a daemon that closes all is judged clean when it is stopped" "$code $(cut -d' ' -f1 post.out) $(grep -c 'coverage     complete' state/rtctrack/sfu.txt)" "0 0 passed 1"
fi
service "/bin/sleep 1000"
is_there() { [ -s state/rtctrack/sfu.db ] && "$rtctrack" report --format json state/rtctrack/sfu.db | grep -q sleep; }
eventually is_there
stopped
check "systemd: one that SIGTERM ends too, and that is no failure" "$code $(grep -c '^SuccessExitStatus=143' "$unit")" "143 0 1"
service "$work/samples/ctest/build/phone 3 2"
wait "$daemon"
stopped
check "systemd: one that leaks is failed" "$code" "0 1"

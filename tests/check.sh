# SPDX-License-Identifier: Apache-2.0
# Sourced by the test scripts that print one line per check, after they set $suite.
passed=0 failed=0 skipped=0

ok() { passed=$((passed + 1)); echo "ok      $suite $1"; }
evidence() { :; } # a suite may keep files when a check fails
fail() { failed=$((failed + 1)); echo "FAIL    $suite $1: $2"; evidence; }
skip() { skipped=$((skipped + 1)); echo "skipped $suite $1: $2"; }
# check NAME GOT EXPECTED
check() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "expected '$3', got '$2'"; fi; }
# eventually COMMAND...: until it succeeds, a minute at most
eventually() {
	local try
	for ((try = 0; try < 600; try++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	return 1
}
# summary: the last line; its status is the suite's
summary() {
	echo "$suite: $passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

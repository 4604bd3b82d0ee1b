# SPDX-License-Identifier: Apache-2.0
# Sourced by the test scripts that print one line per check, after they set $suite.
passed=0 failed=0 skipped=0

# A check's line ends with the seconds since the line before it, or since begin_check (for a subshell of
# its own): tests/slowest.sh reads them. The clock is a variable of bash, so that no process is started.
begin_check() { check_begun=${EPOCHREALTIME/[.,]/}; }
begin_check
# print_check WORD TEXT
print_check() {
	local before=$check_begun took
	begin_check
	took=$(((check_begun - before) / 10000))
	printf '%-7s %s %s\t%d.%02d s\n' "$1" "$suite" "$2" $((took / 100)) $((took % 100))
}

ok() { passed=$((passed + 1)); print_check ok "$1"; }
evidence() { :; } # a suite may keep files when a check fails
fail() { failed=$((failed + 1)); print_check FAIL "$1: $2"; evidence; }
skip() { skipped=$((skipped + 1)); print_check skipped "$1: $2"; }
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
# page_folder BUILD: where that build has the page
page_folder() { sed -n 's/^TRACK_PAGE_FOLDER:PATH=//p' "$1/CMakeCache.txt"; }
# summary: the last line; its status is the suite's
summary() {
	echo "$suite: $passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

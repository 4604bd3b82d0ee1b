# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: programs whose teardown hangs by misuse of a library's locks. What hangs is ended by
# --timeout and explained, with the program's own line to blame; done right, it ends as bare and nothing is found.

# hang_told TRACE: "kind function"
hang_told() {
	sqlite3 -batch -separator ' ' "$1" "SELECT kind, coalesce(culprit_function, '?') FROM finding
		WHERE rule = 'teardown-deadlock'" 2>&1
}

# judge_hang PACK NAME KIND FUNCTION WORDS
judge_hang() {
	local name="$1 hangs $2" program=$build/tests/packs/pack_$1_hangs trace=$work/hang.$1.$2
	timeout -k 5 100 "$rtctrack" run --quiet --timeout 4 --hang-after 1 -o "$trace.bug.db" -- \
		"$program" bug "$2" >"$trace.bug" 2>&1
	check "$name: it hangs" "$?" 124
	check "$name: who waits where" "$(hang_told "$trace.bug.db")" "$3 $4"
	check "$name: the story" "$("$rtctrack" report "$trace.bug.db" | grep -m1 -o "teardown-deadlock .*" |
		sed 's/ 0x[0-9a-f]*//g; s/thread [0-9]* //g; s/^[a-z-]* *//; s/  \[.*//')" "$5"
	recorded "$trace.right.db" "$program" right "$2" >"$trace.right" 2>&1
	check "$name: right is as bare" "$(cat "$trace.right")" "$(bare "$program" right "$2" 2>&1)"
	check "$name: right has no hang" "$(hang_told "$trace.right.db")" ""
}

while IFS='|' read -r pack name kind function story; do
	[ $# = 0 ] || wanted "$pack" "$@" || continue
	if [ -x "$build/tests/packs/pack_${pack}_hangs" ]; then
		judge_hang "$pack" "$name" "$kind" "$function" "$story"
	else
		skip "$pack hangs $name" "its library is not here"
	fi
done <<'TABLE'
glib|last_act|thread|stop_counter|'main' waits for the end of 'counter', which waits for the mutex that 'main' holds
glib|reader|thread|stop_reader|'main' waits for the end of 'reader', which waits for the lock, to read, that 'main' holds
glib|loop|thread|stop_loop|'main' waits for the end of 'loop', which waits for the mutex that 'main' holds
glib|condition|lock|finish_list|'list' waits for the mutex that 'main' holds, which waits for the condition, and no thread can wake it: all 2 threads of the process wait
glib|crosswise|lock|take_list_first|'main' waits for the mutex that 'crosswise' holds, which waits for the mutex that 'main' holds
gst|locked|lock|stop_pipeline|'main' waits for the mutex that 'fakesrc0:src' holds, which waits for the mutex that 'main' holds
gst|helper|thread|end_at_sample|'fakesrc0:src' waits for the end of 'ender', which waits for the mutex that 'fakesrc0:src' holds
nice|locked|thread|stop_locked|'main' waits for the end of 'ice', which waits for the mutex that 'main' holds
nice|closing|callback|await_closed|the program's end hangs: 'main' waits for the end of 'ice', which waits for the condition: so do all 1 thread of its pool, inside of callbacks, and none is left that could go on
TABLE

# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: a browser, recorded whole, whose page makes pairs of connections.

# paged NAME COMMAND...: as timed; once more where the page came to no result. With many pairs left
# open Chromium stalls now and then, bare too.
paged() {
	local attempt
	for attempt in 1 2 3; do
		timed "$@"
		grep -q '^pairs=' "$1.out" && return
		rm -rf "$PWD/chromium/$1" "$PWD/chromium/t.db"
	done
}

# chromium_runs MODE PAIRS LEFT FLAG COMMAND...: COMMAND chooses the user; LEFT sockets stay open
chromium_runs() {
	local name="chromium $1" pairs=$2 left=$3 flag=$4 driver moment run
	driver=(timeout 100 node "$here/chromium.mjs" "$2" "$1")
	moment="FROM resource, (SELECT min(time_ns) begun, max(time_ns) over FROM mark)
		WHERE process_id IN (SELECT id FROM process WHERE command LIKE '%--utility-sub-type=network%')
		AND class = 'udp' AND local_address IS NOT NULL AND remote_address IS NULL
		AND birth_ns BETWEEN begun AND over"
	run=("$rtctrack" run --quiet --spool-dir "$PWD/chromium" -o "$PWD/chromium/t.db" --)
	paged bare chromium_namespace "${@:5}" "${driver[@]}" "$PWD/chromium/bare" chromium "$flag"
	rm -f t.db
	paged recorded chromium_namespace "${@:5}" "${driver[@]}" "$PWD/chromium/recorded" "${run[@]}" chromium "$flag"
	cp chromium/t.db t.db 2>/dev/null
	if [ "$(cat bare.out)" != "pairs=$pairs messages=$((pairs * 5)) udp=$left exit=0" ]; then
		fail "$name: bare run" "$(cat bare.out) $(tail -2 bare.err | tr '\n' ' ')"
		return
	fi
	check "$name: page, UDP sockets and exit code as bare" "$(cat recorded.out)" "$(cat bare.out)"
	# Children of the zygote in its chroot can make no spool, and say so.
	check "$name: what is lost is children of the sandbox, named" \
		"$(sql "SELECT group_concat(DISTINCT name) FROM note WHERE weight = 'LOST'")" lost-children
	check "$name: UDP sockets of the page's connections, four a pair" \
		"$(sql "SELECT count(*) $moment")" $((pairs * 4))
	check "$name: those left open, by the kernel's account" \
		"$(sql "SELECT count(*) $moment AND coalesce(death_ns > over, 1)")" "$left"
	check "$name: nothing broken" "$(sql "SELECT rule, message FROM finding WHERE state = 'broken'")" ""
	overhead "$name ($(grep -h '^page ' bare.err) bare, $(grep -h '^page ' recorded.err) recorded)"
	echo "        $suite $name: not seen: $(sql "SELECT name, sum(count) FROM note GROUP BY 1")"
}

chromium() {
	local missing pairs=10 as flag
	[ $full = yes ] && pairs=100
	missing=$(chromium_runs_here) || {
		skip chromium "$missing"
		return
	}
	# In its sandbox it has to work under us too.
	chromium_user "$rtctrack" "$here/chromium.mjs" "$here/../devtools.mjs"
	chromium_runs closed $pairs 0 $flag "${as[@]}"
	chromium_runs open $pairs $((pairs * 4)) $flag "${as[@]}"
}

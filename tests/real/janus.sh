# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh: Janus under load, recorded whole, with aiortc as its peer.

# Janus skips loopback interfaces, so its address lies on a veth pair. All goes with the namespace.
janus_namespace() {
	unshare -n sh -c 'ip link set lo up && ip link add v0 type veth peer name v1 &&
		ip addr add 127.0.0.2/32 dev v0 && ip link set v0 up && ip link set v1 up && exec "$@"' sh "$@"
}

# disabled KIND KEEP: all modules of that kind but one, as Janus wants them named
disabled() {
	local module
	for module in /usr/lib/*/janus/"$1"/*.so; do
		[ "${module##*/}" = "$2" ] || printf '%s,' "${module##*/}"
	done
}

janus_configuration() {
	mkdir -p janus
	cat >janus/janus.jcfg <<-END
		general: { configs_folder = "$PWD/janus" debug_level = 2 session_timeout = 60 admin_secret = "secret" }
		nat: { full_trickle = false ice_enforce_list = "v0" }
		plugins: { disable = "$(disabled plugins libjanus_echotest.so)" }
		transports: { disable = "$(disabled transports libjanus_http.so)" }
	END
	cat >janus/janus.transport.http.jcfg <<-END
		general: { json = "compact" base_path = "/janus" http = true port = 8088 ip = "127.0.0.1" https = false }
		admin: { admin_base_path = "/admin" admin_http = true admin_port = 7088 admin_ip = "127.0.0.1" admin_https = false }
	END
}
# janus_runs NAME SESSIONS KEPT: so many of them are abandoned, and their UDP sockets open in the end
janus_runs() {
	local name="janus $1" driver=(/usr/bin/python3 "$here/janus.py" "$2" "$3") command
	command=(janus -F "$PWD/janus" -C "$PWD/janus/janus.jcfg")
	timed bare janus_namespace timeout 120 "${driver[@]}" "${command[@]}"
	rm -f t.db
	timed recorded janus_namespace timeout 120 "${driver[@]}" \
		"$rtctrack" run --quiet -o t.db -- "${command[@]}"
	if ! grep -q "^sessions=$2 udp=$3 code=0 " bare.out; then
		fail "$name: bare run" "$(cat bare.out) $(tail -2 bare.err | tr '\n' ' ')"
		return
	fi
	check "$name: sessions, UDP sockets and exit code as bare" "$(cat recorded.out)" "$(cat bare.out)"
	check "$name: nothing lost" "$(sql "$lost")" 0
	check "$name: a mark per session" "$(sql "SELECT count(*) FROM mark")" "$2"
	check "$name: one UDP socket a session was seen" "$(sql "SELECT count(*) >= $2 FROM resource
		WHERE $main_process AND class = 'udp'")" 1
	check "$name: UDP sockets left open, by the kernel's account" \
		"$(sql "SELECT count(*) FROM resource WHERE $main_process AND class = 'udp' AND death_ns IS NULL")" "$3"
	echo "        $suite $name: bare $(tail -1 bare.err), recorded $(tail -1 recorded.err)"
}

# janus_graph NAME SESSIONS KEPT: what of the libraries belongs together. Of objects that ended in order
# there need be no row.
janus_graph() {
	local agents="SELECT id FROM resource WHERE class = 'NiceAgent' AND kind = 'scope'"
	check "janus $1: each pack saw its library" "$(sql "SELECT group_concat(class) FROM (SELECT class FROM resource
		UNION SELECT class FROM lifetime_statistics ORDER BY 1) WHERE class IN ('GSocket', 'NiceStream', 'SSL', 'srtp_t', 'usrsctp')")" \
		"GSocket,NiceStream,SSL,srtp_t,usrsctp"
	check "janus $1: each UDP socket is of a GSocket, and that of its agent" "$(sql "SELECT count(*), count(DISTINCT s.owner_id)
		FROM resource f JOIN resource s ON s.id = f.owner_id WHERE f.class = 'udp' AND s.class = 'GSocket' AND s.owner_id IN ($agents)")" "$2|$2"
	check "janus $1: each TLS connection that is left sends through its agent" "$(sql "SELECT count(*), count(DISTINCT hint_id)
		FROM resource WHERE class = 'SSL' AND death_ns IS NULL AND hint_id IN ($agents)")" "$3|$3"
}

# janus_unclosed NAME KEPT: so many agents are left, each with all that is of its session
janus_unclosed() {
	local agents="FROM finding WHERE rule = 'scope-unclosed' AND class = 'NiceAgent'" sockets="UDP socket"
	[ "$2" = 1 ] || sockets="UDP sockets"
	check "janus $1: agents never let go, and who made them" \
		"$(sql "SELECT state, count, culprit_function $agents")" "unclosed|$2|janus_ice_setup_local"
	check "janus $1: their sockets are told with them" "$(sql "SELECT message LIKE '%with $2 $sockets, %' $agents")" 1
}

# Janus' own log of its reference counters, which are macros, beside what was recorded.
janus_counters() {
	local handles="FROM finding WHERE rule = 'ref-leak' AND class = 'janus_ice_handle'"
	JANUS_LOG=janus.log janus_runs "counters, $2 of $1 left" "$1" "$2"
	"$rtctrack" import janus-refcount janus.log t.db >import.out 2>import.err
	check "janus counters, $2 of $1 left: the log is read" "$? $(grep -c 'objects of janus.log' import.out) $(cat import.err)" "0 1 "
	check "janus counters, $2 of $1 left: handles" "$(sql "SELECT coalesce(sum(count), 0) $handles")" "$2"
	[ "$2" = 0 ] || check "janus counters: who holds an abandoned handle" \
		"$(sql "SELECT count(DISTINCT tag) FROM reference WHERE retained > released AND tag IN
		('janus_session_handles_insert', 'janus_ice_handle_attach_plugin')")" 2
}

# Janus runs already when the recorder comes, and runs on when it goes: a session that was closed before it
# and one that is left, five while it is there, of which one is abandoned, and one after it.
janus_attached() {
	local udp="FROM resource WHERE class = 'udp'" said
	if ! said=$("$rtctrack" run --engine probes --quiet -o t.db -- /bin/true 2>&1); then
		skip "janus attached" "$(echo "$said" | head -1)"
		return
	fi
	rm -f t.db
	JANUS_ATTACH="$rtctrack attach -o $PWD/t.db --report-file $PWD/report" timed recorded janus_namespace timeout 200 \
		/usr/bin/python3 "$here/janus.py" 5 1 janus -F "$PWD/janus" -C "$PWD/janus/janus.jcfg"
	check "janus attached: it serves before, meanwhile and after" "$(cat recorded.out)" "sessions=8 udp=2 recorder=0 bpf=0 code=0"
	check "janus attached: nothing lost" "$(sql "$lost")" 0
	check "janus attached: a mark per session" "$(sql "SELECT count(*) FROM mark")" 5
	check "janus attached: what was there before is of unknown origin" \
		"$(sql "SELECT count(*) $udp AND earlier AND death_ns IS NULL") $(sql "SELECT DISTINCT origin FROM process")" "1 attached"
	check "janus attached: UDP sockets opened meanwhile, and left" \
		"$(sql "SELECT count(*) >= 5, count(*) FILTER (WHERE death_ns IS NULL) $udp AND NOT earlier")" "1|1"
	check "janus attached: who opened the one of the abandoned session" "$(sql "SELECT count(*), max(f.culprit_function)
		FROM finding f JOIN evidence e ON e.finding_id = f.id JOIN resource r ON r.id = e.resource_id
		WHERE r.class = 'udp' AND NOT r.earlier")" "1|janus_ice_setup_local"
	check "janus attached: of the sessions that were closed nothing is told" "$(sql "SELECT message FROM finding
		WHERE state IN ('broken', 'leaked', 'growing')")" ""
}

janus() {
	local missing sessions=20
	[ $full = yes ] && sessions=200
	missing=$(install_packages janus python3-aiortc iproute2 2>&1) || {
		skip janus "$missing"
		return
	}
	janus_namespace true 2>/dev/null || {
		skip janus "no network namespace with a veth pair may be made here"
		return
	}
	janus_configuration
	janus_runs closed $sessions 0
	janus_graph closed $sessions 0
	"$rtctrack" check t.db >check.out 2>&1
	check "janus closed: the gate passes" "$? $(sql "SELECT message FROM finding WHERE state IN ('leaked', 'growing', 'unclosed', 'broken')")" "0 "
	check "janus closed: no thread is left but those that GLib keeps" "$(sql "SELECT message FROM finding WHERE kind = 'thread' AND state <> 'late'")" ""
	janus_runs "one left" $sessions 1
	janus_graph "one left" $sessions 1
	"$rtctrack" check t.db >check.out 2>&1
	check "janus one left: the gate fails" "$?" 1
	janus_unclosed "one left" 1
	janus_runs open $sessions $sessions
	janus_graph open $sessions $sessions
	janus_unclosed open $sessions
	check "janus open: a thread more with each abandoned handle" \
		"$(sql "SELECT count, slope FROM finding WHERE state = 'growing' AND kind = 'thread'")" "$sessions|1.0"
	check "janus open: nothing broken" "$(sql "SELECT message FROM finding WHERE state = 'broken'")" ""
	janus_counters 5 0
	janus_counters 5 2
	janus_attached
}

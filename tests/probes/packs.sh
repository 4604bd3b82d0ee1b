#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs whose functions are probed: by pattern in a program that exports nothing, by name in libraries, and in
# one that is loaded late. What is forgotten is found, done right is silent, and the program is as bare.
#   tests/probes/packs.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=probes-packs
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack programs=$here/programs root=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
. "$here/build.sh"

sql() { sqlite3 -batch -separator ' ' t.db "$1" 2>&1; }
findings() { sql "SELECT rule, replace(class, ' ', '_'), coalesce(culprit_function, '?') FROM finding ORDER BY 1, 2, 3"; }
lost() { sql "SELECT coalesce(sum(count), 0) FROM note WHERE weight = 'LOST'"; }
# ended CLASS: how many came to an end, and how many are left
ended() {
	sql "SELECT (SELECT count(*) FROM resource WHERE class = '$1' AND death_ns IS NOT NULL)
		+ (SELECT coalesce(sum(count), 0) FROM lifetime_statistics WHERE class = '$1'),
		(SELECT count(*) FROM resource WHERE class = '$1' AND death_ns IS NULL)"
}
# record OPTION... -- COMMAND...: into t.db.
record() {
	rm -f t.db
	timeout -k 5 100 "$rtctrack" run --engine probes --quiet -o t.db "$@"
	echo "code $?"
}
bare() {
	timeout -k 5 100 "$@"
	echo "code $?"
}

if ! why=$(have_probes "$rtctrack"); then
	skip "functions that are probed" "$why"
	summary
	exit
fi

# A worker in the shape of mediasoup's, and the pack of the manual. It does not wait for a grace to be over.
g++ -std=c++17 -O2 -g -fomit-frame-pointer "$programs/consumer.cc" -o mediasoup-worker || fail "the worker is built" ""
sed -n '/^    pack: mediasoup/,/^$/p' "$root/libtrack/packs/README.md" | sed 's/^    //' >mediasoup.yaml
check "worker: forgotten: as bare" "$(record --grace 0 --pack mediasoup.yaml -- ./mediasoup-worker leak 2>&1)" \
	"$(bare ./mediasoup-worker leak 2>&1)"
check "worker: each forgotten callback is found, with who sent it" "$(findings)" \
	"callback-unfired onQueued sendInactive
callback-unfired onQueued sendLarge
callback-unfired onQueued sendUnknown
callback-unfired onQueued sendUnsubscribed"
check "worker: they outlived their consumer, which fails a gate" "$(sql "SELECT DISTINCT state FROM finding") \
$(timeout 60 "$rtctrack" check --quiet t.db >/dev/null 2>&1; echo $?)" "leaked 1"
check "worker: the consumer itself is closed" "$(ended DataConsumer)" "1 0"
check "worker: the other calls are seen, and nothing lost" "$(ended onQueued) $(lost)" "1000 4 0"
check "worker: right: as bare" "$(record --pack mediasoup.yaml -- ./mediasoup-worker fixed 2>&1)" \
	"$(bare ./mediasoup-worker fixed 2>&1)"
check "worker: right is silent" "$(findings)$(ended onQueued)" "1004 0"

# A shorter copy of it has no names: its pack says nothing, and that it could not be followed.
patterns=$(grep -c 'pattern:' mediasoup.yaml)
strip -s mediasoup-worker -o nameless.tmp && mkdir nameless && mv nameless.tmp nameless/mediasoup-worker
record --pack mediasoup.yaml -- ./nameless/mediasoup-worker leak >/dev/null 2>&1
check "worker: without names nothing is guessed" "$(findings)$(ended onQueued)" "0 0"
check "worker: and that is said" "$(sql "SELECT sum(count) FROM note WHERE name = 'functions-unprobed'")" "$patterns"

check "worker: each of its patterns is named, and the file" \
	"$(sql "SELECT name, count, text LIKE '%(%mediasoup-worker%)' OR text LIKE '%::%' FROM note WHERE name IN ('functions-missing', 'functions-nameless') ORDER BY name")" \
	"functions-missing $patterns 1
functions-nameless 1 1"
mkdir misspelt
sed 's/::SendMessage(/::SendMesage(/' mediasoup.yaml >misspelt/mediasoup.yaml
record --pack misspelt/mediasoup.yaml -- ./mediasoup-worker leak >/dev/null 2>&1
check "worker: a misspelt pattern is named" "$(sql "SELECT count, text LIKE '%::SendMesage(%' FROM note WHERE name = 'functions-missing'")" "1 1"
check "worker: and its program has names" "$(sql "SELECT count(*) FROM note WHERE name = 'functions-nameless'")" 0

check "check --library: what the patterns fit is there" \
	"$("$rtctrack" packs check --library ./mediasoup-worker mediasoup.yaml 2>&1 | tail -1)" \
	"mediasoup.yaml: in order, 4 functions of 2 classes"
check "check --library: what a pattern does not fit is named" \
	"$("$rtctrack" packs check --library ./mediasoup-worker misspelt/mediasoup.yaml 2>&1 | grep -o "no function is as 'RTC::DataConsumer::SendMesage(\*' says$")" \
	"no function is as 'RTC::DataConsumer::SendMesage(*' says"
"$rtctrack" packs check --library nameless/mediasoup-worker mediasoup.yaml >/dev/null 2>err
check "check --library: and that the file is stripped" "$? $(grep -c ', in files stripped of names$' err)" "2 $patterns"

# Wrappers have no use for a pattern: probes are taken beside them, or it is said.
record --pack mediasoup.yaml -- ./mediasoup-worker leak >/dev/null 2>&1
by_probes=$(findings)
timeout -k 5 100 "$rtctrack" run --pack mediasoup.yaml -o t.db -- ./mediasoup-worker leak >/dev/null 2>err
check "patterns: auto takes both, and says so" \
	"$(sql "SELECT value FROM meta WHERE key = 'engine'") $(grep -c "patterns of pack 'mediasoup' need probes: they record beside" err)" "both 1"
check "patterns: both find what probes do" "$(findings)" "$by_probes"
timeout -k 5 100 "$rtctrack" run --engine shim --pack mediasoup.yaml -o t.db -- ./mediasoup-worker leak >/dev/null 2>err
check "patterns: the shim says that it does not follow them" \
	"$(findings)$(grep -c "patterns of pack 'mediasoup' need probes: nothing of them is followed" err)" 1
check "patterns: and the trace does" "$(sql "SELECT count FROM note WHERE name = 'pack-patterns'")" "$patterns"

# What Go compiled has its arguments elsewhere, and other stacks: nothing of such a pack is followed, and that is said.
if command -v go >/dev/null && GOCACHE=$work/go-cache GO111MODULE=off CGO_ENABLED=0 \
	go build -o service "$programs/service.go" 2>go.log; then
	check "Go: as bare" "$(record --pack "$programs/service.yaml" -- ./service 2>&1)" "$(bare ./service 2>&1)"
	check "Go: its functions are not followed" "$(findings)$(ended Session)" "0 0"
	check "Go: and that is said" "$(sql "SELECT sum(count) FROM note WHERE name = 'functions-of-go'")" 2
else
	skip "Go: its functions are not followed" "no program: $(tail -1 go.log 2>&1)"
fi

# Libraries, in the programs that the wrappers are tested with: pack, program, class, who forgets it.
while read -r pack program class function rule <&3; do
	name="$pack $program $class" binary=$build/tests/packs/pack_${pack}_$program
	if [ ! -x "$binary" ]; then
		skip "$name" "$binary was not built"
		continue
	fi
	record -- "$binary" bug "$class" >/dev/null 2>&1
	check "$name: forgotten is found" "$(findings | grep -xm1 "$rule $class $function")" "$rule $class $function"
	check "$name: right is as bare" "$(record -- "$binary" right "$class" 2>&1)" "$(bare "$binary" right "$class" 2>&1)"
	check "$name: right is silent" "$(findings)" ""
done 3<<'END'
srtp pair srtp_t make_session ref-leak
usrsctp pair usrsctp_socket make_socket ref-leak
uv handles uv_async_t make_uv_async ref-leak
uv handles uv_poll_t make_uv_poll ref-leak
uv handles uv_tcp_t make_uv_tcp ref-leak
uv handles uv_udp_t make_uv_udp ref-leak
uv loops uv_loop_t make_loop ref-leak
uv sockets tcp make_tcp fd-leak
uv sockets udp bind_udp fd-leak
openssl objects BN_CTX make_BN_CTX ref-leak
openssl objects EVP_MAC_CTX make_EVP_MAC_CTX ref-leak
glib objects GSource make_source ref-leak
datachannel channels PeerConnection make_connection scope-unclosed
END

# Registrations that came before their functions were probed are not told of; nor are classes of which probes
# cannot see an end, or an owner's end.
while read -r pack program class <&3; do
	binary=$build/tests/packs/pack_${pack}_$program
	[ -x "$binary" ] || continue
	record -- "$binary" right "$class" >/dev/null 2>&1
	check "$pack $program $class: right is silent" "$(findings)" ""
done 3<<'END'
uv requests uv_write
uv requests uv_close
uv requests uv_after_work
nice agents NiceAgent
glib callbacks GLib_timeout
openssl objects SSL
END

# A function that ends by a jump to another one of its pack: that is called by nobody else, and lets go once.
gcc -O2 -g -shared -fPIC -Wl,-soname,libpool.so.1,-Bsymbolic-functions "$programs/pool.c" -o libpool.so.1 &&
	gcc -O2 -g "$programs/pooled.c" ./libpool.so.1 "-Wl,-rpath,$work" -o pooled || fail "the program with pools is built" ""
check "jumps: the library has one" "$(objdump -d --no-show-raw-insn libpool.so.1 | grep -cE 'jmp .*<pool_unref(@plt)?>')" 1
for form in leak close; do
	check "jumps: $form: as bare" "$(record --pack "$programs/pool.yaml" -- ./pooled $form 2>&1)" "$(bare ./pooled $form 2>&1)"
	check "jumps: $form: each pool lets go of what it has" "$(findings) $(ended Pool)" \
		"$([ $form = leak ] && echo "ref-leak Pool make_pool 1 2" || echo " 3 0")"
done
record --grace 0 -- "$build/tests/packs/pack_nice_agents" bug NiceAgent >/dev/null 2>&1
check "jumps: GLib's contexts do not end before those that use them" "$(sql "SELECT message FROM finding WHERE state = 'leaked'")" ""
check "nice: the agent that was forgotten is not seen, its socket is, and who made it" "$(findings | grep -v GMainContext | grep -v eventfd)" \
	"fd-leak udp make_agent"

# A library that is loaded late. The program goes on when the recorder has seen what it made there.
gcc -O2 -g -shared -fPIC -Wl,-soname,libbox.so.1 "$programs/box.c" -o libbox.so.1 &&
	gcc -O2 -g -D_GNU_SOURCE "$programs/later.c" -o later || fail "the late library is built" ""
mkfifo input
mkdir spools
# A callback is on its way, or in the trace already.
was_seen() { grep -rqa onOpened spools || "$rtctrack" report t.db 2>/dev/null | grep -q '^  callbacks '; }
for form in leak close; do
	rm -f t.db
	"$rtctrack" run --engine probes --quiet --spool-dir spools --pack "$programs/box.yaml" -o t.db \
		-- ./later ./libbox.so.1 $form <input >out 2>&1 &
	recorder=$!
	exec 4<>input # does not wait for the other end
	eventually was_seen
	echo go >&4
	exec 4>&-
	wait $recorder
	check "a late library: $form" "$? $(findings)" "0 $([ $form = leak ] && echo "callback-unfired onOpened forget_wait
ref-leak Box forget_box")"
	check "a late library: $form: it is said that it was late" \
		"$(sql "SELECT count(*) FROM note WHERE name = 'probes-late'")" 1
done
summary

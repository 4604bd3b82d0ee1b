#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# rtctrack view: what it gives to whom, and that what it gives is the recording, also while that goes on.
#   tests/live/view.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=view
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
shim=$build/libtrack/shim/libtrack.so
page=$(page_folder "$build")/page.html
work=$(mktemp -d)
trap 'kill "${started[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT
started=()
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
mkdir spools

# A program that opens so many sockets as it is told, a line at a time, leaves the last one open, and says that
# it has.
cat >driven.c <<'END'
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
__attribute__((noinline)) static int open_media_socket(void) { return socket(AF_INET, SOCK_DGRAM, 0); }
int main(void)
{
	for (int count; scanf("%d", &count) == 1; puts("done"), fflush(stdout))
		for (; count; count--) {
			int fd = open_media_socket();
			if (count > 1)
				close(fd);
		}
}
END
cc -g -O1 -o driven driven.c || exit 2
# record NAME [COUNT...]: NAME.db
record() { printf '%s\n' "${@:2}" | timeout 60 "$rtctrack" run -q --spool-dir spools --trace-budget 1G -o "$1.db" -- ./driven >/dev/null; }

# view NAME [OPTION...] TRACE...: its streams are NAME.out and NAME.err, its pid $pid, its address $url
view() {
	local name=$1
	shift
	"$rtctrack" view "$@" >"$name.out" 2>"$name.err" </dev/null 7>&- 8<&- &
	pid=$!
	started+=("$pid")
	eventually grep -q '^http.*/$' "$name.out"
	url=$(cat "$name.out")
	origin=${url%/*/}
	port=${origin##*:}
}
# end [SIGNAL]: the last one; its exit code is $code
end() {
	kill "-${1:-TERM}" "$pid"
	wait "$pid"
	code=$?
}
# get PATH [OPTION...]: its status; the answer is in body, its headers in head
get() { timeout 60 curl -sg --path-as-is -D head -o body -w '%{http_code}' "${@:2}" "$origin$1"; }
# session EXPRESSION: of s, and of its first trace t
session() { timeout 60 curl -sg "${url}session.json" | python3 -c 'import json, sys; s = json.load(sys.stdin); t = s["traces"][0]; print(eval(sys.argv[1]))' "$1" 2>&1; }
# apply OLD FRAME NEW: the image with what changed; prints its revision, its pages and how many came
cat >apply.py <<'END'
import struct, sys
frame = open(sys.argv[2], "rb").read()
magic, format, revision, size, whole, count = struct.unpack("<4sIIIII", frame[:24])
assert magic == b"RTKP" and format == 1 and len(frame) == 24 + count * (4 + size)
image = bytearray(open(sys.argv[1], "rb").read())[: whole * size].ljust(whole * size, b"\0")
for i, index in enumerate(struct.unpack("<%dI" % count, frame[24 : 24 + 4 * count])):
    begin = 24 + 4 * count + i * size
    image[index * size : (index + 1) * size] = frame[begin : begin + size]
open(sys.argv[3], "wb").write(image)
print(revision, whole, count)
END
apply() { python3 apply.py "$@" 2>&1 | tail -1; }
# fetch NAME [N]: the whole trace, as NAME.image
fetch() { timeout 60 curl -sg -o "$1.frame" "${url}trace/${2:-0}" && apply /dev/null "$1.frame" "$1.image"; }
ask() { sqlite3 "$1" "$2" 2>&1; }
sockets="SELECT count(*) FROM resource WHERE birth_call = 'socket'"

record a 50 1
record b 3
rm -f none.db

if [ ! -s "$page" ]; then
	timeout 60 "$rtctrack" view a.db >out 2>err
	check "without the page it says so, and what to do" "$? $(grep -c 'built without the page' err) $(grep -c 'npm' err)" "2 1 1"
	skip "what it serves" "the page is not built"
	summary
	exit
fi

# Errors.
"$rtctrack" view >out 2>err
check "of nothing there is no page" "$? $(wc -c <out) $(grep -c 'view of what' err)" "2 0 1"
"$rtctrack" view none.db >out 2>err
check "a file that is not there" "$? $(wc -c <out) $(grep -c "cannot open 'none.db'" err)" "2 0 1"
"$rtctrack" view a.db driven.c >out 2>err
check "a file that is no recording" "$? $(wc -c <out) $(grep -c 'neither a trace nor a spool' err)" "2 0 1"
mkdir empty && "$rtctrack" view empty >out 2>err
check "a folder without recordings" "$? $(wc -c <out) $(grep -c 'no trace and no spool' err)" "2 0 1"
head -c 20000 a.db >cut.db && "$rtctrack" view cut.db >out 2>err
check "a recording that is cut off" "$? $(wc -c <out) $(grep -c "cut.db" err)" "2 0 1"
"$rtctrack" view --baseline none.txt a.db >out 2>err
check "a baseline that is not there" "$? $(wc -c <out) $(grep -c none.txt err)" "2 0 1"
for wrong in 65536 -1 x 80x; do
	"$rtctrack" view --port $wrong a.db >out 2>err
	check "--port $wrong" "$? $(grep -c 'is not a port' err)" "2 1"
done

# What is served, and with which words.
view a a.db
check "one line says where the page is" "$(grep -cE '^http://127\.0\.0\.1:[1-9][0-9]*/[0-9a-f]{32}/$' a.out) $(wc -l <a.out)" "1 1"
check "and how to reach it from elsewhere" "$(grep -c "ssh -L $port:127.0.0.1:$port" a.err)" 1
"$rtctrack" view --port "$port" b.db >out 2>err
check "a port that is taken" "$? $(wc -c <out) $(grep -c "port $port of 127.0.0.1: Address already in use" err) $(grep -c 'without --port' err)" "2 0 1 1"
token=/$(basename "$url")
check "the page is the one that was built" "$(get "$token/") $(cmp body "$page" && echo same)" "200 same"
check "its policy is the one that belongs to it" "$(sed -n 's/^Content-Security-Policy: //Ip' head | tr -d '\r')" "$(cat "${page%/*}/policy.txt")"
check "nobody else can frame it, and it loads nothing" "$(grep -c "frame-ancestors 'none'" head) $(grep -c "default-src 'none'" head)" "1 1"
check "HEAD gives the same without the page" "$(get "$token/" --head) $(grep -ci "^content-length: $(stat -c %s "$page")" head)" "200 1"
check "the session says what there is" "$(session '[s["schema"], s["served"], len(s["traces"]), t["name"], t["path"], t["live"], t["revision"]]')" "[1, True, 1, 'a.db', 'a.db', False, 1]"
check "and what a gate says" "$(session 't["gate"]["verdict"]'; session 't["gate"]["code"]')" "$("$rtctrack" check a.db | sed 's/^rtctrack: //'; "$rtctrack" check -q a.db; echo $?)"
check "the trace is the file" "$(fetch a) $(cmp a.image a.db && echo same)" "1 $(($(stat -c %s a.db) / 8192)) $(($(stat -c %s a.db) / 8192)) same"
check "who has it gets nothing again" "$(get "$token/trace/0?since=1") $(stat -c %s body)" "200 24"
check "who has what never was gets all" "$(get "$token/trace/0?since=7") $(cmp body a.frame && echo same)" "200 same"

# Who is refused.
other=$(tr '0-9a-f' '1-9a-f0' <<<"$token")
for path in / /session.json /favicon.ico "$other/" "$other/session.json" "$other/trace/0" "$token" "/$token/" "$token%2f" "/x$token/" "/%${token:1}/"; do
	check "no token, nothing: ${path//$token/TOKEN}" "$(get "$path") $(cmp body <(timeout 9 curl -sg "$origin/") && echo same)" "403 same"
done
for path in /trace/1 /trace/-1 /trace/00 /trace/ /../../etc/passwd /%2e%2e/%2e%2e/etc/passwd /..%2f..%2fetc/passwd /../a.db //etc/passwd /session.json/ /index.html /%00 /a.db; do
	check "nothing is there: $path" "$(get "$token$path") $(cat body)" "404 There is nothing here."
done
for host in evil.example "evil.example:$port" 127.0.0.1.evil.example localhost.evil.example "127.0.0.1:$port@evil.example" 0.0.0.0; do
	check "a foreign Host: $host" "$(get "$token/session.json" -H "Host: $host")" 403
done
check "no Host" "$(get "$token/session.json" --http1.0 -H 'Host;')" 403
# said LINE...: a request as no browser makes it; its status
said() {
	exec 9<>"/dev/tcp/127.0.0.1/$port"
	printf '%s\r\n' "$@" "" >&9
	timeout 60 head -1 <&9 | cut -d ' ' -f 2
	exec 9<&-
}
check "one Host" "$(said "GET $token/session.json HTTP/1.1" "Host: 127.0.0.1")" 200
check "two Hosts" "$(said "GET $token/session.json HTTP/1.1" "Host: 127.0.0.1" "host: evil.example") $(said "GET $token/session.json HTTP/1.1" "HOST: 127.0.0.1" "Host: 127.0.0.1")" "403 403"
for host in "localhost:1" "[::1]:$port" 127.0.0.1; do
	check "this machine by another name: $host" "$(get "$token/session.json" -H "Host: $host")" 200
done
check "an address within the request" "$(get "$token/session.json" --request-target "http://127.0.0.1:$port$token/session.json")" 403
for site in cross-site same-site x; do
	check "a page elsewhere: $site" "$(get "$token/session.json" -H "Sec-Fetch-Site: $site")" 403
done
for origin_of in http://evil.example null "https://127.0.0.1:$port"; do
	check "a page elsewhere in an old browser: $origin_of" "$(get "$token/session.json" -H "Origin: $origin_of")" 403
done
check "the page itself in an old browser" "$(get "$token/session.json" -H "Origin: $origin")" 200
for site in same-origin none; do
	check "the page itself: $site" "$(get "$token/session.json" -H "Sec-Fetch-Site: $site")" 200
done
for method in POST PUT DELETE OPTIONS PATCH; do
	check "nothing can be changed: $method" "$(get "$token/trace/0" -X $method -d x=1) $(grep -ci '^allow: get, head' head)" "405 1"
done
check "an upload is not even read" "$(head -c 30000000 /dev/zero | get "$token/" -T - -X POST)" 405
check "a body that comes with GET is left alone" "$(get "$token/session.json" -X GET -d "$(head -c 9000 /dev/zero | tr '\0' x)")" 200
get "$token/" -H "X: $(head -c 60000 /dev/zero | tr '\0' x)" >/dev/null
check "headers without end end the connection, and nothing else" "$(get "$token/session.json")" 200
timeout 9 curl -s "http://127.0.0.2:$port$token/" >/dev/null
check "nobody listens at another address of this machine" $? 7

# Whoever is on this machine can connect, and say nothing whole.
cat >flood.py <<'END'
import http.client, socket, sys
port, path = int(sys.argv[1]), sys.argv[2]
known = http.client.HTTPConnection("127.0.0.1", port)
def ask():
    known.request("GET", path)
    answer = known.getresponse()
    answer.read()
    return answer.status
before, held = ask(), []
known.auto_open = 0
for _ in range(200):
    held.append(socket.create_connection(("127.0.0.1", port)))
    held[-1].send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
print("held", before, ask(), flush=True)
sys.stdin.read()
END
mkfifo hold
python3 flood.py "$port" "$token/session.json" <hold >flood.out &
flood=$!
started+=("$flood")
exec 9>hold
eventually grep -q held flood.out
check "half requests of strangers keep nobody out" "$(get "$token/session.json") $(get "$token/")" "200 200"
check "and end no connection that has shown the token" "$(cat flood.out)" "held 200 200"
exec 9>&-
wait "$flood"

# On every answer.
for request in "200 $token/" "200 $token/session.json" "200 $token/trace/0" "404 $token/x" "403 /" "405 $token/ -X POST"; do
	# shellcheck disable=SC2086
	set -- $request
	status=$(get "${@:2}")
	check "$1 of ${2//$token/TOKEN} has all headers" "$status $(tr -d '\r' <head | grep -cixF -e 'x-content-type-options: nosniff' -e 'referrer-policy: no-referrer' -e 'cache-control: no-store' -e 'cross-origin-resource-policy: same-origin' -e 'cross-origin-opener-policy: same-origin' -e 'x-frame-options: deny') $(grep -ci "^content-security-policy: default-src 'none'" head) $(grep -ci '^access-control' head)" "$1 6 1 0"
done

# Two at once: each has its own.
first=$pid first_url=$url first_origin=$origin
view b --quiet --kind fd --since 0.5 --source-url 'https://code.example/{file}#L{line}' ./b.db
check "another one is at another port, by another token" "$([ "$url" != "$first_url" ] && [ "$(basename "$url")" != "$(basename "$first_url")" ] && echo yes)" yes
check "--quiet says nothing but the address" "$(cat b.err)" ""
check "what is asked for on the command line is told" "$(session '[s["filter"]["kind"], s["filter"]["since"], s["filter"]["rule"], t["path"], t["name"]]')" "['fd', '0.5', None, './b.db', 'b.db']"
check "and where sources are shown" "$(session 's["source"]["url"], s["source"]["root"]')" "('https://code.example/{file}#L{line}', '$work')"
check "one's token opens nothing of the other's" "$(get "/$(basename "$first_url")/")" 403
check "both give theirs" "$(fetch b >/dev/null && ask b.image "$sockets") $(origin=$first_origin url=$first_url fetch a >/dev/null && ask a.image "$sockets")" "3 51"
end INT
check "Ctrl-C ends it with 0" "$code" 0
pid=$first origin=$first_origin
check "the other one goes on" "$(get "$token/session.json")" 200
end TERM
check "SIGTERM ends it with 0" "$code" 0
check "then nobody answers" "$(get "$token/")" 000

# While it is recorded.
mkfifo feed said
timeout 300 "$rtctrack" run -q --spool-dir spools --trace-budget 1G -o live.db -- ./driven <feed >said 2>run.err &
recorder=$!
started+=("$recorder")
exec 7>feed 8<said
# drive COUNT: until the program has
drive() { echo "$1" >&7 && read -r -t 60 -u 8 _; }
drive 500
eventually test -s live.db
view live live.db
# nothing: what the page begins with
nothing() { echo 0 >revision && : >live.image; }
# sees COUNT: what changed is fetched and applied to what was there before; so many sockets are in it. What was
# seen is kept in files, since subshells see, too.
sees() {
	timeout 60 curl -sg -o live.frame "${url}trace/0?since=$(cat revision)" || return
	cp live.image before.image
	apply before.image live.frame live.image | cut -d ' ' -f 1 >revision
	[ "$(ask live.image "$sockets")" = "$1" ]
}
is_newest() { [ "$(session "t['revision'] == $(cat revision)")" = True ]; }
nothing
check "a recording that goes on is live" "$(eventually sees 500 && session 't["live"]')" True
check "and has no verdict yet" "$(session 't["gate"]["code"]')" 3
check "what it holds is judged already" "$(ask live.image 'SELECT count(*) FROM finding') $(ask live.image "SELECT count(*) > 0 FROM frame WHERE function = 'open_media_socket'")" "1 1"
total=500
for count in 1 400 20000 2; do
	drive $count
	total=$((total + count))
	check "$count more sockets come by what changed" "$(eventually sees $total && ask live.image 'PRAGMA integrity_check')" ok
done
same() { sees $total && [ "$(fetch whole | cut -d ' ' -f 1)" = "$(cat revision)" ] && cmp live.image whole.image; }
check "changes upon changes are the whole" "$(eventually same && echo same)" same
before=$(stat -c %s live.image)
drive 1
total=$((total + 1))
check "of a large trace little is sent for a little" "$(eventually sees $total && [ "$(stat -c %s live.frame)" -lt $((before / 4)) ] && echo little)" little
exec 7>&-
wait "$recorder"
exec 8<&-
over() { [ "$(session 't["live"], t["gate"]["code"] != 3')" = "(False, True)" ] || { sees $total && false; }; }
check "its end is told, and then there is a verdict" "$(eventually over && session 't["gate"]["verdict"]')" "$("$rtctrack" check live.db | sed 's/^rtctrack: //')"
sees $total
check "in the end the page has what the file has" "$(ask live.image 'SELECT fingerprint, state, message FROM finding ORDER BY id')" "$(ask live.db 'SELECT fingerprint, state, message FROM finding ORDER BY id')"
check "and is asked for nothing more" "$(is_newest && echo so)" so

# What becomes of the file meanwhile.
cp live.db kept.db
rm live.db
sees $total
check "a trace that is removed stays as it was seen" "$(ask live.image "$sockets") $(grep -c "there is no trace at 'live.db'" live.err) $(session 't["live"]')" "$total 1 False"
head -c 30000 kept.db >live.db
sees $total
check "so does one that is cut off" "$(ask live.image "$sockets") $(session 't["live"]')" "$total False"
echo nothing of ours >live.db
sees $total
check "and one that is none any more" "$(ask live.image "$sockets") $(grep -c "'live.db' is not an rtctrack trace" live.err)" "$total 1"
cp b.db live.db.new && mv live.db.new live.db
check "another one in its place is shown" "$(eventually sees 3 && cmp live.image b.db && echo same)" same
check "none of which is said twice" "$(sort live.err | uniq -d | grep -vc '^  ')" 0
end
check "after all of that it ends in order" "$code" 0

# Spools, folders, several.
mkdir preloaded
mkfifo feed2 said2
LD_PRELOAD=$shim RTCTRACK_SPOOL_DIR=$work/preloaded ./driven <feed2 >said2 &
program=$!
started+=("$program")
exec 7>feed2 8<said2
drive 20
view spools preloaded
nothing
check "spools that are written to are live" "$(eventually sees 20 && session 't["live"]')" True
drive 5
check "and followed" "$(eventually sees 25 && ask live.image 'PRAGMA integrity_check')" ok
exec 7>&-
wait "$program"
exec 8<&-
ended() { [ "$(session 't["live"]')" = False ] && { sees 25; [ "$(ask live.image "SELECT count(*) FROM process WHERE end = 'exit'")" = 1 ]; }; }
check "until their program has ended" "$(eventually ended && echo ended)" ended
settled() { sees 25 && is_newest; }
check "and then nothing more is asked for" "$(eventually settled && echo settled)" settled
end
mkdir -p folder/inner && cp a.db folder/ && cp b.db folder/inner/ && cp b.db folder/c.db
view folder folder preloaded
check "a folder is all that is in it, at any depth" "$(session '[x["path"] for x in s["traces"]]')" "['folder/a.db', 'folder/c.db', 'folder/inner/b.db', 'preloaded']"
check "each has its number" "$(for n in 0 1 2 3; do fetch "n$n" $n >/dev/null && ask "n$n.image" "$sockets"; done | paste -sd ' ')" "51 3 3 25"
check "many ask at once" "$(for n in {1..40}; do fetch "m$n" $((n % 4)) & done >/dev/null; wait $(jobs -p | grep -vxF "$pid"); for n in {1..40}; do cmp "m$n.image" "n$((n % 4)).image" || echo differs; done)" ""
end
check "and it ends in order" "$code" 0

# A gate's files count, as they are at each look.
echo 'leak:open_media_socket' >leaks.supp
view gated --strict --suppressions leaks.supp a.db
check "a suppression is told of its finding" "$(session '[f["fails"] for f in t["gate"]["findings"].values()], [f["says"].split(":")[0] for f in t["gate"]["findings"].values()]')" "([False], ['suppressed by leaks.supp'])"
end

# Somebody reads a trace while its recorder ends. holder.py FILE snapshot|file: until it is told to let go
cat >holder.py <<'END'
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, isolation_level=None)
if sys.argv[2] == "snapshot":
    db.execute("BEGIN")
db.execute("SELECT count(*) FROM resource").fetchall()
print("held", flush=True)
sys.stdin.read()
END
mkfifo feed3 said3 hold3
# held NAME snapshot|file: NAME.db is recorded while somebody holds it over the end; the code of the run is $code
held() {
	timeout 300 "$rtctrack" run -q --spool-dir spools --trace-budget 1G -o "$1.db" -- ./driven <feed3 >said3 2>"$1.err" &
	recorder=$!
	started+=("$recorder")
	exec 7>feed3 8<said3
	drive 5
	is_there() { [ "$(ask "$1.db" "$sockets")" = 5 ]; }
	eventually is_there "$1"
	python3 holder.py "$1.db" "$2" <hold3 >"$1.held" 7>&- 8<&- &
	holder=$!
	started+=("$holder")
	exec 9>hold3
	eventually grep -q held "$1.held"
	drive 1
	exec 7>&-
	wait "$recorder"
	code=$?
	exec 8<&-
}
let_go() {
	exec 9>&-
	wait "$holder"
}
# alone FILE: what it says without what lies beside it
alone() { cp "$1" alone.db && ask alone.db "SELECT (SELECT count(*) FROM meta WHERE key = 'finished'), (SELECT count(*) FROM finding)"; }
held opened file
check "a trace that somebody has open at its end is whole, without what lies beside it" "$(alone opened.db) $(cat opened.err)" "1|1 "
let_go
held read snapshot
check "one of which somebody reads what was before says what lies beside it" "$code $(grep -c "it is not whole without 'read.db-wal' beside it" read.err) $(alone read.db)" "0 1 0|0"
let_go
"$rtctrack" report read.db >read.report 2>&1
check "and the next report makes it one file" "$(alone read.db) $(ls read.db*) $(grep -q open_media_socket read.report && echo told)" "1|1 read.db told"
held viewed snapshot
let_go
view viewed viewed.db
check "so does the page" "$(session 't["gate"]["code"]') $(alone viewed.db) $(ls viewed.db*)" "0 1|1 viewed.db"
end

# As memory goes.
if command -v valgrind >/dev/null 2>&1; then
	valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --log-file=valgrind.log "$rtctrack" view a.db b.db >v.out 2>v.err </dev/null &
	pid=$!
	started+=("$pid")
	eventually grep -q '^http.*/$' v.out
	url=$(cat v.out) origin=${url%/*/} token=/$(basename "$url")
	check "under valgrind it serves too" "$(fetch v 1 >/dev/null && ask v.image "$sockets") $(get "$token/") $(get "$token/session.json") $(get /) $(get "$token/x" -X POST -d y) $(get "$token/trace/0?since=1")" "3 200 200 403 405 200"
	timeout 60 curl -sg --limit-rate 1000 -o half "${url}trace/0" &
	half=$!
	eventually test -s half
	end
	kill $half
	check "and ends in order while somebody still reads" "$code $(head -3 valgrind.log)" "0 "
else
	skip "memory" "valgrind is not there"
fi
summary

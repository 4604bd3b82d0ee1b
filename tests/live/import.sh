#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Libraries' own logs of their references, imported into recordings.
#   tests/live/import.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=import
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
rtctrack=$build/cli/rtctrack
logged=$build/tests/live/live_logged
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C NO_COLOR=1
unset COLUMNS RTCTRACK_SPOOL_DIR LD_PRELOAD
cd "$work" || exit 2
mkdir spools

sql() { sqlite3 -separator ' ' t.db "$1" | paste -sd ';'; }
# record COMMAND...: its trace is t.db, what it says t.log
record() {
	rm -f t.db
	timeout 100 "$rtctrack" run --quiet --spool-dir spools -o t.db -- "$@" >t.log 2>err || fail "recording $*" "$(cat err)"
}
import() {
	"$rtctrack" import "$@" >out 2>err
	code=$?
}
findings="SELECT rule, state, class, count, culprit_function, culprit_file FROM finding WHERE rule = 'ref-leak'"

# Macros that no wrapper sees: the log alone knows of the objects.
record "$logged" 3 0
import janus-refcount t.log t.db
check "a log in which all ends: what is said" "$code $(tr '\n' ' ' <out)" \
	"0 t.db: 12 objects of t.log, 0 still held   the log has no times: the order of its lines is all that is known   1 line of other things skipped "
check "a log in which all ends: no finding" "$(sql "$findings")" ""
"$rtctrack" check --strict t.db >out 2>&1
check "a log in which all ends: the strict gate passes" "$? $(cat out)" "0 passed"

record "$logged" 3 2
import janus-refcount t.log t.db
check "a lookup's reference is forgotten: what is said" "$code $(head -1 out)" "0 t.db: 12 objects of t.log, 6 still held"
check "a lookup's reference is forgotten: found, of who was never closed" "$(sql "$findings")" \
	"ref-leak at-exit stream 6 stream_create logged.c"
check "and the place that holds it" "$(sql "SELECT DISTINCT tag, retained, released FROM reference WHERE retained > released")" "stream_find 1 0"
"$rtctrack" report t.db >out 2>&1
check "the report names the place" "$(grep -c 'held by "stream_find": 0 of 1 released, taken at' out) $(grep -c '#0 stream_find  logged.c:' out)" "1 1"
"$rtctrack" report --format json t.db >out 2>&1
check "JSON has the place and the note" "$(python3 -c '
import json
report = json.load(open("out"))
finding = next(f for f in report["findings"] if f["rule"] == "ref-leak")
notes = [n["name"] for n in report["coverage"]["notes"]]
print(finding["count"], finding["culprit"]["function"], finding["culprit"]["file"], "log-order" in notes)')" \
	"6 stream_create logged.c True"
"$rtctrack" check t.db >out 2>&1
check "who was never closed fails no gate" "$?" 0
"$rtctrack" check --strict t.db >out 2>&1
check "but the strict one" "$?" 1
before=$(sqlite3 t.db .dump | sha256sum)
import janus-refcount t.log t.db
check "a second time it is refused" "$code $(grep -c 'has a log of that format of process' err)" "2 1"
check "and nothing is changed" "$(sqlite3 t.db .dump | sha256sum)" "$before"
check "of what it does not know it tells nothing" "$(sql "SELECT count(*) FROM stray")" 0

# What the program tells of its objects, and what the log tells of them, is one.
record "$logged" 2 1 tell
check "what the program tells: its objects outlive their session" "$(sql "$findings")" "ref-leak leaked Stream 2 stream_create $here/logged.c"
import janus-refcount t.log t.db
check "with the log: the same objects" "$code $(sql "$findings")" "0 ref-leak leaked Stream 2 stream_create $here/logged.c"
check "and who holds them" "$(sql "SELECT count(*) FROM finding WHERE message LIKE '%1 reference never released (stream_find 1)%'")" 1
"$rtctrack" check t.db >out 2>&1
check "the gate fails" "$?" 1

# Logs that are cut, of something else, or none.
record "$logged" 3 2
tail -n +9 t.log | head -30 >cut.log
import janus-refcount cut.log t.db
check "a log that begins and ends in the middle: nothing is broken by it" \
	"$code $(sql "SELECT count(*) FROM finding WHERE state = 'broken'") $(grep -c 'does not have the beginning' out)" "0 0 1"
record "$logged" 1 1
import gst-leaks t.log t.db
check "a log of another format is refused, with how to make one" "$code $(grep -c "no line of 't.log'" err) $(grep -c GST_TRACERS err)" "2 1 1"
import gst-leaks nowhere.log nowhere.db
check "a trace that is not there is told first" "$code $(grep -c nowhere.db err) $(grep -c nowhere.log err)" "2 1 0"
echo '0:00:00.1 7 0x56 TRACE GST_TRACER x.c:1:f: object-alive.class, type-name=(structure)"value";' >none.log
before=$(sqlite3 t.db .dump | sha256sum)
import gst-leaks none.log t.db
check "a log in which nothing was alive is fine, and changes nothing" \
	"$code $(head -1 out) $(sqlite3 t.db .dump | sha256sum)" "0 t.db: nothing was alive at the end of none.log $before"
import nonsense t.log t.db
check "an unknown format is refused" "$code $(grep -c 'formats are: janus-refcount, gst-leaks' err)" "2 1"
import janus-refcount t.log
check "operands that lack are told" "$code $(grep -c 'takes a format, a log, and a trace' err)" "2 1"
import janus-refcount nowhere.log t.db
check "a log that is not there is told" "$code $(grep -c "cannot read 'nowhere.log'" err)" "2 1"
import janus-refcount . t.db
check "a folder is no log" "$code $(grep -c "cannot read '.'" err)" "2 1"
import janus-refcount t.log t.log
check "a trace that is none is told" "$code $(grep -c 'not an rtctrack trace' err)" "2 1"
import --pid 1 janus-refcount t.log t.db
check "a process that the trace does not have is told" "$code $(grep -c 'no process of' err)" "2 1"
check "none of them left anything" "$(sql "SELECT count(*) FROM process WHERE origin = 'import'")" 0
record sh -c "'$logged' 1 1; true"
import janus-refcount t.log t.db
check "of several processes one must be named" "$code $(grep -c 'several processes' err)" "2 1"
import --pid "$(sql "SELECT pid FROM process WHERE exe LIKE '%live_logged' LIMIT 1")" janus-refcount t.log t.db
check "and is, by its pid" "$code $(sql "SELECT origin FROM process WHERE id = (SELECT max(id) FROM process)")" "0 import"

# A recording that goes on has the trace to itself.
mkfifo ready go
exec 8<>ready 9<>go
rm -f t.db
timeout 100 "$rtctrack" run --quiet --spool-dir spools -o t.db -- sh -c "'$logged' 1 1 >t.log; echo >ready; read line <go" &
runner=$!
read -r -t 60 _ <&8
import --pid 1 janus-refcount t.log t.db
check "while the run goes on, it is refused" "$code $(grep -c 'still being written' err)" "2 1"
echo >&9
wait $runner

# GStreamer's own tracer, on a program that keeps an element.
if command -v gst-launch-1.0 >/dev/null && pkg-config --exists gstreamer-1.0; then
	cat >keep.c <<-'END'
		#include <gst/gst.h>
		static GstElement *keep(void) { return gst_element_factory_make("fakesink", "kept"); }
		int main(int argc, char **argv)
		{
			gst_init(&argc, &argv);
			GstElement *element = gst_object_ref_sink(keep());
			gst_object_ref(element);
			gst_object_unref(gst_pipeline_new("ended"));
			gst_deinit();
			return 0;
		}
	END
	# shellcheck disable=SC2046
	cc -g -o keep keep.c $(pkg-config --cflags --libs gstreamer-1.0)
	# keep_recorded OPTION...: and its log imported
	keep_recorded() {
		rm -f t.db leaks.log
		GST_REGISTRY=$work/registry GST_TRACERS="leaks(check-refs=true,stack-traces-flags=full)" GST_DEBUG=GST_TRACER:7 \
			GST_DEBUG_FILE=leaks.log timeout 100 "$rtctrack" run --quiet --spool-dir spools "$@" -o t.db -- ./keep 2>err
		import gst-leaks leaks.log t.db
	}
	keep_recorded --pack none
	check "GStreamer's leaks: what is kept is found" "$code $(sql "SELECT class FROM finding WHERE rule = 'ref-leak' ORDER BY class")" \
		"0 GstFakeSink;GstPad"
	check "GStreamer's leaks: the program's function is to blame" \
		"$(sql "SELECT DISTINCT culprit_function FROM finding WHERE rule = 'ref-leak'")" keep
	# A pack knows the objects too, and its birth of them.
	keep_recorded
	kept="FROM resource WHERE class = 'GstFakeSink' AND death_ns IS NULL"
	check "GStreamer's leaks: what a pack knows has the log's references" \
		"$code $(sql "SELECT count(*) $kept") $(sql "SELECT tag FROM reference WHERE resource_id IN (SELECT id $kept) ORDER BY tag")" "0 1 keep;main"
else
	skip "GStreamer's leaks" "no gstreamer-1.0 to build with"
fi
summary

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Wrappers of a library by track/pack.h: the program does what it does alone, what it does is told, and the
# right objects are preloaded into it and into what it starts.
#   tests/live/wrappers.sh [BUILD]        (default build/release)
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=wrappers
. "$here/../check.sh"
build=$(cd "${1:-$here/../../build/release}" && pwd) || exit 2
live=$build/tests/live
shim=$build/libtrack/shim/libtrack.so
rtctrack=$build/cli/rtctrack
pack=$live/live_pack.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
cd "$work" || exit 2

# spooled PRELOAD COMMAND...: what it says into said, its records into found
spooled() {
	local preload=$1
	shift
	rm -rf spools said found
	mkdir spools
	RTCTRACK_SPOOL_DIR=$work/spools LD_PRELOAD=$preload timeout 100 "$@" >said 2>err
	code=$?
	"$live/live_records" spools >found 2>>err
}
# counted PATTERN...: how many records begin so
counted() {
	local pattern
	for pattern in "$@"; do grep -c "^$pattern" found; done | tr '\n' ' '
}
# played MODE: with shim and wrappers, and with these alone, it is as alone
played() {
	timeout 100 "$live/live_pack_host" "$1" >alone 2>&1
	local bare=$?
	spooled "$pack" "$live/live_pack_host" "$1"
	check "$1: wrappers without the shim pass on" "$code $(cat said err)" "$bare $(cat alone)"
	spooled "$shim:$pack" "$live/live_pack_host" "$1"
	check "$1: the program ends as alone" "$code $(cat said err)" "$bare $(cat alone)"
	check "$1: nothing is lost" "$(grep -c -e '(undefined' -e '^lost' found)" 0
}

played exceptions
check "exceptions: each call is over when it is left" "$(counted arm name)" "100 100 "
check "exceptions: each call has its return" "$(counted fire)" "200 "
played cancelled
check "cancelled: its call is over" "$(counted fire name)" "2 1 "
played backtraced
played arguments
check "arguments: they are told" "$(counted use)" "2 "
played same
spooled "$shim:$pack" "$live/live_pack_host_nopie" same
check "a program that is not position-independent ends as alone" "$code $(cat said err)" "0 $(cat alone)"
# noted: functions that nobody could wrap
noted() { "$rtctrack" report spools | sed -n 's/.*functions of probe packs that the program exports.*: //p'; }
check "whose address a program takes is not taken for its own" "$(noted)" ""
cat >own.c <<'END'
int packed_copy(void);
int packed_copy(void) { return 7; }
int main(void) { return packed_copy() - 7; }
END
cc -rdynamic -o own own.c
spooled "$shim:$pack" ./own
check "what a program exports itself is noted" "$code $(noted)" "0 1"
played many
check "many: as many callbacks are followed as there is room for" "$(counted arm)" "1024 "
check "many: the others are noted" "$("$rtctrack" report spools | sed -n 's/.*callbacks that were given to libraries.*: //p')" 152
played jumped
check "jumped: each call is over" "$(counted name)" "100 "
played nested
check "nested: both calls are over" "$(counted name)" "2 "
played forked
played handled
played released
check "released: each object ends once" "$(counted create destroy)" "1500 1500 "
check "released: every other reference is let go" "$(counted retain release)" "6000 4500 "
played carried
check "carried: a pair is told once" "$(counted 'own object')" "2 "

# copied NAME AHEAD: two copies of a library, each seen by one module alone, and what else is loaded
copied() {
	LD_PRELOAD=$2 "$live/live_pack_copies" plugin_copy "$live"/live_pack_plugin_[12].so >alone
	spooled "$pack:$2" "$live/live_pack_copies" plugin_copy "$live"/live_pack_plugin_[12].so
	check "$1: wrappers without the shim pass on" "$code $(cat said)" "0 $(cat alone)"
	spooled "$shim:$pack:$2" "$live/live_pack_copies" plugin_copy "$live"/live_pack_plugin_[12].so
	check "$1: each module calls its own" "$code $(cat said)" "0 $(cat alone)"
}
copied "two copies" ""
copied "two copies and one for all" "$live/libpacked_2.so"
"$live/live_pack_copies" plugin_copy "$live/live_pack_waits.so" >alone
spooled "$shim:$pack" timeout 20 "$live/live_pack_copies" plugin_copy "$live/live_pack_waits.so"
check "a thread that a module's constructor waits for calls a wrapped function" "$(cat said)" "$(cat alone)"
"$live/live_pack_copies" plugin_copy_at_once "$live/live_pack_plugin_2.so" >alone
spooled "$shim:$pack" "$live/live_pack_copies" plugin_copy_at_once "$live/live_pack_plugin_2.so"
check "a jump to a wrapper is no endless loop" "$code $(cat said)" "0 $(cat alone)"
check "a weak reference to what is absent is not answered without the pack" \
	"$(LD_PRELOAD=$shim RTCTRACK_SPOOL_DIR=$work/spools "$live/live_pack_host" absent)" "there is such a function: 0"

# What is executed gets the objects that fit the libraries it needs, behind the shim, and loses the others.
mkdir objects
cp "$pack" objects/libtrack-fits.so
cp "$pack" objects/libtrack-other.so
export RTCTRACK_SPOOL_DIR=$work/spools
# preloads PACKS [PRELOAD]: which of the objects a program with the library gets, from a shell
preloads() {
	RTCTRACK_PACKS=$1 LD_PRELOAD=$shim${2:+:$2} sh -c "'$live/live_pack_host' preloaded; :" | tr ':' '\n' |
		sed "s|$work/||; s|$shim|shim|" | tr '\n' ' '
}
check "exec: a pack that fits is added" "$(preloads "$work/objects:fits=libpacked_*.so")" "shim objects/libtrack-fits.so "
check "exec: by each of its libraries" "$(preloads "$work/objects:fits=libnone.so=libpacked_1.so:other=libm")" "shim objects/libtrack-fits.so "
check "exec: one that does not fit is taken out" \
	"$(preloads "$work/objects:fits=libpacked_1.so:other=libother.so" "$work/objects/libtrack-other.so")" "shim objects/libtrack-fits.so "
check "exec: one for all stays, and what is not there is left out" \
	"$(preloads "$work/objects:gone=libpacked_1.so:+$work/objects/libtrack-other.so")" "shim objects/libtrack-other.so "
check "exec: what is preloaded besides stays" "$(preloads "$work/objects:other=libother.so" "$live/libpacked_2.so")" "shim $live/libpacked_2.so "
check "exec: without the variable nothing is added" "$(preloads "")" "shim "

# run: the program's own libraries, as its loader finds them.
packs=$build/libtrack/packs
objects() { "$rtctrack" run -q -o run.db "$@" 2>&1 | tr ':' '\n' | sed -n "s|^$packs/libtrack-\(.*\)\.so|\1|p" | tr '\n' ' '; }
check "run: a program that needs no packed library gets no pack" "$(objects -- printenv LD_PRELOAD)" ""
check "run: --pack puts one into every program" "$(objects --pack uv -- sh -c 'printenv LD_PRELOAD')" "uv "
check "run: several" "$(objects --pack uv --pack srtp -- printenv LD_PRELOAD)" "uv srtp "
check "run: none" "$(objects --pack none -- printenv LD_PRELOAD)" ""
check "run: an object of one's own" \
	"$("$rtctrack" run -q -o run.db --pack "$pack" -- "$live/live_pack_host" preloaded)" "$shim:$pack"
check "run: an unknown name is an error, with the nearest" \
	"$("$rtctrack" run -q -o run.db --pack opensl -- true 2>&1) $?" "rtctrack: there is no pack 'opensl'
  did you mean 'openssl'? 2"
"$rtctrack" run -q -o run.db --pack nowhere.so -- true 2>/dev/null
check "run: a missing object is an error" $? 2

# Libraries that only have the name of one that is packed, and a program that needs them by way of another.
mkdir old new
echo 'int packless(void); int packless(void) { return 0; }' >named.c
echo 'int packless(void); int between(void); int between(void) { return packless(); }' >between.c
cat >needs.c <<'END'
#include <stdio.h>
#include <stdlib.h>
int between(void);
int main(void) { return printf("%s\n", getenv("LD_PRELOAD")) < 0 || between(); }
END
for folder in old:0.9 new:1.44.2; do
	cc -shared -fPIC -Wl,-soname,libuv.so.1 -o "${folder%:*}/libuv.so.${folder#*:}" named.c
	ln -s "libuv.so.${folder#*:}" "${folder%:*}/libuv.so.1"
done
cc -shared -fPIC -o libbetween.so between.c new/libuv.so.1
cc -o needs needs.c -L. -lbetween -Wl,-rpath,"$work" -Wl,-rpath-link,new
needs() { LD_LIBRARY_PATH=$work/$1 "$rtctrack" run -o run.db "${@:2}" -- ./needs 2>err | tr ':' '\n' | sed -n "s|^$packs/libtrack-\(.*\)\.so|\1|p" | tr '\n' ' '; }
check "run: a pack fits by what the program's libraries need" "$(needs new)" "uv "
check "run: --pack none leaves it out" "$(needs new --pack none)" ""
check "run: a pack is not for all versions" "$(needs old)" ""
check "run: which it says" "$(sed -n 's/^rtctrack: \(pack .* is not used\).*/\1/p' err)" "pack 'uv' is not used"

# A pack of one's own, built while the run begins: what is told, and whose frames are not in stacks.
cat >mine.yaml <<'END'
pack: mine
about: a test's own library
libraries:
  - soname: libpacked_1.so
classes:
  - name: Packed
    kind: object
    counter: {at: 0, bits: 32}
functions:
  - symbol: packed_new
    args: 0
    acts:
      - {op: create, class: Packed, subject: ret}
  - symbol: packed_ref
    args: 1
    returns: void
    acts:
      - {op: retain, class: Packed, subject: arg0}
  - symbol: packed_unref
    args: 1
    returns: void
    acts:
      - {op: release, class: Packed, subject: arg0}
END
sql() { sqlite3 -batch run.db "$1"; }
"$rtctrack" run -o run.db --trace-budget 1G --pack mine.yaml -- "$live/live_pack_host" released >said 2>err
check "run: a pack as a file" "$? $(cat said) $(sed -n 's/^ *objects *//p' err)" "0 alive 0 1500 created, 1500 destroyed, 0 alive at the end"
check "no frame of wrappers is in a stack" "$(sql "SELECT count(*) FROM location WHERE path LIKE '%pack-0.so' OR path LIKE '%libtrack.so'")" 0
check "a stack begins with who called" "$(sql "SELECT DISTINCT l.path FROM location l JOIN stack_frame s ON s.location_id = l.id
	JOIN lifetime_statistics o ON o.birth_stack = s.stack_id WHERE s.position = 0 AND o.kind = 'object'")" "$live/live_pack_host"
echo 'pack: yours' >mine.yaml
"$rtctrack" run -q -o run.db --pack mine.yaml -- true 2>err
check "run: a file with faults is an error, with its line" "$? $(sed -n 's/^rtctrack: \(mine.yaml:1\): .*/\1/p' err | uniq)" "2 mine.yaml:1"
check "doctor: the packs are there" "$("$rtctrack" doctor | grep -c '^ok .* probe packs in')" 1

summary
